package workers

import (
	"slices"
	"testing"
	"time"

	"jianding/schemas"
	"jianding/workers/ladder"
)

func TestAmberTellsTheReviewerAndTurnsRedByItself(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(amber("2026-001"))
		h.settle()
		h.wantTold(h.mail, "hazard", "reviewer@example.org")
		h.wantTold(h.sms, "hazard")
		h.pass(2 * time.Hour)
		h.wantTold(h.mail, "hazard", "reviewer@example.org", "reviewer@example.org")
		h.pass(2*time.Hour - time.Second)
		h.wantTold(h.sms, "hazard")
		h.pass(time.Second)
		h.wantTold(h.sms, "hazard", "duty")
		if c := h.theCase(); c.Level != schemas.HazardRed {
			t.Errorf("the case is %s", c.Level)
		}
		h.wantEvents(schemas.EventCaseAmberExpired, 1)
	})
}

func TestAcknowledgingAmberIsNoDecision(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(amber("2026-001"))
		h.settle()
		h.acknowledge()
		h.pass(4 * time.Hour)
		if c := h.theCase(); c.Level != schemas.HazardRed {
			t.Errorf("the case is %s", c.Level)
		}
		if got := h.sms.told("hazard"); !slices.Contains(got, "duty") || !slices.Contains(got, "head") {
			t.Errorf("those who acknowledged, and the level above, are told of red: %q", got)
		}
	})
}

func TestADismissedAmberCaseStaysQuiet(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(amber("2026-001"))
		h.settle()
		_, err := h.ledger.DowngradeCase(h.ctx, h.theCase().ID, schemas.CaseDismiss, "复核为局部问题", officer(), nil, h.clock.Now())
		must(t, err)
		h.pass(24 * time.Hour)
		h.wantTold(h.sms, "hazard")
		h.wantEvents(schemas.EventCaseAmberExpired, 0)
	})
}

func TestADowngradedCaseDoesNotTurnRedByItself(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(red("2026-001"))
		h.settle()
		_, err := h.ledger.DowngradeCase(h.ctx, h.theCase().ID, "amber", "现场核实", officer(), nil, h.clock.Now())
		must(t, err)
		h.pass(6 * time.Hour)
		if c := h.theCase(); c.Level != schemas.HazardAmber {
			t.Errorf("the case is %s", c.Level)
		}
	})
}

func TestAHumanRaisesAnAcknowledgedAmberCase(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.upload(amber("2026-001"))
		h.settle()
		h.acknowledge()
		h.pass(time.Hour)
		_, err := h.ledger.RaiseCase(h.ctx, h.theCase().ID, "照片显示整体倾斜", officer(), h.clock.Now())
		must(t, err)
		h.settle()
		h.wantTold(h.sms, "hazard", "duty")
	})
}

func TestQuietHoursHoldBackAmberAndNeverRed(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.policy.QuietHours = &ladder.QuietHours{From: "22:00", To: "07:00"}
		h.start()
		night := time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC) // 23:00 in Shanghai
		h.clock.set(night)
		h.upload(amber("2026-001"))
		h.settle()
		h.wantTold(h.mail, "hazard")
		h.upload(red("2026-002"))
		h.settle()
		h.wantTold(h.mail, "hazard", "duty@example.org")
		// The clock of the amber case ran: red at 03:00, quiet hours or not.
		h.until(night.Add(4 * time.Hour))
		n := 0
		for _, c := range h.cases() {
			if c.Level == schemas.HazardRed {
				n++
			}
		}
		if n != 2 {
			t.Errorf("%d red cases at 03:00, want both", n)
		}
	})
}

func TestQuietHoursEndWithTheAmberMessage(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.policy.QuietHours = &ladder.QuietHours{From: "22:00", To: "07:00"}
		h.start()
		h.clock.set(time.Date(2026, 11, 24, 21, 0, 0, 0, time.UTC)) // 05:00 in Shanghai
		h.upload(amber("2026-001"))
		h.pass(2*time.Hour - time.Minute)
		h.wantTold(h.mail, "hazard")
		h.pass(time.Minute)
		h.wantTold(h.mail, "hazard", "reviewer@example.org")
	})
}
