package readingtest

import (
	"strings"
	"testing"
)

// Reports that say two grades were accepted with the milder one: a list item
// broken behind 依据《…》 was taken for a heading, a summary of several units was
// compared with none, 正房 and 正房房屋 were two units.
func TestTwoGradesAreNeverAcceptedAsTheMilder(t *testing.T) {
	w := load(t)
	for _, law := range Laws() {
		if law.Name != "a contradiction ends acceptance" {
			continue
		}
		for _, seed := range []uint64{20006, 20027, 20047, 20066} {
			breaches, looked := law.Check(w, real, seed)
			if looked == 0 {
				t.Fatal("nothing was looked at")
			}
			for _, b := range breaches {
				if strings.Contains(b.Detail, "twice:") || strings.Contains(b.Detail, "summary:") || strings.Contains(b.Detail, string(HazardMissed)) {
					t.Errorf("seed %d: %s", seed, b.Detail)
				}
			}
		}
		return
	}
	t.Fatal("the law has another name")
}
