package reading

import (
	"jianding/schemas"
)

// A grade is of the house that was looked at and reckoned with. A house that was
// built on, or opened up, behind the inspectors' backs is another one; so is one
// whose model still has the wall that is gone.
var (
	// 检测后至本报告编制期间,委托单位在三层屋面上加建了一层
	sinceSeen = re(`(?:(?:现场|外业|本次|上述)?(?:检[测查验]|查勘|勘[查察]|踏勘|鉴定|外业|测量)(?:工作|作业|数据采集)?(?:完成|结束|完毕|离场|离开|撤场)?(?:之后|以后|后)|(?:离场|撤场|离开现场)(?:之?后|以后)|检[测查验](?:与|和|至|到)(?:本)?(?:报告|出具|编制|签发)[^,。;]{0,8}(?:之间|期间))([^。;]{0,60})`)
	// what a house is after that and was not before
	builtOn = re(`(?:加建|增建|扩建|加盖|加了?层|加砌|续建|搭建|搭盖|新建|新砌|增设|加设|拆除|拆掉|拆改|拆通|打通|打掉|凿开|凿除|改建|改造|开洞|开门|挖[空除深]|浇筑)(?:了|完|成|一|[二两三]|起|出|为|有|完成)`)
	// 若…, 不得…: what may not be
	notYet = re(`若|如[^下上前实今]|不得|不应|不宜|禁止|严禁|未|没有|无|应|须|需|建议|拟|将[要会于]|计划|可|方案|前|原有|修复|修补|恢复|回填|复原|加固`)

	// (一层⑤轴横墙现已改为通长门洞,模型中仍按原图以240厚实体墙计入)
	goneNow = re(`(?:现已|已经|早已|业已|实际(?:已|上已)?|现场(?:已|实际)?|[现后]|已)(?:被|由[^,。;]{0,8}|经[^,。;]{0,8})?(?:全部|部分|整片|整体|局部)?(?:改[为作成]|拆除|拆[掉通改去]|打[通掉]|取消|凿[除开通]|开[设凿]?[^,。;]{0,6}[门洞]|封堵|敞开|不存在|加[建层高]|增加|扩[建大]|截断|锯断|断开)`)
	stillAs = re(`(?:仍|仍然|依旧|依然|还是|照旧|一律|均仍)(?:然)?(?:按照?|以|采用|取用?|沿用|作|视为|当作)([^,。;)]{0,20})|(?:模型|计算|验算|建模|复核|简图|输入)[^,。;]{0,10}(?:未|没有?)(?:作|予|予以|做|相应)?(?:调整|修改|扣除|反映|考虑|体现|更新|剔除)|沿用(?:了)?(?:原|旧|竣工|设计)图`)
	asToday = re(`^(?:现[状有行用场]|实[测际]|目前|当前|原?设计(?:强度|标准|荷载)|规范|标准|《|GB|最不利|不利|较[低小]|正常)`)
	// 验算未包含屋顶花园覆土荷载: a load that is there and was not reckoned with
	unreckoned = re(`(?:计算|验算|模型|建模|简图|恒载|荷载)[^。;]{0,14}(?:未|没有?)(?:予|能)?(?:计入?|考虑|包[含括]|输入|反映)[^。;]{0,10}(?:加建|加层|新[加增建装]|增设|水箱|覆土|光伏)|(?:计算|验算|模型|建模|应力)[^。;]{0,6}(?:未|没有?)(?:予|能)?(?:计入?|考虑|包[含括]|输入|反映)[^,。;]{0,6}(?:已建成|已有|已就位|已安装|现有)的?[^,。;]{0,6}(?:货架|夹层|隔墙|设备|机床|水池|平台)|(?:计算|验算|模型|建模|简图)[^。;]{0,14}(?:加建|加层|新[加增建装]|增设|水箱|覆土|光伏)[^,。;]{0,10}(?:未|没有?)(?:予|能)?(?:计入?|考虑|包[含括]|输入|反映)|(?:计算|验算|模型)[^,。;]{0,4}假定[^。;]{0,10},?实际[^。;]{0,8}(?:拆除|打通|不存在)|荷载[^,。;]{0,4}按[^,。;]{2,4}(?:取用?|考虑),(?:现|实际|目前)[^,。;]{0,2}(?:为|作)`)
	// toCome: 未计入光伏荷载,如后续确需安装,应另行验算
	toCome   = re(`^[^。;]{0,6}[,。;:](?:但|今后)?(?:如|若|将来|日后|拟|确需)[^。;]{0,16}(?:安装|增设|加装|加建|实施|建设|敷设|铺设|架设)`)
	reckoned = re(`模型|计算|验算|建模|复核|计入|计取|计|输入|取值|考虑|承载|评定|评级|描述`)
)

// checkAltered asks for a human where the house is no longer, or is not, the one
// that was inspected and reckoned with.
func (r *reader) checkAltered(items []*item, fs []schemas.Finding) {
	worst := worstOf(fs)
	if worst == 0 || worst >= gravest {
		return
	}
	for _, it := range items {
		switch it.section {
		case secBasis, secDeclaration, secNeighbours, secEquipment, secHistory:
			continue
		}
		for _, p := range passagesOf(it) {
			all := sentencesOf(p, it)
			for i, s := range all {
				then := "" // what the next sentence says
				if i+1 < len(all) {
					then = all[i+1].text
				}
				if altered(s.text, then) && !elsewhere(s.text) {
					r.reason("grade_contradicts_statement", s.page, clip(s.text, 60), s.whole())
				}
			}
		}
	}
}

func altered(t, then string) bool {
	if m := sinceSeen.FindStringSubmatch(t); m != nil {
		if at := builtOn.FindStringIndex(m[1]); at != nil && !notYet.MatchString(clauseBefore(m[1], at[0])) {
			return true
		}
	}
	if m := unreckoned.FindStringIndex(t); m != nil && !toCome.MatchString(t[m[1]:]+then) {
		return true
	}
	gone := goneNow.FindStringIndex(t)
	if gone == nil {
		return false
	}
	for _, m := range stillAs.FindAllStringSubmatchIndex(t, -1) {
		if m[0] < gone[0] || m[2] >= 0 && (asToday.MatchString(t[m[2]:m[3]]) || !reckoned.MatchString(clauseBefore(t, m[0])+t[m[0]:m[1]])) {
			continue
		}
		return true
	}
	return false
}
