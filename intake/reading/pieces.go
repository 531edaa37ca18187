package reading

import (
	"math"
	"slices"
)

// piece is a run of glyphs on one baseline without a gap that a reader would
// see as the next column.
type piece struct {
	glyphs         []glyph
	x0, y0, x1, y1 float64
	size           float64 // em of most of its glyphs
	seq            int     // place in the page's content, which producers write cell by cell
	rotated        bool
}

func (p *piece) add(g glyph) {
	p.glyphs = append(p.glyphs, g)
	if g.soft || blank(g.r) {
		return
	}
	if p.x1 == 0 && p.x0 == 0 {
		p.x0, p.y0, p.x1, p.y1, p.size = g.box[0], g.box[1], g.box[2], g.box[3], g.size
		return
	}
	p.x0, p.y0 = min(p.x0, g.box[0]), min(p.y0, g.box[1])
	p.x1, p.y1 = max(p.x1, g.box[2]), max(p.y1, g.box[3])
	p.size = max(p.size, g.size)
}

func (p *piece) cy() float64 { return (p.y0 + p.y1) / 2 }

// Gaps, in em, that end a piece: without a printed space, and with one (a
// full-width space or two are common inside "编　制").
const (
	gapPlain  = 0.75
	gapLoose  = 1.05
	gapSpaced = 2.1
)

// cut divides a page's glyphs, in content order, into pieces. A subscript
// stays with its letter: it is smaller, but stands beside it and overlaps it.
func cut(glyphs []glyph, rules *ruling) []*piece {
	var out []*piece
	var cur *piece
	var anchor, last glyph // last full-size glyph, last glyph
	spaced := false
	loose := false // Latin set in full-width squares: wide gaps mean nothing
	for _, g := range glyphs {
		if g.soft || blank(g.r) {
			if cur != nil && !g.soft {
				cur.add(g)
				spaced = true
			}
			continue
		}
		if cur == nil || !follows(anchor, last, g, spaced, loose) || g.box[0]-last.box[2] > 0.15*g.size && rules.between(last.box[2], g.box[0], g.cy()) {
			cur = &piece{seq: len(out)}
			out = append(out, cur)
			anchor, loose = g, false
		} else if !spaced && g.r < 0x80 && last.r < 0x80 && g.box[0]-last.box[2] > 0.25*g.size {
			loose = true
		}
		cur.add(g)
		if g.size >= 0.85*cur.size {
			anchor = g
		}
		last, spaced = g, false
	}
	for _, p := range out {
		p.rotated = slanted(p)
	}
	return out
}

func follows(anchor, last, g glyph, spaced, loose bool) bool {
	em := max(anchor.size, g.size)
	if em > 2.6*min(anchor.size, g.size) {
		return false // a watermark's characters lie across words of the text
	}
	if math.Abs(g.cy()-anchor.cy()) > 0.62*em {
		return false
	}
	if anchor.ocr && last.ocr && g.size > 0 && math.Abs(g.size-last.size) > 0.5*em {
		return false
	}
	gap := g.box[0] - last.box[2] - slack(last) - slack(g)
	limit := gapPlain
	if loose {
		limit = gapLoose
	}
	if spaced {
		limit = gapSpaced
	}
	return gap > -1.1*em && g.box[0] > last.box[0]-0.3*em && gap < limit*em
}

// slack is how much of a full-width character's em its ink leaves free: a
// full-width stop or hyphen is drawn in a corner of its square.
func slack(g glyph) float64 {
	if g.r < 0x2E80 && g.r != '—' && g.r != '…' && g.r != '“' && g.r != '”' {
		return 0
	}
	return max(0, 0.92*g.size-(g.box[2]-g.box[0]))
}

// slanted finds text that runs diagonally: watermarks. Their characters come
// one by one, each up and to the side of the one before.
func slanted(p *piece) bool {
	n, rise := 0, 0
	var prev *glyph
	for i := range p.glyphs {
		g := &p.glyphs[i]
		if g.soft || blank(g.r) {
			continue
		}
		if prev != nil {
			n++
			if d := g.cy() - prev.cy(); math.Abs(d) > 0.12*g.size && isHan(g.r) && isHan(prev.r) {
				rise++
			}
		}
		prev = g
	}
	return n >= 3 && rise*5 >= n*4
}

