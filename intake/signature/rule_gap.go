package signature

import "jianding/schemas"

// gapRule: the bytes that the signature leaves out are exactly the token of
// /Contents, from '<' to '>'. Anything else in the gap is unsigned content
// (signature wrapping).
func gapRule() rule {
	return rule{schemas.ReasonGap, schemas.SignatureModified, "未签名的空隙恰好是签名值本身",
		func(v *verification, s *signature) finding {
			e := s.dict.Entry("Contents")
			if s.end == 0 || e == nil {
				return skipped()
			}
			if e.Start != s.gapStart || e.End != s.gapEnd {
				return failed("")
			}
			// One token may hide white space; a value is digits only.
			for _, c := range v.data[s.gapStart+1 : s.gapEnd-1] {
				if unhexable(c) {
					return failed("签名值中夹有其他字符")
				}
			}
			return passed()
		}}
}
