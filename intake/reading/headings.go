package reading

import (
	"strconv"
	"strings"
)

// markSections gives every item the section of the heading above it, and joins
// the paragraphs of the conclusion that a line that only looks like a heading
// had parted.
func markSections(items []*item) []*item {
	cur, unit := secCover, ""
	level, opened, counted := 0, "", ""
	unitAt := 0 // depth of the heading that named the unit
	parts := "" // the style of the numbers of parts without headings of their own
	scale := false
	graded := false // a conclusion has told a grade
	last := false   // the part stands behind such a conclusion and says what is said besides
	inline := false // cur was opened by a paragraph that begins with its heading
	var out []*item
	for _, it := range items {
		if n := len(out); n > 0 && (cur == secConclusion && it.heading && tornFrom(out[n-1], it) || out[n-1].resumes(it)) {
			out[n-1].goOn(it)
			out[n-1].withdrawn = true // what follows may go on with it as well
			continue
		}
		if it.heading && cur == secConclusion && countsOn(opened, counted, it.text.text) {
			it.heading, it.withdrawn = false, true // 3、委托鉴定房屋的可靠 / 性评级为II级
		}
		behind := section("")
		if it.table == nil && (cur == secConclusion || cur == secAdvice) {
			if behind = partBehind(opened, it.text.text, cur == secAdvice); behind != "" {
				it.heading = true
			}
		}
		if it.table == nil && !it.heading && quoting(cur) && nextPart(opened, it.text.text) {
			it.heading = true
			cur, opened, inline, parts = secInspection, headNumber.FindString(it.text.text), false, ""
		}
		switch num := headNumber.FindString(it.text.text); {
		case cur != secConclusion || it.heading:
			counted = ""
		case num != "":
			counted = num
		}
		if it.table == nil && it.heading {
			t := it.text.text
			num := headNumber.FindString(t)
			if lostNumber.MatchString(t[len(num):]) {
				num = "" // 1号楼: the number is the house's
			}
			deep := depth(num)
			if num == "" {
				deep = 9 // an unnumbered heading holds no numbered one
			}
			if u := unitHeading(t[max(len(num), leadOf(it.text, 0)):]); u != "" {
				unit, unitAt = u, deep
			} else if deep <= unitAt {
				unit = ""
			}
			s := sectionOf(t)
			if behind != "" {
				s, deep = behind, level
			}
			if len(out) == 0 && num == "" && s == secDeclaration && appraisalNo.MatchString(t) {
				s = "" // 夯土房鉴定结果通知及说明, the report's title
			}
			if (s == secConclusion || s == "") && graded && opinion.MatchString(strings.TrimRight(t[len(num):], ":。")) {
				s = secAdvice // 鉴定结论：……B级。 4. 意见
			}
			if cur == secConclusion && enclosing(s) && listsOn(opened, num, deep > level) {
				s = "" // an item of the conclusion, cut off before its end
				it.heading, it.withdrawn = false, true
			}
			// A deeper heading inside a section changes it only when it is one
			// of the sections that decide.
			if s != "" && (deep <= level || level == 0 || level == 9 || deep == 9 || decides(s) || cur == secCover) {
				cur, inline = s, false
				last = graded && s != secConclusion && saysBesides(t[len(num):])
				level = deep
				opened = num
				parts = ""
			} else if s != "" && deep > level {
				// keep the parent's section
			} else if deep <= level && s == "" && unit == "" {
				level = deep
			}
		} else if it.table == nil {
			// A part that a paragraph with its own heading opened ends with the
			// next such paragraph; one under a heading encloses what it quotes.
			if s, ok := inlineHeading(it.text.text); ok && (!enclosing(cur) || inline) {
				cur, inline = s, true
			} else if s := inlineSection(it.text.text); inline && enclosing(cur) && s != "" {
				cur = s
			}
			// Parts of one paragraph each follow one another in one style of
			// number; a list inside a part with a heading of its own does not.
			if s, style := inlineNumbered(it.text.text); s != "" && (parts == style || parts == "" && (cur == secCover || cur == secOverview)) {
				cur, parts = s, style
			}
		}
		if it.table == nil && !it.heading && (cur == secConclusion || cur == secRating) {
			if u := unitAlone(it.text.text[leadOf(it.text, 0):]); u != "" {
				unit = u
			}
		}
		it.section, it.unit, it.behind = cur, unit, last
		graded = graded || cur == secConclusion && !it.heading && it.table == nil && gradeToken.MatchString(it.text.text)
		if len(out) > 0 {
			it.prior = out[len(out)-1]
		}
		out = append(out, it)
		it.scale, scale = scaleAt(it, scale)
	}
	return out
}

