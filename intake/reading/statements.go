package reading

import (
	"strings"
	"unicode/utf8"

	"jianding/schemas"
)

// statements finds what the agency says of this house as a whole, now.
func (r *reader) statements(items []*item) []schemas.Statement {
	var out []schemas.Statement
	for _, it := range items {
		switch it.section {
		case secBasis, secDeclaration, secEquipment, secHistory, secNeighbours:
			out = append(out, r.astray(it)...)
			continue
		}
		if it.table != nil {
			if it.table.definition() {
				continue
			}
			for _, c := range it.table.cells {
				p := newPassage(c.glyphs)
				if len([]rune(p.text)) < 8 || it.table.inScale(c) || it.table.deniedBeside(c) {
					continue
				}
				for _, s := range sentencesOf(p, it) {
					s.section = it.table.labelSection(c, it.section)
					sts := r.statementsOf(s)
					if len(sts) == 0 {
						continue
					}
					if us := it.table.unitsOf(c); len(us) == 1 {
						// What a row of a table of houses says is said of its house.
						for i := range sts {
							if sts[i].Unit == "" {
								sts[i].Unit = us[0]
							}
						}
					}
					out = append(out, sts...)
				}
			}
			continue
		}
		if it.heading {
			continue
		}
		for _, s := range sentencesOf(it.text, it) {
			if gradeToken.MatchString(s.text) {
				r.mentionsOf(s) // the unit that it names is meant by the next sentence
			}
			out = append(out, r.statementsOf(s)...)
		}
	}
	return out
}

// astray returns what a part about other things, or other times, says of this house
// as it is: under 周边环境 相邻房屋倒塌危及该房屋整体安全.
func (r *reader) astray(it *item) (out []schemas.Statement) {
	if it.table != nil || it.heading || it.scale {
		return nil
	}
	for _, s := range sentencesOf(it.text, it) {
		if lastOf(thisCue, s.text) < 0 || gradeToken.MatchString(s.text) || strings.Contains(s.text, "《") || it.section == secHistory && lastOf(nowCue, s.text) < 0 && !unmended.MatchString(s.text) {
			continue
		}
		section := s.section
		s.section = secInspection
		for _, st := range r.statementsOf(s) {
			if flags(st.Kind) {
				st.Section = string(section)
				out = append(out, st)
			}
		}
	}
	return out
}

