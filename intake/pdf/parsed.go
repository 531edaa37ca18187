package pdf

import (
	"errors"
	"math"
	"unicode/utf16"
)

// page is one parsed page in the guest.
type page struct {
	info   PageInfo
	handle uint64
	of     uint64 // the document that it is a page of
	text   uint64 // FPDF_TEXTPAGE, 0 until needed
	units  []unit // cached
	chars  []Char
	layers *layers
	// objects are what is drawn on the page, as far as they were asked for.
	objects []drawnObject
	// box is the visible part in the page's own space: left, bottom, right, top.
	box [4]float64
}

// drawnObject is an object of a page and its type.
type drawnObject struct{ handle, kind uint64 }

// mostObjects is how many objects of a page are remembered.
const mostObjects = 50_000

// object returns object i of the page. Two walks ask for each, and asking costs as
// much as what they do with it.
func (p *page) object(g *guest, i int) (o drawnObject, err error) {
	if i < len(p.objects) {
		return p.objects[i], nil
	}
	if o.handle, err = g.do("FPDFPage_GetObject", p.handle, uint64(i)); err != nil {
		return o, err
	}
	if o.kind, err = kindOf(g, o.handle); err == nil && i == len(p.objects) && i < mostObjects {
		p.objects = append(p.objects, o)
	}
	return o, err
}

// kindOf is the type of an object, 0 where there is none.
func kindOf(g *guest, o uint64) (uint64, error) {
	if o == 0 {
		return 0, nil
	}
	return g.do("FPDFPageObj_GetType", o)
}

// unit is one code unit of PDFium's text page.
type unit struct {
	r         rune
	generated bool
}

var (
	errNoPage       = errors.New("pdf: PDFium cannot load the page")
	errTooManyChars = errors.New("pdf: too many characters on the page")
	errPageBox      = errors.New("pdf: the page has no usable size")
)

