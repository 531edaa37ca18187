package reading

import (
	"slices"
	"strings"

	"jianding/schemas"
)

// A measure maps words of advice to a code of the district plan. not holds
// words around a match that make it no recommendation of that kind.
type measure struct {
	code schemas.RecommendationCode
	re   *guarded
	not  *guarded
}

// fixtures stand on or in a house, and are none.
const fixtures = `水箱|水池|水塔|烟囱|锅炉|雨[棚篷]|广告牌|招牌|彩钢棚|铁皮棚|遮阳棚|阳光棚|花架|围墙|支座墙|太阳能|空调|设备|设施|电梯|管道`

var measures = []measure{
	{schemas.NormalUse, re(`(?:^|[,;:、)])(?:继续)?(?:正常|安全|照常)(?:居住|经营|办公|教学|生产)?使用(?:[,;。]|$)|(?:同意|准予|允许)(?:该房屋|房屋)?继续使用|可以?继续(?:经营|居住|办公|教学|生产)使用|可以?继续(?:居住|经营|营业|办公|教学|生产|[、和及与])+(?:[,;。]|$)|可以?(?:继续)?(?:用于|用作)[^,;。级不未后观处限]{1,16}(?:使用|经营|办公|教学|居住|生产|营业)(?:[,;。]|$)|可以?(?:继续)?按[^,;。级]{1,12}使用(?:[,;。]|$)|(?:可|可以|能|同意|建议|继续|可继续|用途|(?:维持|保持)(?:房屋)?(?:现状|原状|现有用途)?(?:继续)?)正常(?:(?:经营|办公|教学|居住|生产|开园|营业|运营|开放|出租|[和及与、]){1,4})?使用|其余[^,。;]{0,8}正常使用|可以?恢复正常使用|(?:^|[,;:、)])(?:该|本)?(?:幢|栋|房屋|住房|住宅|房|楼|屋)?(?:仍)?可以?(?:继续)?(?:照常|正常)(?:居住|使用|营业|经营|生产)(?:[,;。]|$)|可以?继续作为?[^,;。后]{1,12}(?:正常|照常)?使用(?:[,;。]|$)|(?:楼|栋|幢|房|室|库|车间|单元|区|院|厅|段|部分)(?:继续)?(?:正常|照常)使用(?:[,;。]|$)|可继续使用|可安全使用|(?:^|[,;:)])可以?使用(?:[,;。]|$)|(?:维持|保持)(?:现状|原状|现有用途|现有状态)(?:继续)?使用`), re(`后,?(?:方可|方能|再|可以?|才能|才可)?(?:继续)?(?:正常|安全)?(?:使用|居住|经营|营业|办公|教学|生产|用于|用作)|(?:是否|能否|可否|不|未|方|才|始|再|时)可?以?(?:继续(?:居住|经营|营业|办公|教学|生产)|(?:继续)?(?:用于|用作))|影响[^,]*使用|满足[^,]*使用|保证[^,]*使用|后[^,;。]{0,4}恢复正常使用|后[^,;。]{0,6}(?:可以?(?:继续)?(?:照常|正常)|可以?继续作为?)|不影响|(?:不能|无法|不可|不宜|不得|难以|不应|禁止)(?:继续)?(?:正常|安全)?使用`)},
	{schemas.ObserveUse, re(`观察使用|在观察条件下使用`), nil},
	{schemas.TreatUse, re(`处理使用`), nil},
	{schemas.RestrictUse, re(`限制[^,;。]{0,8}(?:荷载|起重量|吨位|堆载|人数|人员数量)|限制(?:房屋)?(?:的)?(?:使用)?(?:用途|使用|荷载|使用荷载|使用功能|使用人数|堆载)|控制使用荷载|改变用途使用|(?:即日起|立即|暂行?|(?:加固|修缮|修复|处理|维修|更换)(?:完成)?(?:之)?前)[^,;。]{0,10}(?:不得|禁止|严禁|停止|不许|不准)(?:上人|站人|堆放|堆载|堆物|再?上楼)`), re(`不(?:作|受)限制`)},
	{schemas.SuspendUse, re(`暂停(?:房屋)?(?:的)?(?:使用|居住)|暂(?:时)?停止?使用|暂不使用|暂停[^,;。]{0,8}使用`), nil},
	{schemas.StopBusiness, re(`停止(?:一切|全部|对外|所有|房屋|现有|该房屋)?(?:的)?(?:生产)?(?:经营|营业)|停业|停止[^,;。]{0,8}(?:经营|营业)|(?:不得|严禁|禁止)(?:从事|开展|再)?(?:任何)?(?:经营|营业)|关停`), nil},
	{schemas.StopUse, re(`停止(?:房屋|该房屋|一切|全部|居住|继续)?(?:的)?(?:和|及|、)?使用|停止居住|立即停用|停用|停止经营(?:和|、|及|与)使用|(?:不得|严禁|禁止|不应|不能|不可|不宜|不适宜)(?:再)?(?:继续)?(?:居住|使用|住人)(?:[,;。、和及]|$|该房屋)|停止[^,;。经营]{0,6}使用`), re(`暂停|暂时|^[^各全所每整层基础加固]{0,24}(?:[板檐台篷]的?(?:下方|下面|底下)|该房间|该间|檐下)不得(?:使用|住人)|停止使用(?:后|前|期间)|停用的?(?:` + fixtures + `)(?:及其支[座架墩]|[^,。;、和及与间楼房层所以]{0,16}(?:[,。;]|$))|(?:` + fixtures + `)(?:现|早|均)?已停用`)},
	{schemas.Demolish, re(`(?:整体|整幢|整栋|全部|全面)(?:予以|进行)?拆除|(?:^|[,;、:)])拆除(?:[,;。]|$)|拆除重建|拆除(?:该|此|本)?(?:房屋|危房|建筑物?|整幢|整栋)|(?:建议|应|应予|予以|立即|尽快|及早|尽早|限期|组织|实施|宜|作|作为)拆除(?:处理)?(?:[,;。]|$)|(?:房屋|危房|建筑)(?:应|应予|予以|宜|建议)?(?:立即|尽快)?拆除(?:处理)?(?:[,;。]|$)|(?:并|且|及时|后)(?:予以|进行)?拆除(?:处理)?(?:[,;。]|$)|限期[^,;。]{0,8}拆除(?:[,;。]|$)|拆旧建新|推倒重建`), re(`局部|部分|加建|违建|构件|(?:` + fixtures + `)[^,。;楼房屋整梁柱墙]{0,10}拆除|(?:厢房|耳房|灶房|厨房|猪圈|杂物间|偏房|披屋)(?:应|宜|建议|可)?(?:予以|进行)?拆除`)},
	{schemas.DemolishPart, re(`局部(?:予以|进行)?拆除|部分拆除|拆除[^,;。]{0,24}(?:加建|违建|部分|部位|偏房|阳台|女儿墙|水箱|棚|层|雨篷|构件|墙|附属|挑檐|偏厦|偏屋|披屋|后部|屋面|烟囱|围墙|楼梯|厨房|隔墙|夹层|广告牌|外廊|吊顶|瓦|檐口)|(?:加建|违建|增设|后加|后建|搭建|附属|披檐|披厦|水台|观景平台|偏房|水箱|棚|层|女儿墙|阳台|雨篷|部分|夹层)[^,;。]{0,12}(?:予以|进行|应|一并|全部|应予)*拆除|(?:厢房|耳房|灶房|厨房|猪圈|杂物间|披屋)(?:应|宜|建议|可)?(?:予以|进行)?拆除`), re(`整体拆除|整幢拆除|整栋拆除|(?:^|[,;:、])(?:[(]?[0-9一二三四五六七八九十]{1,2}[)、.])?拆除(?:时|作业|方案|应由|须由|由)|拆除(?:施工)?(?:之前|以前|期间|过程|前(?:[,;。须应每必要需的]|$))`)},
	{schemas.Reinforce, re(`加固|补强|(?:粘贴?|缠|包|裹)[^,;。]{0,6}碳纤维|外包(?:角钢|型钢)`), re(`加固(?:改造)?(?:前|后|完成|竣工|期间|过程|设计(?:应|须|由|单位)|施工(?:应|须|由|单位)|方案(?:应|须|由)|工程(?:应|须|由|完|竣)|价值|费用|验收|改造后|处理后|处理前|处理完成)|(?:整治|处理|修缮)?加固前|^加固(?:方法|方式|部位|构件|材料|措施|做法|情况|内容)[^,。;]{0,2}$|(?:广告牌?|招牌|空调|太阳能|天线|遮阳|雨棚|花架|桥架)[^,。;梁柱墙板楼屋]{0,8}(?:加固|补强)|经加固|按[^,]*加固(?:设计|方案|图|施工图|要求|后)`)},
	{schemas.Repair, re(`修缮|修好|墩接|截除[^,;。]{0,6}[腐朽]|(?:屋架|梁|檩条?|柱|枋|楼[枕楞])[^,;。不未已无]{0,4}换(?:成|为|整|新|掉)|换(?:新)?(?:屋架|[^,;。]{0,2}托座)|灌缝|勾缝|嵌缝|嵌补|填缝|封堵|裂缝[^,;。]{0,10}(?:封闭|灌浆|注浆|填补|封缝)|封闭处理|灌浆(?:处理|封闭)|压力(?:注|灌)浆|防水(?:层)?重做|维修|修补|修复|整修|翻修|翻新|检修|(?:檩|椽|梁|板|柱|搁栅|屋架|瓦|门窗|栏杆|栏板|防水层|管道)条?(?:应|须|予以|全部|及时|进行)?更换|更换[^,;。]{0,12}(?:构件|檩|椽|梁|板|柱|搁栅|屋架|屋面|瓦|门窗|栏杆|栏板|防水|管道)|除锈|重新(?:涂装|刷漆|粉刷|抹面|铺设防水)|重做(?:屋面|屋顶|外墙|防水)`), re(`(?:修缮|维修|修补|修复)(?:价值|前|后期|完成|期间|费用|加固(?:前|后)|[^,;。]{0,6}后(?:方可|再|可|方能)?(?:继续)?使用)|日常(?:维护)?(?:维修|保养)|维修保养|检修(?:口|孔|门|通道|平台|马道|爬?梯|井|盖)`)},
	{schemas.Shore, re(`支顶|支撑|排险|支护加固|顶撑|临时支护`), re(`紧固[^,;。]{0,6}支撑|支撑(?:螺栓|节点)|(?:支顶|支撑|排险)[^,;。]{0,6}后(?:方可|再|可|方能|才能|才可)?(?:继续)?使用|支撑(?:体系|条件|系统|构件|杆|除锈|锈蚀)|(?:屋面|屋架|柱间|水平|垂直|系杆|檩条)支撑`)},
	{schemas.Evacuate, re(`疏散|撤离|(?:立即|直接|马上|赶紧|尽快)离开|撤出|撤空|搬离|搬出|腾空|腾退|迁出|清退|清场|撤人|(?:人员|住户|居民|群众|师生|租户|村民)[^,;。]{0,6}转移|转移[^,;。]{0,8}(?:人员|住户|居民|群众|师生|租户|村民)|转移安置|(?:居住人员|住户|居民|群众|租户|村民|家人|老人)[^,;。将把物品]{0,6}搬(?:至|到|往)`), re(`消防[^,。;]{0,4}疏散|疏散(?:通道|楼梯|钢梯|梯|功能|图|安全|门|走道|条件|能力|出口|宽度|距离|指示|标志|预案|演练)|(?:施工|维修|修缮|翻修|装修|改造)期间[^,。;]{0,10}(?:暂时|临时|暂|短期)(?:腾空|腾退|搬出|搬离|迁出)`)},
	{schemas.SealOff, re(`封闭|封房|封门(?:[,;。]|$)|围闭|拦起|围挡|警戒|警示(?:标志|标识|牌|线)|隔离(?:带|措施|围)|封控|拉设|禁止(?:无关)?人员(?:进入|靠近)|(?:严禁|禁止|防止)[^,;。]{0,10}(?:进入|靠近)`), re(`封闭(?:裂缝|处理裂缝|阳台|[^,。;]{0,8}(?:裂缝|缝隙|板缝))|裂缝[^,;。]{0,10}封闭|灌浆封闭|表面封闭|封闭处理`)},
	{schemas.Relocate, re(`避让|避险搬迁|搬迁`), nil},
	{schemas.GeohazardTreatment, re(`(?:地质灾害|地灾|滑坡|危岩|崩塌|泥石流|边坡|切坡|坡体|斜坡|岸坡|塌陷)[^,;。]{0,16}(?:治理|整治|支护|防治)|(?:治理|支护)[^,;。]{0,8}(?:滑坡|边坡|危岩|切坡|坡体|地质灾害)`), re(`[未无](?:经|进行)?(?:支护|治理|整治|防治)|没有(?:支护|治理)`)},
	{schemas.Monitor, re(`监测|沉降观测|(?:昼夜|每[半隔两三]?个?[天日周月季年旬][^,;。]{0,4}|逐[日时月周]|专人|连续|持续)[^,;。]{0,4}观测|每(?:[天日周月旬]|季度?|半月|[两二三]个?[周月])[^,;。]{0,4}观察[^,;。]{0,14}次|变形观测|倾斜观测|裂缝观测|定期观测|(?:进行|开展|加强|实施)[^,;。]{0,10}观测|监控|(?:每[^,;。]{1,4}|定期|按[月季年])(?:对[^,;。]{1,12})?观察(?:[一二两三][次遍回]|[^使,;。]{0,10}(?:裂缝|缝宽|变形|倾斜|沉降))|(?:裂缝|缝宽|变形|倾斜|沉降)[^,;。]{0,10}(?:定期观察|观察(?:半年|[一二两三1-3]年|[0-9一二三四五六]+个(?:月|季度)|[一二两]个(?:水文年|雨季)))`), re(`观察使用,[^。;]*观测|监测(?:数据|结果|报告|值)(?:表明|显示|持续|仍|已|均|未)`)},
	{schemas.FixNow, re(`立查立改|即查即改|立行立改|立即整改`), nil},
}

