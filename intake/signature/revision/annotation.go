package revision

import (
	"bytes"
	"math"
	"regexp"
)

// What readers show of an annotation.

// flagsOf reads the annotation flags. Of a number beyond 32 bits or a negative
// one, each reader keeps other bits; of what is no whole number, some keep any.
func flagsOf(annotation *Dict) (flags int64, plain bool) {
	o := annotation.Get("F")
	if o == nil {
		return 0, true
	}
	flags, plain = o.(int64)
	return flags, plain && flags >= 0 && flags <= math.MaxInt32
}

// Annotation flags (ISO 32000-1, table 165).
const (
	flagHidden = 2
	flagNoView = 32
)

// Hidden reports whether no reader shows an annotation. NoView is not enough:
// PDFium draws such a one when it flattens the page.
func Hidden(annotation *Dict) bool {
	flags, plain := flagsOf(annotation)
	return plain && flags&flagHidden != 0
}

// annotation checks that readers agree on whether an annotation is shown, and on
// what of it.
func (w *readerWalk) annotation(d *Dict) error {
	if Hidden(d) {
		return nil
	}
	if err := w.unpainted(d); err != nil || d.Get("AP") == nil {
		return err
	}
	start := max(0, d.Entry("AP").Start)
	states, _ := w.f.Resolve(w.f.Dict(d.Get("AP")).Get("N"))
	state, err := w.f.Resolve(d.Get("AS"))
	_, named := state.(Name)
	_, several := states.(*Dict)
	flags, plain := flagsOf(d)
	some := !plain || flags&flagNoView != 0
	switch none := several && (!named || err != nil); {
	case !some && !none, w.f.Blank(d):
		return nil
	case some:
		return syntax(start, "annotation that some readers show")
	}
	return syntax(start, "annotation in none of its states")
}

// drawnByReaders are annotations that many readers draw without an appearance, each
// in its own way, and others leave out: a text box may be read by all but one.
var drawnByReaders = map[Name]bool{
	"FreeText": true, "Line": true, "Square": true, "Circle": true, "Polygon": true, "PolyLine": true, "Highlight": true, "Underline": true,
	"Squiggly": true, "StrikeOut": true, "Stamp": true, "Caret": true, "Ink": true, "Redact": true, "Watermark": true,
}

// unpainted finds an annotation, or a field with a value, of which readers draw
// what no appearance says.
func (w *readerWalk) unpainted(d *Dict) error {
	kind, _ := w.f.Resolve(d.Get("Subtype"))
	subtype, _ := kind.(Name)
	if d.Get("Rect") == nil || subtype != "Widget" && !drawnByReaders[subtype] {
		return nil
	}
	normal, _ := w.f.Resolve(w.f.Dict(d.Get("AP")).Get("N"))
	if subtype == "Widget" && !w.drawsValue(d, normal != nil) || subtype != "Widget" && normal != nil {
		return nil
	}
	return syntax(max(0, d.Entries[0].Start), "annotation that readers draw in their own way")
}

// drawsValue reports whether readers draw the value of a field themselves: it has
// one and nothing that shows it, or the form asks for it (ISO 32000-1, 12.7.2).
func (w *readerWalk) drawsValue(field *Dict, shown bool) bool {
	kind := w.inheritedBy(field, "FT")
	if kind != Name("Tx") && kind != Name("Ch") || shown && !w.regenerates() {
		caption := w.f.Dict(field.Get("MK")).Get("CA")
		return kind == Name("Btn") && !shown && caption != nil
	}
	switch v := w.inheritedBy(field, "V").(type) {
	case String:
		return len(v) > 0
	case nil:
		return false
	}
	return true
}

// regenerates reports whether the form has readers draw its fields anew.
func (w *readerWalk) regenerates() bool {
	root, err := w.f.Root()
	if err != nil {
		return true
	}
	again, err := w.f.Resolve(w.f.Dict(root.Get("AcroForm")).Get("NeedAppearances"))
	return err != nil || again == true
}

// inheritedBy is what a field, or one above it, says of key.
func (w *readerWalk) inheritedBy(field *Dict, key Name) Object {
	for range maxDepth {
		if field == nil {
			break
		}
		if v, err := w.f.Resolve(field.Get(key)); err != nil || v != nil {
			return v
		}
		field = w.f.Dict(field.Get("Parent"))
	}
	return nil
}

// Of an appearance that draws nothing.
const (
	maxBlank      = 1024 // bytes
	maxBlankForms = 16
)

// Blank reports whether the appearances of an annotation draw nothing and hold no
// text. Makers give invisible signatures such ones.
func (f *File) Blank(annotation *Dict) bool {
	v, err := f.Resolve(annotation.Get("AP"))
	if err != nil {
		return false
	}
	left := maxBlankForms
	return f.blankForms(v, &left, 0)
}

// blankForms looks at a form, or at the forms below a dictionary.
func (f *File) blankForms(o Object, left *int, depth int) bool {
	v, err := f.Resolve(o)
	if *left--; err != nil || *left < 0 || depth > 4 {
		return false
	}
	switch v := v.(type) {
	case nil:
		return true
	case *Dict:
		for _, e := range v.Entries {
			if !f.blankForms(e.Value, left, depth+1) {
				return false
			}
		}
		return true
	case *Stream:
		return f.blankContent(v) && f.blankForms(f.Dict(v.Dict.Get("Resources")).Get("XObject"), left, depth+1)
	}
	return false
}

var (
	comment = regexp.MustCompile(`%[^\r\n]*`)
	// drawsNothing are operands and operators of graphics state, clipping, marked
	// content and forms, which are looked at for themselves.
	drawsNothing = regexp.MustCompile(`^([-+]?[0-9]*\.?[0-9]*|/[A-Za-z0-9_.-]*|q|Q|cm|re|n|W\*?|BMC|EMC|Do)$`)
)

func (f *File) blankContent(st *Stream) bool {
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
