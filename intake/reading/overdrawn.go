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

// drawingsOf returns what may be a character or a few: not photographs, the
// frames of tables, dots.
func drawingsOf(src pdf.Source, page int) [][4]float64 {
	s, ok := src.(drawing)
	if !ok {
		return nil
	}
	all, err := s.Drawings(page)
	if err != nil {
		return nil // such a page has a verdict of its own
	}
	return slices.DeleteFunc(all, func(b [4]float64) bool {
		w, h := b[2]-b[0], b[3]-b[1]
		return w < smallestDrawn || h < smallestDrawn || h > tallestDrawn
	})
}

// struckOut returns the characters of a page through which a level line runs:
// across the middle of each, for most of its width. Large and slanted ones are a
// watermark's, which lies across the lines of tables.
func struckOut(chars []pdf.Char, rules [][4]float64) string {
	var level [][4]float64
	for _, b := range rules {
		if b[2]-b[0] > b[3]-b[1] {
			level = append(level, b)
		}
	}
	if len(level) == 0 {
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
		i, _ := slices.BinarySearchFunc(level, low, func(b [4]float64, y float64) int { return cmpFloat(b[1], y) })
		for ; i < len(level) && level[i][3] <= high+thickStroke; i++ {
			if b := level[i]; min(b[2], c.Box[2])-max(b[0], c.Box[0]) > 0.6*(c.Box[2]-c.Box[0]) {
				struck.WriteRune(c.R)
				break
			}
		}
	}
	return struck.String()
}

const (
	thickStroke   = 1.5  // points
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
		drawn = drawn || len(pages[i].drawn) > 0
	}
	if !drawn {
		return
	}
	look := func(gs []glyph) {
		if g := drawnAmong(gs, pages); g != nil {
			r.reason("drawn_character", g.page, "", evidenceAt(*g))
		}
	}
	for _, it := range items {
		if it.table == nil && !it.heading && (it.section == secConclusion || it.section == secAdvice) {
			look(it.text.glyphs)
		}
	}
	for _, m := range mentions {
		if m.concludes() {
			look(m.sentence.passage.glyphs)
		}
	}
}

func evidenceAt(g glyph) schemas.Evidence {
	return schemas.Evidence{Page: g.page, Source: schemas.SourceText, Boxes: [][4]float64{g.side.onPage(g.box)}}
}

// drawnAmong returns the place of something drawn between the characters of a
// line, behind its last one, or before the first of a line that is not the
// first: there stands a list's mark.
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
			if cy < y0 || cy > y1 || h < 0.35*em || h > 2.2*em {
				continue
			}
			between := i > 0 && b[2] < first.box[0]+0.2*em && b[2] > first.box[0]-1.2*em && b[0] > left-0.4*em ||
				b[0] > last.box[2]-0.2*em && b[0] < last.box[2]+0.6*em && b[2]-b[0] < 6*em
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