var (
	noNeed    = re(`(?:不存在(?:需要?)?|没有(?:哪|需要)|无需|无须|不需|不需要|不必|不必要|毋须|毋需|暂无需|暂不需|没有必要|并无必要|无必要|不建议|不宜|不应|不得|不能|不可|不再|不予|不作|不具备|不适合|不涉及|可不|暂不|未|不考虑|尚不需|免于|不属于|无)[^,;。]{0,10}$`)
	noNeedEnd = re(`^[^,;。]{0,12}(?:并?无必要|不必|不予采纳|的(?:必要|条件|价值)(?:不|尚)|不成立|没有必要)|^[^。;]{0,20}(?:经鉴定)?(?:并?无必要|没有必要)`)
	ifNot     = re(`(?:^|[,;。:、).])(?:但|并|且)?(?:若|倘若|如果|如若|万一|假设|假如|如[^下图表前上实何此期约今同]|一旦|擅自[^,。;]{1,14},?(?:则|将|会|可能)|当[^,]{1,24}时|在[^,]{1,20}情况下|发现[^,]{1,20}(?:时|应|须|立即|及时)|出现[^,]{1,20}(?:时|应|须|,)|遇[^,]{1,20}(?:时|,))`)
	toUse     = re(`后(?:,)?(?:方可|方能|再|可以|可|才能|才可|再行|始可)?(?:继续|恢复|正常)*(?:投入)?使用`)
	deadline  = re(`(?:[0-9一二三四五六七八九十两]+个?(?:小时|日|天|周|月|年|工作日)(?:之?内|以内)|(?:于|在)?[0-9]{4}年[0-9]{1,2}月(?:[0-9]{1,2}日)?(?:之?前|以前)|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:之?前)|(?:汛期|雨季|台风季)(?:来临)?前)`)
)

