package pdf

import (
	"encoding/binary"
	"math"
	"unicode"
)

// textObject is what all characters of one drawn text object share.
type textObject struct {
	size   float64 // points as displayed
	hidden bool    // render mode, colour or size that nobody sees
	pale   bool    // filled in a colour that a white page swallows
	order  int     // place in the drawing order, -1 when unknown
	turn   int     // degrees counterclockwise of the baseline in the page's own space
}

// Render modes of text (ISO 32000-2 table 104).
const (
	modeFill          = 0
	modeInvisible     = 3
	modeFillClip      = 4
	modeClip          = 7
	smallestSize      = 1.0 // points; below it text is a smudge
	paleFrom          = 0xF6
	smallestThickness = 0.01 // points
)

func (d *Document) chars(g *guest, p *page) ([]Char, error) {
	units, err := d.units(g, p)
	if err != nil {
		return nil, err
	}
	l, err := d.layers(g, p)
	if err != nil {
		return nil, err
	}
	boxOf, looseOf, objectOf := g.fn("FPDFText_GetCharBox"), g.fn("FPDFText_GetLooseCharBox"), g.fn("FPDFText_GetTextObject")
	seen := make(map[uint64]*textObject)
	boxes := make([][4]float64, len(units))
	objects := make([]*textObject, len(units))
	for i := range units {
		if boxes[i], err = charBox(g, boxOf, looseOf, p.text, i); err != nil {
			return nil, err
		}
		h, err := g.call(objectOf, p.text, uint64(i))
		if err != nil {
			return nil, err
		}
		if h == 0 {
			continue // generated
		}
		o := seen[h]
		if o == nil {
			if o, err = textObjectAt(g, p.text, h, i); err != nil {
				return nil, err
			}
			o.order = l.textOrder(h)
			seen[h] = o
		}
		objects[i] = o
	}
	out := make([]Char, 0, len(units))
	runes := fold(units, func(first, last int) {
		b, o := boxes[first], objects[first]
		for i := first + 1; i <= last; i++ {
			b = union(b, boxes[i])
		}
		c := Char{Box: p.shown(b), Generated: units[first].generated}
		if o != nil {
			c.Size = o.size
			c.Turn = (o.turn + 360 - p.info.Rotation) % 360
			c.Hidden = o.hidden || outside(b, p.box) || o.pale && !l.backed(b, o.order)
			if !c.Hidden && err == nil {
				c.Hidden, err = d.covered(g, p, b, o.order)
			}
		}
		out = append(out, c)
	})
	if err != nil {
		return nil, err
	}
	for i, r := range runes {
		out[i].R = r
		if !unicode.IsSpace(r) && (out[i].Box[2]-out[i].Box[0] < smallestThickness || out[i].Box[3]-out[i].Box[1] < smallestThickness) {
			out[i].Hidden = true
		}
	}
	return out, nil
}

// charBox is the box of the glyph as drawn, or the font's box where the glyph
// has no outline (a font that is not embedded and not installed).
func charBox(g *guest, tight, loose guestFunc, text uint64, i int) ([4]float64, error) {
	s := g.scratch
	if _, err := g.call(tight, text, uint64(i), s, s+8, s+16, s+24); err != nil {
		return [4]float64{}, err
	}
	b, err := g.bytes(s, 32)
	if err != nil {
		return [4]float64{}, err
	}
	box := normal([4]float64{float64At(b, 0), float64At(b, 2), float64At(b, 1), float64At(b, 3)})
	if box[2]-box[0] >= smallestThickness && box[3]-box[1] >= smallestThickness {
		return box, nil
	}
	// FS_RECTF: left, top, right, bottom.
	ok, err := g.call(loose, text, uint64(i), s)
	if err != nil || int32(ok) == 0 {
		return box, err
	}
	if b, err = g.bytes(s, 16); err != nil {
		return box, err
	}
	return normal([4]float64{float32At(b, 0), float32At(b, 3), float32At(b, 2), float32At(b, 1)}), nil
}

func textObjectAt(g *guest, text, object uint64, i int) (*textObject, error) {
	o := &textObject{}
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
	o.size = math.Abs(size) * math.Hypot(float32At(m, 2), float32At(m, 3))
	if rise, run := float32At(m, 1), float32At(m, 0); rise != 0 || run < 0 {
		o.turn = (int(math.Round(math.Atan2(rise, run)*180/math.Pi)) + 360) % 360
	}
	if v, err = g.do("FPDFTextObj_GetTextRenderMode", object); err != nil {
		return nil, err
	}
	mode := int32(v)
	s := g.scratch
	ok, err := g.do("FPDFText_GetFillColor", text, uint64(i), s, s+4, s+8, s+12)
	if err != nil {
		return nil, err
	}
	c, err := g.bytes(s, 16)
	if err != nil {
		return nil, err
	}
	channel := func(i int) uint32 { return binary.LittleEndian.Uint32(c[4*i:]) }
	filled := mode == modeFill || mode == modeFillClip
	transparent := int32(ok) != 0 && channel(3) == 0
	o.pale = filled && int32(ok) != 0 && min(channel(0), channel(1), channel(2)) >= paleFrom
	o.hidden = mode == modeInvisible || mode == modeClip || filled && transparent || o.size < smallestSize
	return o, nil
}

// normal orders a box's corners; what is not a number becomes nothing.
func normal(b [4]float64) [4]float64 {
	for i, v := range b {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return [4]float64{}
		}
		b[i] = v
	}
	return [4]float64{min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3])}
}

func union(a, b [4]float64) [4]float64 {
	return [4]float64{min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])}
}

// outside tells whether nothing of b lies within the page.
func outside(b, page [4]float64) bool {
	return b[2] <= page[0] || b[0] >= page[2] || b[3] <= page[1] || b[1] >= page[3]
}
