package readingtest

import (
	"slices"
	"strings"
	"testing"

	"jianding/schemas"
)

// Reports that say two grades were accepted with the milder one: a list item
// broken behind 依据《…》 was taken for a heading, a summary of several units was
// compared with none, 正房 and 正房房屋 were two units.
func TestTwoGradesAreNeverAcceptedAsTheMilder(t *testing.T) {
	w := load(t)
	for _, law := range Laws() {
		if law.Name != "a contradiction ends acceptance" {
			continue
		}
		for _, seed := range []uint64{20006, 20027, 20047, 20066} {
			breaches, looked := law.Check(w, real, seed)
			if looked == 0 {
				t.Fatal("nothing was looked at")
			}
			for _, b := range breaches {
				if strings.Contains(b.Detail, "twice:") || strings.Contains(b.Detail, "summary:") || strings.Contains(b.Detail, string(HazardMissed)) {
					t.Errorf("seed %d: %s", seed, b.Detail)
				}
			}
		}
		return
	}
	t.Fatal("the law has another name")
}

// Danger that is said to be local and harm to the whole cannot both be so.
func TestLocalDangerBesideHarmToTheWhole(t *testing.T) {
	w := load(t)
	for _, statement := range []string{
		"该隐患属局部问题。{S}承重结构损坏已显著影响整体承载。",
		"{S}局部处于危险状态。地基不均匀沉降危及房屋整体安全。",
	} {
		s := w.Draw(7)
		s.Kind, s.Code, s.Units, s.Form, s.Placing = "unit_safety", "safety", []Unit{{Grade: "Csu"}}, Classic, InSentence
		s.AlsoDanger, s.Reliability, s.Decoys, s.Statement = "", false, false, statement
		r := w.Build(s)
		v, err := real(r.Pages)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(codes(v.Reasons), "statements_contradict") || v.Hazard.Level == schemas.HazardNone {
			t.Errorf("%s: %s %s %v", statement, v.Outcome, v.Hazard.Level, codes(v.Reasons))
		}
	}
}
