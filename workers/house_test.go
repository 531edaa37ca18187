package workers

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"jianding/integrations/municipal"
	"jianding/schemas"
	"jianding/storage/ledger"
	"jianding/storage/ledger/ledgertest"
	"jianding/workers/ladder"
)

// The scenarios run on the real ledger with a driven clock; only what is
// outside of the service is a fake: channels, the platform, the monitor. The
// documents of these tests are the JSON of what an assessment of them yields.

// house is one running service, and the world around it.
type house struct {
	t        testing.TB
	ctx      context.Context
	clock    *drivenClock
	ledger   *ledger.Ledger
	w        *Workers
	docs     *documents
	mail     *fakeChannel
	sms      *fakeChannel
	hook     *fakeChannel
	platform *fakePlatform
	monitor  *fakeMonitor
	policy   ladder.Policy
	options  func(*Options)
	quiet    func() // waits until the world outside has come to rest
	postgres bool
	commits  string        // the raw log of the sandbox, where there is one
	logs     *lockedWriter // one for all processes of a test
}

var t0 = time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC) // 09:00 in Shanghai

// duty is the ladder of the tests: the duty officer (mail and sms), after 15
// minutes the head, after another 15 the director.
func duty() ladder.Policy {
	m := func(d time.Duration) ladder.Duration { return ladder.Duration(d) }
	return ladder.Policy{
		Name: "duty",
		Contacts: []ladder.Contact{
			{Name: "值班员", Addresses: []ladder.Address{{Channel: "mail", Address: "duty@example.org"}, {Channel: "sms", Address: "duty"}}},
			{Name: "科长", Addresses: []ladder.Address{{Channel: "sms", Address: "head"}}},
			{Name: "主任", Addresses: []ladder.Address{{Channel: "sms", Address: "director"}, {Channel: "mail", Address: "director@example.org"}}},
			{Name: "复核员", Addresses: []ladder.Address{{Channel: "mail", Address: "reviewer@example.org"}}},
			{Name: "几江街道", Addresses: []ladder.Address{{Channel: "mail", Address: "town@example.org"}}},
		},
		Rotas: []ladder.Rota{{Name: "duty", Weekly: []ladder.Shift{{Days: []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}, Contacts: []string{"值班员"}}}}},
		Steps: []ladder.Step{
			{Contacts: []string{"rota:duty"}, Wait: m(15 * time.Minute)},
			{Contacts: []string{"科长"}, Wait: m(15 * time.Minute)},
		},
		LastResort: []string{"主任"},
		Amber:      ladder.Amber{Contacts: []string{"复核员"}},
	}
}

// eachLedger runs a scenario on SQLite, and on PostgreSQL when
// JIANDING_TEST_POSTGRES names one.
func eachLedger(t *testing.T, scenario func(t *testing.T, h *house)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		scenario(t, newHouse(t, "sqlite", filepath.Join(t.TempDir(), "ledger.db")))
	})
	if dsn := os.Getenv("JIANDING_TEST_POSTGRES"); dsn != "" {
		t.Run("postgres", func(t *testing.T) { scenario(t, newHouse(t, "postgres", freshSchema(t, dsn))) })
	}
}

