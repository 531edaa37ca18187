package pdf

import (
	"bytes"
	"compress/zlib"
	"io"
	"slices"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// What colour a text has is told by its graphics state, and of what is over and
// under it by theirs, unless they are drawn in ways of which the state says
// nothing and readers show each something else.

// plainBlends are the blend modes (ISO 32000-2 §11.3.5) that leave dark text dark
// on white paper. Under the others black turns white (Screen, Difference), and
// PDFium shows of some what other readers do not.
var plainBlends = map[string]bool{"": true, "Normal": true, "Compatible": true, "Multiply": true, "Darken": true}

// ownPaint tells whether d is a graphics state with such a blend mode, or one that
// turns colours into others, or a font whose glyphs bring their own colours.
func (a active) ownPaint(d types.Dict) bool {
	if a.transfers(d) {
		return true
	}
	if mode, stated := d["BM"]; stated {
		if list, err := a.pc.DereferenceArray(mode); err == nil && len(list) > 0 {
			// Readers take the first that they know.
			if slices.ContainsFunc(list, func(o types.Object) bool { return !plainBlends[a.name(o)] }) {
				return true
			}
		} else if !plainBlends[a.name(mode)] {
			return true
		}
	}
	return a.name(d["Subtype"]) == "Type3" && d["CharProcs"] != nil && a.colouredGlyphs(d)
}

// transfers tells whether d is a graphics state with a transfer function (ISO
// 32000-2 §10.5): black may come out white where readers follow it, and few do.
// A name is none, but the role of a table's rows in a tagged document (§14.7.3).
func (a active) transfers(d types.Dict) bool {
	if _, mask := d["G"]; mask {
		return false // a soft mask's, which all follow
	}
	for _, key := range []string{"TR", "TR2"} {
		if o, stated := d[key]; stated && a.name(o) == "" {
			return true
		}
	}
	return false
}

// mostGlyphs bounds the glyphs of one font that are looked at, and longestGlyph
// what one unfolds to. What goes beyond is not known to be plain.
const (
	mostGlyphs   = 4096
	longestGlyph = 64 << 10
)

// colouredGlyphs looks into the glyphs of a Type 3 font (ISO 32000-2 §9.6.4).
func (a active) colouredGlyphs(font types.Dict) bool {
	glyphs, err := a.pc.DereferenceDict(font["CharProcs"])
	if err != nil || len(glyphs) > mostGlyphs {
		return true
	}
	var unfold unfolder
	for _, o := range glyphs {
		stream, _, err := a.pc.DereferenceStreamDict(o)
		if err != nil || stream == nil {
			return true
		}
		content, ok := unfold.content(stream, longestGlyph)
		if !ok || !plainGlyph(content) {
			return true
		}
	}
	return false
}

// plainContent unfolds a stream that is compressed in the usual way, or not.
func plainContent(stream *types.StreamDict, most int64) ([]byte, bool) {
	return new(unfolder).content(stream, most)
}

// unfolder reads streams one after another with the same inflater: a font has
// hundreds of glyphs of some bytes each, and an inflater is 40 kB.
type unfolder struct{ z io.ReadCloser }

// content is plainContent.
func (u *unfolder) content(stream *types.StreamDict, most int64) ([]byte, bool) {
	switch names := stream.FilterPipeline; {
	case len(names) == 0:
		return stream.Raw, true
	case len(names) > 1 || names[0].Name != "FlateDecode" || names[0].DecodeParms != nil:
		return nil, false
	}
	var err error
	if again, ok := u.z.(zlib.Resetter); ok {
		err = again.Reset(bytes.NewReader(stream.Raw), nil)
	} else {
		u.z, err = zlib.NewReader(bytes.NewReader(stream.Raw))
	}
	if err != nil {
		return nil, false
	}
	content, err := io.ReadAll(io.LimitReader(u.z, most+1))
	return content, err == nil && int64(len(content)) <= most
}

// Operators of a glyph (ISO 32000-2, annex A).
var (
	paintsGlyph = map[string]bool{"f": true, "F": true, "f*": true, "B": true, "B*": true, "b": true, "b*": true, "S": true, "s": true, "BI": true}
	// ownGlyph may make it seen otherwise than the text's state says, or not.
	ownGlyph = map[string]bool{
		"gs": true, "Do": true, "sh": true, "W": true, "W*": true, "BT": true,
	}
	coloursGlyph = map[string]bool{"g": true, "G": true, "rg": true, "RG": true, "k": true, "K": true, "cs": true, "CS": true, "sc": true, "SC": true, "scn": true, "SCN": true}
)

// plainGlyph tells whether a glyph is painted in the colour of the text: all of it
// is when it says so (d1), else it must set none. One that has an extent and
// paints nothing is not plain: it is read, and seen by nobody.
func plainGlyph(content []byte) bool {
	if i := bytes.Index(content, []byte("ID")); i >= 0 && bytes.Contains(content[:i], []byte("BI")) {
		content = content[:i] // the data of an image
	}
	tokens := bytes.Fields(content)
	shape, paints, extent := false, false, false
	for i, t := range tokens {
		switch op := string(t); {
		case op == "d1":
			shape = true
			extent = i >= 4 && string(bytes.Join(tokens[i-4:i], nil)) != "0000"
		case op == "d0":
			extent = len(tokens) > i+1
		case paintsGlyph[op]:
			paints = true
		case ownGlyph[op], coloursGlyph[op] && !shape:
			return false
		}
	}
	return paints || !extent
}
