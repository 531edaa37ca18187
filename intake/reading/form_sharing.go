package reading

import (
	"math"
)

// share divides the lines of a column among its labels. Where the content is
// written cell by cell, it says which lines follow which label; that is taken
// when the geometry bears it out. Otherwise the division is sought that puts
// the labels best beside the middle, or the first line, of their entries.
func (f *form) share(col *labelColumn) {
	s := newSharing(col)
	cuts := s.byGeometry()
	if seq := s.bySequence(); seq != nil && s.cost(seq) <= s.cost(cuts)+1.2 {
		cuts = seq
	}
	f.carried = append(f.carried, col.lines[:cuts[0]]...)
	for i, lab := range col.labels {
		lab.entry = col.lines[cuts[i]:cuts[i+1]]
	}
}

// sharing is the division of a column's lines among its labels: label i has
// the lines from cuts[i] to cuts[i+1]; those before cuts[0] belong to none.
// Costs are in em.
type sharing struct {
	col   *labelColumn
	em    float64
	pitch float64 // the smallest between lines
}

func newSharing(col *labelColumn) *sharing {
	s := &sharing{col: col, em: col.labels[0].cell.size, pitch: math.Inf(1)}
	for i := 1; i < len(col.lines); i++ {
		s.pitch = min(s.pitch, col.lines[i-1].cy()-col.lines[i].cy())
	}
	return s
}

// part is what it costs to give label i the lines from a to b.
func (s *sharing) part(i, a, b int, last bool) float64 {
	if a == b {
		return 1.5
	}
	lines, lab := s.col.lines, s.col.labels[i].cell
	middle := math.Abs((lines[a].cy()+lines[b-1].cy())/2 - lab.cy())
	top := math.Abs(lines[a].y1 - lab.y1)
	cost := min(middle, top+0.12*s.em)
	if last {
		// What the end of the page cut off is missing from the middle.
		cost = min(cost, top)
	}
	for k := a + 1; k < b; k++ {
		gap := lines[k-1].cy() - lines[k].cy()
		cost += max(0, gap-1.08*s.pitch) // rows stand further apart than lines
		if gap > 3*s.em {
			cost += 10 * s.em
		}
	}
	if a > 0 && lines[a-1].cy()-lines[a].cy() < 1.06*s.pitch {
		cost += 0.15 * s.em // rows that touch
	}
	return cost / s.em
}

func (s *sharing) cost(cuts []int) float64 {
	sum := s.free(cuts[0])
	for i := range s.col.labels {
		sum += s.part(i, cuts[i], cuts[i+1], i == len(s.col.labels)-1)
	}
	return sum
}

// free is the cost of leaving the first n lines to no label.
func (s *sharing) free(n int) float64 {
	if n == 0 {
		return 0
	}
	return 0.5
}

// byGeometry finds the division of least cost.
func (s *sharing) byGeometry() []int {
	n, m := len(s.col.lines), len(s.col.labels)
	best := make([][]float64, m+1)
	from := make([][]int, m+1)
	for i := range best {
		best[i] = make([]float64, n+1)
		from[i] = make([]int, n+1)
		for b := range best[i] {
			best[i][b] = math.Inf(1)
			if i == 0 {
				best[i][b] = s.free(b)
			}
		}
	}
	for i := range m {
		for b := range n + 1 {
			for a := max(0, b-maxEntryLines); a <= b; a++ {
				if c := best[i][a] + s.part(i, a, b, i == m-1); c < best[i+1][b] {
					best[i+1][b], from[i+1][b] = c, a
				}
			}
		}
	}
	cuts := make([]int, m+1)
	cuts[m] = n
	for i := m; i > 0; i-- {
		cuts[i-1] = from[i][cuts[i]]
	}
	return cuts
}

// maxEntryLines bounds an entry; a page holds no more.
const maxEntryLines = 90

// bySequence gives each line to the label that the content holds last before
// it; nil when that is no division.
func (s *sharing) bySequence() []int {
	n, m := len(s.col.lines), len(s.col.labels)
	cuts := make([]int, m+1)
	at := 0
	for at < n && s.col.lines[at].first < s.col.labels[0].cell.first {
		at++
	}
	for i := range m {
		cuts[i] = at
		if i > 0 && s.col.labels[i].cell.first < s.col.labels[i-1].cell.first {
			return nil
		}
		for at < n && s.col.lines[at].first > s.col.labels[i].cell.first && (i+1 == m || s.col.lines[at].first < s.col.labels[i+1].cell.first) {
			at++
		}
	}
	cuts[m] = at
	if at != n {
		return nil
	}
	return cuts
}
