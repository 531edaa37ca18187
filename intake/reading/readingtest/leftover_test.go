package readingtest

import (
	"strings"
	"testing"

	"jianding/schemas"
)

// A sentence in the cell of a form that goes on over the page, or is broken
// every few characters, lost its hazard here: at least a doubt must remain.
func TestAHazardBetweenThePiecesIsStillADoubt(t *testing.T) {
	w := load(t)
	for _, law := range Laws() {
		if law.Name != "breaking loses no hazard" {
			continue
		}
		for _, seed := range []uint64{95, 20005, 50011, 50035, 50050, 50084} {
			breaches, looked := law.Check(w, real, seed)
			if looked == 0 {
				t.Fatal("nothing was looked at")
			}
			for _, b := range breaches {
				if strings.Contains(b.Detail, "hazard none") {
					t.Errorf("seed %d: %s", seed, b.Detail)
				}
			}
		}
		return
	}
	t.Fatal("the law has another name")
}

// The label of a form stands beside the middle of its entry, between the
// entry's lines; and an item of the conclusion that begins with a neighbour's
// house, cut off before its end, is no heading. Whole reports without any
// other fault lost their hazard so.
func TestAHazardBesideALabelIsStillADoubt(t *testing.T) {
	w := load(t)
	for _, seed := range []uint64{4159, 4400, 5403, 6404, 6419, 6725, 9272} {
		s := w.Draw(seed)
		s.Pages, s.Contradiction = Readable, Agrees
		doc, truth := w.Compose(s)
		if truth.WholeStructure == nil || !*truth.WholeStructure {
			t.Fatalf("seed %d is no hazard any more: choose another", seed)
		}
		v, err := real(doc.Set(s.Layout))
		if err != nil {
			t.Fatal(err)
		}
		if v.Hazard.Level == schemas.HazardNone {
			t.Errorf("seed %d: no hazard in %s", seed, doc.Text(Conclusion))
		}
	}
}
