package reading

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"jianding/schemas"
)

var (
	unitColumn    = regexp.MustCompile(`^(?:鉴定单元|鉴定系统|鉴定对象|房屋名称|房屋|建筑物?名称|建筑物?|单体名称|单体|楼栋号?|栋号|幢号|楼号|房号|房屋编号|建筑编号|名称|单元名称|鉴定单元名称|单元|部位|楼幢)$`)
	unitGradeHead = regexp.MustCompile(`鉴定单元|鉴定系统|单元(?:安全性)?(?:等级|评级)|整体|房屋|综合|最终|整栋|整幢`)
	subGradeHead  = regexp.MustCompile(`子单元|子系统|地基基础|上部|围护`)
	storeyHead    = regexp.MustCompile(`楼层|层(?:危险性|等级)`)
	memberHead    = regexp.MustCompile(`构件`)
	gradeColumn   = regexp.MustCompile(`等级|评级|级别|评定结果|鉴定结果|结论|类别`)
	definitional  = regexp.MustCompile(`分级标准|评级标准|分级|等级标准|处理要求|定义|含义|划分|标准`)
	pastColumn    = regexp.MustCompile(`原|前次|上次|既往|历史|[12][0-9]{3}年|首次|加固前`)
	planColumn    = regexp.MustCompile(`加固后|处理后|预期|目标|改造后|整治后`)
)

// tableMentions reads the grades that stand in a table as entries of their
// own, or within the text of an entry.
func (r *reader) tableMentions(it *item) []*mention {
	t := it.table
	if t.definition() {
		return r.definitionMentions(it)
	}
	var out []*mention
	for _, c := range t.cells {
		text := chosen(newPassage(c.glyphs))
		if long(text.text) || wordsAround(text.text) > 3 {
			for _, s := range sentencesOf(text, it) {
				s.fromCell = true
				s.section = t.labelSection(c, it.section)
				out = append(out, r.mentionsOf(s)...)
			}
			continue
		}
		for _, tok := range loneTokens(text.text) {
			if m := r.entry(it, c, text, tok); m != nil {
				out = append(out, m)
			}
		}
	}
	return out
}

// long tells whether an entry is prose.
func long(s string) bool {
	return len([]rune(s)) > 22 || strings.ContainsAny(s, "。;") || strings.Contains(s, ",") && len([]rune(s)) > 10
}

// wordsAround counts the Chinese characters of an entry outside its grades.
func wordsAround(s string) int {
	toks := loneTokens(s)
	if len(toks) == 0 {
		return 0
	}
	n := 0
	for i, r := range s {
		if isHan(r) && r != '级' && !slices.ContainsFunc(toks, func(t token) bool { return i >= t.from && i < t.to }) {
			n++
		}
	}
	return n
}

var loneLetter = regexp.MustCompile(`^["“(]?([A-D])["”)]?(?:级)?(?:\(.*\))?$|^(I{1,3}|IV)$`)

// loneTokens finds the grades of a short entry, where a letter may stand alone.
func loneTokens(s string) []token {
	if m := loneLetter.FindStringSubmatchIndex(s); m != nil {
		if m[2] >= 0 {
			return []token{{m[2], m[3], famLetter, schemas.Grade(s[m[2]:m[3]])}}
		}
		return []token{{m[4], m[5], famNumeral, schemas.Grade(s[m[4]:m[5]])}}
	}
	return tokens(s)
}

