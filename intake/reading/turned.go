package reading

import (
	"math"

	"jianding/intake/pdf"
)

// sheet is a part of a page that is printed sideways or upside down: a wide
// table on an upright page, a page scanned or laid the wrong way round. It is
// read as if it were held upright; evidence is given where it stands.
type sheet struct {
	turn int     // 90, 180 or 270 degrees counterclockwise
	w, h float64 // the page as displayed
}

// slant is by how many degrees text may lean and still be a sheet's.
const slant = 3

// sheetOf returns the sheet of a character that is turned by so many degrees,
// nil for one that is upright or leans, as watermarks do.
func sheetOf(turn int, info pdf.PageInfo) *sheet {
	for _, t := range []int{90, 180, 270} {
		if turn >= t-slant && turn <= t+slant {
			return &sheet{t, info.Width, info.Height}
		}
	}
	return nil
}

// upright maps a box of the page to the sheet held upright.
func (s *sheet) upright(b [4]float64) [4]float64 {
	switch s.turn {
	case 90:
		return [4]float64{b[1], s.w - b[2], b[3], s.w - b[0]}
	case 180:
		return [4]float64{s.w - b[2], s.h - b[3], s.w - b[0], s.h - b[1]}
	}
	return [4]float64{s.h - b[3], b[0], s.h - b[1], b[2]}
}

// onPage is the reverse of upright; without a sheet a box is where it is.
func (s *sheet) onPage(b [4]float64) [4]float64 {
	switch {
	case s == nil:
		return b
	case s.turn == 90:
		return [4]float64{s.w - b[3], b[0], s.w - b[1], b[2]}
	case s.turn == 180:
		return s.upright(b)
	}
	return [4]float64{b[1], s.h - b[2], b[3], s.h - b[0]}
}

// size is that of the page when the sheet is held upright.
func (s *sheet) size() (w, h float64) {
	if s.turn == 180 {
		return s.w, s.h
	}
	return s.h, s.w
}

// shortestRun is the number of characters that make turned text a text of its
// own; shorter ones are the upright labels of a form.
const shortestRun = 12

// turnedApart divides the glyphs of a page into those that are read where they
// stand and, sheet by sheet, those that are read turned.
func turnedApart(seen []glyph) (upright []glyph, sheets [][]glyph) {
	byTurn := make(map[int][]glyph)
	var last *sheet // inferred spaces go with what they follow
	for _, g := range seen {
		if g.soft {
			g.side = last
		}
		last = g.side
		if g.side != nil {
			byTurn[g.side.turn] = append(byTurn[g.side.turn], g)
		}
	}
	apart := make(map[int]bool)
	for _, t := range []int{90, 180, 270} {
		gs := byTurn[t]
		for i := range gs {
			if !gs[i].soft {
				gs[i].box = gs[i].side.upright(gs[i].box)
			}
		}
		if longestRun(gs) >= shortestRun {
			apart[t] = true
			sheets = append(sheets, gs)
		}
	}
	if len(apart) == 0 {
		for i := range seen {
			seen[i].side = nil
		}
		return seen, nil
	}
	last = nil
	for _, g := range seen {
		if g.soft {
			g.side = last
		}
		last = g.side
		if g.side == nil || !apart[g.side.turn] {
			g.side = nil
			upright = append(upright, g)
		}
	}
	return upright, sheets
}

// longestRun counts the characters that follow one another on one line.
func longestRun(gs []glyph) int {
	best, n := 0, 0
	var prev *glyph
	for i := range gs {
		g := &gs[i]
		if g.soft || blank(g.r) {
			continue
		}
		if prev == nil || math.Abs(prev.cy()-g.cy()) > 0.5*g.size || g.box[0] < prev.box[0]-0.3*g.size {
			n = 0
		}
		n++
		best = max(best, n)
		prev = g
	}
	return best
}

// layPage lays out what is seen on a page: its upright text, then each part
// that is turned.
func layPage(page int, seen []glyph, rules *ruling, info *pdf.PageInfo) (lines []*line, marks []*piece) {
	upright, sheets := turnedApart(seen)
	lay := func(gs []glyph, width float64, rules *ruling) {
		ps, m := dropSlanted(cut(gs, rules))
		lines = append(lines, layColumns(page, joinSubscripts(ps), width, rules)...)
		marks = append(marks, m...)
	}
	lay(upright, info.Width, rules)
	for _, gs := range sheets {
		w, h := gs[0].side.size()
		if len(lines) == 0 && len(sheets) == 1 {
			info.Width, info.Height = w, h
		}
		lay(gs, w, rules.turned(gs[0].side))
	}
	return lines, marks
}
