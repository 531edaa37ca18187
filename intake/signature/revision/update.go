package revision

import "errors"

// Update is one incremental update: what one producer appended.
type Update struct {
	Start, End int
	Objects    []*Indirect
	Section    *Section
}

// Updates accounts for every byte between two revisions: f ends where an
// earlier revision old ended, and everything after that must be objects, each
// listed at its own place by the cross-reference section of the same update,
// that section, startxref and %%EOF; nothing may be hidden beside them, and the
// sections must continue the chain of old. Any other byte is an error.
func (f *File) Updates(old *File) ([]Update, error) {
	n := len(f.Sections) - len(old.Sections)
	if n < 0 {
		return nil, errors.New("an update drops a cross-reference section")
	}
	for i, s := range old.Sections {
		if f.Sections[n+i].Offset != s.Offset {
			return nil, errors.New("an update does not continue the cross-reference chain")
		}
	}
	if err := f.checkLinearized(old); err != nil {
		return nil, err
	}
	if err := f.checkSize(old); err != nil {
		return nil, err
	}
	p := &parser{data: f.data, pos: len(old.data), budget: &f.doc.budget}
	var out []Update
	known := make(map[int]Location, 64)
	lookup := func(num int) (Location, bool) {
		if l, ok := known[num]; ok {
			return l, true
		}
		l, ok := old.table.find(num)
		return l, ok
	}
	for i := n - 1; i >= 0; i-- {
		u, err := f.update(p, f.Sections[i])
		if err != nil {
			return nil, err
		}
		if err := u.check(lookup); err != nil {
			return nil, err
		}
		if err := f.checkContainers(u); err != nil {
			return nil, err
		}
		if err := u.Section.checkTrailer(f.Sections[i+1]); err != nil {
			return nil, err
		}
		// Readers that repair may take the catalog of any trailer: there is the
		// signed one and the newest, which are compared, and no third.
		if root := u.Section.Trailer.Get("Root"); !Equal(root, old.Trailer.Get("Root")) && !Equal(root, f.Trailer.Get("Root")) {
			return nil, syntax(u.Section.Offset, "trailer changes %s", "Root")
		}
		for num, loc := range u.Section.Entries {
			known[num] = loc
		}
		out = append(out, *u)
	}
	p.skipBlank()
	if p.pos != len(p.data) {
		return nil, syntax(p.pos, "bytes that no cross-reference section accounts for")
	}
	return out, nil
}

// update reads one update whose section is already known from the chain.
func (f *File) update(p *parser, s *Section) (*Update, error) {
	u := &Update{Start: p.pos, Section: s}
	seen := false
	for {
		if err := p.plainComments(); err != nil {
			return nil, err
		}
		switch {
		case p.pos >= len(p.data):
			return nil, syntax(p.pos, "update without end")
		case isDigit(p.data[p.pos]):
			if seen && s.Stream == 0 {
				return nil, syntax(p.pos, "object after the cross-reference table")
			}
			ind, err := f.indirectAt(p.pos)
			if err != nil {
				return nil, err
			}
			if err := f.plainObject(ind); err != nil {
				return nil, err
			}
			p.pos = ind.End
			u.Objects = append(u.Objects, ind)
			if ind.Start == s.Offset {
				seen = true
			}
		case p.keyword("xref"):
			if seen || s.Stream != 0 || s.Offset != p.pos-len("xref") {
				return nil, syntax(p.pos, "cross-reference table outside the chain")
			}
			if err := f.plainTable(s); err != nil {
				return nil, err
			}
			p.pos = s.End
			seen = true
		case p.keyword("startxref"):
			p.skipBlank()
			off, ok := p.uint()
			q := &parser{data: p.data, pos: off}
			q.skipBlank() // startxref may point to white space before it
			if !ok || !seen || off > len(p.data) || q.pos != s.Offset {
				return nil, syntax(p.pos, "startxref does not lead to this update's section")
			}
			p.skipBlank()
			if !p.keywordPrefix("%%EOF") {
				return nil, syntax(p.pos, "%%%%EOF missing")
			}
			u.End = p.pos
			return u, nil
		default:
			return nil, syntax(p.pos, "bytes that no cross-reference section accounts for")
		}
	}
}

// maxSize is the greatest number of objects that readers take without repair:
// PDFium's limit of old.
const maxSize = 1 << 20

