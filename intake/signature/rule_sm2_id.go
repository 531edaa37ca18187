package signature

import (
	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// sm2IDRule: SM2 mixes the signer's identity into the digest, by default
// 1234567812345678; some producers leave it out.
func sm2IDRule() rule {
	return rule{schemas.ReasonSM2ID, schemas.SignatureUntrusted, "SM2签名使用默认用户标识",
		func(v *verification, s *signature) finding {
			if s.verdict == nil || s.verdict.Scheme.Kind != cms.SM2 {
				return skipped()
			}
			switch {
			case !s.verdict.Scheme.NoSM2ID:
				return passed()
			case v.policy.AllowSM2WithoutID:
				return allowed("SM2签名没有使用默认用户标识")
			}
			return failed("")
		}}
}
