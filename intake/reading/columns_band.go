package reading

import (
	"math"
	"slices"
)

// A page may be set in columns below a form that runs over its whole width, or above
// one. The content shows where: it fills one column line by line, goes up again, and
// fills the other.

// band is what of a page is set in two columns.
type band struct {
	left, right []*piece
	top, bottom float64
}

const (
	// proseShare is how much of one of the columns must be lines of prose; a column of
	// a table that is written column by column is of entries.
	proseShare = 0.6
	// fewestProse is how many such lines the other one has.
	fewestProse = 3
	// levelTops is by how many em the tops of two columns differ at most.
	levelTops = 4
	// goesUp is by how many lines the content goes up where it changes columns.
	goesUp = 6
)

// bandOf finds the columns of a page, nil where there are none.
func bandOf(ps []*piece, width float64, rules *ruling) *band {
	bySeq := slices.Clone(ps)
	slices.SortFunc(bySeq, func(a, b *piece) int { return a.seq - b.seq })
	var best *band
	for k := 1; k < len(bySeq); k++ {
		a, b := bySeq[k-1], bySeq[k]
		if b.cy()-a.cy() < goesUp*max(a.size, b.size) || b.x0 <= a.x0 {
			continue
		}
		for x := 0.35 * width; x <= 0.65*width; x += 2 {
			if a.x1 > x || b.x0 < x {
				continue
			}
			if n := bandAt(bySeq, k, x, rules); n != nil && (best == nil || len(n.left)+len(n.right) > len(best.left)+len(best.right)) {
				best = n
			}
		}
	}
	return best
}

// bandAt are the columns on both sides of x of which the second begins with the k-th
// piece of the content.
func bandAt(bySeq []*piece, k int, x float64, rules *ruling) *band {
	n := &band{top: math.Inf(-1), bottom: math.Inf(1)}
	for _, p := range bySeq[k:] {
		if p.x0 < x {
			break
		}
		n.right = append(n.right, p)
		n.top = max(n.top, p.cy())
	}
	// What stands above the second column on the side of the first is over both.
	highest := math.Inf(-1)
	for i := k - 1; i >= 0; i-- {
		p := bySeq[i]
		if p.x1 > x || p.cy() > n.top+1.5*p.size {
			break
		}
		n.left = append(n.left, p)
		highest = max(highest, p.cy())
	}
	size := bySeq[k].size
	if len(n.left) < fewestInRow || len(n.right) < fewestInRow || n.top-highest > levelTops*size || !proseOf(n.left, n.right, rules) && !proseOf(n.right, n.left, rules) {
		return nil
	}
	n.top = max(n.top, highest)
	in := make(map[*piece]bool)
	for _, p := range slices.Concat(n.left, n.right) {
		in[p] = true
		n.bottom = min(n.bottom, p.cy())
	}
	if slices.ContainsFunc(bySeq, func(p *piece) bool { return !in[p] && p.cy() <= n.top && p.cy() >= n.bottom }) {
		return nil
	}
	return n
}

// proseOf tells whether one column is prose, most of whose lines end where the column
// does, and the other has some.
func proseOf(one, other []*piece, rules *ruling) bool {
	lines, full, right := 0, 0, 0.0
	for _, p := range rules.outside(one) {
		if len(p.glyphs) >= proseLine {
			lines, right = lines+1, max(right, p.x1)
		}
	}
	for _, p := range one {
		if len(p.glyphs) >= proseLine && p.x1 > right-1.5*p.size {
			full++
		}
	}
	some := 0
	for _, p := range other {
		if len(p.glyphs) >= proseLine {
			some++
		}
	}
	return float64(lines) >= proseShare*float64(len(one)) && 2*full >= lines && some >= fewestProse
}

// proseLine is how many characters a line of prose has.
const proseLine = 12
