package signature

import (
	"jianding/schemas"
)

// timestampRule: a time-stamp on the signature must be over this signature's
// value (copied ones exist) and by a trusted authority; else it proves no time
// and the signature is judged by the time of receipt.
func timestampRule() rule {
	return rule{schemas.ReasonTimestamp, schemas.SignatureValid, "时间戳有效，签名时间得到证明",
		func(v *verification, s *signature) finding {
			switch {
			case s.timestamp:
				return skipped()
			case s.stampErr != nil:
				return warning(inChinese(s.stampErr))
			case s.stamp == nil:
				return skipped()
			case !s.stamp.Verdict.Intact():
				return warning(inChinese(s.stamp.Verdict.Errors[0]))
			case s.stamp.Time.After(v.at.Add(clockTolerance)):
				return warning("时间戳晚于收到时间")
			case !s.believed:
				return finding{result: schemas.CheckWarning, code: schemas.ReasonTimestampTrust}
			}
			return passed()
		}}
}
