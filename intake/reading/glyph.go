package reading

import "jianding/intake/pdf"

// glyph is one character on a page, from the text layer or from recognition.
type glyph struct {
	r    rune
	box  [4]float64 // x0, y0, x1, y1 in points, origin at the lower left
	size float64    // em in points
	page int
	ocr  bool
	conf float64 // of recognition, 0 to 1
	soft bool    // a space or line end that the engine inferred
	side *sheet  // the turned part of the page on which it stands, or nil
}

func (g glyph) cy() float64 { return (g.box[1] + g.box[3]) / 2 }

// Word is one word or line that an OCR engine recognised: its text, its box
// on the page as displayed (points, origin at the lower left) and its
// confidence from 0 to 1.
type Word struct {
	Text       string
	Box        [4]float64
	Confidence float64
}

// glyphsOf turns the characters of a page into glyphs; what a reader would not
// see comes back apart.
func glyphsOf(page int, info pdf.PageInfo, chars []pdf.Char) (seen, hidden []glyph) {
	seen = make([]glyph, 0, len(chars))
	for _, c := range chars {
		g := glyph{r: c.R, box: c.Box, size: emOf(c), page: page, soft: c.Generated}
		if c.Turn != 0 {
			g.side = sheetOf(c.Turn, info)
		}
		switch {
		case c.Generated:
			seen = append(seen, g)
		case c.Hidden, outside(g, info), g.size < tiniest && !blank(c.R):
			hidden = append(hidden, g)
		default:
			seen = append(seen, g)
		}
	}
	return seen, hidden
}

// tiniest is the size in points below which print cannot be read by eye.
const tiniest = 2.5

func blank(r rune) bool {
	if r > ' ' && r < 0x7f || r >= 0x4E00 && r <= 0x9FFF {
		return false
	}
	return foldRune(r) == ""
}

func outside(g glyph, info pdf.PageInfo) bool {
	if info.Width <= 0 || info.Height <= 0 || blank(g.r) {
		return false
	}
	return g.box[2] <= 0 || g.box[3] <= 0 || g.box[0] >= info.Width || g.box[1] >= info.Height
}

// emOf returns the em of a character. Some producers set text at size 1 and
// scale it by matrix: when the stated size cannot be that of the box, the box
// decides.
func emOf(c pdf.Char) float64 {
	h, w := c.Box[3]-c.Box[1], c.Box[2]-c.Box[0]
	big := max(h, w)
	if big <= 0 {
		return c.Size
	}
	if c.Size <= 0 || big > 2.2*c.Size || isHan(c.R) && big < 0.25*c.Size {
		return big / 0.92
	}
	return c.Size
}

// recognised lays the words of an OCR engine out as glyphs: the width of a word
// is shared among its characters, a Chinese one counting twice.
func recognised(page int, words []Word) []glyph {
	var out []glyph
	for _, w := range words {
		var total float64
		for _, r := range w.Text {
			total += advance(r)
		}
		if total == 0 {
			continue
		}
		x, unit := w.Box[0], (w.Box[2]-w.Box[0])/total
		h := w.Box[3] - w.Box[1]
		for _, r := range w.Text {
			x1 := x + unit*advance(r)
			out = append(out, glyph{r: r, box: [4]float64{x, w.Box[1], x1, w.Box[3]},
				size: h * 0.85, page: page, ocr: true, conf: w.Confidence})
			x = x1
		}
		out = append(out, glyph{r: '\n', page: page, soft: true, ocr: true})
	}
	return out
}

func advance(r rune) float64 {
	if r >= 0x2E80 {
		return 2
	}
	return 1.1
}