// statementsOf reads one sentence, clause by clause.
func (r *reader) statementsOf(s sentence) []schemas.Statement {
	if !wholeObject.MatchString(s.text) && !geoWord.MatchString(s.text) && !slopeFails.MatchString(s.text) && !localScope.MatchString(s.text) &&
		!collapse.MatchString(s.text) && !grave.MatchString(s.text) || regulation.MatchString(s.text) {
		return nil
	}
	if s.listed || s.scale && !subjectOf.MatchString(s.text) {
		return nil
	}
	if s.section == secBasis || s.section == secDeclaration || s.section != secConclusion && scaleEntry.MatchString(s.text) {
		return nil
	}
	if s.section != secConclusion && s.section != secAdvice && houseClass.MatchString(s.text) && lastOf(thisCue, s.text) < 0 {
		return nil
	}
	ms := r.mentionsOf(s)
	if definesOnly(s, ms) {
		return nil
	}
	var out []schemas.Statement
	geoBefore, moving := false, false
	for _, c := range clauses(s.text) {
		text := s.text[c.from:c.to]
		if labelsEffect.MatchString(text) && strings.HasPrefix(s.text[c.to:], ":") {
			// 对整体承载的影响：无. What stands behind the label says which.
			if unaffected.MatchString(s.text[c.to+1:]) {
				for _, u := range r.spokenOf(s, c) {
					out = append(out, schemas.Statement{Kind: schemas.StatementNegated, Rule: "label_unaffected", Unit: u, Section: string(s.section), Evidence: s.evidence(c.from, len(s.text))})
				}
				continue
			}
		}
		text = tilesSlide.ReplaceAllString(text, "_")
		geo := geoWord.MatchString(text) && (ofGround.MatchString(text) || geoWord.MatchString(slides.ReplaceAllString(text, "_")))
		kind, rule := statementKind(text, geo || geoBefore)
		if strings.HasPrefix(s.text[c.to:], ":") && wholeObject.MatchString(text) {
			switch answered(text, s.text[c.to+1:]) {
			case yes:
				kind, rule = wholeOrGeo(geo), "whole_answered"
				out = append(out, schemas.Statement{Kind: kind, Rule: rule, Unit: r.spokenOf(s, c)[0], Section: string(s.section), Evidence: s.whole()})
				continue
			case no:
				continue
			}
		}
		if geo && !negatedGeo.MatchString(text) {
			geoBefore = true
		}
		if kind == "" || rule == "whole_stable" && (s.section != secConclusion && s.section != secRating || upheld.MatchString(s.text[:c.to])) {
			continue
		}
		if r.notNow(s, c, ms) {
			if kind != schemas.StatementGeo || !moving {
				continue
			}
			// 挡墙外倾,一旦垮塌将危及整幢楼: the wall gives way now, whatever comes of it.
			kind, rule = schemas.StatementThreat, "geo"
		}
		moving = moving || geo && geoHarm.MatchString(text) && !negatedGeo.MatchString(text) && !condBefore.MatchString(text) && !maybe.MatchString(text)
		if (kind == schemas.StatementLocal || kind == schemas.StatementNegated) && thoseRated.MatchString(s.text[:c.to]) && lastOf(thisCue, s.text) < 0 {
			continue // "评定为C级的,构成局部危房" comforts nobody about this house
		}
		for _, u := range r.spokenOf(s, c) {
			out = append(out, schemas.Statement{Kind: kind, Rule: rule, Unit: u, Section: string(s.section), Evidence: s.evidence(c.from, c.to)})
		}
	}
	return out
}

var (
	// 对整体承载的影响: a label, in a form or in a sentence that is one.
	labelsEffect = re(`^(?:对|于)?(?:房屋|结构|该房屋)?(?:的)?整体(?:结构)?(?:的)?(?:承载|安全)?[^,。;:]{0,6}影响(?:程度|情况)?$`)
	unaffected   = re(`^(?:尚|并|均)?(?:不|未|无|没有)(?:显著|明显|严重)?(?:影响|$|[,。;])|^(?:较小|轻微)(?:$|[,。;])`)
)

// answer is what a form says behind a label or question about the whole house.
type answer int

const (
	none answer = iota
	yes         // it is harmed
	no          // it is not
)

// answered reads 是否构成整幢危房:是, 整体安全性是否满足要求:否, 房屋整体:危险.
func answered(label, said string) answer {
	affirmed, denied := affirms.MatchString(said), denies.MatchString(said)
	harms := harm.MatchString(neutral.ReplaceAllString(label, "性"))
	switch {
	case utf8.RuneCountInString(label) > longestLabel || unharmed.MatchString(label):
	case harms && affirmed, !harms && asked.MatchString(label) && meets.MatchString(label) && denied:
		return yes
	case harms && denied:
		return no
	case !harms && harmful.MatchString(said):
		return yes
	}
	return none
}

// longestLabel is how many characters a label of a form may have.
const longestLabel = 20

var (
	asked   = re(`是否|有无|能否|可否`)
	meets   = re(`满足|符合|达到|保证|安全$|稳定$`)
	affirms = re(`^(?:是|有|存在|会|属于?|构成|已|确有|有影响)(?:$|[,。;(、])`)
	denies  = re(`^(?:否|不是|无|没有|不|不会|不存在|不属于?|不构成|未|不能|不满足|不符合|不影响|无影响)(?:$|[,。;(、])`)
	harmful = re(`^(?:处于|属于?|为|已|存在)?(?:危险|不安全|危房|不稳定|不满足|不符合|险情|严重(?:危险|隐患|损坏)|(?:有|存在)(?:倒塌|垮塌|坍塌|危险|重大|严重))(?:状态|要求|隐患)?(?:$|[,。;(、])`)
)

