package ledger_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jianding/schemas"
)

// filed is an accepted report that is owed to the platform.
func (h *house) filed(content string) (schemas.Report, schemas.Delivery) {
	h.t.Helper()
	r, _ := h.assess(h.upload("agency-a", "F-"+content, content), reading{status: schemas.ReportAccepted, file: true})
	d, err := h.DeliveryByReport(h.ctx, r.ID)
	h.must(err)
	return r, d
}

func later(h *house) schemas.ObligationResult {
	return schemas.ObligationResult{RetryAt: h.now().Add(time.Minute), Outcome: "retry"}
}

func TestDeliveryIsOwedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r, d := h.filed("x")
		if d.Status != schemas.DeliveryPending || d.Unknown || d.IdempotencyKey == "" || !d.OwedAt.Equal(h.now()) {
			t.Errorf("%+v", d)
		}
		h.owed(schemas.OweFile, d.ID)
		h.assess(r, reading{status: schemas.ReportAccepted, file: true})
		h.owed(schemas.OweFile, d.ID)
		h.wantEvents("delivery:"+d.ID, "delivery.owed")
		if byKey, err := h.DeliveryByKey(h.ctx, d.IdempotencyKey); err != nil || byKey.ID != d.ID {
			t.Errorf("%+v %v", byKey, err)
		}
		f, err := h.Filing(h.ctx, d.ID)
		h.must(err)
		if f.Report.ID != r.ID || f.Assessment.SHA256 != "x" || f.SupersedesReceipt != "" {
			t.Errorf("filing %+v", f)
		}
	})
}

// What each answer makes of a delivery, after a submission that began with
// the state known, or not known.
func TestFilingOutcomes(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		for i, tc := range []struct {
			operation string
			unknown   bool // before
			result    schemas.FilingResult
			dead      bool
			want      string // status, unknown, obligation
		}{
			{"submit", false, schemas.FilingAccepted, false, "acknowledged false done"},
			{"submit", false, schemas.FilingDuplicate, false, "acknowledged false done"},
			{"submit", false, schemas.FilingSubmitted, false, "submitted false open"},
			{"submit", false, schemas.FilingRetry, false, "pending false open"},
			{"submit", true, schemas.FilingRetry, false, "pending true open"},
			{"submit", false, schemas.FilingUnknown, false, "pending true open"},
			{"submit", false, schemas.FilingFinal, false, "dead false dead"},
			{"submit", false, schemas.FilingReturned, false, "returned false done"},
			{"submit", false, schemas.FilingRetry, true, "dead false dead"},
			{"submit", false, schemas.FilingUnknown, true, "dead true dead"},
			{"query", true, schemas.FilingRetry, false, "pending true open"},
			{"query", true, schemas.FilingUnknown, false, "pending true open"},
			{"query", true, schemas.FilingNotFound, false, "pending false open"},
			{"query", true, schemas.FilingAccepted, false, "acknowledged false done"},
			{"query", false, schemas.FilingRetry, false, "pending false open"},
		} {
			_, d := h.filed(fmt.Sprint("x", i))
			if tc.unknown {
				lease := h.lease(schemas.OweFile, d.ID)
				no, err := h.BeginDeliveryAttempt(h.ctx, lease, "submit", "q0", h.now())
				h.must(err)
				_, err = h.FinishDeliveryAttempt(h.ctx, lease, schemas.FilingOutcome{Attempt: schemas.DeliveryAttempt{No: no}, Result: schemas.FilingUnknown}, later(h), h.now())
				h.must(err)
			}
			lease := h.lease(schemas.OweFile, d.ID)
			no, err := h.BeginDeliveryAttempt(h.ctx, lease, tc.operation, "q", h.now())
			h.must(err)
			if during, err := h.Delivery(h.ctx, d.ID); err != nil || during.Unknown != (tc.unknown || tc.operation == "submit") {
				t.Errorf("%d: while %s is on its way: unknown %v, %v", i, tc.operation, during.Unknown, err)
			}
			res := later(h)
			if tc.dead {
				res = schemas.ObligationResult{Dead: true}
			}
			got, err := h.FinishDeliveryAttempt(h.ctx, lease, schemas.FilingOutcome{Result: tc.result, Receipt: fmt.Sprint("P", i), Reasons: []string{"缺页"},
				Attempt: schemas.DeliveryAttempt{No: no, Status: 200, Duration: time.Second, Error: "e"}}, res, h.now())
			h.must(err)
			o, err := h.Obligation(h.ctx, lease.Obligation.ID)
			h.must(err)
			if s := fmt.Sprint(got.Status, " ", got.Unknown, " ", o.State); s != tc.want {
				t.Errorf("%d %+v: %s", i, tc, s)
			}
			last := got.Attempts[len(got.Attempts)-1]
			if last.Result != tc.result || last.Status != 200 || last.Duration != time.Second || last.RequestSHA256 != "q" {
				t.Errorf("%d: attempt %+v", i, last)
			}
			if got.Status == schemas.DeliveryAcknowledged && got.PlatformReceipt != fmt.Sprint("P", i) {
				t.Errorf("%d: receipt %q", i, got.PlatformReceipt)
			}
		}
	})
}

