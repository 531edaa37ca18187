package signature

import (
	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// contentTypeRule: the contentType attribute names the signed content's type.
func contentTypeRule() rule {
	return rule{schemas.ReasonContentType, schemas.SignatureInvalid, "内容类型属性与内容一致",
		func(_ *verification, s *signature) finding { return fromVerdict(s, cms.ErrContentType) }}
}
