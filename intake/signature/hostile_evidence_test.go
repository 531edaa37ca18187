package signature_test

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"

	"jianding/intake/signature/cms"
	"jianding/intake/signature/signing"
)

// derValue is a constructed DER value of that universal or context tag.
func derValue(t testing.TB, class, tag int, parts ...[]byte) []byte {
	t.Helper()
	b, err := asn1.Marshal(asn1.RawValue{Class: class, Tag: tag, IsCompound: true, Bytes: bytes.Join(parts, nil)})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Of evidence that nobody signed: sha256WithRSAEncryption, and a value.
var (
	rsaAlgorithm = []byte{0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 5, 0}
	noSignature  = append([]byte{3, 0x82, 1, 1, 0}, bytes.Repeat([]byte{1}, 256)...)
)

// longList is a revocation list of the root with n entries.
func (l *lab) longList(t testing.TB, n int) []byte {
	root, err := cms.ParseCertificate(l.root.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	var entries bytes.Buffer
	for i := range n {
		e, err := asn1.Marshal(pkix.RevokedCertificate{SerialNumber: big.NewInt(int64(i) + 1<<40), RevocationTime: crlFrom})
		if err != nil {
			t.Fatal(err)
		}
		entries.Write(e)
	}
	period := []byte("\x17\x0d260501000000Z\x17\x0d261201000000Z")
	tbs := derValue(t, asn1.ClassUniversal, asn1.TagSequence, []byte{2, 1, 1}, rsaAlgorithm, root.Subject, period, derValue(t, asn1.ClassUniversal, asn1.TagSequence, entries.Bytes()))
	return derValue(t, asn1.ClassUniversal, asn1.TagSequence, tbs, rsaAlgorithm, noSignature)
}

// longAnswer is an OCSP response about the agency's certificate, with the
// certificates of many responders.
func (l *lab) longAnswer(t testing.TB, responders int) []byte {
	responder, err := l.root.Issue(signing.ECDSA, signing.Subject{Name: "应答者"}, signing.Certify{OCSP: true})
	if err != nil {
		t.Fatal(err)
	}
	cert, err := cms.ParseCertificate(l.agency[signing.RSA].Certificate)
	if err != nil {
		t.Fatal(err)
	}
	root, err := cms.ParseCertificate(l.root.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := asn1.Marshal(cert.Serial)
	if err != nil {
		t.Fatal(err)
	}
	at := []byte("\x18\x0f20260501000000Z")
	sha1 := []byte{0x30, 7, 6, 5, 0x2b, 0x0e, 3, 2, 0x1a}
	id := derValue(t, asn1.ClassUniversal, asn1.TagSequence, sha1, []byte{4, 20}, cms.SHA1.Sum(root.Subject), []byte{4, 20}, cms.SHA1.Sum(root.KeyBits()), serial)
	data := derValue(t, asn1.ClassUniversal, asn1.TagSequence, []byte("\xa2\x16\x04\x14aaaaaaaaaaaaaaaaaaaa"), at, derValue(t, asn1.ClassUniversal, asn1.TagSequence, derValue(t, asn1.ClassUniversal, asn1.TagSequence, id, []byte{0x80, 0}, at)))
	return derValue(t, asn1.ClassUniversal, asn1.TagSequence, data, rsaAlgorithm, noSignature, derValue(t, asn1.ClassContextSpecific, 0, derValue(t, asn1.ClassUniversal, asn1.TagSequence, bytes.Repeat(responder.Certificate, responders))))
}

// evidence signs and appends that as validation data.
func (l *lab) evidence(t testing.TB, crls, ocsps [][]byte) []byte {
	pdf, err := signing.AppendDSS(l.sign(t, report(false), l.agency[signing.RSA], signing.Options{Field: "agency"}), true, nil, crls, ocsps)
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}
