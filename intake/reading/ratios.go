package reading

import (
	"slices"
	"strings"
)

// What a member can bear, over what it has to bear. GB 50292-2015 tables 5.2.2,
// 5.3.2, 5.4.2 and 5.5.2 make a main member du where R/(γ0S) is below 0.90 and
// a general one below 0.85; a set of main members that holds one is Cu at best
// (table 7.3.5), and so is the superstructure and the house. A report that
// grades the house Asu or Bsu beside such a figure contradicts itself. By
// JGJ 125-2016 the same figure makes a member dangerous, of which class B has
// some and class A none.
const (
	leastOfMain    = 0.90
	leastOfGeneral = 0.85
)

var (
	// φR/γ0S, R/(γ0·S), 抗力与效应之比, 墙体受压比值; what is less before the share of
	// load to resistance is the better.
	bearingRatio = re(`[φΦ]?R[du]?/[(]?(?:[γrY][0oO]?)?[·.×*]?S[d]?[)]?|抗力(?:设计值)?(?:与|和|/|对|同|:)(?:荷载|作用|组合|的)*效应(?:设计值|组合)*(?:的|之)?(?:比值?)?|抗力效应(?:之)?比值?|抗力(?:设计值)?(?:才|只|仅|不)?(?:有|为|及|到|达|是)(?:作用|荷载)*(?:效应|内力)的|(?:受压|受弯|受剪|受拉|抗[弯剪压拉]|承载力?|承载能力|抗力|[上下]弦|墙[体段]?|柱|梁|板|屋架|檩条?|构件|验算)[^,。;:0-9]{0,8}?(?:比值|之比|安全比)`)
	// Other shares, of which less is better or which say nothing of bearing.
	otherRatio  = re(`S[d]?[)]?/[φΦ]?R|效应(?:设计值|组合)*(?:与|和|/|对)[^,。;]{0,4}抗力|利用率|应力比|轴压比|高厚比|长细比|高宽比|挠|倾斜|裂缝|限值|允许|配筋|强度|含水|碳化|面积|剪跨|宽厚比`)
	turnedRatio = re(`S[d]?[)]?/[φΦ]?R|效应(?:设计值|组合)*(?:与|和|/|对)[^,。;]{0,4}抗力`)
	// 1.02, 0.69; no length, strength or share of something.
	ratioValue = re(`(?:^|[^0-9./])([01]?\.[0-9]{1,3}|[1-9]\.[0-9]{1,3}|[1-9][0-9](?:\.[0-9])?%)(?:[^0-9.%‰a-zA-Z/㎡米厘毫倍千兆吨]|$)`)
	// 二层0.85, in the clause behind the one that names the ratio.
	ratioGoesOn = re(`^[\p{Han}①-⑳0-9A-Za-z/~、#-]{0,14}?(?:为|是|=|:|仅|只有|最[小低]|有)*(?:[01]?\.[0-9]{1,3})[\p{Han}]{0,6}$`)
	// The measure itself, and what was before works.
	ratioBound = re(`(?:^|[^不])(?:小于|低于|不足|不到|<)(?:等于)?[01]?\.[0-9]+(?:时|者|的(?:构件|,)|,?(?:应|则|评|定为|属|为[a-dA-D危]))|(?:规定|标准|规范|要求|限值|下限|评级)[^,。;]{0,6}[01]?\.[0-9]+`)
	ratioThen  = re(`(?:加固|处理|改造|维修|修缮|更换)前|原(?:鉴定|报告|评)|曾|上次|前次|当年|由[^,。;]{0,4}[01]?\.[0-9]+[^,。;]{0,4}(?:升|提高|增|改善|变)`)
	// Members whose loss takes no other with it.
	generalMember = re(`次梁|檩|椽|搁栅|隔墙|女儿墙|栏板|过梁|踏步|雨篷|自承重|非承重|围护|一般构件|次要构件`)
	notOfHouse    = re(`围墙|院墙|挡土?墙|堡坎|邻`)
)

