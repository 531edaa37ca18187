package pdf

import (
	"bytes"
	"compress/zlib"
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// TestGlyphsSeenBefore: what is remembered of a glyph is that glyph's alone.
func TestGlyphsSeenBefore(t *testing.T) {
	glyph := func(content string, filter bool) *types.StreamDict {
		s := &types.StreamDict{Raw: []byte(content)}
		if filter {
			var b bytes.Buffer
			z := zlib.NewWriter(&b)
			z.Write([]byte(content))
			z.Close()
			s.Raw, s.FilterPipeline = b.Bytes(), []types.PDFFilter{{Name: "FlateDecode"}}
		}
		return s
	}
	plain, coloured := "600 0 0 0 500 700 d1 0 0 500 700 re f", "600 0 d0 1 g 0 0 500 700 re f"
	var r glyphReader
	for range 2 {
		for _, packed := range []bool{true, false} {
			if !r.plain(glyph(plain, packed)) {
				t.Errorf("packed %v: a plain glyph is not", packed)
			}
			if r.plain(glyph(coloured, packed)) {
				t.Errorf("packed %v: a coloured glyph is plain", packed)
			}
		}
		if r.plain(&types.StreamDict{Raw: glyph(plain, true).Raw, FilterPipeline: []types.PDFFilter{{Name: "LZWDecode"}}}) {
			t.Error("what cannot be read is plain")
		}
		if r.plain(glyph("600 0 0 0 500 700 d1", true)) {
			t.Error("a glyph that paints nothing is plain")
		}
		if !r.plain(glyph("600 0 0 0 0 0 d1", true)) {
			t.Error("a space is not plain")
		}
	}
}
