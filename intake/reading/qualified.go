package reading

import (
	"strings"

	"jianding/schemas"
)

// A conclusion that holds only under something, or for something less than the
// house as it stands, is worded like any other. What stands before the grade in
// its sentence tells: what a report may say there without taking anything back
// is little, and known; anything else is for a human.
var (
	// 在施工期间采取临时支撑后; 在不考虑地基基础影响的情况下.
	circumstance = re(`在([^,。;:]{2,40}?)(?:的)?(?:情况|条件|前提|状态|工况|基础|作用|环境|假定|假设|期间)?(?:之)?(?:下|时|中|上|期间),?`)
	// plainly: the house as it is used and stands.
	plainly = re(`^(?:目前|现有|现行|现状|现|当前|正常|一般|原|设计|既有|使用|荷载|作用|条件|状态|状况|环境|功能|情况|工况|维护|维修|检测|鉴定|静力|恒|活|重力|后续|工作|年限|目标|[0-9年]+|的|和|及|、|与|不改变|未改变|用途|结构|布置|体系|自重|不考虑|未考虑|抗震|地震|震|安全性?|方面|该|本|房屋|建筑物?|上述|规范|标准|次|两者|三者|子单元|层次|鉴定单元|体)+$`)
	// 不考虑地基基础影响. What is no part of the structure's safety may be left out.
	leaving  = re(`(?:不|未|暂不)(?:考虑|计入|计)([^,。;]{1,20})`)
	leavable = re(`抗震|地震|装修|装饰|设备|消防|风荷载|雪荷载|使用性|可靠性|节能`)
	// 参照相邻同类型房屋的鉴定结果
	byAnalogy = re(`(?:参照|比照|类比|参考|借鉴)[^,。;]{0,20}(?:邻|同类|类似|其他|其它|相同|周边|附近)`)
	// 建议将该房屋评为Bsu级
	proposes = re(`(?:建议|拟|可考虑|暂拟|申请)(?:将|把)?[^,。;]{0,20}(?:评|定|列|划|判)(?:定|级)?为["“]?$`)
	// 按原设计图纸复核……现场实际与图纸不符,未能核实
	unverified = re(`(?:未能?|无法|尚未|不能)(?:予以|进行|作)?(?:核实|核对|验证|查证|确认)`)
	// 该房屋①~⑤轴部分安全性等级
	axesSubject = re(`轴(?:线)?(?:之间|间)?(?:的)?(?:部分|范围|区域|段)[^,。;:()]{0,8}(?:安全性|危险性|可靠性|等级)`)
	// 上部承重结构安全性等级评定为Bsu级: a part in the form of the whole. 房屋上部结构 is what some
	// call the house.
	partInstead = re(`(?:地基基础|基础|上部承重结构|围护(?:系统|结构)?(?:的)?(?:承重部分)?)(?:的)?(?:现状)?(?:安全性|可靠性|危险性)(?:鉴定)?(?:等级|除外|此列|速|展|大|增|评级|级别)?[^,。;:]{0,8}$`)
	wholeBeside = re(`鉴定单元|鉴定系统|综合|取(?:较)?低|整体|[和及与、](?:上部|地基|围护)`)

	// 应按Dsu级房屋管理
	handledAs = re(`按(?:照)?["“]?([A-D])_?[({]?(?:su)?[)}]?["”]?级?(?:危险房屋|危房|房屋)?(?:进行|予以|加以|的要求|标准)?(?:管理|处理|对待|处置|管控|考虑|执行|监管)`)
	// 附楼与主楼相连部分同主楼
	sameAs = re(`[^相共合协一不如等陪随]同(?:于)?[\p{Han}0-9A-Z#]{0,4}(?:[0-9A-Z主附裙副前后东西南北甲乙丙丁一二三四五六七八九十](?:#|号)?(?:楼|栋|幢|座|单元|区|房))(?:[,。;]|$)`)
	// 2026年6月后墙垮塌的情况未纳入本次评定
	notCounted = re(`(?:未|不|没有)(?:能)?(?:纳入|列入|计入|包含在|包括在|反映在)(?:于)?(?:本次|此次|本)?(?:鉴定|评定|评级|检测|报告|结论)`)
	// 外露圈梁一段抹灰缺失不计入评级: what is left out is the finish
	ofFinish = re(`(?:抹灰|粉刷|饰面|涂料|面砖|腻子|装修|装饰|吊顶)(?:层)?(?:的)?(?:局部|少量|轻微)?(?:缺失|脱落|空鼓|开裂|破损|起皮|剥落|龟裂|缺损|老化|污损|缺陷|问题|损坏)?(?:的)?(?:均|都)?$`)
	// 东厢灶房与主房脱开,未列入本次鉴定: a house of its own
	detached = re(`^[^。;]{0,8}` + appendages + `(?:[(][^()]{0,24}[)])?与[^,。;]{1,8}(?:脱开|分离|不相连|相互独立|设缝断开),`)
	// 地基基础因条件限制未作鉴定
	unratedBase = re(`(?:地基|基础|地下室|屋面|屋盖|上部结构)[^,。;]{0,12}(?:未|没有|无法|不能|未能)(?:作|进行|开展|予以|对其)*(?:鉴定|评定|评级)|(?:结构|主体|地基|基础|承重墙?|承载力?|整体稳定性?)应?(?:按|依)[^,。;]{0,16}另行(?:处理|评定|执行|掌握|办理)`)
	// 本报告第四章结论作废
	annulled = re(`(?:本(?:报告|结论|章)|上述|以上|第[一二三四五六七八九十0-9]+[章节条款项])[^,。;]{0,12}(?:作废|撤销|废止)|(?:其余|其他|其它)(?:内容|部分|结论)(?:均|都|一律)?无效`)
	unless   = re(`若|如|否则|涂改|复印|复制|超过|逾期|盖章|签字`)
	// 本结论不作为房屋安全使用的依据
	noGround = re(`(?:结论|等级|评级|意见)[^。;,]{0,6}不(?:得|能|可|宜|应)?(?:作为|用作|用于)[^。;]{0,12}(?:安全|使用)[^。;]{0,10}(?:依据|凭证|证明)`)
	// 系按委托方要求填写; 经与委托方沟通,调整为
	byRequest = re(`决定(?:本|该)?(?:次)?(?:鉴定)?等级的(?:是|为|系)?(?:委托|业主|产权人|户主|假定|假设|前提)|(?:按|应|据|依|经与?)(?:委托方|业主|产权人|委托单位|委托人)(?:的)?[^,。;]{0,6}(?:要求|意见|意愿|沟通|协商)[^。;]{0,12}(?:填写|评定|评为|定为|调整|确定等级|定级)`)
	// 以上结论未经技术负责人批准
	unapproved = re(`(?:结论|意见|等级|评级)[^。;,]{0,6}(?:未经|尚未|还未)[^,。;]{0,10}(?:批准|审核|审定|签发|复核|确认)`)
	forbids    = re(`不得|无效|复制|复印|转载`)
	// （以下空白待补）
	leftBlank = re(`待(?:补充?|填写?|修改|校核|核实|定|确认|完善|续)(?:[)。,;]|$)`)
	// 此结论有待荷载试验验证; 等级为Bsu级（仅指2010年以前建成部分）
	aboutItself = re(`结论|等级|评级|评定|[A-D](?:su|u)级`)
	halfhearted = re(`有待|尚待|前提(?:是|为|条件)|代表性(?:不足|有限)|不能推(?:及|断|广)|抽(?:检|样)[^,。;]{0,6}不足|有效期已|不(?:能)?(?:代表|等于|表示|反映|说明)|(?:仅|只)(?:指|代表|表示|反映|适用于|对应|就)|假定|假设|存疑|商榷|不准确|不确定|不够准确|保留意见`)
	// 房屋自身等级较轻不代表可以居住,本户属受地质灾害威胁、整幢不宜继续使用的房屋: the grade
	// is of the structure, and the ground under it decides.
	noUse      = re(`不(?:能)?(?:代表|等于|表示|说明)(?:该|本)?(?:房屋)?(?:就)?(?:可以?|能够?|适宜|适合)(?:继续|安全|正常)?(?:居住|使用|入住|住人|经营)[^。;]{0,4}[,;][^。;]{0,20}(?:滑坡|崩塌|地质灾害|危岩|泥石流|边坡)[^。;]{0,24}(?:不宜|不得|不应|不能|禁止|停止)`)
	asItStands = re(`(?:仅|只)(?:反映|代表|适用于)(?:房屋|建筑|主体)?结构(?:方面|自身|本身|安全)|(?:等级|结论|评级)不(?:依赖|取决)于[^,。;]{0,12}(?:假定|假设)[。;]?$|(?:仅|只)(?:适用于|代表|反映|对)[^,。;]{0,10}(?:现状|鉴定时|检测时|委托范围|本次|目前|当前|受检)|不(?:能)?(?:代表|反映)[^,。;]{0,10}(?:今后|后续|以后|将来|其他|其它)`)
	// （三单元除外）
	apart = re(`[,(]([^,。;()]{1,10})(?:除外|不在此列|另论)`)
	// 房屋倾斜速率持续加快, beside a mild grade.
	worsening = re(`(?:倾斜|沉降|下沉|变形|裂缝|位移|滑移)[^,。;未无不]{0,16}(?:持续|不断|仍在|急剧|迅速|明显)(?:地)?(?:加快|加速|增大|增加|发展|扩展|扩大)`)
	// 三层以上因锁闭未鉴定
	notRated = re(`(?:[一二三四五六七八九十0-9]+层(?:以上|以下)?|部分|房间|区域|户)[^,。;]{0,10}(?:未|没有)(?:能|予以|进行|作)?(?:鉴定|评定|评级)`)
	// 等级调整为Csu级 by a reviewer
	reRated = re(`(?:等级|评级|结论)(?:应|须|需|予以)?(?:由[^,。;]{1,12})?(?:调整|修改|更正|变更|改|修正|下调|上调)为`)
)

