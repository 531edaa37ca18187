package readingtest

import (
	"hash/fnv"
	"slices"
	"strings"
)

// Case is one report written by hand: a style of writing that the grammar does
// not produce, a trap, or a failure that was found and must not come back. Its
// particulars (cover, table of particulars, 鉴定依据) are composed as for any
// other report; Blocks follow them.
type Case struct {
	ID     string      `yaml:"id"`
	Why    string      `yaml:"why"`
	Code   string      `yaml:"code"` // the standard in 鉴定依据; empty: safety
	Title  string      `yaml:"title"`
	Front  []CaseBlock `yaml:"front"` // before the particulars
	Blocks []CaseBlock `yaml:"blocks"`

	Grades    []TrueGrade `yaml:"grades"`
	Outcome   string      `yaml:"outcome"` // empty: accepted
	AlsoOK    []string    `yaml:"also_ok"`
	Levels    []string    `yaml:"levels"`
	Advice    []string    `yaml:"advice"`
	Optional  []string    `yaml:"optional"`
	Unsettled bool        `yaml:"unsettled"` // the grades are not judged
}

// CaseBlock is a block; one of its fields is set.
type CaseBlock struct {
	H  string     `yaml:"h"`  // heading
	P  string     `yaml:"p"`  // paragraph
	L  string     `yaml:"l"`  // line without indent
	C  string     `yaml:"c"`  // caption of a table
	T  [][]string `yaml:"t"`  // table
	KV [][]string `yaml:"kv"` // label and value pairs
	// Page is a page break.
	Page bool `yaml:"page"`
}

func (b CaseBlock) block(s Section) Block {
	switch {
	case b.H != "":
		return Block{Kind: Heading, Section: s, Text: b.H}
	case b.L != "":
		return Block{Kind: Line, Section: s, Text: b.L}
	case b.C != "":
		return Block{Kind: Caption, Section: s, Text: b.C}
	case b.T != nil:
		return Block{Kind: Table, Section: s, Rows: b.T}
	case b.KV != nil:
		return Block{Kind: KeyValues, Section: s, Rows: b.KV}
	case b.Page:
		return Block{Kind: NewPage, Section: s}
	}
	return Block{Kind: Para, Section: s, Text: b.P}
}

// BuildCase composes the report of a case in the typography and layout.
func (w *Wordings) BuildCase(k Case, t Typography, l Layout) Report {
	h := fnv.New64a()
	_, _ = h.Write([]byte(k.ID))
	code := k.Code
	if code == "" {
		code = "safety"
	}
	kind := "unit_safety"
	if code == "danger" || code == "rural_danger" {
		kind = code
	}
	l.SignBlock = true
	s := Spec{Seed: h.Sum64(), Kind: kind, Code: code, Units: []Unit{{Grade: w.Conclusions[kind].Grades[0]}}, Typography: t, Layout: l, Form: Classic, Pages: Readable}
	c := &composer{w: w, spec: s, table: 1, subject: "该房屋"}
	c.facts = drawFacts(s.rng("facts"), w.Vocabulary)
	c.standard = w.Vocabulary.Standards[code][0]
	c.settle()
	for _, b := range k.Front {
		c.add(b.block(Cover))
	}
	c.cover()
	if k.Title != "" {
		c.doc.Blocks[len(k.Front)].Text = k.Title
	}
	c.overview()
	c.basis()
	section := Inspection
	for _, b := range k.Blocks {
		section = sectionOf(b.H, section)
		c.add(b.block(section))
	}
	c.signatures()
	c.decorate()
	truth := &c.truth
	truth.ID, truth.Grades, truth.Levels, truth.OptionalAdvice = k.ID, k.Grades, k.Levels, k.Optional
	truth.Expected = Expected{Outcome: "accepted", AlsoOK: k.AlsoOK, Why: k.Why}
	if k.Outcome != "" {
		truth.Expected.Outcome = k.Outcome
	}
	truth.Overall, truth.DangerClass, truth.WholeStructure, truth.HazardBasis = nil, nil, nil, nil
	if slices.Equal(k.Levels, []string{"red"}) {
		yes := true
		truth.WholeStructure = &yes
	}
	if slices.Equal(k.Levels, []string{"none"}) {
		no := false
		truth.WholeStructure = &no
	}
	if k.Unsettled {
		truth.Conflict = []string{"not judged"}
	}
	truth.Advice = nil
	for _, a := range k.Advice {
		truth.Advice = append(truth.Advice, TrueAdvice{Code: a})
	}
	return Report{s, c.doc, c.doc.Set(l), *truth}
}

func sectionOf(heading string, now Section) Section {
	switch {
	case heading == "":
		return now
	case strings.Contains(heading, "结论"), strings.Contains(heading, "鉴定意见"):
		return Conclusion
	case strings.Contains(heading, "建议"), strings.Contains(heading, "处理"):
		return AdvicePart
	case strings.Contains(heading, "评级"), strings.Contains(heading, "评定"):
		return Rating
	case strings.Contains(heading, "附"):
		return Appendix
	}
	return Inspection
}
