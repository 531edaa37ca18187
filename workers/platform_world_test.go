package workers

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jianding/integrations/municipal"
	"jianding/integrations/sandbox"
	"jianding/schemas"
)

// platformWorld is the service with its real platform client, and the sandbox
// on the other end of a real connection, calling back: everything between an
// upload and the platform's raw log, on a driven clock.
type platformWorld struct {
	*house
	box     *sandbox.Server
	front   *httptest.Server
	client  *municipal.Client
	log     string // the sandbox's raw commit log
	random  *rand.Rand
	mu      sync.Mutex
	callers map[int]context.CancelFunc
	calls   int
	// impatient decides whether a request that the platform holds up times out.
	impatient func() bool
	lost      int          // callbacks that are answered with an error after they were taken
	down      atomic.Bool  // every connection breaks
	requests  []time.Time  // that reached the platform, by its clock
	sleeping  atomic.Int64 // calls that wait for their turn
	working   atomic.Int64 // sleeps of the sandbox's
	recorded  atomic.Int64
	reports   int
	suffix    string // of report numbers: one ledger serves several worlds
}

const worldSecret = "0123456789abcdef0123456789abcdef"

// worldProfile has no limits that a test does not ask for. A request times out
// when the test says so.
const worldProfile = `
extends: reference-hmac-sha256
name: test
timeouts: {connect: 10s, answer: 10s, total: 10s, settle: 10s}
rate: {per_second: 1000, burst: 1000}
breaker: {failures: 5, open_for: 20s}
`

// platformWorlds runs a scenario on each ledger.
func platformWorlds(t *testing.T, scenario func(t *testing.T, h *house)) { eachLedger(t, scenario) }

// join puts a sandbox behind the house; the house starts anew with it. The
// platform's memory is its log, which a house keeps from one to the next.
func join(t *testing.T, h *house, seed uint64, profile string, box func(*sandbox.Options)) *platformWorld {
	t.Helper()
	if h.commits == "" {
		h.commits = filepath.Join(h.t.TempDir(), "commits.jsonl")
	}
	w := &platformWorld{house: h, random: rand.New(rand.NewPCG(seed, 7)), callers: map[int]context.CancelFunc{},
		log: h.commits, impatient: func() bool { return false }, suffix: fmt.Sprintf("%d", seed)}
	h.t = t
	back := httptest.NewServer(http.HandlerFunc(w.callback))
	o := sandbox.Options{Scheme: sandbox.SchemeHMACSHA256, AppID: "jiangjin", Secret: worldSecret, CommitLog: w.log, CallbackURL: back.URL,
		Clock: h.clock.Now, Sleep: w.hold, DecideAfter: 10 * time.Second, Seed: seed}
	if box != nil {
		box(&o)
	}
	var err error
	w.box, err = sandbox.New(o)
	must(t, err)
	w.front = httptest.NewServer(http.HandlerFunc(w.gate))
	p, err := municipal.LoadProfile([]byte(cmp.Or(profile, worldProfile)))
	must(t, err)
	w.client, err = municipal.New(p, municipal.Secrets{AppID: "jiangjin", Secret: worldSecret},
		municipal.Options{BaseURL: w.front.URL + sandbox.Prefix, Clock: h.clock.Now, Sleep: w.turn})
	must(t, err)
	h.options = func(o *Options) { o.Platform = timing{w} }
	h.quiet = w.rest
	h.start()
	t.Cleanup(func() {
		w.box.Close()
		w.front.CloseClientConnections()
		w.front.Close()
		back.Close()
		w.client.Close()
		h.quiet = nil
	})
	return w
}

// aHold is the longest sleep of the sandbox that holds up a request; longer
// ones are its work in the background.
const aHold = time.Second

// hold is the sandbox's sleep. A request that is held up either takes its time
// or ends all patience on our side.
func (w *platformWorld) hold(ctx context.Context, d time.Duration) error {
	if d > aHold {
		return w.clock.sleep(ctx, d, &w.working)
	}
	if !w.impatient() {
		return w.forward(ctx, d)
	}
	w.mu.Lock()
	for _, cancel := range w.callers {
		cancel()
	}
	w.mu.Unlock()
	return w.clock.sleep(ctx, d, &w.working)
}

