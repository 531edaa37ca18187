package pdf_test

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"jianding/intake/pdf"
	"jianding/schemas"
)

// build writes a PDF of the given objects (numbered from 1) with a correct
// cross-reference table; object 1 is the catalog.
func build(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	x := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, x)
	return b.Bytes()
}

func stream(dict, data string) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dict, len(data), data)
}

const font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"

// simple is a one-page document that shows content, with extra entries in the
// catalog and the page.
func simple(content, catalog, page string, more ...string) []byte {
	return build(append([]string{
		"<</Type/Catalog/Pages 2 0 R" + catalog + ">>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>" + page + ">>",
		stream("", content),
		font,
	}, more...)...)
}

// layered shows its content as a membership dictionary has it, with the layer on.
func layered(membership string) []byte {
	return build("<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[6 0 R]/D<</ON[6 0 R]>>>>>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>/Properties<</M 7 0 R>>>>>>",
		stream("", "/OC /M BDC "+hello+" EMC"), font, "<</Type/OCG/Name(x)>>", membership)
}

const hello = "BT /F1 12 Tf 72 700 Td (Grade Dsu) Tj ET"

func deflate(b []byte) string {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write(b)
	w.Close()
	return z.String()
}

func ofd(t *testing.T) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	if _, err := w.Create("OFD.xml"); err != nil {
		t.Fatal(err)
	}
	w.Close()
	return b.Bytes()
}

// inspect opens a document both ways and reads every page, as assessment does,
// and returns the codes that came of it.
func inspect(t *testing.T, e *pdf.Engine, data []byte, limits pdf.Limits) []schemas.ReasonCode {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var codes []schemas.ReasonCode
	if r := pdf.CheckKind(data); r != nil {
		codes = append(codes, r.Code)
	}
	s, err := pdf.Examine(ctx, data, limits)
	if err != nil {
		t.Fatal(err)
	}
	d, err := pdf.Open(ctx, e, data, limits)
	if err != nil {
		var r *pdf.Refusal
		if !errors.As(err, &r) {
			t.Fatal(err)
		}
		return append(codes, r.Code)
	}
	defer d.Close()
	s.Compare(d)
	for n := 1; n <= d.NumPages(); n++ {
		if _, err := d.Chars(n); err != nil {
			codes = append(codes, pdf.AsRefusal(err).Code)
		}
		d.ImageShare(n)
	}
	for _, r := range s.Reasons {
		codes = append(codes, r.Code)
	}
	return codes
}

