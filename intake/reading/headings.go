package reading

import (
	"strconv"
	"strings"
)

// markSections gives every item the section of the heading above it.
func markSections(items []*item) {
	cur, unit := secCover, ""
	level, opened, counted := 0, "", ""
	for i, it := range items {
		if it.heading && cur == secConclusion && i > 0 && tornFrom(items[i-1], it) {
			it.heading = false
		}
		if it.heading && cur == secConclusion && countsOn(opened, counted, it.text.text) {
			it.heading = false // 3、委托鉴定房屋的可靠 / 性评级为II级
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
			deep := depth(num)
			if num == "" {
				deep = 9 // an unnumbered heading holds no numbered one
			}
			if u := unitHeading(t[len(num):]); u != "" {
				unit = u
			} else if deep <= level {
				unit = ""
			}
			s := sectionOf(t)
			if cur == secConclusion && enclosing(s) && listsOn(opened, num, deep > level) {
				s = "" // an item of the conclusion, cut off before its end
			}
			// A deeper heading inside a section changes it only when it is one
			// of the sections that decide.
			if s != "" && (deep <= level || level == 0 || level == 9 || deep == 9 || decides(s) || cur == secCover) {
				cur = s
				level = deep
				opened = num
			} else if s != "" && deep > level {
				// keep the parent's section
			} else if deep <= level && s == "" && unit == "" {
				level = deep
			}
		} else if it.table == nil {
			if s, ok := inlineHeading(it.text.text); ok && !enclosing(cur) {
				cur = s
			}
		}
		it.section, it.unit = cur, unit
	}
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
// "鉴定结论：该房屋……".
func inlineHeading(t string) (section, bool) {
	m := inlineHead.FindStringSubmatch(t)
	if m == nil {
		return "", false
	}
	s := sectionOf(m[1])
	return s, s == secConclusion || s == secAdvice || s == secBasis
}

var inlineHead = re(`^(?:[(]?[0-9一二三四五六七八九十]{1,3}[)、.]?)?((?:房屋|安全性?|检测|综合|最终)?(?:鉴定|评定|处理|整治|处置)?(?:结论|意见|建议|依据)(?:[及与和](?:处理)?(?:建议|意见))?):`)
