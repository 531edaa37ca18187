package workers

import (
	"context"
	"encoding/json"
	"time"

	"jianding/intake/triage"
	"jianding/schemas"
)

// reconcileAfter is when, after its end, a day is compared with the platform:
// late filings and callbacks of the last minutes have arrived by then.
const reconcileAfter = 2 * time.Hour

// reconcile: args the day ("2026-11-24", Asia/Shanghai); contract: what the
// platform lists for the day is compared with what the ledger says was filed
// then. Each difference is recorded as work; one that the platform's own answer
// about the delivery resolves makes the client ask, and closes itself. The next
// day's comparison is owed before this one is done, so that the chain never
// breaks. One that somebody asked for looks at the day as far as it has come.
func (w *Workers) reconcile(ctx context.Context, lease schemas.Lease, _ lane) (outcome, error) {
	name := lease.Obligation.Subject
	day, err := time.ParseInLocation(time.DateOnly, name, triage.Shanghai())
	if err != nil {
		return outcome{name: "not_a_day", dead: true, err: err}, nil //nolint:nilerr // the outcome carries it
	}
	end := day.AddDate(0, 0, 1)
	if !onDemand(lease.Obligation) {
		if at := end.Add(reconcileAfter); w.now().Before(at) {
			return notYet("too_early", at), nil
		}
		if err := w.Ledger.AddObligations(ctx, []schemas.NewObligation{reconcileOf(end)}, w.now()); err != nil {
			return outcome{}, err
		}
	}
	if w.Platform == nil {
		return done("no_platform"), nil
	}
	// What is filed while the list is being read may be missing in it.
	if now := w.now(); now.Before(end) {
		end = now
	}
	there, err := w.listAround(ctx, day)
	if err != nil {
		return outcome{}, err
	}
	ours, err := w.Ledger.FilingsFor(ctx, day, end, there)
	if err != nil {
		return outcome{}, err
	}
	if err := w.Ledger.RecordDifferences(ctx, name, lease, w.Compare(day, end, ours, there), w.now()); err != nil {
		return outcome{}, err
	}
	return recorded("compared"), nil
}

// listAround lists the platform's day with the days before and after it.
func (w *Workers) listAround(ctx context.Context, day time.Time) ([]schemas.PlatformRecord, error) {
	var all []schemas.PlatformRecord
	for _, offset := range []int{-1, 0, 1} {
		d := day.AddDate(0, 0, offset)
		if d.After(w.now()) {
			break // a platform may refuse a day to come
		}
		limited, cancel := context.WithTimeout(ctx, w.Limits.FileTime)
		some, err := w.Platform.List(limited, d)
		cancel()
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func reconcileOf(day time.Time) schemas.NewObligation {
	return schemas.NewObligation{Kind: schemas.OweReconcile, Subject: day.In(triage.Shanghai()).Format(time.DateOnly),
		DueAt: day.AddDate(0, 0, 1).Add(reconcileAfter).UTC()}
}

// ReconcileNow is the obligation of a comparison that somebody asks for, of
// the day ("2026-11-24", Asia/Shanghai).
func ReconcileNow(day string, now time.Time) schemas.NewObligation {
	return schemas.NewObligation{Kind: schemas.OweReconcile, Subject: day, Dedupe: now.UTC().Format(time.RFC3339Nano), DueAt: now,
		Payload: map[string]any{"on_demand": true}}
}

func onDemand(o schemas.Obligation) bool {
	var p struct {
		OnDemand bool `json:"on_demand"`
	}
	return json.Unmarshal(o.Payload, &p) == nil && p.OnDemand
}