// A client that gives up before it sends anything ends no attempt: what earlier
// ones came to stays on record.
func TestGivingUpWithoutARequest(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		_, d := h.filed("x")
		lease := h.lease(schemas.OweFile, d.ID)
		no, err := h.BeginDeliveryAttempt(h.ctx, lease, "submit", "q", h.now())
		h.must(err)
		_, err = h.FinishDeliveryAttempt(h.ctx, lease, schemas.FilingOutcome{Attempt: schemas.DeliveryAttempt{No: no}, Result: schemas.FilingUnknown}, later(h), h.now())
		h.must(err)
		lease = h.lease(schemas.OweFile, d.ID)
		d, err = h.FinishDeliveryAttempt(h.ctx, lease, schemas.FilingOutcome{Result: schemas.FilingFinal, Reasons: []string{"字段缺失"}}, schemas.ObligationResult{Dead: true}, h.now())
		h.must(err)
		if len(d.Attempts) != 1 || d.Attempts[0].Result != schemas.FilingUnknown || !d.Unknown || d.Status != schemas.DeliveryDead {
			t.Errorf("%+v", d)
		}
		_, err = h.FinishDeliveryAttempt(h.ctx, lease, schemas.FilingOutcome{Attempt: schemas.DeliveryAttempt{No: 7}, Result: schemas.FilingUnknown}, later(h), h.now())
		h.wantCode(err, schemas.KindInvalid, "attempt_unknown")
	})
}

// Query, then submit, under one lease; the first answer keeps the lease.
func TestTwoRequestsUnderOneLease(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		_, d := h.filed("x")
		lease := h.lease(schemas.OweFile, d.ID)
		no, err := h.BeginDeliveryAttempt(h.ctx, lease, "query", "q1", h.now())
		h.must(err)
		_, err = h.FinishDeliveryAttempt(h.ctx, lease, schemas.FilingOutcome{Attempt: schemas.DeliveryAttempt{No: no}, Result: schemas.FilingNotFound}, schemas.ObligationResult{}, h.now())
		h.must(err)
		no, err = h.BeginDeliveryAttempt(h.ctx, lease, "submit", "q2", h.now())
		h.must(err)
		d, err = h.FinishDeliveryAttempt(h.ctx, lease, schemas.FilingOutcome{Attempt: schemas.DeliveryAttempt{No: no}, Result: schemas.FilingAccepted, Receipt: "P"}, schemas.ObligationResult{Done: true}, h.now())
		h.must(err)
		if len(d.Attempts) != 2 || d.Attempts[1].No != 2 || d.Status != schemas.DeliveryAcknowledged {
			t.Errorf("%+v", d)
		}
		_, err = h.BeginDeliveryAttempt(h.ctx, lease, "submit", "q3", h.now())
		h.wantCode(err, schemas.KindConflict, "delivery_settled")
		h.wantEvents("delivery:"+d.ID, "delivery.owed delivery.acknowledged")
	})
}

