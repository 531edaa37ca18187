package reading

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"jianding/schemas"
)

// A table may offer the grades and tick one: the grades head its columns, or
// lead its rows, and a mark stands where row and column meet.

// scaleCells are the grades that a table offers, in a row or in a column.
type scaleCells struct {
	grades []*cell
	down   bool // they stand one below the other: marks are beside them
}

// offered finds the scale of a tick table: at least three grades of one family
// on one line, or in one column, in order, and a mark under or beside one.
func (t *table) offered() []scaleCells {
	if !slices.ContainsFunc(t.cells, (*cell).ticked) {
		return nil
	}
	var lone []*cell
	for _, c := range t.cells {
		if isGrade(c) {
			lone = append(lone, c)
		}
	}
	var out []scaleCells
	for _, down := range []bool{false, true} {
		for _, g := range inRows(lone, down) {
			if s := (scaleCells{g, down}); ascending(g) && slices.ContainsFunc(t.cells, func(c *cell) bool { return c.ticked() && s.reaches(c) }) {
				out = append(out, s)
			}
		}
	}
	return out
}

// inRows groups cells that stand on one line, left to right, or in one column,
// top to bottom; groups of less than three are left out.
func inRows(cells []*cell, down bool) [][]*cell {
	var groups [][]*cell
	for _, c := range cells {
		i := slices.IndexFunc(groups, func(g []*cell) bool {
			if down {
				return math.Abs(g[0].cx()-c.cx()) < 0.6*c.size
			}
			return math.Abs(g[0].cy()-c.cy()) < 0.5*c.size
		})
		if i < 0 {
			groups = append(groups, []*cell{c})
			continue
		}
		groups[i] = append(groups[i], c)
	}
	groups = slices.DeleteFunc(groups, func(g []*cell) bool { return len(g) < 3 })
	for _, g := range groups {
		slices.SortStableFunc(g, func(a, b *cell) int {
			if down {
				return cmpFloat(b.cy(), a.cy())
			}
			return cmpFloat(a.x0, b.x0)
		})
	}
	return groups
}

// ascending tells whether the cells hold the grades of one family, each worse
// than the one before, or each better.
func ascending(cells []*cell) bool {
	var grades []schemas.Grade
	for i, c := range cells {
		k := loneTokens(c.folded())[0]
		if i > 0 && k.family != loneTokens(cells[0].folded())[0].family {
			return false
		}
		grades = append(grades, k.grade)
	}
	up, down := true, true
	for i := 1; i < len(grades); i++ {
		up = up && rank(grades[i-1]) < rank(grades[i])
		down = down && rank(grades[i-1]) > rank(grades[i])
	}
	return up || down
}

// ticked tells whether a cell is nothing but a mark.
func (c *cell) ticked() bool {
	t := c.folded()
	return t != "" && strings.Trim(t, ticks+"●▲★VvYy是") == ""
}

// reaches tells whether a mark stands in the rows, or columns, of the scale.
func (s scaleCells) reaches(mark *cell) bool {
	first, last := s.grades[0], s.grades[len(s.grades)-1]
	if s.down {
		return mark.cx() > first.x1 && mark.cy() <= first.cy()+first.size && mark.cy() >= last.cy()-last.size
	}
	pitch := (last.cx() - first.cx()) / float64(len(s.grades)-1)
	return mark.cy() < first.cy()-0.5*first.size && mark.cx() > first.cx()-0.5*pitch && mark.cx() < last.cx()+0.5*pitch
}

// at returns the grade that a mark stands at, nil when it stands between two.
func (s scaleCells) at(mark *cell) *cell {
	distance := func(g *cell) float64 {
		if s.down {
			return math.Abs(g.cy() - mark.cy())
		}
		return math.Abs(g.cx() - mark.cx())
	}
	sorted := slices.Clone(s.grades)
	slices.SortStableFunc(sorted, func(a, b *cell) int { return cmpFloat(distance(a), distance(b)) })
	if distance(sorted[0])*2.5 > distance(sorted[1]) {
		return nil
	}
	return sorted[0]
}

// framedUnder returns the grade whose column, or row, the ruled lines give to a
// mark; nil where no lines part them.
func (t *table) framedUnder(s scaleCells, mark *cell) *cell {
	m, ok := t.ruled.frame(mark)
	if !ok {
		return nil
	}
	var out *cell
	for _, g := range s.grades {
		f, ok := t.ruled.frame(g)
		if !ok {
			return nil
		}
		from, to := 0, 2
		if s.down {
			from, to = 1, 3
		}
		if math.Abs(f[from]-m[from]) < touching && math.Abs(f[to]-m[to]) < touching {
			if out != nil {
				return nil
			}
			out = g
		}
	}
	return out
}

// inTurn returns the grade of a mark by its turn among the boxes of its row: as many
// as there are grades, each as far from its own, though the grades be centred in
// their columns and the boxes be not.
func (t *table) inTurn(s scaleCells, mark *cell) *cell {
	if s.down {
		return nil
	}
	var marks []*cell
	for _, c := range t.cells {
		if f := c.folded(); math.Abs(c.cy()-mark.cy()) < 0.5*mark.size && f != "" && strings.Trim(f, boxes+ticks) == "" && utf8.RuneCountInString(f) == 1 {
			marks = append(marks, c)
		}
	}
	if len(marks) != len(s.grades) {
		return nil
	}
	slices.SortFunc(marks, func(a, b *cell) int { return cmpFloat(a.x0, b.x0) })
	pitch := (s.grades[len(s.grades)-1].cx() - s.grades[0].cx()) / float64(len(s.grades)-1)
	var out *cell
	for i, m := range marks {
		off := m.cx() - s.grades[i].cx()
		if math.Abs(off) > 0.5*pitch || math.Abs(off-(marks[0].cx()-s.grades[0].cx())) > 0.2*pitch {
			return nil
		}
		if m == mark {
			out = s.grades[i]
		}
	}
	return out
}

// tickedMentions reads a tick table: each mark is its grade, said of what its
// row, or the head of its column, names. The grades offered say nothing.
func (r *reader) tickedMentions(it *item, scales []scaleCells) (out []*mention, offered []*cell) {
	for _, s := range scales {
		offered = append(offered, s.grades...)
		for _, c := range it.table.cells {
			if !c.ticked() || !s.reaches(c) {
				continue
			}
			g := it.table.framedUnder(s, c)
			if g == nil {
				g = it.table.inTurn(s, c)
			}
			if g == nil {
				g = s.at(c)
			}
			if g == nil {
				r.reason("grade_mention_unclear", it.page, "表中的勾选标记在两个等级之间", evidenceOf(it.table.rowGlyphs(c), it.page))
				continue
			}
			text := newPassage(g.glyphs)
			m := r.entry(it, c, text, loneTokens(text.text)[0])
			if m == nil {
				continue
			}
			if !s.down {
				m.evidence = evidenceOf(append(it.table.rowGlyphs(c), g.glyphs...), it.page)
			}
			out = append(out, m)
		}
	}
	return out, offered
}