// entry makes a mention of a grade that stands in a table cell.
func (r *reader) entry(it *item, c *cell, text passage, tok token) *mention {
	t := it.table
	head := t.headOf(c)
	row := t.rowText(c)
	m := &mention{token: tok, section: it.section, page: it.page, fromTable: true, role: schemas.RoleTable, rule: "table"}
	if t.explains(c) {
		m.role, m.rule = schemas.RoleDefinition, "definition_row"
		m.scope, m.aspect = formOf(tok.family)
		m.standard = r.standardOf(m, t.above)
		m.evidence = evidenceOf(t.rowGlyphs(c), it.page)
		return m
	}
	context := head + " " + row + " " + t.above
	switch tok.family {
	case famUnitSafety:
		m.scope, m.aspect = schemas.ScopeUnit, schemas.AspectSafety
	case famUnitService:
		m.scope, m.aspect = schemas.ScopeUnit, schemas.AspectServiceability
	case famReparability:
		m.scope, m.aspect = schemas.ScopeUnit, schemas.AspectReparability
	case famMemberSafety:
		m.scope, m.aspect = schemas.ScopeMember, schemas.AspectSafety
	case famMemberService:
		m.scope, m.aspect = schemas.ScopeMember, schemas.AspectServiceability
	case famSubService:
		m.scope, m.aspect = schemas.ScopeSubUnit, schemas.AspectServiceability
	case famSubSafety:
		m.scope, m.aspect = schemas.ScopeSubUnit, schemas.AspectSafety
		if storeyHead.MatchString(head) || r.usesDanger() && !subGradeHead.MatchString(head+row) && storeyWord.MatchString(context) {
			m.scope, m.aspect = schemas.ScopeStorey, schemas.AspectDanger
		}
	case famNumeral:
		if !reliabilityWord.MatchString(context) {
			return nil
		}
		m.scope, m.aspect = schemas.ScopeUnit, schemas.AspectReliability
		if subGradeHead.MatchString(head) && !unitGradeHead.MatchString(strings.ReplaceAll(head, "子单元", "")) {
			m.scope = schemas.ScopeSubUnit
		}
	case famLetter:
		switch {
		case !gradeColumn.MatchString(head+row) && !dangerWord.MatchString(context), otherScaleHead.MatchString(head) && !dangerWord.MatchString(head):
			return nil
		case reliabilityWord.MatchString(context) && !dangerWord.MatchString(head+row):
			m.scope, m.aspect = schemas.ScopeSubUnit, schemas.AspectReliability
		case dangerWord.MatchString(context) || r.usesDanger():
			m.scope, m.aspect = schemas.ScopeHouse, schemas.AspectDanger
			if memberHead.MatchString(head) {
				return nil
			}
		default:
			return nil
		}
	}
	switch {
	case it.section == secBasis || it.section == secDeclaration:
		m.role, m.rule = schemas.RoleDefinition, "basis_section"
	case it.section == secHistory || pastColumn.MatchString(head) || pastColumn.MatchString(row) && r.rowIsPast(row):
		m.role, m.rule = schemas.RoleHistory, "past_column"
	case planColumn.MatchString(head) || planColumn.MatchString(row):
		m.role, m.rule = schemas.RoleProjected, "plan_column"
	case it.section == secNeighbours:
		m.role, m.rule = schemas.RoleOtherSubject, "other_house"
	}
	m.standard = r.standardOf(m, context)
	m.units = t.unitsOf(c)
	if len(m.units) == 0 {
		if us := unitsIn(t.above, r.known); len(us) == 1 {
			m.units = us
		} else if it.unit != "" {
			m.units = []string{it.unit}
		}
	}
	m.evidence = evidenceOf(t.rowGlyphs(c), it.page)
	return m
}

func (r *reader) rowIsPast(row string) bool {
	if !yearCue.MatchString(row) {
		return pastColumn.MatchString(row) && histCue.MatchString(row)
	}
	for _, m := range yearCue.FindAllStringSubmatch(row, -1) {
		if r.year > 0 && atoi(m[1]) < r.year {
			return true
		}
	}
	return false
}

var otherScaleHead = regexp.MustCompile(`抗震|耐火|防水|质量|混凝土|砂浆|强度|钢筋|场地|环境|资质|构件|材料|损坏|完损|检定`)

// headOf returns the heading of a cell's column: the cells above it in the
// first lines of the table, as far as they hold no grade.
func (t *table) headOf(c *cell) string {
	var b strings.Builder
	end := t.headEnd()
	for _, d := range t.cells {
		if d == c || d.y0 <= c.y1-0.3*c.size || d.cy() < end || d.overlapX(c) <= 0 {
			continue
		}
		b.WriteString(d.folded())
	}
	if b.Len() == 0 && t.prev != nil {
		// A table that goes on from the page before has its headings there.
		return t.prev.headAt(c)
	}
	return b.String()
}

// headAt returns the heading of the column in which c would stand.
func (t *table) headAt(c *cell) string {
	var b strings.Builder
	end := t.headEnd()
	for _, d := range t.cells {
		if d.cy() >= end && d.overlapX(c) > 0 {
			b.WriteString(d.folded())
		}
	}
	if b.Len() == 0 && t.prev != nil {
		return t.prev.headAt(c)
	}
	return b.String()
}