// fallsShort returns the words by which a sentence tells of a member that cannot
// bear what a member of a sound house does, or "".
func fallsShort(s string) string {
	for _, c := range clauses(s) {
		if m := turnedRatio.FindStringIndex(s[c.from:c.to]); m != nil && slices.ContainsFunc(ratiosIn(s[c.from+m[1]:c.to]), func(v float64) bool { return v > 1/leastOfMain }) {
			return s[c.from:c.to]
		}
	}
	if m := shareBorne.FindStringSubmatch(s); m != nil && decimal(m[1]) < 100*leastOfGeneral && !generalMember.MatchString(s) && !ratioThen.MatchString(s) {
		return m[0]
	}
	if pairShort(s) {
		return s
	}
	if !bearingRatio.MatchString(s) || notOfHouse.MatchString(s) {
		return ""
	}
	named, least := "", leastOfMain
	for _, c := range clauses(s) {
		text := s[c.from:c.to]
		switch m := bearingRatio.FindStringIndex(text); {
		case m != nil && !otherRatio.MatchString(text):
			named, least = text[:m[1]], leastOfMain
			if generalMember.MatchString(text) {
				least = leastOfGeneral
			}
			if ratioBound.MatchString(text) || ratioThen.MatchString(text) {
				continue
			}
			if belowIn(text[m[1]:], least) {
				return text
			}
		case m != nil, otherRatio.MatchString(text):
			named = ""
		case named != "" && strings.TrimSpace(text) == "":
		case named != "" && ratioGoesOn.MatchString(strings.TrimRight(text, "。;")) && !ratioBound.MatchString(text) && !ratioThen.MatchString(text):
			if generalMember.MatchString(text) {
				least = leastOfGeneral
			}
			if belowIn(text, least) {
				return named + ":" + text
			}
		case named != "" && !strings.ContainsAny(text, "0123456789"):
		default:
			named = ""
		}
	}
	return ""
}

// pairShort tells whether a sentence gives one resistance and one effect in kN of
// which the first falls short of the second: N=412kN φfA=268kN.
func pairShort(s string) bool {
	bears, borne := inKN(bearsKN, s), inKN(borneKN, s)
	return len(bears) == 1 && len(borne) == 1 && borne[0] > 0 && bears[0]/borne[0] < leastOfGeneral && !ratioThen.MatchString(s)
}

var (
	// 承载力不到效应的65%, 能扛的只及该扛的65%
	shareBorne = re(`(?:抗力|承载力|能扛|扛得|能承|承受|承重|受力|撑得)[^,。;]{0,12}(?:效应|荷载|内力|要求|需要|设计|该扛|应扛|该承|该受|需求|所需)[^,。;]{0,4}(?:不到|不足|只有|仅有?|约|的|之|只)+([0-9]{1,2}(?:\.[0-9]+)?)%`)
	bearsKN    = re(`(?:[φΦ]f?A?|抗力|承载力|[NMV]u|R)(?:设计值)?[^0-9,。;]{0,6}?([0-9]+(?:\.[0-9]+)?)kN`)
	borneKN    = re(`(?:(?:^|[^φΦA-Za-z])[NMV]|轴力|弯矩|剪力|内力|效应|γ0S)(?:设计值)?[^0-9,。;u]{0,6}?([0-9]+(?:\.[0-9]+)?)kN`)
)

func inKN(re *guarded, s string) []float64 {
	var out []float64
	for _, m := range re.FindAllStringSubmatch(s, -1) {
		out = append(out, decimal(m[1]))
	}
	return out
}

// belowIn tells whether a ratio that stands in the text is below the least.
func belowIn(text string, least float64) bool {
	for _, v := range ratiosIn(text) {
		if v < least {
			return true
		}
	}
	return false
}

// ratiosIn returns the ratios in a stretch of text: 0.69~0.77, 最小0.96, 78%.
func ratiosIn(text string) []float64 {
	var out []float64
	for at := 0; at < len(text); {
		m := ratioValue.FindStringSubmatchIndex(text[at:])
		if m == nil {
			break
		}
		w := text[at+m[2] : at+m[3]]
		v := decimal(strings.TrimSuffix(w, "%"))
		if strings.HasSuffix(w, "%") {
			v /= 100
		}
		out = append(out, v)
		at += m[3]
	}
	return out
}
