package reading

import (
	"slices"
	"strings"
	"unicode/utf8"

	"jianding/schemas"
)

// defaultUnit is the name of the house as a whole where a report names none.
const defaultUnit = "鉴定对象"

const buildingNoun = `(?:号楼|#楼|号房屋|号房|号楼房|栋楼房|栋|幢|座|教学楼|教学综合楼|综合楼|办公楼|宿舍楼|学生宿舍|教师宿舍|职工宿舍|宿舍|食堂|餐厅|门诊楼|住院楼|医技楼|后勤楼|实验楼|图书馆|体育馆|礼堂|主楼|附楼|副楼|裙楼|裙房|附属楼|附属用房|附属房|辅助用房|附房|偏房|正房|正屋|主房|主体房|厢房|厅房|耳房|倒座|横屋|厨房|猪圈|柴房|厕所|连廊|廊桥|走廊|外廊|厂房|车间|仓库|库房|门卫室|门卫|值班室|配电房|锅炉房|水泵房|市场|农贸市场|商铺|门面|商住楼|住宅楼|住宅|公寓楼|公寓|卫生院|卫生室|幼儿园|园舍|敬老院|客栈|酒店|旅馆|民宿|饭店|塔楼|单元|区|段|楼|院落|祠堂|老房|新房|旧房|老楼|新楼|老屋|新屋|房屋|大楼|房)`

// numberedNoun is what may follow the mark behind a number: 3#宿舍, 2号车间.
const numberedNoun = `主楼|附楼|副楼|配楼|木楼|砖楼|石楼|住宅楼|宿舍楼|教学楼|实验楼|办公楼|综合楼|商住楼|公寓楼|住院楼|门诊楼|病房楼|教师楼|职工楼|家属楼|附属楼|塔楼|裙楼|商业楼|校舍|住宅|宿舍|公寓|别墅|仓库|库房|粮仓|厂房|车间|商铺|门面|食堂|民房|农房|房屋|房|楼|栋|幢|座|建筑物|建筑|单元|仓|棚`

var (
	// numberedUnit: 1号楼, 3#, A栋, 厂房1栋, 27号房屋, 二号楼, 1#~3#楼, 1单元, Ⅰ区
	numberedUnit = re(`第[0-9一二三四五六七八九十]{1,3}单元|(?:厂房|住宅|宿舍|教学楼|办公楼|综合楼|仓库|车间|商铺|门面|公寓)?(?:[0-9]{1,4}(?:-[0-9]{1,3})?|[①-⑳]|[A-Z][0-9]{0,3}|[一二三四五六七八九十]{1,3}|[IVX]{1,4}|[甲乙丙丁戊]|[东西南北中左右前后])(?:#|号|栋|幢|座|单元|区|段)(?:` + numberedNoun + `)?|[A-Z甲乙丙丁戊][0-9]?(?:楼|库|仓|馆|厂房|车间|仓库|教学楼|宿舍楼|办公楼|综合楼)`)
	// 鉴定单元Ⅰ, 鉴定单元2: parts between expansion joints.
	indexedUnit = re(`(?:鉴定|评定)单元(?:I{1,3}|IV|VI{0,3}|[0-9]{1,2})(?:[^A-Za-z0-9级.]|$)`)
	rangeUnit   = re(`([0-9]{1,3})(#|号)?(?:楼|栋|幢)?[-~至]([0-9]{1,3})(#|号)?(楼|栋|幢|房屋|厂房|单元)`)
	listedUnit  = re(`(?:(?:[0-9A-Z]{1,3}|[①-⑳])#?[、,和及与])+(?:[0-9A-Z]{1,3}|[①-⑳])((?:#|号)(?:` + numberedNoun + `)|栋|幢|座|#|单元)`)
	namedUnit   = re(`^[\p{Han}0-9A-Z#()-]{0,8}` + buildingNoun + `$`)
	// generic names mean the house as a whole.
	genericUnit = re(`^(?:该|本|此|其|被鉴定|受检|受鉴|所鉴|委托鉴定|鉴定|待鉴|上述|整体|整栋|整幢|整个|全部|全|委托|拟鉴定|目标|本次鉴定|被检|受检测|本案)*(?:栋|幢|座|处)?(?:的)?(?:自建|建筑|危险|民用|农村)?(?:房屋|房|建筑|建筑物|楼房|自建房|住宅|住房|农房|房屋建筑|建筑结构|工程|项目|单元|鉴定单元|鉴定系统|鉴定对象|主体结构|结构|对象|楼|栋|幢|房子|危房|主体)(?:整体|主体|结构|主体结构|建筑|建筑物|整体结构|单元|鉴定单元|鉴定系统|农村住房|农村房屋|农房|住房)*$`)
	// endsInDecimal: 基础3.5,3号楼, where 5 is no house
	endsInDecimal = re(`[0-9]\.$`)
	wordBreak     = re(`[ \x01、,:;()。]`)
	andWord       = re(`和|及|与|以及`)
	zoneUnit      = re(`^[A-ZIVX0-9一二三四]+(?:区|段)$`)
	unitJoin      = re(`[、,和及与以]|以及|和|及`)
	// lead-ins that stand before a subject
	leadIn = re(`^(?:(?:本次|此次)?(?:委托|被|受|拟|待|所)?(?:鉴定|检测)的|综上(?:所述)?|经(?:综合)?(?:评定|鉴定|分析|判定|检测|验算|复核|现场检查)*|根据.*?[,)》]|依据.*?[,)》]|按照?.*?[,)》]|综合(?:评定|评判|评价|判定|鉴定|分析|以上)?|评定|评判|评价|评|认为|认定|判定|确定|得出|给出|列|判断|确认|其中|故|因此|则|即|现|将|对|本次鉴定将|我单位(?:对)?|除|其余|另|另外|同时|而|且|但|故将|则|由此|[(]?[0-9一二三四五六七八九十]+[)、.]|[-①-⑳])`)
)

