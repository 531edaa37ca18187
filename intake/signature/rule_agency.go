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
			who := plainName(s.verdict.Certificate.SubjectName().CommonName, "")
			if s.employer != nil {
				return failed(who + "；证书中有" + s.employer.Name + "的统一社会信用代码，但证书的名称不是该机构，不作为机构印章。如确为该机构的印章证书，请在机构登记中登记这张证书")
			}
			return failed(who)
		}}
}
