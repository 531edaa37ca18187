package signature_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"jianding/intake/pdf"
	"jianding/intake/signature/revision"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// seen is all that PDFium draws of a document and reads off it.
func seen(t *testing.T, engine *pdf.Engine, document []byte) [sha256.Size]byte {
	t.Helper()
	d, err := pdf.Open(context.Background(), engine, document, pdf.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	h := sha256.New()
	for n := 1; n <= d.NumPages(); n++ {
		img, err := d.Render(n, 40)
		if err != nil {
			t.Fatal(err)
		}
		text, err := d.Text(n)
		if err != nil {
			t.Fatal(err)
		}
		h.Write(img.Pix)
		fmt.Fprintf(h, "%q", text)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// odds are ways to write the parts of a widget, sound and not.
type odds struct{ *rand.Rand }

func (o odds) of(list ...string) string { return list[o.IntN(len(list))] }

func (o odds) form(u *signing.Update) int {
	n := u.New()
	u.SetStream(n, "/Type /XObject "+o.of("/Subtype /Form", "/Subtype /Form", "")+" "+
		o.of("/BBox [0 0 200 40]", "", "/BBox [0 0 0 0]", "/BBox [0 0 200 40] /Matrix [1 0 0 1 5 5]")+" /Resources << /Font << /F1 3 0 R >> >> ",
		[]byte(o.of("", "% DSBlank\n", "0 0 1 rg 0 0 200 40 re f", string(milder), "q Q", "0 0 200 40 re W n", "%\n0 0 1 rg 0 0 200 40 re f",
			"BI /W 1 /H 1 /BPC 8 /CS /G ID a EI", "0 0 m 200 40 l S", "/P << /ActualText (Bsu) >> BDC EMC", "/P BMC EMC")))
	return n
}

func (o odds) widget(u *signing.Update) string {
	keys := []string{
		o.of("", "/F 0", "/F 1", "/F 2", "/F 4", "/F 6", "/F 32", "/F 34", "/F 64", "/F 132", "/F 256", "/F -2", "/F 2147483650", "/F 4294967298", "/F 2.0"),
		o.of("", "/Rect [0 0 0 0]", "/Rect [60 740 260 780]", "/Rect [60 740 260 780]", "/Rect [60 740 260 780]", "/Rect [60 740 60 780]", "/Rect [60 740 260 740]", "/Rect [260 780 60 740]", "/Rect [0 0 0.001 0.001]", "/Rect [4294967296 0 4294967296 842]"),
		o.of("", "", "/MK << /BG [0 0 1] /BC [1 0 0] >>", "/MK << /CA (Bsu) >>"),
		o.of("", "", "/Border [0 0 5]", "/BS << /W 5 >>", "/C [1 0 0]", "/DA (/F1 12 Tf)", "/Contents (Bsu)", "/TU (Bsu)"),
		o.of("/Type /Annot /Subtype /Widget", "/Type /Annot /Subtype /Widget", "/Subtype /Widget", "", "/Subtype /Square", "/Subtype /FreeText"),
	}
	switch o.IntN(4) {
	case 0, 1:
		keys = append(keys, fmt.Sprintf("/AP << /N %d 0 R >>", o.form(u)))
	case 2:
		keys = append(keys, fmt.Sprintf("/AP << /N << /On %d 0 R /Off %d 0 R >> >>", o.form(u), o.form(u)), o.of("/AS /On", "/AS /Off", "/AS /X", ""))
	default:
		keys = append(keys, fmt.Sprintf("/AP << /D %d 0 R >>", o.form(u)))
	}
	return strings.Join(keys, " ")
}

// TestUnseenIsUnread: whatever follows the agency's signature and leaves it
// valid changes neither what PDFium draws nor the text that it finds.
func TestUnseenIsUnread(t *testing.T) {
	l := sharedLab()
	engine, err := pdf.NewEngine(t.Context(), pdf.EngineConfig{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	var signed [][]byte
	var before [][sha256.Size]byte
	for _, keys := range []string{"", "/FT /Tx /V (Dsu) /F 4 /Rect [60 640 260 680] /DA (/F9 12 Tf)", "/FT /Ch /Opt [(Dsu) (Csu)] /F 4 /Rect [60 640 260 680] /DA (/F9 12 Tf)"} {
		base := report(false)
		if keys != "" {
			base = update(t, base, false, func(u *signing.Update) {
				u.Set(textField, "<< /Type /Annot /Subtype /Widget /T (remark) /P 40 0 R "+keys+" >>")
			})
		}
		signed = append(signed, l.sign(t, base, l.agency[signing.RSA], signing.Options{Field: "agency"}))
		before = append(before, seen(t, engine, signed[len(signed)-1]))
	}
	valid := 0
	for seed := range uint64(500) {
		o := odds{rand.New(rand.NewPCG(seed, 7))}
		i := o.IntN(len(signed))
		u, err := signing.NewUpdate(signed[i], o.IntN(2) == 0)
		if err != nil {
			t.Fatal(err)
		}
		keys := o.widget(u)
		if o.IntN(3) == 0 {
			u.AddDSS([][]byte{l.root.Certificate}, nil, nil)
		}
		if o.IntN(4) == 0 {
			n := u.New()
			u.Set(n, "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>")
			formKey(u, "DR", raw(fmt.Sprintf("<< /Font << /F9 %d 0 R >> >>", n)))
		}
		kid := u.New()
		u.Set(kid, fmt.Sprintf("<< /Parent %d 0 R /P 42 0 R %s >>", kid+2, keys))
		edit(u, 42, "Annots", revision.Array{ref(kid)})
		pdf, err := signing.SignUpdate(u, l.tsa, signing.Options{Format: signing.Stamp, At: signedAt, Field: "stamp", OmitFromPage: true, FieldExtra: fmt.Sprintf("/Kids [%d 0 R]", kid)})
		if err != nil {
			t.Fatal(err)
		}
		if l.verify(pdf).Signature.Status != schemas.SignatureValid {
			continue
		}
		valid++
		if seen(t, engine, pdf) != before[i] {
			t.Errorf("seed %d: what is seen differs with %s", seed, keys)
		}
	}
	if valid < 50 {
		t.Errorf("only %d updates were valid", valid)
	}
}
