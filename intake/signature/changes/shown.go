package changes

import (
	"bytes"
	"math"
	"regexp"

	"jianding/intake/signature/revision"
)

// What is seen of a widget, or read by a program that takes text off the page.

// shows reports whether a widget can be seen or read, and how many square points
// it takes. Readers differ on a rectangle that is none; such a widget takes
// everything.
func (c *comparer) shows(d *revision.Dict) (size float64, visible bool) { return shows(c.b, d) }

func shows(f *revision.File, d *revision.Dict) (size float64, visible bool) {
	switch {
	case hidden(d):
		return 0, false
	case d.Get("AP") == nil && d.Get("MK") == nil:
		// Without an appearance, or a colour to make one of, nothing is drawn.
		return 0, false
	case d.Get("Rect") == nil:
		return 0, !blank(f, d)
	}
	box, ok := rect(f, d.Get("Rect"))
	if !ok {
		return math.Inf(1), true
	}
	size = (box[2] - box[0]) * (box[3] - box[1])
	// Squeezed to nothing an appearance is not drawn, but PDFium still finds the
	// text in it.
	return size, size > 0 || !blank(f, d)
}

// hidden reports whether no reader shows an annotation (ISO 32000-1, table 165).
// NoView is not enough: PDFium draws such a one when it flattens the page. Of a
// number beyond 32 bits or a negative one, each reader keeps other bits.
func hidden(d *revision.Dict) bool {
	const hiddenFlag = 2
	flags, whole := d.Get("F").(int64)
	return whole && flags >= 0 && flags <= math.MaxInt32 && flags&hiddenFlag != 0
}

// Of an appearance that draws nothing.
const (
	maxBlank      = 1024 // bytes
	maxBlankForms = 16
)

// blank reports whether the appearances of an annotation draw nothing and hold no
// text. Makers give invisible signatures such ones.
func blank(f *revision.File, d *revision.Dict) bool {
	v, err := f.Resolve(d.Get("AP"))
	if err != nil {
		return false
	}
	left := maxBlankForms
	return blankForms(f, v, &left, 0)
}

// blankForms looks at a form, or at the forms below a dictionary.
func blankForms(f *revision.File, o revision.Object, left *int, depth int) bool {
	v, err := f.Resolve(o)
	if *left--; err != nil || *left < 0 || depth > 4 {
		return false
	}
	switch v := v.(type) {
	case nil:
		return true
	case *revision.Dict:
		for _, e := range v.Entries {
			if !blankForms(f, e.Value, left, depth+1) {
				return false
			}
		}
		return true
	case *revision.Stream:
		return blankContent(f, v) && blankForms(f, f.Dict(v.Dict.Get("Resources")).Get("XObject"), left, depth+1)
	}
	return false
}

var (
	comment = regexp.MustCompile(`%[^\r\n]*`)
	// drawsNothing are operands and operators of graphics state, clipping, marked
	// content and forms, which are looked at for themselves.
	drawsNothing = regexp.MustCompile(`^([-+]?[0-9]*\.?[0-9]*|/[A-Za-z0-9_.-]*|q|Q|cm|re|n|W\*?|BMC|EMC|Do)$`)
)

func blankContent(f *revision.File, st *revision.Stream) bool {
	if st.Dict.Name("Subtype") == "Image" || len(st.Raw) > maxBlank {
		return false
	}
	data, err := f.Decode(st)
	if err != nil || len(data) > maxBlank {
		return false
	}
	for _, token := range bytes.Fields(comment.ReplaceAll(data, nil)) {
		if !drawsNothing.Match(token) {
			return false
		}
	}
	return true
}
