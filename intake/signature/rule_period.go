package signature

import "jianding/schemas"

// periodRule: the agency's registration was in force.
func periodRule() rule {
	return rule{schemas.ReasonAgencyPeriod, schemas.SignatureUntrusted, "鉴定机构登记在有效期内",
		func(_ *verification, s *signature) finding {
			if s.agency == nil {
				return skipped()
			}
			a, at := s.agency, s.proven.at
			if (a.ValidFrom != nil && at.Before(*a.ValidFrom)) || (a.ValidTo != nil && at.After(*a.ValidTo)) {
				return failed(a.Name)
			}
			return passed()
		}}
}
