package page

import (
	"cmp"
	"slices"
)

// DB (Differentiable Binarization, Liao et al. 2020) marks the core of each
// line of text; the line itself is the core grown by a distance that its area
// and perimeter give. The values are those that PP-OCR ships.
const (
	textThreshold = 0.3 // of a pixel
	boxThreshold  = 0.5 // of a core's mean
	unclipRatio   = 1.6
	smallestCore  = 3 // pixels in either direction
)

// Box is one line of text as detected.
type Box struct {
	Rect
	Score float64
	// Slope is by how much the line still falls, pixels per pixel.
	Slope float64
}

// Boxes turns a map of probabilities (h rows of w) into boxes in its pixels,
// top to bottom.
func Boxes(prob []float32, w, h int) []Box {
	seen := make([]bool, w*h)
	var out []Box
	var stack []int
	for start := range prob {
		if seen[start] || prob[start] <= textThreshold {
			continue
		}
		seen[start] = true
		stack = append(stack[:0], start)
		c := core{x0: w, y0: h}
		for len(stack) > 0 {
			i := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			x, y := i%w, i/w
			c.add(x, y, float64(prob[i]))
			for dy := -1; dy <= 1; dy++ {
				for dx := -1; dx <= 1; dx++ {
					nx, ny := x+dx, y+dy
					if nx < 0 || ny < 0 || nx >= w || ny >= h {
						continue
					}
					if j := ny*w + nx; !seen[j] && prob[j] > textThreshold {
						seen[j] = true
						stack = append(stack, j)
					}
				}
			}
		}
		if b, ok := c.box(w, h); ok {
			out = append(out, b)
		}
	}
	slices.SortFunc(out, func(a, b Box) int { return cmp.Or(cmp.Compare(a.Y0, b.Y0), cmp.Compare(a.X0, b.X0)) })
	return out
}

// core is a connected set of pixels of text.
type core struct {
	x0, y0, x1, y1            int
	n, sum, sx, sy, sxx, sxy_ float64
}

func (c *core) add(x, y int, p float64) {
	c.x0, c.y0, c.x1, c.y1 = min(c.x0, x), min(c.y0, y), max(c.x1, x+1), max(c.y1, y+1)
	fx, fy := float64(x), float64(y)
	c.n, c.sum, c.sx, c.sy, c.sxx, c.sxy_ = c.n+1, c.sum+p, c.sx+fx, c.sy+fy, c.sxx+fx*fx, c.sxy_+fx*fy
}

func (c *core) box(w, h int) (Box, bool) {
	bw, bh := float64(c.x1-c.x0), float64(c.y1-c.y0)
	if bw < smallestCore || bh < smallestCore || c.sum/c.n < boxThreshold {
		return Box{}, false
	}
	b := Box{Rect: Rect{float64(c.x0), float64(c.y0), float64(c.x1), float64(c.y1)}, Score: c.sum / c.n}
	// The line of best fit through the core, for cores long enough to have
	// one: paper is seldom flat.
	if v := c.sxx - c.sx*c.sx/c.n; bw > 6*bh && v > 0 {
		b.Slope = (c.sxy_ - c.sx*c.sy/c.n) / v
	}
	level := max(smallestCore, c.n/bw) // its height, were it level
	d := bw * level * unclipRatio / (2 * (bw + level))
	b.Rect = b.Rect.grow(d, d).meet(Rect{0, 0, float64(w), float64(h)})
	return b, true
}
