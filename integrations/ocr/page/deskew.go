package page

import "math"

// maxSkew is the largest skew that is looked for, in radians: paper laid
// askew on the glass or drawn in askew by a feeder.
const maxSkew = 7 * math.Pi / 180

// Skew estimates by how much the lines of a page slope, in radians: positive
// when they fall to the right. It is 0 for a page with little ink. The slope
// is the one along which the ink falls into the sharpest rows.
func Skew(r Raster) float64 {
	w := min(r.W, 900)
	small := r.Resize(w, max(1, r.H*w/r.W))
	xs, ys := edges(small)
	if len(xs) < 400 {
		return 0
	}
	best, bestScore := 0.0, sharpness(xs, ys, small, 0)
	search := func(from, to, step float64) {
		for a := from; a <= to+step/2; a += step {
			if s := sharpness(xs, ys, small, a); s > bestScore {
				best, bestScore = a, s
			}
		}
	}
	const degree = math.Pi / 180
	search(-maxSkew, maxSkew, degree/4)
	search(best-degree/4, best+degree/4, degree/32)
	if math.Abs(best) < degree/20 {
		return 0
	}
	return best
}

// edges are the places where a column goes from paper to ink: the upper edges
// of strokes, which rows of print share and big dark areas have few of.
func edges(r Raster) (xs, ys []int) {
	var sum, n int
	for i := 0; i < r.W*r.H; i += 7 {
		sum += r.grey(i)
		n++
	}
	dark := sum / max(1, n) * 3 / 4
	for x := range r.W {
		for y := 1; y < r.H; y++ {
			if r.grey(y*r.W+x) < dark && r.grey((y-1)*r.W+x) >= dark {
				xs, ys = append(xs, x), append(ys, y)
			}
		}
	}
	return xs, ys
}

func sharpness(xs, ys []int, r Raster, angle float64) float64 {
	t := math.Tan(angle)
	lift := int(math.Abs(t)*float64(r.W)) + 1
	rows := make([]int, r.H+2*lift+2)
	for i := range xs {
		rows[int(float64(ys[i])-t*float64(xs[i])+0.5)+lift]++
	}
	score := 0.0
	for i := 1; i < len(rows); i++ {
		d := float64(rows[i] - rows[i-1])
		score += d * d
	}
	return score
}