// subjectOf: a sentence that names a house; the meaning of a grade names none.
var subjectOf = re(`[该本此]|房屋|楼|建筑|住宅|厂房|栋|幢|受检|被鉴定`)

// thoseRated: a rule for all houses that got a grade.
var thoseRated = re(`(?:评|定|判|列|属|划)(?:定)?(?:为|于)?["“]?` + gradeForm + `["”]?(?:的|者|时)(?:房屋|建筑物?|自建房)?,`)

// scaleEntry: a sentence that begins with a grade and explains it.
var scaleEntry = re(`^(?:[(]?[0-9①-⑳]{1,2}[)、.]?|注:?)?["“]?(?:[A-Da-d](?:su|ss|u|s|r)?|IV|III|II|I)["”]?级?["”]?[:,(]`)

// houseClass: what a rule says of all houses of a kind.
var houseClass = re(`的(?:房屋|自建房|建筑物?|危房|危险房屋|隐患|问题|情形),?(?:应|必须|须|一律|要|均|实行|由|纳入)`)

// ofGround: what slides is no bearing.
var ofGround = re(`土|岩|坡|山|基|石|层|地`)

// tilesSlide: on a roof, whatever its slope.
var tilesSlide = re(`(?:瓦片?|青瓦|瓦件|屋脊|脊瓦|面砖|饰面砖?|防水卷材)(?:局部|部分|个别|有|多处|少量|轻微|松动|[、及])*(?:下滑|滑动|滑移)`)

// slides: a bearing that slides is built to do so.
var slides = re(`(?:可|能|自由|相对)*(?:滑动|滑移)(?:支座|支承|支点|端|节点|连接|轴承|隔振|门|窗)|(?:支座|支承|节点|连接|一端)(?:可|能|应能|均可|为)*(?:自由|相对)?(?:滑动|滑移)`)

var negatedGeo = re(`(?:未|不|无|没有|非|排除)[^,;。]{0,14}(?:滑坡|崩塌|泥石流|危岩|塌陷|地裂缝|地质灾害|地灾|滑动|采空|不稳定斜坡|切坡|落石)`)

// neutral are the terms of the trade that hold a word of harm but tell of
// none: names of standards, of what is rated and of what was counted.
var neutral = re(`[高温误]差|整体性(?:略|稍)微?[差弱]|整体性(?:这)?一?项(?:中|内|里)?(?:系|已)?考虑[了到]?|整体性(?:的)?(?:构造|连接|拉结|联系|措施|节点|锚固)|(?:尺寸|轴线|标高|垂直度|施工|安装|允许|测量|定位)[^,。;]{0,4}偏差|偏差(?:值|量|在|均|小于|不大于|[0-9])|差值|差异|整体(?:倾斜|沉降|变形|位移)(?:率|值|量)?(?:超限|过大|超标)?|危险性|危险房屋鉴定|危险房屋|危险构件(?:综合)?(?:比例|百分比|占比|数量?|评定|分析|统计|汇总|计算)|非危险|安全性|可靠性|隐患排查|安全隐患整治|不少于|不小于|不大于|不低于|不超过`)

