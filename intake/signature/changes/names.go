package changes

import "jianding/intake/signature/revision"

// names are the full names of the fields that stood before, and of new ones:
// readers make one field of all that bear a name (ISO 32000-1, 12.7.3.2), so
// that a new one could speak for another.
type names struct {
	before map[string]bool
	fresh  []namedField
}

type namedField struct {
	num  int
	name string
}

func (n *names) old(name string) {
	if n.before == nil {
		n.before = make(map[string]bool)
	}
	n.before[name] = true
}

// add notes a new field; one without a name of its own is a widget.
func (n *names) add(d *revision.Dict, num int, name string) {
	if d.Get("T") != nil {
		n.fresh = append(n.fresh, namedField{num, name})
	}
}

func (n *names) judge(c *comparer) {
	for _, f := range n.fresh {
		if n.before[f.name] {
			c.forbid(KindField, 0, f.num, "field %s is there already", f.name)
		}
		n.old(f.name)
	}
}
