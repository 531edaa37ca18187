package signature

import "jianding/schemas"

// sealPeriodRule: the seal was in force when it was used.
func sealPeriodRule() rule {
	return rule{schemas.ReasonSealPeriod, schemas.SignatureUntrusted, "电子印章在有效期内",
		func(_ *verification, s *signature) finding { return sealFinding(s, sealPeriod) }}
}
