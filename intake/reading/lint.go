package reading

import (
	"strings"

	"jianding/schemas"
)

var (
	// A survey calls itself one: 房屋结构安全隐患排查技术报告. What follows 排查 up
	// to 报告 may be any term; the name of the agency on the cover (…鉴定有限公司)
	// makes no appraisal of it.
	surveyTitle    = re(`(?:排查|普查|摸排|筛查)[^。;,\n]{0,10}(?:报告|表|情况|记录|登记|结果|成果)`)
	appraisalTitle = re(`鉴定(?:检测|评估|技术)?(?:报告|书)`)
	appraisalIs    = re(`鉴定报告|鉴定书|检测鉴定|鉴定结论|可靠性鉴定|安全性鉴定|危险性鉴定`)
	surveyWords    = re(`排查结论|排查人员|排查单位|排查结果|排查日期|(?:存在(?:严重|一定)|未发现)(?:结构)?安全隐患`)
	consulting     = re(`鉴定咨询报告|咨询报告|评估咨询`)
)

// leftOutHere: 装修遮挡的梁柱不在本次鉴定范围. What holds the house up is left out.
var leftOutHere = re(`(?:第?[0-9一二三四五六七八九十]+层|底层|顶层|加层|夹层|地下室|[^牌杆灯]柱|梁|屋盖|屋架|楼板|承重墙|地基|[^础]基础|[前后东西南北]半?部分)(?:的)?(?:商铺|铺面|房间|区域|部分|结构|构件|等)?不在(?:本次|此次|本)(?:的)?(?:安全性)?(?:鉴定|委托|评定)(?:的)?(?:范围|内容|之列|之内)`)

// leftUnseen: 装修遮挡的梁柱没有检查, 后建的两间不在鉴定范围内, 本次鉴定一层. What was added to
// the house loads it, whether it is appraised or not. Of a house of one storey 一层 is all.
var leftUnseen = re(`(?:遮挡|遮蔽|遮盖|包封|吊顶)[^,。;]{0,8}(?:梁|柱|承重墙|楼板)[^,。;及]{0,6}(?:没有|没|未)(?:能|作|予)?(?:检查|检测|查看|查|看)|(?:(?:屋顶|屋面|楼顶|顶上|天台)[^,。;]{0,4}(?:加建|后建|扩建|搭建|增建|加盖)的?[^,。;]{0,8}[房层屋间]|(?:加建|后建|扩建|增建)的[^,。;外旁]{0,4}(?:[两二三四几0-9]间|层))[^,。;]{0,4}(?:不在|未列入|不属于?|未纳入)(?:本次|此次|本)?(?:的)?(?:安全性)?(?:鉴定|委托|评定)(?:的)?(?:范围|内容|之列|之内)?|本次(?:仅|只)?鉴定(?:的?范围)?(?:为|是)?(?:第?[一二三四五六七八九1-9]|底|首|顶)层(?:[,。;]|$)`)

