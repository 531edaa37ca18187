package reading

import (
	"math"
	"slices"
	"strings"
)

// headCells returns the cells of the line that heads the table's columns: the
// last line above the body.
func (t *table) headCells() []*cell {
	end := t.headEnd()
	var out []*cell
	y := math.Inf(1)
	for _, d := range t.cells {
		if d.cy() >= end {
			y = min(y, d.cy())
		}
	}
	for _, d := range t.cells {
		if d.cy() >= end && math.Abs(d.cy()-y) < 0.6*d.size {
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(a, b *cell) int { return cmpFloat(a.x0, b.x0) })
	return out
}

// headByOrder returns the heading of a cell that stands under none, because
// headings are centred and entries are not: its row has as many entries as the
// table has headings, each in the order of its own.
func (t *table) headByOrder(c *cell) *cell {
	heads := t.headCells()
	row := t.rowCells(c.cy(), 0.5*c.size)
	lead := len(row) - len(heads) // the corner above the row's names may be empty
	if len(heads) < 2 || lead < 0 || lead > 1 || slices.Contains(heads, c) {
		return nil
	}
	for i, d := range row {
		if d == c && i >= lead {
			return heads[i-lead]
		}
	}
	return nil
}

// caption is the table's title: above it, or on its first line.
func (t *table) caption() string {
	if captioned.MatchString(t.above) {
		return t.above
	}
	if t.prev != nil {
		return t.prev.caption()
	}
	if f := t.lines[0].folded(); captioned.MatchString(f) {
		return f
	}
	return t.above
}

// seeTable: a conclusion that leaves the grades to a table.
var seeTable = re(`(?:等级|级别|评级|结果|结论|情况|鉴定)[^。;]{0,8}(?:详见|见|如|列于|列入)[^。;]{0,3}?(下表|(?:附)?表[0-9一二三四五六七八九十A-Z]+(?:[-.][0-9]+)*)`)

// referredTo returns the names of the tables to which the conclusion refers.
func referredTo(items []*item) []string {
	var out []string
	for _, it := range items {
		if it.section != secConclusion || it.table != nil {
			continue
		}
		for _, m := range seeTable.FindAllStringSubmatch(it.text.text, -1) {
			out = append(out, m[1])
		}
	}
	return out
}

// referred tells whether the conclusion refers to the table of a mention.
func referred(m *mention, names []string) bool {
	for _, n := range names {
		if n == "下表" && m.section == secConclusion || captioned.FindString(m.caption) == n {
			return true
		}
	}
	return false
}

// columnUnits names the unit of a cell whose column is headed by one and whose
// row says what is rated: 评级对象 | 主楼 | 裙楼.
func (t *table) columnUnits(c *cell) []string {
	head := strings.Trim(t.headOf(c), ":")
	if head == "" || genericUnit.MatchString(head) || partName.MatchString(head) || gradeColumn.MatchString(head) || !ratedPart.MatchString(t.rowText(c)) {
		return nil
	}
	us := unitsIn(head, nil)
	if len(us) != 1 || !strings.HasPrefix(head, us[0]) {
		return nil
	}
	return us
}

var ratedPart = re(`地基|上部|围护|主体结构|鉴定单元|鉴定系统|整体|整栋|整幢|安全性|危险性|可靠性|使用性|综合|等级|评级`)

// headsAnother tells whether line j is the heading of another table that stands
// close below the one before: names of columns alone under a row of numbers, set
// off by more than the rows of the table that it heads.
func headsAnother(lines []*line, j int) bool {
	l, above := lines[j], lines[j-1]
	if len(l.cells) < 3 || j+1 >= len(lines) {
		return false
	}
	numbers := 0
	for _, c := range above.cells {
		if bodyEntry.MatchString(c.folded()) {
			numbers++
		}
	}
	if numbers < 2 || above.cy()-l.cy() < 1.2*(l.cy()-lines[j+1].cy()) {
		return false
	}
	for _, c := range l.cells {
		if !columnName.MatchString(c.folded()) || len(loneTokens(c.folded())) > 0 {
			return false
		}
	}
	return true
}

// columnName: words without a number, with a unit in brackets.
var columnName = re(`^[\p{Han}/、]{2,12}(?:[(][^()]{1,10}[)])?$`)
