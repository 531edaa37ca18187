package workers

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jianding/schemas"
)

// The model test: random sequences of reports, notices, decisions, failures,
// restarts and time, against a model that only knows what people did. The laws
// are those of the issue that asked for the escalation.

// fewer runs each random sequence fewer times than rapid's default, unless
// JIANDING_MODEL_RUNS or the command line says how often: every sequence opens
// a real ledger.
func fewer(n string) {
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == "rapid.checks" })
	if !set {
		flag.Set("rapid.checks", cmp.Or(os.Getenv("JIANDING_MODEL_RUNS"), n))
	}
}

type world struct {
	*house
	deadlines map[string]schemas.Deadlines
	level     map[string]schemas.HazardLevel
	lowered   map[string]bool // by a human, since the last look
	atEnd     map[string]int  // attempts that a case had when its end committed
	did       map[schemas.EventKind]int
	docs      []schemas.Assessment
	dangerous []string   // reports with a hazard
	late      int        // messages written when their case had perhaps ended
	ending    sync.Mutex // of cases, by several senders at once
}

//	JIANDING_MODEL_RUNS=300 go test ./workers -run TestModelOfEscalation -timeout 90m
//
// runs as many on each ledger; without it a few.
//
// The laws were tried on code broken on purpose, 40 sequences each, on SQLite.
// Caught: undeliverable said by no event; the end of a case cancelling
// nothing; an attempt begun without a look whether its case has ended; a second
// acknowledgement that is an event; a close that is none; a later handling or statutory deadline replacing an earlier one; a
// milder reading softening a case; open cases of a report number not found.
func TestModelOfEscalation(t *testing.T) {
	t.Parallel()
	fewer("8")
	t.Run("sqlite", func(t *testing.T) {
		rapid.Check(t, func(rt *rapid.T) {
			dir, err := os.MkdirTemp("", "model")
			must(t, err)
			defer os.RemoveAll(dir)
			model(rt, newHouse(t, "sqlite", filepath.Join(dir, "ledger.db")))
		})
	})
	if dsn := os.Getenv("JIANDING_TEST_POSTGRES"); dsn != "" {
		t.Run("postgres", func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				own, drop := schema(t, dsn)
				defer drop()
				model(rt, newHouse(t, "postgres", own))
			})
		})
	}
}

func model(rt *rapid.T, h *house) {
	defer h.ledger.Close()
	w := &world{house: h, deadlines: map[string]schemas.Deadlines{}, level: map[string]schemas.HazardLevel{},
		lowered: map[string]bool{}, did: map[schemas.EventKind]int{}, atEnd: map[string]int{}}
	rt.Repeat(map[string]func(*rapid.T){
		"report":               w.report1,
		"again":                w.again,
		"notice":               w.notice1,
		"ack":                  func(rt *rapid.T) { w.act(rt, w.ack) },
		"dispose":              func(rt *rapid.T) { w.act(rt, w.dispose1) },
		"close":                func(rt *rapid.T) { w.act(rt, w.close1) },
		"downgrade":            func(rt *rapid.T) { w.act(rt, w.downgrade) },
		"dismiss":              func(rt *rapid.T) { w.act(rt, w.dismiss) },
		"raise":                func(rt *rapid.T) { w.act(rt, w.raise) },
		"end while it is told": w.endDuring,
		"message written late": w.straggler,
		"fail": func(rt *rapid.T) {
			c := rapid.SampledFrom([]*fakeChannel{h.mail, h.sms}).Draw(rt, "channel")
			c.failing(rapid.SampledFrom([]error{nil, nil, errDown, schemas.E(schemas.KindInvalid, "never", "", nil)}).Draw(rt, "error"))
		},
		"time":    func(rt *rapid.T) { h.pass(time.Duration(rapid.IntRange(1, 400).Draw(rt, "minutes")) * time.Minute) },
		"restart": func(*rapid.T) { h.start() },
		"kill":    w.kill,
		"clock back": func(rt *rapid.T) {
			h.clock.set(h.clock.Now().Add(-time.Duration(rapid.IntRange(1, 120).Draw(rt, "minutes")) * time.Minute))
		},
		"": w.laws,
	})
}

// endDuring has the officer end a case while a message of it is under way and
// others of it are sent beside it.
func (w *world) endDuring(rt *rapid.T) {
	rapid.SampledFrom([]*fakeChannel{w.mail, w.sms}).Draw(rt, "channel").during(func(m schemas.Message) {
		if _, err := w.ledger.DowngradeCase(w.ctx, m.CaseID, schemas.CaseDismiss, "r", officer(), nil, w.clock.Now()); err == nil {
			w.ending.Lock()
			defer w.ending.Unlock()
			w.did[schemas.EventCaseDismissed]++
			w.atEnd[m.CaseID] = w.attempts(m.CaseID)
		}
	})
}

// straggler writes a message of a case as a handler does that read the case
// before it ended.
func (w *world) straggler(rt *rapid.T) {
	cs := w.cases()
	if len(cs) == 0 {
		return
	}
	w.late++
	m := schemas.Message{CaseID: rapid.SampledFrom(cs).Draw(rt, "case").ID, Kind: "copy", Title: "late",
		Recipient: schemas.Recipient{Contact: "几江街道", Channel: "mail", Address: "town@example.org"}}
	must(w.t, w.ledger.CreateNotifications(w.ctx, []schemas.NewNotification{{Message: m, Dedupe: fmt.Sprint("late:", w.late)}}, w.clock.Now()))
}

// kill has a process die under the lease of something that is due next.
func (w *world) kill(rt *rapid.T) {
	at, any, err := w.ledger.NextDue(w.ctx)
	must(w.t, err)
	if !any {
		return
	}
	if at.After(w.clock.Now()) {
		w.clock.set(at)
	}
	due, err := w.ledger.DueOf(w.ctx, w.clock.Now(), allKinds(), 20)
	must(w.t, err)
	if len(due) > 0 {
		_, err := w.ledger.LeaseObligation(w.ctx, rapid.SampledFrom(due).Draw(rt, "obligation").ID, w.w.Limits.Lease)
		must(w.t, err)
		w.clock.set(w.clock.Now().Add(w.w.Limits.Lease + time.Second))
	}
	w.start()
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
	// What is in somebody's hands can't be acknowledged again, whatever the
	// ledger makes of it.
	again := kind == schemas.EventCaseAcknowledged && c.Status != schemas.CaseOpen && c.Status != schemas.CaseNotified
	if err == nil && after.Version != c.Version && !again {
		w.did[kind]++
	}
	if err == nil && after.Status.Ended() {
		w.atEnd[c.ID] = w.attempts(c.ID)
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
	return raisedByHand, err
}

// raisedByHand sets apart what people raise from what the rules do.
const raisedByHand schemas.EventKind = "raised by hand"
