package page

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The models confuse characters that look alike, and grades are made of such:
// a letter with a small subscript, Roman numerals, 级 behind them. Tolerate
// undoes the confusions where recognised words enter, so that the reader's
// rules need not know them. It errs towards the worse grade (an O in a
// grade's place is a D that lost its stem, never a C that gained one): what it
// makes of a line can raise a hazard and propose a grade to the reviewer, and
// nothing that was recognised is accepted without one.

// level are what the models make of 级.
const level = "[级級緩缓圾吸极极汲纽]"

var tolerances = []struct {
	from *regexp.Regexp
	to   string
}{
	// Dsu, Csu … with its subscript: D5u, DSu, Dsn, "D su", D_su, D(su), Dsu.
	{regexp.MustCompile(`(^|[^A-Za-z0-9.])([DO0ＤＯ○〇])[ _-]{0,2}[(（]?[sS5aｓ＄$][ ]?[uUvnμuｕ][)）]?([^A-Za-z0-9]|$)`), "${1}Dsu${3}"},
	{regexp.MustCompile(`(^|[^A-Za-z0-9.])([CcＣ])[ _-]{0,2}[(（]?[sS5aｓ＄$][ ]?[uUvnμｕ][)）]?([^A-Za-z0-9]|$)`), "${1}Csu${3}"},
	{regexp.MustCompile(`(^|[^A-Za-z0-9.])([B8Ｂ])[ _-]{0,2}[(（]?[sS5aｓ＄$][ ]?[uUvnμｕ][)）]?([^A-Za-z0-9]|$)`), "${1}Bsu${3}"},
	{regexp.MustCompile(`(^|[^A-Za-z0-9.])([A4Ａ])[ _-]{0,2}[(（]?[sS5aｓ＄$][ ]?[uUvnμｕ][)）]?([^A-Za-z0-9]|$)`), "${1}Asu${3}"},
	// 级 behind any of them, or behind a lone letter.
	{regexp.MustCompile(`([ABCD](?:su|ss|u)) ?` + level), "${1}级"},
	{regexp.MustCompile(`(Dsu|Csu) ?及([，。,.;；]|$)`), "${1}级${2}"},
	{regexp.MustCompile(`([A-D]) ?[级級緩缓圾吸极汲纽]`), "${1}级"},
	// A danger class or reliability letter D without its stem.
	{regexp.MustCompile(`((?:等级|级别|评级|评定为|评为|鉴定为|判定为|定为|属于?)[为是:：]?["“'‘]?)[O0○〇] ?(` + level + `|危)`), "${1}D${2}"},
	{regexp.MustCompile(`([^0-9A-Za-z第]|^)[OＯ] ?` + level), "${1}D级"},
	// Roman numerals: Ⅳ as lV, 1V, |V, IⅤ, N; a V alone has lost its I, since no
	// scale of the standards has a fifth level.
	{regexp.MustCompile(`([^0-9A-Za-z]|^)[Il1|丨ⅠＩ]? ?[VvⅤＶ] ?` + level), "${1}Ⅳ级"},
	{regexp.MustCompile(`(可靠性[^。；]{0,24}?)[NWwＮ] ?` + level), "${1}Ⅳ级"},
	{regexp.MustCompile(`([^0-9A-Za-z]|^)[Il1|丨ⅠＩ]{3} ?` + level), "${1}Ⅲ级"},
	{regexp.MustCompile(`([^0-9A-Za-z]|^)(?:[Il|丨ⅠＩ]{2}|1[Il|]|[Il|]1) ?` + level), "${1}Ⅱ级"},
	{regexp.MustCompile(`([^0-9A-Za-z]|^)[Il|丨ⅠＩ] ?` + level), "${1}Ⅰ级"},
}

// phrases are the words on which a hazard hangs. A line that has all of one
// but a character or two, of which the model was unsure, means it.
var phrases = []string{
	"整体承载", "整体安全", "整幢危房", "整体处于危险状态", "整体倒塌", "严重影响整体", "显著影响整体",
	"立即停止使用", "停止使用", "整体拆除", "鉴定单元安全性", "安全性等级", "危险性等级", "可靠性等级",
	"地质灾害", "滑坡", "鉴定结论", "处理建议",
}

// unsure is the confidence below which a character may be another.
const unsure = 0.8

// Tolerate returns what a recognised line most likely says, alone.
func Tolerate(cs []Char) string { return tolerate("", cs) }

// TolerateRows returns what each of a page's lines most likely says, told with
// what stands to the left of it in its row: the seal breaks sentences up.
func TolerateRows(lines []Line) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		before := ""
		for j := i - 1; j >= 0; j-- {
			o := lines[j]
			if math.Abs(o.Y0+o.Y1-l.Y0-l.Y1)/2 > 0.6*min(o.h(), l.h()) {
				break
			}
			if o.X1 > l.X0-6*l.h() && o.X0 < l.X0 {
				before = out[j] + before
			}
		}
		out[i] = tolerate(before, l.Chars)
	}
	return out
}

func tolerate(before string, cs []Char) string {
	rs := make([]rune, len(cs))
	for i, c := range cs {
		rs[i] = c.R
	}
	for _, p := range phrases {
		mend(rs, cs, []rune(p))
	}
	s := string(rs)
	for _, t := range tolerances {
		s = t.from.ReplaceAllString(s, t.to)
	}
	return subscripts(before, s)
}

