package reading

import (
	"strings"

	"jianding/schemas"
)

// A grade rests on what was reckoned with, counted and looked at. Where the report
// itself tells that this was not so, that a premise does not hold, that more is on the
// floor than in the model, that members are fewer than in the list, the grade is of
// another house.

var (
	// 结论以两侧明沟均在为前提,而北侧明沟已被填平
	premise = re(`以([^。;,]{2,30})为(?:前提|条件|依据),(?:而|但|然而|可是?|不过)([^。;]{2,60})`)
	// what has become of it
	premiseGone = re(`(?:已|早|现)(?:被|经|由|遭)?[^,。;]{0,8}(?:填|拆|挖|堵|改|占|毁|断|去除|取消|停用|失效)|(?:尚|还|仍|并|从)?(?:未|没有?)(?:能|有|再|得到)?[^,。;见]{0,4}(?:完成|实施|落实|修|做|装|拆|搬|撤|清)|(?:不|已不)(?:在|存在|成立)|实际(?:上)?(?:已|并|不|为)`)
	// 二层西端两间不计; 上部承重Bu不计二层西端两间
	ratedWithout = re(`(?:评级|评定|等级|[A-D]u级?)(?:时)?(?:均|中)?(?:不|未)(?:计|含|包括|算)(?:入|进)?[^,。;面积抹灰饰]{0,10}(?:[一二两三四五六七八九十0-9]+间|[一二三四五六七八九十0-9]+层|[东西南北](?:端|侧|头|段|区))`)
	// 上部承重结构Bu系沿用主楼评级
	ratedByOther = re(`沿用[^,。;]{0,4}(?:主楼|副楼|裙楼|附楼|[东西南北前后]楼|[0-9A-Z一二三四五六七八九十]+(?:#|号|栋|幢|座)楼?)的?(?:评级|等级|数据|结果|结论|评定)`)
	// 支承关系A级系未拆装饰罩而定
	ratedUnseen = re(`[a-dA-D][us]?级?(?:系|是|乃|为)?(?:未|没有?)(?:能)?(?:拆|揭|打开|进|开挖|凿|查|看|量|测)[^,。;]{0,10}(?:而|即|便|就)(?:定|评|判|得)`)
	// 一格缺测,以相邻各格的均值填入; 调查表由户主自填
	filledIn = re(`(?:缺测|漏测|未测)[^。;]{0,16}(?:均值|平均值?|插值|相邻[^,。;]{0,6}值)[^,。;]{0,4}(?:填|代|补)|(?:表|栏|记录|数据|读数)[^,。;]{0,12}由(?:户主|业主|住户|房主|委托方|委托人|租户)自(?:行)?(?:填|报|测|写)`)
	// 测绘图在比对时发现是另一座牌楼的图
	otherDrawing = re(`(?:图纸?|计算书|报告|记录|数据|照片)[^,。;]{0,10}(?:发现|原来|竟|才知|其实)(?:是|为|系)[^,。;]{0,8}(?:另一|别的?|隔壁|邻)[^,。;]{0,8}(?:图|计算书|报告|记录|数据|照片)`)
	// 现场柱子比柱表少两根; 图纸上的上柱支撑在现场找不到
	fewerThere = re(`现场[^,。;]{0,6}(?:柱子?|墙|梁|支撑|构件|屋架|桩|拉杆)(?:数|根数|数量)?(?:要|则|却)?(?:比|较)[^,。;]{0,8}(?:表|图|清单|台账)[^,。;]{0,4}(?:少|缺)|(?:图纸?|设计)(?:上|中|里)?的?[^,。;]{0,10}(?:支撑|柱|梁|墙|拉杆|系杆|构造柱)[^,。;]{0,4}现场(?:找不到|没有|不存在|未找到|未见|并无)`)
	// 抗滑桩十二根至今只打了四根
	halfDone = re(`(?:[一二两三四五六七八九十0-9]+[根片道段榀处][^,。;]{0,4})(?:至今|目前|现在)?(?:只|仅|才)(?:打|做|完成|浇|装|修|砌|施工|立)了?[一二两三四五六七八九十0-9]+[根片道段榀处]`)
	// 框架梁在安装油烟管时凿断了下排筋
	cutBars    = re(`(?:^|[^未没不])(?:凿|锯|切|剪|割|钻)断了?[^,。;未个局少]{0,4}(?:[上下][排部]|主|受力|纵|钢)[^,。;]{0,2}筋`)
	mendedBars = re(`(?:已|均已|业已)[^。;]{0,12}(?:补焊|焊接|植筋|加固|修复|补强|恢复)|(?:不得|严禁|禁止|避免|防止|不要|勿|以免)`)
)

