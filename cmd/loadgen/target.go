package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/go-resty/resty/v2"

	"jianding/cmd/loadgen/mill"
	"jianding/schemas"
)

// target is a server of our own: embedded parts, the mill's register, and a
// webhook of ours as the committee. Filing is by hand, so that no platform
// shares the machine.
type target struct {
	program, config, url string
	tokens               map[string]string
	cmd                  *exec.Cmd
	dir                  string
	hook                 *http.Server

	mu      sync.Mutex
	waiting map[string]time.Time // receipt, by SHA-256
	early   map[string]time.Time // told before the receipt was read
	delays  []time.Duration
}

func startTarget(ctx context.Context, program string, m *mill.Mill) (*target, error) {
	t := &target{program: program, waiting: map[string]time.Time{}, early: map[string]time.Time{}, tokens: map[string]string{}}
	var err error
	if t.dir, err = os.MkdirTemp("", "jianding-load-"); err != nil {
		return nil, err
	}
	trust := filepath.Join(t.dir, "trust")
	if err := m.WriteTrust(trust); err != nil {
		return nil, err
	}
	hook, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	t.hook = &http.Server{Handler: http.HandlerFunc(t.receive), ReadHeaderTimeout: 10 * time.Second}
	go t.hook.Serve(hook) //nolint:errcheck // ends with Close
	probe, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := probe.Addr().String()
	probe.Close()
	t.url, t.config = "http://"+addr, filepath.Join(t.dir, "jianding.yaml")
	if err := os.WriteFile(t.config, []byte(fmt.Sprintf(`listen: %s
data_dir: %s
trust_dir: %s
log: {level: error}
channels: {hook: {type: webhook, base_url: "http://%s/", allow_private: true, secret: "whsec_%s"}}
ladder:
  contacts: [{name: 值班, addresses: [{channel: hook, address: "http://%s/"}]}]
  steps: [{contacts: [值班], wait: 30m}]
  last_resort: [值班]
`, addr, filepath.Join(t.dir, "data"), trust, hook.Addr(), base64.StdEncoding.EncodeToString(make([]byte, 32)), hook.Addr())), 0o600); err != nil {
		return nil, err
	}
	t.cmd = exec.CommandContext(ctx, program, "serve", "--config", t.config)
	t.cmd.Stderr = os.Stderr
	if err := t.cmd.Start(); err != nil {
		return nil, err
	}
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	for _, a := range m.Agencies() {
		out, err := t.run("agency", "token", "add", a.ID)
		if err != nil {
			return nil, err
		}
		t.tokens[a.ID] = strings.TrimSpace(out)
	}
	return t, nil
}

func (t *target) run(args ...string) (string, error) {
	out, err := exec.Command(t.program, append(args, "--config", t.config)...).Output()
	if err != nil {
		return "", fmt.Errorf("%v: %w", args, err)
	}
	return string(out), nil
}

func (t *target) ready(ctx context.Context) error {
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		if resp, err := http.Get(t.url + "/readyz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		if !until(ctx, time.Now().Add(100*time.Millisecond)) {
			return ctx.Err()
		}
	}
	return fmt.Errorf("%s is not ready", t.url)
}

// receive is the committee's end of the webhook.
func (t *target) receive(_ http.ResponseWriter, r *http.Request) {
	now := time.Now()
	var e struct{ Data schemas.Message }
	if json.NewDecoder(r.Body).Decode(&e) != nil || e.Data.SHA256 == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if at, ok := t.waiting[e.Data.SHA256]; ok {
		delete(t.waiting, e.Data.SHA256)
		t.delays = append(t.delays, now.Sub(at))
		return
	}
	t.early[e.Data.SHA256] = now
}

// expect waits for the message of a red report from its receipt on.
func (t *target) expect(r mill.Report, receipt time.Time) {
	sum := sha256.Sum256(r.PDF)
	sha := hex.EncodeToString(sum[:])
	t.mu.Lock()
	defer t.mu.Unlock()
	if at, ok := t.early[sha]; ok {
		t.delays = append(t.delays, max(0, at.Sub(receipt)))
		return
	}
	t.waiting[sha] = receipt
}

func (t *target) told() []time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]time.Duration(nil), t.delays...)
}

// drain waits until every red report was told of, for two minutes at most.
func (t *target) drain(ctx context.Context, _ []sample) {
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); {
		t.mu.Lock()
		left := len(t.waiting)
		t.mu.Unlock()
		if left == 0 || !until(ctx, time.Now().Add(100*time.Millisecond)) {
			return
		}
	}
}

// kept counts the reports that the server lists, over its API as an officer's
// tool would: agency by agency.
func (t *target) kept() (int, error) {
	n := 0
	for _, token := range t.tokens {
		for cursor := ""; ; {
			var page struct {
				Items []json.RawMessage `json:"items"`
				Next  string            `json:"next"`
			}
			resp, err := resty.New().R().SetAuthToken(token).SetQueryParams(map[string]string{"limit": "500", "cursor": cursor}).
				SetResult(&page).Get(t.url + "/v1/reports")
			if err != nil {
				return n, err
			}
			if resp.IsError() {
				return n, fmt.Errorf("listing reports: HTTP %d", resp.StatusCode())
			}
			n += len(page.Items)
			if page.Next == "" {
				break
			}
			cursor = page.Next
		}
	}
	return n, nil
}

func (t *target) stop() {
	_ = t.cmd.Process.Signal(os.Interrupt)
	_ = t.cmd.Wait()
	_ = t.hook.Close()
	os.RemoveAll(t.dir)
}
