package revision

// References lists the objects that object num refers to, each once. The
// answer is kept per place in the file, so that comparing many revisions walks
// each object once.
func (f *File) References(num int) ([]int, error) {
	loc, ok := f.table[num]
	if !ok || loc.Free {
		return nil, nil
	}
	key := loc
	if loc.Container != 0 {
		at, ok := f.table[loc.Container]
		if !ok {
			return nil, syntax(0, "object stream %d missing", loc.Container)
		}
		key.Offset = at.Offset
	}
	if refs, ok := f.doc.references[key]; ok {
		return refs, nil
	}
	o, err := f.Object(num)
	if err != nil {
		return nil, err
	}
	refs := Referenced(o, nil)
	f.doc.references[key] = refs
	return refs, nil
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
