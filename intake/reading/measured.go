package reading

import (
	"math"
	"strconv"
)

// A house whose walls stand out of plumb by a hundredth of their height is far
// beyond the lateral displacements of GB 50292-2015 7.3.10 (a few thousandths):
// ours, so that no question of which limit applies decides it.
const tiltOfNone = 10.0 // ‰

var (
	// 最大倾斜率18‰; a limit is named by its own words.
	tiltShare = re(`(?:倾斜|偏斜|外倾|歪斜)(?:率|量|度|值)?[^,。;限允规标过超不未小大]{0,12}?([0-9]+(?:\.[0-9]+)?)(‰|%)`)
	// 檐口高9.60m,测得顶点向南水平位移412mm
	tiltHeight = re(`高(?:度|差)?(?:合计|共计|共|实测|量得|测得|为|约|是|有|达|计|:)*([0-9]+(?:\.[0-9]+)?)(?:m|米)(?:[^m0-9a-z]|$)`)
	tiltShift  = re(`(?:位移|侧移|[偏外内移倾歪闪斜探错甩][移出进离开向倾斜歪闪了]|[向往朝][东南西北外内里前后]{1,2}(?:走|移|闪|斜|倾|歪|偏)了?|倾斜量|偏斜量|偏差|垂线|铅垂|吊线|线锤|线坠|垂球|吊锤)[^,。;限允规标过超不未小]{0,12}?([0-9]+(?:\.[0-9]+)?)(mm|毫米|cm|厘米|公分)`)
	// 歪了1/80
	tiltFraction = re(`(?:倾|偏|歪|斜|闪|外移|侧移)[^,。;0-9跨未无]{0,12}1[/:]([0-9]{1,3})(?:[^0-9]|$)`)
	tiltBound    = re(`限值|允许|规定|小于|未超过?|不超过?|不到|坡`)
	// 小于JGJ125规定的房屋整体倾斜率2%的限值
	// ofLimits: 限值:两层及两层以下房屋整体. What was measured comes behind a comma, or another figure.
	ofLimits   = re(`(?:限值|限度|允许值|规定值|界限)(?:如下)?:[^。;,0-9‰%测该本]*$`)
	namesLimit = re(`^的?(?:限值|界限|限度|允许值|规定值|标准值|要求|规定)`)
	// What stands beside a house may lean.
	noHouse = re(`围墙|院墙|女儿墙|挡土?墙|堡坎|栏杆|栏板|树|电杆|烟囱|塔`)
)

// atParapet: a point of the house from which is measured.
var atParapet = re(`女儿墙(?:压?顶|外侧|外皮)`)

// What else is told in figures and no house of a mild grade shows.
var measuredLimits = []limit{
	// GB 50292-2015 7.2.3: more than 2 mm a month for two months is Cu.
	{re(`(?:沉降|下沉)[^。;]{0,30}?(?:速率|每月)[^,。;]{0,6}?([0-9]+(?:\.[0-9]+)?)mm(?:/月|每月|,|。|;|$)`), func(v float64) bool { return v > 2 }, re(`限值|小于|不大于|未超|允许|规定`)},
	{re(`(?:沉降|下沉)[^。;]{0,30}?(?:速率|每[天日])[^,。;]{0,6}?([0-9]+(?:\.[0-9]+)?)mm(?:/[d天日])`), func(v float64) bool { return v*30 > 2 }, re(`限值|小于|不大于|未超|允许|规定`)},
	{re(`(?:沉降|下沉)[^。;]{0,30}?每[天日](?:约|为)?([0-9]+(?:\.[0-9]+)?)mm`), func(v float64) bool { return v*30 > 2 }, nil},
	// 一月降1.1mm,二月降3.6mm
	{re(`(?:[0-9一二三四五六七八九十]+月份?|[当上本]月|个月)[^,。;0-9累]{0,6}(?:降|沉)[^,。;0-9累]{0,4}([0-9]+(?:\.[0-9]+)?)mm`), func(v float64) bool { return v > 2 }, re(`累计|共|限值|小于|允许`)},
	// Concrete weaker than any that structures are built of (ours: 10 MPa).
	{re(`混凝土[^。;砂砖块砌碳]{0,24}?(?:换算值|推定值|强度|为)[^。;砂砖块砌碳]{0,8}?([0-9]+(?:\.[0-9]+)?)(?:MPa|[~、]\s*[0-9.]+MPa)`), func(v float64) bool { return v < 10 }, re(`垫层|抗拉|粘结|劈裂|模量|标准差|提高|相差|偏差|增加|差值`)},
	// JGJ 125-2016: a slab that rests on less than 70 % of what is asked, 80 to 100 mm.
	{re(`(?:搁置|支承)长度[^,。;]{0,10}?([0-9]+)(?:~[0-9]+)?mm`), func(v float64) bool { return v < 55 }, re(`不小于|不少于|不足者|设计要求|规定值`)},
}

