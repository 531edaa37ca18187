package readingtest

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"jianding/intake/reading/tone"
)

// Heard are the sentences that the reader's tone is learned from, by who wrote
// them: the traps and the benign lines of the foreign sets with the sound reports
// among them, the ordinary sentences, the pairs of a trap and what is close to it,
// and what printed reports hold that are sound. All are of reports of a mild grade
// or local trouble: beside a grave grade nothing can be too grave to say.
func Heard(dir fs.FS) (map[string][]tone.Sentence, error) {
	out := make(map[string][]tone.Sentence)
	sets, err := fs.ReadDir(dir, "foreign")
	if err != nil {
		return nil, err
	}
	for _, s := range sets {
		sub, err := fs.Sub(dir, path.Join("foreign", s.Name()))
		if err != nil {
			return nil, err
		}
		f, err := LoadForeign(sub)
		if err != nil {
			return nil, err
		}
		out[s.Name()] = f.heard()
	}
	files, err := fs.Glob(dir, "ordinary/*.tsv")
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		all, err := LoadOrdinary(dir, name)
		if err != nil {
			return nil, err
		}
		set := "ordinary " + strings.TrimSuffix(path.Base(name), ".tsv")
		for _, x := range all {
			if !grave[x.Grade] {
				out[set] = append(out[set], tone.Sentence{Text: x.Text})
			}
		}
	}
	files, err = fs.Glob(dir, "tone/*.tsv")
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		if out[strings.TrimSuffix(path.Base(name), ".tsv")], err = loadPairs(dir, name); err != nil {
			return nil, err
		}
	}
	return out, nil
}

var grave = map[string]bool{"Dsu": true, "D": true}

// heard are the sentences of a foreign set.
func (f Foreign) heard() []tone.Sentence {
	var out []tone.Sentence
	for _, x := range f.Traps {
		out = append(out, tone.Sentence{Text: x.Text, Bad: true})
	}
	for _, x := range f.Benign {
		if !grave[x.Grade] {
			out = append(out, tone.Sentence{Text: x.Text})
		}
	}
	for _, k := range f.Wholes {
		if k.Outcome != "" || k.rated("Csu", "Dsu", "C", "D") {
			continue
		}
		for _, b := range k.Blocks {
			for _, t := range []string{b.P, b.L} {
				if t != "" {
					out = append(out, tone.Sentence{Text: t})
				}
			}
		}
	}
	return out
}

// rated tells whether a house of the report has one of the grades.
func (k Whole) rated(grades ...string) bool {
	for _, g := range k.Grades {
		for _, x := range grades {
			if g.Grade == x {
				return true
			}
		}
	}
	return false
}

// loadPairs reads lines of trap or ok, section and sentence between tabs.
func loadPairs(dir fs.FS, name string) ([]tone.Sentence, error) {
	raw, err := fs.ReadFile(dir, name)
	if err != nil {
		return nil, err
	}
	var out []tone.Sentence
	for line := range strings.Lines(string(raw)) {
		cols := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(cols) != 3 || cols[0] != "trap" && cols[0] != "ok" {
			return nil, fmt.Errorf("%s: %q", name, line)
		}
		out = append(out, tone.Sentence{Section: cols[1], Text: cols[2], Bad: cols[0] == "trap"})
	}
	return out, nil
}

// HeardBut joins the sets, in the order of their names, but those left out.
func HeardBut(sets map[string][]tone.Sentence, out ...string) []tone.Sentence {
	var all []tone.Sentence
	for _, name := range slices.Sorted(maps.Keys(sets)) {
		if !slices.Contains(out, name) {
			all = append(all, sets[name]...)
		}
	}
	return all
}

// HeardAll are the sentences of the data that the tests keep.
func HeardAll() (map[string][]tone.Sentence, error) {
	dir, err := fs.Sub(dataFS, "data")
	if err != nil {
		return nil, err
	}
	return Heard(dir)
}
