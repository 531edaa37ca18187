package readingtest

import (
	"fmt"

	"jianding/intake/pdf"
)

// Page is one page of placed characters in the order in which the page holds
// them.
type Page struct {
	Width, Height float64
	Chars         []pdf.Char
	ImageShare    float64
}

// Pages is a set document. It is a pdf.Source.
type Pages []Page

var _ pdf.Source = Pages(nil)

// NumPages returns the number of pages.
func (p Pages) NumPages() int { return len(p) }

func (p Pages) page(n int) (Page, error) {
	if n < 1 || n > len(p) {
		return Page{}, fmt.Errorf("readingtest: no page %d of %d", n, len(p))
	}
	return p[n-1], nil
}

// Page returns the geometry of page n.
func (p Pages) Page(n int) (pdf.PageInfo, error) {
	pg, err := p.page(n)
	return pdf.PageInfo{Number: n, Width: pg.Width, Height: pg.Height}, err
}

// Text returns the runes of the page's characters.
func (p Pages) Text(n int) (string, error) {
	pg, err := p.page(n)
	out := make([]rune, 0, len(pg.Chars))
	for _, c := range pg.Chars {
		out = append(out, c.R)
	}
	return string(out), err
}

// Chars returns a copy of the page's characters.
func (p Pages) Chars(n int) ([]pdf.Char, error) {
	pg, err := p.page(n)
	return append([]pdf.Char(nil), pg.Chars...), err
}

// ImageShare returns the share of the page that images cover.
func (p Pages) ImageShare(n int) (float64, error) {
	pg, err := p.page(n)
	return pg.ImageShare, err
}

// PlainText returns the text of all pages.
func (p Pages) PlainText() string {
	out := ""
	for n := range p {
		t, _ := p.Text(n + 1)
		out += t + "\n\f"
	}
	return out
}

// garble returns the page as a wrong or missing CMap would decode it: every
// character another one, geometry unchanged.
func (p Page) garble() Page {
	out := p
	out.Chars = append([]pdf.Char(nil), p.Chars...)
	for i, c := range out.Chars {
		if c.Generated || c.R <= ' ' {
			continue
		}
		// The code read as a glyph number of another font: spread over private
		// use, rare ideographs and symbols.
		switch c.R % 3 {
		case 0:
			out.Chars[i].R = 0xE000 + c.R%0x800
		case 1:
			out.Chars[i].R = 0x3400 + (c.R*7)%0x1900
		default:
			out.Chars[i].R = 0x0100 + (c.R*5)%0x180
		}
	}
	return out
}

// scan returns the page as a picture of itself.
func (p Page) scan() Page { return Page{Width: p.Width, Height: p.Height, ImageShare: 1} }
