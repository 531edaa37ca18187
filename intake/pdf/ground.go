package pdf

import "math"

// ground is what is painted where on a page besides its text, and when: on a grid
// of cells, coarse, as it only tells where the picture must be looked at. A text
// on its own colour and one under a heap of half transparent shapes are read by
// programs and by nobody else.
type ground struct {
	box  [4]float64
	cell float64
	w, h int
	last []int32 // place in the drawing order of what was painted last, 0 for nothing
	dark []int32 // and of what was painted first that is not white
	tint []tint  // the colour of what is not white
	left int     // cells that may still be painted; once it is negative all is doubtful
	// boxes are what the cells were painted with, as long as they are few, and
	// looks how many of them may still be looked at.
	boxes []painted
	looks int
	own   *ground // the cells of one character
}

// painted is a box that something was painted in.
type painted struct {
	box    [4]float64
	order  int32
	colour tint
}

// tint is a colour, 0 where there is none, mixed where it is not one or not known.
type tint uint32

const (
	plainTint tint = 1 << 24
	mixed     tint = 1 << 25
)

func tintOf(r, g, b uint32) tint { return plainTint | tint(r<<16|g<<8|b) }

const (
	groundCell  = 2.0 // points
	mostCells   = 1 << 18
	mostPainted = 32 << 20
	// touchedFrom is the share of a character's box from which on it may be
	// covered, or stand on its own colour: lines under text and borders of tables
	// touch less.
	touchedFrom = 0.3
	// apartFrom is the difference of red or green by which two colours are told
	// apart at a glance.
	apartFrom = 64
	// What is looked at of boxes one by one, where cells leave a doubt: the line
	// between two rows of a table is in the cells of the letters above and below.
	mostBoxes  = 4096
	mostLooks  = 4 << 20
	largestBox = 1024 // cells of the character
	// beside is how far from a character, in points, something is painted beside it.
	beside = 0.1
)

func newGround(page [4]float64) *ground {
	g := &ground{box: page, left: mostPainted, looks: mostLooks}
	w, h := page[2]-page[0], page[3]-page[1]
	g.cell = max(groundCell, math.Sqrt(w*h/mostCells), w/mostCells, h/mostCells)
	g.w, g.h = int(w/g.cell)+1, int(h/g.cell)+1
	return g
}

// cells are the columns and rows that a box touches.
func (g *ground) cells(b [4]float64) (x0, y0, x1, y1 int) {
	at := func(v, origin float64, n int) int {
		return int(min(max(math.Floor((v-origin)/g.cell), 0), float64(n-1)))
	}
	if b[2] <= b[0] || b[3] <= b[1] || outside(b, g.box) {
		return 0, 0, -1, -1
	}
	return at(b[0], g.box[0], g.w), at(b[1], g.box[1], g.h), at(b[2], g.box[0], g.w), at(b[3], g.box[1], g.h)
}

// paint notes a box that something is painted in. colour is 0 for white, which
// below a text is as the paper.
func (g *ground) paint(b [4]float64, order int, colour tint) {
	x0, y0, x1, y1 := g.cells(b)
	if g.left -= max(x1-x0+1, 0) * max(y1-y0+1, 0); g.left < 0 {
		return
	}
	if g.last == nil {
		n := g.w * g.h
		g.last, g.dark, g.tint = make([]int32, n), make([]int32, n), make([]tint, n)
	}
	if len(g.boxes) <= mostBoxes && x0 <= x1 && y0 <= y1 {
		g.boxes = append(g.boxes, painted{b, int32(order), colour})
	}
	for y := y0; y <= y1; y++ {
		for i, end := y*g.w+x0, y*g.w+x1; i <= end; i++ {
			g.note(i, int32(order), colour)
		}
	}
}

func (g *ground) note(cell int, order int32, colour tint) {
	g.last[cell] = max(g.last[cell], order)
	if colour == 0 {
		return
	}
	switch g.tint[cell] {
	case 0:
		g.dark[cell], g.tint[cell] = order, colour
	case colour:
	default:
		g.tint[cell] = mixed
	}
}

// doubtful tells whether a character of a text that is drawn at order may be
// covered, or may stand on its own colour.
func (g *ground) doubtful(b [4]float64, order int, colour tint) bool {
	if g.left < 0 {
		return true
	}
	if g.last == nil {
		return false
	}
	x0, y0, x1, y1 := g.cells(b)
	return g.touched(x0, y0, x1, y1, order, colour) && !g.untouched(b, order, colour)
}

