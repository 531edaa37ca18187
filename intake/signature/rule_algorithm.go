package signature

import (
	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// algorithmRule: digest, signature algorithm and key fit together, and with the
// protection attribute when there is one.
func algorithmRule() rule {
	return rule{schemas.ReasonAlgorithm, schemas.SignatureInvalid, "摘要算法、签名算法与密钥一致",
		func(_ *verification, s *signature) finding { return fromVerdict(s, cms.ErrAlgorithm) }}
}
