package readingtest

import (
	"regexp"
	"strings"
)

// Marks inside a block's text, from the private-use area. They never reach a
// page: the layout obeys them.
const (
	markSub     = '\uE000' // what follows is set as a subscript, in the same line of text
	markSubEnd  = '\uE001'
	markSubRow  = '\uE002' // a subscript whose characters the page holds as a line of their own
	markSubEnd2 = '\uE003'
	markSubLate = '\uE004' // a subscript whose characters come after the rest of the line
	markSubEnd3 = '\uE005'
	markBreak   = '\uE006' // a line break in mid-sentence
	markPage    = '\uE007' // a page break in mid-sentence
)

func isMark(r rune) bool { return r >= markSub && r <= markPage }

// Typography is how an agency prints the letters of a grade.
type Typography string

const (
	Plain       Typography = "plain"        // Dsu
	Subscript   Typography = "subscript"    // D with su below, in order
	SubOwnLine  Typography = "sub_own_line" // the same, su a line of its own
	SubLate     Typography = "sub_late"     // the same, su after the rest of the line
	Underscore  Typography = "underscore"   // D_su
	Parens      Typography = "parens"       // D_(su)
	Spaced      Typography = "spaced"       // D su
	FullWidth   Typography = "full_width"   // Ｄｓｕ
	Unicode     Typography = "unicode"      // Dₛᵤ
	Upper       Typography = "upper"        // DSU
	Traditional Typography = "traditional"  // Dsu級
	SpacedUnit  Typography = "spaced_unit"  // Dsu 级
)

// Typographies lists all of them.
func Typographies() []Typography {
	return []Typography{Plain, Subscript, SubOwnLine, SubLate, Underscore, Parens, Spaced, FullWidth, Unicode, Upper, Traditional, SpacedUnit}
}

// gradeToken finds the grades of GB 50292 and GB 55021 in a text: a letter
// with su, ss, u or s.
var gradeToken = regexp.MustCompile(`[A-D](?:su|ss)|[A-Da-d]u`)

// Set prints the grades of a text in this typography. Roman numerals and
// danger classes change only where the whole line does (full width, 級).
func (t Typography) Set(text string) string {
	out := gradeToken.ReplaceAllStringFunc(text, func(g string) string {
		letter, sub := g[:1], g[1:]
		member := letter >= "a"
		switch t {
		case Subscript:
			return letter + string(markSub) + sub + string(markSubEnd)
		case SubOwnLine:
			return letter + string(markSubRow) + sub + string(markSubEnd2)
		case SubLate:
			return letter + string(markSubLate) + sub + string(markSubEnd3)
		case Underscore:
			return letter + "_" + sub
		case Parens:
			return letter + "_(" + sub + ")"
		case Spaced:
			return letter + " " + sub
		case FullWidth:
			return wide(g)
		case Unicode:
			return letter + strings.NewReplacer("s", "ₛ", "u", "ᵤ").Replace(sub)
		case Upper:
			// Capitals would make Au of au; agencies that write DSU keep the
			// members' small letters.
			if member || sub == "u" {
				return g
			}
			return letter + strings.ToUpper(sub)
		}
		return g
	})
	switch t {
	case Traditional:
		out = strings.ReplaceAll(out, "级", "級")
	case SpacedUnit:
		out = regexp.MustCompile(`((?:su|[A-DⅠ-Ⅳ]))级`).ReplaceAllString(out, "$1 级")
	case FullWidth:
		out = regexp.MustCompile(`[A-D]级`).ReplaceAllStringFunc(out, wide)
	}
	return out
}

func wide(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' {
			return r - '!' + '！'
		}
		return r
	}, s)
}

// Numeral is how an agency prints Ⅰ–Ⅳ.
type Numeral string

const (
	Roman   Numeral = "roman"   // Ⅳ, one character
	Letters Numeral = "letters" // IV
	Chinese Numeral = "chinese" // 四
)

// Set prints a plain reliability grade (I … IV).
func (n Numeral) Set(grade string) string {
	i := map[string]int{"I": 0, "II": 1, "III": 2, "IV": 3}[grade]
	switch n {
	case Letters:
		return grade
	case Chinese:
		return []string{"一", "二", "三", "四"}[i]
	}
	return []string{"Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"}[i]
}
