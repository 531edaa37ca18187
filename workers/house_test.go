package workers

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"jianding/integrations/municipal"
	"jianding/schemas"
	"jianding/storage/ledger"
	"jianding/workers/ladder"
)

// The scenarios run on the real ledger with a driven clock; only what is
// outside of the service is a fake: channels, the platform, the monitor. The
// documents of these tests are the JSON of what an assessment of them yields.

type drivenClock struct {
	mu     sync.Mutex
	at     time.Time
	asleep map[chan struct{}]sleeper
}

type sleeper struct {
	until time.Time
	among *atomic.Int64 // counts who sleeps; changed before anybody sees the new time
}

func (c *drivenClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *drivenClock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.to(at)
}

// onward goes on to the first who wakes, if all is still so when it does.
func (c *drivenClock) onward(all func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := time.Time{}
	for _, s := range c.asleep {
		if first.IsZero() || s.until.Before(first) {
			first = s.until
		}
	}
	if all() && first.After(c.at) {
		c.to(first)
	}
}

func (c *drivenClock) to(at time.Time) {
	for ch, s := range c.asleep {
		if !s.until.After(at) {
			s.among.Add(-1)
			close(ch)
			delete(c.asleep, ch)
		}
	}
	c.at = at
}

// sleep ends when the clock has been driven past d.
func (c *drivenClock) sleep(ctx context.Context, d time.Duration, among *atomic.Int64) error {
	if d <= 0 {
		return ctx.Err()
	}
	ch := make(chan struct{})
	c.mu.Lock()
	if c.asleep == nil {
		c.asleep = map[chan struct{}]sleeper{}
	}
	c.asleep[ch] = sleeper{c.at.Add(d), among}
	among.Add(1)
	c.mu.Unlock()
	select {
	case <-ch:
		return nil
	case <-ctx.Done():
		c.mu.Lock()
		defer c.mu.Unlock()
		if _, still := c.asleep[ch]; still {
			among.Add(-1)
			delete(c.asleep, ch)
		}
		return ctx.Err()
	}
}

// sleepers counts who sleeps, and says who wakes first.
func (c *drivenClock) sleepers() (n int, first time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.asleep {
		if first.IsZero() || s.until.Before(first) {
			first = s.until
		}
	}
	return len(c.asleep), first
}

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

// The world outside.

type lockedWriter struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func newLog() *lockedWriter { return &lockedWriter{} }

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedWriter) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

type documents struct {
	mu   sync.Mutex
	by   map[string][]byte
	down bool
}

func (d *documents) put(sha string, doc []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.by[sha] = doc
}

type memoryFile struct{ *bytes.Reader }

func (memoryFile) Close() error { return nil }

func (d *documents) Open(_ context.Context, sha string) (io.ReadSeekCloser, int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	doc, ok := d.by[sha]
	switch {
	case d.down:
		return nil, 0, schemas.E(schemas.KindUnavailable, "store_down", "", nil)
	case !ok:
		return nil, 0, schemas.E(schemas.KindNotFound, "no_original", "", nil)
	}
	return memoryFile{bytes.NewReader(doc)}, int64(len(doc)), nil
}

// readsItself reads the test documents. "crash" stands for a document that
// kills the process that reads it, "hang" for one that never ends.
type readsItself struct{}

func (readsItself) Ready(context.Context) error { return nil }

func (readsItself) Assess(ctx context.Context, doc io.Reader, _ int64, d schemas.Declared, trust schemas.TrustMaterial, at time.Time) (schemas.Assessment, error) {
	if slices.ContainsFunc(trust.CRLs, func(i schemas.TrustItem) bool { return string(i.Data) == "garbage" }) {
		return schemas.Assessment{}, schemas.E(schemas.KindInvalid, "trust_invalid", "", nil)
	}
	b, err := io.ReadAll(doc)
	if err != nil {
		return schemas.Assessment{}, err
	}
	switch {
	case bytes.HasPrefix(b, []byte("crash")):
		return schemas.Assessment{}, fmt.Errorf("child process died: signal: killed")
	case bytes.HasPrefix(b, []byte("hang")):
		<-ctx.Done()
		return schemas.Assessment{}, ctx.Err()
	}
	if bytes.HasPrefix(b, []byte("%PDF-")) { // the platform looks at the first bytes; the last line is what it reads as
		b = b[bytes.LastIndexByte(b, '\n')+1:]
	}
	var a schemas.Assessment
	err = json.Unmarshal(b, &a)
	a.At = at
	return a, err
}

// fakeChannel delivers, or fails as told.
type fakeChannel struct {
	clock *drivenClock
	mu    sync.Mutex
	sent  []schemas.Message
	at    []time.Time
	tried int
	fail  func(m schemas.Message) error
	once  func(m schemas.Message) // while the next message of a case is under way
}

