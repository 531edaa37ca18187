package revision

import (
	"fmt"
	"io"
	"slices"
)

// Document is the whole file; its revisions share parsed objects and limits.
type Document struct {
	data     []byte
	budget   budget
	room     room
	entries  int
	sections map[int]*Section
	objects  map[int]*Indirect // by offset
	packed   map[int][]packed  // object streams by offset of the stream
	crypt    *decrypter
	cryptFor Object
	cryptErr error
	tables   map[int]*table // of opened revisions, by offset of their newest section
	depth    int            // Length of Length of Length …
	inflater io.ReadCloser
	steps    int          // of walks over revisions
	steering map[int]bool // objects that say how object streams are read
}

// NewDocument prepares to read revisions of data, which is not copied and must
// not change.
func NewDocument(data []byte) *Document {
	return &Document{
		data: data,
		// A value costs at least one byte of the file or of an inflated
		// stream; updates that are read several times are cached.
		budget:   budget{values: maxValues, bytes: 8*len(data) + 1<<20, inflated: maxInflated, streams: maxStreams},
		entries:  maxEntries,
		steps:    maxSteps,
		sections: make(map[int]*Section),
		objects:  make(map[int]*Indirect),
		packed:   make(map[int][]packed),
		steering: make(map[int]bool),
		tables:   make(map[int]*table),
	}
}

// File is one revision of the document: its first End bytes.
type File struct {
	doc  *Document
	data []byte
	// Sections is the chain of cross-reference sections, newest first.
	Sections []*Section
	// Trailer is the newest section's trailer dictionary.
	Trailer *Dict
	table   *table
}

// Open reads the structure of the revision that ends at byte end.
func (d *Document) Open(end int) (*File, error) {
	if end < 0 || end > len(d.data) {
		return nil, syntax(end, "revision outside the file")
	}
	f := &File{doc: d, data: d.data[:end], table: &table{}}
	offset, err := lastStartXRef(f.data)
	if err != nil {
		return nil, err
	}
	visited := make(map[int]bool)
	for offset >= 0 {
		if visited[offset] || len(f.Sections) >= maxSections {
			return nil, syntax(offset, "cross-reference sections form a loop")
		}
		visited[offset] = true
		s, err := f.section(offset)
		if err != nil {
			return nil, err
		}
		f.Sections = append(f.Sections, s)
		offset = s.Prev
	}
	if err := f.tabulate(); err != nil {
		return nil, err
	}
	f.Trailer = f.Sections[0].Trailer
	if _, ok := f.Trailer.Get("Root").(Ref); !ok {
		return nil, syntax(f.Sections[0].Offset, "trailer without Root")
	}
	if err := f.openCrypt(); err != nil {
		return nil, err
	}
	return f, nil
}

// tabulate lays the sections over each other, oldest first, from the newest
// revision on that was opened before and that this one continues.
func (f *File) tabulate() error {
	d := f.doc
	n := 0
	for n < len(f.Sections) && d.tables[f.Sections[n].Offset] == nil {
		n++
	}
	var t *table
	if n < len(f.Sections) {
		t = d.tables[f.Sections[n].Offset]
	}
	if n > 0 {
		t = t.grow()
		d.entries -= len(t.pages) / 8
	}
	for _, s := range slices.Backward(f.Sections[:n]) {
		if d.budget.values -= len(s.Entries) / 4; d.budget.values < 0 {
			return ErrBudget
		}
		for num, loc := range s.Entries {
			if d.entries -= t.list(num, loc); d.entries < 0 {
				return ErrBudget
			}
		}
	}
	f.table = t
	d.tables[f.Sections[0].Offset] = t
	return nil
}

// Spend takes n steps of a walk off the document's budget, which all revisions
// share: comparing many revisions of a large document must end as well.
func (f *File) Spend(n int) error {
	if f.doc.steps -= n; f.doc.steps < 0 {
		return ErrBudget
	}
	return nil
}

// End is the number of bytes of this revision.
func (f *File) End() int { return len(f.data) }

// Numbers lists the object numbers of the revision in ascending order, free
// ones included.
func (f *File) Numbers() []int { return f.table.numbers(nil) }

// Differing lists in ascending order the object numbers that f and an earlier
// revision do not find at the same place, as [File.Same] has it, whether they
// are free, absent or in use.
func (f *File) Differing(old *File) []int {
	nums := append(f.table.numbers(old.table), old.table.numbers(f.table)...)
	nums = append(nums, f.table.heldBy(nums)...)
	slices.Sort(nums)
	return slices.DeleteFunc(slices.Compact(nums), func(num int) bool { return f.Same(old, num) })
}

