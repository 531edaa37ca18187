package signature

import (
	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// unsupportedRule: an algorithm that is not known here is neither good nor
// bad; a human decides.
func unsupportedRule() rule {
	return rule{schemas.ReasonUnsupported, schemas.SignatureUnverifiable, "签名算法可以核验",
		func(_ *verification, s *signature) finding { return fromVerdict(s, cms.ErrUnsupported) }}
}
