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
		s.pages = append(s.pages, setAt(nil, 60, 780, lines[:n]...))
		lines = lines[n:]
	}
	return s
}

// setAt sets lines one below the other from a place on.
func setAt(page []pdf.Char, x, y float64, lines ...string) []pdf.Char {
	for _, l := range lines {
		at := x
		for _, r := range l {
			w := 6.0
			if r >= 0x2E80 {
				w = 12
			}
			page = append(page, pdf.Char{R: r, Box: [4]float64{at, y, at + w, y + 11}, Size: 12})
			at += w
		}
		page = append(page, pdf.Char{R: '\n', Generated: true})
		y -= 18
	}
	return page
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

// setRows sets rows of entries that begin at the given places (points from the
// left), one page, as producers do cell by cell; empty entries are not set. A
// row of one entry is a line of text. rowHeight 0 is 18 points.
func setRows(rowHeight float64, rows ...[]string) func(at ...float64) textSource {
	return func(at ...float64) textSource {
		if rowHeight == 0 {
			rowHeight = 18
		}
		var page []pdf.Char
		y := 800.0
		for _, row := range rows {
			for i, entry := range row {
				lines := strings.Split(entry, "\n")
				for k, l := range lines {
					x, up := at[i], y+float64(len(lines)-1)*7.5-15*float64(k)
					if entry == "" {
						continue
					}
					for _, r := range l {
						w := 6.0
						if r >= 0x2E80 || r == '√' {
							w = 12
						}
						page = append(page, pdf.Char{R: r, Box: [4]float64{x, up, x + w, up + 11}, Size: 12})
						x += w
					}
					page = append(page, pdf.Char{R: '\n', Generated: true})
				}
			}
			y -= rowHeight
		}
		return textSource{[][]pdf.Char{page}}
	}
}

// turned is a page whose text from the given line on is drawn turned.
type turned struct {
	textSource
	from, by int
}

func (s turned) Chars(n int) ([]pdf.Char, error) {
	out := append([]pdf.Char(nil), s.pages[n-1]...)
	line := 0
	for i, c := range out {
		if line >= s.from && !c.Generated {
			b := c.Box
			switch c.Turn = s.by; s.by {
			case 90:
				b = [4]float64{842 - b[3], b[0], 842 - b[1], b[2]}
			case 180:
				b = [4]float64{595 - b[2], 842 - b[3], 595 - b[0], 842 - b[1]}
			case 270:
				b = [4]float64{b[1], 842 - b[2], b[3], 842 - b[0]}
			}
			out[i].Box, out[i].Turn = b, s.by
		}
		if c.R == '\n' {
			line++
		}
	}
	return out, nil
}

func (s turned) Page(n int) (pdf.PageInfo, error) {
	return pdf.PageInfo{Number: n, Width: 842, Height: 842}, nil
}
