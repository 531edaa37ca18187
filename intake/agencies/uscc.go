package agencies

import "strings"

// usccAlphabet is the alphabet of GB 32100-2015: digits and capital letters
// without I, O, S, V, Z. The position of a character is its value.
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// CheckUSCC returns what is wrong with a 统一社会信用代码 by GB 32100-2015
// (length, alphabet, check character), in Chinese, or "". A code with a wrong
// check character was mistyped somewhere, but registers hold such codes: it is
// a warning for a human and no reason to refuse.
func CheckUSCC(code string) string {
	if len(code) != 18 {
		return "统一社会信用代码应为 18 位"
	}
	sum, weight := 0, 1
	for i := range 17 {
		v := strings.IndexByte(usccAlphabet, code[i])
		if v < 0 {
			return "统一社会信用代码含有不允许的字符 " + string(rune(code[i]))
		}
		sum += v * weight
		weight = weight * 3 % 31 // weights are 3^i mod 31
	}
	if want := usccAlphabet[(31-sum%31)%31]; code[17] != want {
		return "统一社会信用代码校验码不符，末位应为 " + string(rune(want))
	}
	return ""
}
