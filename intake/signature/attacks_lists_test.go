package signature_test

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"

	"jianding/intake/signature"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// fullName is a DistributionPointName with one general name.
func fullName(t *testing.T, name []byte) []byte {
	t.Helper()
	return derValue(t, asn1.ClassContextSpecific, 0, derValue(t, asn1.ClassContextSpecific, 0, name))
}

// generalName is one with that tag, a URI (6) or a directory name (4).
func generalName(t *testing.T, tag int, content []byte) []byte {
	t.Helper()
	b, err := asn1.Marshal(asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tag, IsCompound: tag == 4, Bytes: content})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func sequenceOf(t *testing.T, content []byte) []byte {
	t.Helper()
	return derValue(t, asn1.ClassUniversal, asn1.TagSequence, content)
}

// TestPartitionedLists: an authority that splits its list by distribution
// points says in each which part it is. The list of another part, which does not
// name a certificate, clears nobody: whoever was revoked would append it.
func TestPartitionedLists(t *testing.T) {
	l := sharedLab()
	directory := func(name string) []byte {
		b, err := asn1.Marshal(pkix.Name{CommonName: name}.ToRDNSequence())
		if err != nil {
			t.Fatal(err)
		}
		return generalName(t, 4, b)
	}
	uri := func(s string) []byte { return generalName(t, 6, []byte(s)) }
	for _, c := range []struct {
		name        string
		point, list []byte // of the certificate, of the list
		more        []byte // in the certificate's point
		status      schemas.SignatureStatus
		code        schemas.ReasonCode
	}{
		{"its own", uri("http://ca.test/crl?part=12"), uri("http://ca.test/crl?part=12"), nil, schemas.SignatureValid, ""},
		{"another, whose address begins its own", uri("http://ca.test/crl?part=12"), uri("http://ca.test/crl?part=1"), nil, schemas.SignatureValid, schemas.ReasonRevocationUnknown},
		{"its own in the directory", directory("crl60"), directory("crl60"), nil, schemas.SignatureValid, ""},
		{"another in the directory", directory("crl60"), directory("crl6"), nil, schemas.SignatureValid, schemas.ReasonRevocationUnknown},
		{"its own, for some reasons", uri("http://ca.test/crl"), uri("http://ca.test/crl"), []byte{0x81, 2, 1, 0x40}, schemas.SignatureValid, schemas.ReasonRevocationUnknown},
		{"its own, by another issuer", uri("http://ca.test/crl"), uri("http://ca.test/crl"), append([]byte{0xa2, byte(len(directory("x")))}, directory("x")...), schemas.SignatureValid, schemas.ReasonRevocationUnknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			signer := certified(t, l.root.Signer, agencyName, func(x *x509.Certificate) {
				point := sequenceOf(t, append(fullName(t, c.point), c.more...))
				x.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 31}, Value: sequenceOf(t, point)}}
			})
			issuer, err := x509.ParseCertificate(l.root.Certificate)
			if err != nil {
				t.Fatal(err)
			}
			issuer.SubjectKeyId = []byte{1} // or CreateRevocationList refuses
			crl, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(7), ThisUpdate: crlFrom, NextUpdate: crlUntil,
				ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 28}, Critical: true, Value: sequenceOf(t, fullName(t, c.list))}}}, issuer, l.root.Key)
			if err != nil {
				t.Fatal(err)
			}
			trust := with(t, func(m *schemas.TrustMaterial) { m.CRLs = nil })
			r := signature.Verify(l.sign(t, report(false), signer, signing.Options{CRLs: [][]byte{crl}}), trust, judged, signature.DefaultPolicy())
			expect(t, r, c.status, c.code)
			for _, x := range r.Reasons {
				if c.code == "" && x.Code == schemas.ReasonRevocationUnknown {
					t.Error("its own list does not clear it")
				}
			}
		})
	}
}
