package ledger_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jianding/schemas"
)

// The machine of a case, as a table: what each command does in each status.
func TestCaseMachine(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		commands := map[string]func(id string) (schemas.Case, error){
			"acknowledge": func(id string) (schemas.Case, error) { return h.AcknowledgeCase(h.ctx, id, officer("a"), h.now()) },
			"dispose": func(id string) (schemas.Case, error) {
				return h.DisposeCase(h.ctx, id, schemas.Disposition{Codes: []schemas.DispositionCode{"evacuate"}, By: officer("a")}, h.now())
			},
			"close": func(id string) (schemas.Case, error) {
				return h.CloseCase(h.ctx, id, schemas.Closing{Evidence: "e", By: officer("a")}, h.now())
			},
			"dismiss": func(id string) (schemas.Case, error) {
				return h.DowngradeCase(h.ctx, id, "dismiss", "r", officer("a"), nil, h.now())
			},
			"downgrade": func(id string) (schemas.Case, error) {
				return h.DowngradeCase(h.ctx, id, "amber", "r", officer("a"), nil, h.now())
			},
			"raise":   func(id string) (schemas.Case, error) { return h.RaiseCase(h.ctx, id, "r", officer("a"), h.now()) },
			"measure": func(id string) (schemas.Case, error) { return h.RecordMeasure(h.ctx, id, "m", officer("a"), h.now()) },
		}
		reach := map[schemas.CaseStatus][]string{
			schemas.CaseOpen: nil, schemas.CaseAcknowledged: {"acknowledge"}, schemas.CaseDisposed: {"acknowledge", "dispose"},
			schemas.CaseClosed: {"acknowledge", "dispose", "close"}, schemas.CaseDismissed: {"dismiss"},
		}
		// The status that follows, or the code of the conflict. The case is red.
		want := map[schemas.CaseStatus]map[string]string{
			schemas.CaseOpen:         {"acknowledge": "acknowledged", "dispose": "not_acknowledged", "close": "not_disposed", "dismiss": "dismissed", "downgrade": "open", "raise": "already_red", "measure": "open"},
			schemas.CaseAcknowledged: {"acknowledge": "acknowledged", "dispose": "disposed", "close": "not_disposed", "dismiss": "dismissed", "downgrade": "acknowledged", "raise": "already_red", "measure": "acknowledged"},
			schemas.CaseDisposed:     {"acknowledge": "disposed", "dispose": "disposed", "close": "closed", "dismiss": "dismissed", "downgrade": "disposed", "raise": "already_red", "measure": "disposed"},
			schemas.CaseClosed:       {"acknowledge": "case_ended", "dispose": "case_ended", "close": "case_ended", "dismiss": "case_ended", "downgrade": "case_ended", "raise": "case_ended", "measure": "case_ended"},
			schemas.CaseDismissed:    {"acknowledge": "case_ended", "dispose": "case_ended", "close": "case_ended", "dismiss": "case_ended", "downgrade": "case_ended", "raise": "case_ended", "measure": "case_ended"},
		}
		for status, way := range reach {
			for name, command := range commands {
				_, c := h.redCase(fmt.Sprint(status, name))
				for _, step := range way {
					_, err := commands[step](c.ID)
					h.must(err)
				}
				before, events := h.theCase(c.ID), h.kinds("case:"+c.ID)
				got, err := command(c.ID)
				if err != nil {
					h.wantCode(err, schemas.KindConflict, want[status][name])
					if d := cmp.Diff(before, h.theCase(c.ID)); d != "" || h.kinds("case:"+c.ID) != events {
						t.Errorf("%s %s failed and changed: %s", status, name, d)
					}
					continue
				}
				if string(got.Status) != want[status][name] {
					t.Errorf("%s %s: %s, want %s", status, name, got.Status, want[status][name])
				}
				if d := cmp.Diff(got, h.theCase(c.ID)); d != "" {
					t.Errorf("%s %s: returned and stored differ: %s", status, name, d)
				}
				ladder := len(h.open_(schemas.OweEscalate, c.ID))
				if (ladder == 0) != got.Status.Ended() {
					t.Errorf("%s %s: %d ticks owed", status, name, ladder)
				}
			}
		}
	})
}

