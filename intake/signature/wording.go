package signature

import (
	"errors"

	"jianding/intake/signature/cms"
	"jianding/intake/signature/revision"
)

// inChinese words a technical error for the agency: what, and where in the
// file. Errors themselves are in English, for logs.
func inChinese(err error) string {
	var s *revision.SyntaxError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &s):
		return faultText(s)
	case errors.Is(err, revision.ErrBudget):
		return "结构过于复杂"
	case errors.Is(err, revision.ErrPassword):
		return "需要口令"
	}
	for _, known := range []struct {
		err  error
		text string
	}{
		{cms.ErrDigest, "摘要与被签内容不符"},
		{cms.ErrSignature, "签名值验证不通过"},
		{cms.ErrNoCertificate, "缺少签发者证书"},
		{cms.ErrNoSigningCert, "缺少证书标识属性"},
		{cms.ErrSigningCert, "证书标识属性不符"},
		{cms.ErrUnsupported, "算法不支持"},
		{cms.ErrAlgorithm, "算法互相矛盾"},
		{cms.ErrAttributes, "属性缺失或重复"},
		{cms.ErrNoAttributes, "没有签名属性"},
		{cms.ErrContentType, "内容类型不符"},
		{cms.ErrSigners, "签名者不止一个"},
		{cms.ErrTrailing, "数据之后有多余字节"},
		{cms.ErrSyntax, "数据格式错误"},
		{cms.ErrStamp, "时间精度不足，或含有不能识别的关键内容"},
		{cms.ErrSeal, "不是已知的电子印章"},
	} {
		if errors.Is(err, known.err) {
			return known.text
		}
	}
	return "文件结构有误"
}
