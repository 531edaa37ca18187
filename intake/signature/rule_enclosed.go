package signature

import "jianding/schemas"

// enclosedRule: a detached signature signs the file and encloses nothing; one
// that encloses content is intact over that content, whatever the file says.
func enclosedRule() rule {
	return rule{schemas.ReasonEnclosedContent, schemas.SignatureInvalid, "签名数据不含另外的内容，所签即本文件",
		func(_ *verification, s *signature) finding {
			if s.data == nil {
				return skipped()
			}
			if s.timestamp || s.subFilter == subSHA1 {
				return passed()
			}
			if s.data.Content != nil || !s.data.PlainData() {
				return failed("")
			}
			return passed()
		}}
}
