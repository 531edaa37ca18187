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
			if authority := s.proven.authority; state == revocationGood && s.proven.known && authority != revocationGood && v.timeMatters(s) {
				// What else is known would not do without the time-stamp, and
				// whoever stamped may have been revoked.
				state = authority
			}
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

// timeMatters reports whether the signature would be judged otherwise without
// its proven time: a certificate ran out since, was revoked, or the agency's
// standing changed.
func (v *verification) timeMatters(s *signature) bool {
	for _, c := range s.chain.certs {
		if v.at.After(c.NotAfter) {
			return true
		}
	}
	if state, _ := v.chainRevocation(s.chain.certs, v.at); state == revocationRevoked {
		return true
	}
	passedSince := func(t *time.Time) bool { return t != nil && !t.After(v.at) }
	return s.agency != nil && (passedSince(s.agency.SuspendedFrom) || passedSince(s.agency.ValidTo)) ||
		s.seal != nil && !inForce(s.seal.seal, v.at)
}