// unitsIn finds the names of units in a stretch of text that precedes (or
// follows) a grade. known are the names that the report's tables use: a known
// name counts wherever it stands, another one only where its form shows it.
func unitsIn(s string, known []string) []string {
	var out []string
	add := func(u string) {
		u = cleanUnit(u)
		if u != "" && !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	masked := s
	mask := func(from, to int) {
		masked = masked[:from] + strings.Repeat(taken, to-from) + masked[to:]
	}
	for _, m := range houseCount.FindAllStringSubmatchIndex(masked, -1) {
		if m[2] < 0 {
			m = m[2:]
		}
		mask(m[2], m[3])
	}
	for _, m := range rangeUnit.FindAllStringSubmatchIndex(masked, -1) {
		a, b := atoi(s[m[2]:m[3]]), atoi(s[m[6]:m[7]])
		if b <= a || b-a > 60 {
			continue
		}
		mid := ""
		for _, k := range [][2]int{{m[4], m[5]}, {m[8], m[9]}} {
			if k[0] >= 0 {
				mid = s[k[0]:k[1]]
			}
		}
		for i := a; i <= b; i++ {
			add(itoa(i) + mid + s[m[10]:m[11]])
		}
		mask(m[0], m[1])
	}
	for _, m := range listedUnit.FindAllStringSubmatchIndex(masked, -1) {
		tail := s[m[2]:m[3]]
		for i, u := range unitJoin.Split(s[m[0]:m[2]], -1) {
			if i == 0 && m[0] > 0 && (isWordByte(s[m[0]-1]) || s[m[0]-1] == '-' || endsInDecimal.MatchString(s[:m[0]])) {
				continue // JGJ125-2016,1#楼; 基础3.5,3号楼边梁1.4
			}
			add(strings.TrimRight(u, "#") + tail)
		}
		mask(m[0], m[1])
	}
	for _, m := range indexedUnit.FindAllStringIndex(masked, -1) {
		u := strings.TrimRightFunc(s[m[0]:m[1]], func(r rune) bool { return !strings.ContainsRune("IV0123456789", r) })
		add(u)
		mask(m[0], m[0]+len(u))
	}
	names := slices.Clone(known)
	slices.SortStableFunc(names, func(a, b string) int { return len(b) - len(a) })
	for _, k := range names {
		for {
			i := strings.Index(masked, k)
			if i < 0 {
				break
			}
			if !partOfWord(masked, i, i+len(k)) {
				add(k)
			}
			mask(i, i+len(k))
		}
	}
	for _, m := range numberedUnit.FindAllStringIndex(masked, -1) {
		if partOfWord(masked, m[0], m[1]) || notAUnit(masked, m[0], m[1]) {
			continue
		}
		to := m[1] + len(appendage.FindString(masked[m[1]:]))
		add(s[m[0]:to])
		mask(m[0], to)
	}
	for _, w := range wordsOf(excepting.ReplaceAllString(masked, "$1,")) {
		if i := max(strings.LastIndex(w, "将"), strings.LastIndex(w, "把")); i >= 2*len("将") {
			w = w[i+len("将"):] // 本次危险性鉴定将正房评为
		}
		if loc := saysOf.FindStringIndex(w); loc != nil {
			w = w[loc[1]:] // 本次鉴定对教学楼给出的
		}
		if u := comprehensive.FindString(w); u != "" {
			add(u)
			continue
		}
		w = stripLead(w)
		if loc := ratedWord.FindStringIndex(w); loc != nil {
			// 鉴定组一致认定正房安全性等级
			if u := subjectTail.ReplaceAllString(w[loc[1]:], ""); namedUnit.MatchString(u) && !genericUnit.MatchString(u) {
				w = w[loc[1]:]
			}
		}
		if short := subjectTail.ReplaceAllString(w, ""); short != "" || !namedUnit.MatchString(w) {
			w = short
		}
		for _, u := range andWord.Split(w, -1) {
			if u != "" && len([]rune(u)) <= 10 && namedUnit.MatchString(u) && !notName.MatchString(u) && !genericUnit.MatchString(u) && !partName.MatchString(u) {
				add(u)
			}
		}
	}
	return out
}

// comprehensive: 综合楼为Bsu级. 综合评定 leads up to a name and is none of it.
var comprehensive = re(`^综合(?:教学|办公|服务|业务|住院|门诊|商业)?(?:大?楼|馆)`)

var (
	// excepting: 各栋安全性等级除食堂为Dsu级外; 拆除, 消除 … are other words.
	excepting   = re(`(^|[^拆清消扣排解免废铲])除`)
	ratedWord   = re(`^.*(?:认定|判定|评定|评判|评价|确定|鉴定|得出|认为)`)
	saysOf      = re(`(?:鉴定|检测|单位|公司|机构|报告|我[司院所])对`)
	subjectTail = re(`[的之]?(?:主体|整体|上部|现状|现有|既有|目前|现在|现今|当前)?(?:结构)?(?:的)?(?:综合|现状)?(?:第?[0-9一二三四五六七八九十]+层|在|处于|作为|划分|划作|划为|视为|给出|[作做]出|所[作做给评]|安全性|危险性|可靠性|使用性|安全|危险|等级|评级|评[定为]|定为|[判认]定|鉴定|均|分别|各|都|综合|应|可|也|亦|同|为|属于|属(?:于|整|局|危|[A-DI])|整体|结构|被|经|现状|鉴定单元|鉴定系统|单元).*$`)
	// notName: words that no name of a building holds.
	notName = re(`^\p{Han}{0,2}后(?:房屋|建筑物?)?$|^(?:附[表录件注]|根据|依据|按|结合|参照|鉴于|由于|经|上述|全部|所有|各)|[该本此已有为被的将对把应可在与及其另]|[加改修处整补]\p{Han}?后|^后房|影响|达到|不|未|发现|存在|处于|属于|满足|造成|导致|引起|危及|威胁|使得|用作|用于|拆除|[第两]?[一二三四两]?阶段|后的|没有|一[栋幢户座处]|^两[栋幢座]$|^(?:两|[二三四五六七八九十])[栋幢座]\p{Han}|构成|属于|属(?:整|局|危)|危|整[栋幢户家]|规定`)
	// partName: parts of a house, which a grade of the house is not about.
	partName = re(`^[一二三四五六七八九十]{1,2}楼$|^(?:露台|阳台|雨[篷棚]|外廊|挑廊)[^,]{0,4}段$|^(?:[一二三四五六七八九十0-9]+层|底层|顶层|首层|楼层|每层|各层|局部|部分|楼板|屋面|墙|梁|柱|构件|地基|基础|上部|围护|子单元|底部|轴|.*(?:构件|子单元|承重部分|楼面|地基基础|承重结构))`)
)

// taken stands in the place of a name that was found.
const taken = "\x01"

// wordsOf divides a text into words. One that leads up to a name that was found
// is part of it: 珞璜镇卫生院 before 综合楼 says whose it is.
func wordsOf(s string) []string {
	var out []string
	from := 0
	for _, m := range append(wordBreak.FindAllStringIndex(s, -1), []int{len(s), len(s)}) {
		w := s[from:m[0]]
		behind := from > 0 && strings.HasSuffix(strings.TrimRight(s[:from], "("), taken)
		bracketed := from > 0 && s[from-1] == '(' && !partOfAnother.MatchString(w) // 3号楼(后勤楼)
		from = m[1]
		if behind && (bracketed || !anotherHouse.MatchString(w)) && subjectNoun.MatchString(w) {
			continue // 综合教学楼 behind A栋 says what it is, in brackets or not
		}
		if w != "" && !(s[m[0]:m[1]] == taken && !joined.MatchString(w)) {
			out = append(out, w)
		}
	}
	return out
}

// appendage: what belongs to a house and is not it, right behind its name: 1号楼门卫室.
var appendage = re(`^(?:的|之)?(?:[东西南北前后左右][侧面端]?(?:的)?)?(?:一层|底层|屋顶|屋面|院内|旁边?的?)?` + appendages)

const appendages = `(?:门卫[室房]?|门房|值班[室房]|传达[室房]|保安[室亭]|岗亭|收发室|[配变]电[房室间所]|(?:消防|生活)?水?泵房|锅炉房|(?:发电)?机房|设备(?:用)?房|工具[间房]|杂物[间房]|储[藏物][间室]|垃圾[房站间]|(?:附属|辅助|配套|后勤|生活)(?:用)?房|附属楼|附楼|副楼|裙楼|裙房|附房|偏房|厢房|耳房|披屋|柴房|猪圈|厨房|灶房|厕所|公厕|卫生间|浴室|洗衣房|连廊|廊桥|走廊|外廊|架空层|(?:地下|半地下)?车库|地下室|停车[库棚]|(?:自行|电动)?车棚|雨[棚篷]|门廊|门厅|门楼|围墙|院墙|挡墙|花台|水箱[间房]?|楼梯间?|电梯[间井]|简易[房棚]|彩钢[房棚]|板房)`

var (
	// anotherHouse: the annex of 1号楼 is another house.
	anotherHouse = re(`^(?:附|副|裙|偏|厢|耳|连廊|走廊|辅助|配套|后勤|旁|边|外|[和及与、])`)
	subjectNoun  = re(`^\p{Han}{0,6}(?:楼|房|舍|堂|馆|厅|库|间|店|铺|所|院|校|园|场|室|屋|宅|栋|幢|座)(?:$|[^\p{Han}]|的|在|现状|目前|本次|安全|危险|可靠|使用|结构|房屋|鉴定|评)`)
)

// joined: what stands before another name and is one of its own: 主楼和 1号楼.
var joined = re(`(?:和|及|与|以及|连同|同)$`)

// uncaptioned takes the number of a table off its caption. Where no mark parts it from
// that of a house, 表5 1号楼安全性评级, the last digit is the house's; of three nobody
// knows whose the second is.
func uncaptioned(caption string) string {
	num := captioned.FindString(caption)
	rest := caption[len(num):]
	if !lostNumber.MatchString(rest) {
		return rest
	}
	digits := len(num) - len(strings.TrimRight(num, "0123456789"))
	if digits != 2 {
		return ""
	}
	return num[len(num)-1:] + rest
}

func stripLead(w string) string {
	for {
		if strings.HasPrefix(w, "综合") && namedUnit.MatchString(w) && !strings.HasPrefix(w, "综合评") {
			return w // 综合楼 is a house
		}
		loc := leadIn.FindStringIndex(w)
		if loc == nil || loc[1] == 0 {
			return w
		}
		w = w[loc[1]:]
	}
}

// partOfWord tells whether a match is the tail of a longer number or the like
// (3号 in 13号楼).
func partOfWord(s string, from, to int) bool {
	if from > 0 && isWordByte(s[from-1]) && isWordByte(s[from]) {
		return true
	}
	return false
}

// notAUnit rules out street numbers, storeys, axes, report and page numbers
// that have the form of a numbered unit.
// ofWalls: what stands before a number of lengths of wall.
var ofWalls = re(`(?:墙段?|墙体|共|统计|抽查|计|合计)$`)

func notAUnit(s string, from, to int) bool {
	w := s[from:to]
	if strings.HasSuffix(w, "楼") && partOfStorey.MatchString(s[to:]) { // 2号楼梯
		return true
	}
	if strings.HasSuffix(s[:from], "附") && w[0] >= '0' && w[0] <= '9' {
		return true // 45号附1号房屋: an address
	}
	if strings.HasSuffix(w, "号") { // 48号 alone is an address or a number
		return true
	}
	if strings.HasSuffix(w, "区") || strings.HasSuffix(w, "段") {
		return !zoneUnit.MatchString(w) || ofWalls.MatchString(s[:from]) // 统计墙段41段
	}
	if severalOf.MatchString(w) && ofSeveral.MatchString(s[to:]) {
		return true // 五栋宿舍楼中,除3号楼外
	}
	return counted.MatchString(s[:from]) || strings.HasSuffix(s[:from], "第") || strings.HasSuffix(s[:from], "路") || strings.HasSuffix(s[:from], "街") || strings.HasSuffix(s[:from], "本") || strings.HasSuffix(s[:from], "该")
}

var partOfStorey = re(`^[梯板面层盖道]`)

var (
	severalOf = re(`^(?:[二三四五六七八九十两]|[2-9]|1[0-9])[栋幢座]`)
	// 员工公寓三栋房屋的安全性,除1号楼为Asu级外
	houseCount = re(`(?:^|[^0-9第])((?:[二三四五六七八九十两]|[2-9]|1[0-9])[栋幢座](?:房屋|建筑物?|楼房?|单体|宿舍楼?|公寓楼?)?)的?[^,。;]{0,12},(?:除|其中|分别)|(?:^|[^0-9第])((?:[二三四五六七八九十两]|[2-9]|1[0-9])[栋幢座](?:房屋|建筑物?|楼房|单体|宿舍楼?|公寓楼?))[^,。;]{0,14}(?:均|全部|各为|都)`)
	ofSeveral  = re(`^\p{Han}{0,4}(?:中|里|内|均|都|全部|房屋)`)
)

var counted = re(`(?:有|共|计|约|另|建|各)$`)

// cleanUnit normalises the name of a unit and drops names that mean the house
// as a whole.
func cleanUnit(u string) string {
	u = strings.Trim(u, "、,:;。 的")
	if strings.Count(u, "(") != strings.Count(u, ")") {
		u = strings.Trim(u, "()") // 鉴定单元一(西段) keeps its own
	}
	u = houseTail.ReplaceAllString(u, "$1")
	if rest := strings.TrimPrefix(strings.TrimPrefix(u, "鉴定单元"), "鉴定对象"); rest != u && namedUnit.MatchString(rest) && utf8.RuneCountInString(rest) >= 3 {
		u = rest // 鉴定单元门诊楼
	}
	if u == "" || genericUnit.MatchString(u) || noUnit.MatchString(u) {
		return ""
	}
	return u
}

// noUnit: what stands in the column of names without being a house.
var noUnit = re(`^(?:附注|备注|注|说明|合计|总计|小计|平均(?:值)?)$`)

// tornUnit: a sentence that begins with the rest of a unit's name.
var tornUnit = re(`^(?:楼|栋|幢|座|房)(?:的)?(?:安全性|危险性|可靠性|均|评定|评为|鉴定等级|为)`)

// houseTail: 门诊楼房屋 is the 门诊楼; 27号房屋 keeps its noun.
var houseTail = re(`([楼栋幢座])(?:的)?(?:房屋|建筑物?|楼房|主体|整体|结构)+$`)

// unitKey compares names across notations: 1#楼 and 1号楼 are one.
func unitKey(u string) string {
	u = strings.NewReplacer("#", "号", "幢", "栋", "座", "栋").Replace(fold(u))
	u = strings.ReplaceAll(u, "号栋", "栋")
	u = axes.ReplaceAllString(u, "") // A区(1~12轴) is A区
	if m := alias.FindStringSubmatch(u); m != nil && namedUnit.MatchString(m[2]) && !partOfAnother.MatchString(m[2]) {
		u = m[1] // 1号楼(门诊楼)
	}
	if m := zoned.FindStringSubmatch(u); m != nil {
		u = m[1] // B区门面
	}
	if u == "" || genericUnit.MatchString(u) {
		return defaultUnit
	}
	// 正房 and 正房房屋 are one.
	if short := strings.TrimSuffix(u, "房屋"); short != u && len([]rune(short)) >= 2 {
		return short
	}
	return u
}

var (
	// alias: what a numbered house is besides. (西楼) would be a part of it.
	alias         = re(`^((?:[0-9]{1,3}|[A-Z]|[一二三四五六七八九十]{1,2})(?:号|#|栋|幢|座)+楼?)[(]([^()]{2,10})[)]$`)
	partOfAnother = re(`^(?:[东西南北前左右中新旧老主附副裙上下]|后[^勤])|段|区|单元|层|部|间`)
)

// zoned: what a lettered zone is besides. 仓库 or 大棚 would be
// another house beside it.
var zoned = re(`^([A-Z]区)门面$`)

var axes = re(`[(][^()]{1,12}轴[^()]{0,8}[)]$`)

// checkUnitNames: a unit whose name begins with the mark behind a number has
// lost the number to a line break; whose grade it is must be looked at.
func (r *reader) checkUnitNames(fs []schemas.Finding) {
	for _, f := range fs {
		if lostNumber.MatchString(f.Unit) {
			r.reason("grade_mention_unclear", f.Evidence.Page, f.Unit, f.Evidence)
		}
	}
}

// checkAppendages asks for a human where the conclusion grades what belongs to a
// house (1号楼门卫室) and not the house, and nothing that introduces the house says
// that this is what is appraised.
func (r *reader) checkAppendages(items []*item, fs []schemas.Finding) {
	for _, f := range fs {
		u := fold(f.Unit)
		loc := belongs.FindStringSubmatchIndex(u)
		if loc == nil || !f.Scope.Speaks() || !weighty(f.Aspect) {
			continue
		}
		house := u[:loc[3]]
		if house != "" && graded(fs, f.Aspect, house) || house == "" && slices.ContainsFunc(fs, func(g schemas.Finding) bool { return g.Aspect == f.Aspect && !belongs.MatchString(fold(g.Unit)) }) {
			continue
		}
		if !slices.ContainsFunc(items, func(it *item) bool {
			return (it.table != nil || it.section == secCover || it.section == secOverview) && slices.ContainsFunc(passagesOf(it), func(p passage) bool { return strings.Contains(p.text, u) })
		}) {
			r.reason("partial_appraisal", f.Evidence.Page, f.Unit, f.Evidence)
		}
	}
}

// belongs: the name of an appendage, with that of its house or without.
var belongs = re(`^(|.*(?:号楼|#楼|#|栋|幢|座|楼|舍|堂|馆|院|校|房屋))(?:的|之)?(?:[东西南北前后左右][侧面端]?)?` + appendages + `$`)

var lostNumber = re(`^[#号栋幢]`)

// unitHeading returns the unit that a heading names: "（一）1号楼".
func unitHeading(rest string) string {
	rest = strings.TrimRight(rest, ":")
	if us := unitsIn(rest, nil); len(us) == 1 && strings.HasPrefix(rest, us[0]) && len([]rune(rest)) <= len([]rune(us[0]))+12 {
		return us[0]
	}
	return ""
}

func itoa(n int) string {
	if n == 0 {
		return "0"
	}
	var b []byte
	for ; n > 0; n /= 10 {
		b = append([]byte{byte('0' + n%10)}, b...)
	}
	return string(b)
}
