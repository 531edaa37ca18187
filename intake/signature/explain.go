package signature

import (
	"fmt"
	"strings"

	"jianding/schemas"
)

// Explain prints every signature with every check, in Chinese, for a clerk:
// `inspect --explain`, pages and rejections show the same text.
func Explain(sig schemas.Signature) string {
	var b strings.Builder
	fmt.Fprintf(&b, "签名结论：%s\n", StatusName(sig.Status))
	for _, r := range sig.Reasons {
		fmt.Fprintf(&b, "  · %s（%s）\n", r.Message, r.Code)
	}
	for i, s := range sig.Signers {
		kind := "签名"
		if s.Timestamp {
			kind = "文档时间戳"
		}
		fmt.Fprintf(&b, "\n第%d个%s：%s\n", i+1, kind, orDash(s.Subject))
		if s.Agency != "" {
			fmt.Fprintf(&b, "  登记机构：%s\n", s.Agency)
		}
		if s.USCC != "" {
			fmt.Fprintf(&b, "  统一社会信用代码：%s\n", s.USCC)
		}
		fmt.Fprintf(&b, "  算法：%s\n", orDash(s.Algorithm))
		when := "未注明"
		if s.SignedAt != nil {
			when = s.SignedAt.In(shanghai).Format("2006-01-02 15:04:05")
			switch s.TimeSource {
			case schemas.TimeTimestamp:
				when += "（时间戳证明）"
			case schemas.TimeClaimed:
				when += "（签名者自述，未经证明）"
			}
		}
		fmt.Fprintf(&b, "  签名时间：%s\n", when)
		if s.Seal != nil {
			fmt.Fprintf(&b, "  签章位置：第%d页\n", s.Seal.Page)
		}
		fmt.Fprintf(&b, "  结论：%s\n", StatusName(s.Status))
		for _, c := range s.Checks {
			if c.Result == schemas.CheckSkipped {
				continue
			}
			fmt.Fprintf(&b, "    %s %s（依据：%s）\n", mark(c.Result), c.Message, c.Source)
		}
	}
	if len(sig.Changes) > 0 {
		b.WriteString("\n签名之后的变化：\n")
		for _, c := range sig.Changes {
			verdict := "允许"
			if !c.Legal {
				verdict = "不允许"
			}
			where := ""
			if c.Page > 0 {
				where = fmt.Sprintf("第%d页 ", c.Page)
			}
			fmt.Fprintf(&b, "  %s：%s%s", verdict, where, changeName(c.Kind))
			if c.Object != "" {
				fmt.Fprintf(&b, "（对象 %s）", c.Object)
			}
			if c.Detail != "" {
				fmt.Fprintf(&b, " %s", c.Detail)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// StatusName is the status in Chinese.
func StatusName(s schemas.SignatureStatus) string {
	switch s {
	case schemas.SignatureValid:
		return "有效"
	case schemas.SignatureModified:
		return "签名后被改动"
	case schemas.SignatureUntrusted:
		return "签名完好但不受信任"
	case schemas.SignatureInvalid:
		return "无效"
	case schemas.SignatureUnsigned:
		return "未签名"
	case schemas.SignatureUnverifiable:
		return "有签名，无法核验"
	}
	return string(s)
}

func mark(r schemas.CheckResult) string {
	switch r {
	case schemas.CheckPassed:
		return "✓"
	case schemas.CheckFailed:
		return "✗"
	case schemas.CheckWarning:
		return "！"
	}
	return "-"
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}
