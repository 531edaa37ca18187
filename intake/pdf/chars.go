package pdf

import (
	"math"
	"unicode"
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
	drawn := make([]bool, len(units))
	objects := make([]*textObject, len(units))
	for i := range units {
		if boxes[i], drawn[i], err = charBox(g, boxOf, looseOf, p.text, i); err != nil {
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
			doubtful := o.doubtful
			o.sight = l.sight(h)
			o.doubtful = o.doubtful || doubtful
			seen[h] = o
		}
		objects[i] = o
	}
	out := make([]Char, 0, len(units))
	var doubts []doubt
	runes := fold(units, func(first, last int) {
		b, o := boxes[first], objects[first]
		for i := first + 1; i <= last; i++ {
			b = union(b, boxes[i])
		}
		c := Char{Box: p.shown(b), Generated: units[first].generated}
		if o != nil {
			c.Size = o.size
			c.Turn = (o.turn + 360 - p.info.Rotation) % 360
			c.Hidden = o.hidden || o.faint || outside(b, p.box) || o.clippedAway(b)
			if !c.Hidden && err == nil {
				c.Hidden, err = d.covered(g, p, b, o.order)
			}
			if !c.Hidden && (o.doubtful || o.pale || !drawn[first] && units[first].r != '\uFFFD') {
				doubts = append(doubts, doubt{char: len(out), object: o})
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
	return out, d.resolve(g, p, out, doubts)
}

// charBox is the box of the glyph as drawn, or the font's box where the glyph
// has no outline (a font that is not embedded and not installed, or one whose
// glyph is empty); drawn tells which.
func charBox(g *guest, tight, loose guestFunc, text uint64, i int) (box [4]float64, drawn bool, err error) {
	s := g.scratch
	if _, err := g.call(tight, text, uint64(i), s, s+8, s+16, s+24); err != nil {
		return box, false, err
	}
	b, err := g.bytes(s, 32)
	if err != nil {
		return box, false, err
	}
	box = normal([4]float64{float64At(b, 0), float64At(b, 2), float64At(b, 1), float64At(b, 3)})
	if box[2]-box[0] >= smallestThickness && box[3]-box[1] >= smallestThickness {
		return box, true, nil
	}
	// FS_RECTF: left, top, right, bottom.
	ok, err := g.call(loose, text, uint64(i), s)
	if err != nil || int32(ok) == 0 {
		return box, false, err
	}
	if b, err = g.bytes(s, 16); err != nil {
		return box, false, err
	}
	return normal([4]float64{float32At(b, 0), float32At(b, 3), float32At(b, 2), float32At(b, 1)}), false, nil
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
