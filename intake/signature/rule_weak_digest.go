package signature

import (
	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// weakDigestRule: collisions are made to order for MD5, which proves nothing,
// and within reach for SHA-1, which policy may still allow.
func weakDigestRule() rule {
	return rule{schemas.ReasonWeakDigest, schemas.SignatureUntrusted, "摘要算法强度足够",
		func(v *verification, s *signature) finding {
			if s.verdict == nil {
				return skipped()
			}
			switch h := s.verdict.Scheme.Hash; h {
			case cms.MD5:
				return finding{result: schemas.CheckFailed, detail: string(h), status: schemas.SignatureInvalid}
			case cms.SHA1:
				if v.policy.AllowSHA1 {
					return allowed(string(h))
				}
				return failed(string(h))
			case cms.SHA224:
				if v.policy.AllowSHA224 {
					return allowed(string(h))
				}
				return failed(string(h))
			}
			return passed()
		}}
}
