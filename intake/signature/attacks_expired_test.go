package signature_test

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strings"
	"testing"
	"time"

	"jianding/intake/signature"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// TestEvidenceAfterTheEnd: a certificate that ran out is dropped from later
// lists and forgotten by responders, revoked or not: what they say no more says
// nothing.
func TestEvidenceAfterTheEnd(t *testing.T) {
	l := sharedLab()
	root, err := x509.ParseCertificate(l.root.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	root.KeyUsage |= x509.KeyUsageCRLSign
	root.SubjectKeyId = []byte{1}
	list := func(from, until time.Time, keepsFrom *time.Time) []byte {
		c := &x509.RevocationList{Number: big.NewInt(7), ThisUpdate: from, NextUpdate: until}
		if keepsFrom != nil {
			date, err := asn1.MarshalWithParams(*keepsFrom, "generalized")
			if err != nil {
				t.Fatal(err)
			}
			c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 60}, Value: date}}
		}
		raw, err := x509.CreateRevocationList(rand.Reader, c, root, l.root.Key)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	signer := certified(t, l.root.Signer, agencyName, func(c *x509.Certificate) { c.NotAfter = *day("2026-03-01") })
	stamped := signing.Options{TSA: &l.tsa, StampedAt: *day("2026-02-01")}
	answer := l.root.OCSP(signer, nil, crlFrom, crlUntil)
	for _, c := range []struct {
		name  string
		lists [][]byte
		ocsps [][]byte
		good  bool
	}{
		{"issued while it was valid", [][]byte{list(*day("2026-02-15"), *day("2026-03-15"), nil), list(crlFrom, crlUntil, nil)}, nil, true},
		{"issued after", [][]byte{list(crlFrom, crlUntil, nil)}, nil, false},
		{"issued after, keeps what ran out", [][]byte{list(crlFrom, crlUntil, day("2026-01-01"))}, nil, true},
		{"issued after, keeps what ran out later", [][]byte{list(crlFrom, crlUntil, day("2026-04-01"))}, nil, false},
		{"answered after", [][]byte{list(crlFrom, crlUntil, nil)}, [][]byte{answer}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := stamped
			o.OCSPs = c.ocsps
			trust := with(t, func(m *schemas.TrustMaterial) {
				m.CRLs = nil
				for _, b := range c.lists {
					m.CRLs = append(m.CRLs, schemas.TrustItem{Name: "a.crl", Data: b})
				}
			})
			r := signature.Verify(l.sign(t, report(false), signer, o), trust, judged, signature.DefaultPolicy())
			code := schemas.ReasonRevocationUnknown
			if c.good {
				code = ""
			}
			expect(t, r, schemas.SignatureValid, code)
			for _, x := range r.Reasons {
				if c.good && (x.Code == schemas.ReasonRevocationUnknown || x.Code == schemas.ReasonRevocationStale) {
					t.Error(x)
				}
			}
		})
	}
}

// TestStampOfNobody: a sound stamp by an authority that nobody trusts is not
// called a proof.
func TestStampOfNobody(t *testing.T) {
	l := sharedLab()
	tsa, err := l.strangeRoot.Issue(signing.ECDSA, signing.Subject{Name: "时间戳"}, signing.Certify{TimeStamp: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		tsa    signing.Signer
		proves bool
	}{{l.tsa, true}, {tsa, false}} {
		r := l.verify(l.sign(t, report(false), l.agency[signing.RSA], signing.Options{TSA: &c.tsa, StampedAt: signedAt}))
		code := schemas.ReasonTimestampTrust
		if c.proves {
			code = ""
		}
		expect(t, r, schemas.SignatureValid, code)
		if said := strings.Contains(signature.Explain(r.Signature), "签名时间得到证明"); said != c.proves {
			t.Errorf("proves its time: said %v, is %v", said, c.proves)
		}
	}
}
