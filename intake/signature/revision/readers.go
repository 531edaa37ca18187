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
	w := readerWalk{f: f, aside: make(map[int]bool), freed: f.freed(), pages: make(map[int]int)}
	w.size, w.sized = f.Trailer.Get("Size").(int64)
	for _, s := range f.Sections {
		for _, num := range s.Aside {
			if loc, ok := f.table.find(num); ok && loc == s.Entries[num] {
				w.aside[num] = true
			}
		}
	}
	if r, ok := f.Trailer.Get("Root").(Ref); ok {
		if err := w.plain(r); err != nil {
			return err
		}
	}
	if err := f.checkFirstPage(); err != nil {
		return err
	}
	if _, err := w.pageTree(root.Get("Pages"), nil, 0); err != nil {
		return err
	}
	for _, key := range []Name{"Pages", "AcroForm", "OCProperties"} {
		w.stack = append(w.stack, found{root.Get(key), key == "OCProperties"})
	}
	for len(w.stack) > 0 {
		x := w.stack[len(w.stack)-1]
		w.stack = w.stack[:len(w.stack)-1]
		if err := f.Spend(1); err != nil {
			return err
		}
		if err := w.visit(x); err != nil {
			return err
		}
	}
	return nil
}

// freed lists the objects that an earlier section has in use and a later one
// does not: some readers show them all the same (PDFium and poppler, where the
// later one is a table).
func (f *File) freed() map[int]bool {
	out := make(map[int]bool)
	for i, s := range f.Sections {
		if i == 0 {
			continue // frees nothing of its own
		}
		for num, loc := range s.Entries {
			if now, ok := f.table.find(num); !loc.Free && ok && now.Free {
				out[num] = true
			}
		}
	}
	return out
}

type readerWalk struct {
	f     *File
	aside map[int]bool // objects that XRefStm alone shows
	freed map[int]bool // objects that were there before
	size  int64
	sized bool
	seen  [2]Sparse[bool] // as it was found: see found.names
	// pages is how many there are below a node of the page tree.
	pages map[int]int
	stack []found
}

// found is an object that is yet to be looked at.
type found struct {
	value Object
	// names: were it a dictionary, its keys are somebody's choice, and mean
	// nothing.
	names bool
}

func (w *readerWalk) visit(x found) error {
	switch o := x.value.(type) {
	case Ref:
		return w.reference(o, x.names)
	case Array:
		for _, e := range o {
			w.stack = append(w.stack, found{e, false})
		}
	case *Dict:
		return w.dict(o, x.names)
	case *Stream:
		switch {
		case o.Dict.Get("F") != nil:
			return syntax(o.from, "stream whose data are elsewhere")
		case o.Err != nil: // readers look for its end, or go by its length
			return o.Err
		}
		return w.dict(o.Dict, false)
	}
	return nil
}

func (w *readerWalk) reference(r Ref, names bool) error {
	seen := &w.seen[0]
	if names {
		seen = &w.seen[1]
	}
	if err := w.plain(r); err != nil || seen.Get(r.Num) || !w.f.InUse(r.Num) {
		return err
	}
	seen.Set(r.Num, true)
	v, err := w.f.Object(r.Num)
	if err != nil {
		return syntax(w.f.offset(r.Num), "object %d cannot be read", r.Num)
	}
	w.stack = append(w.stack, found{v, names})
	return nil
}

// plain checks that every reader finds the same object behind a reference, or
// none.
func (w *readerWalk) plain(r Ref) error {
	loc, ok := w.f.table.find(r.Num)
	switch {
	case w.freed[r.Num]:
		return syntax(w.f.Sections[0].Offset, "object %d was freed and is still referred to", r.Num)
	case !ok || loc.Free:
		return nil
	case w.aside[r.Num]:
		return syntax(w.f.offset(r.Num), "object %d is shown by XRefStm alone", r.Num)
	case w.sized && int64(r.Num) >= w.size:
		return syntax(w.f.offset(r.Num), "object %d lies beyond Size", r.Num)
	case r.Gen != loc.Gen:
		return syntax(w.f.offset(r.Num), "object %d is referred to by another generation", r.Num)
	}
	return nil
}

// offset is where an object stands, 0 when it is in an object stream.
func (f *File) offset(num int) int {
	if loc, _ := f.table.find(num); loc.Container == 0 {
		return loc.Offset
	}
	return 0
}

