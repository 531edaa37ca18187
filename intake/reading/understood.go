package reading

import (
	"slices"
	"strings"
	"unicode/utf8"

	"jianding/schemas"
)

// A list of the ways in which a conclusion can be taken back does not end, one
// of the ways in which it can be drawn does. So acceptance asks the other way
// round: in a sentence that concludes, each word that could take something back
// must belong to a phrase of which it is known that it does not. Elsewhere,
// where a report says a thousand harmless things, the words that ask for a
// phrase are fewer: what becomes of people, what was not done, what the paper
// itself is to come to, what no house of a mild grade shows.

// checkUnderstood asks for a human where words of the report could take back
// its conclusion and are not understood.
func (r *reader) checkUnderstood(items []*item, mentions []*mention, fs []schemas.Finding, sts []schemas.Statement) {
	worst := 0
	for _, f := range fs {
		worst = max(worst, rank(f.Grade))
	}
	h := standing{
		worst: worst,
		sunk:  len(fs) > 0 && !slices.ContainsFunc(fs, func(f schemas.Finding) bool { return weighty(f.Aspect) && rank(f.Grade) < gravest }),
		mild:  (worst == 1 || worst == 2) && !slices.ContainsFunc(sts, func(s schemas.Statement) bool { return flags(s.Kind) }),
		// JGJ 125-2016, JGJ/T 363-2014: class B has dangerous members, class A none.
		membersMay: worst == 2 && !slices.ContainsFunc(fs, func(f schemas.Finding) bool { return f.Aspect == schemas.AspectSafety }),
	}
	r.sunk = h.sunk
	in := make(map[string][]*mention)
	for _, m := range mentions {
		in[m.sentence.text] = append(in[m.sentence.text], m)
	}
	for _, m := range mentions {
		if !m.concludes() || m.fromTable {
			continue
		}
		text := withoutOthers(m.sentence.text, in[m.sentence.text])
		if us := exceptedIn(m, r.known); len(us) > 0 && !slices.ContainsFunc(us, func(u string) bool { return !graded(fs, m.aspect, u) }) {
			// The excepted have grades of their own.
			text = theRest.ReplaceAllString(exceptPhrase.ReplaceAllString(text, "_"), "_")
		}
		if ratedApart(in[m.sentence.text]) {
			text = strings.ReplaceAll(text, "但", "_") // 甲楼为Bsu级,但乙楼为Dsu级
		}
		r.cautionBut(func(text string, at []int) bool { return m.reason(text, at) }, ofConclusion, m.sentence, text, "conclusion_not_understood")
		core := clauseBefore(m.sentence.text, m.from)
		if rank(m.grade) >= local {
			core = because.ReplaceAllString(core, "_评")
		}
		for _, u := range m.units {
			core = strings.ReplaceAll(core, u, "_")
		}
		r.caution(ofCore, m.sentence, core, "conclusion_not_understood")
	}
	for _, it := range items {
		switch it.section {
		case secHistory, secNeighbours, secEquipment:
			continue
		}
		if it.heading {
			switch t := it.text.text; {
			case erratum.MatchString(t):
				r.reason("report_qualified", it.page, clip(t, 60), evidenceOf(it.text.glyphs, it.page))
			case decides(it.section) && h.mild && headBinds.MatchString(t):
				r.reason("conclusion_not_understood", it.page, clip(t, 60), evidenceOf(it.text.glyphs, it.page))
			}
			continue
		}
		if it.table == nil {
			r.cautious(it.text, it, it.section, h, in)
			continue
		}
		if it.table.definition() {
			continue
		}
		for _, c := range it.table.cells {
			p := newPassage(c.glyphs)
			switch {
			case utf8.RuneCountInString(p.text) < shortestRemark:
			case it.table.asks(c): // 沉降、滑移、基础外露, what is looked for
			case it.table.nowhere(c): // 承重墙拆改, and 无 in each row
			case long(p.text):
				r.cautious(p, it, it.table.labelSection(c, it.section), h, in)
			default:
				r.cautious(p, it, secInspection, h, in) // a remark
			}
		}
	}
}

