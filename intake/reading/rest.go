package reading

import "slices"

// What is said of all houses but those that are named (其余均为Bsu级).

// restCount: 其余两幢均为Bsu级. How many they are is no name.
var restCount = re(`^(?:的)?([两二三四五六七八九十]|[0-9]{1,2})(?:栋|幢|座|个单体|户)(?:房屋|建筑物?|楼房?|单体)?`)

// spreadRest gives "其余均为Bsu级" the units that the report knows and that the
// same passage does not grade otherwise.
func (r *reader) spreadRest(said, tabled []*mention) {
	all := slices.Clone(r.known)
	for _, m := range slices.Concat(said, tabled) {
		for _, u := range m.units {
			if !containsUnit(all, u) {
				all = append(all, u)
			}
		}
	}
	for _, m := range said {
		if !m.rest {
			continue
		}
		var others []string
		for _, n := range said {
			if n != m && !n.rest && n.aspect == m.aspect {
				others = append(others, n.units...)
			}
		}
		excepted := exceptedIn(m, r.known)
		m.units = without(all, append(others, excepted...))
		if len(m.units) == 0 && len(excepted) > 0 {
			// 即除2号楼外,其余两幢均为Bsu级, where each has been graded by its name: it is
			// said of them once more.
			m.units = without(all, excepted)
		}
		r.checkRestCount(m)
	}
}

// without returns the units of a list that are none of the others.
func without(list, others []string) []string {
	var out []string
	for _, u := range list {
		if !containsUnit(others, u) {
			out = append(out, u)
		}
	}
	return out
}

// checkRestCount: 其余两幢, where the report names one other house or three.
func (r *reader) checkRestCount(m *mention) {
	loc := restWord.FindAllStringIndex(m.sentence.text[:m.from], -1)
	if len(loc) == 0 {
		return
	}
	x := restCount.FindStringSubmatch(m.sentence.text[loc[len(loc)-1][1]:m.from])
	if x == nil {
		return
	}
	n := 2
	if x[1] != "两" {
		n = number(x[1])
	}
	if n != len(m.units) {
		r.reason("unit_without_conclusion", m.page, x[0], m.evidence)
	}
}
