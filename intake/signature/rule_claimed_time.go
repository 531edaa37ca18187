package signature

import "jianding/schemas"

// claimedTimeRule: a time that the signer states proves nothing.
func claimedTimeRule() rule {
	return rule{schemas.ReasonClaimedTime, schemas.SignatureValid, "签名时间有可信时间戳证明",
		func(_ *verification, s *signature) finding {
			if s.timestamp {
				return skipped()
			}
			if s.proven.known {
				return passed()
			}
			return warning("")
		}}
}
