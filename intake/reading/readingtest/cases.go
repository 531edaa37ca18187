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
	ID     string         `yaml:"id"`
	Why    string         `yaml:"why"`
	Code   string         `yaml:"code"` // the standard in 鉴定依据; empty: safety
	Title  string         `yaml:"title"`
	Front  []WrittenBlock `yaml:"front"` // before the particulars
	Blocks []WrittenBlock `yaml:"blocks"`

	Wanted `yaml:",inline"`
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
	c := &composer{w: w, spec: s, table: 1, subject: "该房屋", written: true}
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
	truth.Overall, truth.DangerClass, truth.HazardBasis = nil, nil, nil
	k.settle(truth, k.ID, k.Why)
	if slices.Equal(k.Levels, []string{"none"}) {
		no := false
		truth.WholeStructure = &no
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
