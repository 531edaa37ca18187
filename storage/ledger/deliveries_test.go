package ledger_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

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
		other := cb
		other.RawHash, other.Record.Reasons = strings.Repeat("1", 64), []string{"缺少签字"}
		if _, _, err = h.RecordCallback(h.ctx, other, h.now()); schemas.KindOf(err) != schemas.KindConflict {
			t.Errorf("another body under a nonce that was used: %v", err)
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

// On a platform that keeps the receipt of a report for its revisions, and names
// no key in its callbacks, a return is of the revision that stands there: given
// to the one before, it would leave the report as filed.
func TestACallbackByASharedReceiptIsOfTheNewestRevision(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		filed := func(content string) schemas.Delivery {
			r, _ := h.assess(h.upload("agency-a", "R-1", content), reading{status: schemas.ReportAccepted, file: true})
			d, err := h.DeliveryByReport(h.ctx, r.ID)
			h.must(err)
			_, d, err = h.RecordCallback(h.ctx, schemas.PlatformCallback{Nonce: content, At: h.now(), Kind: "accepted",
				Record: schemas.PlatformRecord{IdempotencyKey: d.IdempotencyKey, Receipt: "P1"}}, h.now())
			h.must(err)
			h.clock.Forward(time.Minute)
			return d
		}
		first, second := filed("one"), filed("two")
		_, got, err := h.RecordCallback(h.ctx, schemas.PlatformCallback{Nonce: "back", At: h.now(), Kind: "returned",
			Record: schemas.PlatformRecord{Receipt: "P1", Reasons: []string{"缺少附件"}}}, h.now())
		h.must(err)
		before, err := h.Delivery(h.ctx, first.ID)
		h.must(err)
		if got.ID != second.ID || got.Status != schemas.DeliveryReturned || before.Status != schemas.DeliveryAcknowledged {
			t.Errorf("returned: %+v, the one before: %+v", got, before)
		}
		if r := mustReport(h, second.ReportID); r.Status != schemas.ReportNeedsReview {
			t.Errorf("nobody reviews it: %s", r.Status)
		}
		_, got, err = h.RecordCallback(h.ctx, schemas.PlatformCallback{Nonce: "back too", At: h.now(), Kind: "returned",
			Record: schemas.PlatformRecord{Receipt: "P1", SHA256: "one"}}, h.now())
		if err != nil || got.ID != first.ID {
			t.Errorf("by its file: %+v %v", got, err)
		}
	})
}
