package readingtest

// Whole is a report written by hand from its title to its signatures, in a
// manner that the grammar does not produce. What Fields does not name is not
// judged.
type Whole struct {
	ID     string            `yaml:"id"`
	Why    string            `yaml:"why"`
	Fields map[string]string `yaml:"fields"`
	Blocks []WrittenBlock    `yaml:"blocks"`

	Wanted `yaml:",inline"`
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
	truth := Truth{TextLayer: "full"}
	k.settle(&truth, k.ID, k.Why)
	return Report{c.spec, c.doc, c.doc.Set(l), truth}
}
