package readingtest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"jianding/intake/reading/tone"
	"jianding/schemas"
)

var hear = flag.String("hear", "", "directory to write the sentences of whole reports to, for the tone to learn from")

// TestHear writes the sentences of whole reports for the tone to learn from:
// those of sound ones of a mild grade, as the reader's tone is asked about them, and
// of those that nobody may accept the ones for which the rules send them to a human.
// What our own grammar composes is one file, the printed sets are one each.
//
//	go test ./intake/reading/readingtest -run Hear -hear data/tone
func TestHear(t *testing.T) {
	if *hear == "" {
		return
	}
	defer func() { toneModel, heardBy = nil, nil }()
	toneModel = &tone.Model{Alarm: 1e9, Calm: -1e9}
	hearOurs(t)
	sets, err := filepath.Glob(filepath.Join("testdata", "strangers", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range sets {
		hearPrinted(t, dir)
	}
}

// heardLines are lines of a file of heard sentences; what is one in plain text is
// written once.
type heardLines struct {
	lines []string
	plain map[string]bool
}

func (h *heardLines) add(label, section, sentence string) {
	if p := tone.Plain(sentence); !h.plain[p] && len([]rune(p)) >= 7 {
		h.plain[p] = true
		h.lines = append(h.lines, label+"\t"+section+"\t"+sentence)
	}
}

func (h *heardLines) write(t *testing.T, name string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(*hear, name+".tsv"), []byte(strings.Join(h.lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func hearOurs(t *testing.T) {
	w := load(t)
	out := &heardLines{plain: map[string]bool{}}
	heardBy = func(s string) { out.add("ok", "ours", s) }
	one := func(r Report) {
		if r.Truth.Expected.Outcome != "accepted" {
			return
		}
		if _, err := real(r.Pages); err != nil {
			t.Fatal(err)
		}
	}
	for i := range uint64(500) {
		one(w.Build(w.Draw(770_000 + i)))
	}
	for _, k := range w.Wholes {
		one(w.BuildWhole(k, Plain, Layout{Columns: 1, Size: 12}))
	}
	for _, code := range []string{"safety", "safety55021", "danger", "rural_danger"} {
		for _, g := range w.Conclusions[plainSpec(code, "A").Kind].Grades {
			for _, x := range w.Conclusions[plainSpec(code, "A").Kind].For(g) {
				s := plainSpec(code, g)
				s.Sentence = &x
				one(w.Build(s))
			}
		}
	}
	for _, x := range w.Benign {
		out.add("ok", x.Where, x.Text)
	}
	out.write(t, "ours")
}

// bySentence are the reasons that name the sentence for which they are.
var bySentence = []schemas.ReasonCode{"report_qualified", "conclusion_not_understood", "conclusion_provisional", "grade_contradicts_statement", "not_final"}

func hearPrinted(t *testing.T, dir string) {
	raw, err := os.ReadFile(filepath.Join(dir, "truth.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var all []strange
	if err := yaml.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	out := &heardLines{plain: map[string]bool{}}
	e := engine(t)
	for _, s := range all {
		bad := len(s.Grades) == 0
		if graveIn(s.Grades) {
			continue
		}
		heardBy = nil
		if !bad {
			heardBy = func(s string) { out.add("ok", "printed", s) }
		}
		raw, err := os.ReadFile(filepath.Join(dir, s.File))
		if err != nil {
			t.Fatal(err)
		}
		v, err := readPDF(e, raw)
		if err != nil {
			t.Fatal(s.File, err)
		}
		for _, r := range v.Reasons {
			if bad && slices.Contains(bySentence, r.Code) && len(r.Evidence) > 0 {
				out.add("trap", "printed", r.Evidence[0].Quote)
			}
		}
	}
	out.write(t, fmt.Sprintf("printed-%s", filepath.Base(dir)))
}

// graveIn: beside such a grade nothing can be too grave to say.
func graveIn(grades []string) bool {
	return slices.ContainsFunc(grades, func(g string) bool {
		return strings.Contains(g, "D") || strings.Contains(g, "C") && !strings.Contains(g, "Css")
	})
}