// A platform that returns a filing puts the report in front of a reviewer and
// its agency; the corrected report is owed anew, under another key.
func TestReturned(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r, d := h.filed("x")
		fresh, got, err := h.RecordCallback(h.ctx, schemas.PlatformCallback{Nonce: "n1", At: h.now(), Kind: "accepted", Record: schemas.PlatformRecord{IdempotencyKey: d.IdempotencyKey, Receipt: "P1"}}, h.now())
		h.must(err)
		if !fresh || got.Status != schemas.DeliveryAcknowledged || got.PlatformReceipt != "P1" {
			t.Errorf("%v %+v", fresh, got)
		}
		if len(h.open_(schemas.OweFile, d.ID)) != 0 {
			t.Error("still owed")
		}
		h.clock.Forward(time.Hour)
		cb := schemas.PlatformCallback{Nonce: "n2", At: h.now(), Kind: "returned", Record: schemas.PlatformRecord{Receipt: "P1", Reasons: []string{"缺少附件"}}}
		_, got, err = h.RecordCallback(h.ctx, cb, h.now())
		h.must(err)
		if got.Status != schemas.DeliveryReturned || got.Returned[0] != "缺少附件" || got.AcknowledgedAt != nil {
			t.Errorf("%+v", got)
		}
		fresh, again, err := h.RecordCallback(h.ctx, cb, h.now())
		h.must(err)
		if fresh || again.ID != d.ID {
			t.Errorf("replayed: %v %+v", fresh, again)
		}
		r = mustReport(h, r.ID)
		if r.Status != schemas.ReportNeedsReview || !r.ReviewDue.Equal(h.now().Add(24*time.Hour)) {
			t.Errorf("%+v", r)
		}
		h.owed(schemas.OweReviewWatch, r.ID)
		h.owed(schemas.OweAgencyNotice, r.ID)
		// An older callback that comes late changes nothing.
		_, got, err = h.RecordCallback(h.ctx, schemas.PlatformCallback{Nonce: "n3", At: h.now().Add(-time.Minute), Kind: "accepted", Record: schemas.PlatformRecord{IdempotencyKey: d.IdempotencyKey}}, h.now())
		h.must(err)
		if got.Status != schemas.DeliveryReturned {
			t.Errorf("a late callback: %+v", got)
		}
		h.wantEvents("delivery:"+d.ID, "delivery.owed delivery.acknowledged delivery.returned")

		_, _, err = h.DecideReview(h.ctx, schemas.Decision{ReportID: r.ID, Verdict: schemas.ReviewAccept, By: officer("审"), ExpectVersion: r.Version},
			schemas.Consequences{Status: schemas.ReportAccepted, File: true}, h.now())
		h.must(err)
		got, err = h.Delivery(h.ctx, d.ID)
		h.must(err)
		if got.Status != schemas.DeliveryPending || got.IdempotencyKey == d.IdempotencyKey || got.PlatformReceipt != "" {
			t.Errorf("owed anew: %+v", got)
		}
		h.owed(schemas.OweFile, d.ID)
		if len(h.open_(schemas.OweReviewWatch, r.ID)) != 0 {
			t.Error("the review is watched after its decision")
		}
	})
}

// A callback that overtakes the answer: what it said stays.
func TestCallbackBeforeTheAnswer(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		_, d := h.filed("x")
		lease := h.lease(schemas.OweFile, d.ID)
		no, err := h.BeginDeliveryAttempt(h.ctx, lease, "submit", "q", h.now())
		h.must(err)
		_, _, err = h.RecordCallback(h.ctx, schemas.PlatformCallback{Nonce: "n", At: h.now(), Kind: "accepted", Record: schemas.PlatformRecord{IdempotencyKey: d.IdempotencyKey, Receipt: "P"}}, h.now())
		h.must(err)
		d, err = h.FinishDeliveryAttempt(h.ctx, lease, schemas.FilingOutcome{Attempt: schemas.DeliveryAttempt{No: no}, Result: schemas.FilingUnknown}, later(h), h.now())
		h.must(err)
		if d.Status != schemas.DeliveryAcknowledged || d.Unknown || d.Attempts[0].Result != schemas.FilingUnknown || len(h.open_(schemas.OweFile, d.ID)) != 0 {
			t.Errorf("%+v", d)
		}
	})
}

