package pdf_test

import (
	"fmt"
	"strings"
	"testing"

	"jianding/intake/pdf"
)

// shading fills the page with a gray, as a resource of that kind and name.
func shading(gray float64) string {
	return fmt.Sprintf("<</ShadingType 2/ColorSpace/DeviceGray/Coords[0 0 595 0]/Extend[true true]/Function<</FunctionType 2/Domain[0 1]/C0[%v]/C1[%v]/N 1>>>>", gray, gray)
}

func pixel(gray string) string {
	return stream("/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray", gray)
}

// TestCovered: what is drawn over a text in whatever shape and way keeps it from
// view if nothing of it is left, and does not if it is.
func TestCovered(t *testing.T) {
	const x = "/XObject<</X 6 0 R>>"
	opacity := func(v float64) string { return fmt.Sprintf("/ExtGState<</G<</ca %v/CA %v>>>>", v, v) }
	hello := text("Grade Dsu") + " "
	rounded := "100 680 m 300 680 l 320 690 320 700 300 720 c 60 720 l 50 700 50 690 60 680 c h "
	hatch := func(step float64) string {
		var b strings.Builder
		b.WriteString("1 G 1 w ")
		for y := 690.0; y < 730; y += step {
			fmt.Fprintf(&b, "50 %v m 300 %v l S ", y, y)
		}
		return b.String()
	}
	e := newEngine(t)
	for _, c := range []struct {
		name   string
		hidden bool
		pdf    []byte
	}{
		{"a box with round corners", true, drawing(hello+"1 g "+rounded+"f", "")},
		{"a round box beside it", false, drawing(hello+"1 0 0 1 0 -200 cm 1 g "+rounded+"f", "")},
		{"a hexagon", true, drawing(hello+"1 g 50 680 m 300 680 l 320 690 l 320 720 l 50 720 l 40 700 l h f", "")},
		{"two halves", true, drawing(hello+"1 g 60 690 300 14 re f 60 704 300 20 re f", "")},
		{"two halves in one path", true, drawing(hello+"1 g 60 690 300 14 re 60 704 300 20 re f", "")},
		{"the lower half", false, drawing(hello+"1 g 60 690 300 14 re f", "")},
		{"a thick line", true, drawing(hello+"1 G 40 w 40 704 m 400 704 l S", "")},
		{"a thick black line", true, drawing(hello+"0 G 40 w 40 704 m 400 704 l S", "")},
		{"a line through it", false, drawing(hello+"1 w 40 704 m 400 704 l S", "")},
		{"the thick side of a frame", true, drawing(hello+"1 G 40 w 60 500 400 204 re S", "")},
		{"many lines", true, drawing(hello+hatch(0.4), "")},
		{"lines apart", false, drawing(hello+hatch(3), "")},
		{"a frame and a line below", false, drawing(hello+"0.5 w 60 690 200 30 re S 60 698 m 200 698 l S", "")},
		{"a shading", true, drawing(hello+"q 60 690 300 60 re W n /S sh Q", "/Shading<</S "+shading(1)+">>")},
		{"a shading elsewhere", false, drawing(hello+"q 60 390 300 60 re W n /S sh Q", "/Shading<</S "+shading(1)+">>")},
		{"a picture on a slant", true, drawing(hello+"q 300 300 -300 300 200 450 cm /X Do Q", x, pixel("\xFF"))},
		{"a picture with round corners", true, drawing(hello+"q "+rounded+"W n 300 0 0 60 60 690 cm /X Do Q", x, pixel("\xFF"))},
		{"nearly opaque", true, drawing(hello+"/G gs 1 g 60 690 300 60 re f", opacity(0.93))},
		{"half transparent", false, drawing(hello+"/G gs 1 g 60 690 300 60 re f", opacity(0.5))},
		{"half transparent six times", true, drawing(hello+"/G gs 1 g"+strings.Repeat(" 60 690 300 60 re f", 6), opacity(0.5))},
		{"white letters with outlines", true, drawing(hello+"1 g 1 G 5 w 2 Tr "+text("MMMMMMMM"), "")},
		{"itself in white", true, drawing(hello+"1 g 1 G 1 w 2 Tr "+text("Grade Dsu"), "")},
		{"itself again", false, drawing(hello+text("Grade Dsu"), "")},
		{"itself again, a little aside", false, drawing(hello+"1 0 0 1 0.3 0 cm "+text("Grade Dsu"), "")},
		{"a box in a box, clipped", false, drawing(hello+"q 0 0 10 10 re W n 1 g 60 690 300 60 re f Q", "")},
	} {
		t.Run(c.name, func(t *testing.T) { checkSeen(t, open(t, e, c.pdf), c.hidden) })
	}
	t.Run("more lines than are looked at", func(t *testing.T) {
		var zigzag strings.Builder
		zigzag.WriteString("0.2 w 40 800 m 40 300 l ") // beside the text, which lies in its box
		for i := range 300 {
			fmt.Fprintf(&zigzag, "%d %d l ", 50+i, 300+100*(i%2))
		}
		limits := pdf.DefaultLimits()
		limits.ObjectsPage = 200
		for cover, hidden := range map[string]bool{"": false, "1 G 40 w 40 704 m 400 704 l S": true} {
			d, err := pdf.Open(t.Context(), e, drawing(hello+strings.Repeat(zigzag.String()+"S ", 20)+cover, ""), limits)
			if err != nil {
				t.Fatal(err)
			}
			checkSeen(t, d, hidden)
		}
	})
	for _, page := range []string{"/Rotate 90", "/Rotate 180", "/Rotate 270/CropBox[50 600 400 800]", "/MediaBox[-100 -100 700 900]", "/MediaBox[0 0 14400 14400]"} {
		t.Run("on a page with "+page, func(t *testing.T) {
			const hexagon = "1 g 50 680 m 300 680 l 320 690 l 320 720 l 50 720 l 40 700 l h f"
			at := strings.Index(page, "/MediaBox")
			build := func(content string) []byte {
				if at < 0 {
					return simple(content, "", page)
				}
				return []byte(strings.Replace(string(simple(content, "", "")), "/MediaBox[0 0 595 842]", page, 1))
			}
			checkSeen(t, open(t, e, build(hello+hexagon)), true)
			checkSeen(t, open(t, e, build("0 g"+hexagon[3:]+" "+hello)), true)
			checkSeen(t, open(t, e, build(hello+"1 0 0 1 0 -60 cm "+hexagon)), false)
		})
	}
	t.Run("more than is counted", func(t *testing.T) {
		big := strings.Repeat("0 0 595 842 re f ", 400)
		checkSeen(t, open(t, e, drawing("1 g "+big+"0 g "+hello, "")), false)
		checkSeen(t, open(t, e, drawing(hello+"1 g "+big, "")), true)
	})
}