func TestCaseCommandsNeedTheirParts(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		_, c := h.redCase("x")
		_, err := h.AcknowledgeCase(h.ctx, c.ID, schemas.Actor{}, h.now())
		h.wantCode(err, schemas.KindInvalid, "actor_missing")
		_, err = h.DisposeCase(h.ctx, c.ID, schemas.Disposition{Codes: []schemas.DispositionCode{"drink_tea"}, By: officer("a")}, h.now())
		h.wantCode(err, schemas.KindInvalid, "disposition_unknown")
		_, err = h.DisposeCase(h.ctx, c.ID, schemas.Disposition{By: officer("a")}, h.now())
		h.wantCode(err, schemas.KindInvalid, "disposition_missing")
		_, err = h.CloseCase(h.ctx, c.ID, schemas.Closing{By: officer("a")}, h.now())
		h.wantCode(err, schemas.KindInvalid, "evidence_missing")
		_, err = h.DowngradeCase(h.ctx, c.ID, "amber", " ", officer("a"), nil, h.now())
		h.wantCode(err, schemas.KindInvalid, "reason_missing")
		same := officer("a")
		_, err = h.DowngradeCase(h.ctx, c.ID, "amber", "r", officer("a"), &same, h.now())
		h.wantCode(err, schemas.KindInvalid, "second_person")
		_, err = h.DowngradeCase(h.ctx, c.ID, "none", "r", officer("a"), nil, h.now())
		h.wantCode(err, schemas.KindInvalid, "downgrade_target")
		_, err = h.DowngradeCase(h.ctx, c.ID, "amber", "r", schemas.Actor{Kind: "system", Name: "x"}, nil, h.now())
		h.wantCode(err, schemas.KindInvalid, "human_required")
		_, err = h.AcknowledgeCase(h.ctx, "XH-20261124-9999", officer("a"), h.now())
		h.wantCode(err, schemas.KindNotFound, "not_found")
		h.wantEvents("case:"+c.ID, "case.opened")
	})
}

func TestAcknowledgementRaced(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		_, c := h.redCase("x")
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				if _, err := h.AcknowledgeCase(h.ctx, c.ID, officer(fmt.Sprint("officer", i)), h.now()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		h.wantEvents("case:"+c.ID, "case.opened case.acknowledged")
		es, err := h.Events(h.ctx, schemas.EventFilter{Subject: "case:" + c.ID, Kinds: []schemas.EventKind{schemas.EventCaseAcknowledged}})
		h.must(err)
		if got := h.theCase(c.ID); len(es) != 1 || got.AcknowledgedBy.ID != es[0].Actor.ID {
			t.Errorf("acknowledged by %v, event by %v", got.AcknowledgedBy, es)
		}
	})
}

