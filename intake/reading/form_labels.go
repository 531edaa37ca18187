package reading

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// labelColumn is a column of labels with what stands between it and the next.
type labelColumn struct {
	x0, x1 float64
	labels []*label
	lines  []*cell // first cells of the interval right of it, top to bottom
}

// edge is where the labels end that stand nearest to c: rows of a form may
// have columns of different widths.
func (col *labelColumn) edge(c *cell) float64 {
	best, x := math.Inf(1), col.x1
	for _, lab := range col.labels {
		d := math.Abs(lab.cell.cy() - c.cy())
		if c.y1 > lab.cell.y0 && c.y0 < lab.cell.y1 {
			d = 0
		}
		if d < best {
			best, x = d, lab.cell.x1
		}
	}
	return x
}

// rowsBelow tells whether c stands in a row below the last one in which the column
// has a label: what a form goes on with there is no entry of it.
func (f *form) rowsBelow(col *labelColumn, c *cell, rules *ruling) bool {
	last := col.labels[len(col.labels)-1].cell
	if c.cy() > last.cy()-0.6*last.size {
		return false
	}
	above := last
	if n := len(col.lines); n > 0 && col.lines[n-1].cy() < last.y1 {
		above = col.lines[n-1]
	}
	if !rules.parts(above, c) && lastLineY(above)-c.cy() < rowsApart*c.size {
		return false
	}
	return slices.ContainsFunc(f.columns[0].labels, func(l *label) bool {
		return l.cell.cy() < last.cy()-0.6*last.size && math.Abs(l.cell.cy()-c.cy()) < math.Abs(last.cy()-c.cy())
	})
}

// rowsApart is how far apart, in em, lines stand that are rows and not lines of one
// entry.
const rowsApart = 2.0

// label is one label, which may be set in several lines or upright, with the
// lines of its entry.
type label struct {
	cell  *cell
	entry []*cell
}

// isLabel tells whether a cell's text labels an entry: a field of a report, or
// the name of one of its parts. Names of parts count only at the left edge:
// 委托鉴定 is an entry elsewhere.
func isLabel(t string, edge bool) bool {
	if n := utf8.RuneCountInString(t); n < 2 || n > 16 {
		return false
	}
	if labelOf(t) != fNone || labelOf(headNumber.ReplaceAllString(t, "")) != fNone {
		return true
	}
	t = strings.TrimRight(t, ":")
	return edge && utf8.RuneCountInString(t) <= 12 && !strings.ContainsAny(t, ",。;:《》0123456789") && !gradeToken.MatchString(t) &&
		!advisory.MatchString(t) && !assertive.MatchString(t) && !subGradeHead.MatchString(t) && sectionOf(t) != ""
}

// leftmost returns the label at the left edge where the first one found stands
// in a column further right, a little higher because it takes two lines.
func leftmost(lines []*line, k int, lab *cell) (int, *cell) {
	for j := k + 1; j < len(lines) && lines[k].cy()-lines[j].cy() < 2.2*lab.size; j++ {
		if lines[j].x0() > lab.x0-2*lab.size {
			continue
		}
		if other, _ := stackedLabel(lines, j, 0, true); other != nil && entryStart(lines, j, other) > 0 {
			return j, other
		}
	}
	return k, lab
}

// stackedLabel returns the label that begins with cell n of line k: a cell that
// is one, or that becomes one with the cells under it.
// edge: it stands at the left edge of the form.
func stackedLabel(lines []*line, k, n int, edge bool) (*cell, []*cell) {
	c := lines[k].cells[n]
	text := c.folded()
	if utf8.RuneCountInString(text) > 8 {
		if isLabel(text, edge) {
			return c, []*cell{c}
		}
		return nil, nil
	}
	parts := []*cell{c}
	joined := text
	var best []*cell
	if isLabel(text, edge) {
		best = parts
	}
	last := c
	for j := k + 1; j < len(lines) && len(parts) < 8; j++ {
		if last.cy()-lines[j].cy() > 2.2*c.size {
			break
		}
		var d *cell
		for m, x := range lines[j].cells {
			if math.Abs(x.cx()-c.cx()) < 0.6*c.size || math.Abs(x.x0-c.x0) < 0.3*c.size {
				if m == 0 || !edge {
					d = x
				}
				break
			}
		}
		if d == nil {
			continue
		}
		part := d.folded()
		if utf8.RuneCountInString(part) > 6 || last.cy()-d.cy() < 0.5*c.size || lines[k].ruled.parts(last, d) {
			break
		}
		if twoLabels(joined, part) {
			break
		}
		joined += part
		parts = append(slices.Clone(parts), d)
		last = d
		if labelOf(joined) != fNone || best == nil && isLabel(joined, edge) && !isLabel(part, edge) {
			best = parts
		}
	}
	if best == nil {
		return nil, nil
	}
	return joinCells(best, lines[k].page), best
}

