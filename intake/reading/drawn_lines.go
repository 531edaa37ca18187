package reading

import (
	"math"
	"slices"
)

// A line of print that is a picture, or whose characters are outlines, is read by
// everybody but the reader. Between the lines of a conclusion, of advice or of what
// was found it is for a human: what it says may be anything.

const (
	lowestLine  = 6.0  // points: less is an ornament
	highestLine = 30.0 // points: more is a picture of something
	stripLike   = 4.0  // how many times as long as high a line of print is, at least
	fewestDrawn = 4    // shapes in a row that are characters
	drawnGap    = 0.9  // of their height, between two of them
	mostLooked  = 40   // of a page: more is a chart
)

// checkDrawnLines says where something that looks like a line of print stands on a line
// of its own.
func (r *reader) checkDrawnLines(pages []loaded, items []*item) {
	for i := range pages {
		looked := 0
		for _, b := range printLike(pages[i].images, pages[i].drawn) {
			if onLineOf(b, pages[i].lines) {
				continue
			}
			if looked++; looked > mostLooked {
				break
			}
			it := itemAbove(items, i+1, b)
			if it == nil || it.table == nil && signs.MatchString(it.text.text) {
				continue
			}
			switch it.section {
			case secConclusion, secAdvice, secInspection, secRating:
				r.reason("drawn_character", i+1, "", evidenceAt(glyph{box: b, page: i + 1}))
			}
		}
	}
}

// printLike returns the boxes of what may be lines of print: long and low pictures, and
// rows of shapes of one height.
func printLike(images, drawn [][4]float64) (out [][4]float64) {
	for _, b := range images {
		if h := b[3] - b[1]; h > lowestLine && h < highestLine && b[2]-b[0] >= stripLike*h {
			out = append(out, b)
		}
	}
	var small [][4]float64
	for _, b := range drawn {
		if h := b[3] - b[1]; h > lowestLine && h < highestLine && b[2]-b[0] <= 1.5*h {
			small = append(small, b)
		}
	}
	slices.SortFunc(small, func(a, b [4]float64) int { return cmpFloat(a[0], b[0]) })
	for len(small) > 0 {
		row, n := small[0], 1
		rest := small[:0:0]
		for _, b := range small[1:] {
			h := row[3] - row[1]
			if math.Abs(b[1]+b[3]-row[1]-row[3])/2 < 0.5*h && b[0]-row[2] < drawnGap*h && b[0] > row[0] {
				row[1], row[2], row[3] = min(row[1], b[1]), max(row[2], b[2]), max(row[3], b[3])
				n++
				continue
			}
			rest = append(rest, b)
		}
		if n >= fewestDrawn {
			out = append(out, row)
		}
		small = rest
	}
	return out
}

// onLineOf tells whether a box stands on a line of text, before, behind or under it: a
// signature behind its label, the ground of a heading.
func onLineOf(b [4]float64, lines []*line) bool {
	for _, l := range lines {
		for _, g := range l.glyphs() {
			if cy := g.cy(); !g.soft && cy > b[1]-1 && cy < b[3]+1 {
				return true
			}
		}
	}
	return false
}

// itemAbove returns what stands last above a place on a page.
func itemAbove(items []*item, page int, b [4]float64) (above *item) {
	lowest := math.Inf(1)
	for _, it := range items {
		for _, p := range passagesOf(it) {
			for _, g := range p.glyphs {
				switch {
				case g.soft || g.page == 0 || g.page > page:
				case g.page < page:
					if math.IsInf(lowest, 1) {
						above = it
					}
				case g.cy() > (b[1]+b[3])/2 && g.cy() < lowest:
					above, lowest = it, g.cy()
				}
			}
		}
	}
	return above
}

// signs: the lines that are signed and sealed.
var signs = re(`公司|盖章|专用章|日期|年[0-9一二三四五六七八九十]{1,3}月|签[字名]|鉴定人|检测人|审核|批准|校核|复核|主检|编制`)
