package ledger_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jianding/schemas"
)

var (
	red   = reading{status: schemas.ReportAccepted, level: schemas.HazardRed}
	amber = reading{status: schemas.ReportNeedsReview, level: schemas.HazardAmber}
	plain = reading{status: schemas.ReportAccepted}
)

func TestAHazardOpensItsCase(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r, c := h.redCase("x")
		if r.CaseID != c.ID || r.Status != schemas.ReportAccepted || r.Hazard != schemas.HazardRed || r.AssessmentSeq != 1 || r.EffectiveAt == nil {
			t.Errorf("report %+v", r)
		}
		if c.Ref != "XH-20261124-0001" || c.Status != schemas.CaseOpen || c.Round != 1 || c.Step != 0 || c.SHA256 != "x" || c.ReportID != r.ID ||
			string(c.Policy) != `{"steps":[]}` || !c.Deadline.Statutory.Equal(t0.Add(20*time.Hour)) || c.Instants.Escalated == nil {
			t.Errorf("case %+v", c)
		}
		if d := cmp.Diff(c, h.theCase("xh-20261124-0001")); d != "" {
			t.Error(d)
		}
		if o := h.owed(schemas.OweEscalate, c.ID); !o.DueAt.Equal(h.now()) {
			t.Errorf("escalate due %v", o.DueAt)
		}
		h.wantEvents("case:"+c.ID, "case.opened")
		h.wantEvents("report:"+r.ID, "report.received report.assessed")
		if n := len(h.open_(schemas.OweAssess, r.ID)); n != 0 {
			t.Error("the assessment is still owed")
		}
		rs, err := h.CaseReports(h.ctx, c.ID)
		if err != nil || len(rs) != 1 || rs[0].ID != r.ID {
			t.Errorf("reports of the case: %v %v", rs, err)
		}
		_, c2 := h.assess(h.upload("agency-a", "", "y"), plain)
		if c2 != nil {
			t.Errorf("no hazard, but a case: %+v", c2)
		}
		cur, err := h.CurrentAssessment(h.ctx, r.ID)
		h.must(err)
		if cur.Seq != 1 || cur.Assessment.Findings[0].Grade != "Dsu" {
			t.Errorf("assessment %+v", cur)
		}
	})
}

func TestOneHazardIsOneCase(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r1, c1 := h.redCase("x")
		h.clock.Forward(time.Hour)
		// A revision that shows it again, milder or not at all.
		for i, x := range []reading{red, amber, plain} {
			r := h.upload("agency-a", "R-x", fmt.Sprint("rev", i))
			got, c := h.assess(r, x)
			if c == nil || c.ID != c1.ID || got.CaseID != c1.ID {
				t.Errorf("revision %d: case %+v", i, c)
			}
		}
		c := h.theCase(c1.ID)
		if c.Level != schemas.HazardRed || c.Grade != "Dsu" || c.Round != 1 {
			t.Errorf("the case was changed: %+v", c)
		}
		if c.SHA256 != "rev0" {
			t.Errorf("the report to read is %q, want the newest that shows the hazard", c.SHA256)
		}
		if !c.Deadline.Statutory.Equal(c1.Deadline.Statutory) || !c.Deadline.Handling.Equal(c1.Deadline.Handling) {
			t.Errorf("deadlines moved: %+v", c.Deadline)
		}
		// The same reading again says nothing new.
		v := c.Version
		h.assess(r1, red)
		if got := h.theCase(c.ID).Version; got != v {
			t.Errorf("reading again changed the case: version %d, was %d", got, v)
		}
		if n := len(h.openCases()); n != 1 {
			t.Errorf("%d cases", n)
		}
		h.wantEvents("case:"+c.ID, "case.opened case.report_linked case.report_linked case.report_linked")
		// Other numbers and agencies are other houses.
		h.assess(h.upload("agency-a", "R-y", "other"), red)
		h.assess(h.upload("agency-b", "R-x", "another agency"), red)
		if n := len(h.openCases()); n != 3 {
			t.Errorf("%d cases, want 3", n)
		}
	})
}

