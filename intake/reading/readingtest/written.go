package readingtest

// WrittenBlock is a block of a report written by hand; one of its fields is
// set, or R with W.
type WrittenBlock struct {
	Title string     `yaml:"title"`
	H     string     `yaml:"h"`  // heading
	P     string     `yaml:"p"`  // paragraph
	L     string     `yaml:"l"`  // line without indent
	C     string     `yaml:"c"`  // caption of a table
	T     [][]string `yaml:"t"`  // table of even columns
	KV    [][]string `yaml:"kv"` // label and value pairs
	R     []string   `yaml:"r"`  // row of a form
	W     []float64  `yaml:"w"`  // widths of its cells, as shares of the line
	Page  bool       `yaml:"page"`
}

func (b WrittenBlock) block(s Section) Block {
	switch {
	case b.Title != "":
		return Block{Kind: Title, Section: s, Text: b.Title}
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
	case b.R != nil:
		return Block{Kind: KeyValues, Section: s, Rows: [][]string{b.R}, Widths: b.W}
	case b.Page:
		return Block{Kind: NewPage, Section: s}
	}
	return Block{Kind: Para, Section: s, Text: b.P}
}

// Wanted is what must come of a report written by hand.
type Wanted struct {
	Grades    []TrueGrade `yaml:"grades"`
	Outcome   string      `yaml:"outcome"` // empty: accepted
	AlsoOK    []string    `yaml:"also_ok"`
	Levels    []string    `yaml:"levels"`
	Advice    []string    `yaml:"advice"`
	Optional  []string    `yaml:"optional"`
	Unsettled bool        `yaml:"unsettled"` // the grades are not judged
}

// settle writes it into the truth of the report.
func (k Wanted) settle(t *Truth, id, why string) {
	t.ID, t.Grades, t.Levels, t.OptionalAdvice = id, k.Grades, k.Levels, k.Optional
	t.Expected = Expected{Outcome: "accepted", AlsoOK: k.AlsoOK, Why: why}
	if k.Outcome != "" {
		t.Expected.Outcome = k.Outcome
	}
	t.WholeStructure = nil
	if len(k.Levels) == 1 && k.Levels[0] == "red" {
		yes := true
		t.WholeStructure = &yes
	}
	if k.Unsettled {
		t.Conflict = []string{"not judged"}
	}
	t.Advice = nil
	for _, a := range k.Advice {
		t.Advice = append(t.Advice, TrueAdvice{Code: a})
	}
}
