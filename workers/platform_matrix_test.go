package workers

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"jianding/integrations/sandbox"
	"jianding/schemas"
)

// filingStates are the situations in which a fault can meet a delivery. Each
// prepares the world and returns the delivery that has to get through.
var filingStates = []struct {
	name    string
	prepare func(w *platformWorld) schemas.Delivery
}{
	{"pending", func(w *platformWorld) schemas.Delivery { return second(w.assessed(w.fileable(), "")) }},
	{"crashed before sending", func(w *platformWorld) schemas.Delivery {
		d := second(w.assessed(w.fileable(), ""))
		w.underWay(d, false, nil)
		return d
	}},
	{"crashed after it was recorded", func(w *platformWorld) schemas.Delivery {
		d := second(w.assessed(w.fileable(), ""))
		w.underWay(d, true, nil)
		return d
	}},
	{"reset before it was recorded", interrupted(sandbox.ResetBefore)},
	{"reset after it was recorded", interrupted(sandbox.ResetAfter)},
	{"reset, recorded later", interrupted(sandbox.LateCommit)},
	{"submitted", interrupted(sandbox.Undecided)},
	{"second revision", func(w *platformWorld) schemas.Delivery {
		a := w.fileable()
		first := second(w.assessed(a, "first"))
		w.drive([]schemas.Delivery{first})
		return second(w.assessed(a, "second"))
	}},
	{"dead and replayed", func(w *platformWorld) schemas.Delivery {
		d := second(w.assessed(w.fileable(), ""))
		os, _, err := w.ledger.Obligations(w.ctx, schemas.ObligationFilter{Kind: schemas.OweFile, Subject: d.ID, State: schemas.ObligationOpen})
		must(w.t, err)
		lease, err := w.ledger.LeaseObligation(w.ctx, os[0].ID, time.Minute)
		must(w.t, err)
		_, err = w.ledger.FinishDeliveryAttempt(w.ctx, lease, schemas.FilingOutcome{Result: schemas.FilingFinal, Reasons: []string{"缺少镇街"}},
			schemas.ObligationResult{Dead: true}, w.clock.Now())
		must(w.t, err)
		n, err := w.ledger.ReplayDeliveries(w.ctx, schemas.DeliveryFilter{IDs: []string{d.ID}}, officer(), 0, w.clock.Now())
		must(w.t, err)
		if n != 1 {
			w.t.Fatalf("%d replayed", n)
		}
		return d
	}},
	{"manual, and back", func(w *platformWorld) schemas.Delivery {
		d := second(w.assessed(w.fileable(), ""))
		w.manual(d)
		w.automatic(d)
		return d
	}},
	{"manual while an attempt is under way, and back", func(w *platformWorld) schemas.Delivery {
		d := second(w.assessed(w.fileable(), ""))
		w.underWay(d, true, func() { w.manual(d) })
		w.automatic(d)
		return d
	}},
	{"filed by hand, no receipt entered, and back", func(w *platformWorld) schemas.Delivery {
		r, d := w.assessed(w.fileable(), "")
		w.manual(d)
		_, err := w.box.FileByHand(r.ReportNo, "91500116MA5U000001", r.SHA256, r.Size)
		must(w.t, err)
		w.automatic(d)
		return d
	}},
	{"acknowledged, asked again", func(w *platformWorld) schemas.Delivery {
		d := second(w.assessed(w.fileable(), ""))
		w.drive([]schemas.Delivery{d})
		// As after a list that left it out.
		now := w.clock.Now()
		day := now.In(time.FixedZone("", 8*3600)).Format(time.DateOnly)
		n := ReconcileNow(day, now)
		must(w.t, w.ledger.AddObligations(w.ctx, []schemas.NewObligation{n}, now))
		os, _, err := w.ledger.Obligations(w.ctx, schemas.ObligationFilter{Kind: schemas.OweReconcile, Subject: day, State: schemas.ObligationOpen})
		must(w.t, err)
		for _, o := range os {
			if o.DueAt.After(now) {
				continue
			}
			lease, err := w.ledger.LeaseObligation(w.ctx, o.ID, time.Minute)
			must(w.t, err)
			must(w.t, w.ledger.RecordDifferences(w.ctx, day, lease, []schemas.Difference{{Kind: "missing_there", DeliveryID: d.ID, Safe: "query"}}, now))
		}
		return d
	}},
}

