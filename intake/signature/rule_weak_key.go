package signature

import (
	"fmt"

	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// weakKeyRule: RSA from 2048 bits, curves from 224.
func weakKeyRule() rule {
	return rule{schemas.ReasonWeakKey, schemas.SignatureUntrusted, "密钥长度足够",
		func(v *verification, s *signature) finding {
			if s.verdict == nil || s.verdict.Key == nil {
				return skipped()
			}
			k := s.verdict.Key
			if (k.Kind == cms.RSA && k.Bits < v.policy.MinRSABits) || k.Bits < 224 {
				return failed(fmt.Sprintf("%s %d位", k.Kind, k.Bits))
			}
			return passed()
		}}
}
