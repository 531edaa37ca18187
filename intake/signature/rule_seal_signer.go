package signature

import "jianding/schemas"

// sealSignerRule: whoever used the seal is one of those it was made for.
func sealSignerRule() rule {
	return rule{schemas.ReasonSealSigner, schemas.SignatureInvalid, "签章人在印章的证书列表中",
		func(_ *verification, s *signature) finding { return sealFinding(s, sealSigner) }}
}
