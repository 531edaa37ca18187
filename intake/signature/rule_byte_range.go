package signature

import (
	"jianding/intake/signature/revision"
	"jianding/schemas"
)

// byteRangeRule: /ByteRange is two ranges, the first from byte 0, and nothing
// outside the file. Universal signature forgery lives on lax readings of it.
func byteRangeRule() rule {
	return rule{schemas.ReasonByteRange, schemas.SignatureInvalid, "字节范围规范：从文件开头到签名值，再从签名值到版本末尾",
		func(v *verification, s *signature) finding {
			if s.dict == nil {
				return failed("")
			}
			a, ok := s.dict.Get("ByteRange").(revision.Array)
			if !ok || len(a) != 4 {
				return failed("应为四个整数")
			}
			var n [4]int
			for i, x := range a {
				x, ok := x.(int64)
				if !ok || x < 0 || x > int64(len(v.data)) {
					return failed("数值超出文件")
				}
				n[i] = int(x)
			}
			if n[0] != 0 {
				return failed("没有从文件开头开始")
			}
			if n[1] == 0 || n[3] == 0 || n[2] <= n[1] {
				return failed("范围为空或次序颠倒")
			}
			if n[2]+n[3] > len(v.data) {
				return failed("数值超出文件")
			}
			s.gapStart, s.gapEnd, s.end = n[1], n[2], n[2]+n[3]
			return passed()
		}}
}
