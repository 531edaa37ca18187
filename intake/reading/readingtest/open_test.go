package readingtest

import (
	"flag"
	"testing"
)

// strict makes every failure that is known and open count again.
var strict = flag.Bool("strict", false, "known failures of reading fail the test too")

// knownOpen lists what reading does not keep yet, each with what is wrong.
// Most of it ends in front of a human, but not all: contradictions of report
// numbers and summaries are accepted, and a geological sentence in the cell
// of a form, broken every few characters, can lose its hazard. Run -strict
// with fresh seeds (-from, -reports) to see them. A law, case or score whose
// entry no longer fails asks for the entry to go.
func knownOpen() map[string]string {
	return map[string]string{
		"law/decoys change nothing":           "a history or boilerplate sentence that reaches over several clauses ends in review",
		"law/the grade follows":               "a subscript set after its line, broken by columns, is an unclear mention",
		"law/a contradiction ends acceptance": "two report numbers in prose, a summary row in two columns, local words beside 整体 words (red all the same) are not contradictions yet",
		"law/breaking loses no hazard":        "narrow cells with forced breaks make a red hazard amber, and now and then none (seed 50017)",
		"case/conclusion-and-advice-in-one":   "对Asu级的规定 in a sentence with advice is an unclear mention",
		"case/conclusion-in-two-steps":        "a grade announced in one paragraph and stated in the next is an unclear mention",
		"statement/综合判断不构成影响房屋整体安全使用的隐患。": "a negation by 不构成 over a relative clause is doubtful, so amber",
		"score/straight through": "wrapped forms, sentences cut by page ends, advice lost in forms: below 95 %",
	}
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
	if _, known := knownOpen()[key]; known && failures == 0 && *reports == 0 && *from == 1 {
		t.Errorf("%s no longer fails: take it off the list of known failures", key)
	}
}
