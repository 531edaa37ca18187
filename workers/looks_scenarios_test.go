package workers

import (
	"context"
	"strings"
	"testing"
	"time"

	"jianding/intake/triage"
	"jianding/schemas"
)

// A clock that was set back wakes everything owed. A look at a day that is due
// weeks from now is not made for that, or it would never be made when it counts.
func TestALaterLookIsNotMadeBeforeItsTime(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.until(h.clock.Now().Add(5 * 24 * time.Hour))
		_, err := h.ledger.WakeAll(h.ctx, allKinds(), h.clock.Now())
		must(t, err)
		h.settle()
		open, _, err := h.ledger.Obligations(h.ctx, schemas.ObligationFilter{Kind: schemas.OweReconcile, Subject: "2026-11-24", State: schemas.ObligationOpen})
		must(t, err)
		if len(open) != 1 || !open[0].DueAt.Equal(time.Date(2026, 12, 1, 18, 0, 0, 0, time.UTC)) {
			t.Errorf("looks owed: %+v", open)
		}
	})
}

// The platform has both revisions, and later shows the one in force alone. The
// comparison asks for the older one, which is not there: sending it again would
// make the older content the newer.
func TestARevisionThatIsNoLongerListedIsNotSentAfterItsSuccessor(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		first := h.upload(sound("2026-001"))
		h.pass(30 * time.Hour)
		a := sound("2026-001")
		a.Report.Owner = "业主"
		second := h.upload(a)
		h.settle()
		d := h.delivery(first.ID)
		if s := h.delivery(second.ID).Status; s != schemas.DeliveryAcknowledged || d.Status != schemas.DeliveryAcknowledged {
			t.Fatalf("filed at first: %s, %s", d.Status, s)
		}
		delete(h.platform.records, d.IdempotencyKey)
		h.pass(3 * 24 * time.Hour)
		again := h.delivery(first.ID)
		if n := h.platform.commits[d.IdempotencyKey]; n != 1 || again.Status != schemas.DeliveryDead {
			t.Errorf("sent %d times, %+v", n, again)
		}
	})
}

// recentDays is a platform that lists its last days only.
type recentDays struct{ *fakePlatform }

func (p recentDays) List(ctx context.Context, day time.Time) ([]schemas.PlatformRecord, error) {
	if p.now().Sub(day) > 3*24*time.Hour {
		return nil, schemas.Errorf(schemas.KindUnavailable, "platform_unavailable", "平台列表暂不可用")
	}
	return p.fakePlatform.List(ctx, day)
}

// Such a platform is compared day by day all the same, also when a receipt that
// was entered by hand could be of a day that it does not list; and it is not
// asked for old days without end.
func TestAPlatformThatListsItsLastDaysOnly(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.options = func(o *Options) { o.Platform = recentDays{h.platform} }
		h.start()
		r := h.inHand("2026-001")
		h.pass(4 * 24 * time.Hour)
		h.handReceipt(r, "P-hand")
		must(t, h.ledger.AddObligations(h.ctx, []schemas.NewObligation{ReconcileNow("2026-11-20", h.clock.Now())}, h.clock.Now()))
		h.pass(6 * 24 * time.Hour)
		ds, err := h.ledger.Differences(h.ctx, true, 10)
		must(t, err)
		if len(ds) != 1 || ds[0].Kind != "missing_there" || ds[0].Day != "2026-11-28" {
			t.Errorf("differences: %+v", ds)
		}
		all, _, err := h.ledger.Obligations(h.ctx, schemas.ObligationFilter{Kind: schemas.OweReconcile, Limit: 500})
		must(t, err)
		first := 0
		for _, o := range all {
			why, err := reasonOf(o)
			must(t, err)
			switch {
			case !why.OnDemand && why.Look == 0:
				if o.State == schemas.ObligationDone {
					first++
				}
			case o.Subject == "2026-11-24" && why.Look == 2, why.OnDemand:
				if o.State != schemas.ObligationDead {
					t.Errorf("%s %s is %s after %d attempts", o.Subject, o.Payload, o.State, o.Attempt)
				}
			}
			if o.Attempt > 4*24+10 {
				t.Errorf("%s %s: %d attempts", o.Subject, o.Payload, o.Attempt)
			}
		}
		if first != 10 {
			t.Errorf("%d days compared at their end", first)
		}
	})
}

// What a human has to settle is of one day, not of each day around it too.
func TestADifferenceIsShownForOneDay(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.pass(30 * time.Hour)
		r := h.upload(sound("2026-001"))
		h.settle()
		theirs := h.platform.records[h.delivery(r.ID).IdempotencyKey]
		theirs.ReportNo = "2026-01"
		h.platform.records[theirs.IdempotencyKey] = theirs
		h.pass(3 * 24 * time.Hour)
		ds, err := h.ledger.Differences(h.ctx, false, 10)
		must(t, err)
		if len(ds) != 1 || ds[0].Kind != "differs" || ds[0].Day != "2026-11-25" {
			t.Errorf("differences: %+v", ds)
		}
	})
}

// A person filed a report on the platform's own pages, and the platform returned
// it. Asked by our key it knows nothing of it: that is no reason to send it.
func TestAFilingByHandThatIsReturnedIsNotSentByItself(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		r := h.inHand("2026-001")
		h.handReceipt(r, "P-hand")
		h.platform.records["by hand"] = schemas.PlatformRecord{ReportNo: "2026-001", Receipt: "P-hand", Status: "returned", Reasons: []string{"缺少附件"}, RecordedAt: h.clock.Now()}
		h.platform.answer = nil
		h.pass(30 * time.Hour)
		d := h.delivery(r.ID)
		if n := h.platform.commits[d.IdempotencyKey]; n != 0 || d.Status != schemas.DeliveryDead || d.PlatformReceipt != "P-hand" {
			t.Errorf("sent %d times: %+v", n, d)
		}
		if len(d.Returned) != 1 || !strings.Contains(d.Returned[0], "P-hand") {
			t.Errorf("nobody is told why: %q", d.Returned)
		}
	})
}

// An installation of before later looks were made has compared its last days
// once: they get the looks that are still to come, days before it none.
func TestDaysComparedByAnEarlierVersionAreLookedAtAgain(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		day := time.Date(2026, 11, 20, 0, 0, 0, 0, triage.Shanghai())
		must(t, h.ledger.AddObligations(h.ctx, []schemas.NewObligation{reconcileOf(day)}, h.clock.Now()))
		os, _, err := h.ledger.Obligations(h.ctx, schemas.ObligationFilter{Kind: schemas.OweReconcile})
		must(t, err)
		lease, err := h.ledger.LeaseObligation(h.ctx, os[0].ID, time.Minute)
		must(t, err)
		must(t, h.ledger.RecordDifferences(h.ctx, "2026-11-20", lease, nil, h.clock.Now()))
		must(t, h.ledger.AddObligations(h.ctx, []schemas.NewObligation{ReconcileNow("2026-11-21", h.clock.Now())}, h.clock.Now())) // a day before it, that somebody asked for
		for range 2 {                                                                                                              // and once, however often it starts
			h.start()
			h.settle()
		}
		os, _, err = h.ledger.Obligations(h.ctx, schemas.ObligationFilter{Kind: schemas.OweReconcile, State: schemas.ObligationOpen})
		must(t, err)
		due := map[string]time.Time{}
		for _, o := range os {
			due[o.Subject] = o.DueAt
		}
		if len(os) != 2 || !due["2026-11-20"].Equal(time.Date(2026, 11, 27, 18, 0, 0, 0, time.UTC)) {
			t.Errorf("owed: %+v", due)
		}
	})
}
