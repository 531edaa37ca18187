package workers

import (
	"testing"
	"time"

	"jianding/schemas"
)

// inHand uploads a report that the platform has no time for and that a person
// takes over.
func (h *house) inHand(no string) schemas.Report {
	h.t.Helper()
	h.platform.answer = func(int) (bool, *schemas.FilingOutcome) {
		return false, &schemas.FilingOutcome{Result: schemas.FilingRetry, RetryAfter: time.Minute, Attempt: schemas.DeliveryAttempt{Operation: "submit", Status: 503}}
	}
	r := h.upload(sound(no))
	h.settle()
	_, err := h.ledger.SetDeliveryManual(h.ctx, h.delivery(r.ID).ID, officer(), h.clock.Now())
	must(h.t, err)
	return r
}

// handReceipt enters the receipt of a report that a person has filed.
func (h *house) handReceipt(r schemas.Report, receipt string) {
	h.t.Helper()
	_, err := h.ledger.EnterManualReceipt(h.ctx, h.delivery(r.ID).ID, receipt, "截图", officer(), h.clock.Now())
	must(h.t, err)
}

func TestReconciliationFindsWhatDiffers(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		a, b, c := h.upload(sound("2026-001")), h.upload(sound("2026-002")), h.upload(sound("2026-003"))
		h.settle()
		// The platform lost one record, has one that nobody here filed and one
		// with another file, and has returned one without a callback.
		lost := h.delivery(a.ID)
		delete(h.platform.records, lost.IdempotencyKey)
		h.platform.records["stranger"] = schemas.PlatformRecord{IdempotencyKey: "stranger", Receipt: "P-x", Status: "accepted", RecordedAt: h.clock.Now()}
		rec := h.platform.records[h.delivery(b.ID).IdempotencyKey]
		rec.SHA256 = "00"
		h.platform.records[rec.IdempotencyKey] = rec
		back := h.platform.records[h.delivery(c.ID).IdempotencyKey]
		back.Status, back.Reasons = "returned", []string{"缺少附件"}
		h.platform.records[back.IdempotencyKey] = back
		h.until(time.Date(2026, 11, 24, 18, 1, 0, 0, time.UTC)) // 02:01 in Shanghai
		all, err := h.ledger.Differences(h.ctx, false, 10)
		must(t, err)
		got := map[string]string{}
		for _, d := range all {
			got[d.Kind+" "+d.DeliveryID] = d.Resolution
		}
		for kind, open := range map[string]bool{"missing_there " + lost.ID: false, "unknown_here ": true,
			"differs " + h.delivery(b.ID).ID: true, "differs " + h.delivery(c.ID).ID: false} {
			if r, found := got[kind]; !found || (r == "") != open {
				t.Errorf("%s: found %v, resolution %q", kind, found, r)
			}
		}
		if len(all) != 4 {
			t.Errorf("differences: %+v", all)
		}
		// What the platform's answer settles is settled: the lost one is filed
		// anew, the returned one is back in review.
		if d := h.delivery(a.ID); d.Status != schemas.DeliveryAcknowledged || h.platform.commits[d.IdempotencyKey] != 2 {
			t.Errorf("the lost one: %+v, %d records", d, h.platform.commits[d.IdempotencyKey])
		}
		if d := h.delivery(c.ID); d.Status != schemas.DeliveryReturned || d.Returned[0] != "缺少附件" || h.report(c.ID).Status != schemas.ReportNeedsReview {
			t.Errorf("the returned one: %+v", d)
		}
		if d := h.delivery(b.ID); d.Status != schemas.DeliveryAcknowledged {
			t.Errorf("the one with another file: %+v", d)
		}
		// And the next day is owed already, and another look at this one.
		next, _, err := h.ledger.Obligations(h.ctx, schemas.ObligationFilter{Kind: schemas.OweReconcile, State: schemas.ObligationOpen})
		must(t, err)
		days := map[string]time.Time{}
		for _, o := range next {
			days[o.Subject] = o.DueAt
		}
		due := time.Date(2026, 11, 25, 18, 0, 0, 0, time.UTC)
		if len(next) != 2 || !days["2026-11-24"].Equal(due) || !days["2026-11-25"].Equal(due) {
			t.Errorf("next: %+v", next)
		}
	})
}

