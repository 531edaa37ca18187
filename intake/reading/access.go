package reading

// That a flat could not be entered is told in every report on a house of many. It
// holds nobody where the sentence tells what was seen in its stead, and that this
// was in order.

var (
	// accessMadeUp: 602室无人应门,未入户,从屋面和502室查看对应部位无异常. Its group is what is made
	// up for.
	accessMadeUp = re(`((?:[^。;]{0,16}?(?:未能?|无法|不能|不便|没有?|没能)(?:入户|进入|入内|开门|进门|应门|打开|看到|看见|查看|进去|入室)|[^。;]{0,12}?无人(?:应门|在家|应答|居住)|[^。;]{0,12}?(?:住户|主人|租户|户主|业主|店主|租客)[^,。;]{0,4}(?:外出|不在家?|上班|出差|未归)|[^。;]{0,10}?(?:门锁|锁闭|上锁|锁着|锁门|锁住|关门|紧锁)|[^。;]{0,10}?(?:遮挡|堆放|堆满|堆着|挡住|占据|贴墙)[^,。;]{0,12})+[^,。;]{0,8}),[^,。;]{0,6}(?:从|由|经|改|自|已|另|但|通过|借|用|采用|以|次日|后|其)[^。;]{0,40}?(?:查看|观察|检查|核查|代查|补查|补看|察看|看过|看清|查过|复查|查验|推断|替代|代替)[^。;未不]{0,20}?(?:未见|未发现|无(?:异常|裂|差|变形|渗|损)|没有|正常|完好|一致|相同|相符|良好|干净|无恙)|((?:[^。;]{0,16}?(?:未能?|无法|不能)(?:入户|进入|入内)|[^。;]{0,12}?无人(?:应门|在家))+),(?:其|该|但)?(?:户|室)?(?:的)?(?:[上下]方?|相邻|隔壁|对应|楼上|楼下)[^,。;]{0,20}?(?:部位|房间|室|户|板底|顶板|墙面)[^,。;未不]{0,6}(?:正常|完好|无异常|未见异常|无裂缝)`)
	// wideAccess: what could not be seen is more than a few rooms.
	wideAccess = re(`各户|各层|各家|全部|均|所有|多数|大部|大半|一半|整层|全楼|整[栋幢]|底层|基础|地基|承重|梁|柱|[至~][0-9一二三四五六七八九十]+层|[二三四五六七八九]十|十[余几]|[0-9]{2,}户|百`)
)

// withoutAccess blots what could not be seen and was made up for.
func withoutAccess(text string) string {
	left := []byte(text)
	for _, m := range accessMadeUp.FindAllStringSubmatchIndex(text, -1) {
		from, to := m[2], m[3]
		if from < 0 {
			from, to = m[4], m[5]
		}
		if !wideAccess.MatchString(text[from:to]) {
			blot(left[from:to])
		}
	}
	return string(left)
}
