package signature

import (
	"fmt"
	"slices"
	"strings"

	"jianding/intake/signature/changes"
	"jianding/schemas"
)

// Explain prints every signature with every check, in Chinese, for a clerk:
// `inspect --explain` and the page of a report show this text. What is wrong
// comes first.
func Explain(sig schemas.Signature) string {
	var b strings.Builder
	fmt.Fprintf(&b, "签名结论：%s\n", StatusName(sig.Status))
	for _, r := range sig.Reasons {
		fmt.Fprintf(&b, "  · %s（%s）\n", r.Message, r.Code)
	}
	if len(sig.Signers) == 0 {
		b.WriteString("文件中没有可以逐项核验的签名。\n")
	}
	for i, s := range sig.Signers {
		explainSigner(&b, i+1, s, sig)
	}
	if len(sig.Changes) > 0 {
		b.WriteString("\n签名之后的变化：\n")
		for _, line := range ChangeLines(sig.Changes) {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	return b.String()
}

func explainSigner(b *strings.Builder, number int, s schemas.Signer, sig schemas.Signature) {
	fmt.Fprintf(b, "\n第%d个：%s，%s\n", number, kindName(s), StatusName(s.Status))
	who := "签名人"
	if s.Timestamp {
		who = "时间戳机构"
	}
	fmt.Fprintf(b, "  %s：%s\n", who, orDash(s.Subject))
	if s.Agency != "" {
		fmt.Fprintf(b, "  登记机构：%s\n", s.Agency)
	}
	if s.USCC != "" {
		fmt.Fprintf(b, "  证书中的统一社会信用代码：%s\n", s.USCC)
	}
	fmt.Fprintf(b, "  算法：%s\n", orDash(s.Algorithm))
	fmt.Fprintf(b, "  时间：%s\n", timeText(s))
	if s.Seal != nil {
		fmt.Fprintf(b, "  印章图样：在第%d页\n", s.Seal.Page)
	}
	if text := rangeText(s, sig); text != "" {
		fmt.Fprintf(b, "  范围：%s\n", text)
	}
	passed := 0
	for _, c := range s.Checks {
		switch c.Result {
		case schemas.CheckFailed, schemas.CheckWarning:
			fmt.Fprintf(b, "    %s %s（依据：%s）\n", mark(c.Result), c.Message, c.Source)
		case schemas.CheckPassed:
			passed++
		}
	}
	if passed > 0 {
		fmt.Fprintf(b, "    以下%d项检查通过：\n", passed)
	}
	for _, c := range s.Checks {
		if c.Result == schemas.CheckPassed {
			fmt.Fprintf(b, "    %s %s（依据：%s）\n", mark(c.Result), c.Message, c.Source)
		}
	}
}

// rangeText says what of the file a sound signature vouches for.
func rangeText(s schemas.Signer, sig schemas.Signature) string {
	sound := s.Status == schemas.SignatureValid || s.Status == schemas.SignatureUntrusted
	switch {
	case s.Timestamp || !sound:
		return ""
	case s.CoversDocument && slices.ContainsFunc(sig.Changes, validates):
		return "覆盖全文，其后只追加了验证数据"
	case s.CoversDocument:
		return "覆盖全文"
	case sig.Status == schemas.SignatureModified:
		return "签名本身完好，但文件在签名之后又有改动"
	}
	return "覆盖签名时的内容，其后还有别的签名"
}

func validates(c schemas.Change) bool {
	return c.Kind == changes.KindValidation || c.Kind == changes.KindTimestamp
}

// kindName says what kind of signature it is; seals are told by their checks.
func kindName(s schemas.Signer) string {
	if s.Timestamp {
		return "文档时间戳（证明文件在某一时间已经存在）"
	}
	for _, c := range s.Checks {
		if c.Code == schemas.ReasonSealMaker && c.Result != schemas.CheckSkipped {
			return "电子印章签章"
		}
	}
	return "电子签名"
}

func timeText(s schemas.Signer) string {
	if s.SignedAt == nil {
		return "未注明"
	}
	when := s.SignedAt.In(shanghai).Format("2006-01-02 15:04:05") + "（北京时间"
	switch s.TimeSource {
	case schemas.TimeTimestamp:
		when += "，有时间戳证明"
	case schemas.TimeClaimed:
		when += "，签名者自述，未经证明"
	}
	return when + "）"
}

// ChangeLines words what changed after signing, alike changes on one line.
func ChangeLines(list []schemas.Change) []string {
	type alike struct {
		legal bool
		page  int
		kind  string
	}
	var order []alike
	count := make(map[alike]int)
	first := make(map[alike]schemas.Change)
	for _, c := range list {
		key := alike{c.Legal, c.Page, changeName(c.Kind)}
		if count[key]++; count[key] == 1 {
			order = append(order, key)
			first[key] = c
		}
	}
	out := make([]string, 0, len(order))
	for _, key := range order {
		verdict := "允许的变化"
		if !key.legal {
			verdict = "不允许的改动"
		}
		where := ""
		if key.page > 0 {
			where = fmt.Sprintf("第%d页的", key.page)
		}
		line := verdict + "：" + where + key.kind
		c := first[key]
		switch {
		case count[key] > 1:
			line += fmt.Sprintf("，%d处", count[key])
		case c.Object != "":
			line += fmt.Sprintf("（PDF对象%s）", c.Object)
		}
		out = append(out, line)
	}
	return out
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
