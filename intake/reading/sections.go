package reading

import (
	"strings"
)

// section is the part of a report in which something stands.
type section string

const (
	secCover       section = "cover"
	secDeclaration section = "declaration" // 声明, 注意事项
	secOverview    section = "overview"    // 概况, 委托
	secHistory     section = "history"     // 历史沿革, 既往鉴定
	secBasis       section = "basis"       // 鉴定依据, 评级标准
	secEquipment   section = "equipment"
	secInspection  section = "inspection"
	secAnalysis    section = "analysis" // 验算
	secRating      section = "rating"
	secConclusion  section = "conclusion"
	secAdvice      section = "advice"
	secAppendix    section = "appendix"
	secNeighbours  section = "neighbours"
)

// headings maps the words of a heading to its section; the first that matches
// decides. Order matters: 评级标准 is a basis though it says 评级, 鉴定结论及处理建议
// is a conclusion that holds advice.
var headings = []struct {
	re *guarded
	to section
}{
	{re(`(?:等级|评级|评定|分级|鉴定)(?:标准|准则|说明|释义|依据|方法|定义|划分)+(?:及.{0,8})?$|术语|名词解释|(?:鉴定|检测|评定|编制|主要|技术|执行|引用|参考)的?(?:技术)?(?:依据|标准|规范|文件)|依据(?:的|及)?(?:标准|规范|文件|资料)|^依据$`), secBasis},
	{re(`^(?:内容|报告|鉴定)?(?:摘要|概要)$|^(?:前言|引言|绪言|绪论|序言|导言)$|(?:任务|工程|项目|房屋|建筑|情况|概况|背景|委托|现状|^总体|^总|^基本)说明$`), secOverview},
	{re(`^(?:检测|安全|综合)?(?:鉴定|评定)?(?:结论|意见)(?:[及与和]其?(?:说明|解释|依据)|[及与和]其)|^(?:检测|安全|综合)?(?:鉴定|评定)?结论(?:性)?(?:的)?(?:文字)?(?:说明|描述|表述)$`), secConclusion},
	{re(`更正|勘误|(?:补充|变更|修改)(?:说明|意见|结论)`), secConclusion},
	{re(`相邻(?:建筑|房屋)|周边(?:建筑|房屋|环境)|毗邻`), secNeighbours},
	{re(`历史|沿革|既往|以往|前次|历次|首次|上次|原(?:安全|房屋|检测)?鉴定|原报告`), secHistory},
	{re(`(?:照片|图片|影像|附图)(?:目录|清单|说明|一览)`), secAppendix},
	{re(`声明|注意事项|须知|说明$|目录|目次`), secDeclaration},
	{re(`附[录件图表注]|原始记录|照片|影像|资质证书|平面图`), secAppendix},
	{re(`(?:鉴定|评定|评估|检测|综合|检验|复核|复查|安全性?|最终)+的?(?:结论|意见)(?:[及与和、(]|$)|(?:鉴定|评定|评估|综合|最终)的?结果(?:[及与和、(]|$)|^结论|^意见$|结论(?:[及与和、].{0,6})?$|^鉴定评定$|^综合(?:评定|鉴定|判定)$|^(?:鉴定|综合|最后|最终)?(?:判断|定论|断语|总评|结语)$|^(?:我|本)(?:所|院|公司|中心|单位|站)的?(?:意见|结论|判断)$|结论与|鉴定综合意见`), secConclusion},
	{re(`(?:处理|处置|整治|加固|使用|维修|维护|养护|保养|修缮|整改|办理|安全|措施|有关|相关|治理)的?(?:建议|意见|措施|要求|方案|类别|方式|办法)|^建议|建议$|处理及建议|对策|^处理$|^处置$|^措施$|建言$|^应对$|交代事项|(?:处置|使用|处理)要求|须办|^怎么[办用修]|^(?:对|给|致)[\p{Han}]{1,6}(?:方|者|单位|业主)的(?:意见|建议|话|提示)$`), secAdvice},
	{re(`验算|^计算(?:过程|书)?$|承载力(?:计算|复核|分析)|计算(?:分析|结果)|结构(?:分析|计算|复核)`), secAnalysis},
	{re(`评级|判级|定级|分级(?:过程|结果|评定)|的分级$|等级评定|评定|鉴定评|综合评价|安全性鉴定$|危险性鉴定$|可靠性鉴定$|鉴定分析|安全性分析|危险性分析`), secRating},
	{re(`仪器|设备`), secEquipment},
	{re(`检查|检测|查勘|勘查|勘察|调查|现状|损伤|复核(?:情况|过程|内容)|数据|地基基础|上部承重|上部结构|围护|观测|倾斜`), secInspection},
	{re(`概况|概述|简介|委托|基本情况|基本状况|基本信息|目的|范围|内容|工程信息|房屋信息|项目|缘由|由来|背景|(?:解危|加固|改造|整改|处置)情况`), secOverview},
}

