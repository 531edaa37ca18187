package signature_test

import (
	"testing"

	"jianding/intake/signature/revision"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

func dss(t *testing.T, l *lab, pdf []byte, streams bool) []byte {
	t.Helper()
	out, err := signing.AppendDSS(pdf, streams, [][]byte{l.root.Certificate, l.tsa.Certificate}, [][]byte{l.root.CRL(crlFrom, crlUntil, nil)},
		[][]byte{l.root.OCSP(l.agency[signing.RSA], nil, crlFrom, crlUntil)})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func stamp(t *testing.T, l *lab, pdf []byte, streams bool) []byte {
	t.Helper()
	return l.sign(t, pdf, l.tsa, signing.Options{Format: signing.Stamp, Streams: streams, Field: "stamp"})
}

// TestValidationDataMayFollow: DSS and invisible document time-stamps after
// any kind of signature leave it valid, and say so.
func TestValidationDataMayFollow(t *testing.T) {
	l := sharedLab()
	for _, k := range l.kinds() {
		for _, streams := range []bool{false, true} {
			t.Run(k.name, func(t *testing.T) {
				pdf := l.signed(t, k)
				signedEnd := len(pdf)
				withDSS := dss(t, l, pdf, streams)
				r := l.verify(withDSS)
				expect(t, r, schemas.SignatureValid, schemas.ReasonExtended)
				if r.Covered != signedEnd {
					t.Errorf("covered %d, want %d", r.Covered, signedEnd)
				}
				full := stamp(t, l, withDSS, streams)
				r = l.verify(full)
				expect(t, r, schemas.SignatureValid, schemas.ReasonExtended)
				if r.Signature.Signers[0].TimeSource != schemas.TimeTimestamp {
					t.Error("the document time-stamp proves no time")
				}
				for _, c := range r.Signature.Changes {
					if !c.Legal {
						t.Errorf("illegal change %+v", c)
					}
				}
			})
		}
	}
}

// TestLongTermChain: DSS and time-stamps again and again.
func TestLongTermChain(t *testing.T) {
	l := sharedLab()
	pdf := l.signed(t, kind{signer: signing.RSA})
	for i, name := range []string{"a", "b", "c", "d"} {
		pdf = l.sign(t, dss(t, l, pdf, i%2 == 0), l.tsa, signing.Options{Format: signing.Stamp, Field: name, Streams: i%2 == 1})
	}
	r := l.verify(pdf)
	expect(t, r, schemas.SignatureValid, schemas.ReasonExtended)
	if len(r.Revisions) != 5 {
		t.Errorf("revisions %v", r.Revisions)
	}
}

// TestCoSigners: people sign first, the agency last.
func TestCoSigners(t *testing.T) {
	l := sharedLab()
	for _, c := range []struct {
		name   string
		build  func(t *testing.T) []byte
		status schemas.SignatureStatus
		code   schemas.ReasonCode
	}{
		{"person then agency", func(t *testing.T) []byte {
			return l.sign(t, l.sign(t, report(false), l.person, signing.Options{}), l.agency[signing.RSA], signing.Options{})
		}, schemas.SignatureValid, schemas.ReasonBetweenSigns},
		{"person fills the prepared field", func(t *testing.T) []byte {
			return l.sign(t, l.sign(t, report(true), l.smPerson, signing.Options{Field: "reviewer", Streams: true}), l.agency[signing.SM2], signing.Options{Streams: true})
		}, schemas.SignatureValid, schemas.ReasonBetweenSigns},
		{"agency fills the prepared field", func(t *testing.T) []byte {
			return l.sign(t, l.sign(t, report(false), l.person, signing.Options{}), l.agency[signing.ECDSA], signing.Options{Field: "reviewer"})
		}, schemas.SignatureValid, schemas.ReasonBetweenSigns},
		{"three people, visible seals", func(t *testing.T) []byte {
			pdf := report(false)
			for i, s := range []signing.Signer{l.person, l.smPerson, l.person} {
				pdf = l.sign(t, pdf, s, signing.Options{Box: &[4]float64{72, float64(100 + 90*i), 152, float64(180 + 90*i)}})
			}
			return l.sign(t, pdf, l.agency[signing.SM2], signing.Options{Box: &[4]float64{300, 100, 420, 220}})
		}, schemas.SignatureValid, schemas.ReasonBetweenSigns},
		{"modification date between signers", func(t *testing.T) []byte {
			u, err := signing.NewUpdate(l.sign(t, report(false), l.person, signing.Options{}), false)
			if err != nil {
				t.Fatal(err)
			}
			edit(u, infoObj, "ModDate", revision.String("D:20260602000000Z"))
			out, err := signing.SignUpdate(u, l.agency[signing.RSA], signing.Options{At: signedAt})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}, schemas.SignatureValid, schemas.ReasonBetweenSigns},
		{"agency first", func(t *testing.T) []byte {
			return l.sign(t, l.sign(t, report(false), l.agency[signing.RSA], signing.Options{}), l.person, signing.Options{})
		}, schemas.SignatureModified, schemas.ReasonAfterAgency},
		{"person only", func(t *testing.T) []byte {
			return l.sign(t, report(false), l.person, signing.Options{})
		}, schemas.SignatureUntrusted, schemas.ReasonAgencyUnknown},
		{"untrusted co-signer", func(t *testing.T) []byte {
			return l.sign(t, l.sign(t, report(false), l.stranger, signing.Options{}), l.agency[signing.RSA], signing.Options{})
		}, schemas.SignatureUntrusted, schemas.ReasonChain},
		{"form filled between", func(t *testing.T) []byte {
			u, err := signing.NewUpdate(l.sign(t, report(false), l.person, signing.Options{}), false)
			if err != nil {
				t.Fatal(err)
			}
			edit(u, textField, "V", revision.String("x"))
			out, err := signing.SignUpdate(u, l.agency[signing.RSA], signing.Options{At: signedAt})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}, schemas.SignatureModified, schemas.ReasonFormFilled},
		{"content changed between", func(t *testing.T) []byte {
			u, err := signing.NewUpdate(l.sign(t, report(false), l.person, signing.Options{}), false)
			if err != nil {
				t.Fatal(err)
			}
			u.SetStream(content2, "", milder)
			out, err := signing.SignUpdate(u, l.agency[signing.RSA], signing.Options{At: signedAt})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}, schemas.SignatureModified, schemas.ReasonChanged},
		{"broken co-signer", func(t *testing.T) []byte {
			return l.sign(t, l.sign(t, report(false), l.person, signing.Options{Faults: signing.Faults{BadValue: true}}), l.agency[signing.RSA], signing.Options{})
		}, schemas.SignatureInvalid, schemas.ReasonValue},
		{"certified, no changes, then agency", func(t *testing.T) []byte {
			return l.sign(t, l.sign(t, report(false), l.person, signing.Options{Certify: 1}), l.agency[signing.RSA], signing.Options{})
		}, schemas.SignatureModified, schemas.ReasonDocMDP},
		{"certified for forms, prepared field", func(t *testing.T) []byte {
			return l.sign(t, l.sign(t, report(false), l.person, signing.Options{Certify: 2}), l.agency[signing.RSA], signing.Options{Field: "reviewer"})
		}, schemas.SignatureValid, ""},
		{"certified for forms, new visible field", func(t *testing.T) []byte {
			return l.sign(t, l.sign(t, report(false), l.person, signing.Options{Certify: 2}), l.agency[signing.RSA], signing.Options{Box: &[4]float64{10, 10, 90, 90}})
		}, schemas.SignatureModified, schemas.ReasonDocMDP},
		{"certified by the agency, validation data", func(t *testing.T) []byte {
			return stamp(t, l, dss(t, l, l.sign(t, report(false), l.agency[signing.RSA], signing.Options{Certify: 1}), false), false)
		}, schemas.SignatureValid, schemas.ReasonExtended},
		{"locked field filled", func(t *testing.T) []byte {
			return l.sign(t, l.sign(t, report(false), l.person, signing.Options{LockFields: "Include reviewer"}), l.agency[signing.RSA], signing.Options{Field: "reviewer"})
		}, schemas.SignatureModified, schemas.ReasonFieldMDP},
		{"other field locked", func(t *testing.T) []byte {
			return l.sign(t, l.sign(t, report(false), l.person, signing.Options{LockFields: "Include remark"}), l.agency[signing.RSA], signing.Options{Field: "reviewer"})
		}, schemas.SignatureValid, ""},
		{"all fields locked", func(t *testing.T) []byte {
			return l.sign(t, l.sign(t, report(false), l.person, signing.Options{LockFields: "All"}), l.agency[signing.RSA], signing.Options{Field: "reviewer"})
		}, schemas.SignatureModified, schemas.ReasonFieldMDP},
		{"seal covers the page", func(t *testing.T) []byte {
			return l.sign(t, l.sign(t, report(false), l.person, signing.Options{}), l.agency[signing.RSA], signing.Options{Box: &[4]float64{0, 0, 595, 842}})
		}, schemas.SignatureModified, schemas.ReasonChanged},
	} {
		t.Run(c.name, func(t *testing.T) { expect(t, l.verify(c.build(t)), c.status, c.code) })
	}
}
