package reading

import (
	"bytes"
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"jianding/schemas"
)

// A list of the ways in which a conclusion can be taken back does not end, one
// of the ways in which it can be drawn does. So acceptance asks the other way
// round: in a sentence that concludes, each word that could take something back
// must belong to a phrase of which it is known that it does not. Elsewhere,
// where a report says a thousand harmless things, the words that ask for a
// phrase are fewer: what becomes of people, what was not done, what the paper
// itself is to come to, what no house of a mild grade shows.

//go:embed data/operators.txt
var operatorsData string

//go:embed data/understood.txt
var understoodData string

// cautions are the lists of operators.txt with the phrases of understood.txt
// that account for their words.
var (
	ofConclusion = newCaution("conclusion", "conclusion")
	ofCore       = newCaution("core", "conclusion")
	ofAdvice     = newCaution("advice", "advice")
	ofReport     = newCaution("anywhere", "anywhere")
	ofFacts      = newCaution("facts", "facts")
)

type caution struct {
	words  *regexp.Regexp
	strict bool           // a word is accounted for as a whole: 改按 is not by what accounts for 按
	whole  *regexp.Regexp // phrases in one piece
	gapped []*guarded     // phrases with gaps, which are their groups
}

func newCaution(words, phrases string) caution {
	c := caution{words: alternation(list(operatorsData, words))}
	c.words.Longest()
	c.strict = phrases == "conclusion"
	var whole []string
	for _, p := range slices.Concat(list(understoodData, phrases), list(understoodData, "everywhere")) {
		p = strings.ReplaceAll(p, "…", `([^,。;:]{0,24}?)`)
		if g := guard(p); g.NumSubexp() > 0 {
			c.gapped = append(c.gapped, g)
		} else {
			whole = append(whole, p)
		}
	}
	// Of the phrases without a gap the longest counts: 局部危房 is more than 局部.
	c.whole = alternation(whole)
	c.whole.Longest()
	return c
}

// list returns the entries under "== name".
func list(data, name string) []string {
	var out []string
	in := false
	for line := range strings.Lines(data) {
		switch line = strings.TrimSpace(line); {
		case strings.HasPrefix(line, "== "):
			in = line == "== "+name
		case in && line != "" && !strings.HasPrefix(line, "#"):
			out = append(out, line)
		}
	}
	return out
}

// alternation makes one expression of several.
func alternation(entries []string) *regexp.Regexp {
	return regexp.MustCompile(`(?:` + strings.Join(entries, `|`) + `)`)
}