// Locate returns where the revision finds object num.
func (f *File) Locate(num int) (Location, bool) {
	return f.table.find(num)
}

// InUse reports whether object num exists in the revision.
func (f *File) InUse(num int) bool {
	l, ok := f.table.find(num)
	return ok && !l.Free
}

// Resolve follows references until a direct object. A reference to a free or
// unknown object is null (ISO 32000-1, 7.3.10).
func (f *File) Resolve(o Object) (Object, error) {
	for range 16 {
		r, ok := o.(Ref)
		if !ok {
			return o, nil
		}
		var err error
		if o, err = f.Object(r.Num); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("references form a loop")
}

// Dict resolves o and returns it when it is a dictionary, nil otherwise.
func (f *File) Dict(o Object) *Dict {
	v, err := f.Resolve(o)
	if err != nil {
		return nil
	}
	d, _ := v.(*Dict)
	return d
}

// Root returns the catalog.
func (f *File) Root() (*Dict, error) {
	d := f.Dict(f.Trailer.Get("Root"))
	if d == nil {
		return nil, syntax(0, "catalog missing")
	}
	if d.Duplicate {
		return nil, syntax(0, "catalog has a key twice")
	}
	return d, nil
}

// Object returns the value of object num, null when it is free or unknown.
func (f *File) Object(num int) (Object, error) {
	at := f.table.at(num)
	if at == nil || !at.listed || at.Free {
		return nil, nil
	}
	if at.Container == 0 {
		ind, err := f.Indirect(num)
		if err != nil {
			return nil, err
		}
		return ind.Value, nil
	}
	p, err := f.packedObject(num, at.Location)
	if err != nil {
		return nil, err
	}
	return p.value, nil
}

// Indirect returns object num with its place; it fails for objects in object
// streams and for free ones.
func (f *File) Indirect(num int) (*Indirect, error) {
	at := f.table.at(num)
	if at == nil || !at.listed || at.Free || at.Container != 0 {
		return nil, fmt.Errorf("object %d has no place of its own", num)
	}
	if at.read != nil && at.read.End <= len(f.data) {
		return at.read, nil
	}
	loc := at.Location
	ind, err := f.indirectAt(loc.Offset)
	if err != nil {
		return nil, err
	}
	if ind.Num != num || ind.Gen != loc.Gen {
		return nil, syntax(loc.Offset, "cross-reference leads to object %d %d instead of %d %d", ind.Num, ind.Gen, num, loc.Gen)
	}
	if ind.End > len(f.data) {
		return nil, syntax(loc.Offset, "object reaches beyond its revision")
	}
	at.read = ind
	return ind, nil
}

// Ambiguous reports whether readers may take object num differently: then it
// is equal to nothing but itself.
func (f *File) Ambiguous(num int) bool {
	loc, ok := f.table.find(num)
	if !ok || loc.Free {
		return false
	}
	if loc.Container != 0 {
		p, err := f.packedObject(num, loc)
		return err != nil || p.ambiguous
	}
	ind, err := f.Indirect(num)
	return err != nil || ind.Ambiguous || ind.opaque
}

// Same reports whether two revisions find object num at the same place, so
// that it cannot differ.
func (f *File) Same(g *File, num int) bool {
	a, okA := f.table.find(num)
	b, okB := g.table.find(num)
	if !okA || !okB {
		return okA == okB || (okA && a.Free) || (okB && b.Free)
	}
	if a.Free && b.Free {
		return true
	}
	if a != b {
		return false
	}
	if a.Container != 0 {
		ca, okA := f.table.find(a.Container)
		cb, okB := g.table.find(a.Container)
		return okA && okB && ca == cb
	}
	return true
}

// Steers reports whether an object stream that was read refers to object num:
// its length, which decides what the stream holds.
func (f *File) Steers(num int) bool { return f.doc.steering[num] }

// Structural reports whether object num is a cross-reference or an object
// stream, which belongs to the file and not to the document.
func (f *File) Structural(num int) bool {
	o, err := f.Object(num)
	st, ok := o.(*Stream)
	if err != nil || !ok {
		return false
	}
	t := st.Dict.Name("Type")
	return t == "XRef" || t == "ObjStm"
}
