// Package page reads the image of one page: it suppresses the seal's ink,
// turns and straightens the page, finds the lines of text and recognises them,
// those that may hold a grade several times over. It is pure but for the
// models, which are injected: the process that holds them is
// cmd/jianding-ocr. Start reading at Reader.Read.
package page

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// Models are the three neural networks of PP-OCR. Input is planes of floats
// (three for blue, green, red as OpenCV has them), normalised as each model
// was trained.
type Models interface {
	// Detect marks text: for 3×h×w it returns h×w probabilities. h and w are
	// multiples of 32.
	Detect(in []float32, h, w int) ([]float32, error)
	// Recognise reads one line of height LineHeight and any width: steps rows
	// of probabilities over the classes of the dictionary.
	Recognise(in []float32, w int) (probs []float32, steps int, err error)
	// Upside gives the probability that a line, 48×192, stands on its head.
	Upside(in []float32) (float64, error)
}

// What the models were trained on.
const (
	LineHeight  = 48
	UpsideWidth = 192
)

// Limits bound the work on one page.
type Limits struct {
	// LongSide is the length in pixels to which a page is reduced for finding
	// lines (default 1664: 9 pt print is 18 pixels high on A4).
	LongSide int
	// Lines bounds how many lines of a page are read (default 400).
	Lines int
	// Candidates bounds how many are read again (default 60).
	Candidates int
}

func (l Limits) withDefaults() Limits {
	l.LongSide = cmp.Or(l.LongSide, 1664)
	l.Lines = cmp.Or(l.Lines, 400)
	l.Candidates = cmp.Or(l.Candidates, 60)
	return l
}

// Line is a piece of text without a wide gap. Its box is in pixels of the
// page after it was turned and straightened.
type Line struct {
	Rect
	Text       string // as the model read it
	Chars      []Char
	Confidence float64
}

// Result is a page as read.
type Result struct {
	Lines []Line // top to bottom, each row from left to right
	// Quarters, clockwise, and then Skew, by which the image was turned before
	// it was read: Turn(Quarters).Rotate(−Skew).
	Quarters int
	Skew     float64
	W, H     int // of the image so turned
	Seal     bool
	Cut      bool // more lines than Limits.Lines
}

// Reader reads pages. It is not safe for concurrent use when its models are
// not.
type Reader struct {
	Models     Models
	Dictionary Dictionary
	Limits     Limits
}

// Read reads a page. The error is ctx's or a model's.
func (r *Reader) Read(ctx context.Context, img Raster) (Result, error) {
	w := work{Reader: r, ctx: ctx, limits: r.Limits.withDefaults()}
	boxes, err := w.straighten(img)
	if err != nil {
		return Result{}, err
	}
	res := Result{Quarters: w.quarters, Skew: w.skew, W: w.plain.W, H: w.plain.H, Seal: w.seal.Any()}
	if len(boxes) > w.limits.Lines {
		// The biggest print says most.
		slices.SortStableFunc(boxes, func(a, b Box) int { return cmp.Compare(b.h(), a.h()) })
		boxes, res.Cut = boxes[:w.limits.Lines], true
	}
	again := 0
	for _, b := range boxes {
		best, err := w.readBox(b)
		if err != nil {
			return res, err
		}
		if again < w.limits.Candidates && Candidate(text(best.chars)) {
			again++
			if best, err = w.readAgain(b, best); err != nil {
				return res, err
			}
			if best, err = w.readOn(b, best, boxes); err != nil {
				return res, err
			}
		}
		if !noise(best.chars) {
			res.Lines = append(res.Lines, split(best)...)
		}
	}
	res.Lines = rows(res.Lines)
	return res, nil
}

// work is one page under way.
type work struct {
	*Reader
	ctx    context.Context
	limits Limits

	quarters int
	skew     float64
	plain    Raster // turned and straight
	clean    Raster // without the seal; the same as plain when there is none
	seal     Seal
}

// straighten turns the page until its lines run level and upright, and
// returns its boxes. How the page lies is told from a look at half the size.
func (w *work) straighten(img Raster) ([]Box, error) {
	w.plain = img
	w.look()
	coarse, err := w.detect(w.clean, w.limits.LongSide/2)
	if err != nil {
		return nil, err
	}
	turned := false
	if standing(coarse) {
		// Text runs up or down; which of the two, the next step tells.
		w.quarters, turned = 1, true
		w.plain = img.Turn(1)
		w.look()
		if coarse, err = w.detect(w.clean, w.limits.LongSide/2); err != nil {
			return nil, err
		}
	}
	head, err := w.onItsHead(coarse)
	if err != nil {
		return nil, err
	}
	if head {
		w.quarters, turned = (w.quarters+2)%4, true
		w.plain = w.plain.Turn(2)
	}
	w.skew = Skew(w.plain)
	if w.skew != 0 {
		w.plain, turned = w.plain.Rotate(-w.skew), true
	}
	if turned {
		w.look()
	}
	return w.find()
}

func (w *work) look() {
	w.seal = FindSeal(w.plain)
	w.clean = w.plain
	if w.seal.Any() {
		w.clean = w.seal.Suppress(w.plain)
	}
}