func TestManualMode(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		_, d := h.filed("x")
		lease := h.lease(schemas.OweFile, d.ID)
		no, err := h.BeginDeliveryAttempt(h.ctx, lease, "submit", "q", h.now())
		h.must(err)
		by := officer("办")
		m, err := h.SetDeliveryManual(h.ctx, d.ID, by, h.now())
		h.must(err)
		if m.Status != schemas.DeliveryManual || !m.Unknown {
			t.Errorf("%+v", m)
		}
		_, err = h.BeginDeliveryAttempt(h.ctx, lease, "submit", "q", h.now())
		h.wantCode(err, schemas.KindConflict, "delivery_manual")
		// The request that was on its way arrived after all: no second filing.
		m, err = h.FinishDeliveryAttempt(h.ctx, lease, schemas.FilingOutcome{Attempt: schemas.DeliveryAttempt{No: no}, Result: schemas.FilingRetry}, later(h), h.now())
		h.must(err)
		if m.Status != schemas.DeliveryManual || len(h.open_(schemas.OweFile, d.ID)) != 0 {
			t.Errorf("%+v", m)
		}
		a, err := h.SetDeliveryAutomatic(h.ctx, d.ID, by, h.now())
		h.must(err)
		if a.Status != schemas.DeliveryPending || !a.Unknown {
			t.Errorf("back to automatic: %+v: the client must ask first", a)
		}
		h.owed(schemas.OweFile, d.ID)
		_, err = h.EnterManualReceipt(h.ctx, d.ID, "P9", "截图", by, h.now())
		h.wantCode(err, schemas.KindConflict, "delivery_not_manual")
		_, err = h.SetDeliveryManual(h.ctx, d.ID, by, h.now())
		h.must(err)
		_, err = h.EnterManualReceipt(h.ctx, d.ID, " ", "截图", by, h.now())
		h.wantCode(err, schemas.KindInvalid, "receipt_missing")
		a, err = h.EnterManualReceipt(h.ctx, d.ID, "P9", "截图", by, h.now())
		h.must(err)
		if a.Status != schemas.DeliveryAcknowledged || a.PlatformReceipt != "P9" || a.ManualEvidence != "截图" || a.Unknown {
			t.Errorf("%+v", a)
		}
		_, err = h.SetDeliveryManual(h.ctx, d.ID, by, h.now())
		h.wantCode(err, schemas.KindConflict, "delivery_settled")
		h.wantEvents("delivery:"+d.ID, "delivery.owed delivery.manual delivery.replayed delivery.manual delivery.acknowledged")
	})
}

// A request is still on its way while a human takes the filing, files it on the
// platform's pages and gives it back. Whatever the answer is, it is older than
// what the human did: the client asks before it sends.
func TestAnAnswerFromBeforeTheSwitch(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		for i, tc := range []struct {
			operation string
			result    schemas.FilingResult
			res       schemas.ObligationResult
		}{
			{"submit", schemas.FilingRetry, later(h)},
			{"submit", schemas.FilingFinal, schemas.ObligationResult{Dead: true}},
			{"submit", schemas.FilingSubmitted, later(h)},
			{"submit", schemas.FilingAccepted, schemas.ObligationResult{Done: true}},
			{"query", schemas.FilingNotFound, later(h)},
		} {
			_, d := h.filed(fmt.Sprint("x", i))
			lease := h.lease(schemas.OweFile, d.ID)
			no, err := h.BeginDeliveryAttempt(h.ctx, lease, tc.operation, "q", h.now())
			h.must(err)
			_, err = h.SetDeliveryManual(h.ctx, d.ID, officer("办"), h.now())
			h.must(err)
			_, err = h.SetDeliveryAutomatic(h.ctx, d.ID, officer("办"), h.now())
			h.must(err)
			got, err := h.FinishDeliveryAttempt(h.ctx, lease, schemas.FilingOutcome{Attempt: schemas.DeliveryAttempt{No: no}, Result: tc.result, Receipt: "P"}, tc.res, h.now())
			h.must(err)
			if got.Status != schemas.DeliveryPending || !got.Unknown || got.Attempts[0].Result != tc.result {
				t.Errorf("%s %s: %+v", tc.operation, tc.result, got)
			}
			h.owed(schemas.OweFile, d.ID)
		}
	})
}

