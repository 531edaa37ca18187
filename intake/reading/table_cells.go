package reading

import (
	"math"
	"slices"
	"strings"
)

// table is a stretch of lines with several cells each.
type table struct {
	page  int
	cells []*cell // cells whose lines were joined, in content order
	lines []*line
	above string // the caption or paragraph before it
	ruled *ruling
	prev  *table // the part of it on the page before
	next  *table
	body  *float64 // what headEnd found: it is asked for with every cell
	found found    // of its places
}

// tableAt returns the number of lines of the table that begins at line i, or 0.
// A table is at least two lines of which two have several cells; lines with a
// single cell belong to it when that cell stands in one of its columns: a
// wrapped entry, or one that spans rows.
// Where the page before ended with a table, one row is enough, and it may begin
// with the upper lines of its entries alone.
func tableAt(lines []*line, i int, before *table) int {
	start := i
	if tornCaption(lines[i]) {
		return 0
	}
	if len(lines[i].cells) < 2 {
		// A first line that holds only the upper half of an entry beside which
		// the others are centred.
		if i+1 >= len(lines) || isProse(lines[i]) || endsParagraph(lines, i) ||
			(len(lines[i+1].cells) < 2 || !inColumn(lines[i], lines[i+1:min(i+3, len(lines))])) && !before.goesOnWith(lines[i], lines[i+1:min(i+4, len(lines))]) {
			return 0
		}
	}
	multi, end := 0, start
	for j := start; j < len(lines); j++ {
		l := lines[j]
		if j > start && (lines[j-1].cy()-l.cy() > 5.5*max(l.size, lines[j-1].size) || leavesFrame(lines[j-1], l)) {
			break
		}
		if j > start+1 && headsAnother(lines, j) || j > start && tornCaption(l) {
			break
		}
		if len(l.cells) >= 2 {
			multi++
			end = j + 1
			continue
		}
		if l.alike || j > start && opensPart(l) {
			break
		}
		if j > start && (headsProse(lines, j) || headsTable(lines, j)) {
			break
		}
		if j > start && inForm(l, lines[start:end]) {
			end = j + 1
			continue
		}
		if isProse(l) || !before.hasColumn(l) && !inColumn(l, append(slices.Clone(lines[max(start, j-3):j]), lines[j+1:min(j+4, len(lines))]...)) {
			break
		}
		// Single cells are taken with what follows; trailing ones only when
		// they directly continue an entry.
		if j > start && j-end < 3 && continuesCell(lines[max(start, end-1)], l) {
			end = j + 1
		} else if j-end >= 4 {
			break
		}
	}
	if multi < 2 {
		if multi == 1 && formRow(lines[start]) {
			return 1
		}
		if multi == 1 && before != nil {
			return end - start
		}
		return 0
	}
	return end - start
}

// endsParagraph tells whether a line above a table is the last of the paragraph before
// it, a few characters that stand over the first column: 递|减,不再列出。
func endsParagraph(lines []*line, i int) bool {
	if i == 0 || len(lines[i-1].cells) != 1 {
		return false
	}
	l, above := lines[i], lines[i-1]
	return strings.HasSuffix(l.folded(), "。") && !strings.HasSuffix(above.folded(), "。") && !looksHeading(above.folded()) &&
		above.cells[0].x1 > l.cells[0].x1+8*l.size && above.x0() > l.x0()-l.size && above.x0() < l.x0()+3*l.size &&
		continuesCell(above, l)
}

// tornCaption: a table's number stands far from its name: 表5-1 | 混凝土抗压强度.
func tornCaption(l *line) bool {
	if len(l.cells) != 2 {
		return false
	}
	t := l.cells[0].folded()
	return t != "" && captioned.FindString(t) == t
}

// goesOnWith tells whether a line with one cell at the top of a page is the first
// of an entry of the table's next row: it begins where another column than the
// first does, and its row has several cells.
func (t *table) goesOnWith(l *line, next []*line) bool {
	return t.hasColumn(l) && slices.ContainsFunc(next, func(n *line) bool { return len(n.cells) >= 2 && l.cy()-n.cy() < 4*max(l.size, n.size) })
}

