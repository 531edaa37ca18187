package reading

import (
	"bytes"
	"embed"
	"io/fs"
	"slices"
	"strings"
)

// cautionData holds the lists of words and of phrases: a directory each, a file for
// each topic (data/README.md).
//
//go:embed data/operators data/understood
var cautionData embed.FS

// cautions are the lists of data/operators with the phrases of data/understood that
// account for their words.
var (
	ofConclusion = newCaution("conclusion", "conclusion")
	ofCore       = newCaution("core", "conclusion")
	ofAdvice     = newCaution("advice", "advice")
	ofReport     = newCaution("anywhere", "anywhere")
	ofFacts      = newCaution("facts", "facts")
	ofUnabated   = newCaution("unabated", "facts")
	ofLightened  = newCaution("lightened", "lightened")
)

type caution struct {
	words *guarded
	// byTone: over a word of this list nobody is asked where the sentence as a whole
	// sounds ordinary.
	byTone bool
	strict bool       // a word is accounted for as a whole: 改按 is not by what accounts for 按
	whole  *guarded   // phrases in one piece
	gapped []*guarded // phrases with gaps, which are their groups
}

func newCaution(words, phrases string) caution {
	c := caution{words: alternation(entriesOf("operators/" + words))}
	c.byTone = words == "conclusion" || words == "anywhere" || words == "advice" || words == "facts"
	c.strict = phrases == "conclusion" || words == "unabated"
	var whole []string
	for _, p := range slices.Concat(entriesOf("understood/"+phrases), entriesOf("understood/everywhere")) {
		p = strings.ReplaceAll(p, "…", `([^,。;:]{0,24}?)`)
		if hasGroup(p) {
			c.gapped = append(c.gapped, guard(p))
		} else {
			whole = append(whole, p)
		}
	}
	// Of the phrases without a gap the longest counts: 局部危房 is more than 局部.
	c.whole = alternation(whole)
	return c
}

// hasGroup tells whether an expression has a group that counts.
func hasGroup(expression string) bool {
	class := false
	for i := 0; i < len(expression); i++ {
		switch c := expression[i]; {
		case c == '\\':
			i++
		case c == '[' || c == ']':
			class = c == '['
		case c == '(' && !class && !strings.HasPrefix(expression[i:], "(?"):
			return true
		}
	}
	return false
}

// any tells whether a text holds one of the words.
func (c caution) any(s string) bool { return c.words.MatchString(s) }

// entriesOf returns the entries of a list. What they find is the same in any order.
func entriesOf(name string) []string {
	files, err := fs.Glob(cautionData, "data/"+name+"/*.txt")
	if err != nil || len(files) == 0 {
		panic("no list " + name)
	}
	var out []string
	for _, f := range files {
		raw, err := cautionData.ReadFile(f)
		if err != nil {
			panic(err) // it is in the program
		}
		for line := range strings.Lines(string(raw)) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				out = append(out, line)
			}
		}
	}
	return out
}

// alternation makes one expression of several.
func alternation(entries []string) *guarded {
	return guardLongest(`(?:` + strings.Join(entries, `|`) + `)`)
}

// unexplained returns where a text has words that could take something back and
// belong to no phrase that is known not to.
func (c caution) unexplained(s string) [][]int {
	if !c.any(s) {
		return nil
	}
	left := []byte(s)
	for _, m := range c.whole.FindAllStringIndex(s, -1) {
		blot(left[m[0]:m[1]])
	}
	for i := 0; i < rereadings && c.any(string(left)); i++ {
		// All read the text as it stands: what one accounts for may be where
		// another begins. What a gap held is read again.
		text := s
		if i > 0 {
			text = string(left)
		}
		for _, p := range c.gapped {
			for _, m := range p.FindAllStringSubmatchIndex(text, -1) {
				from := m[0]
				for g := 2; g < len(m); g += 2 {
					if m[g] >= 0 {
						blot(left[from:m[g]])
						from = m[g+1]
					}
				}
				blot(left[from:m[1]])
			}
		}
	}
	if !c.strict {
		return c.words.FindAllStringIndex(string(left), -1)
	}
	var out [][]int
	for _, m := range c.words.FindAllStringIndex(s, -1) {
		if bytes.IndexFunc(left[m[0]:m[1]], func(r rune) bool { return r != blotted }) >= 0 {
			out = append(out, m)
		}
	}
	return out
}

// rereadings: phrases stand in the gaps of others.
const rereadings = 2

const blotted = '_'

// blot puts a mark in the place of what is understood, so that nothing reads
// across it.
func blot(b []byte) {
	for i := range b {
		b[i] = blotted
	}
}
