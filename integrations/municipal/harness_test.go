package municipal_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"jianding/integrations/municipal"
	"jianding/integrations/sandbox"
	"jianding/schemas"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/smx509"
)

// clock is a driven clock shared by client and sandbox. Sleepers wake when it
// is advanced past their time.
type clock struct {
	mu   sync.Mutex
	now  time.Time
	wait map[chan struct{}]time.Time
	held func() // called when a request is held up
}

// aHold is the longest sleep that is a request held up by the sandbox; longer
// ones are its background work.
const aHold = time.Second

func newClock() *clock {
	return &clock{now: time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC), wait: map[chan struct{}]time.Time{}}
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	if d <= 0 {
		c.mu.Unlock()
		return nil
	}
	ch := make(chan struct{})
	c.wait[ch] = c.now.Add(d)
	held := c.held
	c.mu.Unlock()
	if held != nil && d <= aHold {
		held()
	}
	select {
	case <-ch:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	for ch, at := range c.wait {
		if !at.After(c.now) {
			close(ch)
			delete(c.wait, ch)
		}
	}
}

// whenHeld sets what happens when a request is held up.
func (c *clock) whenHeld(f func()) { c.mu.Lock(); defer c.mu.Unlock(); c.held = f }

// forward is a sleep that makes time pass by itself.
func (c *clock) forward(_ context.Context, d time.Duration) error { c.Advance(d); return nil }

// world is a client and a sandbox that talk over a real connection.
type world struct {
	t       *testing.T
	clock   *clock
	box     *sandbox.Server
	client  *municipal.Client
	log     string
	http    *httptest.Server
	profile *municipal.Profile
	secrets municipal.Secrets
	docs    map[string][]byte // by sha256
}

type setup struct {
	profile string
	patch   string // appended to the profile
	box     func(*sandbox.Options)
}

const testSecret = "0123456789abcdef0123456789abcdef"

func sm2Pair(t *testing.T) (private, public []byte) {
	t.Helper()
	k, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p, err := smx509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	q, err := smx509.MarshalPKIXPublicKey(k.Public())
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: p}), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: q})
}

// quick has no limits that a test does not ask for. Its time-outs are long: a
// request that the sandbox holds up is given up by [world.patience] instead.
const quick = `
timeouts: {connect: 30s, answer: 30s, total: 60s, settle: 30s}
rate: {per_second: 1000, burst: 1000}
breaker: {failures: 1000, open_for: 1s}
`

// quickProfile is what most worlds use; a profile does not change once loaded.
var quickProfile = sync.OnceValues(func() (*municipal.Profile, error) {
	return municipal.LoadProfile([]byte("extends: reference-hmac-sha256\nname: test\n" + quick))
})

func newWorld(t *testing.T, s setup) *world {
	t.Helper()
	w := &world{t: t, clock: newClock(), log: filepath.Join(t.TempDir(), "commits.jsonl"), docs: map[string][]byte{}}
	if s.profile == "" {
		s.profile = "reference-hmac-sha256"
	}
	schemes := map[string]string{"reference-hmac-sha256": sandbox.SchemeHMACSHA256, "reference-hmac-sm3": sandbox.SchemeHMACSM3,
		"reference-sm2": sandbox.SchemeSM2, "dg-work": sandbox.SchemeDGWork}
	if s.patch == "" {
		s.patch = quick
	}
	var clientPriv, clientPub, platformPriv, platformPub []byte
	if s.profile == "reference-sm2" {
		clientPriv, clientPub = sm2Pair(t)
		platformPriv, platformPub = sm2Pair(t)
	}
	opt := sandbox.Options{Scheme: schemes[s.profile], AppID: "jiangjin", Secret: testSecret, ClientKeyPEM: clientPub,
		PlatformKeyPEM: platformPriv, CommitLog: w.log, Clock: w.clock.Now, Sleep: w.clock.Sleep, DecideAfter: -1}
	if s.box != nil {
		s.box(&opt)
	}
	var err error
	if w.box, err = sandbox.New(opt); err != nil {
		t.Fatal(err)
	}
	w.http = httptest.NewServer(w.box)
	t.Cleanup(func() {
		w.box.Close()
		w.http.CloseClientConnections()
		w.http.Close()
	})
	if s.profile == "reference-hmac-sha256" && s.patch == quick {
		w.profile, err = quickProfile()
	} else {
		w.profile, err = municipal.LoadProfile([]byte("extends: " + s.profile + "\nname: test\n" + s.patch))
	}
	if err != nil {
		t.Fatal(err)
	}
	w.secrets = municipal.Secrets{AppID: "jiangjin", Secret: testSecret, PrivateKeyPEM: municipal.Secret(clientPriv), PlatformKeyPEM: string(platformPub)}
	w.client = w.newClient(municipal.Options{})
	return w
}

func (w *world) newClient(o municipal.Options) *municipal.Client {
	w.t.Helper()
	if o.BaseURL == "" {
		o.BaseURL = w.http.URL + sandbox.Prefix
	}
	if o.Clock == nil {
		o.Clock = w.clock.Now
	}
	if o.Sleep == nil {
		o.Sleep = w.clock.forward
	}
	c, err := municipal.New(w.profile, w.secrets, o)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { c.Close() })
	return c
}

// filing makes filing n, with a document of its own.
func (w *world) filing(n int) schemas.Filing {
	f, _ := municipal.SampleFiling()
	doc := []byte(fmt.Sprintf("%%PDF-1.7\n%% report %d\n", n))
	s2, s3 := sha256.Sum256(doc), sm3.Sum(doc)
	f.Report.SHA256, f.Report.SM3, f.Report.Size = hex.EncodeToString(s2[:]), hex.EncodeToString(s3[:]), int64(len(doc))
	f.Report.ReportNo = fmt.Sprintf("CQJJ-2026-%04d", n)
	f.Assessment.Report.ReportNo = f.Report.ReportNo
	f.Delivery.IdempotencyKey = fmt.Sprintf("jd-test-%06d", n)
	w.docs[f.Report.SHA256] = doc
	return f
}

func (w *world) original(f schemas.Filing) municipal.Original {
	doc := w.docs[f.Report.SHA256]
	return func() (io.ReadCloser, int64, error) { return io.NopCloser(bytes.NewReader(doc)), int64(len(doc)), nil }
}

func (w *world) commits() []sandbox.Entry {
	w.t.Helper()
	c, err := sandbox.ReadCommits(w.log)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func always(string, string) error { return nil }

// signed makes the headers T, N, S of a callback with code of its own.
func signed(now time.Time, body string) http.Header {
	sum := sha256.Sum256([]byte(body))
	ts := fmt.Sprint(now.Unix())
	m := hmac.New(sha256.New, []byte(testSecret))
	fmt.Fprintf(m, "%s\n%s\n%s", ts, "nonce-0001", hex.EncodeToString(sum[:]))
	return http.Header{"T": {ts}, "N": {"nonce-0001"}, "S": {hex.EncodeToString(m.Sum(nil))}}
}

func hashes(t *testing.T, r io.Reader) (sha256hex, sm3hex string) {
	t.Helper()
	s2, s3 := sha256.New(), sm3.New()
	if _, err := io.Copy(io.MultiWriter(s2, s3), r); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(s2.Sum(nil)), hex.EncodeToString(s3.Sum(nil))
}

func containsSecret(text string, s municipal.Secrets) bool {
	return strings.Contains(text, string(s.Secret)) || s.PrivateKeyPEM != "" && strings.Contains(text, "PRIVATE KEY")
}
