package readingtest

import (
	"hash/fnv"
	"math/rand/v2"
)

// Form is how a report is organised.
type Form string

const (
	Classic Form = "classic" // cover, declaration, numbered sections, a table of particulars
	Sheet   Form = "sheet"   // 鉴定报告书: one table whose cells hold particulars, conclusion and advice
	Prose   Form = "prose"   // particulars in running text
)

// Placing is where the grade is stated.
type Placing string

const (
	InSentence Placing = "sentence"
	InTable    Placing = "table" // the conclusion only refers to the rating table
)

// PageKind is what the pages are made of.
type PageKind string

const (
	Readable PageKind = "text"
	Scanned  PageKind = "scan"      // images, no text
	Garbled  PageKind = "garbled"   // text that decodes to nonsense
	Partly   PageKind = "partly"    // readable, but the conclusion's page decodes to nonsense
	Veiled   PageKind = "hidden"    // readable, with invisible text that states a milder grade
	Pictured PageKind = "pictured"  // readable, but the conclusion is a picture
	Survey   PageKind = "survey"    // 排查报告, not an appraisal
	Headless PageKind = "no_result" // conclusion and advice are missing
)

// Contradiction is a way in which a report disagrees with itself.
type Contradiction string

const (
	Agrees        Contradiction = ""
	TableDiffers  Contradiction = "table"   // the rating table names another grade
	SaidTwice     Contradiction = "twice"   // the conclusion names two grades
	SummaryOther  Contradiction = "summary" // a summary on the first pages names another grade
	WordsOther    Contradiction = "words"   // the wording cannot stand beside the grade
	AdviceOther   Contradiction = "advice"  // the advice cannot stand beside the grade
	NumbersDiffer Contradiction = "numbers" // two report numbers
)

// Contradictions lists all but [Agrees].
func Contradictions() []Contradiction {
	return []Contradiction{TableDiffers, SaidTwice, SummaryOther, WordsOther, AdviceOther, NumbersDiffer}
}

// Unit is one appraised unit or house with its true grade.
type Unit struct {
	Name  string // empty when the report has only one and does not name it
	Grade string
}

// Spec says what report to compose. It is drawn from a seed by [Draw]; a test
// changes one field and composes again, and all else stays as it was, because
// each choice has its own stream of random numbers.
type Spec struct {
	Seed          uint64
	Kind          string // unit_safety, danger, rural_danger
	Code          string // key of Vocabulary.Standards
	Units         []Unit
	Reliability   bool   // the report concludes reliability and serviceability too
	AlsoDanger    string // a JGJ 125 class beside a safety grade; empty: none
	Says          Says
	Decoys        bool
	Refusals      bool // advice that denies what it names
	Contradiction Contradiction
	Typography    Typography
	Numeral       Numeral
	Form          Form
	Placing       Placing
	Pages         PageKind
	Layout        Layout
	Wide          Wide
	// Sentence fixes the wording of the conclusion; empty: drawn.
	Sentence *Wording
	// ReliabilitySentence fixes the wording of the reliability grade.
	ReliabilitySentence *Wording
	// Statement fixes the sentence about the house as a whole.
	Statement string
	// Exception fixes the sentence that names several units' grades.
	Exception string
	// AdviceOnly fixes the advice.
	AdviceOnly []Advice
	// Extra is a sentence added to a section, as a decoy of the kind.
	Extra []Block
}

// Layout is how the document is set into pages.
type Layout struct {
	Landscape   bool
	Columns     int     // 1 or 2
	Size        float64 // of body text, in points
	RunningText bool    // header and footer on every page
	Watermark   bool
	RowWise     bool // table rows are stored line by line across the cells
	BreakEvery  int  // forces a line break after so many characters of the conclusion; 0: none
	PageBreak   int  // forces a page break after so many characters of the conclusion; 0: none
	Tight       bool // no spaces are inferred between the cells
	SignBlock   bool // ends with a signature block
}

