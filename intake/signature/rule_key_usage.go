package signature

import (
	"slices"

	"github.com/emmansun/gmsm/smx509"

	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// keyUsageRule: the certificate is for signing documents: digitalSignature or
// contentCommitment, and not one for servers, OCSP or time-stamps alone; nor was
// an authority above certified for those alone.
func keyUsageRule() rule {
	return rule{schemas.ReasonKeyUsage, schemas.SignatureUntrusted, "证书可用于签名",
		func(_ *verification, s *signature) finding {
			if _, err := s.verdict.Certificate.SM(); err != nil || s.chain.certs == nil {
				return skipped()
			}
			if !maySign(s.verdict.Certificate) {
				return failed("")
			}
			if c := otherPurpose(s.chain.certs); c != nil {
				name := c.SubjectName()
				return failed("证书机构 " + plainName(name.CommonName, name.String()))
			}
			return passed()
		}}
}

// maySign reports whether a certificate is for signing documents.
func maySign(cert *cms.Certificate) bool {
	c, err := cert.SM()
	if err != nil {
		return false
	}
	const signing = smx509.KeyUsageDigitalSignature | smx509.KeyUsageContentCommitment
	return (c.KeyUsage == 0 || c.KeyUsage&signing != 0) && forDocuments(c)
}

// forDocuments reports whether the purposes of a certificate, when it states any,
// go beyond servers, OCSP and time-stamps. Document signing has several
// identifiers of its own (RFC 9336).
func forDocuments(c *smx509.Certificate) bool {
	if len(c.ExtKeyUsage) == 0 || len(c.UnknownExtKeyUsage) > 0 {
		return true
	}
	return slices.ContainsFunc(c.ExtKeyUsage, func(u smx509.ExtKeyUsage) bool {
		switch u {
		case smx509.ExtKeyUsageServerAuth, smx509.ExtKeyUsageOCSPSigning, smx509.ExtKeyUsageTimeStamping:
			return false
		}
		return true
	})
}

// otherPurpose finds an authority between a certificate and its root that was
// certified for other purposes: those below inherit them (CA/Browser Forum
// Baseline Requirements, 7.1.2.10.6). The root is the district's choice.
func otherPurpose(chain []*cms.Certificate) *cms.Certificate {
	for i := 1; i+1 < len(chain); i++ {
		if c, err := chain[i].SM(); err == nil && !forDocuments(c) {
			return chain[i]
		}
	}
	return nil
}