// hasColumn tells whether a line with one cell begins where a column of the table
// does, other than the first, in which paragraphs begin as well.
func (t *table) hasColumn(l *line) bool {
	if t == nil {
		return false
	}
	left := math.Inf(1)
	for _, c := range t.cells {
		left = min(left, c.x0)
	}
	c := l.cells[0]
	return c.x0 > left+3*c.size && slices.ContainsFunc(t.cells, func(d *cell) bool { return math.Abs(d.x0-c.x0) < 0.6*c.size })
}

// inForm tells whether a line with one cell belongs to the form above it: it
// begins where an entry begins, right of the labels, or it is a label itself,
// centred beside an entry of several lines.
func inForm(l *line, above []*line) bool {
	c := l.cells[0]
	first := math.Inf(1)
	for _, o := range above {
		if len(o.cells) > 1 {
			first = min(first, o.x0())
		}
	}
	for _, o := range above {
		if len(o.cells) < 2 {
			continue
		}
		for i, d := range o.cells {
			if i > 0 && math.Abs(d.x0-c.x0) < 0.6*c.size && c.x0 > first+3*c.size {
				return true
			}
		}
	}
	t := c.folded()
	return math.Abs(c.x0-first) < 3*c.size && len([]rune(t)) <= 8 && (labelOf(t) != fNone || bare.MatchString(t))
}

// formRow tells whether a lone line of several cells is a row of a form: a
// short label and its entry.
func formRow(l *line) bool {
	if len(l.cells) < 2 {
		return false
	}
	return knownLabel(l.cells[0].folded()) != "" || bare.MatchString(l.cells[0].folded()) || len(l.cells)%2 == 0 && knownLabel(l.cells[2%len(l.cells)].folded()) != ""
}

func isProse(l *line) bool {
	t := l.folded()
	return opensPart(l) || itemStart.MatchString(t) || captioned.MatchString(t) || looksHeading(t) || strings.Contains(t, "。") && len([]rune(t)) > 24
}

// opensPart tells whether a line is a paragraph that begins with its heading:
// 处理建议：加工车间屋面进行维修……, below a table.
func opensPart(l *line) bool {
	t := l.folded()
	m := inlineHead.FindString(t)
	return m != "" && len(l.cells) == 1 && len([]rune(t)) > len([]rune(m))+8
}

// headsProse tells whether a line below a table is a heading and no label of a
// form: what follows begins at its left and fills the line.
func headsProse(lines []*line, j int) bool {
	if j+1 >= len(lines) || !looksHeading(lines[j].folded()) {
		return false
	}
	l, next := lines[j], lines[j+1]
	return len(next.cells) == 1 && next.x0() < l.x0()+3*l.size && next.x0() > l.x0()-3*l.size &&
		next.cells[0].x1 > l.cells[0].x1+8*l.size && l.cy()-next.cy() > 1.2*l.size
}

// headsTable tells whether a line below a table is the caption of the next one:
// what follows are its headings. Centred, it may begin where a column does.
func headsTable(lines []*line, j int) bool {
	t := lines[j].folded()
	return j+1 < len(lines) && len(lines[j+1].cells) >= 2 && captioned.MatchString(t) && len([]rune(t)) <= 30 && !strings.ContainsAny(t, ",。;:") &&
		lines[j].x0() > lines[j+1].x0()+lines[j].size
}

func inColumn(l *line, around []*line) bool {
	c := l.cells[0]
	for _, o := range around {
		if len(o.cells) < 2 {
			continue
		}
		hit := 0
		for _, d := range o.cells {
			if c.overlapX(d) > 0 {
				hit++
			}
		}
		if hit == 1 && math.Abs(o.cy()-l.cy()) < 4*max(l.size, o.size) {
			return true
		}
		if hit == 0 && math.Abs(o.cy()-l.cy()) < 2*max(l.size, o.size) && c.x1-c.x0 < 8*c.size {
			return true
		}
	}
	return false
}

func continuesCell(above, l *line) bool {
	return above.cy()-l.cy() < 2.6*max(l.size, above.size)
}