// lint checks the report as a whole: its kind, the particulars that it must
// hold (DOMAIN §3) and the known faults of bad reports.
func (r *reader) lint(items []*item, f schemas.ReportFields, full string, marks []string) {
	title, main := titleOf(items)
	switch {
	case surveyTitle.MatchString(main) && !appraisalTitle.MatchString(main),
		title == "" && surveyWords.MatchString(full) && !appraisalIs.MatchString(full):
		r.reason("survey_report", 1, clip(title, 40))
	case consulting.MatchString(title):
		r.reason("consulting_report", 1, clip(title, 40))
	case re4seismic.MatchString(title) && !re5safety.MatchString(title):
		r.reason("seismic_only", 1, clip(title, 40))
	}
	r.checkFinal(items, marks)
	for _, it := range items {
		if it.table != nil {
			for _, c := range it.table.cells {
				if t := c.folded(); partOfHouse.MatchString(t) && scopeLabel.MatchString(it.table.rowText(c)) {
					r.reason("partial_appraisal", it.page, clip(t, 60), evidenceOf(c.glyphs, it.page))
				}
			}
		}
		if it.table == nil && (it.section == secOverview || it.section == secCover || it.section == secConclusion) {
			for _, s := range sentencesOf(it.text, it) {
				if leftOutHere.MatchString(s.text) || leftUnseen.MatchString(s.text) && f.Storeys != "1" && !histCue.MatchString(s.text) || partialScope.MatchString(s.text) && !answersFor(s.text) && !allOfIt.MatchString(s.text) && !allStoreysOf(s.text, f.Storeys) {
					r.reason("partial_appraisal", s.page, clip(s.text, 60), s.whole())
				}
			}
		}
	}
	for _, x := range []struct{ name, value string }{
		{"报告编号", f.ReportNo}, {"鉴定机构", f.Agency}, {"委托单位", f.Client}, {"房屋地址", f.Address}, {"签发日期", f.IssuedOn},
	} {
		if x.value == "" && x.name == "委托单位" {
			// Who asked for it says nothing of the house, and forms for the houses of
			// one family name its head alone.
			r.reason("field_missing_note", 0, x.name)
			continue
		}
		if x.value == "" {
			r.reason("field_missing", 0, x.name)
		}
	}
	for _, x := range []struct{ name, value string }{
		{"现场检查日期", f.InspectedOn}, {"结构形式", f.Structure}, {"层数", f.Storeys},
	} {
		if x.value == "" {
			r.reason("field_missing_note", 0, x.name)
		}
	}
	if f.InspectedOn != "" && f.IssuedOn != "" && f.IssuedOn < f.InspectedOn {
		r.reason("issued_before_inspection", 0, f.IssuedOn+" < "+f.InspectedOn)
	}
	if len(f.Standards) == 0 {
		r.reason("standard_missing", 0, "")
	}
}

// allStoreysOf tells whether an extent is all storeys of the house: 鉴定范围为该楼四层全部.
func allStoreysOf(text, storeys string) bool {
	m := storeysInAll.FindStringSubmatch(text)
	return m != nil && storeys != "" && itoa(number(m[1])) == storeys
}

// answersFor: 本公司仅对所检部位检测数据的真实性及据此作出的鉴定结论负责 limits no extent, where it
// names no part.
func answersFor(t string) bool {
	return onlyAnswers.MatchString(t) && !partOfHouse.MatchString(t) && !partsNamed.MatchString(t)
}

var (
	onlyAnswers = re(`(?:仅|只)对[^。;]{2,60}负责[。;]?$`)
	partsNamed  = re(`[一二三四五六七八九十0-9底顶首]层|[0-9]+室|单元|商铺|门面|局部|部分(?:楼|房|结构|构件)|屋面|阳台`)
)

var storeysInAll = re(`范围(?:为|是|:|包括)?(?:该|本|此|被鉴定|受检)?(?:房屋|楼|住宅|主房|建筑|栋)?(?:的)?(?:全部)?([0-9]{1,2}|[一二三四五六七八九十]{1,2})层(?:全部)(?:[,。;(]|$|房间)`)

