package pdf

import (
	"math"
	"slices"
	"unicode"
)

// doubt is a character of which only the picture of the page tells whether a
// reader sees it.
type doubt struct {
	char   int // index
	object *textObject
}

const (
	inkScale  = 1.5      // pixels a point
	inkPixels = 12 << 20 // of one picture
	// inkContrast is the least difference of a channel (0 to 255) that counts as
	// ink: thin strokes cover their pixels in part.
	inkContrast = 20
	// inkShare is the least share of a character's box that is ink; the stroke of
	// 一 on a slant fills one twentieth.
	inkShare = 0.015
	// inkRounds bounds how many texts are told apart that lie on one another. What
	// is left over is not taken for seen.
	inkRounds = 6
	inkCell   = 2.0 // points
)

// resolve marks as hidden those doubtful characters whose text leaves the picture
// of the page as it is without it. Texts that lie on one another are drawn in
// turns, so that none is taken for seen by the ink of another.
func (d *Document) resolve(g *guest, p *page, chars []Char, doubts []doubt) error {
	left := doubts[:0:0]
	for _, q := range doubts {
		c := &chars[q.char]
		if c.Hidden || unicode.IsSpace(c.R) {
			continue
		}
		left = append(left, q)
	}
	if len(left) == 0 {
		return nil
	}
	rounds, over := turns(chars, left)
	for _, q := range over {
		chars[q.char].Hidden = true
	}
	pic, err := newPicture(g, p, bands(chars, left, len(rounds)))
	if err != nil {
		return err
	}
	if err := activate(g, left, false); err != nil {
		return err
	}
	without, err := pic.draw(nil)
	if err != nil {
		return err
	}
	var alone [2]drawing // with one round of two
	for i, round := range rounds {
		if err := activate(g, round, true); err != nil {
			return err
		}
		with, err := pic.draw(pic.spare)
		if err != nil {
			return err
		}
		if len(rounds) == len(alone) {
			alone[i] = with
		} else {
			pic.spare = with
		}
		for _, q := range round {
			chars[q.char].Hidden = !pic.differs(without, with, chars[q.char].Box)
		}
		if err := activate(g, round, false); err != nil {
			return err
		}
	}
	if err := activate(g, left, true); err != nil {
		return err
	}
	if len(rounds) > 1 {
		if err := pic.overlaid(chars, rounds, alone); err != nil {
			return err
		}
	}
	return pic.close()
}

// activate draws, or leaves out, the texts of doubts from here on.
func activate(g *guest, doubts []doubt, on bool) error {
	for _, q := range doubts {
		if err := setActive(g, q.object, on); err != nil {
			return err
		}
	}
	return nil
}

// overlaid marks as hidden what is seen by itself, and of which the texts that lie
// on it leave nothing: the page is the same without it. Of a letter that is drawn
// twice in one place one is enough. Where there are two rounds, the page without
// the one is the page with the other alone, which was drawn.
func (pic *picture) overlaid(chars []Char, rounds [][]doubt, alone [2]drawing) error {
	full, err := pic.draw(nil)
	if err != nil {
		return err
	}
	for i, round := range rounds {
		var less drawing
		if len(rounds) == len(alone) {
			less = alone[1-i]
		} else if less, err = pic.less(round); err != nil {
			return err
		}
		for _, q := range round {
			c := &chars[q.char]
			c.Hidden = c.Hidden || !pic.differs(full, less, c.Box) && !twice(chars, q, rounds)
		}
	}
	return nil
}

// less draws the region without one round.
func (pic *picture) less(round []doubt) (drawing, error) {
	if err := activate(pic.g, round, false); err != nil {
		return nil, err
	}
	less, err := pic.draw(pic.spare)
	if err != nil {
		return nil, err
	}
	pic.spare = less
	return less, activate(pic.g, round, true)
}

// twice tells whether a letter that is seen is drawn again in its place.
func twice(chars []Char, q doubt, rounds [][]doubt) bool {
	c := chars[q.char]
	for _, round := range rounds {
		for _, o := range round {
			if other := chars[o.char]; o.object != q.object && other.R == c.R && !other.Hidden && within(c.Box, other.Box) > 0.7 {
				return true
			}
		}
	}
	return false
}

