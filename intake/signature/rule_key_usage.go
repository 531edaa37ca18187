package signature

import (
	"github.com/emmansun/gmsm/smx509"

	"jianding/schemas"
)

// keyUsageRule: the certificate is for signing documents: digitalSignature or
// contentCommitment, and not one for servers, OCSP or time-stamps alone.
func keyUsageRule() rule {
	return rule{schemas.ReasonKeyUsage, schemas.SignatureUntrusted, "证书可用于签名",
		func(_ *verification, s *signature) finding {
			c, err := s.verdict.Certificate.SM()
			if err != nil || s.chain.certs == nil {
				return skipped()
			}
			const signing = smx509.KeyUsageDigitalSignature | smx509.KeyUsageContentCommitment
			if c.KeyUsage != 0 && c.KeyUsage&signing == 0 {
				return failed("")
			}
			if s.timestamp || len(c.ExtKeyUsage)+len(c.UnknownExtKeyUsage) == 0 {
				return passed()
			}
			for _, u := range c.ExtKeyUsage {
				switch u {
				case smx509.ExtKeyUsageServerAuth, smx509.ExtKeyUsageOCSPSigning, smx509.ExtKeyUsageTimeStamping:
				default:
					return passed()
				}
			}
			if len(c.UnknownExtKeyUsage) > 0 {
				return passed() // document signing has an identifier of its own (RFC 9336)
			}
			return failed("")
		}}
}
