package signature

import (
	"time"

	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// validityRule: the whole chain is valid at the time that is proven, or at
// receipt when none is.
func validityRule() rule {
	return rule{schemas.ReasonExpired, schemas.SignatureUntrusted, "证书在可证明的签名时间有效",
		func(_ *verification, s *signature) finding {
			switch {
			case s.chain.certs == nil:
				return skipped()
			case s.chain.late:
				return failed("有效期 " + period(s.verdict.Certificate))
			case s.chain.early:
				return skipped() // notYetValidRule
			}
			return passed()
		}}
}

// period prints a certificate's validity.
func period(c *cms.Certificate) string { return span(c.NotBefore, c.NotAfter) }

func span(from, until time.Time) string {
	return from.In(shanghai).Format(time.DateOnly) + " 至 " + until.In(shanghai).Format(time.DateOnly)
}

// shanghai is the zone in which users read dates; the offset has been fixed
// since 1991.
var shanghai = time.FixedZone("CST", 8*3600)
