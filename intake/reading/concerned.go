package reading

import (
	"math"
	"slices"
	"strings"

	"jianding/schemas"
)

// Which house a part without a name is of: the one that its sentence, its paragraph
// or the ones above named last.

// concerns tells whether a grade of a part is one of a part of the finding's house.
func concerns(m *mention, f schemas.Finding, fs []schemas.Finding) bool {
	if len(m.units) > 0 || unitKey(f.Unit) == defaultUnit {
		return unitKey(f.Unit) == defaultUnit || containsUnit(m.units, f.Unit)
	}
	if u := m.namedBefore(fs); u != "" {
		return unitKey(u) == unitKey(f.Unit)
	}
	// It does not say of which house: of one that is graded accordingly, if any.
	from := rank(m.grade)
	if m.scope == schemas.ScopeMember {
		from = 3 // a single member of du is for Csu
	}
	return !slices.ContainsFunc(fs, func(g schemas.Finding) bool {
		return g.Aspect == f.Aspect && unitKey(g.Unit) != unitKey(f.Unit) && rank(g.Grade) >= from
	})
}

// namedBefore returns the house that was named last before a mention, in its
// paragraph (对教学楼评级。上部承重结构评为Cu级。) or in the ones above it up to their
// heading: what opens with a house goes on about it until another is named.
func (m *mention) namedBefore(fs []schemas.Finding) string {
	it := m.table
	if m.fromTable {
		if u := m.namedAbove(fs); u != "" {
			return u
		}
	} else {
		if m.sentence.para == nil || m.sentence.from > len(m.sentence.para.text) {
			return ""
		}
		if u := namedLast(m.sentence.para.text[:m.sentence.from], fs); u != "" {
			return u
		}
		it = m.sentence.para.item
	}
	for it != nil && !it.heading && it.prior != nil {
		if it = it.prior; it.table != nil || it.section != m.section {
			break
		}
		if u := namedLast(it.text.text, fs); u != "" {
			return u
		}
	}
	return ""
}

// namedAbove returns the house that the table of a mention names last above it: a line
// that stands over the columns, 教学楼的评级见下, is one of its rows.
func (m *mention) namedAbove(fs []schemas.Finding) string {
	name, lowest := "", math.Inf(1)
	for _, c := range m.table.table.cells {
		if cy := c.cy(); cy > m.cell.cy()+0.5*m.cell.size && cy < lowest {
			if u := namedLast(c.folded(), fs); u != "" {
				name, lowest = u, cy
			}
		}
	}
	return name
}

// namedLast returns the graded house that a text names last.
func namedLast(text string, fs []schemas.Finding) string {
	last, at := "", -1
	for _, f := range fs {
		if unitKey(f.Unit) == defaultUnit {
			continue
		}
		if i := strings.LastIndex(text, fold(f.Unit)); i > at {
			last, at = f.Unit, i
		}
	}
	return last
}
