package reading

import (
	"slices"
	"strings"

	"jianding/schemas"
)

// Words by which a report takes back, or leaves open, what it concludes. They
// may stand in another sentence than the grade, under the signatures, or in a
// note; a house is not accepted over them.
var (
	// 本意见为现场初步意见，待检测数据齐全后另行出具正式鉴定结论
	interim = re(`(?:本|此|上述|以上|该)(?:次)?(?:鉴定)?(?:意见|结论|报告|评级|等级)[^。;,]{0,12}(?:为|系|属|是|作为)[^。;,]{0,8}(?:初步|临时|暂定|阶段性|中间|过渡)`)
	// 地基基础须待勘察后另行评定; 届时以补充鉴定为准. Works and their control
	// afterwards are advice.
	awaits = re(`(?:待|俟)([^。;]{2,40}?)后[^。;]{0,14}(?:另行|再行|最终|正式|补充)(?:出具|提交|作出|做出|给出|评定|评级|确定|鉴定)|以([^。;]{0,14}(?:正式|补充|最终|后续|复核)[^。;]{0,8}(?:报告|鉴定|结论|意见))(?:[(][^()]{1,20}[)])?为准`)
	// 等级仅供参考, 参考等级为Bsu级: nobody stands by it.
	nonBinding = re(`(?:等级|评级|结论|意见|结果|报告)[^。;,]{0,6}(?:仅|只)?(?:供|作(?:为)?)参考|参考(?:等级|评级|结论)`)
	// 上述等级系在完成加固的前提下给出
	onWorks = re(`(?:上述|以上|本|该|此)(?:次)?(?:鉴定)?(?:等级|结论|评级|意见)[^。;]{0,6}(?:系|是|为|以|按|在|基于|仅)[^。;]{0,30}(?:加固|维修|处理|整改|施工|拆除|改造|治理|卸载|减载)[^。;]{0,16}(?:前提|条件|假定|假设|基础|情况)(?:下|上|,|。|$)?`)
	// 本稿供委托方征求意见使用
	draftSays = re(`^(?:注:?)?(?:本|此)(?:稿|件|版)[^。;]{0,14}(?:征求意见|讨论|送审|审查|校对|修改|未定|初稿|草稿)`)
	// 评定为Bsu级（不含后期加建的三层）: what is left out is part of the house.
	leftOut = re(`(?:不含|不包括|不包含|未包括|未包含|未计入|除外)[^。;)]{0,10}(?:加建|扩建|增建|后建|[一二三四五六七八九十0-9]层|地下室|部分|部位|阁楼|夹层|地基)`)
	works   = re(`加固|修缮|维修|处理|整改|整治|施工|治理|拆除|改造|排危|解危|竣工|验收`)
	// 审核意见：Bsu级结论依据不足，建议重新评级
	groundless = re(`(?:结论|评级|等级|评定|鉴定意见)[^,。;]{0,6}(?:依据|理由|证据|支撑)(?:不足|不充分|不够)`)
	reviewer   = re(`(?:审核|复核|批准|审定|校核|审查|专家组?|总工(?:程师)?|技术负责人)(?:人)?(?:意见|认为|提出|建议)`)
	dissent    = re(`不同意|有异议|持异议|不予(?:认可|通过|批准|签发)|(?:建议|应|须|需|宜)(?:予以)?(?:重新(?:评级|鉴定|评定|定级|计算|验算|核定)|下调|降级|调整(?:等级|评级|为))|偏(?:高|轻|松)|有误|不当`)
	// 二至四层未进入检查: storeys of the house that nobody saw.
	unseen = re(`[一二三四五六七八九十0-9]层(?:均|全部|整层|因[^,。;]{0,16})?,?(?:尚)?(?:未能?|无法|没有)(?:进入|入户|进行|作)?[^,。;]{0,4}(?:检查|查勘|检测|鉴定|勘查)`)
	// 仅对一层商铺进行鉴定, wherever it is told.
	onlyRated = re(`(?:仅|只)(?:对|针对|就)[^。;,]{2,30}(?:进行|实施|作)(?:了)?(?:结构)?(?:安全性?|危险性|可靠性)?鉴定`)
	// 一层商铺的安全性等级评定为Bsu级: the subject of a conclusion is a storey.
	storeySubject = re(`(?:^|[,。;:])(?:经(?:鉴定|综合评定|评定),?)?([一二三四五六七八九十0-9]{1,3}(?:[、至~-][一二三四五六七八九十0-9]{1,3})*层[^,。;:]{0,10}?)(?:的)?(?:现状)?(?:结构)?(?:安全性|危险性|可靠性)(?:综合)?(?:鉴定)?(?:等级|评级|级别)`)
	// 所鉴定范围的安全性等级为Bsu级: nor is it the house.
	scopeSubject = re(`(?:^|[,。;:])(?:[^,。;:]{0,8})(?:鉴定|检测|检查|委托)(?:的)?(?:范围|部位|区域|部分|楼层|铺面|构件)(?:以?内)?[^,。;:]{0,12}(?:安全性|危险性|可靠性)`)
	ofHouse      = re(`结构|框架|砖混|砖木|房屋|楼房|楼$|建筑|民房|住宅楼`)
	streetNo     = re(`\p{Han}{2}(?:路|街|巷|道)[0-9]{1,4}号`)
)

