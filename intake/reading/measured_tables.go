package reading

import (
	"math"
	"slices"
	"strings"

	"jianding/schemas"
)

// Figures that no house of a mild grade shows, in the columns of tables: what a
// member bears over what it has to bear, how far a corner stands out of plumb,
// how fast a point settles, how many members are du.

// checkTabled compares the figures of the tables with the grades of the houses
// that they are about.
func (r *reader) checkTabled(items []*item, fs []schemas.Finding) {
	for _, it := range items {
		switch it.section {
		case secBasis, secDeclaration, secHistory, secNeighbours, secEquipment:
			continue
		}
		if it.table == nil || it.table.definition() {
			continue
		}
		t := it.table
		seen := make(map[*line]bool)
		report := func(c *cell, detail string) {
			if l := t.lineOf(c); l == nil || !seen[l] {
				seen[l] = true
				r.reason("grade_contradicts_statement", it.page, clip(detail, 60), evidenceOf(t.rowGlyphs(c), it.page))
			}
		}
		for _, c := range t.cells {
			if c.cy() >= t.headEnd() {
				continue
			}
			text := c.folded()
			if len([]rune(text)) > 16 || !strings.ContainsAny(text, "0123456789") || otherTime.MatchString(t.headOf(c)+t.rowText(c)) {
				continue
			}
			g := gradeOfRow(t, c, fs)
			if g.house == 0 || g.house > 2 {
				continue
			}
			if (g.safety || g.house == 1) && t.bearsTooLittle(it, c) {
				report(c, t.headOf(c)+" "+t.rowText(c)+text)
			}
			if t.leansTooFar(c) || t.beyondLimits(c, !g.safety && g.house == 2) {
				report(c, t.headOf(c)+" "+t.rowText(c)+text)
			}
		}
		for _, c := range t.settlesTooFast() {
			if g := gradeOfRow(t, c, fs); g.house == 1 || g.house == 2 {
				report(c, t.headOf(c)+" "+t.rowText(c)+c.folded())
			}
		}
	}
}

// otherTime: a column or row of what was, or is to come.
var otherTime = re(`加固前|处理前|改造前|原设计|原鉴定|前次|上次|首次|限值|允许|规定|要求|标准值|设计要求|规范`)

// rowGrade is what the house of a row is graded: the gravest of its grades, 0
// for none, and whether one of them is on the scale of GB 50292.
type rowGrade struct {
	house  int
	safety bool
}

func gradeOfRow(t *table, c *cell, fs []schemas.Finding) rowGrade {
	units := t.unitsOf(c)
	if !slices.ContainsFunc(units, func(u string) bool { return containsUnit(unitsOfFindings(fs), u) }) {
		units = nil
	}
	var g rowGrade
	for _, f := range fs {
		if !ofStructure(f.Aspect) || len(units) > 0 && !containsUnit(units, f.Unit) {
			continue
		}
		g.house = max(g.house, rank(f.Grade))
		g.safety = g.safety || f.Aspect == schemas.AspectSafety
	}
	return g
}

func (t *table) lineOf(c *cell) *line {
	for _, l := range t.lines {
		if l.cy()-c.cy() < 0.5*c.size && c.cy()-l.cy() < 0.5*c.size {
			return l
		}
	}
	return nil
}

var (
	// 比值, the heading of a column in a calculation.
	bareRatio = re(`^(?:最小|最低|计算)?(?:比值?|之比|抗力比|承载比)(?:最小值|最低值|[(][^()]*[)])?$`)
	// Beside what is permitted a ratio is the share of that.
	permitted    = re(`高厚比|长细比|轴压比|应力|允许|限值|挠度`)
	ofBearing    = re(`抗力|效应|承载|验算|受压|受弯|受剪|[φΦ]|N设计|γ0`)
	resistance   = re(`抗力|承载(?:能)?力|[φΦ]f?A?|[NMV]u|^R(?:[(/]|$)`)
	effect       = re(`效应|内力|[NMV](?:设计|\(|/|$)|设计(?:内力|轴力|弯矩|剪力|值)|轴力|弯矩|剪力|γ0S|^S(?:[(/]|$)`)
	lengthHead   = re(`(?:位移|侧移|偏移|外移|倾斜量|偏斜量|偏差|偏离|外倾)|^[ΔδD△](?:[/(]|$)`)
	heightHead   = re(`高度?|层高|檐高|测高|^H(?:[/(]|$)`)
	measureAlone = re(`^([0-9]+(?:\.[0-9]+)?)(?:mm|m|‰|kN|%|MPa)?$`)
)