// touched tells whether what is painted in cells may keep a character from view.
func (g *ground) touched(x0, y0, x1, y1, order int, colour tint) bool {
	all, covered, tinted := 0, 0, 0
	for y := y0; y <= y1; y++ {
		for i, end := y*g.w+x0, y*g.w+x1; i <= end; i++ {
			all++
			if int(g.last[i]) > order {
				covered++
			}
			if t := g.tint[i]; t != 0 && int(g.dark[i]) < order && !apart(t, colour) {
				tinted++
			}
		}
	}
	return float64(max(covered, tinted)) > touchedFrom*float64(all)
}

// untouched tells whether what is painted in the cells of a character is mostly
// painted beside it: cells are as wide as the gap between two rows of a table. Only
// the boxes that reach into its own are painted then, as they were before.
func (g *ground) untouched(b [4]float64, order int, colour tint) bool {
	x0, y0, x1, y1 := g.cells(b)
	w, h := x1-x0+1, y1-y0+1
	if g.looks -= len(g.boxes); g.looks < 0 || len(g.boxes) > mostBoxes || w*h > largestBox {
		return false
	}
	if g.own == nil {
		g.own = &ground{last: make([]int32, largestBox), dark: make([]int32, largestBox), tint: make([]tint, largestBox)}
	}
	own := g.own
	own.w = w
	clear(own.last[:w*h])
	clear(own.dark[:w*h])
	clear(own.tint[:w*h])
	around := [4]float64{b[0] - beside, b[1] - beside, b[2] + beside, b[3] + beside}
	for _, p := range g.boxes {
		if outside(p.box, around) {
			continue
		}
		px0, py0, px1, py1 := g.cells(p.box)
		for y := max(py0, y0); y <= min(py1, y1); y++ {
			for x := max(px0, x0); x <= min(px1, x1); x++ {
				own.note((y-y0)*w+x-x0, p.order, p.colour)
			}
		}
	}
	return !own.touched(0, 0, w-1, h-1, order, colour)
}

// apart tells whether two colours are known and are told apart at a glance.
func apart(a, b tint) bool {
	if a&plainTint == 0 || b&plainTint == 0 {
		return false
	}
	far := func(shift int) bool {
		d := int(a>>shift&0xFF) - int(b>>shift&0xFF)
		return d >= apartFrom || d <= -apartFrom
	}
	return far(16) || far(8)
}

// textOver finds the characters that later ones are drawn over, other than those
// that make a letter bolder by drawing it again.
func (g *ground) textOver(chars []Char, boxes [][4]float64, objects []*textObject) []bool {
	const mostCovered = 0.5
	out := make([]bool, len(chars))
	top := make([]int32, g.w*g.h) // the last character in a cell, counted from 1
	each := func(b [4]float64, more float64, f func(cell int)) {
		dx, dy := (b[2]-b[0])/5-more, (b[3]-b[1])/5-more // the middle of the box: neighbours touch
		x0, y0, x1, y1 := g.cells([4]float64{b[0] + dx, b[1] + dy, b[2] - dx, b[3] - dy})
		for y := y0; y <= y1; y++ {
			for x := x0; x <= x1; x++ {
				f(y*g.w + x)
			}
		}
	}
	visible := func(i int) bool { return objects[i] != nil && !chars[i].Hidden && chars[i].R > ' ' }
	budget := mostPainted
	for i := range chars {
		if !visible(i) {
			continue
		}
		each(boxes[i], objects[i].outline, func(cell int) {
			if budget--; budget < 0 {
				return
			}
			if j := int(top[cell]) - 1; j < 0 || objects[j].order <= objects[i].order {
				top[cell] = int32(i + 1)
			}
		})
	}
	for i := range chars {
		if !visible(i) {
			continue
		}
		all, over := 0, 0
		each(boxes[i], 0, func(cell int) {
			all++
			j := int(top[cell]) - 1
			if j < 0 || objects[j] == objects[i] || objects[j].order <= objects[i].order {
				return
			}
			if chars[j].R == chars[i].R && !objects[j].pale && !objects[j].doubtful {
				return
			}
			over++
		})
		out[i] = budget < 0 || float64(over) > mostCovered*float64(all)
	}
	return out
}
