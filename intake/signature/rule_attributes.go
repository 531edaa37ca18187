package signature

import (
	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// attributesRule: contentType and messageDigest exactly once each, with one
// value.
func attributesRule() rule {
	return rule{schemas.ReasonAttributes, schemas.SignatureInvalid, "必需的签名属性各出现一次",
		func(_ *verification, s *signature) finding { return fromVerdict(s, cms.ErrAttributes) }}
}