// rng returns the stream of random numbers for one choice.
func (s Spec) rng(choice string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(choice))
	return rand.New(rand.NewPCG(s.Seed*0x9E3779B97F4A7C15+1, h.Sum64()))
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// Draw draws a sound report: it agrees with itself and its pages are text.
func (w *Wordings) Draw(seed uint64) Spec {
	s := Spec{Seed: seed, Pages: Readable, Decoys: true}
	r := s.rng("spec")
	switch n := r.IntN(100); {
	case n < 55:
		s.Kind, s.Code = "unit_safety", "safety"
	case n < 70:
		s.Kind, s.Code = "unit_safety", "safety55021"
	case n < 88:
		s.Kind, s.Code = "danger", "danger"
	default:
		s.Kind, s.Code = "rural_danger", "rural_danger"
	}
	scale := w.Conclusions[s.Kind].Grades
	count := 1
	if s.Kind != "rural_danger" && r.IntN(4) == 0 {
		count = 2 + r.IntN(2)
	}
	names := pick(r, w.Vocabulary.Units)
	for i := range count {
		u := Unit{Grade: pick(r, scale)}
		if count > 1 {
			u.Name = names[i]
		}
		s.Units = append(s.Units, u)
	}
	if s.Code == "safety" && count == 1 {
		s.Reliability = r.IntN(4) == 0
		if r.IntN(8) == 0 {
			s.AlsoDanger = pick(r, []string{"A", "B", "C", "D"})
		}
	}
	s.Says = drawSays(r, s)
	s.Refusals = r.IntN(3) == 0
	s.Typography = pick(r, Typographies())
	s.Numeral = pick(r, []Numeral{Roman, Roman, Letters, Chinese})
	s.Form = pick(r, []Form{Classic, Classic, Sheet, Prose})
	s.Placing = InSentence
	if s.Kind == "unit_safety" && r.IntN(6) == 0 {
		s.Placing = InTable
	}
	s.Layout = drawLayout(r)
	if s.Form == Sheet {
		s.Layout.Columns = 1 // a one-table form fills the page
	}
	return s
}

// drawSays chooses what the report says about the house as a whole, so that
// the words can stand beside the grade.
func drawSays(r *rand.Rand, s Spec) Says {
	if r.IntN(14) == 0 {
		return SaysGeo
	}
	worst := s.worst()
	switch worst {
	case 1:
		return pick(r, []Says{SaysNothing, SaysLocal})
	case 2:
		return pick(r, []Says{SaysNothing, SaysLocal, SaysLocal})
	case 3:
		if s.Kind != "unit_safety" {
			return pick(r, []Says{SaysNothing, SaysLocal, SaysPartial})
		}
		return pick(r, []Says{SaysLocal, SaysLocal, SaysWhole, SaysWhole, SaysNothing})
	}
	return pick(r, []Says{SaysNothing, SaysWhole})
}

func drawLayout(r *rand.Rand) Layout {
	l := Layout{
		Landscape:   r.IntN(8) == 0,
		Columns:     1,
		Size:        pick(r, []float64{10.5, 12, 12, 14}),
		RunningText: r.IntN(4) != 0,
		Watermark:   r.IntN(5) == 0,
		RowWise:     r.IntN(4) == 0,
		Tight:       r.IntN(10) == 0,
		SignBlock:   r.IntN(5) != 0,
	}
	if r.IntN(10) == 0 {
		l.Columns = 2
		l.Size = 10.5
	}
	if r.IntN(5) == 0 {
		l.BreakEvery = 3 + r.IntN(20)
	}
	if r.IntN(5) == 0 {
		l.PageBreak = 2 + r.IntN(30)
	}
	return l
}

// severity is 1 for the best grade of a scale of four and 4 for the worst.
func severity(grade string) int {
	switch grade {
	case "I":
		return 1
	case "II":
		return 2
	case "III":
		return 3
	case "IV":
		return 4
	}
	return int(grade[0]-'A') + 1
}

// worst is the gravest severity of the report's units and danger class.
func (s Spec) worst() int {
	n := 0
	for _, u := range s.Units {
		n = max(n, severity(u.Grade))
	}
	if s.AlsoDanger == "D" {
		n = 4
	}
	return n
}

// WithGrade returns the spec with every unit's grade replaced in turn by
// grade, and with words that can stand beside it.
func (s Spec) WithGrade(unit int, grade string) Spec {
	units := make([]Unit, len(s.Units))
	copy(units, s.Units)
	units[unit].Grade = grade
	s.Units = units
	s.Says = drawSays(s.rng("says for "+grade), s)
	return s
}
