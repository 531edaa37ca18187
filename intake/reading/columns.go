package reading

import (
	"math"
	"slices"
	"strings"
)

// Shares that tell two columns of prose from a table: how many pieces may
// cross the gutter, and how often the content may change sides.
const (
	crossingShare = 0.25
	fewestInRow   = 6 // pieces on each side
	sideChanges   = 4
	fullColumn    = 15 // pieces of a first column that is full
	topsApart     = 72 // points between the tops of two columns, the first of which may stand below a title
)

// columnsOf divides the pieces of a page into stretches in reading order: the
// whole page, or, where it is set in two columns, left before right between
// the lines that span both. In a table the content runs row by row and changes
// sides all the time; in columns it fills one side and then the other. What
// stands between ruled lines is a table's, whatever its order.
func columnsOf(ps []*piece, width float64, rules *ruling) [][]*piece {
	x, ok := gutter(rules.outside(ps), width)
	if !ok {
		n := bandOf(ps, width, rules)
		if n == nil {
			return [][]*piece{ps}
		}
		var above, below []*piece
		for _, p := range ps {
			switch {
			case p.cy() > n.top:
				above = append(above, p)
			case p.cy() < n.bottom:
				below = append(below, p)
			}
		}
		return slices.DeleteFunc([][]*piece{above, n.left, n.right, below}, func(g []*piece) bool { return len(g) == 0 })
	}
	sorted := slices.Clone(ps)
	slices.SortStableFunc(sorted, func(a, b *piece) int { return cmpFloat(b.cy(), a.cy()) })
	var out [][]*piece
	var left, right []*piece
	flush := func() {
		for _, g := range [][]*piece{left, right} {
			if len(g) > 0 {
				out = append(out, g)
			}
		}
		left, right = nil, nil
	}
	var span []*piece
	for _, p := range sorted {
		if p.x0 < x-1 && p.x1 > x+1 {
			if len(left)+len(right) > 0 {
				flush()
			}
			span = append(span, p)
			continue
		}
		if len(span) > 0 {
			out = append(out, span)
			span = nil
		}
		if p.x1 <= x+1 {
			left = append(left, p)
		} else {
			right = append(right, p)
		}
	}
	if len(span) > 0 {
		out = append(out, span)
	}
	flush()
	return out
}

// gutter finds the white strip between two columns.
func gutter(ps []*piece, width float64) (float64, bool) {
	if width <= 0 || len(ps) < 2*fewestInRow {
		return 0, false
	}
	best, at, wide := math.MaxInt, 0.0, 0.0
	for x := 0.35 * width; x <= 0.65*width; x += 2 {
		n, l, r := 0, 0.0, width
		for _, p := range ps {
			switch {
			case p.x0 < x && p.x1 > x:
				n++
			case p.x1 <= x:
				l = max(l, p.x1)
			default:
				r = min(r, p.x0)
			}
		}
		if l == 0 || r == width {
			continue // the margin of a page whose second column is short is no gutter
		}
		if n < best || n == best && r-l > wide {
			best, at, wide = n, x, r-l
		}
	}
	if float64(best) > crossingShare*float64(len(ps)) {
		return 0, false
	}
	var left, right []*piece
	prose, changes, last := 0, 0, 0
	bySeq := slices.Clone(ps)
	slices.SortFunc(bySeq, func(a, b *piece) int { return a.seq - b.seq })
	for _, p := range bySeq {
		side := 0
		switch {
		case p.x1 <= at+1:
			side = -1
			left = append(left, p)
		case p.x0 >= at-1:
			side = 1
			right = append(right, p)
		}
		if len(p.glyphs) >= proseLine {
			prose++
		}
		if side != 0 && last != 0 && side != last {
			changes++
		}
		if side != 0 {
			last = side
		}
	}
	if changes > sideChanges {
		return 0, false
	}
	return at, endsInSecond(left, right) || len(left) >= fewestInRow && len(right) >= fewestInRow && prose*6 >= len(left)+len(right)
}

// endsInSecond tells whether a text that fills a first column ends in the first lines of
// a second one: the column breaks off within a sentence, and what goes on stands in lines
// one below the other, at the top. A note beside a line is no column.
func endsInSecond(left, right []*piece) bool {
	prose := 0
	for _, p := range left {
		if len(p.glyphs) >= proseLine {
			prose++
		}
	}
	if len(left) < fullColumn || prose*2 < len(left) || len(right) < 2 {
		return false
	}
	first, last := left[0], left[0] // of the text of the first column
	for _, p := range left {
		if len(p.glyphs) >= proseLine && p.y1 > first.y1 {
			first = p
		}
		if p.seq < right[0].seq {
			last = p
		}
	}
	if strings.ContainsAny(foldRune(last.glyphs[len(last.glyphs)-1].r), terminal) || math.Abs(first.y1-right[0].y1) > topsApart {
		return false
	}
	lines := 1
	for i, p := range right[1:] {
		above := right[i]
		if above.cy()-p.cy() > 2.4*p.size {
			continue // the foot of the page
		}
		if above.cy() <= p.cy() || math.Abs(above.x0-p.x0) > 2.5*p.size {
			return false
		}
		lines++
	}
	return lines > 1
}
