package pdf_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"

	"jianding/intake/pdf"
)

// unembedded is a document of one page whose Chinese font is not in it.
// content gets the hexadecimal codes of characters.
func unembedded(cmap, ordering, extra string, content func(code func(rune) string) string) []byte {
	code := func(r rune) string {
		if strings.HasPrefix(cmap, "GBK") {
			b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(r)))
			if err != nil {
				panic(err)
			}
			return fmt.Sprintf("%X", b)
		}
		s := ""
		for _, u := range utf16.Encode([]rune{r}) {
			s += fmt.Sprintf("%04X", u)
		}
		return s
	}
	return build(
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
		stream("", content(code)),
		"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/"+cmap+"/DescendantFonts[6 0 R]"+extra+">>",
		"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering("+ordering+")/Supplement 2>>/DW 1000/FontDescriptor 7 0 R>>",
		"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>",
		stream("", "/CIDInit/ProcSet findresource begin begincmap 1 begincodespacerange <0000><FFFF> endcodespacerange 1 beginbfrange <0000><FFFF><0000> endbfrange endcmap end"),
	)
}

func oneWord(code func(rune) string) string {
	return "BT /F1 12 Tf 40 700 Td <" + code('危') + code('房') + "> Tj ET"
}

const sentence = "该房屋安全性等级评定为Csu级,未达到Bsu级的要求,但不影响房屋整体承载。"

// TestUnembeddedFonts: no character of a font that the document lacks is lost,
// however it is drawn. Drawn one by one, or turned, they used to vanish.
func TestUnembeddedFonts(t *testing.T) {
	e := newEngine(t)
	fonts := []struct{ name, cmap, ordering, extra string }{
		{"unicode", "UniGB-UCS2-H", "GB1", ""},
		{"utf16", "UniGB-UTF16-H", "GB1", ""},
		{"gbk", "GBK-EUC-H", "GB1", ""},
		{"by number, with a table of characters", "Identity-H", "Identity", "/ToUnicode 8 0 R"},
		{"traditional", "UniCNS-UCS2-H", "CNS1", ""},
	}
	one := func(code func(rune) string) string {
		var b strings.Builder
		for i, r := range []rune(sentence) {
			fmt.Fprintf(&b, "BT /F1 12 Tf %d 700 Td <%s> Tj ET\n", 40+12*i, code(r))
		}
		return b.String()
	}
	whole := func(m string) func(code func(rune) string) string {
		return func(code func(rune) string) string {
			s := ""
			for _, r := range sentence {
				s += code(r)
			}
			return "BT /F1 12 Tf " + m + " Tm <" + s + "> Tj ET"
		}
	}
	drawings := []struct {
		name string
		draw func(code func(rune) string) string
	}{
		{"a character an object", one},
		{"in one object", whole("1 0 0 1 40 700")},
		{"upwards", whole("0 1 -1 0 300 40")},
		{"downwards", whole("0 -1 1 0 300 800")},
	}
	for _, f := range fonts {
		for _, w := range drawings {
			if f.ordering == "Identity" && w.name == drawings[0].name {
				continue // lost, and the structural gate says so: TestHostile
			}
			t.Run(f.name+", "+w.name, func(t *testing.T) {
				d := open(t, e, unembedded(f.cmap, f.ordering, f.extra, w.draw))
				got, err := d.Text(1)
				if err != nil {
					t.Fatal(err)
				}
				if got = strings.Join(strings.Fields(got), ""); got != sentence {
					t.Errorf("read %q", got)
				}
			})
		}
	}
}

// TestUnembeddedFontsAreDrawn: whoever looks at the image of a page sees its
// Chinese text, in a font of the machine.
func TestUnembeddedFontsAreDrawn(t *testing.T) {
	dir := t.TempDir()
	font, err := os.ReadFile("standin/standin.ttf")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "truetype", "cjk"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "truetype", "cjk", "song.ttf"), font, 0o644); err != nil {
		t.Fatal(err)
	}
	e, err := pdf.NewEngine(context.Background(), pdf.EngineConfig{CacheDir: filepath.Join(os.TempDir(), "jianding-test-pdfium"), FontDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	d := open(t, e, unembedded("UniGB-UCS2-H", "GB1", "", func(code func(rune) string) string {
		return strings.Replace(oneWord(code), "12 Tf", "40 Tf", 1)
	}))
	img, err := d.Render(1, 72)
	if err != nil {
		t.Fatal(err)
	}
	if dark := darkPixels(img); dark < 1000 {
		t.Errorf("%d dark pixels where two characters of 40 points stand", dark)
	}
}

func darkPixels(img image.Image) int {
	n := 0
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			if r, g, b, _ := img.At(x, y).RGBA(); r+g+b < 3*0x8000 {
				n++
			}
		}
	}
	return n
}

// TestUnknownCharacter: a code of which the document's table says nothing is
// no character. PDFium gives the code for one.
func TestUnknownCharacter(t *testing.T) {
	doc := unembedded("Identity-H", "Identity", "/ToUnicode 8 0 R", func(code func(rune) string) string {
		s := ""
		for _, r := range "房屋整体不安全" {
			s += code(r)
		}
		return "BT /F1 12 Tf 40 700 Td <" + s + "> Tj ET"
	})
	table := ""
	for _, r := range "房屋整体安全" {
		table += fmt.Sprintf("<%04X><%04X>", r, r)
	}
	doc = bytes.Replace(doc, []byte("1 beginbfrange <0000><FFFF><0000> endbfrange"), []byte("6 beginbfchar "+table+" endbfchar"), 1)
	got, err := open(t, newEngine(t), doc).Text(1)
	if err != nil {
		t.Fatal(err)
	}
	if want := "房屋整体\uFFFD安全"; strings.TrimSpace(got) != want {
		t.Errorf("read %q, want %q", got, want)
	}
}
