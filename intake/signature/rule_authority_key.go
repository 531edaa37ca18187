package signature

import "jianding/schemas"

// authorityKeyRule: the keys of the authorities are as strong as the signer's
// must be.
func authorityKeyRule() rule {
	return rule{schemas.ReasonWeakKey, schemas.SignatureUntrusted, "证书机构的密钥长度足够",
		func(v *verification, s *signature) finding {
			if s.chain.certs == nil {
				return skipped()
			}
			if c := v.weakAbove(s.chain.certs); c != nil {
				name := c.SubjectName()
				return failed("证书机构 " + plainName(name.CommonName, name.String()))
			}
			return passed()
		}}
}