// The comparison finds the report on the platform, filed there by hand, while a
// submission is on its way that then fails: the client asks, and does not send.
func TestAFailureTakesNoDoubtOfTheComparisonBack(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		_, d := h.filed("x")
		lease := h.lease(schemas.OweFile, d.ID)
		no, err := h.BeginDeliveryAttempt(h.ctx, lease, "submit", "q", h.now())
		h.must(err)
		const day = "2026-11-23"
		h.must(h.AddObligations(h.ctx, []schemas.NewObligation{{Kind: schemas.OweReconcile, Subject: day, DueAt: h.now()}}, h.now()))
		h.must(h.RecordDifferences(h.ctx, day, h.lease(schemas.OweReconcile, day), []schemas.Difference{{Kind: "differs", DeliveryID: d.ID, Safe: "query",
			Record: schemas.PlatformRecord{Receipt: "H1", Status: "accepted"}}}, h.now()))
		d, err = h.FinishDeliveryAttempt(h.ctx, lease, schemas.FilingOutcome{Attempt: schemas.DeliveryAttempt{No: no}, Result: schemas.FilingRetry}, later(h), h.now())
		h.must(err)
		if !d.Unknown {
			t.Errorf("%+v: it would be sent again unasked", d)
		}
	})
}

// What was exported for filing by hand may be on the platform already, whether
// somebody switched it to manual or not, and whatever becomes of a submission
// that is under way.
func TestWhatWasExportedIsAskedAboutFirst(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		_, d := h.filed("x")
		_, m := h.filed("y")
		_, err := h.SetDeliveryManual(h.ctx, m.ID, officer("办"), h.now())
		h.must(err)
		lease := h.lease(schemas.OweFile, d.ID)
		no, err := h.BeginDeliveryAttempt(h.ctx, lease, "submit", "q", h.now())
		h.must(err)
		h.must(h.NoteExport(h.ctx, []string{d.ID, m.ID, "nobody's"}))
		d, err = h.FinishDeliveryAttempt(h.ctx, lease, schemas.FilingOutcome{Attempt: schemas.DeliveryAttempt{No: no}, Result: schemas.FilingRetry}, later(h), h.now())
		h.must(err)
		m, err = h.Delivery(h.ctx, m.ID)
		h.must(err)
		if d.Status != schemas.DeliveryPending || !d.Unknown || m.Status != schemas.DeliveryManual {
			t.Errorf("%+v, %+v", d, m)
		}
	})
}

// A clerk who types the receipt of another report would bury this one: it is
// refused. A revision may keep the receipt of the one before.
func TestAReceiptIsOfOneReport(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		manual := func(number, content string) schemas.Delivery {
			r, _ := h.assess(h.upload("agency-a", number, content), reading{status: schemas.ReportAccepted, file: true})
			d, err := h.DeliveryByReport(h.ctx, r.ID)
			h.must(err)
			d, err = h.SetDeliveryManual(h.ctx, d.ID, officer("办"), h.now())
			h.must(err)
			return d
		}
		enter := func(d schemas.Delivery) error {
			_, err := h.EnterManualReceipt(h.ctx, d.ID, "P1", "截图", officer("办"), h.now())
			return err
		}
		first, other, revision := manual("R-1", "one"), manual("R-2", "two"), manual("R-1", "three")
		h.must(enter(first))
		h.wantCode(enter(other), schemas.KindConflict, "receipt_taken")
		h.must(enter(revision))
	})
}

func TestReplayAtARate(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		var ids []string
		for i := range 5 {
			_, d := h.filed(fmt.Sprint("x", i))
			lease := h.lease(schemas.OweFile, d.ID)
			if i < 4 {
				_, err := h.FinishDeliveryAttempt(h.ctx, lease, schemas.FilingOutcome{Result: schemas.FilingFinal, Reasons: []string{"字段缺失"}}, schemas.ObligationResult{Dead: true}, h.now())
				h.must(err)
			}
			ids = append(ids, d.ID)
			h.clock.Forward(time.Second)
		}
		h.clock.Forward(time.Hour)
		n, err := h.ReplayDeliveries(h.ctx, schemas.DeliveryFilter{Status: schemas.DeliveryDead}, officer("办"), 2, h.now())
		h.must(err)
		if n != 4 {
			t.Errorf("%d replayed", n)
		}
		for i, id := range ids[:4] {
			if o := h.owed(schemas.OweFile, id); !o.DueAt.Equal(h.now().Add(time.Duration(i) * 30 * time.Second)) {
				t.Errorf("%d due %v", i, o.DueAt.Sub(h.now()))
			}
		}
		if n, err = h.ReplayDeliveries(h.ctx, schemas.DeliveryFilter{IDs: ids}, officer("办"), 0, h.now()); err != nil || n != 0 {
			t.Errorf("again: %d %v", n, err)
		}
		got, next, err := h.Deliveries(h.ctx, schemas.DeliveryFilter{Query: "f-x", Limit: 3})
		if err != nil || len(got) != 3 || next == "" || got[0].ID != ids[0] {
			t.Errorf("deliveries by number: %+v %q %v", got, next, err)
		}
	})
}

