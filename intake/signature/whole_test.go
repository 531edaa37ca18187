package signature_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"

	"jianding/intake/signature/signing"
)

// wholeRoom is the size of signature values in documents written whole.
const wholeRoom = 12000

// wholeObjects is a report of one page that is signed as it is written, as
// producers do that save a document anew; sig goes into the signature
// dictionary.
func wholeObjects(sig string) map[int]string {
	content := "BT /F1 12 Tf 72 770 Td <8BC45B9A4E3A00440073007550A0> Tj ET"
	return map[int]string{
		1: "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] /SigFlags 3 >> >>",
		2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		3: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R /Annots [6 0 R] >>",
		4: fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content),
		5: "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [8 0 R] >>",
		6: "<< /Type /Annot /Subtype /Widget /FT /Sig /T (agency) /F 132 /Rect [0 0 0 0] /P 3 0 R /V 7 0 R >>",
		7: "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached " + sig + signing.Range() + " " + signing.Value(wholeRoom) + " >>",
		8: "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /FontDescriptor 9 0 R /DW 1000 >>",
		9: "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
	}
}

// body writes objects one after another and returns where each stands.
func body(objects map[int]string) ([]byte, map[int]int) {
	var b bytes.Buffer
	b.WriteString("%PDF-1.6\n%\xe2\xe3\xcf\xd3\n")
	at := make(map[int]int)
	for _, n := range slices.Sorted(maps.Keys(objects)) {
		at[n] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", n, objects[n])
	}
	return b.Bytes(), at
}

// whole writes objects with one table and signs them. trailer gives the
// trailer's keys beside Root.
func whole(t *testing.T, signer signing.Signer, objects map[int]string, trailer string) []byte {
	t.Helper()
	text, at := body(objects)
	b := bytes.NewBuffer(text)
	start := b.Len()
	last := slices.Max(slices.Collect(maps.Keys(at)))
	fmt.Fprintf(b, "xref\n0 %d\n0000000000 65535 f \n", last+1)
	for n := 1; n <= last; n++ {
		if off, ok := at[n]; ok {
			fmt.Fprintf(b, "%010d 00000 n \n", off)
		} else {
			b.WriteString("0000000000 00001 f \n")
		}
	}
	if trailer == "" {
		trailer = fmt.Sprintf("/Size %d", last+1)
	}
	fmt.Fprintf(b, "trailer\n<< %s /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", trailer, start)
	return fillWhole(t, b.Bytes(), signer, signing.Options{})
}

func fillWhole(t *testing.T, pdf []byte, signer signing.Signer, o signing.Options) []byte {
	t.Helper()
	o.Room, o.At = wholeRoom, signedAt
	out, err := signing.Fill(pdf, signer, o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
