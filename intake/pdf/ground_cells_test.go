package pdf

import (
	"testing"

	"pgregory.net/rapid"
)

// TestGroundInTightRows: what hides a letter, wherever it lies on the grid of cells,
// leaves a doubt, and the lines between which it stands in a table leave none.
func TestGroundInTightRows(t *testing.T) {
	const black, size, row, line = plainTint, 8.5, 10.5, 0.5
	var pages canvas
	rapid.Check(t, func(t *rapid.T) {
		x, y := rapid.Float64Range(20, 500).Draw(t, "x"), rapid.Float64Range(20, 700).Draw(t, "y")
		letter := [4]float64{x, y, x + size, y + size}
		before := rapid.Bool().Draw(t, "before")
		page := [4]float64{0, 0, 595, 842}
		var boxes []painted
		const order = 1000
		paint := func(i int, b [4]float64, colour tint) {
			if !before {
				i += order
			}
			boxes = append(boxes, painted{b, int32(i + 1), colour})
		}
		doubtful := func() bool {
			g := newGround(page)
			for _, o := range boxes {
				g.paint(o.box, int(o.order), o.colour)
			}
			g.spread(&pages)
			return g.doubtful(letter, order, black)
		}
		above := rapid.Float64Range(2*beside, row-size-line-2*beside).Draw(t, "above")
		for i := range 40 {
			at := y + size + above + float64(i-20)*row
			paint(i, [4]float64{20, at, 575, at + line}, mixed)
		}
		if doubtful() {
			t.Fatalf("a letter in doubt between two lines of a table")
		}
		paint(50, [4]float64{x - 3, y - 3, x + size + 3, y + size*rapid.Float64Range(0.5, 1).Draw(t, "height")}, mixed)
		if !doubtful() {
			t.Fatalf("no doubt of a letter of which half may be hidden")
		}
	})
}

// TestGroundOfManyBoxes: where boxes are too many to be looked at one by one, the
// cells decide.
func TestGroundOfManyBoxes(t *testing.T) {
	g := newGround([4]float64{0, 0, 595, 842})
	for i := range mostBoxes {
		g.paint([4]float64{20, 20, 40, 40}, i+1, mixed)
	}
	beside := [4]float64{100, 100.5, 108, 103.4}
	g.paint([4]float64{100, 103.7, 108, 104.2}, mostBoxes+1, mixed)
	if !g.doubtful(beside, 1, plainTint) {
		t.Error("cells do not count when boxes are many")
	}
}
