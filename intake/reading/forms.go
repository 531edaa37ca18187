package reading

import (
	"math"
	"strings"
	"unicode/utf8"
)

// A form is a stretch of a page with labels in a column and their entries
// beside them: 鉴定报告表, a table of particulars, or the rows of 结论 and 建议 that
// fill a page. Its cells are found before they are read: which lines make one
// entry follows from where the labels stand (beside the middle of the entry or
// beside its first line), from the gaps between rows, and from the order of the
// page's content where that is written cell by cell.
type form struct {
	page     int
	from, to int // lines of the page: from ≤ i < to
	lines    []*line
	columns  []*labelColumn
	left     float64 // where the leftmost entries begin
	carried  []*cell // lines at the top that go on with the form of the page before
}

// formsOf finds the forms of a page; before is the one with which the page
// before ended, or nil.
func formsOf(lines []*line, before *form, goesOn bool) []*form {
	var out []*form
	i := 0
	if f := continuedForm(lines, before); f != nil {
		out = append(out, f)
		i = f.to
	}
	rows := goesOn // inside a table with a heading line, not a form; it may stand on the page before
	for k := i; k < len(lines); k++ {
		if k > 0 && lines[k-1].cy()-lines[k].cy() > 3.6*lines[k].size || isProse(lines[k]) {
			rows = false
		}
		rows = rows || headLine(lines[k]) || unitHeads(lines[k])
		lab, _ := stackedLabel(lines, k, 0, true)
		if lab == nil || rows && (labelOf(lab.folded()) == fNone || labelOf(lab.folded()) == fOther) || headLine(lines[k]) {
			continue
		}
		rows = false
		at, lab := leftmost(lines, k, lab)
		if f := growForm(lines, i, at, lab); f != nil {
			out = append(out, f)
			i, k = f.to, f.to-1
		}
	}
	return out
}

// headLine tells whether a line is the heading of a table: several cells, each
// the name of a column, none an entry.
func headLine(l *line) bool {
	if len(l.cells) < 2 {
		return false
	}
	if offersScale(l) {
		return true
	}
	heads, others := 0, 0
	for _, c := range l.cells {
		t := c.folded()
		switch {
		case columnHead.MatchString(t):
			heads++
		case isLabel(t, false):
		case columnName.MatchString(t):
			others++ // 检查项目 | 检查内容及结果 | 危险点 | 等级
		default:
			return false
		}
	}
	return heads > 0 && heads*2 >= len(l.cells) && (others == 0 || others == 1 && heads >= 3)
}

// offersScale tells whether a line names the grades of a scale side by side, for one
// of them to be ticked in the rows below: 鉴定单元 | Asu | Bsu | Csu | Dsu | 说明.
func offersScale(l *line) bool {
	var lone []*cell
	for _, c := range l.cells {
		if strings.ContainsAny(c.folded(), boxes+ticks) {
			return false // □A级 ☑B级 □C级: the entry, not the heading
		}
		if isGrade(c) {
			lone = append(lone, c)
		}
	}
	return len(lone) >= 3 && ascending(lone)
}

// isGrade tells whether a cell is one grade and nothing else.
func isGrade(c *cell) bool {
	return len(loneTokens(c.folded())) == 1 && wordsAround(c.folded()) == 0
}

// unitHeads tells whether a line names houses side by side, each at the head of
// its column: 项目 | A栋 | B栋 | 食堂.
func unitHeads(l *line) bool {
	if len(l.cells) < 3 || !columnHead.MatchString(l.cells[0].folded()) {
		return false
	}
	units := 0
	for _, c := range l.cells[1:] {
		t := c.folded()
		if utf8.RuneCountInString(t) > 10 || isLabel(t, false) {
			return false
		}
		if us := unitsIn(t, nil); len(us) == 1 && us[0] == t {
			units++
		}
	}
	return units*2 >= len(l.cells)-1
}

