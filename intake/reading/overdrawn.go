package reading

import (
	"math"
	"slices"
	"strings"

	"jianding/intake/pdf"
	"jianding/schemas"
)

// What is drawn into the text without being text: a line through words takes
// them back, a character that is a picture or a path (an equation object, a
// glyph turned to outlines) is seen and not read, and 不满足 becomes 满足.

// drawing is a source that knows what is drawn on its pages beside text and lines.
type drawing interface {
	Drawings(page int) ([][4]float64, error)
}

const (
	smallestDrawn = 3.0  // points, either way: less is a dot or a bullet
	tallestDrawn  = 60.0 // points: more is no character of a line
)

// drawingsOf returns what is drawn on a page.
func drawingsOf(src pdf.Source, page int) [][4]float64 {
	s, ok := src.(drawing)
	if !ok {
		return nil
	}
	all, err := s.Drawings(page)
	if err != nil {
		return nil // such a page has a verdict of its own
	}
	return all
}

// likeCharacters returns what may be a character or a few: not photographs, the
// frames of tables, dots.
func likeCharacters(all [][4]float64) [][4]float64 {
	return slices.DeleteFunc(slices.Clone(all), func(b [4]float64) bool {
		w, h := b[2]-b[0], b[3]-b[1]
		return w < smallestDrawn || h < smallestDrawn || h > tallestDrawn
	})
}

// penned is a source that knows which drawn lines slant, and which drawings are images.
type penned interface {
	Slants(page int) ([][4]float64, error)
	Pictures(page int) ([][4]float64, error)
}

func penOf(src pdf.Source, page int) (slants, images [][4]float64) {
	s, ok := src.(penned)
	if !ok {
		return nil, nil
	}
	slants, err := s.Slants(page)
	if err != nil {
		return nil, nil
	}
	if images, err = s.Pictures(page); err != nil {
		return slants, nil
	}
	return slants, images
}

// struckOut returns the characters of a page through which a level line runs:
// across the middle of each, for most of its width; or a bar, lower than
// they are, that is a shape or a picture. Large and slanted ones are a watermark's, which
// lies across the lines of tables.
func struckOut(chars []pdf.Char, rules, drawings [][4]float64) string {
	var level [][4]float64
	for _, b := range rules {
		if b[2]-b[0] > b[3]-b[1] {
			level = append(level, b)
		}
	}
	bars := slices.DeleteFunc(slices.Clone(drawings), func(b [4]float64) bool {
		return b[2]-b[0] < b[3]-b[1] || b[3]-b[1] > highestBar
	})
	middle := func(b [4]float64) float64 { return (b[1] + b[3]) / 2 }
	slices.SortFunc(bars, func(a, b [4]float64) int { return cmpFloat(middle(a), middle(b)) })
	if len(level)+len(bars) == 0 {
		return ""
	}
	slices.SortFunc(level, func(a, b [4]float64) int { return cmpFloat(a[1], b[1]) })
	var struck strings.Builder
	for _, c := range chars {
		h, em := c.Box[3]-c.Box[1], emOf(c)
		if c.Generated || c.Hidden || c.Turn != 0 || em > largestStruck || h < 0.4*em || blank(c.R) {
			continue // a line beside a dash or 一 may be its underline
		}
		low, high := c.Box[1]+0.3*h, c.Box[3]-0.3*h
		acrossIt := func(b [4]float64) bool { return min(b[2], c.Box[2])-max(b[0], c.Box[0]) > 0.6*(c.Box[2]-c.Box[0]) }
		i, _ := slices.BinarySearchFunc(bars, low, func(b [4]float64, y float64) int { return cmpFloat(middle(b), y) })
		for ; i < len(bars) && middle(bars[i]) < high; i++ {
			if bars[i][3]-bars[i][1] < 0.8*h && acrossIt(bars[i]) {
				break
			}
		}
		if i < len(bars) && middle(bars[i]) < high {
			struck.WriteRune(c.R)
			continue
		}
		i, _ = slices.BinarySearchFunc(level, low, func(b [4]float64, y float64) int { return cmpFloat(b[1], y) })
		for ; i < len(level) && level[i][3] <= high+thickStroke; i++ {
			if acrossIt(level[i]) {
				struck.WriteRune(c.R)
				break
			}
		}
	}
	return struck.String()
}

