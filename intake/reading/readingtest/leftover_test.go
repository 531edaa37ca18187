package readingtest

import (
	"strings"
	"testing"
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
