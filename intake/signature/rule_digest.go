package signature

import (
	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// digestRule: the bytes of the file are those that were signed.
func digestRule() rule {
	return rule{schemas.ReasonDigest, schemas.SignatureModified, "文件内容与签名时一致",
		func(_ *verification, s *signature) finding { return fromVerdict(s, cms.ErrDigest) }}
}
