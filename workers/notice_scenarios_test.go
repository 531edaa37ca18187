package workers

import (
	"strings"
	"testing"
	"time"

	"jianding/schemas"
)

func (h *house) notice() (schemas.Notice, schemas.Case) {
	h.t.Helper()
	n := schemas.Notice{AgencyID: "a1", Address: "几江街道大西门1号", Town: "几江街道", Found: "承重墙通裂", DiscoveredAt: h.clock.Now(), ReceivedAt: h.clock.Now()}
	got, c, _, err := h.ledger.OpenNotice(h.ctx, n, h.w.Terms().NoticeCase(n), "", h.clock.Now())
	must(h.t, err)
	return got, c
}

func TestANoticeEscalatesAtOnceAndItsReportIsOneCaseWithIt(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		n, _ := h.notice()
		h.settle()
		h.wantTold(h.sms, "hazard", "duty")
		h.pass(5 * time.Minute)
		h.uploadAs(red("2026-001"), schemas.Declared{NoticeRef: n.Ref})
		h.settle()
		c := h.theCase()
		if c.NoticeID != n.ID || c.ReportID == "" {
			t.Errorf("case of notice %q and report %q", c.NoticeID, c.ReportID)
		}
		if !c.Deadline.Handling.Equal(t0.Add(24 * time.Hour)) {
			t.Errorf("the report moved the deadline to %s", c.Deadline.Handling)
		}
		h.wantTold(h.sms, "hazard", "duty") // the same hazard is not told twice
		h.pass(25 * time.Hour)
		h.wantEvents(schemas.EventNoticeReminded, 0)
		h.wantEvents(schemas.EventNoticeBreach, 0)
	})
}

func TestANoticeWithoutItsReport(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.notice()
		h.settle()
		h.acknowledge()
		h.until(t0.Add(18 * time.Hour))
		h.wantTold(h.hook, "notice_reminder", "https://agency.example.org/hook")
		h.until(t0.Add(23 * time.Hour))
		h.wantEvents(schemas.EventNoticeReminded, 2)
		h.wantEvents(schemas.EventNoticeBreach, 0)
		h.until(t0.Add(24 * time.Hour))
		h.wantEvents(schemas.EventNoticeBreach, 1)
		h.wantTold(h.mail, "notice_reminder", "reviewer@example.org")
		h.pass(72 * time.Hour)
		h.wantEvents(schemas.EventNoticeBreach, 1)
		h.wantEvents(schemas.EventNoticeReminded, 2)
	})
}

func TestALateNoticeIsABreachAtOnceAndOneReminderOfSeveral(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		n := schemas.Notice{AgencyID: "a1", Address: "x", Found: "y", DiscoveredAt: t0.Add(-23*time.Hour - 30*time.Minute), ReceivedAt: t0}
		_, _, _, err := h.ledger.OpenNotice(h.ctx, n, h.w.Terms().NoticeCase(n), "", t0)
		must(t, err)
		h.settle()
		h.wantEvents(schemas.EventNoticeReminded, 1) // 23 h; 18 h is past
		h.pass(31 * time.Minute)
		h.wantEvents(schemas.EventNoticeBreach, 1)
	})
}

// The agency sent something in time, and it was no report: the clock goes on
// where it would have been, and says why.
func TestANoticeWhoseReportIsRejectedIsOwedAgain(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		n, _ := h.notice()
		h.settle()
		h.acknowledge()
		h.pass(time.Hour)
		a := red("2026-001")
		a.Outcome = schemas.NeedsReview
		r := h.uploadAs(a, schemas.Declared{NoticeRef: n.Ref})
		h.until(t0.Add(20 * time.Hour))
		h.wantEvents(schemas.EventNoticeReminded, 0)
		h.reject(r.ID)
		h.settle()
		h.wantEvents(schemas.EventNoticeUnlinked, 1)
		h.wantEvents(schemas.EventNoticeReminded, 1) // 18 h, which were waited for in vain
		h.until(t0.Add(23 * time.Hour))
		h.wantEvents(schemas.EventNoticeReminded, 2)
		h.until(t0.Add(24 * time.Hour))
		h.wantEvents(schemas.EventNoticeBreach, 1)
		h.wantTold(h.mail, "notice_reminder", "reviewer@example.org")
		if m := h.hook.last("notice_reminder"); !strings.Contains(m.Text, "报告已退回") {
			t.Errorf("the agency reads: %s", m.Text)
		}
		h.theCase()
	})
}

// Rejected when the 24 hours are over: the breach is on record at once.
func TestAReportRejectedAfterTheTimeLeavesABreach(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		n, _ := h.notice()
		a := amber("2026-001")
		r := h.uploadAs(a, schemas.Declared{NoticeRef: n.Ref})
		h.settle()
		h.until(t0.Add(30 * time.Hour))
		h.wantEvents(schemas.EventNoticeBreach, 0)
		h.reject(r.ID)
		h.settle()
		h.wantEvents(schemas.EventNoticeBreach, 1)
		h.wantEvents(schemas.EventNoticeReminded, 0)
	})
}

func (h *house) reject(reportID string) {
	h.t.Helper()
	h.decide(reportID, schemas.ReviewReject, "缺签字")
}

func (h *house) accept(reportID string) {
	h.t.Helper()
	h.decide(reportID, schemas.ReviewAccept, "属实")
}

// decide is a reviewer's decision about a report.
func (h *house) decide(reportID string, verdict schemas.ReviewVerdict, note string) {
	h.t.Helper()
	r := h.report(reportID)
	eff, err := h.ledger.EffectiveAssessment(h.ctx, r.ID)
	must(h.t, err)
	_, _, err = h.ledger.DecideReview(h.ctx, schemas.Decision{ReportID: r.ID, Verdict: verdict, By: officer(), Note: note, ExpectVersion: r.Version},
		h.w.Terms().Decision(r, eff, verdict, h.clock.Now()), h.clock.Now())
	must(h.t, err)
}

// The report that names the notice is about another house: both are told to
// whoever thought to have it in hand.
func TestAReportOfAnotherHouseIsToldBesideItsNotice(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		n, _ := h.notice()
		h.settle()
		h.acknowledge()
		h.pass(time.Minute)
		a := red("2026-001")
		a.Report.Address, a.Report.Town = "白沙镇石坝街20号", "白沙镇"
		h.uploadAs(a, schemas.Declared{NoticeRef: n.Ref})
		h.settle()
		h.wantTold(h.sms, "hazard", "duty", "duty")
		for _, m := range []schemas.Message{h.sms.last("hazard"), h.mail.last("hazard")} {
			for _, want := range []string{n.Address, "白沙镇石坝街20号"} {
				if !strings.Contains(m.Title, want) || !strings.Contains(m.Text, want) || !strings.Contains(m.Address, want) {
					t.Errorf("%s is not in the message: %s\n%s", want, m.Title, m.Text)
				}
			}
		}
		if c := h.theCase(); c.Status != schemas.CaseNotified {
			t.Errorf("the case is %s", c.Status)
		}
	})
}
