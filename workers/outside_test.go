package workers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"jianding/schemas"
)

// The world outside of the service: what tests put in its place.

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

// last is the last message of a kind that was delivered.
func (c *fakeChannel) last(kind string) (last schemas.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.sent {
		if m.Kind == kind {
			last = m
		}
	}
	return last
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
	// superseded is the receipt that each submission named, by its key.
	superseded map[string]string
	// pending: records are taken and not confirmed, and have no receipt yet.
	pending bool
	// unlisted is the key of a record that the list leaves out.
	unlisted string
	// answer may replace the answer to a submission after the commit (or
	// instead of it, with commit false).
	answer func(n int) (commit bool, res *schemas.FilingOutcome)
}

func newFakePlatform(now func() time.Time) *fakePlatform {
	return &fakePlatform{now: now, records: map[string]schemas.PlatformRecord{}, commits: map[string]int{}, superseded: map[string]string{}}
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
	p.superseded[key] = f.SupersedesReceipt
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
	if r, ok := p.records[f.Delivery.IdempotencyKey]; ok && p.pending {
		return schemas.FilingOutcome{Result: schemas.FilingSubmitted, Attempt: schemas.DeliveryAttempt{Operation: "query", Status: 200}}
	} else if ok {
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
		if at := r.RecordedAt; (p.unlisted == "" || r.IdempotencyKey != p.unlisted) && !at.Before(day) && at.Before(day.AddDate(0, 0, 1)) {
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
