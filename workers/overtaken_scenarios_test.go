package workers

import (
	"testing"
	"time"

	"jianding/schemas"
)

// lostThenTold uploads a report whose submission is committed and whose answer is
// lost: the platform's callback alone tells what became of it.
func (h *house) lostThenTold(no, kind string) schemas.Report {
	h.t.Helper()
	h.platform.answer = func(int) (bool, *schemas.FilingOutcome) {
		return true, &schemas.FilingOutcome{Result: schemas.FilingUnknown, Attempt: schemas.DeliveryAttempt{Operation: "submit", Error: "time-out"}}
	}
	r := h.upload(sound(no))
	h.settle()
	h.platform.answer = nil
	rec := h.platform.records[h.delivery(r.ID).IdempotencyKey]
	rec.Status, rec.Reasons = kind, []string{"缺少附件"}
	h.platform.records[rec.IdempotencyKey] = rec
	_, _, err := h.ledger.RecordCallback(h.ctx, schemas.PlatformCallback{Nonce: "n-" + no, At: h.clock.Now(), Kind: kind, Record: rec}, h.clock.Now())
	must(h.t, err)
	h.settle()
	return r
}

func (h *house) correct(no string) schemas.Report {
	h.t.Helper()
	a := sound(no)
	a.Report.Owner = "业主"
	second := h.upload(a)
	h.pass(time.Hour)
	if s := h.delivery(second.ID).Status; s != schemas.DeliveryAcknowledged {
		h.t.Fatalf("the correction is %s", s)
	}
	return second
}

// The platform returned a report, its agency sent a correction, which is filed.
// The first one is in review still: accepting it must not make it the newer.
func TestAReturnedReportThatIsAcceptedLateIsNotFiledAfterItsCorrection(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		first := h.lostThenTold("2026-001", "returned")
		if r := h.report(first.ID); r.Status != schemas.ReportNeedsReview {
			t.Fatalf("the returned report is %s", r.Status)
		}
		h.correct("2026-001")
		before := h.platform.submits
		h.accept(first.ID)
		h.pass(time.Hour)
		if d := h.delivery(first.ID); h.platform.submits != before || d.Status != schemas.DeliveryDead || len(d.Returned) != 1 || d.Returned[0] != overtakenSays {
			t.Errorf("sent %d times more, %+v", h.platform.submits-before, d)
		}
		// A human who knows better can still file it, and says so.
		d, err := h.ledger.SetDeliveryManual(h.ctx, h.delivery(first.ID).ID, officer(), h.clock.Now())
		must(t, err)
		d, err = h.ledger.EnterManualReceipt(h.ctx, d.ID, "P-hand", "截图", officer(), h.clock.Now())
		if err != nil || d.Status != schemas.DeliveryAcknowledged {
			t.Errorf("by hand: %+v %v", d, err)
		}
	})
}

// Before there is a correction, accepting it files it again.
func TestAReturnedReportThatIsAcceptedIsFiledAgain(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		r := h.lostThenTold("2026-001", "returned")
		h.accept(r.ID)
		h.pass(time.Hour)
		if d := h.delivery(r.ID); d.Status != schemas.DeliveryAcknowledged || h.platform.submits != 2 {
			t.Errorf("sent %d times, %+v", h.platform.submits, d)
		}
	})
}

// A callback alone told that the platform has it. Superseded, and listed no
// longer, it is not sent after its successor either.
func TestWhatACallbackConfirmedIsNotSentAfterItsSuccessor(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		first := h.lostThenTold("2026-001", "accepted")
		h.pass(30 * time.Hour)
		h.correct("2026-001")
		d := h.delivery(first.ID)
		delete(h.platform.records, d.IdempotencyKey)
		h.pass(3 * 24 * time.Hour)
		if again := h.delivery(first.ID); h.platform.commits[d.IdempotencyKey] != 1 || again.Status != schemas.DeliveryDead {
			t.Errorf("sent %d times, %+v", h.platform.commits[d.IdempotencyKey], again)
		}
	})
}