// recommendations reads the measures that the report recommends: all of its
// advice, and what its conclusion recommends outright.
func (r *reader) recommendations(items []*item) []schemas.Recommendation {
	var out []schemas.Recommendation
	add := func(ss []sentence, advised bool) {
		for _, s := range ss {
			out = append(out, r.advise(s, advised)...)
		}
	}
	for _, it := range items {
		if it.table != nil {
			for _, c := range it.table.cells {
				sec := it.table.labelSection(c, it.section)
				if p := newPassage(c.glyphs); sec == secAdvice || sec == secConclusion {
					ss := sentencesOf(p, it)
					if len([]rune(p.text)) >= 4 && !it.table.definition() && !isLabel(p.text, true) {
						add(ss, sec == secAdvice)
					}
				}
			}
			continue
		}
		if it.heading || signing.MatchString(it.text.text) || it.caption() && !advises.MatchString(it.text.text) {
			continue
		}
		switch it.section {
		case secAdvice:
			add(sentencesOf(it.text, it), true)
		case secConclusion:
			add(sentencesOf(it.text, it), itemStart.MatchString(it.text.text) && len([]rune(it.text.text)) < 40)
		}
	}
	return uniqueAdvice(out)
}

var (
	signing    = re(`^(?:编制|审核|批准|校核|鉴定人|检测人|项目负责|鉴定单位|鉴定机构|签发|报告日期|日期|审定|复核|主检|技术负责)`)
	recommends = re(`建议|应|宜|须|必须|需|立即|尽快|可(?:继续)?|停止|暂停|观察使用|处理使用|限制|责令|处理意见|整体拆除|疏散|撤离`)
)

