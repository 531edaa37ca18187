package reading

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// cell is one or more pieces that a reader sees as one entry of a line.
type cell struct {
	glyphs         []glyph
	x0, y0, x1, y1 float64
	size           float64
	first, last    int // content order of its first and last piece
	kept           struct {
		of   []glyph
		text string
	}
}

func (c *cell) cx() float64 { return (c.x0 + c.x1) / 2 }
func (c *cell) cy() float64 { return (c.y0 + c.y1) / 2 }

// folded is the text of the cell's glyphs, kept for as long as they are the
// same: every rule for tables asks for it.
func (c *cell) folded() string {
	if len(c.glyphs) == 0 {
		return ""
	}
	if k := &c.kept; len(k.of) != len(c.glyphs) || &k.of[0] != &c.glyphs[0] {
		k.of, k.text = c.glyphs, newPassage(c.glyphs).text
	}
	return c.kept.text
}

func (c *cell) overlapX(d *cell) float64 {
	return min(c.x1, d.x1) - max(c.x0, d.x0)
}

// line is what stands at one height of a page, in cells from left to right.
type line struct {
	page   int
	cells  []*cell
	y0, y1 float64
	size   float64
	right  float64 // where the lines of its column end
	ruled  *ruling
	alike  bool // is set as the report's headings without a number are
}

func (l *line) cy() float64 { return (l.y0 + l.y1) / 2 }
func (l *line) x0() float64 { return l.cells[0].x0 }
func (l *line) x1() float64 { return l.cells[len(l.cells)-1].x1 }

func (l *line) glyphs() []glyph {
	var gs []glyph
	for i, c := range l.cells {
		if i > 0 {
			gs = append(gs, glyph{r: ' ', page: l.page, soft: true})
		}
		gs = append(gs, c.glyphs...)
	}
	return gs
}

func (l *line) folded() string {
	var b strings.Builder
	for _, c := range l.cells {
		b.WriteString(c.folded())
	}
	return b.String()
}

// layColumns lays out a page column by column.
func layColumns(page int, ps []*piece, width float64, rules *ruling) []*line {
	var out []*line
	for _, col := range columnsOf(ps, width, rules) {
		lines := lay(page, col, rules)
		right := 0.0
		for _, l := range lines {
			right = max(right, l.x1())
		}
		for _, l := range lines {
			l.right = right
		}
		out = append(out, lines...)
	}
	return out
}

