package page

import "math"

// Raster is an image in RGB, three bytes a pixel, row by row from the top.
type Raster struct {
	W, H int
	Pix  []byte
}

// NewRaster returns a white image.
func NewRaster(w, h int) Raster {
	r := Raster{W: w, H: h, Pix: make([]byte, 3*w*h)}
	for i := range r.Pix {
		r.Pix[i] = 0xFF
	}
	return r
}

// Rect is a rectangle of pixels, fractions allowed, y growing downwards.
type Rect struct{ X0, Y0, X1, Y1 float64 }

func (r Rect) w() float64    { return r.X1 - r.X0 }
func (r Rect) h() float64    { return r.Y1 - r.Y0 }
func (r Rect) area() float64 { return max(0, r.w()) * max(0, r.h()) }

func (r Rect) meet(o Rect) Rect {
	return Rect{max(r.X0, o.X0), max(r.Y0, o.Y0), min(r.X1, o.X1), min(r.Y1, o.Y1)}
}

func (r Rect) grow(dx, dy float64) Rect {
	return Rect{r.X0 - dx, r.Y0 - dy, r.X1 + dx, r.Y1 + dy}
}

// taps are the source pixels that one target pixel is made of.
type taps struct {
	first   int
	weights []float32
}

// tapsFor lays out n target pixels over the source interval from…to of a line
// of size pixels: a triangle filter, widened when shrinking so that thin
// strokes do not fall between samples.
func tapsFor(n int, from, to float64, size int) []taps {
	step := (to - from) / float64(n)
	reach := max(1, step)
	out := make([]taps, n)
	for i := range out {
		c := from + (float64(i)+0.5)*step - 0.5
		lo, hi := int(math.Ceil(c-reach)), int(math.Floor(c+reach))
		t := taps{first: min(max(lo, 0), size-1)}
		var sum float32
		for p := lo; p <= hi; p++ {
			w := float32(1 - math.Abs(float64(p)-c)/reach)
			if w <= 0 {
				continue
			}
			at := min(max(p, 0), size-1) // the edge goes on beyond the edge
			for len(t.weights) <= at-t.first {
				t.weights = append(t.weights, 0)
			}
			t.weights[at-t.first] += w
			sum += w
		}
		for j := range t.weights {
			t.weights[j] /= sum
		}
		out[i] = t
	}
	return out
}

// sample draws the part box of the image at w×h pixels, as three planes (R, G,
// B) of floats from 0 to 255.
func (r Raster) sample(box Rect, w, h int) []float32 {
	xs, ys := tapsFor(w, box.X0, box.X1, r.W), tapsFor(h, box.Y0, box.Y1, r.H)
	out := make([]float32, 3*w*h)
	if len(ys) == 0 || len(xs) == 0 {
		return out
	}
	top := ys[0].first
	bottom := ys[len(ys)-1].first + len(ys[len(ys)-1].weights)
	// Rows first, each source row once.
	rows := make([][]float32, bottom-top)
	for i := range rows {
		src := r.Pix[3*r.W*(top+i) : 3*r.W*(top+i+1)]
		row := make([]float32, 3*w)
		for x, t := range xs {
			var a, b, c float32
			p := 3 * t.first
			for _, k := range t.weights {
				a += k * float32(src[p])
				b += k * float32(src[p+1])
				c += k * float32(src[p+2])
				p += 3
			}
			row[3*x], row[3*x+1], row[3*x+2] = a, b, c
		}
		rows[i] = row
	}
	plane := w * h
	for y, t := range ys {
		for j, k := range t.weights {
			row := rows[t.first+j-top]
			at := y * w
			for x := range w {
				out[at+x] += k * row[3*x]
				out[plane+at+x] += k * row[3*x+1]
				out[2*plane+at+x] += k * row[3*x+2]
			}
		}
	}
	return out
}

// Resize scales the image to w×h.
func (r Raster) Resize(w, h int) Raster {
	planes := r.sample(Rect{0, 0, float64(r.W), float64(r.H)}, w, h)
	out := Raster{W: w, H: h, Pix: make([]byte, 3*w*h)}
	n := w * h
	for i := range n {
		for c := range 3 {
			out.Pix[3*i+c] = byte(min(255, planes[c*n+i]+0.5))
		}
	}
	return out
}

// Turn turns the image by quarters clockwise.
func (r Raster) Turn(quarters int) Raster {
	q := ((quarters % 4) + 4) % 4
	if q == 0 {
		return r
	}
	out := Raster{W: r.W, H: r.H, Pix: make([]byte, len(r.Pix))}
	if q != 2 {
		out.W, out.H = r.H, r.W
	}
	for y := range r.H {
		for x := range r.W {
			tx, ty := x, y
			switch q {
			case 1:
				tx, ty = r.H-1-y, x
			case 2:
				tx, ty = r.W-1-x, r.H-1-y
			case 3:
				tx, ty = y, r.W-1-x
			}
			copy(out.Pix[3*(ty*out.W+tx):][:3], r.Pix[3*(y*r.W+x):][:3])
		}
	}
	return out
}

// Rotate turns the image about its centre by an angle in radians, clockwise
// as seen, keeping its size; what comes from outside is white.
func (r Raster) Rotate(angle float64) Raster {
	if angle == 0 {
		return r
	}
	out := NewRaster(r.W, r.H)
	sin, cos := math.Sincos(angle)
	cx, cy := float64(r.W-1)/2, float64(r.H-1)/2
	for y := range r.H {
		dy := float64(y) - cy
		for x := range r.W {
			dx := float64(x) - cx
			sx, sy := cx+dx*cos+dy*sin, cy-dx*sin+dy*cos
			x0, y0 := int(math.Floor(sx)), int(math.Floor(sy))
			if x0 < 0 || y0 < 0 || x0+1 >= r.W || y0+1 >= r.H {
				continue
			}
			fx, fy := int(256*(sx-float64(x0))), int(256*(sy-float64(y0)))
			a := r.Pix[3*(y0*r.W+x0):]
			b := r.Pix[3*((y0+1)*r.W+x0):]
			o := out.Pix[3*(y*r.W+x):]
			for c := range 3 {
				up := int(a[c])*(256-fx) + int(a[c+3])*fx
				down := int(b[c])*(256-fx) + int(b[c+3])*fx
				o[c] = byte((up*(256-fy) + down*fy) >> 16)
			}
		}
	}
	return out
}

// grey is the lightness of pixel i, 0 to 255 (ITU-R BT.601).
func (r Raster) grey(i int) int {
	p := r.Pix[3*i:]
	return (299*int(p[0]) + 587*int(p[1]) + 114*int(p[2])) / 1000
}
