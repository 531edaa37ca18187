package reading

import "strings"

// Members and their loads, in figures that no house shows in which no member is in
// danger. The borders are ours: well beyond the limits of GB 50292-2015 chapter 5, so that
// no question of which of them applies decides it.

var memberLimits = []limit{
	// 跨中挠度达到跨度的1/70; the gravest limit is l0/150.
	{re(`(?:挠度|下挠|下垂|挠曲)[^。;限允规标未不]{0,20}?[1lL]0?[/:]([1-9][0-9]{1,2})(?:[^0-9]|$)`), func(v float64) bool { return v < 100 }, re(`限值|允许|规定|小于|未超|不超|要求|椽|雨[棚篷]`)},
	// 沉降差21cm
	{re(`(?:沉降差|差异沉降|不均匀沉降|沉降量差)[^,。;限允规标未不小]{0,12}?([0-9]+(?:\.[0-9]+)?)(mm|毫米|cm|厘米|公分)`), func(v float64) bool { return v >= 150 }, re(`限值|允许|散水|台阶|院坝|地坪|围墙|原|曾|邻`)},
	{re(`沉降差[^,。;限允规标未不小]{0,12}?1[/:]([1-9][0-9]{1,2})(?:[^0-9]|$)`), func(v float64) bool { return v < 150 }, re(`限值|允许|未超|小于`)},
	// 西北角较东南角低260mm
	{re(`[东西南北]{1,2}(?:角|侧|端|头|面)(?:较|比)[^,。;未不]{0,4}[东西南北]{1,2}(?:角|侧|端|头|面)?[^,。;未不0-9]{0,4}(?:低|矮|沉)[了约达有]*([0-9]+(?:\.[0-9]+)?)(mm|毫米|cm|厘米|公分)`), func(v float64) bool { return v >= 100 }, re(`室外|地坪|地面标高|散水|台阶|院坝|场地|地势|原地貌|设计标高`)},
	// 角筋截面锈损约45%, 剩余截面40%
	{re(`(?:截面|断面|壁厚)(?:面积)?(?:的)?(?:锈损|锈蚀|锈失|损失|削弱|腐朽|蛀空|损耗|减少)[^,。;0-9未无小不面]{0,8}([0-9]+(?:\.[0-9]+)?)%`), func(v float64) bool { return v >= 30 }, noMember},
	{re(`(?:剩余|仅剩|只剩|有效|残余)(?:的)?(?:截面|断面|壁厚)?(?:面积)?(?:约|仅|只有|为|不足|原来?的)*([0-9]+(?:\.[0-9]+)?)%`), func(v float64) bool { return v <= 65 }, re(`使用年限|面积|期|电|` + noMemberWords)},
	// 底层中柱轴压比为1.42
	{re(`轴压比[^,。;限允规标]{0,10}?([0-9]\.[0-9]+)`), func(v float64) bool { return v > 1.05 }, nil},
	{re(`砂浆[^。;砖砌混0-9]{0,14}?(?:强度|推定|换算|为)[^。;砖砌混0-9]{0,8}?([0-9]+(?:\.[0-9]+)?)MPa`), func(v float64) bool { return v < 0.5 }, re(`标准差|相差|偏差|提高|抗剪|粘结|最小值`)},
	{re(`芯样[^。;砂砖]{0,10}强度[^。;0-9砂砖]{0,6}([0-9]+(?:\.[0-9]+)?)MPa`), func(v float64) bool { return v < 10 }, re(`标准差|劈裂|垫层|岩`)},
	{re(`混凝土[^。;垫]{0,14}?(?:相当于|等级(?:仅|只)?(?:为|达|到)?)C([0-9]{1,2})(?:[^0-9.]|$)`), func(v float64) bool { return v < 10 }, re(`垫层|原设计`)},
	// 基底压力为承载力特征值的1.5倍, 所需配筋为实配的1.6倍
	{re(`(?:基底压力|基底反力|基础底面压力)[^。;]{0,24}?(?:承载力|特征值)的?([0-9]+(?:\.[0-9]+)?)倍`), func(v float64) bool { return v > 1.1 }, re(`不大于|不超过|限值`)},
	{re(`(?:所需|需要|计算)(?:的)?配筋(?:量|面积)?(?:为|是|达|约)*实(?:际|测)?配(?:筋)?(?:量|面积)?的?([0-9]+(?:\.[0-9]+)?)倍`), func(v float64) bool { return v > 1.1 }, nil},
	{re(`(?:配筋?|钢筋|承载力)[^,。;]{0,6}(?:少于|低于|小于)(?:计算值?|所需|需要)(?:值|量)?(?:约|近|达)?([0-9]+)%`), func(v float64) bool { return v >= 15 }, nil},
	// 约四成墙肢受压承载力低于作用效应
	{re(`([0-9]{2})%(?:以上|左右)?的?(?:承重)?(?:墙[段肢体片]?|柱|梁|楼?板|构件)[^,。;0-9]{0,14}(?:承载力|配筋|计算)[^,。;0-9]{0,6}(?:低于|小于|少于|不满足|不足|达不到|不够)`), func(v float64) bool { return v >= 20 }, nil},
}