// erratum heads what corrects the pages before: which of them hold is for a human.
var erratum = re(`勘误|更正|订正`)

// headBinds: a heading that says more than what stands below it, 鉴定结论(加固后),
// 处理要求停止使用.
var headBinds = re(`[(][^()]*(?:加固|改造|修缮|复核|拟|待|暂|预|初步|草|稿)[^()]*[)]|停止使用|立即|撤离|撤出|搬离|(?:整体|严重)危险`)

// asks tells whether a cell names what is looked for: its column says so, and another
// of its row what was found.
func (t *table) asks(c *cell) bool {
	return lookedFor.MatchString(t.headOf(c)) && !strings.ContainsAny(c.folded(), "。;,有未无") && slices.ContainsFunc(t.rowCells(c.cy(), 1.5*c.size), func(d *cell) bool {
		return d != c && foundThere.MatchString(t.headOf(d))
	})
}

var (
	lookedFor  = re(`^(?:检查|检测|鉴定|评定|查勘|查看)?(?:内容|项目|要点|要素)$`)
	foundThere = re(`情况|结果|现状|描述|记录`)
)

// oneMember: 二层挑梁其中东端一根根部开裂. Class B of JGJ 125-2016 6.1.4 and JGJ/T 363-2014 has single
// dangerous members.
var (
	// ratedSo: what the agency itself counts as dangerous, 2块空心板……评定为危险构件.
	ratedSo   = re(`(?:评定?|判定|列|定)为[^,。;]{0,6}危险(?:构件|点)`)
	wholeOnes = re(`各|全部|均|大面积|普遍|整[幢栋座]|[多数]数?[根片榀]|承重墙|柱`)
	oneMember = re(`[一1][根处片榀块道条面段]|[根处片榀块段][一1][^0-9一二三四五六七八九十]|局部|个别`)
	// rebars: three of them in one slab make one member; three beams of 钢筋混凝土 are beams
	rebars      = re(`(?:钢筋|主筋|箍筋|受力筋|板筋)[^,。;混砼梁柱墙板架檩桁]{0,4}[0-9一二两三四五六七八九十]+根`)
	manyMembers = re(`多[处根片榀块道]|各|全部|均|大面积|普遍|整[幢栋座]|(?:[2-9两三四五六七八九十]|[0-9]{2,})[余多]?[根处片榀块]`)
)

// papers: what is done to them is no works.
var papers = re(`数据|资料|等级|评级|结论|报告|测区|推定|补填|记录|图纸`)

// local is the rank of the grades that a part of the house can cause: Csu, C.
const local = 3

// because: 因二层外廊三根挑梁不满足要求评为Csu级. What is wrong with a part makes no less than the house
// of the subject.
var because = re(`(?:因|由于|鉴于)[^,。;查假按要据]{2,40}?(?:不满足(?:要求)?|不足|开裂|腐朽|锈[损蚀断]|糟朽|倾斜|破损|掏空|变形|断裂|失效|损伤|受损|露筋|问题)(?:而|被|综合)?(?:评|定)`)

// ofDamage: words of how much is damaged, and where; supposes: of how it is known.
var (
	ofDamage = re(`^(?:不|未|无|没有?|难以|约|仅|只|其余|部分|后|前|端|尚|仍|或|也|但|旧|以上|以下|相当)+$`)
	supposes = re(`协商|临时|调整|修改|据|讲|称|说|假定|考虑|数据|推[定断测]|查看|要求|按`)
)

// reason tells whether a word stands in a clause that tells what is wrong with the
// house, beside a grade for which something must be wrong. Of what it could take
// back nothing would be graver.
func (m *mention) reason(text string, at []int) bool {
	if rank(m.grade) < local || !ofDamage.MatchString(text[at[0]:at[1]]) {
		return false
	}
	for _, c := range clauses(text) {
		if c.from <= at[0] && at[1] <= c.to {
			t := text[c.from:c.to]
			return !gradeToken.MatchString(t) && describes.MatchString(t) && !aboutPaper.MatchString(t) && !supposes.MatchString(t)
		}
	}
	return false
}

