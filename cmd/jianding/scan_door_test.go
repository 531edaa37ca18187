package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"jianding/schemas"
)

// A sealed scan goes through the door of a running server that has the engine:
// an amber case at once, then what was read turns it red and proposes the
// grade, and a human still decides. (Without the engine the same scan stays
// amber in front of the committee: TestEverySampleThroughTheDoor.)
func TestScanThroughTheDoor(t *testing.T) {
	engine := os.Getenv(envOCR)
	if engine == "" {
		t.Skipf("no OCR engine (%s): install one with jianding ocr install --dir DIR", envOCR)
	}
	corpus, cases := sampleReports(t)
	o := newOutside(t, false)
	h := newHouse(t, o, filepath.Join(corpus, "dev", "trust"), func(cfg map[string]any) {
		cfg["ocr"] = map[string]any{"dir": engine, "page_timeout": "10m", "document_timeout": "1h", "threads": 2}
	})
	h.start()
	tokens := h.tokens()
	l, _ := h.open()
	register, err := l.Agencies(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if c.Truth == nil || c.Truth.TextLayer != "none" || c.Truth.WholeStructureHazard == nil || !*c.Truth.WholeStructureHazard {
			continue
		}
		var token string
		for _, a := range register {
			if a.Name == c.Truth.Agency {
				token = tokens[a.ID]
			}
		}
		out, err := program(t.Context(), t, []string{"JIANDING_TOKEN=" + token}, "submit", "--server", h.url(), "--wait", "3m", "--json", "--quiet", c.Path)
		var s submitted
		if err != nil || json.Unmarshal(out, &s) != nil || s.Report == nil {
			t.Fatalf("%s: %s (%v)", c.Name, out, err)
		}
		if s.Report.CaseID == "" || s.Report.Status != schemas.ReportNeedsReview {
			t.Errorf("%s: %s, case %q right after the text pass", c.Name, s.Report.Status, s.Report.CaseID)
		}
		h.eventually(c.Name+" is in front of the committee", time.Minute, func() bool {
			k, err := l.Case(t.Context(), s.Report.CaseID)
			return err == nil && k.Instants.FirstDelivered != nil
		})
		h.eventually(c.Name+" is read, red, and waits for a human", 20*time.Minute, func() bool {
			a, err := l.CurrentAssessment(t.Context(), s.Report.ID)
			return err == nil && a.Assessment.Overall == gradesOfTruth(*c.Truth) && a.Assessment.Hazard.Level == schemas.HazardRed && a.Assessment.Outcome == schemas.NeedsReview
		})
		k, err := l.Case(t.Context(), s.Report.CaseID)
		if err != nil || k.Level != schemas.HazardRed {
			t.Errorf("%s: the case is %s (%v)", c.Name, k.Level, err)
		}
		return
	}
	t.Fatal("no scan with a hazard among the samples")
}
