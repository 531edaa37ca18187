// Package revision reads the object structure of a signed PDF, and of each of
// its earlier revisions, strictly: cross-reference tables and streams, object
// streams, hybrid files, free entries and Prev chains, and the exact bytes that
// each incremental update consists of.
//
// It is deliberately not lenient. A reader that repairs a file guesses what it
// means, and an attacker chooses what it guesses; whatever is not plainly so is
// an error here, and the caller refuses the file. Nothing is rendered and no
// content stream is read.
//
// Start reading at [Open] (one revision) and [Update] (what was appended).
package revision

import "bytes"

// Object is a PDF object (ISO 32000-1, 7.3): nil, bool, int64, float64, Name,
// String, Array, *Dict, Ref or *Stream, or Odd.
type Object any

// Name is a name object, without the slash and with #xx resolved.
type Name string

// String is a string object, literal or hexadecimal, decoded and decrypted.
type String []byte

// Odd is what some producers write for a number and each reader takes its own
// way: exponents, two signs, two points ("1e-05", "--5", "0.0.1").
type Odd string

// Array is an array object.
type Array []Object

// Ref is an indirect reference.
type Ref struct{ Num, Gen int }

// Entry is one key of a dictionary with its value. Start and End delimit the
// value's token in the document; they are -1 inside an object stream.
type Entry struct {
	Key        Name
	Value      Object
	Start, End int
}

// Dict is a dictionary in file order. Duplicate tells that a key occurs twice:
// readers disagree on which one counts.
type Dict struct {
	Entries   []Entry
	Duplicate bool
}

// Get returns the value of key, nil when absent.
func (d *Dict) Get(key Name) Object {
	if e := d.Entry(key); e != nil {
		return e.Value
	}
	return nil
}

// Entry returns the entry of key, nil when absent.
func (d *Dict) Entry(key Name) *Entry {
	if d == nil {
		return nil
	}
	for i := range d.Entries {
		if d.Entries[i].Key == key {
			return &d.Entries[i]
		}
	}
	return nil
}

// Name returns the direct name value of key, empty when it is none.
func (d *Dict) Name(key Name) Name {
	n, _ := d.Get(key).(Name)
	return n
}

// Stream is a stream object. Raw is its encoded data; it is nil, and Err says
// why, when /Length does not lead to endstream.
type Stream struct {
	Dict *Dict
	Raw  []byte
	Err  error
	from int // offset of the data
	num  int // for decryption; 0 inside nothing
	gen  int
}

// Equal reports whether two objects of two revisions are the same, comparing
// references by number and streams by their encoded bytes. The order of keys
// does not matter.
func Equal(a, b Object) bool {
	switch a := a.(type) {
	case nil:
		return b == nil
	case bool:
		v, ok := b.(bool)
		return ok && a == v
	case int64: // 2 and 2.0 are not the same: readers overlook flags that are no integers
		v, ok := b.(int64)
		return ok && a == v
	case float64:
		v, ok := b.(float64)
		return ok && a == v
	case Name:
		v, ok := b.(Name)
		return ok && a == v
	case Odd:
		v, ok := b.(Odd)
		return ok && a == v
	case String:
		v, ok := b.(String)
		return ok && bytes.Equal(a, v)
	case Ref:
		v, ok := b.(Ref)
		return ok && a == v
	case Array:
		v, ok := b.(Array)
		if !ok || len(a) != len(v) {
			return false
		}
		for i := range a {
			if !Equal(a[i], v[i]) {
				return false
			}
		}
		return true
	case *Dict:
		v, ok := b.(*Dict)
		return ok && equalDict(a, v)
	case *Stream:
		v, ok := b.(*Stream)
		return ok && a.Err == nil && v.Err == nil && equalDict(a.Dict, v.Dict) && bytes.Equal(a.Raw, v.Raw)
	}
	return false
}

func equalDict(a, b *Dict) bool {
	if len(a.Entries) != len(b.Entries) || a.Duplicate || b.Duplicate {
		return false
	}
	for _, e := range a.Entries {
		f := b.Entry(e.Key)
		if f == nil || !Equal(e.Value, f.Value) {
			return false
		}
	}
	return true
}

// ParseObject reads one object from text that is no document, as tests and
// tools write it.
func ParseObject(text []byte) (Object, error) {
	p := &parser{data: text, embedded: true, budget: &budget{values: maxValues}}
	o, err := p.object(0)
	if err != nil {
		return nil, err
	}
	if p.skipSpace(); p.pos != len(text) {
		return nil, syntax(p.pos, "more than one object")
	}
	return o, nil
}
