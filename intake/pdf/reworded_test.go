package pdf_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"os"
	"strings"
	"testing"
	"time"

	"jianding/intake/pdf"
)

// numbered is the objects of a page that shows text by numbers of glyphs, from
// first on in the order of their use, as most writers do that embed a part of a
// font; object 8 is its character map. list is the characters.
func numbered(text string, first int, characterMap string) (objects []string, list string) {
	codes := ""
	for i, r := range []rune(text) {
		codes += fmt.Sprintf("%04X", first+i)
		list += fmt.Sprintf("<%04x> ", r)
	}
	face := string(buildStandIn())
	glyphs := strings.Repeat("\x00\x03", 1<<12) // each is a square
	return []string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R/F2 9 0 R>>>>>>",
		stream("", "BT /F1 12 Tf 40 700 Td <"+codes+"> Tj ET"),
		"<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+Song/Encoding/Identity-H/DescendantFonts[6 0 R]/ToUnicode 8 0 R>>",
		"<</Type/Font/Subtype/CIDFontType2/BaseFont/ABCDEF+Song/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 1000/CIDToGIDMap 11 0 R/FontDescriptor 7 0 R>>",
		"<</Type/FontDescriptor/FontName/ABCDEF+Song/Flags 4/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93/FontFile2 10 0 R>>",
		strings.ReplaceAll(characterMap, "LIST", list), font, stream(fmt.Sprintf("/Length1 %d", len(face)), face), stream("", glyphs),
	}, list
}

// mapped is a CMap with blocks as pdfmake writes it.
func mapped(blocks string) string {
	return "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo <<\n  /Registry (Adobe)\n  /Ordering (UCS)\n  /Supplement 0\n>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000><ffff>\nendcodespacerange\n" + blocks +
		"\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
}

const firstCode = 0x00F0 // the sentence goes over the edge

func edge() (low, high int) { return firstCode, firstCode + len([]rune(sentence)) - 1 }

// one is the map with all of the sentence in one range.
func one() string {
	low, high := edge()
	return mapped(fmt.Sprintf("1 beginbfrange\n<%04x> <%04x> [%s]\nendbfrange", low, high, hexList(sentence)))
}

func hexList(text string) string {
	var all []string
	for _, r := range text {
		all = append(all, fmt.Sprintf("<%04x>", r))
	}
	return strings.Join(all, " ")
}

func deflated(data string) string { return stream("/Filter/FlateDecode", deflate([]byte(data))) }

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
	return fmt.Appendf(out, "xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size 12/Root 1 0 R/Prev %s>>\nstartxref\n%d\n%%%%EOF\n", number, at, prev, xref)
}

func textOf(t *testing.T, d *pdf.Document, page int) string {
	t.Helper()
	got, err := d.Text(page)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(got), "")
}

// drawn is a page as PDFium draws it of the document itself, and of what it reads.
func drawn(t *testing.T, e *pdf.Engine, doc []byte, page int) (itself, read *image.RGBA) {
	t.Helper()
	for i := range 2 {
		d := open(t, e, doc)
		if i == 0 {
			d.AsItIs()
		}
		img, err := d.Render(page, 150)
		d.Close()
		if err != nil {
			t.Fatal(err)
		}
		itself, read = read, img
	}
	return itself, read
}