// checkFirstPage: of a linearized file as long as it says, some readers begin
// with the section behind its first object, others with the one that the end
// names; they must be one and the same.
func (f *File) checkFirstPage() error {
	ind := f.linearization()
	if ind == nil {
		return nil
	}
	d, _ := ind.Value.(*Dict)
	p := &parser{data: f.data, pos: ind.End}
	p.skipSpace()
	if n, _ := d.Get("L").(int64); n == int64(len(f.data)) && p.pos != f.Sections[0].Offset {
		return syntax(p.pos, "the first page has cross-references of its own")
	}
	return nil
}

// pageTree checks a node, or a page, of the page tree, and returns how many pages
// there are. Some readers go by the number that a node states, and skip or miss
// pages where it is wrong. above are the nodes that list o.
func (w *readerWalk) pageTree(o Object, above []*Dict, depth int) (int, error) {
	if err := w.f.Spend(1); err != nil {
		return 0, err
	}
	r, isRef := o.(Ref)
	d := w.f.Dict(o)
	if d == nil || !isRef { // poppler shows no page that is not an object of its own
		return 0, syntax(w.f.offset(r.Num), "a node of the page tree is missing")
	}
	if n, known := w.pages[r.Num]; known || depth > maxDepth {
		return n, nil
	}
	w.pages[r.Num] = 0 // while its kids are looked at
	kids, err := w.f.Resolve(d.Get("Kids"))
	list, isNode := kids.(Array)
	if depth == 0 && !isNode {
		return 0, syntax(w.f.offset(r.Num), "a node of the page tree is missing")
	}
	if t := d.Name("Type"); isNode && t == "Page" || !isNode && t == "Pages" {
		return 0, syntax(w.f.offset(r.Num), "a page with kids, or a node without") // some go by the type, others by the kids
	}
	if !isNode || err != nil {
		w.pages[r.Num] = 1
		return 1, w.inherited(r.Num, d, above)
	}
	total := 0
	for _, k := range list {
		n, err := w.pageTree(k, append(above[:depth:depth], d), depth+1)
		if err != nil {
			return 0, err
		}
		total += n
	}
	w.pages[r.Num] = total
	if n, _ := w.f.Resolve(d.Get("Count")); n != Object(int64(total)) {
		return 0, syntax(w.f.offset(r.Num), "a node of the page tree states another number of pages")
	}
	return total, nil
}

// inherited checks what a page takes from the nodes above it (ISO 32000-1,
// 7.7.3.4): some readers go by the nodes that list it, others by the Parent that
// it names.
func (w *readerWalk) inherited(num int, page *Dict, above []*Dict) error {
	for _, key := range []Name{"Resources", "MediaBox", "CropBox", "Rotate"} {
		if page.Get(key) != nil {
			continue
		}
		var listed Object
		for i := len(above) - 1; i >= 0 && listed == nil; i-- {
			listed = above[i].Get(key)
		}
		var named Object
		up := w.f.Dict(page.Get("Parent"))
		for i := 0; up != nil && named == nil && i <= maxDepth; i++ {
			named = up.Get(key)
			up = w.f.Dict(up.Get("Parent"))
		}
		if !Equal(listed, named) {
			return syntax(w.f.offset(num), "page takes %s from another node than lists it", key)
		}
	}
	return nil
}

func (w *readerWalk) dict(d *Dict, names bool) error {
	if d.Duplicate {
		for i, e := range d.Entries {
			for _, x := range d.Entries[:i] {
				if e.Key == x.Key && !Equal(e.Value, x.Value) {
					return syntax(max(0, e.Start), "key twice with two values")
				}
			}
		}
	}
	if !names {
		if err := w.annotation(d); err != nil {
			return err
		}
	}
	for _, e := range d.Entries {
		if names {
			w.stack = append(w.stack, found{e.Value, false})
			continue
		}
		switch e.Key {
		case "Parent", "P", "Metadata", "PieceInfo", "Thumb", "B", "Dest", "D":
			// Ways back, and what is not drawn.
		case "V":
			// A signature leads back to the catalog.
			if w.f.Dict(e.Value).Get("ByteRange") == nil {
				w.stack = append(w.stack, found{e.Value, false})
			}
		case "Font", "XObject", "ExtGState", "ColorSpace", "Pattern", "Shading", "Properties", "CharProcs", "N", "R":
			// Resources, glyphs and states of an appearance.
			w.stack = append(w.stack, found{e.Value, true})
		default:
			w.stack = append(w.stack, found{e.Value, false})
		}
	}
	return nil
}