var columnHead = re(`^(?:序号|编号|鉴定单元|鉴定系统|子单元|子系统|构件|构造|楼层|层次|部位|位置|项目|名称|等级|含义|裂缝损伤|位移变形|承载能力|单体|栋号|幢号|楼号|.{1,8}(?:名称|等级|评级|级别|结果|标准|要求|含义|数量|项目|部位|位置|比例|百分比|编号|单元|系统)(?:[(].{1,6}[)])?)$`)

// entryLine tells whether line k may belong to the entry whose lines began at i.
func entryLine(lines []*line, i, k int) bool {
	gap := lines[k-1].cy() - lines[k].cy()
	return gap > 0 && gap < 2.4*max(lines[k].size, lines[k-1].size)
}

// growForm takes the lines that belong to the form whose first label stands on
// line k and whose first line may be i.
func growForm(lines []*line, i, k int, lab *cell) *form {
	start := entryStart(lines, k, lab)
	if start <= 0 {
		return nil
	}
	f := &form{page: lines[k].page, from: k, left: start}
	// Upwards: the upper lines of the first entry.
	for f.from > i {
		l := lines[f.from-1]
		if labelFrame(lines[i:f.from], start) {
			f.from--
			continue
		}
		if l.cells[0].x0 < start-0.6*l.size || !entryLine(lines, i, f.from) && !frameAbove(lines[i:f.from+1]) || math.Abs(l.size-lab.size) > 0.2*lab.size ||
			len(l.cells) > 1 || captioned.MatchString(l.folded()) {
			break
		}
		if _, rest := splitLabel(newPassage(l.cells[0].glyphs)); rest != nil {
			break
		}
		f.from--
	}
	f.to = k + 1
	for f.to < len(lines) && f.takes(lines, f.to) {
		f.to++
	}
	f.lines = lines[f.from:f.to]
	if !f.lay() {
		return nil
	}
	return f
}

// labelFrame tells whether the last of these lines is one of a label in a ruled frame left
// of where the entries begin, whose word nobody foresaw: 危险构件综合 / 分析.
func labelFrame(lines []*line, start float64) bool {
	l := lines[len(lines)-1]
	c := l.cells[0]
	if len(l.cells) > 1 || c.x1 > start || utf8.RuneCountInString(c.folded()) > 8 || strings.ContainsAny(c.folded(), ",。;:") {
		return false
	}
	f, ok := l.ruled.frame(c)
	return ok && !math.IsInf(f[0], 0) && f[2] <= start && singly(lines, f[3])
}

// singly tells whether the last lines, up to the given height, hold one cell each. A row
// of which a line holds more is read without its form.
func singly(lines []*line, top float64) bool {
	for k := len(lines) - 1; k >= 0 && lines[k].cy() < top; k-- {
		if len(lines[k].cells) > 1 {
			return false
		}
	}
	return true
}

// frameAbove tells whether the line before the last stands in the ruled frame right
// above, or in the same as, the one of the last line's entry, and no label beside it.
func frameAbove(lines []*line) bool {
	below, lines := lines[len(lines)-1], lines[:len(lines)-1]
	l := lines[len(lines)-1]
	f, ok := l.ruled.frame(l.cells[0])
	g, and := l.ruled.frame(below.cells[len(below.cells)-1])
	if !ok || !and || math.Abs(f[0]-g[0]) > touching || math.Abs(f[1]-g[3]) > touching && math.Abs(f[1]-g[1]) > touching {
		return false
	}
	return singly(lines, f[3])
}

// entryStart finds where the entry of a label begins: at the next cell on its
// lines or, where its middle falls between two lines of the entry, on those.
func entryStart(lines []*line, k int, lab *cell) float64 {
	inf := math.Inf(1)
	beside, above, below := inf, inf, inf
	for j := max(0, k-2); j < len(lines) && j <= k+8; j++ {
		y := lines[j].cy()
		if y > lab.y1+1.1*lab.size || y < lab.y0-1.1*lab.size {
			continue
		}
		for _, c := range lines[j].cells {
			if c.x0 <= lab.x1+0.4*lab.size {
				continue
			}
			switch {
			case y > lab.y1:
				above = min(above, c.x0)
			case y < lab.y0:
				below = min(below, c.x0)
			default:
				beside = min(beside, c.x0)
			}
		}
	}
	if beside == inf && (above == inf || below == inf) {
		return 0
	}
	return min(beside, above, below)
}

