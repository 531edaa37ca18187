package changes

import (
	"math"

	"jianding/intake/signature/revision"
)

// What is seen of a widget, or read by a program that takes text off the page.

// shows reports whether a widget can be seen or read, and how many square points
// it takes. Readers differ on a rectangle that is none; such a widget takes
// everything.
func (c *comparer) shows(d *revision.Dict) (size float64, visible bool) { return shows(c.b, d) }

func shows(f *revision.File, d *revision.Dict) (size float64, visible bool) {
	switch {
	case revision.Hidden(d):
		return 0, false
	case d.Get("AP") == nil && d.Get("MK") == nil:
		// Without an appearance, or a colour to make one of, nothing is drawn.
		return 0, false
	case d.Get("Rect") == nil:
		return 0, !f.Blank(d)
	}
	box, ok := rect(f, d.Get("Rect"))
	if !ok {
		return math.Inf(1), true
	}
	size = (box[2] - box[0]) * (box[3] - box[1])
	// Squeezed to nothing an appearance is not drawn, but PDFium still finds the
	// text in it.
	return size, size > 0 || !f.Blank(d)
}
