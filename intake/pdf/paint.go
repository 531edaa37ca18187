package pdf

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
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
	for _, o := range glyphs {
		stream, _, err := a.pc.DereferenceStreamDict(o)
		if err != nil || stream == nil || !a.glyphs.plain(stream) {
			return true
		}
	}
	return false
}

// glyphReader looks into the glyphs of all fonts of a document. Producers write a
// font for each few characters, hundreds in all, and the same empty glyph into each.
type glyphReader struct {
	unfold unfolder
	known  map[string]bool // by the stream as it is in the file, of short ones
}

// What is remembered of glyphs.
const (
	longestKnown = 4 << 10 // bytes of the stream
	mostKnown    = 4096
)

func (r *glyphReader) plain(stream *types.StreamDict) bool {
	short := len(stream.Raw) <= longestKnown && usualFilter(stream)
	if plain, known := r.known[string(stream.Raw)]; known && short {
		return plain
	}
	content, ok := r.unfold.content(stream, longestGlyph)
	plain := ok && plainGlyph(content)
	if short && len(r.known) < mostKnown {
		if r.known == nil {
			r.known = make(map[string]bool)
		}
		r.known[string(stream.Raw)] = plain
	}
	return plain
}

// plainContent unfolds a stream that is compressed in the usual way, or not.
func plainContent(stream *types.StreamDict, most int64) ([]byte, bool) {
	return new(unfolder).content(stream, most)
}

// unfolder reads streams one after another with the same inflater and into the same
// buffer: a font has hundreds of glyphs of some bytes each, and an inflater is 40 kB.
type unfolder struct {
	z    io.ReadCloser
	from bytes.Reader
	into bytes.Buffer
}

// usualFilter tells whether a stream is compressed in the usual way.
func usualFilter(stream *types.StreamDict) bool {
	names := stream.FilterPipeline
	return len(names) == 1 && names[0].Name == "FlateDecode" && names[0].DecodeParms == nil
}

// content is plainContent; it holds until the next call.
func (u *unfolder) content(stream *types.StreamDict, most int64) ([]byte, bool) {
	if len(stream.FilterPipeline) == 0 {
		return stream.Raw, true
	}
	if !usualFilter(stream) {
		return nil, false
	}
	u.from.Reset(stream.Raw)
	var err error
	if again, ok := u.z.(zlib.Resetter); ok {
		err = again.Reset(&u.from, nil)
	} else {
		u.z, err = zlib.NewReader(&u.from)
	}
	if err != nil {
		return nil, false
	}
	u.into.Reset()
	n, err := u.into.ReadFrom(io.LimitReader(u.z, most+1))
	return u.into.Bytes(), err == nil && n <= most
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
// paints nothing is not plain: it is read, and seen by nobody. Nor is one with comments
// or strings, in which operators are none, or with a picture in colours of its own.
func plainGlyph(content []byte) bool {
	content, ok := beforeMask(content)
	if !ok || bytes.ContainsAny(content, "%(<") {
		return false
	}
	var last [4][]byte // tokens before this one, the latest at count%4
	count := 0
	shape, paints, extent, metrics := false, false, false, false
	for t := range bytes.FieldsSeq(content) {
		if metrics {
			extent, metrics = true, false
		}
		switch {
		case t[0] <= '9': // a number, mostly
		case string(t) == "d1":
			shape = true
			extent = count >= len(last) && !allNought(last)
		case string(t) == "d0":
			extent, metrics = false, true // it has one if anything follows
		case paintsGlyph[string(t)]:
			paints = true
		case ownGlyph[string(t)], coloursGlyph[string(t)] && !shape:
			return false
		}
		last[count%len(last)] = t
		count++
	}
	return paints || !extent
}

// beforeMask returns what a glyph says before the data of its picture, and false where
// this is no stencil mask (ISO 32000-2, 8.9.6.2), which takes the colour of the text, or
// where anything but the end of the glyph follows, as far as that can be told from data.
func beforeMask(content []byte) ([]byte, bool) {
	begin := tokenAt(content, "BI")
	if begin < 0 {
		return content, true
	}
	data := tokenAt(content[begin:], "ID")
	if data < 0 {
		return nil, false
	}
	data += begin
	end := tokenAt(content[data:], "EI")
	if end < 0 || !stencil.Match(content[begin:data]) {
		return nil, false
	}
	for t := range bytes.FieldsSeq(content[data+end+len("EI"):]) {
		if string(t) != "Q" {
			return nil, false
		}
	}
	return content[:data], true
}

var stencil = regexp.MustCompile(`/(?:IM|ImageMask)\s+true(?:\s|/|$)`)

// tokenAt returns where an operator first stands between blanks, or -1.
func tokenAt(content []byte, operator string) int {
	blank := func(i int) bool {
		return i < 0 || i >= len(content) || bytes.IndexByte([]byte(" \t\r\n\f\x00"), content[i]) >= 0
	}
	for from := 0; ; {
		i := bytes.Index(content[from:], []byte(operator))
		if i < 0 {
			return -1
		}
		if i += from; blank(i-1) && blank(i+len(operator)) {
			return i
		}
		from = i + 1
	}
}

func allNought(tokens [4][]byte) bool {
	for _, t := range tokens {
		if string(t) != "0" {
			return false
		}
	}
	return true
}
