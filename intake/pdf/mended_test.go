package pdf_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"strings"
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"jianding/intake/pdf"
)

// numbered is a page of a document that shows text by numbers of glyphs, in the
// order of their use from first on, as most writers do that embed a part of a
// font. objects are the document's; cmap is what object 8 is.
func numbered(text string, first int) (objects []string, list string) {
	codes := ""
	for i, r := range []rune(text) {
		codes += fmt.Sprintf("%04X", first+i)
		list += fmt.Sprintf("<%04x> ", r)
	}
	return []string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R/F2 9 0 R>>>>>>",
		stream("", "BT /F1 12 Tf 40 700 Td <"+codes+"> Tj ET"),
		"<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+Song/Encoding/Identity-H/DescendantFonts[6 0 R]/ToUnicode 8 0 R>>",
		"<</Type/Font/Subtype/CIDFontType0/BaseFont/ABCDEF+Song/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 1000/FontDescriptor 7 0 R>>",
		"<</Type/FontDescriptor/FontName/ABCDEF+Song/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>",
		"", font,
	}, list
}

// cmapOf is a CMap whose only range says what list says.
func cmapOf(low, high int, list string) string {
	return "/CIDInit/ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <0000><ffff> endcodespacerange\n" +
		fmt.Sprintf("1 beginbfrange\n<%04x> <%04x> %s\nendbfrange\nendcmap end end", low, high, list)
}

// packed is build with a stream of cross-references, as of PDF 1.5.
func packed(objects ...string) []byte {
	b := build(objects...)
	b = b[:bytes.LastIndex(b, []byte("xref\n0 "))]
	at := len(b)
	data := []byte{0, 0, 0, 0, 0, 0xFF, 0xFF}
	for i := range objects {
		n := bytes.Index(b, fmt.Appendf(nil, "\n%d 0 obj\n", i+1)) + 1
		data = append(binary.BigEndian.AppendUint32(append(data, 1), uint32(n)), 0, 0)
	}
	n := len(objects) + 1
	data = append(binary.BigEndian.AppendUint32(append(data, 1), uint32(at)), 0, 0)
	return fmt.Appendf(b, "%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n", n,
		stream(fmt.Sprintf("/Type/XRef/Size %d/Root 1 0 R/W[1 4 2]", n+1), string(data)), at)
}

// updated is a document with a newer version of one of its objects behind it, as
// a signature is added.
func updated(doc []byte, number int, object string) []byte {
	prev := doc[bytes.LastIndex(doc, []byte("startxref\n"))+10:]
	prev = prev[:bytes.IndexByte(prev, '\n')]
	out := bytes.Clone(doc)
	at := len(out)
	out = fmt.Appendf(out, "%d 0 obj\n%s\nendobj\n", number, object)
	xref := len(out)
	return fmt.Appendf(out, "xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size 10/Root 1 0 R/Prev %s>>\nstartxref\n%d\n%%%%EOF\n", number, at, prev, xref)
}

// encrypted is a document that everyone may open and only its owner may change.
func encrypted(t *testing.T, doc []byte, aes bool, bits int) []byte {
	conf := model.NewRC4Configuration("", "owner", bits)
	if aes {
		conf = model.NewAESConfiguration("", "owner", bits)
	}
	var out bytes.Buffer
	if err := api.Encrypt(bytes.NewReader(doc), &out, conf); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestLongRanges: a font may say of all its codes in one range what characters
// they are. PDFium took the beginning of it and misread the rest.
func TestLongRanges(t *testing.T) {
	e := newEngine(t)
	const first = 0x00F0 // the sentence goes over the edge
	objects, list := numbered(sentence, first)
	last := first + len([]rune(sentence)) - 1
	with := func(object8 string) []string {
		o := append([]string(nil), objects...)
		o[7] = object8
		return o
	}
	cmap := cmapOf(0, last, "["+strings.Repeat("<0000>", first)+list+"]")
	deflated := with(stream("/Filter/FlateDecode", deflate([]byte(cmap))))
	identity := with(stream("", cmapOf(0, 0xFFFF, "<0000>")))
	codes := ""
	for _, r := range sentence {
		codes += fmt.Sprintf("%04X", r)
	}
	identity[3] = stream("", "BT /F2 12 Tf 40 720 Td (No. 2026-0417, Tel. 023-45612387, 1:100) Tj ET BT /F1 12 Tf 40 700 Td <"+codes+"> Tj ET")
	short := append([]string(nil), identity...)
	short[3] = stream("", "BT /F2 12 Tf 40 720 Td ("+strings.Repeat("No. 2026-0417 ", 9)+") Tj ET BT /F1 12 Tf 40 700 Td <"+codes+"> Tj ET")
	for _, c := range []struct {
		name string
		doc  []byte
	}{
		{"as it is", build(with(stream("", cmap))...)},
		{"compressed", build(deflated...)},
		{"with a stream of references", packed(deflated...)},
		{"signed since", updated(build(deflated...), 1, "<</Type/Catalog/Pages 2 0 R/Lang(zh)>>")},
		{"all of Unicode", build(identity...)},
		{"all of Unicode, hardly used", build(short...)},
		{"all of Unicode, with a stream of references", packed(short...)},
		{"encrypted by RC4", encrypted(t, build(deflated...), false, 128)},
		{"encrypted by AES of 128 bits", encrypted(t, build(deflated...), true, 128)},
		{"encrypted by AES of 256 bits", encrypted(t, build(deflated...), true, 256)},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := bytes.Clone(c.doc)
			d := open(t, e, c.doc)
			got, err := d.Text(1)
			if err != nil {
				t.Fatal(err)
			}
			if got = strings.Join(strings.Fields(got), ""); !strings.Contains(got, sentence) {
				t.Errorf("read %q", got)
			}
			if !bytes.Equal(before, c.doc) {
				t.Error("the document was changed")
			}
			if d.Repaired || d.NumPages() != 1 {
				t.Errorf("repaired: %v, %d pages", d.Repaired, d.NumPages())
			}
			s, err := pdf.Examine(context.Background(), c.doc, pdf.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			reasons := len(s.Reasons)
			if s.Compare(d); len(s.Reasons) != reasons {
				t.Errorf("the gate and PDFium differ: %v", s.Reasons)
			}
		})
	}
}

