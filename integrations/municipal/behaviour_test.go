package municipal_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"jianding/integrations/municipal"
	"jianding/integrations/sandbox"
	"jianding/schemas"
)

func never(t *testing.T) municipal.Begin {
	return func(op, _ string) error { t.Errorf("begin(%s) was called", op); return nil }
}

func TestWhatCannotBeFiledIsNeverSent(t *testing.T) {
	w := newWorld(t, setup{})
	ctx := context.Background()
	for name, tc := range map[string]struct {
		change   func(*schemas.Filing)
		original func(schemas.Filing) municipal.Original
		result   schemas.FilingResult
		reason   string
	}{
		"missing field":     {change: func(f *schemas.Filing) { f.Assessment.Report.Address = "" }, result: schemas.FilingFinal, reason: "房屋地址"},
		"malformed uscc":    {change: func(f *schemas.Filing) { f.Agency.USCC = "123" }, result: schemas.FilingFinal, reason: "统一社会信用代码"},
		"grade not in list": {change: func(f *schemas.Filing) { f.Assessment.Overall.Safety = "Esu" }, result: schemas.FilingFinal, reason: "Esu"},
		"too long":          {change: func(f *schemas.Filing) { f.Assessment.Report.Address = strings.Repeat("长", 301) }, result: schemas.FilingFinal, reason: "301"},
		"file too large":    {change: func(f *schemas.Filing) { f.Report.Size = 1 << 40 }, result: schemas.FilingFinal, reason: "人工"},
		"no key":            {change: func(f *schemas.Filing) { f.Delivery.IdempotencyKey = "" }, result: schemas.FilingFinal, reason: "幂等键"},
		"altered original": {result: schemas.FilingFinal, reason: "摘要", original: func(schemas.Filing) municipal.Original {
			return func() (io.ReadCloser, int64, error) { return io.NopCloser(strings.NewReader("%PDF-x")), 6, nil }
		}},
		"store is down": {result: schemas.FilingRetry, original: func(schemas.Filing) municipal.Original {
			return func() (io.ReadCloser, int64, error) { return nil, 0, errors.New("S3 is down") }
		}},
		"store breaks off": {result: schemas.FilingRetry, original: func(schemas.Filing) municipal.Original {
			return func() (io.ReadCloser, int64, error) {
				return io.NopCloser(io.MultiReader(strings.NewReader("%PDF"), brokenReader{})), 100, nil
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := w.filing(1)
			if tc.change != nil {
				tc.change(&f)
			}
			original := w.original(f)
			if tc.original != nil {
				original = tc.original(f)
			}
			out := w.client.Submit(ctx, f, original, never(t))
			if out.Result != tc.result || !out.Attempt.StartedAt.IsZero() || !strings.Contains(strings.Join(out.Reasons, " "), tc.reason) {
				t.Errorf("outcome %+v", out)
			}
		})
	}
	if n := len(w.commits()); n != 0 {
		t.Errorf("%d records", n)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("broken") }

// All reasons are told at once.
func TestAllMappingProblemsAreTold(t *testing.T) {
	w := newWorld(t, setup{})
	f := w.filing(1)
	f.Assessment.Report.Address, f.Assessment.Report.IssuedOn, f.Agency.USCC = "", "", ""
	if out := w.client.Submit(context.Background(), f, w.original(f), never(t)); len(out.Reasons) != 3 {
		t.Errorf("reasons %q", out.Reasons)
	}
}

func TestNothingIsSentWhenBeginFails(t *testing.T) {
	w := newWorld(t, setup{})
	f := w.filing(1)
	out := w.client.Submit(context.Background(), f, w.original(f), func(string, string) error { return errors.New("lease lost") })
	if out.Result != schemas.FilingRetry || len(w.commits()) != 0 {
		t.Errorf("%+v, %d records", out, len(w.commits()))
	}
}

// An original that changes between hashing and sending breaks the request off
// before it is complete.
func TestOriginalThatChangesUnderWayIsNotRecorded(t *testing.T) {
	w := newWorld(t, setup{})
	f := w.filing(1)
	doc := string(w.docs[f.Report.SHA256])
	n := 0
	out := w.client.Submit(context.Background(), f, func() (io.ReadCloser, int64, error) {
		n++
		if n == 2 {
			doc = doc[:len(doc)-1] + "!"
		}
		return io.NopCloser(strings.NewReader(doc)), int64(len(doc)), nil
	}, always)
	w.pass(time.Hour)
	if out.Result != schemas.FilingUnknown || len(w.commits()) != 0 {
		t.Errorf("%+v, %d records", out, len(w.commits()))
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	w := newWorld(t, setup{})
	for fault, want := range map[string]time.Duration{"rate-limit;delay=7s": 7 * time.Second, "maintenance;delay=95s": 95 * time.Second} {
		c := w.newClient(municipal.Options{Headers: http.Header{sandbox.FaultHeader: {fault}}})
		f := w.filing(1)
		out := c.Submit(context.Background(), f, w.original(f), always)
		if out.Result != schemas.FilingRetry || out.RetryAfter != want {
			t.Errorf("%s: %s after %v", fault, out.Result, out.RetryAfter)
		}
		_, err := c.List(context.Background(), w.clock.Now())
		var later interface{ RetryAfter() time.Duration }
		if schemas.KindOf(err) != schemas.KindUnavailable || !errors.As(err, &later) || later.RetryAfter() != want {
			t.Errorf("%s: list says %v", fault, err)
		}
	}
}

// The platform counts each request in any second of its own clock; a backlog
// must drain at the configured rate and never above it.
func TestBacklogDrainsAtTheConfiguredRate(t *testing.T) {
	w := newWorld(t, setup{
		patch: "rate: {per_second: 5, burst: 1, max_wait: 5s}\n",
		box:   func(o *sandbox.Options) { o.RatePerSecond = 5 },
	})
	start := w.clock.Now()
	for i := range 60 {
		f := w.filing(i)
		if out := w.client.Submit(context.Background(), f, w.original(f), always); out.Result != schemas.FilingAccepted {
			t.Fatalf("%d: %+v", i, out)
		}
	}
	if took := w.clock.Now().Sub(start); took < 11*time.Second || took > 13*time.Second {
		t.Errorf("60 reports at 5 a second took %v", took)
	}
}

func TestLongQueueIsPutBackInsteadOfHeld(t *testing.T) {
	w := newWorld(t, setup{patch: "rate: {per_second: 0.1, burst: 1, max_wait: 5s}\n"})
	f, g := w.filing(1), w.filing(2)
	w.client.Submit(context.Background(), f, w.original(f), always)
	out := w.client.Submit(context.Background(), g, w.original(g), never(t))
	if out.Result != schemas.FilingRetry || out.RetryAfter < 9*time.Second || out.RetryAfter > 10*time.Second {
		t.Errorf("%+v", out)
	}
	// Giving up a place must not make the queue longer.
	w.clock.Advance(10 * time.Second)
	if out := w.client.Submit(context.Background(), g, w.original(g), always); out.Result != schemas.FilingAccepted {
		t.Errorf("in its turn: %+v", out)
	}
}

func TestCircuitOpensAndCloses(t *testing.T) {
	w := newWorld(t, setup{patch: "breaker: {failures: 3, open_for: 50ms}\nrate: {per_second: 1000, burst: 1000}\n"})
	ctx := context.Background()
	if err := w.box.AddRule(sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.Maintenance}, Times: 3}); err != nil {
		t.Fatal(err)
	}
	f := w.filing(1)
	for range 3 {
		w.client.Submit(ctx, f, w.original(f), always)
	}
	if s := w.client.Circuit(); s != "open" {
		t.Fatalf("circuit %s after three failures", s)
	}
	out := w.client.Submit(ctx, f, w.original(f), never(t))
	if out.Result != schemas.FilingRetry || out.RetryAfter <= 0 {
		t.Errorf("with an open circuit: %+v", out)
	}
	w.clock.Advance(50 * time.Millisecond)
	if s := w.client.Circuit(); s != "half-open" {
		t.Fatalf("after open_for by the client's clock the circuit is %s", s)
	}
	if out := w.client.Submit(ctx, f, w.original(f), always); out.Result != schemas.FilingAccepted || w.client.Circuit() != "closed" {
		t.Errorf("after recovery: %+v, circuit %s", out, w.client.Circuit())
	}
}

// One report that the platform refuses must not stop the others.
func TestRefusedReportsDoNotOpenTheCircuit(t *testing.T) {
	w := newWorld(t, setup{patch: "breaker: {failures: 2, open_for: 1h}\nrate: {per_second: 1000, burst: 1000}\n"})
	for i := range 5 {
		f := w.filing(i)
		f.SupersedesReceipt = "ZHFA-20200101-000001"
		out := w.client.Submit(context.Background(), f, w.original(f), always)
		if out.Result != schemas.FilingFinal || !strings.Contains(strings.Join(out.Reasons, ""), "UNKNOWN_RECEIPT") {
			t.Fatalf("%+v", out)
		}
	}
	if s := w.client.Circuit(); s != "closed" {
		t.Errorf("circuit %s", s)
	}
}

func TestClockOfThePlatformIsLearnt(t *testing.T) {
	w := newWorld(t, setup{})
	fast := newClock()
	fast.Advance(37 * time.Minute)
	c := w.newClient(municipal.Options{Clock: fast.Now})
	f := w.filing(1)
	first := c.Submit(context.Background(), f, w.original(f), always)
	if first.Result != schemas.FilingRetry || first.RetryAfter != time.Second {
		t.Fatalf("with a wrong clock: %+v", first)
	}
	if out := c.Submit(context.Background(), f, w.original(f), always); out.Result != schemas.FilingAccepted {
		t.Errorf("after learning: %+v", out)
	}
}

func TestConnectionIsReused(t *testing.T) {
	w := newWorld(t, setup{patch: "rate: {per_second: 1000, burst: 1000}\n"})
	var opened atomic.Int32
	s := httptest.NewUnstartedServer(w.box)
	s.Config.ConnState = func(_ net.Conn, st http.ConnState) {
		if st == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	c := w.newClient(municipal.Options{BaseURL: s.URL + sandbox.Prefix})
	for i := range 20 {
		f := w.filing(i)
		if out := c.Submit(context.Background(), f, w.original(f), always); out.Result != schemas.FilingAccepted {
			t.Fatal(out)
		}
	}
	if n := opened.Load(); n != 1 {
		t.Errorf("%d connections for 20 requests", n)
	}
	c.Close()
}

// bigDocument is a PDF of n bytes that exists only while it is read.
type bigDocument struct{ at, size int64 }

func (d *bigDocument) Read(p []byte) (int, error) {
	if d.at == d.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), d.size-d.at))
	clear(p[:n])
	if d.at == 0 {
		copy(p[:n], "%PDF-1.7\n")
	}
	d.at += int64(n)
	return n, nil
}

