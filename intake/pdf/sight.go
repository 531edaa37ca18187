package pdf

import "math"

// sight is what the graphics state says of a reader's seeing a text object.
type sight struct {
	order int        // place in the drawing order, -1 when unknown
	clip  [4]float64 // what is not in it is not drawn
	// doubtful is set where only the picture tells whether anything is seen: under
	// a soft mask, a blend mode, some opacity, a clip that is no rectangle.
	doubtful bool
	faint    bool   // so transparent that nobody sees it
	within   matrix // of the forms that it lies in
}

// scope is what the forms that an object lies in do to it.
type scope struct {
	m        matrix
	clip     [4]float64
	alpha    float64 // least of the forms' opacities: readers differ on their product
	doubtful bool
}

var whole = scope{m: identity, alpha: 1,
	clip: [4]float64{math.Inf(-1), math.Inf(-1), math.Inf(1), math.Inf(1)}}

// enter narrows the scope to what an object's own graphics state leaves of it.
func (w *layerWalk) enter(o uint64, in scope) (scope, error) {
	v, err := w.g.do("FPDFPageObj_HasTransparency", o)
	if err != nil {
		return in, err
	}
	if int32(v) != 0 {
		in.doubtful = true
		alpha, err := w.alpha(o)
		if err != nil {
			return in, err
		}
		in.alpha = min(in.alpha, alpha)
	}
	if w.textClips {
		in.doubtful = true
	}
	box, exact, err := w.clipped(o, in.m)
	if err != nil {
		return in, err
	}
	in.clip = intersect(in.clip, box)
	in.doubtful = in.doubtful || !exact
	return in, nil
}

func (w *layerWalk) text(o uint64, in scope, order int) error {
	in, err := w.enter(o, in)
	if err != nil {
		return err
	}
	w.l.texts[o] = sight{order: order, clip: in.clip, doubtful: in.doubtful, faint: in.alpha < faintest, within: in.m}
	mode, err := w.g.do("FPDFTextObj_GetTextRenderMode", o)
	if err != nil {
		return err
	}
	w.textClips = w.textClips || int32(mode) >= modeFillClip
	return nil
}

// unread notes where pale letters, or pale outlines of some, are painted by texts
// that are not read: they take from view what they are drawn over. PDFium gives a
// text that is drawn twice in one place once, and the second may be white.
func (l *layers) unread(g *guest, read map[uint64]*textObject) error {
	w := &layerWalk{g: g, l: l, clips: make(map[uint64]clipPath)}
	for o, s := range l.texts {
		if read[o] != nil {
			continue
		}
		if err := w.letters(o, scope{m: s.within, clip: s.clip}, s.order); err != nil {
			return err
		}
	}
	return nil
}

func (w *layerWalk) letters(o uint64, in scope, order int) error {
	v, err := w.g.do("FPDFTextObj_GetTextRenderMode", o)
	if err != nil {
		return err
	}
	mode, pale, width := int32(v), false, 0.0
	if mode != modeStroke && mode != modeStrokeClip {
		p, err := w.pale("FPDFPageObj_GetFillColor", o)
		if err != nil {
			return err
		}
		pale = p
	}
	switch mode {
	case modeStroke, modeFillStroke, modeStrokeClip, modeBothClip:
		p, err := w.pale("FPDFPageObj_GetStrokeColor", o)
		if err != nil {
			return err
		}
		pale = pale || p
		if width, err = strokeWidth(w.g, o); err != nil {
			return err
		}
		width *= max(1, math.Hypot(in.m[2], in.m[3])) / 2
	}
	if !pale {
		return nil
	}
	b, err := w.bounds(o, in.m)
	if err != nil {
		return err
	}
	return w.paint(o, [4]float64{b[0] - width, b[1] - width, b[2] + width, b[3] + width}, in, order, 0)
}