// twoLabels tells whether one label stands under another: 委托人 over 地址, 结构 over
// 层数, though 委托人地址 and 结构层数 would be labels too; but 现场检测 over 日期 is one.
func twoLabels(above, below string) bool {
	a, b := labelOf(above), labelOf(below)
	if a == fNone || b == fNone {
		return false
	}
	f := labelOf(above + below)
	return f == fNone || f == fOther || f == b && a != b
}

// joinCells makes one cell of several lines.
func joinCells(cs []*cell, page int) *cell {
	out := *cs[0]
	out.glyphs = slices.Clone(cs[0].glyphs)
	for _, c := range cs[1:] {
		out.glyphs = append(append(out.glyphs, glyph{r: '\n', page: page, soft: true}), c.glyphs...)
		out.x0, out.x1, out.y0, out.y1 = min(out.x0, c.x0), max(out.x1, c.x1), min(out.y0, c.y0), max(out.y1, c.y1)
		out.first, out.last = min(out.first, c.first), max(out.last, c.last)
	}
	return &out
}

// findLabels collects the labels in their columns, and tells how many of them
// are known ones.
func (f *form) findLabels(used map[*cell]bool) int {
	known := 0
	var right []*label
	first := &labelColumn{x0: math.Inf(1)}
	for k, l := range f.lines {
		for n, c := range l.cells {
			if used[c] {
				continue
			}
			edge := c.x0 < f.left-0.6*c.size
			lab, parts := stackedLabel(f.lines, k, n, edge && n == 0)
			if n == 0 && !edge && (lab == nil || entryStart(f.lines, k, lab) == 0) {
				continue
			}
			if lab == nil && n == 0 {
				parts = f.unknownLabel(k) // its word is not in the vocabulary
				lab = joinCells(parts, f.page)
			} else if lab != nil {
				known++
			}
			if lab == nil {
				continue
			}
			if n == 0 && edge {
				first.labels = append(first.labels, &label{cell: lab})
				first.x0, first.x1 = min(first.x0, lab.x0), max(first.x1, lab.x1)
			} else {
				right = append(right, &label{cell: lab})
			}
			for _, p := range parts {
				used[p] = true
			}
		}
	}
	if len(first.labels) == 0 {
		return 0
	}
	f.columns = append(f.columns, first)
	slices.SortStableFunc(right, func(a, b *label) int { return cmpFloat(a.cell.x0, b.cell.x0) })
	for _, lab := range right {
		col := f.columns[len(f.columns)-1]
		if len(f.columns) == 1 || lab.cell.x0 > col.x1-0.3*lab.cell.size {
			col = &labelColumn{x0: lab.cell.x0, x1: lab.cell.x1}
			f.columns = append(f.columns, col)
		}
		col.labels = append(col.labels, lab)
		col.x0, col.x1 = min(col.x0, lab.cell.x0), max(col.x1, lab.cell.x1)
	}
	for _, col := range f.columns {
		slices.SortStableFunc(col.labels, func(a, b *label) int { return cmpFloat(b.cell.cy(), a.cell.cy()) })
	}
	f.unknownLabels(used)
	return known
}

// unknownLabel returns the cells of the label that begins line k: itself, and
// the rest of the word that did not fit the column.
func (f *form) unknownLabel(k int) []*cell {
	c := f.lines[k].cells[0]
	for _, l := range f.lines[min(k+1, len(f.lines)):min(k+3, len(f.lines))] {
		d := l.cells[0]
		if (math.Abs(d.x0-c.x0) < 0.3*c.size || math.Abs(d.cx()-c.cx()) < 0.3*c.size) && c.cy()-d.cy() < 1.65*c.size && utf8.RuneCountInString(d.folded()) <= 2 && utf8.RuneCountInString(c.folded()) >= 3 {
			return []*cell{c, d}
		}
	}
	return []*cell{c}
}

// unknownLabels: a short cell that stands in a column of labels, with an entry
// on its right, is one though its word is not in the vocabulary.
func (f *form) unknownLabels(used map[*cell]bool) {
	for _, col := range f.columns[1:] {
		for _, l := range f.lines {
			for n, c := range l.cells {
				if used[c] || n == 0 || n+1 == len(l.cells) || c.x0 < col.x0-0.6*c.size || c.x1 > col.x1+2*c.size || utf8.RuneCountInString(c.folded()) > 10 {
					continue
				}
				col.labels = append(col.labels, &label{cell: c})
				used[c] = true
			}
		}
		slices.SortStableFunc(col.labels, func(a, b *label) int { return cmpFloat(b.cell.cy(), a.cell.cy()) })
	}
}
