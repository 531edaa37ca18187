package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"jianding/intake/assessment"
	"jianding/integrations/sandbox"
	"jianding/schemas"
	"jianding/storage/ledger"
)

const envAsProgram = "JIANDING_TEST_AS_PROGRAM"

// TestMain lets the test binary stand in for the program, so that tests can
// start it, kill it and start it again without building anything.
func TestMain(m *testing.M) {
	assessment.ChildMain()
	if os.Getenv(envAsProgram) != "" {
		main()
		return
	}
	code := m.Run()
	if raceDetector {
		_ = os.RemoveAll(plainDir())
	}
	os.Exit(code)
}

// programFile is what stands in for the program in tests that count: this
// test binary or, when that has the race detector in it, a plain build. What
// matters there is how much happens between two kills, and the detector makes
// it a tenth. The house under the detector is TestDemo.
func programFile(t testing.TB) string {
	t.Helper()
	if !raceDetector {
		return os.Args[0]
	}
	plainOnce.Do(func() {
		out, err := exec.Command("go", "build", "-o", filepath.Join(plainDir(), "jianding"), ".").CombinedOutput()
		if err != nil {
			plainErr = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if plainErr != nil {
		t.Fatal(plainErr)
	}
	return filepath.Join(plainDir(), "jianding")
}

var (
	plainOnce sync.Once
	plainErr  error
)

func plainDir() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("jianding-plain-%d", os.Getpid()))
}

// parts of a house that stand outside of it and survive its crashes.
type outside struct {
	sandbox   *sandbox.Server
	platform  *httptest.Server
	commits   string
	committee *committee
}

const (
	testAppID  = "house-test"
	testSecret = "0123456789abcdef0123456789abcdef"
)

func newOutside(t testing.TB, noDuplicateCheck bool) *outside {
	t.Helper()
	o := &outside{commits: filepath.Join(t.TempDir(), "commits.jsonl"), committee: newCommittee(t)}
	var err error
	o.sandbox, err = sandbox.New(sandbox.Options{Scheme: "hmac-sha256", AppID: testAppID, Secret: testSecret, CommitLog: o.commits, NoDuplicateCheck: noDuplicateCheck})
	if err != nil {
		t.Fatal(err)
	}
	o.platform = httptest.NewServer(o.sandbox)
	t.Cleanup(func() { o.platform.Close(); o.sandbox.Close() })
	return o
}

// committee counts the messages that its webhook gets.
type committee struct {
	server *httptest.Server
	mu     sync.Mutex
	// told holds, by case reference, how often each message id came.
	told map[string]map[string]int
}

func newCommittee(t testing.TB) *committee {
	c := &committee{told: map[string]map[string]int{}}
	c.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var e struct{ Data schemas.Message }
		body, _ := io.ReadAll(r.Body)
		if json.Unmarshal(body, &e) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.told[e.Data.CaseRef] == nil {
			c.told[e.Data.CaseRef] = map[string]int{}
		}
		c.told[e.Data.CaseRef][r.Header.Get("webhook-id")]++
	}))
	t.Cleanup(c.server.Close)
	return c
}

// house is a running server process with its configuration.
type house struct {
	t      testing.TB
	config string
	cfg    map[string]any
	dir    string
	addr   string
	cmd    *exec.Cmd
	log    *os.File
}