// mayQualify: a cheap look before the dear ones.
var mayQualify = re(`按|同|入|结论|等级|意见|待|级|包含在|包括在|反映在|鉴定|评|作废|撤销|废止`)

// checkQualified asks for a human where a conclusion is not one on the house as it
// stands, in every part.
func (r *reader) checkQualified(mentions []*mention, fs []schemas.Finding) {
	for _, m := range mentions {
		if m.role != schemas.RoleConclusion || m.fromTable || !m.scope.Speaks() || !weighty(m.aspect) {
			continue
		}
		before := m.sentence.text[:m.from]
		why := schemas.ReasonCode("")
		switch {
		case r.underCircumstances(before), byAnalogy.MatchString(before), proposes.MatchString(before), unverified.MatchString(m.sentence.text):
			why = "conclusion_provisional"
		case axesSubject.MatchString(before), leavesOut(before):
			why = "partial_appraisal"
		case m.family == famUnitSafety:
			if c := clauseBefore(m.sentence.text, m.from); partInstead.MatchString(c) && !wholeBeside.MatchString(c) {
				why = "partial_appraisal"
			}
		}
		if why != "" {
			r.reason(why, m.page, clip(m.sentence.text, 60), m.evidence)
		}
	}
}

// underCircumstances tells whether what stands before a grade makes it hold
// under circumstances that are not those of the house as it is used.
func (r *reader) underCircumstances(before string) bool {
	for _, x := range circumstance.FindAllStringSubmatch(before, -1) {
		if !plainly.MatchString(x[1]) && !leaving.MatchString(x[1]) && conditionLike.MatchString(x[1]) && !(r.rebuilt && worksDone.MatchString(x[1])) {
			return true
		}
	}
	return false
}