// beyondMild returns the words by which a sentence tells, in figures, of what no
// house of a mild grade shows, or "". membersMay: the grade is one that lets
// single members be in danger.
func beyondMild(s string, membersMay bool) string {
	s = inFigures(s)
	if !reached.MatchString(s) {
		s = threshold.ReplaceAllString(s, "_")
	}
	if grows(s) {
		return s
	}
	if l := leans(s); l != "" {
		return l
	}
	if !membersMay {
		if l := fallsShort(s); l != "" {
			return l
		}
		if l := gapes(s); l != "" {
			return l
		}
		if l := membersFail(s); l != "" {
			return l
		}
	}
	return beyondLimit(measuredLimits, s)
}

// reached: what is measured stands beside the figure at which something is to be done.
var reached = re(`已|现(?:值|为|速率)|目前|当前|实测|本次|测得|近[一两三0-9]`)

// threshold: 如速率超过0.1mm/d应通知本院, a figure at which something is to be done and that nobody measured.
var threshold = re(`(?:^|[,;:。、])(?:如|若|倘若?|如果|一旦|当|凡)(?:发现|出现|遇)?[^,。;0-9已现前上下图表所实此期仍]{0,14}(?:超过|大于|达到|超出|高于|超)[0-9]+(?:\.[0-9]+)?(?:mm|毫米|cm|厘米|‰|%)(?:/(?:d|[天日月周]))?(?:时|的|者)?,?(?:应|须|宜|需|请|即|则|立即|及时|必须)`)

// limit is one beyond which a figure in a sentence is looked at by a human.
type limit struct {
	re    *guarded // the value is the first group, in mm unless the second names its unit
	bad   func(v float64) bool
	plain *guarded // words that make it no such value
}

// beyondLimit returns the words by which a sentence tells of a figure beyond one of
// the limits, or "".
func beyondLimit(limits []limit, s string) string {
	for _, x := range limits {
		if x.plain != nil && x.plain.MatchString(s) {
			continue
		}
		for _, m := range x.re.FindAllStringSubmatch(s, -1) {
			v := decimal(m[1])
			if len(m) > 2 && m[2] != "mm" && m[2] != "毫米" {
				v *= 10
			}
			if x.bad(v) {
				return m[0]
			}
		}
	}
	return ""
}

// leans returns the words by which a sentence tells of a tilt that no house of
// a mild grade has, or "".
func leans(s string) string {
	s = atParapet.ReplaceAllString(s, "_")
	if noHouse.MatchString(s) {
		return ""
	}
	for _, m := range tiltShare.FindAllStringSubmatchIndex(s, -1) {
		if namesLimit.MatchString(s[m[1]:]) || ofLimits.MatchString(s[:m[0]]) {
			continue
		}
		v := decimal(s[m[2]:m[3]])
		if s[m[4]:m[5]] == "%" {
			v *= 10
		}
		if v >= tiltOfNone {
			return s[m[0]:m[1]]
		}
	}
	if m := tiltFraction.FindStringSubmatch(s); m != nil && atoi(m[1]) > 0 && 1000/float64(atoi(m[1])) >= tiltOfNone && !tiltBound.MatchString(s) {
		return m[0]
	}
	h := tiltHeight.FindStringSubmatch(s)
	if h == nil {
		return ""
	}
	for _, m := range tiltShift.FindAllStringSubmatch(s, -1) {
		mm := decimal(m[1])
		if m[2] == "cm" || m[2] == "厘米" || m[2] == "公分" {
			mm *= 10
		}
		// Millimetres on metres are ‰.
		if mm >= tiltOfNone*math.Max(decimal(h[1]), 1) {
			return m[0]
		}
	}
	return ""
}

// A bearing wall with cracks of more than 5 mm is cu or du (GB 50292-2015 5.4.6);
// ours is twice that, so that no question of what cracked decides it.
const widestCrack = 10.0 // mm

var (
	crackWidth     = re(`(?:裂缝|裂口|裂隙|开裂)[^,。;]{0,10}?宽(?:度)?(?:最大|最宽|处|约|为|达|有|在|是|自|从|:)*([0-9]+(?:\.[0-9]+)?)(?:[~至到]+([0-9]+(?:\.[0-9]+)?))?(mm|毫米|cm|厘米|公分)`)
	noCrackOfWalls = re(`变形缝|伸缩缝|沉降缝|抗震缝|灰缝|板缝|拼缝|施工缝|散水|地[坪面]|抹灰|粉刷|饰面|瓷砖|面砖|院坝|围墙|院墙|女儿墙|挡土?墙|堡坎|台阶|坡道|隔墙|填充墙|非承重|限值|允许|规定|邻|已?(?:修补|封闭|修复|灌浆|加固)|原|曾`)
)

// gapes returns the words by which a sentence tells of a crack that no wall of a
// sound house has, or "".
func gapes(s string) string {
	if noCrackOfWalls.MatchString(s) {
		return ""
	}
	for _, m := range crackWidth.FindAllStringSubmatch(s, -1) {
		v := max(decimal(m[1]), decimal(m[2]))
		if m[3] != "mm" && m[3] != "毫米" {
			v *= 10
		}
		if v >= widestCrack {
			return m[0]
		}
	}
	return ""
}

func decimal(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return v
}