// statementKind classifies one clause.
func statementKind(text string, geo bool) (schemas.StatementKind, string) {
	text = neutral.ReplaceAllString(text, "性")
	whole := wholeObject.MatchString(text)
	switch {
	case asIf.MatchString(text):
		return "", ""
	case whole && shortfall.MatchString(text) && !unharmed.MatchString(text):
		return wholeOrGeo(geo), "whole_shortfall"
	case whole && (unharmed.MatchString(text) || unharmedEnd.MatchString(text) || soundAt.MatchString(text)):
		return schemas.StatementNegated, "whole_unharmed"
	case whole && soundWhole.MatchString(text) && !harm.MatchString(text):
		return schemas.StatementNegated, "whole_stable"
	case whole && localHarm(text):
		return schemas.StatementLocal, "local"
	case whole && harm.MatchString(text) && maybe.MatchString(text) && !collapse.MatchString(text):
		return schemas.StatementThreat, "whole_maybe"
	case whole && harm.MatchString(text):
		return wholeOrGeo(geo), "whole_harmed"
	case slopeFails.MatchString(text) && !slopeMended.MatchString(text):
		return schemas.StatementThreat, "slope_fails"
	case geo && geoHarm.MatchString(text) && !negatedGeo.MatchString(text) && !unharmed.MatchString(text) && !unharmedEnd.MatchString(text):
		return schemas.StatementThreat, "geo"
	case localScope.MatchString(text) && notOnly.MatchString(text):
		return "", "" // 不仅影响局部构件: what is more comes next
	case localScope.MatchString(text):
		return schemas.StatementLocal, "local"
	case collapse.MatchString(text) && !partMention(text) && !unharmed.MatchString(text):
		return schemas.StatementThreat, "collapse"
	case grave.MatchString(text) && !partMention(text) && !unharmed.MatchString(text):
		return schemas.StatementThreat, "grave"
	}
	return "", ""
}

// slopeMended: what fell was held, long ago or far off.
var slopeMended = re(`已(?:清除|治理|支护|锚固|清理|加固|挂网|处理)|治理后|支护后|历史|年前|距(?:本|该)?房屋[^,。;]{0,4}(?:[0-9]{3,}|[5-9][0-9])m`)

func wholeOrGeo(geo bool) schemas.StatementKind {
	if geo {
		return schemas.StatementGeo
	}
	return schemas.StatementWhole
}

// localHarm: "房屋整体处于…, 局部…" names the whole but harms a part.
func localHarm(text string) bool {
	return strings.Contains(text, "局部处于危险") && !strings.Contains(text, "整体处于危险")
}

func partMention(text string) bool {
	return partWords.MatchString(text)
}

var partWords = re(`局部|个别|部分|女儿墙|楼板|阳台|雨篷|檐口|挑梁|挑板|构件|墙体|墙段|屋面|吊顶|预制板|悬挑|栏板|栏杆|围墙|挡墙|抹灰|外廊|危险点|部位|该处|梁|柱|板|檩`)

// definesOnly: a sentence whose grades all explain a scale.
func definesOnly(s sentence, ms []*mention) bool {
	def := false
	for _, m := range ms {
		if m.role == schemas.RoleConclusion || m.role == schemas.RoleTable || m.rule == "" && !m.other {
			return false
		}
		if m.role == schemas.RoleDefinition && m.rule != "standard_requirement" && !m.partsOnly() {
			def = true
		}
	}
	return def
}

// partsOnly: 其余构件均在Bu级以上 compares parts with a grade and explains none.
func (m *mention) partsOnly() bool {
	return m.rule == "those_graded" && !m.scope.Speaks()
}

// notNow tells whether the clause speaks of a condition, another time, another
// house or a negated grade: by its own words, or because it goes on about a
// grade that does.
func (r *reader) notNow(s sentence, c span, ms []*mention) bool {
	from := len(s.text[:c.from]) - len(sinceUnmended(s.text[:c.from]))
	before := s.text[:c.to]
	obj := before
	if loc := wholeObject.FindStringIndex(s.text[c.from:c.to]); loc != nil {
		obj = s.text[:c.from+loc[0]]
	}
	var last *mention
	for _, m := range ms {
		if m.from < c.to && m.rule != "standard_requirement" && !m.other && !m.partsOnly() {
			last = m
		}
	}
	if last != nil {
		switch last.role {
		case schemas.RoleHistory, schemas.RoleHypothetical, schemas.RoleProjected, schemas.RoleDefinition, schemas.RoleOtherSubject:
			if last.rule != "" && !turns(s.text[last.to:c.to]) && !(last.role == schemas.RoleHistory && from >= last.to) {
				return true
			}
		case schemas.RoleNegated:
			if c.from <= last.to && !turns(s.text[last.to:c.to]) {
				return true
			}
		}
	}
	if threatensThis(obj, s.text[len(obj):c.to]) {
		return conditioned(s.text, c, obj) || past(sinceUnmended(obj), r.year) || asIf.MatchString(s.text[c.from:c.to]) || elsewhereAfter.MatchString(s.text[c.to:])
	}
	return conditioned(s.text, c, obj) || condFailing.MatchString(obj) || past(sinceUnmended(sinceConcluded(obj, last)), r.year) ||
		elsewhere(obj) && !geoWord.MatchString(s.text) || nextDoor.MatchString(neighbourAsCause.ReplaceAllString(obj, "")) && lastOf(thisCue, obj) < 0 ||
		elsewhereAfter.MatchString(s.text[c.to:]) || asIf.MatchString(s.text[c.from:c.to])
}

