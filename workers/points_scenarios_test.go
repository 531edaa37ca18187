package workers

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"jianding/schemas"
)

// Faults at each point of a case's life, and races.

// killedAtEachPoint lets time pass until end while the service is killed
// around each single obligation: once under its lease before it did anything,
// and again right after it was worked off. Nothing but the ledger lives on.
func (h *house) killedAtEachPoint(end time.Time) {
	h.t.Helper()
	for range 2000 {
		due, err := h.ledger.DueOf(h.ctx, h.clock.Now(), allKinds(), 1)
		must(h.t, err)
		if len(due) == 0 {
			at, any, err := h.ledger.NextDue(h.ctx)
			must(h.t, err)
			if !any || at.After(end) {
				h.clock.set(end)
				return
			}
			if at.After(h.clock.Now()) {
				h.clock.set(at)
			} else {
				h.clock.set(h.clock.Now().Add(time.Second))
			}
			continue
		}
		o := due[0]
		h.start()
		if _, err := h.ledger.LeaseObligation(h.ctx, o.ID, h.w.Limits.Lease); err != nil {
			h.t.Fatal(err)
		}
		h.clock.set(h.clock.Now().Add(h.w.Limits.Lease + time.Millisecond))
		h.start()
		h.w.execute(h.ctx, o.ID, laneOf(o))
	}
	h.t.Fatal("never comes to rest")
}

func TestKilledAtEachPointUntilTheLastResort(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		h.killedAtEachPoint(t0.Add(40 * time.Minute))
		h.wantTold(h.sms, "hazard", "duty", "head", "director")
		h.wantEvents(schemas.EventCaseOpened, 1)
	})
}

func TestKilledAtEachPointWhileAmberTurnsRed(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(amber("2026-001"))
		h.killedAtEachPoint(t0.Add(4*time.Hour + 10*time.Minute))
		h.wantTold(h.mail, "hazard", "reviewer@example.org", "reviewer@example.org", "duty@example.org")
		h.wantTold(h.sms, "hazard", "duty")
		h.wantEvents(schemas.EventCaseAmberExpired, 1)
	})
}

func TestKilledAtEachPointAfterTheAcknowledgement(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		h.killedAtEachPoint(t0.Add(5 * time.Minute))
		h.acknowledge()
		h.sms.forget()
		h.killedAtEachPoint(t0.Add(25 * time.Hour))
		// After two hours, six hours and one hour before the deadline; then
		// overdue, once.
		h.wantTold(h.sms, "reminder", "duty", "head", "duty", "head", "duty", "head")
		if got := h.sms.told("overdue"); len(got) != 3 || !slices.Contains(got, "director") {
			t.Errorf("told of overdue: %q", got)
		}
		h.wantEvents(schemas.EventCaseOverdue, 1)
	})
}

func TestKilledAtEachPointOfANotice(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.notice()
		h.killedAtEachPoint(t0.Add(5 * time.Minute))
		h.acknowledge()
		h.killedAtEachPoint(t0.Add(25 * time.Hour))
		h.wantEvents(schemas.EventNoticeReminded, 2)
		h.wantEvents(schemas.EventNoticeBreach, 1)
		if got := len(h.hook.told("notice_reminder")); got != 3 {
			t.Errorf("the agency was told %d times, want twice of what it owes and once of the breach", got)
		}
	})
}

// take works off everything that is in the queue, as asynq's servers would,
// and says how many tasks that were.
func (h *house) take(limit int) (n int) {
	h.t.Helper()
	for _, l := range lanes() {
		must(h.t, h.w.queue.announce(h.ctx, l))
		tasks, err := h.w.queue.inspector.ListPendingTasks(string(l))
		must(h.t, err)
		for _, task := range tasks {
			if n == limit {
				return n
			}
			n++
			must(h.t, h.w.queue.inspector.DeleteTask(string(l), task.ID))
			must(h.t, h.w.queue.mux(l).ProcessTask(h.ctx, asynq.NewTask(task.Type, task.Payload)))
		}
	}
	return n
}

// Redis is emptied after the first, the second … task of a red report, with
// the next ones in it: each time the officer is told within seconds, once.
func TestRedisEmptiedAtEachPoint(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		e, err := StartEmbedded(t.Context(), "")
		must(t, err)
		t.Cleanup(e.Close)
		h.options = func(o *Options) { o.Redis = e.Options("") }
		h.start()
		h.w.queue.now = h.clock.Now
		for point := range 9 {
			h.sms.forget()
			filed := h.platform.submits
			begin := h.clock.Now()
			h.upload(red(fmt.Sprintf("2026-%03d", point)))
			for range point {
				h.w.Sweep(h.ctx)
				h.take(1)
			}
			h.w.Sweep(h.ctx)
			e.Empty()
			for len(h.sms.told("hazard")) == 0 || h.platform.submits == filed {
				if late := h.clock.Now().Sub(begin); late > 5*time.Second {
					t.Fatalf("emptied after %d tasks, and %s later told %q, filed %v", point, late, h.sms.told("hazard"), h.platform.submits > filed)
				}
				h.w.Sweep(h.ctx)
				h.take(100)
				h.w.running.Wait()
				h.clock.set(h.clock.Now().Add(time.Second))
			}
			for range 5 { // nothing comes twice
				h.clock.set(h.clock.Now().Add(time.Second))
				h.w.Sweep(h.ctx)
				h.take(100)
				h.w.running.Wait()
			}
			h.wantTold(h.sms, "hazard", "duty")
			if h.platform.submits != filed+1 {
				t.Errorf("emptied after %d tasks: filed %d times", point, h.platform.submits-filed)
			}
			for _, c := range h.cases() {
				_, err := h.ledger.AcknowledgeCase(h.ctx, c.ID, officer(), h.clock.Now())
				must(t, err)
			}
		}
	})
}

