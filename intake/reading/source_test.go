package reading

import (
	"strings"

	"jianding/intake/pdf"
)

// textSource sets plain text into pages: one line of text per line, twelve
// points, forty lines a page.
type textSource struct{ pages [][]pdf.Char }

func setText(text string) textSource {
	var s textSource
	lines := strings.Split(text, "\n")
	for len(lines) > 0 {
		n := min(40, len(lines))
		var page []pdf.Char
		for i, l := range lines[:n] {
			x, y := 60.0, 780-18*float64(i)
			for _, r := range l {
				w := 6.0
				if r >= 0x2E80 {
					w = 12
				}
				page = append(page, pdf.Char{R: r, Box: [4]float64{x, y, x + w, y + 11}, Size: 12})
				x += w
			}
			page = append(page, pdf.Char{R: '\n', Generated: true})
		}
		s.pages = append(s.pages, page)
		lines = lines[n:]
	}
	return s
}

func (s textSource) NumPages() int { return len(s.pages) }
func (s textSource) Page(n int) (pdf.PageInfo, error) {
	return pdf.PageInfo{Number: n, Width: 595, Height: 842}, nil
}
func (s textSource) Text(n int) (string, error) {
	var b strings.Builder
	for _, c := range s.pages[n-1] {
		b.WriteRune(c.R)
	}
	return b.String(), nil
}
func (s textSource) Chars(n int) ([]pdf.Char, error) { return s.pages[n-1], nil }
func (s textSource) ImageShare(int) (float64, error) { return 0, nil }
