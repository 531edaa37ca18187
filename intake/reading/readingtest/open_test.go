package readingtest

import (
	"flag"
	"os"
	"testing"
)

// strict makes every failure that is known and open count again.
var strict = flag.Bool("strict", false, "known failures of reading fail the test too")

// knownOpen lists what reading does not keep yet, each with what is wrong:
// laws by the seed that shows it, cases and scores by name. All of it ends in
// front of a human. A wrong acceptance or a missed hazard is never excused
// (Breach.Grave). Run -strict with fresh seeds (-from, -reports) to see more.
// A case or score whose entry no longer fails asks for the entry to go.
func knownOpen() map[string]string {
	return map[string]string{}
}

// open says whether a failure is known and not to be counted now.
func open(t *testing.T, key string) bool {
	t.Helper()
	why, known := knownOpen()[key]
	if known && !*strict {
		t.Logf("open: %s: %s", key, why)
	}
	return known && !*strict
}

// closed fails when an entry of the list no longer fails. Runs with other
// seeds or sizes than the everyday one don't decide that.
func closed(t *testing.T, key string, failures int) {
	t.Helper()
	if _, known := knownOpen()[key]; known && failures == 0 && *reports == 0 && *from == 1 && os.Getenv("JIANDING_READING_SEEDS") == "" {
		t.Errorf("%s no longer fails: take it off the list of known failures", key)
	}
}
