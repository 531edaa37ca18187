package revision

// ReadersDiffer looks for what makes readers show different pages of one and
// the same revision: whoever prepares a document chooses what the signer saw and
// what is read of it. It follows what pages and forms are drawn from, and
// returns what it met first, nil when there is nothing.
func (f *File) ReadersDiffer() error {
	root, err := f.Root()
	if err != nil {
		return err
	}
	w := readerWalk{f: f, aside: make(map[int]bool)}
	w.size, w.sized = f.Trailer.Get("Size").(int64)
	for _, s := range f.Sections {
		for _, num := range s.Aside {
			if loc, ok := f.table.find(num); ok && loc == s.Entries[num] {
				w.aside[num] = true
			}
		}
	}
	for _, key := range []Name{"Pages", "AcroForm", "OCProperties"} {
		w.stack = append(w.stack, root.Get(key))
	}
	for len(w.stack) > 0 {
		o := w.stack[len(w.stack)-1]
		w.stack = w.stack[:len(w.stack)-1]
		if err := f.Spend(1); err != nil {
			return err
		}
		if err := w.visit(o); err != nil {
			return err
		}
	}
	return nil
}

type readerWalk struct {
	f     *File
	aside map[int]bool // objects that XRefStm alone shows
	size  int64
	sized bool
	seen  Sparse[bool]
	stack []Object
}

func (w *readerWalk) visit(o Object) error {
	switch o := o.(type) {
	case Ref:
		return w.reference(o)
	case Array:
		w.stack = append(w.stack, o...)
	case *Dict:
		return w.dict(o)
	case *Stream:
		if o.Dict.Get("F") != nil {
			return syntax(o.from, "stream whose data are elsewhere")
		}
		return w.dict(o.Dict)
	}
	return nil
}

func (w *readerWalk) reference(r Ref) error {
	loc, ok := w.f.table.find(r.Num)
	if !ok || loc.Free {
		return nil
	}
	at := loc.Offset
	if loc.Container != 0 {
		at = 0
	}
	switch {
	case w.aside[r.Num]:
		return syntax(at, "object %d is shown by XRefStm alone", r.Num)
	case w.sized && int64(r.Num) >= w.size:
		return syntax(at, "object %d lies beyond Size", r.Num)
	case r.Gen != loc.Gen:
		return syntax(at, "object %d is referred to by another generation", r.Num)
	case w.seen.Get(r.Num):
		return nil
	}
	w.seen.Set(r.Num, true)
	v, err := w.f.Object(r.Num)
	if err != nil {
		return syntax(at, "object %d cannot be read", r.Num)
	}
	w.stack = append(w.stack, v)
	return nil
}

func (w *readerWalk) dict(d *Dict) error {
	if d.Duplicate {
		for i, e := range d.Entries {
			for _, x := range d.Entries[:i] {
				if e.Key == x.Key && !Equal(e.Value, x.Value) {
					return syntax(max(0, e.Start), "key twice with two values")
				}
			}
		}
	}
	signature := d.Get("ByteRange") != nil
	for _, e := range d.Entries {
		switch {
		case signature:
		case e.Key == "Parent", e.Key == "P", e.Key == "Metadata", e.Key == "PieceInfo", e.Key == "Thumb", e.Key == "B", e.Key == "Dest", e.Key == "D":
			// Ways back, and what is not drawn.
		default:
			w.stack = append(w.stack, e.Value)
		}
	}
	return nil
}