// page returns page n parsed. The last few stay open: geometry is often asked
// after text, and fonts are kept as long as a page that uses them is.
func (d *Document) page(n int) (*page, error) {
	for i, p := range d.open {
		if p.info.Number == n {
			d.open = append(append(d.open[:i:i], d.open[i+1:]...), p)
			return p, nil
		}
	}
	p, err := d.parse(d.g, n)
	if err != nil {
		return nil, err
	}
	d.open = append(d.open, p)
	if len(d.open) > max(1, d.limits.OpenPages) {
		old := d.open[0]
		d.open = append([]*page(nil), d.open[1:]...)
		if err := closePage(d.g, old); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (d *Document) parse(g *guest, n int) (*page, error) {
	p, err := d.pageOf(g, d.handle, n)
	if err != nil || d.reworded == 0 {
		return p, err
	}
	return d.inOtherWords(g, p)
}

// pageOf loads page n of the document or of its copy in other words.
func (d *Document) pageOf(g *guest, of uint64, n int) (*page, error) {
	h, err := g.do("FPDF_LoadPage", of, uint64(n-1))
	if err != nil {
		return nil, err
	}
	if h == 0 {
		return nil, errNoPage
	}
	if h, err = d.flatten(g, of, h, n); err != nil {
		return nil, err
	}
	p := &page{handle: h, of: of}
	if p.info, p.box, err = geometry(g, h, n); err != nil {
		return nil, err
	}
	return p, nil
}

// Subtypes of annotations (fpdf_annot.h) that never add to what a page shows.
const (
	annotLink  = 2
	annotPopup = 16
)

// flatten draws the page's visible annotations and form fields into its
// content, in memory, so that their text is read as a reader sees it: a stamp
// or a text box over the conclusion is part of the page.
func (d *Document) flatten(g *guest, of, h uint64, n int) (uint64, error) {
	count, err := g.do("FPDFPage_GetAnnotCount", h)
	if err != nil {
		return 0, err
	}
	visible := false
	for i := 0; i < min(int(int32(count)), d.limits.ObjectsPage) && !visible; i++ {
		a, err := g.do("FPDFPage_GetAnnot", h, uint64(i))
		if err != nil {
			return 0, err
		}
		if a == 0 {
			continue
		}
		kind, err := g.do("FPDFAnnot_GetSubtype", a)
		if err != nil {
			return 0, err
		}
		visible = kind != annotLink && kind != annotPopup
		if _, err := g.do("FPDFPage_CloseAnnot", a); err != nil {
			return 0, err
		}
	}
	if !visible {
		return h, nil
	}
	const normalDisplay, nothingToDo = 0, 2
	res, err := g.do("FPDFPage_Flatten", h, normalDisplay)
	if err != nil {
		return 0, err
	}
	if res == nothingToDo {
		return h, nil
	}
	if _, err := g.do("FPDF_ClosePage", h); err != nil {
		return 0, err
	}
	if h, err = g.do("FPDF_LoadPage", of, uint64(n-1)); err != nil {
		return 0, err
	}
	if h == 0 {
		return 0, errNoPage
	}
	return h, nil
}

func closePage(g *guest, p *page) error {
	if p.text != 0 {
		if _, err := g.do("FPDFText_ClosePage", p.text); err != nil {
			return err
		}
	}
	_, err := g.do("FPDF_ClosePage", p.handle)
	return err
}

func geometry(g *guest, h uint64, n int) (PageInfo, [4]float64, error) {
	var box [4]float64
	rot, err := g.do("FPDFPage_GetRotation", h)
	if err != nil {
		return PageInfo{}, box, err
	}
	// FS_RECTF: left, top, right, bottom as 32-bit floats.
	if _, err := g.do("FPDF_GetPageBoundingBox", h, g.scratch); err != nil {
		return PageInfo{}, box, err
	}
	b, err := g.bytes(g.scratch, 16)
	if err != nil {
		return PageInfo{}, box, err
	}
	box = [4]float64{float32At(b, 0), float32At(b, 3), float32At(b, 2), float32At(b, 1)}
	w, ht := box[2]-box[0], box[3]-box[1]
	if !(w > 0) || !(ht > 0) || math.IsInf(w, 0) || math.IsInf(ht, 0) {
		return PageInfo{}, box, errPageBox
	}
	info := PageInfo{Number: n, Width: w, Height: ht, Rotation: int(rot&3) * 90}
	if rot&1 == 1 {
		info.Width, info.Height = ht, w
	}
	return info, box, nil
}

// shown maps a box of the page's own space to the page as displayed.
func (p *page) shown(b [4]float64) [4]float64 {
	l, bot, r, top := p.box[0], p.box[1], p.box[2], p.box[3]
	x := func(x, y float64) (float64, float64) {
		switch p.info.Rotation {
		case 90:
			return y - bot, r - x
		case 180:
			return r - x, top - y
		case 270:
			return top - y, x - l
		}
		return x - l, y - bot
	}
	x0, y0 := x(b[0], b[1])
	x1, y1 := x(b[2], b[3])
	return [4]float64{min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)}
}

// units reads the text page's code units.
func (d *Document) units(g *guest, p *page) ([]unit, error) {
	if p.units != nil {
		return p.units, nil
	}
	if p.text == 0 {
		if err := d.readDrawn(g, p); err != nil {
			return nil, err
		}
		t, err := g.do("FPDFText_LoadPage", p.handle)
		if err != nil {
			return nil, err
		}
		if t == 0 {
			return nil, errNoPage
		}
		p.text = t
	}
	count, err := g.do("FPDFText_CountChars", p.text)
	if err != nil {
		return nil, err
	}
	n := int(int32(count))
	if n > d.limits.CharsPage {
		return nil, errTooManyChars
	}
	unicode, generated, hyphen, unknown := g.fn("FPDFText_GetUnicode"), g.fn("FPDFText_IsGenerated"), g.fn("FPDFText_IsHyphen"), g.fn("FPDFText_HasUnicodeMapError")
	units := make([]unit, max(n, 0))
	var codes []int
	for i := range units {
		v, err := g.call(unicode, p.text, uint64(i))
		if err != nil {
			return nil, err
		}
		u := unit{r: rune(uint32(v))}
		switch u.r {
		case ' ', '\r', '\n':
			v, err := g.call(generated, p.text, uint64(i))
			if err != nil {
				return nil, err
			}
			u.generated = int32(v) == 1
		case 0, 2, 0xFFFE:
			// PDFium blanks the hyphen at a line's end; a report number broken
			// there must keep it. Other zeros are glyphs without a character.
			v, err := g.call(hyphen, p.text, uint64(i))
			if err != nil {
				return nil, err
			}
			u.r = '\uFFFD'
			if int32(v) == 1 {
				u.r = '-'
			}
		default:
			// PDFium takes the code itself where no table says what character
			// it is, and 不 may become a 2.
			v, err := g.call(unknown, p.text, uint64(i))
			if err != nil {
				return nil, err
			}
			if int32(v) == 1 {
				codes = append(codes, i)
			}
		}
		u.r = ideograph(u.r)
		units[i] = u
	}
	if !areCharacters(units, codes) {
		for _, i := range codes {
			units[i].r = '\uFFFD'
		}
	}
	p.units = units
	return units, nil
}

// areCharacters tells whether the codes of a page are characters themselves:
// some producers number glyphs by character and say so in one range of 65,536,
// of which PDFium takes the first 256. Then most of the page is such codes, and
// nearly all of them are Chinese; numbers of glyphs are not.
func areCharacters(units []unit, codes []int) bool {
	chinese := 0
	for _, i := range codes {
		if r := units[i].r; r >= 0x4E00 && r <= 0x9FFF || r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFFEF || r >= 0x2010 && r <= 0x2070 {
			chinese++
		}
	}
	return len(codes)*2 > len(units) && chinese*10 > len(codes)*9
}

// fold joins surrogate pairs and replaces what is no character by U+FFFD, so
// that a glyph that could not be read stays visible as such. For each rune it
// calls at with the indices of its first and last unit.
func fold(units []unit, at func(first, last int)) []rune {
	out := make([]rune, 0, len(units))
	for i := 0; i < len(units); i++ {
		first, r := i, units[i].r
		if utf16.IsSurrogate(r) {
			joined := rune('\uFFFD')
			if i+1 < len(units) {
				joined = utf16.DecodeRune(r, units[i+1].r)
			}
			if joined != '\uFFFD' {
				i++
			}
			r = joined
		}
		if r < 0 || r > 0x10FFFF {
			r = '\uFFFD'
		}
		out = append(out, r)
		if at != nil {
			at(first, i)
		}
	}
	return out
}