// bearsTooLittle tells whether a cell is the ratio of a member that no sound
// house has, or the resistance beside an effect that it does not reach.
func (t *table) bearsTooLittle(it *item, c *cell) bool {
	head, row, text := t.headOf(c), t.rowText(c), c.folded()
	if bodyless.MatchString(row) || notOfHouse.MatchString(row) {
		return false
	}
	if turnedRatio.MatchString(head) {
		return slices.ContainsFunc(ratiosIn(text), func(v float64) bool { return v > 1/leastOfMain })
	}
	if otherRatio.MatchString(head) {
		return false
	}
	least := leastOfMain
	if generalMember.MatchString(row) {
		least = leastOfGeneral
	}
	bare := bareRatio.MatchString(head) && !permitted.MatchString(t.heads()) && (it.section == secAnalysis || ofBearing.MatchString(t.above) || ofBearing.MatchString(t.heads()))
	if bearingRatio.MatchString(head) || bare || bearingRatio.MatchString(row) && !otherRatio.MatchString(row) && memberWord.MatchString(head) {
		if strings.Contains(head, "%") && !strings.HasSuffix(text, "%") {
			text += "%"
		}
		return !ratioBound.MatchString(text) && belowIn(text, least)
	}
	// 抗力 175, 效应 318: no ratio is printed.
	if m := measureAlone.FindStringSubmatch(text); m != nil && isResistance(head) {
		var effects []float64
		for _, d := range t.rowCells(c.cy(), 0.5*c.size) {
			h := t.headOf(d)
			v := measureAlone.FindStringSubmatch(d.folded())
			switch {
			case d == c || v == nil:
			case isResistance(h):
				return false // several, and which goes with which is not known
			case effect.MatchString(withoutForce(h)) && !bearingRatio.MatchString(h):
				effects = append(effects, decimal(v[1]))
			}
		}
		return len(effects) == 1 && effects[0] > 0 && decimal(m[1])/effects[0] < least
	}
	return false
}

// isResistance tells whether a column is of what members bear.
func isResistance(head string) bool {
	head = withoutForce(head)
	return resistance.MatchString(head) && !effect.MatchString(resistance.ReplaceAllString(head, "_"))
}

// withoutForce takes the unit from a heading: the N of kN/m is no axial force.
func withoutForce(head string) string { return forceUnit.ReplaceAllString(head, "") }

var forceUnit = re(`[(/]?kN(?:[·./]?m2?)*[)]?`)

// bodyless: rows that speak of no member.
var bodyless = re(`限值|允许|规定|要求|标准|规范`)

// heads returns the headings of the table, in one string.
func (t *table) heads() string {
	var b strings.Builder
	for _, d := range t.headCells() {
		b.WriteString(d.folded())
		b.WriteByte(' ')
	}
	return b.String()
}

