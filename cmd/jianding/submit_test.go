package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"jianding/cmd/loadgen/mill"
)

// A large upload goes on where it was, whoever broke off: the server killed in
// mid-upload, then the command itself. Nothing is sent from the beginning
// again, and a third run gets the same receipt.
func TestAnInterruptedUploadGoesOn(t *testing.T) {
	m, err := mill.New(1)
	if err != nil {
		t.Fatal(err)
	}
	trust := filepath.Join(t.TempDir(), "trust")
	if err := m.WriteTrust(trust); err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, newOutside(t, false), trust, nil)
	h.start()
	token := ""
	for _, v := range h.tokens() {
		token = v
	}
	const size = 24 << 20
	doc := append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("0123456789abcde\n"), size/16)...)
	gate := newGate(t, h.addr)
	submit := func(name string, content []byte) *exec.Cmd {
		file := filepath.Join(h.dir, name)
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(programFile(t), "submit", "--server", "http://"+gate.addr, "--state", filepath.Join(h.dir, "state"), "--attempts", "20", "--json", file)
		cmd.Env = append(os.Environ(), envAsProgram+"=1", "JIANDING_TOKEN="+token)
		cmd.Stdout, cmd.Stderr = new(bytes.Buffer), new(bytes.Buffer)
		return cmd
	}
	receipt := func(cmd *exec.Cmd, err error) string {
		t.Helper()
		var s struct {
			Receipt struct {
				ReceiptNo string `json:"receipt_no"`
			}
		}
		out := cmd.Stdout.(*bytes.Buffer).Bytes()
		if jerr := json.Unmarshal(out, &s); err != nil || jerr != nil || s.Receipt.ReceiptNo == "" {
			t.Fatalf("%v %v: %s\n%s", err, jerr, out, cmd.Stderr)
		}
		return s.Receipt.ReceiptNo
	}
	halfThere := func() {
		t.Helper()
		h.eventually("half of the upload is at the server", time.Minute, func() bool {
			files, _ := filepath.Glob(filepath.Join(h.dir, "data", "spool", "resumable", "*"))
			for _, f := range files {
				if info, err := os.Stat(f); err == nil && info.Size() >= size/2 && info.Size() < int64(len(doc)) {
					return true
				}
			}
			return false
		})
	}
	sentOnce := func(what string) {
		t.Helper()
		if n := gate.passed.Load(); n < int64(len(doc)) || n > int64(len(doc))+size/3 {
			t.Errorf("%s: %d bytes went over the wire for a document of %d", what, n, len(doc))
		}
	}

	gate.shutAfter(size * 2 / 3)
	first := submit("server-dies.pdf", doc)
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	halfThere()
	h.kill()
	gate.open()
	h.start()
	one := receipt(first, first.Wait())
	sentOnce("the server was killed")

	doc[100]++
	gate.shutAfter(size * 2 / 3)
	second := submit("command-dies.pdf", doc)
	if err := second.Start(); err != nil {
		t.Fatal(err)
	}
	halfThere()
	if err := second.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = second.Wait() // it was killed
	gate.open()
	second = submit("command-dies.pdf", doc)
	two := receipt(second, second.Run())
	sentOnce("the command was killed")
	if one == two {
		t.Errorf("two documents, one receipt: %s", one)
	}

	third := submit("again.pdf", doc)
	if again := receipt(third, third.Run()); again != two {
		t.Errorf("the same document got %s, then %s", two, again)
	}
	if left, _ := filepath.Glob(filepath.Join(h.dir, "state", "*")); len(left) > 0 {
		t.Errorf("still remembered: %v", left)
	}
	l, cfg := h.open()
	r, err := l.ReportByReceipt(context.Background(), two)
	if err != nil {
		t.Fatal(err)
	}
	st, err := openOriginals(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	f, _, err := st.Open(context.Background(), r.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if kept, err := io.ReadAll(f); err != nil || !bytes.Equal(kept, doc) {
		t.Errorf("the original differs from what was sent: %d bytes, %v", len(kept), err)
	}
}

// gate is a network that can be made to hold what is sent after so many
// bytes.
type gate struct {
	addr   string
	passed atomic.Int64 // bytes towards the server since the last shutAfter

	mu    sync.Mutex
	limit int64
	moved *sync.Cond
}

func newGate(t *testing.T, to string) *gate {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{addr: ln.Addr().String()}
	g.moved = sync.NewCond(&g.mu)
	g.open()
	t.Cleanup(func() { ln.Close(); g.open() })
	go func() {
		for {
			in, err := ln.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				in.Close()
				continue
			}
			go func() {
				_, _ = io.Copy(in, out) // ends with either side
				in.Close()
				out.Close()
			}()
			go func() {
				_, _ = io.Copy(out, gated{in, g})
				in.Close()
				out.Close()
			}()
		}
	}()
	return g
}

// shutAfter counts anew and lets n more bytes through.
func (g *gate) shutAfter(n int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.passed.Store(0)
	g.limit = n
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.limit = 1 << 40
	g.moved.Broadcast()
}

type gated struct {
	net.Conn
	g *gate
}

// Read implements io.Reader.
func (c gated) Read(b []byte) (int, error) {
	c.g.mu.Lock()
	for c.g.passed.Load() >= c.g.limit {
		c.g.moved.Wait()
	}
	c.g.mu.Unlock()
	n, err := c.Conn.Read(b[:min(len(b), 64<<10)])
	c.g.passed.Add(int64(n))
	return n, err
}