const noMemberWords = `限值|未超|小于|不大于|抹灰|饰面|栏杆|扶手|雨[棚篷]|女儿墙|围墙|封檐|椽|瓦|管|更换|加固后|已修|原(?:鉴定|报告|设计|有)|曾`

var (
	noMember = re(noMemberWords)
	// 木柱根部腐朽截面达到一半, 剥落深度占截面的1/3
	lostPart = re(`(?:腐朽|糟朽|剥落|酥碱|风化|锈[蚀损]|蛀空?|削弱|损失)[^,。;未无]{0,10}?(?:截面|断面|墙厚|壁厚)(?:高度|宽度|面积|厚度)?(?:的)?(?:约|近|达到?|已达|的)*(?:1/[23]|2/3|3/4|一半|半|大半|过半)`)
	// 多数墙段的计算结果小于限值, 半数以上框架梁实配小于所需
	mostFall = re(`(?:半数|多数|大多|大半|过半|普遍)[^,。;]{0,8}(?:墙|梁|柱|板|构件)[^,。;不]{0,14}(?:[小低少]于(?:限值|要求|所需|计算|需要|作用|荷载|效应|规范)|不满足|不足|不够|达不到)`)
)

// Two figures of one sentence, of which the quotient tells.
var quotients = []struct {
	first, second *guarded
	bad           func(a, b float64) bool
}{
	// 下挠42mm,板跨3.3m: a hundredth of the span; the gravest limit is l0/150.
	{re(`(?:下挠|挠度|下垂)[^,。;限允标规未不]{0,8}?([0-9]+(?:\.[0-9]+)?)mm`), re(`(?:净跨|板跨|梁跨|跨度|跨径)[为约是]*([0-9]+(?:\.[0-9]+)?)m(?:[^m]|$)`), func(mm, m float64) bool { return m > 0.5 && mm > 10*m }},
	// 高厚比41,允许高厚比24
	{re(`高厚比[^,。;0-9允限]{0,10}([0-9]+(?:\.[0-9]+)?)`), re(`(?:允许(?:高厚比|值)?|限值)[^0-9。;]{0,8}([0-9]+(?:\.[0-9]+)?)`), func(is, may float64) bool { return may > 5 && is > 1.15*may }},
}

// membersFail returns the words by which a sentence tells of such a member, or "".
func membersFail(s string) string {
	if m := lostPart.FindString(s); m != "" && !noMember.MatchString(s) {
		return m
	}
	if m := mostFall.FindString(s); m != "" {
		return m
	}
	for _, x := range quotients {
		a, b := x.first.FindStringSubmatch(s), x.second.FindStringSubmatch(s)
		if a != nil && b != nil && !noMember.MatchString(strings.Replace(s, b[0], "", 1)) && x.bad(decimal(a[1]), decimal(b[1])) {
			return a[0]
		}
	}
	return beyondLimit(memberLimits, s)
}
