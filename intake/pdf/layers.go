package pdf

import "encoding/binary"

// layers is the drawing order of a page, as far as it decides what a reader
// sees of the text: what its own state and that of the forms around it leave of it,
// and what lies over it.
type layers struct {
	texts  map[uint64]sight // what is known of each text object
	covers []area           // opaque rectangles, and images that may be opaque
	images [][4]float64
	rules  [][4]float64 // lines of tables, thin boxes
	shapes [][4]float64 // paths that are no lines and that paper does not swallow
	slants [][4]float64 // pieces of drawn lines that are neither level nor upright, from point to point
	ground *ground
	next   int
}

type area struct {
	box   [4]float64
	order int
	image uint64 // the image object, when opacity is still to be looked at
}

// Types of page objects (fpdf_edit.h).
const (
	objectText    = 1
	objectPath    = 2
	objectImage   = 3
	objectShading = 4
	objectForm    = 5
)

const maxFormDepth = 6

func (d *Document) layers(g *guest, p *page) (*layers, error) {
	if p.layers != nil {
		return p.layers, nil
	}
	w := &layerWalk{g: g, l: &layers{texts: make(map[uint64]sight), ground: newGround(p.box)}, budget: d.limits.ObjectsPage, segments: 4 * d.limits.ObjectsPage, clips: make(map[uint64]clipPath)}
	n, err := g.do("FPDFPage_CountObjects", p.handle)
	if err != nil {
		return nil, err
	}
	for i := 0; i < int(int32(n)) && w.budget > 0; i++ {
		o, err := p.object(g, i)
		if err != nil {
			return nil, err
		}
		if err := w.object(o.handle, o.kind, whole, 0); err != nil {
			return nil, err
		}
	}
	p.layers = w.l
	return w.l, nil
}

type layerWalk struct {
	g      *guest
	l      *layers
	budget int
	// segments is how many pieces of lines may still be looked at one by one.
	segments int
	clips    map[uint64]clipPath
	// textClips is set once a text has become part of the clip (render modes 4 to
	// 7), which PDFium does not tell of what is drawn after it.
	textClips bool
}

func (w *layerWalk) object(o, kind uint64, in scope, depth int) error {
	if o == 0 {
		return nil
	}
	w.budget--
	w.l.next++
	order, m := w.l.next, in.m
	switch kind {
	case objectText:
		return w.text(o, in, order)
	case objectForm:
		return w.form(o, in, depth)
	case objectImage:
		box, err := w.bounds(o, m)
		if err != nil {
			return err
		}
		w.l.images = append(w.l.images, box)
		if err := w.paint(o, box, in, order, mixed); err != nil {
			return err
		}
		return w.cover(o, o, box, m, order)
	case objectPath:
		return w.path(o, in, order)
	case objectShading:
		box, err := w.bounds(o, m)
		if err != nil {
			return err
		}
		return w.paint(o, box, in, order, mixed)
	}
	return nil
}

