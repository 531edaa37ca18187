package signature

import "jianding/schemas"

// legacyRule: formats that ISO 32000-2 deprecates, bound to SHA-1.
func legacyRule() rule {
	return rule{schemas.ReasonLegacy, schemas.SignatureUntrusted, "签名格式未被淘汰",
		func(v *verification, s *signature) finding {
			if s.subFilter != subSHA1 && s.subFilter != subX509 {
				return passed()
			}
			if v.policy.AllowLegacy {
				return allowed(s.subFilter)
			}
			return failed(s.subFilter)
		}}
}