// TestReworded: what a character map says is read however its ranges are cut and
// counted, and nothing else of the document is another.
func TestReworded(t *testing.T) {
	e := newEngine(t)
	with := func(object8 string) []string {
		objects, _ := numbered(sentence, firstCode, object8)
		return objects
	}
	low, high := edge()
	miscounted := mapped(fmt.Sprintf("1 beginbfrange\n<%04x> <00ff> [%s]\n<0100> <%04x> [%s]\nendbfrange", low, hexList(string([]rune(sentence)[:0x100-low])), high, hexList(string([]rune(sentence)[0x100-low:]))))
	compressed := deflate([]byte(one()))
	for _, c := range []struct {
		name string
		doc  []byte
	}{
		{"as it is", build(with(stream("", one()))...)},
		{"compressed", build(with(deflated(one()))...)},
		{"miscounted", build(with(deflated(miscounted))...)},
		{"its filter in a list", build(with(stream("/Filter[/FlateDecode]", compressed))...)},
		{"its length elsewhere", build(append(with(strings.Replace(deflated(one()), fmt.Sprintf("/Length %d", len(compressed)), "/Length 12 0 R", 1)), fmt.Sprint(len(compressed)))...)},
		{"with a stream of references", packed(with(deflated(one()))...)},
		{"signed since", updated(build(with(deflated(one()))...), 1, "<</Type/Catalog/Pages 2 0 R/Lang(zh)>>")},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := bytes.Clone(c.doc)
			d := open(t, e, c.doc)
			if got := textOf(t, d, 1); got != sentence {
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
			d.Close()
			d = open(t, e, c.doc)
			d.AsItIs()
			if got := textOf(t, d, 1); got == sentence {
				t.Error("PDFium reads it by itself")
			}
			d.Close()
			itself, read := drawn(t, e, c.doc, 1)
			if darkPixels(itself) == 0 || !bytes.Equal(itself.Pix, read.Pix) {
				t.Error("the page does not look the same")
			}
		})
	}
}

// TestRewordedReports: the pages of reports that pdfmake wrote look the same.
func TestRewordedReports(t *testing.T) {
	e := newEngine(t)
	for _, name := range []string{"made/01.pdf", "g/07.pdf"} {
		doc, err := os.ReadFile("../reading/readingtest/testdata/strangers/" + name)
		if err != nil {
			t.Fatal(err)
		}
		copied, n := pdf.Reworded(doc)
		if n == 0 || len(copied) != len(doc) {
			t.Errorf("%s: %d maps in other words, %d bytes of %d", name, n, len(copied), len(doc))
		}
		d := open(t, e, doc)
		pages := d.NumPages()
		for p := 1; p <= pages; p++ {
			if got := textOf(t, d, p); strings.ContainsRune(got, '\uFFFD') {
				t.Errorf("%s, page %d: %q", name, p, got)
			}
			if !d.Same()[p] {
				t.Errorf("%s, page %d looks otherwise", name, p)
			}
		}
		d.Close()
		for p := 1; p <= pages; p++ {
			if itself, read := drawn(t, e, doc, p); !bytes.Equal(itself.Pix, read.Pix) {
				t.Errorf("%s, page %d looks otherwise", name, p)
			}
		}
	}
}

// TestRevisionsReworded: of a document of two revisions with such maps in both
// the newer one is read, as before.
func TestRevisionsReworded(t *testing.T) {
	e := newEngine(t)
	objects, _ := numbered(sentence, firstCode, deflated(one()))
	low, high := edge()
	newer := strings.Replace(sentence, "Csu", "Dsu", 1)
	doc := updated(build(objects...), 8, deflated(mapped(fmt.Sprintf("1 beginbfrange\n<%04x> <%04x> [%s]\nendbfrange", low, high, hexList(newer)))))
	if _, n := pdf.Reworded(doc); n != 2 {
		t.Errorf("%d maps in other words", n)
	}
	d := open(t, e, doc)
	if got := textOf(t, d, 1); got != newer {
		t.Errorf("read %q", got)
	}
	if d.Repaired {
		t.Error("repaired")
	}
}

