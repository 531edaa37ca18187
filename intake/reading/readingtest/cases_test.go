package readingtest

import "testing"

// TestCases reads the cases written by hand, in several typographies.
func TestCases(t *testing.T) {
	w := load(t)
	for i, k := range w.Cases {
		if leftOut(k.ID) {
			continue
		}
		t.Run(k.ID, func(t *testing.T) {
			typographies := []Typography{Plain, Subscript, SubOwnLine, Parens, FullWidth}
			if *reports == 0 {
				typographies = typographies[i%4 : i%4+2]
			}
			failures := 0
			for _, ty := range typographies {
				r := w.BuildCase(k, ty, Layout{Columns: 1, RunningText: true})
				v, err := real(r.Pages)
				if err != nil {
					t.Fatal(err)
				}
				for _, d := range Judge(r.Truth, v) {
					failures++
					if open(t, "case/"+k.ID) && d.Fault != WrongAcceptance && d.Fault != HazardMissed {
						continue
					}
					t.Errorf("%s: %s %v", ty, d, codes(v.Reasons))
				}
			}
			closed(t, "case/"+k.ID, failures)
		})
	}
}
