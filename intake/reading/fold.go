package reading

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"jianding/schemas"
)

// variants are further pairs that mean the same in a report: traditional
// forms, look-alike letters of other scripts (a Cyrillic С is drawn as C) and
// the kinds of dash that typesetting makes of a hyphen.
const variants = "級级樓楼棟栋號号為为層层構构鑒鉴鑑鉴" +
	"АAВBСCАAΑAΒBаaсcѕsВB" +
	"‐-‑-‒-–-—-―-−-﹣-～~〜~∼~﹟#＃#〇〇○〇" +
	"丨|ı|" +
	// boxes and ticks of Wingdings, which has no characters of its own
	"\uF0FE☑\uF052☑\uF0A8□\uF06F□\uF0A3□\uF071□\uF0FC√"

var foldTable = func() map[rune]rune {
	m := make(map[rune]rune)
	for _, table := range []string{schemas.Radicals, variants, traditional} {
		rs := []rune(table)
		for i := 0; i+1 < len(rs); i += 2 {
			m[rs[i]] = rs[i+1]
		}
	}
	return m
}()

// foldedHan marks the Chinese characters that foldTable has: few, and asked for
// with every character of a report.
var foldedHan = func() (marked [(lastHan-firstHan)/64 + 1]uint64) {
	for r := range foldTable {
		if r >= firstHan && r <= lastHan {
			marked[(r-firstHan)/64] |= 1 << ((r - firstHan) % 64)
		}
	}
	return marked
}()

// The bulk of every page.
const firstHan, lastHan = 0x4E00, 0x9FFF

func foldHan(r rune) rune {
	if foldedHan[(r-firstHan)/64]&(1<<((r-firstHan)%64)) != 0 {
		return foldTable[r]
	}
	return r
}

// foldedMarks is what becomes of the punctuation and full-width letters between
// them.
var foldedMarks = func() map[rune]string {
	out := make(map[rune]string)
	for _, block := range [][2]rune{{0x2010, 0x2040}, {0x3000, 0x3020}, {0xFF00, 0xFF60}} {
		for r := block[0]; r < block[1]; r++ {
			out[r] = foldOther(r)
		}
	}
	return out
}()

// foldRune returns what a character means to the rules: NFKC, radicals and
// variants folded, white space and invisible characters gone (""). Circled
// numbers keep their circle, because they mark axes and list items.
func foldRune(r rune) string {
	switch {
	case r < 0x80:
		if r <= ' ' || r == 0x7f {
			return ""
		}
		return string(r)
	case r >= firstHan && r <= lastHan:
		return string(foldHan(r))
	case r >= 0x2460 && r <= 0x24FF, r >= 0x2776 && r <= 0x2793:
		return string(r)
	}
	if f, ok := foldedMarks[r]; ok {
		return f
	}
	return foldOther(r)
}

func foldOther(r rune) string {
	if f, ok := foldTable[r]; ok {
		return string(f)
	}
	if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.IsControl(r) {
		return ""
	}
	s := norm.NFKC.String(string(r))
	if s == string(r) {
		return s
	}
	var b strings.Builder
	for _, x := range s {
		if unicode.IsSpace(x) {
			continue
		}
		if f, ok := foldTable[x]; ok {
			x = f
		}
		b.WriteRune(x)
	}
	return b.String()
}

// fold is foldRune over a string.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		writeFolded(&b, r)
	}
	return b.String()
}

// writeFolded writes foldRune(r), without a string of its own for the bulk of
// every page.
func writeFolded(b *strings.Builder, r rune) {
	switch {
	case r > ' ' && r < 0x7f:
		b.WriteByte(byte(r))
	case r >= firstHan && r <= lastHan:
		b.WriteRune(foldHan(r))
	default:
		b.WriteString(foldRune(r))
	}
}

// isHan tells whether r is a Chinese character as folded.
func isHan(r rune) bool { return r >= 0x3400 && r <= 0x9FFF || r >= 0x20000 && r <= 0x3FFFF }

// passage is folded text whose every byte leads back to the glyph that it
// came from, so that what a rule finds can be quoted and marked as printed.
type passage struct {
	text   string
	back   []int32 // byte offset in text → index in glyphs
	glyphs []glyph
}

func newPassage(glyphs []glyph) passage {
	p := passage{glyphs: glyphs, back: make([]int32, 0, len("级")*len(glyphs))}
	var b strings.Builder
	b.Grow(len("级") * len(glyphs))
	for i := range glyphs {
		from := b.Len()
		writeFolded(&b, glyphs[i].r)
		for range b.Len() - from {
			p.back = append(p.back, int32(i))
		}
	}
	p.text = b.String()
	return p
}

// plain makes a passage of text that has no geometry.
func plain(s string, page int) passage {
	var gs []glyph
	for _, r := range s {
		gs = append(gs, glyph{r: r, page: page})
	}
	return newPassage(gs)
}

func (p passage) sub(from, to int) []glyph {
	if from >= to || from >= len(p.back) {
		return nil
	}
	last := int(p.back[to-1])
	return p.glyphs[p.back[from] : last+1]
}

// asDrawn returns the character that a reader sees: producers write a radical,
// or a compatibility character, for an ideograph that has the same glyph, and a
// name in which one of them stands is found by no search and equals no other.
func asDrawn(r rune) rune {
	switch {
	case r >= 0x2E80 && r <= 0x2EFF:
		if f, ok := foldTable[r]; ok {
			return f
		}
	case r >= 0x2F00 && r <= 0x2FDF, r >= 0xF900 && r <= 0xFAFF:
		if f := []rune(norm.NFKC.String(string(r))); len(f) == 1 {
			return f[0]
		}
	}
	return r
}

// printed returns the text of glyphs as printed, white space reduced: none
// beside Chinese characters, one space between other words.
func printed(glyphs []glyph) string {
	var b strings.Builder
	space := false
	var last rune
	for _, g := range glyphs {
		if blank(g.r) {
			space = last != 0
			continue
		}
		if space && last < 0x2E80 && g.r < 0x2E80 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(asDrawn(g.r))
		last = g.r
	}
	return b.String()
}
