package signature

import (
	"jianding/intake/signature/revision"
	"jianding/schemas"
)

// ownRevisionRule: in the revision that the signature signs, a field of the
// form leads to this very signature at this very place. A signature that the
// signed revision did not know was moved there.
func ownRevisionRule() rule {
	return rule{schemas.ReasonStructure, schemas.SignatureInvalid, "签名所在的版本结构完整，签名域指向本签名",
		func(v *verification, s *signature) finding {
			if s.end == 0 || s.ind == nil {
				return skipped()
			}
			f, err := v.doc.Open(s.end)
			if err != nil {
				return failed(inChinese(err))
			}
			ind, err := f.Indirect(s.num)
			if err != nil || ind.Start != s.ind.Start {
				return failed("签名不在它所签的版本中")
			}
			w, err := findFields(f)
			if err != nil || w.byNum[s.num] == nil {
				return failed("签名域不在它所签的版本中")
			}
			if f.Dict(revision.Ref{Num: s.num}) == nil {
				return failed("签名不在它所签的版本中")
			}
			s.at = f
			return passed()
		}}
}
