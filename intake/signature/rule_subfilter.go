package signature

import (
	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// SubFilters that are read. Producers of SM2 signatures name theirs as they
// like (GM.SM2, GM.sm2seal); what they hold is told by structure.
const (
	subDetached  = "adbe.pkcs7.detached"
	subCAdES     = "ETSI.CAdES.detached"
	subSHA1      = "adbe.pkcs7.sha1"
	subX509      = "adbe.x509.rsa_sha1"
	subTimestamp = "ETSI.RFC3161"
)

// subFilterRule: the format must be one that is understood.
func subFilterRule() rule {
	return rule{schemas.ReasonSubFilter, schemas.SignatureUnverifiable, "签名格式可以核验",
		func(_ *verification, s *signature) finding {
			switch s.subFilter {
			case subDetached, subCAdES, subSHA1, subX509, subTimestamp:
				return passed()
			case "adbe.pkcs7.s3", "adbe.pkcs7.s4", "adbe.pkcs7.s5":
				return failed(s.subFilter)
			}
			if s.seal != nil || cms.IsContentInfo(s.contents) {
				return passed()
			}
			return failed(s.subFilter)
		}}
}
