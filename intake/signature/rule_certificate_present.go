package signature

import (
	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// certificatePresentRule: the signer's certificate is in the container, or the
// document's security store.
func certificatePresentRule() rule {
	return rule{schemas.ReasonNoCertificate, schemas.SignatureInvalid, "签名数据中带有签名者证书",
		func(_ *verification, s *signature) finding { return fromVerdict(s, cms.ErrNoCertificate) }}
}
