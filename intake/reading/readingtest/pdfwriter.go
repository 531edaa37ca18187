package readingtest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// CMap is a predefined CMap of PDF (ISO 32000-1 §9.7.5.2) by which a font that
// is not embedded encodes its text.
type CMap string

const (
	UniGB CMap = "UniGB-UCS2-H" // UTF-16BE
	GBK   CMap = "GBK-EUC-H"    // GBK, two bytes a character or one
)

// WritePDF writes the pages as a PDF with one Chinese font that is not
// embedded, as reporting tools of the 2000s do. Inferred characters are not
// written; a PDF has none. The pages (from 0) in undecodable use a second font
// whose codes mean nothing to a reader: Identity-H without ToUnicode.
func WritePDF(pages Pages, cmap CMap, undecodable ...int) []byte {
	w := &pdfWriter{cmap: cmap}
	w.buf.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	const catalog, tree, font, cid, desc, font2, cid2 = 1, 2, 3, 4, 5, 6, 7
	first := font2
	if len(undecodable) > 0 {
		first = cid2 + 1
	}
	w.object(catalog, "<< /Type /Catalog /Pages 2 0 R >>")
	var kids []string
	for i := range pages {
		kids = append(kids, fmt.Sprintf("%d 0 R", first+2*i))
	}
	w.object(tree, fmt.Sprintf("<< /Type /Pages /Count %d /Kids [%s] >>", len(pages), strings.Join(kids, " ")))
	w.object(font, fmt.Sprintf("<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light-%s /Encoding /%s /DescendantFonts [4 0 R] >>", cmap, cmap))
	// Half-width Latin: CIDs 1–95 and 814–939 of Adobe-GB1.
	w.object(cid, "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /FontDescriptor 5 0 R /DW 1000 /W [1 95 500 814 939 500] >>")
	w.object(desc, "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>")
	if len(undecodable) > 0 {
		w.object(font2, "<< /Type /Font /Subtype /Type0 /BaseFont /AAAAAA+SimSun /Encoding /Identity-H /DescendantFonts [7 0 R] >>")
		w.object(cid2, "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /AAAAAA+SimSun /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 5 0 R /DW 1000 >>")
	}
	for i, p := range pages {
		w.shuffled = slices.Contains(undecodable, i)
		fonts := "/F1 3 0 R"
		if w.shuffled {
			fonts += " /F2 6 0 R"
		}
		w.object(first+2*i, fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %g %g] /Contents %d 0 R /Resources << /Font << %s >> >> >>", p.Width, p.Height, first+2*i+1, fonts))
		c := w.content(p)
		w.object(first+2*i+1, fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(c), c))
	}
	return w.finish()
}

type pdfWriter struct {
	buf     bytes.Buffer
	offsets []int
	cmap    CMap
	// shuffled: the page is written with the font that cannot be decoded.
	shuffled bool
}

func (w *pdfWriter) object(n int, body string) {
	for len(w.offsets) <= n {
		w.offsets = append(w.offsets, 0)
	}
	w.offsets[n] = w.buf.Len()
	fmt.Fprintf(&w.buf, "%d 0 obj\n%s\nendobj\n", n, body)
}

func (w *pdfWriter) finish() []byte {
	at := w.buf.Len()
	fmt.Fprintf(&w.buf, "xref\n0 %d\n0000000000 65535 f \n", len(w.offsets))
	for _, o := range w.offsets[1:] {
		fmt.Fprintf(&w.buf, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&w.buf, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(w.offsets), at)
	return w.buf.Bytes()
}

// content writes a page's characters as runs of one size, baseline and
// direction.
func (w *pdfWriter) content(p Page) string {
	var b strings.Builder
	if p.ImageShare > 0 {
		fmt.Fprintf(&b, "q %g 0 0 %g 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \xf0 EI Q\n", p.Width, p.Height*p.ImageShare)
	}
	b.WriteString("BT\n")
	var run []rune
	var x, y, size, next float64
	hidden := false
	flush := func() {
		if len(run) > 0 {
			mode := 0
			if hidden {
				mode = 3
			}
			font := "F1"
			if w.shuffled {
				font = "F2"
			}
			fmt.Fprintf(&b, "%d Tr /%s %.2f Tf 1 0 0 1 %.2f %.2f Tm <%s> Tj\n", mode, font, size, x, y, w.encode(run))
		}
		run = nil
	}
	for _, c := range p.Chars {
		if c.Generated {
			continue
		}
		base := c.Box[1] + 0.12*c.Size
		if len(run) > 0 && (base != y || c.Size != size || c.Hidden != hidden || c.Box[0] > next+0.01 || c.Box[0] < next-0.01) {
			flush()
		}
		if len(run) == 0 {
			x, y, size, hidden = c.Box[0], base, c.Size, c.Hidden
		}
		run = append(run, c.R)
		next = c.Box[2]
	}
	flush()
	b.WriteString("ET\n")
	return b.String()
}

func (w *pdfWriter) encode(run []rune) string {
	var b strings.Builder
	for _, r := range run {
		if w.shuffled {
			// Glyph numbers of a subset font: small, dense, without meaning.
			fmt.Fprintf(&b, "%04X", 3+(int(r)*2654435761)%6000)
			continue
		}
		if w.cmap == UniGB {
			for _, u := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, "%04X", u)
			}
			continue
		}
		e, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(r)))
		if err != nil {
			e = []byte("?")
		}
		fmt.Fprintf(&b, "%X", e)
	}
	return b.String()
}

// Encodable reports whether the font's character collection holds all of the
// pages' characters in this CMap; Unicode subscripts, for one, it does not.
func Encodable(pages Pages, cmap CMap) bool {
	for _, p := range pages {
		for _, c := range p.Chars {
			if c.Generated {
				continue
			}
			if _, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(c.R))); err != nil {
				return false
			}
		}
	}
	return cmap == UniGB || cmap == GBK
}