// TestRewordedHidesNothing: the data of a character map may be used for something
// else as well. What of a page then looks otherwise is read of the document itself.
func TestRewordedHidesNothing(t *testing.T) {
	e := newEngine(t)
	objects, _ := numbered(sentence, firstCode, deflated(one()))
	const shown = "BT /F2 12 Tf 40 700 Td (Grade Dsu) Tj ET "
	change := func(pairs map[int]string) []byte {
		o := append([]string(nil), objects...)
		for n, s := range pairs {
			for len(o) < n {
				o = append(o, "null")
			}
			o[n-1] = s
		}
		return build(o...)
	}
	image := "/Type/XObject/Subtype/Image/Width 2/Height 1/BitsPerComponent 8/ColorSpace[/Indexed/DeviceRGB 99 8 0 R]"
	for _, c := range []struct {
		name string
		doc  []byte
		same bool
	}{
		{"inside of a string that is shown", change(map[int]string{
			3:  strings.Replace(objects[2], "4 0 R", "[4 0 R 8 0 R 12 0 R]", 1),
			4:  stream("", shown+"BT /F2 2 Tf 40 600 Td ("),
			12: stream("", ") Tj ET")}), false},
		{"as the colours of a picture", change(map[int]string{
			3:  strings.Replace(objects[2], "/Font", "/XObject<</X 12 0 R>>/Font", 1),
			4:  stream("", shown+"q 200 0 0 200 40 400 cm /X Do Q"),
			12: stream(image, "\x14\x15")}), false},
		{"with a stamp", change(map[int]string{
			3:  strings.Replace(objects[2], "/Contents", "/Annots[12 0 R]/Contents", 1),
			12: "<</Type/Annot/Subtype/Stamp/F 4/Rect[0 0 595 842]/AP<</N 13 0 R>>>>",
			13: stream("/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F2 9 0 R>>>>", strings.Replace(shown, "700", "600", 1))}), true},
		{"as content", change(map[int]string{3: strings.Replace(objects[2], "4 0 R", "[4 0 R 8 0 R]", 1), 4: stream("", shown)}), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, n := pdf.Reworded(c.doc); n != 1 {
				t.Fatalf("%d maps in other words", n)
			}
			itself, read := drawn(t, e, c.doc, 1)
			if !bytes.Equal(itself.Pix, read.Pix) {
				t.Error("what is read looks otherwise")
			}
			d := open(t, e, c.doc)
			if got := textOf(t, d, 1); !strings.Contains(got, "GradeDsu") || c.name == "with a stamp" && !strings.Contains(got, sentence) {
				t.Errorf("read %q", got)
			}
			if same := d.Same()[1]; same != c.same {
				t.Errorf("looks the same: %v", same)
			}
		})
	}
}

