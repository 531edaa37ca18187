package reading

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// headOf returns the heading of a cell's column: the cells above it in the
// first lines of the table, as far as they hold no grade.
func (t *table) headOf(c *cell) string { return ofCell(t.found.heads, c, t.findHeadOf) }

func (t *table) findHeadOf(c *cell) string {
	var b strings.Builder
	for _, d := range t.headings() {
		if d == c || d.y0 <= c.y1-0.3*c.size || d.overlapX(c) <= 0 {
			continue
		}
		b.WriteString(d.folded())
	}
	if b.Len() == 0 && t.prev != nil {
		// A table that goes on from the page before has its headings there.
		return t.prev.headAt(c)
	}
	if b.Len() == 0 {
		if h := t.headByOrder(c); h != nil {
			return h.folded()
		}
	}
	return b.String()
}

// headAt returns the heading of the column in which c would stand.
func (t *table) headAt(c *cell) string {
	var b strings.Builder
	for _, d := range t.headings() {
		if d.overlapX(c) > 0 {
			b.WriteString(d.folded())
		}
	}
	if b.Len() == 0 && t.prev != nil {
		return t.prev.headAt(c)
	}
	return b.String()
}

// headings returns the cells above the table's body.
func (t *table) headings() []*cell {
	return ofTable(t, &t.found.headings, func() (out []*cell) {
		end := t.headEnd()
		for _, d := range t.cells {
			if d.cy() >= end {
				out = append(out, d)
			}
		}
		return out
	})
}

// headEnd returns the height below which the table's body begins: the first of
// its lines that holds a grade or a number for an entry; at most the third.
func (t *table) headEnd() float64 {
	if t.body == nil {
		at := t.findHeadEnd()
		t.body = &at
	}
	return *t.body
}

func (t *table) findHeadEnd() float64 {
	if t.prev != nil && !headLine(t.lines[0]) {
		return t.lines[0].y1 + t.lines[0].size // goes on, all of it body
	}
	for i, l := range t.lines {
		if i == 0 {
			continue
		}
		if i >= 3 {
			return t.lines[2].cy() + 0.1
		}
		for _, c := range l.cells {
			f := c.folded()
			if len(loneTokens(f)) > 0 || bodyEntry.MatchString(f) || numberedUnit.FindString(f) == f && f != "" {
				// Entries that span rows are centred between them.
				return l.cy() + 0.6*l.size
			}
		}
	}
	return t.lines[0].cy() - 0.5*t.lines[0].size
}

var bodyEntry = re(`^[0-9.,%‰-]+$|^第[0-9一二三四五六七八九十]+层$`)

// rowText returns the text of the cells left of c on its line.
func (t *table) rowText(c *cell) string { return ofCell(t.found.rows, c, t.findRowText) }