// forward is a sleep that lets time pass.
func (w *platformWorld) forward(ctx context.Context, d time.Duration) error {
	w.clock.set(w.clock.Now().Add(d))
	return ctx.Err()
}

// turn is the client's sleep until its turn: time passes when every call that
// is under way waits.
func (w *platformWorld) turn(ctx context.Context, d time.Duration) error {
	slept := make(chan error, 1)
	go func() { slept <- w.clock.sleep(ctx, d, &w.sleeping) }()
	tick := time.NewTicker(50 * time.Microsecond)
	defer tick.Stop()
	for {
		select {
		case err := <-slept:
			return err
		case <-tick.C:
		}
		w.clock.onward(func() bool {
			w.mu.Lock()
			defer w.mu.Unlock()
			return int(w.sleeping.Load()) >= len(w.callers)
		})
	}
}

// gate is the way to the platform. While it is down a connection breaks as
// soon as something is sent.
func (w *platformWorld) gate(rw http.ResponseWriter, r *http.Request) {
	if w.down.Load() {
		if conn, _, err := http.NewResponseController(rw).Hijack(); err == nil {
			conn.Close()
		}
		return
	}
	at := w.clock.Now() // the clock's lock comes before ours
	w.mu.Lock()
	w.requests = append(w.requests, at)
	w.mu.Unlock()
	w.box.ServeHTTP(rw, r)
}

// rest waits until the sandbox does nothing but sleep.
func (w *platformWorld) rest() {
	deadline := time.Now().Add(30 * time.Second)
	for {
		n, _ := w.clock.sleepers()
		if w.box.InFlight() <= n {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatal("the sandbox does not come to rest")
		}
		time.Sleep(100 * time.Microsecond)
	}
}

// timing is the client, with time-outs by the test's word.
type timing struct{ w *platformWorld }

func (p timing) limited(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	p.w.calls++
	n := p.w.calls
	p.w.callers[n] = cancel
	return ctx, func() {
		cancel()
		p.w.mu.Lock()
		defer p.w.mu.Unlock()
		delete(p.w.callers, n)
	}
}

func (p timing) Submit(ctx context.Context, f schemas.Filing, original func() (io.ReadCloser, int64, error), begin func(string, string) error) schemas.FilingOutcome {
	ctx, end := p.limited(ctx)
	defer end()
	return p.count(p.w.client.Submit(ctx, f, original, begin))
}

func (p timing) count(res schemas.FilingOutcome) schemas.FilingOutcome {
	if res.Result == schemas.FilingAccepted || res.Result == schemas.FilingDuplicate {
		p.w.recorded.Add(1)
	}
	return res
}

func (p timing) Query(ctx context.Context, f schemas.Filing, begin func(string, string) error) schemas.FilingOutcome {
	ctx, end := p.limited(ctx)
	defer end()
	return p.count(p.w.client.Query(ctx, f, begin))
}

func (p timing) List(ctx context.Context, day time.Time) ([]schemas.PlatformRecord, error) {
	ctx, end := p.limited(ctx)
	defer end()
	return p.w.client.List(ctx, day)
}

// callback is the door that the platform calls back at.
func (w *platformWorld) callback(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	cb, err := w.client.VerifyCallback(r.Header, body, w.clock.Now())
	if err != nil {
		http.Error(rw, err.Error(), http.StatusUnauthorized)
		return
	}
	if _, _, err := w.ledger.RecordCallback(context.WithoutCancel(r.Context()), cb, w.clock.Now().UTC()); err != nil {
		http.Error(rw, err.Error(), http.StatusInternalServerError)
		return
	}
	w.mu.Lock()
	lose := w.lost > 0
	if lose {
		w.lost--
	}
	w.mu.Unlock()
	if lose { // the platform will say it again
		http.Error(rw, "lost", http.StatusBadGateway)
	}
}

// paper is a document that the platform takes, which reads as a.
func (w *platformWorld) paper(a schemas.Assessment, mark string) schemas.Report {
	w.t.Helper()
	line, err := json.Marshal(a)
	must(w.t, err)
	return w.uploadBytes(append([]byte("%PDF-1.7\n% "+mark+"\n"), line...), schemas.Declared{})
}

