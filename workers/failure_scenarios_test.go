package workers

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jianding/schemas"
)

func TestAChannelThatIsDownForAnHour(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.mail.failing(errDown)
		h.upload(red("2026-001"))
		h.settle()
		h.wantTold(h.sms, "hazard", "duty") // the other channel is not held up
		h.acknowledge()
		h.pass(time.Hour)
		h.mail.failing(nil)
		h.pass(2 * time.Minute)
		h.wantTold(h.mail, "hazard", "duty@example.org")
		if n := h.mail.tried; n > 80 {
			t.Errorf("%d attempts in an hour are a storm", n)
		}
	})
}

func TestAStepWhoseOnlyChannelIsDownIsPassedAtOnce(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.policy.Steps[0].Channels = []string{"mail"}
		h.start()
		h.mail.failing(errDown)
		h.upload(red("2026-001"))
		h.settle()
		h.wantTold(h.sms, "hazard", "head")
		h.wantEvents(schemas.EventCaseStepSkipped, 1)
		// Unanswered, the ladder goes on; the duty officer's mail is retried
		// beside it, and comes once.
		h.pass(20 * time.Minute)
		h.mail.failing(nil)
		h.pass(3 * time.Minute)
		if got := h.mail.told("hazard"); !slices.Contains(got, "duty@example.org") {
			t.Errorf("the duty officer's mail never came: %q", got)
		}
	})
}

func TestAllChannelsDownIsLoud(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.mail.failing(errDown)
		h.sms.failing(errDown)
		h.upload(red("2026-001"))
		h.settle() // within one sweep, no time passes
		h.wantEvents(schemas.EventCaseUndelivered, 1)
		if !strings.Contains(h.logs.String(), "HAZARD UNDELIVERABLE") {
			t.Error("nothing loud in the log")
		}
		if c := h.theCase(); c.Status != schemas.CaseOpen {
			t.Errorf("nobody was told and the case is %s", c.Status)
		}
		h.pass(time.Hour)
		h.sms.failing(nil)
		h.mail.failing(nil)
		h.pass(3 * time.Minute)
		if c := h.theCase(); c.Status != schemas.CaseNotified {
			t.Errorf("the channels are back and the case is %s", c.Status)
		}
		// Each address hears of it once for all that was missed, not once a round.
		for _, a := range []string{"duty", "head", "director"} {
			n := 0
			for _, to := range h.sms.told("hazard") {
				if to == a {
					n++
				}
			}
			if n > 1 {
				t.Errorf("%s got %d messages when the channel came back", a, n)
			}
		}
	})
}

func TestARecipientThatNeverWorksIsGivenUpVisibly(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.sms.fail = func(m schemas.Message) error {
			if m.Recipient.Address == "duty" {
				return schemas.E(schemas.KindInvalid, "no_such_number", "", nil)
			}
			return nil
		}
		h.upload(red("2026-001"))
		h.settle()
		h.wantTold(h.mail, "hazard", "duty@example.org")
		ns, err := h.ledger.CaseNotifications(h.ctx, h.theCase().ID)
		must(t, err)
		failed := 0
		for _, n := range ns {
			if n.Status == schemas.NotificationFailed {
				failed++
				if len(n.Attempts) != 1 || !strings.Contains(n.Attempts[0].Error, "no_such_number") {
					t.Errorf("attempts: %+v", n.Attempts)
				}
			}
		}
		if failed != 1 {
			t.Errorf("%d failed notifications, want one", failed)
		}
		h.pass(10 * time.Minute)
		if h.sms.tried != 1 {
			t.Errorf("a number that does not exist was tried %d times", h.sms.tried)
		}
	})
}

type throttledFor time.Duration

func (t throttledFor) Error() string             { return "throttled" }
func (t throttledFor) RetryAfter() time.Duration { return time.Duration(t) }

