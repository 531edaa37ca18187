package notify

import (
	"strings"
	"time"

	"jianding/schemas"
)

// shanghai is the zone that people read times in; China keeps no summer time.
var shanghai = time.FixedZone("CST", 8*3600)

// plainText is the whole message for channels without a form of their own.
func plainText(m schemas.Message) string {
	return strings.Join(lines(m), "\n")
}

// fit drops the least needed lines (the quote first, then the links to the
// report) until the text takes at most n bytes: level, address, grade,
// deadline, reference and the way to acknowledge always stay.
func fit(m schemas.Message, n int) string {
	for _, drop := range []func(){
		func() {},
		func() { m.Quote = clip(m.Quote, 120) + "…" },
		func() { m.Quote = "" },
		func() { m.SHA256 = "" },
		func() { m.ReportLink = "" },
		func() { m.Text = clip(m.Text, 400) + "…" },
		func() { m.CaseLink = "" },
		func() { m.Text = "" },
	} {
		drop()
		if s := plainText(m); len(s) <= n {
			return s
		}
	}
	return clip(plainText(m), n)
}

func lines(m schemas.Message) []string {
	var out []string
	add := func(label, value string) {
		if value != "" {
			out = append(out, label+value)
		}
	}
	// What the text says already is not said again: at night every line counts.
	fact := func(label, value, said string) {
		if !strings.Contains(m.Text, said) {
			add(label, value)
		}
	}
	add("", m.Title)
	add("", m.Text)
	fact("地址：", m.Address, m.Address)
	fact("等级：", string(m.Grade), "等级："+string(m.Grade))
	fact("依据：", quoted(m.Quote), quoted(m.Quote))
	if !m.Statutory.IsZero() {
		add("法定时限：", clock(m.Statutory))
	}
	if !m.Deadline.IsZero() {
		fact("处置时限：", clock(m.Deadline), "处置期限："+m.Deadline.In(shanghai).Format("2006-01-02 15:04"))
	}
	fact("案件：", m.CaseRef, m.CaseRef)
	fact("报告编号：", m.ReportNo, m.ReportNo)
	fact("报告 SHA-256：", m.SHA256, m.SHA256)
	add("报告原件：", m.ReportLink)
	add("案件页面：", m.CaseLink)
	add("确认收到：", m.AckLink)
	add("消息编号：", m.ID)
	return out
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return "“" + s + "”"
}

func clock(t time.Time) string {
	return t.In(shanghai).Format("2006-01-02 15:04") + "（北京时间）"
}
