package page

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// reading is one reading of one box.
type reading struct {
	box   Rect
	chars []Char
}

// worth weighs a reading: characters that the model is sure of count for it,
// guesses against it, so that a long sure reading beats a short one and noise
// beats nothing.
func worth(cs []Char) float64 {
	sum := 0.0
	for _, c := range cs {
		sum += c.Confidence - 0.55
	}
	return sum
}

// readBox reads a line: without the seal's ink and, where there is any, as it
// is as well. The better reading stands.
func (w *work) readBox(b Box) (reading, error) {
	rs, err := w.versions(b, b.Rect)
	if err != nil {
		return reading{}, err
	}
	return slices.MaxFunc(rs, func(a, b reading) int { return cmp.Compare(worth(a.chars), worth(b.chars)) }), nil
}

func (w *work) versions(b Box, crop Rect) ([]reading, error) {
	pages := []Raster{w.clean}
	if w.seal.Touches(crop) {
		pages = append(pages, w.plain)
	}
	var out []reading
	for _, p := range pages {
		cs, err := w.recognise(p.cut(crop, b.Slope))
		if err != nil {
			return nil, err
		}
		out = append(out, reading{crop, cs})
	}
	return out, nil
}

// readAgain reads a line that may hold a grade again, cropped more tightly,
// which gives the model more of the page's pixels per character, and less.
// What most readings agree on stands.
func (w *work) readAgain(b Box, first reading) (reading, error) {
	all := []reading{first}
	h := b.h()
	for _, crop := range []Rect{b.grow(-0.02*h, -0.14*h), b.grow(0.1*h, -0.07*h), b.grow(0.15*h, 0.1*h)} {
		rs, err := w.versions(b, crop.meet(Rect{0, 0, float64(w.plain.W), float64(w.plain.H)}))
		if err != nil {
			return first, err
		}
		all = append(all, rs...)
	}
	return vote(all), nil
}

// noise tells whether a reading is what the model makes of the rings, stars
// and bent text of a seal, and of specks: a guess of one or two characters, or
// a longer one of which it believes nothing.
func noise(cs []Char) bool {
	c := confidence(cs)
	return c < 0.35 || len(cs) <= 2 && c < 0.6
}

// mergeBoxes adds to the boxes of the clean version those of the plain one
// that lie elsewhere: text in coloured ink. A plain box that runs on well
// beyond the clean ones that it overlaps, under the seal, takes their place.
func mergeBoxes(clean, plain []Box, seal Seal) []Box {
	out := slices.Clone(clean)
	for _, p := range plain {
		covered := 0.0
		for _, c := range clean {
			if c.meet(p.Rect).w() > 0 {
				covered += c.meet(p.Rect).area()
			}
		}
		switch share := covered / p.area(); {
		case share < 0.25:
			out = append(out, p)
		case share < 0.7 && p.w() > 3*p.h() && seal.Touches(p.Rect):
			out = slices.DeleteFunc(out, func(c Box) bool { return c.meet(p.Rect).area() > 0.6*c.area() && c.h() < 1.5*p.h() })
			out = append(out, p)
		}
	}
	return out
}

// split cuts a reading where the gap between two characters is that of
// another cell of a table: detection likes to join neighbouring cells.
func split(r reading) []Line {
	em := r.box.h() * 0.8
	at := func(c Char) float64 { return r.box.X0 + c.At*r.box.w() }
	var out []Line
	flush := func(cs []Char) {
		for len(cs) > 0 && unicode.IsSpace(cs[0].R) {
			cs = cs[1:]
		}
		for len(cs) > 0 && unicode.IsSpace(cs[len(cs)-1].R) {
			cs = cs[:len(cs)-1]
		}
		if len(cs) == 0 {
			return
		}
		box := r.box
		if first := cs[0]; len(out) > 0 || first.At > 0 {
			box.X0 = max(box.X0, at(first)-halfWidth(first)*em)
		}
		box.X1 = min(box.X1, at(cs[len(cs)-1])+halfWidth(cs[len(cs)-1])*em)
		box.X1 = max(box.X1, box.X0+1)
		out = append(out, Line{Rect: box, Text: text(cs), Chars: slices.Clone(cs), Confidence: confidence(cs)})
	}
	from := 0
	for i := 1; i < len(r.chars); i++ {
		a, b := r.chars[i-1], r.chars[i]
		if at(b)-at(a)-(halfWidth(a)+halfWidth(b))*em > 1.6*em {
			flush(r.chars[from:i])
			from = i
		}
	}
	flush(r.chars[from:])
	return out
}

// halfWidth is half the width of a character, in em.
func halfWidth(c Char) float64 {
	if c.R >= 0x2E80 {
		return 0.5
	}
	return 0.28
}

// rows sorts lines into the rows of a page, top to bottom, and each row from
// left to right: two lines are of one row when their middles lie within half
// the height of the lower one.
func rows(lines []Line) []Line {
	slices.SortStableFunc(lines, func(a, b Line) int { return cmp.Compare(a.Y0+a.Y1, b.Y0+b.Y1) })
	out := make([]Line, 0, len(lines))
	for i := 0; i < len(lines); {
		j := i + 1
		for j < len(lines) && (lines[j].Y0+lines[j].Y1-lines[i].Y0-lines[i].Y1)/2 < 0.5*min(lines[i].h(), lines[j].h()) {
			j++
		}
		row := lines[i:j]
		slices.SortStableFunc(row, func(a, b Line) int { return cmp.Compare(a.X0, b.X0) })
		evenHeights(row)
		out = append(out, join(row)...)
		i = j
	}
	return out
}

// evenHeights gives a line that is much higher than the others of its row their
// height: letters of a seal above or below it were taken for a part of it, and
// a value that seems twice as large as its label is not found beside it.
func evenHeights(row []Line) {
	if len(row) < 3 {
		return
	}
	hs := make([]float64, len(row))
	for i, l := range row {
		hs[i] = l.h()
	}
	slices.Sort(hs)
	usual := hs[(len(hs)-1)/2]
	for i := range row {
		if l := &row[i]; l.h() > 1.5*usual {
			mid := (l.Y0 + l.Y1) / 2
			l.Y0, l.Y1 = mid-usual/2, mid+usual/2
		}
	}
}

// join puts the pieces of a row together that a reader sees as one: detection
// breaks a line off where the seal crosses it.
func join(row []Line) []Line {
	out := row[:1:1]
	for _, l := range row[1:] {
		last := &out[len(out)-1]
		h := min(last.h(), l.h())
		apart := 0.5 * h
		if endsInLetter(last.Text) && strings.HasPrefix(l.Text, "级") {
			apart = 2.5 * h // where a subscript stood that was not seen
		}
		if gap := l.X0 - last.X1; gap > apart || gap < -0.5*h || max(last.h(), l.h()) > 1.4*h {
			out = append(out, l)
			continue
		}
		last.Rect = Rect{last.X0, min(last.Y0, l.Y0), max(last.X1, l.X1), max(last.Y1, l.Y1)}
		last.Text += l.Text
		last.Chars = append(slices.Clip(last.Chars), l.Chars...)
		last.Confidence = confidence(last.Chars)
	}
	return out
}

func endsInLetter(s string) bool { return s != "" && s[len(s)-1] >= 'A' && s[len(s)-1] <= 'D' }
