package signature

import (
	"time"

	"jianding/schemas"
)

// validityRule: the whole chain is valid at the time that is proven, or at
// receipt when none is.
func validityRule() rule {
	return rule{schemas.ReasonExpired, schemas.SignatureUntrusted, "证书在可证明的签名时间有效",
		func(_ *verification, s *signature) finding {
			c := s.verdict.Certificate
			period := c.NotBefore.In(shanghai).Format(time.DateOnly) + " 至 " + c.NotAfter.In(shanghai).Format(time.DateOnly)
			switch {
			case s.chain.certs == nil:
				return skipped()
			case s.chain.late:
				return failed("有效期 " + period)
			case s.chain.early:
				return failed("尚未生效，有效期 " + period)
			}
			return passed()
		}}
}

// shanghai is the zone in which users read dates; the offset has been fixed
// since 1991.
var shanghai = time.FixedZone("CST", 8*3600)