// shortestRemark is how many characters an entry of a table needs to say
// something of the report.
const shortestRemark = 5

// ratedApart: a sentence that rates several houses, each by its name.
func ratedApart(ms []*mention) bool {
	var named []string
	for _, m := range ms {
		if m.concludes() {
			for _, u := range m.units {
				if !containsUnit(named, u) {
					named = append(named, u)
				}
			}
		}
	}
	return len(named) > 1
}

var theRest = re(`其余(?:各)?(?:栋|幢|楼|单体|房屋|单元|建筑)?|其[他它]`)

// concludes: the mention grades a house, and what is said of it weighs.
func (m *mention) concludes() bool {
	return m.role == schemas.RoleConclusion && m.scope.Speaks() && weighty(m.aspect)
}

// setAsideHere: a grade of a house that its own words make none of this
// conclusion: an earlier one, one to come, the meaning of one.
func (m *mention) setAsideHere() bool {
	return m.role != schemas.RoleConclusion && m.role != schemas.RoleTable && m.rule != "" && m.scope.Speaks() && !m.isExplained()
}

// withoutOthers blots the clauses of the grades that are set aside.
func withoutOthers(s string, ms []*mention) string {
	b := []byte(s)
	for _, m := range ms {
		if (m.setAsideHere() || m.isExplained()) && m.to <= len(s) {
			from := m.from - len(clauseBefore(s, m.from))
			blot(b[from : m.to+len(clauseAfter(s, m.to))])
		}
	}
	return string(b)
}

// flags: a statement that raises a hazard by itself.
func flags(k schemas.StatementKind) bool {
	return k == schemas.StatementWhole || k == schemas.StatementGeo
}

// standing is how the house is graded, as far as words beside its grade ask.
type standing struct {
	worst      int  // rank of the gravest grade
	mild       bool // graded well, and nothing else raises a hazard: grave words stand alone
	sunk       bool // every house has the gravest grade
	membersMay bool // the grade is one that lets single members be in danger
}