// newTable joins the lines of wrapped entries: pieces that directly follow one
// another in content order, one line apart, in the same column.
func newTable(lines []*line, before []*item) *item {
	t := &table{page: lines[0].page, lines: lines, ruled: lines[0].ruled}
	var all []*cell
	for _, l := range lines {
		for _, c := range l.cells {
			for _, part := range splitApart(*c, lines) {
				all = append(all, &part)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *cell) int { return a.first - b.first })
	for _, c := range all {
		if p := t.wrapped(c, all); p != nil {
			p.glyphs = append(append(slices.Clone(p.glyphs), glyph{r: '\n', page: t.page, soft: true}), c.glyphs...)
			p.x0, p.x1, p.y0, p.y1, p.last = min(p.x0, c.x0), max(p.x1, c.x1), min(p.y0, c.y0), max(p.y1, c.y1), c.last
			continue
		}
		t.cells = append(t.cells, c)
	}
	if n := len(before); n > 0 && before[n-1].table == nil && before[n-1].page == t.page {
		t.above = before[n-1].text.text
	}
	if n := len(before); n > 0 && before[n-1].table != nil && before[n-1].page < t.page && sameColumns(before[n-1].table, t) {
		t.prev = before[n-1].table
		t.prev.next = t
		t.above = t.prev.above
	}
	return &item{page: t.page, table: t, body: len(before) > 0 && before[len(before)-1].body}
}

// sameColumns tells whether two parts of tables on successive pages have the
// same columns: most cells of the second stand under cells of the first.
func sameColumns(a, b *table) bool {
	hit := 0
	for _, c := range b.cells {
		for _, d := range a.cells {
			if math.Abs(c.x0-d.x0) < c.size || math.Abs(c.cx()-d.cx()) < c.size {
				hit++
				break
			}
		}
	}
	return hit*10 >= len(b.cells)*7
}

// figuresPart tells whether two pieces, one below the other, are of two rows: beside
// each stands a figure of its own, one below the other too. Figures do not wrap.
func figuresPart(a, c *cell, all []*cell) bool {
	beside := func(y float64) []*cell {
		var out []*cell
		for _, d := range all {
			if math.Abs(d.cy()-y) < 0.4*c.size && d.overlapX(c) <= 0 && d.overlapX(a) <= 0 && lonelyFigure.MatchString(d.folded()) {
				out = append(out, d)
			}
		}
		return out
	}
	below := beside(c.cy())
	if len(below) == 0 {
		return false
	}
	for _, d := range beside(lastLineY(a)) {
		for _, e := range below {
			if d.overlapX(e) > 0 {
				return true
			}
		}
	}
	return false
}

var lonelyFigure = re(`^[0-9]+\.[0-9]+$`)

// wrapped finds the cell that c continues: the one before it in content order
// or, where the content was written line by line, the one right above it whose
// line is full.
func (t *table) wrapped(c *cell, all []*cell) *cell {
	n := len(t.cells)
	if n > 0 && wraps(t.cells[n-1], c) && !t.ruled.parts(t.cells[n-1], c) && !figuresPart(t.cells[n-1], c, all) {
		return t.cells[n-1]
	}
	if labelOf(c.folded()) != fNone || t.opensRow(c, all) {
		return nil
	}
	if a := t.framedLine(c); a != nil {
		return a
	}
	if a := t.labelledLine(c, all); a != nil && !t.ruled.parts(a, c) {
		return a
	}
	for i := n - 1; i >= 0; i-- {
		a := t.cells[i]
		em := max(a.size, c.size)
		if math.Abs(a.x0-c.x0) > 0.5*em && math.Abs(a.cx()-c.cx()) > 0.5*em {
			continue
		}
		if pitch := lastLineY(a) - c.cy(); pitch < 0.6*em || pitch > 1.62*em || t.ruled.parts(a, c) || labelOf(a.folded()) != fNone || figuresPart(a, c, all) {
			continue
		}
		right := 0.0
		for _, d := range all {
			if math.Abs(d.x0-a.x0) < 0.5*em || math.Abs(d.cx()-a.cx()) < 0.5*em {
				right = max(right, d.x1)
			}
		}
		last := lastGlyph(passage{glyphs: a.glyphs})
		if last != nil && last.box[2] > right-1.3*em && c.x1 <= right+0.5*em && len(a.glyphs) >= 3 && (len(loneTokens(a.folded())) == 0 || wordsAround(a.folded()) > 3) {
			return a
		}
	}
	return nil
}

// framedLine returns the cell right above c between the same ruled lines.
func (t *table) framedLine(c *cell) *cell {
	for i := len(t.cells) - 1; i >= 0; i-- {
		a := t.cells[i]
		if a.overlapX(c) <= 0 {
			continue
		}
		pitch, em := lastLineY(a)-c.cy(), max(a.size, c.size)
		if pitch > 0.6*em && pitch < 2.3*em && t.ruled.sameFrame(a, c) {
			return a
		}
	}
	return nil
}

// labelledLine returns the last cell of the line above c where that is a line
// of labels and values, 委托单位：…　鉴定机构：…, set as running text: what did not
// fit goes on at the margin.
func (t *table) labelledLine(c *cell, all []*cell) *cell {
	if strings.Contains(c.folded(), ":") || len([]rune(c.folded())) > 12 {
		return nil
	}
	var row []*cell
	right := 0.0
	for _, d := range all {
		right = max(right, d.x1)
		if d != c && math.Abs(d.cy()-c.cy()) < 0.4*c.size {
			return nil // not alone on its line
		}
	}
	for _, a := range t.cells {
		if pitch := lastLineY(a) - c.cy(); pitch > 0.6*c.size && pitch < 2.3*c.size {
			row = append(row, a)
		}
	}
	if len(row) < 2 {
		return nil
	}
	last := row[0]
	for _, a := range row {
		if f, rest := splitLabel(newPassage(a.glyphs)); f == fNone || len(rest) == 0 {
			return nil
		}
		if a.x1 > last.x1 {
			last = a
		}
		if a.x0 < c.x0-0.5*c.size {
			return nil
		}
	}
	if last.x1 < right-1.5*c.size || math.Abs(c.x0-row[0].x0) > 0.5*c.size {
		return nil
	}
	return last
}

// opensRow tells whether the line of c begins a row: a label or a grade stands
// on it.
func (t *table) opensRow(c *cell, all []*cell) bool {
	for _, d := range all {
		if d != c && math.Abs(d.cy()-c.cy()) < 0.4*c.size {
			if f := d.folded(); labelOf(f) != fNone || len(loneTokens(f)) > 0 && wordsAround(f) == 0 {
				return true
			}
		}
	}
	return false
}

// genericHead: what stands above a column whatever its entries are.
var genericHead = re(`^(?:项目|内容|名称|序号|备注|事项|栏目|信息|说明|具体内容|项目名称|内容描述)$`)

func wraps(a, b *cell) bool {
	pitch := lastLineY(a) - b.cy()
	em := max(a.size, b.size)
	if genericHead.MatchString(a.folded()) {
		return false // 项目 | 内容 above the rows of a form
	}
	if b.first != a.last+1 || pitch < 0.6*em || pitch > 2.3*em {
		return false
	}
	if a.overlapX(b) < 0.6*min(a.x1-a.x0, b.x1-b.x0) {
		return false
	}
	return math.Abs(a.x0-b.x0) < 0.8*em || math.Abs(a.cx()-b.cx()) < 0.8*em || b.x0 >= a.x0-0.5*em && b.x1 <= a.x1+0.5*em
}

func lastLineY(c *cell) float64 {
	if g := lastGlyph(passage{glyphs: c.glyphs}); g != nil {
		return g.cy()
	}
	return c.cy()
}

// rows groups the cells of a table by the lines on which they stand; an entry
// of several lines stands at its middle.
func (t *table) rowCells(y, tolerance float64) []*cell {
	var out []*cell
	for _, c := range t.cells {
		if math.Abs(c.cy()-y) <= tolerance || c.y0 < y && y < c.y1 {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b *cell) int { return cmpFloat(a.x0, b.x0) })
	return out
}
