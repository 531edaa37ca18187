package signature

import "jianding/schemas"

// agencyRule: a signer is an agency or a registered person; the document needs
// the agency (see conclude), a co-signer only a trusted certificate.
func agencyRule() rule {
	return rule{schemas.ReasonAgencyUnknown, schemas.SignatureUntrusted, "签名者是登记的鉴定机构",
		func(v *verification, s *signature) finding {
			switch {
			case s.timestamp || s.chain.certs == nil:
				return skipped()
			case s.agency != nil:
				return passed()
			case s != v.covering:
				return skipped()
			}
			return failed(plainName(s.verdict.Certificate.SubjectName().CommonName, ""))
		}}
}
