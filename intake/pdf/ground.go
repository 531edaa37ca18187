package pdf

import "math"

// ground is what is painted where on a page besides its text, and when: on a grid
// of cells, coarse, as it only tells where the picture must be looked at. A text
// on its own colour and one under a heap of half transparent shapes are read by
// programs and by nobody else.
type ground struct {
	box  [4]float64
	size float64 // of a cell
	w, h int
	// boxes are what was painted, as long as they are few: they are put into cells
	// when the first character is looked at.
	boxes []painted
	many  bool
	cells []cell
	page  int32 // whose cells they are
	left  int   // cells that may still be painted; once it is negative all is doubtful
	looks int   // boxes that may still be looked at one by one
	own   *ground
}

// painted is a box that something was painted in.
type painted struct {
	box    [4]float64
	order  int32
	colour tint
}

// cell is what was painted in a cell of a page.
type cell struct {
	page int32
	last int32 // place in the drawing order of what was painted last, 0 for nothing
	dark int32 // and of what was painted first that is not white
	tint tint  // the colour of what is not white
}

// canvas is room for the cells of a page, megabytes, of which a document needs those
// of one page at a time. What the pages before left there is known by their numbers.
type canvas struct {
	cells []cell
	page  int32
	top   []int32
	chars int32 // of the pages before
}

// room returns n of what there is room for.
func room[T any](all *[]T, n int) []T {
	if len(*all) < n {
		*all = make([]T, n)
	}
	return (*all)[:n]
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
	g.size = max(groundCell, math.Sqrt(w*h/mostCells), w/mostCells, h/mostCells)
	g.w, g.h = int(w/g.size)+1, int(h/g.size)+1
	return g
}

// reach is the columns and rows that a box touches.
func (g *ground) reach(b [4]float64) (x0, y0, x1, y1 int) {
	at := func(v, origin float64, n int) int {
		return int(min(max(math.Floor((v-origin)/g.size), 0), float64(n-1)))
	}
	if b[2] <= b[0] || b[3] <= b[1] || outside(b, g.box) {
		return 0, 0, -1, -1
	}
	return at(b[0], g.box[0], g.w), at(b[1], g.box[1], g.h), at(b[2], g.box[0], g.w), at(b[3], g.box[1], g.h)
}

// paint notes a box that something is painted in. colour is 0 for white, which
// below a text is as the paper.
func (g *ground) paint(b [4]float64, order int, colour tint) {
	x0, y0, x1, y1 := g.reach(b)
	if g.left -= max(x1-x0+1, 0) * max(y1-y0+1, 0); g.left < 0 {
		return
	}
	if x0 > x1 || y0 > y1 {
		return
	}
	o := painted{b, int32(order), colour}
	if g.cells == nil && len(g.boxes) < mostBoxes {
		g.boxes = append(g.boxes, o)
		return
	}
	if g.cells == nil {
		g.spread(&canvas{})
	}
	g.boxes, g.many = nil, true // they are in the cells
	g.fill(o)
}

// spread puts the boxes into cells.
func (g *ground) spread(c *canvas) {
	if g.cells != nil || len(g.boxes) == 0 {
		return
	}
	c.page++
	g.cells, g.page = room(&c.cells, g.w*g.h), c.page
	for _, o := range g.boxes {
		g.fill(o)
	}
}

func (g *ground) fill(o painted) {
	x0, y0, x1, y1 := g.reach(o.box)
	for y := y0; y <= y1; y++ {
		row := g.cells[y*g.w+x0 : y*g.w+x1+1]
		for i := range row {
			row[i].note(g.page, o.order, o.colour)
		}
	}
}

func (c *cell) note(page, order int32, colour tint) {
	if c.page != page {
		*c = cell{page: page}
	}
	c.last = max(c.last, order)
	if colour == 0 {
		return
	}
	switch c.tint {
	case 0:
		c.dark, c.tint = order, colour
	case colour:
	default:
		c.tint = mixed
	}
}

// doubtful tells whether a character of a text that is drawn at order may be
// covered, or may stand on its own colour.
func (g *ground) doubtful(b [4]float64, order int, colour tint) bool {
	if g.left < 0 {
		return true
	}
	if g.cells == nil {
		return false
	}
	x0, y0, x1, y1 := g.reach(b)
	return g.touched(x0, y0, x1, y1, order, colour) && !g.untouched(b, order, colour)
}

// touched tells whether what is painted in cells may keep a character from view.
func (g *ground) touched(x0, y0, x1, y1, order int, colour tint) bool {
	all, covered, tinted := 0, 0, 0
	for y := y0; y <= y1; y++ {
		for _, c := range g.cells[y*g.w+x0 : y*g.w+x1+1] {
			all++
			if c.page != g.page {
				continue
			}
			if int(c.last) > order {
				covered++
			}
			if c.tint != 0 && int(c.dark) < order && !apart(c.tint, colour) {
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
	x0, y0, x1, y1 := g.reach(b)
	w, h := x1-x0+1, y1-y0+1
	if g.looks -= len(g.boxes); g.looks < 0 || g.many || w*h > largestBox {
		return false
	}
	if g.own == nil {
		g.own = &ground{cells: make([]cell, largestBox)}
	}
	own := g.own
	own.w = w
	clear(own.cells[:w*h])
	around := [4]float64{b[0] - beside, b[1] - beside, b[2] + beside, b[3] + beside}
	for _, p := range g.boxes {
		if outside(p.box, around) {
			continue
		}
		px0, py0, px1, py1 := g.reach(p.box)
		for y := max(py0, y0); y <= min(py1, y1); y++ {
			for x := max(px0, x0); x <= min(px1, x1); x++ {
				own.cells[(y-y0)*w+x-x0].note(own.page, p.order, p.colour)
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
func (g *ground) textOver(chars []Char, boxes [][4]float64, objects []*textObject, c *canvas) []bool {
	const mostCovered = 0.5
	out := make([]bool, len(chars))
	before := c.chars
	c.chars += int32(len(chars))
	top := room(&c.top, g.w*g.h) // the last character in a cell, counted from those of the pages before
	each := func(b [4]float64, more float64, f func(cell int)) {
		dx, dy := (b[2]-b[0])/5-more, (b[3]-b[1])/5-more // the middle of the box: neighbours touch
		x0, y0, x1, y1 := g.reach([4]float64{b[0] + dx, b[1] + dy, b[2] - dx, b[3] - dy})
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
			if j := int(top[cell]-before) - 1; j < 0 || objects[j].order <= objects[i].order {
				top[cell] = before + int32(i+1)
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
			j := int(top[cell]-before) - 1
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