// Two processes climb the same ladders, both awake at every instant.
func TestTwoWorkersRacingUpTheLadder(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		for i := range 4 {
			h.upload(red(fmt.Sprintf("2026-00%d", i)))
		}
		second := h.worker()
		for _, minute := range []int{0, 15, 30, 60} {
			h.clock.set(t0.Add(time.Duration(minute) * time.Minute))
			var both sync.WaitGroup
			for _, w := range []*Workers{h.w, second} {
				both.Go(func() {
					for range 12 {
						w.pass(h.ctx, perBatch)
						w.running.Wait()
					}
				})
			}
			both.Wait()
			h.settle()
		}
		four := func(to string) []string { return []string{to, to, to, to} }
		h.wantTold(h.sms, "hazard", slices.Concat(four("duty"), four("head"), four("director"), four("duty"))...)
	})
}

// The officer's acknowledgement and the next step, at the same instant and in
// parallel: whichever is first, the ladder goes no further than that step.
func TestAcknowledgementRacesTheNextStep(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		const n = 6
		for i := range n {
			h.upload(red(fmt.Sprintf("2026-00%d", i)))
		}
		h.settle()
		cs := h.cases()
		h.clock.set(t0.Add(15 * time.Minute))
		var both sync.WaitGroup
		both.Go(func() {
			for range 5 {
				h.w.pass(h.ctx, perBatch)
				h.w.running.Wait()
			}
		})
		both.Go(func() {
			for _, c := range cs {
				if _, err := h.ledger.AcknowledgeCase(h.ctx, c.ID, officer(), h.clock.Now()); err != nil {
					t.Error(err)
				}
			}
		})
		both.Wait()
		h.settle()
		heads := len(slices.DeleteFunc(h.sms.told("hazard"), func(to string) bool { return to != "head" }))
		h.pass(90 * time.Minute)
		for _, to := range h.sms.told("hazard") {
			if to == "director" {
				t.Error("an acknowledged case climbed on to the director")
			}
		}
		if after := len(slices.DeleteFunc(h.sms.told("hazard"), func(to string) bool { return to != "head" })); after != heads || heads > n {
			t.Errorf("the head was told of %d cases, then of %d", heads, after)
		}
		h.wantEvents(schemas.EventCaseAcknowledged, n)
	})
}

func TestTheSameNoticeAgainIsOneCase(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		first, c := h.notice()
		h.settle()
		second, again := h.notice() // a second click, in the same instant
		h.settle()
		if first.Ref != second.Ref || c.ID != again.ID {
			t.Errorf("notices %s and %s, cases %s and %s", first.Ref, second.Ref, c.Ref, again.Ref)
		}
		h.wantTold(h.sms, "hazard", "duty")
		h.wantEvents(schemas.EventCaseOpened, 1)
		h.acknowledge()
		h.until(t0.Add(25 * time.Hour))
		h.wantEvents(schemas.EventNoticeBreach, 1)
	})
}

func TestTheSameReportTwiceAtOnceIsToldOnce(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		var both sync.WaitGroup
		for range 4 {
			both.Go(func() { h.upload(red("2026-001")) })
		}
		both.Wait()
		h.settle()
		h.theCase()
		h.wantTold(h.sms, "hazard", "duty")
		h.wantEvents(schemas.EventReportAssessed, 1)
	})
}

func TestTheSameReportAfterTheAcknowledgementAndTheClose(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		h.settle()
		h.acknowledge()
		h.upload(red("2026-001"))
		h.settle()
		if c := h.theCase(); c.Status != schemas.CaseAcknowledged {
			t.Errorf("a repetition made the case %s", c.Status)
		}
		h.dispose()
		h.close()
		h.upload(red("2026-001"))
		h.settle()
		h.theCase()
		h.wantTold(h.sms, "hazard", "duty")
	})
}

// A new revision that still shows the hazard, after the case was closed, is a
// new hazard to the committee: the house was said to be mended.
func TestARedRevisionAfterTheCloseOpensANewCase(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		h.settle()
		h.acknowledge()
		h.dispose()
		h.close()
		h.pass(time.Hour)
		a := red("2026-001")
		a.Report.Owner = "另一稿"
		h.upload(a)
		h.settle()
		if n := len(h.cases()); n != 2 {
			t.Errorf("%d cases, want a second one", n)
		}
		h.wantTold(h.sms, "hazard", "duty", "duty")
	})
}