// checkTrailer: an update continues the document that stood before. Readers
// take every object from Size on as missing (ISO 32000-1, table 15), so that a
// smaller one cuts off what was signed, and repair a file whose Size they find
// absurd; some overlook a Prev that is no integer.
func (s *Section) checkTrailer(earlier *Section) error {
	size, ok := s.Trailer.Get("Size").(int64)
	was, known := earlier.Trailer.Get("Size").(int64)
	if !ok || known && size < was {
		return syntax(s.Offset, "trailer's Size cuts objects off")
	}
	if size > max(maxSize, was) {
		return syntax(s.Offset, "trailer's Size is beyond what readers take")
	}
	for num, loc := range s.Entries {
		if !loc.Free && int64(num) >= size {
			return syntax(s.Offset, "object %d lies beyond Size", num)
		}
	}
	if loc, listed := s.Entries[0]; listed && !loc.Free {
		return syntax(s.Offset, "object 0 in use")
	}
	if s.Stream != 0 && s.Trailer.Get("XRefStm") != nil { // MuPDF follows it, others do not
		return syntax(s.Offset, "XRefStm in a cross-reference stream")
	}
	if _, whole := s.Trailer.Get("Prev").(int64); !whole {
		return syntax(s.Offset, "Prev is not an integer")
	}
	if !Equal(s.Trailer.Get("Encrypt"), earlier.Trailer.Get("Encrypt")) {
		return syntax(s.Offset, "trailer changes %s", "Encrypt")
	}
	return nil
}

// checkSize: objects from Size on are missing, whatever the cross-references
// say (ISO 32000-1, table 15). An update with a greater Size would bring those
// back that the signed revision refers to and cut off.
func (f *File) checkSize(old *File) error {
	size, ok := old.Trailer.Get("Size").(int64)
	if is, _ := f.Trailer.Get("Size").(int64); !ok || is <= size {
		return nil
	}
	cut := func(n int) bool { return int64(n) >= size && old.InUse(n) }
	nums := old.Numbers()
	if len(nums) == 0 || int64(nums[len(nums)-1]) < size {
		return nil
	}
	refers, err := old.refersTo(cut)
	if err == nil && refers {
		err = syntax(f.Sections[0].Offset, "trailer's Size brings objects back")
	}
	return err
}

// check matches the objects of the update with its section, both ways.
func (u *Update) check(earlier func(int) (Location, bool)) error {
	if u.Section.Shifted {
		return syntax(u.Section.Offset, "readers number the objects of the table differently")
	}
	for _, num := range u.Section.Hidden {
		if old, ok := earlier(num); ok && !old.Free {
			return syntax(u.Section.Offset, "object %d is hidden from some readers", num)
		}
	}
	byNum := make(map[int]*Indirect, len(u.Objects))
	for _, ind := range u.Objects {
		if byNum[ind.Num] != nil {
			return syntax(ind.Start, "object %d twice in one update", ind.Num)
		}
		byNum[ind.Num] = ind
		loc, listed := u.Section.Entries[ind.Num]
		switch {
		case listed && !loc.Free && loc.Container == 0 && loc.Gen == ind.Gen && sameStart(loc.Offset, ind):
		case (!listed || loc.Free) && (ind.Num == u.Section.Stream || ind.Start == u.Section.Hybrid):
			// A cross-reference stream need not list itself, and iText 5 lists
			// its own as free.
		default:
			return syntax(ind.Start, "object %d is not what its cross-reference section lists", ind.Num)
		}
		if old, ok := earlier(ind.Num); ok && old.Gen != ind.Gen && !old.Free { // 0 in an object stream
			return syntax(ind.Start, "object %d changes its generation", ind.Num)
		}
	}
	for num, loc := range u.Section.Entries {
		old, ok := earlier(num)
		switch {
		case loc.Free:
		case ok && loc == old:
		case loc.Container != 0 && byNum[loc.Container] != nil:
		case loc.Container == 0 && byNum[num] != nil:
		default:
			return syntax(u.Section.Offset, "object %d is listed where its update has nothing", num)
		}
	}
	return nil
}

// checkContainers refuses what readers take apart differently: an object stream
// that holds objects which its update does not list at that very place (one
// reader finds them by number, another by index, a repairing one finds all),
// and a cross-reference stream beside the chain.
func (f *File) checkContainers(u *Update) error {
	for _, ind := range u.Objects {
		st, ok := ind.Value.(*Stream)
		if !ok {
			continue
		}
		switch st.Dict.Name("Type") {
		case "XRef":
			if ind.Num != u.Section.Stream && ind.Start != u.Section.Hybrid {
				return syntax(ind.Start, "cross-reference stream %d outside the chain", ind.Num)
			}
			if err := f.wholeData(ind, nil); err != nil {
				return err
			}
		case "ObjStm":
			objs, err := f.unpackStream(ind)
			if err != nil {
				return err
			}
			if err := f.plainContainer(ind, objs); err != nil {
				return err
			}
			for i, o := range objs {
				if loc, ok := u.Section.Entries[o.num]; !ok || loc.Free || loc.Container != ind.Num || loc.Index != i {
					return syntax(ind.Start, "object stream %d holds object %d, which is not listed there", ind.Num, o.num)
				}
			}
		}
	}
	return nil
}

// sameStart allows an entry that points to white space before its object.
func sameStart(offset int, ind *Indirect) bool {
	return offset <= ind.Start && ind.Start-offset <= 2
}