// TestOwnColour: a text is seen by how it stands out from what lies below, not by
// its colour alone.
func TestOwnColour(t *testing.T) {
	const x = "/XObject<</X 6 0 R>>"
	hello := text("Grade Dsu") + " "
	bar := " 60 690 300 60 re f "
	e := newEngine(t)
	for _, c := range []struct {
		name   string
		hidden bool
		pdf    []byte
	}{
		{"black on black", true, drawing("0 g"+bar+hello, "")},
		{"red on red", true, drawing("1 0 0 rg"+bar+hello, "")},
		{"nearly black on black", true, drawing("0 g"+bar+"0.04 g "+hello, "")},
		{"red on green", false, drawing("0 0.6 0 rg"+bar+"1 0 0 rg "+hello, "")},
		{"blue on black", false, drawing("0 g"+bar+"0 0 1 rg "+hello, "")},
		{"black on light gray", false, drawing("0.9 g"+bar+"0 g "+hello, "")},
		{"black on a white box on black", false, drawing("0 g"+bar+"1 g 65 695 200 30 re f 0 g "+hello, "")},
		{"black beside black", false, drawing("0 g 60 390 300 60 re f "+hello, "")},
		{"on a dark shading", true, drawing("q 60 690 300 60 re W n /S sh Q "+hello, "/Shading<</S "+shading(0)+">>")},
		{"on a light shading", false, drawing("q 60 690 300 60 re W n /S sh Q "+hello, "/Shading<</S "+shading(0.8)+">>")},
		{"on a dark picture", true, drawing("q 300 0 0 60 60 690 cm /X Do Q "+hello, x, pixel("\x00"))},
		{"on a light picture", false, drawing("q 300 0 0 60 60 690 cm /X Do Q "+hello, x, pixel("\xD0"))},
		{"yellow on white", true, drawing("1 1 0 rg "+hello, "")},
		{"yellow on blue", false, drawing("0 0 0.5 rg"+bar+"1 1 0 rg "+hello, "")},
		{"gray that hardly is", true, drawing("0.94 g "+hello, "")},
		{"gray", false, drawing("0.8 g "+hello, "")},
		{"outlined in its own colour", false, drawing("0.9 g"+bar+"0 g 0 G 2 Tr 0.3 w "+hello, "")},
	} {
		t.Run(c.name, func(t *testing.T) { checkSeen(t, open(t, e, c.pdf), c.hidden) })
	}
}
