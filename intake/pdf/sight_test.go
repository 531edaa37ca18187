package pdf_test

import (
	"fmt"
	"strings"
	"testing"

	"jianding/intake/pdf"
)

// drawing is a one-page document that shows content, with the resources that a
// graphics state, a form or a pattern need; the extra objects count from 6.
func drawing(content, resources string, more ...string) []byte {
	return build(append([]string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>" + resources + ">>>>",
		stream("", content),
		font,
	}, more...)...)
}

// form is a form XObject that may use the page's font.
func form(entries, content string) string {
	return stream("/Type/XObject/Subtype/Form/Resources<</Font<</F1 5 0 R>>/XObject<</X2 7 0 R>>/ExtGState<</G<</ca 0.3>>>>>>"+entries, content)
}

// mask is a soft mask's group that paints a gray on a part of the page.
func mask(gray float64, box string) string {
	return stream("/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Group<</S/Transparency/CS/DeviceGray>>", fmt.Sprintf("%v g %s re f", gray, box))
}

func text(s string) string { return "BT /F1 12 Tf 72 700 Td (" + s + ") Tj ET" }

// TestUnseen: what the graphics state keeps from view is no content, whatever of
// it takes part; what it only clips, tints or blends is.
func TestUnseen(t *testing.T) {
	const (
		all     = "/BBox[0 0 595 842]"
		x       = "/XObject<</X 6 0 R>>"
		page    = "0 0 595 842"
		softly  = "/ExtGState<</G<</SMask<</S/Luminosity/G 6 0 R>>>>>>"
		rounded = "100 680 m 300 680 l 320 690 320 700 300 710 c 60 710 l 50 700 50 690 60 680 c h "
	)
	shade := func(r float64) string { return fmt.Sprintf("<</ca %v/CA %v>>", r, r) }
	g := func(r float64) string { return "/ExtGState<</G" + shade(r) + ">>" }
	hello := text("Grade Dsu")
	cases := []struct {
		name   string
		hidden bool
		pdf    []byte
	}{
		{"clipped away", true, drawing("q 0 0 10 10 re W n "+hello+" Q", "")},
		{"clipped away by two", true, drawing("q 60 690 300 60 re W n 60 400 300 60 re W n "+hello+" Q", "")},
		{"clipped away by an empty path", true, drawing("q 72 700 m W n "+hello+" Q", "")},
		{"a hairline left by the clip", true, drawing("q 60 703 300 0.4 re W n "+hello+" Q", "")},
		{"clipped to the page", false, drawing("q 0 0 595 842 re W n "+hello+" Q", "")},
		{"clipped to its cell", false, drawing("q 71 697 60 14 re W* n "+hello+" Q", "")},
		{"clipped to a rounded cell", false, drawing("q "+rounded+"W n "+hello+" Q", "")},
		{"outside a ring", true, drawing("q 0 0 595 842 re 20 20 555 802 re W* n "+hello+" Q", "")},
		{"clipped on a slant", true, drawing("q 0.7 0.7 -0.7 0.7 200 200 cm 0 0 40 40 re W n 0.7 -0.7 0.7 0.7 -280 0 cm "+hello+" Q", "")},
		{"clipped by a text", true, drawing("q BT 7 Tr /F1 12 Tf 72 300 Td (x) Tj ET 0 Tr "+text("Grade Dsu")+" Q", "")},
		{"outside the form's box", true, drawing("/X Do", x, form("/BBox[0 0 60 60]", hello))},
		{"outside the moved form's box", true, drawing("q 1 0 0 1 100 100 cm /X Do Q", x, form("/BBox[0 0 595 300]/Matrix[1 0 0 1 0 20]", hello))},
		{"within the moved form's box", false, drawing("q 1 0 0 1 0 -600 cm /X Do Q", x, form("/BBox[60 690 200 720]/Matrix[1 0 0 1 0 20]", hello))},
		{"clipped around the form", true, drawing("q 0 0 60 60 re W n /X Do Q", x, form(all, hello))},
		{"form of no opacity", true, drawing("/G gs /X Do", x+g(0), form(all, hello))},
		{"form of little opacity", true, drawing("/G gs /X Do", x+g(0.1), form(all, hello))},
		{"form of some opacity", false, drawing("/G gs /X Do", x+g(0.3), form(all, hello))},
		{"form of little opacity around one of more", true, drawing("/G gs /X Do", x+g(0.1), form(all, "/G gs /X2 Do"), form(all, hello))},
		{"form of no opacity around a form", true, drawing("/G gs /X Do", x+g(0), form(all, "/X2 Do"), form(all, hello))},
		{"half transparent form", false, drawing("/G gs /X Do", x+g(0.5), form(all+"/Group<</S/Transparency>>", hello))},
		{"opaque group", false, drawing("/X Do", x, form(all+"/Group<</S/Transparency>>", hello))},
		{"no opacity", true, drawing("/G gs "+hello, g(0))},
		{"little opacity", true, drawing("/G gs "+hello, g(0.1))},
		{"half transparent", false, drawing("/G gs "+hello, g(0.5))},
		{"half transparent, both drawn", false, drawing("/G gs "+hello+" "+hello, g(0.5))},
		{"multiplied", false, drawing("/G gs "+hello, "/ExtGState<</G<</BM/Multiply>>>>")},
		{"soft mask that lets nothing through", true, drawing("/G gs "+hello, softly, mask(0, page))},
		{"soft mask that lets all through", false, drawing("/G gs "+hello, softly, mask(1, page))},
		{"soft mask elsewhere", true, drawing("/G gs "+hello, softly, mask(1, "0 0 60 60"))},
		{"soft mask over a form", true, drawing("/G gs /X Do", "/XObject<</X 7 0 R>>"+softly, mask(0, page), form(all, hello))},
		{"white outline", true, drawing("1 Tr 1 G "+hello, "")},
		{"outline", false, drawing("1 Tr 1 g "+hello, "")},
		{"transparent outline", true, drawing("/G gs 1 Tr "+hello, "/ExtGState<</G<</CA 0>>>>")},
		{"white outline, white within", true, drawing("2 Tr 1 G 1 g "+hello, "")},
		{"transparent outline, transparent within", true, drawing("/G gs 2 Tr "+hello, g(0))},
		{"transparent outline, white within", true, drawing("/G gs 2 Tr 1 g "+hello, "/ExtGState<</G<</CA 0>>>>")},
		{"white outline that eats the letter", true, drawing("2 Tr 1 G 5 w "+hello, "")},
		{"bolder by an outline", false, drawing("2 Tr 0.4 w "+hello, "")},
		{"outline, white within", false, drawing("2 Tr 1 g "+hello, "")},
		{"white shading", true, drawing("/Pattern cs /P scn "+hello, "/Pattern<</P<</PatternType 2/Shading<</ShadingType 2/ColorSpace/DeviceGray/Coords[0 0 595 0]/Extend[true true]/Function<</FunctionType 2/Domain[0 1]/C0[1]/C1[1]/N 1>>>>>>>>")},
		{"dark shading", false, drawing("/Pattern cs /P scn "+hello, "/Pattern<</P<</PatternType 2/Shading<</ShadingType 2/ColorSpace/DeviceGray/Coords[0 0 595 0]/Extend[true true]/Function<</FunctionType 2/Domain[0 1]/C0[0]/C1[0.2]/N 1>>>>>>>>")},
		{"squeezed", true, drawing("1 Tz "+hello, "")},
		{"no width", true, drawing("0 Tz "+hello, "")},
		{"narrow", false, drawing("60 Tz "+hello, "")},
		{"flattened by its matrix", true, drawing("BT /F1 1 Tf 12 12 12 12.01 72 700 Tm (Grade Dsu) Tj ET", "")},
		{"white on a white picture", true, drawing("q 300 0 0 60 60 690 cm /X Do Q 1 g "+hello, x, stream("/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray", "\xFF"))},
		{"white on a dark picture", false, drawing("q 300 0 0 60 60 690 cm /X Do Q 1 g "+hello, x, stream("/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray", "\x20"))},
	}
	e := newEngine(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			checkSeen(t, open(t, e, c.pdf), c.hidden)
		})
	}
}

