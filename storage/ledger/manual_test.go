package ledger_test

import (
	"fmt"
	"testing"
	"time"

	"jianding/schemas"
)

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

// A receipt that was entered wrongly is entered again, and the next revision
// names the right one. What the client has filed is not for hands to change; and
// evidence of a filing that was returned says nothing of the next.
func TestAMistypedReceiptIsCorrected(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		by := officer("办")
		r, d := h.filed("x")
		_, err := h.SetDeliveryManual(h.ctx, d.ID, by, h.now())
		h.must(err)
		for _, receipt := range []string{"P8", "P9"} {
			_, err = h.EnterManualReceipt(h.ctx, d.ID, receipt, "截图"+receipt, by, h.now())
			h.must(err)
		}
		d, err = h.Delivery(h.ctx, d.ID)
		h.must(err)
		if d.Status != schemas.DeliveryAcknowledged || d.PlatformReceipt != "P9" || d.ManualEvidence != "截图P9" || len(h.open_(schemas.OweFile, d.ID)) != 0 {
			t.Errorf("%+v", d)
		}
		h.wantEvents("delivery:"+d.ID, "delivery.owed delivery.manual delivery.acknowledged delivery.acknowledged")

		h.clock.Forward(time.Minute)
		_, _, err = h.RecordCallback(h.ctx, schemas.PlatformCallback{Nonce: "n", At: h.now(), Kind: "returned", Record: schemas.PlatformRecord{Receipt: "P9", Reasons: []string{"缺少附件"}}}, h.now())
		h.must(err)
		_, err = h.EnterManualReceipt(h.ctx, d.ID, "P7", "截图", by, h.now())
		h.wantCode(err, schemas.KindConflict, "delivery_not_manual")
		r = mustReport(h, r.ID)
		_, _, err = h.DecideReview(h.ctx, schemas.Decision{ReportID: r.ID, Verdict: schemas.ReviewAccept, By: officer("审"), ExpectVersion: r.Version},
			schemas.Consequences{Status: schemas.ReportAccepted, File: true}, h.now())
		h.must(err)
		_, _, err = h.RecordCallback(h.ctx, schemas.PlatformCallback{Nonce: "m", At: h.now(), Kind: "accepted",
			Record: schemas.PlatformRecord{IdempotencyKey: d.NextKey(), Receipt: "P10"}}, h.now())
		h.must(err)
		d, err = h.Delivery(h.ctx, d.ID)
		h.must(err)
		if d.Status != schemas.DeliveryAcknowledged || d.ManualEvidence != "" {
			t.Errorf("filed anew: %+v", d)
		}
		_, err = h.EnterManualReceipt(h.ctx, d.ID, "P7", "截图", by, h.now())
		h.wantCode(err, schemas.KindConflict, "delivery_not_manual")
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