func (c *fakeChannel) Send(_ context.Context, m schemas.Message) (schemas.Proof, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tried++
	if c.once != nil && m.CaseID != "" {
		c.once(m)
		c.once = nil
	}
	if c.fail != nil {
		if err := c.fail(m); err != nil {
			return schemas.Proof{RequestSHA256: "ff", Status: 500}, err
		}
	}
	c.sent = append(c.sent, m)
	c.at = append(c.at, c.clock.Now())
	return schemas.Proof{RequestSHA256: "ff", Status: 200, Response: "ok"}, nil
}

func (c *fakeChannel) failing(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fail = nil
	if err != nil {
		c.fail = func(schemas.Message) error { return err }
	}
}

// during has something happen while the next message of a case is under way.
func (c *fakeChannel) during(f func(m schemas.Message)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.once = f
}

func (c *fakeChannel) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent, c.at, c.tried = nil, nil, 0
}

var errDown = schemas.E(schemas.KindUnavailable, "channel_down", "", nil)

type fakeMonitor struct {
	mu    sync.Mutex
	beats []time.Time
}

func (m *fakeMonitor) Beat(_ context.Context, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.beats = append(m.beats, at)
	return nil
}

// fakePlatform keeps records by idempotency key, as a platform does, but
// counts every commit, so that a client that sends twice is found out.
type fakePlatform struct {
	now     func() time.Time
	mu      sync.Mutex
	records map[string]schemas.PlatformRecord
	commits map[string]int
	submits int
	queries int
	// unlisted is the key of a record that the list leaves out.
	unlisted string
	// answer may replace the answer to a submission after the commit (or
	// instead of it, with commit false).
	answer func(n int) (commit bool, res *schemas.FilingOutcome)
}

func newFakePlatform(now func() time.Time) *fakePlatform {
	return &fakePlatform{now: now, records: map[string]schemas.PlatformRecord{}, commits: map[string]int{}}
}

func (p *fakePlatform) Submit(_ context.Context, f schemas.Filing, original func() (io.ReadCloser, int64, error), begin func(string, string) error) schemas.FilingOutcome {
	doc, _, err := original()
	if err != nil {
		return schemas.FilingOutcome{Result: schemas.FilingRetry, Attempt: schemas.DeliveryAttempt{Operation: "submit", Error: err.Error()}}
	}
	doc.Close()
	if err := begin("submit", "ff"); err != nil {
		return schemas.FilingOutcome{Result: schemas.FilingRetry}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.submits++
	key := f.Delivery.IdempotencyKey
	commit, res := true, (*schemas.FilingOutcome)(nil)
	if p.answer != nil {
		commit, res = p.answer(p.submits)
	}
	if commit {
		p.commits[key]++
		p.records[key] = schemas.PlatformRecord{IdempotencyKey: key, ReportNo: f.Report.ReportNo, SHA256: f.Report.SHA256, Receipt: "P-" + key[len(key)-6:], Status: "accepted", RecordedAt: p.now()}
	}
	if res != nil {
		return *res
	}
	return schemas.FilingOutcome{Result: schemas.FilingAccepted, Receipt: p.records[key].Receipt, Attempt: schemas.DeliveryAttempt{Operation: "submit", Status: 201}}
}

func (p *fakePlatform) Query(_ context.Context, f schemas.Filing, begin func(string, string) error) schemas.FilingOutcome {
	if err := begin("query", "ff"); err != nil {
		return schemas.FilingOutcome{Result: schemas.FilingRetry}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queries++
	if r, ok := p.records[f.Delivery.IdempotencyKey]; ok {
		res := schemas.FilingOutcome{Result: schemas.FilingAccepted, Receipt: r.Receipt, Attempt: schemas.DeliveryAttempt{Operation: "query", Status: 200}}
		if r.Status == "returned" {
			res.Result, res.Reasons = schemas.FilingReturned, r.Reasons
		}
		return res
	}
	return schemas.FilingOutcome{Result: schemas.FilingNotFound, Attempt: schemas.DeliveryAttempt{Operation: "query", Status: 404}}
}

func (p *fakePlatform) List(_ context.Context, day time.Time) ([]schemas.PlatformRecord, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []schemas.PlatformRecord
	for _, r := range p.records {
		if at := r.RecordedAt; r.IdempotencyKey != p.unlisted && !at.Before(day) && at.Before(day.AddDate(0, 0, 1)) {
			out = append(out, r)
		}
	}
	return out, nil
}

// fixedReading reads every document as one thing.
type fixedReading struct{ a schemas.Assessment }

func (fixedReading) Ready(context.Context) error { return nil }

func (f fixedReading) Assess(context.Context, io.Reader, int64, schemas.Declared, schemas.TrustMaterial, time.Time) (schemas.Assessment, error) {
	return f.a, nil
}

func (f fixedReading) Recognise(context.Context, io.Reader, int64, []int, schemas.Declared, schemas.TrustMaterial, time.Time) (schemas.Assessment, error) {
	return f.a, nil
}
