package schemas

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SamePlace says whether two addresses can be of one house, however much of
// city, district and town either leaves out and however precisely either says
// the rest: "几江街道中山路8号" and "重庆市江津区几江街道中山路8号1幢". Different numbers,
// or different towns, are different houses. An address that nobody knows is
// no other place.
func SamePlace(a, b string) bool {
	a, b = bareAddress(a), bareAddress(b)
	if utf8.RuneCountInString(a) > utf8.RuneCountInString(b) {
		a, b = b, a
	}
	if a == "" || a == b {
		return true
	}
	// Less than a street and a number is inside too many addresses.
	if utf8.RuneCountInString(a) < 4 {
		return false
	}
	for from := 0; ; {
		i := strings.Index(b[from:], a)
		if i < 0 {
			return false
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(b[:i])
		after, _ := utf8.DecodeRuneInString(b[i+len(a):])
		first, _ := utf8.DecodeRuneInString(a)
		last, _ := utf8.DecodeLastRuneInString(a)
		// "1号" is not in "11号".
		if !(unicode.IsDigit(first) && unicode.IsDigit(before)) && !(unicode.IsDigit(last) && unicode.IsDigit(after)) {
			return true
		}
		from = i + utf8.RuneLen(first)
	}
}

// bareAddress is an address without typesetting and without the city and
// district that all of them share.
func bareAddress(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' { // full width
			r -= '！' - '!'
		}
		if r == '#' {
			return '号'
		}
		if unicode.IsSpace(r) || unicode.IsPunct(r) && r != '-' || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, FoldRadicals(s))
	s = written.ReplaceAllStringFunc(s, func(w string) string {
		number, unit := w[:len(w)-len("号")], w[len(w)-len("号"):]
		return strconv.Itoa(numeral(number)) + unit
	})
	for _, p := range []string{"重庆市", "重庆", "江津区"} {
		s = strings.TrimPrefix(s, p)
	}
	return s
}

// written is a number of a house, a unit or a group of a village in characters:
// 一号楼 is 1号楼.
var written = regexp.MustCompile(`[一二三四五六七八九十]{1,3}[号栋幢座单组社]`)

// numeral reads a number below a hundred: 八, 十二, 二十一.
func numeral(s string) int {
	n, last := 0, 0
	for _, r := range s {
		if r == '十' {
			n += max(last, 1) * 10
			last = 0
			continue
		}
		last = strings.IndexRune("一二三四五六七八九", r)/len("一") + 1
	}
	return n + last
}