func (t *table) findRowText(c *cell) string {
	var b strings.Builder
	for _, d := range t.rowCells(c.cy(), 0.5*c.size) {
		if d != c && d.x1 <= c.x0+1 {
			b.WriteString(d.folded())
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func (t *table) rowGlyphs(c *cell) []glyph {
	var gs []glyph
	for _, d := range t.rowCells(c.cy(), 0.5*c.size) {
		if len(gs) > 0 {
			gs = append(gs, glyph{r: ' ', page: t.page, soft: true})
		}
		gs = append(gs, d.glyphs...)
	}
	return gs
}

// unitsOf names the unit of a cell's row: the entry in the column that holds
// units, on the row or (spanning rows) nearest to it.
func (t *table) unitsOf(c *cell) []string {
	return slices.Clone(ofCell(t.found.units, c, t.findUnitsOf))
}

func (t *table) findUnitsOf(c *cell) []string {
	if best := t.unitCell(c); best != nil {
		name := ratedName.ReplaceAllString(t.meant(best).folded(), "")
		if len(loneTokens(name)) > 0 && wordsAround(name) == 0 {
			return t.unitsInRow(c) // 鉴定单元 above a column of its grades
		}
		if !genericUnit.MatchString(name) && !noUnit.MatchString(name) && !partName.MatchString(name) && len([]rune(name)) <= 16 {
			if us := unitsIn(name, nil); len(us) > 1 && lists(name) {
				return us
			}
			return []string{strings.Trim(name, ",:;。")}
		}
		return nil
	}
	if us := t.columnUnits(c); us != nil {
		return us
	}
	return t.unitsInRow(c)
}

// ratedName: what a unit's entry says besides of the row, 鉴定单元可靠性.
var ratedName = re(`的?(?:安全性?|可靠性|使用性|危险性)(?:鉴定)?(?:等级|评级)?$`)

// meant is the entry for which a ditto mark stands: the one above it in its column,
// on the page before where it is the first of its page.
func (t *table) meant(c *cell) *cell {
	for ditto.MatchString(c.folded()) {
		var above *cell
		for _, d := range t.cells {
			if d.cy() > c.cy()+0.5*c.size && (d.overlapX(c) > 0 || math.Abs(d.x0-c.x0) < c.size) && d.cy() < t.headEnd() && (above == nil || d.cy() < above.cy()) {
				above = d
			}
		}
		if above == nil {
			if t.prev == nil {
				return c
			}
			for _, d := range t.prev.cells {
				if d.overlapX(c) > 0 && d.cy() < t.prev.headEnd() && (above == nil || d.cy() < above.cy()) {
					above = d
				}
			}
			if above == nil {
				return c
			}
			t = t.prev
		}
		c = above
	}
	return c
}

// ditto marks stand for the entry above them. Of a house beside it 同左 says more.
var ditto = re(`^(?:[〃″′”"']{1,2}|,,|''|同上|同前|同上行|上同)$`)

func (t *table) unitsInRow(c *cell) []string {
	row := t.rowText(c)
	if us := unitsIn(aside.ReplaceAllString(row, ""), nil); len(us) > 0 {
		return us
	}
	return unitsIn(row, nil)
}

// aside is what a name says in brackets: 1号楼(一、二单元) is one house.
var aside = re(`[(][^()]*[)]`)

// lists tells whether an entry names several units, and not the part of one:
// 1号楼东段.
func lists(name string) bool {
	return strings.ContainsAny(aside.ReplaceAllString(name, ""), "、,;/~-至和及与")
}

// unitCell finds the entry that names the unit of a cell: the one at the head
// of its rows where units stand on their first row, else the nearest.
func (t *table) unitCell(c *cell) *cell {
	units := t.unitCells(c.x0)
	for _, u := range units {
		if math.Abs(u.cy()-c.cy()) < 0.5*c.size {
			return u
		}
	}
	if t.unitsLead() {
		for i := len(units) - 1; i >= 0; i-- {
			if units[i].cy() > c.cy()-0.5*c.size {
				return units[i]
			}
		}
		if t.prev == nil {
			return nil
		}
		// The first rows of a page go on with the last unit before.
		if before := t.prev.unitCells(math.Inf(1)); len(before) > 0 {
			return before[len(before)-1]
		}
		return nil
	}
	var best *cell
	dist := math.Inf(1)
	for _, d := range units {
		if k := math.Abs(d.cy() - c.cy()); k < dist {
			best, dist = d, k
		}
	}
	return best
}

// unitCells returns the entries of the column of units that end left of x, top
// to bottom.
func (t *table) unitCells(x float64) []*cell {
	all := ofTable(t, &t.found.unitCells, func() (out []*cell) {
		end := t.headEnd()
		for _, d := range t.cells {
			if d.cy() < end && unitColumn.MatchString(t.headOf(d)) {
				out = append(out, d)
			}
		}
		slices.SortStableFunc(out, func(a, b *cell) int { return cmpFloat(b.cy(), a.cy()) })
		return out
	})
	var out []*cell
	for _, d := range all {
		if d.x1 <= x+1 {
			out = append(out, d)
		}
	}
	return out
}

// unitsLead tells whether units stand on the first of their rows: the topmost
// on the first row of the body, and some rows have none. Where they stand in
// the middle of their rows, the topmost does not.
func (t *table) unitsLead() bool {
	for t.prev != nil {
		t = t.prev
	}
	return ofTable(t, &t.found.unitsLead, t.findUnitsLead)
}

func (t *table) findUnitsLead() bool {
	units := t.unitCells(math.Inf(1))
	if len(units) == 0 {
		return false
	}
	end, top := t.headEnd(), math.Inf(-1)
	for _, d := range t.cells {
		if d.cy() < end {
			top = max(top, d.cy())
		}
	}
	if units[0].cy() <= top-0.5*units[0].size {
		return false
	}
	for ; t != nil; t = t.next {
		// A page may end with the first row of a unit, whose others follow.
		if t.bareRow() {
			return true
		}
	}
	return false
}

// bareRow tells whether a row of grades has no unit of its own.
func (t *table) bareRow() bool {
	units, end := t.unitCells(math.Inf(1)), t.headEnd()
	return slices.ContainsFunc(t.cells, func(d *cell) bool {
		return d.cy() < end && len(loneTokens(d.folded())) > 0 &&
			!slices.ContainsFunc(units, func(u *cell) bool { return math.Abs(u.cy()-d.cy()) < 0.5*d.size })
	})
}

// labelSection returns the section that a form's label opens for the entry
// beside it: "鉴定结论 | 该房屋……".
func (t *table) labelSection(c *cell, fallback section) section {
	beside := func(words *guarded) bool {
		return slices.ContainsFunc(t.cells, func(d *cell) bool {
			return d.x1 < c.x0+1 && d.y0 < c.y1 && d.y1 > c.y0 && words.MatchString(d.folded()) && (words != datedRow || whenHead.MatchString(t.headOf(d)))
		})
	}
	if fallback == secHistory && beside(datedRow) && !beside(thisTime) {
		return fallback // 2019年6月 | 安全性鉴定 | 某某公司 | 评定为Csu级: a row of the house's history
	}
	// The label's middle stands beside the entry; an upright label may be
	// taller than a short entry at its top.
	heights := []func(d *cell) bool{
		func(d *cell) bool { return d.cy() <= c.y1 && d.cy() >= c.y0 },
		func(d *cell) bool { return d.y0 < c.y1 && d.y1 > c.y0 },
	}
	for _, near := range heights {
		for _, d := range t.cells {
			if d == c || d.x1 > c.x0+1 || !near(d) {
				continue
			}
			if s := sectionOf(d.folded()); s != "" && len([]rune(d.folded())) <= 12 {
				return s
			}
		}
	}
	// 鉴定结论 / 该房屋……: the heading is the entry's own first line.
	if ls := linesOf(newPassage(c.glyphs)); len(ls) > 1 && bare.MatchString(ls[0].text) {
		if s := sectionOf(ls[0].text); decides(s) {
			return s
		}
	}
	// A table of houses has the names of parts above its columns.
	if decides(fallback) || fallback == secRating || fallback == secCover {
		if h := t.headOf(c); utf8.RuneCountInString(h) <= 12 {
			if s := sectionOf(h); decides(s) && !(s == secAdvice && t.showsWorks()) {
				return s
			}
		}
	}
	return fallback
}

// showsWorks tells whether a table is of works and of what was seen of them.
func (t *table) showsWorks() bool {
	return slices.ContainsFunc(t.cells, func(d *cell) bool { return worksSeen.MatchString(d.folded()) })
}

// datedRow: the row tells when, in a column of that. thisTime: it is of the report itself.
var (
	// worksSeen: 加固措施 beside 本次查勘 were taken.
	worksSeen = re(`^[一二三四五六七八九十0-9.、]*(?:加固|维修|修缮|处理)前后(?:对照|对比|比较)?$|^加固后(?:状况|现状|情况|复核|检查)(?:情况)?$|^本次(?:查勘|检查|复核|查看|复查)(?:情况|结果)?$`)
	datedRow  = re(`(?:^|[^0-9])(?:19|20)[0-9]{2}(?:年|[./-][01]?[0-9])`)
	whenHead  = re(`时间|日期|年份|年度|年月`)
	thisTime  = re(`本次|此次|本报告|现[次行]`)
)

// labels tells whether the table is a form with an entry for the section.
func (t *table) labels(want section) bool {
	for _, c := range t.cells {
		if x := chosen(newPassage(c.glyphs)).text; (long(x) || len(tokens(x)) == 1) && t.labelSection(c, "") == want {
			return true
		}
	}
	return false
}
