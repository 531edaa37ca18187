package reading

import (
	"math/rand/v2"
	"regexp/syntax"
	"slices"
	"testing"
)

// everyGuarded are the expressions of the package that are asked most, and
// some of each form.
func everyGuarded() []*guarded {
	all := []*guarded{gradeToken, headNumber, bare, translated, bodyEntry, loneLetter, numberedUnit, indexedUnit, rangeUnit, listedUnit,
		namedUnit, genericUnit, leadIn, subjectTail, notName, partName, excepting, histCue, nowCue, thisCue, inlineLabel, advisory, assertive}
	for _, h := range headings {
		all = append(all, h.re)
	}
	for _, l := range labels {
		all = append(all, l.re)
	}
	return append(all, re(`(?i)d级`), re(`a*`), re(`^a?b|^c`), re(`(?:ab|cd)+x?`), re(`x{0,3}y{2}`), re(`a|`), re(`[^a]b`), re(`(?m)^级`),
		// places, ends, preferences, ways that can begin with anything
		re(`ab|^b|c$|^$`), re(`(?:a|ab)(c|bcd)?(d*)`), re(`a?ab|ac+?c|(b)(x)?`), re(`\bab|cd`), re(`x{2,3}?|y[^y]z|[0-9]{1,2}\.`),
		re(`aa|ab|ac|ad|ae|(?:^|[^f])g`), re(`ba|gb|bc|bd|be|[^f]gb?`), guardLongest(`a|ab|abc|b|bc|(?:^|[^d])e|[^x]bc`), guardLongest(`房(?:屋)?|屋顶?|房屋顶`))
}

// A guard keeps no match from being found, nor finds another. The texts are made of what the
// expressions are made of: paths through them, whole and damaged.
func TestAGuardFindsWhatTheExpressionFinds(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, g := range everyGuarded() {
		parsed, err := syntax.Parse(g.String(), syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for range 300 {
			text := []rune(walkThrough(random, parsed))
			switch random.IntN(4) {
			case 0:
				text = append([]rune("，该房屋\n"), append(text, []rune("1层")...)...)
			case 1:
				if len(text) > 0 {
					at := random.IntN(len(text))
					text = append(text[:at:at], text[at+1:]...)
				}
			}
			s := string(text)
			want := g.engine().FindAllStringSubmatchIndex(s, -1)
			if want != nil {
				found++
			}
			if got := g.FindAllStringSubmatchIndex(s, -1); !slices.EqualFunc(got, want, slices.Equal) {
				t.Fatalf("%s in %q: found at %v, want %v", g, s, got, want)
			}
			if got, want := g.FindAllStringIndex(s, 2), g.engine().FindAllStringIndex(s, 2); !slices.EqualFunc(got, want, slices.Equal) {
				t.Fatalf("%s in %q: found at %v, want %v", g, s, got, want)
			}
			if got, want := g.FindStringSubmatch(s), g.engine().FindStringSubmatch(s); !slices.Equal(got, want) {
				t.Fatalf("%s in %q: found %q, want %q", g, s, got, want)
			}
			if got, want := g.ReplaceAllString(s, "_"), g.engine().ReplaceAllString(s, "_"); got != want || g.MatchString(s) != g.engine().MatchString(s) || g.FindString(s) != g.engine().FindString(s) {
				t.Fatalf("%s in %q: replaced %q, want %q", g, s, got, want)
			}
		}
		if found < 30 {
			t.Errorf("%s: only %d of the texts hold a match", g, found)
		}
	}
}

// walkThrough writes a text that the expression may match.
func walkThrough(random *rand.Rand, e *syntax.Regexp) string {
	sub := func() string { return walkThrough(random, e.Sub[0]) }
	times := func(least, most int) (s string) {
		for range least + random.IntN(most-least+1) {
			s += sub()
		}
		return s
	}
	switch e.Op {
	case syntax.OpLiteral:
		return string(e.Rune)
	case syntax.OpCharClass:
		i := 2 * random.IntN(len(e.Rune)/2)
		return string(e.Rune[i] + random.Int32N(min(e.Rune[i+1]-e.Rune[i], 2000)+1))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return string([]rune("级a房1")[random.IntN(4)])
	case syntax.OpCapture:
		return sub()
	case syntax.OpStar:
		return times(0, 2)
	case syntax.OpPlus:
		return times(1, 3)
	case syntax.OpQuest:
		return times(0, 1)
	case syntax.OpRepeat:
		return times(e.Min, max(e.Max, e.Min+1))
	case syntax.OpConcat:
		s := ""
		for _, x := range e.Sub {
			s += walkThrough(random, x)
		}
		return s
	case syntax.OpAlternate:
		return walkThrough(random, e.Sub[random.IntN(len(e.Sub))])
	}
	return ""
}

// What is guarded against: texts that hold nothing of an expression are not
// tried at all.
func TestAGuardTurnsAway(t *testing.T) {
	for _, c := range []struct {
		expression, text string
		may              bool
	}{
		{gradeToken.String(), "承重墙体开裂", false},
		{gradeToken.String(), "安全性等级为Dsu", true},
		{`^结论`, "鉴定结论", false},
		{`结论`, "鉴定结论", true},
		{`历史|沿革`, "房屋概况", false},
		{`(?:历史)?`, "房屋概况", true},
	} {
		if got := guard(c.expression).may(c.text); got != c.may {
			t.Errorf("%s of %q: %v, want %v", c.expression, c.text, got, c.may)
		}
	}
}