// takes tells whether line j goes on with the form.
func (f *form) takes(lines []*line, j int) bool {
	l, above := lines[j], lines[j-1]
	if headLine(l) || leavesFrame(above, l) {
		return false
	}
	if above.cy()-l.cy() > 5.5*max(l.size, above.size) || above.cy()-l.cy() < 0 {
		return false
	}
	c := l.cells[0]
	if c.x0 >= f.left-0.6*c.size {
		return len(l.cells) > 1 || above.cy()-l.cy() < 3.2*c.size
	}
	t := c.folded()
	if utf8.RuneCountInString(t) <= 2 && len(l.cells) == 1 && stands(above.cells[0], c) || len(l.cells) == 1 && j > 1 && utf8.RuneCountInString(t) <= 2 && stands(lines[j-2].cells[0], c) {
		return true // upright
	}
	if c.x1 > f.left-0.2*c.size && !isLabel(t, true) || utf8.RuneCountInString(t) > 14 || strings.Contains(strings.TrimRight(t, ":"), ":") ||
		strings.ContainsAny(t, "。;") || len(loneTokens(t)) > 0 {
		return false
	}
	if len(l.cells) == 1 && headNumber.FindString(t) != "" && looksHeading(t) && !besideEntry(lines, j, f.left) {
		return false
	}
	return len(l.cells) > 1 || besideEntry(lines, j, f.left)
}

// stands tells whether b stands under a as the next character of a word that
// is written upright.
func stands(a, b *cell) bool {
	return math.Abs(a.cx()-b.cx()) < 0.5*b.size && a.cy()-b.cy() > 0.6*b.size && a.cy()-b.cy() < 2.2*b.size && a.x1-a.x0 < 2.6*a.size
}

// besideEntry tells whether an entry's lines stand right above or below line j.
func besideEntry(lines []*line, j int, left float64) bool {
	for _, k := range []int{j - 1, j + 1} {
		if k < 0 || k >= len(lines) {
			continue
		}
		o := lines[k]
		if math.Abs(o.cy()-lines[j].cy()) < 1.6*lines[j].size && o.cells[len(o.cells)-1].x0 >= left-0.6*o.size {
			return true
		}
	}
	return false
}

// lay finds the labels and gives each its entry; false when this is no form.
func (f *form) lay() bool {
	used := make(map[*cell]bool)
	known := f.findLabels(used)
	if len(f.columns) == 0 {
		return false
	}
	filled := 0
	for j, col := range f.columns {
		end := math.Inf(1)
		if j+1 < len(f.columns) {
			end = f.columns[j+1].x0
		}
		for _, l := range f.lines {
			for _, c := range l.cells {
				if !used[c] && c.x0 >= col.edge(c)-1 && c.x0 < end-1 {
					if j > 0 && f.rowsBelow(col, c, l.ruled) {
						break // a cell of its own
					}
					col.lines = append(col.lines, c)
					used[c] = true
					break
				}
			}
		}
		f.share(col)
		for _, lab := range col.labels {
			if len(lab.entry) > 0 {
				filled++
			}
		}
	}
	if f.headed() {
		return false
	}
	return known > 0 && filled > 0
}

// headed tells whether the labels are the heading of a table whose rows follow
// below: the first line holds nothing else, or most rows begin with a word
// that labels nothing.
func (f *form) headed() bool {
	words := 0
	for _, lab := range f.columns[0].labels {
		if isLabel(lab.cell.folded(), true) {
			words++
		}
	}
	if words*2 < len(f.columns[0].labels) {
		return true
	}
	top := f.columns[0].labels[0]
	if len(f.columns) < 2 || len(top.entry) > 0 && math.Abs(top.entry[0].cy()-top.cell.cy()) < 2*top.cell.size {
		return false
	}
	for _, col := range f.columns[1:] {
		if lab := col.labels[0]; math.Abs(lab.cell.cy()-top.cell.cy()) < 0.5*top.cell.size {
			return true
		}
	}
	return false
}
