package signature

import "jianding/schemas"

// sealMakerRule: the seal itself is genuine: its maker's signature holds.
func sealMakerRule() rule {
	return rule{schemas.ReasonSealMaker, schemas.SignatureInvalid, "电子印章的制章签名有效",
		func(_ *verification, s *signature) finding { return sealFinding(s, sealMaker) }}
}