func (w *layerWalk) form(o uint64, in scope, depth int) error {
	if depth >= maxFormDepth {
		return nil
	}
	own, err := w.matrixOf(o)
	if err != nil {
		return err
	}
	if in, err = w.enter(o, in); err != nil {
		return err
	}
	in.m = own.then(in.m)
	n, err := w.g.do("FPDFFormObj_CountObjects", o)
	if err != nil {
		return err
	}
	for i := 0; i < int(int32(n)) && w.budget > 0; i++ {
		c, err := w.g.do("FPDFFormObj_GetObject", o, uint64(i))
		if err != nil {
			return err
		}
		kind, err := kindOf(w.g, c)
		if err != nil {
			return err
		}
		if err := w.object(c, kind, in, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// paint notes what an object paints, within its clip.
func (w *layerWalk) paint(o uint64, box [4]float64, in scope, order int, colour tint) error {
	clip, _, err := w.clipped(o, in.m)
	if err != nil {
		return err
	}
	w.l.ground.paint(intersect(intersect(box, clip), in.clip), order, colour)
	return nil
}

func (w *layerWalk) path(o uint64, in scope, order int) error {
	s, m := w.g.scratch, in.m
	ok, err := w.g.do("FPDFPath_GetDrawMode", o, s, s+4)
	if err != nil || int32(ok) == 0 {
		return err
	}
	b, err := w.g.bytes(s, 8)
	if err != nil {
		return err
	}
	if binary.LittleEndian.Uint32(b) == 0 { // not filled
		if binary.LittleEndian.Uint32(b[4:]) == 0 {
			return nil
		}
		return w.stroked(o, in, order)
	}
	ok, err = w.g.do("FPDFPageObj_GetFillColor", o, s, s+4, s+8, s+12)
	if err != nil {
		return err
	}
	if b, err = w.g.bytes(s, 16); err != nil {
		return err
	}
	white, opaque, colour := false, true, mixed
	if int32(ok) != 0 {
		c := func(i int) uint32 { return binary.LittleEndian.Uint32(b[4*i:]) }
		white, opaque = min(c(0), c(1), c(2)) >= paleFrom, c(3) >= 0xF0
		switch {
		case white:
			colour = 0
		case opaque && (c(0) != patternGray || c(1) != patternGray || c(2) != patternGray):
			colour = tintOf(c(0), c(1), c(2))
		}
	}
	box, err := w.bounds(o, m)
	if err != nil {
		return err
	}
	if !white {
		w.l.rule(box)
		w.l.shape(box)
	}
	if err := w.paint(o, box, in, order, colour); err != nil {
		return err
	}
	if !opaque {
		return nil
	}
	rect, err := w.rectangle(o, "FPDFPath_CountSegments", "FPDFPath_GetPathSegment")
	if err != nil || !rect {
		return err
	}
	return w.cover(o, 0, box, m, order)
}

// cover notes an opaque object. One that is clipped is left out: taking a
// visible sentence for a covered one would be the worse mistake.
func (w *layerWalk) cover(o, image uint64, box [4]float64, m matrix, order int) error {
	if m[1] != 0 && m[0] != 0 {
		return nil // turned: its bounds say more than it covers
	}
	v, err := w.g.do("FPDFPageObj_HasTransparency", o)
	if err != nil || int32(v) != 0 {
		return err
	}
	clip, err := w.g.do("FPDFPageObj_GetClipPath", o)
	if err != nil {
		return err
	}
	if clip != 0 {
		n, err := w.g.do("FPDFClipPath_CountPaths", clip)
		if err != nil {
			return err
		}
		for i := 0; i < min(int(int32(n)), 8); i++ {
			c, err := w.clipBox(clip, i)
			if err != nil {
				return err
			}
			c = m.box(c)
			box = [4]float64{max(box[0], c[0]), max(box[1], c[1]), min(box[2], c[2]), min(box[3], c[3])}
		}
		if int32(n) > 8 {
			return nil
		}
	}
	if box[2] > box[0] && box[3] > box[1] {
		w.l.covers = append(w.l.covers, area{box: box, order: order, image: image})
	}
	return nil
}

// clipBox is the box of one path of a clip when it is a rectangle, else
// nothing.
func (w *layerWalk) clipBox(clip uint64, i int) ([4]float64, error) {
	n, err := w.g.do("FPDFClipPath_CountPathSegments", clip, uint64(i))
	if err != nil || int32(n) < 4 || int32(n) > 6 {
		return [4]float64{}, err
	}
	pts, err := w.points(int(int32(n)), func(j int) (uint64, error) {
		return w.g.do("FPDFClipPath_GetPathSegment", clip, uint64(i), uint64(j))
	})
	if err != nil || !axisAligned(pts) {
		return [4]float64{}, err
	}
	return bounding(pts), nil
}

func (w *layerWalk) rectangle(o uint64, count, get string) (bool, error) {
	n, err := w.g.do(count, o)
	if err != nil || int32(n) < 4 || int32(n) > 6 {
		return false, err
	}
	pts, err := w.points(int(int32(n)), func(j int) (uint64, error) { return w.g.do(get, o, uint64(j)) })
	return err == nil && axisAligned(pts), err
}

func (w *layerWalk) points(n int, segment func(int) (uint64, error)) ([][2]float64, error) {
	var pts [][2]float64
	for j := range n {
		s, err := segment(j)
		if err != nil {
			return nil, err
		}
		if s == 0 {
			return nil, nil
		}
		if _, err := w.g.do("FPDFPathSegment_GetPoint", s, w.g.scratch, w.g.scratch+4); err != nil {
			return nil, err
		}
		b, err := w.g.bytes(w.g.scratch, 8)
		if err != nil {
			return nil, err
		}
		pts = append(pts, [2]float64{float32At(b, 0), float32At(b, 1)})
	}
	return pts, nil
}

func (w *layerWalk) bounds(o uint64, m matrix) ([4]float64, error) {
	s := w.g.scratch
	ok, err := w.g.do("FPDFPageObj_GetBounds", o, s, s+4, s+8, s+12)
	if err != nil || int32(ok) == 0 {
		return [4]float64{}, err
	}
	b, err := w.g.bytes(s, 16)
	if err != nil {
		return [4]float64{}, err
	}
	return m.box(normal([4]float64{float32At(b, 0), float32At(b, 1), float32At(b, 2), float32At(b, 3)})), nil
}

// covered tells whether something opaque was drawn over nine tenths of the box
// after the text. Images are decoded only now, when one lies over text: seals
// usually do, and are transparent between their lines.
func (d *Document) covered(g *guest, p *page, b [4]float64, order int) (bool, error) {
	if order < 0 {
		return false, nil
	}
	covers := p.layers.covers
	for i := 0; i < len(covers); i++ {
		c := &covers[i]
		if c.order < order || within(b, c.box) < 0.9 {
			continue
		}
		if c.image != 0 {
			opaque, err := d.opaque(g, p, c.image)
			if err != nil {
				return false, err
			}
			c.image = 0
			if !opaque {
				c.box = [4]float64{}
				continue
			}
		}
		return true, nil
	}
	return false, nil
}

// opaque tells whether nearly every pixel of an image hides what is behind it.
func (d *Document) opaque(g *guest, p *page, o uint64) (bool, error) {
	const bitmapBGRA, solid, nearly = 4, 0xF0, 0.98
	bm, err := g.do("FPDFImageObj_GetRenderedBitmap", p.of, p.handle, o)
	if err != nil || bm == 0 {
		return false, err
	}
	var v [5]uint64
	for i, name := range []string{"FPDFBitmap_GetFormat", "FPDFBitmap_GetWidth", "FPDFBitmap_GetHeight", "FPDFBitmap_GetStride", "FPDFBitmap_GetBuffer"} {
		if v[i], err = g.do(name, bm); err != nil {
			return false, err
		}
	}
	width, height, stride := int(int32(v[1])), int(int32(v[2])), int(int32(v[3]))
	opaque := v[0] != bitmapBGRA
	if !opaque && width > 0 && height > 0 && stride >= width*bytesPerPixel {
		px, err := g.bytes(v[4], stride*height)
		if err != nil {
			return false, err
		}
		n := 0
		for y := range height {
			for row, x := px[y*stride:], 3; x < width*bytesPerPixel; x += bytesPerPixel {
				if row[x] >= solid {
					n++
				}
			}
		}
		opaque = float64(n) >= nearly*float64(width*height)
	}
	_, err = g.do("FPDFBitmap_Destroy", bm)
	return opaque, err
}

// imageShare counts the cells of a grid whose middle an image covers.
func (l *layers) imageShare(p *page) float64 {
	const grid = 64
	if len(l.images) == 0 {
		return 0
	}
	var cell [grid * grid]bool
	w, h := (p.box[2]-p.box[0])/grid, (p.box[3]-p.box[1])/grid
	index := func(v, origin, step float64) int {
		return int(min(max((v-origin)/step+0.5, 0), grid))
	}
	n := 0
	for _, b := range l.images {
		for y := index(b[1], p.box[1], h); y < index(b[3], p.box[1], h); y++ {
			for x := index(b[0], p.box[0], w); x < index(b[2], p.box[0], w); x++ {
				if !cell[y*grid+x] {
					cell[y*grid+x] = true
					n++
				}
			}
		}
	}
	return float64(n) / (grid * grid)
}
