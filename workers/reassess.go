package workers

import (
	"context"
	"errors"
	"io"

	"jianding/schemas"
)

// reassess: args the report; contract: the report is read again with today's
// trust data and rules, as a new assessment beside the old ones. The same
// outcome changes no status; another outcome goes to a reviewer; a graver
// hazard raises or opens the case at once.
func (w *Workers) reassess(ctx context.Context, lease schemas.Lease, _ lane) (outcome, error) {
	r, before, out, err := w.readBefore(ctx, lease)
	if err != nil || out != nil {
		return deref(out), err
	}
	if err := w.Patient.Ready(ctx); err != nil {
		return outcome{}, err
	}
	a, err := w.look(ctx, r, w.Limits.LongTime, func(ctx context.Context, doc io.Reader, size int64, trust schemas.TrustMaterial) (schemas.Assessment, error) {
		return w.Patient.Assess(ctx, doc, size, declaredOf(r), trust, r.ReceivedAt)
	})
	var f *failedDocument
	if errors.As(err, &f) {
		// It was readable once. A failure now is ours, not a verdict: the old
		// reading stands and we try again.
		return w.retry(lease.Obligation, "failed", err), nil
	}
	if err != nil {
		return outcome{}, err
	}
	if a.Trust != "" && a.Trust == before.Trust && a.Outcome == before.Outcome && a.Hazard.Level == before.Hazard.Level && sameRules(a, before) {
		return done("unchanged"), nil
	}
	return w.record(ctx, lease, r, a, kindReassess, &before)
}

// readBefore loads a report that must have been assessed already. A report
// that has not will be, with today's data anyway.
func (w *Workers) readBefore(ctx context.Context, lease schemas.Lease) (schemas.Report, schemas.Assessment, *outcome, error) {
	r, err := w.Ledger.Report(ctx, lease.Obligation.Subject)
	if err != nil {
		return schemas.Report{}, schemas.Assessment{}, nil, err
	}
	rec, err := w.Ledger.CurrentAssessment(ctx, r.ID)
	if schemas.KindOf(err) == schemas.KindNotFound {
		out := done("not_assessed_yet")
		return r, schemas.Assessment{}, &out, nil
	}
	return r, rec.Assessment, nil, err
}

func deref(o *outcome) outcome {
	if o == nil {
		return outcome{}
	}
	return *o
}

func sameRules(a, b schemas.Assessment) bool {
	if len(a.Rules) != len(b.Rules) || a.Overall != b.Overall {
		return false
	}
	for i := range a.Rules {
		if a.Rules[i] != b.Rules[i] {
			return false
		}
	}
	return true
}
