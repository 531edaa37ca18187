package workers

import (
	"slices"
	"strings"
	"testing"
	"time"

	"jianding/schemas"
	"jianding/workers/ladder"
)

// Clocks that lie, and calendars.

// The service is killed, so that its leases stay; while it is down the clock
// of the machine is set back. Nothing may sleep until the old clock's time
// comes again.
func TestClockSetBackWhileTheServiceIsDown(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.options = func(o *Options) { o.Limits.Beat = time.Minute }
		h.start()
		h.upload(red("2026-001"))
		h.settle()
		h.upload(red("2026-002")) // taken by a worker that is killed
		due, err := h.ledger.DueOf(h.ctx, h.clock.Now(), []schemas.ObligationKind{schemas.OweAssess}, 1)
		must(t, err)
		_, err = h.ledger.LeaseObligation(h.ctx, due[0].ID, 20*time.Second)
		must(t, err)
		h.clock.set(t0.Add(-2 * time.Hour))
		h.start()
		h.w.Sweep(h.ctx)
		if !h.w.sweep.leader {
			t.Error("nobody sweeps: the dead process's lease ends in two hours")
		}
		h.w.running.Wait()
		h.settle()
		// The case that waited goes on at once, the safe side; the new one
		// begins with the officer on duty.
		h.wantTold(h.sms, "hazard", "duty", "head", "duty")
		h.pass(16 * time.Minute)
		h.wantTold(h.sms, "hazard", "duty", "head", "director", "head", "duty") // in the order of the clock
	})
}

func TestClockSetBackWhileAnAmberCaseWaits(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(amber("2026-001"))
		h.settle()
		c := h.theCase()
		h.clock.set(t0.Add(-2 * time.Hour))
		h.start()
		h.settle()
		// The instant by which it turns red stands, as every deadline does: a
		// clock may make it later by what it lied, never a restart or a sweep.
		if after := h.theCase(); !after.AmberUntil.Equal(*c.AmberUntil) {
			t.Errorf("amber until %s moved to %s", c.AmberUntil, after.AmberUntil)
		}
		h.until(*c.AmberUntil)
		h.wantTold(h.sms, "hazard", "duty")
	})
}

func TestClockSetForwardDuringTheNoticePeriod(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.notice()
		h.until(t0.Add(17 * time.Hour))
		h.clock.set(t0.Add(19 * time.Hour)) // two hours ahead
		h.settle()
		h.wantEvents(schemas.EventNoticeReminded, 1)
		h.clock.set(t0.Add(17 * time.Hour)) // and corrected
		h.start()
		h.settle()
		h.until(t0.Add(18*time.Hour + time.Minute))
		h.wantEvents(schemas.EventNoticeReminded, 1) // said once
		h.until(t0.Add(23*time.Hour + time.Minute))
		h.wantEvents(schemas.EventNoticeReminded, 2)
		h.wantEvents(schemas.EventNoticeBreach, 0)
		h.until(t0.Add(24*time.Hour + time.Minute))
		h.wantEvents(schemas.EventNoticeBreach, 1)
	})
}

func TestClockSetBackAfterTheAcknowledgement(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		h.settle()
		h.acknowledge()
		h.settle()
		h.clock.set(t0.Add(-2 * time.Hour))
		h.settle()
		// Nobody can say how long the case has been in hand: too early is
		// better than two hours too late, and once is enough.
		h.pass(2*time.Hour + time.Minute)
		h.wantTold(h.sms, "reminder", "duty", "head")
	})
}

func TestClockSetForwardPastTheDeadlineAndBack(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.until(t0)
		h.upload(red("2026-001"))
		h.settle()
		h.acknowledge()
		h.until(t0.Add(22*time.Hour + 30*time.Minute))
		h.clock.set(t0.Add(24*time.Hour + 30*time.Minute))
		h.settle()
		h.wantTold(h.sms, "overdue", "director", "duty", "head")
		h.clock.set(t0.Add(22*time.Hour + 31*time.Minute))
		h.settle()
		h.until(t0.Add(24*time.Hour + time.Minute))
		// It was said; the truth comes an hour later and is the same.
		h.wantTold(h.sms, "overdue", "director", "duty", "head")
		h.wantEvents(schemas.EventCaseOverdue, 1)
	})
}

