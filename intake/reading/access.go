package reading

// That a flat could not be entered is told in every report on a house of many. It
// holds nobody where the sentence names the room or two, tells what was seen in its
// stead, and that this was in order.

var (
	// accessMadeUp: 602室无人应门,未入户,从屋面和502室查看对应部位无异常. Its first or second group is what
	// is made up for, the other what was seen.
	accessMadeUp = re(`((?:[^。;]{0,16}?(?:未能?|无法|不能|不便|没有?|没能)(?:入户|进入|入内|开门|进门|应门|打开|看到|看见|查看|进去|入室)|[^。;]{0,12}?无人(?:应门|在家|应答|居住)|[^。;]{0,12}?(?:住户|主人|租户|户主|业主|店主|租客)[^,。;]{0,4}(?:外出|不在家?|上班|出差|未归)|[^。;]{0,10}?(?:门锁|锁闭|上锁|锁着|锁门|锁住|关门|紧锁)|[^。;]{0,10}?(?:遮挡|堆放|堆满|堆着|挡住|占据|贴墙)[^,。;]{0,12})+[^,。;]{0,8}),([^,。;]{0,6}(?:从|由|经|改|自|已|另|但|通过|借|用|采用|以|次日|后|其)[^。;]{0,40}?(?:查看|观察|检查|核查|代查|补查|补看|察看|看过|看清|查过|复查|查验)[^。;未不]{0,20}?(?:未见|未发现|无(?:异常|裂|差|变形|渗|损)|没有|正常|完好|一致|相同|相符|良好|干净|无恙))|((?:[^。;]{0,16}?(?:未能?|无法|不能)(?:入户|进入|入内)|[^。;]{0,12}?无人(?:应门|在家))+),((?:其|该|但)?(?:户|室)?(?:的)?(?:[上下]方?|相邻|隔壁|对应|楼上|楼下)[^,。;]{0,20}?(?:部位|房间|室|户|板底|顶板|墙面)[^,。;未不]{0,6}(?:正常|完好|无异常|未见异常|无裂缝))`)
	// insteadOf: 3层房东正在晾晒药材,南侧房间未进入,由外窗观察及下层板底检查代替. What was looked at from two
	// sides need not be told to be in order.
	insteadOf    = re(`((?:[^,。;]{0,14}(?:住户|主人|租户|户主|业主|店主|租客|房东)[^。;]{0,12},)?[^,。;]{0,10}(?:房间|卧室|客房|办公室|[0-9]{3,4}室)(?:(?:住户|租户|户主|业主|房东)?(?:上班|外出|不在家?|出差|未归|无人),)?(?:未能?|无法|不能|不便)(?:入户|进入|入内)),(?:由|从|经|以|改由|改从|通过)[^,。;]{0,6}(?:外窗|窗外|屋面|走廊|阳台|外墙)(?:[^,。;]{0,4}(?:观察|查看|察看|检查))?(?:及|和|与|、|并由)(?:其|对应的?)?(?:下层|上层|楼下|楼上|下方|上方|相邻)[^,。;]{0,6}(?:板底|顶板|天棚|房间|墙面)(?:观察|查看|察看|检查)(?:代替|替代|弥补|补充)`)
	severalRooms = re(`各|多|等|其余|其他|部分|数间|几间|[两二三四五六七八九十2-9]间|、`)
	// namedRoom: what could not be seen is a room, or a wall behind a cupboard.
	namedRoom  = re(`[0-9]{3,4}[室户房号]|[0-9]+-[0-9]+(?:-[0-9]+)?[户室号]?|(?:^|[^0-9])[12一两二](?:间|户)|卧室|房间|办公室|(?:配电|变电|机|库|档案|储藏|杂物|淋浴|值班|设备|门卫|阅览|实验|客|包)[间室房]|柜后|墙面`)
	roomNumber = re(`[0-9]{3,4}(?:[^0-9]|$)`)
	// wideAccess: it is more than that, or is told of as damaged.
	wideAccess = re(`各户|各层|各家|全部|均|所有|多数|大部|大半|一半|整层|全楼|整[栋幢]|底层|首层|基础|地基|承重|梁|柱|屋架|屋顶|屋面|地下|[层楼](?:上锁|锁|未|无法|不能|没)|[至~][0-9一二三四五六七八九十]+层|(?:^|[^0-9-])[3-9][户间室]|[三四五六七八九十][户间]|[二三四五六七八九]十|十[余几]|(?:^|[^0-9-])[0-9]{2}户|百|垮|断|歪|裂|鼓|塌|危|斜|闪|沉|损|烂|朽|锈|撑|险`)
	// noView: in its stead something else was looked at, or nothing at first hand.
	noView = re(`其他|其余|别的|照片|影像|卫星|视频|提供|介绍|口述|院内|门缝|远处|推断`)
)

// mostRooms is how many rooms one sentence may make up for.
const mostRooms = 2

// withoutAccess blots what could not be seen and was made up for.
func withoutAccess(text string) string {
	left := []byte(text)
	for _, m := range accessMadeUp.FindAllStringSubmatchIndex(text, -1) {
		unseen, instead := [2]int{m[2], m[3]}, [2]int{m[4], m[5]}
		if m[2] < 0 {
			unseen, instead = [2]int{m[6], m[7]}, [2]int{m[8], m[9]}
		}
		t := text[unseen[0]:unseen[1]]
		if namedRoom.MatchString(t) && !wideAccess.MatchString(t) && len(roomNumber.FindAllStringIndex(t, -1)) <= mostRooms && !noView.MatchString(text[instead[0]:instead[1]]) {
			blot(left[unseen[0]:unseen[1]])
		}
	}
	for _, m := range insteadOf.FindAllStringSubmatchIndex(text, -1) {
		if t := text[m[2]:m[3]]; !severalRooms.MatchString(t) && !wideAccess.MatchString(t) && len(roomNumber.FindAllStringIndex(t, -1)) <= mostRooms {
			blot(left[m[2]:m[3]])
		}
	}
	return string(left)
}
