package reading

import (
	"regexp"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Whatever a label's expression matches is found by way of its first rune, and
// the first expression that matches still decides.
func TestLabelsAreFoundByTheirFirstRune(t *testing.T) {
	if len(labelIndex.always) > 0 {
		t.Errorf("%d expressions of labels are tried for every text", len(labelIndex.always))
	}
	rapid.Check(t, func(rt *rapid.T) {
		l := labels[rapid.IntRange(0, len(labels)-1).Draw(rt, "label")]
		text := rapid.StringMatching(l.re.String()).Draw(rt, "text")
		if !l.re.MatchString(text) || text == "" {
			return
		}
		want := fNone
		for _, l := range labels {
			if l.re.MatchString(text) {
				want = l.to
				break
			}
		}
		got := fNone
		for _, i := range labelIndex.candidates(text) {
			if labels[i].re.MatchString(text) {
				got = labels[i].to
				break
			}
		}
		if got != want {
			rt.Fatalf("%q: %v, want %v", text, got, want)
		}
	})
}

func TestFirstRunes(t *testing.T) {
	for _, c := range []struct {
		expression string
		want       string // in order; "*" for anything
	}{
		{`^ab|^cd`, "ac"},
		{`^a?b`, "ab"},
		{`^(?:ab|c*)d$`, "acd"},
		{`^[x-z]+`, "xyz"},
		{`^a|b`, "*"},
		{`a`, "*"},
		{`^a*$`, "*"},
		{`^\p{Han}`, "*"},
		{`^.a`, "*"},
		{`(?i)^a`, "*"},
		{`(?m)^a`, "*"},
	} {
		got := "*"
		if f := firstRunes(regexp.MustCompile(c.expression).String()); f != nil {
			rs := []rune{}
			for r := range f {
				rs = append(rs, r)
			}
			slices.Sort(rs)
			got = string(rs)
		}
		if got != c.want {
			t.Errorf("%s begins with %q, want %q", c.expression, got, c.want)
		}
	}
}
