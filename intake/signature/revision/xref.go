package revision

import (
	"bytes"
)

// Location says where a revision finds an object.
type Location struct {
	Free      bool
	Gen       int
	Offset    int // of "N G obj", when Container is 0
	Container int // object stream that holds the object
	Index     int // within Container
}

// Section is one cross-reference section: a table with its trailer, or a
// cross-reference stream. A hybrid file's table carries the entries of its
// XRefStm as well.
type Section struct {
	Offset  int // of "xref" or of the stream's "N G obj"
	End     int // after the trailer dictionary or "endobj"
	Trailer *Dict
	Entries map[int]Location
	Stream  int // object number of the cross-reference stream, 0 for a table
	Hybrid  int // offset of XRefStm, 0 when there is none
	Prev    int // offset of the previous section, -1 at the end
	// Hidden lists what a hybrid file's table says is free and its XRefStm
	// shows: readers that know no XRefStm do not see it.
	Hidden []int
	// Aside lists what of a hybrid file its XRefStm alone shows.
	Aside []int
	// Shifted: a table that claims to begin at object 1 and was read from 0.
	Shifted bool
}

// lastStartXRef finds the cross-reference offset that governs data, which must
// end with startxref, the offset, %%EOF and white space.
func lastStartXRef(data []byte) (offset int, err error) {
	tail := len(data)
	for tail > 0 && isSpace(data[tail-1]) {
		tail--
	}
	if !bytes.HasSuffix(data[:tail], []byte("%%EOF")) {
		return 0, syntax(tail, "revision does not end with %%%%EOF")
	}
	from := max(0, tail-2048)
	i := bytes.LastIndex(data[from:tail], []byte("startxref"))
	if i < 0 {
		return 0, syntax(tail, "startxref missing")
	}
	p := &parser{data: data[:tail], pos: from + i}
	if !p.keyword("startxref") {
		return 0, syntax(from+i, "startxref broken")
	}
	p.skipBlank()
	n, ok := p.uint()
	if !ok {
		return 0, syntax(p.pos, "startxref without offset")
	}
	p.skipSpace() // the last %%EOF is a comment to the parser
	if p.pos != len(p.data) {
		return 0, syntax(p.pos, "unexpected bytes after startxref")
	}
	return n, nil
}

// section parses the cross-reference section at offset.
func (f *File) section(offset int) (*Section, error) {
	if offset < 0 || offset >= len(f.data) {
		return nil, syntax(offset, "cross-reference offset outside the revision")
	}
	if s := f.doc.sections[offset]; s != nil && s.End <= len(f.data) {
		return s, nil
	}
	p := &parser{data: f.data, pos: offset, budget: &f.doc.budget}
	p.skipBlank()
	var s *Section
	var err error
	if p.keyword("xref") {
		s, err = f.xrefTable(p)
	} else {
		s, err = f.xrefStream(p.pos)
	}
	if err != nil {
		return nil, err
	}
	s.Prev = -1
	switch prev := s.Trailer.Get("Prev").(type) {
	case nil:
	case int64:
		s.Prev = int(prev)
	case float64:
		s.Prev = int(prev)
	default:
		return nil, syntax(offset, "Prev is not a number")
	}
	if s.Trailer.Duplicate {
		return nil, syntax(offset, "trailer has a key twice")
	}
	f.doc.sections[offset] = s
	return s, nil
}

func (f *File) xrefTable(p *parser) (*Section, error) {
	start := p.pos - len("xref")
	s := &Section{Offset: start, Entries: make(map[int]Location)}
	for {
		p.skipSpace()
		if p.keyword("trailer") {
			break
		}
		first, ok1 := p.uint()
		p.skipBlank()
		count, ok2 := p.uint()
		if !ok1 || !ok2 || first+count > maxNumber {
			return nil, syntax(p.pos, "cross-reference subsection broken")
		}
		if f.doc.entries -= count; f.doc.entries < 0 {
			return nil, ErrBudget
		}
		for i := range count {
			p.skipBlank()
			off, ok1 := p.uint()
			p.skipBlank()
			gen, ok2 := p.uint()
			p.skipBlank()
			if !ok1 || !ok2 || p.pos >= len(p.data) {
				return nil, syntax(p.pos, "cross-reference entry broken")
			}
			kind := p.data[p.pos]
			if (kind != 'n' && kind != 'f') || p.pos+1 >= len(p.data) || isRegular(p.data[p.pos+1]) {
				return nil, syntax(p.pos, "cross-reference entry broken")
			}
			p.pos++
			// A well known fault: the table begins with the free list's head
			// but claims to begin at object 1. Every reader knows it.
			if i == 0 && first == 1 && kind == 'f' && off == 0 && gen == 65535 {
				first, s.Shifted = 0, true
			}
			num := first + i
			if _, dup := s.Entries[num]; dup {
				return nil, syntax(p.pos, "object %d listed twice in one cross-reference section", num)
			}
			// Offset 0 can't hold an object; several producers mark unused
			// numbers that way.
			s.Entries[num] = Location{Free: kind == 'f' || off == 0, Gen: gen, Offset: off}
		}
	}
	o, err := p.object(0)
	if err != nil {
		return nil, err
	}
	d, ok := o.(*Dict)
	if !ok {
		return nil, syntax(p.pos, "trailer is not a dictionary")
	}
	s.Trailer, s.End = d, p.pos
	switch x := d.Get("XRefStm").(type) {
	case nil:
	case int64:
		h, err := f.xrefStream(int(x))
		if err != nil {
			return nil, err
		}
		s.Hybrid = int(x)
		for num, loc := range h.Entries {
			t, listed := s.Entries[num]
			if listed && !t.Free && t != loc && !loc.Free {
				return nil, syntax(start, "table and XRefStm disagree on object %d", num)
			}
			if !listed || t.Free {
				s.Entries[num] = loc
				if !loc.Free {
					s.Aside = append(s.Aside, num)
				}
			}
			if listed && t.Free && !loc.Free {
				s.Hidden = append(s.Hidden, num)
			}
		}
	default:
		return nil, syntax(start, "XRefStm is not an offset")
	}
	return s, nil
}