const (
	thickStroke   = 1.5  // points
	highestBar    = 10.0 // points
	largestStruck = 30.0 // points
)

// checkOverdrawn says where words are struck out, and where something drawn
// stands among the words of a conclusion or of advice.
func (r *reader) checkOverdrawn(pages []loaded, items []*item, mentions []*mention) {
	drawn := false
	for i := range pages {
		if s := pages[i].struck; fold(s) != "" {
			r.reason("struck_out", i+1, clip(s, 40))
		}
		drawn = drawn || len(pages[i].drawn)+len(pages[i].slants)+len(pages[i].images) > 0
	}
	if !drawn {
		return
	}
	r.checkDrawnLines(pages, items)
	look := func(gs []glyph) {
		if g := drawnAmong(gs, pages); g != nil {
			r.reason("drawn_character", g.page, "", evidenceAt(*g))
		}
		if g := crossedOut(gs, pages); g != nil {
			r.reason("struck_out", g.page, "", evidenceAt(*g))
		}
	}
	for _, it := range items {
		if it.table == nil && !it.heading && (it.section == secConclusion || it.section == secAdvice) && !signing.MatchString(it.text.text) {
			look(it.text.glyphs)
		}
	}
	for _, m := range mentions {
		if m.concludes() && !m.fromTable {
			look(m.sentence.passage.glyphs)
			if g := drawnOver(m.sentence.passage.sub(m.sentence.from+m.from, m.sentence.from+m.to), pages); g != nil {
				r.reason("drawn_character", g.page, "", evidenceAt(*g))
			}
		}
	}
	for _, it := range items {
		if it.table != nil {
			r.checkTicksDrawn(pages, it)
		}
	}
}

// checkTicksDrawn says where, in a table that offers the grades and ticks one, something
// is drawn where a tick would stand, and where the tick is crossed out.
func (r *reader) checkTicksDrawn(pages []loaded, it *item) {
	for _, s := range it.table.offered() {
		for _, c := range it.table.cells {
			if !c.ticked() || !s.reaches(c) {
				continue
			}
			if g := crossedOut(c.glyphs, pages); g != nil {
				r.reason("struck_out", g.page, "", evidenceAt(*g))
			}
			page := c.glyphs[0].page
			for _, b := range pages[page-1].drawn {
				other := &cell{x0: b[0], x1: b[2], y0: b[1], y1: b[3], size: c.size}
				if b[3]-b[1] < 2.5*c.size && b[2]-b[0] < 2.5*c.size && s.reaches(other) && math.Abs(other.cx()-c.cx())+math.Abs(other.cy()-c.cy()) > c.size {
					r.reason("drawn_character", page, "", evidenceAt(glyph{box: b, page: page}))
				}
			}
		}
	}
}

// drawnOver returns the place of something drawn across a grade: strokes of a pen,
// a patch on a letter. What reaches round it on all sides is a frame or its ground.
func drawnOver(gs []glyph, pages []loaded) *glyph {
	for _, row := range rowsOf(gs) {
		first, box, em := row[0], row[0].box, 0.0
		for _, g := range row {
			box = [4]float64{min(box[0], g.box[0]), min(box[1], g.box[1]), max(box[2], g.box[2]), max(box[3], g.box[3])}
			em = max(em, g.size)
		}
		for _, b := range pages[first.page-1].drawn {
			if first.side != nil {
				b = first.side.upright(b)
			}
			over := min(b[2], box[2]) - max(b[0], box[0])
			round := b[0] <= box[0] && b[1] <= box[1] && b[2] >= box[2] && b[3] >= box[3]
			if over > 0.4*min(box[2]-box[0], b[2]-b[0]) && min(b[3], box[3])-max(b[1], box[1]) > 0.2*em && b[3]-b[1] < 2.2*em && !round {
				return &glyph{box: b, page: first.page, side: first.side}
			}
		}
	}
	return nil
}

func evidenceAt(g glyph) schemas.Evidence {
	return schemas.Evidence{Page: g.page, Source: schemas.SourceText, Boxes: [][4]float64{g.side.onPage(g.box)}}
}

