package readingtest

import (
	"fmt"
	"hash/fnv"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// plainSpec is the smallest sound report that concludes grade: one house, no
// decoys, prose on A4.
func plainSpec(code, grade string) Spec {
	kind := "unit_safety"
	if code == "danger" || code == "rural_danger" {
		kind = code
	}
	s := Spec{Seed: 11, Kind: kind, Code: code, Units: []Unit{{Grade: grade}}, Typography: Plain, Numeral: Roman, Form: Classic, Placing: InSentence, Pages: Readable}
	s.Layout = Layout{Columns: 1, Size: 12, RunningText: true, SignBlock: true}
	switch {
	case kind == "unit_safety" && severity(grade) == 3:
		s.Says = SaysLocal
	case severity(grade) == 4:
		s.Says = SaysNothing
	}
	return s
}

// leftOut tells which sentences a run under the race detector leaves out.
func leftOut(text string) bool {
	h := fnv.New32a()
	h.Write([]byte(text))
	return h.Sum32()%oneIn != 0
}

// expect composes, reads and reports the differences of the kinds asked for.
func expect(t *testing.T, w *Wordings, s Spec, name string, kinds ...Fault) {
	t.Helper()
	if leftOut(name) {
		return
	}
	r := w.Build(s)
	v, err := real(r.Pages)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	for _, d := range Judge(r.Truth, v) {
		if len(kinds) == 0 || slices.Contains(kinds, d.Fault) {
			t.Errorf("%s ⇒ %s %v", name, d, codes(v.Reasons))
		}
	}
}

func TestConclusionWordings(t *testing.T) {
	w := load(t)
	for _, code := range []string{"safety", "safety55021", "danger", "rural_danger"} {
		kind := plainSpec(code, "A").Kind
		for _, g := range w.Conclusions[kind].Grades {
			t.Run(code+" "+g, func(t *testing.T) {
				for i, x := range w.Conclusions[kind].For(g) {
					if code == "safety55021" && *reports == 0 && i%3 != 0 {
						continue // its words are those of the other standard
					}
					s := plainSpec(code, g)
					s.Sentence = &x
					switch {
					case x.Says == SaysWhole:
						s.Says = SaysWhole
					case x.Says == SaysLocal:
						s.Says = SaysLocal
					}
					expect(t, w, s, x.Text)
				}
			})
		}
	}
}

func TestReliabilityWordings(t *testing.T) {
	w := load(t)
	for _, safety := range w.Conclusions["unit_safety"].Grades {
		rel, _ := reliabilityOf(safety)
		t.Run(rel, func(t *testing.T) {
			for i, x := range w.Conclusions["reliability"].For(rel) {
				numerals := []Numeral{Roman, Letters, Chinese}
				if *reports == 0 {
					numerals = []Numeral{numerals[i%3]}
				}
				for _, n := range numerals {
					s := plainSpec("safety", safety)
					s.Sentence = &Wording{Text: "{S}安全性等级评定为{G}级。"}
					s.Reliability, s.ReliabilitySentence, s.Numeral = true, &x, n
					if x.Says == SaysWhole && s.Says != SaysNothing {
						s.Says = SaysWhole
						// The reliability sentence says it.
						s.Statement = " "
					}
					expect(t, w, s, string(n)+" "+x.Text)
				}
			}
		})
	}
}

// A decoy beside a sound conclusion changes nothing.
func TestDecoyWordings(t *testing.T) {
	w := load(t)
	for kind, d := range w.Decoys {
		if kind == "exception" {
			continue
		}
		t.Run(kind, func(t *testing.T) {
			alone := map[int]gist{} // what each base is without the decoy
			bases := []Spec{plainSpec("safety", "Bsu"), plainSpec("danger", "C"), plainSpec("safety", "Csu"), plainSpec("danger", "B"), plainSpec("safety", "Dsu")}
			for i, text := range d.Sentences {
				if *reports > 0 {
					for j := range bases {
						decoyAlone(t, w, bases, j, alone, d, text)
					}
					continue
				}
				// Beside the first report that the sentence fits.
				for j := range bases {
					if decoyAlone(t, w, bases, (i+j)%len(bases), alone, d, text) {
						break
					}
				}
			}
		})
	}
}

func decoyAlone(t *testing.T, w *Wordings, bases []Spec, j int, alone map[int]gist, d Decoys, text string) bool {
	t.Helper()
	base := bases[j]
	if leftOut(text) {
		return true
	}
	// A danger class of others makes no sense to deny beside its own standard's.
	c := &composer{w: w, spec: base}
	filled, ok := c.fillDecoy(d.Kind, text, base.rng("decoy"))
	if !ok {
		return false
	}
	base.AdviceOnly = []Advice{{Text: "观察使用。", Codes: []string{"observe_use"}}}
	if base.worst() == 4 {
		base.AdviceOnly = []Advice{{Text: "立即停止使用。", Codes: []string{"stop_use"}}}
	}
	if _, read := alone[j]; !read {
		without, err := real(w.Build(base).Pages)
		if err != nil {
			t.Fatal(err)
		}
		alone[j] = gistOf(without)
	}
	for i, section := range d.Sections {
		if *reports == 0 && i != len([]rune(text))%len(d.Sections) {
			continue // sections by turns
		}
		s := base
		s.Extra = []Block{{Kind: Para, Section: Section(section), Text: filled, Decoy: d.Kind}}
		r := w.Build(s)
		if !strings.Contains(r.Document.Text(Section(section)), filled) {
			continue // this report has no such section
		}
		with, err := real(r.Pages)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := alone[j], gistOf(with, arguable(d.Kind)...); !reflect.DeepEqual(a, b) {
			t.Errorf("[%s] %s beside %s ⇒ %s %v", section, filled, base.Units[0].Grade, gistDiff(a, b), codes(with.Reasons))
		}
	}
	return true
}

func gistDiff(a, b gist) string {
	var out []string
	if a.Outcome != b.Outcome {
		out = append(out, fmt.Sprintf("outcome %s→%s", a.Outcome, b.Outcome))
	}
	if !slices.Equal(a.Grades, b.Grades) {
		out = append(out, fmt.Sprintf("grades %v→%v", a.Grades, b.Grades))
	}
	if a.Hazard != b.Hazard {
		out = append(out, fmt.Sprintf("hazard %s→%s", a.Hazard, b.Hazard))
	}
	if !slices.Equal(a.Advice, b.Advice) {
		out = append(out, fmt.Sprintf("advice %v→%v", a.Advice, b.Advice))
	}
	return strings.Join(out, "; ")
}

func TestExceptions(t *testing.T) {
	w := load(t)
	for k, text := range w.Decoys["exception"].Sentences {
		for _, grades := range [][3]string{{"Bsu", "Bsu", "Dsu"}, {"Dsu", "Asu", "Asu"}, {"Bsu", "Asu", "Bsu"}} {
			for i := range w.Vocabulary.Units {
				if *reports == 0 && i != k%len(w.Vocabulary.Units) {
					continue // each sentence with one set of names
				}
				s := plainSpec("safety", "Bsu")
				names := w.Vocabulary.Units[i]
				s.Units = nil
				for j, n := range names {
					s.Units = append(s.Units, Unit{n, grades[j]})
				}
				odd, rest, ok := oddOneOut(s.Units)
				if !ok {
					t.Fatal("no odd one")
				}
				var list []string
				for _, u := range rest {
					list = append(list, u.Name)
				}
				full := strings.NewReplacer("{U}", odd.Name, "{G}", odd.Grade, "{R}", rest[0].Grade, "{LIST}", strings.Join(list, "、")).Replace(text)
				s.Exception = full
				expect(t, w, s, full, WrongAcceptance, OutcomeDiffers, GradeDiffers, HazardMissed, HazardMilder, HazardInvented)
			}
		}
	}
}