func (f *File) xrefStream(offset int) (*Section, error) {
	if offset < 0 || offset >= len(f.data) {
		return nil, syntax(offset, "cross-reference stream outside the revision")
	}
	ind, err := f.indirectAt(offset)
	if err != nil {
		return nil, err
	}
	st, ok := ind.Value.(*Stream)
	if !ok || st.Dict.Name("Type") != "XRef" {
		return nil, syntax(offset, "no cross-reference section here")
	}
	if st.Err != nil {
		return nil, st.Err
	}
	data, err := f.doc.decode(st, nil)
	if err != nil {
		return nil, err
	}
	w, ok := ints(st.Dict.Get("W"))
	if !ok || len(w) != 3 || w[0] < 0 || w[0] > 8 || w[1] < 1 || w[1] > 8 || w[2] < 0 || w[2] > 8 {
		return nil, syntax(offset, "cross-reference stream: W broken")
	}
	size, ok := st.Dict.Get("Size").(int64)
	if !ok || size < 0 || size > maxNumber {
		return nil, syntax(offset, "cross-reference stream: Size broken")
	}
	index, ok := ints(st.Dict.Get("Index"))
	if st.Dict.Get("Index") == nil {
		index, ok = []int{0, int(size)}, true
	}
	if !ok || len(index)%2 != 0 {
		return nil, syntax(offset, "cross-reference stream: Index broken")
	}
	s := &Section{Offset: ind.Start, End: ind.End, Trailer: st.Dict, Entries: make(map[int]Location), Stream: ind.Num}
	width := w[0] + w[1] + w[2]
	for i := 0; i < len(index); i += 2 {
		first, count := index[i], index[i+1]
		if first < 0 || count < 0 || first+count > maxNumber || count > len(data)/width {
			return nil, syntax(offset, "cross-reference stream: Index broken")
		}
		if f.doc.entries -= count; f.doc.entries < 0 {
			return nil, ErrBudget
		}
		for num := first; num < first+count; num++ {
			row := data[:width]
			data = data[width:]
			kind := 1
			if w[0] > 0 {
				kind = bigEndian(row[:w[0]])
			}
			a, b := bigEndian(row[w[0]:w[0]+w[1]]), bigEndian(row[w[0]+w[1]:])
			if a < 0 || b < 0 {
				return nil, syntax(offset, "cross-reference stream: entry out of range")
			}
			var loc Location
			switch kind {
			case 0:
				loc = Location{Free: true, Gen: b, Offset: a}
			case 1:
				loc = Location{Free: a == 0, Offset: a, Gen: b}
			case 2:
				loc = Location{Container: a, Index: b}
				if a == 0 {
					return nil, syntax(offset, "object %d in object stream 0", num)
				}
			default:
				return nil, syntax(offset, "cross-reference stream: unknown entry type")
			}
			if _, dup := s.Entries[num]; dup {
				return nil, syntax(offset, "object %d listed twice in one cross-reference section", num)
			}
			s.Entries[num] = loc
		}
	}
	return s, nil
}

func bigEndian(b []byte) int {
	n := 0
	for _, c := range b {
		if n > 1<<47 {
			return -1
		}
		n = n<<8 | int(c)
	}
	return n
}

func ints(o Object) ([]int, bool) {
	a, ok := o.(Array)
	if !ok {
		return nil, false
	}
	out := make([]int, 0, len(a))
	for _, x := range a {
		n, ok := x.(int64)
		if !ok || n > 1<<40 || n < -1<<40 {
			return nil, false
		}
		out = append(out, int(n))
	}
	return out, true
}
