package pdf

import (
	"encoding/binary"
	"math"
)

// textObject is what all characters of one drawn text object share.
type textObject struct {
	handle uint64
	size   float64 // points as displayed
	hidden bool    // render mode, colour, opacity or size that nobody sees
	pale   bool    // painted in a colour that a white page swallows
	colour tint
	// outline is by how much a stroke goes beyond the letters, in the page's own
	// space.
	outline float64
	turn    int // degrees counterclockwise of the baseline in the page's own space
	sight
}

// Render modes of text (ISO 32000-2 table 104).
const (
	modeStroke        = 1
	modeFillStroke    = 2
	modeInvisible     = 3
	modeStrokeClip    = 5
	modeFillClip      = 4
	modeBothClip      = 6
	modeClip          = 7
	smallestSize      = 1.0  // points; below it text is a smudge
	paleFrom          = 0xF6 // white, of a fill
	tintFrom          = 0xE0 // of a text that the paper may swallow
	smallestThickness = 0.01 // points
	// faintest is the opacity from which on a text is called visible: black at
	// 15 % on white paper is what printers lose.
	faintest = 0.15
)

func textObjectAt(g *guest, text, object uint64, i int) (*textObject, error) {
	o := &textObject{handle: object}
	v, err := g.do("FPDFText_GetFontSize", text, uint64(i))
	if err != nil {
		return nil, err
	}
	size := math.Float64frombits(v)
	if _, err := g.do("FPDFText_GetMatrix", text, uint64(i), g.scratch); err != nil {
		return nil, err
	}
	m, err := g.bytes(g.scratch, 24)
	if err != nil {
		return nil, err
	}
	a, b, c, e := float32At(m, 0), float32At(m, 1), float32At(m, 2), float32At(m, 3)
	o.size = math.Abs(size) * math.Hypot(c, e)
	if b != 0 || a < 0 {
		o.turn = (int(math.Round(math.Atan2(b, a)*180/math.Pi)) + 360) % 360
	}
	// A glyph may be of full height and squeezed to a hairline, by the horizontal
	// scale or by a matrix that slants it flat.
	thickness := math.Abs(size) * math.Abs(a*e-b*c) / max(math.Hypot(a, b), math.Hypot(c, e))
	tiny := !(min(o.size, thickness) >= smallestSize)
	if v, err = g.do("FPDFTextObj_GetTextRenderMode", object); err != nil {
		return nil, err
	}
	mode := int32(v)
	var paints []paint
	switch mode {
	case modeStroke, modeFillStroke, modeStrokeClip, modeBothClip:
		p, err := paintAt(g, "FPDFText_GetStrokeColor", text, i)
		if err != nil {
			return nil, err
		}
		paints = append(paints, p)
	}
	if mode != modeStroke && mode != modeStrokeClip {
		p, err := paintAt(g, "FPDFText_GetFillColor", text, i)
		if err != nil {
			return nil, err
		}
		paints = append(paints, p)
	}
	pale, faint := 0, 0
	for _, p := range paints {
		switch {
		case p.pattern, o.colour != 0 && o.colour != p.colour:
			o.colour = mixed
		default:
			o.colour = p.colour
		}
		if p.alpha < faintest {
			faint++
		} else if p.pale {
			pale++
		}
		o.doubtful = o.doubtful || p.pattern
	}
	o.pale = pale > 0 && pale+faint == len(paints)
	// An outline in the paper's colour eats the letter that it goes round.
	o.doubtful = o.doubtful || pale > 0 && !o.pale
	if mode == modeFillStroke || mode == modeStroke || mode == modeStrokeClip || mode == modeBothClip {
		if o.outline, err = strokeWidth(g, object); err != nil {
			return nil, err
		}
		o.outline *= max(1, math.Hypot(c, e)) / 2
	}
	o.hidden = mode == modeInvisible || mode == modeClip || faint == len(paints) || tiny
	return o, nil
}

// strokeWidth is the line width of an object in its own units.
func strokeWidth(g *guest, object uint64) (float64, error) {
	ok, err := g.do("FPDFPageObj_GetStrokeWidth", object, g.scratch)
	if err != nil || int32(ok) == 0 {
		return 0, err
	}
	b, err := g.bytes(g.scratch, 4)
	if err != nil {
		return 0, err
	}
	return float32At(b, 0), nil
}

// paint is the colour that a text object is filled or stroked with.
type paint struct {
	pale    bool
	pattern bool    // may be a pattern, of whose colours nothing is known
	alpha   float64 // 0 to 1
	colour  tint
}

const patternGray = 0xBF // what PDFium says for every pattern

func paintAt(g *guest, get string, text uint64, i int) (paint, error) {
	s := g.scratch
	ok, err := g.do(get, text, uint64(i), s, s+4, s+8, s+12)
	if err != nil || int32(ok) == 0 {
		return paint{alpha: 1, pattern: true}, err
	}
	c, err := g.bytes(s, 16)
	if err != nil {
		return paint{}, err
	}
	channel := func(i int) uint32 { return binary.LittleEndian.Uint32(c[4*i:]) }
	low, high := min(channel(0), channel(1), channel(2)), max(channel(0), channel(1), channel(2))
	return paint{
		// Yellow is as pale as white to the eye.
		pale:    min(channel(0), channel(1)) >= tintFrom,
		pattern: low == patternGray && high == patternGray,
		alpha:   float64(channel(3)) / 255,
		colour:  tintOf(channel(0), channel(1), channel(2)),
	}, nil
}