// checkReserved asks for a human where the report itself does not stand by its
// conclusion, or concludes of something else than the house that it names.
func (r *reader) checkReserved(items []*item, mentions []*mention, f schemas.ReportFields, fs []schemas.Finding) {
	r.checkQualified(mentions, fs)
	r.checkWholeNamed(items, fs)
	for _, it := range items {
		switch it.section {
		case secBasis, secDeclaration, secHistory, secNeighbours, secEquipment:
			continue
		}
		if it.table == nil {
			r.checkVisited(it, f)
			r.reserved(it.text, it, fs)
			continue
		}
		if it.table.definition() {
			continue
		}
		for _, c := range it.table.cells {
			if p := newPassage(c.glyphs); long(p.text) {
				r.reserved(p, it, fs)
			}
		}
	}
	for _, m := range mentions {
		if m.role != schemas.RoleConclusion || m.fromTable || !m.scope.Speaks() || !weighty(m.aspect) {
			continue
		}
		before := m.sentence.text[:m.from]
		if x := storeySubject.FindStringSubmatch(before); x != nil && !ofHouse.MatchString(x[1]) && atoi(f.Storeys) != 1 {
			r.reason("partial_appraisal", m.page, clip(m.sentence.text, 60), m.evidence)
		}
		if leftOut.MatchString(m.sentence.text) || scopeSubject.MatchString(before) {
			r.reason("partial_appraisal", m.page, clip(m.sentence.text, 60), m.evidence)
		}
		if nonBinding.MatchString(m.sentence.text) {
			r.reason("conclusion_provisional", m.page, clip(m.sentence.text, 60), m.evidence)
		}
		if town := townOf(before); town != "" && f.Town != "" && town != f.Town && lastOf(histCue, before) < 0 && !elsewhere(before) {
			r.reason("address_differs", m.page, f.Address+" / "+town, m.evidence)
		}
		if no := streetNo.FindString(strings.ReplaceAll(before, "名下", "_")); no != "" && streetNo.MatchString(fold(f.Address)) && !strings.Contains(fold(f.Address), no) {
			r.reason("address_differs", m.page, f.Address+" / "+no, m.evidence)
		}
	}
}

// sectionOfHouse: the name of a part between joints or stairs, 东单元, 2单元, B区.
var sectionOfHouse = re(`^(?:[东西南北中左右前后]|[0-9]{1,2}|[一二三四五六七八九十A-Z])(?:单元|段|区|侧)$`)

