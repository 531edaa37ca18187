package pdf_test

import (
	"slices"
	"testing"

	"jianding/intake/pdf"
	"jianding/schemas"
)

// type3 shows "Ds" by a font whose two glyphs are drawn so.
func type3(glyph, resources string) []byte {
	const unicode = "/CIDInit/ProcSet findresource begin begincmap 1 begincodespacerange<00><FF>endcodespacerange 2 beginbfchar<41><0044><42><0073>endbfchar endcmap end"
	return drawing("BT /T 12 Tf 72 700 Td (AB) Tj ET", "/Font<</F1 5 0 R/T 6 0 R>>",
		"<</Type/Font/Subtype/Type3/FontBBox[0 0 1000 1000]/FontMatrix[0.001 0 0 0.001 0 0]/FirstChar 65/LastChar 66/Widths[600 600]/Encoding<</Differences[65/A/B]>>/CharProcs<</A 7 0 R/B 7 0 R>>/ToUnicode 8 0 R/Resources<<"+resources+">>>>",
		glyph, stream("", unicode))
}

// TestOwnPaint: letters that bring their own colours, and ways of blending that
// readers show differently, are for a human to see.
func TestOwnPaint(t *testing.T) {
	const shape = " 0 0 500 700 re f"
	blend := func(mode string) []byte { return drawing("/G gs "+hello, "/ExtGState<</G<</BM"+mode+">>>>") }
	e := newEngine(t)
	for _, c := range []struct {
		name string
		held bool
		pdf  []byte
	}{
		{"a shape", false, type3(stream("", "600 0 0 0 500 700 d1"+shape), "")},
		{"a shape whose colour is not its own", false, type3(stream("", "600 0 0 0 500 700 d1 1 g"+shape), "")},
		{"a compressed shape", false, type3(stream("/Filter/FlateDecode", deflate([]byte("600 0 0 0 500 700 d1"+shape))), "")},
		{"a bitmap", false, type3(stream("", "600 0 0 0 500 700 d1 q 500 0 0 700 0 0 cm BI /W 1 /H 1 /IM true /BPC 1 ID \x00 EI Q"), "")},
		{"of no stated colour", false, type3(stream("", "600 0 d0"+shape), "")},
		{"a space", false, type3(stream("", "600 0 0 0 0 0 d1"), "")},
		{"white", true, type3(stream("", "600 0 d0 1 g"+shape), "")},
		{"white, compressed", true, type3(stream("/Filter/FlateDecode", deflate([]byte("600 0 d0 1 g"+shape))), "")},
		{"white, compressed otherwise", true, type3(stream("/Filter/ASCIIHexDecode", "363030203020643020312067>"), "")},
		{"white behind a comment", true, type3(stream("", "600 0 d0 % d1 \n1 g"+shape), "")},
		{"white after a bitmap", true, type3(stream("", "600 0 d0 q BI /W 1 /H 1 /IM true /BPC 1 ID \x00 EI Q 1 g"+shape), "")},
		{"a picture in its own colours", true, type3(stream("", "600 0 d0 q 500 0 0 700 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \xff EI Q"), "")},
		{"a bitmap without a stated shape", false, type3(stream("", "600 0 d0 q 500 0 0 700 0 0 cm BI /W 1 /H 1 /IM true /BPC 1 ID \x00 EI Q"), "")},
		{"a shape that is not drawn", true, type3(stream("", "600 0 0 0 500 700 d1 0 0 500 700 re n"), "")},
		{"a shape that is clipped away", true, type3(stream("", "600 0 0 0 500 700 d1 0 0 m W n"+shape), "")},
		{"a shape of no opacity", true, type3(stream("", "600 0 0 0 500 700 d1 /G gs"+shape), "/ExtGState<</G<</ca 0>>>>")},
		{"normal", false, blend("/Normal")},
		{"multiplied", false, blend("/Multiply")},
		{"screened", true, blend("/Screen")},
		{"difference", true, blend("/Difference")},
		{"the first of several", true, blend("[/Unheard/Screen]")},
		{"colours turned round", true, drawing("/G gs "+hello, "/ExtGState<</G<</TR<</FunctionType 2/Domain[0 1]/C0[1]/C1[0]/N 1>>>>>>")},
		{"colours left", false, drawing("/G gs "+hello, "/ExtGState<</G<</TR/Identity/TR2/Default>>>>")},
		{"the role of a table's rows", false, simple(hello, "/MarkInfo<</Marked true>>/StructTreeRoot<</Type/StructTreeRoot/RoleMap<</Table/Table/TR/TR/TD/TD>>>>", "")},
		{"colours turned round by functions", true, drawing("/G gs "+hello, "/ExtGState<</G<</TR[/Identity/Identity/Identity<</FunctionType 2/Domain[0 1]/C0[1]/C1[0]/N 1>>]>>>>")},
		{"a soft mask's own", false, drawing("/G gs "+hello, "/ExtGState<</G<</SMask<</S/Luminosity/G 6 0 R/TR<</FunctionType 2/Domain[0 1]/C0[0]/C1[1]/N 1>>>>>>>>", mask(1, "0 0 595 842"))},
		{"several that are plain", false, blend("[/Multiply/Normal]")},
	} {
		t.Run(c.name, func(t *testing.T) {
			codes := inspect(t, e, c.pdf, pdf.DefaultLimits())
			if slices.Contains(codes, schemas.DocumentOwnPaint) != c.held || !c.held && len(codes) > 0 {
				t.Errorf("held %v, by %v", !c.held, codes)
			}
		})
	}
}
