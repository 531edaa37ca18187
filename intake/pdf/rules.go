package pdf

import (
	"math"
	"slices"
)

// Rules are the ruled lines of a page's tables: they part what stands close,
// and hold together what is one entry.

const (
	thickestRule = 2.6  // points
	shortestRule = 6.0  // points
	mostRules    = 4000 // of a page
)

// rule notes a box that is a line: thin, and straight up or across.
func (l *layers) rule(b [4]float64) {
	w, h := b[2]-b[0], b[3]-b[1]
	if (w <= thickestRule && h >= shortestRule || h <= thickestRule && w >= shortestRule) && len(l.rules) < mostRules {
		l.rules = append(l.rules, b)
	}
}

// sides notes the four sides of a box.
func (l *layers) sides(b [4]float64) {
	l.rule([4]float64{b[0], b[1], b[0], b[3]})
	l.rule([4]float64{b[2], b[1], b[2], b[3]})
	l.rule([4]float64{b[0], b[1], b[2], b[1]})
	l.rule([4]float64{b[0], b[3], b[2], b[3]})
}

// longestGrid bounds the segments of one path that are looked at: a grid drawn
// in one stroke, not a drawing.
const longestGrid = 600

// stroked notes the lines of a path that is drawn, not filled: one line, a
// rectangle, or a grid in one path.
func (w *layerWalk) stroked(o uint64, in scope, order int) error {
	m := in.m
	box, err := w.bounds(o, m)
	if err != nil {
		return err
	}
	if err := w.strokes(o, box, in, order); err != nil || len(w.l.rules) >= mostRules {
		return err
	}
	if min(box[2]-box[0], box[3]-box[1]) <= thickestRule {
		w.l.rule(box)
		return nil
	}
	w.l.shape(box)
	rect, err := w.rectangle(o, "FPDFPath_CountSegments", "FPDFPath_GetPathSegment")
	if err != nil {
		return err
	}
	if rect {
		w.l.sides(box)
		return nil
	}
	if err := w.slanted(o, m, box); err != nil {
		return err
	}
	return w.grid(o, m)
}

// shortestSlant is how far a piece of a line must go up and across to slant, in
// points: less is the rounded corner of a frame, or a level line drawn by hand.
const shortestSlant = 0.8

// A path of more pieces that is larger both ways is a seal's ring or a drawing, not
// what a pen drew through a line.
const (
	fewestPieces = 6
	largestPen   = 45.0 // points
)

// longestBend: a curve of larger pieces is a circle, such as a seal's, not a pen's.
const longestBend = 18

// slanted notes the pieces of a stroked path that are neither level nor upright: of
// a curve the lines between the points that draw it.
func (w *layerWalk) slanted(o uint64, m matrix, box [4]float64) error {
	n, err := w.g.do("FPDFPath_CountSegments", o)
	if err != nil || int32(n) > longestGrid || w.segments < 0 || int32(n) > fewestPieces && min(box[2]-box[0], box[3]-box[1]) > largestPen {
		return err
	}
	w.segments -= max(int(int32(n)), 0)
	own, err := w.matrixOf(o)
	if err != nil {
		return err
	}
	m = own.then(m)
	var kinds []uint64
	pts, err := w.points(int(int32(n)), func(j int) (uint64, error) {
		s, err := w.g.do("FPDFPath_GetPathSegment", o, uint64(j))
		if err != nil || s == 0 {
			return s, err
		}
		kind, err := w.g.do("FPDFPathSegment_GetType", s)
		kinds = append(kinds, kind)
		return s, err
	})
	if err != nil {
		return err
	}
	at := func(p [2]float64) [4]float64 { return m.box([4]float64{p[0], p[1], p[0], p[1]}) }
	for i := 1; i < len(pts) && len(w.l.slants) < mostRules; i++ {
		if kinds[i] == segmentMove {
			continue
		}
		a, b := at(pts[i-1]), at(pts[i])
		if dx, dy := math.Abs(b[0]-a[0]), math.Abs(b[1]-a[1]); dx > shortestSlant && dy > shortestSlant && (kinds[i] == segmentLine || dx+dy < longestBend) {
			w.l.slants = append(w.l.slants, [4]float64{a[0], a[1], b[0], b[1]})
		}
	}
	return nil
}

