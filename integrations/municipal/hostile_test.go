package municipal

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Profiles that would keep the machine busy, or switch off what protects the
// platform.
func TestHostileProfilesAreRefusedAtOnce(t *testing.T) {
	field := func(src string) string {
		return fmt.Sprintf("extends: dg-work\nname: x\nfields: [{name: a, label: 甲, value: %q}]\n", src)
	}
	for name, text := range map[string]string{
		"loops in loops":        field(`let x = 1..1000; all(x, all(x, all(x, all(x, true))))`),
		"loops in pipes":        field(`map(findings, map(findings, map(findings, .grade)))`),
		"a long list":           field(`len(1..1000000)`),
		"a list by inputs":      field(`len(1..revision)`),
		"a text that grows":     field(`reduce(1..60, #acc + #acc, "xx")`),
		"a text repeated":       field(`repeat("x", 10)`),
		"no rate":               "extends: dg-work\nname: x\nrate: {per_second: .nan}\n",
		"endless rate":          "extends: dg-work\nname: x\nrate: {per_second: .inf}\n",
		"answers without bound": "extends: dg-work\nname: x\nlimits: {answer_bytes: 9223372036854775807}\n",
		"deep":                  "name: " + strings.Repeat("[", 200_000),
		"deep maps":             strings.Repeat("{a: ", 40_000),
		"giant":                 "name: x # " + strings.Repeat("x", 2<<20),
		"many lines":            strings.Repeat("- a\n", 50_000),
	} {
		t.Run(name, func(t *testing.T) {
			done := make(chan int, 1)
			go func() { done <- len(CheckProfile([]byte(text))) }()
			select {
			case n := <-done:
				if n == 0 {
					t.Error("taken")
				}
			case <-time.After(20 * time.Second):
				t.Fatal("still at it")
			}
		})
	}
	for _, src := range []string{`any(findings, .grade in map(recommendations, .code)) ? "a" : "b"`, `join(map(1..3, string(#)), "")`} {
		if ps := CheckProfile([]byte(field(src))); len(ps) > 0 {
			t.Errorf("%s: %v", src, ps)
		}
	}
}