// checkWholeNamed asks for a human where the conclusion is on one section of a
// house, and nothing before it says that this section is what is appraised.
func (r *reader) checkWholeNamed(items []*item, fs []schemas.Finding) {
	var named []schemas.Finding
	for _, f := range fs {
		if f.Scope.Speaks() && weighty(f.Aspect) && unitKey(f.Unit) != defaultUnit && !slices.ContainsFunc(named, func(g schemas.Finding) bool { return unitKey(g.Unit) == unitKey(f.Unit) }) {
			named = append(named, f)
		}
	}
	if len(named) != 1 || !sectionOfHouse.MatchString(fold(named[0].Unit)) {
		return
	}
	u := fold(named[0].Unit)
	for _, it := range items {
		if it.section == secConclusion || it.section == secAdvice {
			continue
		}
		if it.table == nil && strings.Contains(it.text.text, u) || it.table != nil && slices.ContainsFunc(it.table.cells, func(c *cell) bool { return strings.Contains(c.folded(), u) }) {
			return
		}
	}
	r.reason("partial_appraisal", named[0].Evidence.Page, u, named[0].Evidence)
}

// 2026年7月30日对贾嗣镇玉龙村村民住宅进行检查, in the report on a house elsewhere.
var visitedHouse = re(`对([^,。;]{4,40}?)(?:进行|作|做|开展)(?:了)?[^,。;]{0,10}(?:检查|检测|查勘|鉴定)`)

// checkVisited asks for a human where the house that was visited stands in
// another town than the report's.
func (r *reader) checkVisited(it *item, f schemas.ReportFields) {
	if f.Town == "" {
		return
	}
	for _, m := range visitedHouse.FindAllStringSubmatchIndex(it.text.text, -1) {
		where := it.text.text[m[2]:m[3]]
		if town := townOf(where); town != "" && town != f.Town && !strings.Contains(where, strings.TrimSuffix(strings.TrimSuffix(f.Town, "镇"), "街道")) &&
			lastOf(histCue, it.text.text[:m[0]]) < 0 {
			r.reason("address_differs", it.page, f.Address+" / "+where, evidenceOf(it.text.sub(m[0], m[1]), it.page))
		}
	}
}

func (r *reader) reserved(p passage, it *item, fs []schemas.Finding) {
	reviewed, told := false, ""
	for _, s := range sentencesOf(p, it) {
		r.qualifies(s, it, fs)
		reviewed = reviewed || reviewer.MatchString(s.text)
		again := appliesAgain(told, s.text)
		told = s.text
		past := lastOf(histCue, s.text) >= 0 || lastOf(otherCue, s.text) >= 0
		switch {
		case interim.MatchString(s.text), awaitsMore(s.text) && !again, onWorks.MatchString(s.text) && !r.rebuilt:
			r.reason("conclusion_provisional", s.page, clip(s.text, 60), s.whole())
		case (groundless.MatchString(s.text) || reviewed && (dissent.MatchString(s.text) || reRated.MatchString(s.text))) && !past:
			r.reason("conclusion_contradicts_itself", s.page, clip(s.text, 60), s.whole())
		case draftSays.MatchString(s.text):
			r.reason("not_final", s.page, clip(s.text, 40), s.whole())
		case unseen.MatchString(s.text), it.section == secInspection && onlyRated.MatchString(s.text):
			r.reason("partial_appraisal", s.page, clip(s.text, 60), s.whole())
		}
	}
}

var (
	// 届时可申请复核鉴定,以复核报告为准: after works that the sentence before tells, whoever wants
	// may have the house appraised again. What the report is still to be given is no such thing.
	mayApply  = re(`^[^,。;]{0,16}可(?:以)?(?:再|另行|重新|自行)?(?:申请|委托)[^,。;]{0,8}(?:复核|重新|再次)?(?:鉴定|检测|评估),[^,。;]{0,2}(?:等级)?以(?:复核|新的?|该|届时的?|重新)(?:鉴定)?(?:报告|结论|意见)(?:[(][^()]{1,20}[)])?为准[。;]?$`)
	thenAgain = re(`^(?:[0-9一二三四五六七八九十①-⑳()、.]{0,4})?(?:届时|此后|其后|之后|然后)`)
	afterThem = re(`(?:加固|修缮|维修|整治|改造|治理|排危|更换)[^。;]{0,24}(?:后|以后|之后|完成|合格)`)
)