// leansTooFar tells whether a cell is a tilt of ten thousandths or more, or a
// displacement of that share of the height in its row.
func (t *table) leansTooFar(c *cell) bool {
	head, row := t.headOf(c), t.rowText(c)
	m := measureAlone.FindStringSubmatch(c.folded())
	if m == nil || noHouse.MatchString(row) || noHouse.MatchString(head) {
		return false
	}
	v := decimal(m[1])
	if tiltHead.MatchString(head) && (strings.Contains(head, "‰") || strings.HasSuffix(c.folded(), "‰")) {
		return v >= tiltOfNone
	}
	if !lengthHead.MatchString(head) || !strings.Contains(head, "mm") && !strings.HasSuffix(c.folded(), "mm") {
		return false
	}
	heights := 0
	for _, d := range t.rowCells(c.cy(), 0.5*c.size) {
		h := t.headOf(d)
		x := measureAlone.FindStringSubmatch(d.folded())
		if d == c || x == nil || !heightHead.MatchString(h) || lengthHead.MatchString(h) {
			continue
		}
		heights++
		metres := decimal(x[1])
		if strings.Contains(h, "mm") || strings.HasSuffix(d.folded(), "mm") {
			metres /= 1000
		}
		if metres >= 1 && metres < 120 && (v >= tiltOfNone*metres || t.misprintsTilt(c, v/metres)) {
			return true
		}
	}
	if all := tiltHeight.FindAllStringSubmatch(t.above, -1); heights == 0 && len(all) == 1 {
		// 表2 房屋顶点侧向位移（测量高度9.3m）: one height for all rows.
		metres := decimal(all[0][1])
		return metres >= 1 && metres < 120 && (v >= tiltOfNone*metres || t.misprintsTilt(c, v/metres))
	}
	return false
}

// misprintsTilt tells whether the tilt that a row prints is far from the quotient
// of its displacement and its height: a decimal point that slipped, or figures of
// two houses. Rows that print the tilt in per cent, or as 1/n, are read as such.
func (t *table) misprintsTilt(c *cell, perMille float64) bool {
	for _, d := range t.rowCells(c.cy(), 0.5*c.size) {
		h, x := t.headOf(d), measureAlone.FindStringSubmatch(d.folded())
		if d == c || x == nil || !tiltHead.MatchString(h) || lengthHead.MatchString(h) || heightHead.MatchString(h) {
			continue
		}
		v := decimal(x[1])
		switch {
		case strings.Contains(h, "‰") || strings.HasSuffix(d.folded(), "‰"):
		case strings.Contains(h, "%") || strings.HasSuffix(d.folded(), "%"):
			v *= 10
		default:
			return false
		}
		return math.Abs(v-perMille) > 0.25+0.25*max(v, perMille)
	}
	return false
}

// columnLimits are the limits of measured.go where a column holds the values.
var columnLimits = []struct {
	head    *guarded
	bad     func(v float64) bool
	of      *guarded // what the row or the headings must speak of; nil: anything
	not     *guarded
	says    *guarded // what the table must be of; nil: anything
	members bool     // says no more than that a member is in danger
}{
	{re(`(?:支承|搁置|支撑)长度`), func(v float64) bool { return v < 55 }, re(`板`), re(`cm|要求|设计|规定`), nil, false},
	{re(`(?:推定|换算|实测|芯样|抗压)[^;]{0,6}(?:强度|值)`), func(v float64) bool { return v < 10 }, re(`混凝土|C[1-6][05]|[框构]?[梁柱]`), re(`砂浆|砌|砖|垫层|抗拉|碳化|设计|标准差|变异|离散|修正量|[纵箍主]筋|间距|根数|截面|保护层`), re(`强度|MPa|回弹|芯样|抗压`), false},
	{re(`(?:裂缝|缝宽)[^;]{0,6}(?:宽|mm)|^(?:最大)?缝宽`), func(v float64) bool { return v >= widestCrack }, nil, noCrackOfWalls, nil, true},
}

// beyondLimits tells whether a cell is a value that no house of a mild grade has.
func (t *table) beyondLimits(c *cell, membersMay bool) bool {
	m := measureAlone.FindStringSubmatch(c.folded())
	if m == nil {
		return false
	}
	head, row := t.headOf(c), t.rowText(c)
	for _, x := range columnLimits {
		if x.head.MatchString(head) && (x.says == nil || x.says.MatchString(head+row+t.above+t.heads())) && !(x.members && membersMay) && !x.not.MatchString(head+row+t.above) && (x.of == nil || x.of.MatchString(row+t.heads())) && x.bad(decimal(m[1])) {
			return true
		}
	}
	return false
}

var tiltHead = re(`(?:倾斜|偏斜|外倾)(?:率|度|值)?`)
