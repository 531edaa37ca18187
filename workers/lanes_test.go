package workers

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"jianding/schemas"
)

// A heap of long documents must not stand before the short one with the
// hazard: each is recognised without being opened.
func TestDocumentsOfManyPagesTakeTheLongLaneUnopened(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		opened, patient := 0, 0
		h.options = func(o *Options) { o.Assessor, o.Patient = opening{&opened}, opening{&patient} }
		h.start()
		h.uploadBytes([]byte("%PDF-1.7\n<</Type/Pages/Count 200>>"+strings.Repeat("<</Type/Page/Parent 1 0 R>>", 200)), schemas.Declared{})
		due, err := h.ledger.DueOf(h.ctx, h.clock.Now(), []schemas.ObligationKind{schemas.OweAssess}, 1)
		must(t, err)
		h.w.execute(h.ctx, due[0].ID, laneAssess)
		due, err = h.ledger.DueOf(h.ctx, h.clock.Now(), []schemas.ObligationKind{schemas.OweAssess}, 1)
		must(t, err)
		if opened != 0 || laneOf(due[0]) != laneAssessLong {
			t.Errorf("opened %d times, goes on in %s", opened, laneOf(due[0]))
		}
		// There it is read by those who give way to short ones.
		h.w.execute(h.ctx, due[0].ID, laneAssessLong)
		if opened != 0 || patient != 1 {
			t.Errorf("read %d times with the short ones, %d times by those who give way", opened, patient)
		}
	})
}

// opening counts the documents that it is given.
type opening struct{ n *int }

func (opening) Ready(context.Context) error { return nil }

func (o opening) Assess(context.Context, io.Reader, int64, schemas.Declared, schemas.TrustMaterial, time.Time) (schemas.Assessment, error) {
	*o.n++
	return sound("2026-001"), nil
}

// A service that has only just started on a busy machine: waiting for its
// children is not the document's time, and no reason for the long lane.
func TestAStartMakesNoLongDocuments(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.options = func(o *Options) {
			o.Limits.ShortTime = 20 * time.Millisecond
			o.Assessor = starting{10 * o.Limits.ShortTime}
		}
		h.start()
		r := h.uploadBytes([]byte("%PDF-1.7"), schemas.Declared{})
		due, err := h.ledger.DueOf(h.ctx, h.clock.Now(), []schemas.ObligationKind{schemas.OweAssess}, 1)
		must(t, err)
		h.w.execute(h.ctx, due[0].ID, laneAssess)
		if r, err = h.ledger.Report(h.ctx, r.ID); err != nil || r.AssessmentSeq != 1 {
			t.Errorf("assessed %d times, %v", r.AssessmentSeq, err)
		}
	})
}

// starting takes its time until it is ready, and none for a document.
type starting struct{ after time.Duration }

func (s starting) Ready(ctx context.Context) error {
	<-time.After(s.after)
	return ctx.Err()
}

func (starting) Assess(ctx context.Context, _ io.Reader, _ int64, _ schemas.Declared, _ schemas.TrustMaterial, _ time.Time) (schemas.Assessment, error) {
	return sound("2026-001"), ctx.Err()
}

// The door has looked already: not even a visit of the short lane.
func TestADocumentReceivedAsLongBeginsInTheLongLane(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		_, _, err := h.ledger.ReceiveReport(h.ctx, schemas.NewReport{AgencyID: "a1", SHA256: "aa", SM3: "aa", Size: 2, Long: true,
			ReceivedAt: h.clock.Now(), Actor: schemas.Actor{Kind: "agency", ID: "a1"}})
		must(t, err)
		due, err := h.ledger.DueOf(h.ctx, h.clock.Now(), []schemas.ObligationKind{schemas.OweAssess}, 1)
		must(t, err)
		if laneOf(due[0]) != laneAssessLong {
			t.Errorf("begins in %s", laneOf(due[0]))
		}
	})
}