// checkSeen closes the document.
func checkSeen(t *testing.T, d *pdf.Document, hidden bool) {
	t.Helper()
	defer d.Close()
	seen, unseen := sorted(t, d)
	seen = strings.ReplaceAll(seen, "M", "")
	if hidden && seen != "" {
		t.Errorf("%q is taken for seen", seen)
	}
	if !hidden && (unseen != "" || seen == "") {
		t.Errorf("%q is taken for unseen, %q for seen", unseen, seen)
	}
}

// sorted gives the characters of the first page that are taken for seen, and
// those that are not, without blanks and the letter x.
func sorted(t *testing.T, d *pdf.Document) (seen, unseen string) {
	t.Helper()
	chars, err := d.Chars(1)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range chars {
		switch {
		case c.R <= ' ' || c.R == 'x':
		case c.Hidden:
			unseen += string(c.R)
		default:
			seen += string(c.R)
		}
	}
	return seen, unseen
}

// TestUnseenOverSeen: two texts in the same place, one of which nobody sees, are
// told apart, though both need the picture.
func TestUnseenOverSeen(t *testing.T) {
	e := newEngine(t)
	states := "/ExtGState<</G<</ca 0.6>>/N<</SMask<</S/Luminosity/G 6 0 R>>>>>>"
	for name, content := range map[string]string{
		"after":  "q /G gs " + text("Dsu") + " Q /N gs " + text("Aon"),
		"before": "q /N gs " + text("Aon") + " Q /G gs " + text("Dsu"),
	} {
		d := open(t, e, drawing(content, states, mask(0, "0 0 595 842")))
		seen, unseen := sorted(t, d)
		d.Close()
		if seen != "Dsu" || unseen != "Aon" {
			t.Errorf("%s: %q is taken for seen, %q for unseen", name, seen, unseen)
		}
	}
}

