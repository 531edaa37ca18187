package signature

import (
	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// paddingRule: zeros alone may fill the rest of /Contents.
func paddingRule() rule {
	return rule{schemas.ReasonPadding, schemas.SignatureInvalid, "签名数据之后只有补零",
		func(_ *verification, s *signature) finding { return fromVerdict(s, cms.ErrTrailing) }}
}
