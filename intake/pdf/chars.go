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
	placed, err := placeUnits(g, p, units, l)
	if err != nil {
		return nil, err
	}
	l.ground.spread(&d.canvas)
	out := make([]Char, 0, len(units))
	var at [][4]float64 // of the characters, in the page's own space
	var of []*textObject
	var unsure []bool // only the picture tells whether it is seen
	runes := fold(units, func(first, last int) {
		b, o := placed[first].box, placed[first].object
		for i := first + 1; i <= last; i++ {
			b = union(b, placed[i].box)
		}
		c := Char{Box: p.shown(b), Generated: units[first].generated}
		doubtful := false
		if o != nil {
			c.Size = o.size
			c.Turn = (o.turn + 360 - p.info.Rotation) % 360
			c.Hidden = o.hidden || o.faint || outside(b, p.box) || o.clippedAway(b)
			if !c.Hidden && err == nil {
				c.Hidden, err = d.covered(g, p, b, o.order)
			}
			doubtful = o.doubtful || o.pale || !placed[first].drawn && units[first].r != '\uFFFD' || l.ground.doubtful(b, o.order, o.colour)
		}
		at, of, unsure = append(at, b), append(of, o), append(unsure, doubtful)
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
	var doubts []doubt
	for i, over := range l.ground.textOver(out, at, of, &d.canvas) {
		if of[i] != nil && !out[i].Hidden && (over || unsure[i]) {
			doubts = append(doubts, doubt{char: i, object: of[i]})
		}
	}
	l.ground = nil // of a page that may stay open, and its cells are the next one's
	return out, d.resolve(g, p, out, doubts)
}

// place is where a code unit is drawn, in the page's own space, and by what.
type place struct {
	box    [4]float64
	drawn  bool        // the box is that of its outline
	object *textObject // nil when PDFium inferred it
}

func placeUnits(g *guest, p *page, units []unit, l *layers) ([]place, error) {
	boxOf, looseOf, objectOf := g.fn("FPDFText_GetCharBox"), g.fn("FPDFText_GetLooseCharBox"), g.fn("FPDFText_GetTextObject")
	seen := make(map[uint64]*textObject)
	out := make([]place, len(units))
	for i := range out {
		u := &out[i]
		var err error
		if u.box, u.drawn, err = charBox(g, boxOf, looseOf, p.text, i); err != nil {
			return nil, err
		}
		h, err := g.call(objectOf, p.text, uint64(i))
		if err != nil {
			return nil, err
		}
		if h == 0 {
			continue
		}
		o := seen[h]
		if o == nil {
			if o, err = textObjectAt(g, p.text, h, i); err != nil {
				return nil, err
			}
			doubtful := o.doubtful
			o.sight = l.sight(h)
			if o.sight.doubtful {
				o.colour = mixed // it may be seen in another
			}
			o.doubtful = o.doubtful || doubtful
			seen[h] = o
		}
		u.object = o
	}
	return out, l.unread(g, seen)
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
