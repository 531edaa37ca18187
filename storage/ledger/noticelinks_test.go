package ledger_test

import (
	"testing"
	"time"

	"jianding/schemas"
)

// decide has a reviewer decide on a report as it is now.
func (h *house) decide(id string, v schemas.ReviewVerdict) schemas.Report {
	h.t.Helper()
	status := map[schemas.ReviewVerdict]schemas.ReportStatus{schemas.ReviewAccept: schemas.ReportAccepted, schemas.ReviewReject: schemas.ReportRejected}[v]
	r, _, err := h.DecideReview(h.ctx, schemas.Decision{ReportID: id, Verdict: v, By: officer("王五"), ExpectVersion: mustReport(h, id).Version},
		schemas.Consequences{Status: status}, h.now())
	h.must(err)
	return r
}

func (h *house) wantLinked(n schemas.Notice, reportID string) {
	h.t.Helper()
	got, err := h.Notice(h.ctx, n.ID)
	h.must(err)
	if got.ReportID != reportID || (got.LinkedAt != nil) != (reportID != "") {
		h.t.Errorf("notice %s is linked to %q since %v, want %q", n.Ref, got.ReportID, got.LinkedAt, reportID)
	}
	// Who owes a report is looked after, and nobody twice.
	want := 1
	if reportID != "" {
		want = 0
	}
	if os := h.open_(schemas.OweNoticeWatch, n.ID); len(os) > 1 || len(os) < want {
		h.t.Errorf("%d watches of %s", len(os), n.Ref)
	}
}

// A report that is rejected answers no notice: the agency still owes one.
func TestARejectedReportIsTakenFromItsNotice(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		for name, link := range map[string]func(n schemas.Notice, r schemas.Report){
			"by number": func(schemas.Notice, schemas.Report) {},
			"by hand": func(n schemas.Notice, r schemas.Report) {
				h.must(h.LinkNotice(h.ctx, n.ID, r.ID, officer("李四"), h.now()))
			},
		} {
			number := "N-" + name
			if name == "by hand" {
				number = ""
			}
			n, c := h.notice("agency-a", number, name)
			r := h.upload("agency-a", "N-"+name, name)
			r, _ = h.assess(r, reading{status: schemas.ReportNeedsReview, level: schemas.HazardAmber})
			link(n, r)
			h.wantLinked(n, r.ID)
			// The watch has seen the link and ended.
			h.must(h.FinishObligation(h.ctx, h.lease(schemas.OweNoticeWatch, n.ID), schemas.ObligationResult{Done: true, Outcome: "linked"}, h.now()))

			h.clock.Forward(20 * time.Hour)
			h.decide(r.ID, schemas.ReviewReject)
			h.wantLinked(n, "")
			if o := h.owed(schemas.OweNoticeWatch, n.ID); !o.DueAt.Equal(h.now()) {
				t.Errorf("%s: looked at again at %v", name, o.DueAt)
			}
			h.wantEvents("notice:"+n.Ref, "notice.received notice.linked notice.unlinked")
			if got := h.theCase(c.ID); got.Status.Ended() || got.Level != schemas.HazardRed {
				t.Errorf("%s: the house is no less in danger: %+v", name, got)
			}
			h.wantCode(h.LinkNotice(h.ctx, n.ID, r.ID, officer("李四"), h.now()), schemas.KindConflict, "notice_report_rejected")
			// Overturned, it answers again.
			h.decide(r.ID, schemas.ReviewAccept)
			h.wantLinked(n, r.ID)
		}
	})
}

// A watch that saw the link while the report was rejected ends, and another
// one looks.
func TestARejectionDuringTheWatchIsNotMissed(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		n, _ := h.notice("agency-a", "N", "墙体倾斜")
		r, _ := h.assess(h.upload("agency-a", "N", "x"), amber)
		lease := h.lease(schemas.OweNoticeWatch, n.ID)
		h.decide(r.ID, schemas.ReviewReject)
		h.must(h.FinishObligation(h.ctx, lease, schemas.ObligationResult{Done: true, Outcome: "linked"}, h.now()))
		h.wantLinked(n, "")
		h.owed(schemas.OweNoticeWatch, n.ID)
	})
}

// The newest of the others that can be used answers in its place.
func TestAnotherRevisionAnswersInPlaceOfARejectedOne(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		n, _ := h.notice("agency-a", "N", "墙体倾斜")
		r1, _ := h.assess(h.upload("agency-a", "N", "1"), amber)
		h.clock.Forward(time.Minute)
		r2, _ := h.assess(h.upload("agency-a", "N", "2"), amber)
		h.wantLinked(n, r1.ID)
		h.decide(r1.ID, schemas.ReviewReject)
		h.wantLinked(n, r2.ID)
		h.wantEvents("notice:"+n.Ref, "notice.received notice.linked notice.unlinked notice.linked")
	})
}

// The number of a report that answered a notice is used again for another
// house: the report about the first one no longer holds, and is missing.
func TestARevisionAboutAnotherHouseAnswersNoNotice(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		const first, second = "鼎山街道滨江路1号", "白沙镇石坝街20号"
		at := func(address, content string) schemas.Report {
			n := h.newReport("agency-a", "N", content)
			n.Declared.Address = address
			r, _, err := h.ReceiveReport(h.ctx, n)
			h.must(err)
			r, _ = h.assess(r, plain)
			h.clock.Forward(time.Minute)
			return r
		}
		n, _ := h.notice("agency-a", "N", "墙体倾斜") // of the first
		r1 := at("重庆市江津区"+first, "1")
		h.wantLinked(n, r1.ID)
		at("江津区 "+first+"附2号", "2") // the same house, said otherwise
		h.wantLinked(n, r1.ID)
		r3 := at(second, "3")
		h.wantLinked(n, "")
		h.wantEvents("notice:"+n.Ref, "notice.received notice.linked notice.unlinked")
		// Read again it is still about the other house.
		h.assess(mustReport(h, r3.ID), plain)
		h.wantLinked(n, "")
		// The first house's report comes again.
		r5 := at(first, "5")
		h.wantLinked(n, r5.ID)
	})
}

// A house has one open case also where only the report that answers its notice leads
// to it: a later report of the notice's number joins the case in which that report is.
func TestTheCaseOfTheReportThatAnswersANotice(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		n, c := h.notice("agency-a", "R-1", "first")
		up := h.newReport("agency-a", "R-2", "answer")
		up.Declared.NoticeRef = n.Ref
		r, _, err := h.ReceiveReport(h.ctx, up)
		h.must(err)
		r, _ = h.assess(r, reading{status: schemas.ReportAccepted, level: schemas.HazardNone})
		h.wantLinked(n, r.ID)
		h.must(h.closeIt(c.ID))

		again, open := h.notice("agency-a", "", "again")
		h.must(h.LinkNotice(h.ctx, again.ID, r.ID, officer("李四"), h.now()))
		_, of := h.assess(h.upload("agency-a", "R-1", "later"), reading{status: schemas.ReportAccepted, level: schemas.HazardRed})
		if of == nil || of.ID != open.ID || len(h.openCases()) != 1 {
			t.Errorf("the later report is in %+v, of open cases %+v", of, h.openCases())
		}
	})
}