func TestAThrottledChannelRestsAndDelaysNoOther(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.mail.failing(schemas.E(schemas.KindUnavailable, "channel_throttled", "", throttledFor(10*time.Minute)))
		h.upload(red("2026-001"))
		h.upload(red("2026-002"))
		h.settle()
		h.wantTold(h.sms, "hazard", "duty", "duty")
		tried := h.mail.tried
		h.pass(9 * time.Minute)
		if h.mail.tried != tried {
			t.Errorf("the channel asked for ten minutes of rest and was tried %d times in nine", h.mail.tried-tried)
		}
		h.mail.failing(nil)
		h.pass(2 * time.Minute)
		h.wantTold(h.mail, "hazard", "duty@example.org", "duty@example.org")
	})
}

func TestTheProofOfEachAttemptIsKept(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.mail.failing(errDown)
		h.upload(red("2026-001"))
		h.settle()
		h.mail.failing(nil)
		h.pass(10 * time.Minute)
		ns, err := h.ledger.CaseNotifications(h.ctx, h.theCase().ID)
		must(t, err)
		for _, n := range ns {
			if n.Message.Recipient.Channel != "mail" {
				continue
			}
			if len(n.Attempts) < 2 {
				t.Fatalf("attempts: %+v", n.Attempts)
			}
			first, last := n.Attempts[0], n.Attempts[len(n.Attempts)-1]
			if first.OK || first.Error == "" || first.EndedAt == nil || first.Proof.Status != 500 {
				t.Errorf("the failed attempt: %+v", first)
			}
			if !last.OK || last.Proof.Response != "ok" || last.Proof.RequestSHA256 == "" {
				t.Errorf("the successful attempt: %+v", last)
			}
		}
	})
}

// OnCall #1206: an escalation lost on restart. The service is stopped after
// each single obligation that it works off, and started anew.
func TestRestartAtEachPoint(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		r := h.upload(red("2026-001"))
		for range 200 {
			h.start()
			due, err := h.ledger.DueOf(h.ctx, h.clock.Now(), allKinds(), 1)
			must(t, err)
			if len(due) == 0 {
				at, _, err := h.ledger.NextDue(h.ctx)
				must(t, err)
				if at.Sub(t0) > 40*time.Minute {
					break
				}
				h.clock.set(at)
				continue
			}
			h.w.execute(h.ctx, due[0].ID, laneOf(due[0]))
		}
		h.wantTold(h.sms, "hazard", "duty", "head", "director")
		h.wantEvents(schemas.EventCaseOpened, 1)
		if h.report(r.ID).Status != schemas.ReportAccepted || h.platform.submits != 1 {
			t.Errorf("report %s, filed %d times", h.report(r.ID).Status, h.platform.submits)
		}
	})
}

// A worker that dies holds its lease; the next one takes over when it ends.
func TestAWorkerThatDiesUnderALease(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		for _, kind := range []schemas.ObligationKind{schemas.OweAssess, schemas.OweEscalate, schemas.OweNotify} {
			due, err := h.ledger.DueOf(h.ctx, h.clock.Now(), []schemas.ObligationKind{kind}, 1)
			must(t, err)
			if len(due) != 1 {
				t.Fatalf("%s is not due: %+v", kind, due)
			}
			_, err = h.ledger.LeaseObligation(h.ctx, due[0].ID, 20*time.Second) // and is killed
			must(t, err)
			h.settle()
			h.clock.set(h.clock.Now().Add(21 * time.Second))
			h.start()
			if kind != schemas.OweNotify {
				due, err = h.ledger.DueOf(h.ctx, h.clock.Now(), []schemas.ObligationKind{kind}, 1)
				must(t, err)
				h.w.execute(h.ctx, due[0].ID, laneOf(due[0]))
			}
		}
		h.settle()
		h.wantTold(h.sms, "hazard", "duty")
		h.wantTold(h.mail, "hazard", "duty@example.org")
	})
}

