package ledger_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jianding/schemas"
)

func (h *house) notice(agency, reportNo, found string) (schemas.Notice, schemas.Case) {
	h.t.Helper()
	n, c, created, err := h.OpenNotice(h.ctx, schemas.Notice{AgencyID: agency, ReportNo: reportNo, Address: "鼎山街道滨江路1号", Found: found,
		DiscoveredAt: h.now().Add(-time.Hour), ReceivedAt: h.now(), Photos: []schemas.Photo{{SHA256: "p", Name: "裂缝.jpg"}}},
		h.newCase(schemas.HazardRed), "", h.now())
	h.must(err)
	if !created {
		h.t.Fatal("the notice was there already")
	}
	return n, c
}

func TestNoticeBeforeItsReport(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		n, c := h.notice("agency-a", "R-1", "墙体倾斜")
		if n.Ref != "XB-20261124-0001" || n.CaseID != c.ID || c.NoticeID != n.ID || c.ReportID != "" || c.Level != schemas.HazardRed {
			t.Errorf("notice %+v\ncase %+v", n, c)
		}
		got, err := h.Notice(h.ctx, n.Ref)
		h.must(err)
		if d := cmp.Diff(n, got); d != "" {
			t.Error(d)
		}
		if e, w := h.owed(schemas.OweEscalate, c.ID), h.owed(schemas.OweNoticeWatch, n.ID); !e.DueAt.Equal(h.now()) || !w.DueAt.Equal(h.now()) {
			t.Error("not due at once")
		}
		h.wantEvents("notice:"+n.Ref, "notice.received")

		h.clock.Forward(2 * time.Hour)
		r, rc := h.assess(h.upload("agency-a", "r－1", "report"), red)
		if rc.ID != c.ID || r.CaseID != c.ID || rc.ReportID != r.ID || rc.SHA256 != "report" {
			t.Errorf("the report's case %+v", rc)
		}
		if n, err = h.Notice(h.ctx, n.ID); err != nil || n.ReportID != r.ID || n.LinkedAt == nil {
			t.Errorf("not linked: %+v %v", n, err)
		}
		h.wantEvents("notice:"+n.Ref, "notice.received notice.linked")
		h.wantEvents("case:"+c.ID, "case.opened case.report_linked")
	})
}

func TestNoticeLinking(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		for name, tc := range map[string]struct {
			number string // of the notice
			ref    bool   // the report names the notice
			agency string
			x      reading
			linked bool
			joined bool // one case
		}{
			"by reference":                    {"", true, "agency-a", red, true, true},
			"by number":                       {"N", false, "agency-a", red, true, true},
			"without hazard":                  {"N", false, "agency-a", plain, true, true},
			"rejected, with hazard":           {"N", true, "agency-a", reading{status: schemas.ReportRejected, level: schemas.HazardAmber}, false, true},
			"rejected junk":                   {"N", true, "agency-a", reading{status: schemas.ReportRejected}, false, false},
			"another agency names it":         {"", true, "agency-b", red, false, false},
			"another agency has the number":   {"N", false, "agency-b", red, false, false},
			"nothing in common":               {"", false, "agency-a", red, false, false},
			"number and reference in one":     {"N", true, "agency-a", red, true, true},
			"amber report joins the red case": {"N", false, "agency-a", amber, true, true},
		} {
			number := ""
			if tc.number != "" {
				number = "N-" + name
			}
			n, c := h.notice("agency-a", number, name)
			up := h.newReport(tc.agency, number, name)
			if tc.ref {
				up.Declared.NoticeRef = n.Ref
			}
			r, _, err := h.ReceiveReport(h.ctx, up)
			h.must(err)
			r, _ = h.assess(r, tc.x)
			n, err = h.Notice(h.ctx, n.ID)
			h.must(err)
			if (n.ReportID == r.ID) != tc.linked {
				t.Errorf("%s: linked to %q, want linked %v", name, n.ReportID, tc.linked)
			}
			if (r.CaseID == c.ID) != tc.joined {
				t.Errorf("%s: report's case %q, notice's %q, want one: %v", name, r.CaseID, c.ID, tc.joined)
			}
			if got := h.theCase(c.ID); got.Level != schemas.HazardRed || got.Status != schemas.CaseOpen {
				t.Errorf("%s: the notice's case was softened: %+v", name, got)
			}
		}
	})
}

