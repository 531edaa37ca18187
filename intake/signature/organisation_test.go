package signature_test

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"testing"

	"jianding/intake/signature"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// TestWhoseCertificate: an employee's certificate may hold the agency's code
// and name; only one that is the agency's own is its seal.
func TestWhoseCertificate(t *testing.T) {
	l := sharedLab()
	const valid, untrusted = schemas.SignatureValid, schemas.SignatureUntrusted
	attribute := func(id asn1.ObjectIdentifier, v string) pkix.AttributeTypeAndValue {
		return pkix.AttributeTypeAndValue{Type: id, Value: v}
	}
	orgID := func(v string) pkix.AttributeTypeAndValue { return attribute(asn1.ObjectIdentifier{2, 5, 4, 97}, v) }
	extension := func(t *testing.T, v any, id ...int) pkix.Extension {
		raw, err := asn1.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return pkix.Extension{Id: id, Value: raw}
	}
	statement := func(t *testing.T, kinds ...asn1.ObjectIdentifier) pkix.Extension {
		type info struct {
			ID   asn1.ObjectIdentifier
			Info []asn1.ObjectIdentifier
		}
		return extension(t, []info{{asn1.ObjectIdentifier{0, 4, 0, 1862, 1, 6}, kinds}}, 1, 3, 6, 1, 5, 5, 7, 1, 3)
	}
	esign, eseal := asn1.ObjectIdentifier{0, 4, 0, 1862, 1, 6, 1}, asn1.ObjectIdentifier{0, 4, 0, 1862, 1, 6, 2}
	employee := pkix.Name{CommonName: "张三", Organization: []string{agencyName}, OrganizationalUnit: []string{"注册结构工程师"}}
	withID := func(n pkix.Name, extra ...pkix.AttributeTypeAndValue) pkix.Name {
		n.ExtraNames = append([]pkix.AttributeTypeAndValue{}, extra...)
		return n
	}
	for _, c := range []struct {
		name   string
		change func(t *testing.T, c *x509.Certificate)
		status schemas.SignatureStatus
	}{
		{"employee, code in serialNumber", func(_ *testing.T, c *x509.Certificate) { c.Subject = employee; c.Subject.SerialNumber = agencyCode }, untrusted},
		{"employee, code in organizationIdentifier", func(_ *testing.T, c *x509.Certificate) { c.Subject = withID(employee, orgID("NTRCN-"+agencyCode)) }, untrusted},
		{"employee, code in the extension", func(t *testing.T, c *x509.Certificate) {
			c.Subject = employee
			c.ExtraExtensions = []pkix.Extension{extension(t, agencyCode, 1, 2, 156, 10260, 4, 1, 4)}
		}, untrusted},
		{"employee whose name ends like a seal's", func(_ *testing.T, c *x509.Certificate) {
			c.Subject = withID(employee, orgID(agencyCode))
			c.Subject.CommonName = "王印章"
		}, untrusted},
		{"employee with two common names", func(_ *testing.T, c *x509.Certificate) {
			c.Subject = withID(employee, attribute(asn1.ObjectIdentifier{2, 5, 4, 3}, "张三"), attribute(asn1.ObjectIdentifier{2, 5, 4, 3}, agencyName), orgID(agencyCode))
		}, untrusted},
		{"the agency's name with a surname", func(_ *testing.T, c *x509.Certificate) {
			c.Subject = withID(pkix.Name{CommonName: agencyName}, attribute(asn1.ObjectIdentifier{2, 5, 4, 4}, "张"), orgID(agencyCode))
		}, untrusted},
		{"the agency's name, a person's identity code", func(t *testing.T, c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{extension(t, "50011619900101123X", 1, 2, 156, 10260, 4, 1, 1)}
		}, untrusted},
		{"the agency's name, qualified for signatures of persons", func(t *testing.T, c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{statement(t, esign)}
		}, untrusted},
		{"branch with the code of its head", func(_ *testing.T, c *x509.Certificate) { c.Subject.CommonName = agencyName + "江津分公司" }, untrusted},
		{"two codes", func(_ *testing.T, c *x509.Certificate) {
			c.Subject = withID(pkix.Name{CommonName: agencyName, SerialNumber: "91500107MA5YF3K48H"}, orgID(agencyCode))
		}, untrusted},

		{"plain", func(*testing.T, *x509.Certificate) {}, valid},
		{"named as its seal", func(_ *testing.T, c *x509.Certificate) { c.Subject.CommonName = agencyName + "检验检测专用章" }, valid},
		{"named as its seal, in brackets", func(_ *testing.T, c *x509.Certificate) { c.Subject.CommonName = agencyName + "（鉴定专用章）" }, valid},
		{"seal of the organisation", func(_ *testing.T, c *x509.Certificate) {
			c.Subject = pkix.Name{CommonName: "检验检测专用章", Organization: []string{agencyName}, SerialNumber: agencyCode}
		}, valid},
		{"code as common name", func(_ *testing.T, c *x509.Certificate) {
			c.Subject = pkix.Name{CommonName: agencyCode, Organization: []string{agencyName}, SerialNumber: agencyCode}
		}, valid},
		{"no common name", func(_ *testing.T, c *x509.Certificate) {
			c.Subject = pkix.Name{Organization: []string{agencyName}, SerialNumber: agencyCode}
		}, valid},
		{"parts joined by the authority", func(_ *testing.T, c *x509.Certificate) {
			c.Subject.CommonName = "051@" + agencyName + "@N" + agencyCode + "@1"
		}, valid},
		{"code in organizationIdentifier", func(_ *testing.T, c *x509.Certificate) {
			c.Subject = withID(pkix.Name{CommonName: agencyName}, orgID("NTRCN-"+agencyCode))
		}, valid},
		{"code in the extension, with its officer's identity", func(t *testing.T, c *x509.Certificate) {
			c.Subject.SerialNumber = ""
			c.ExtraExtensions = []pkix.Extension{extension(t, agencyCode, 1, 2, 156, 10260, 4, 1, 4), extension(t, "50011619900101123X", 1, 2, 156, 10260, 4, 1, 1)}
		}, valid},
		{"qualified for seals", func(t *testing.T, c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{statement(t, eseal)}
		}, valid},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := certified(t, l.root.Signer, agencyName, func(x *x509.Certificate) { c.change(t, x) })
			r := l.verify(l.sign(t, report(false), s, signing.Options{}))
			code := schemas.ReasonCode("")
			if c.status == untrusted {
				code = schemas.ReasonAgencyUnknown
			}
			expect(t, r, c.status, code)
			if (r.AgencyID != "") != (c.status == valid) {
				t.Errorf("agency %q", r.AgencyID)
			}
		})
	}
	t.Run("registered by its hash, whatever its name", func(t *testing.T) {
		s := certified(t, l.root.Signer, "CHONGQING TEST", func(*x509.Certificate) {})
		trust := with(t, func(m *schemas.TrustMaterial) {
			m.Agencies[0].Certificates = []schemas.CertificateRef{{SHA256: fingerprint(s)}}
		})
		expect(t, signature.Verify(l.sign(t, report(false), s, signing.Options{}), trust, judged, signature.DefaultPolicy()), valid, "")
	})
	t.Run("an employee after the agency", func(t *testing.T) {
		s := certified(t, l.root.Signer, "张三", func(*x509.Certificate) {})
		pdf := l.sign(t, report(false), l.agency[signing.RSA], signing.Options{})
		expect(t, l.verify(l.sign(t, pdf, s, signing.Options{})), schemas.SignatureModified, schemas.ReasonAfterAgency)
		pdf = l.sign(t, report(false), s, signing.Options{})
		expect(t, l.verify(l.sign(t, pdf, l.agency[signing.RSA], signing.Options{})), valid, schemas.ReasonBetweenSigns)
	})
}

// TestIdentityNumberIsNoCreditCode: a person's identity number is as long as a
// credit code and must not be shown as one.
func TestIdentityNumberIsNoCreditCode(t *testing.T) {
	l := sharedLab()
	for number, shown := range map[string]bool{"11010519491231002X": false, "110105194912310021": true, agencyCode: true} {
		s := certified(t, l.root.Signer, "张三", func(c *x509.Certificate) { c.Subject.SerialNumber = number })
		r := l.verify(l.sign(t, report(false), s, signing.Options{}))
		if got := r.Signature.Signers[0].USCC; (got == number) != shown {
			t.Errorf("%s shown as %q", number, got)
		}
	}
}

func fingerprint(s signing.Signer) string {
	sum := sha256.Sum256(s.Certificate)
	return hex.EncodeToString(sum[:])
}