// TestNotReworded: what is out of the ordinary is left as it is.
func TestNotReworded(t *testing.T) {
	compressed := deflate([]byte(one()))
	plain := func(cmap string) string { return stream("", cmap) }
	stored := func(cmap string) string { // whose text stands in the data
		var z bytes.Buffer
		z.Write([]byte{0x78, 0x01, 1})
		z.Write(binary.LittleEndian.AppendUint16(nil, uint16(len(cmap))))
		z.Write(binary.LittleEndian.AppendUint16(nil, ^uint16(len(cmap))))
		z.WriteString(cmap)
		full := deflate([]byte(cmap))
		z.WriteString(full[len(full)-4:])
		return stream("/Filter/FlateDecode", z.String())
	}
	length := fmt.Sprintf("/Length %d", len(compressed))
	for _, c := range []struct {
		name, object8 string
		n             int
	}{
		{"nothing is wrong with it", deflated(one()), 1},
		{"nor with stored data", stored(one()), 1},
		{"its length is too small", strings.Replace(deflated(one()), length, "/Length 5", 1), 0},
		{"its length is too large", strings.Replace(deflated(one()), length, "/Length 9999", 1), 0},
		{"its length is that of its beginning", strings.Replace(plain(one()), "endstream", shownBehind+"\nendstream", 1), 0},
		{"its length is said twice", strings.Replace(deflated(one()), length, length+length, 1), 0},
		{"a predictor", stream("/Filter/FlateDecode/DecodeParms<</Predictor 12>>", compressed), 0},
		{"two filters", stream("/Filter[/FlateDecode/FlateDecode]", deflate([]byte(compressed))), 0},
		{"another filter", stream("/Filter/ASCIIHexDecode", fmt.Sprintf("%x", one())), 0},
		{"its data are elsewhere", stream("/Filter/FlateDecode/F(x)", compressed), 0},
		{"a kind of stream", stream("/Type/XObject/Filter/FlateDecode", compressed), 0},
		{"a comment in its dictionary", stream("/Filter/FlateDecode % x\n", compressed), 0},
		{"a dictionary in another", strings.Replace(deflated(one()), "<<", "<</A <<", 1), 0},
		{"something behind its data", stream("/Filter/FlateDecode", compressed+"BT (Dsu) Tj ET"), 0},
		{"two compressed texts", stream("/Filter/FlateDecode", compressed+compressed), 0},
		{"its sum is wrong", stream("/Filter/FlateDecode", compressed[:len(compressed)-1]+"\x00"), 0},
		{"cut off", stream("/Filter/FlateDecode", compressed[:len(compressed)/2]), 0},
		{"a page's text at its end", plain(one() + shownBehind), 0},
		{"garbage at its end", deflated(one() + "\x01\x02"), 0},
		{"不 said twice differently", plain(strings.Replace(one(), "endbfrange", "endbfrange 1 beginbfchar <00ff><53ef> endbfchar", 1)), 0},
		{"an object in its data", stored(strings.Replace(one(), "/CMapType", "/obj", 1)), 0},
		{"a table in its data", stored(strings.Replace(one(), "/CMapType", "/xref", 1)), 0},
		{"a trailer in its data", plain(strings.Replace(one(), "/CMapType", "/trailer", 1)), 0},
		{"a stream in its data", plain(strings.Replace(one(), "/CMapType", "/stream", 1)), 0},
		{"no place for other words", deflated(mapped("1 beginbfrange <0000><ffff><0000> endbfrange")), 0},
		{"a bomb", deflated(mapped(strings.Repeat(" ", 1<<20))), 0},
	} {
		objects, _ := numbered(sentence, firstCode, c.object8)
		doc := build(objects...)
		copied, n := pdf.Reworded(doc)
		if n != c.n || len(copied) != len(doc) || n == 0 && !bytes.Equal(copied, doc) {
			t.Errorf("%s: %d maps in other words", c.name, n)
		}
	}
	objects, _ := numbered(sentence, firstCode, deflated(one()))
	if _, n := pdf.Reworded(bytes.Replace(build(objects...), []byte("/Root"), []byte("/Encrypt 9 0 R/Root"), 1)); n != 0 {
		t.Error("of an encrypted document")
	}
	if _, n := pdf.Reworded(bytes.Replace(build(objects...), []byte("/ToUnicode 8 0 R"), nil, 1)); n != 0 {
		t.Error("of no font")
	}
	// Two streams that share their data: the second begins within the first.
	shared := "<</Filter/FlateDecode" + length + ">>\nstream\n8 0 obj\n<</Filter/FlateDecode" + length + ">>\nstream\n" + compressed + "\nendstream"
	objects, _ = numbered(sentence, firstCode, shared)
	doc := build(objects...)
	copied, n := pdf.Reworded(doc)
	at := bytes.LastIndex(doc, []byte(compressed))
	if n != 1 || !bytes.Equal(copied[:at], doc[:at]) || !bytes.Equal(copied[at+len(compressed):], doc[at+len(compressed):]) {
		t.Errorf("%d maps of data that two streams share", n)
	}
}

const shownBehind = " BT /F2 12 Tf 40 600 Td (Grade Dsu) Tj ET"

// TestRepairedIsNotReworded: how a broken document is repaired may depend on any
// of its bytes.
func TestRepairedIsNotReworded(t *testing.T) {
	objects, _ := numbered(sentence, firstCode, deflated(one()))
	doc := bytes.Replace(build(objects...), []byte("startxref\n"), []byte("startxref\n9"), 1)
	d := open(t, newEngine(t), doc)
	if got := textOf(t, d, 1); !d.Repaired || got == sentence {
		t.Errorf("repaired: %v, read %q", d.Repaired, got)
	}
}

