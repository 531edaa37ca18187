package signature

import (
	"jianding/intake/signature/revision"
	"jianding/schemas"
)

// maxContents bounds one signature value; long-term ones with embedded CRLs
// measure some megabytes.
const maxContents = 32 << 20

// contentsRule: /Contents is one hexadecimal string that holds something.
func contentsRule() rule {
	return rule{schemas.ReasonContents, schemas.SignatureInvalid, "签名值存在",
		func(v *verification, s *signature) finding {
			e := s.dict.Entry("Contents")
			if e == nil {
				return failed("缺少Contents")
			}
			c, ok := e.Value.(revision.String)
			if !ok || e.Start < 0 || v.data[e.Start] != '<' {
				return failed("Contents不是十六进制串")
			}
			if allZero(c) {
				return failed("签名值为空")
			}
			if len(c) > maxContents {
				return failed("签名值过大")
			}
			s.contents = c
			return passed()
		}}
}
