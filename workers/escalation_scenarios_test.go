package workers

import (
	"slices"
	"strings"
	"testing"
	"time"

	"jianding/schemas"
	"jianding/workers/ladder"
)

func TestRedReportReachesTheDutyOfficerAtOnce(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		r := h.upload(red("2026-001"))
		h.settle()
		h.wantTold(h.mail, "hazard", "duty@example.org")
		h.wantTold(h.sms, "hazard", "duty")
		c := h.theCase()
		if c.Status != schemas.CaseNotified || c.Level != schemas.HazardRed || c.ReportID != r.ID {
			t.Errorf("case is %s %s of %s", c.Status, c.Level, c.ReportID)
		}
		if got := h.report(r.ID).Status; got != schemas.ReportAccepted {
			t.Errorf("a red report can be accepted, it is %s", got)
		}
		if h.platform.submits != 1 {
			t.Errorf("filed %d times", h.platform.submits)
		}
		m := h.mail.sent[0]
		for _, want := range []string{"几江街道大西门1号", "Dsu", "该房屋安全性鉴定等级评定为Dsu级", c.Ref, r.SHA256, "2026-001", "2026-11-25 09:00"} {
			if !strings.Contains(m.Text, want) {
				t.Errorf("the message does not say %q:\n%s", want, m.Text)
			}
		}
	})
}

func TestUnacknowledgedCaseClimbsToTheLastResortAndBeginsAgain(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		h.settle()
		h.pass(14 * time.Minute)
		h.wantTold(h.sms, "hazard", "duty")
		h.pass(time.Minute)
		h.wantTold(h.sms, "hazard", "duty", "head")
		h.pass(15 * time.Minute)
		h.wantTold(h.sms, "hazard", "duty", "head", "director")
		h.pass(30 * time.Minute)
		h.wantTold(h.sms, "hazard", "duty", "head", "director", "duty")
		if c := h.theCase(); c.Round != 2 || c.Step != 0 {
			t.Errorf("the case is in round %d at step %d", c.Round, c.Step)
		}
	})
}

func TestAcknowledgementStopsTheClimb(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		h.settle()
		h.acknowledge()
		h.pass(90 * time.Minute)
		h.wantTold(h.sms, "hazard", "duty")
	})
}

func TestAcknowledgementAtTheInstantOfTheNextStep(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		h.settle()
		h.clock.set(t0.Add(15 * time.Minute)) // the step is due, and the officer was faster than the sweep
		h.acknowledge()
		h.settle()
		h.wantTold(h.sms, "hazard", "duty")
	})
}

func TestAcknowledgementBetweenTickAndSending(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		// The head's message is being sent when the acknowledgement comes:
		// the ladder stops there.
		h.sms.fail = func(m schemas.Message) error {
			if m.Recipient.Address == "head" {
				if _, err := h.ledger.AcknowledgeCase(h.ctx, m.CaseID, officer(), h.clock.Now()); err != nil {
					t.Error(err)
				}
			}
			return nil
		}
		h.upload(red("2026-001"))
		h.settle()
		h.pass(80 * time.Minute)
		h.wantTold(h.sms, "hazard", "duty", "head")
		h.wantEvents(schemas.EventCaseAcknowledged, 1)
	})
}

// OnCall #1792: an acknowledged alert that nobody then handles goes silent.
func TestAcknowledgedAndForgottenIsNotSilent(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		h.settle()
		h.acknowledge()
		h.pass(2*time.Hour - time.Minute)
		h.wantTold(h.sms, "reminder")
		h.pass(time.Minute)
		// Those who had it, and the level above.
		h.wantTold(h.sms, "reminder", "duty", "head")
		h.wantTold(h.mail, "reminder", "duty@example.org")
	})
}

func TestRemindersSixHoursAndOneHourBeforeTheDeadline(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		h.settle()
		h.acknowledge()
		h.until(t0.Add(17 * time.Hour))
		h.sms.forget()
		h.until(t0.Add(18 * time.Hour))
		h.wantTold(h.sms, "reminder", "duty", "head")
		h.until(t0.Add(23 * time.Hour))
		h.wantTold(h.sms, "reminder", "duty", "head", "duty", "head")
		h.wantTold(h.sms, "overdue")
		h.until(t0.Add(24 * time.Hour))
		h.wantTold(h.sms, "overdue", "director", "duty", "head")
		h.wantEvents(schemas.EventCaseOverdue, 1)
		h.until(t0.Add(48 * time.Hour))
		h.wantTold(h.sms, "overdue", "director", "duty", "head", "director", "duty", "head")
		h.wantEvents(schemas.EventCaseOverdue, 1) // the fact is one
	})
}