// cautious looks at the sentences of a passage for what its section may not say
// beside a conclusion.
func (r *reader) cautious(p passage, it *item, in section, h standing, mentions map[string][]*mention) {
	rules := in == secBasis || in == secDeclaration // what holds for all reports
	if t := strings.TrimRight(p.text, "。;"); captionLike.MatchString(t) && !amends.MatchString(t) {
		in = secAppendix // 附件:构件安全性评级表, wherever it stands
	}
	captions := photosOnly.MatchString(p.text) && !amends.MatchString(p.text) && !strings.ContainsAny(p.text, "未不没无锁借翻供另邻隔旧网") && !strings.Contains(p.text, "同类") && !strings.Contains(p.text, "上年")
	for _, s := range sentencesOf(p, it) {
		ms := mentions[s.text]
		if in != secBasis && !s.scale && !s.listed {
			r.listen(s, h)
		}
		if !captions {
			r.caution(ofReport, s, s.text, "report_qualified")
			if m := unqualified.FindString(s.text); m != "" && h.mild && !rules && !elsewhere(s.text) {
				r.reason("report_qualified", s.page, m, s.whole())
			}
		}
		if m := sentBack.FindString(s.text); m != "" && !rules && !elsewhere(s.text) {
			r.reason("report_qualified", s.page, m, s.whole())
		}
		if y := holdsUntil.FindStringSubmatch(s.text); y != nil && (in == secConclusion || in == secAdvice || it.behind) && atoi(y[1]) <= r.year {
			r.reason("report_qualified", s.page, y[0], s.whole())
		}
		ofItself := speaksOfItself(s.text, ms) || countsMore(s.text, ms, h.worst)
		if !ofItself && slices.ContainsFunc(ms, (*mention).setAsideHere) {
			continue
		}
		if own := ofThisHouse(s.text); h.mild && !rules && own != "" && !unrelated.MatchString(s.text) {
			if !h.membersMay || !(oneMember.MatchString(own) && !manyMembers.MatchString(rebars.ReplaceAllString(own, "_")) || ratedSo.MatchString(own) && !wholeOnes.MatchString(own)) {
				r.caution(ofFacts, s, own, "grade_contradicts_statement")
			}
			r.caution(ofUnabated, s, own, "grade_contradicts_statement")
			if l := fewLeft.FindString(own); l != "" {
				r.reason("grade_contradicts_statement", s.page, l, s.whole())
			}
			if l := beyondMild(own, h.membersMay); l != "" {
				r.reason("grade_contradicts_statement", s.page, l, s.whole())
			}
		}
		if h.worst == gravest && (in == secConclusion || in == secAdvice) && !elsewhere(s.text) && !unrelated.MatchString(s.text) && (h.sunk || len(unitsIn(s.text, r.known)) == 0) {
			r.caution(ofLightened, s, withoutOthers(s.text, ms), "grade_contradicts_statement")
		}
		switch {
		case slices.ContainsFunc(ms, (*mention).concludes): // looked at with its grade
		case ofItself && !rules:
			r.caution(ofConclusion, s, withoutOthers(s.text, ms), "conclusion_not_understood")
		case in == secAdvice, in == secConclusion && len(r.advise(s, false)) > 0:
			if h.mild {
				r.caution(ofAdvice, s, s.text, "advice_contradicts_grade")
			}
			if h.mild && r.toneOf(s).Whole > r.tone.Calm && (aboutGrade.MatchString(s.text) || it.behind && (aboutPaper.MatchString(s.text) || len(r.advise(s, false)) == 0 && !describes.MatchString(s.text))) {
				// 街道建议按轻一级处理,我单位照此办理 advises nothing.
				r.caution(ofConclusion, s, withoutOthers(s.text, ms), "conclusion_not_understood")
			}
		case h.sunk && !lightens.MatchString(s.text): // nothing is graver than what is accepted
		case it.behind && (r.toneOf(s).Whole <= r.tone.Calm || r.toneOf(s).Whole <= r.tone.Calm+besideAll && !aboutPaper.MatchString(s.text) || signsHere(s.text)):
			// 涂改无效 is printed there as in front, and who signs; 照片拍摄时回避了病人面部
		case in != secConclusion && !it.behind, elsewhere(s.text), unrelated.MatchString(s.text):
		case slices.ContainsFunc(r.statementsOf(s), func(x schemas.Statement) bool { return flags(x.Kind) }):
			// It raises a hazard, whatever else it says.
		case describes.MatchString(s.text) && !aboutPaper.MatchString(s.text):
			// It describes the house, and the list of facts has looked at that. What
			// leans on somebody, or on something to come, does more.
			ofHouse := func(text string, at []int) bool { return ofHouseOnly.MatchString(text[at[0]:at[1]]) }
			r.cautionBut(ofHouse, ofConclusion, s, withoutOthers(s.text, ms), "conclusion_not_understood")
		default:
			r.caution(ofConclusion, s, withoutOthers(s.text, ms), "conclusion_not_understood")
		}
	}
}

// unqualified: who tested may not, or nobody looked after him.
var unqualified = re(`(?:检测|鉴定|检查|检验|参[加与][^,。;]{0,8})(?:的)?(?:人员|技术员|检测员|员|人|工程师)[^,。;]{0,8}(?:未|无|没有?|尚无|不具备)(?:经|取得|持有?|具备|具有|有|过|参加)*[^,。;变更]{0,6}(?:资格|上岗证|资格证|培训)|实习(?:生|人员)[^,。;]{0,10}(?:独立|单独|自行)|(?:仪器|设备|回弹仪)[^,。;]{0,4}未(?:经|作|做)?(?:检定|校准|率定)`)

// fewLeft: 没有拉裂的墙只剩一面. What is left of the sound ones is told by a denial, and denies nothing.
var fewLeft = re(`(?:墙|柱|梁|屋架)[^,。;]{0,4}(?:只|仅|就)剩下?[一两几1-3][面根榀堵片道]`)

