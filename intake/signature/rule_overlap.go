package signature

import "jianding/schemas"

// overlapRule: each later signature encloses the earlier ones whole.
func overlapRule() rule {
	return rule{schemas.ReasonOverlap, schemas.SignatureInvalid, "各签名的范围依次嵌套，没有交叉",
		func(v *verification, s *signature) finding {
			if s.end == 0 {
				return skipped()
			}
			for _, o := range v.signatures {
				if o == s || o.end == 0 {
					continue
				}
				if o.end == s.end || (o.end < s.end && s.gapStart < o.end) || (o.end > s.end && o.gapStart < s.end) {
					return failed("")
				}
			}
			return passed()
		}}
}
