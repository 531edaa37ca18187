package workers

import (
	"testing"
	"time"

	"jianding/schemas"
	"jianding/workers/ladder"
)

// Channels that reach nobody without having failed.

func throttled() error {
	return schemas.E(schemas.KindUnavailable, "channel_throttled", "", throttledFor(10*time.Minute))
}

// The channel was throttled by an earlier message: the new one is not even
// tried.
func TestAStepWhoseOnlyChannelRestsIsPassedAtOnce(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.policy.Steps[0].Channels = []string{"mail"}
		h.start()
		h.mail.failing(throttled())
		h.upload(red("2026-001"))
		h.settle()
		h.mail.failing(nil)
		tried := h.mail.tried
		h.sms.forget()
		h.pass(2 * time.Minute)
		h.upload(red("2026-002"))
		h.settle()
		h.wantTold(h.sms, "hazard", "head")
		h.wantEvents(schemas.EventCaseStepSkipped, 2)
		if h.mail.tried != tried {
			t.Error("the resting channel was tried")
		}
		h.pass(10 * time.Minute)
		h.wantTold(h.mail, "hazard", "duty@example.org", "duty@example.org")
	})
}

// What one process knows of a channel's rest, the ladder in another must not
// have to guess.
func TestARestIsKnownToTheOtherProcess(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.policy.Steps[0].Channels = []string{"mail"}
		h.start()
		sender, climber := h.w, h.worker()
		h.mail.failing(throttled())
		h.upload(red("2026-001"))
		h.settle()
		h.mail.failing(nil)
		h.sms.forget()
		h.pass(time.Minute)
		h.upload(red("2026-002"))
		for range 20 {
			for _, k := range allKinds() {
				due, err := h.ledger.DueOf(h.ctx, h.clock.Now(), []schemas.ObligationKind{k}, 10)
				must(t, err)
				for _, o := range due {
					w := climber
					if k == schemas.OweNotify && o.Subject != "" {
						w = sender
					}
					w.execute(h.ctx, o.ID, laneOf(o))
				}
			}
		}
		h.wantTold(h.sms, "hazard", "head")
	})
}

func TestAllChannelsRestingIsLoud(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.mail.failing(throttled())
		h.sms.failing(throttled())
		h.upload(red("2026-001"))
		h.settle()
		h.mail.failing(nil)
		h.sms.failing(nil)
		h.pass(time.Minute)
		h.upload(red("2026-002"))
		h.settle() // no time passes
		for _, c := range h.cases() {
			es, err := h.ledger.Events(h.ctx, schemas.EventFilter{Subject: "case:" + c.ID, Kinds: []schemas.EventKind{schemas.EventCaseUndelivered}})
			must(t, err)
			if len(es) == 0 {
				t.Errorf("%s could be told to nobody, and nothing says so", c.Ref)
			}
		}
		h.pass(11 * time.Minute)
		for _, c := range h.cases() {
			if c.Status != schemas.CaseNotified {
				t.Errorf("the channels are back and %s is %s", c.Ref, c.Status)
			}
		}
	})
}

// A channel that hangs fills its slots: the messages behind them are neither
// sent nor failed. After a minute the step counts as one that reaches nobody.
func TestAStepBehindAChannelThatHangsIsPassedAfterAMinute(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.policy.Steps[0].Channels = []string{"mail"}
		h.start()
		slots := h.w.channels.by["mail"].slots
		for range cap(slots) {
			slots <- struct{}{}
		}
		h.upload(red("2026-001"))
		work := func() {
			for range 10 {
				h.w.pass(h.ctx, perBatch)
				h.w.running.Wait()
			}
		}
		work()
		h.wantTold(h.sms, "hazard")
		h.clock.set(t0.Add(time.Minute))
		work()
		h.wantTold(h.sms, "hazard", "head")
		for range cap(slots) {
			<-slots
		}
		h.clock.set(t0.Add(time.Minute + 2*time.Second))
		work()
		h.wantTold(h.mail, "hazard", "duty@example.org")
	})
}

func TestAChannelDownForAnHourDelaysNoRound(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.mail.failing(errDown)
		h.upload(red("2026-001"))
		h.pass(time.Hour)
		h.mail.failing(nil)
		// The officer with two channels was told by the other, and the ladder
		// climbed by its waits.
		h.wantTold(h.sms, "hazard", "duty", "head", "director", "duty")
		h.pass(3 * time.Minute)
		for _, to := range []string{"duty@example.org", "director@example.org"} {
			n := 0
			for _, got := range h.mail.told("hazard") {
				if got == to {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%s got %d mails for an hour of silence, want one", to, n)
			}
		}
	})
}

func TestAllChannelsDownForAnHourInAnAmberCase(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.mail.failing(errDown)
		h.sms.failing(errDown)
		h.upload(amber("2026-001"))
		h.settle()
		h.wantEvents(schemas.EventCaseUndelivered, 1)
		h.pass(time.Hour)
		h.mail.failing(nil)
		h.sms.failing(nil)
		h.pass(3 * time.Minute)
		h.wantTold(h.mail, "hazard", "director@example.org", "reviewer@example.org")
		h.until(t0.Add(4 * time.Hour))
		h.wantTold(h.sms, "hazard", "director", "duty")
	})
}

// Every channel was renamed and everybody's address is new while a case is
// open: the stamped policy reaches nobody, and those who are configured now
// are told.
func TestAPolicyWhoseChannelsAreGoneReachesTodaysLastResort(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		h.settle()
		h.sms.forget()
		h.options = func(o *Options) {
			o.Channels = map[string]Notifier{"sms2": h.sms, "webhook": h.hook}
			o.Ladder = duty()
			for i := range o.Ladder.Contacts {
				o.Ladder.Contacts[i].Addresses = []ladder.Address{{Channel: "sms2", Address: "new " + o.Ladder.Contacts[i].Name}}
			}
		}
		h.start()
		h.pass(16 * time.Minute)
		h.wantTold(h.sms, "hazard", "new 主任")
		h.wantEvents(schemas.EventCaseUndelivered, 0)
	})
}
