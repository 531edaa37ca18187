package signature

import (
	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// noAttributesRule: without signed attributes, a signature over attributes can
// be passed off as one over a document (ePrint 2023/1801).
func noAttributesRule() rule {
	return rule{schemas.ReasonNoAttributes, schemas.SignatureInvalid, "签名带有经签名的属性",
		func(_ *verification, s *signature) finding { return fromVerdict(s, cms.ErrNoAttributes) }}
}