func TestFilingNamesTheRecordBefore(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		accepted := reading{status: schemas.ReportAccepted, file: true}
		r1, _ := h.assess(h.upload("agency-a", "R", "one"), accepted)
		d1, err := h.DeliveryByReport(h.ctx, r1.ID)
		h.must(err)
		h.clock.Forward(time.Minute)
		r2, _ := h.assess(h.upload("agency-a", "R", "two"), accepted)
		d2, err := h.DeliveryByReport(h.ctx, r2.ID)
		h.must(err)
		lease := h.lease(schemas.OweFile, d1.ID)
		no, err := h.BeginDeliveryAttempt(h.ctx, lease, "submit", "q", h.now())
		h.must(err)
		_, err = h.FinishDeliveryAttempt(h.ctx, lease, schemas.FilingOutcome{Attempt: schemas.DeliveryAttempt{No: no}, Result: schemas.FilingAccepted, Receipt: "P1"}, schemas.ObligationResult{Done: true}, h.now())
		h.must(err)
		f, err := h.Filing(h.ctx, d2.ID)
		h.must(err)
		if f.SupersedesReceipt != "P1" || f.SupersedesKey != d1.IdempotencyKey {
			t.Errorf("%+v", f)
		}
		if f, err = h.Filing(h.ctx, d1.ID); err != nil || f.SupersedesReceipt != "" {
			t.Errorf("%+v %v", f, err)
		}
	})
}

func TestDifferences(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		reconcile := func(ds ...schemas.Difference) {
			t.Helper()
			h.must(h.AddObligations(h.ctx, []schemas.NewObligation{{Kind: schemas.OweReconcile, Subject: "2026-11-24", Dedupe: h.now().String(), DueAt: h.now()}}, h.now()))
			lease := h.lease(schemas.OweReconcile, "2026-11-24")
			h.must(h.RecordDifferences(h.ctx, "2026-11-24", lease, ds, h.now()))
			h.must(h.FinishObligation(h.ctx, lease, schemas.ObligationResult{Done: true}, h.now()))
			h.clock.Forward(time.Hour)
		}
		open := func() string {
			ds, err := h.Differences(h.ctx, true, 10)
			h.must(err)
			var s []string
			for _, d := range ds {
				s = append(s, d.Kind+" "+d.Record.Receipt)
			}
			return strings.Join(s, ", ")
		}
		_, d := h.filed("x")
		missing := schemas.Difference{Kind: "missing_there", DeliveryID: d.ID}
		unknown := schemas.Difference{Kind: "unknown_here", Record: schemas.PlatformRecord{Receipt: "P7"}, Detail: "台账无此记录"}
		reconcile(missing, unknown)
		reconcile(missing, unknown) // found again: the same work
		if got := open(); got != "unknown_here P7, missing_there " && got != "missing_there , unknown_here P7" {
			t.Errorf("open: %s", got)
		}
		reconcile(unknown) // the missing one has arrived
		if got := open(); got != "unknown_here P7" {
			t.Errorf("open: %s", got)
		}
		ds, err := h.Differences(h.ctx, true, 10)
		h.must(err)
		h.must(h.ResolveDifference(h.ctx, ds[0].ID, "平台已撤销", officer("办"), h.now()))
		h.wantCode(h.ResolveDifference(h.ctx, ds[0].ID, "又", officer("办"), h.now()), schemas.KindConflict, "difference_resolved")
		if all, err := h.Differences(h.ctx, false, 10); err != nil || len(all) != 2 || open() != "" {
			t.Errorf("%+v %v", all, err)
		}
		// A callback about a record that nobody knows is such a difference.
		fresh, none, err := h.RecordCallback(h.ctx, schemas.PlatformCallback{Nonce: "n", At: h.now(), Kind: "accepted", Record: schemas.PlatformRecord{IdempotencyKey: "k?", Receipt: "P8"}}, h.now())
		h.must(err)
		if !fresh || cmp.Diff(schemas.Delivery{}, none) != "" || open() != "unknown_here P8" {
			t.Errorf("%v %+v %s", fresh, none, open())
		}
	})
}