func TestHostile(t *testing.T) {
	deep := strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
	manyQ := strings.Repeat("q ", 200_000) + hello
	bomb := deflate([]byte(deflate(make([]byte, 256<<20))))
	small := pdf.DefaultLimits()
	small.Pages, small.CharsPage, small.Bytes = 50, 1000, 1<<20
	cases := []struct {
		name string
		data []byte
		want schemas.ReasonCode // "" for none at all
		why  string
	}{
		{"plain", simple(hello, "", ""), "", "the builder itself must be sound"},
		{"empty", nil, schemas.DocumentEmpty, ""},
		{"text", []byte("report"), schemas.DocumentNotPDF, ""},
		{"ofd", ofd(t), schemas.DocumentOFD, "advice of its own"},
		{"header only", []byte("%PDF-1.7\n"), schemas.DocumentUnreadable, ""},
		{"header late", append([]byte("junk\n"), simple(hello, "", "")...), schemas.DocumentHeader, "other readers may refuse it"},
		{"too large", simple(strings.Repeat("% filler\n", 200_000), "", ""), schemas.DocumentTooLarge, ""},
		{"no pages", build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>"), schemas.DocumentNoPages, ""},
		{"million pages claimed", build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1000000>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"), schemas.DocumentTooManyPages, ""},
		{"two pages claimed", build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 2>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"), schemas.DocumentPageTree, "a page that is not there could hold the conclusion"},
		{"fewer pages claimed", build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"), schemas.DocumentPageTree, "one reader shows a page that another does not"},
		{"page tree loop", build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R]/Count 1/Parent 2 0 R>>"), schemas.DocumentStructure, ""},
		{"deep array", simple(hello, "/X "+deep, ""), schemas.DocumentStructure, "recursion limits, not crashes"},
		{"deep graphics state", simple(manyQ, "", ""), "", "two hundred thousand q"},
		{"huge page box", build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 1e30 1e30]>>"), "", "opened, drawn small"},
		{"too many characters", simple("BT /F1 1 Tf ("+strings.Repeat("abcdefghij ", 500)+") Tj ET", "", ""), schemas.DocumentPageUnreadable, ""},
		{"bomb", build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>", stream("/Filter[/FlateDecode/FlateDecode]", bomb)), "", "decoded within PDFium's memory or not at all"},
		{"form loop", simple("/X Do", "", "/XX 1", stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>", "/X Do")), "", ""},
		{"javascript", simple(hello, "/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>", ""), schemas.DocumentJavaScript, ""},
		{"javascript on the page", simple(hello, "", "/AA<</O<</S/JavaScript/JS(1)>>>>"), schemas.DocumentJavaScript, ""},
		{"launch", simple(hello, "/OpenAction<</S/Launch/F(calc.exe)>>", ""), schemas.DocumentLaunch, ""},
		{"launch, its name apart", simple(hello, "/OpenAction<</S 6 0 R/F(calc.exe)>>", "", "/Launch"), schemas.DocumentLaunch, "a name may be an object of its own"},
		{"collection", simple(hello, "/Collection<</Type/Collection/View/H>>", ""), schemas.DocumentEmbeddedFile, "shown instead of the pages"},
		{"page whose data are elsewhere", bytes.Replace(simple(hello, "", ""), []byte("<</Length"), []byte("<</F(x)/Length"), 1), schemas.DocumentExternalAction, ""},
		{"layer not viewed", simple(hello, "/OCProperties<</OCGs[6 0 R]/D<</AS[<</Event/View/Category[/View]/OCGs[6 0 R]>>]>>>>", "", "<</Type/OCG/Name(x)/Usage<</View<</ViewState/OFF>>>>>>"), schemas.DocumentHiddenLayers, ""},
		{"submit", simple(hello, "/OpenAction<</S/SubmitForm/F(http://example.com)>>", ""), schemas.DocumentExternalAction, ""},
		{"harmless open action", simple(hello, "/OpenAction[3 0 R/Fit]", ""), "", "common in real files"},
		{"embedded file", simple(hello, "/Names<</EmbeddedFiles<</Names[(a)6 0 R]>>>>", "", "<</Type/Filespec/F(a)/EF<</F 7 0 R>>>>", stream("/Type/EmbeddedFile", "MZ")), schemas.DocumentEmbeddedFile, ""},
		{"xfa", simple(hello, "/AcroForm<</Fields[]/XFA 6 0 R>>", "", stream("", "<xdp:xdp/>")), schemas.DocumentXFA, ""},
		{"hidden layer", simple(hello, "/OCProperties<</OCGs[6 0 R]/D<</OFF[6 0 R]>>>>", "", "<</Type/OCG/Name(x)>>"), schemas.DocumentHiddenLayers, ""},
		{"hidden layers, the state apart", simple(hello, "/OCProperties<</OCGs[6 0 R]/D<</BaseState 7 0 R>>>>", "", "<</Type/OCG/Name(x)>>", "/OFF"), schemas.DocumentHiddenLayers, ""},
		{"shown where a layer is off", layered("<</Type/OCMD/OCGs[6 0 R]/P/AllOff>>"), schemas.DocumentHiddenLayers, "the layer is on, the text extracted and not displayed"},
		{"shown where a layer is not on", layered("<</Type/OCMD/VE[/And[/Not 6 0 R]]>>"), schemas.DocumentHiddenLayers, ""},
		{"shown where a layer is on", layered("<</Type/OCMD/OCGs[6 0 R]/VE[/And 6 0 R[/Or 6 0 R]]/P/AllOn>>"), "", ""},
		{"layer for the magnifying glass", simple(hello, "/OCProperties<</OCGs[6 0 R]/D<</AS[<</Event/View/Category[/Zoom]/OCGs[6 0 R]>>]>>>>", "", "<</Type/OCG/Name(x)/Usage<</Zoom<</min 20>>>>>>"), schemas.DocumentHiddenLayers, ""},
		{"font by numbers, not in the file", unembedded("Identity-H", "Identity", "/ToUnicode 8 0 R", oneWord), schemas.DocumentFontMissing, "its characters may be missing from the text"},
		{"font of known characters, not in the file", unembedded("UniGB-UCS2-H", "GB1", "", oneWord), "", "common in real files"},
		{"no xref", bytes.Replace(simple(hello, "", ""), []byte("startxref"), []byte("startXref"), 1), schemas.DocumentRepaired, ""},
	}
	e := newEngine(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			codes := inspect(t, e, c.data, small)
			if c.want == "" {
				if len(codes) > 0 && c.name != "bomb" && c.name != "form loop" && c.name != "huge page box" {
					t.Errorf("got %v, want nothing: %s", codes, c.why)
				}
			} else if !slices.Contains(codes, c.want) {
				t.Errorf("got %v, want %s: %s", codes, c.want, c.why)
			}
			for _, code := range codes {
				if _, ok := code.Info(); !ok {
					t.Errorf("%s is not in the list of reasons", code)
				}
			}
			// The next document is untouched by this one.
			d := open(t, e, simple(hello, "", ""))
			if text, err := d.Text(1); err != nil || text != "Grade Dsu" {
				t.Errorf("afterwards: %q, %v", text, err)
			}
		})
	}
}

// TestBadCorpus: each bad sample ends, within memory, with a reason.
func TestBadCorpus(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus(t, "dev", "bad"), "*.pdf"))
	if err != nil || len(files) == 0 {
		t.Fatal("no bad samples", err)
	}
	want := map[string]schemas.ReasonCode{
		"empty.pdf": schemas.DocumentEmpty, "not-a-pdf.pdf": schemas.DocumentNotPDF, "text.pdf": schemas.DocumentNotPDF,
		"user-password.pdf": schemas.DocumentPassword, "js-openaction.pdf": schemas.DocumentJavaScript,
		"launch.pdf": schemas.DocumentLaunch, "embedded-file.pdf": schemas.DocumentEmbeddedFile,
		"page-tree-loop.pdf": schemas.DocumentStructure, "page-tree-deep.pdf": schemas.DocumentStructure,
	}
	e := newEngine(t)
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			codes := inspect(t, e, b, pdf.DefaultLimits())
			t.Log(codes)
			if w := want[filepath.Base(f)]; w != "" && !slices.Contains(codes, w) {
				t.Errorf("got %v, want %s", codes, w)
			}
		})
	}
}