// crossedOut returns a character through whose middle a slanted line is drawn: a
// diagonal, a cross, the waves of a pen.
func crossedOut(gs []glyph, pages []loaded) *glyph {
	for i, g := range gs {
		if g.soft || g.ocr || blank(g.r) || g.page == 0 || g.side != nil {
			continue
		}
		w, h := g.box[2]-g.box[0], g.box[3]-g.box[1]
		middle := [4]float64{g.box[0] + 0.2*w, g.box[1] + 0.3*h, g.box[2] - 0.2*w, g.box[3] - 0.3*h}
		for _, s := range pages[g.page-1].slants {
			if crosses(s, middle) {
				return &gs[i]
			}
		}
	}
	return nil
}

// crosses tells whether a line from s[0], s[1] to s[2], s[3] passes through a box.
func crosses(s, box [4]float64) bool {
	from, to := 0.0, 1.0
	for k := range 2 {
		d := s[2+k] - s[k]
		if d == 0 {
			if s[k] < box[k] || s[k] > box[2+k] {
				return false
			}
			continue
		}
		a, b := (box[k]-s[k])/d, (box[2+k]-s[k])/d
		from, to = max(from, min(a, b)), min(to, max(a, b))
	}
	return from < to
}

// drawnAmong returns the place of something drawn between the characters of a
// line, behind its last one, above them, or before the first: there, and smaller or
// at a distance, stands a list's mark.
func drawnAmong(gs []glyph, pages []loaded) *glyph {
	rows := rowsOf(gs)
	left := math.Inf(1)
	for _, row := range rows {
		left = min(left, row[0].box[0])
	}
	for i, row := range rows {
		first, last := row[0], row[len(row)-1]
		y0, y1, em := math.Inf(1), math.Inf(-1), 0.0
		for _, g := range row {
			y0, y1, em = min(y0, g.box[1]), max(y1, g.box[3]), max(em, g.size)
		}
		for _, b := range pages[first.page-1].drawn {
			if first.side != nil {
				b = first.side.upright(b)
			}
			h, cy := b[3]-b[1], (b[1]+b[3])/2
			if cy > y1 && cy < y1+0.9*em && h > 0.4*em && h < 1.3*em && b[2]-b[0] < 6*em && b[0] > first.box[0]-0.5*em && b[2] < last.box[2]+0.5*em {
				return &glyph{box: b, page: first.page, side: first.side} // written in above the line
			}
			if cy < y0 || cy > y1 || h < 0.35*em || h > 2.2*em {
				continue
			}
			wide := b[2] - b[0]
			between := i == 0 && h > 0.6*em && wide > 0.6*em && wide < 3*em && b[2] < first.box[0]+0.15*em && b[2] > first.box[0]-0.25*em ||
				i > 0 && b[2] < first.box[0]+0.2*em && b[2] > first.box[0]-1.2*em && b[0] > left-0.4*em ||
				b[0] > last.box[2]-0.2*em && (b[0] < last.box[2]+0.6*em && wide < 6*em || b[0] < last.box[2]+8*em && wide > 1.5*h)
			for k := 1; k < len(row) && !between; k++ {
				between = min(b[2], row[k].box[0])-max(b[0], row[k-1].box[2]) > 0.6*(b[2]-b[0])
			}
			if between {
				return &glyph{box: b, page: first.page, side: first.side}
			}
		}
	}
	return nil
}

// rowsOf divides glyphs into the lines on which they stand.
func rowsOf(gs []glyph) [][]glyph {
	var rows [][]glyph
	for _, g := range gs {
		if g.soft || g.ocr || blank(g.r) || g.page == 0 {
			continue
		}
		if n := len(rows); n > 0 {
			last := rows[n-1][len(rows[n-1])-1]
			if last.page == g.page && math.Abs(last.cy()-g.cy()) < 0.6*max(last.size, g.size) && g.box[0] > last.box[0]-0.3*g.size {
				rows[n-1] = append(rows[n-1], g)
				continue
			}
		}
		rows = append(rows, []glyph{g})
	}
	return rows
}
