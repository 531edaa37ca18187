package pdf

import (
	"errors"

	"golang.org/x/text/unicode/norm"

	"jianding/schemas"
)

// actualText is the property by which a producer says what a program should read
// in place of what is drawn (ISO 32000-1, 14.9.4): a ligature's letters, a word
// without its hyphen, or a milder grade than the one that everybody sees.
const actualText = "ActualText\x00"

// What is walked for replacement texts: all that PDFium takes text from. Where that
// cannot be, the page is not read.
const (
	drawnShare    = 10 // of Limits.ObjectsPage: each costs one call
	maxDrawnDepth = 64 // PDFium itself stops at 40 forms inside each other
)

var errTooManyObjects = errors.New("pdf: too many objects on the page")

// readDrawn takes replacement texts off the objects of a page, in memory, so that
// its text is what its glyphs say. It must run before the page's text is loaded.
func (d *Document) readDrawn(g *guest, p *page) error {
	w := &drawnWalk{
		g: g, budget: drawnShare * d.limits.ObjectsPage,
		marks: g.fn("FPDFPageObj_CountMarks"), mark: g.fn("FPDFPageObj_GetMark"), remove: g.fn("FPDFPageObj_RemoveMark"),
		value: g.fn("FPDFPageObjMark_GetParamValueType"),
	}
	key, err := g.bytes(g.scratch, len(actualText))
	if err != nil {
		return err
	}
	copy(key, actualText)
	n, err := g.do("FPDFPage_CountObjects", p.handle)
	if err != nil {
		return err
	}
	for i := range int(int32(n)) {
		o, err := p.object(g, i)
		if err != nil {
			return err
		}
		if err := w.object(o.handle, o.kind, 0); err != nil {
			return err
		}
	}
	return nil
}

type drawnWalk struct {
	g                          *guest
	budget                     int
	marks, mark, remove, value guestFunc
}

func (w *drawnWalk) object(o, kind uint64, depth int) error {
	if o == 0 {
		return nil
	}
	if w.budget--; w.budget < 0 || depth > maxDrawnDepth {
		return errTooManyObjects
	}
	switch kind {
	case objectText:
		return w.unmark(o)
	case objectForm:
		n, err := w.g.do("FPDFFormObj_CountObjects", o)
		if err != nil {
			return err
		}
		for i := range int(int32(n)) {
			inner, err := w.g.do("FPDFFormObj_GetObject", o, uint64(i))
			if err != nil {
				return err
			}
			kind, err := kindOf(w.g, inner)
			if err != nil {
				return err
			}
			if err := w.object(inner, kind, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// unmark removes the marks of a text object that have a replacement text.
func (w *drawnWalk) unmark(o uint64) error {
	n, err := w.g.call(w.marks, o)
	if err != nil {
		return err
	}
	for i := int(int32(n)) - 1; i >= 0; i-- {
		m, err := w.g.call(w.mark, o, uint64(i))
		if err != nil {
			return err
		}
		const unknown = 0 // FPDF_OBJECT_UNKNOWN: the mark has no such property
		kind, err := w.g.call(w.value, m, w.g.scratch)
		if err != nil {
			return err
		}
		if kind == unknown {
			continue
		}
		if _, err := w.g.call(w.remove, o, m); err != nil {
			return err
		}
	}
	return nil
}

// radicals are those of the CJK Radicals Supplement, for which NFKC has nothing.
var radicals = func() map[rune]rune {
	out := make(map[rune]rune)
	pairs := []rune(schemas.Radicals)
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}()

// ideograph returns the character that a glyph is read as. Fonts have one glyph
// for a radical and the ideograph of the same shape (月), tables of characters
// name either, and producers put a replacement text in its place to say which.
func ideograph(r rune) rune {
	switch {
	case r >= 0x2E80 && r <= 0x2EFF:
		if c, ok := radicals[r]; ok {
			return c
		}
	case r >= 0x2F00 && r <= 0x2FDF:
		if c := []rune(norm.NFKC.String(string(r))); len(c) == 1 {
			return c[0]
		}
	}
	return r
}
