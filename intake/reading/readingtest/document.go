package readingtest

// Section is the part of a report that a block stands in.
type Section string

const (
	Cover       Section = "cover"
	Declaration Section = "declaration"
	Overview    Section = "overview"
	Purpose     Section = "purpose"
	Basis       Section = "basis"
	Inspection  Section = "inspection"
	Calculation Section = "calculation"
	Rating      Section = "rating"
	Conclusion  Section = "conclusion"
	AdvicePart  Section = "advice"
	Signatures  Section = "signatures"
	Appendix    Section = "appendix"
)

// BlockKind is the form of a block.
type BlockKind int

const (
	Title     BlockKind = iota
	Heading             // of a section
	Para                // an indented paragraph
	Line                // a line without indent, as in a signature block
	KeyValues           // a table of label and value pairs, Rows hold label, value, label, value …
	Table               // Rows, the first of them the header
	Caption             // the name of a table
	NewPage             // a page break
)

// Block is one piece of a report. In texts the marks of typography.go stand
// for subscripts and forced breaks.
type Block struct {
	Kind    BlockKind
	Section Section
	Text    string
	Rows    [][]string
	Widths  []float64 // of the cells of KeyValues, as shares of the line; nil: by their number
	Decoy   string    // the kind of decoy when the block is one
}

// Document is a report as its author wrote it, before it is set into pages.
type Document struct {
	Blocks    []Block
	Header    string
	Footer    string // %d page, %d pages
	Watermark string
}

// Text returns the plain text of the blocks of one section, or of the whole
// report for "".
func (d Document) Text(s Section) string {
	var out []rune
	put := func(t string) {
		for _, r := range t {
			if !isMark(r) {
				out = append(out, r)
			}
		}
		out = append(out, '\n')
	}
	for _, b := range d.Blocks {
		if s != "" && b.Section != s {
			continue
		}
		if b.Text != "" {
			put(b.Text)
		}
		for _, row := range b.Rows {
			for _, c := range row {
				put(c)
			}
		}
	}
	return string(out)
}
