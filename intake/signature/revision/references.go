package revision

// holder is a parsed object with the references in it, which are kept so that
// comparing many revisions walks each object once.
type holder struct {
	refs   []int
	listed bool
}

func (h *holder) references(o Object) []int {
	if !h.listed {
		h.refs, h.listed = Referenced(o, nil), true
	}
	return h.refs
}

// References lists the objects that object num refers to.
func (f *File) References(num int) ([]int, error) {
	loc, ok := f.table.find(num)
	if !ok || loc.Free {
		return nil, nil
	}
	if loc.Container != 0 {
		p, err := f.packedObject(num, loc)
		if err != nil {
			return nil, err
		}
		return p.holder.references(p.value), nil
	}
	ind, err := f.Indirect(num)
	if err != nil {
		return nil, err
	}
	return ind.holder.references(ind.Value), nil
}

// Referenced appends the numbers of the objects that o refers to.
func Referenced(o Object, out []int) []int {
	switch o := o.(type) {
	case Ref:
		out = append(out, o.Num)
	case Array:
		for _, x := range o {
			out = Referenced(x, out)
		}
	case *Dict:
		for _, e := range o.Entries {
			out = Referenced(e.Value, out)
		}
	case *Stream:
		out = Referenced(o.Dict, out)
	}
	return out
}
