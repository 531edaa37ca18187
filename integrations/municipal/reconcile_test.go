package municipal

import (
	"strings"
	"testing"
	"time"

	"jianding/schemas"

	"github.com/google/go-cmp/cmp"
)

func TestReconcile(t *testing.T) {
	from := time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC) // a day in Chongqing
	to := from.Add(24 * time.Hour)
	noon := from.Add(12 * time.Hour)
	ours := func(status schemas.DeliveryStatus, receipt string, change ...func(*schemas.Filing)) schemas.Filing {
		f := schemas.Filing{
			Delivery: schemas.Delivery{ID: "d1", IdempotencyKey: "k1", Status: status, PlatformReceipt: receipt, AcknowledgedAt: &noon},
			Report:   schemas.Report{SHA256: "aaaa", ReportNo: "N1"},
		}
		for _, c := range change {
			c(&f)
		}
		return f
	}
	theirs := func(status string, change ...func(*schemas.PlatformRecord)) schemas.PlatformRecord {
		r := schemas.PlatformRecord{IdempotencyKey: "k1", ReportNo: "N1", SHA256: "aaaa", Receipt: "R1", Status: status, RecordedAt: noon}
		for _, c := range change {
			c(&r)
		}
		return r
	}
	at := func(ts time.Time) func(*schemas.Filing) {
		return func(f *schemas.Filing) { f.Delivery.AcknowledgedAt = &ts }
	}
	type diff struct{ Kind, Delivery, Safe, Mentions string }
	for _, tc := range []struct {
		name    string
		filings []schemas.Filing
		records []schemas.PlatformRecord
		want    []diff
	}{
		{"agree", []schemas.Filing{ours("acknowledged", "R1")}, []schemas.PlatformRecord{theirs("accepted")}, nil},
		{"nothing on both sides", nil, nil, nil},
		{"receipt lost here", []schemas.Filing{ours("pending", "")}, []schemas.PlatformRecord{theirs("accepted")}, []diff{{"differs", "d1", "query", "R1"}}},
		{"dead here, there there", []schemas.Filing{ours("dead", "")}, []schemas.PlatformRecord{theirs("accepted")}, []diff{{"differs", "d1", "query", "R1"}}},
		{"filed by hand, found by its file", []schemas.Filing{ours("acknowledged", "R1", func(f *schemas.Filing) { f.Delivery.ManualEvidence = "截图" })},
			[]schemas.PlatformRecord{theirs("accepted", func(r *schemas.PlatformRecord) { r.IdempotencyKey = "" })}, nil},
		{"missing there", []schemas.Filing{ours("acknowledged", "R1")}, nil, []diff{{"missing_there", "d1", "query", "没有"}}},
		{"missing there, entered by hand", []schemas.Filing{ours("acknowledged", "R1", func(f *schemas.Filing) { f.Delivery.ManualEvidence = "截图" })}, nil,
			[]diff{{"missing_there", "d1", "", "人工"}}},
		{"not owed on that day", []schemas.Filing{ours("acknowledged", "R1", at(to))}, nil, nil},
		{"still waiting to be filed", []schemas.Filing{ours("pending", "", func(f *schemas.Filing) { f.Delivery.AcknowledgedAt = nil })}, nil, nil},
		{"clocks differ around midnight", []schemas.Filing{ours("acknowledged", "R1", at(from))},
			[]schemas.PlatformRecord{theirs("accepted", func(r *schemas.PlatformRecord) { r.RecordedAt = from.Add(-time.Second) })}, nil},
		{"unknown here", nil, []schemas.PlatformRecord{theirs("accepted")}, []diff{{"unknown_here", "", "", "R1"}}},
		{"unknown here, but another day's", nil, []schemas.PlatformRecord{theirs("accepted", func(r *schemas.PlatformRecord) { r.RecordedAt = to })}, nil},
		{"other file", []schemas.Filing{ours("acknowledged", "R1")}, []schemas.PlatformRecord{theirs("accepted", func(r *schemas.PlatformRecord) { r.SHA256 = "bbbb" })},
			[]diff{{"differs", "d1", "", "文件"}}},
		{"other report number", []schemas.Filing{ours("acknowledged", "R1")}, []schemas.PlatformRecord{theirs("accepted", func(r *schemas.PlatformRecord) { r.ReportNo = "N9" })},
			[]diff{{"differs", "d1", "", "报告编号"}}},
		{"other report number, seen from the day after", []schemas.Filing{ours("acknowledged", "R1", at(from.Add(-time.Hour)))},
			[]schemas.PlatformRecord{theirs("accepted", func(r *schemas.PlatformRecord) { r.ReportNo, r.RecordedAt = "N9", from.Add(-time.Hour) })}, nil},
		{"other receipt", []schemas.Filing{ours("acknowledged", "R9")}, []schemas.PlatformRecord{theirs("accepted")}, []diff{{"differs", "d1", "", "回执号"}}},
		{"filed twice", []schemas.Filing{ours("acknowledged", "R1")},
			[]schemas.PlatformRecord{theirs("accepted"), theirs("accepted", func(r *schemas.PlatformRecord) { r.Receipt = "R2" })}, []diff{{"differs", "d1", "", "2 条"}}},
		{"filed again after a return", []schemas.Filing{ours("acknowledged", "R2")},
			[]schemas.PlatformRecord{theirs("returned"), theirs("accepted", func(r *schemas.PlatformRecord) { r.Receipt = "R2" })}, nil},
		{"corrected and filed again under another key", []schemas.Filing{ours("acknowledged", "R2", func(f *schemas.Filing) { f.Delivery.IdempotencyKey = "k1+r" })},
			[]schemas.PlatformRecord{theirs("returned"), theirs("accepted", func(r *schemas.PlatformRecord) { r.Receipt, r.IdempotencyKey = "R2", "k1+r" })}, nil},
		{"corrected, and not filed again yet", []schemas.Filing{ours("pending", "", func(f *schemas.Filing) { f.Delivery.IdempotencyKey, f.Delivery.AcknowledgedAt = "k1+r", nil })},
			[]schemas.PlatformRecord{theirs("returned")}, nil},
		{"return that did not reach us", []schemas.Filing{ours("acknowledged", "R1")}, []schemas.PlatformRecord{theirs("returned")}, []diff{{"differs", "d1", "query", "退回"}}},
		{"withdrawn there", []schemas.Filing{ours("acknowledged", "R1")}, []schemas.PlatformRecord{theirs("withdrawn")}, []diff{{"differs", "d1", "query", "撤销"}}},
		{"returned on both sides", []schemas.Filing{ours("returned", "R1")}, []schemas.PlatformRecord{theirs("returned")}, nil},
		{"waiting on both sides", []schemas.Filing{ours("submitted", "R1")}, []schemas.PlatformRecord{theirs("pending")}, nil},
		{"accepted meanwhile", []schemas.Filing{ours("submitted", "R1")}, []schemas.PlatformRecord{theirs("accepted")}, []diff{{"differs", "d1", "query", "R1"}}},
		{"superseded on both sides", []schemas.Filing{ours("acknowledged", "R1", func(f *schemas.Filing) { f.Report.SupersededBy = "r2" })},
			[]schemas.PlatformRecord{theirs("superseded")}, nil},
		{"returned, and superseded by its correction", []schemas.Filing{ours("returned", "R1", func(f *schemas.Filing) { f.Report.SupersededBy = "r2" })},
			[]schemas.PlatformRecord{theirs("superseded")}, nil},
		{"returned, and superseded by somebody else", []schemas.Filing{ours("returned", "R1")}, []schemas.PlatformRecord{theirs("superseded")}, []diff{{"differs", "d1", "query", "R1"}}},
		{"superseded by somebody else", []schemas.Filing{ours("acknowledged", "R1")}, []schemas.PlatformRecord{theirs("superseded")}, []diff{{"differs", "d1", "", "更正"}}},
		{"state that nobody knows", []schemas.Filing{ours("acknowledged", "R1")}, []schemas.PlatformRecord{theirs("frozen")}, []diff{{"differs", "d1", "", "frozen"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := Reconcile(from, to, tc.filings, tc.records)
			for _, d := range got {
				if d.Record.ReportNo == "" {
					t.Errorf("nobody can tell which report: %+v", d)
				}
			}
			var flat []diff
			for i, d := range got {
				m := d.Detail
				if i < len(tc.want) && strings.Contains(m, tc.want[i].Mentions) {
					m = tc.want[i].Mentions
				}
				flat = append(flat, diff{d.Kind, d.DeliveryID, d.Safe, m})
			}
			if x := cmp.Diff(tc.want, flat); x != "" {
				t.Error(x)
			}
		})
	}
}
