package signature

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"jianding/intake/signature/revision"
)

// TestEveryFaultHasWords: whatever the reader of structures complains of is
// said in Chinese, each in one way.
func TestEveryFaultHasWords(t *testing.T) {
	words := make(map[string]string)
	for _, g := range faultGroups {
		for _, f := range g.faults {
			if words[f] != "" {
				t.Errorf("%q has two wordings", f)
			}
			words[f] = g.text
		}
	}
	files, err := filepath.Glob("revision/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	call := regexp.MustCompile(`syntax\([^"\n]*"((?:[^"\\]|\\.)*)"`)
	found := make(map[string]bool)
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range call.FindAllSubmatch(text, -1) {
			if fault := string(m[1]); !found[fault] {
				found[fault] = true
				if words[fault] == "" {
					t.Errorf("%s: %q has no words", name, fault)
				}
			}
		}
	}
	for f := range words {
		if !found[f] {
			t.Errorf("nothing complains of %q", f)
		}
	}
	if got := faultText(&revision.SyntaxError{Fault: "startxref missing", Offset: 12}); !strings.Contains(got, "12") {
		t.Error(got)
	}
}
