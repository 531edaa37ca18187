package assessment

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/png"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jianding/intake/assessment/children"
	"jianding/intake/assessment/corpustest"
	"jianding/intake/pdf"
	"jianding/intake/signature"
	"jianding/schemas"
)

func TestMain(m *testing.M) {
	ChildMain()
	os.Exit(m.Run())
}

func cacheDir() string { return filepath.Join(os.TempDir(), "jianding-test-pdfium") }

func corpus(t testing.TB) (string, []corpustest.Case) {
	t.Helper()
	dir, err := corpustest.Dir()
	if err != nil {
		t.Skip(err)
	}
	cases, err := corpustest.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir, cases
}

func material(t testing.TB, corpus string) schemas.TrustMaterial {
	t.Helper()
	m, problems := signature.ReadTrustDirectory(os.DirFS(filepath.Join(corpus, "dev", "trust")))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return m
}

func newInspector(t testing.TB) *Inspector {
	t.Helper()
	e, err := pdf.NewEngine(context.Background(), pdf.EngineConfig{CacheDir: cacheDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return &Inspector{Engine: e, Limits: pdf.DefaultLimits(), Policy: signature.DefaultPolicy()}
}

func newPool(t testing.TB, opts PoolOptions) *Pool {
	t.Helper()
	opts.CacheDir = cacheDir()
	opts.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	p, err := NewPool(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestCorpus: every sample comes out as its truth says, in this process and in
// a pool of two, and both agree byte for byte. (Every third under the race
// detector; CI runs all of them without it as well.)
func TestCorpus(t *testing.T) {
	dir, cases := corpus(t)
	m := material(t, dir)
	trust, err := signature.NewTrust(m)
	if err != nil {
		t.Fatal(err)
	}
	inspector, pool := newInspector(t), newPool(t, PoolOptions{Workers: 2})
	for i, c := range cases {
		if raced && i%3 != 0 {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			document := read(t, c.Path)
			here := inspector.Inspect(context.Background(), Request{Document: document, Trust: trust, At: corpustest.At()})
			for _, d := range c.Check(here) {
				t.Error(d)
			}
			there, err := pool.Inspect(context.Background(), PoolRequest{Document: document, Trust: m, At: corpustest.At()})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(asJSON(t, here), asJSON(t, there)); diff != "" {
				t.Errorf("the pool sees it differently:\n%s", diff)
			}
		})
	}
}

func asJSON(t *testing.T, a schemas.Assessment) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteJSON(&b, a); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// page is a PDF of one page without anything on it.
const page = "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n" +
	"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>\nendobj\ntrailer\n<</Root 1 0 R/Size 4>>\n%%EOF\n"

// TestPoisonInPool: a document that takes too long is rejected with its reason
// and its digests, and leaves the pool able to say so of the next as well.
func TestPoisonInPool(t *testing.T) {
	p := newPool(t, PoolOptions{Workers: 1, Wall: time.Nanosecond, WallPerMB: time.Nanosecond})
	for range 2 {
		a, err := p.Inspect(context.Background(), PoolRequest{Document: []byte(page), At: corpustest.At()})
		if err != nil {
			t.Fatal(err)
		}
		if a.Outcome != schemas.Rejected || len(a.Reasons) == 0 || a.Reasons[0].Code != schemas.DocumentTimeout {
			t.Errorf("got %s %+v, want rejected for %s", a.Outcome, a.Reasons, schemas.DocumentTimeout)
		}
		if a.Hazard.Level != schemas.HazardAmber {
			t.Errorf("hazard %s: what nobody could look into must be doubted", a.Hazard.Level)
		}
		if d := digest([]byte(page)); a.SHA256 != d.sha256 || a.SM3 != d.sm3 {
			t.Errorf("digests %s %s, want %+v", a.SHA256, a.SM3, d)
		}
	}
}

// TestKilled: how a child ended decides whose fault it was. That children end
// so is shown in package children.
func TestKilled(t *testing.T) {
	for _, c := range []struct {
		err  error
		want schemas.ReasonCode
	}{
		{fmt.Errorf("x: %w", children.ErrTimeout), schemas.DocumentTimeout},
		{children.ErrMemory, schemas.DocumentMemory},
		{fmt.Errorf("%w: signal", children.ErrCrashed), schemas.DocumentCrashed},
		{fmt.Errorf("%w: %w", children.ErrSetup, children.ErrCrashed), ""},
		{children.ErrStart, ""}, {children.ErrClosed, ""}, {context.Canceled, ""}, {nil, ""},
	} {
		if got := killed(c.err); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}

func TestPoolErrors(t *testing.T) {
	p := newPool(t, PoolOptions{Workers: 1})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := p.Inspect(ctx, PoolRequest{Document: []byte(page), At: corpustest.At()}); schemas.KindOf(err) != schemas.KindUnavailable {
		t.Errorf("cancelled: %v", err)
	}
	bad := schemas.TrustMaterial{Roots: []schemas.TrustItem{{Name: "a.pem", Data: []byte("no certificate")}}}
	if _, err := p.Inspect(context.Background(), PoolRequest{Document: []byte(page), Trust: bad, At: corpustest.At()}); schemas.KindOf(err) != schemas.KindInvalid {
		t.Errorf("bad trust: %v", err)
	}
	if _, err := p.Assess(context.Background(), strings.NewReader("short"), 100, schemas.Declared{}, schemas.TrustMaterial{}, corpustest.At()); schemas.KindOf(err) != schemas.KindUnavailable {
		t.Errorf("short read: %v", err)
	}
	if _, err := p.Render(context.Background(), []byte(page), 2, 72, nil); schemas.KindOf(err) != schemas.KindInvalid {
		t.Errorf("no such page: %v", err)
	}
	a, err := p.Assess(context.Background(), strings.NewReader(page), int64(len(page)), schemas.Declared{}, schemas.TrustMaterial{}, corpustest.At())
	if err != nil || a.Pages != 1 || a.Outcome != schemas.Rejected {
		t.Errorf("after all that: %+v, %v", a, err)
	}
}

func TestTooLarge(t *testing.T) {
	limits := pdf.DefaultLimits()
	limits.Bytes = 100
	p := newPool(t, PoolOptions{Workers: 1, Limits: &limits})
	a, err := p.Assess(context.Background(), strings.NewReader(page), int64(len(page)), schemas.Declared{}, schemas.TrustMaterial{}, corpustest.At())
	if err != nil || a.Outcome != schemas.Rejected || a.Reasons[0].Code != schemas.DocumentTooLarge {
		t.Fatalf("%+v, %v", a, err)
	}
	if d := digest([]byte(page)); a.SHA256 != d.sha256 || a.SM3 != d.sm3 {
		t.Errorf("digests %s %s, want %+v", a.SHA256, a.SM3, d)
	}
}

// TestRender: a marked box changes its own pixels and no others.
func TestRender(t *testing.T) {
	p := newPool(t, PoolOptions{Workers: 1})
	out, err := p.Render(context.Background(), []byte(page), 1, 144, [][4]float64{{50, 60, 100, 80}})
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if b := img.Bounds(); b.Dx() != 400 || b.Dy() != 200 {
		t.Errorf("the page is %v", b)
	}
	white := func(x, y int) bool {
		r, g, b, _ := img.At(x, y).RGBA()
		return r == 0xFFFF && g == 0xFFFF && b == 0xFFFF
	}
	for _, c := range []struct {
		x, y  int // points from the lower left
		white bool
	}{{75, 70, false}, {51, 79, false}, {30, 70, true}, {75, 30, true}, {75, 90, true}} {
		if got := white(2*c.x, 200-2*c.y); got != c.white {
			t.Errorf("(%d, %d): white %v, want %v", c.x, c.y, got, c.white)
		}
	}
}

func TestWrite(t *testing.T) {
	a := filled(schemas.Assessment{File: "a\x1b[31m.pdf", Outcome: schemas.Rejected,
		Reasons:   []schemas.Reason{schemas.NewReason(schemas.DocumentPassword, 0, "")},
		Signature: schemas.Signature{Status: schemas.SignatureInvalid, Signers: []schemas.Signer{{Subject: "CN=甲<b>", Status: schemas.SignatureInvalid, Checks: []schemas.Check{{Code: "x", Result: schemas.CheckFailed, Message: "摘要不符", Source: "RFC 5652 §5.4"}}}}},
		Hazard:    schemas.Hazard{Level: schemas.HazardAmber}})
	line := asJSON(t, a)
	if strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "\n") || !json.Valid([]byte(line)) || !strings.Contains(line, "<b>") {
		t.Errorf("not one plain line of JSON: %s", line)
	}
	var b strings.Builder
	if err := WriteSummary(&b, a); err != nil {
		t.Fatal(err)
	}
	if err := WriteExplanation(&b, a); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"退回", "密码", "存疑", "✗ 摘要不符", "RFC 5652 §5.4"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "\x1b") {
		t.Error("an escape sequence reached the terminal")
	}
}

// TestConcurrent: two workers, many documents, each answer to its question.
func TestConcurrent(t *testing.T) {
	p := newPool(t, PoolOptions{Workers: 2})
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			document := append([]byte(page), bytes.Repeat([]byte{'\n'}, i)...)
			a, err := p.Inspect(context.Background(), PoolRequest{Document: document, At: corpustest.At()})
			if err != nil || a.SHA256 != digest(document).sha256 {
				t.Errorf("%d: %s, %v", i, a.SHA256, err)
			}
		})
	}
	wg.Wait()
}