// advise reads one sentence. In a conclusion only words that recommend count.
func (r *reader) advise(s sentence, advised bool) []schemas.Recommendation {
	if !advised && !recommends.MatchString(s.text) {
		return nil
	}
	var out []schemas.Recommendation
	mentions := r.mentionsOf(s)
	asked := measures
	if r.measures != nil {
		asked = r.measures
	}
	for _, ms := range asked {
		for _, loc := range ms.re.FindAllStringIndex(s.text, -1) {
			if inTitle(s.text, loc[0]) {
				continue // 《既有建筑鉴定与加固通用规范》
			}
			if !r.recommended(ms, s.text, loc[0], loc[1]) || r.notOurs(s.text, loc[0], mentions) {
				continue
			}
			ev := s.evidence(quoteSpan(s.text, loc[0], loc[1]))
			rec := schemas.Recommendation{Code: ms.code, Quote: ev.Quote, Page: ev.Page, Evidence: &ev}
			if us := unitsIn(s.unnumbered(s.text[:loc[0]]), r.known); len(us) > 0 {
				rec.Unit = strings.Join(us, "、")
			}
			rec.Deadline = deadline.FindString(s.text)
			out = append(out, rec)
			break
		}
	}
	return out
}

// inTitle tells whether byte at stands inside 《》, where standards and rules
// are named.
func inTitle(s string, at int) bool {
	return strings.LastIndex(s[:at], "《") > strings.LastIndex(s[:at], "》")
}

