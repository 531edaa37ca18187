package signature

import "jianding/schemas"

// signingCertMissingRule: ETSI.CAdES.detached demands the signing-certificate
// attribute.
func signingCertMissingRule() rule {
	return rule{schemas.ReasonNoSigningCert, schemas.SignatureInvalid, "证书标识属性存在",
		func(_ *verification, s *signature) finding {
			if s.subFilter != subCAdES || s.verdict == nil || s.seal != nil {
				return skipped()
			}
			if !s.verdict.SigningCert {
				return failed("")
			}
			return passed()
		}}
}
