package ladder

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"jianding/intake/triage"
	"jianding/schemas"
)

// send makes one message of a kind for each recipient.
func (t *tick) send(kind, key string, to []schemas.Recipient) {
	for _, r := range to {
		// The round tells a reminder after a raise from the one before it.
		t.emit(kind, fmt.Sprintf("%s:%s:r%d", kind, key, t.adv.Round), r)
	}
}

func stepKey(level schemas.HazardLevel, round, step int) string {
	return fmt.Sprintf("hazard:%s:r%d:s%d", level, round, step)
}

func (t *tick) emit(kind, key string, to schemas.Recipient) {
	dedupe := key + ":" + to.Contact + ":" + to.Channel + ":" + to.Address
	m := schemas.Message{
		ID: MessageID(t.Case.ID, dedupe), Kind: kind,
		CaseID: t.Case.ID, CaseRef: t.Case.Ref, Level: t.adv.Level,
		Address: t.Case.Where(), Grade: t.Case.Grade, Quote: t.Case.Quote,
		Deadline: t.Case.Deadline.Handling, Statutory: t.Case.Deadline.Statutory,
		ReportNo: t.ReportNo, SHA256: t.Case.SHA256, CreatedAt: t.Now, Recipient: to,
	}
	if t.p.AttachReport && kind == KindHazard {
		m.Attachment = t.Case.SHA256
	}
	m.Title, m.Text = t.title(kind, key), t.text(kind, key)
	t.adv.Notifications = append(t.adv.Notifications, schemas.NewNotification{
		Message: m, Step: t.adv.Step, Round: t.adv.Round, Dedupe: dedupe,
	})
}

// MessageID derives the stable id of a message from its case (or other
// owner) and what makes it unique there, in the form of a UUID (RFC 9562
// version 8: custom).
func MessageID(owner, dedupe string) string {
	h := sha256.Sum256([]byte(owner + "\x00" + dedupe))
	h[6] = h[6]&0x0f | 0x80
	h[8] = h[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

func (t *tick) title(kind, key string) string {
	where := t.Case.Where()
	if where == "" {
		where = "地址待查"
	}
	what := where
	if t.Case.Grade != "" {
		what += "（" + string(t.Case.Grade) + "）"
	}
	switch kind {
	case KindOverdue:
		return "【处置超期】" + what
	case KindCopy:
		return "【抄送】房屋安全处置：" + what
	case KindReminder:
		if strings.Contains(key, markOpen+":") {
			return "【待销号】" + what
		}
		return "【待处置】" + what
	}
	if t.adv.Level == schemas.HazardRed {
		return "【红色】房屋整体安全隐患：" + what
	}
	return "【橙色】疑似房屋整体安全隐患，请复核：" + what
}

// text is complete in itself: it may be all that an officer sees at night.
// It names no owner and no client.
func (t *tick) text(kind, key string) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%s", t.lead(kind, key))
	if where := t.Case.Where(); where != "" {
		line("地址：%s", where)
	}
	if n := len(t.Case.Places()); n > 1 {
		line("注意：本案涉及%d处房屋，请逐一核实。", n)
	}
	if t.Case.Grade != "" {
		line("评定等级：%s", t.Case.Grade)
	}
	if t.Case.Quote != "" {
		line("%s：“%s”", t.source(), t.Case.Quote)
	}
	if kind == KindCopy && t.Case.Disposition != nil {
		names := schemas.DispositionNames()
		var said []string
		for _, c := range t.Case.Disposition.Codes {
			said = append(said, names[c])
		}
		line("处置意见：%s", strings.Join(said, "、"))
	}
	d := t.Case.Deadline
	if d.LateOnArrival {
		if r := t.Case.Instants.Received; r != nil {
			line("注意：鉴定机构报送时已超过24小时法定时限（%s），迟报约%d小时。", shanghai(d.Statutory), hours(r.Sub(d.Statutory)))
		}
	}
	if !d.Handling.IsZero() && kind != KindCopy {
		// No "so much is left": a message may arrive later than it was written.
		line("处置期限：%s", shanghai(d.Handling))
	}
	if t.ReportNo != "" {
		line("报告编号：%s", t.ReportNo)
	}
	line("案件编号：%s", t.Case.Ref)
	if t.Case.SHA256 != "" {
		line("报告SHA-256：%s", t.Case.SHA256)
	}
	return strings.TrimRight(b.String(), "\n")
}

func (t *tick) lead(kind, key string) string {
	switch {
	case kind == KindOverdue:
		return "处置期限已过，尚无处置记录。请立即处置并登记。"
	case kind == KindCopy:
		return "住房城乡建设主管部门已作出处置意见，现予抄送，请按职责落实并反馈措施。"
	case kind == KindReminder && strings.Contains(key, markOpen+":"):
		return "案件已处置但尚未销号，请核实整治情况。"
	case kind == KindReminder && t.adv.Level == schemas.HazardAmber && t.Case.AmberUntil != nil:
		return "案件已确认收悉，但尚未复核决定。请尽快决定，逾时自动升为红色。"
	case kind == KindReminder:
		return "案件已确认收悉，但尚无处置记录。请尽快登记处置意见。"
	case t.adv.Level == schemas.HazardAmber && t.Case.AmberUntil != nil:
		return fmt.Sprintf("报告可能反映房屋整体安全隐患，系统不能确定，请复核。%s前未决定将自动升为红色。", shanghai(*t.Case.AmberUntil))
	case t.adv.Level == schemas.HazardAmber:
		return "案件已由人工降为橙色，仍待确认收悉和处置。"
	case t.Case.Level == schemas.HazardAmber:
		return "疑似隐患逾时未复核，已自动升为红色。请立即确认收悉并组织处置。"
	}
	if t.Case.ReportID == "" {
		return "鉴定机构先行报告房屋整体安全隐患，鉴定报告待补。请立即确认收悉并组织处置。"
	}
	return "鉴定报告反映房屋整体安全或整体承载问题。请立即确认收悉并组织处置。"
}

// source says whose words are quoted.
func (t *tick) source() string {
	if t.Case.ReportID == "" {
		return "机构先报"
	}
	return "报告原文"
}

func shanghai(at time.Time) string { return at.In(triage.Shanghai()).Format("2006-01-02 15:04") }

// hours rounds a lateness up: one minute late is late.
func hours(d time.Duration) int { return int((d + time.Hour - 1) / time.Hour) }

func numbered(mark string, n int) string {
	if n <= 0 {
		return mark
	}
	return fmt.Sprintf("%s:%d", mark, n)
}
