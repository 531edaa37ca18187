package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jianding/cmd/loadgen/mill"
	"jianding/integrations/sandbox"
	"jianding/schemas"
	"jianding/storage/ledger"
)

var (
	kills    = flag.Int("kills", 0, "how often the crash test kills the server (default 5, in CI 20)")
	killSeed = flag.Uint64("kill-seed", 1, "seed of the crash test")
)

// A server that is killed at random moments under continuous submission loses
// nothing, files nothing twice and tells of every hazard. At the end the count
// is taken from the raw files and from what agencies, platform and committee
// saw, not from the program's own counters. The sandbox's duplicate check is
// off: the client must not send twice what it could have asked about.
func TestNothingIsLostOrDoubledByCrashes(t *testing.T) {
	t.Parallel() // it waits for a server of its own
	o := newOutside(t, true)
	runCrashes(t, o, nil, nil)
}

// runCrashes kills, restarts and counts. disturb is called between a kill and
// the next start.
func runCrashes(t *testing.T, o *outside, more func(map[string]any), disturb func(round int)) {
	n := *kills
	if n == 0 {
		n = 5
		if os.Getenv("CI") != "" {
			n = 20
		}
	}
	m, err := mill.New(*killSeed)
	if err != nil {
		t.Fatal(err)
	}
	trust := filepath.Join(t.TempDir(), "trust")
	if err := m.WriteTrust(trust); err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, o, trust, more)
	h.start()
	s := &submitters{m: m, url: h.url(), tokens: h.tokens(), dir: t.TempDir()}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for range 3 {
		running.Go(func() { s.run(ctx) })
	}
	r := rand.New(rand.NewPCG(*killSeed, 7))
	for round := range n {
		if round%2 == 1 {
			// However slow the machine is, half of the kills hit a house at work.
			before := s.promises()
			h.eventually("reports come in again", 2*time.Minute, func() bool { return s.promises() > before+1 })
		}
		<-time.After(time.Duration(200+r.IntN(1500)) * time.Millisecond)
		h.kill()
		if disturb != nil {
			disturb(round)
		}
		h.start()
	}
	stop()
	running.Wait()
	countAfterCrashes(t, h, o, s)
}

// submitters send reports for as long as the test runs, and keep what they
// were promised.
type submitters struct {
	m      *mill.Mill
	url    string
	tokens map[string]string
	dir    string
	sent   atomic.Int64

	mu       sync.Mutex
	receipts []promise
}

func (s *submitters) promises() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.receipts)
}

// promise is a receipt that an agency holds.
type promise struct {
	receiptNo, id string
	report        mill.Report
}

func (s *submitters) run(ctx context.Context) {
	for ctx.Err() == nil {
		n := s.sent.Add(1)
		r, err := s.m.Next(n%5 == 0, 0)
		if err != nil {
			panic(err)
		}
		file := filepath.Join(s.dir, r.Name)
		if err := os.WriteFile(file, r.PDF, 0o600); err != nil {
			panic(err)
		}
		// As an agency does: the same file again until there is a receipt,
		// also when the test is about to end. Every third goes as a resumable
		// upload, whatever its size.
		o := submitOptions{server: s.url, token: s.tokens[r.Agency], attempts: 40, quiet: true, state: filepath.Join(s.dir, "state"), stall: 20 * time.Second}
		if n%3 == 0 {
			o.pieces = 1
		}
		got := newSender(o, io.Discard).submit(context.WithoutCancel(ctx), file, nil)
		if got.Error != "" {
			continue
		}
		var p struct {
			ReceiptNo string `json:"receipt_no"`
			ID        string `json:"report_id"`
		}
		if err := json.Unmarshal(got.Receipt, &p); err != nil {
			panic(err)
		}
		s.mu.Lock()
		s.receipts = append(s.receipts, promise{p.ReceiptNo, p.ID, r})
		s.mu.Unlock()
	}
}

