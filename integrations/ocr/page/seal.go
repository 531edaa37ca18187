package page

// Seals are red or blue and stand over the conclusion. Where ink of a colour
// lies over black print, its own channel stays bright but for the print: taking
// the brightest channel of each pixel, stretched until the seal's ink is as
// white as paper, leaves the print. What is printed in colour itself goes too,
// which is why pages are read in both versions.

// Chroma, the difference of the brightest and the darkest channel, above which
// a pixel is coloured ink rather than black print on yellowed paper or the
// fringes that JPEG makes.
const (
	faintChroma = 36
	clearChroma = 80
)

// Seal is the coloured part of a page.
type Seal struct {
	w, h   int // in tiles
	share  []float64
	ink    int // typical brightness of its brightest channel
	Pixels int // how many pixels are clearly coloured
}

// tile is the edge in pixels of the squares in which colour is counted.
const tile = 16

// FindSeal counts the coloured ink of a page.
func FindSeal(r Raster) Seal {
	s := Seal{w: (r.W + tile - 1) / tile, h: (r.H + tile - 1) / tile, ink: 255}
	s.share = make([]float64, s.w*s.h)
	var levels [256]int
	for y := range r.H {
		for x := range r.W {
			hi, lo := span(r.Pix[3*(y*r.W+x):])
			if hi-lo < clearChroma {
				continue
			}
			levels[hi]++
			s.Pixels++
			s.share[y/tile*s.w+x/tile] += 1.0 / (tile * tile)
		}
	}
	for level, n := 0, 0; level < 256; level++ {
		if n += levels[level]; 4*n >= s.Pixels && n > 0 {
			s.ink = max(96, level) // a quarter of it is darker: where it covers print
			break
		}
	}
	return s
}

// Touches tells whether coloured ink lies in a box, and enough of it to
// matter.
func (s Seal) Touches(box Rect) bool {
	for y := max(0, int(box.Y0)/tile); y <= int(box.Y1)/tile && y < s.h; y++ {
		for x := max(0, int(box.X0)/tile); x <= int(box.X1)/tile && x < s.w; x++ {
			if s.share[y*s.w+x] > 0.04 {
				return true
			}
		}
	}
	return false
}

// Any tells whether the page has coloured ink worth suppressing: a hundredth
// of a per cent of it.
func (s Seal) Any() bool { return s.Pixels*10000 > s.w*s.h*tile*tile }

// Suppress returns the page without its coloured ink, in grey.
func (s Seal) Suppress(r Raster) Raster {
	out := Raster{W: r.W, H: r.H, Pix: make([]byte, len(r.Pix))}
	for i := 0; i < len(r.Pix); i += 3 {
		hi, lo := span(r.Pix[i:])
		v := hi
		if c := hi - lo; c > faintChroma {
			// Stretched in full where it is clearly coloured, in part at the
			// fringes.
			full := min(255, hi*255/s.ink)
			v = hi + (full-hi)*min(c-faintChroma, clearChroma-faintChroma)/(clearChroma-faintChroma)
		}
		out.Pix[i], out.Pix[i+1], out.Pix[i+2] = byte(v), byte(v), byte(v)
	}
	return out
}

func span(p []byte) (hi, lo int) {
	a, b, c := int(p[0]), int(p[1]), int(p[2])
	return max(a, b, c), min(a, b, c)
}
