package readingtest

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/goccy/go-yaml"
)

//go:embed data
var dataFS embed.FS

// Says is what a sentence states about the house as a whole.
type Says string

const (
	SaysNothing Says = ""        // neither that the whole is affected nor that it is not
	SaysWhole   Says = "whole"   // the whole structure or its safety as a whole is affected
	SaysLocal   Says = "local"   // it is not, or the effect is local
	SaysGeo     Says = "geo"     // a geological hazard threatens the whole house
	SaysPartial Says = "partial" // a part or single members are dangerous
)

// Wording is one sentence of a conclusion.
type Wording struct {
	Text   string   `yaml:"text"`
	Grades []string `yaml:"grades"` // the grades beside which it stands; empty: all of its kind
	Says   Says     `yaml:"says"`
}

// fits reports whether the wording may carry the grade.
func (w Wording) fits(grade string) bool {
	if len(w.Grades) == 0 {
		return true
	}
	for _, g := range w.Grades {
		if g == grade {
			return true
		}
	}
	return false
}

// Conclusions is the wordings of one kind of conclusion.
type Conclusions struct {
	Kind      string    `yaml:"kind"`
	Scope     string    `yaml:"scope"`
	Aspect    string    `yaml:"aspect"`
	Standard  string    `yaml:"standard"`
	Grades    []string  `yaml:"grades"`
	Sentences []Wording `yaml:"sentences"`
}

// For returns the wordings that may carry the grade.
func (c Conclusions) For(grade string) []Wording {
	var out []Wording
	for _, w := range c.Sentences {
		if w.fits(grade) {
			out = append(out, w)
		}
	}
	return out
}

// Statements is the wordings of one kind of statement about the house.
type Statements struct {
	Kind      string   `yaml:"kind"`
	Says      Says     `yaml:"says"`
	Sentences []string `yaml:"sentences"`
}

// Decoys is the wordings of one kind of sentence that looks like a conclusion
// and is none. Role is the role that a reader may report for its grades; none
// means that no grade of the house is mentioned at all.
type Decoys struct {
	Kind      string   `yaml:"kind"`
	Role      string   `yaml:"role"`
	Sections  []string `yaml:"sections"`
	Sentences []string `yaml:"sentences"`
}

// Advice is one sentence that recommends Codes; Optional codes are arguable.
type Advice struct {
	Text     string   `yaml:"text"`
	Codes    []string `yaml:"codes"`
	Optional []string `yaml:"optional"`
	Severity []int    `yaml:"severity"` // 1 mildest … 4 gravest; empty: any
	Geo      bool     `yaml:"geo"`
}

// Refusal is one sentence that denies what it names.
type Refusal struct {
	Text    string   `yaml:"text"`
	Forbids []string `yaml:"forbids"`
	Min     int      `yaml:"min"` // mildest severity beside which it stands; 0: any
	Max     int      `yaml:"max"` // gravest severity; 0: any
}

// Vocabulary is invented particulars.
type Vocabulary struct {
	Agencies    []string            `yaml:"agencies"`
	Clients     []string            `yaml:"clients"`
	Addresses   []string            `yaml:"addresses"`
	Structures  []string            `yaml:"structures"`
	Uses        []string            `yaml:"uses"`
	People      []string            `yaml:"people"`
	Units       [][]string          `yaml:"units"`
	Subjects    []string            `yaml:"subjects"`
	Standards   map[string][]string `yaml:"standards"`
	Others      []string            `yaml:"others"`
	Inspection  []string            `yaml:"inspection"`
	Calculation []string            `yaml:"calculation"`
}

// Wordings is everything in data/.
type Wordings struct {
	Conclusions map[string]Conclusions
	Statements  map[Says]Statements
	Decoys      map[string]Decoys
	Advice      []Advice
	Refusals    []Refusal
	Benign      []Beside // change nothing
	Vocabulary  Vocabulary
	Wholes      []Whole
	Cases       []Case
}

// LoadWordings reads the embedded data; unknown keys are refused.
func LoadWordings() (*Wordings, error) {
	w := &Wordings{
		Conclusions: map[string]Conclusions{},
		Statements:  map[Says]Statements{},
		Decoys:      map[string]Decoys{},
	}
	err := fs.WalkDir(dataFS, "data", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(p) != ".yaml" {
			return err
		}
		raw, err := dataFS.ReadFile(p)
		if err != nil {
			return err
		}
		return w.add(p, raw)
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

func (w *Wordings) add(p string, raw []byte) error {
	decode := func(v any) error {
		if err := yaml.UnmarshalWithOptions(raw, v, yaml.Strict()); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		return nil
	}
	switch {
	case strings.HasPrefix(p, "data/conclusions/"):
		var c Conclusions
		if err := decode(&c); err != nil {
			return err
		}
		w.Conclusions[c.Kind] = c
	case strings.HasPrefix(p, "data/statements/"):
		var s Statements
		if err := decode(&s); err != nil {
			return err
		}
		w.Statements[s.Says] = s
	case strings.HasPrefix(p, "data/decoys/"):
		var d Decoys
		if err := decode(&d); err != nil {
			return err
		}
		w.Decoys[d.Kind] = d
	case p == "data/advice/positive.yaml":
		var f struct {
			Sentences []Advice `yaml:"sentences"`
		}
		if err := decode(&f); err != nil {
			return err
		}
		w.Advice = f.Sentences
	case p == "data/advice/negated.yaml":
		var f struct {
			Sentences []Refusal `yaml:"sentences"`
		}
		if err := decode(&f); err != nil {
			return err
		}
		w.Refusals = f.Sentences
	case strings.HasPrefix(p, "data/reports/"):
		var f []Whole
		if err := decode(&f); err != nil {
			return err
		}
		w.Wholes = append(w.Wholes, f...)
	case p == "data/beside/benign.yaml":
		var f struct {
			Sentences []Beside `yaml:"sentences"`
		}
		if err := decode(&f); err != nil {
			return err
		}
		w.Benign = f.Sentences
	case strings.HasPrefix(p, "data/foreign/"):
		return nil // LoadForeign
	case p == "data/vocabulary.yaml":
		return decode(&w.Vocabulary)
	case strings.HasPrefix(p, "data/cases/"):
		var f []Case
		if err := decode(&f); err != nil {
			return err
		}
		w.Cases = append(w.Cases, f...)
	default:
		return fmt.Errorf("%s: no room for this file", p)
	}
	return nil
}