func TestDispositionEndsTheReminders(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		h.settle()
		h.acknowledge()
		h.pass(time.Hour)
		h.dispose()
		h.until(t0.Add(30 * time.Hour))
		h.wantTold(h.sms, "reminder")
		h.wantTold(h.sms, "overdue")
		h.wantEvents(schemas.EventCaseOverdue, 0)
	})
}

func TestUnacknowledgedPastTheDeadlineIsOverdueToo(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		h.until(t0.Add(24 * time.Hour))
		if got := h.sms.told("overdue"); !slices.Contains(got, "director") {
			t.Errorf("the last resort is told of the overdue case, got %q", got)
		}
		h.wantEvents(schemas.EventCaseOverdue, 1)
	})
}

func TestDispositionIsCopiedToTheTownOnce(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		h.settle()
		h.acknowledge()
		h.dispose("几江街道")
		h.settle()
		h.wantTold(h.mail, "copy", "town@example.org")
		if text := h.mail.sent[len(h.mail.sent)-1].Text; !strings.Contains(text, "停止使用") {
			t.Errorf("the copy does not say the disposition:\n%s", text)
		}
		h.pass(48 * time.Hour)
		h.wantTold(h.mail, "copy", "town@example.org")
	})
}

func TestDisposedButNeverClosedIsSaidEveryWeek(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		h.settle()
		h.acknowledge()
		h.dispose()
		h.pass(7*24*time.Hour + time.Minute)
		h.wantTold(h.sms, "reminder", "duty")
		h.pass(7 * 24 * time.Hour)
		h.wantTold(h.sms, "reminder", "duty", "duty")
		h.close()
		h.pass(30 * 24 * time.Hour)
		h.wantTold(h.sms, "reminder", "duty", "duty")
	})
}

func TestNothingIsSentAfterTheClose(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.sms.failing(errDown)
		h.upload(red("2026-001"))
		h.settle()
		h.acknowledge()
		h.dispose()
		h.close()
		tried := h.sms.tried
		h.sms.failing(nil)
		h.pass(24 * time.Hour)
		if h.sms.tried != tried {
			t.Errorf("%d attempts began after the close", h.sms.tried-tried)
		}
	})
}

// GoAlert #4548: an empty duty step that still waits.
func TestNobodyOnDutyPassesTheStepAtOnce(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.policy.Rotas[0].Overrides = []ladder.Override{{Date: "2026-11-24"}}
		h.start()
		h.upload(red("2026-001"))
		h.settle()
		h.wantTold(h.sms, "hazard", "head")
		h.wantEvents(schemas.EventCaseStepSkipped, 1)
	})
}

func TestNobodyOnAnyStepReachesTheLastResortAtOnce(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.policy.Rotas[0].Overrides = []ladder.Override{{Date: "2026-11-24"}}
		h.policy.Steps[1].Contacts = []string{"rota:duty"}
		h.start()
		h.upload(red("2026-001"))
		h.settle()
		h.wantTold(h.sms, "hazard", "director")
		h.wantEvents(schemas.EventCaseStepSkipped, 2)
	})
}

func TestOverrideOf31DecemberInShanghai(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.policy.Rotas[0].Overrides = []ladder.Override{{Date: "2026-12-31", Contacts: []string{"科长"}}}
		h.start()
		// 2026-12-31 00:30 in Shanghai is still the 30th in UTC.
		h.clock.set(time.Date(2026, 12, 30, 16, 30, 0, 0, time.UTC))
		h.upload(red("2026-001"))
		h.settle()
		h.wantTold(h.sms, "hazard", "head")
		h.acknowledge()
		// 2027-01-01 00:10 in Shanghai is still the old year in UTC.
		h.clock.set(time.Date(2026, 12, 31, 16, 10, 0, 0, time.UTC))
		h.sms.forget()
		h.upload(red("2026-002"))
		h.settle()
		h.wantTold(h.sms, "hazard", "duty")
	})
}