// checkPremises asks for a human where the report tells that its grade rests on
// something else than the house.
func (r *reader) checkPremises(items []*item, fs []schemas.Finding) {
	if worst := worstOf(fs); worst == 0 || worst >= gravest {
		return
	}
	for s := range saidIn(items, secOverview, secInspection, secAnalysis, secRating, secConclusion, secCover, "") {
		t := s.text
		own := func(k *guarded) bool { // of this house, and not mended
			m := k.FindStringIndex(t)
			return m != nil && !elsewhere(clauseBefore(t, m[0])+t[m[0]:m[1]])
		}
		switch {
		case loadedBeyond(t) && !elsewhere(t), own(cutBars) && !mendedBars.MatchString(t), own(halfDone):
			r.reason("grade_contradicts_statement", s.page, clip(t, 60), s.whole())
		case premiseFails(t), ratedWithout.MatchString(t), ratedByOther.MatchString(t), ratedUnseen.MatchString(t), filledIn.MatchString(t), otherDrawing.MatchString(t), fewerThere.MatchString(t):
			r.reason("report_qualified", s.page, clip(t, 60), s.whole())
		}
	}
}

func premiseFails(t string) bool {
	m := premise.FindStringSubmatch(t)
	return m != nil && premiseGone.MatchString(m[2])
}

var (
	// 厂方现起吊18t锻件, 额定起重10t, 验算仍用10t
	lifted   = re(`(?:起吊|吊运|吊装|吊起)(?:了|着)?[^,。;0-9]{0,6}([0-9]+(?:\.[0-9]+)?)(?:t|吨)`)
	mayLift  = re(`(?:额定(?:起重量?|吊重|荷载)?|(?:验算|计算|复核)[^,。;0-9]{0,6}(?:用|按|取))[^,。;0-9]{0,4}([0-9]+(?:\.[0-9]+)?)(?:t|吨)`)
	perMetre = `每平(?:方)?米?(?:约|为|达|有)*(` + amount + `)(吨|t|公斤|千克|kg|kN|千牛)([一二三四五六七八九半])?`
	// 实载经过磅为每平方米一吨一,计算书里输入的是三百五十公斤
	weighed  = re(`(?:实载|实重|实际(?:荷载|堆载|重量)|过磅|称重|实测荷载|实称)[^。;]{0,12}?` + perMetre)
	inModel  = re(`(?:计算书?|验算|模型|建模|设计|输入)[^,。;]{0,10}?(?:是|为|取|用|按|:)(?:每平(?:方)?米?)?(` + amount + `)(吨|t|公斤|千克|kg|kN|千牛)`)
	notToday = re(`若|如|不得|不应|不宜|禁止|严禁|曾|原|不超|以内|限`)
)

// loadedBeyond tells whether a sentence tells of a load that is more than the one
// reckoned with or allowed, by a fifth.
func loadedBeyond(t string) bool {
	if a, b := lifted.FindStringSubmatch(t), mayLift.FindStringSubmatch(t); a != nil && b != nil && decimal(a[1]) > overReckoned*decimal(b[1]) && !notToday.MatchString(t) {
		return true
	}
	a, b := weighed.FindStringSubmatch(t), inModel.FindStringSubmatch(t)
	if a == nil || b == nil || notToday.MatchString(t) {
		return false
	}
	is, may := kilograms(a[1], a[2], a[3]), kilograms(b[1], b[2], "")
	return may > 0 && is > overReckoned*may
}

// kilograms reads a weight: 一吨一, 三百五十公斤, 3.5kN.
func kilograms(n, unit, tenth string) float64 {
	v := 0.0
	if areaWords.MatchString(n) {
		v = inWords(n)
	} else {
		v = decimal(strings.ReplaceAll(n, ",", ""))
	}
	switch {
	case tenth == "半":
		v += 0.5
	case tenth != "":
		v += float64(number(tenth)) / 10
	}
	switch unit {
	case "吨", "t":
		return v * 1000
	case "kN", "千牛":
		return v / gravity
	}
	return v
}
