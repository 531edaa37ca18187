package reading

import (
	"slices"
	"strings"

	"jianding/schemas"
)

var (
	unitColumn    = re(`^(?:鉴定单元|鉴定系统|鉴定对象|房屋名称|房屋|建筑物?名称|建筑物?|单体名称|单体|楼栋号?|栋号|幢号|楼号|房号|房屋编号|建筑编号|名称|单元名称|鉴定单元名称|单元|部位|楼幢)$`)
	unitGradeHead = re(`鉴定单元|鉴定系统|单元(?:安全性)?(?:等级|评级)|整体|房屋|综合|最终|整栋|整幢`)
	subGradeHead  = re(`子单元|子系统|地基基础|上部|围护`)
	storeyHead    = re(`楼层|层(?:危险性|等级)`)
	memberHead    = re(`构件`)
	gradeColumn   = re(`等级|评级|级别|评定结果|鉴定结果|结论|类别`)
	// letterMeanings: a caption that says that the letters are explained.
	letterMeanings = re(`等级(?:的)?(?:用语|含义|释义|定义)|(?:仅|只)?供阅读[^,。;]{0,8}参考`)
	definitional   = re(`分级标准|评级标准|分级|等级标准|处理要求|定义|含义|划分|标准`)
	pastColumn     = re(`原|前次|上次|既往|历史|[12][0-9]{3}年|首次|加固前`)
	planColumn     = re(`加固后|处理后|预期|目标|改造后|整治后`)
)

// tableMentions reads the grades that stand in a table as entries of their
// own, or within the text of an entry.
func (r *reader) tableMentions(it *item) []*mention {
	t := it.table
	if t.definition() {
		return r.definitionMentions(it)
	}
	out, offered := r.tickedMentions(it, t.offered())
	for _, c := range t.cells {
		if slices.Contains(offered, c) {
			continue
		}
		text := chosen(newPassage(c.glyphs))
		if long(text.text) || wordsAround(text.text) > 3 {
			led := r.ledBy(it, c, text)
			if led != nil {
				out = append(out, led)
			}
			for _, s := range sentencesOf(text, it) {
				s.fromCell = true
				s.section = t.labelSection(c, it.section)
				s.row = t.unitsOf(c)
				for _, m := range r.mentionsOf(s) {
					if led == nil || s.from+m.from != led.from {
						out = append(out, m)
					}
				}
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

// ledBy reads an entry that begins with its grade and goes on about it, beside
// the name of what is rated: 结构安全性鉴定 | Bsu级，略低于Asu级的要求.
func (r *reader) ledBy(it *item, c *cell, text passage) *mention {
	toks := tokens(text.text)
	if len(toks) == 0 || toks[0].from != 0 || !ratedAspect.MatchString(it.table.rowText(c)) || it.section == secBasis || it.table.explains(c) {
		return nil
	}
	return r.entry(it, c, text, toks[0])
}

var ratedAspect = re(`(?:安全性|危险性|可靠性)(?:综合)?(?:鉴定|评定|等级|评级|结论|结果)*(?:为|:)? ?$`)

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

var loneLetter = re(`^["“(]?([A-D])["”)]?(?:级)?(?:\(.*\))?$|^(I{1,3}|IV)$`)

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
	m := &mention{token: tok, section: it.section, page: it.page, fromTable: true, table: it, cell: c, role: schemas.RoleTable, rule: "table"}
	if t.explains(c) {
		m.role, m.rule = schemas.RoleDefinition, "definition_row"
		m.scope, m.aspect = formOf(tok.family)
		m.standard = r.standardOf(m, t.above)
		m.evidence = evidenceOf(t.rowGlyphs(c), it.page)
		return m
	}
	context := head + " " + row + " " + t.above
	m.scope, m.aspect = formOf(tok.family)
	switch tok.family {
	case famSubSafety:
		if storeyHead.MatchString(head) || r.usesDanger() && !subGradeHead.MatchString(head+row) && storeyWord.MatchString(context) {
			m.scope, m.aspect = schemas.ScopeStorey, schemas.AspectDanger
		}
	case famNumeral:
		if !reliabilityWord.MatchString(context) {
			return nil
		}
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
	case r.rebuilt && worksDone.MatchString(head+row):
	case planColumn.MatchString(head) || planColumn.MatchString(row):
		m.role, m.rule = schemas.RoleProjected, "plan_column"
	case it.section == secNeighbours:
		m.role, m.rule = schemas.RoleOtherSubject, "other_house"
	}
	m.standard = r.standardOf(m, context)
	m.units = t.unitsOf(c)
	if len(m.units) == 0 {
		if us := unitsIn(uncaptioned(t.above), r.known); len(us) == 1 { // 表6-1 is no house's number
			m.units = us
		} else if it.unit != "" {
			m.units = []string{it.unit}
		}
	}
	m.evidence = evidenceOf(t.rowGlyphs(c), it.page)
	m.column = head
	m.caption, m.strong = t.caption(), concludingHead.MatchString(head)
	m.alone = tok.family == famMemberSafety && (t.onlyGradeOfRow(c) || t.sumsUpRow(c))
	return m
}

// concludingHead: the column holds what the report concludes.
var concludingHead = re(`(?:鉴定|评定|综合)(?:结论|结果)|最终(?:等级|评级)`)

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

var otherScaleHead = re(`抗震|耐火|防水|质量|混凝土|砂浆|强度|钢筋|场地|环境|资质|构件|材料|损坏|完损|检定`)