func TestLateOnArrivalIsSaidAtOnceAndRunsByTheHandlingDeadline(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		a := red("2026-001")
		a.Report.IssuedOn = "2026-11-20"
		h.upload(a)
		h.settle()
		c := h.theCase()
		if !c.Deadline.LateOnArrival {
			t.Fatal("not late on arrival")
		}
		h.wantEvents(schemas.EventCaseOverdue, 1)
		if !strings.Contains(h.mail.sent[0].Text, "已超过24小时法定时限") {
			t.Errorf("the first message does not say that the agency was late:\n%s", h.mail.sent[0].Text)
		}
		if !c.Deadline.Handling.Equal(t0.Add(24 * time.Hour)) {
			t.Errorf("handling deadline %s", c.Deadline.Handling)
		}
		h.acknowledge()
		h.until(t0.Add(18 * time.Hour))
		h.wantEvents(schemas.EventCaseOverdue, 1) // our own handling is not late
	})
}

func TestPolicyEditedInTheMiddleOfACase(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		h.settle()
		h.policy.Steps[1] = ladder.Step{Contacts: []string{"主任"}, Wait: ladder.Duration(time.Hour)}
		h.start()
		h.pass(15 * time.Minute)
		h.wantTold(h.sms, "hazard", "duty", "head") // as when the case opened
		h.upload(red("2026-002"))
		h.settle()
		h.sms.forget()
		h.pass(15 * time.Minute)
		if got := h.sms.told("hazard"); !slices.Contains(got, "director") {
			t.Errorf("the new case runs by the new policy, told %q", got)
		}
	})
}

func TestAChannelRemovedFromTheConfigurationIsPassed(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.policy.Steps[0].Channels = []string{"mail"}
		h.start()
		h.clock.set(t0)
		h.upload(red("2026-001"))
		// Restarted without mail before the first tick; the stamped policy
		// still names it.
		h.w.pass(h.ctx, perBatch)
		h.w.running.Wait()
		h.options = func(o *Options) {
			o.Channels = map[string]Notifier{"sms": h.sms, "webhook": h.hook}
			o.Ladder = duty()
			for i := range o.Ladder.Contacts {
				o.Ladder.Contacts[i].Addresses = []ladder.Address{{Channel: "sms", Address: "x"}}
			}
		}
		h.start()
		h.settle()
		h.wantTold(h.sms, "hazard", "head")
	})
}

func TestTheDailyMessageAndTheHeartbeat(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.options = func(o *Options) { o.Daily, o.Limits.Beat = DailyMessage{Contact: "科长", At: "09:30"}, time.Minute }
		h.start()
		h.until(t0.Add(29 * time.Minute))
		h.wantTold(h.sms, "heartbeat")
		h.until(t0.Add(31 * time.Minute))
		h.wantTold(h.sms, "heartbeat", "head")
		h.until(t0.Add(3 * time.Hour))
		h.wantTold(h.sms, "heartbeat", "head")
		if n := len(h.monitor.beats); n < 180 || n > 183 {
			t.Errorf("%d beats in three hours, want one a minute", n)
		}
	})
}

func TestTheHeartbeatIsWithheldWhileTheLadderIsBehind(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.options = func(o *Options) { o.Limits.Beat = time.Minute }
		h.start()
		h.settle()
		h.upload(red("2026-001"))
		h.w.pass(h.ctx, perBatch) // assess only
		h.w.running.Wait()
		before := len(h.monitor.beats)
		// Ten minutes nobody works on the ladder; then the heartbeat comes
		// first.
		h.clock.set(t0.Add(10 * time.Minute))
		hb, _, err := h.ledger.Obligations(h.ctx, schemas.ObligationFilter{Kind: schemas.OweHeartbeat, State: schemas.ObligationOpen})
		must(t, err)
		h.w.execute(h.ctx, hb[0].ID, laneCritical)
		if len(h.monitor.beats) != before {
			t.Error("the monitor was told that all is well")
		}
		h.settle()
		h.pass(2 * time.Minute)
		if len(h.monitor.beats) == before {
			t.Error("the heartbeat does not come back")
		}
	})
}

// A ladder that repeats every few minutes tells everybody in every round.
func TestALadderThatRepeatsQuicklyTellsEverybodyInEachRound(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.policy.Steps[0].Wait, h.policy.Steps[1].Wait = ladder.Duration(time.Minute), ladder.Duration(time.Minute)
		h.policy.Repeat = ladder.Duration(2 * time.Minute)
		h.start()
		h.upload(red("2026-001"))
		h.settle()
		h.pass(11*time.Minute + 30*time.Second)
		h.wantTold(h.sms, "hazard", "duty", "head", "director", "duty", "head", "director", "duty", "head", "director")
	})
}
