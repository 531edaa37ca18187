package workers

import (
	"testing"

	"jianding/schemas"
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
	})
}
