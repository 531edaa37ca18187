package readingtest

import (
	"fmt"
	"reflect"
	"slices"

	"jianding/schemas"
)

// Law is a sentence that is true of every right reader. Check composes what it
// needs from the seed and returns the ways in which the reader breaks it, and
// how many reports it looked at.
type Law struct {
	Name  string
	Says  string
	Check func(w *Wordings, read Reader, seed uint64) ([]Breach, int)
}

// Breach is one broken law, with the report that shows it.
type Breach struct {
	Law    string
	Seed   uint64
	Detail string
	Report Report
	// Grave: a wrong acceptance or a missed hazard, which nothing excuses.
	Grave bool
}

// Laws returns all laws.
func Laws() []Law {
	return []Law{
		{"no wrong acceptance", "what is accepted has the true grades, and only what may be accepted is", noWrongAcceptance},
		{"decoys change nothing", "without its decoys a report reads the same", decoysChangeNothing},
		{"the grade follows", "another true grade is another finding", gradeFollows},
		{"a contradiction ends acceptance", "a report that disagrees with itself goes to a human, and its graver half is not lost", contradictionEndsAcceptance},
		{"breaking loses no hazard", "however lines, pages and runs part the conclusion, the hazard stays", breakingLosesNoHazard},
		{"unreadable is not harmless", "scanned, garbled or pictured conclusions are amber at least, hidden text softens nothing", unreadableIsNotHarmless},
	}
}

func attempt(law string, w *Wordings, read Reader, s Spec) (Report, Verdict, *Breach) {
	r := w.Build(s)
	v, err := read(r.Pages)
	if err != nil {
		return r, v, &Breach{law, s.Seed, "error: " + err.Error(), r, true}
	}
	return r, v, nil
}

func noWrongAcceptance(w *Wordings, read Reader, seed uint64) ([]Breach, int) {
	const law = "no wrong acceptance"
	r, v, failed := attempt(law, w, read, w.Draw(seed))
	if failed != nil {
		return []Breach{*failed}, 1
	}
	var out []Breach
	for _, d := range Judge(r.Truth, v) {
		if d.Fault == WrongAcceptance || d.Fault == HazardMissed || d.Fault == HazardMilder {
			out = append(out, Breach{law, seed, d.String(), r, d.Fault != HazardMilder})
		}
	}
	return out, 1
}

// gist is what decoys must not change.
type gist struct {
	Outcome schemas.Outcome
	Grades  []string
	Hazard  schemas.HazardLevel
	Advice  []string
}

// gistOf leaves out the advice that is arguable.
func gistOf(v Verdict, arguable ...string) gist {
	g := gist{Outcome: v.Outcome, Grades: Grades(v.Findings, true), Hazard: v.Hazard.Level}
	for _, a := range v.Advice {
		if !slices.Contains(arguable, string(a.Code)) {
			g.Advice = append(g.Advice, string(a.Code))
		}
	}
	slices.Sort(g.Advice)
	g.Advice = slices.Compact(g.Advice)
	return g
}

func decoysChangeNothing(w *Wordings, read Reader, seed uint64) ([]Breach, int) {
	const law = "decoys change nothing"
	s := w.Draw(seed)
	s.Decoys = false
	_, plain, failed := attempt(law, w, read, s)
	if failed != nil {
		return []Breach{*failed}, 1
	}
	s.Decoys = true
	r, full, failed := attempt(law, w, read, s)
	if failed != nil {
		return []Breach{*failed}, 2
	}
	optional := r.Truth.OptionalAdvice
	if a, b := gistOf(plain, optional...), gistOf(full, optional...); !reflect.DeepEqual(a, b) {
		return []Breach{{law, seed, fmt.Sprintf("without %+v; with decoys %+v %v", a, b, codes(full.Reasons)), r,
			full.Outcome == schemas.Accepted && !slices.Equal(a.Grades, b.Grades) || b.Hazard == schemas.HazardNone && a.Hazard != b.Hazard}}, 2
	}
	return nil, 2
}

func gradeFollows(w *Wordings, read Reader, seed uint64) ([]Breach, int) {
	const law = "the grade follows"
	s := w.Draw(seed)
	s.AlsoDanger = ""
	var out []Breach
	n := 0
	unit := s.rng("changed unit").IntN(len(s.Units))
	for _, g := range w.Conclusions[s.Kind].Grades {
		r, v, failed := attempt(law, w, read, s.WithGrade(unit, g))
		n++
		if failed != nil {
			out = append(out, *failed)
			continue
		}
		// A doubt is no breach; another grade is.
		got, want := Grades(v.Findings, r.Truth.manyUnits()), r.Truth.grades()
		if !slices.Equal(got, want) {
			out = append(out, Breach{law, seed, fmt.Sprintf("read %v, want %v (%s %v)", got, want, v.Outcome, codes(v.Reasons)), r, v.Outcome == schemas.Accepted})
		}
	}
	return out, n
}