// quoteSpan widens a match to its sentence without the item's number.
func quoteSpan(s string, from, to int) (int, int) {
	num := headNumber.FindString(s)
	start := len(num)
	if start > from || bareDigits.MatchString(num) || unmarked.MatchString(num) {
		// 205房阳台, 二幢第一户: the number is the house's
		start = 0
	}
	return start, len(s)
}

// recommended decides whether the words really recommend the measure.
func (r *reader) recommended(m measure, text string, from, to int) bool {
	clause := clauseBefore(text, from)
	around := clause + text[from:to] + clauseAfter(text, to)
	if noNeed.MatchString(clause) && !strings.HasPrefix(text[from:to], "不") && !prohibits(m.code, text[from:to]) {
		return false
	}
	if noNeedEnd.MatchString(text[to:]) {
		return false
	}
	if m.not != nil && !doneThenUsed(m.code, text, from, to) {
		for _, x := range m.not.FindAllStringIndex(around, -1) {
			at := len(clause)
			if x[0] < at+to-from+1 && x[1] > at-1 || m.code == schemas.Demolish || m.code == schemas.DemolishPart {
				return false
			}
		}
		if m.code == schemas.Monitor && m.not.MatchString(text) {
			return false
		}
	}
	if m.code == schemas.NormalUse && onceDone.MatchString(text[:from]) {
		return false
	}
	if ofThing(m.code, clause+text[from:to], text[to:]) {
		return false
	}
	if lastOf(ifNot, text[:from]) > lastOf(already, text[:from]) {
		return false
	}
	// A measure that is the condition of using the house belongs to the kind of
	// use: "处理使用，修补裂缝后使用".
	switch m.code {
	case schemas.Shore, schemas.Repair, schemas.Reinforce, schemas.NormalUse:
		if loc := toUse.FindStringIndex(text[to:]); loc != nil && !strings.ContainsAny(text[to:to+loc[0]], ",;。") && usesBefore.MatchString(text[:from]) {
			return false
		}
	}
	return true
}