// opinion: a heading that names a conclusion, or what follows from one.
var opinion = re(`^(?:几点|有关|相关|使用|我[所院站司们]的?|本[所院站司]的?)?意见$`)

// resumes tells whether next goes on with a paragraph that had looked like a
// heading.
func (it *item) resumes(next *item) bool {
	return it.withdrawn && next.table == nil && !next.heading && next.first != nil && continues(it, newPassage(next.first.glyphs()).text, next.first)
}

// unitAlone returns the unit whose name is all that a line says; what follows
// is about it.
func unitAlone(t string) string {
	t = strings.TrimRight(t, ":")
	if us := unitsIn(t, nil); len(us) == 1 && us[0] == t {
		return t
	}
	return ""
}

// scaleTitle names a reprint of a standard's scale.
var scaleTitle = re(`分级|(?:评级|等级)(?:标准|划分|说明|释义|定义)`)

// scaleAt tells whether an item stands where a standard's scale is reprinted,
// and whether the next one may. It begins with a caption or heading that says
// so and ends with the next one or, outside appendices, with a paragraph of
// prose: a scale that a page's end tore apart has lost the form of a table.
func scaleAt(it *item, open bool) (here, next bool) {
	switch {
	case it.section == secConclusion || it.section == secAdvice:
		return false, false
	case it.table != nil:
		return open, open
	case it.heading, captioned.MatchString(it.text.text):
		open = scaleTitle.MatchString(it.text.text)
		return open, open
	case open && it.section != secAppendix && strings.HasSuffix(it.text.text, "。"):
		return true, false
	}
	return open, open
}

// tornFrom tells whether a short line without a number that looks like a
// heading is the rest of the sentence before it, which has no end:
// 该栋房屋可靠性 / 鉴定评级 / 结果为二级.
func tornFrom(before, it *item) bool {
	if before.table != nil || before.heading || it.table != nil || headNumber.FindString(it.text.text) != "" {
		return false
	}
	t := strings.TrimRight(before.text.text, `"” `)
	return t != "" && !strings.HasSuffix(t, "。") && !strings.ContainsAny(t[len(t)-1:], ";:!?.)")
}

// listsOn tells whether a numbered heading counts inside the section that
// another one opened: it is deeper, or its number does not come after.
func listsOn(opened, num string, deeper bool) bool {
	if num == "" {
		return false
	}
	a, okA := leadingNumber(opened)
	b, okB := leadingNumber(num)
	return deeper || okB && (!okA || b <= a)
}

// countsOn tells whether what looks like a heading inside the conclusion is its
// next item: its number follows that of the item before, in the same style, or
// begins a list in another style than the conclusion's own number. Headings
// of the parts that follow a conclusion are none.
func countsOn(opened, counted, text string) bool {
	num := headNumber.FindString(text)
	b, ok := leadingNumber(num)
	if !ok || b > 30 {
		return false
	}
	switch sectionOf(text) {
	case secAdvice, secAppendix, secConclusion:
		return false
	}
	if a, ok := leadingNumber(counted); ok {
		return numberStyle(counted) == numberStyle(num) && b == a+1
	}
	return counted == "" && opened != "" && b == 1 && numberStyle(opened) != numberStyle(num)
}

// quoting sections hold what is not said of this house now; a part that comes
// after one must not be read as the same.
func quoting(s section) bool {
	return enclosing(s) && s != secAppendix || s == secDeclaration || s == secEquipment
}

// nextPart tells whether a short line without the marks of a sentence bears the
// number after the one that opened the section: 二、鉴定依据 … 三、构件统计. Whatever
// its words mean, another part begins with it.
func nextPart(opened, text string) bool {
	num := headNumber.FindString(text)
	rest := strings.TrimRight(text[len(num):], ":")
	if opened == "" || num == "" || partStyle(num) != partStyle(opened) || len([]rune(rest)) < 2 || len([]rune(rest)) > 14 ||
		strings.ContainsAny(rest, "。;,:《》()0123456789") || advisory.MatchString(rest) || assertive.MatchString(rest) {
		return false
	}
	a, b := numerals1.FindString(opened), numerals1.FindString(num)
	return number(b) == number(a)+1 && number(a) > 0
}