// fileable is an accepted assessment with every field that the platform wants.
func (w *platformWorld) fileable() schemas.Assessment {
	w.reports++
	f, _ := municipal.SampleFiling()
	a := f.Assessment
	s := sound(fmt.Sprintf("CQJJ-%s-%05d", w.suffix, w.reports))
	a.Outcome, a.Signature, a.Overall = s.Outcome, s.Signature, schemas.Overall{Safety: "Bsu"}
	a.Hazard = s.Hazard
	a.Report.ReportNo = s.Report.ReportNo
	a.Findings, a.Recommendations = a.Findings[:1], nil
	a.Findings[0].Grade = "Bsu"
	return a
}

// assessed uploads a report and lets it be assessed, and no more: its filing
// is owed.
func (w *platformWorld) assessed(a schemas.Assessment, mark string) (schemas.Report, schemas.Delivery) {
	w.t.Helper()
	r := w.paper(a, mark)
	due, err := w.ledger.DueOf(w.ctx, w.clock.Now(), []schemas.ObligationKind{schemas.OweAssess}, 10)
	must(w.t, err)
	for _, o := range due {
		w.w.execute(w.ctx, o.ID, laneAssess)
	}
	d, err := w.ledger.DeliveryByReport(w.ctx, r.ID)
	must(w.t, err)
	return w.report(r.ID), d
}

// underWay takes the lease of a filing and sends it as far as the process
// lives: the answer reaches nobody.
func (w *platformWorld) underWay(d schemas.Delivery, send bool, during func()) {
	w.t.Helper()
	os, _, err := w.ledger.Obligations(w.ctx, schemas.ObligationFilter{Kind: schemas.OweFile, Subject: d.ID, State: schemas.ObligationOpen})
	must(w.t, err)
	lease, err := w.ledger.LeaseObligation(w.ctx, os[0].ID, 20*time.Second)
	must(w.t, err)
	f, err := w.ledger.Filing(w.ctx, d.ID)
	must(w.t, err)
	begin := func(op, sum string) error {
		_, err := w.ledger.BeginDeliveryAttempt(w.ctx, lease, op, sum, w.clock.Now())
		if during != nil {
			during()
		}
		return err
	}
	if !send {
		must(w.t, begin("submit", "never sent"))
		return
	}
	w.client.Submit(w.ctx, f, func() (io.ReadCloser, int64, error) { return w.docs.Open(w.ctx, f.Report.SHA256) }, begin)
}

// drive lets time pass until every delivery has come to an end.
func (w *platformWorld) drive(ds []schemas.Delivery) {
	w.t.Helper()
	w.settle()
	for range 240 {
		open := 0
		for _, d := range ds {
			now, err := w.ledger.Delivery(w.ctx, d.ID)
			must(w.t, err)
			switch now.Status {
			case schemas.DeliveryPending, schemas.DeliverySubmitted:
				open++
			}
		}
		if open == 0 {
			break
		}
		w.pass(time.Minute)
	}
	w.pass(5 * time.Minute) // nothing may surface later
}

// recordedOnce checks by the raw log: exactly one record of each report, its
// receipt in the ledger, nothing else.
func (w *platformWorld) recordedOnce(ds []schemas.Delivery, want schemas.DeliveryStatus) {
	w.t.Helper()
	commits, err := sandbox.ReadCommits(w.log)
	must(w.t, err)
	by := map[string][]string{}
	for _, e := range commits {
		by[e.Record.SHA256] = append(by[e.Record.SHA256], e.Record.Receipt)
	}
	for _, d := range ds {
		now, err := w.ledger.Delivery(w.ctx, d.ID)
		must(w.t, err)
		r := w.report(d.ReportID)
		got := by[r.SHA256]
		if len(got) == 1 && got[0] == now.PlatformReceipt && now.Status == want && !now.Unknown {
			continue
		}
		w.t.Errorf("%s: recorded as %v; ledger: %s, receipt %q, unknown %v", r.ReportNo, got, now.Status, now.PlatformReceipt, now.Unknown)
		for _, a := range now.Attempts {
			w.t.Logf("  %d %s at %s: %s %s %s", a.No, a.Operation, a.StartedAt.Format(time.TimeOnly), a.Result, a.PlatformReceipt, a.Error)
		}
	}
}
