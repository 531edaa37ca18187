package signature

import (
	"bytes"

	"jianding/schemas"
)

// rangeEndRule: what is signed is a whole revision, up to %%EOF and its line
// end, so that a reader can open exactly what was signed.
func rangeEndRule() rule {
	return rule{schemas.ReasonRangeEnd, schemas.SignatureInvalid, "签名范围止于一个完整版本的末尾",
		func(v *verification, s *signature) finding {
			if s.end == 0 {
				return skipped()
			}
			t := bytes.TrimRight(v.data[:s.end], "\r\n \t\x00")
			if !bytes.HasSuffix(t, []byte("%%EOF")) {
				return failed("")
			}
			return passed()
		}}
}
