package revision

import (
	"bytes"
	"slices"
	"strconv"
)

// Hidden finds an object in the file that no cross-reference section shows and
// that a reader which repairs the file would take for one of the document's:
// it stands behind the one that is listed, or bears a number that something
// refers to and nothing bears. Who appends to such a file chooses, by what
// breaks, which of the two is seen. It returns nil when there is none.
func (f *File) Hidden() error {
	known := f.extents()
	at := 0
	for _, x := range append(known, extent{len(f.data), len(f.data)}) {
		if x.start > at {
			if err := f.hiddenIn(at, x.start, known); err != nil {
				return err
			}
		}
		at = max(at, x.end)
	}
	return nil
}

// extent is where a listed object or a section lies.
type extent struct{ start, end int }

func (f *File) extents() []extent {
	var out []extent
	for _, ind := range f.Everywhere() {
		out = append(out, extent{ind.Start, ind.End})
	}
	for _, s := range f.Sections {
		out = append(out, extent{s.Offset, s.End})
		if s.Hybrid > 0 {
			if ind, err := f.indirectAt(s.Hybrid); err == nil {
				out = append(out, extent{ind.Start, ind.End})
			}
		}
	}
	slices.SortFunc(out, func(a, b extent) int { return a.start - b.start })
	return out
}

func (f *File) hiddenIn(from, to int, known []extent) error {
	b := f.data[from:to]
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte("obj"))
		if i < 0 {
			return nil
		}
		start, num, ok := objectBefore(b, at+i)
		at += i + len("obj")
		if !ok || f.places(from+start) {
			continue
		}
		loc, inUse := f.table.find(num)
		inUse = inUse && !loc.Free
		if inUse && (loc.Container != 0 || loc.Offset < from+start) {
			return syntax(from+start, "object %d stands where no cross-reference leads", num)
		}
		if !inUse {
			refers, err := f.refersTo(func(n int) bool { return n == num })
			if err != nil {
				return err
			}
			if refers {
				return syntax(from+start, "object %d, which something refers to, stands where no cross-reference leads", num)
			}
		}
	}
}

// places reports whether some section lists an object at offset, that could
// not be read.
func (f *File) places(offset int) bool {
	for _, s := range f.Sections {
		for _, loc := range s.Entries {
			if !loc.Free && loc.Container == 0 && loc.Offset == offset {
				return true
			}
		}
	}
	return false
}

// objectBefore reads "<number> <generation> " before the keyword obj at i.
func objectBefore(b []byte, i int) (start, num int, ok bool) {
	back := func(i int, in func(byte) bool) int {
		for i > 0 && in(b[i-1]) {
			i--
		}
		return i
	}
	genEnd := back(i, isSpace)
	gen := back(genEnd, isDigit)
	numEnd := back(gen, isSpace)
	start = back(numEnd, isDigit)
	if gen == genEnd || numEnd == gen || start == numEnd {
		return 0, 0, false
	}
	num, err := strconv.Atoi(string(b[start:numEnd]))
	return start, num, err == nil
}

// refersTo reports whether something that the trailer leads to refers to one of
// these numbers.
func (f *File) refersTo(wanted func(int) bool) (bool, error) {
	var seen Sparse[bool]
	stack := Referenced(f.Trailer, nil)
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if wanted(n) {
			return true, nil
		}
		if seen.Get(n) {
			continue
		}
		seen.Set(n, true)
		refs, err := f.References(n)
		if err != nil {
			continue
		}
		if err := f.Spend(1 + len(refs)); err != nil {
			return false, err
		}
		stack = append(stack, refs...)
	}
	return false, nil
}
