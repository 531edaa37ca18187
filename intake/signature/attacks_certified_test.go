package signature_test

import (
	"fmt"
	"strings"
	"testing"

	"jianding/intake/signature/revision"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// certifiedBy is a document that a person certifies with a permission, whose
// reference and parameters are objects of their own, as pyHanko and PDFBox write
// them, and which has a prepared field.
func certifiedBy(t *testing.T, l *lab, level int, apart bool) []byte {
	t.Helper()
	objects := wholeObjects("")
	objects[1] = strings.NewReplacer("[6 0 R]", "[6 0 R 20 0 R]", "/Pages", "/Perms << /DocMDP 7 0 R >> /Pages").Replace(objects[1])
	objects[3] = strings.Replace(objects[3], "[6 0 R]", "[6 0 R 20 0 R]", 1)
	objects[20] = "<< /Type /Annot /Subtype /Widget /FT /Sig /T (reviewer) /F 4 /Rect [60 100 160 160] /P 3 0 R >>"
	reference := fmt.Sprintf("/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P %d /V /1.2 >> >>]", level)
	if apart {
		reference = "/Reference 21 0 R"
		objects[21], objects[22], objects[23] = "[22 0 R]", "<< /Type /SigRef /TransformMethod 25 0 R /TransformParams 23 0 R >>", "<< /Type /TransformParams /P 24 0 R /V /1.2 >>"
		objects[24], objects[25] = fmt.Sprint(level), "/DocMDP"
	}
	objects[7] = strings.Replace(objects[7], "/Type /Sig ", "/Type /Sig "+reference+" ", 1)
	return whole(t, l.person, objects, "")
}

// TestCertified: what may follow a certification, by the evil-annotation and
// sneaky-signature attacks (Mladenov and others, IEEE S&P 2021).
func TestCertified(t *testing.T) {
	l := sharedLab()
	box := &[4]float64{300, 100, 420, 220}
	for level := 1; level <= 3; level++ {
		for _, apart := range []bool{false, true} {
			base := certifiedBy(t, l, level, apart)
			may := schemas.SignatureValid
			if level == 1 {
				may = schemas.SignatureModified
			}
			run := func(name string, out []byte, status schemas.SignatureStatus) {
				t.Run(fmt.Sprintf("P %d, apart %v, %s", level, apart, name), func(t *testing.T) { expect(t, l.verify(out), status, "") })
			}
			signUpdate := func(o signing.Options, change func(u *signing.Update)) []byte {
				u, err := signing.NewUpdate(base, false)
				if err != nil {
					t.Fatal(err)
				}
				change(u)
				o.At = signedAt
				out, err := signing.SignUpdate(u, l.agency[signing.RSA], o)
				if err != nil {
					t.Fatal(err)
				}
				return out
			}
			none := func(*signing.Update) {}
			run("the prepared field is signed", signUpdate(signing.Options{Field: "reviewer", Box: box}, none), may)
			run("an invisible field is added and signed", signUpdate(signing.Options{}, none), may)
			run("sneaky: a visible field is added and signed", signUpdate(signing.Options{Box: box}, none), schemas.SignatureModified)
			run("sneaky: the prepared field is moved and signed", signUpdate(signing.Options{Field: "reviewer"}, func(u *signing.Update) {
				edit(u, 20, "Rect", raw("[60 700 560 780]"))
			}), schemas.SignatureModified)
			for kind, keys := range map[string]string{
				"free text": "/Subtype /FreeText /Contents (Bsu) /DA (/F1 12 Tf)",
				"stamp":     "/Subtype /Stamp /AP << /N 40 0 R >>",
				"redaction": "/Subtype /Redact /QuadPoints [60 700 560 700 60 780 560 780]",
				"ink":       "/Subtype /Ink /InkList [[60 700 560 780]]",
			} {
				evil := func(u *signing.Update) {
					u.SetStream(40, "/Type /XObject /Subtype /Form /BBox [0 0 500 80] /Resources << >> ", []byte("1 g 0 0 500 80 re f"))
					u.Set(41, "<< /Type /Annot "+keys+" /F 4 /Rect [60 700 560 780] /P 3 0 R >>")
					edit(u, 3, "Annots", raw("[6 0 R 20 0 R 41 0 R]"))
					reserve(u, 42)
				}
				run("evil: "+kind, update(t, base, false, evil), schemas.SignatureModified)
				run("evil: "+kind+", signed after", signUpdate(signing.Options{Field: "reviewer"}, evil), schemas.SignatureModified)
			}
			run("the field of the certification shows something else", signUpdate(signing.Options{Field: "reviewer"}, func(u *signing.Update) {
				edit(u, 6, "Rect", revision.Array{int64(60), int64(700), int64(560), int64(780)})
			}), schemas.SignatureModified)
		}
	}
}
