package readingtest

import (
	"fmt"
	"strings"

	"jianding/intake/pdf"
)

// setter sets a document into pages, as a text processor would, and stores the
// characters as PDFium reports them: in the order of the page's content, with
// inferred line ends ("\r\n") and spaces.
type setter struct {
	doc    Document
	layout Layout
	pages  Pages
	cur    *Page
	w, h   float64
	left   float64 // of the current column
	width  float64 // of a column
	column int
	y      float64 // baseline of the last line
}

const margin = 64.0

// Set sets the document into pages by the layout.
func (d Document) Set(l Layout) Pages {
	s := &setter{doc: d, layout: l, w: 595, h: 842}
	if l.Landscape {
		s.w, s.h = s.h, s.w
	}
	if s.layout.Columns < 1 {
		s.layout.Columns = 1
	}
	if s.layout.Size == 0 {
		s.layout.Size = 12
	}
	const gutter = 24
	n := float64(s.layout.Columns)
	s.width = (s.w - 2*margin - gutter*(n-1)) / n
	s.newPage()
	for i, b := range d.Blocks {
		s.block(b, i == 0)
	}
	for i := range s.pages {
		s.running(i)
	}
	return s.pages
}

func (s *setter) newPage() {
	s.pages = append(s.pages, Page{Width: s.w, Height: s.h})
	s.cur = &s.pages[len(s.pages)-1]
	s.column = 0
	s.top()
}

func (s *setter) top() {
	const gutter = 24
	s.left = margin + float64(s.column)*(s.width+gutter)
	s.y = s.h - margin
}

// room moves to the next column or page when height does not fit.
func (s *setter) room(height float64) {
	if s.y-height >= margin {
		return
	}
	s.advance()
}

func (s *setter) advance() {
	if s.column+1 < s.layout.Columns {
		s.column++
		s.top()
		return
	}
	s.newPage()
}

// glyph is one character to place. gen marks characters that the page holds
// after others of the line.
type glyph struct {
	r   rune
	sub int // 0 none, 1 in order, 2 own line, 3 after the line
}

func advanceOf(r rune, size float64) float64 {
	if r < 0x250 {
		return size / 2
	}
	return size
}

// parse turns a text with marks into glyphs; breaks stay as marks.
func parse(text string) []glyph {
	var out []glyph
	sub := 0
	for _, r := range text {
		switch r {
		case markSub:
			sub = 1
		case markSubRow:
			sub = 2
		case markSubLate:
			sub = 3
		case markSubEnd, markSubEnd2, markSubEnd3:
			sub = 0
		default:
			out = append(out, glyph{r, sub})
		}
	}
	return out
}

func (g glyph) width(size float64) float64 {
	if g.sub > 0 {
		size *= 0.6
	}
	return advanceOf(g.r, size)
}

// wrap breaks glyphs into lines of at most width; a page mark starts a line
// whose first glyph is the mark.
func wrap(gs []glyph, width, size float64, indent float64) [][]glyph {
	var lines [][]glyph
	var line []glyph
	x := indent
	flush := func() {
		lines = append(lines, line)
		line, x = nil, 0
	}
	for _, g := range gs {
		if g.r == markBreak || g.r == markPage {
			flush()
			if g.r == markPage {
				line = append(line, g)
			}
			continue
		}
		// A letter and its subscript stay together, as every text processor
		// keeps them; typography.SubOwnLine and BreakEvery part them.
		if x+g.width(size) > width && g.sub == 0 && len(line) > 0 && !strings.ContainsRune("。，；：、）》”", g.r) {
			flush()
		}
		line = append(line, g)
		x += g.width(size)
	}
	if len(line) > 0 || len(lines) == 0 {
		flush()
	}
	return lines
}

func (s *setter) char(r rune, x, y, size float64) {
	w := advanceOf(r, size)
	s.cur.Chars = append(s.cur.Chars, pdf.Char{R: r, Box: [4]float64{x, y - 0.12*size, x + w, y + 0.86*size}, Size: size})
}

