package readingtest

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"jianding/intake/reading/tone"
	"jianding/schemas"
)

var unheard = flag.String("unheard", "", "names of sets of sentences, or all: measure the tone, and the reader with it, that has not heard that set")

// TestToneIsOfTheseSentences: after a sentence was added the model is to be learned
// anew.
func TestToneIsOfTheseSentences(t *testing.T) {
	sets, err := HeardAll()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := tone.Shipped().Source, tone.Digest(HeardBut(sets)); got != want {
		t.Errorf("the model is of other sentences: go run ./intake/reading/readingtest/learn")
	}
}

// told is what a model makes of sentences.
type told struct{ n, alarmed, calm int }

func (c *told) add(m *tone.Model, text string) {
	c.n++
	switch h := m.Hear(text); {
	case m.Alarms(h):
		c.alarmed++
	case h.Whole <= m.Calm:
		c.calm++
	}
}

// TestTone measures what the tone makes of sentences by writers that it has not
// heard: it must tell of a part of what the rules do not know, and leave ordinary
// sentences alone. Without -unheard two sets stand for all.
//
//	go test ./intake/reading/readingtest -run 'Tone$' -v -unheard all
func TestTone(t *testing.T) {
	sets, err := HeardAll()
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"pairs08", "ordinary eighth"}
	var both *tone.Model // that has heard neither
	if *unheard != "" {
		names = unheardSets(sets)
	} else {
		both = tone.Learn(some(HeardBut(sets, names...)))
	}
	for _, name := range names {
		m := both
		if m == nil {
			m = tone.Learn(HeardBut(sets, name))
		}
		var bad, good told
		for _, s := range sets[name] {
			if s.Bad {
				bad.add(m, s.Text)
			} else {
				good.add(m, s.Text)
			}
		}
		t.Logf("%-18s of those that nobody may accept %s alarm, %s sound ordinary; of the others %s alarm, %s sound ordinary", name,
			share(bad.alarmed, bad.n), share(bad.calm, bad.n), share(good.alarmed, good.n), share(good.calm, good.n))
		if oneIn > 1 {
			continue // of a few sentences little is learned
		}
		near := strings.HasPrefix(name, "pairs") // each harmless sentence is close to one that is not
		if bad.n > 100 && (bad.alarmed*100 < bad.n*40 || bad.calm*100 > bad.n*25) {
			t.Errorf("%s: hears little", name)
		}
		if good.n > 100 && (near && good.alarmed*100 > good.n*10 || !near && good.alarmed*1000 > good.n*15 || good.calm*100 < good.n*75) {
			t.Errorf("%s: hears what is not there", name)
		}
	}
}

// some are one sentence in oneIn.
func some(all []tone.Sentence) []tone.Sentence {
	var out []tone.Sentence
	for i := 0; i < len(all); i += oneIn {
		out = append(out, all[i])
	}
	return out
}

// TestUnheard reads the kept sets, each by a reader whose tone has not heard it, and
// by one that is deaf.
//
//	go test ./intake/reading/readingtest -run Unheard -v -unheard pairs08,fourteenth -timeout 60m
func TestUnheard(t *testing.T) {
	if *unheard == "" {
		return
	}
	sets, err := HeardAll()
	if err != nil {
		t.Fatal(err)
	}
	w := load(t)
	deaf := &tone.Model{Alarm: 1e9, Calm: -1e9}
	defer func() { toneModel = nil }()
	kept := foreignSets(t)
	for _, name := range unheardSets(sets) {
		m := tone.Learn(HeardBut(sets, name))
		var bad, good [3]int // read, accepted by the deaf one, by the other
		one := func(r Report, trap bool, text string) {
			if leftOut(text) {
				return
			}
			var accepted [2]bool
			var why string
			for i, by := range []*tone.Model{deaf, m} {
				toneModel = by
				v, err := real(r.Pages)
				if err != nil {
					t.Fatal(err)
				}
				accepted[i], why = v.Outcome == schemas.Accepted, weighing(v.Reasons)
			}
			c := &good
			if trap {
				c = &bad
			}
			c[0]++
			for i, a := range accepted {
				if a {
					c[i+1]++
				}
			}
			if accepted[0] != accepted[1] || accepted[1] == trap {
				t.Logf("%s\ttrap %t\taccepted %t, with the tone %t\t%.2f\t%s\t%s", name, trap, accepted[0], accepted[1], m.Score(text), text, why)
			}
		}
		if f, ok := kept[name]; ok {
			for _, x := range f.Traps {
				one(w.BuildLine(x), true, x.Text)
			}
			for _, x := range f.Benign {
				one(w.BuildLine(x), false, x.Text)
			}
			for _, k := range f.Wholes {
				one(w.BuildWhole(k, Plain, Layout{Columns: 1, Size: 12}), k.Outcome != "", k.ID)
			}
		}
		if strings.HasPrefix(name, "flow") {
			for i, r := range w.Flows(sets[name]) {
				one(r, false, fmt.Sprintf("%s-%d %s", name, i+1, r.Document.Blocks[0].Text))
			}
		}
		for _, x := range ordinaryOf(t, name, sets[name]) {
			r, _ := w.BuildOrdinary(x.Ordinary)
			one(r, x.Bad, x.Text)
		}
		t.Logf("%-18s traps %d: %d accepted, with the tone %d; sound %d: %d accepted, with the tone %d", name, bad[0], bad[1], bad[2], good[0], good[1], good[2])
	}
}

// unheardSets are the sets that -unheard names.
func unheardSets(sets map[string][]tone.Sentence) []string {
	if *unheard != "all" {
		return strings.Split(*unheard, ",")
	}
	return slices.Sorted(maps.Keys(sets))
}

type heardOne struct {
	Ordinary
	Bad bool
}

// ordinaryOf are the single sentences of a set, as one for a short report.
func ordinaryOf(t *testing.T, name string, all []tone.Sentence) (out []heardOne) {
	t.Helper()
	if file, ok := strings.CutPrefix(name, "ordinary "); ok {
		xs, err := LoadOrdinary(dataFS, "data/ordinary/"+file+".tsv")
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range xs {
			out = append(out, heardOne{x, false})
		}
		return out
	}
	if !strings.HasPrefix(name, "pairs") && name != "attacked" {
		return nil
	}
	for _, s := range all {
		x := Ordinary{Section: s.Section, Grade: "Bsu", Text: s.Text}
		if x.Section == "attacked" {
			x.Section = "inspection"
		}
		if x.Section == "conclusion" && givesGrade.MatchString(x.Text) {
			x.Grade = gradeIn(x.Text)
		}
		out = append(out, heardOne{x, s.Bad})
	}
	return out
}

// gradeIn is the grade that a conclusion gives: of several the last.
func gradeIn(text string) string {
	last, grade := -1, "Bsu"
	for _, g := range []string{"Asu", "Bsu", "Csu", "Dsu", "A级", "B级", "C级", "D级"} {
		if i := strings.LastIndex(text, g); i > last {
			last, grade = i, strings.TrimSuffix(g, "级")
		}
	}
	return grade
}
