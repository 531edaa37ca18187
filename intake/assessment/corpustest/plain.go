package corpustest

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Plain folds a printed value for comparison: NFKC (which covers the Kangxi
// radicals), the CJK radicals supplement (which it does not), no white space.
func Plain(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(s) {
		if r >= 0x2E80 && r <= 0x2EFF {
			if u, ok := supplement[r]; ok {
				r = u
			}
		}
		if !unicode.IsSpace(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// supplement is the part of Unicode's EquivalentUnifiedIdeograph.txt for the
// CJK Radicals Supplement whose radicals are characters in their own right:
// only those can stand for a character in a document's text.
var supplement = map[rune]rune{
	'⺁': '厂', '⺊': '卜', '⺎': '兀', '⺒': '巳', '⺓': '幺', '⺝': '月', '⺟': '母', '⺠': '民',
	'⺩': '王', '⺫': '目', '⺬': '示', '⺮': '竹', '⺱': '罓', '⺶': '羊', '⺹': '耂', '⺻': '聿',
	'⺼': '肉', '⻁': '虎', '⻃': '覀', '⻄': '西', '⻅': '见', '⻆': '角', '⻇': '角', '⻉': '贝',
	'⻊': '足', '⻋': '车', '⻑': '長', '⻓': '长', '⻔': '门', '⻗': '雨', '⻘': '青', '⻙': '韦',
	'⻚': '页', '⻛': '风', '⻜': '飞', '⻝': '食', '⻞': '食', '⻡': '首', '⻢': '马', '⻣': '骨',
	'⻤': '鬼', '⻥': '鱼', '⻦': '鸟', '⻧': '卤', '⻨': '麦', '⻩': '黄', '⻪': '黾', '⻬': '齐',
	'⻮': '齿', '⻰': '龙', '⻳': '龟',
}