var bareLetter = regexp.MustCompile(`([A-D])级`)

// subscripts gives the letters of the unit's safety scale their subscript
// back, which is small enough to be lost: 安全性等级为D级 can only be Dsu. Where
// the sentence is about another scale or a lower level, nothing is added.
func subscripts(left, s string) string {
	var b strings.Builder
	done := 0
	for _, m := range bareLetter.FindAllStringIndex(s, -1) {
		before, after := left+s[:m[0]], s[m[1]:]
		before = before[strings.LastIndexAny(before, "。；;")+1:]
		// What it is the safety of stands in the clause that names it; or, where
		// that begins with 安全性, further ahead: 地基基础无沉降，安全性评为A级. For
		// a grave letter that is too little to go by.
		if at := strings.LastIndex(before, "安全性"); at >= 0 {
			clause := strings.LastIndexAny(before[:at], "，,、")
			_, stop := utf8.DecodeRuneInString(before[max(0, clause):])
			ownSubject := clause < 0 || clause+stop < at
			if !ownSubject && s[m[0]] <= 'B' && ofPart(before[:at]) {
				continue
			}
			before = before[clause+1:]
		}
		if before != "" && isWord(before[len(before)-1]) || !strings.Contains(before, "安全性") || strings.HasPrefix(after, "危") || containsAny(before,
			"危险", "可靠性", "使用性", "子单元", "构件", "承重结构", "地基", "基础", "围护", "楼层", "质量", "资质", "强度") {
			continue
		}
		b.WriteString(s[done:m[0]] + s[m[0]:m[0]+1] + "su级")
		done = m[1]
	}
	return b.String() + s[done:]
}

// ofPart tells whether a sentence began with a part of the house and has named
// no whole since.
func ofPart(s string) bool {
	part := -1
	for _, w := range []string{"子单元", "承重结构", "地基基础", "围护"} {
		part = max(part, strings.LastIndex(s, w))
	}
	return part >= 0 && !containsAny(s[part:], "房屋", "鉴定单元", "该楼", "本楼", "综合评")
}

func isWord(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z'
}

func containsAny(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

// mend writes a phrase where all but one of its characters stand (two of eight
// or more) and the others were unsure. A character that denies is never
// written over: 不 may be what matters most.
func mend(rs []rune, cs []Char, phrase []rune) {
	if len(phrase) < 4 {
		return
	}
	allowed := 1 + (len(phrase) / 8)
	for i := 0; i+len(phrase) <= len(rs); i++ {
		wrong := 0
		for j, want := range phrase {
			got := rs[i+j]
			if got == want {
				continue
			}
			if wrong++; wrong > allowed || cs[i+j].Confidence >= unsure || strings.ContainsRune("不未无非没否", got) || !unicode.Is(unicode.Han, got) {
				wrong = allowed + 1
				break
			}
		}
		if wrong > 0 && wrong <= allowed {
			copy(rs[i:], phrase)
		}
	}
}

// candidate are the signs of a line that is read again: a letter of a grade,
// words that go with grades and with hazards.
var candidate = regexp.MustCompile(`[ABCDO08][ _.(（]?[sS5]?[uUvn]|[A-D] ?` + level + `|[IVlⅠⅡⅢⅣⅤ]+ ?` + level +
	`|[一二三四]级|危险|危房|整体|评定|等级|承载|结论|Dsu|停止|拆除`)

// Candidate tells whether a line may hold a grade or a hazard.
func Candidate(s string) bool { return candidate.MatchString(s) }

// gradeLike finds the grades of a tolerated line.
var gradeLike = regexp.MustCompile(`[A-Da-d](?:su|ss|u|s)|[A-D]级|[ⅠⅡⅢⅣ]级`)

func gradesOf(cs []Char) string {
	return strings.Join(gradeLike.FindAllString(Tolerate(cs), -1), " ")
}

// vote picks the reading of a line whose grades the readings agree on most,
// and of those that have them the one of most worth. Between grades that are
// as good as equally likely, the worse stands.
func vote(rs []reading) reading {
	weight := map[string]float64{}
	for _, r := range rs {
		weight[gradesOf(r.chars)] += max(0.05, worth(r.chars))
	}
	kinds := make([]string, 0, len(weight))
	for k := range weight {
		kinds = append(kinds, k)
	}
	// Readings without a grade have often lost it: it takes more of them.
	score := func(k string) float64 {
		if k == "" {
			return weight[k] * 0.5
		}
		return weight[k]
	}
	slices.SortFunc(kinds, func(a, b string) int {
		x, y := score(a), score(b)
		if x > 1.15*y || y > 1.15*x {
			if x > y {
				return -1
			}
			return 1
		}
		return strings.Compare(worst(b), worst(a))
	})
	var best *reading
	for i := range rs {
		if gradesOf(rs[i].chars) == kinds[0] && (best == nil || worth(rs[i].chars) > worth(best.chars)) {
			best = &rs[i]
		}
	}
	return *best
}

// worst is the letter of the worst grade among several.
func worst(grades string) string {
	w := ""
	for _, g := range strings.Fields(grades) {
		l := string([]rune(strings.ToUpper(g))[:1])
		if i := strings.IndexAny("ⅠⅡⅢⅣ", l); i >= 0 {
			l = string("ABCD"[i/len("Ⅰ")])
		}
		w = max(w, l)
	}
	return w
}