// strokes notes the ground that the lines of a path paint, each with its width;
// where there are too many, the path's whole box.
func (w *layerWalk) strokes(o uint64, box [4]float64, in scope, order int) error {
	n, err := w.g.do("FPDFPath_CountSegments", o)
	if err != nil {
		return err
	}
	if w.segments -= min(max(int(int32(n)), 0), longestGrid); int32(n) < 3 || int32(n) > longestGrid || w.segments < 0 {
		return w.paint(o, box, in, order, mixed)
	}
	width, err := strokeWidth(w.g, o)
	if err != nil {
		return err
	}
	own, err := w.matrixOf(o)
	if err != nil {
		return err
	}
	m := own.then(in.m)
	half := max(hairline, width*max(math.Hypot(m[0], m[1]), math.Hypot(m[2], m[3]))) / 2
	pts, err := w.points(int(int32(n)), func(j int) (uint64, error) { return w.g.do("FPDFPath_GetPathSegment", o, uint64(j)) })
	if err != nil {
		return err
	}
	clip, _, err := w.clipped(o, in.m)
	if err != nil {
		return err
	}
	clip = intersect(clip, in.clip)
	for i := range pts {
		// From the last point too where the path goes on elsewhere or closes: a
		// little more than is painted.
		from := pts[max(i-1, 0)]
		b := m.box([4]float64{min(from[0], pts[i][0]), min(from[1], pts[i][1]), max(from[0], pts[i][0]), max(from[1], pts[i][1])})
		w.l.ground.paint(intersect([4]float64{b[0] - half, b[1] - half, b[2] + half, b[3] + half}, clip), order, mixed)
	}
	return nil
}

const hairline = 0.1 // points

// Kinds of path segments (fpdf_edit.h).
const (
	segmentLine = 0
	segmentMove = 2
)

func (w *layerWalk) grid(o uint64, m matrix) error {
	n, err := w.g.do("FPDFPath_CountSegments", o)
	if err != nil || int32(n) < 4 || int32(n) > longestGrid {
		return err
	}
	own, err := w.matrixOf(o)
	if err != nil {
		return err
	}
	m = own.then(m)
	var last [2]float64
	for i := range int(int32(n)) {
		s, err := w.g.do("FPDFPath_GetPathSegment", o, uint64(i))
		if err != nil || s == 0 {
			return err
		}
		kind, err := w.g.do("FPDFPathSegment_GetType", s)
		if err != nil {
			return err
		}
		if _, err := w.g.do("FPDFPathSegment_GetPoint", s, w.g.scratch, w.g.scratch+4); err != nil {
			return err
		}
		b, err := w.g.bytes(w.g.scratch, 8)
		if err != nil {
			return err
		}
		at := [2]float64{float32At(b, 0), float32At(b, 1)}
		if kind == segmentLine {
			w.l.rule(m.box([4]float64{min(last[0], at[0]), min(last[1], at[1]), max(last[0], at[0]), max(last[1], at[1])}))
		}
		last = at
	}
	return nil
}

func (w *layerWalk) matrixOf(o uint64) (matrix, error) {
	m := identity
	ok, err := w.g.do("FPDFPageObj_GetMatrix", o, w.g.scratch)
	if err != nil || int32(ok) == 0 {
		return m, err
	}
	b, err := w.g.bytes(w.g.scratch, 24)
	if err != nil {
		return m, err
	}
	for i := range m {
		m[i] = float32At(b, i)
	}
	return m, nil
}

// shape notes the box of a path that is no line.
func (l *layers) shape(b [4]float64) {
	if min(b[2]-b[0], b[3]-b[1]) > thickestRule && len(l.shapes) < mostRules {
		l.shapes = append(l.shapes, b)
	}
}

// Drawings returns the boxes of what is drawn on a page that is neither text nor
// a line: images and shapes, on the page as displayed.
func (d *Document) Drawings(n int) ([][4]float64, error) {
	return d.shownOf(n, func(l *layers) [][4]float64 { return slices.Concat(l.images, l.shapes) })
}

// Pictures returns the boxes of the images alone.
func (d *Document) Pictures(n int) ([][4]float64, error) {
	return d.shownOf(n, func(l *layers) [][4]float64 { return l.images })
}

// Rules returns the ruled lines of a page, upright ones and level ones, as
// thin boxes on the page as displayed.
func (d *Document) Rules(n int) ([][4]float64, error) {
	return d.shownOf(n, func(l *layers) [][4]float64 { return l.rules })
}

// Slants returns the pieces of drawn lines that are neither level nor upright, on the
// page as displayed: each from its first point to its last.
func (d *Document) Slants(n int) (slants [][4]float64, err error) {
	err = d.with(n, func(g *guest, p *page) error {
		l, err := d.layers(g, p)
		if err != nil {
			return err
		}
		for _, s := range l.slants {
			a, b := p.shown([4]float64{s[0], s[1], s[0], s[1]}), p.shown([4]float64{s[2], s[3], s[2], s[3]})
			slants = append(slants, [4]float64{a[0], a[1], b[0], b[1]})
		}
		return nil
	})
	return slants, err
}

// shownOf returns boxes of a page's layers as they lie on the page as displayed.
func (d *Document) shownOf(n int, of func(*layers) [][4]float64) (boxes [][4]float64, err error) {
	err = d.with(n, func(g *guest, p *page) error {
		l, err := d.layers(g, p)
		if err != nil {
			return err
		}
		for _, b := range of(l) {
			boxes = append(boxes, p.shown(b))
		}
		return nil
	})
	return boxes, err
}