// dropSlanted sets aside watermarks: slanted pieces, and single characters
// that step diagonally one after the other in content order.
func dropSlanted(ps []*piece) (kept, marks []*piece) {
	step := func(a, b *piece) bool {
		dx, dy := math.Abs((a.x0+a.x1)-(b.x0+b.x1))/2, math.Abs(a.cy()-b.cy())
		em := max(a.size, b.size)
		return len([]rune(printed(a.glyphs))) <= 2 && len([]rune(printed(b.glyphs))) <= 2 &&
			math.Abs(a.size-b.size) < 0.15*em && dx > 0.25*em && dy > 0.25*em && dx < 2*em && dy < 2*em
	}
	body := usualSize(ps)
	for i := 0; i < len(ps); {
		j := i + 1
		for j < len(ps) && step(ps[j-1], ps[j]) {
			j++
		}
		// Two or three that step are a watermark when they are far larger than
		// the text: 副本.
		if (j-i >= 4 || j-i >= 2 && ps[i].size > 1.6*body) && steady(ps[i:j]) {
			for _, p := range ps[i:j] {
				p.rotated = true
			}
		}
		i = j
	}
	for _, p := range ps {
		// Two or three characters across the page are no line: 作 废.
		if n := len([]rune(newPassage(p.glyphs).text)); n <= 2 && p.size > 4*body {
			p.rotated = true
		}
		if p.rotated {
			marks = append(marks, p)
		} else {
			kept = append(kept, p)
		}
	}
	return kept, marks
}

// usualSize returns the em of most of the text.
func usualSize(ps []*piece) float64 {
	count := make(map[int]int)
	best := 0
	for _, p := range ps {
		k := int(math.Round(2 * p.size))
		count[k] += len(p.glyphs)
		if count[k] > count[best] || count[k] == count[best] && k < best {
			best = k
		}
	}
	return float64(best) / 2
}

// steady tells whether the pieces march in one direction, up or down and to one side.
// The ends of a column two characters wide do not: su, 级。, an indented 3、, 该栋.
func steady(ps []*piece) bool {
	up, right := 0, 0
	for i := 1; i < len(ps); i++ {
		if ps[i].cy() > ps[i-1].cy() {
			up++
		}
		if ps[i].x0+ps[i].x1 > ps[i-1].x0+ps[i-1].x1 {
			right++
		}
	}
	n := len(ps) - 1
	return (up == 0 || up == n) && (right == 0 || right == n)
}

// joinSubscripts attaches subscripts that the content writes apart from their
// letter (all letters of a line first, all subscripts after) to the letter
// beside which they stand.
func joinSubscripts(ps []*piece) []*piece {
	out := ps[:0:0]
	for _, p := range ps {
		if !subscript(p) || !attach(p, ps) {
			out = append(out, p)
		}
	}
	return out
}

func subscript(p *piece) bool {
	switch fold(printed(p.glyphs)) {
	case "u", "s", "su", "ss", "r", "(su)", "(u)", "SU":
		return true
	}
	return false
}

func attach(sub *piece, ps []*piece) bool {
	var host *piece
	at, best := -1, math.Inf(1)
	for _, p := range ps {
		if p == sub || p.size*0.92 < sub.size || sub.cy() > p.y1 || sub.cy() < p.y0-0.6*p.size {
			continue
		}
		for i, g := range p.glyphs {
			f := foldRune(g.r)
			if f < "A" || f > "d" || len(f) != 1 || f > "D" && f < "a" {
				continue
			}
			dx := sub.x0 - g.box[2]
			if dx < -0.35*g.size || dx > 0.55*g.size {
				continue
			}
			if i+1 < len(p.glyphs) {
				if n := p.glyphs[i+1]; n.box[0] != 0 && !n.soft && !blank(n.r) && n.box[0] < sub.x0-0.2*g.size {
					continue // the letter is followed by something before the subscript
				}
			}
			if d := math.Abs(dx) + math.Abs(sub.cy()-g.box[1]); d < best {
				host, at, best = p, i, d
			}
		}
	}
	if host == nil {
		return false
	}
	host.glyphs = slices.Insert(host.glyphs, at+1, sub.glyphs...)
	host.y0, host.x1 = min(host.y0, sub.y0), max(host.x1, sub.x1)
	return true
}
