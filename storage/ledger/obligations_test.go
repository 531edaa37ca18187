package ledger_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jianding/schemas"
)

func TestLeases(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		h.must(h.AddObligations(h.ctx, []schemas.NewObligation{{Kind: schemas.OweReconcile, Subject: "2026-11-24", DueAt: h.now(), Payload: map[string]int{"n": 1}}}, h.now()))
		o := h.owed(schemas.OweReconcile, "2026-11-24")
		first, err := h.LeaseObligation(h.ctx, o.ID, time.Minute)
		h.must(err)
		if first.Obligation.Attempt != 1 || !first.Until.Equal(h.now().Add(time.Minute)) || string(first.Obligation.Payload) != `{"n":1}` {
			t.Errorf("lease = %+v", first)
		}
		_, err = h.LeaseObligation(h.ctx, o.ID, time.Minute)
		h.wantCode(err, schemas.KindConflict, "leased")
		if due, err := h.Due(h.ctx, h.now(), 10, false); err != nil || len(due) != 0 {
			t.Errorf("due while leased: %v %v", due, err)
		}
		if at, any, err := h.NextDue(h.ctx); err != nil || !any || !at.Equal(first.Until) {
			t.Errorf("next due %v %v %v, want the end of the lease", at, any, err)
		}

		h.clock.Forward(50 * time.Second)
		h.must(h.ExtendLease(h.ctx, first, time.Minute))
		h.clock.Forward(59 * time.Second)
		_, err = h.LeaseObligation(h.ctx, o.ID, time.Minute)
		h.wantCode(err, schemas.KindConflict, "leased")

		// It ran out: another takes over, and the first has lost its fence.
		h.clock.Forward(time.Second)
		second, err := h.LeaseObligation(h.ctx, o.ID, time.Minute)
		h.must(err)
		h.wantCode(h.FinishObligation(h.ctx, first, schemas.ObligationResult{Done: true}, h.now()), schemas.KindConflict, "lease_lost")
		h.wantCode(h.ExtendLease(h.ctx, first, time.Minute), schemas.KindConflict, "lease_lost")

		// Retry keeps it open, due then, with the error.
		later := h.now().Add(time.Hour)
		h.must(h.FinishObligation(h.ctx, second, schemas.ObligationResult{RetryAt: later, Error: "502", Outcome: "retry"}, h.now()))
		if o = h.owed(schemas.OweReconcile, "2026-11-24"); !o.DueAt.Equal(later) || o.LastError != "502" || o.Outcome != "retry" || o.LeaseUntil != nil {
			t.Errorf("after retry: %+v", o)
		}
		third := h.lease(schemas.OweReconcile, "2026-11-24")
		h.must(h.FinishObligation(h.ctx, third, schemas.ObligationResult{RetryAt: later, Snooze: true, Outcome: "not_yet"}, h.now()))
		if o = h.owed(schemas.OweReconcile, "2026-11-24"); o.LastError != "502" || o.Outcome != "not_yet" || o.Attempt != 3 {
			t.Errorf("after snooze: %+v", o)
		}
		last := h.lease(schemas.OweReconcile, "2026-11-24")
		for _, bad := range []schemas.ObligationResult{{}, {Done: true, Dead: true}, {Done: true, RetryAt: later}} {
			h.wantCode(h.FinishObligation(h.ctx, last, bad, h.now()), schemas.KindInvalid, "obligation_result")
		}
		h.must(h.FinishObligation(h.ctx, last, schemas.ObligationResult{Dead: true, Error: "no"}, h.now()))
		h.must(h.FinishObligation(h.ctx, last, schemas.ObligationResult{Done: true}, h.now())) // a repetition changes nothing
		if o, err = h.Obligation(h.ctx, o.ID); err != nil || o.State != schemas.ObligationDead || o.DoneAt == nil {
			t.Errorf("after the end: %+v %v", o, err)
		}
		_, err = h.LeaseObligation(h.ctx, o.ID, time.Minute)
		h.wantCode(err, schemas.KindConflict, "finished")
		h.must(h.ReviveObligation(h.ctx, o.ID, officer("张三"), h.now()))
		h.wantCode(h.FinishObligation(h.ctx, last, schemas.ObligationResult{Done: true}, h.now()), schemas.KindConflict, "lease_lost")
		h.lease(schemas.OweReconcile, "2026-11-24")
		_, err = h.LeaseObligation(h.ctx, "nowhere", time.Minute)
		h.wantCode(err, schemas.KindNotFound, "not_found")
	})
}

