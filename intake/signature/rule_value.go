package signature

import (
	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// valueRule: the mathematics.
func valueRule() rule {
	return rule{schemas.ReasonValue, schemas.SignatureInvalid, "签名值验证通过",
		func(_ *verification, s *signature) finding { return fromVerdict(s, cms.ErrSignature) }}
}
