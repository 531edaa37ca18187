package signature

import "jianding/schemas"

// duplicateKeyRule: readers disagree on which of two equal keys counts, so a
// second Contents or ByteRange can show one signature and check another.
func duplicateKeyRule() rule {
	return rule{schemas.ReasonDuplicateKey, schemas.SignatureInvalid, "签名字典中没有重复的键",
		func(_ *verification, s *signature) finding {
			if s.dict == nil || s.ind == nil {
				return failed("签名字典无法读取")
			}
			if s.dict.Duplicate {
				return failed("")
			}
			return passed()
		}}
}
