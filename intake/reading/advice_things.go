package reading

import "jianding/schemas"

// What is pulled down, or put out of use, is the house or a bearing part of it, or it is
// a thing that somebody hung, stood or laid there: 防盗网松动的应拆除, 吊车若停用三个月以上. Of a thing
// nothing follows for the house.

// things are what stands or hangs on or in a house and holds nothing up.
const things = `防[盗护][网窗栏门罩]|护[网栏]|栏杆|晾衣|衣[架杆]|招牌|广告|灯[箱具笼]|空调|[外内]机|机[架组器]|水[箱桶塔泵]|电[线缆器]|线[路缆]|天线|旗杆|太阳能|热水器|遮阳|阳光棚|[凉雨彩铁塑钢][^,。;楼房屋]{0,2}棚|花[架盆箱池]|屏风|隔断|吊顶|货[架物]|书架|家具|杂物|堆[放载]物|脚手架|围挡|爬梯|面砖|瓷砖|饰面|吊车|行车|起重机|电梯|锅炉|风机|管[道线]|设备|机床|灶具|炭火|明火|蒸[汽笼]|插座|水洗|冲洗`

var (
	thing = re(things)
	// bearer: words of a house, and of what bears it
	bearer = re(`房|屋|楼|栋|幢|宅|宿舍|建筑|车间|仓|厂|库|院|室[^外内]|室$|厅|店|层|墙|柱|梁|板[^房]|基础|结构|构件|阳台|挑|外廊|檐|[全部]部|整|[^期时夜空]间|所在|以下|整体|危险[^,。;的]|主体|雨[篷棚]|烟囱`)
	// bearerToo: 房屋及空调停用
	bearerToo = re(`(?:房屋?|屋|楼|栋|幢|宅|宿舍|建筑|车间|厂|库|院|室|厅|店|层|墙|柱|梁|板|基础|结构|构件)(?:[、和及与]|以及|连同)`)
	// measureEnds: the words of the measure took in what parts it from the next clause
	measureEnds = re(`(?:[,;:。、]|[和及与])$`)
	nextThing   = re(`^(?:的|了|那|该|这|其|此|所有|全部|[一二两三四五六七八九十0-9几]+[台套个部处])*\p{Han}{0,2}(?:` + things + `)[^,。;、和及与间楼房层]{0,6}(?:[,。;]|$)`)
)

// ofThing tells whether a measure of use or of pulling down is about a thing: the clause
// names one last in said, up to the end of the measure, or ends with one right behind it.
func ofThing(code schemas.RecommendationCode, said, rest string) bool {
	switch code {
	case schemas.Demolish, schemas.StopUse:
	default:
		return false
	}
	next := clauseAfter(rest, 0)
	// 该房屋应予以拆除,管道应先断开: what stands behind the comma is said of something else
	if !measureEnds.MatchString(said) && nextThing.MatchString(next) {
		return !bearer.MatchString(next)
	}
	if bearerToo.MatchString(said) {
		return false
	}
	return lastOf(thing, said) > lastOf(bearer, said) && !bearer.MatchString(next)
}