func countAfterCrashes(t *testing.T, h *house, o *outside, s *submitters) {
	t.Helper()
	ctx := context.Background()
	l, cfg := h.open()
	deadline := time.Now().Add(4 * time.Minute)
	for open := stillOwed(l); len(open) > 0; open = stillOwed(l) {
		if time.Now().After(deadline) {
			for _, o := range open {
				t.Errorf("still owed: %+v", o)
			}
			break
		}
		<-time.After(100 * time.Millisecond)
	}
	st, err := openOriginals(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	reports, seen := 0, map[string]string{}
	for f := (schemas.ReportFilter{Limit: 500}); ; {
		rs, next, err := l.Reports(ctx, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rs {
			reports++
			if seen[r.SHA256] != "" {
				t.Errorf("%s and %s are the same document", seen[r.SHA256], r.ReceiptNo)
			}
			seen[r.SHA256] = r.ReceiptNo
		}
		if next == "" {
			break
		}
		f.Cursor = next
	}
	if len(s.receipts) == 0 || reports < len(s.receipts) {
		t.Errorf("%d receipts given, %d reports kept", len(s.receipts), reports)
	}
	commits, err := sandbox.ReadCommits(o.commits)
	if err != nil {
		t.Fatal(err)
	}
	filed := map[string]int{}
	for _, c := range commits {
		filed[c.Record.SHA256]++
	}
	red := 0
	for _, p := range s.receipts {
		sum := sha256.Sum256(p.report.PDF)
		sha := hex.EncodeToString(sum[:])
		checkPromise(t, p, sha, seen, st)
		r, err := l.Report(ctx, p.id)
		if err != nil {
			t.Errorf("%s: %v", p.receiptNo, err)
			continue
		}
		want := 0
		if r.Status == schemas.ReportAccepted {
			want = 1
		}
		if filed[sha] != want {
			t.Errorf("%s (%s): %d records on the platform, want %d", p.receiptNo, r.Status, filed[sha], want)
		}
		if p.report.Red() {
			red++
			checkHazard(t, h, o, r)
		}
	}
	if red == 0 || len(filed) == 0 {
		t.Errorf("%d reports with a hazard, %d filed: the test has no meaning", red, len(filed))
	}
	t.Logf("%d receipts, %d of them red, %d reports kept, %d commits on the platform", len(s.receipts), red, reports, len(commits))
}

// stillOwed lists what must be done before it can be counted.
func stillOwed(l *ledger.Ledger) []schemas.Obligation {
	var open []schemas.Obligation
	for _, kind := range []schemas.ObligationKind{schemas.OweAssess, schemas.OweFile, schemas.OweNotify} {
		os, _, err := l.Obligations(context.Background(), schemas.ObligationFilter{Kind: kind, State: schemas.ObligationOpen, Limit: 500})
		if err != nil {
			return []schemas.Obligation{{Kind: kind, LastError: err.Error()}}
		}
		open = append(open, os...)
	}
	due, err := l.DueOf(context.Background(), time.Now(), []schemas.ObligationKind{schemas.OweEscalate}, 500)
	if err != nil {
		return []schemas.Obligation{{Kind: schemas.OweEscalate, LastError: err.Error()}}
	}
	return append(open, due...)
}

// checkPromise compares what the agency was promised with what is kept.
func checkPromise(t *testing.T, p promise, sha string, seen map[string]string, st store) {
	t.Helper()
	if seen[sha] != p.receiptNo {
		t.Errorf("receipt %s: the ledger has %q for its document", p.receiptNo, seen[sha])
	}
	f, _, err := st.Open(context.Background(), sha)
	if err != nil {
		t.Errorf("%s: original: %v", p.receiptNo, err)
		return
	}
	defer f.Close()
	kept, err := io.ReadAll(f)
	if err != nil || !bytes.Equal(kept, p.report.PDF) {
		t.Errorf("%s: the original differs (%v)", p.receiptNo, err)
	}
}

// checkHazard: exactly one case for the report, and its first message came,
// under one id.
func checkHazard(t *testing.T, h *house, o *outside, r schemas.Report) {
	t.Helper()
	l, _ := h.open()
	if r.CaseID == "" {
		t.Errorf("%s (%s): a hazard without a case (%s, hazard %s)", r.ReceiptNo, r.Filename, r.Status, r.Hazard)
		return
	}
	c, err := l.Case(context.Background(), r.CaseID)
	if err != nil {
		t.Errorf("%s: %v", r.ReceiptNo, err)
		return
	}
	if c.ReportID != r.ID {
		t.Errorf("%s: its case belongs to report %s", r.ReceiptNo, c.ReportID)
	}
	ns, err := l.CaseNotifications(context.Background(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	o.committee.mu.Lock()
	defer o.committee.mu.Unlock()
	told := o.committee.told[c.Ref]
	if len(told) != len(ns) || len(ns) == 0 {
		t.Errorf("%s: the committee saw %d message ids, the ledger has %d", c.Ref, len(told), len(ns))
	}
}
