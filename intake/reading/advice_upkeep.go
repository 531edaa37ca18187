package reading

import (
	"slices"

	"jianding/schemas"
)

// A sound house is advised upkeep, in the words of those who do it: 铲除重抹, 螺栓拧紧,
// 檐沟清掏, 换新胶垫. There is no end to them, and in a report that asks for more they say
// nothing; so they are asked only where a house without harm is advised nothing else.

const (
	// 铲除重抹, 剔开, 打磨: what is loose comes off
	takeOff = `铲[除去掉到]|凿[掉除开平]|剔开|剔[^,。;]{0,2}槽|刮[净开去平]|打磨|磨平|揭起|割开`
	// 补贴, 重做, 加接: once more, or what was missing
	onceMore = `补[一二两三四五六七八九十0-9]+[个件处块颗根]|[重补改加](?:抹|刷|涂|嵌|填|灌|粘|贴|焊|铺|砌|钉|挂|漆|勾|做|装|接|刮|平|齐|好|方|牢)|重新[^,。;]{0,4}(?:抹|刷|涂|嵌|填|粉|贴|铺|做|紧|固定)`
	// 钉牢, 拧紧, 刷一道, 填实: to its end
	untilDone = `(?:抹|刷|涂|嵌|填|塞|灌|打|粘|贴|焊|钉|拧|勾|封|盖|擦|扫|洗|铺|补|挪|移)(?:[一两二]?[道遍次层]|[平实满严牢紧好净齐]|上|回|补|除)|(?:接|装|挂)(?:好|回|通)|[填嵌]塞|补装|重装|紧[固一]|坐浆|找坡|粘合`
	// 打密封胶, 灌沥青, 刷桐油: with what
	withWhat = `(?:刷|涂|抹|灌|打|嵌|填|塞|贴|挂|罩|用)[^,。;]{0,8}(?:漆|油|胶|砂浆|沥青|麻丝|油膏|腻子|涂料|涂膜|界面剂|防水|防火|防护剂|阻锈剂|防[腐虫]剂|养护剂|贴膜|防爆膜|网格布|挂?网|自流平|石墨)|做[^,。;]{0,4}(?:防水|排水|水?沟|托盘|散水|泛水)`
	// 换新胶垫, 更换
	change = `更换|换[一二两三四五六七八九十0-9]+[根块片个件处颗]|[坏断烂朽缺]的(?:换|接|补)|替换|抽换|换(?:新|掉|成|为|用|下|件)|换[^,。;人气算季代届]{1,12}(?:瓦|管|垫|件|盖|扣|条|砖|板|胶|玻璃|门|窗)`
	// 疏通, 清掏, 翻检
	clear = `疏[通掏]|清[掏理扫除洗淤开]|清一[次清遍]|除[草锈尘藓]|翻检|捡漏|归位|校正|扶正|归并|包护|保养|养护|维护|修[剪整]`
	// 加装护角, 挂牌限载
	addTo = `[加增]装|[加包]护角|[加增]?设置?[^,。;]{0,4}(?:防护|护角|截水|排水|滴水|栏杆|扶手|盖板|挡板|标[志牌])|挂[^,。;]{0,4}牌|张贴`
	// 照常营业, 同意继续作宿舍使用
	goesOnAs = `(?:^|[,;。:、0-9])(?:` + user + `)?(?:(?:同意|准予|允许|可以?)继续作为?[^,;。级]{1,10}使用(?:[,;。]|$)|(?:可以?|仍可|能|同意|准予|允许|宜|均|都|仍)*(?:照常|照旧|继续|正常)(?:营业|经营|办公|开放|居住|生产|上课|教学|接待|住人?|开门|开园)(?:[,;。]|$))`
	// 活动中心, 餐厅, 一楼商户: who or what goes on, and nothing that forbids it
	user = `[^,;。:不未反禁停止缓绝免避拒消弃取劝险危违警擅强勉后前如若莫勿别能否]{0,10}(?:[楼房屋店厅馆场校园院室厂间库铺站所层户]|中心|市场|商户|住户|业主|人员)`
	// 每年雨季前查看一次
	lookAgain = `(?:每|定期|逐|常|入冬|汛前|雨季|台风)[^,。;]{0,16}(?:检查|查看|巡查|复查|复测|巡视|察看|来看|[看量测]一[次遍回]|紧一遍)`
)

// mainMembers: 主梁换五根 is no upkeep.
const mainMembers = `梁|柱|承重|墙体?|屋架|楼板|空心板|预制板|基础`

// small are the works and the care that a household or a caretaker does.
var small = []measure{
	{schemas.Repair, re(takeOff + `|` + onceMore + `|` + untilDone + `|` + withWhat + `|` + clear + `|` + addTo), re(`(?:已|业已|曾|均已)(?:经)?[^,。;]{0,8}$|保养记录|维护(?:手册|费用|单位)`)},
	{schemas.Repair, re(change), re(`(?:已|业已|曾|均已)(?:经)?[^,。;]{0,8}$|保养记录|维护(?:手册|费用|单位)|(?:` + mainMembers + `)[^,。;脚头垫栓钉漆件皮面]{0,4}[换接补]|(?:换|更换|替换|抽换)(?:[一二两三四五六七八九十0-9]+[根块片个件])?(?:` + mainMembers + `)`)},
	{schemas.Monitor, re(lookAgain), nil},
	{schemas.NormalUse, re(goesOnAs), re(`后(?:方可|方能|再|可|才能|才可)?(?:继续|恢复|照常|正常)|(?:不能|无法|不可|不宜|不得|不要|不应|难以|禁止|严禁|停止|暂停|能否|是否|如|若|别|勿|莫|方可|才可|方能|才能|时可)[^,;。]{0,6}(?:照常|照旧|继续|正常)|影响`)},
}

// orUpkeep returns what is recommended: the upkeep where it is nothing else, but that the
// conclusion lets the house be used.
func (r *reader) orUpkeep(recs []schemas.Recommendation, items []*item, fs []schemas.Finding) []schemas.Recommendation {
	if slices.ContainsFunc(recs, func(x schemas.Recommendation) bool { return x.Code != schemas.NormalUse }) || len(recs) > 0 && r.advised(items) || !slices.ContainsFunc(fs, func(f schemas.Finding) bool { return weighty(f.Aspect) }) ||
		slices.ContainsFunc(fs, func(f schemas.Finding) bool { return weighty(f.Aspect) && rank(f.Grade) > mildest }) {
		return recs
	}
	r.measures = small
	defer func() { r.measures = nil }()
	return uniqueAdvice(append(recs, r.recommendations(items)...))
}

// advised tells whether the advice itself recommends something.
func (r *reader) advised(items []*item) bool {
	var advice []*item
	for _, it := range items {
		if it.table != nil || it.section == secAdvice {
			advice = append(advice, it)
		}
	}
	return len(r.recommendations(advice)) > 0
}

// mildest is the rank of the grades that ask for no works to the structure: Asu, Bsu;
// A, B.
const mildest = 2