func TestLargeOriginalIsStreamed(t *testing.T) {
	const size = 32 << 20
	w := newWorld(t, setup{patch: "rate: {per_second: 1000, burst: 1000}\n"})
	f := w.filing(1)
	f.Report.Size = size
	f.Report.SHA256, f.Report.SM3 = hashes(t, &bigDocument{size: size})
	open := func() (io.ReadCloser, int64, error) { return io.NopCloser(&bigDocument{size: size}), size, nil }
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	out := w.client.Submit(context.Background(), f, open, always)
	runtime.ReadMemStats(&after)
	if out.Result != schemas.FilingAccepted {
		t.Fatalf("%+v", out)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > size/8 {
		t.Errorf("filing %d MiB allocated %d MiB", size>>20, grown>>20)
	}
}

func TestPreviewIsTheRequestAndKeepsTheSecret(t *testing.T) {
	for _, name := range municipal.ShippedProfiles() {
		w := newWorld(t, setup{profile: name})
		f := w.filing(1)
		p, err := w.client.Preview(f, w.original(f))
		if err != nil || len(p.Problems) > 0 {
			t.Fatalf("%s: %+v (%v)", name, p, err)
		}
		out := w.client.Submit(context.Background(), f, w.original(f), always)
		if p.RequestHash != out.Attempt.RequestSHA256 {
			t.Errorf("%s: preview of another request", name)
		}
		text := p.String()
		for _, want := range []string{"POST " + w.http.URL + "/openapi/v1/filings", "CQJJ-2026-0001", "Idempotency-Key: " + f.Delivery.IdempotencyKey, p.SignedString, f.Report.SHA256} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: preview lacks %q", name, want)
			}
		}
		if strings.Contains(text, testSecret) || strings.Contains(text, "PRIVATE KEY") {
			t.Errorf("%s: preview shows a secret", name)
		}
	}
	w := newWorld(t, setup{})
	f := w.filing(1)
	f.Assessment.Report.Address = ""
	if p, err := w.client.Preview(f, w.original(f)); err != nil || len(p.Problems) != 1 || !strings.Contains(p.String(), "不能报送") {
		t.Errorf("preview of an unfit report: %+v (%v)", p, err)
	}
}
