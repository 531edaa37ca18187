package workers

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
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
		// Everything owed is woken when the clock was set back.
		if at := comparedAt(day, why.Look); w.now().Before(at) {
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
		return w.notListed(lease.Obligation, day, why, err)
	}
	ours, err := w.Ledger.FilingsFor(ctx, day, end, there)
	if err != nil {
		return outcome{}, err
	}
	ds := w.Compare(day, end, ours, there)
	if before := w.filedBefore(ctx, day, ours, ds); len(before) > 0 {
		ds = w.Compare(day, end, ours, append(there, before...))
	}
	if err := w.Ledger.RecordDifferences(ctx, name, lease, ds, w.now()); err != nil {
		return outcome{}, err
	}
	return recorded("compared"), nil
}

// A platform that lists its last days only refuses every later look for good. It
// is asked each hour, so that this disturbs no filing, and for longer than an
// outage of days.
const (
	lookAgain = time.Hour
	lookUntil = 4 * 24 * time.Hour
)

// notListed: the platform does not list the day. Its first comparison is owed
// until it was made; a later one, and one of whatever day somebody asked for, is
// given up some time.
func (w *Workers) notListed(o schemas.Obligation, day time.Time, why comparison, err error) (outcome, error) {
	since := o.CreatedAt
	if !why.OnDemand {
		if why.Look == 0 {
			return outcome{}, err
		}
		if at := comparedAt(day, why.Look); at.After(since) {
			since = at
		}
	}
	if w.now().Sub(since) > lookUntil {
		return outcome{name: "not_listed", dead: true, err: err}, nil
	}
	again := w.retry(o, "not_listed", err)
	if o.Attempt > 3 {
		if at := w.now().Add(lookAgain); at.After(again.retryAt) {
			again.retryAt = at
		}
	}
	return again, nil
}

// listAround lists the platform's day with the days before and after it.
func (w *Workers) listAround(ctx context.Context, day time.Time) ([]schemas.PlatformRecord, error) {
	var all []schemas.PlatformRecord
	for _, offset := range []int{-1, 0, 1} {
		d := day.AddDate(0, 0, offset)
		if d.After(w.now()) {
			break // a platform may refuse a day to come
		}
		some, err := w.list(ctx, d)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func (w *Workers) list(ctx context.Context, day time.Time) ([]schemas.PlatformRecord, error) {
	limited, cancel := context.WithTimeout(ctx, w.Limits.FileTime)
	defer cancel()
	return w.Platform.List(limited, day)
}

// handReceiptDays is how far back a report that was filed by hand is looked for.
const handReceiptDays = 31

// filedBefore lists the records of earlier days that explain what the comparison
// misses: a person files a report on the platform's own pages, and enters its
// receipt days later. Days are listed back to that since which the report was
// owed, while something is missing. What could not be listed explains nothing: it
// is shown as missing, which is better than a day that is never compared.
func (w *Workers) filedBefore(ctx context.Context, day time.Time, ours []schemas.Filing, ds []schemas.Difference) []schemas.PlatformRecord {
	ctx, cancel := context.WithTimeout(ctx, w.Limits.FileTime)
	defer cancel()
	missing := map[string]schemas.Filing{} // by delivery
	for _, d := range ds {
		if d.Kind != "missing_there" {
			continue
		}
		if i := slices.IndexFunc(ours, func(f schemas.Filing) bool { return f.Delivery.ID == d.DeliveryID && f.Delivery.ManualEvidence != "" }); i >= 0 {
			missing[d.DeliveryID] = ours[i]
		}
	}
	var found []schemas.PlatformRecord
	for back := 2; back <= handReceiptDays; back++ {
		before := day.AddDate(0, 0, -back)
		maps.DeleteFunc(missing, func(_ string, f schemas.Filing) bool { return !f.Delivery.OwedAt.Before(before.AddDate(0, 0, 2)) })
		if len(missing) == 0 {
			break
		}
		records, err := w.list(ctx, before)
		if err != nil {
			w.log.Warn("receipts entered by hand not looked for any further back", "day", before.Format(time.DateOnly), "error", err)
			break
		}
		for _, r := range records {
			for id, f := range missing {
				if r.Receipt != "" && r.Receipt == f.Delivery.PlatformReceipt || r.SHA256 != "" && r.SHA256 == f.Report.SHA256 {
					found = append(found, r)
					delete(missing, id)
				}
			}
		}
	}
	return found
}

// comparedAt is when the look'th comparison of the day is due.
func comparedAt(day time.Time, look int) time.Time {
	at := day.AddDate(0, 0, 1).Add(reconcileAfter)
	if look > 0 && look <= len(laterLooks) {
		at = at.Add(laterLooks[look-1])
	}
	return at.UTC()
}

func reconcileOf(day time.Time) schemas.NewObligation {
	return schemas.NewObligation{Kind: schemas.OweReconcile, Subject: day.In(triage.Shanghai()).Format(time.DateOnly), DueAt: comparedAt(day, 0)}
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
		again.DueAt = comparedAt(day, look+1)
		again.Payload = comparison{Look: look + 1}
		next = append(next, again)
	}
	return next
}

// missedLooks are the next looks at days before today that were compared once,
// by a version that made no later ones.
func (w *Workers) missedLooks(ctx context.Context, today time.Time) (missed []schemas.NewObligation, err error) {
	oldest := today.Add(-laterLooks[len(laterLooks)-1] - 48*time.Hour)
	for day := today.AddDate(0, 0, -1); day.After(oldest); day = day.AddDate(0, 0, -1) {
		os, _, err := w.Ledger.Obligations(ctx, schemas.ObligationFilter{Kind: schemas.OweReconcile, Subject: day.Format(time.DateOnly), Limit: 500})
		if err != nil {
			return nil, err
		}
		once, again := false, false
		for _, o := range os {
			why, err := reasonOf(o)
			once = once || err == nil && !why.OnDemand && o.State == schemas.ObligationDone
			again = again || why.Look > 0
		}
		for look := 1; once && !again && look <= len(laterLooks); look++ {
			if comparedAt(day, look).After(w.now()) {
				missed = append(missed, nextComparisons(day, look-1)...)
				break
			}
		}
	}
	return missed, nil
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
