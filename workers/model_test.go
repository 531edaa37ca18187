package workers

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jianding/schemas"
)

// The model test: random sequences of reports, notices, decisions, failures,
// restarts and time, against a model that only knows what people did. The laws
// are those of the issue that asked for the escalation.

// fewer runs each random sequence fewer times than rapid's default, unless the
// command line says how often: every sequence opens a real ledger.
func fewer(n string) {
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == "rapid.checks" })
	if !set {
		flag.Set("rapid.checks", n)
	}
}

type world struct {
	*house
	deadlines map[string]schemas.Deadlines
	level     map[string]schemas.HazardLevel
	lowered   map[string]bool // by a human, since the last look
	did       map[schemas.EventKind]int
	docs      []schemas.Assessment
	dangerous []string // reports with a hazard
}

func TestModelOfEscalation(t *testing.T) {
	t.Parallel()
	fewer("8")
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp("", "model")
		must(t, err)
		defer os.RemoveAll(dir)
		h := newHouse(t, "sqlite", filepath.Join(dir, "ledger.db"))
		defer h.ledger.Close()
		w := &world{house: h, deadlines: map[string]schemas.Deadlines{}, level: map[string]schemas.HazardLevel{},
			lowered: map[string]bool{}, did: map[schemas.EventKind]int{}}
		rt.Repeat(map[string]func(*rapid.T){
			"report":    w.report1,
			"again":     w.again,
			"notice":    w.notice1,
			"ack":       func(rt *rapid.T) { w.act(rt, w.ack) },
			"dispose":   func(rt *rapid.T) { w.act(rt, w.dispose1) },
			"close":     func(rt *rapid.T) { w.act(rt, w.close1) },
			"downgrade": func(rt *rapid.T) { w.act(rt, w.downgrade) },
			"dismiss":   func(rt *rapid.T) { w.act(rt, w.dismiss) },
			"raise":     func(rt *rapid.T) { w.act(rt, w.raise) },
			"fail": func(rt *rapid.T) {
				c := rapid.SampledFrom([]*fakeChannel{h.mail, h.sms}).Draw(rt, "channel")
				c.failing(rapid.SampledFrom([]error{nil, nil, errDown, schemas.E(schemas.KindInvalid, "never", "", nil)}).Draw(rt, "error"))
			},
			"time":    func(rt *rapid.T) { h.pass(time.Duration(rapid.IntRange(1, 400).Draw(rt, "minutes")) * time.Minute) },
			"restart": func(*rapid.T) { h.start() },
			"":        w.laws,
		})
	})
}

func (w *world) report1(rt *rapid.T) {
	no := rapid.SampledFrom([]string{"N1", "N2", ""}).Draw(rt, "number")
	a := rapid.SampledFrom([]func(string) schemas.Assessment{sound, amber, red}).Draw(rt, "reads as")(no)
	a.Report.Owner = fmt.Sprint(len(w.docs)) // other content
	a.Outcome = rapid.SampledFrom([]schemas.Outcome{a.Outcome, schemas.NeedsReview}).Draw(rt, "outcome")
	w.docs = append(w.docs, a)
	r := w.upload(a)
	if a.Hazard.Level.Rank() > 0 {
		w.dangerous = append(w.dangerous, r.ID)
	}
}

func (w *world) again(rt *rapid.T) {
	if len(w.docs) > 0 {
		w.upload(rapid.SampledFrom(w.docs).Draw(rt, "document"))
	}
}

func (w *world) notice1(rt *rapid.T) {
	n := schemas.Notice{AgencyID: "a1", Address: "x", Found: "y", DiscoveredAt: w.clock.Now(), ReceivedAt: w.clock.Now(),
		ReportNo: rapid.SampledFrom([]string{"N1", "N2"}).Draw(rt, "number")}
	_, _, _, err := w.ledger.OpenNotice(w.ctx, n, w.w.Terms().NoticeCase(n), "", w.clock.Now())
	must(w.t, err)
}

// act has an officer do something with one of the cases; what the ledger
// refuses is no transition.
func (w *world) act(rt *rapid.T, do func(schemas.Case) (schemas.EventKind, error)) {
	cs := w.cases()
	if len(cs) == 0 {
		return
	}
	c := rapid.SampledFrom(cs).Draw(rt, "case")
	kind, err := do(c)
	after, e := w.ledger.Case(w.ctx, c.ID)
	must(w.t, e)
	if err == nil && after.Version != c.Version {
		w.did[kind]++
	}
}

func (w *world) ack(c schemas.Case) (schemas.EventKind, error) {
	_, err := w.ledger.AcknowledgeCase(w.ctx, c.ID, officer(), w.clock.Now())
	return schemas.EventCaseAcknowledged, err
}

func (w *world) dispose1(c schemas.Case) (schemas.EventKind, error) {
	_, err := w.ledger.DisposeCase(w.ctx, c.ID, schemas.Disposition{Codes: []schemas.DispositionCode{"stop_use"}, By: officer()}, w.clock.Now())
	return schemas.EventCaseDisposed, err
}

func (w *world) close1(c schemas.Case) (schemas.EventKind, error) {
	_, err := w.ledger.CloseCase(w.ctx, c.ID, schemas.Closing{Evidence: "e", By: officer()}, w.clock.Now())
	return schemas.EventCaseClosed, err
}