// lay groups the pieces of a page into lines, top to bottom, and their pieces
// into cells.
func lay(page int, ps []*piece, rules *ruling) []*line {
	sorted := slices.Clone(ps)
	slices.SortStableFunc(sorted, func(a, b *piece) int { return cmpFloat(b.cy(), a.cy()) })
	var groups [][]*piece
	var top float64
	for _, p := range sorted {
		if n := len(groups); n > 0 && top-p.cy() < 0.45*min(p.size, groups[n-1][0].size) && !stacked(groups[n-1], p) {
			groups[n-1] = append(groups[n-1], p)
			continue
		}
		groups = append(groups, []*piece{p})
		top = p.cy()
	}
	out := make([]*line, 0, len(groups))
	for _, g := range groups {
		out = append(out, lineOf(page, g, rules))
	}
	return out
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// stacked tells whether p stands over or under a piece of the group: two rows
// set so tight that their centres nearly meet.
func stacked(g []*piece, p *piece) bool {
	for _, q := range g {
		if min(p.x1, q.x1)-max(p.x0, q.x0) > 0.5*min(p.x1-p.x0, q.x1-q.x0) && math.Abs(p.cy()-q.cy()) > 0.3*min(p.size, q.size) {
			return true
		}
	}
	return false
}

func lineOf(page int, ps []*piece, rules *ruling) *line {
	slices.SortStableFunc(ps, func(a, b *piece) int { return cmpFloat(a.x0, b.x0) })
	l := &line{page: page, ruled: rules, y0: math.Inf(1), y1: math.Inf(-1)}
	for _, p := range ps {
		l.y0, l.y1, l.size = min(l.y0, p.y0), max(l.y1, p.y1), max(l.size, p.size)
		if n := len(l.cells); n > 0 && (near(l.cells[n-1], p) || l.marks(p)) && !rules.between(l.cells[n-1].x1, p.x0, p.cy()) {
			c := l.cells[n-1]
			if interleaves(c, p) {
				c.glyphs = interleaved(c.glyphs, p.glyphs)
				c.first, c.last = min(c.first, p.seq), max(c.last, p.seq)
				continue
			}
			c.glyphs = append(append(c.glyphs, glyph{r: ' ', page: page, soft: true}), p.glyphs...)
			c.x1, c.y0, c.y1 = max(c.x1, p.x1), min(c.y0, p.y0), max(c.y1, p.y1)
			c.first, c.last = min(c.first, p.seq), max(c.last, p.seq)
			continue
		}
		l.cells = append(l.cells, &cell{glyphs: slices.Clone(p.glyphs), x0: p.x0, y0: p.y0, x1: p.x1, y1: p.y1,
			size: p.size, first: p.seq, last: p.seq})
	}
	l.joinSpaced()
	l.joinNumber()
	return l
}

// joinSpaced makes one cell of a label whose two characters are set apart to
// fill its column: 地　　址, 层　　数.
func (l *line) joinSpaced() {
	for i := 0; i+1 < len(l.cells); i++ {
		a, b := l.cells[i], l.cells[i+1]
		word := a.folded() + b.folded()
		if utf8.RuneCountInString(word) != 2 || b.x0-a.x1 > 3.2*max(a.size, b.size) || labelOf(word) == fNone || l.ruled.between(a.x1, b.x0, a.cy()) {
			continue
		}
		j := joinCells([]*cell{a, b}, l.page)
		l.cells = slices.Replace(l.cells, i, i+2, j)
	}
}

// joinNumber makes one cell of a heading and the number that stands before it
// by a full-width space, 2　现场检查检测: it is no row of a table.
func (l *line) joinNumber() {
	if len(l.cells) != 2 {
		return
	}
	a, b := l.cells[0], l.cells[1]
	num := a.folded()
	if num == "" || headNumber.FindString(num) != num || b.x0-a.x1 > 1.6*max(a.size, b.size) || !looksHeading(num+b.folded()) || l.ruled.between(a.x1, b.x0, a.cy()) {
		return
	}
	l.cells = []*cell{joinCells([]*cell{a, b}, l.page)}
}

// interleaves tells whether the characters of p stand in gaps of the cell: the
// boxes of a list of choices, which content writes behind all of its words.
func interleaves(c *cell, p *piece) bool {
	if p.x1 > c.x1 || p.x0 < c.x0 {
		return false
	}
	for _, g := range p.glyphs {
		if g.soft || blank(g.r) {
			continue
		}
		for _, h := range c.glyphs {
			if !h.soft && !blank(h.r) && min(g.box[2], h.box[2])-max(g.box[0], h.box[0]) > 0.5*min(g.box[2]-g.box[0], h.box[2]-h.box[0]) {
				return false
			}
		}
	}
	return true
}

// interleaved puts the glyphs of a line in the order in which they stand.
func interleaved(a, b []glyph) []glyph {
	out := slices.DeleteFunc(slices.Concat(a, b), func(g glyph) bool { return g.soft })
	slices.SortStableFunc(out, func(x, y glyph) int { return cmpFloat(x.box[0], y.box[0]) })
	return out
}

// farthestMark is how far, in em, the box of a choice stands before its words.
const farthestMark = 1.6

// marks tells whether the last cell of the line is the box or tick of a choice
// whose words are p: ☐ 观察使用. One that stands closer to what is before it
// belongs to that: A级 ☐　B级 ☐.
func (l *line) marks(p *piece) bool {
	n := len(l.cells)
	c := l.cells[n-1]
	gap := p.x0 - c.x1
	if gap > farthestMark*p.size || strings.Trim(c.folded(), boxes+ticks) != "" || c.folded() == "" || strings.ContainsAny(newPassage(p.glyphs).text, boxes+ticks) {
		return false
	}
	return n == 1 || gap < c.x0-l.cells[n-2].x1
}

// near tells whether a piece goes on with a cell. A mark that closes what stands
// before it begins no cell of its own, though its ink leaves a gap.
func near(c *cell, p *piece) bool {
	gap := p.x0 - c.x1
	return gap < 0.5*max(c.size, p.size) || gap < 1.2*max(c.size, p.size) && closesMark.MatchString(newPassage(p.glyphs).text)
}

var closesMark = re(`^[,。;、)》”]`)