// Without a driven clock leases end by the database's own.
func TestLeaseByTheDatabaseClock(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		h.opts.LeaseClock = nil
		h.open()
		r := h.upload("a", "", "x")
		lease, err := h.LeaseObligation(h.ctx, h.owed(schemas.OweAssess, r.ID).ID, time.Hour)
		h.must(err)
		if d := time.Until(lease.Until); d < 59*time.Minute || d > 61*time.Minute {
			t.Errorf("an hour's lease ends in %v", d)
		}
		_, err = h.LeaseObligation(h.ctx, lease.Obligation.ID, time.Hour)
		h.wantCode(err, schemas.KindConflict, "leased")
	})
}

func TestLeasesRaced(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		const jobs, racers = 15, 6
		for i := range jobs {
			h.must(h.AddObligations(h.ctx, []schemas.NewObligation{{Kind: schemas.OweOCR, Subject: fmt.Sprint(i), DueAt: h.now()}}, h.now()))
		}
		var mu sync.Mutex
		won := map[string]int{}
		var wg sync.WaitGroup
		for range racers {
			wg.Go(func() {
				due, err := h.Due(h.ctx, h.now(), 100, true)
				if err != nil {
					t.Error(err)
				}
				for _, o := range due {
					lease, err := h.LeaseObligation(h.ctx, o.ID, time.Minute)
					if err != nil {
						if schemas.KindOf(err) != schemas.KindConflict {
							t.Error(err)
						}
						continue
					}
					mu.Lock()
					won[o.ID]++
					mu.Unlock()
					if err := h.FinishObligation(h.ctx, lease, schemas.ObligationResult{Done: true}, h.now()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		for id, n := range won {
			if n != 1 {
				t.Errorf("obligation %s was leased %d times", id, n)
			}
		}
		if len(won) != jobs {
			t.Errorf("%d of %d were done", len(won), jobs)
		}
	})
}

// A wake-up while somebody works is not lost when the work ends.
func TestWakeDuringWork(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		h.must(h.AddObligations(h.ctx, []schemas.NewObligation{{Kind: schemas.OweEscalate, Subject: "c", DueAt: h.now()}}, h.now()))
		lease := h.lease(schemas.OweEscalate, "c")
		h.clock.Forward(time.Second)
		h.must(h.WakeObligation(h.ctx, schemas.OweEscalate, "c", h.now()))
		h.must(h.FinishObligation(h.ctx, lease, schemas.ObligationResult{RetryAt: h.now().Add(time.Hour), Snooze: true}, h.now()))
		if o := h.owed(schemas.OweEscalate, "c"); !o.DueAt.Equal(h.now()) {
			t.Errorf("due %v, want now", o.DueAt)
		}
		// A wake-up never puts off.
		h.must(h.WakeObligation(h.ctx, schemas.OweEscalate, "c", h.now().Add(time.Hour)))
		if o := h.owed(schemas.OweEscalate, "c"); !o.DueAt.Equal(h.now()) {
			t.Errorf("due %v, want now", o.DueAt)
		}
		lease = h.lease(schemas.OweEscalate, "c")
		h.must(h.FinishObligation(h.ctx, lease, schemas.ObligationResult{RetryAt: h.now().Add(time.Hour), Snooze: true}, h.now()))
		if n, err := h.WakeAll(h.ctx, []schemas.ObligationKind{schemas.OweEscalate, schemas.OweNotify}, h.now()); err != nil || n != 1 {
			t.Errorf("WakeAll = %d, %v", n, err)
		}
		if o := h.owed(schemas.OweEscalate, "c"); !o.DueAt.Equal(h.now()) {
			t.Errorf("due %v, want now", o.DueAt)
		}
	})
}

// What waits for another reason, what ended and what is due already stay as
// they are; what is being worked on is due again when that ends.
func TestWakeAfter(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		later := h.now().Add(time.Hour)
		for _, c := range []struct{ subject, outcome string }{{"failed", "retry"}, {"open", "unknown"}, {"waits", "submitted"}, {"working", "retry"}, {"ended", "retry"}} {
			h.must(h.AddObligations(h.ctx, []schemas.NewObligation{{Kind: schemas.OweFile, Subject: c.subject, DueAt: h.now()}}, h.now()))
			h.must(h.FinishObligation(h.ctx, h.lease(schemas.OweFile, c.subject), schemas.ObligationResult{RetryAt: later, Outcome: c.outcome}, h.now()))
		}
		h.must(h.AddObligations(h.ctx, []schemas.NewObligation{{Kind: schemas.OweFile, Subject: "replayed", DueAt: later}}, h.now()))
		working := h.lease(schemas.OweFile, "working")
		h.must(h.FinishObligation(h.ctx, h.lease(schemas.OweFile, "ended"), schemas.ObligationResult{Done: true, Outcome: "retry"}, h.now()))
		h.clock.Forward(time.Minute)
		if n, err := h.WakeAfter(h.ctx, schemas.OweFile, []string{"retry", "unknown"}, h.now()); err != nil || n != 3 {
			t.Errorf("WakeAfter = %d, %v", n, err)
		}
		h.must(h.FinishObligation(h.ctx, working, schemas.ObligationResult{RetryAt: later, Outcome: "retry"}, h.now()))
		for subject, want := range map[string]time.Time{"failed": h.now(), "open": h.now(), "working": h.now(), "waits": later, "replayed": later} {
			if o := h.owed(schemas.OweFile, subject); !o.DueAt.Equal(want) {
				t.Errorf("%s is due %v, want %v", subject, o.DueAt, want)
			}
		}
	})
}

func TestDueOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		add := func(kind schemas.ObligationKind, subject string, in time.Duration) {
			h.must(h.AddObligations(h.ctx, []schemas.NewObligation{{Kind: kind, Subject: subject, DueAt: h.now().Add(in)}}, h.now()))
		}
		add(schemas.OweFile, "f1", -3*time.Hour)
		add(schemas.OweNotify, "n1", -time.Hour)
		add(schemas.OweFile, "f2", -2*time.Hour)
		add(schemas.OweEscalate, "e1", 0)
		add(schemas.OweEscalate, "e2", time.Second) // not due
		names := func(os []schemas.Obligation, err error) string {
			h.must(err)
			s := ""
			for _, o := range os {
				s += o.Subject + " "
			}
			return s
		}
		if got := names(h.Due(h.ctx, h.now(), 10, false)); got != "f1 f2 n1 e1 " {
			t.Errorf("due: %s", got)
		}
		if got := names(h.Due(h.ctx, h.now(), 3, true)); got != "n1 e1 f1 " {
			t.Errorf("critical first: %s", got)
		}
		if got := names(h.DueOf(h.ctx, h.now(), []schemas.ObligationKind{schemas.OweEscalate, schemas.OweNotify}, 10)); got != "n1 e1 " {
			t.Errorf("of kinds: %s", got)
		}
		b, err := h.Backlog(h.ctx, h.now())
		h.must(err)
		if b[schemas.OweEscalate].Open != 2 || b[schemas.OweEscalate].Due != 1 || !b[schemas.OweFile].OldestDue.Equal(h.now().Add(-3*time.Hour)) {
			t.Errorf("backlog %+v", b)
		}
	})
}

func TestNamedLease(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		take := func(holder string, want bool) {
			t.Helper()
			held, err := h.AcquireNamedLease(h.ctx, "sweep", holder, time.Minute)
			h.must(err)
			if held != want {
				t.Errorf("%s holds: %v, want %v", holder, held, want)
			}
		}
		take("a", true)
		take("b", false)
		h.clock.Forward(59 * time.Second)
		take("a", true)
		h.clock.Forward(59 * time.Second)
		take("b", false)
		h.clock.Forward(time.Second)
		take("b", true)
		take("a", false)
		h.must(h.ReleaseNamedLease(h.ctx, "sweep", "a")) // not its own
		take("a", false)
		h.must(h.ReleaseNamedLease(h.ctx, "sweep", "b"))
		take("a", true)
	})
}

