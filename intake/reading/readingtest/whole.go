package readingtest

import "strings"

// Whole is a report written by hand from its title to its signatures, in a
// manner that the grammar does not produce. What Fields does not name is not
// judged.
type Whole struct {
	ID     string            `yaml:"id"`
	Why    string            `yaml:"why"`
	Fields map[string]string `yaml:"fields"`
	Blocks []WholeBlock      `yaml:"blocks"`

	Grades    []TrueGrade `yaml:"grades"`
	Outcome   string      `yaml:"outcome"` // empty: accepted
	AlsoOK    []string    `yaml:"also_ok"`
	Levels    []string    `yaml:"levels"`
	Advice    []string    `yaml:"advice"`
	Optional  []string    `yaml:"optional"`
	Unsettled bool        `yaml:"unsettled"` // the grades are not judged
}

// WholeBlock is a block; one of its fields is set, or R with W.
type WholeBlock struct {
	Title string     `yaml:"title"`
	H     string     `yaml:"h"` // heading
	P     string     `yaml:"p"` // paragraph
	L     string     `yaml:"l"` // line without indent
	T     [][]string `yaml:"t"` // table of even columns
	R     []string   `yaml:"r"` // row of a form
	W     []float64  `yaml:"w"` // widths of its cells, as shares of the line
	Page  bool       `yaml:"page"`
}

func (b WholeBlock) block(s Section) Block {
	switch {
	case b.Title != "":
		return Block{Kind: Title, Section: s, Text: b.Title}
	case b.H != "":
		return Block{Kind: Heading, Section: s, Text: b.H}
	case b.L != "":
		return Block{Kind: Line, Section: s, Text: b.L}
	case b.T != nil:
		return Block{Kind: Table, Section: s, Rows: b.T}
	case b.R != nil:
		return Block{Kind: KeyValues, Section: s, Rows: [][]string{b.R}, Widths: b.W}
	case b.Page:
		return Block{Kind: NewPage, Section: s}
	}
	return Block{Kind: Para, Section: s, Text: b.P}
}

// BuildWhole sets a report in the typography and layout.
func (w *Wordings) BuildWhole(k Whole, t Typography, l Layout) Report {
	c := &composer{w: w, spec: Spec{Typography: t, Layout: l}}
	section := Cover
	for _, b := range k.Blocks {
		section = sectionOf(b.H, section)
		if len(b.R) > 0 {
			section = sectionOf(b.R[0], section)
		}
		c.add(b.block(section))
	}
	truth := Truth{ID: k.ID, TextLayer: "full", Grades: k.Grades, Levels: k.Levels, OptionalAdvice: k.Optional,
		Expected: Expected{Outcome: "accepted", AlsoOK: k.AlsoOK, Why: k.Why}}
	if k.Outcome != "" {
		truth.Expected.Outcome = k.Outcome
	}
	if strings.Join(k.Levels, "") == "red" {
		yes := true
		truth.WholeStructure = &yes
	}
	if k.Unsettled {
		truth.Conflict = []string{"not judged"}
	}
	for _, a := range k.Advice {
		truth.Advice = append(truth.Advice, TrueAdvice{Code: a})
	}
	return Report{c.spec, c.doc, c.doc.Set(l), truth}
}