// sinceConcluded returns what follows the last grade that is concluded: with it a
// sentence has come to the present, whatever it told before (由上次的Bsu级变为Csu级).
func sinceConcluded(obj string, last *mention) string {
	if last != nil && last.role == schemas.RoleConclusion && last.rule != "" && last.to <= len(obj) {
		return obj[last.to:]
	}
	return obj
}

// turns tells whether the words lead away from what was said before.
func turns(s string) bool {
	return re2turn.MatchString(s)
}

// nextDoor: houses beside this one, by words that no slope or wall bears.
var nextDoor = re(`(?:相邻|毗邻|毗连|邻近|附近|隔壁|周边|周围|对面|对侧)的?(?:房屋|建筑|住宅|农房|楼)|邻房|邻居|邻户|邻家|(?:距|离)(?:本|该)?房屋`)

// threatens: the neighbour, or what stands beside, does something to the whole of a
// house. 相邻承重墙倒塌危及整栋房屋安全 is said of this house; of the other one would be
// 危及其整体安全, or 危及邻房.
var threatens = re(`(?:危及|威胁|危害|影响|殃及|波及|连累|牵连|牵动|拖累|拉动|挤压|推挤|压向|倒向|撞击|冲击|致|致使|导致|使得?|造成|引起|引发|带动)(?:了|着|到|至|及|本|该|我|受检|被鉴定|委托鉴定|鉴定|的)*(?:房屋|建筑物?|楼|房)?(?:的)?$`)

// threatensThis tells whether the words that lead up to the whole of a house make it
// what a neighbour endangers, and not the neighbour. Of a neighbour that 严重影响整体承载
// its own grade is told.
func threatensThis(obj, whole string) bool {
	if lastOf(nextTo, obj) < 0 || unlikelyYet.MatchString(clauseBefore(obj, len(obj))) {
		return false
	}
	return threatens.MatchString(obj) && (houseWord.MatchString(clip(whole, 8)) || !strings.HasSuffix(strings.TrimRight(obj, "了着到"), "影响"))
}

var (
	nextTo      = re(`相邻|毗邻|毗连|邻近|紧邻|隔壁|比邻|附近|周边|周围|对面|对侧|邻房|邻居|邻户|邻家|旁边|[东西南北左右前后]侧`)
	unlikelyYet = re(`将|会|可能|若|如果|一旦|防止|避免|以免|是否|未|不|无|没`)
)

// already brings a sentence that began with a condition back to what is.
var already = re(`现已|目前已|已经|已(?:影响|危及|威胁|处于|构成|丧失)|现(?:状|阶段)|目前`)

var re2turn = re(`但|然而|本次|现(?:状|评定|为)|目前|综合评定`)

type span struct{ from, to int }

// clauses divides a sentence at commas outside brackets.
func clauses(s string) []span {
	var out []span
	start := 0
	for i, r := range s {
		if r == ',' || r == ';' || r == ':' {
			out = append(out, span{start, i})
			start = i + 1
		}
	}
	return append(out, span{start, len(s)})
}