// Formal numerals (壹、贰、叁) stems (甲、乙、丙), Roman numerals and § number the parts of some agencies' reports.
var headNumber = re(`^(?:〇[一二三四五六七八九][、.]?|第[一二三四五六七八九十0-9]+[章节部分条]+|[壹贰叁肆伍陆柒捌玖拾]{1,2}[、.]?|[甲乙丙丁戊己庚辛壬癸][、.]|[(][甲乙丙丁戊己庚辛壬癸][)]|[【\[][0-9一二三四五六七八九十]{1,2}[】\]]|(?:I{1,3}|IV|VI{0,3}|IX|X)[、.]|§[0-9]{1,2}(?:\.[0-9]{1,2})*|[(][一二三四五六七八九十0-9]{1,3}[)]|[一二三四五六七八九十]{1,3}[、.,:]?|[0-9]{1,2}(?:\.[0-9]{1,2}){0,3}[、.)]?|附[录件表][A-Z0-9一二三四五六七八九十]*[:、]?)`)

// sectionOf returns the section that a heading opens, or "".
func sectionOf(text string) section {
	text = plainHeading(text)
	t := strings.TrimRight(headNumber.ReplaceAllString(text, ""), ":。")
	if strings.HasPrefix(text, "附") {
		if s := matchSection(t); s == secBasis || s == secConclusion && strings.Contains(t, "标准") {
			return secBasis
		} else if s == secHistory {
			return s // 附录 首次鉴定报告（2024年）结论摘录
		}
		return secAppendix
	}
	return matchSection(t)
}

func matchSection(t string) section {
	for _, h := range headings {
		if h.re.MatchString(t) {
			return h.to
		}
	}
	return ""
}

// bare are headings that stand without a number.
var bare = re(`^(?:声明|依据|检查|检测|检查(?:与|和|及)?检测|验算|目录|前言|概述|建议|(?:检测鉴定|复核鉴定|安全鉴定|鉴定|检测|复核|综合|评定)?结论(?:[及与和](?:处理)?建议)?|鉴定意见|(?:处理|处置|使用|维护|维修|修缮|加固|整改|养护|保养)(?:建议|意见|措施)|鉴定建议|建议措施|鉴定依据|检测依据|评级标准|(?:房屋|工程|项目|建筑)?(?:基本)?(?:概况|状况|情况)|鉴定说明|现场检查(?:情况|结果)?|检测结果|承载力验算|安全性评级|(?:安全性|危险性|可靠性)鉴定评级|鉴定评级|等级评定|附件|附录|附注|鉴定(?:的)?目的(?:[及和与、]范围)?|鉴定范围)[::]?$`)

// saysOfHouse tells whether a section is of the house as it is. Others, in which less is
// asked, want a heading that is sure.
func saysOfHouse(s section) bool {
	switch s {
	case secOverview, secInspection, secAnalysis, secRating, secConclusion, secAdvice:
		return true
	}
	return false
}

