package workers

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"jianding/intake/triage"
	"jianding/schemas"
)

// reconcileAfter is when, after its end, a day is compared with the platform:
// late filings and callbacks of the last minutes have arrived by then.
const reconcileAfter = 2 * time.Hour

// laterLooks is how long after that the day is compared again: what the platform
// returns, withdraws or loses days later, and whose callback is lost, is found by
// no comparison of another day.
var laterLooks = []time.Duration{24 * time.Hour, 3 * 24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour}

// reconcile: args the day ("2026-11-24", Asia/Shanghai); contract: what the
// platform lists for the day is compared with what the ledger says was filed
// then. Each difference is recorded as work; one that the platform's own answer
// about the delivery resolves makes the client ask, and closes itself. The next
// day's comparison, and this day's next look, are owed before this one is done,
// so that no chain breaks. One that somebody asked for looks at the day as far as
// it has come.
func (w *Workers) reconcile(ctx context.Context, lease schemas.Lease, _ lane) (outcome, error) {
	name := lease.Obligation.Subject
	day, err := time.ParseInLocation(time.DateOnly, name, triage.Shanghai())
	if err != nil {
		return outcome{name: "not_a_day", dead: true, err: err}, nil //nolint:nilerr // the outcome carries it
	}
	end := day.AddDate(0, 0, 1)
	why, err := reasonOf(lease.Obligation)
	if err != nil {
		return outcome{name: "not_a_comparison", dead: true, err: err}, nil //nolint:nilerr // the outcome carries it
	}
	if !why.OnDemand {
		if at := end.Add(reconcileAfter); w.now().Before(at) {
			return notYet("too_early", at), nil
		}
		if err := w.Ledger.AddObligations(ctx, nextComparisons(day, why.Look), w.now()); err != nil {
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

// nextComparisons are owed once the look'th comparison of the day has begun: the
// day's next one, and after the first that of the day after.
func nextComparisons(day time.Time, look int) []schemas.NewObligation {
	var next []schemas.NewObligation
	if look == 0 {
		next = append(next, reconcileOf(day.AddDate(0, 0, 1)))
	}
	if look < len(laterLooks) {
		again := reconcileOf(day)
		again.Dedupe = "look " + strconv.Itoa(look+1)
		again.DueAt = again.DueAt.Add(laterLooks[look])
		again.Payload = comparison{Look: look + 1}
		next = append(next, again)
	}
	return next
}

// comparison is why a day is compared: at its end, again later, or because
// somebody asked.
type comparison struct {
	OnDemand bool `json:"on_demand,omitempty"`
	Look     int  `json:"look,omitempty"` // 0: the first; n: laterLooks[n-1] after it
}

func reasonOf(o schemas.Obligation) (c comparison, err error) {
	if len(o.Payload) > 0 {
		err = json.Unmarshal(o.Payload, &c)
	}
	return c, err
}

// ReconcileNow is the obligation of a comparison that somebody asks for, of
// the day ("2026-11-24", Asia/Shanghai).
func ReconcileNow(day string, now time.Time) schemas.NewObligation {
	return schemas.NewObligation{Kind: schemas.OweReconcile, Subject: day, Dedupe: now.UTC().Format(time.RFC3339Nano), DueAt: now,
		Payload: comparison{OnDemand: true}}
}