// inferred adds characters that PDFium would infer after the last one.
func (s *setter) inferred(text string) {
	if len(s.cur.Chars) == 0 {
		return
	}
	last := s.cur.Chars[len(s.cur.Chars)-1]
	if last.Generated {
		return
	}
	for _, r := range text {
		s.cur.Chars = append(s.cur.Chars, pdf.Char{R: r, Box: [4]float64{last.Box[2], last.Box[1], last.Box[2], last.Box[3]}, Size: last.Size, Generated: true})
	}
}

const lineEnd = "\r\n"

// line places one line with its left end at x and its baseline at y.
func (s *setter) line(gs []glyph, x, y, size float64) {
	type late struct {
		g glyph
		x float64
	}
	var after []late
	prev := 0
	for _, g := range gs {
		if isMark(g.r) {
			continue
		}
		sz, base := size, y
		if g.sub > 0 {
			sz, base = size*0.6, y-0.18*size
		}
		switch {
		case g.sub == 3:
			after = append(after, late{g, x})
		default:
			if g.sub == 2 && prev != 2 || prev == 2 && g.sub != 2 {
				s.inferred(lineEnd)
			}
			s.char(g.r, x, base, sz)
			prev = g.sub
		}
		x += g.width(size)
	}
	if len(after) > 0 {
		s.inferred(lineEnd)
		for i, l := range after {
			if i > 0 && l.x-after[i-1].x > size {
				s.inferred(" ")
			}
			s.char(l.g.r, l.x, y-0.18*size, size*0.6)
		}
	}
	s.inferred(lineEnd)
}

func (s *setter) block(b Block, first bool) {
	size := s.layout.Size
	switch b.Kind {
	case NewPage:
		if s.layout.Columns == 1 || s.column == 0 {
			s.newPage()
		}
	case Title:
		s.y -= 30
		s.text(b.Text, size*1.8, 0, true)
		s.y -= 20
	case Heading:
		s.y -= size * 0.5
		s.text(b.Text, size*1.15, 0, false)
	case Caption:
		s.text(b.Text, size, 0, true)
	case Line:
		s.text(b.Text, size, 0, false)
	case Para:
		s.text(b.Text, size, 2*size, false)
	case KeyValues:
		s.keyValues(b)
	case Table:
		s.table(b.Rows, even(len(b.Rows[0])))
	}
	_ = first
}

func (s *setter) text(text string, size, indent float64, center bool) {
	pitch := size * 1.6
	for i, l := range wrap(parse(text), s.width-size, size, indent) {
		if len(l) > 0 && l[0].r == markPage {
			s.newPage()
		}
		s.room(pitch)
		s.y -= pitch
		x := s.left
		if i == 0 {
			x += indent
		}
		if center {
			w := 0.0
			for _, g := range l {
				w += g.width(size)
			}
			x += max(0, (s.width-w)/2)
		}
		s.line(l, x, s.y, size)
	}
}

// running sets header, footer and watermark of page i: header and watermark
// before the body, the footer after it.
func (s *setter) running(i int) {
	body := s.pages[i].Chars
	s.cur = &s.pages[i]
	s.cur.Chars = nil
	if s.doc.Header != "" {
		s.line(parse(s.doc.Header), margin, s.h-36, 9)
	}
	if s.doc.Watermark != "" {
		x, y := s.w*0.15, s.h*0.2
		step := min(26, min(s.w*0.7, s.h*0.7)/float64(len([]rune(s.doc.Watermark))))
		for _, r := range s.doc.Watermark {
			s.char(r, x, y, step*1.35)
			x, y = x+step, y+step
			s.inferred(lineEnd)
		}
	}
	s.cur.Chars = append(s.cur.Chars, body...)
	if s.doc.Footer != "" {
		s.inferred(lineEnd)
		text := s.doc.Footer
		switch strings.Count(text, "%d") {
		case 1:
			text = fmt.Sprintf(text, i+1)
		case 2:
			text = fmt.Sprintf(text, i+1, len(s.pages))
		}
		s.line(parse(text), s.w/2-20, 30, 9)
	}
	for n := len(s.cur.Chars); n > 0 && s.cur.Chars[n-1].Generated; n-- {
		s.cur.Chars = s.cur.Chars[:n-1]
	}
}