// Reports of one lineage assessed at once, and a notice: still one case.
func TestCaseOpeningRaced(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		var reports []schemas.Report
		var leases []schemas.Lease
		for i := range 6 {
			r := h.upload("agency-a", []string{"", "R"}[i%2], fmt.Sprint("x", i))
			reports, leases = append(reports, r), append(leases, h.lease(schemas.OweAssess, r.ID))
		}
		found := red
		found.no = "R"
		var wg sync.WaitGroup
		for i, r := range reports {
			wg.Go(func() {
				if _, _, err := h.RecordAssessment(h.ctx, leases[i], h.record(r, found), h.consequences(found), nil, h.now()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Go(func() {
			n := schemas.Notice{AgencyID: "agency-a", ReportNo: "R", Address: "a", Found: "f", DiscoveredAt: h.now()}
			if _, _, _, err := h.OpenNotice(h.ctx, n, h.newCase(schemas.HazardRed), "", h.now()); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		cs := h.openCases()
		if len(cs) != 1 {
			t.Fatalf("%d cases", len(cs))
		}
		rs, err := h.CaseReports(h.ctx, cs[0].ID)
		if err != nil || len(rs) != 6 {
			t.Errorf("%d reports in the case, %v", len(rs), err)
		}
	})
}

func TestAdvanceCase(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		_, c := h.assess(h.upload("agency-a", "R", "x"), amber)
		note := func(dedupe string) schemas.NewNotification {
			return schemas.NewNotification{Message: schemas.Message{ID: "msg-" + dedupe, Kind: "hazard", Title: "红色", Recipient: schemas.Recipient{Contact: "值班", Channel: "email", Address: "a@b"}}, Step: 0, Round: 1, Dedupe: dedupe}
		}
		at := h.now().Add(10 * time.Minute)
		tick := schemas.CaseAdvance{CaseID: c.ID, ExpectVersion: c.Version, Step: 1, Round: 1, StepAt: &at, AddReminded: []string{"6h"},
			Notifications: []schemas.NewNotification{note("s0"), note("s0"), note("s1")},
			Events:        []schemas.NewEvent{{Kind: schemas.EventCaseStep, Subject: "case:" + c.ID, Actor: schemas.Actor{Kind: "system"}}},
			NextAt:        at, Now: h.now()}
		lease := h.lease(schemas.OweEscalate, c.ID)
		got, err := h.AdvanceCase(h.ctx, lease, tick)
		h.must(err)
		if got.Step != 1 || !got.StepAt.Equal(at) || got.Version != c.Version+1 || got.Level != schemas.HazardAmber {
			t.Errorf("case %+v", got)
		}
		ns, err := h.CaseNotifications(h.ctx, c.ID)
		if err != nil || len(ns) != 2 || ns[0].ID != "msg-s0" || ns[0].Message.CaseID != c.ID || ns[0].Status != schemas.NotificationPending {
			t.Errorf("notifications %+v %v", ns, err)
		}
		h.owed(schemas.OweNotify, "msg-s1")
		if o := h.owed(schemas.OweEscalate, c.ID); !o.DueAt.Equal(at) {
			t.Errorf("next tick %v", o.DueAt)
		}
		_, err = h.AdvanceCase(h.ctx, lease, tick)
		h.wantCode(err, schemas.KindConflict, "lease_lost")

		// The case changed since the tick looked: nothing of the tick happens.
		lease = h.lease(schemas.OweEscalate, c.ID)
		_, err = h.AcknowledgeCase(h.ctx, c.ID, officer("a"), h.now())
		h.must(err)
		tick.ExpectVersion, tick.Step, tick.Notifications = got.Version, 2, []schemas.NewNotification{note("s2")}
		_, err = h.AdvanceCase(h.ctx, lease, tick)
		h.wantCode(err, schemas.KindConflict, "case_changed")
		if now := h.theCase(c.ID); now.Step != 1 {
			t.Errorf("the tick went on: %+v", now)
		}
		// Amber turns red: the level, nothing else.
		acked := h.theCase(c.ID)
		tick.ExpectVersion, tick.Level, tick.Events = acked.Version, schemas.HazardRed, nil
		got, err = h.AdvanceCase(h.ctx, lease, tick)
		h.must(err)
		if got.Level != schemas.HazardRed || got.Status != schemas.CaseAcknowledged || got.Step != 2 || got.AmberUntil != nil {
			t.Errorf("amber expired: %+v", got)
		}
		tick.Level, tick.ExpectVersion, tick.NextAt = schemas.HazardAmber, got.Version, time.Time{}
		got, err = h.AdvanceCase(h.ctx, h.lease(schemas.OweEscalate, c.ID), tick)
		h.must(err)
		if got.Level != schemas.HazardRed {
			t.Error("a tick softened the case")
		}
		if n := len(h.open_(schemas.OweEscalate, c.ID)); n != 0 {
			t.Error("no next instant, but a tick is owed")
		}
		h.wantEvents("case:"+c.ID, "case.opened case.step case.acknowledged case.amber_expired")
		h.must(h.dismissIt(c.ID))
		_, err = h.AdvanceCase(h.ctx, lease, tick)
		if schemas.KindOf(err) != schemas.KindConflict {
			t.Errorf("a tick on an ended case: %v", err)
		}
	})
}

func TestCasesAreListedByDeadline(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		var ids []string
		for i := range 9 {
			x := red
			if i%3 == 0 {
				x = amber
			}
			r := h.upload([]string{"agency-a", "agency-b"}[i%2], fmt.Sprint(i), fmt.Sprint("c", i))
			k := h.consequences(x)
			k.Case.Town = []string{"几江街道", "鼎山街道"}[i%2]
			k.Case.Deadline.Statutory = t0.Add(time.Duration(20-i) * time.Hour)
			_, c, err := h.RecordAssessment(h.ctx, h.lease(schemas.OweAssess, r.ID), h.record(r, x), k, nil, h.now())
			h.must(err)
			ids = append([]string{c.ID}, ids...)
		}
		h.must(h.closeIt(ids[0]))
		_, err := h.AcknowledgeCase(h.ctx, ids[1], officer("a"), h.now())
		h.must(err)
		list := func(f schemas.CaseFilter) (got []string) {
			f.Limit = 2
			for {
				cs, next, err := h.Cases(h.ctx, f)
				h.must(err)
				for _, c := range cs {
					got = append(got, c.ID)
				}
				if f.Cursor = next; next == "" {
					return got
				}
			}
		}
		for name, tc := range map[string]struct {
			f    schemas.CaseFilter
			want []string
		}{
			"all":          {schemas.CaseFilter{}, ids},
			"open only":    {schemas.CaseFilter{OpenOnly: true}, ids[1:]},
			"two statuses": {schemas.CaseFilter{Statuses: []schemas.CaseStatus{"open", "notified"}}, ids[2:]},
			"any of all":   {schemas.CaseFilter{Statuses: []schemas.CaseStatus{"closed", "acknowledged"}}, ids[:2]},
			"amber":        {schemas.CaseFilter{Level: schemas.HazardAmber}, []string{ids[2], ids[5], ids[8]}},
			"town, open":   {schemas.CaseFilter{Town: "几江街道", OpenOnly: true}, []string{ids[2], ids[4], ids[6], ids[8]}},
			"agency":       {schemas.CaseFilter{AgencyID: "agency-b"}, []string{ids[1], ids[3], ids[5], ids[7]}},
			"overdue":      {schemas.CaseFilter{Overdue: true, Now: t0.Add(14*time.Hour + time.Minute)}, ids[1:3]},
		} {
			if d := cmp.Diff(tc.want, list(tc.f)); d != "" {
				t.Errorf("%s: %s", name, d)
			}
		}
		s, err := h.Stats(h.ctx, t0.Add(14*time.Hour+time.Minute))
		h.must(err)
		if s.OverdueCases != 2 || s.OpenRed != 5 || s.OpenAmber != 3 || s.Cases["closed"] != 1 || s.ReportsToday != 9 || s.Reports["accepted"] != 6 || !s.NextDeadline.Equal(t0.Add(13*time.Hour)) {
			t.Errorf("stats %+v", s)
		}
	})
}
