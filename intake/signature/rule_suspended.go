package signature

import (
	"time"

	"jianding/schemas"
)

// suspendedRule: a suspended agency may not issue reports from the day of its
// suspension. Without a day it counts from ever.
func suspendedRule() rule {
	return rule{schemas.ReasonAgencySuspended, schemas.SignatureUntrusted, "鉴定机构未被暂停",
		func(v *verification, s *signature) finding {
			if s.agency == nil {
				return skipped()
			}
			a := s.agency
			from := a.SuspendedFrom
			if a.Status != schemas.AgencySuspended && from == nil {
				return passed()
			}
			if from != nil && s.proven.at.Before(*from) {
				return passed()
			}
			if from == nil {
				return failed(a.Name)
			}
			return failed(a.Name + "，自 " + from.In(shanghai).Format(time.DateOnly))
		}}
}
