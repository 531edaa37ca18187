package workers

import (
	"context"
	"errors"
	"io"

	"jianding/schemas"
)

// recognise: args the report; contract: pages without readable text are
// recognised and the report is assessed again. The text pass has already told
// a human (amber), so nothing urgent waits for this. Recognised text never
// makes a report accepted by itself: triage says so, and a reading that
// differs from the one before goes to the reviewer. Without an engine the
// pages stay with the reviewer and the obligation ends saying so.
func (w *Workers) recognise(ctx context.Context, lease schemas.Lease, _ lane) (outcome, error) {
	if w.OCR == nil {
		return done("no_engine"), nil
	}
	r, before, out, err := w.readBefore(ctx, lease)
	if err != nil || out != nil {
		return deref(out), err
	}
	if len(before.NeedsOCR) == 0 {
		return done("not_needed"), nil
	}
	a, err := w.look(ctx, r, 4*w.Limits.LongTime, func(ctx context.Context, doc io.Reader, size int64, trust schemas.TrustMaterial) (schemas.Assessment, error) {
		return w.OCR.Recognise(ctx, doc, size, before.NeedsOCR, declaredOf(r), trust, r.ReceivedAt)
	})
	var f *failedDocument
	if errors.As(err, &f) {
		if lease.Obligation.Attempt >= 3 {
			// The reviewer has the report anyway; trying for ever helps nobody.
			return outcome{name: "unrecognisable", dead: true, err: err}, nil
		}
		return w.retry(lease.Obligation, "failed", err), nil
	}
	if err != nil {
		return outcome{}, err
	}
	return w.record(ctx, lease, r, a, kindOCR, &before)
}
