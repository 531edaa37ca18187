package signature

import (
	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// signersRule: PAdES allows one signer per container; a second one is checked
// by nobody.
func signersRule() rule {
	return rule{schemas.ReasonSigners, schemas.SignatureInvalid, "签名数据中只有一个签名者",
		func(_ *verification, s *signature) finding { return fromVerdict(s, cms.ErrSigners) }}
}