func TestKilledBetweenSendingAndRecording(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		h.w.pass(h.ctx, perBatch)
		h.w.running.Wait()
		h.w.pass(h.ctx, perBatch)
		h.w.running.Wait()
		due, err := h.ledger.DueOf(h.ctx, h.clock.Now(), []schemas.ObligationKind{schemas.OweNotify}, 10)
		must(t, err)
		for _, o := range due {
			lease, err := h.ledger.LeaseObligation(h.ctx, o.ID, 20*time.Second)
			must(t, err)
			n, _, _, err := h.ledger.BeginNotification(h.ctx, lease)
			must(t, err)
			if n.Message.Recipient.Channel == "sms" {
				h.sms.Send(h.ctx, n.Message) // arrives; the worker dies before it can say so
			}
		}
		h.clock.set(h.clock.Now().Add(21 * time.Second))
		h.start()
		h.settle()
		// At least once, under one id.
		h.wantTold(h.sms, "hazard", "duty", "duty")
		if h.sms.sent[0].ID != h.sms.sent[1].ID {
			t.Errorf("ids %s and %s differ", h.sms.sent[0].ID, h.sms.sent[1].ID)
		}
	})
}

func TestTwoWorkersRacing(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		for i := range 8 {
			h.upload(red("2026-10" + string(rune('0'+i))))
		}
		second := h.worker()
		var both sync.WaitGroup
		for _, w := range []*Workers{h.w, second} {
			both.Go(func() {
				for range 30 {
					w.pass(h.ctx, perBatch)
					w.running.Wait()
				}
			})
		}
		both.Wait()
		h.settle()
		if n := len(h.sms.told("hazard")); n != 8 {
			t.Errorf("%d messages for eight cases", n)
		}
		if h.platform.submits != 8 {
			t.Errorf("eight reports were submitted %d times", h.platform.submits)
		}
		h.wantEvents(schemas.EventCaseOpened, 8)
		h.wantEvents(schemas.EventReportAssessed, 8)
	})
}

func TestOneOfTwoProcessesSweeps(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		second := h.worker()
		h.w.Sweep(h.ctx)
		second.Sweep(h.ctx)
		if !h.w.sweep.leader || second.sweep.leader {
			t.Errorf("leaders: %v %v", h.w.sweep.leader, second.sweep.leader)
		}
		// The first dies; the lease runs out.
		h.clock.set(h.clock.Now().Add(16 * time.Second))
		second.Sweep(h.ctx)
		if !second.sweep.leader {
			t.Error("nobody sweeps after the first died")
		}
		h.clock.set(h.clock.Now().Add(time.Second))
		h.w.Sweep(h.ctx)
		if h.w.sweep.leader {
			t.Error("the first sweeps again although the second does")
		}
	})
}

func TestTheAgeOfTheSweepShowsALedgerThatIsGone(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.settle()
		if h.w.Age() != 0 {
			t.Errorf("age %s right after a sweep", h.w.Age())
		}
		h.ledger.Close()
		h.clock.set(h.clock.Now().Add(time.Minute))
		h.w.Sweep(h.ctx)
		if h.w.Age() != time.Minute {
			t.Errorf("age %s after a minute without a ledger", h.w.Age())
		}
	})
}

func TestClockSetBackTwoHours(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		h.settle()
		h.clock.set(t0.Add(-2 * time.Hour))
		h.settle()
		h.pass(16 * time.Minute)
		// Not two hours late: the ladder went on by the new clock.
		if got := h.sms.told("hazard"); !slices.Contains(got, "head") {
			t.Errorf("told %q sixteen minutes after the clock went back", got)
		}
		c := h.theCase()
		if !c.Deadline.Handling.Equal(t0.Add(24 * time.Hour)) {
			t.Errorf("the deadline moved to %s", c.Deadline.Handling)
		}
	})
}

func TestClockSetForwardTwoHours(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		h.settle()
		h.clock.set(t0.Add(2 * time.Hour))
		h.settle()
		// One step, not all the steps that the two hours would have held.
		h.wantTold(h.sms, "hazard", "duty", "head")
		h.clock.set(t0.Add(time.Minute)) // and back again
		h.settle()
		h.pass(20 * time.Minute)
		if got := h.sms.told("hazard"); !slices.Contains(got, "director") {
			t.Errorf("told %q", got)
		}
	})
}

func TestAPanicOfAHandlerIsARetry(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		n := 0
		h.sms.fail = func(schemas.Message) error {
			if n++; n == 1 {
				panic("nil map")
			}
			return nil
		}
		h.upload(red("2026-001"))
		h.settle()
		h.pass(3 * time.Second)
		h.wantTold(h.sms, "hazard", "duty")
	})
}
