package signature

import (
	"time"

	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// sealPeriodRule: the seal was in force when it was used (GB/T 38540-2020, 7):
// at the proven time, or at receipt when none is proven. What the seal claims
// can only tell against it.
func sealPeriodRule() rule {
	return rule{schemas.ReasonSealPeriod, schemas.SignatureUntrusted, "电子印章在有效期内",
		func(_ *verification, s *signature) finding {
			if s.seal == nil {
				return skipped()
			}
			seal := s.seal.seal
			claimed := seal.SignedAt
			if inForce(seal, s.proven.at) && (claimed.IsZero() || inForce(seal, claimed)) {
				return passed()
			}
			return failed(span(seal.ValidFrom, seal.ValidUntil))
		}}
}

func inForce(seal *cms.Seal, at time.Time) bool {
	return !at.Before(seal.ValidFrom) && !at.After(seal.ValidUntil)
}
