package reading

import (
	"math"
	"slices"
	"strings"
)

// A form may give each choice a row: a box and its grade, and in the cells beside
// it what it means. A row whose box is not ticked is not said; without a tick
// anywhere in the column nothing is known, and all rows stay.

// dropUntickedRows takes the rows of choices that are not ticked out of the
// tables.
// The choices may stand in several tables one below the other: where the gaps
// between them are wide, the layout parts them.
func dropUntickedRows(items []*item) {
	for i := 0; i < len(items); i++ {
		var cells []*cell
		n := i
		for ; n < len(items) && items[n].table != nil && items[n].page == items[i].page; n++ {
			cells = append(cells, items[n].table.cells...)
		}
		if n == i {
			continue
		}
		unsaid := unticked(cells)
		for _, it := range items[i:n] {
			it.table.cells = slices.DeleteFunc(it.table.cells, func(c *cell) bool { return unsaid[c] })
		}
		i = n - 1
	}
}

// unticked returns the cells of the rows whose choice is not ticked.
func unticked(cells []*cell) map[*cell]bool {
	out := make(map[*cell]bool)
	var leads []*cell
	for _, c := range cells {
		// Grades alone are alternatives: a box before a house is a bullet.
		if t := c.folded(); startsWith(c, boxes+ticks) && gradeChoice.MatchString(t) {
			leads = append(leads, c)
		}
	}
	for len(leads) > 0 {
		column := []*cell{leads[0]}
		var rest []*cell
		for _, c := range leads[1:] {
			if math.Abs(c.x0-leads[0].x0) < c.size {
				column = append(column, c)
			} else {
				rest = append(rest, c)
			}
		}
		leads = rest
		if n := len(slices.DeleteFunc(slices.Clone(column), func(c *cell) bool { return !startsWith(c, ticks) })); len(column) < 2 || n == 0 || n == len(column) {
			continue
		}
		for _, c := range cells {
			if l := nearestLead(column, c); l != nil && startsWith(l, boxes) {
				out[c] = true
			}
		}
	}
	return out
}

var gradeChoice = re(`^.(?:[A-D]_?[({]?(?:su)?[)}]?|I{1,3}|IV|[一二三四])级?$`)

// nearestLead returns the choice beside which a cell stands, the choice itself
// for its own cell; nil: beside none.
func nearestLead(column []*cell, c *cell) *cell {
	var best *cell
	for _, l := range column {
		if l == c {
			return l
		}
		if c.x0 < l.x1-1 {
			continue
		}
		if best == nil || math.Abs(l.cy()-c.cy()) < math.Abs(best.cy()-c.cy()) {
			best = l
		}
	}
	if best == nil || best.cy() > c.y1+0.5*best.size || best.cy() < c.y0-0.5*best.size {
		return nil
	}
	return best
}

func startsWith(c *cell, marks string) bool {
	t := c.folded()
	return t != "" && strings.ContainsAny(firstRune(t), marks)
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

// deniedBeside tells whether a cell names what is looked for, and the entry beside it
// answers that it is not there: 滑坡、崩塌、泥石流隐患 | ■无 □有. What else the entry says
// is read with it.
func (t *table) deniedBeside(c *cell) bool {
	if strings.ContainsAny(c.folded(), "。;:,已现曾"+boxes+ticks) || !lookedForThing.MatchString(c.folded()) {
		return false
	}
	denied := false
	for _, d := range t.rowCells(c.cy(), 0.5*c.size) {
		if d.x0 < c.x1 {
			continue
		}
		answer := strings.TrimLeft(chosen(newPassage(d.glyphs)).text, ticks)
		if there.MatchString(answer) {
			return false // of another day
		}
		denied = denied || notThere.MatchString(answer)
	}
	return denied
}

var (
	lookedForThing = re(`^[\p{Han}、/及和与或()]{2,30}$`)
	there          = re(`^(?:有|是|存在|发现|已|确有|疑似|可能|待)`)
	notThere       = re(`^(?:无|否|没有|未发现|未见|不存在)(?:隐患|异常|危险|现象|情况|影响|此类|该类)*(?:$|[,。;(])[^有是]*$`)
)