func second(_ schemas.Report, d schemas.Delivery) schemas.Delivery { return d }

func interrupted(k sandbox.Kind) func(w *platformWorld) schemas.Delivery {
	return func(w *platformWorld) schemas.Delivery {
		d := second(w.assessed(w.fileable(), ""))
		must(w.t, w.box.AddRule(sandbox.Rule{Fault: sandbox.Fault{Kind: k, Delay: 8 * time.Second}, Key: d.IdempotencyKey, Times: 1}))
		w.settle()
		return d
	}
}

func (w *platformWorld) manual(d schemas.Delivery) {
	_, err := w.ledger.SetDeliveryManual(w.ctx, d.ID, officer(), w.clock.Now())
	must(w.t, err)
}

func (w *platformWorld) automatic(d schemas.Delivery) {
	_, err := w.ledger.SetDeliveryAutomatic(w.ctx, d.ID, officer(), w.clock.Now())
	must(w.t, err)
}

// TestFilingMatrix: each fault of the platform × each state of a delivery ×
// the platform's duplicate check on and off × patience and time-out, on both
// ledgers: workers, ledger, client and sandbox over a real connection. Each
// report ends as exactly one record in the raw log, its receipt stored. Without
// JIANDING_FAULT_RUNS a share of it: on SQLite a third, in CI all without the
// platform's duplicate check; on PostgreSQL a sixth; less under the race
// detector, beside which .ci/run runs this test without it.
func TestFilingMatrix(t *testing.T) {
	whole := os.Getenv("JIANDING_FAULT_RUNS") != ""
	share := func(h *house, check bool) int {
		switch {
		case whole, os.Getenv("CI") != "" && !raced && !h.postgres && !check:
			return 1
		case raced && h.postgres:
			return 11
		case raced:
			return 5
		case h.postgres:
			return 6
		}
		return 3
	}
	platformWorlds(t, func(t *testing.T, h *house) {
		seed := uint64(0)
		for _, check := range []bool{true, false} {
			for i, kind := range sandbox.Kinds() {
				seed++
				t.Run(fmt.Sprintf("%s/duplicates=%v", kind, check), func(t *testing.T) {
					w := join(t, h, seed, "", func(o *sandbox.Options) { o.NoDuplicateCheck = !check })
					w.impatient = func() bool { return check }
					for j, state := range filingStates {
						if (i+j)%share(h, check) != 0 {
							continue
						}
						d := state.prepare(w)
						must(t, w.box.AddRule(sandbox.Rule{Fault: sandbox.Fault{Kind: kind}, Key: d.IdempotencyKey, Times: 2,
							Operations: []string{"submit", "supersede", "query"}}))
						w.drive([]schemas.Delivery{d})
						want := schemas.DeliveryAcknowledged
						if now := w.delivery(d.ReportID); kind == sandbox.Returned && now.Status == schemas.DeliveryReturned && len(now.Returned) > 0 {
							want = schemas.DeliveryReturned
						}
						w.recordedOnce([]schemas.Delivery{d}, want)
						if t.Failed() {
							t.Fatalf("state %q\n%s", state.name, tail(w.logs.String(), 5))
						}
					}
					w.nothingOpen()
				})
			}
		}
	})
}

// nothingOpen: no difference is left for a human where nothing differs.
func (w *platformWorld) nothingOpen() {
	w.t.Helper()
	ds, err := w.ledger.Differences(w.ctx, true, 10)
	must(w.t, err)
	if len(ds) > 0 {
		w.t.Errorf("differences left open: %+v", ds)
	}
}