// find detects the lines of both versions of the page: where they overlap, the
// one of the clean version stands, unless the other goes on well beyond it.
func (w *work) find() ([]Box, error) {
	boxes, err := w.detect(w.clean, w.limits.LongSide)
	if err != nil || !w.seal.Any() {
		return boxes, err
	}
	more, err := w.detect(w.plain, w.limits.LongSide)
	if err != nil {
		return nil, err
	}
	return mergeBoxes(boxes, more, w.seal), nil
}

// Mean and deviation of ImageNet (for values 0 to 1), in the order blue,
// green, red in which PP-OCR's models were trained with them.
var (
	mean      = [3]float32{0.485, 0.456, 0.406}
	deviation = [3]float32{0.229, 0.224, 0.225}
)

func (w *work) detect(img Raster, longSide int) ([]Box, error) {
	if err := w.ctx.Err(); err != nil {
		return nil, err
	}
	scale := min(1, float64(longSide)/float64(max(img.W, img.H)))
	round := func(n int) int { return max(32, int(math.Round(float64(n)*scale/32))*32) }
	dw, dh := round(img.W), round(img.H)
	planes := img.sample(Rect{0, 0, float64(img.W), float64(img.H)}, dw, dh)
	in := normalised(planes, dw*dh, mean, deviation)
	prob, err := w.Models.Detect(in, dh, dw)
	if err != nil {
		return nil, err
	}
	boxes := Boxes(prob, dw, dh)
	fx, fy := float64(img.W)/float64(dw), float64(img.H)/float64(dh)
	for i, b := range boxes {
		boxes[i].Rect = Rect{b.X0 * fx, b.Y0 * fy, b.X1 * fx, b.Y1 * fy}
		boxes[i].Slope = b.Slope * fy / fx
	}
	return boxes, nil
}

// normalised swaps R, G, B to B, G, R and normalises.
func normalised(planes []float32, n int, mean, deviation [3]float32) []float32 {
	out := make([]float32, 3*n)
	for c := range 3 {
		src, dst := planes[(2-c)*n:(3-c)*n], out[c*n:(c+1)*n]
		for i, v := range src {
			dst[i] = (v/255 - mean[c]) / deviation[c]
		}
	}
	return out
}

var half = [3]float32{0.5, 0.5, 0.5}

// standing tells whether most of the text runs up or down the page.
func standing(boxes []Box) bool {
	up, along := 0.0, 0.0
	for _, b := range boxes {
		switch {
		case b.h() > 2*b.w():
			up += b.area()
		case b.w() > 2*b.h():
			along += b.area()
		}
	}
	return up > along
}

// onItsHead has the widest lines judged by the model that was made for it and,
// when it finds the page upside down or cannot tell, by whether they read
// better the other way.
func (w *work) onItsHead(boxes []Box) (bool, error) {
	widest := slices.Clone(boxes)
	slices.SortStableFunc(widest, func(a, b Box) int { return cmp.Compare(b.w(), a.w()) })
	widest = widest[:min(len(widest), 12)]
	down := 0.0
	for _, b := range widest {
		crop := b.Rect
		crop.X1 = min(crop.X1, crop.X0+crop.h()*UpsideWidth/LineHeight)
		p, err := w.Models.Upside(normalised(w.clean.sample(crop, UpsideWidth, LineHeight), UpsideWidth*LineHeight, half, half))
		if err != nil {
			return false, err
		}
		down += p
	}
	if len(widest) == 0 || down < 0.25*float64(len(widest)) {
		return false, nil
	}
	as, turned := 0.0, 0.0
	for _, b := range widest[:min(len(widest), 4)] {
		sub := w.clean.cut(b.Rect, 0)
		up, err := w.recognise(sub)
		if err != nil {
			return false, err
		}
		over, err := w.recognise(sub.Turn(2))
		if err != nil {
			return false, err
		}
		as, turned = as+worth(up), turned+worth(over)
	}
	return turned > as, nil
}

// cut takes a part out of the image, its columns shifted so that a line of the
// given slope is level.
func (r Raster) cut(box Rect, slope float64) Raster {
	x0, y0 := max(0, int(box.X0)), max(0, int(box.Y0))
	x1, y1 := min(r.W, int(math.Ceil(box.X1))), min(r.H, int(math.Ceil(box.Y1)))
	out := NewRaster(max(1, x1-x0), max(1, y1-y0))
	for x := x0; x < x1; x++ {
		shift := int(math.Round(slope * (float64(x) - (box.X0+box.X1)/2)))
		for y := y0; y < y1; y++ {
			if sy := y + shift; sy >= 0 && sy < r.H {
				copy(out.Pix[3*((y-y0)*out.W+x-x0):][:3], r.Pix[3*(sy*r.W+x):][:3])
			}
		}
	}
	return out
}

// widest is the width in model pixels beyond which a line is squeezed.
const widest = 3200

// recognise reads an image that holds one line.
func (w *work) recognise(line Raster) ([]Char, error) {
	if err := w.ctx.Err(); err != nil {
		return nil, err
	}
	width := min(widest, max(16, int(math.Ceil(float64(LineHeight)*float64(line.W)/float64(line.H)))))
	planes := line.sample(Rect{0, 0, float64(line.W), float64(line.H)}, width, LineHeight)
	probs, steps, err := w.Models.Recognise(normalised(planes, width*LineHeight, half, half), width)
	if err != nil {
		return nil, err
	}
	return w.Dictionary.Decode(probs, steps), nil
}
