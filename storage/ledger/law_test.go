package ledger_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jianding/schemas"
)

// The laws of cases, on random histories of uploads, readings, notices and
// people's commands over two agencies with two report numbers each:
//
//   - of all that names one hazard, at most one case is open;
//   - whatever shows a hazard that nobody dealt with has an open case of at
//     least its level;
//   - an open case's level falls only by a human's downgrade, its deadlines
//     never move later;
//   - an open case has exactly one tick owed, an ended one none;
//   - every change of a case's version has its event.
func TestCaseLaw(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		run := 0
		rapid.Check(t, func(t *rapid.T) {
			run++
			w := &world{h: h, t: t, run: run, lowered: map[string]bool{}, last: map[string]schemas.Case{}}
			t.Repeat(map[string]func(*rapid.T){
				"upload and read": w.uploadAndRead,
				"read again":      w.readAgain,
				"notice":          w.notice,
				"link by hand":    w.link,
				"command":         w.command,
				"time":            func(t *rapid.T) { h.clock.Forward(time.Duration(rapid.IntRange(1, 300).Draw(t, "min")) * time.Minute) },
				"":                w.check,
			})
		})
	})
}

type world struct {
	h       *house
	t       *rapid.T
	run     int
	n       int
	reports []schemas.Report
	notices []schemas.Notice
	cases   []string // ids, all that were ever seen
	lowered map[string]bool
	last    map[string]schemas.Case
}

func (w *world) saw(c *schemas.Case) {
	if c != nil && !slices.Contains(w.cases, c.ID) {
		w.cases = append(w.cases, c.ID)
	}
}

func (w *world) read(t *rapid.T, r schemas.Report) {
	x := reading{status: schemas.ReportAccepted, level: rapid.SampledFrom([]schemas.HazardLevel{"none", "amber", "red"}).Draw(t, "level")}
	if x.level == schemas.HazardAmber || rapid.Bool().Draw(t, "doubt") {
		x.status = schemas.ReportNeedsReview
	}
	r, c := w.h.assess(r, x)
	w.saw(c)
	if x.level.Rank() > 0 && c != nil && c.Level.Rank() < x.level.Rank() && !w.lowered[c.ID] {
		t.Fatalf("a %s reading has a %s case", x.level, c.Level)
	}
	if c != nil && (c.Status.Ended() || r.CaseID != c.ID) {
		t.Fatalf("reading gave case %+v for report %+v", c, r)
	}
	for i := range w.reports {
		if w.reports[i].ID == r.ID {
			w.reports[i] = r
			return
		}
	}
	w.reports = append(w.reports, r)
}

func (w *world) place(t *rapid.T) (agency, number string) {
	return fmt.Sprintf("agency-%d-%d", w.run, rapid.IntRange(0, 1).Draw(t, "agency")), rapid.SampledFrom([]string{"", "R-1", "R-2"}).Draw(t, "number")
}

func (w *world) uploadAndRead(t *rapid.T) {
	agency, number := w.place(t)
	w.n++
	up := w.h.newReport(agency, number, fmt.Sprintf("doc-%d-%d", w.run, w.n))
	if len(w.notices) > 0 && rapid.Bool().Draw(t, "names a notice") {
		up.Declared.NoticeRef = rapid.SampledFrom(w.notices).Draw(t, "notice").Ref
	}
	r, _, err := w.h.ReceiveReport(w.h.ctx, up)
	if err != nil {
		t.Fatal(err)
	}
	w.read(t, r)
}

func (w *world) link(t *rapid.T) {
	if len(w.notices) == 0 || len(w.reports) == 0 {
		return
	}
	n, r := rapid.SampledFrom(w.notices).Draw(t, "notice"), rapid.SampledFrom(w.reports).Draw(t, "report")
	if err := w.h.LinkNotice(w.h.ctx, n.ID, r.ID, officer("a"), w.h.now()); err != nil && schemas.KindOf(err) != schemas.KindConflict {
		t.Fatal(err)
	}
}

func (w *world) readAgain(t *rapid.T) {
	if len(w.reports) > 0 {
		w.read(t, mustReport(w.h, rapid.SampledFrom(w.reports).Draw(t, "report").ID))
	}
}

func (w *world) notice(t *rapid.T) {
	agency, number := w.place(t)
	w.n++
	n, c := w.h.notice(agency, number, fmt.Sprint("found ", w.n))
	w.notices = append(w.notices, n)
	w.saw(&c)
}

func (w *world) command(t *rapid.T) {
	if len(w.cases) == 0 {
		return
	}
	id, by, now := rapid.SampledFrom(w.cases).Draw(t, "case"), officer("a"), w.h.now()
	var err error
	switch rapid.IntRange(0, 4).Draw(t, "command") {
	case 0:
		_, err = w.h.AcknowledgeCase(w.h.ctx, id, by, now)
	case 1:
		_, err = w.h.DisposeCase(w.h.ctx, id, schemas.Disposition{Codes: []schemas.DispositionCode{"stop_use"}, By: by}, now)
	case 2:
		_, err = w.h.CloseCase(w.h.ctx, id, schemas.Closing{Evidence: "e", By: by}, now)
	case 3:
		if _, err = w.h.DowngradeCase(w.h.ctx, id, "amber", "r", by, nil, now); err == nil {
			w.lowered[id] = true
		}
	case 4:
		_, err = w.h.RaiseCase(w.h.ctx, id, "r", by, now)
	}
	if err != nil && schemas.KindOf(err) != schemas.KindConflict {
		t.Fatal(err)
	}
}

func (w *world) check(t *rapid.T) {
	open := map[string]string{}
	for _, id := range w.cases {
		c := w.h.theCase(id)
		if want := ticks(!c.Status.Ended()); len(w.h.open_(schemas.OweEscalate, id)) != want {
			t.Fatalf("case %+v: not %d ticks owed", c, want)
		}
		if before, ok := w.last[id]; ok && !before.Status.Ended() {
			if c.Level.Rank() < before.Level.Rank() && !w.lowered[id] {
				t.Fatalf("softened: %+v was %+v", c, before)
			}
			if c.Deadline.Statutory.After(before.Deadline.Statutory) || c.Deadline.Handling.After(before.Deadline.Handling) {
				t.Fatalf("deadline moved later: %+v was %+v", c, before)
			}
		} else if ok && c.Version != before.Version {
			t.Fatalf("an ended case changed: %+v was %+v", c, before)
		}
		es, err := w.h.Events(w.h.ctx, schemas.EventFilter{Subject: "case:" + id, Limit: 500})
		if err != nil || len(es) != int(c.Version) {
			t.Fatalf("case %+v: %d events for version %d", c, len(es), c.Version)
		}
		w.last[id] = c
		if c.Status.Ended() {
			continue
		}
		rs, err := w.h.CaseReports(w.h.ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rs {
			for _, key := range []string{r.ID, r.AgencyID + " " + r.ReportNo} {
				if r.ReportNo == "" && key != r.ID {
					continue
				}
				if other := open[key]; other != "" && other != id {
					t.Fatalf("two open cases of %q: %s, %s", key, other, id)
				}
				open[key] = id
			}
		}
	}
	for _, n := range w.notices {
		n, err := w.h.Notice(w.h.ctx, n.ID)
		if err != nil {
			t.Fatal(err)
		}
		if c := w.last[n.CaseID]; !c.Status.Ended() && open[n.ReportID] != "" && open[n.ReportID] != n.CaseID {
			t.Fatalf("notice %+v is in an open case, its report in %s", n, open[n.ReportID])
		}
	}
}

func ticks(b bool) int {
	if b {
		return 1
	}
	return 0
}
