package signature_test

import (
	"fmt"
	"testing"

	"jianding/intake/signature/revision"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// formAttacks alter the form and its fields.
func formAttacks() []attack {
	changed := schemas.ReasonChanged
	return []attack{
		by("form-filled", schemas.ReasonFormFilled, func(u *signing.Update) { edit(u, textField, "V", revision.String("Bsu")) }),
		by("form-appearance", "", func(u *signing.Update) {
			n := u.New()
			u.SetStream(n, "/Type /XObject /Subtype /Form /BBox [0 0 200 20] ", milder)
			edit(u, textField, "AP", &revision.Dict{Entries: []revision.Entry{{Key: "N", Value: ref(n)}}})
		}),
		by("field-moved", changed, func(u *signing.Update) {
			edit(u, textField, "Rect", revision.Array{int64(0), int64(0), int64(500), int64(800)})
		}),
		by("field-added", changed, func(u *signing.Update) { addField(u, "/FT /Tx /T (new) /V (Bsu)") }),
		by("signature-field-added", changed, func(u *signing.Update) { addField(u, "/FT /Sig /T (new)") }),
		by("signature-field-cleared", "", func(u *signing.Update) { clearSignature(u) }),
		by("need-appearances", changed, func(u *signing.Update) { formKey(u, "NeedAppearances", true) }),
		by("xfa", changed, func(u *signing.Update) { formKey(u, "XFA", revision.Array{}) }),
		by("signature-appearance", changed, func(u *signing.Update) {
			n := u.New()
			u.SetStream(n, "/Type /XObject /Subtype /Form /BBox [0 0 595 842] ", milder)
			num := signedField(u)
			d := u.Dict(num)
			signing.Put(d, "AP", &revision.Dict{Entries: []revision.Entry{{Key: "N", Value: ref(n)}}})
			signing.Put(d, "Rect", revision.Array{int64(0), int64(0), int64(595), int64(842)})
			u.SetObject(num, d)
		}),
		by("signature-widget-added", changed, func(u *signing.Update) {
			n, ap := u.New(), u.New()
			num := signedField(u)
			u.SetStream(ap, "/Type /XObject /Subtype /Form /BBox [0 0 100 100] ", milder)
			u.Set(n, fmt.Sprintf("<< /Type /Annot /Subtype /Widget /Parent %d 0 R /Rect [0 0 100 100] /P 42 0 R /AP << /N %d 0 R >> >>", num, ap))
			edit(u, num, "Kids", revision.Array{ref(n)})
			edit(u, 42, "Annots", revision.Array{ref(n)})
		}),
		// The security store as a disguise.
		by("dss-disguise", changed, func(u *signing.Update) {
			u.AddDSS([][]byte{signing.Signer{}.Certificate, sharedLab().root.Certificate}, nil, nil)
			u.SetStream(content2, "", milder)
		}),
		by("dss-is-content", changed, func(u *signing.Update) {
			u.SetStream(content2, "", milder)
			n := u.New()
			u.Set(n, fmt.Sprintf("<< /Type /DSS /Certs [%d 0 R] >>", content2))
			u.SetRoot("DSS", ref(n))
		}),
		by("dss-certificate-is-content", changed, func(u *signing.Update) {
			u.SetStream(content2, "", sharedLab().root.Certificate)
			n := u.New()
			u.Set(n, fmt.Sprintf("<< /Type /DSS /Certs [%d 0 R] >>", content2))
			u.SetRoot("DSS", ref(n))
		}),
		by("dss-not-validation", changed, func(u *signing.Update) { u.AddDSS([][]byte{[]byte("0123 no certificate")}, nil, nil) }),
		by("dss-form", changed, func(u *signing.Update) {
			n, s := u.New(), u.New()
			u.SetStream(s, "/Type /XObject /Subtype /Form /BBox [0 0 9 9] ", sharedLab().root.Certificate)
			u.Set(n, fmt.Sprintf("<< /Type /DSS /Certs [%d 0 R] >>", s))
			u.SetRoot("DSS", ref(n))
		}),
		by("dss-extra-key", changed, func(u *signing.Update) {
			n := u.New()
			u.Set(n, "<< /Type /DSS /Page 42 0 R >>")
			u.SetRoot("DSS", ref(n))
		}),
		by("orphan-added", changed, func(u *signing.Update) { u.SetStream(u.New(), "", milder) }),
		by("orphan-with-dss", changed, func(u *signing.Update) {
			u.AddDSS([][]byte{sharedLab().root.Certificate}, nil, nil)
			u.SetStream(u.New(), "", milder)
		}),
		by("undefined-defined", "", func(u *signing.Update) {
			// An object number that the signed revision left free.
			u.SetStream(20, "", milder)
		}),
	}
}

// laterSignatures add signatures, or hide a change behind one.
func laterSignatures() []attack {
	const mod = schemas.SignatureModified
	changed := schemas.ReasonChanged
	return []attack{
		{"sneaky-signature", func(t *testing.T, l *lab, pdf []byte, streams bool) []byte {
			return l.sign(t, pdf, l.stranger, signing.Options{Streams: streams, Field: "sneaky", Box: &[4]float64{0, 0, 595, 842}})
		}, mod, schemas.ReasonAfterAgency},
		{"stranger-signs-after", func(t *testing.T, l *lab, pdf []byte, streams bool) []byte {
			return l.sign(t, pdf, l.stranger, signing.Options{Streams: streams})
		}, mod, schemas.ReasonAfterAgency},
		{"stranger-fills-field", func(t *testing.T, l *lab, pdf []byte, streams bool) []byte {
			return l.sign(t, pdf, l.stranger, signing.Options{Streams: streams, Field: "reviewer"})
		}, mod, schemas.ReasonAfterAgency},
		{"change-then-stranger", func(t *testing.T, l *lab, pdf []byte, streams bool) []byte {
			u, err := signing.NewUpdate(pdf, streams)
			if err != nil {
				t.Fatal(err)
			}
			u.SetStream(content2, "", milder)
			out, err := signing.SignUpdate(u, l.stranger, signing.Options{Streams: streams, At: signedAt})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}, mod, changed},
		{"change-with-timestamp", func(t *testing.T, l *lab, pdf []byte, streams bool) []byte {
			u, err := signing.NewUpdate(pdf, streams)
			if err != nil {
				t.Fatal(err)
			}
			u.SetStream(content2, "", milder)
			out, err := signing.SignUpdate(u, l.tsa, signing.Options{Format: signing.Stamp, Streams: streams, At: signedAt})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}, mod, changed},
		{"visible-timestamp", func(t *testing.T, l *lab, pdf []byte, streams bool) []byte {
			return l.sign(t, pdf, l.tsa, signing.Options{Format: signing.Stamp, Streams: streams, Box: &[4]float64{50, 50, 300, 300}})
		}, mod, changed},
	}
}

func addField(u *signing.Update, keys string) {
	n := u.New()
	u.Set(n, "<< /Type /Annot /Subtype /Widget /F 4 /Rect [0 0 0 0] /P 40 0 R "+keys+" >>")
	form := u.File().Dict(u.Root.Get("AcroForm"))
	f, _ := form.Get("Fields").(revision.Array)
	formKey(u, "Fields", append(append(revision.Array{}, f...), ref(n)))
}

func formKey(u *signing.Update, key revision.Name, v revision.Object) {
	old := u.File().Dict(u.Root.Get("AcroForm"))
	form := &revision.Dict{Entries: append([]revision.Entry{}, old.Entries...)}
	signing.Put(form, key, v)
	u.SetRoot("AcroForm", form)
}

// signedField is the object number of the agency's signature field.
func signedField(u *signing.Update) int {
	f, _ := u.File().Dict(u.Root.Get("AcroForm")).Get("Fields").(revision.Array)
	for _, x := range f {
		r, _ := x.(revision.Ref)
		if d := u.Dict(r.Num); d.Name("FT") == "Sig" && d.Get("V") != nil {
			return r.Num
		}
	}
	return 0
}

// copySignature makes the field refer to a copy of the signature dictionary.
func copySignature(u *signing.Update) {
	num := signedField(u)
	d := u.Dict(num)
	v, _ := d.Get("V").(revision.Ref)
	n := u.New()
	u.SetObject(n, u.Dict(v.Num))
	edit(u, num, "V", ref(n))
}

func clearSignature(u *signing.Update) {
	num := signedField(u)
	d := u.Dict(num)
	out := &revision.Dict{}
	for _, e := range d.Entries {
		if e.Key != "V" {
			out.Entries = append(out.Entries, e)
		}
	}
	u.SetObject(num, out)
}