// Contradict reports whether a report can disagree with itself in this way, and
// makes it able to where a small change does it.
func Contradict(s Spec, c Contradiction) (Spec, bool) {
	s.Contradiction = c
	s.AlsoDanger = ""
	if s.Says == SaysGeo {
		s.Says = SaysNothing
	}
	switch c {
	case TableDiffers:
		return s, s.Kind == "unit_safety" && s.Placing == InSentence
	case SaidTwice:
		return s, s.Placing == InSentence
	case AdviceOther:
		return s, len(s.Units) == 1 && s.worst() != 3 && s.Says != SaysWhole
	case WordsOther:
		// A unit's words are no other unit's.
		if s.worst() == 4 {
			s.Says = SaysNothing
		}
		return s, len(s.Units) == 1
	}
	return s, true
}

func contradictionEndsAcceptance(w *Wordings, read Reader, seed uint64) ([]Breach, int) {
	const law = "a contradiction ends acceptance"
	base := w.Draw(seed)
	var out []Breach
	n := 0
	for _, c := range Contradictions() {
		s, ok := Contradict(base, c)
		if !ok {
			continue
		}
		r, v, failed := attempt(law, w, read, s)
		n++
		if failed != nil {
			out = append(out, *failed)
			continue
		}
		for _, d := range Judge(r.Truth, v) {
			if d.Fault == WrongAcceptance || d.Fault == HazardMissed {
				out = append(out, Breach{law, seed, fmt.Sprintf("%s: %s %v", c, d, codes(v.Reasons)), r, true})
			}
		}
	}
	return out, n
}

func breakingLosesNoHazard(w *Wordings, read Reader, seed uint64) ([]Breach, int) {
	const law = "breaking loses no hazard"
	s := w.Draw(seed)
	r := s.rng("breaks")
	// Make it a hazard: the gravest grade, a statement, or a geological cause.
	scale := w.Conclusions[s.Kind].Grades
	switch {
	case s.Kind == "unit_safety" && r.IntN(3) == 0:
		s = s.WithGrade(0, "Csu")
		s.Says = SaysWhole
	case r.IntN(5) == 0:
		s.Says = SaysGeo
	default:
		s = s.WithGrade(r.IntN(len(s.Units)), scale[3])
		s.Says = pick(r, []Says{SaysNothing, SaysWhole})
	}
	var out []Breach
	const tries = 3
	for i := range tries {
		s.Typography = pick(r, Typographies())
		s.Layout = drawLayout(r)
		s.Layout.BreakEvery, s.Layout.PageBreak = 0, 0
		switch i {
		case 0:
			s.Layout.BreakEvery = 1 + r.IntN(12)
		case 1:
			s.Layout.PageBreak = 1 + r.IntN(40)
		default:
			s.Layout.BreakEvery, s.Layout.PageBreak = 2+r.IntN(12), 1+r.IntN(40)
		}
		rep, v, failed := attempt(law, w, read, s)
		if failed != nil {
			out = append(out, *failed)
			continue
		}
		// A column of two or three characters is no prose any more; that it was
		// not understood may be said by amber.
		enough := v.Hazard.Level == schemas.HazardRed || v.Hazard.Level == schemas.HazardAmber && s.Layout.BreakEvery > 0 && s.Layout.BreakEvery < 4
		if !enough {
			out = append(out, Breach{law, seed, fmt.Sprintf("hazard %s %v, want red; grades %v %v", v.Hazard.Level, v.Hazard.Basis, Grades(v.Findings, true), codes(v.Reasons)), rep, v.Hazard.Level == schemas.HazardNone})
		}
	}
	return out, tries
}

// doubtfulPages are the kinds of pages that no report may be accepted from, and
// the one whose hidden words must not count.
var doubtfulPages = []PageKind{Scanned, Garbled, Partly, Pictured, Headless, Survey, Veiled}

func unreadableIsNotHarmless(w *Wordings, read Reader, seed uint64) ([]Breach, int) {
	const law = "unreadable is not harmless"
	s := w.Draw(seed)
	var out []Breach
	for _, k := range doubtfulPages {
		s.Pages = k
		r, v, failed := attempt(law, w, read, s)
		if failed != nil {
			out = append(out, *failed)
			continue
		}
		for _, d := range Judge(r.Truth, v) {
			if d.Fault == WrongAcceptance || d.Fault == HazardMissed || d.Fault == OutcomeDiffers && k == Survey {
				out = append(out, Breach{law, seed, fmt.Sprintf("%s: %s %v", k, d, codes(v.Reasons)), r, d.Fault != OutcomeDiffers})
			}
		}
	}
	return out, len(doubtfulPages)
}
