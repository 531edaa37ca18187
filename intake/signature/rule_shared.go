package signature

import (
	"fmt"

	"jianding/schemas"
)

// sharedRule: one signature belongs to one field.
func sharedRule() rule {
	return rule{schemas.ReasonShared, schemas.SignatureInvalid, "签名只属于一个签名域",
		func(_ *verification, s *signature) finding {
			if s.fields > 1 {
				return failed(fmt.Sprintf("%d个签名域", s.fields))
			}
			return passed()
		}}
}
