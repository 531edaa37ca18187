package ledger_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jianding/schemas"
)

// caseIn opens a red case in a town, whose handling deadline is so far away.
func (h *house) caseIn(no int, town string, handling time.Duration) schemas.Case {
	h.t.Helper()
	r := h.upload("agency-a", "", fmt.Sprint("in ", no))
	k := h.consequences(red)
	k.Case.Town = town
	k.Case.Deadline.Handling = h.now().Add(handling)
	k.Case.Deadline.Statutory = h.now().Add(-3 * time.Hour) // the agency was late
	_, c, err := h.RecordAssessment(h.ctx, h.lease(schemas.OweAssess, r.ID), h.record(r, red), k, nil, h.now())
	h.must(err)
	return *c
}

func TestOverdueTables(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		h.must(h.PutAgency(h.ctx, schemas.Agency{ID: "agency-a", Name: "江津检测", USCC: "91500116MA5U000001", Status: schemas.AgencyActive}, officer("a"), h.now()))
		h.caseIn(1, "白沙镇", -2*time.Hour)
		taken := h.caseIn(2, "白沙镇", -5*time.Hour)
		_, err := h.AcknowledgeCase(h.ctx, taken.ID, officer("a"), h.now())
		h.must(err)
		h.caseIn(3, "", -time.Hour)
		h.caseIn(4, "双福街道", time.Hour) // late on arrival, and not late in our hands
		disposed := h.caseIn(5, "双福街道", -time.Hour)
		_, err = h.AcknowledgeCase(h.ctx, disposed.ID, officer("a"), h.now())
		h.must(err)
		_, err = h.DisposeCase(h.ctx, disposed.ID, schemas.Disposition{Codes: []schemas.DispositionCode{"stop_use"}, By: officer("a")}, h.now())
		h.must(err)

		got, err := h.OverdueTables(h.ctx, 30, h.now())
		h.must(err)
		one := func(n int, worst, total float64) schemas.Overdue {
			return schemas.Overdue{Count: n, WorstHours: worst, TotalHours: total}
		}
		want := schemas.OverdueTables{Days: 30,
			Agencies: []schemas.AgencyOverdue{{AgencyID: "agency-a", Name: "江津检测", Cases: 5, Late: 5, WorstHours: 3, TotalHours: 15}},
			Steps:    []schemas.StepOverdue{{Step: 1, Overdue: one(2, 2, 3)}, {Step: 1, Acknowledged: true, Overdue: one(1, 5, 5)}},
			Towns:    []schemas.TownOverdue{{Town: "白沙镇", Overdue: one(2, 5, 7)}, {Town: "", Overdue: one(1, 1, 1)}},
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
}

// A department finds what was copied to it, a town that and its own.
func TestCasesCopiedToANameAreListed(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		school, other := h.caseIn(1, "白沙镇", time.Hour), h.caseIn(2, "双福街道", 2*time.Hour)
		dispose := func(to ...string) {
			_, err := h.AcknowledgeCase(h.ctx, school.ID, officer("a"), h.now())
			h.must(err)
			_, err = h.DisposeCase(h.ctx, school.ID, schemas.Disposition{Codes: []schemas.DispositionCode{"stop_use"}, CopyTo: to, By: officer("a")}, h.now())
			h.must(err)
		}
		list := func(name string, want ...string) {
			t.Helper()
			cs, _, err := h.Cases(h.ctx, schemas.CaseFilter{CopiedTo: name, OpenOnly: true})
			h.must(err)
			var refs []string
			for _, c := range cs {
				refs = append(refs, c.Ref)
			}
			if d := cmp.Diff(want, refs); d != "" {
				t.Errorf("%s: %s", name, d)
			}
		}
		list("白沙镇", school.Ref)
		list("区教委")
		dispose("区教委", "双福街道")
		list("区教委", school.Ref)
		list("双福街道", school.Ref, other.Ref)
		dispose("白沙镇") // corrected
		list("区教委")
		list("双福街道", other.Ref)
	})
}

// Copies that were made before there was a table of them are found as well.
func TestCopiesMadeBeforeTheirTableAreFound(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		copied, alone := h.caseIn(1, "白沙镇", time.Hour), h.caseIn(2, "白沙镇", time.Hour)
		h.caseIn(3, "白沙镇", time.Hour) // without a disposition
		for id, to := range map[string][]string{copied.ID: {"区教委", "双福街道"}, alone.ID: nil} {
			_, err := h.AcknowledgeCase(h.ctx, id, officer("a"), h.now())
			h.must(err)
			_, err = h.DisposeCase(h.ctx, id, schemas.Disposition{Codes: []schemas.DispositionCode{"stop_use"}, CopyTo: to, By: officer("a")}, h.now())
			h.must(err)
		}
		// As a ledger of before: no copies, and the migration still to come.
		for _, q := range []string{`DELETE FROM case_copies`, `ALTER TABLE cases DROP COLUMN also`,
			`ALTER TABLE differences DROP COLUMN told`, `DELETE FROM goose_db_version WHERE version_id >= 5`} {
			_, err := raw(t, h).Exec(q)
			h.must(err)
		}
		h.must(h.Close())
		h.open()
		for _, name := range []string{"区教委", "双福街道"} {
			cs, _, err := h.Cases(h.ctx, schemas.CaseFilter{CopiedTo: name})
			h.must(err)
			if len(cs) != 1 || cs[0].ID != copied.ID {
				t.Errorf("%s finds %d cases", name, len(cs))
			}
		}
	})
}

// A report that came late is its agency's lateness: the committee is late when
// its own time is over.
func TestALateReportMakesNobodyElseLate(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r := h.upload("agency-a", "N", "x")
		k := h.consequences(red)
		k.Case.Deadline.Statutory, k.Case.Deadline.LateOnArrival = h.now().Add(-5*time.Hour), true
		_, _, err := h.RecordAssessment(h.ctx, h.lease(schemas.OweAssess, r.ID), h.record(r, red), k, nil, h.now())
		h.must(err)
		for after, want := range map[time.Duration]int{time.Hour: 0, 25 * time.Hour: 1} {
			s, err := h.Stats(h.ctx, h.now().Add(after))
			h.must(err)
			cs, _, err := h.Cases(h.ctx, schemas.CaseFilter{Overdue: true, Now: h.now().Add(after)})
			h.must(err)
			if s.OverdueCases != want || len(cs) != want {
				t.Errorf("after %s: %d counted and %d listed as overdue, want %d", after, s.OverdueCases, len(cs), want)
			}
		}
	})
}