// headEnd returns the height below which the table's body begins: the first of
// its lines that holds a grade or a number for an entry; at most the third.
func (t *table) headEnd() float64 {
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

var bodyEntry = regexp.MustCompile(`^[0-9.,%‰-]+$|^第[0-9一二三四五六七八九十]+层$`)

// rowText returns the text of the cells left of c on its line.
func (t *table) rowText(c *cell) string {
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
	var best *cell
	dist := math.Inf(1)
	for _, d := range t.cells {
		if d.x1 > c.x0+1 || d.cy() >= t.headEnd() {
			continue
		}
		if !unitColumn.MatchString(t.headOf(d)) {
			continue
		}
		if k := math.Abs(d.cy() - c.cy()); k < dist {
			best, dist = d, k
		}
	}
	if best != nil {
		name := best.folded()
		if !genericUnit.MatchString(name) && !noUnit.MatchString(name) && !partName.MatchString(name) && len([]rune(name)) <= 16 {
			if us := unitsIn(name, nil); len(us) > 1 {
				return us
			}
			return []string{strings.Trim(name, ",:;。")}
		}
		return nil
	}
	return unitsIn(t.rowText(c), nil)
}

// definition tells whether a table reprints a standard's scale: a column of
// distinct grades in order, beside their meaning.
func (t *table) definition() bool {
	for t.prev != nil {
		t = t.prev
	}
	heads := t.above
	for _, l := range t.lines[:min(2, len(t.lines))] {
		heads += l.folded()
	}
	var cells []*cell
	for u := t; u != nil; u = u.next {
		cells = append(cells, u.cells...)
	}
	var seen []schemas.Grade
	fam := family(-1)
	for _, c := range cells {
		text := c.folded()
		if long(text) {
			continue
		}
		for _, k := range loneTokens(text) {
			if fam == -1 {
				fam = k.family
			}
			if k.family == fam && !slices.Contains(seen, k.grade) {
				seen = append(seen, k.grade)
			}
		}
	}
	ordered := slices.IsSortedFunc(seen, func(a, b schemas.Grade) int { return rank(a) - rank(b) })
	return len(seen) >= 3 && ordered && definitional.MatchString(heads) && wordy(cells)
}

// explains tells whether a cell is the entry of a scale: the first of its row,
// with the meaning of the grade beside it.
func (t *table) explains(c *cell) bool {
	if len(loneTokens(c.folded())) == 0 || long(c.folded()) {
		return false
	}
	meaning := false
	for _, d := range t.rowCells(c.cy(), 0.6*c.size) {
		switch {
		case d == c:
		case d.x1 <= c.x0+1:
			return false
		case scaleMeaning.MatchString(d.folded()):
			meaning = true
		}
	}
	return meaning
}

// inScale tells whether a cell stands in a row that explains a grade.
func (t *table) inScale(c *cell) bool {
	for _, d := range t.rowCells(c.cy(), 0.8*c.size) {
		if d != c && d.x1 <= c.x0+1 && t.explains(d) {
			return true
		}
	}
	return false
}

var scaleMeaning = regexp.MustCompile(`(?:符合|低于)[^。;]{0,24}对[A-DI]|影响整体承载|危险状态|危险构件|危险点|整幢危房|局部危房|安全使用要求|结构安全`)

// wordy tells whether most rows hold a long entry: the meaning of a grade.
func wordy(cells []*cell) bool {
	n := 0
	for _, c := range cells {
		if len([]rune(c.folded())) >= 10 {
			n++
		}
	}
	return n >= 3
}

func (r *reader) definitionMentions(it *item) []*mention {
	var out []*mention
	for _, c := range it.table.cells {
		p := newPassage(c.glyphs)
		for _, k := range loneTokens(p.text) {
			m := &mention{token: k, role: schemas.RoleDefinition, rule: "definition_table", section: it.section, page: it.page, fromTable: true}
			m.scope, m.aspect = formOf(k.family)
			m.standard = r.standardOf(m, it.table.above)
			m.evidence = evidenceOf(c.glyphs, it.page)
			out = append(out, m)
		}
	}
	return out
}

// formOf gives scope and aspect of a grade by its form alone.
func formOf(f family) (schemas.Scope, schemas.Aspect) {
	switch f {
	case famUnitSafety:
		return schemas.ScopeUnit, schemas.AspectSafety
	case famUnitService:
		return schemas.ScopeUnit, schemas.AspectServiceability
	case famSubSafety:
		return schemas.ScopeSubUnit, schemas.AspectSafety
	case famMemberSafety:
		return schemas.ScopeMember, schemas.AspectSafety
	case famSubService:
		return schemas.ScopeSubUnit, schemas.AspectServiceability
	case famMemberService:
		return schemas.ScopeMember, schemas.AspectServiceability
	case famReparability:
		return schemas.ScopeUnit, schemas.AspectReparability
	case famNumeral:
		return schemas.ScopeUnit, schemas.AspectReliability
	}
	return schemas.ScopeHouse, schemas.AspectDanger
}

// labelSection returns the section that a form's label opens for the entry
// beside it: "鉴定结论 | 该房屋……".
func (t *table) labelSection(c *cell, fallback section) section {
	// The label's middle stands beside the entry; an upright label may be
	// taller than a short entry at its top.
	beside := []func(d *cell) bool{
		func(d *cell) bool { return d.cy() <= c.y1 && d.cy() >= c.y0 },
		func(d *cell) bool { return d.y0 < c.y1 && d.y1 > c.y0 },
	}
	for _, near := range beside {
		for _, d := range t.cells {
			if d == c || d.x1 > c.x0+1 || !near(d) {
				continue
			}
			if s := sectionOf(d.folded()); s != "" && len([]rune(d.folded())) <= 12 {
				return s
			}
		}
	}
	return fallback
}

// labels tells whether the table is a form with an entry for the section.
func (t *table) labels(want section) bool {
	for _, c := range t.cells {
		if long(newPassage(c.glyphs).text) && t.labelSection(c, "") == want {
			return true
		}
	}
	return false
}

// rank orders grades of one scale: 1 is the best.
func rank(g schemas.Grade) int {
	switch g {
	case "I":
		return 1
	case "II":
		return 2
	case "III":
		return 3
	case "IV":
		return 4
	}
	if g == "" {
		return 0
	}
	switch g[0] {
	case 'A', 'a':
		return 1
	case 'B', 'b':
		return 2
	case 'C', 'c':
		return 3
	case 'D', 'd':
		return 4
	}
	return 0
}