// looksHeading tells whether a line is a heading: short, without the marks of
// a sentence, numbered and with words of a section, or one of the bare ones.
func looksHeading(t string) bool {
	if inner := strings.TrimSuffix(strings.TrimPrefix(t, "【"), "】"); len(inner) == len(t)-len("【】") && sectionOf(inner) != "" {
		return true
	}
	t = plainHeading(t)
	if bare.MatchString(t) {
		return true
	}
	n := len([]rune(t))
	if n < 3 || n > 32 || strings.ContainsAny(t, "。;!?,《》") || gradeToken.MatchString(t) {
		return false
	}
	loc := headNumber.FindString(t)
	if loc == "" || orgEnd.FindString(t) == t || unmarked.MatchString(loc) && orgName.MatchString(t) {
		return false // 四川某某建筑科学检测研究院有限公司, whose end the next line may hold
	}
	rest := t[len(loc):]
	if bareDigits.MatchString(loc) && (counter.MatchString(rest) || rest[0] >= '0' && rest[0] <= '9') {
		return false // 5月评定, 2018年……的鉴定结论: a date, not chapter 5 or 20
	}
	if strings.ContainsRune(strings.TrimRight(rest, ":"), ':') || len([]rune(rest)) < 2 || len([]rune(rest)) > 24 {
		return false
	}
	if advisory.MatchString(rest) && !adviceTitle.MatchString(rest) || assertive.MatchString(rest) {
		return false
	}
	return matchSection(strings.TrimRight(rest, ":")) != "" || unitHeading(rest) != "" || goesBehind(rest)
}

var (
	unmarked   = re(`^[一二三四五六七八九十]+$`)
	bareDigits = re(`^[0-9]+$`)
	counter    = re(`^(?:月|年[^久代]|日[至到起内前后]|层[^高数]|元|mm|m[0-9,。]|%|‰)`)
)

// plainHeading takes off a heading what only decorates it: brackets round it
// (【鉴定结论】) and its translation (鉴定结论 Conclusion).
func plainHeading(t string) string {
	if len(t) > 0 && strings.HasPrefix(t, "【") && strings.HasSuffix(t, "】") {
		t = strings.TrimSuffix(strings.TrimPrefix(t, "【"), "】")
	}
	if m := romanHead.FindStringSubmatch(t); m != nil && !gradeToken.MatchString(t) {
		return m[1] + "、" + m[2] // V意见
	}
	if m := letteredHead.FindStringSubmatch(t); m != nil && !gradeToken.MatchString(t) && !lettersThing.MatchString(m[2]) && saysOfHouse(matchSection(m[2])) {
		return itoa(int(m[1][0]-'A'+1)) + "、" + m[2] // H处理要求与建议
	}
	if m := translated.FindStringSubmatch(t); m != nil && !gradeToken.MatchString(t) {
		return m[1]
	}
	return t
}

// romanHead: a Roman number that only a gap parts from its heading. III类, II区 are
// other things.
var romanHead = re(`^(I{1,3}|IV|VI{0,3}|IX|X)([^级类区栋段期层号类、.0-9A-Za-z][\p{Han}]{1,14})$`)

// letteredHead: a letter that only a gap parts from its heading. A区, B轴, C型 are
// other things.
var (
	letteredHead = re(`^([A-K])(\p{Han}{2,14})(?:[(](?:摘要|摘录|节选|汇总)[)])?$`)
	lettersThing = re(`^(?:级|类|区|栋|幢|座|楼|段|期|层|号|轴|型|户|单元|车间|厂房|库|馆|组|点|列|柱|梁|墙|板|面|侧|端|向|展)`)
)

var translated = re(`^(.*\p{Han}\p{Han})(?:[(/]?[A-Za-z][A-Za-z .,&'/()-]{2,60})$`)

// assertive: words of a sentence, which no heading holds.
var assertive = re(`不|已|被|未|该|属于|影响|为$|是|将|会|可能`)

// adviceTitle: the advice under another name than 处理建议.
var adviceTitle = re(`^建议(?:[及和与]?(?:措施|意见|方案|事项|对策))$`)

// advisory recognises list items that are short sentences of advice and not
// headings, though they speak of inspection or treatment.
var advisory = re(`^(?:建议.+|应|须|立即|尽快|停止|暂停|限制|观察使用|处理使用|对.{2,}|加固.*|拆除|疏散|撤离|设置|采取|委托(?:有|具|专业|设计|相关|资质)|由|严禁|禁止|不得|加强|定期|可|宜)|(?:进行|予以|采取).{0,8}(?:处理|加固|监测|检查|拆除|修缮)$`)