// appliesAgain tells whether a sentence only says that the house may be appraised again
// once works on it are done.
func appliesAgain(before, s string) bool {
	return mayApply.MatchString(s) && !ratedAfter.MatchString(before) && (afterThem.MatchString(s) || thenAgain.MatchString(s) && afterThem.MatchString(before)) && !awaited.MatchString(before+s)
}

// ratedAfter: 加固完成后为Bsu级. It is the house after its works that is rated.
var ratedAfter = re(`(?:后|完成|合格)[^。;预可望拟将]{0,18}(?:[A-D](?:su)?|[一二三四IV]{1,3})级`)

// awaited: what is not known yet, or not rated.
var awaited = re(`(?:待|俟)[^,。;]{0,12}(?:勘察|检测|试验|补充|数据|结果|资料)|本(?:次|报告)[^,。;]{0,6}(?:不作|失效|暂)|暂(?:定|按|评)|初步|另行评定`)

// unfinished works: a report may call itself one after the works before they are
// done; what it concludes is then what would be.
var stillToDo = re(`(?:加固|施工|改造|修缮|整治|工程)[^,。;]{0,10}(?:尚未|还未|未能?|没有)(?:全部|完全)?(?:完成|完工|竣工|实施|施工|结束)|(?:层|区|栋|幢|段|部位|墙体?|梁|柱|基础)[^,。;]{0,4}(?:尚未|还未|未)(?:进行)?(?:加固|施工)|(?:加固|施工|改造)(?:工作|工程)?(?:正在|仍在)?(?:进行中|进行之中|过程中,)`)

// worksOpen tells whether the report says that its works are not finished.
func worksOpen(items []*item) bool {
	for _, it := range items {
		if it.table == nil && it.section != secHistory && it.section != secBasis && it.section != secDeclaration && stillToDo.MatchString(it.text.text) {
			return true
		}
	}
	return false
}

// appraisesRebuilt tells whether the report says that it appraises the house as it
// is after works on it.
func appraisesRebuilt(items []*item) bool {
	rebuilt, finished := false, false
	for _, it := range items {
		switch it.section {
		case "", secCover, secOverview, secHistory, secInspection:
			if it.table != nil {
				continue
			}
			if worksPlanned.MatchString(it.text.text) {
				return false
			}
			rebuilt = rebuilt || ofRebuilt.MatchString(it.text.text)
			finished = finished || worksFinished.MatchString(it.text.text)
		}
	}
	return rebuilt && finished
}

var (
	// what shows that works were done, and what that they are to come
	worksFinished = re(`(?:加固|改造|修缮|整治|维修|工程|施工)[^。;未拟待将]{0,20}(?:已(?:全部)?(?:完成|竣工|完工)|竣工验收|验收合格|通过[^,。;]{0,4}验收)|(?:已|于)[^,。;未拟待将]{0,16}(?:完成|竣工)[^,。;]{0,10}(?:加固|改造|修缮)`)
	worksPlanned  = re(`(?:计划|拟|将|预计|准备|待)[^,。;]{0,10}(?:加固|改造|修缮|开工|施工)|尚未开工|未开工|(?:下半年|明年|下月|近期)[^,。;]{0,6}(?:开工|加固|施工)|以设计图为据`)
)

// awaitsMore tells whether a sentence leaves the conclusion to something that
// is still to come, other than works on the house.
func awaitsMore(s string) bool {
	for _, m := range awaits.FindAllStringSubmatch(s, -1) {
		if !works.MatchString(m[1] + m[2]) {
			return true
		}
	}
	return false
}
