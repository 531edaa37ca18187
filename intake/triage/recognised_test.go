package triage

import (
	"testing"

	"jianding/schemas"
)

// What was recognised on an image raises a hazard as print does, proposes its
// grade, and is never accepted by itself, wherever it shows and however sound
// everything else is.
func TestRecognisedTextNeverAccepts(t *testing.T) {
	ocr := func(e schemas.Evidence) schemas.Evidence { e.Source = schemas.SourceOCR; return e }
	for name, change := range map[string]func(*Reading){
		"grade": func(r *Reading) { r.Findings[0].Evidence = ocr(r.Findings[0].Evidence) },
		"statement": func(r *Reading) {
			s := statement(schemas.StatementNegated, "conclusion", "")
			s.Evidence = ocr(s.Evidence)
			r.Statements = append(r.Statements, s)
		},
		"advice": func(r *Reading) {
			e := ocr(schemas.Evidence{Page: 6, Quote: "正常使用"})
			r.Recommendations = append(r.Recommendations, schemas.Recommendation{Code: "normal_use", Evidence: &e})
		},
	} {
		in := sound()
		if d := Decide(in); d.Outcome != schemas.Accepted {
			t.Fatalf("the sound report: %s %v", d.Outcome, d.Reasons)
		}
		change(&in.Reading)
		if d := Decide(in); d.Outcome != schemas.NeedsReview || d.Overall.Safety != "Bsu" {
			t.Errorf("%s: %s %+v", name, d.Outcome, d.Overall)
		}
	}
	in := sound()
	in.Reading.Findings[0] = safety("Dsu")
	in.Reading.Findings[0].Evidence = ocr(in.Reading.Findings[0].Evidence)
	if d := Decide(in); d.Outcome != schemas.NeedsReview || d.Hazard.Level != schemas.HazardRed {
		t.Errorf("a recognised Dsu: %s, %s", d.Outcome, d.Hazard.Level)
	}
}
