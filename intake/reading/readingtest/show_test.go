package readingtest

import "testing"

// TestShow prints one report in full and what was made of it:
//
//	go test ./intake/reading/readingtest -run Show -v -reports 1 -from SEED [-bare]
func TestShow(t *testing.T) {
	w := load(t)
	if *reports != 1 {
		return
	}
	s := w.Draw(*from)
	s.Decoys = !*bare
	if *wider {
		s = w.Widen(s)
	}
	r := w.Build(s)
	v, _ := real(r.Pages)
	t.Logf("%+v\n%v\n%v\n%v", r.Spec, Judge(r.Truth, v), v.Hazard, v.Reasons)
	if v.Hazard.Evidence != nil {
		t.Logf("hazard by page %d: %s", v.Hazard.Evidence.Page, v.Hazard.Evidence.Quote)
	}
	t.Logf("CONCLUSION %s\nRATING %s\nADVICE %s", r.Document.Text(Conclusion), r.Document.Text(Rating), r.Document.Text(AdvicePart))
}
