package signature

import (
	"errors"

	"jianding/schemas"
)

// chainRule: the certificate leads to a configured root.
func chainRule() rule {
	return rule{schemas.ReasonChain, schemas.SignatureUntrusted, "证书由受信任的证书机构签发",
		func(_ *verification, s *signature) finding {
			if s.chain.certs != nil {
				return passed()
			}
			if errors.Is(s.chain.err, errCertificate) {
				return failed("证书不合规范")
			}
			name := s.verdict.Certificate.IssuerName()
			return failed("颁发者 " + plainName(name.CommonName, name.String()))
		}}
}