// sentBack: 红包连同本鉴定书退回. Whoever sends the paper back takes no grade from it.
var sentBack = re(`(?:鉴定书|成果|报告书?|结论)(?:,|已|均|都|一并|一同|一起|全部|当场|予以|被)*退回`)

// holdsUntil: how long the grade holds. What ends in the year of the report, or before it,
// may hold no more when it is read, or never did.
var holdsUntil = re(`(?:^|[,。;:、0-9])(?:本|该|此)?(?:次)?(?:评级|结论|鉴定|报告|等级|书)*(?:的)?有效期限?(?:至|到)([0-9]{4})年`)

// besideAll is by how much more alarming a sentence behind the conclusion may sound
// that speaks neither of the grade nor of the paper.
const besideAll = 0.4

// signsHere: 检测人:某某
func signsHere(t string) bool {
	label, name, ok := strings.Cut(t, ":")
	return ok && labelOf(label) != fNone && utf8.RuneCountInString(name) <= 12
}

// aboutPaper: a sentence that may be about the grade, or about the paper and its
// words. Of the traps that strangers set beside a conclusion only such need it.
var aboutPaper = re(`等级|级别|评级|评[定估为]|定级|[A-D](?:su)?级|结论|报告|鉴定|本[段栏处条项句]|[此这]处|这[句话个一]|上[述面]|[范样]文|我们|[我本][司所院站]|^[(]|[未没不]评|评的|算进|计进|[没不]算|以[上下]|意见|前提|除外|[一二两三几]档|[轻重高低降升][一二两三几]级|实际|其实|真实|宁|更[差坏严重]|严重得多|慎|有效期|为准|代表|有误|打错|写错|笔误|乐观|下一档|看待|对待|认可|确认|成立|同意|保留|最[差坏]|从[宽轻]|统计|期限|才能|顶不住|未作`)

// aboutGrade: of those, what is about the grade itself, wherever it stands.
var aboutGrade = re(`(?:本|该|此|上述|以上|所评)(?:次)?(?:鉴定)?(?:等级|级别|评级|结论)|定级|评级|[轻重高低降升][一二两三几][级档]`)

// lightens: words with which the gravest grade could be taken back.
var lightens = re(`打错|写错|笔误|有误|应为|其实|真实|轻得多|[仅只][指限对]|[未不](?:予)?(?:同意|认可|赞成)|否定|偏[严重]|降为|从严|按[^,。;]{0,8}需要|不成立|除外|确认|为准`)

// describes: what is of a house, and not of a paper.
var describes = re(`墙|梁|柱|板|屋|瓦|檩|椽|裂|缝|基|础|砖|砂浆|混凝土|钢|木|筋|渗|漏|腐|锈|沉|倾|斜|变形|强度|承载|构件|节点|荷载|楼梯|阳台|门|窗|抹灰|损|险|危|地坪|散水|坡|观察|监测|检查|维护|维修|修缮|加固|处理|使用|居住|吊车|起吊|超载|设备|电梯|管[道线]|荷|堆`)

// captionLike: the name of a table, a drawing, an enclosure.
var captionLike = re(`^(?:附[件图表录][^。;:]{0,40}|附[件图表录]:(?:[^。;,:]{2,24}(?:表|图|照片|影像|证书|复印件|扫描件|资料|记录|清单|目录|报告|委托书|合同|计算书|执照|汇总|数据|名单|材料)(?:[(][^()]{0,12}[)])?[;,。]?)+|[^,。;]{2,24}(?:表|图|照片|一览|清单|目录))$`)

// photosOnly: the names of photographs, one behind the other.
var photosOnly = re(`^(?:(?:照片|图片)[0-9一二三四五六七八九十]{1,3}[^。;:,]{2,24})+$`)

// amends: more than a caption says.
var amends = re(`降级|[降下上]调|重[新评定]|复[议评]|[调改]整?评|更正|改判|改为|更改|变更|修正|修订|实为|实际|真实|其实|不成立|作废|无效|有误|不算|不予|低[一二两三]?[档级]|差[一二两三]?[档级]|严重|危险|待|暂`)