func setActive(g *guest, o *textObject, active bool) error {
	v := uint64(0)
	if active {
		v = 1
	}
	_, err := g.do("FPDFPageObj_SetIsActive", o.handle, v)
	return err
}

// turns shares text objects out to rounds in which no two lie on one another,
// and gives those for which there is no round.
func turns(chars []Char, doubts []doubt) (rounds [][]doubt, over []doubt) {
	type cell [2]int32
	taken := make([]map[cell]*textObject, 0, inkRounds)
	var objects []*textObject
	of := make(map[*textObject][]doubt)
	for _, q := range doubts {
		if of[q.object] == nil {
			objects = append(objects, q.object)
		}
		of[q.object] = append(of[q.object], q)
	}
	for _, o := range objects {
		var cells []cell
		for _, q := range of[o] {
			// The middle of the box: neighbours touch.
			b := chars[q.char].Box
			dx, dy := (b[2]-b[0])/5, (b[3]-b[1])/5
			x1, y1 := int32((b[2]-dx)/inkCell), int32((b[3]-dy)/inkCell)
			for y := int32((b[1] + dy) / inkCell); y <= y1; y++ {
				for x := int32((b[0] + dx) / inkCell); x <= x1; x++ {
					cells = append(cells, cell{x, y})
				}
			}
		}
		r := 0
	next:
		for ; r < len(taken); r++ {
			for _, c := range cells {
				if taken[r][c] != nil {
					continue next
				}
			}
			break
		}
		if r == inkRounds {
			over = append(over, of[o]...)
			continue
		}
		if r == len(taken) {
			taken = append(taken, make(map[cell]*textObject))
			rounds = append(rounds, nil)
		}
		for _, c := range cells {
			taken[r][c] = o
		}
		rounds[r] = append(rounds[r], of[o]...)
	}
	return rounds, over
}

// picture draws a part of a page, as often as needed.
type picture struct {
	g      *guest
	p      *page
	scale  float64
	pieces []piece
	spare  drawing
}

// piece is one band of the picture, or the whole.
type piece struct {
	bottom, top float64 // points
	bm          uint64
	x, y        int // of the upper left corner, in pixels of the whole page
	w, h        int
	stride      int
}

// drawing is the pixels of each piece.
type drawing [][]byte

func newPicture(g *guest, p *page, bands [][4]float64) (*picture, error) {
	whole, seen := bands[0], [4]float64{0, 0, p.info.Width, p.info.Height}
	for _, b := range bands {
		whole = union(whole, b)
	}
	whole = intersect(whole, seen)
	pic := &picture{g: g, p: p, scale: inkScale}
	if px := (whole[2] - whole[0]) * (whole[3] - whole[1]) * inkScale * inkScale; px > inkPixels {
		pic.scale *= math.Sqrt(inkPixels / px)
	}
	for _, b := range bands {
		if err := pic.add(b, intersect(b, seen)); err != nil {
			return nil, err
		}
	}
	return pic, nil
}

// add makes room for one band, of which region is on the page.
func (pic *picture) add(band, region [4]float64) error {
	g, scale, height := pic.g, pic.scale, pic.p.info.Height
	c := piece{bottom: band[1], top: band[3], x: int(region[0] * scale), y: int((height - region[3]) * scale)}
	c.w = max(smallestRaster, int(math.Ceil(region[2]*scale))-c.x+1)
	c.h = max(smallestRaster, int(math.Ceil((height-region[1])*scale))-c.y+1)
	if c.w > math.MaxInt16 || c.h > math.MaxInt16 {
		return errPageBox
	}
	bm, err := g.do("FPDFBitmap_CreateEx", uint64(c.w), uint64(c.h), bitmapBGRx, 0, 0)
	if err != nil {
		return err
	}
	if bm == 0 {
		return errOutOfMemory
	}
	c.bm = bm
	stride, err := g.do("FPDFBitmap_GetStride", bm)
	c.stride = int(stride)
	if err == nil && c.stride < c.w*bytesPerPixel {
		err = errOutOfMemory
	}
	pic.pieces = append(pic.pieces, c)
	return err
}

