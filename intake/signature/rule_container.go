package signature

import (
	"errors"

	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// containerRule: the value is one well-formed structure.
func containerRule() rule {
	return rule{schemas.ReasonCMS, schemas.SignatureInvalid, "签名数据格式正确",
		func(_ *verification, s *signature) finding {
			if s.fault == nil {
				return passed()
			}
			for _, own := range []error{cms.ErrTrailing, cms.ErrSigners, errFormat} {
				if errors.Is(s.fault, own) {
					return skipped()
				}
			}
			return failed(inChinese(s.fault))
		}}
}
