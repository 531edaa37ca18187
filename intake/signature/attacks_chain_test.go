package signature_test

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"jianding/intake/signature"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// certified issues a certificate that the builder's own authorities would not:
// change sets what is wrong with it.
func certified(t *testing.T, by signing.Signer, name string, change func(c *x509.Certificate)) signing.Signer {
	t.Helper()
	key, err := signing.GenerateKey(signing.ECDSA)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(4711), NotBefore: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC),
		Subject: pkix.Name{CommonName: name, SerialNumber: agencyCode}, KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true,
	}
	change(c)
	parent, issuer := c, key
	if by.Key != nil {
		if parent, err = x509.ParseCertificate(by.Certificate); err != nil {
			t.Fatal(err)
		}
		issuer = by.Key
	}
	raw, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), issuer)
	if err != nil {
		t.Fatal(err)
	}
	out := signing.Signer{Key: key, Certificate: raw}
	if by.Key != nil {
		out.Chain = append([][]byte{by.Certificate}, by.Chain...)
	}
	return out
}

func authority(c *x509.Certificate) {
	c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
}

// TestChainsThatProveNothing: who may certify, and for whom.
func TestChainsThatProveNothing(t *testing.T) {
	l := sharedLab()
	root := l.root.Signer
	plain := func(*x509.Certificate) {}
	for _, c := range []struct {
		name   string
		signer signing.Signer
		code   schemas.ReasonCode
	}{
		{"self-made root of the same name", certified(t, certified(t, signing.Signer{}, "测试根 RSA", authority), agencyName, plain), schemas.ReasonChain},
		{"certified by the agency's own certificate", certified(t, l.agency[signing.RSA], agencyName, plain), schemas.ReasonChain},
		{"intermediate without the CA flag", certified(t, certified(t, root, "中级", func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCertSign }), agencyName, plain), schemas.ReasonChain},
		{"intermediate without the key usage", certified(t, certified(t, root, "中级", func(c *x509.Certificate) { authority(c); c.KeyUsage = x509.KeyUsageCRLSign }), agencyName, plain), schemas.ReasonChain},
		{"path too long", certified(t, certified(t, certified(t, root, "中级", func(c *x509.Certificate) { authority(c); c.MaxPathLenZero = true }), "下级", authority), agencyName, plain), schemas.ReasonChain},
		{"outside the name constraints", certified(t, certified(t, root, "中级", func(c *x509.Certificate) {
			authority(c)
			c.PermittedDNSDomainsCritical, c.PermittedDNSDomains = true, []string{"example.com"}
		}), agencyName, func(c *x509.Certificate) { c.DNSNames = []string{"jianding.example.org"} }), schemas.ReasonChain},
		{"unknown critical extension", certified(t, root, agencyName, func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3, 4, 5}, Critical: true, Value: []byte{5, 0}}}
		}), schemas.ReasonChain},
		{"expired intermediate", certified(t, certified(t, root, "中级", func(c *x509.Certificate) {
			authority(c)
			c.NotAfter = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		}), agencyName, plain), schemas.ReasonExpired},
		{"intermediate for servers only", certified(t, certified(t, root, "中级", func(c *x509.Certificate) {
			authority(c)
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		}), agencyName, plain), schemas.ReasonKeyUsage},
		{"intermediate for time-stamps only", certified(t, certified(t, root, "中级", func(c *x509.Certificate) {
			authority(c)
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}
		}), agencyName, plain), schemas.ReasonKeyUsage},
		{"key agreement only", certified(t, root, agencyName, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyAgreement }), schemas.ReasonKeyUsage},
	} {
		t.Run(c.name, func(t *testing.T) {
			expect(t, l.verify(l.sign(t, report(false), c.signer, signing.Options{})), schemas.SignatureUntrusted, c.code)
		})
	}
	t.Run("intermediate for mail and servers", func(t *testing.T) {
		s := certified(t, certified(t, root, "中级", func(c *x509.Certificate) {
			authority(c)
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageEmailProtection}
		}), agencyName, plain)
		expect(t, l.verify(l.sign(t, report(false), s, signing.Options{})), schemas.SignatureValid, "")
	})
	t.Run("no key usage at all", func(t *testing.T) {
		s := certified(t, root, agencyName, func(c *x509.Certificate) { c.KeyUsage = 0 })
		expect(t, l.verify(l.sign(t, report(false), s, signing.Options{})), schemas.SignatureValid, "")
	})
}