func tail(s string, lines int) string {
	all := strings.Split(s, "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// TestRandomFilings: random mixes of everything by seed: faults at half of all
// requests, crashes, switches to manual and back, replays, comparisons, lost
// and doubled callbacks, second revisions. JIANDING_FAULT_RUNS is the number of
// seeds on each ledger:
//
//	JIANDING_FAULT_RUNS=500 go test ./workers -run 'TestFilingMatrix|TestRandomFilings' -timeout 60m
func TestRandomFilings(t *testing.T) {
	few := "12"
	if raced {
		few = "4" // .ci/run runs all of them without the detector
	}
	runs, err := strconv.Atoi(cmp.Or(os.Getenv("JIANDING_FAULT_RUNS"), few))
	must(t, err)
	platformWorlds(t, func(t *testing.T, h *house) {
		for seed := range runs {
			t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) { randomFilings(t, h, uint64(seed)) })
			if t.Failed() {
				return
			}
		}
	})
}

func randomFilings(t *testing.T, h *house, seed uint64) {
	w := join(t, h, seed, "", func(o *sandbox.Options) { o.Rate, o.NoDuplicateCheck = 0.5, seed%2 == 0 })
	w.suffix = fmt.Sprintf("R%d", seed)
	once := func(p float64) bool { w.mu.Lock(); defer w.mu.Unlock(); return w.random.Float64() < p }
	w.impatient = func() bool { return once(0.5) }
	w.lost = int(seed % 3)
	var ds []schemas.Delivery
	for range 4 {
		a := w.fileable()
		ds = append(ds, second(w.assessed(a, "first")))
		if once(0.3) {
			ds = append(ds, second(w.assessed(a, "second")))
		}
	}
	for range 12 {
		d := ds[w.random.IntN(len(ds))]
		now, err := w.ledger.Delivery(w.ctx, d.ID)
		must(t, err)
		switch w.random.IntN(6) {
		case 0: // the process dies in the middle of an attempt
			os, _, err := w.ledger.Obligations(w.ctx, schemas.ObligationFilter{Kind: schemas.OweFile, Subject: d.ID, State: schemas.ObligationOpen})
			must(t, err)
			if now.Status == schemas.DeliveryPending && !now.Unknown && len(os) == 1 && os[0].LeaseUntil == nil {
				w.underWay(d, once(0.7), nil)
			}
			w.start()
		case 1:
			if _, err := w.ledger.SetDeliveryManual(w.ctx, d.ID, officer(), w.clock.Now()); err != nil && schemas.KindOf(err) != schemas.KindConflict {
				t.Fatal(err)
			}
		case 2:
			if now.Status == schemas.DeliveryManual {
				w.automatic(d)
			}
		case 3:
			if once(0.3) {
				must(t, w.ledger.AddObligations(w.ctx, []schemas.NewObligation{ReconcileNow(w.today(), w.clock.Now())}, w.clock.Now()))
			}
		case 4:
			w.settle()
		default:
			w.pass(time.Duration(w.random.IntN(40)) * time.Second)
		}
	}
	w.box.ClearRules()
	for _, d := range ds {
		if now, err := w.ledger.Delivery(w.ctx, d.ID); err == nil && now.Status == schemas.DeliveryManual {
			w.automatic(d)
		}
	}
	w.drive(ds)
	w.recordedOnce(ds, schemas.DeliveryAcknowledged)
	w.pass(2 * time.Minute)
	must(t, w.ledger.AddObligations(w.ctx, []schemas.NewObligation{ReconcileNow(w.today(), w.clock.Now())}, w.clock.Now()))
	w.settle()
	w.pass(time.Hour)
	w.recordedOnce(ds, schemas.DeliveryAcknowledged)
	w.nothingOpen()
	if t.Failed() {
		t.Log(tail(w.logs.String(), 8))
	}
}

func (w *platformWorld) today() string {
	return w.clock.Now().In(time.FixedZone("", 8*3600)).Format(time.DateOnly)
}
