package revision

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
)

type packed struct {
	num        int
	value      Object
	start, end int // within the decoded data
	ambiguous  bool
	holder     holder
}

// packedObject returns object num, which its location places in an object
// stream.
func (f *File) packedObject(num int, loc Location) (*packed, error) {
	objs, err := f.unpack(loc.Container)
	if err != nil {
		return nil, err
	}
	if loc.Index >= len(objs) || objs[loc.Index].num != num {
		return nil, fmt.Errorf("object %d is not where the cross-reference says", num)
	}
	return &objs[loc.Index], nil
}

// unpack parses the object stream num (ISO 32000-1, 7.5.7).
func (f *File) unpack(num int) ([]packed, error) {
	loc, ok := f.table.find(num)
	if !ok || loc.Free || loc.Container != 0 {
		return nil, fmt.Errorf("object stream %d missing", num)
	}
	if objs, ok := f.doc.packed[loc.Offset]; ok {
		return objs, nil
	}
	ind, err := f.Indirect(num)
	if err != nil {
		return nil, err
	}
	objs, err := f.unpackStream(ind)
	if err != nil {
		return nil, err
	}
	f.doc.packed[loc.Offset] = objs
	return objs, nil
}

func (f *File) unpackStream(ind *Indirect) ([]packed, error) {
	num := ind.Num
	st, ok := ind.Value.(*Stream)
	if ok {
		for _, e := range st.Dict.Entries {
			if r, isRef := e.Value.(Ref); isRef && e.Key != "Extends" {
				f.doc.steering[r.Num] = true
			}
		}
	}
	if !ok || st.Dict.Name("Type") != "ObjStm" || st.Err != nil {
		return nil, fmt.Errorf("object %d is not an object stream", num)
	}
	data, err := f.doc.decode(st, f.doc.crypt)
	if err != nil {
		return nil, err
	}
	n, ok1 := st.Dict.Get("N").(int64)
	first, ok2 := st.Dict.Get("First").(int64)
	if !ok1 || !ok2 || n < 0 || n > int64(len(data)) || first < 0 || first > int64(len(data)) {
		return nil, fmt.Errorf("object stream %d: N or First broken", num)
	}
	head := &parser{data: data[:first], embedded: true, budget: &f.doc.budget}
	objs := make([]packed, 0, n)
	for range n {
		head.skipBlank()
		id, ok1 := head.uint()
		head.skipBlank()
		off, ok2 := head.uint()
		if !ok1 || !ok2 || off > len(data)-int(first) {
			return nil, fmt.Errorf("object stream %d: header broken", num)
		}
		p := &parser{data: data, pos: int(first) + off, embedded: true, budget: &f.doc.budget, room: &f.doc.room}
		start := p.pos
		o, err := p.object(0)
		if f.doc.budget.bytes -= p.pos - start; f.doc.budget.bytes < 0 {
			return nil, ErrBudget
		}
		if err != nil {
			return nil, fmt.Errorf("object stream %d: %w", num, err)
		}
		objs = append(objs, packed{num: id, value: o, start: start, end: p.pos, ambiguous: p.ambiguous})
	}
	return objs, nil
}

// Decode returns the decoded data of a stream whose filters are none or Flate.
func (f *File) Decode(st *Stream) ([]byte, error) {
	if st.Err != nil {
		return nil, st.Err
	}
	return f.doc.decode(st, f.doc.crypt)
}

func (d *Document) decode(st *Stream, c *decrypter) ([]byte, error) {
	data := st.Raw
	if c != nil {
		var err error
		if data, err = c.stream(st); err != nil {
			return nil, err
		}
	}
	var filter Name
	switch v := st.Dict.Get("Filter").(type) {
	case nil:
	case Name:
		filter = v
	case Array:
		if len(v) > 1 {
			return nil, fmt.Errorf("several filters")
		}
		if len(v) == 1 {
			filter, _ = v[0].(Name)
			if filter == "" {
				return nil, fmt.Errorf("filter broken")
			}
		}
	default:
		return nil, fmt.Errorf("filter broken")
	}
	if d.budget.streams--; d.budget.streams < 0 {
		return nil, ErrBudget
	}
	switch filter {
	case "":
		return data, nil
	case "FlateDecode", "Fl":
	default:
		return nil, fmt.Errorf("filter %s", filter)
	}
	out, err := d.inflate(data)
	if err != nil {
		return nil, err
	}
	parms := st.Dict.Get("DecodeParms")
	if a, ok := parms.(Array); ok && len(a) == 1 {
		parms = a[0]
	}
	switch v := parms.(type) {
	case nil:
		return out, nil
	case *Dict:
		return unpredict(out, v)
	}
	return nil, fmt.Errorf("DecodeParms broken")
}

func (d *Document) inflate(data []byte) ([]byte, error) {
	// One reader serves all: a document may hold tens of thousands of streams.
	var err error
	if d.inflater == nil {
		d.inflater, err = zlib.NewReader(bytes.NewReader(data))
	} else {
		err = d.inflater.(zlib.Resetter).Reset(bytes.NewReader(data), nil)
	}
	if err != nil {
		d.inflater = nil
		return nil, err
	}
	var buf bytes.Buffer
	n, err := io.Copy(&buf, io.LimitReader(d.inflater, int64(d.budget.inflated)+1))
	if d.budget.inflated -= int(n); d.budget.inflated < 0 {
		return nil, ErrBudget
	}
	if err != nil && n == 0 {
		return nil, err
	}
	// A wrong checksum or a missing end is common and harmless here: what was
	// inflated is parsed strictly.
	return buf.Bytes(), nil
}

// unpredict undoes PNG and no prediction (ISO 32000-1, 7.4.4.4).
func unpredict(data []byte, parms *Dict) ([]byte, error) {
	get := func(key Name, def int) int {
		if v, ok := parms.Get(key).(int64); ok && v > 0 && v < 1<<16 {
			return int(v)
		}
		return def
	}
	predictor := get("Predictor", 1)
	if predictor == 1 {
		return data, nil
	}
	if predictor < 10 {
		return nil, fmt.Errorf("predictor %d", predictor)
	}
	bpp := (get("Colors", 1)*get("BitsPerComponent", 8) + 7) / 8
	row := (get("Columns", 1)*get("Colors", 1)*get("BitsPerComponent", 8) + 7) / 8
	rows := (len(data) + row) / (row + 1)
	out := make([]byte, 0, rows*row)
	prev := make([]byte, row)
	for len(data) > 0 {
		kind := data[0]
		cur := make([]byte, row)
		n := copy(cur, data[1:])
		data = data[1+n:]
		for i := range n {
			var left, up, corner byte
			up = prev[i]
			if i >= bpp {
				left, corner = cur[i-bpp], prev[i-bpp]
			}
			switch kind {
			case 0:
			case 1:
				cur[i] += left
			case 2:
				cur[i] += up
			case 3:
				cur[i] += byte((int(left) + int(up)) / 2)
			case 4:
				cur[i] += paeth(left, up, corner)
			default:
				return nil, fmt.Errorf("predictor row %d", kind)
			}
		}
		out = append(out, cur[:n]...)
		prev = cur
	}
	return out, nil
}

func paeth(a, b, c byte) byte {
	p := int(a) + int(b) - int(c)
	pa, pb, pc := abs(p-int(a)), abs(p-int(b)), abs(p-int(c))
	switch {
	case pa <= pb && pa <= pc:
		return a
	case pb <= pc:
		return b
	}
	return c
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
