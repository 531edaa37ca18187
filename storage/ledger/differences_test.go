package ledger_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jianding/schemas"
)

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

// A day is compared several times. What a person has said about a record that
// nobody filed from here stays said, as long as it is the same record; a report
// that is missing there is asked about each time.
func TestWhatAPersonSaidOfAStrangeRecordStaysSaid(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		_, d := h.filed("x")
		missing := schemas.Difference{Kind: "missing_there", DeliveryID: d.ID}
		strange := schemas.Difference{Kind: "unknown_here", Record: schemas.PlatformRecord{Receipt: "P7", Status: "accepted"}}
		look := 0
		open := func(ds ...schemas.Difference) (kinds []string) {
			t.Helper()
			look++
			h.must(h.AddObligations(h.ctx, []schemas.NewObligation{{Kind: schemas.OweReconcile, Subject: "2026-11-24", Dedupe: fmt.Sprint(look), DueAt: h.now()}}, h.now()))
			h.must(h.RecordDifferences(h.ctx, "2026-11-24", h.lease(schemas.OweReconcile, "2026-11-24"), ds, h.now()))
			got, err := h.Differences(h.ctx, true, 10)
			h.must(err)
			for _, d := range got {
				kinds = append(kinds, d.Kind)
				h.must(h.ResolveDifference(h.ctx, d.ID, "已核对", officer("核"), h.now()))
			}
			slices.Sort(kinds)
			return kinds
		}
		if got := open(missing, strange); !slices.Equal(got, []string{"missing_there", "unknown_here"}) {
			t.Errorf("first: %v", got)
		}
		if got := open(missing, strange); !slices.Equal(got, []string{"missing_there"}) {
			t.Errorf("again: %v", got)
		}
		strange.Record.Status = "withdrawn"
		if got := open(strange); !slices.Equal(got, []string{"unknown_here"}) {
			t.Errorf("of another state: %v", got)
		}
	})
}
