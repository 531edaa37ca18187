package reading

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Text that is printed sideways or upside down, all of a page or a part of it,
// reads as it does upright; its evidence lies where it is printed.
func TestTurnedText(t *testing.T) {
	plain := setText(sampleReport)
	want := Read(plain, Options{})
	for _, by := range []int{90, 180, 270} {
		for _, from := range []int{0, 6} {
			src := turned{plain, from, by}
			got := Read(src, Options{})
			if len(got.Findings) != 1 || got.Findings[0].Grade != "Dsu" {
				t.Errorf("%d from line %d: findings %+v, reasons %v", by, from, got.Findings, blockers(got.Reasons))
				continue
			}
			if d := cmp.Diff(want.Fields, got.Fields); d != "" {
				t.Errorf("%d from line %d: fields %s", by, from, d)
			}
			if len(got.Recommendations) != len(want.Recommendations) {
				t.Errorf("%d from line %d: recommendations %+v", by, from, got.Recommendations)
			}
			chars, _ := src.Chars(1)
			box := got.Findings[0].Evidence.Boxes[0]
			on := false
			for _, c := range chars {
				if c.R == 'D' && c.Turn == by {
					on = c.Box[0] >= box[0]-0.1 && c.Box[1] >= box[1]-0.1 && c.Box[2] <= box[2]+0.1 && c.Box[3] <= box[3]+0.1
				}
			}
			if !on {
				t.Errorf("%d from line %d: evidence at %v, not where the grade is printed", by, from, box)
			}
		}
	}
}