// The law of obligations, on random histories against a simple model: at most
// one holder; only the holder's token finishes; open until done or dead; a
// wake-up is never lost; created once for its key.
func TestObligationLaw(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		run := 0
		rapid.Check(t, func(t *rapid.T) {
			run++
			subject := fmt.Sprint("run", run)
			type model struct {
				state   schemas.ObligationState
				due     time.Time
				woken   time.Time
				attempt int
				token   string
				until   time.Time
			}
			m := model{state: schemas.ObligationOpen, due: h.now()}
			add := func(due time.Time) {
				h.must(h.AddObligations(h.ctx, []schemas.NewObligation{{Kind: schemas.OweOCR, Subject: subject, DueAt: due}}, h.now()))
			}
			add(m.due)
			os, _, err := h.Obligations(h.ctx, schemas.ObligationFilter{Subject: subject})
			if err != nil || len(os) != 1 {
				t.Fatalf("%v %v", os, err)
			}
			id := os[0].ID
			var leases []schemas.Lease
			finish := func(res schemas.ObligationResult) {
				if len(leases) == 0 {
					return
				}
				lease := rapid.SampledFrom(leases).Draw(t, "lease")
				err := h.FinishObligation(h.ctx, lease, res, h.now())
				if lease.Token != m.token {
					if schemas.KindOf(err) != schemas.KindConflict {
						t.Fatalf("a stale token finished: %v", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if m.state != schemas.ObligationOpen {
					return
				}
				switch {
				case res.Done:
					m.state = schemas.ObligationDone
				case res.Dead:
					m.state = schemas.ObligationDead
				default:
					m.due, m.token = res.RetryAt, ""
					if !m.woken.IsZero() && m.woken.Before(m.due) {
						m.due = m.woken
					}
				}
				m.until, m.woken = time.Time{}, time.Time{}
			}
			t.Repeat(map[string]func(*rapid.T){
				"lease": func(t *rapid.T) {
					lease, err := h.LeaseObligation(h.ctx, id, time.Minute)
					free := m.state == schemas.ObligationOpen && !m.until.After(h.now())
					if (err == nil) != free {
						t.Fatalf("leased: %v, free: %v", err, free)
					}
					if err == nil {
						m.attempt++
						m.token, m.until, m.woken = lease.Token, lease.Until, time.Time{}
						leases = append(leases, lease)
					}
				},
				"done":  func(*rapid.T) { finish(schemas.ObligationResult{Done: true}) },
				"dead":  func(*rapid.T) { finish(schemas.ObligationResult{Dead: true}) },
				"retry": func(*rapid.T) { finish(schemas.ObligationResult{RetryAt: h.now().Add(time.Hour)}) },
				"wake": func(*rapid.T) {
					at := h.now()
					if err := h.WakeObligation(h.ctx, schemas.OweOCR, subject, at); err != nil {
						t.Fatal(err)
					}
					if m.state != schemas.ObligationOpen {
						return
					}
					if at.Before(m.due) {
						m.due = at
					}
					if m.token != "" && (m.woken.IsZero() || at.Before(m.woken)) {
						m.woken = at
					}
				},
				"time":  func(t *rapid.T) { h.clock.Forward(time.Duration(rapid.IntRange(1, 90).Draw(t, "s")) * time.Second) },
				"again": func(*rapid.T) { add(h.now()) },
				"": func(t *rapid.T) {
					o, err := h.Obligation(h.ctx, id)
					if err != nil {
						t.Fatal(err)
					}
					if o.State != m.state || o.Attempt != m.attempt || (m.state == schemas.ObligationOpen && !o.DueAt.Equal(m.due)) {
						t.Fatalf("%+v, model %+v", o, m)
					}
				},
			})
		})
	})
}