// pale tells whether a colour of an object is one that paper swallows.
func (w *layerWalk) pale(get string, o uint64) (bool, error) {
	s := w.g.scratch
	ok, err := w.g.do(get, o, s, s+4, s+8, s+12)
	if err != nil || int32(ok) == 0 {
		return true, err
	}
	b, err := w.g.bytes(s, 8)
	return err == nil && min(b[0], b[4]) >= tintFrom, err
}

// alpha is the opacity with which an object is filled, 0 to 1; for a form it is
// that of the whole form.
func (w *layerWalk) alpha(o uint64) (float64, error) {
	s := w.g.scratch
	ok, err := w.g.do("FPDFPageObj_GetFillColor", o, s, s+4, s+8, s+12)
	if err != nil || int32(ok) == 0 {
		return 1, err
	}
	b, err := w.g.bytes(s, 16)
	if err != nil {
		return 1, err
	}
	return float64(b[12]) / 255, nil
}

// clipPath is one path of a clip, in the space of the objects that it clips.
type clipPath struct {
	box  [4]float64
	rect bool
}

// Bounds of what is looked at of clips. What goes beyond is doubtful.
const (
	mostClips        = 32
	longestClip      = 400 // segments
	shortestClip     = 3   // segments that enclose anything
	leastOfCharacter = 0.3 // share of a character's box by which it may be known
)

// clipped is the box that an object's clip leaves of it. exact is false where
// less than the box may be left.
func (w *layerWalk) clipped(o uint64, m matrix) (box [4]float64, exact bool, err error) {
	box = whole.clip
	clip, err := w.g.do("FPDFPageObj_GetClipPath", o)
	if err != nil || clip == 0 {
		return box, true, err
	}
	v, err := w.g.do("FPDFClipPath_CountPaths", clip)
	if err != nil {
		return box, false, err
	}
	n := int(int32(v))
	exact = n <= mostClips && (m[1] == 0 && m[2] == 0 || m[0] == 0 && m[3] == 0)
	for i := range min(max(n, 0), mostClips) {
		c, err := w.clipPath(clip, i)
		if err != nil {
			return box, false, err
		}
		if c.box != whole.clip {
			box = intersect(box, m.box(c.box))
		}
		exact = exact && c.rect
	}
	return box, exact, nil
}

// clipPath reads a path once: the objects drawn under one clip share it, and with
// it the address of its first segment.
func (w *layerWalk) clipPath(clip uint64, i int) (clipPath, error) {
	first, err := w.g.do("FPDFClipPath_GetPathSegment", clip, uint64(i), 0)
	if err != nil {
		return clipPath{}, err
	}
	if c, ok := w.clips[first]; ok && first != 0 {
		return c, nil
	}
	c := clipPath{box: whole.clip}
	v, err := w.g.do("FPDFClipPath_CountPathSegments", clip, uint64(i))
	if err != nil {
		return c, err
	}
	if n := int(int32(v)); n >= shortestClip && n <= longestClip {
		pts, err := w.points(n, func(j int) (uint64, error) {
			return w.g.do("FPDFClipPath_GetPathSegment", clip, uint64(i), uint64(j))
		})
		if err != nil {
			return c, err
		}
		if len(pts) > 0 {
			c = clipPath{box: bounding(pts), rect: n <= 6 && axisAligned(pts)}
		}
	}
	w.clips[first] = c
	return c, nil
}

// sight is what the walk found of a text object. One that it did not come to,
// because the page has too many objects or forms too deep, is doubtful.
func (l *layers) sight(object uint64) sight {
	if s, ok := l.texts[object]; ok {
		return s
	}
	return sight{order: -1, clip: whole.clip, doubtful: true}
}

// clippedAway tells whether too little of a character is left to be read.
func (s sight) clippedAway(b [4]float64) bool {
	if b[2]-b[0] <= 0 || b[3]-b[1] <= 0 {
		return outside(b, s.clip)
	}
	return within(b, s.clip) < leastOfCharacter
}

func intersect(a, b [4]float64) [4]float64 {
	return [4]float64{max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])}
}
