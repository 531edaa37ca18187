package reading

import (
	"math"

	"jianding/intake/pdf"
)

// ruling is the ruled lines of a page's tables. Lines part what stands on
// either side of them, however close; what stands between the same four lines
// is one entry. A nil ruling parts nothing.
type ruling struct {
	upright [][4]float64
	level   [][4]float64 // those that run from one upright line to another: no underlines
}

// ruled is a source that knows the ruled lines of its pages, as thin boxes.
type ruled interface {
	Rules(page int) ([][4]float64, error)
}

func rulesOf(src pdf.Source, page int) [][4]float64 {
	s, ok := src.(ruled)
	if !ok {
		return nil
	}
	rules, err := s.Rules(page)
	if err != nil {
		return nil // without them the page is read by the places of its words
	}
	return rules
}

// touching is how far from an upright line, in points, a level one may end.
const touching = 3.0

func newRuling(rules [][4]float64) *ruling {
	r := &ruling{}
	for _, b := range rules {
		if b[3]-b[1] > b[2]-b[0] {
			r.upright = append(r.upright, b)
		}
	}
	if len(r.upright) == 0 {
		return nil
	}
	for _, b := range rules {
		if b[3]-b[1] <= b[2]-b[0] && r.meets(b[0], b[1]) && r.meets(b[2], b[3]) {
			r.level = append(r.level, b)
		}
	}
	return r
}

func (r *ruling) meets(x, y float64) bool {
	for _, u := range r.upright {
		if math.Abs((u[0]+u[2])/2-x) < touching && y > u[1]-touching && y < u[3]+touching {
			return true
		}
	}
	return false
}

// between tells whether an upright line stands between x0 and x1 at height y.
func (r *ruling) between(x0, x1, y float64) bool {
	if r == nil {
		return false
	}
	for _, u := range r.upright {
		if x := (u[0] + u[2]) / 2; x > x0-0.5 && x < x1+0.5 && y > u[1] && y < u[3] {
			return true
		}
	}
	return false
}

// parts tells whether a level line runs between the last line of a and c below
// it.
func (r *ruling) parts(a, c *cell) bool {
	if r == nil {
		return false
	}
	high, low := lastLineY(a), c.cy()
	for _, l := range r.level {
		if y := (l[1] + l[3]) / 2; y > low && y < high && l[0] < c.cx() && l[2] > c.cx() {
			return true
		}
	}
	return false
}

// tallestEntry is the height in points up to which four lines frame an entry,
// and not a page.
const tallestEntry = 300.0

// frame returns the box of lines in which a cell stands.
func (r *ruling) frame(c *cell) (b [4]float64, ok bool) {
	if r == nil {
		return b, false
	}
	inf := math.Inf(1)
	b = [4]float64{-inf, -inf, inf, inf}
	for _, u := range r.upright {
		if x := (u[0] + u[2]) / 2; c.cy() > u[1] && c.cy() < u[3] {
			if x <= c.x0+1 {
				b[0] = max(b[0], x)
			} else if x >= c.x1-1 {
				b[2] = min(b[2], x)
			}
		}
	}
	for _, l := range r.level {
		if y := (l[1] + l[3]) / 2; c.cx() > l[0] && c.cx() < l[2] {
			if y <= c.cy() {
				b[1] = max(b[1], y)
			} else {
				b[3] = min(b[3], y)
			}
		}
	}
	return b, b[2]-b[0] < inf && b[3]-b[1] < tallestEntry
}

// outside returns the pieces that stand in no frame.
func (r *ruling) outside(ps []*piece) []*piece {
	if r == nil {
		return ps
	}
	var out []*piece
	for _, p := range ps {
		if _, ok := r.frame(&cell{x0: p.x0, y0: p.y0, x1: p.x1, y1: p.y1}); !ok {
			out = append(out, p)
		}
	}
	return out
}

// sameFrame tells whether two cells are lines of one entry by the lines around
// them.
func (r *ruling) sameFrame(a, c *cell) bool {
	f, ok := r.frame(a)
	if !ok {
		return false
	}
	g, ok := r.frame(c)
	if !ok {
		return false
	}
	for i := range f {
		if math.Abs(f[i]-g[i]) > touching {
			return false
		}
	}
	return true
}

// turned is the ruling as it lies on a sheet held upright.
func (r *ruling) turned(s *sheet) *ruling {
	if r == nil {
		return nil
	}
	var all [][4]float64
	for _, b := range append(append([][4]float64(nil), r.upright...), r.level...) {
		all = append(all, s.upright(b))
	}
	return newRuling(all)
}

// leavesFrame tells whether a table ends between two lines: all of the upper
// one stands between ruled lines, nothing of the lower one does.
func leavesFrame(above, l *line) bool {
	if l.ruled == nil || above.ruled != l.ruled {
		return false
	}
	for _, c := range above.cells {
		if _, ok := l.ruled.frame(c); !ok {
			return false
		}
	}
	for _, c := range l.cells {
		if _, ok := l.ruled.frame(c); ok {
			return false
		}
	}
	return true
}