// A notice whose report is there already belongs to its case at once.
func TestNoticeAfterItsReport(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r, c := h.assess(h.upload("agency-a", "R-1", "x"), amber)
		n, nc := h.notice("agency-a", "R-1", "墙体倾斜")
		if nc.ID != c.ID || nc.Level != schemas.HazardRed || nc.NoticeID != n.ID || n.ReportID != r.ID {
			t.Errorf("notice %+v\ncase %+v", n, nc)
		}
		if len(h.openCases()) != 1 {
			t.Error("two cases")
		}
		// A second notice about it is the same hazard.
		if _, c3 := h.notice("agency-a", "R-1", "又有裂缝"); c3.ID != c.ID {
			t.Errorf("a second notice opened %+v", c3)
		}
	})
}

func TestNoticeIsIdempotent(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		n := schemas.Notice{AgencyID: "agency-a", Address: "a", Found: "f", DiscoveredAt: h.now(), ReceivedAt: h.now()}
		first, c, created, err := h.OpenNotice(h.ctx, n, h.newCase(schemas.HazardRed), "key", h.now())
		h.must(err)
		h.clock.Forward(time.Minute)
		n.ReceivedAt = h.now()
		again, c2, created2, err := h.OpenNotice(h.ctx, n, h.newCase(schemas.HazardRed), "key", h.now())
		h.must(err)
		if !created || created2 || again.ID != first.ID || c2.ID != c.ID {
			t.Errorf("again: %+v %v", again, created2)
		}
		n.Found = "other"
		_, _, _, err = h.OpenNotice(h.ctx, n, h.newCase(schemas.HazardRed), "key", h.now())
		h.wantCode(err, schemas.KindConflict, "idempotency_key_reused")
		n.AgencyID = "agency-b"
		if _, _, created, err = h.OpenNotice(h.ctx, n, h.newCase(schemas.HazardRed), "key", h.now()); err != nil || !created {
			t.Errorf("another agency's key: %v %v", created, err)
		}
		if len(h.openCases()) != 2 {
			t.Errorf("%d cases", len(h.openCases()))
		}
		_, _, _, err = h.OpenNotice(h.ctx, n, schemas.NewCase{Level: schemas.HazardNone}, "k", h.now())
		h.wantCode(err, schemas.KindInvalid, "case_level")
		ns, _, err := h.Notices(h.ctx, schemas.NoticeFilter{Unlinked: true, AgencyID: "agency-a"})
		if err != nil || len(ns) != 1 {
			t.Errorf("%d notices, %v", len(ns), err)
		}
	})
}

func TestLinkNoticeByHand(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		n, c := h.notice("agency-a", "", "墙体倾斜")
		_, err := h.AcknowledgeCase(h.ctx, c.ID, officer("a"), h.now())
		h.must(err)
		r, rc := h.redCase("x")
		h.must(h.CreateNotifications(h.ctx, []schemas.NewNotification{{Message: schemas.Message{CaseID: rc.ID, Kind: "hazard"}, Dedupe: "1"}}, h.now()))
		if rc.ID == c.ID {
			t.Fatal("nothing links them yet")
		}
		v := mustReport(h, r.ID).Version
		h.must(h.LinkNotice(h.ctx, n.ID, r.ID, officer("李四"), h.now()))
		h.must(h.LinkNotice(h.ctx, n.Ref, r.ID, officer("李四"), h.now()))
		folded, kept := h.theCase(rc.ID), h.theCase(c.ID)
		if folded.Status != schemas.CaseDismissed || folded.MergedInto != c.ID || kept.ReportID != r.ID || kept.Status != schemas.CaseAcknowledged {
			t.Errorf("folded %+v\nkept %+v", folded, kept)
		}
		if got := mustReport(h, r.ID); got.CaseID != c.ID || got.Version == v {
			t.Errorf("report %+v", got)
		}
		if len(h.open_(schemas.OweEscalate, rc.ID)) != 0 || len(h.open_(schemas.OweEscalate, c.ID)) != 1 {
			t.Error("the ladders are not one")
		}
		ns, err := h.CaseNotifications(h.ctx, rc.ID)
		if err != nil || ns[0].Status != schemas.NotificationCancelled {
			t.Errorf("%+v %v", ns, err)
		}
		// From here on both are one hazard.
		if _, again := h.assess(h.upload("agency-a", "R-x", "x2"), red); again.ID != c.ID {
			t.Errorf("a revision opened %+v", again)
		}
		other := h.upload("agency-a", "", "other")
		h.wantCode(h.LinkNotice(h.ctx, n.ID, other.ID, officer("李四"), h.now()), schemas.KindConflict, "notice_linked")
		n2, _ := h.notice("agency-a", "", "另一处")
		foreign := h.upload("agency-b", "", "foreign")
		h.wantCode(h.LinkNotice(h.ctx, n2.ID, foreign.ID, officer("李四"), h.now()), schemas.KindConflict, "notice_other_agency")
	})
}