// draw returns the pixels, in into where that is large enough.
func (pic *picture) draw(into drawing) (drawing, error) {
	if into == nil {
		into = make(drawing, len(pic.pieces))
	}
	for i, c := range pic.pieces {
		px, err := pic.drawPiece(c, into[i])
		if err != nil {
			return nil, err
		}
		into[i] = px
	}
	return into, nil
}

func (pic *picture) drawPiece(c piece, into []byte) ([]byte, error) {
	g := pic.g
	if _, err := g.do("FPDFBitmap_FillRect", c.bm, 0, 0, uint64(c.w), uint64(c.h), opaqueWhite); err != nil {
		return nil, err
	}
	width, height := int(math.Round(pic.p.info.Width*pic.scale)), int(math.Round(pic.p.info.Height*pic.scale))
	if _, err := g.do("FPDF_RenderPageBitmap", c.bm, pic.p.handle, uint64(uint32(-c.x)), uint64(uint32(-c.y)),
		uint64(width), uint64(height), 0, renderAnnots); err != nil {
		return nil, err
	}
	buf, err := g.do("FPDFBitmap_GetBuffer", c.bm)
	if err != nil {
		return nil, err
	}
	view, err := g.bytes(buf, c.stride*c.h)
	if err != nil {
		return nil, err
	}
	return append(into[:0], view...), nil
}

// differs tells whether two pictures differ within a box of the page as
// displayed, by enough to be seen.
func (pic *picture) differs(a, b drawing, box [4]float64) bool {
	n := slices.IndexFunc(pic.pieces, func(c piece) bool { return c.bottom <= box[1] && box[3] <= c.top })
	if n < 0 {
		return false
	}
	c, before, after := pic.pieces[n], a[n], b[n]
	x0, x1 := int(box[0]*pic.scale)-c.x, int(math.Ceil(box[2]*pic.scale))-c.x
	y0, y1 := int((pic.p.info.Height-box[3])*pic.scale)-c.y, int(math.Ceil((pic.p.info.Height-box[1])*pic.scale))-c.y
	x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, c.w), min(y1, c.h)
	ink, all := 0, 0
	for y := y0; y < y1; y++ {
		for i, end := y*c.stride+x0*bytesPerPixel, y*c.stride+x1*bytesPerPixel; i < end; i += bytesPerPixel {
			all++
			if apartAt(before[i:i+3], after[i:i+3]) {
				ink++
			}
		}
	}
	return ink > 0 && float64(ink) >= inkShare*float64(all)
}

// apartAt tells whether two pixels, blue, green, red, are told apart: by red or
// green; or by blue, to which eyes are dull, if one is clearly the lighter (yellow
// on white is not seen, blue on black is).
func apartAt(a, b []byte) bool {
	for c := 1; c < 3; c++ {
		if d := int(a[c]) - int(b[c]); d >= inkContrast || d <= -inkContrast {
			return true
		}
	}
	if d := int(a[0]) - int(b[0]); d < inkContrast && d > -inkContrast {
		return false
	}
	la, lb := luminance(a), luminance(b)
	return max(la, lb) >= leastContrast*min(la, lb)
}

// leastContrast is that of a gray text by inkContrast darker than the paper.
const leastContrast = 1.2

// luminance is relative luminance with the flare of a screen, as in the contrast
// ratio of WCAG 2.1.
func luminance(p []byte) float64 {
	linear := func(v byte) float64 { return math.Pow(float64(v)/255, 2.2) }
	return 0.2126*linear(p[2]) + 0.7152*linear(p[1]) + 0.0722*linear(p[0]) + 0.05
}

func (pic *picture) close() error {
	for _, c := range pic.pieces {
		if _, err := pic.g.do("FPDFBitmap_Destroy", c.bm); err != nil {
			return err
		}
	}
	return nil
}