// newHouse writes a configuration; more changes it before it is written.
func newHouse(t testing.TB, o *outside, trust string, more func(map[string]any)) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir(), addr: freeAddr(t)}
	h.cfg = map[string]any{
		"listen": h.addr, "data_dir": filepath.Join(h.dir, "data"), "trust_dir": trust,
		"platform": map[string]any{"base_url": o.platform.URL + sandbox.Prefix, "app_id": testAppID, "secret": testSecret, "manual": false,
			"profile": fastProfile(t)},
		"channels": map[string]any{"committee": map[string]any{"type": "webhook", "base_url": o.committee.server.URL, "allow_private": true,
			"secret": "whsec_" + base64.StdEncoding.EncodeToString([]byte(testSecret))}},
		"ladder": map[string]any{
			"contacts":    []any{map[string]any{"name": "值班", "addresses": []any{map[string]any{"channel": "committee", "address": o.committee.server.URL}}}},
			"steps":       []any{map[string]any{"contacts": []any{"值班"}, "wait": "30m"}},
			"last_resort": []any{"值班"},
		},
		"assessment": map[string]any{"processes": 2},
		"workers":    map[string]any{"sweep": "200ms"},
	}
	if more != nil {
		more(h.cfg)
	}
	raw, err := yaml.Marshal(h.cfg)
	if err != nil {
		t.Fatal(err)
	}
	h.config = filepath.Join(h.dir, "jianding.yaml")
	if err := os.WriteFile(h.config, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if h.log, err = os.Create(filepath.Join(h.dir, "server.log")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		h.kill()
		if t.Failed() {
			tail, _ := os.ReadFile(h.log.Name())
			t.Logf("server log (end):\n%s", tail[max(0, len(tail)-6000):])
		}
	})
	return h
}

// fastProfile is the shipped profile without its patience: the tests count
// filings. After a kill in mid-attempt "not found" is believed only when the
// lost request can no longer arrive, so the time-outs are short.
func fastProfile(t testing.TB) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "platform.yaml")
	if err := os.WriteFile(file, []byte(`extends: reference-hmac-sha256
name: fast
rate: {per_second: 500, burst: 500, max_wait: 5s}
timeouts: {connect: 2s, answer: 5s, total: 6s, continue: 1s, settle: 2s}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func freeAddr(t testing.TB) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

func (h *house) url() string { return "http://" + h.addr }

// start runs the server and waits until it is ready.
func (h *house) start() {
	h.t.Helper()
	h.cmd = exec.Command(programFile(h.t), "serve", "--config", h.config)
	h.cmd.Env = append(os.Environ(), envAsProgram+"=1")
	h.cmd.Stdout, h.cmd.Stderr = h.log, h.log
	// Its children die with it, as on a machine that loses power.
	h.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if err := h.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.eventually("the server is ready", time.Minute, func() bool {
		resp, err := http.Get(h.url() + "/healthz")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// kill ends the server and its children without any warning.
func (h *house) kill() {
	if h.cmd == nil {
		return
	}
	_ = syscall.Kill(-h.cmd.Process.Pid, syscall.SIGKILL)
	_ = h.cmd.Wait()
	h.cmd = nil
}

func (h *house) eventually(what string, limit time.Duration, ok func() bool) {
	h.t.Helper()
	deadline := time.Now().Add(limit)
	for !ok() {
		if time.Now().After(deadline) {
			h.t.Fatalf("not within %s: %s", limit, what)
		}
		<-time.After(50 * time.Millisecond)
	}
}

// open looks into the house's ledger from outside.
func (h *house) open() (*ledger.Ledger, config) {
	h.t.Helper()
	cfg, err := loadConfig(h.config)
	if err != nil {
		h.t.Fatal(err)
	}
	l, err := openLedger(context.Background(), cfg)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { l.Close() })
	return l, cfg
}

// tokens mints a token for every agency of the register.
func (h *house) tokens() map[string]string {
	h.t.Helper()
	l, _ := h.open()
	all, err := l.Agencies(context.Background())
	if err != nil || len(all) == 0 {
		h.t.Fatalf("register: %d agencies, %v", len(all), err)
	}
	out := map[string]string{}
	for _, a := range all {
		if out[a.ID], err = mintToken(context.Background(), l, a.ID, "test", time.Now()); err != nil {
			h.t.Fatal(err)
		}
	}
	return out
}

// program runs one command line in a process of its own.
func program(ctx context.Context, t testing.TB, env []string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, programFile(t), args...)
	cmd.Env = append(append(os.Environ(), envAsProgram+"=1"), env...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		return out.Bytes(), fmt.Errorf("%v: %w\n%s", args, err, errOut.String())
	}
	return out.Bytes(), nil
}