// boundTo constrains an authority to, or keeps it from, names of organisations.
func boundTo(t *testing.T, critical bool, permitted, excluded string) func(c *x509.Certificate) {
	t.Helper()
	trees := func(tag int, organisation string) []byte {
		if organisation == "" {
			return nil
		}
		name, err := asn1.Marshal(pkix.Name{Organization: []string{organisation}}.ToRDNSequence())
		if err != nil {
			t.Fatal(err)
		}
		return derValue(t, asn1.ClassContextSpecific, tag, sequenceOf(t, generalName(t, 4, name)))
	}
	value := sequenceOf(t, append(trees(0, permitted), trees(1, excluded)...))
	return func(c *x509.Certificate) {
		authority(c)
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 30}, Critical: critical, Value: value}}
	}
}

// TestDirectoryConstraints: an authority that may certify within one organisation
// certifies nobody else, whether or not it says so critically.
func TestDirectoryConstraints(t *testing.T) {
	l := sharedLab()
	for _, c := range []struct {
		name                string
		permitted, excluded string
		critical            bool
		status              schemas.SignatureStatus
	}{
		{"permitted", "检测集团", "", true, schemas.SignatureValid},
		{"permitted, not critical", "检测集团", "", false, schemas.SignatureValid},
		{"another permitted", "别的集团", "", true, schemas.SignatureUntrusted},
		{"another permitted, not critical", "别的集团", "", false, schemas.SignatureUntrusted},
		{"excluded", "", "检测集团", false, schemas.SignatureUntrusted},
		{"another excluded", "", "别的集团", true, schemas.SignatureValid},
		{"permitted and excluded", "检测集团", "检测集团", true, schemas.SignatureUntrusted},
	} {
		t.Run(c.name, func(t *testing.T) {
			bound := certified(t, l.root.Signer, "中级", boundTo(t, c.critical, c.permitted, c.excluded))
			signer := certified(t, bound, agencyName, func(x *x509.Certificate) { x.Subject.Organization = []string{"检测集团"} })
			code := schemas.ReasonCode("")
			if c.status == schemas.SignatureUntrusted {
				code = schemas.ReasonChain
			}
			expect(t, l.verify(l.sign(t, report(false), signer, signing.Options{})), c.status, code)
		})
	}
	t.Run("of another kind", func(t *testing.T) { // a registered id (8), which nobody here knows
		bound := certified(t, l.root.Signer, "中级", func(c *x509.Certificate) {
			authority(c)
			c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 30}, Critical: true, Value: []byte{0x30, 7, 0xa0, 5, 0x30, 3, 0x88, 1, 0x2a}}}
		})
		signer := certified(t, bound, agencyName, func(*x509.Certificate) {})
		expect(t, l.verify(l.sign(t, report(false), signer, signing.Options{})), schemas.SignatureUntrusted, schemas.ReasonChain)
	})
}