func TestHidden(t *testing.T) {
	const white = "1 1 1 rg "
	cases := []struct {
		name, content, page string
		hidden              bool
	}{
		{"plain", hello, "", false},
		{"render mode 3", "BT 3 Tr /F1 12 Tf 72 700 Td (Grade Dsu) Tj ET", "", true},
		{"clip only", "BT 7 Tr /F1 12 Tf 72 700 Td (Grade Dsu) Tj ET", "", true},
		{"off the page", "BT /F1 12 Tf 700 700 Td (Grade Dsu) Tj ET", "", true},
		{"outside the crop box", hello, "/CropBox[0 0 300 300]", true},
		{"half a point", "BT /F1 0.5 Tf 72 700 Td (Grade Dsu) Tj ET", "", true},
		{"size in the matrix", "BT /F1 1 Tf 12 0 0 12 72 700 Tm (Grade Dsu) Tj ET", "", false},
		{"white on white", white + hello, "", true},
		{"white on a dark bar", "0 0 0.5 rg 60 690 200 30 re f " + white + hello, "", false},
		{"white before its bar", white + hello + " 0 0 0.5 rg 60 690 200 30 re f", "", true},
		{"under a white box", hello + " 1 1 1 rg 60 690 200 30 re f", "", true},
		{"over a white box", "1 1 1 rg 60 690 200 30 re f 0 g " + hello, "", false},
		{"beside a white box", hello + " 1 1 1 rg 60 500 200 30 re f", "", false},
		{"under a box clipped away", hello + " q 0 0 10 10 re W n 1 1 1 rg 60 690 200 30 re f Q", "", false},
		{"under an outline", hello + " 60 690 200 30 re S", "", false},
		{"under a triangle", hello + " 1 g 60 690 m 300 690 l 60 790 l f", "", true},
		{"beside a triangle", hello + " 1 g 300 690 m 300 790 l 60 790 l f", "", false},
		{"turned page", hello, "/Rotate 90", false},
	}
	e := newEngine(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := open(t, e, simple(c.content, "", c.page))
			chars, err := d.Chars(1)
			if err != nil {
				t.Fatal(err)
			}
			text := ""
			for _, ch := range chars {
				text += string(ch.R)
				if ch.R > ' ' && ch.Hidden != c.hidden {
					t.Errorf("%q: hidden %v, want %v (%+v)", ch.R, ch.Hidden, c.hidden, ch)
				}
			}
			if !c.hidden && text != "Grade Dsu" {
				t.Errorf("text is %q", text)
			}
		})
	}
}

