package signature

import (
	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// signingCertRule: the ESS attribute, when there, names the signer's
// certificate; otherwise one certificate could be swapped for another with the
// same key.
func signingCertRule() rule {
	return rule{schemas.ReasonSigningCert, schemas.SignatureInvalid, "证书标识属性与签名证书一致",
		func(_ *verification, s *signature) finding { return fromVerdict(s, cms.ErrSigningCert) }}
}