// A comparison that met a filing in a human's hands is settled when the filing
// gets the receipt that the platform listed, whatever day it compared.
func TestADifferenceFoundInAHumansHandsIsSettledByItsReceipt(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		_, d := h.filed("x")
		_, err := h.SetDeliveryManual(h.ctx, d.ID, officer("办"), h.now())
		h.must(err)
		record := schemas.PlatformRecord{IdempotencyKey: d.IdempotencyKey, Receipt: "P1", Status: "accepted"}
		h.must(h.AddObligations(h.ctx, []schemas.NewObligation{{Kind: schemas.OweReconcile, Subject: "2026-11-23", DueAt: h.now()}}, h.now()))
		h.must(h.RecordDifferences(h.ctx, "2026-11-23", h.lease(schemas.OweReconcile, "2026-11-23"),
			[]schemas.Difference{{Kind: "differs", DeliveryID: d.ID, Record: record, Detail: "尚未登记回执", Safe: "query"}}, h.now()))
		if ds, err := h.Differences(h.ctx, true, 10); err != nil || len(ds) != 1 {
			t.Fatalf("%+v %v", ds, err)
		}
		n, err := h.ReplayDeliveries(h.ctx, schemas.DeliveryFilter{IDs: []string{d.ID}}, officer("办"), 0, h.now())
		h.must(err)
		if n != 1 {
			t.Fatalf("%d given back", n)
		}
		_, _, err = h.RecordCallback(h.ctx, schemas.PlatformCallback{Nonce: "n", At: h.now(), Kind: "accepted", Record: record}, h.now())
		h.must(err)
		now, err := h.Delivery(h.ctx, d.ID)
		h.must(err)
		if ds, err := h.Differences(h.ctx, true, 10); err != nil || len(ds) != 0 || now.Status != schemas.DeliveryAcknowledged {
			t.Errorf("%s, open: %+v %v", now.Status, ds, err)
		}
	})
}

// What the platform told us by callback is work until a human has looked at it:
// the comparison of the day lists other days' records only, and its silence
// about this one proves nothing.
func TestAComparisonDoesNotCloseWhatACallbackTold(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		_, d := h.filed("x")
		for i, r := range []schemas.PlatformRecord{{IdempotencyKey: "k?", Receipt: "P8"}, {IdempotencyKey: d.IdempotencyKey, SHA256: strings.Repeat("0", 64)}} {
			_, _, err := h.RecordCallback(h.ctx, schemas.PlatformCallback{Nonce: fmt.Sprint(i), At: h.now(), Kind: "withdrawn", Record: r}, h.now())
			h.must(err)
		}
		told, err := h.Differences(h.ctx, true, 10)
		h.must(err)
		if len(told) != 2 {
			t.Fatalf("%+v", told)
		}
		day := told[0].Day
		h.must(h.AddObligations(h.ctx, []schemas.NewObligation{{Kind: schemas.OweReconcile, Subject: day, DueAt: h.now()}}, h.now()))
		h.must(h.RecordDifferences(h.ctx, day, h.lease(schemas.OweReconcile, day), nil, h.now()))
		open, err := h.Differences(h.ctx, true, 10)
		h.must(err)
		if len(open) != 2 {
			t.Errorf("open after the comparison: %+v", open)
		}
	})
}

// A callback that carries the key of one report and the file of another
// decides nothing about either.
func TestACallbackAboutAnotherFile(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		_, d := h.filed("x")
		for i, kind := range []string{"accepted", "returned", "withdrawn"} {
			_, _, err := h.RecordCallback(h.ctx, schemas.PlatformCallback{Nonce: kind, At: h.now().Add(time.Duration(i) * time.Second), Kind: kind,
				Record: schemas.PlatformRecord{IdempotencyKey: d.IdempotencyKey, Receipt: "P9", SHA256: strings.Repeat("0", 64)}}, h.now())
			h.must(err)
		}
		now, err := h.Delivery(h.ctx, d.ID)
		h.must(err)
		ds, err := h.Differences(h.ctx, true, 10)
		h.must(err)
		if now.Status != d.Status || now.PlatformReceipt != "" || len(ds) != 1 || ds[0].DeliveryID != d.ID {
			t.Errorf("%+v, differences %+v", now, ds)
		}
	})
}