// TestSeenInTwoBands: texts that lie on one another are told apart at the head of
// the page and at its foot.
func TestSeenInTwoBands(t *testing.T) {
	e := newEngine(t)
	states := "/ExtGState<</G<</ca 0.6>>/N<</SMask<</S/Luminosity/G 6 0 R>>>>>>"
	foot := func(s string) string { return "q 1 0 0 1 0 -600 cm " + s + " Q " }
	d := open(t, e, drawing("q /G gs "+text("Dsu")+" Q "+foot("/G gs "+text("Bsu"))+"q /N gs "+text("Aon")+" Q "+foot("/N gs "+text("Con")), states, mask(0, "0 0 595 842")))
	defer d.Close()
	seen, unseen := sorted(t, d)
	if seen != "DsuBsu" || unseen != "AonCon" {
		t.Errorf("%q is taken for seen, %q for unseen", seen, unseen)
	}
}

// TestPictureStays: looking at doubtful text leaves the page as it was.
func TestPictureStays(t *testing.T) {
	e := newEngine(t)
	d := open(t, e, drawing("/G gs "+text("Dsu"), "/ExtGState<</G<</ca 0.6>>>>"))
	before, err := d.Render(1, 72)
	if err != nil {
		t.Fatal(err)
	}
	if seen, _ := sorted(t, d); seen != "Dsu" {
		t.Fatalf("%q is taken for seen", seen)
	}
	after, err := d.Render(1, 72)
	if err != nil {
		t.Fatal(err)
	}
	if string(before.Pix) != string(after.Pix) {
		t.Error("the page is drawn otherwise afterwards")
	}
}