var (
	// 鉴定范围为该房屋全部(1~4层及屋面)
	allOfIt = re(`(?:鉴定|检测|评估)?范围(?:为|是|:|包括|涵盖|覆盖)*(?:该|本|此|被鉴定|受检)?(?:[\p{Han}0-9A-Z#]{0,10}(?:栋|幢|号)?(?:房屋|房|建筑物?|楼|工程|项目|单体))?(?:的)?(?:全部|整体|整[幢栋个座]|全楼|各层|全幢|所有)`)
	// 鉴定范围 | 一层①~④轴营业厅
	scopeLabel   = re(`^(?:本次)?(?:鉴定|检测|委托)(?:的)?(?:范围|部位|区域)`)
	partOfHouse  = re(`^[^全整共]*(?:[一二三四五六七八九十0-9]层|轴|[0-9]室|部分|局部|门面|商铺|营业厅|单间)`)
	re4seismic   = re(`抗震(?:性能)?鉴定`)
	re5safety    = re(`安全|可靠|危险`)
	partialScope = re(`(?:仅|只)(?:对|针对)[^。;]{2,40}(?:进行|实施|作)(?:了)?[^。;]{0,8}(?:鉴定|检测|检查)|局部(?:安全性)?鉴定(?:$|[,。;报])|(?:鉴定|检测|评估)(?:工作|内容|范围|对象|区域)?[^,。;]{0,4}(?:仅限|只限|限于|局限于)|(?:不含|不包括|不包含|未包括|未包含|未涉及|不涉及)[^,。;]{0,4}(?:其他|其它|其余|该楼其|以外)[^,。;]{0,6}(?:楼层|区域|部分|部位|单元|房间|铺面|商铺|构件)|鉴定范围(?:为|仅为|限于|仅限|仅限于|:)[^。;,]{0,30}(?:[一二三四五六七八九十0-9]层|[^重]部分|局部|构件|区域|[0-9]+室|屋面|阳台)[^。;]{0,6}(?:[,。;]|$)`)
)

// notFinal are the words by which a paper says of itself that it is none to go
// by: alone on a line or across the page, or in brackets behind the title.
// 涂改无效 and the like stand in sentences.
var (
	notFinal      = re(`^[(【\[《]?(?:作废|已作废|废止|失效|无效|样本|样稿|样张|示例|范本|草稿|草案|初稿|讨论稿|未定稿|过程稿|送审稿|审核稿|校对稿|征求意见稿|内部(?:讨论|资料)稿?|仅供(?:参考|内部参考|讨论)|VOID|DRAFT|SAMPLE|COPYONLY)[)】\]》]?$`)
	notFinalTitle = re(`[(【\[](?:作废|样本|样稿|范本|草稿|草案|初稿|讨论稿|未定稿|过程稿|送审稿|审核稿|征求意见稿)[)】\]]$`)
)

// checkFinal asks for a human where the paper calls itself void or a draft.
func (r *reader) checkFinal(items []*item, marks []string) {
	for _, m := range marks {
		if notFinal.MatchString(strings.ToUpper(fold(m))) {
			r.reason("not_final", 0, clip(m, 20))
		}
		if f := fold(m); gradeToken.MatchString(f) || wholeObject.MatchString(f) && harm.MatchString(f) {
			r.reason("grade_mention_unclear", 0, clip(m, 40)) // written across the page
		}
	}
	for _, it := range items {
		if it.table != nil {
			continue
		}
		t := strings.ToUpper(it.text.text)
		if notFinal.MatchString(t) || it.page == 1 && len([]rune(t)) <= 40 && notFinalTitle.MatchString(t) {
			r.reason("not_final", it.page, clip(it.text.text, 40), evidenceOf(it.text.glyphs, it.page))
		}
	}
}

// titleOf returns what the report calls itself on its first page, and of that
// the largest words, which a running head does not belong to.
func titleOf(items []*item) (title, main string) {
	var size float64
	for _, it := range items {
		// A watermark is larger than any title, and shorter.
		if it.page == 1 && it.table == nil && len([]rune(it.text.text)) >= 4 {
			size = max(size, emOfLine(it))
		}
	}
	var b, large strings.Builder
	for _, it := range items {
		if it.page != 1 || it.table != nil {
			continue
		}
		t := it.text.text
		if emOfLine(it) >= 0.8*size && len([]rune(t)) <= 40 || len([]rune(t)) <= 24 && strings.HasSuffix(t, "报告") {
			b.WriteString(t)
			b.WriteByte('\n')
		}
		if em := emOfLine(it); em >= 0.95*size && em <= 1.05*size && len([]rune(t)) <= 40 {
			large.WriteString(t) // a title may take several lines
		}
	}
	return strings.TrimSpace(b.String()), strings.TrimSpace(large.String())
}