// 31 December, on both sides of midnight in Shanghai and in UTC.

func TestTheIssueDate31DecemberEndsAtMidnightInShanghai(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		// 2026-12-31 23:50 in Shanghai; issued on that day.
		at := time.Date(2026, 12, 31, 15, 50, 0, 0, time.UTC)
		h.clock.set(at)
		a := red("2026-001")
		a.Report.IssuedOn = "2026-12-30"
		h.upload(a)
		h.settle()
		c := h.theCase()
		// The end of 30 December is 16:00 UTC of that day; receipt is later.
		if want := time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC); !c.Deadline.Statutory.Equal(want) {
			t.Errorf("statutory deadline %s, want %s", c.Deadline.Statutory, want)
		}
		if c.Deadline.LateOnArrival {
			t.Error("ten minutes before the deadline is not late")
		}
		if !strings.Contains(h.mail.sent[0].Text, "2027-01-01 23:50") {
			t.Errorf("the message does not name the deadline in the new year:\n%s", h.mail.sent[0].Text)
		}
		h.acknowledge()
		h.until(at.Add(24 * time.Hour))
		h.wantTold(h.sms, "overdue", "director", "duty", "head")
	})
}

func TestTheNightShiftOfNewYearsEve(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.policy.Rotas[0].Weekly = []ladder.Shift{
			{Days: []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}, From: "08:00", To: "20:00", Contacts: []string{"值班员"}},
			{Days: []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}, From: "20:00", To: "08:00", Contacts: []string{"科长"}},
		}
		h.start()
		for _, at := range []struct {
			utc  time.Time
			want string
		}{
			{time.Date(2026, 12, 31, 11, 59, 0, 0, time.UTC), "duty"}, // 19:59
			{time.Date(2026, 12, 31, 15, 59, 0, 0, time.UTC), "head"}, // 23:59
			{time.Date(2026, 12, 31, 16, 1, 0, 0, time.UTC), "head"},  // 00:01 of the new year
			{time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC), "head"}, // 07:59
			{time.Date(2027, 1, 1, 0, 1, 0, 0, time.UTC), "duty"},     // 08:01
		} {
			h.clock.set(at.utc)
			h.sms.forget()
			h.upload(red(at.utc.Format("20060102T150405")))
			h.settle()
			if got := h.sms.told("hazard"); !slices.Contains(got, at.want) {
				t.Errorf("at %s told %q, want %s", at.utc, got, at.want)
			}
			for _, c := range h.cases() {
				_, err := h.ledger.AcknowledgeCase(h.ctx, c.ID, officer(), h.clock.Now())
				must(t, err)
			}
		}
	})
}

func TestQuietHoursOverNewYear(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.policy.QuietHours = &ladder.QuietHours{From: "22:00", To: "07:00"}
		h.start()
		// 2027-01-01 05:00 in Shanghai.
		h.clock.set(time.Date(2026, 12, 31, 21, 0, 0, 0, time.UTC))
		h.upload(amber("2026-001"))
		h.settle()
		h.wantTold(h.mail, "hazard")
		h.until(time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC))
		h.wantTold(h.mail, "hazard", "reviewer@example.org")
	})
}

func TestReferencesOfTheNewYearBeginInShanghai(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.clock.set(time.Date(2026, 12, 31, 16, 5, 0, 0, time.UTC))
		r := h.upload(red("2026-001"))
		h.settle()
		if !strings.HasPrefix(r.ReceiptNo, "JD-20270101-") || !strings.HasPrefix(h.theCase().Ref, "XH-20270101-") {
			t.Errorf("receipt %s, case %s", r.ReceiptNo, h.theCase().Ref)
		}
	})
}