// Folding an amber case into … and a red one into an amber one raises it.
func TestFoldingRaises(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		n, c := h.notice("agency-a", "", "墙体倾斜")
		_, err := h.DowngradeCase(h.ctx, c.ID, "amber", "r", officer("a"), nil, h.now())
		h.must(err)
		_, err = h.AcknowledgeCase(h.ctx, c.ID, officer("a"), h.now())
		h.must(err)
		r, _ := h.redCase("x")
		h.must(h.LinkNotice(h.ctx, n.ID, r.ID, officer("李四"), h.now()))
		if got := h.theCase(c.ID); got.Level != schemas.HazardRed || got.Status != schemas.CaseOpen || got.Round != 2 {
			t.Errorf("case %+v", got)
		}
		h.wantEvents("case:"+c.ID, "case.opened case.downgraded case.acknowledged case.raised")
	})
}

func TestNoticeReminders(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		n, _ := h.notice("agency-a", "", "墙体倾斜")
		msg := func(k string) []schemas.NewNotification {
			return []schemas.NewNotification{{Message: schemas.Message{Kind: "notice_reminder"}, Dedupe: n.ID + k}}
		}
		next := h.now().Add(5 * time.Hour)
		h.must(h.RecordNoticeReminder(h.ctx, h.lease(schemas.OweNoticeWatch, n.ID), n.ID, schemas.NoticeReminder18h, msg("18"), next, h.now()))
		if o := h.owed(schemas.OweNoticeWatch, n.ID); !o.DueAt.Equal(next) {
			t.Errorf("next %v", o.DueAt)
		}
		h.must(h.RecordNoticeReminder(h.ctx, h.lease(schemas.OweNoticeWatch, n.ID), n.ID, schemas.NoticeBreach, msg("24"), time.Time{}, h.now()))
		if got, err := h.Notice(h.ctx, n.ID); err != nil || got.BreachAt == nil {
			t.Errorf("%+v %v", got, err)
		}
		if len(h.open_(schemas.OweNoticeWatch, n.ID)) != 0 {
			t.Error("the watch goes on")
		}
		h.wantEvents("notice:"+n.Ref, "notice.received notice.reminded notice.breach")
		late, err := h.AgencyLateness(h.ctx, t0.Add(-time.Hour), t0.Add(time.Hour))
		h.must(err)
		if d := cmp.Diff([]schemas.AgencyLateness{{AgencyID: "agency-a", Cases: 1, Breached: 1}}, late); d != "" {
			t.Error(d)
		}

		// The report came while the reminder was on its way: nobody is told.
		n2, _ := h.notice("agency-a", "", "另一处")
		lease := h.lease(schemas.OweNoticeWatch, n2.ID)
		r := h.upload("agency-a", "", "x")
		h.must(h.LinkNotice(h.ctx, n2.ID, r.ID, officer("a"), h.now()))
		h.must(h.RecordNoticeReminder(h.ctx, lease, n2.ID, schemas.NoticeBreach, msg("n2"), time.Time{}, h.now()))
		if got, _ := h.Notice(h.ctx, n2.ID); got.BreachAt != nil {
			t.Error("a breach of a linked notice")
		}
		h.wantEvents("notice:"+n2.Ref, "notice.received notice.linked")
	})
}

func TestLatenessOfAgencies(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		for i, late := range []time.Duration{3 * time.Hour, -time.Hour, 5 * time.Hour} {
			r := h.upload("agency-a", "", fmt.Sprint(i))
			k := h.consequences(red)
			k.Case.Deadline.Statutory = h.now().Add(-late)
			_, _, err := h.RecordAssessment(h.ctx, h.lease(schemas.OweAssess, r.ID), h.record(r, red), k, nil, h.now())
			h.must(err)
		}
		got, err := h.AgencyLateness(h.ctx, t0, t0.Add(time.Second))
		h.must(err)
		if d := cmp.Diff([]schemas.AgencyLateness{{AgencyID: "agency-a", Cases: 3, Late: 2, Worst: 5 * time.Hour, Total: 8 * time.Hour}}, got); d != "" {
			t.Error(d)
		}
	})
}