// gravest is the rank of Dsu, D and IV.
const gravest = 4

// ofThisHouse returns what a sentence says before it turns to another house, or to
// another paper: 悬挑梁随时可能断落,另案处置.
func ofThisHouse(s string) string {
	if !elsewhere(s) {
		return s
	}
	at := otherCue.FindStringIndex(s)
	if at == nil {
		return ""
	}
	if i := strings.LastIndexAny(s[:at[0]], ",;:"); i >= 0 {
		return s[:i]
	}
	return ""
}

// speaksOfItself: a sentence about the conclusion beside which it stands. Behind
// an earlier grade 该结论 is that one.
func speaksOfItself(s string, ms []*mention) bool {
	loc := itself.FindStringIndex(s)
	return loc != nil && !slices.ContainsFunc(ms, func(m *mention) bool { return m.setAsideHere() && m.from < loc[0] })
}

// countsMore: a worse grade that would hold if something were counted that is
// there: 如将屋顶水箱重量计入,则应评Dsu级.
func countsMore(s string, ms []*mention, worst int) bool {
	return counting.MatchString(s) && slices.ContainsFunc(ms, func(m *mention) bool { return m.setAsideHere() && rank(m.grade) > worst })
}

var (
	counting  = re(`计入|算进|算上|加上|考虑进|叠加`)
	itself    = re(`(?:本|该|此|上述|以上|前述|前项|上列|所评)(?:次)?(?:鉴定)?(?:等级|级别|结论|评级|评定|意见)`)
	unrelated = re(`与(?:本|该|受检|被鉴定)(?:房屋|建筑|楼|工程)(?:无关|没有关系)`)
)

// ofHouseOnly: words of caution with which a sentence may tell of a house as it is.
var ofHouseOnly = re(`^(?:不|未|无|没|非|难以|应|宜|须|需|可|能|会|但|却|虽|然而|时|前|后|期|之间|之前|之后|以后|以前|原|曾|旧|去年|临时|有效|要求|高于|低于|以上|以下|或|也|尚|仍|还|再|趋|接近|偏|相当|保持|维持|恢复|完成|约|大致|大体|或|邻|旁|对面|隔壁|其余|其他|其它|另|也|只|仅|除|以外|之外|说明|认为|见|历史|反映|情形|期间|情况下|类似|一样|空白|调整|修改|变更|替换|代替|对应|至少|最多|最差|错|印|略|涂|栏|边缘|将|建议|协商|者|参照|据|讲|称|申请|声明|社区|政府|村委|通知|附表|附件|详见)+$`)

func (r *reader) caution(c caution, s sentence, text string, code schemas.ReasonCode) {
	r.cautionBut(nil, c, s, text, code)
}

// cautionBut is caution that lets some of the words be.
func (r *reader) cautionBut(but func(text string, at []int) bool, c caution, s sentence, text string, code schemas.ReasonCode) {
	if r.rebuilt {
		text = worksDone.ReplaceAllString(text, "_")
	}
	text = r.withoutNames(text)
	found := c.unexplained(text)
	if len(found) == 0 {
		return
	}
	if t := withoutAccess(text); t != text { // looked for last: it costs more than all else
		text, found = t, c.unexplained(t)
	}
	done := worksPast.FindAllStringIndex(text, -1)
	within := func(at []int) bool {
		return slices.ContainsFunc(done, func(d []int) bool {
			works := text[d[0]:d[1]]
			return d[0] <= at[0] && at[1] <= d[1] && ofHouseOnly.MatchString(text[at[0]:at[1]]) && describes.MatchString(works) && !papers.MatchString(works)
		})
	}
	var left []string
	var where [][]int
	for _, at := range found {
		if !within(at) && (but == nil || !but(text, at)) {
			left = append(left, text[at[0]:at[1]])
			where = append(where, at)
		}
	}
	if len(left) > 0 && !(c.byTone && r.soundsOrdinary(s, text, where, code)) {
		r.reason(code, s.page, strings.Join(left, "、")+"："+clip(s.text, 60), s.whole())
	}
}
