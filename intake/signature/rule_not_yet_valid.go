package signature

import "jianding/schemas"

// notYetValidRule: a certificate proves nothing before its period begins.
func notYetValidRule() rule {
	return rule{schemas.ReasonNotYetValid, schemas.SignatureUntrusted, "证书在可证明的签名时间已生效",
		func(_ *verification, s *signature) finding {
			switch {
			case s.chain.certs == nil:
				return skipped()
			case s.chain.early:
				return failed("有效期 " + period(s.verdict.Certificate))
			}
			return passed()
		}}
}
