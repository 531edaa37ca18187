package signing

import (
	"bytes"
	"fmt"
	"strconv"

	"jianding/intake/signature/revision"
)

// Update is an incremental update of a document in the making.
type Update struct {
	pdf  []byte
	file *revision.File
	w    *writer
	next int
	root int
	// Root is the catalog, edited in place and written when touched.
	Root    *revision.Dict
	touched bool
}

// NewUpdate begins an update of pdf, with a table or, when streams is set, with
// cross-reference and object streams.
func NewUpdate(pdf []byte, streams bool) (*Update, error) {
	u, err := NewRawUpdate(pdf, streams)
	if err == nil && u.file.Encrypted() {
		return nil, fmt.Errorf("signing: encrypted document")
	}
	return u, err
}

// NewRawUpdate is [NewUpdate] for encrypted documents as well: nothing that it
// writes is encrypted, unless the caller gives it so.
func NewRawUpdate(pdf []byte, streams bool) (*Update, error) {
	doc := revision.NewDocument(pdf)
	f, err := doc.Open(len(pdf))
	if err != nil {
		return nil, err
	}
	root, err := f.Root()
	if err != nil {
		return nil, err
	}
	nums := f.Numbers()
	r, _ := f.Trailer.Get("Root").(revision.Ref)
	size, _ := f.Trailer.Get("Size").(int64)
	u := &Update{pdf: pdf, file: f, w: newWriter(streams), next: max(nums[len(nums)-1]+1, int(size)), root: r.Num}
	u.Root = clone(root)
	return u, nil
}

// New reserves an object number.
func (u *Update) New() int {
	u.next++
	return u.next - 1
}

// Set writes an object: raw PDF text, as it stands between obj and endobj.
func (u *Update) Set(num int, body string) { u.w.set(num, body) }

// SetStream writes a stream object; keys are further dictionary entries.
func (u *Update) SetStream(num int, keys string, data []byte) { u.w.setStream(num, keys, data) }

// SetObject writes a parsed object.
func (u *Update) SetObject(num int, o revision.Object) { u.w.objects[num] = Append(nil, o) }

// resolve follows a reference, to what the update wrote first.
func (u *Update) resolve(o revision.Object) revision.Object {
	if r, ok := o.(revision.Ref); ok {
		if body, written := u.w.objects[r.Num]; written {
			v, err := revision.ParseObject(body)
			if err != nil {
				return nil
			}
			return v
		}
	}
	v, err := u.file.Resolve(o)
	if err != nil {
		return nil
	}
	return v
}

// Dict returns a copy of an object that is a dictionary, as the update has it
// when it wrote it already.
func (u *Update) Dict(num int) *revision.Dict {
	if d, ok := u.resolve(revision.Ref{Num: num}).(*revision.Dict); ok {
		return clone(d)
	}
	return nil
}

// File is the document as it was.
func (u *Update) File() *revision.File { return u.file }

// PageNumbers lists the object numbers of the first level of pages.
func (u *Update) PageNumbers() []int {
	var out []int
	var walk func(o revision.Object, depth int)
	walk = func(o revision.Object, depth int) {
		d := u.file.Dict(o)
		r, _ := o.(revision.Ref)
		if d == nil || depth > 16 {
			return
		}
		kids, err := u.file.Resolve(d.Get("Kids"))
		if a, ok := kids.(revision.Array); ok && err == nil {
			for _, k := range a {
				walk(k, depth+1)
			}
			return
		}
		out = append(out, r.Num)
	}
	walk(u.Root.Get("Pages"), 0)
	return out
}

// SetRoot puts an entry into the catalog.
func (u *Update) SetRoot(key revision.Name, value revision.Object) {
	put(u.Root, key, value)
	u.touched = true
}

// MoveRoot writes the catalog as a new object, which the trailer then names.
func (u *Update) MoveRoot() {
	u.root = u.New()
	u.touched = true
}

// Bytes is the document with the update appended. extra goes into the trailer.
func (u *Update) Bytes(extra string) []byte {
	if u.touched {
		u.SetObject(u.root, u.Root)
	}
	t := fmt.Sprintf("/Size %d /Root %d 0 R", u.next, u.root)
	for _, key := range []revision.Name{"Info", "ID", "Encrypt"} {
		if v := u.file.Trailer.Get(key); v != nil {
			t += " /" + string(key) + " " + string(Append(nil, v))
		}
	}
	if extra != "" {
		t += " " + extra
	}
	return append(bytes.Clone(u.pdf), u.w.update(len(u.pdf), t, u.file.Sections[0].Offset)...)
}

func clone(d *revision.Dict) *revision.Dict {
	return &revision.Dict{Entries: append([]revision.Entry{}, d.Entries...)}
}

func put(d *revision.Dict, key revision.Name, value revision.Object) {
	if e := d.Entry(key); e != nil {
		e.Value = value
		return
	}
	d.Entries = append(d.Entries, revision.Entry{Key: key, Value: value})
}

// Put sets an entry of a dictionary that the caller owns.
func Put(d *revision.Dict, key revision.Name, value revision.Object) { put(d, key, value) }

// Append serialises an object.
func Append(b []byte, o revision.Object) []byte {
	switch o := o.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, o)
	case int64:
		return strconv.AppendInt(b, o, 10)
	case float64:
		return strconv.AppendFloat(b, o, 'f', -1, 64)
	case revision.Odd:
		return append(b, o...)
	case revision.Name:
		b = append(b, '/')
		for _, c := range []byte(o) {
			if c <= ' ' || c >= 0x7f || bytes.IndexByte([]byte("()<>[]{}/%#"), c) >= 0 {
				b = append(b, fmt.Sprintf("#%02X", c)...)
			} else {
				b = append(b, c)
			}
		}
		return b
	case revision.String:
		return append(b, fmt.Sprintf("<%X>", []byte(o))...)
	case revision.Ref:
		return append(b, fmt.Sprintf("%d %d R", o.Num, o.Gen)...)
	case revision.Array:
		b = append(b, '[')
		for i, x := range o {
			if i > 0 {
				b = append(b, ' ')
			}
			b = Append(b, x)
		}
		return append(b, ']')
	case *revision.Dict:
		b = append(b, "<<"...)
		for _, e := range o.Entries {
			b = append(b, ' ')
			b = Append(b, e.Key)
			b = append(b, ' ')
			b = Append(b, e.Value)
		}
		return append(b, " >>"...)
	case *revision.Stream:
		b = Append(b, o.Dict)
		b = append(b, "\nstream\n"...)
		b = append(b, o.Raw...)
		return append(b, "\nendstream"...)
	}
	panic(fmt.Sprintf("signing: object of type %T", o))
}
