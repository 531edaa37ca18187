package reading

// Headings that stand close to one another are one cell of their line: behind a
// closing mark, whose ink fills half its width, a wide gap is no gap. The columns
// below tell them apart.

// widestInHeading is how far apart, in characters, the parts of one heading stand at
// most: 倾斜率（‰）, with the mark's own blank.
const widestInHeading = 0.8

// splitApart splits a cell of a table where its glyphs leave a gap and other lines have
// an entry on each side of it.
func splitApart(c cell, lines []*line) []cell {
	for i := 1; i < len(c.glyphs); i++ {
		left, right := c.glyphs[i-1], c.glyphs[i]
		if left.soft || right.soft || left.box[2] <= left.box[0] || right.box[0]-left.box[2] < widestInHeading*c.size || !parted(c, left.box[2], right.box[0], lines) {
			continue
		}
		a, b := c, c
		a.glyphs, a.x1 = c.glyphs[:i:i], left.box[2]
		b.glyphs, b.x0 = c.glyphs[i:], right.box[0]
		return append([]cell{a}, splitApart(b, lines)...)
	}
	return []cell{c}
}

// parted tells whether two lines or more have an entry on each side of a gap, both
// within the cell's width.
func parted(c cell, from, to float64, lines []*line) bool {
	n := 0
	for _, l := range lines {
		before, behind := false, false
		for _, d := range l.cells {
			if d.cy() == c.cy() {
				continue
			}
			before = before || d.x0 > c.x0-c.size && d.x1 <= to && d.cx() < from
			behind = behind || d.x1 < c.x1+c.size && d.x0 >= from && d.cx() > to
		}
		if before && behind {
			n++
		}
	}
	return n >= 2
}
