package reading

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// A report whose headings bear no number sets them alike: the same size, the same
// left edge, alone on their lines. Where two of them are known by their words
// (鉴定依据, 处理建议), others are by their place (鉴定结果, 处理).

// markAlike marks the lines that are such headings.
func markAlike(pages [][]*line) {
	var known []*line
	for _, lines := range pages {
		for _, l := range lines {
			if len(l.cells) == 1 && !l.framed() && bare.MatchString(newPassage(l.glyphs()).text) {
				known = append(known, l)
			}
		}
	}
	if len(known) < 2 {
		return
	}
	for _, lines := range pages {
		for _, l := range lines {
			alike := 0
			for _, k := range known {
				if k != l && math.Abs(k.size-l.size) < 0.03*l.size && math.Abs(k.x0()-l.x0()) < 0.3*l.size {
					alike++
				}
			}
			l.alike = alike >= 2 && len(l.cells) == 1 && !l.framed() && namesPart(newPassage(l.glyphs()).text)
		}
	}
}

// namesPart tells whether a text is nothing but a few words of a section.
func namesPart(t string) bool {
	n := utf8.RuneCountInString(t)
	return n >= 2 && n <= 12 && !strings.ContainsAny(t, "。;!?,:、《》()0123456789") && !gradeToken.MatchString(t) && labelOf(t) == fNone && !titleEnd.MatchString(t) &&
		!nounEnd.MatchString(t) && !assertive.MatchString(t) && !advisory.MatchString(t) && ofHouseItself(matchSection(t))
}

// ofHouseItself: what a part under such a heading says is said of the house, and
// looked at. That others are quoted, or rules, takes a heading that says so itself.
func ofHouseItself(s section) bool {
	switch s {
	case "", secDeclaration, secBasis, secHistory, secNeighbours, secEquipment:
		return false
	}
	return true
}

// framed tells whether a line stands between the ruled lines of a table.
func (l *line) framed() bool {
	return l.ruled != nil && slices.ContainsFunc(l.cells, func(c *cell) bool {
		_, ok := l.ruled.frame(c)
		return ok
	})
}