// A comparison that somebody asks for does not wait for the day's end, finds
// nothing where nothing differs, and leaves a confirmed filing on its day.
func TestReconciliationOnDemand(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		r := h.upload(sound("2026-001"))
		h.settle()
		before := h.delivery(r.ID)
		now := func() {
			h.pass(time.Minute)
			must(t, h.ledger.AddObligations(h.ctx, []schemas.NewObligation{ReconcileNow("2026-11-24", h.clock.Now())}, h.clock.Now()))
			h.settle()
		}
		open := func() int {
			ds, err := h.ledger.Differences(h.ctx, true, 10)
			must(t, err)
			return len(ds)
		}
		now()
		if n := open(); n != 0 || h.platform.queries != 0 {
			t.Errorf("%d differences, %d questions where nothing differs", n, h.platform.queries)
		}
		// The list leaves one out that the platform has.
		h.platform.unlisted = before.IdempotencyKey
		now()
		after := h.delivery(r.ID)
		if open() != 0 || h.platform.queries != 1 || h.platform.commits[before.IdempotencyKey] != 1 || after.Status != schemas.DeliveryAcknowledged ||
			!after.AcknowledgedAt.Equal(*before.AcknowledgedAt) {
			t.Errorf("%d open, %d questions; before %+v, after %+v", open(), h.platform.queries, before, after)
		}
		// What a human filed is a human's to look for.
		m := h.inHand("2026-002")
		h.handReceipt(m, "P-hand")
		now()
		if n := open(); n != 1 || h.delivery(m.ID).Status != schemas.DeliveryAcknowledged {
			t.Errorf("filed by hand and not listed: %d open, %+v", n, h.delivery(m.ID))
		}
	})
}

// While a submission is under way a human files the report and enters the
// receipt. The platform took both: nobody may believe that there is one.
func TestTwoReceiptsOfOneReportAreADifference(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		var r schemas.Report
		h.platform.answer = func(int) (bool, *schemas.FilingOutcome) {
			d := h.delivery(r.ID)
			_, err := h.ledger.SetDeliveryManual(h.ctx, d.ID, officer(), h.clock.Now())
			must(t, err)
			_, err = h.ledger.EnterManualReceipt(h.ctx, d.ID, "P-hand", "截图", officer(), h.clock.Now())
			must(t, err)
			return true, nil
		}
		r = h.upload(sound("2026-001"))
		h.settle()
		ds, err := h.ledger.Differences(h.ctx, true, 10)
		must(t, err)
		if d := h.delivery(r.ID); len(ds) != 1 || ds[0].DeliveryID != d.ID || d.PlatformReceipt != "P-hand" {
			t.Errorf("differences %+v; %s %s", ds, d.Status, d.PlatformReceipt)
		}
	})
}

// The platform returns a report days after it was filed, and its callback is
// lost. Nobody may go on believing that it is filed.
func TestAReturnOfDaysLaterIsFoundWithoutItsCallback(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		r := h.upload(sound("2026-001"))
		h.settle()
		filed := h.clock.Now()
		h.until(filed.Add(5 * 24 * time.Hour))
		back := h.platform.records[h.delivery(r.ID).IdempotencyKey]
		back.Status, back.Reasons = "returned", []string{"缺少附件"}
		h.platform.records[back.IdempotencyKey] = back
		h.until(filed.Add(9 * 24 * time.Hour))
		if d := h.delivery(r.ID); d.Status != schemas.DeliveryReturned || h.report(r.ID).Status != schemas.ReportNeedsReview {
			t.Errorf("%s, report %s", d.Status, h.report(r.ID).Status)
		}
		// Each day has an end of it, too.
		h.until(filed.Add(40 * 24 * time.Hour))
		looks, _, err := h.ledger.Obligations(h.ctx, schemas.ObligationFilter{Kind: schemas.OweReconcile, Subject: "2026-11-24"})
		must(t, err)
		for _, o := range looks {
			if o.State != schemas.ObligationDone {
				t.Errorf("%s of the day is %s", o.Payload, o.State)
			}
		}
		if len(looks) != 5 {
			t.Errorf("%d looks at the day", len(looks))
		}
	})
}

// A person files a report on the platform's own pages and enters the receipt
// five days later: nothing is missing there. One whose receipt nobody finds is.
func TestAReceiptEnteredDaysLaterIsNotMissing(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		a, b := h.inHand("2026-001"), h.inHand("2026-002")
		h.platform.records["by hand"] = schemas.PlatformRecord{ReportNo: "2026-001", Receipt: "P-hand", Status: "accepted", RecordedAt: h.clock.Now().Add(time.Hour)}
		h.until(h.clock.Now().Add(5 * 24 * time.Hour))
		h.handReceipt(a, "P-hand")
		h.handReceipt(b, "P-slip")
		h.until(h.clock.Now().Add(30 * time.Hour))
		ds, err := h.ledger.Differences(h.ctx, true, 10)
		must(t, err)
		var missing []string
		for _, d := range ds {
			if d.Kind == "missing_there" {
				missing = append(missing, d.DeliveryID)
			}
		}
		if len(missing) != 1 || missing[0] != h.delivery(b.ID).ID {
			t.Errorf("missing there: %v; differences %+v", missing, ds)
		}
	})
}