// numberStyle is a number without its digits: "3、" → "、".
func numberStyle(num string) string { return strings.Trim(num, "0123456789 ") }

func leadingNumber(s string) (int, bool) {
	n, err := strconv.Atoi(leadingDigits.FindString(strings.TrimLeft(s, "(")))
	return n, err == nil
}

var leadingDigits = re(`^[0-9]{1,2}`)

// enclosing sections quote others: what looks like a heading inside them is
// part of the quotation.
func enclosing(s section) bool {
	return s == secHistory || s == secNeighbours || s == secAppendix || s == secBasis
}

func decides(s section) bool {
	switch s {
	case secConclusion, secAdvice, secRating, secBasis, secHistory, secNeighbours, secAppendix:
		return true
	}
	return false
}

func depth(num string) int {
	switch {
	case num == "":
		return 1
	case strings.HasPrefix(num, "第"), strings.HasPrefix(num, "附"):
		return 1
	case strings.HasPrefix(num, "("):
		if strings.ContainsAny(num, "0123456789") {
			return 4
		}
		return 2
	case strings.ContainsAny(num, "一二三四五六七八九十"):
		return 1
	}
	return 1 + strings.Count(strings.Trim(num, ".、)"), ".")
}

// inlineHeading recognises a paragraph that begins with its own heading:
// "鉴定结论：该房屋……", "四、鉴定结论。该住房……".
func inlineHeading(t string) (section, bool) {
	m := inlineHead.FindStringSubmatch(t)
	if m == nil {
		return "", false
	}
	s := sectionOf(m[1])
	return s, s == secConclusion || s == secAdvice || s == secBasis
}

// inlineSection returns the section that the words before a paragraph's colon
// name, whatever it is: "危险性分析：……", "7.检查检测结果：……".
func inlineSection(t string) section {
	m := inlineWords.FindStringSubmatch(t)
	if m == nil || advisory.MatchString(m[1]) || assertive.MatchString(m[1]) {
		return ""
	}
	if f := labelOf(m[1]); f != fNone && f != fOther {
		return secCover
	}
	return matchSection(m[1])
}

// inlineNumbered recognises the numbered parts of a letter or short report,
// each a paragraph that begins with its own heading, and returns the style of
// their numbers: "三、鉴定情况。夯土墙体……".
func inlineNumbered(t string) (section, string) {
	m := inlinePart.FindStringSubmatch(t)
	if m == nil || advisory.MatchString(m[2]) || assertive.MatchString(m[2]) || gradeToken.MatchString(m[2]) || labelOf(m[2]) != fNone && labelOf(m[2]) != fOther {
		return "", ""
	}
	return matchSection(m[2]), partStyle(m[1])
}

// partStyle is a number without its digits, Chinese ones included.
func partStyle(num string) string { return numerals1.ReplaceAllString(num, "#") }

var (
	inlineHead  = re(`^(?:[(]?[0-9一二三四五六七八九十]{1,3}[)、.]?|[甲乙丙丁戊己庚辛壬癸][、.])?(?:(?:综上(?:所述)?|[据为鉴因][此]|鉴于(?:此|以上|上述)(?:情况|结论)?|根据(?:以上|上述)[^,。:]{0,10}|现),?)?(?:(?:我[所公院站司单位中心]{1,2}|本[所公院站司单位中心]{1,2})?(?:作出|提出|给出|得出)?(?:如下|以下)?)?((?:房屋|安全性?|检测|综合|最终)?(?:鉴定|评定|处理|整治|处置)?(?:结论|意见|建议|依据)(?:[及与和](?:处理)?(?:建议|意见))?)(?:如下|为|是|认为)?:`)
	inlineWords = re(`^(?:[(]?[0-9一二三四五六七八九十]{1,3}[)、.]+)?(\p{Han}{2,12}):`)
	inlinePart  = re(`^([(]?[0-9一二三四五六七八九十]{1,3}[)、.]+|[甲乙丙丁戊己庚辛壬癸][、.])(\p{Han}{2,12})[:。]`)
	numerals1   = re(`[0-9〇一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾甲乙丙丁戊己庚辛壬癸]+`)
)
