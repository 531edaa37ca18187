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