// TestListsThatSayNothing: which revocation lists count, and for what.
func TestListsThatSayNothing(t *testing.T) {
	l := sharedLab()
	signer := certified(t, l.root.Signer, agencyName, func(*x509.Certificate) {})
	pdf := l.sign(t, report(false), signer, signing.Options{})
	list := func(by signing.Signer, reason int, change func(c *x509.RevocationList)) []byte {
		issuer, err := x509.ParseCertificate(by.Certificate)
		if err != nil {
			t.Fatal(err)
		}
		issuer.KeyUsage |= x509.KeyUsageCRLSign // or CreateRevocationList refuses
		issuer.SubjectKeyId = []byte{1}
		c := &x509.RevocationList{Number: big.NewInt(7), ThisUpdate: crlFrom, NextUpdate: crlUntil}
		if reason >= 0 {
			c.RevokedCertificateEntries = []x509.RevocationListEntry{{SerialNumber: big.NewInt(4711), RevocationTime: crlFrom, ReasonCode: reason}}
		}
		if change != nil {
			change(c)
		}
		raw, err := x509.CreateRevocationList(rand.Reader, c, issuer, by.Key)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	delta := func(c *x509.RevocationList) {
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 27}, Critical: true, Value: []byte{2, 1, 5}}}
	}
	some := func(c *x509.RevocationList) { // for some reasons only
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 28}, Critical: true, Value: []byte{0x30, 4, 0x83, 2, 1, 0x40}}}
	}
	attributes := func(c *x509.RevocationList) { // onlyContainsAttributeCerts
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 28}, Critical: true, Value: []byte{0x30, 3, 0x85, 1, 0xff}}}
	}
	unclear := func(c *x509.RevocationList) {
		c.RevokedCertificateEntries = []x509.RevocationListEntry{{SerialNumber: big.NewInt(1), RevocationTime: crlFrom,
			ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3, 4}, Critical: true, Value: []byte{5, 0}}}}}
	}
	lost := func(c *x509.RevocationList) {
		date, err := asn1.MarshalWithParams(crlFrom, "generalized")
		if err != nil {
			t.Fatal(err)
		}
		c.RevokedCertificateEntries[0].RevocationTime = judged.AddDate(0, 0, 1)
		c.RevokedCertificateEntries[0].ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 24}, Value: date}}
	}
	lookAlike := certified(t, l.root.Signer, "测试根 RSA", authority)
	for _, c := range []struct {
		name   string
		lists  [][]byte
		status schemas.SignatureStatus
		code   schemas.ReasonCode
	}{
		{"good", [][]byte{list(l.root.Signer, -1, nil)}, schemas.SignatureValid, ""},
		{"compromised", [][]byte{list(l.root.Signer, 1, nil)}, schemas.SignatureUntrusted, schemas.ReasonRevoked},
		{"on hold", [][]byte{list(l.root.Signer, 6, nil)}, schemas.SignatureUntrusted, schemas.ReasonRevoked},
		{"delta alone", [][]byte{list(l.root.Signer, -1, delta)}, schemas.SignatureValid, schemas.ReasonRevocationUnknown},
		{"delta that takes it off beside the list", [][]byte{list(l.root.Signer, 8, delta), list(l.root.Signer, 1, nil)}, schemas.SignatureUntrusted, schemas.ReasonRevoked},
		{"for some reasons", [][]byte{list(l.root.Signer, -1, some)}, schemas.SignatureValid, schemas.ReasonRevocationUnknown},
		{"delta that lists it beside the list", [][]byte{list(l.root.Signer, -1, nil), list(l.root.Signer, 1, delta)}, schemas.SignatureUntrusted, schemas.ReasonRevoked},
		{"listed for some reasons", [][]byte{list(l.root.Signer, -1, nil), list(l.root.Signer, 1, some)}, schemas.SignatureUntrusted, schemas.ReasonRevoked},
		{"of attribute certificates", [][]byte{list(l.root.Signer, -1, nil), list(l.root.Signer, 1, attributes)}, schemas.SignatureValid, ""},
		{"an entry says something critical", [][]byte{list(l.root.Signer, -1, unclear)}, schemas.SignatureValid, schemas.ReasonRevocationUnknown},
		{"revoked tomorrow, key lost before", [][]byte{list(l.root.Signer, 1, lost)}, schemas.SignatureUntrusted, schemas.ReasonRevoked},
		{"revoked tomorrow", [][]byte{list(l.root.Signer, 1, func(c *x509.RevocationList) {
			c.RevokedCertificateEntries[0].RevocationTime = judged.AddDate(0, 0, 1)
		})}, schemas.SignatureValid, ""},
		{"by an authority of the same name", [][]byte{list(lookAlike, -1, nil)}, schemas.SignatureValid, schemas.ReasonRevocationUnknown},
		{"by the agency itself", [][]byte{list(signer, -1, nil)}, schemas.SignatureValid, schemas.ReasonRevocationUnknown},
		{"good from before, revoked in the stale one", [][]byte{list(l.root.Signer, -1, nil), list(l.root.Signer, 1, func(c *x509.RevocationList) { c.NextUpdate = judged.AddDate(0, 0, -1) })}, schemas.SignatureUntrusted, schemas.ReasonRevoked},
	} {
		t.Run(c.name, func(t *testing.T) {
			trust := with(t, func(m *schemas.TrustMaterial) {
				m.CRLs = nil
				for _, b := range c.lists {
					m.CRLs = append(m.CRLs, schemas.TrustItem{Name: "a.crl", Data: b})
				}
			})
			expect(t, signature.Verify(pdf, trust, judged, signature.DefaultPolicy()), c.status, c.code)
		})
	}
}
