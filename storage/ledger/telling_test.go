package ledger_test

import (
	"strings"
	"testing"
	"time"

	"jianding/schemas"
)

const elsewhere = "白沙镇石坝街20号"

// assessAt records a reading that shows a hazard at an address.
func (h *house) assessAt(r schemas.Report, x reading, address, town string) (schemas.Report, schemas.Case) {
	h.t.Helper()
	k := h.consequences(x)
	k.Case.Address, k.Case.Town = address, town
	r, c, err := h.RecordAssessment(h.ctx, h.lease(schemas.OweAssess, r.ID), h.record(r, x), k, nil, h.now())
	h.must(err)
	if c == nil {
		h.t.Fatal("no case")
		return r, schemas.Case{}
	}
	return r, *c
}

func (h *house) inHand(id string) {
	h.t.Helper()
	_, err := h.AcknowledgeCase(h.ctx, id, officer("a"), h.now())
	h.must(err)
	_, err = h.DisposeCase(h.ctx, id, schemas.Disposition{Codes: []schemas.DispositionCode{"stop_use"}, By: officer("a")}, h.now())
	h.must(err)
}

// However a second house comes into a case, it is in the case and everybody is
// told anew: who has the first one in hand knows nothing of it.
func TestASecondHouseInACaseIsToldAnew(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		for name, join := range map[string]func(n schemas.Notice){
			"a report that names the notice": func(n schemas.Notice) {
				up := h.newReport("agency-a", "", n.Found)
				up.Declared.NoticeRef = n.Ref
				r, _, err := h.ReceiveReport(h.ctx, up)
				h.must(err)
				h.assessAt(r, red, elsewhere, "白沙镇")
			},
			"its case is folded into the notice's": func(n schemas.Notice) {
				r, c := h.assessAt(h.upload("agency-a", "", n.Found), amber, elsewhere, "白沙镇")
				h.must(h.LinkNotice(h.ctx, n.ID, r.ID, officer("李四"), h.now()))
				if got := h.theCase(c.ID); got.MergedInto != n.CaseID {
					t.Errorf("%+v is not folded", got)
				}
			},
			"a revision about another house": func(n schemas.Notice) {
				h.assessAt(h.upload("agency-a", n.ReportNo, n.Found), red, elsewhere, "白沙镇")
			},
		} {
			n, c := h.notice("agency-a", "N-"+name, name)
			h.inHand(c.ID)
			h.clock.Forward(time.Minute)
			join(n)
			got := h.theCase(c.ID)
			if got.Where() != "江津区鼎山街道滨江路1号；"+elsewhere {
				t.Errorf("%s: the case is at %q", name, got.Where())
			}
			if got.Status != schemas.CaseOpen || got.Round != 2 || got.Step != 0 || got.StepAt != nil || got.AcknowledgedBy != nil {
				t.Errorf("%s: the second house is in nobody's hands: %+v", name, got)
			}
			h.wantEvents("case:"+c.ID, "case.opened case.acknowledged case.disposed case.place_added")
			// The other town sees it, also after a disposition that copies it to somebody else.
			h.inHand(c.ID)
			cs, _, err := h.Cases(h.ctx, schemas.CaseFilter{CopiedTo: "白沙镇", Limit: 100})
			h.must(err)
			if len(cs) == 0 || !strings.Contains(cs[len(cs)-1].Where(), elsewhere) {
				t.Errorf("%s: 白沙镇 does not see it", name)
			}
			// Told once is enough.
			if r, err := h.CaseReports(h.ctx, c.ID); err != nil {
				t.Error(err)
			} else {
				h.must(h.RequestReassess(h.ctx, []string{r[0].ID}, "test", officer("李四"), h.now()))
				k := h.consequences(amber)
				k.Case.Address = "江津区" + elsewhere
				_, _, err := h.RecordAssessment(h.ctx, h.lease(schemas.OweReassess, r[0].ID), h.record(r[0], amber), k, nil, h.now())
				h.must(err)
			}
			if again := h.theCase(c.ID); again.Status != schemas.CaseDisposed || len(again.Also) != 1 {
				t.Errorf("%s: told again: %+v", name, again)
			}
			_, err = h.CloseCase(h.ctx, c.ID, schemas.Closing{Evidence: "e", By: officer("a")}, h.now())
			h.must(err)
		}
	})
}

// A human lowered the case of one house: that was no decision on another.
func TestASecondDoubtfulHouseHasItsTime(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		_, c := h.assessAt(h.upload("agency-a", "N", "1"), red, "滨江路1号", "鼎山街道")
		_, err := h.DowngradeCase(h.ctx, c.ID, "amber", "核实", officer("a"), nil, h.now())
		h.must(err)
		_, c = h.assessAt(h.upload("agency-a", "N", "2"), amber, elsewhere, "白沙镇")
		if c.Level != schemas.HazardAmber || c.AmberUntil == nil || !c.AmberUntil.Equal(h.now().Add(4*time.Hour)) {
			t.Errorf("the second house is decided on until %v", c.AmberUntil)
		}
	})
}

// A case of two houses lies in both towns: under either name, and in the table
// of what is overdue there.
func TestACaseOfTwoHousesCountsInBothTowns(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		_, c := h.assessAt(h.upload("agency-a", "N", "1"), red, "滨江路1号", "鼎山街道")
		h.assessAt(h.upload("agency-a", "N", "2"), red, elsewhere, "白沙镇")
		h.assessAt(h.upload("agency-a", "M", "3"), red, "江渝街8号", "德感街道")
		for town, want := range map[string]int{"鼎山街道": 1, "白沙镇": 1, "德感街道": 1, "双福街道": 0} {
			cs, _, err := h.Cases(h.ctx, schemas.CaseFilter{Town: town, Limit: 10})
			h.must(err)
			if len(cs) != want {
				t.Errorf("%s has %d cases, want %d", town, len(cs), want)
			}
		}
		later := c.Deadline.Handling.Add(3 * time.Hour)
		o, err := h.OverdueTables(h.ctx, 30, later)
		h.must(err)
		got := map[string]int{}
		for _, x := range o.Towns {
			got[x.Town] = x.Count
			if x.Count > 0 && x.WorstHours < 2.9 {
				t.Errorf("%s: %v hours", x.Town, x.WorstHours)
			}
		}
		if got["鼎山街道"] != 1 || got["白沙镇"] != 1 || got["德感街道"] != 1 {
			t.Errorf("overdue by town: %v", got)
		}
	})
}
