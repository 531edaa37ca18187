package readingtest

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"jianding/intake/pdf"
)

var produced = flag.String("pdfs", "", "a directory of PDFs with truth/, as the command produce writes it; the scores are of these")

func engine(t testing.TB) *pdf.Engine {
	t.Helper()
	e, err := pdf.NewEngine(context.Background(), pdf.EngineConfig{CacheDir: filepath.Join(os.TempDir(), "jianding-test-pdfium")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// The same reports as PDFs, through the real engine: what holds of the placed
// characters holds of the file.
func TestPDFs(t *testing.T) {
	w := load(t)
	e := engine(t)
	n := 12
	if *reports > 0 {
		n = *reports
	}
	total := &score{}
	for i := range n {
		s := w.Draw(*from + 5000 + uint64(i))
		if s.Typography == Unicode {
			s.Typography = Subscript // the font's collection has no such characters
		}
		r := w.Build(s)
		v, err := readPDF(e, WritePDF(r.Pages, []CMap{UniGB, GBK}[i%2]))
		if err != nil {
			t.Fatalf("seed %d: %v", s.Seed, err)
		}
		for _, d := range total.add(r.Truth, v) {
			if d.Fault == WrongAcceptance || d.Fault == HazardMissed {
				t.Errorf("seed %d: %s %v", s.Seed, d, codes(v.Reasons))
			} else {
				t.Logf("seed %d: %s", s.Seed, d)
			}
		}
	}
	if testing.Verbose() {
		total.print("PDF, fonts not embedded")
		total.printFields()
	}
}

func readPDF(e *pdf.Engine, raw []byte) (Verdict, error) {
	d, err := pdf.Open(context.Background(), e, raw, pdf.DefaultLimits())
	if err != nil {
		return Verdict{}, err
	}
	defer d.Close()
	return real(d)
}

// TestProduced measures a directory of PDFs from real producers; without the
// flag it reads none.
func TestProduced(t *testing.T) {
	if *produced == "" {
		return
	}
	truths, err := filepath.Glob(filepath.Join(*produced, "truth", "*.json"))
	if err != nil || len(truths) == 0 {
		t.Fatalf("no truth in %s: %v", *produced, err)
	}
	sort.Strings(truths)
	e := engine(t)
	total := &score{}
	by := map[string]*score{}
	for _, name := range truths {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var truth Truth
		if err := json.Unmarshal(raw, &truth); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		doc, err := os.ReadFile(filepath.Join(*produced, truth.File))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		v, err := readPDF(e, doc)
		if err != nil {
			t.Errorf("%s: %v", truth.ID, err)
			continue
		}
		if took := time.Since(start); took > 2*time.Second {
			t.Logf("%s took %v", truth.ID, took)
		}
		group := truth.ID[:strings.IndexByte(truth.ID, '-')]
		if by[group] == nil {
			by[group] = &score{}
		}
		by[group].add(truth, v)
		for _, d := range total.add(truth, v) {
			t.Logf("%s (%s): %s %v", truth.ID, truth.Producer, d, codes(v.Reasons))
		}
	}
	var names []string
	for g := range by {
		names = append(names, g)
	}
	sort.Strings(names)
	for _, g := range names {
		by[g].print(g)
	}
	total.print("all")
	total.printFields()
	if total.wrong > 0 || total.flagged < total.hazards {
		t.Errorf("%d wrong acceptances, %d of %d hazards flagged", total.wrong, total.flagged, total.hazards)
	}
}
