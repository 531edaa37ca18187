package readingtest

import (
	"slices"
	"testing"
)

func TestStatements(t *testing.T) {
	w := load(t)
	bases := map[Says][]Spec{
		SaysWhole:   {plainSpec("safety", "Csu"), plainSpec("safety", "Bsu"), plainSpec("danger", "C")},
		SaysLocal:   {plainSpec("safety", "Csu"), plainSpec("safety", "Bsu")},
		SaysGeo:     {plainSpec("safety", "Bsu"), plainSpec("danger", "A"), plainSpec("safety", "Asu")},
		SaysPartial: {plainSpec("danger", "C"), plainSpec("safety", "Csu")},
	}
	for says, specs := range bases {
		t.Run(string(says), func(t *testing.T) {
			for i, text := range w.Statements[says].Sentences {
				for j, s := range specs {
					if *reports == 0 && j != 0 && j != i%len(specs) {
						continue // the first base always, the others by turns
					}
					if open(t, "statement/"+text) {
						continue
					}
					s.Says, s.Statement = says, text
					s.Sentence = &Wording{Text: "{S}安全性等级评定为{G}级。"}
					if s.Kind != "unit_safety" {
						s.Sentence = &Wording{Text: "{S}危险性等级评定为{G}级。"}
					}
					// Csu and a partial danger, or a mild grade beside a word about
					// the whole, may go to a human: the hazard is what counts.
					kinds := []Fault{WrongAcceptance, HazardMissed, HazardMilder, HazardInvented, GradeDiffers}
					if says == SaysLocal || says == SaysGeo {
						kinds = append(kinds, OutcomeDiffers)
					}
					expect(t, w, s, s.Units[0].Grade+" "+text, kinds...)
				}
			}
		})
	}
}

func TestAdviceWordings(t *testing.T) {
	w := load(t)
	grade := []string{"", "Asu", "Bsu", "Csu", "Dsu"}
	for _, a := range w.Advice {
		sev := 3
		if len(a.Severity) > 0 {
			sev = a.Severity[0]
		}
		s := plainSpec("safety", grade[sev])
		s.Sentence = &Wording{Text: "{S}安全性等级评定为{G}级。"}
		s.AdviceOnly = []Advice{a}
		expect(t, w, s, a.Text, AdviceDiffers)
	}
	for _, f := range w.Refusals {
		if leftOut(f.Text) {
			continue
		}
		sev := max(f.Min, 1)
		s := plainSpec("safety", grade[sev])
		s.Sentence = &Wording{Text: "{S}安全性等级评定为{G}级。"}
		s.AdviceOnly = []Advice{{Text: f.Text}}
		r := w.Build(s)
		v, err := real(r.Pages)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range v.Advice {
			if slices.Contains(f.Forbids, string(x.Code)) && !open(t, "advice/"+f.Text) {
				t.Errorf("%s ⇒ %s", f.Text, x.Code)
			}
		}
	}
}