func newHouse(t testing.TB, driver, dsn string) *house {
	t.Helper()
	h := &house{
		t: t, ctx: t.Context(), postgres: driver == "postgres", clock: &drivenClock{at: t0}, docs: &documents{by: map[string][]byte{}},
		monitor: &fakeMonitor{}, policy: duty(), options: func(*Options) {}, logs: newLog(),
	}
	h.platform = newFakePlatform(h.clock.Now)
	h.mail, h.sms, h.hook = &fakeChannel{clock: h.clock}, &fakeChannel{clock: h.clock}, &fakeChannel{clock: h.clock}
	if driver == "sqlite" {
		ledgertest.Fresh(t, dsn)
	}
	l, err := ledger.Open(h.ctx, ledger.Options{Driver: driver, DSN: dsn, LeaseClock: h.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	h.ledger = l
	must(t, l.PutAgency(h.ctx, schemas.Agency{ID: "a1", Name: "江津检测有限公司", USCC: "91500116MA5U000001", Status: schemas.AgencyActive,
		WebhookURL: "https://agency.example.org/hook"}, schemas.Actor{Kind: "cli", ID: "test"}, h.clock.Now()))
	h.start()
	return h
}

// start starts the service anew, as after a restart: nothing but the ledger
// and the originals is left of what was before.
func (h *house) start() {
	h.t.Helper()
	h.w = h.worker()
}

// worker is one more process on the same ledger.
func (h *house) worker() *Workers {
	h.t.Helper()
	o := Options{
		Ledger: h.ledger, Originals: h.docs, Assessor: readsItself{}, Platform: h.platform, Compare: municipal.Reconcile, Heartbeat: h.monitor,
		Channels: map[string]Notifier{"mail": h.mail, "sms": h.sms, "webhook": h.hook},
		Ladder:   h.policy, Clock: h.clock, Random: func() float64 { return 0.5 },
		// Not every minute: these tests let weeks pass.
		Limits: Limits{Beat: 12 * time.Hour},
		Logger: slog.New(slog.NewTextHandler(h.logs, nil)),
	}
	h.options(&o)
	w, err := New(o)
	if err != nil {
		h.t.Fatal(err)
	}
	return w
}

// settle lets the service do everything that is due now.
func (h *house) settle() {
	h.t.Helper()
	for range 500 {
		if h.quiet != nil {
			h.quiet()
		}
		h.w.Sweep(h.ctx)
		if !h.w.sweep.leader {
			h.w.pass(h.ctx, perBatch) // as on a hint: the lease of the process before may not be over yet
		}
		h.w.running.Wait()
		due, err := h.ledger.DueOf(h.ctx, h.clock.Now(), h.kinds(), 1)
		must(h.t, err)
		if len(due) == 0 {
			return
		}
	}
	due, _ := h.ledger.DueOf(h.ctx, h.clock.Now(), allKinds(), 10)
	h.t.Fatalf("the service does not come to rest; still due: %+v\n%s", due, h.logs)
}

// pass lets time pass, from one due instant to the next.
func (h *house) pass(d time.Duration) { h.until(h.clock.Now().Add(d)) }

func (h *house) until(end time.Time) {
	h.t.Helper()
	h.settle()
	for {
		at, any := h.nextDue()
		if !any || at.After(end) {
			break
		}
		if at.After(h.clock.Now()) {
			h.clock.set(at)
		} else {
			h.clock.set(h.clock.Now().Add(time.Second)) // due, but leased: let the lease run out
		}
		h.settle()
	}
	h.clock.set(end)
	h.settle()
}

// kinds are the kinds that the service works on now: filings wait while the
// platform rests.
func (h *house) kinds() []schemas.ObligationKind {
	return slices.DeleteFunc(allKinds(), func(k schemas.ObligationKind) bool {
		return k == schemas.OweFile && h.w.rest.left(h.w.now()) > 0
	})
}

// nextDue is when there is something to do next, here or outside.
func (h *house) nextDue() (time.Time, bool) {
	h.t.Helper()
	at, any := h.nextOwed()
	if n, wakes := h.clock.sleepers(); n > 0 && (!any || wakes.Before(at)) {
		return wakes, true
	}
	return at, any
}

func (h *house) nextOwed() (time.Time, bool) {
	h.t.Helper()
	left := h.w.rest.left(h.w.now())
	if left == 0 {
		at, any, err := h.ledger.NextDue(h.ctx)
		must(h.t, err)
		return at, any
	}
	at := h.clock.Now().Add(left)
	for _, k := range h.kinds() {
		first, _, err := h.ledger.Obligations(h.ctx, schemas.ObligationFilter{Kind: k, State: schemas.ObligationOpen, Limit: 1})
		must(h.t, err)
		if len(first) == 1 && first[0].DueAt.Before(at) {
			at = first[0].DueAt
		}
	}
	return at, true
}

// upload receives a document that reads as a.
func (h *house) upload(a schemas.Assessment) schemas.Report {
	h.t.Helper()
	return h.uploadAs(a, schemas.Declared{})
}

func (h *house) uploadAs(a schemas.Assessment, d schemas.Declared) schemas.Report {
	h.t.Helper()
	doc, err := json.Marshal(a)
	must(h.t, err)
	return h.uploadBytes(doc, d)
}

func (h *house) uploadBytes(doc []byte, d schemas.Declared) schemas.Report {
	h.t.Helper()
	return h.uploadOf("a1", doc, d)
}

func (h *house) uploadOf(agency string, doc []byte, d schemas.Declared) schemas.Report {
	h.t.Helper()
	sum, sum3 := sha256.Sum256(doc), sm3.Sum(doc)
	sha := hex.EncodeToString(sum[:])
	h.docs.put(sha, doc)
	r, _, err := h.ledger.ReceiveReport(h.ctx, schemas.NewReport{AgencyID: agency, SHA256: sha, SM3: hex.EncodeToString(sum3[:]), Size: int64(len(doc)), Declared: d,
		ReceivedAt: h.clock.Now(), Actor: schemas.Actor{Kind: "agency", ID: agency}})
	must(h.t, err)
	return r
}

func (h *house) report(id string) schemas.Report {
	h.t.Helper()
	r, err := h.ledger.Report(h.ctx, id)
	must(h.t, err)
	return r
}

// theCase returns the only case there is.
func (h *house) theCase() schemas.Case {
	h.t.Helper()
	cs := h.cases()
	if len(cs) != 1 {
		h.t.Fatalf("there are %d cases, want one: %+v", len(cs), cs)
	}
	return cs[0]
}

func (h *house) cases() []schemas.Case {
	h.t.Helper()
	cs, _, err := h.ledger.Cases(h.ctx, schemas.CaseFilter{Limit: 100})
	must(h.t, err)
	return slices.DeleteFunc(cs, func(c schemas.Case) bool { return c.MergedInto != "" })
}

func (h *house) acknowledge() {
	h.t.Helper()
	_, err := h.ledger.AcknowledgeCase(h.ctx, h.theCase().ID, officer(), h.clock.Now())
	must(h.t, err)
}

func (h *house) dispose(copyTo ...string) {
	h.t.Helper()
	_, err := h.ledger.DisposeCase(h.ctx, h.theCase().ID, schemas.Disposition{Codes: []schemas.DispositionCode{"stop_use"}, CopyTo: copyTo, By: officer()}, h.clock.Now())
	must(h.t, err)
}

func (h *house) close() {
	h.t.Helper()
	_, err := h.ledger.CloseCase(h.ctx, h.theCase().ID, schemas.Closing{Evidence: "已拆除", By: officer()}, h.clock.Now())
	must(h.t, err)
}

func officer() schemas.Actor { return schemas.Actor{Kind: "user", ID: "u1", Name: "李四"} }

// events counts the events of a kind, of everything.
func (h *house) events(kind schemas.EventKind) []schemas.Event {
	h.t.Helper()
	es, err := h.ledger.Events(h.ctx, schemas.EventFilter{Kinds: []schemas.EventKind{kind}, Limit: 500})
	must(h.t, err)
	return es
}

func (h *house) wantEvents(kind schemas.EventKind, n int) {
	h.t.Helper()
	if got := h.events(kind); len(got) != n {
		h.t.Errorf("%d events %s, want %d: %+v", len(got), kind, n, got)
	}
}

// told lists to whom a channel delivered messages of a kind: in order of
// time, and by address where the instant is the same.
func (c *fakeChannel) told(kind string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	type one struct {
		at time.Time
		to string
	}
	var said []one
	for i, m := range c.sent {
		if m.Kind == kind {
			said = append(said, one{c.at[i], m.Recipient.Address})
		}
	}
	slices.SortStableFunc(said, func(a, b one) int {
		return cmp.Or(a.at.Compare(b.at), strings.Compare(a.to, b.to))
	})
	var to []string
	for _, s := range said {
		to = append(to, s.to)
	}
	return to
}

func (h *house) wantTold(c *fakeChannel, kind string, to ...string) {
	h.t.Helper()
	if got := c.told(kind); !slices.Equal(got, to) {
		h.t.Errorf("told of %s: %q, want %q\nat %s", kind, got, to, h.clock.Now().Format(time.RFC3339))
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What documents read as.

func sound(no string) schemas.Assessment {
	return schemas.Assessment{Outcome: schemas.Accepted, Signature: schemas.Signature{Status: schemas.SignatureValid},
		Report:  schemas.ReportFields{ReportNo: no, Address: "几江街道大西门1号", Town: "几江街道"},
		Overall: schemas.Overall{Safety: "Bsu"}, Hazard: schemas.Hazard{Level: schemas.HazardNone, Rule: "hazard/1"}}
}

func red(no string) schemas.Assessment {
	a := sound(no)
	a.Overall.Safety = "Dsu"
	a.Hazard = schemas.Hazard{Level: schemas.HazardRed, WholeStructure: true, Basis: []string{"grade:unit_safety_Dsu"}, Rule: "hazard/1",
		Evidence: &schemas.Evidence{Page: 6, Quote: "该房屋安全性鉴定等级评定为Dsu级"}}
	return a
}

func amber(no string) schemas.Assessment {
	a := sound(no)
	a.Outcome, a.Overall.Safety = schemas.NeedsReview, "Csu"
	a.Hazard = schemas.Hazard{Level: schemas.HazardAmber, Basis: []string{"doubt:csu"}, Rule: "hazard/1"}
	return a
}
