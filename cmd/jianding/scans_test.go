package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"jianding/intake/assessment"
	"jianding/intake/assessment/corpustest"
	"jianding/intake/reading"
	"jianding/intake/signature"
	"jianding/integrations/ocr"
	"jianding/integrations/ocr/page"
	"jianding/schemas"
)

// envOCR names an installation of the engine (jianding ocr install --dir DIR);
// envScans the number of reports that are made into scans (default 2), "all"
// or "FROM:TO"; envTesseract reads the same pages with tesseract for comparison
// ("only": with nothing else).
const (
	envOCR       = "JIANDING_TEST_OCR"
	envScans     = "JIANDING_TEST_SCANS"
	envTesseract = "JIANDING_TEST_TESSERACT"
	envKeep      = "JIANDING_TEST_KEEP" // a directory for what was read
)

func scanReader(t *testing.T) (*recogniser, *assessment.Pool) {
	t.Helper()
	dir := os.Getenv(envOCR)
	if dir == "" {
		t.Skipf("no OCR engine (%s): install one with jianding ocr install --dir DIR", envOCR)
	}
	engine, err := ocr.New(ocr.Options{Dir: dir, Nice: -1, Threads: 2, PageTime: 10 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	pool, err := assessment.NewPool(assessment.PoolOptions{Workers: 1, Wall: 10 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	return newRecogniser(engine, pool, ocrConfig{DocumentTimeout: time.Hour}, newLogger(logConfig{Level: "warn"}, t.Output())), pool
}

// sampleReports returns the directory of the sample reports and what is in it.
func sampleReports(t *testing.T) (string, []corpustest.Case) {
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

// The scans among the samples: needs_review, never accepted, the right hazard
// and the right grade proposed, with evidence that says it was recognised.
func TestSampleScansAreReadAndNeverAccepted(t *testing.T) {
	r, pool := scanReader(t)
	dir, cases := sampleReports(t)
	trust, problems := signature.ReadTrustDirectory(os.DirFS(filepath.Join(dir, "dev", "trust")))
	if problems != nil {
		t.Fatal(problems)
	}
	scans := 0
	for _, c := range cases {
		if c.Truth == nil || c.Truth.TextLayer != "none" {
			continue
		}
		if scans++; scans > 1 && os.Getenv(envScans) != "all" {
			break // a page costs ten seconds; everyday the sealed one, on demand all
		}
		document, err := os.ReadFile(c.Path)
		if err != nil {
			t.Fatal(err)
		}
		first, err := pool.Inspect(t.Context(), assessment.PoolRequest{Document: document, Trust: trust, At: corpustest.At()})
		if err != nil {
			t.Fatal(err)
		}
		if first.Hazard.Level != schemas.HazardAmber {
			t.Errorf("%s: %s before recognition, want amber", c.Name, first.Hazard.Level)
		}
		start := time.Now()
		a, err := r.Recognise(t.Context(), bytes.NewReader(document), int64(len(document)), first.NeedsOCR, schemas.Declared{}, trust, corpustest.At())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Findings {
			t.Logf("%s: %s %s %q", c.Name, f.Grade, f.Scope, f.Evidence.Quote)
		}
		t.Logf("%s: %d pages in %.1fs: %+v hazard %s %v", c.Name, a.Pages, time.Since(start).Seconds(), a.Overall, a.Hazard.Level, a.Hazard.Basis)
		keepScan(c.Name, "", nil, nil, a)
		if a.Outcome != schemas.NeedsReview {
			t.Errorf("%s: %s", c.Name, a.Outcome)
		}
		want := gradesOfTruth(*c.Truth)
		if a.Overall != want {
			t.Errorf("%s: proposes %+v, want %+v", c.Name, a.Overall, want)
		}
		if w := c.Truth.WholeStructureHazard; w != nil && *w && a.Hazard.Level != schemas.HazardRed {
			t.Errorf("%s: hazard %s, want red", c.Name, a.Hazard.Level)
		}
		for _, f := range a.Findings {
			if f.Evidence.Source != schemas.SourceOCR || len(f.Evidence.Boxes) == 0 {
				t.Errorf("%s: finding without recognised evidence: %+v", c.Name, f)
			}
		}
	}
	if scans == 0 {
		t.Error("no scans among the samples")
	}
}

func gradesOfTruth(c corpustest.Truth) (o schemas.Overall) {
	for _, g := range c.Grades {
		to := &o.Danger
		switch g.Scheme {
		case "gb50292":
			to = &o.Safety
		case "gb50292-reliability":
			to = &o.Reliability
		}
		if *to == "" || len(g.Grade) == len(*to) && g.Grade > *to || g.Grade == "IV" {
			*to = g.Grade
		}
	}
	return o
}

// Text reports, printed, sealed and scanned: every whole-structure hazard is
// flagged by what was read, and the right grade is proposed. `go test
// ./cmd/jianding -run TestPrintedReportsAreRead -v` prints the measure; see
// envScans and envTesseract.
func TestPrintedReportsAreRead(t *testing.T) {
	r, pool := scanReader(t)
	_, cases := sampleReports(t)
	cases = slices.DeleteFunc(cases, func(c corpustest.Case) bool {
		return c.Truth == nil || c.Truth.TextLayer != "full" || len(c.Truth.Grades) == 0 || bareFonts(c.Name) || c.Truth.WholeStructureHazard == nil
	})
	first, most := 0, 2
	switch n := os.Getenv(envScans); n {
	case "":
		// In CI, one that is a hazard and one that is not.
		slices.SortStableFunc(cases, func(a, b corpustest.Case) int { return strings.Compare(preferred(b), preferred(a)) })
	case "all":
		most = len(cases)
	default:
		// FROM:TO, a share of all.
		if _, err := fmt.Sscanf(n, "%d:%d", &first, &most); err != nil {
			t.Fatalf("%s=%s: %v", envScans, n, err)
		}
	}
	readers := []struct {
		name string
		read func(ctx context.Context, img page.Raster, dpi float64) ([]reading.Word, error)
	}{{"PP-OCRv4", func(ctx context.Context, img page.Raster, dpi float64) (words []reading.Word, err error) {
		p, err := r.engine.Read(ctx, img, dpi)
		for _, w := range p.Words {
			words = append(words, reading.Word{Text: w.Text, Box: w.Box, Confidence: w.Confidence})
		}
		return words, err
	}}}
	if os.Getenv(envTesseract) != "" {
		readers = append(readers, readers[0])
		readers[1].name, readers[1].read = "tesseract", tesseract
	}
	if os.Getenv(envTesseract) == "only" {
		readers = readers[1:]
	}
	scores := make([]score, len(readers))
	for i, c := range cases[:min(most, len(cases))] {
		if i < first {
			continue
		}
		document, err := os.ReadFile(c.Path)
		if err != nil {
			t.Fatal(err)
		}
		scan, pages := printAndScan(t, pool, document, uint64(i+1))
		for k, reader := range readers {
			words := map[int][]reading.Word{}
			start := time.Now()
			for n := range pages {
				drawn, err := pool.Render(t.Context(), scan, n+1, 200, nil)
				if err != nil {
					t.Fatal(err)
				}
				img, err := png.Decode(bytes.NewReader(drawn))
				if err != nil {
					t.Fatal(err)
				}
				if words[n+1], err = reader.read(t.Context(), rasterOf(img), 200); err != nil {
					t.Fatal(err)
				}
			}
			took := time.Since(start)
			a, err := pool.Inspect(t.Context(), assessment.PoolRequest{Document: scan, At: corpustest.At(), OCR: words})
			if err != nil {
				t.Fatal(err)
			}
			s := scores[k].add(*c.Truth, a, pages, took)
			t.Logf("%s %s (%d pages, %.1fs): %s", reader.name, c.Name, pages, took.Seconds(), s)
			keepScan(c.Name, reader.name, scan, words, a)
			if a.Outcome == schemas.Accepted {
				t.Errorf("%s: a scan was accepted", c.Name)
			}
		}
	}
	for k, reader := range readers {
		t.Logf("%s: %s", reader.name, scores[k].String())
	}
	if readers[0].name == "tesseract" {
		return
	}
	ours := scores[0]
	if ours.flagged < ours.hazards {
		t.Errorf("%d of %d whole-structure hazards flagged", ours.flagged, ours.hazards)
	}
	if ours.reports < 10 {
		// A share of the measure: one page that a seal made unreadable is much.
		if ours.right*2 < ours.reports {
			t.Errorf("the right grades proposed for %d of %d reports", ours.right, ours.reports)
		}
		return
	}
	if ours.right*10 < ours.reports*9 {
		t.Errorf("the right grades proposed for %d of %d reports, want 90 %%", ours.right, ours.reports)
	}
}

// keepScan writes what was read to the directory envKeep, to look at.
func keepScan(name, reader string, scan []byte, words map[int][]reading.Word, a schemas.Assessment) {
	dir := os.Getenv(envKeep)
	if dir == "" {
		return
	}
	base := filepath.Join(dir, strings.TrimSuffix(filepath.Base(name), ".pdf")+"-"+reader)
	raw, _ := json.MarshalIndent(words, "", " ")
	full, _ := json.MarshalIndent(a, "", " ")
	_ = os.WriteFile(base+".pdf", scan, 0o644)
	_ = os.WriteFile(base+".words.json", raw, 0o644)
	_ = os.WriteFile(base+".assessment.json", full, 0o644)
}

// bareFonts are the samples that do not carry their Chinese fonts: printing
// them without those leaves the page without its characters.
func bareFonts(name string) bool { return name == "dev-006.pdf" || name == "dev-025.pdf" }

func preferred(c corpustest.Case) string {
	for _, g := range c.Truth.Grades {
		if g.Grade == "Dsu" {
			return "Z" + c.Name
		}
	}
	return c.Name
}

// score counts what was read of scans.
type score struct {
	reports, right, hazards, flagged, red, quiet, calm, pages int
	took                                                      time.Duration
}

// add counts one report. A scan is amber for not being text; a hazard counts
// as flagged only by what was read: red but for the missing signature.
func (s *score) add(truth corpustest.Truth, a schemas.Assessment, pages int, took time.Duration) string {
	s.reports++
	s.pages += pages
	s.took += took
	want := gradesOfTruth(truth)
	right := a.Overall == want
	if right {
		s.right++
	}
	red, doubt := false, false
	for _, b := range a.Hazard.Basis {
		red = red || strings.HasPrefix(b, "grade:") || strings.HasPrefix(b, "statement:") || strings.HasPrefix(b, "geo:")
		doubt = doubt || strings.HasPrefix(b, "doubt:") && !strings.HasPrefix(b, "doubt:page_") && b != "doubt:signature"
	}
	if *truth.WholeStructureHazard {
		s.hazards++
		if red || doubt {
			s.flagged++
		}
		if red {
			s.red++
		}
	} else {
		s.calm++
		if !red {
			s.quiet++
		}
	}
	return fmt.Sprintf("%v want %v, right %v, hazard %v read %v %v", a.Overall, want, right, *truth.WholeStructureHazard, red, a.Hazard.Basis)
}

func (s *score) String() string {
	return fmt.Sprintf("%d reports, %d pages, %.1f s a page; right grades %d/%d; hazards flagged %d/%d, of them by their own words or grade %d; not taken for one %d/%d",
		s.reports, s.pages, s.took.Seconds()/float64(max(1, s.pages)), s.right, s.reports, s.flagged, s.hazards, s.red, s.quiet, s.calm)
}
