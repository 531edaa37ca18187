package ocr

import (
	"math"

	"jianding/integrations/ocr/page"
)

// Word is one recognised piece of a line.
type Word struct {
	Text string // what it most likely says (page.Tolerate)
	Raw  string // what the model read
	// Box in points, origin at the lower left, of the page as turned for
	// reading.
	Box        [4]float64
	Confidence float64 // 0 to 1
}

// Page is a page as read.
type Page struct {
	Words []Word
	Seal  bool // coloured ink was suppressed
	Cut   bool // it has more lines than were read
	place placement
}

// placement tells how the page as read lies on the page as displayed.
type placement struct {
	quarters     int     // clockwise, to make it upright
	skew         float64 // radians by which its lines fell to the right
	readW, readH float64 // points, of the page as read
	pageW, pageH float64 // points, of the page as displayed
	shrink       float64 // of the page as read, to fit into the page as displayed
}

// newPage gives the lines their places in points. A page that was turned by a
// quarter is laid, upright and shrunk to fit, into the frame of the page as
// displayed, so that whoever reads on finds all words on the page.
func newPage(res page.Result, img page.Raster, dpi float64) Page {
	point := 72 / dpi
	pl := placement{quarters: res.Quarters, skew: res.Skew,
		readW: float64(res.W) * point, readH: float64(res.H) * point,
		pageW: float64(img.W) * point, pageH: float64(img.H) * point}
	pl.shrink = min(1, pl.pageW/pl.readW, pl.pageH/pl.readH)
	p := Page{Seal: res.Seal, Cut: res.Cut, place: pl}
	f := point * pl.shrink
	meant := page.TolerateRows(res.Lines)
	for i, l := range res.Lines {
		p.Words = append(p.Words, Word{Text: meant[i], Raw: l.Text, Confidence: l.Confidence,
			Box: [4]float64{l.X0 * f, pl.pageH - l.Y1*f, l.X1 * f, pl.pageH - l.Y0*f}})
	}
	return p
}

// OnPage returns where a box of a word lies on the page as displayed (points,
// origin at the lower left): the smallest upright box around it.
func (p Page) OnPage(box [4]float64) [4]float64 {
	pl := p.place
	if pl.shrink == 0 || pl.quarters == 0 && pl.skew == 0 {
		return box
	}
	out := [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	sin, cos := math.Sincos(pl.skew)
	for _, corner := range [4][2]float64{{box[0], box[1]}, {box[2], box[1]}, {box[0], box[3]}, {box[2], box[3]}} {
		// Down the page, before it was straightened and turned.
		x, y := corner[0]/pl.shrink, (pl.pageH-corner[1])/pl.shrink
		dx, dy := x-pl.readW/2, y-pl.readH/2
		x, y = pl.readW/2+dx*cos-dy*sin, pl.readH/2+dx*sin+dy*cos
		switch pl.quarters {
		case 1:
			x, y = y, pl.readW-x
		case 2:
			x, y = pl.readW-x, pl.readH-y
		case 3:
			x, y = pl.readH-y, x
		}
		y = pl.pageH - y
		out[0], out[1] = min(out[0], x), min(out[1], y)
		out[2], out[3] = max(out[2], x), max(out[3], y)
	}
	out[0], out[1] = max(0, out[0]), max(0, out[1])
	out[2], out[3] = min(pl.pageW, out[2]), min(pl.pageH, out[3])
	return out
}
