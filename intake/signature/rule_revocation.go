package signature

import (
	"time"

	"jianding/schemas"
)

// revocationRule: no certificate of the chain is revoked as of the proven
// time. Missing or stale evidence is said, never taken for good.
func revocationRule() rule {
	return rule{schemas.ReasonRevoked, schemas.SignatureUntrusted, "证书未被吊销",
		func(v *verification, s *signature) finding {
			if s.chain.certs == nil {
				return skipped()
			}
			state, when := v.revocation(s)
			switch state {
			case revocationRevoked:
				return failed("吊销时间 " + when.In(shanghai).Format(time.DateTime))
			case revocationGood:
				return passed()
			}
			code := schemas.ReasonRevocationUnknown
			if state == revocationStale {
				code = schemas.ReasonRevocationStale
			}
			status := schemas.SignatureValid
			switch {
			case v.policy.RequireRevocation:
				status = schemas.SignatureUntrusted
			case v.policy.AcceptUnknownRevocation:
				code = schemas.ReasonRevocationAccepted
			}
			s.problems = append(s.problems, problem{code: code, status: status})
			return finding{result: schemas.CheckSkipped}
		}}
}