func (w *world) downgrade(c schemas.Case) (schemas.EventKind, error) {
	_, err := w.ledger.DowngradeCase(w.ctx, c.ID, "amber", "r", officer(), nil, w.clock.Now())
	w.lowered[c.ID] = err == nil
	return schemas.EventCaseDowngraded, err
}

func (w *world) dismiss(c schemas.Case) (schemas.EventKind, error) {
	_, err := w.ledger.DowngradeCase(w.ctx, c.ID, schemas.CaseDismiss, "r", officer(), nil, w.clock.Now())
	return schemas.EventCaseDismissed, err
}

func (w *world) raise(c schemas.Case) (schemas.EventKind, error) {
	_, err := w.ledger.RaiseCase(w.ctx, c.ID, "r", officer(), w.clock.Now())
	return "raised by hand", err
}

func (w *world) laws(rt *rapid.T) {
	w.settle()
	all, _, err := w.ledger.Cases(w.ctx, schemas.CaseFilter{Limit: 500})
	must(w.t, err)
	opened := 0
	openOf := map[string]string{}
	for _, c := range all {
		opened++
		w.delivered(rt, c)
		w.noneAfterTheEnd(rt, c)
		if d, ok := w.deadlines[c.ID]; ok && (c.Deadline.Statutory.After(d.Statutory) || c.Deadline.Handling.After(d.Handling)) {
			rt.Fatalf("a deadline of %s moved later: %+v, %+v", c.Ref, d, c.Deadline)
		}
		w.deadlines[c.ID] = c.Deadline
		if was := w.level[c.ID]; c.Level.Rank() < was.Rank() && !w.lowered[c.ID] {
			rt.Fatalf("%s was softened from %s to %s by no human", c.Ref, was, c.Level)
		}
		w.level[c.ID], w.lowered[c.ID] = c.Level, false
		if !c.Status.Ended() {
			rs, err := w.ledger.CaseReports(w.ctx, c.ID)
			must(w.t, err)
			for _, r := range rs {
				if other := openOf[r.ReportNo]; r.ReportNo != "" && other != "" && other != c.ID {
					rt.Fatalf("report number %s has two open cases", r.ReportNo)
				}
				openOf[r.ReportNo] = c.ID
			}
		}
	}
	for _, id := range w.dangerous {
		if w.house.report(id).CaseID == "" {
			rt.Fatalf("report %s shows a hazard and has no case", id)
		}
	}
	w.eventsOnce(rt, opened)
}

// delivered: every red case that nobody has in hand was delivered to somebody,
// or is loudly undeliverable, without any time having passed.
func (w *world) delivered(rt *rapid.T, c schemas.Case) {
	if c.Level != schemas.HazardRed || c.Status != schemas.CaseOpen && c.Status != schemas.CaseNotified {
		return
	}
	ns, err := w.ledger.CaseNotifications(w.ctx, c.ID)
	must(w.t, err)
	for _, n := range ns {
		if n.Status == schemas.NotificationSent && n.Message.Level == schemas.HazardRed {
			return
		}
	}
	es, err := w.ledger.Events(w.ctx, schemas.EventFilter{Subject: "case:" + c.ID, Kinds: []schemas.EventKind{schemas.EventCaseUndelivered}})
	must(w.t, err)
	if len(es) == 0 {
		rt.Fatalf("%s is red, nobody was told, and nothing says so", c.Ref)
	}
}

func (w *world) noneAfterTheEnd(rt *rapid.T, c schemas.Case) {
	if !c.Status.Ended() {
		return
	}
	ns, err := w.ledger.CaseNotifications(w.ctx, c.ID)
	must(w.t, err)
	for _, n := range ns {
		if n.Status == schemas.NotificationPending {
			rt.Fatalf("%s has ended and %s is still to be sent", c.Ref, n.ID)
		}
		for _, a := range n.Attempts {
			if a.StartedAt.After(*c.Instants.Closed) {
				rt.Fatalf("%s: an attempt began at %s, after the end at %s", c.Ref, a.StartedAt, c.Instants.Closed)
			}
		}
	}
}

// eventsOnce: as many events of a kind as transitions of it.
func (w *world) eventsOnce(rt *rapid.T, opened int) {
	count := func(kind schemas.EventKind) (all, merged int) {
		es, err := w.ledger.Events(w.ctx, schemas.EventFilter{Kinds: []schemas.EventKind{kind}, Limit: 500})
		must(w.t, err)
		for _, e := range es {
			if kind == schemas.EventCaseDismissed && e.Actor.ID != officer().ID {
				merged++
			}
		}
		return len(es), merged
	}
	for _, kind := range []schemas.EventKind{schemas.EventCaseAcknowledged, schemas.EventCaseDisposed, schemas.EventCaseClosed, schemas.EventCaseDowngraded, schemas.EventCaseDismissed} {
		if n, merged := count(kind); n-merged != w.did[kind] {
			rt.Fatalf("%d events %s for %d transitions", n-merged, kind, w.did[kind])
		}
	}
	if n, _ := count(schemas.EventCaseOpened); n != opened {
		rt.Fatalf("%d cases, %d events of opening", opened, n)
	}
}
