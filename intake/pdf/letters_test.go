package pdf_test

import (
	"slices"
	"testing"

	"jianding/intake/pdf"
	"jianding/schemas"
)

// TestDrawnText: letters that are seen in a pattern or through a mask, and are no
// text of the page, are for a human; patterns and masks without letters are not.
func TestDrawnText(t *testing.T) {
	const (
		page    = "/BBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>/XObject<</X 7 0 R>>>>"
		filled  = "/Pattern cs /P scn 60 690 300 60 re f"
		pattern = "/Pattern<</P 6 0 R>>"
		masked  = "/G gs 60 690 300 60 re f"
		softly  = "/ExtGState<</G<</SMask<</S/Luminosity/G 6 0 R>>>>>>"
		dots    = "0 0 3 3 re f"
	)
	tile := func(content string) string {
		return stream("/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/XStep 595/YStep 842"+page, content)
	}
	group := func(content string) string {
		return stream("/Type/XObject/Subtype/Form/Group<</S/Transparency/CS/DeviceGray>>"+page, content)
	}
	packed := func(entries, content string) string {
		return stream(entries+"/Filter/FlateDecode", deflate([]byte(content)))
	}
	image := pixel("\xFF")
	e := newEngine(t)
	for _, c := range []struct {
		name string
		held bool
		pdf  []byte
	}{
		{"pattern", true, drawing(hello+" "+filled, pattern, tile(hello), image)},
		{"compressed pattern", true, drawing(hello+" "+filled, pattern, packed("/PatternType 1/PaintType 1/TilingType 1/XStep 595/YStep 842"+page, hello), image)},
		{"pattern of a form", true, drawing(hello+" "+filled, pattern, tile("/X Do"), form("/BBox[0 0 595 842]", "BT /F1 12 Tf 72 700 Td [(Grade) 3 (Dsu)]TJ ET"))},
		{"pattern of dots", false, drawing(hello+" "+filled, pattern, tile(dots), image)},
		{"pattern of a picture", false, drawing(hello+" "+filled, pattern, tile("q 9 0 0 9 0 0 cm /X Do Q"), image)},
		{"mask", true, drawing(hello+" "+masked, softly, group("1 g "+hello), image)},
		{"mask by another line", true, drawing(hello+" "+masked, softly, group("1 g BT /F1 12 Tf 72 700 Td (x) ' <41> Tj ET"), image)},
		{"mask without letters", false, drawing(hello+" "+masked, softly, group("1 g "+dots), image)},
	} {
		t.Run(c.name, func(t *testing.T) {
			codes := inspect(t, e, c.pdf, pdf.DefaultLimits())
			if slices.Contains(codes, schemas.DocumentDrawnText) != c.held || !c.held && len(codes) > 0 {
				t.Errorf("held %v, by %v", !c.held, codes)
			}
		})
	}
}