// TestRotation: boxes are on the page as displayed.
func TestRotation(t *testing.T) {
	e := newEngine(t)
	for rotate, want := range map[int][2]float64{
		// Text near (72, 700) of a 595 × 842 page, cropped by 10 at left and 20 below.
		0: {62, 680}, 90: {680, 523}, 180: {523, 142}, 270: {142, 62},
	} {
		d := open(t, e, simple(hello, "", fmt.Sprintf("/CropBox[10 20 595 842]/Rotate %d", rotate)))
		info, err := d.Page(1)
		if err != nil {
			t.Fatal(err)
		}
		if wide := rotate%180 == 90; (info.Width > info.Height) != wide || info.Rotation != rotate {
			t.Errorf("rotated by %d: %+v", rotate, info)
		}
		chars, err := d.Chars(1)
		if err != nil {
			t.Fatal(err)
		}
		b := chars[0].Box
		if dx, dy := (b[0]+b[2])/2-want[0], (b[1]+b[3])/2-want[1]; dx*dx+dy*dy > 12*12 {
			t.Errorf("rotated by %d: G at %v, want near %v", rotate, b, want)
		}
		if turn := (360 - rotate) % 360; chars[0].Turn != turn {
			t.Errorf("rotated by %d: baseline turned by %d, want %d", rotate, chars[0].Turn, turn)
		}
		if chars[0].Size < 11.9 || chars[0].Size > 12.1 {
			t.Errorf("rotated by %d: size %v", rotate, chars[0].Size)
		}
		img, err := d.Render(1, 72)
		if err != nil {
			t.Fatal(err)
		}
		dark := 0
		for y := int(info.Height - b[3]); y <= int(info.Height-b[1]); y++ {
			for x := int(b[0]); x <= int(b[2]); x++ {
				if img.RGBAAt(x, y).R < 128 {
					dark++
				}
			}
		}
		if dark < 5 {
			t.Errorf("rotated by %d: nothing drawn where G should be", rotate)
		}
		d.Close()
	}
}

// TestAnnotations: what a stamp says is part of what the page says.
func TestAnnotations(t *testing.T) {
	e := newEngine(t)
	data := simple(hello, "", "/Annots[6 0 R]",
		"<</Type/Annot/Subtype/Stamp/Rect[72 600 272 640]/F 4/AP<</N 7 0 R>>>>",
		stream("/Type/XObject/Subtype/Form/BBox[0 0 200 40]/Resources<</Font<</F1 5 0 R>>>>", "BT /F1 12 Tf 5 5 Td (Grade Bsu) Tj ET"))
	d := open(t, e, data)
	text, err := d.Text(1)
	if err != nil || !strings.Contains(text, "Grade Dsu") || !strings.Contains(text, "Grade Bsu") {
		t.Errorf("text is %q, %v", text, err)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(simple(hello, "", ""))
	f.Add(simple(hello, "/OpenAction<</S/JavaScript/JS(1)>>", "/Rotate 90"))
	f.Add(build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R]/Count 1>>"))
	f.Add([]byte("PK\x03\x04"))
	e := newEngine(f)
	limits := pdf.DefaultLimits()
	limits.Pages = 20
	f.Fuzz(func(t *testing.T, data []byte) {
		start := time.Now()
		if len(data) > 1<<20 {
			return
		}
		s, err := pdf.Examine(context.Background(), data, limits)
		if err != nil {
			t.Fatal(err)
		}
		d, err := pdf.Open(context.Background(), e, data, limits)
		if err != nil {
			var r *pdf.Refusal
			if !errors.As(err, &r) {
				t.Fatal(err)
			}
			return
		}
		defer d.Close()
		s.Compare(d)
		for n := 1; n <= d.NumPages(); n++ {
			text, err := d.Text(n)
			if err != nil {
				continue
			}
			chars, err := d.Chars(n)
			if err != nil {
				continue
			}
			if len([]rune(text)) != len(chars) {
				t.Fatalf("page %d: %d runes of text, %d characters", n, len([]rune(text)), len(chars))
			}
		}
		if d := time.Since(start); d > 20*time.Second {
			t.Fatalf("took %v", d)
		}
	})
}