// conditionLike: a circumstance that somebody has to bring about, or leaves
// something away. 在检测中发现 and 在平面上 are none.
var conditionLike = re(`加固|处理|整改|施工|拆除|清除|卸载|减载|支撑|支顶|改造|维修|修缮|限制|控制|不超过|仅|只|假定|假设|期间|监测|采取|落实|完成`)

func leavesOut(before string) bool {
	for _, x := range leaving.FindAllStringSubmatch(before, -1) {
		if !leavable.MatchString(x[1]) {
			return true
		}
	}
	return false
}

// qualifies looks for words beside the conclusion, in any current part of the
// report, by which it is taken back or leaves something out.
func (r *reader) qualifies(s sentence, it *item, fs []schemas.Finding) {
	concluding := it.section == secConclusion || it.section == secAdvice
	worst := 0
	for _, f := range fs {
		if f.Aspect == schemas.AspectSafety || f.Aspect == schemas.AspectDanger {
			worst = max(worst, rank(f.Grade))
		}
	}
	if !mayQualify.MatchString(s.text) {
		return
	}
	switch {
	case concluding && gravelyHandled(s.text, worst):
		r.reason("conclusion_contradicts_itself", s.page, clip(s.text, 60), s.whole())
	case it.section == secConclusion && sameAs.MatchString(s.text):
		r.reason("grade_mention_unclear", s.page, clip(s.text, 60), s.whole())
	case concluding && notCounted.MatchString(s.text) && !ofFinish.MatchString(s.text[:lastOf(notCounted, s.text)]) && lastOf(otherCue, s.text) < 0 && !detached.MatchString(s.text), concluding && unratedBase.MatchString(s.text):
		r.reason("partial_appraisal", s.page, clip(s.text, 60), s.whole())
	case it.section == secConclusion && r.setsApart(s.text, fs):
		r.reason("partial_appraisal", s.page, clip(s.text, 60), s.whole())
	case concluding && worst > 0 && worst <= 2 && worsening.MatchString(s.text) && lastOf(condBefore, s.text) < 0 && lastOf(otherCue, s.text) < 0 && lastOf(histCue, s.text) < 0 && !asIf.MatchString(s.text):
		r.reason("grade_contradicts_statement", s.page, clip(s.text, 60), s.whole())
	case it.section == secConclusion && notRated.MatchString(s.text) && lastOf(otherCue, s.text) < 0:
		r.reason("partial_appraisal", s.page, clip(s.text, 60), s.whole())
	case it.section == secConclusion && aboutItself.MatchString(s.text) && halfhearted.MatchString(noUse.ReplaceAllString(s.text, "_")) && !asItStands.MatchString(s.text) && !equatesNone(s.text) && lastOf(otherCue, s.text) < 0 && lastOf(histCue, s.text) < 0:
		r.reason("conclusion_provisional", s.page, clip(s.text, 60), s.whole())
	case concluding && (noGround.MatchString(s.text) || byRequest.MatchString(s.text)):
		r.reason("conclusion_provisional", s.page, clip(s.text, 60), s.whole())
	case concluding && unapproved.MatchString(s.text) && !forbids.MatchString(s.text), it.section == secConclusion && leftBlank.MatchString(s.text):
		r.reason("not_final", s.page, clip(s.text, 60), s.whole())
	case annulled.MatchString(s.text) && !unless.MatchString(s.text):
		r.reason("not_final", s.page, clip(s.text, 60), s.whole())
	}
}

// setsApart: something is excepted that has no grade of its own.
func (r *reader) setsApart(text string, fs []schemas.Finding) bool {
	m := apart.FindStringSubmatch(text)
	if m == nil || partOfUnit.MatchString(m[1]) {
		return false
	}
	us := unitsIn(m[1], r.known)
	for _, u := range us {
		if !containsUnit(unitsOfFindings(fs), u) {
			return true
		}
	}
	return len(us) == 0
}

// gravelyHandled: the house is to be treated as one of a graver grade than it is
// given, outright.
func gravelyHandled(text string, worst int) bool {
	m := handledAs.FindStringSubmatchIndex(text)
	if m == nil || rank(schemas.Grade(text[m[2]:m[3]])) <= worst {
		return false
	}
	return lastOf(condBefore, text[:m[0]]) < 0 && !condSearch.MatchString(text[:m[0]]) && !strings.Contains(text[:m[0]], "标准")
}
