package signing

import (
	"bytes"
	"fmt"
	"unicode/utf16"
)

// Document is a plain report to sign: pages of lines in a Chinese base font
// that is not embedded (STSong-Light, UniGB-UCS2-H), so that it measures a few
// kilobytes and any reader extracts its text.
type Document struct {
	Pages [][]string
	// Streams writes cross-reference and object streams (PDF 1.5).
	Streams bool
	// EmptyFields adds unsigned signature fields of these names on page 1,
	// invisible.
	EmptyFields []string
	// TextField adds a text field of this name, as forms have it.
	TextField string
	// Padding adds that many bytes of an unused image, to make a file big.
	Padding int
}

// Bytes renders the document.
func (d Document) Bytes() []byte {
	w := newWriter(d.Streams)
	w.set(1, "<< /Type /Catalog /Pages 2 0 R"+d.form()+" >>")
	w.set(3, "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>")
	w.set(4, "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /FontDescriptor 5 0 R /DW 1000 >>")
	w.set(5, "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>")
	w.set(6, "<< /Title <FEFF623F5C4B5B895168692D5B9A62A5544A> /Producer (Jianding samples) >>")
	next := firstPage
	var kids bytes.Buffer
	for i, lines := range d.Pages {
		page, content := next, next+1
		next += 2
		fmt.Fprintf(&kids, "%d 0 R ", page)
		annots := ""
		if i == 0 {
			annots = d.annots()
		}
		w.set(page, fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R%s >>", content, annots))
		w.setStream(content, "", contentStream(lines))
	}
	w.set(2, fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids.String(), len(d.Pages)))
	d.fields(w)
	if d.Padding > 0 {
		w.setStream(next, "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 ", bytes.Repeat([]byte{0xaa}, d.Padding))
	}
	return w.first(1, 6)
}

const (
	firstField = 10
	firstPage  = 40
)

func (d Document) fieldNumbers() []int {
	var out []int
	n := len(d.EmptyFields)
	if d.TextField != "" {
		n++
	}
	for i := range n {
		out = append(out, firstField+i)
	}
	return out
}

func refs(nums []int) string {
	var b bytes.Buffer
	for i, n := range nums {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%d 0 R", n)
	}
	return b.String()
}

func (d Document) form() string {
	if n := d.fieldNumbers(); len(n) > 0 {
		return " /AcroForm << /Fields [" + refs(n) + "] >>"
	}
	return ""
}

func (d Document) annots() string {
	if n := d.fieldNumbers(); len(n) > 0 {
		return " /Annots [" + refs(n) + "]"
	}
	return ""
}

func (d Document) fields(w *writer) {
	for i, name := range d.EmptyFields {
		w.set(firstField+i, fmt.Sprintf("<< /Type /Annot /Subtype /Widget /FT /Sig /T (%s) /F 132 /Rect [0 0 0 0] /P %d 0 R >>", name, firstPage))
	}
	if d.TextField != "" {
		w.set(firstField+len(d.EmptyFields), fmt.Sprintf("<< /Type /Annot /Subtype /Widget /FT /Tx /T (%s) /F 4 /Rect [100 100 300 120] /P %d 0 R >>", d.TextField, firstPage))
	}
}

func contentStream(lines []string) []byte {
	var b bytes.Buffer
	b.WriteString("BT /F1 12 Tf 18 TL 72 770 Td\n")
	for _, l := range lines {
		b.WriteByte('<')
		for _, u := range utf16.Encode([]rune(l)) {
			fmt.Fprintf(&b, "%04X", u)
		}
		b.WriteString("> Tj T*\n")
	}
	b.WriteString("ET\n")
	return b.Bytes()
}