// hostileMaps are files of 44 kB that are much work for whoever looks for maps.
func hostileMaps() map[string][]byte {
	const size = 44 << 10
	fill := func(s string) []byte {
		return []byte("%PDF-1.7\n<</Subtype/Type0/ToUnicode 1 0 R>>" + strings.Repeat(s, size/len(s)))
	}
	unnamed := func(s string) []byte { return append(fill(s), "/ObjStm"...) }
	bomb := "1 0 obj\n" + deflated("/CIDInit /ProcSet findresource begin "+strings.Repeat(" ", 4<<20)) + "\nendobj\n"
	zeros := deflate(make([]byte, 1<<20))
	list := mapped("1 beginbfrange <0000><ffff>[" + strings.Repeat("<4e00>", 1<<16) + "] endbfrange")
	return map[string][]byte{
		"names":           fill("/ToUnicode 1 0 R "),
		"streams":         fill("stream\n"),
		"ends":            fill("endstream "),
		"objects":         fill("1 0 obj "),
		"objects, opened": fill("1 0 obj<</Length 1/Filter/FlateDecode>>stream\nx\nendstream "),
		"heads":           unnamed("1 0 obj\n" + stream("/Filter/FlateDecode", zeros[:160]) + "\nendobj\n"),
		"bombs":           fill(bomb),
		"bombs, unnamed":  unnamed(bomb),
		"zeros":           fill("1 0 obj\n" + stream("/Filter/FlateDecode", zeros) + "\nendobj\n"),
		"nested":          fill("1 0 obj<</Length 40/Filter/FlateDecode>>stream\n" + zeros[:60]),
		"whole ranges":    fill("1 0 obj\n" + deflated(mapped("2 beginbfrange <0000><ffff><0000> endbfrange")) + "\nendobj\n"),
		"long list":       fill("1 0 obj\n" + deflated(list) + "\nendobj\n"),
		"dictionaries":    fill("1 0 obj<<" + strings.Repeat("/Length 1 0 R", 19) + ">>stream\n/CIDInit /ProcSet endstream "),
	}
}

// TestRewordingIsCheap: the time of the look is linear in the size, and small.
func TestRewordingIsCheap(t *testing.T) {
	for name, doc := range hostileMaps() {
		took := time.Hour
		for range 3 {
			begin := time.Now()
			pdf.Reworded(doc)
			took = min(took, time.Since(begin))
		}
		t.Logf("%-16s %6d bytes %v", name, len(doc), took)
		if took > 500*time.Millisecond {
			t.Errorf("%s: %v", name, took)
		}
	}
}

func BenchmarkRewordingHostile(b *testing.B) {
	for name, doc := range hostileMaps() {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				pdf.Reworded(doc)
			}
		})
	}
}

// FuzzReworded: of no document does the look crash, and the copy is as long.
func FuzzReworded(f *testing.F) {
	objects, _ := numbered(sentence, firstCode, deflated(one()))
	f.Add([]byte("/Type0/ToUnicode 8 0 R 8 0 obj\n" + objects[7] + "\nendobj"))
	f.Add([]byte("/ObjStm 8 0 obj\n" + stream("", one()) + "\nendobj"))
	f.Add([]byte("/Type0/ToUnicode 1 0 R 1 0 obj<</Length 1 0 R/Filter[/FlateDecode]>>stream\r\n" + deflate([]byte(one())) + "endstream"))
	f.Fuzz(func(t *testing.T, document []byte) {
		copied, n := pdf.Reworded(document)
		if len(copied) != len(document) || n == 0 && !bytes.Equal(copied, document) {
			t.Errorf("%d bytes of %d, %d maps", len(copied), len(document), n)
		}
	})
}