func TestAmberIsRaisedAndToldAnew(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r, c := h.assess(h.upload("agency-a", "R", "scan"), amber)
		if c.AmberUntil == nil || !c.AmberUntil.Equal(h.now().Add(4*time.Hour)) {
			t.Errorf("amber until %v", c.AmberUntil)
		}
		lease := h.lease(schemas.OweEscalate, c.ID)
		_, err := h.AdvanceCase(h.ctx, lease, schemas.CaseAdvance{CaseID: c.ID, ExpectVersion: c.Version, Step: 2, Round: 1, AddReminded: []string{"6h"},
			NextAt: h.now().Add(time.Hour), Now: h.now()})
		h.must(err)
		_, err = h.AcknowledgeCase(h.ctx, c.ID, officer("王五"), h.now())
		h.must(err)
		h.clock.Forward(time.Minute)

		// Recognition reads the scan: it is a red one. Who acknowledged a
		// doubt has not seen this.
		_, raised := h.assess(r, red)
		if raised.ID != c.ID || raised.Level != schemas.HazardRed || raised.Step != 0 || raised.Round != 2 || raised.AmberUntil != nil ||
			raised.Status != schemas.CaseOpen || raised.AcknowledgedBy != nil || len(raised.Reminded) != 0 || raised.Grade != "Dsu" {
			t.Errorf("raised: %+v", raised)
		}
		if o := h.owed(schemas.OweEscalate, c.ID); o.DueAt.After(h.now()) {
			t.Errorf("the ladder is due %v, want now", o.DueAt)
		}
		h.wantEvents("case:"+c.ID, "case.opened case.acknowledged case.raised")

		// A human lowers it knowing the reading: the same reading does not
		// raise it again, another ground does.
		_, err = h.DowngradeCase(h.ctx, c.ID, "amber", "现场复核", officer("赵六"), nil, h.now())
		h.must(err)
		if _, c2 := h.assess(mustReport(h, r.ID), red); c2.Level != schemas.HazardAmber {
			t.Errorf("the same reading raised it again: %+v", c2)
		}
		worse := red
		worse.basis = "statement:whole"
		if _, c2 := h.assess(mustReport(h, r.ID), worse); c2.Level != schemas.HazardRed {
			t.Errorf("a new ground did not raise it: %+v", c2)
		}
	})
}

func mustReport(h *house, id string) schemas.Report {
	h.t.Helper()
	r, err := h.Report(h.ctx, id)
	h.must(err)
	return r
}

func TestDeadlinesOnlyMoveEarlier(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r, c := h.assess(h.upload("agency-a", "R", "x"), red)
		tell := func(statutory, handling time.Duration) schemas.Case {
			t.Helper()
			h.must(h.RequestReassess(h.ctx, []string{r.ID}, "test", officer("李四"), h.now()))
			k := h.consequences(red)
			k.Case.Deadline = schemas.Deadlines{Statutory: t0.Add(statutory), StatutoryRule: "s", Handling: t0.Add(handling), HandlingRule: "h"}
			_, _, err := h.RecordAssessment(h.ctx, h.lease(schemas.OweReassess, r.ID), h.record(r, red), k, nil, h.now())
			h.must(err)
			return h.theCase(c.ID)
		}
		if got := tell(30*time.Hour, 25*time.Hour).Deadline; got != c.Deadline {
			t.Errorf("later: %+v", got)
		}
		if got := tell(3*time.Hour, 30*time.Hour).Deadline; !got.Statutory.Equal(t0.Add(3*time.Hour)) || got.StatutoryRule != "s" || !got.Handling.Equal(c.Deadline.Handling) {
			t.Errorf("earlier: %+v", got)
		}
	})
}

func TestAfterTheEnd(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		for name, tc := range map[string]struct {
			first  reading
			end    func(id string) error
			second reading
			newRev bool
			opens  bool
		}{
			"closed, read again the same": {red, h.closeIt, red, false, false},
			"closed, read again milder":   {red, h.closeIt, amber, false, false},
			"closed, new revision":        {red, h.closeIt, red, true, true},
			"closed, new mild revision":   {red, h.closeIt, amber, true, true},
			"closed, new plain revision":  {red, h.closeIt, plain, true, false},
			"dismissed, the same doubt":   {amber, h.dismissIt, amber, false, false},
			"dismissed, now red":          {amber, h.dismissIt, red, false, true},
			"closed as amber, now red":    {amber, h.closeIt, red, false, true},
			"raised by hand, closed, red": {amber, func(id string) error {
				if _, err := h.RaiseCase(h.ctx, id, "现场", officer("a"), h.now()); err != nil {
					return err
				}
				return h.closeIt(id)
			}, red, false, false},
			"raised by hand, dismissed, red": {amber, func(id string) error {
				if _, err := h.RaiseCase(h.ctx, id, "现场", officer("a"), h.now()); err != nil {
					return err
				}
				return h.dismissIt(id)
			}, red, false, true},
		} {
			r, c := h.assess(h.upload("agency-a", name, name), tc.first)
			if err := tc.end(c.ID); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if tc.newRev {
				r = h.upload("agency-a", name, name+" again")
			} else {
				r = mustReport(h, r.ID)
			}
			_, c2 := h.assess(r, tc.second)
			if (c2 != nil) != tc.opens || (c2 != nil && c2.ID == c.ID) {
				t.Errorf("%s: case %+v, want a new one: %v", name, c2, tc.opens)
			}
			if got := h.theCase(c.ID); !got.Status.Ended() {
				t.Errorf("%s: the ended case came back: %+v", name, got)
			}
		}
	})
}

func (h *house) closeIt(id string) error {
	if _, err := h.AcknowledgeCase(h.ctx, id, officer("a"), h.now()); err != nil {
		return err
	}
	if _, err := h.DisposeCase(h.ctx, id, schemas.Disposition{Codes: []schemas.DispositionCode{"stop_use"}, By: officer("a")}, h.now()); err != nil {
		return err
	}
	_, err := h.CloseCase(h.ctx, id, schemas.Closing{Evidence: "已拆除", By: officer("a")}, h.now())
	return err
}

func (h *house) dismissIt(id string) error {
	_, err := h.DowngradeCase(h.ctx, id, schemas.CaseDismiss, "误报", officer("a"), nil, h.now())
	return err
}