// unexplained returns the words of a text that could take something back and
// belong to no phrase that is known not to.
func (c caution) unexplained(s string) []string {
	if !c.words.MatchString(s) {
		return nil
	}
	left := []byte(s)
	for _, m := range c.whole.FindAllStringIndex(s, -1) {
		blot(left[m[0]:m[1]])
	}
	for i := 0; i < rereadings && c.words.Match(left); i++ {
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
		return c.words.FindAllString(string(left), -1)
	}
	var out []string
	for _, m := range c.words.FindAllStringIndex(s, -1) {
		if bytes.IndexFunc(left[m[0]:m[1]], func(r rune) bool { return r != blotted }) >= 0 {
			out = append(out, s[m[0]:m[1]])
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

// checkUnderstood asks for a human where words of the report could take back
// its conclusion and are not understood.
func (r *reader) checkUnderstood(items []*item, mentions []*mention, fs []schemas.Finding, sts []schemas.Statement) {
	in := make(map[string][]*mention)
	for _, m := range mentions {
		in[m.sentence.text] = append(in[m.sentence.text], m)
	}
	for _, m := range mentions {
		if !m.concludes() || m.fromTable {
			continue
		}
		text := withoutOthers(m.sentence.text, in[m.sentence.text])
		if us := exceptedIn(m, r.known); len(us) > 0 && !slices.ContainsFunc(us, func(u string) bool { return !graded(fs, m.aspect, u) }) {
			// The excepted have grades of their own.
			text = theRest.ReplaceAllString(exceptPhrase.ReplaceAllString(text, "_"), "_")
		}
		if ratedApart(in[m.sentence.text]) {
			text = strings.ReplaceAll(text, "但", "_") // 甲楼为Bsu级,但乙楼为Dsu级
		}
		r.caution(ofConclusion, m.sentence, text, "conclusion_not_understood")
		core := clauseBefore(m.sentence.text, m.from)
		for _, u := range m.units {
			core = strings.ReplaceAll(core, u, "_")
		}
		r.caution(ofCore, m.sentence, core, "conclusion_not_understood")
	}
	worst := 0
	for _, f := range fs {
		worst = max(worst, rank(f.Grade))
	}
	mild := (worst == 1 || worst == 2) && !slices.ContainsFunc(sts, func(s schemas.Statement) bool { return flags(s.Kind) })
	for _, it := range items {
		switch it.section {
		case secHistory, secNeighbours, secEquipment:
			continue
		}
		if it.heading {
			continue
		}
		if it.table == nil {
			r.cautious(it.text, it, mild && it.section != secBasis && it.section != secDeclaration, worst, in)
			continue
		}
		if it.table.definition() {
			continue
		}
		for _, c := range it.table.cells {
			if p := newPassage(c.glyphs); utf8.RuneCountInString(p.text) >= shortestRemark {
				r.cautious(p, it, mild, worst, in)
			}
		}
	}
}

// shortestRemark is how many characters an entry of a table needs to say
// something of the report.
const shortestRemark = 5

// ratedApart: a sentence that rates several houses, each by its name.
func ratedApart(ms []*mention) bool {
	var named []string
	for _, m := range ms {
		if m.concludes() {
			for _, u := range m.units {
				if !containsUnit(named, u) {
					named = append(named, u)
				}
			}
		}
	}
	return len(named) > 1
}

var theRest = re(`其余(?:各)?(?:栋|幢|楼|单体|房屋|单元|建筑)?|其[他它]`)

// concludes: the mention grades a house, and what is said of it weighs.
func (m *mention) concludes() bool {
	return m.role == schemas.RoleConclusion && m.scope.Speaks() && weighty(m.aspect)
}

// setAsideHere: a grade of a house that its own words make none of this
// conclusion: an earlier one, one to come, the meaning of one.
func (m *mention) setAsideHere() bool {
	return m.role != schemas.RoleConclusion && m.role != schemas.RoleTable && m.rule != "" && m.scope.Speaks()
}

// withoutOthers blots the clauses of the grades that are set aside.
func withoutOthers(s string, ms []*mention) string {
	b := []byte(s)
	for _, m := range ms {
		if m.setAsideHere() && m.to <= len(s) {
			from := m.from - len(clauseBefore(s, m.from))
			blot(b[from : m.to+len(clauseAfter(s, m.to))])
		}
	}
	return string(b)
}

// flags: a statement that raises a hazard by itself.
func flags(k schemas.StatementKind) bool {
	return k == schemas.StatementWhole || k == schemas.StatementGeo
}

// cautious looks at the sentences of a passage for what its section may not say
// beside a conclusion. mild: the house is graded well and nothing else raises a
// hazard, so that grave words stand alone.
func (r *reader) cautious(p passage, it *item, mild bool, worst int, in map[string][]*mention) {
	for _, s := range sentencesOf(p, it) {
		rates := slices.ContainsFunc(in[s.text], (*mention).concludes)
		r.caution(ofReport, s, s.text, "report_qualified")
		ofItself := speaksOfItself(s.text, in[s.text]) || countsMore(s.text, in[s.text], worst)
		if !ofItself && slices.ContainsFunc(in[s.text], (*mention).setAsideHere) {
			continue
		}
		if mild && !elsewhere(s.text) && !unrelated.MatchString(s.text) {
			r.caution(ofFacts, s, s.text, "grade_contradicts_statement")
		}
		switch {
		case rates: // looked at with its grade
		case ofItself && it.section != secBasis && it.section != secDeclaration:
			r.caution(ofConclusion, s, withoutOthers(s.text, in[s.text]), "conclusion_not_understood")
		case it.section == secAdvice, it.section == secConclusion && it.table == nil && len(r.advise(s, false)) > 0:
			if mild {
				r.caution(ofAdvice, s, s.text, "advice_contradicts_grade")
			}
		case it.section != secConclusion || it.table != nil:
		case elsewhere(s.text), unrelated.MatchString(s.text):
		case slices.ContainsFunc(r.statementsOf(s), func(x schemas.Statement) bool { return flags(x.Kind) }):
			// It raises a hazard, whatever else it says.
		default:
			r.caution(ofConclusion, s, withoutOthers(s.text, in[s.text]), "conclusion_not_understood")
		}
	}
}

// speaksOfItself: a sentence about the conclusion beside which it stands. Behind
// an earlier grade 该结论 is that one.
func speaksOfItself(s string, ms []*mention) bool {
	loc := itself.FindStringIndex(s)
	return loc != nil && !slices.ContainsFunc(ms, func(m *mention) bool { return m.setAsideHere() && m.from < loc[0] })
}

// countsMore: a worse grade that would hold if something were counted that is
// there: 如将屋顶水箱重量计入,则应评Dsu级.
func countsMore(s string, ms []*mention, worst int) bool {
	return counting.MatchString(s) && slices.ContainsFunc(ms, func(m *mention) bool { return m.setAsideHere() && rank(m.grade) > worst })
}

var (
	counting  = re(`计入|算进|算上|加上|考虑进|叠加`)
	itself    = re(`(?:本|该|此|上述|以上|前述|前项|上列|所评)(?:次)?(?:鉴定)?(?:等级|级别|结论|评级|评定|意见)`)
	unrelated = re(`与(?:本|该|受检|被鉴定)(?:房屋|建筑|楼|工程)(?:无关|没有关系)`)
)

func (r *reader) caution(c caution, s sentence, text string, code schemas.ReasonCode) {
	if r.rebuilt {
		text = worksDone.ReplaceAllString(text, "_")
	}
	if left := c.unexplained(text); len(left) > 0 {
		r.reason(code, s.page, strings.Join(left, "、")+"："+clip(s.text, 60), s.whole())
	}
}
