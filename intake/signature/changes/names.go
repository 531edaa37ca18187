package changes

import "jianding/intake/signature/revision"

// names are the full names of the fields that stood before, and of new ones:
// readers make one field of all that bear a name (ISO 32000-1, 12.7.3.2), so
// that a new one could speak for another.
type names struct {
	before []string
	fresh  []namedField
}

type namedField struct {
	num  int
	name string
}

func (n *names) old(name string) { n.before = append(n.before, name) }

// add notes a new field; one without a name of its own is a widget.
func (n *names) add(d *revision.Dict, num int, name string) {
	if d.Get("T") != nil {
		n.fresh = append(n.fresh, namedField{num, name})
	}
}

// judge looks the many old names up among the few new ones.
func (n *names) judge(c *comparer) {
	taken := make(map[string]bool, len(n.fresh))
	for _, f := range n.fresh {
		taken[f.name] = false
	}
	for _, name := range n.before {
		if _, wanted := taken[name]; wanted {
			taken[name] = true
		}
	}
	for _, f := range n.fresh {
		if taken[f.name] {
			c.forbid(KindField, 0, f.num, "field %s is there already", f.name)
		}
		taken[f.name] = true
	}
}