// onceDone: 经维修后,可用于餐饮经营
var onceDone = re(`(?:加固|维修|修缮|修补|处理|整改|修复|改造|验收|排危|拆除|治理)[^,。;]{0,8}(?:后|之后|合格),$`)

// doneThenUsed: "对危险构件进行修缮加固后继续正常使用" recommends the works, where no kind
// of use was named before them.
func doneThenUsed(c schemas.RecommendationCode, text string, from, to int) bool {
	if c != schemas.Reinforce && c != schemas.Repair || usesBefore.MatchString(text[:from]) {
		return false
	}
	loc := toUse.FindStringIndex(text[to:])
	return loc != nil && loc[0] <= len("加固补强") && !strings.ContainsAny(text[to:to+loc[0]], ",;。")
}

// notOurs tells whether the words before a measure speak of an earlier report,
// another house or what would be if.
func (r *reader) notOurs(text string, at int, ms []*mention) bool {
	before := text[:at]
	if past(beforeWorks.ReplaceAllString(before, ""), r.year) || elsewhere(before) && lastOf(thisCue, before) < 0 && !together.MatchString(text[:at]) || condFailing.MatchString(before) {
		return true
	}
	var last *mention
	for _, m := range ms {
		if m.from < at && m.rule != "standard_requirement" && !m.other {
			last = m
		}
		if m.from >= at && m.role == schemas.RoleHypothetical && !strings.ContainsAny(text[at:m.from], "。;") {
			return true // 不及时维修的，可能演变为Dsu级
		}
	}
	if last == nil || turns(text[last.to:at]) || strings.Contains(text[last.to:at], "建议") {
		return false
	}
	switch last.role {
	case schemas.RoleHistory, schemas.RoleOtherSubject, schemas.RoleHypothetical, schemas.RoleDefinition:
		return last.rule != ""
	}
	return false
}

// together: 左右相邻住户一并撤离 is asked of the people in this house as well.
var together = re(`一并|一同|连同`)

// beforeWorks tells when a measure applies, not when something was.
var beforeWorks = re(`在[^,。;]{1,30}(?:之前|以前)|(?:加固|改造|修缮|维修|处理|整治|治理|拆除)(?:完成)?(?:之)?前`)

var usesBefore = re(`处理使用|观察使用|暂停使用|限制`)

func prohibits(c schemas.RecommendationCode, w string) bool {
	return (c == schemas.StopUse || c == schemas.StopBusiness || c == schemas.SealOff) && re3prohibit.MatchString(w)
}

var re3prohibit = re(`^(?:不得|严禁|禁止|不应|不能|不可|不宜|不适宜)`)

// uniqueAdvice keeps the first of each code and unit.
func uniqueAdvice(in []schemas.Recommendation) []schemas.Recommendation {
	var out []schemas.Recommendation
	for _, x := range in {
		if !slices.ContainsFunc(out, func(y schemas.Recommendation) bool { return y.Code == x.Code && y.Unit == x.Unit }) {
			out = append(out, x)
		}
	}
	return out
}
