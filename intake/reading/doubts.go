package reading

import (
	"slices"
	"strings"

	"jianding/schemas"
)

// Conclusions that are worded but not drawn. A report that rates a part, rates
// for the time being, or says of a unit only what it does not reach, has
// graded something; a house is not accepted on it.

var (
	// shortOf: "低于Csu级" is worse than Csu, whatever it is.
	shortOf = re(`(?:^|[^不未非])(?:低于|劣于|差于|不及|逊于|不如|[够评列]不(?:上|到))["“]?$`)
	// missesDemand with demanded: "未达到Csu级的要求". "未达到Dsu级的条件" is the
	// other way round: not that bad.
	missesDemand = re(`(?:未(?:能)?(?:达到?|满足|符合)|达不到|不(?:能)?(?:满足|符合|达到?))["“]?$`)
	// damage: 损坏程度尚未达到Csu级标准 speaks of the damage, which is that much
	// less, and not of the house's safety.
	damage   = re(`(?:损[坏伤毁]|破坏|危险|裂缝|变形|倾斜|缺陷|隐患|劣化|严重)(?:程度|状况|情况|性)?[^,。;]{0,6}$`)
	demanded = re(`^["”]?(?:的)?(?:安全性|最低|基本)?(?:要求|标准|水平)`)

	// provisional: a grade that waits for something else.
	provisional = re(`暂(?:时)?(?:定|评|按|判|列)(?:定)?为?|(?:推测|推断|估计|估算|预估|经验判断|凭经验)[^,。;]{0,16}(?:等级)|(?:等级|评级|级别)(?:大致|大约|约|估计|或|可能|应该)(?:为|是|在|属)|(?:试验|检测|芯样|强度|勘察|数据|资料|报告|结果)[^,。;]{0,8}(?:尚未|还未|未能?|暂未)(?:出具|完成|取得|提供|到位|得出)|(?:初步|预)(?:判断|认为|估计|推断|评定|判定|鉴定|认定|结论|意见|评级|评)[^,。;]{0,16}(?:等级)?(?:为|是|:)|(?:待|俟)[^。;]{2,30}后(?:确定|评定|判定|定级|认定|明确)|(?:待|俟)[^。;]{2,30}(?:后|完成|时)[^。;]{0,8}(?:再|最终|另行|重新|予以|方可|方能)[^。;]{0,4}(?:确定|评定|判定|定级|复核|认定|给出)|(?:最终|最后)的?(?:等级|结论|评级|结果)[^。;]{0,6}以[^。;]{2,24}为准`)
)

// wantsMore tells of a mention in a conclusion that it names a bound which the
// unit misses, and no grade follows in the sentence that settles it.
func wantsMore(m *mention, c setting) bool {
	if m.grade == "" || gradeToken.MatchString(c.after) || m.section == secBasis || m.section == secDeclaration || m.section == secHistory {
		return false
	}
	switch m.grade {
	case "Asu", "A", "I", "Dsu", "D", "IV":
		// Missing the best grade is how standards describe the others; below
		// the worst there is none.
		return false
	}
	if !m.scope.Speaks() || !weighty(m.aspect) || settled(m, c.before) {
		return false
	}
	if loc := missesDemand.FindStringIndex(c.clause); loc != nil && demanded.MatchString(c.after) {
		return !damage.MatchString(c.clause[:loc[0]])
	}
	return shortOf.MatchString(c.clause)
}

// settled: the sentence has just rated the same unit worse than the bound that
// it goes on to miss: 评定为Csu级，未达到Bsu级的要求.
func settled(m *mention, before string) bool {
	toks := tokens(before)
	if len(toks) == 0 {
		return false
	}
	last := toks[len(toks)-1]
	return last.family == m.family && rank(last.grade) > rank(m.grade) && assertBefore.MatchString(clauseBefore(before, last.from)) &&
		len(unitsIn(before[last.to:], nil)) == 0
}

// partOfUnit: what is excepted is a piece of the house, not one of the houses.
var partOfUnit = re(`个别|局部|少数|零星|构件|墙|梁|柱|板|檩|屋架|装饰|装修|围护|围墙`)

// unspoken: an assertion of a grade that ends before the grade; what it graded
// was torn off by the layout.
var unspoken = re(`(?:安全性|危险性|可靠性)[^。;]{0,24}(?:为|是|属于|属|定为|评为)["“]?$`)

// glued: grades of neighbouring cells, run together where a row of a table was
// taken for prose; the unit whose row it was is lost.
var glued = re(`(?:[A-D]_?[({]?(?:su|SU|u)[)}]?){2,}`)

// endsIn tells whether the last grade of a row is one that the findings state.
func endsIn(row string, fs []schemas.Finding) bool {
	plain := strings.NewReplacer("_", "", "(", "", ")", "", "{", "", "}", "", "SU", "su").Replace(row)
	return slices.ContainsFunc(fs, func(f schemas.Finding) bool { return strings.HasSuffix(plain, string(f.Grade)) })
}

// checkDrawn raises what keeps a worded conclusion from being one.
func (r *reader) checkDrawn(items []*item, mentions []*mention, findings []schemas.Finding) {
	for _, it := range items {
		if it.table == nil && (it.section == secConclusion || it.section == secRating) {
			if row := glued.FindString(it.text.text); row != "" && !(len(unitsOfFindings(findings)) == 1 && endsIn(row, findings)) {
				r.reason("grade_mention_unclear", it.page, row, evidenceOf(it.text.glyphs, it.page))
			}
		}
		if it.table != nil || it.section != secConclusion {
			continue
		}
		for _, s := range sentencesOf(it.text, it) {
			if unspoken.MatchString(strings.TrimRight(s.text, "。;")) {
				r.reason("grade_mention_unclear", s.page, clip(s.text, 60), s.whole())
			}
		}
	}
	for _, m := range mentions {
		if m.role == schemas.RoleHistory && m.to <= len(m.sentence.text) && m.scope.Speaks() && weighty(m.aspect) && asThen.MatchString(m.sentence.text[m.to:]) && withYear.MatchString(m.sentence.text[:m.from]) &&
			!slices.ContainsFunc(findings, func(f schemas.Finding) bool { return f.Grade == m.grade }) {
			r.reason("grade_contradicts_statement", m.page, clip(m.sentence.text, 60), m.evidence)
		}
		if m.role != schemas.RoleConclusion || m.fromTable || !m.scope.Speaks() || !weighty(m.aspect) {
			continue
		}
		if provisional.MatchString(m.sentence.text) {
			r.reason("conclusion_provisional", m.page, clip(m.sentence.text, 60), m.evidence)
		}
		for _, u := range exceptedIn(m, r.known) {
			if x := exceptPhrase.FindStringSubmatch(m.sentence.text); partOfUnit.MatchString(x[1]) {
				continue // 除个别墙段外
			}
			if !graded(findings, m.aspect, u) {
				r.reason("unit_without_conclusion", m.page, u, m.evidence)
			}
		}
	}
}

// asThen: 与2018年的Dsu级相比,维持同级. What is as it was has that grade.
var asThen = re(`^级?["”]?(?:等级|结论|结果)?(?:(?:相比|比较|相较|对比|对照)[^。;不未降升低高]{0,16}(?:同级|相同|一致|持平|维持|没有?变|[未不]变|无变化|照旧)|(?:相同|一致|持平))`)

// graded tells whether a finding of the aspect is about the unit.
func graded(fs []schemas.Finding, a schemas.Aspect, unit string) bool {
	for _, f := range fs {
		if f.Aspect == a && unitKey(f.Unit) == unitKey(unit) {
			return true
		}
	}
	return false
}
