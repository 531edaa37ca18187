package reading

import (
	"strings"
	"unicode/utf8"
)

// 编　　号：HX-26-119. A label whose characters are set apart to the width of the
// others is one label, however wide its gaps.

// joinLabels joins the cells of such a label.
func joinLabels(pages [][]*line) {
	for _, lines := range pages {
		for _, l := range lines {
			for i := 0; i+1 < len(l.cells); i++ {
				if a, b := l.cells[i], l.cells[i+1]; spacedLabel(a.folded(), b.folded()) {
					a.glyphs = append(append([]glyph{}, a.glyphs...), b.glyphs...)
					a.x1, a.y0, a.y1, a.last = b.x1, min(a.y0, b.y0), max(a.y1, b.y1), b.last
					l.cells = append(l.cells[:i+1:i+1], l.cells[i+2:]...)
				}
			}
		}
	}
}

// spacedLabel tells whether a is the first character or two of a label that ends
// in b before its colon.
func spacedLabel(a, b string) bool {
	end, _, ok := strings.Cut(b, ":")
	return ok && utf8.RuneCountInString(a) <= 2 && utf8.RuneCountInString(end) <= 2 && labelOf(a) == fNone && labelOf(a+end) != fNone
}
