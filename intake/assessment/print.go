package assessment

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"jianding/intake/signature"
	"jianding/schemas"
)

// WriteJSON writes an assessment as one line of JSON.
func WriteJSON(w io.Writer, a schemas.Assessment) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(a); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

var outcomeWords = map[schemas.Outcome]string{
	schemas.Accepted: "受理", schemas.NeedsReview: "待人工复核", schemas.Rejected: "退回",
}

var hazardWords = map[schemas.HazardLevel]string{
	schemas.HazardNone: "未见整体隐患", schemas.HazardAmber: "存疑，须人工尽快确认", schemas.HazardRed: "整体安全隐患，须在24小时内处置",
}

var signatureWords = map[schemas.SignatureStatus]string{
	schemas.SignatureValid: "有效", schemas.SignatureModified: "签名后被改动", schemas.SignatureUntrusted: "签名完好但不被信任",
	schemas.SignatureInvalid: "无效", schemas.SignatureUnsigned: "没有电子签名", schemas.SignatureUnverifiable: "有签名但无法验证",
}

// word translates a code of a closed list; a code without a word is shown
// itself rather than left out.
func word[K ~string](words map[K]string, k K) string {
	if w, ok := words[k]; ok {
		return w
	}
	return string(k)
}

// WriteSummary writes what a person wants to know first: outcome, hazard,
// grades and reasons.
func WriteSummary(w io.Writer, a schemas.Assessment) error {
	var b strings.Builder
	if a.File != "" {
		fmt.Fprintf(&b, "文件：%s\n", clean(a.File))
	}
	fmt.Fprintf(&b, "结果：%s    签名：%s    隐患：%s\n", word(outcomeWords, a.Outcome), word(signatureWords, a.Signature.Status), word(hazardWords, a.Hazard.Level))
	if a.Report.ReportNo != "" || a.Report.Agency != "" {
		fmt.Fprintf(&b, "报告：%s  %s\n", clean(a.Report.ReportNo), clean(a.Report.Agency))
	}
	for _, f := range a.Findings {
		fmt.Fprintf(&b, "评级：%s  %s  %s  第%d页 %s\n", clean(f.Unit), f.Grade, clean(f.Standard), f.Evidence.Page, clean(f.Evidence.Quote))
	}
	for _, r := range a.Recommendations {
		name, ok := schemas.RecommendationNames()[r.Code]
		if !ok {
			name = string(r.Code)
		}
		fmt.Fprintf(&b, "建议：%s  第%d页 %s\n", name, r.Page, clean(r.Quote))
	}
	for _, r := range a.Reasons {
		page := ""
		if r.Page > 0 {
			page = fmt.Sprintf("第%d页：", r.Page)
		}
		fmt.Fprintf(&b, "原因：%s%s [%s]\n", page, clean(r.Message), r.Code)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteExplanation writes, for each signature, every check with its result and
// the source of the rule.
func WriteExplanation(w io.Writer, a schemas.Assessment) error {
	var b strings.Builder
	for line := range strings.Lines(signature.Explain(a.Signature)) {
		b.WriteString(clean(strings.TrimSuffix(line, "\n")) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// clean keeps what a document says from steering a terminal.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r < ' ' || r >= 0x7F && r < 0xA0 || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069:
			return '\uFFFD'
		}
		return r
	}, s)
}