// TestMendingHidesNothing: what a page shows is read and drawn although it also
// poses as a CMap that is rewritten. Of hostile documents nothing is rewritten.
func TestMendingHidesNothing(t *testing.T) {
	e := newEngine(t)
	objects, list := numbered(sentence, 0x00F0)
	last := 0x00F0 + len([]rune(sentence)) - 1
	cmap := cmapOf(0x00F0, last, "["+list+"]")
	const danger = " BT /F2 12 Tf 40 600 Td (Grade Dsu) Tj ET"
	change := func(pairs map[int]string) []string {
		o := append([]string(nil), objects...)
		o[7] = stream("", cmap)
		for n, s := range pairs {
			o[n-1] = s
		}
		return o
	}
	page := func(contents string) string { return strings.Replace(objects[2], "4 0 R", contents, 1) }
	for _, c := range []struct {
		name string
		doc  []byte
	}{
		{"the CMap is content as well", build(change(map[int]string{3: page("[4 0 R 8 0 R]"), 8: stream("", cmap+danger)})...)},
		{"an older version was the CMap", updated(build(change(map[int]string{3: page("[4 0 R 8 0 R]")})...), 8, stream("", danger))},
		{"an older version shows something else", updated(build(change(map[int]string{8: stream("", danger)})...), 4, stream("", danger))},
		{"the CMap is a form", build(change(map[int]string{
			3: strings.Replace(objects[2], "/Resources<<", "/Resources<</XObject<</X 8 0 R>>", 1), 4: stream("", "/X Do"),
			8: stream("/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F2 9 0 R>>>>", cmap+danger)})...)},
		{"the references are broken", bytes.Replace(build(change(map[int]string{4: stream("", danger)})...), []byte("startxref\n"), []byte("startxref\n9"), 1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t, e, c.doc)
			got, err := d.Text(1)
			if err != nil || !strings.Contains(got, "Grade Dsu") {
				t.Errorf("read %q, %v", got, err)
			}
			img, err := d.Render(1, 72)
			if err != nil || darkPixels(img) == 0 {
				t.Errorf("nothing is drawn (%v)", err)
			}
		})
	}
}

// TestMendedPagesLookTheSame: only the text is read otherwise.
func TestMendedPagesLookTheSame(t *testing.T) {
	e := newEngine(t)
	draw := func(list string) image.Image {
		doc := simple("BT /F1 12 Tf 72 700 Td (Grade Dsu) Tj ET", "", "")
		doc = bytes.Replace(doc, []byte("/BaseFont/Helvetica"), []byte("/BaseFont/Helvetica/ToUnicode 6 0 R"), 1)
		objects := strings.Split(string(doc), "endobj\n")[:5]
		for i, o := range objects {
			objects[i] = strings.TrimSuffix(o[strings.Index(o, " obj\n")+5:], "\n")
		}
		d := open(t, e, build(append(objects, stream("", list))...))
		defer d.Close() // there is one instance
		img, err := d.Render(1, 72)
		if err != nil {
			t.Fatal(err)
		}
		return img
	}
	long, short := draw(cmapOf(0, 0xFFFF, "<0000>")), draw(cmapOf(0, 0xFF, "<0000>"))
	for y := range long.Bounds().Max.Y {
		for x := range long.Bounds().Max.X {
			if long.At(x, y) != short.At(x, y) {
				t.Fatalf("the pages differ at %d, %d", x, y)
			}
		}
	}
}
