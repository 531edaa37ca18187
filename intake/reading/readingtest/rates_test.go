package readingtest

import (
	"fmt"
	"os"
	"sort"

	"jianding/schemas"
)

// holding counts what sends sound reports of one form to a human.
type holding struct {
	n     int
	seeds []uint64
}

// hold notes why a sound report was not accepted: its reasons that weigh.
func hold(held map[string]*holding, r Report, v Verdict) {
	if r.Truth.Expected.Outcome != "accepted" || v.Outcome == schemas.Accepted {
		return
	}
	seen := map[string]bool{}
	for _, x := range v.Reasons {
		info, known := x.Code.Info()
		k := fmt.Sprintf("%-8s %s", r.Spec.Form, x.Code)
		if known && info.Weight == schemas.WeightNote || seen[k] {
			continue
		}
		seen[k] = true
		if held[k] == nil {
			held[k] = &holding{}
		}
		held[k].n++
		if len(held[k].seeds) < 12 {
			held[k].seeds = append(held[k].seeds, r.Spec.Seed)
		}
	}
}

func printHeld(held map[string]*holding) {
	var keys []string
	for k := range held {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		a, b := held[keys[i]], held[keys[j]]
		return a.n > b.n || a.n == b.n && keys[i] < keys[j]
	})
	for _, k := range keys {
		fmt.Fprintf(os.Stdout, "  held %-46s %4d  seeds %v\n", k, held[k].n, held[k].seeds)
	}
}

// score counts what a reader makes of the reports of one category.
type score struct {
	reports, straight, mayPass      int
	wrong, hazards, flagged, falsed int
	fields                          map[string]int
	fieldsOf                        int
	advice, adviceOf                int
	grades, gradesOf                int
}

func (s *score) add(t Truth, v Verdict) []Difference {
	if s.fields == nil {
		s.fields = map[string]int{}
	}
	s.reports++
	diffs := Judge(t, v)
	if t.Expected.Outcome == "accepted" {
		s.mayPass++
		if v.Outcome == "accepted" {
			s.straight++
		}
	}
	if t.WholeStructure != nil && *t.WholeStructure {
		s.hazards++
		if v.Hazard.Level != "none" {
			s.flagged++
		}
	}
	if t.TextLayer == "full" && t.Conflict == nil && t.Expected.Outcome != "rejected" {
		s.fieldsOf++
		s.adviceOf++
		s.gradesOf++
		for _, f := range fieldNames {
			s.fields[f]++
		}
		okGrade, okAdvice := 1, 1
		for _, d := range diffs {
			switch d.Fault {
			case FieldDiffers:
				s.fields[d.Field]--
			case AdviceDiffers:
				okAdvice = 0
			case GradeDiffers:
				okGrade = 0
			}
		}
		s.grades += okGrade
		s.advice += okAdvice
	}
	for _, d := range diffs {
		switch d.Fault {
		case WrongAcceptance:
			s.wrong++
		case HazardInvented:
			s.falsed++
		}
	}
	return diffs
}

func share(n, of int) string {
	if of == 0 {
		return "—"
	}
	return fmt.Sprintf("%.1f%% (%d/%d)", 100*float64(n)/float64(of), n, of)
}

func (s score) print(name string) {
	fmt.Fprintf(os.Stdout, "%-28s reports %d  wrong acceptances %d  straight through %s  hazard recall %s  hazards invented %d  grades %s  advice %s\n",
		name, s.reports, s.wrong, share(s.straight, s.mayPass), share(s.flagged, s.hazards), s.falsed, share(s.grades, s.gradesOf), share(s.advice, s.adviceOf))
}

func (s score) printFields() {
	for _, f := range fieldNames {
		fmt.Fprintf(os.Stdout, "  %-16s %s\n", f, share(s.fields[f], s.fieldsOf))
	}
}
