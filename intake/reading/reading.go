// Package reading turns the pages of an appraisal report into findings,
// recommendations, statements on the whole structure and fields, each with
// the words and the place that it rests on (DESIGN §3, DOMAIN §2–3).
//
// It reads as a clerk would: characters to lines and table entries
// (pieces.go, lines.go, flow.go), pages that are not text set apart
// (verdict.go), sections by their headings (sections.go), every mention of a
// grade with the part that it plays (grades.go, mentions.go, roles.go,
// tables.go), and then what the report concludes and where it contradicts
// itself (resolve.go, combine.go, wording.go). What is not understood is said
// and ends acceptance. Start reading at Read.
package reading

import (
	"fmt"
	"slices"
	"strings"

	"jianding/intake/pdf"
	"jianding/intake/reading/tone"
	"jianding/schemas"
)

// Rules names the version of the rules of this package.
const Rules = "reading/1"

// Options changes how a document is read.
type Options struct {
	// OCR holds what recognition found on pages whose text could not be read.
	// Grades from it raise hazards and are never accepted by themselves: the
	// findings say so in Evidence.Source.
	OCR map[int][]Word
	// Tone judges sentences; nil is the model that ships.
	Tone *tone.Model
	// Heard, where set, is told the sentences that the tone is asked about.
	Heard func(sentence string)
}

// Result is what a document says.
type Result struct {
	Findings        []schemas.Finding // conclusions
	Mentions        []schemas.Finding // every grade with its role
	Fields          schemas.ReportFields
	Recommendations []schemas.Recommendation
	Statements      []schemas.Statement
	Pages           []schemas.PageVerdict
	NeedsOCR        []int
	Reasons         []schemas.Reason
	Rules           []string
}

type reader struct {
	roles     []roleRule
	standards []string
	known     []string          // names of units in the report's tables
	names     []string          // of the house, its people and its place
	unnamed   map[string]string // sentences without these names
	year      int
	reasons   []schemas.Reason
	ocr       bool
	// recognisedSafety: a page was recognised, and the report speaks of safety
	// and nowhere of danger: the only letters that it can give a house are
	// Asu to Dsu. Not so a factory's report, whose systems are A to D.
	recognisedSafety bool
	tone             *tone.Model
	heard            func(string)
	scores           map[string]tone.Heard // of sentences
	rebuilt          bool                  // the report appraises a house after its works were done
	measures         []measure             // that advice is looked for; nil: those of the district plan
	sunk             bool                  // the grades of all houses are the gravest
}

// Read reads a document. It is a pure function of its arguments and never
// fails: what cannot be read is in Pages and Reasons.
func Read(src pdf.Source, opts Options) Result {
	r := &reader{roles: roleRules(), tone: opts.Tone, heard: opts.Heard, scores: make(map[string]tone.Heard)}
	if r.tone == nil {
		r.tone = tone.Shipped()
	}
	pages, verdicts, hidden := r.load(src, opts)
	lines := make([][]*line, len(pages))
	infos := make([]pdf.PageInfo, len(pages))
	for i, p := range pages {
		lines[i], infos[i] = p.lines, p.info
	}
	lines, furniture := dropFurniture(lines, infos)
	items := assemble(lines)
	items = markSections(items)
	dropUntickedRows(items)
	markListed(items)
	markNumbered(items)
	full := fullText(pages)
	r.standards = citedStandards(full)
	r.recognisedSafety = r.ocr && !r.usesDanger() && find(r.standards, "GB 50144") == "" && !dangerWord.MatchString(full) && safetyWord.MatchString(full)
	r.known = knownUnits(items)

	fields := r.fields(items, furniture)
	r.year = reportYear(fields)

	res := Result{Fields: fields, Pages: verdicts, Rules: []string{Rules}}
	title, _ := titleOf(items)
	r.names = namesOf(items, fields, title)
	r.rebuilt = (afterWorks.MatchString(title) || appraisesRebuilt(items)) && !worksOpen(items)
	items = r.concludesInProse(items)
	mentions := r.allMentions(items)
	statements := r.statements(items)
	statements = append(statements, r.leftovers(items, statements)...)
	recommendations := r.recommendations(items)
	concl := r.resolve(mentions, items)
	recommendations = r.orUpkeep(recommendations, items, concl.findings)
	res.Findings = concl.findings
	res.Recommendations = recommendations
	res.Statements = statements
	for _, m := range mentions {
		res.Mentions = append(res.Mentions, m.findings()...)
	}
	res.Fields.Standards = r.restingOn(concl.findings)
	r.checkUnitNames(concl.findings)
	r.checkAppendages(items, concl.findings)
	r.checkDrawn(items, mentions, concl.findings)
	r.checkReserved(items, mentions, res.Fields, concl.findings)
	r.checkSameHouse(items, res.Fields)
	r.checkConcluded(items, mentions, res.Fields, concl.findings)
	r.checkFieldWork(items, res.Fields)
	r.checkRecords(items, res.Fields)
	r.checkExtent(items, res.Fields)
	r.checkCounterpart(items, concl.findings)
	r.checkUnmended(items, concl.findings)
	r.checkAltered(items, concl.findings)
	r.checkPremises(items, concl.findings)
	r.checkModelled(items, res.Fields, concl.findings)
	r.checkStored(items, concl.findings)
	r.checkInstruments(items, res.Fields)
	r.checkUnderstood(items, mentions, concl.findings, statements)
	r.checkHidden(hidden, full)
	r.checkOverdrawn(pages, items, mentions)
	r.checkPages(res.Pages, items)
	r.checkWording(concl, statements, recommendations)
	r.lint(items, res.Fields, full, marksOf(pages))
	for i := range res.Pages {
		if t := res.Pages[i].Text; t != schemas.PageReadable && t != schemas.PageEmpty {
			res.NeedsOCR = append(res.NeedsOCR, res.Pages[i].Page)
		}
	}
	res.Reasons = tidy(r.reasons)
	return res
}

func (r *reader) reason(code schemas.ReasonCode, page int, detail string, ev ...schemas.Evidence) {
	reason := schemas.NewReason(code, page, detail)
	reason.Evidence = ev
	r.reasons = append(r.reasons, reason)
}

// tidy drops repeated reasons and bounds their number per code.
func tidy(in []schemas.Reason) []schemas.Reason {
	seen := make(map[string]bool)
	count := make(map[schemas.ReasonCode]int)
	var out []schemas.Reason
	for _, x := range in {
		k := fmt.Sprint(x.Code, x.Page, x.Message)
		if seen[k] || count[x.Code] >= 12 {
			continue
		}
		seen[k] = true
		count[x.Code]++
		out = append(out, x)
	}
	return out
}

func (r *reader) allMentions(items []*item) []*mention {
	var out []*mention
	for _, it := range items {
		if it.table != nil {
			out = append(out, r.tableMentions(it)...)
			continue
		}
		if it.caption() {
			continue
		}
		for _, s := range sentencesOf(it.text, it) {
			out = append(out, r.mentionsOf(s)...)
		}
	}
	return out
}

// caption tells whether a paragraph is the name of a table or picture.
func (it *item) caption() bool {
	return captioned.MatchString(it.text.text) && len([]rune(it.text.text)) < 40 && !strings.Contains(it.text.text, "。")
}

// findings returns a mention as findings, one per unit.
func (m *mention) findings() []schemas.Finding {
	units := m.units
	if len(units) == 0 {
		units = []string{defaultUnit}
	}
	var out []schemas.Finding
	for _, u := range units {
		out = append(out, schemas.Finding{Standard: m.standard, Scope: m.scope, Aspect: m.aspect, Unit: u,
			Grade: m.grade, Role: m.role, Evidence: m.evidence})
	}
	return out
}

// knownUnits collects the names that tables give to units.
func knownUnits(items []*item) []string {
	var out []string
	for _, it := range items {
		if it.table == nil {
			continue
		}
		for _, c := range it.table.cells {
			toks := loneTokens(c.folded())
			if len(toks) != 1 || toks[0].family != famUnitSafety && toks[0].family != famLetter && toks[0].family != famSubSafety {
				continue
			}
			for _, u := range it.table.unitsOf(c) {
				u = axes.ReplaceAllString(u, "")
				if !slices.Contains(out, u) && len([]rune(u)) >= 2 {
					out = append(out, u)
				}
			}
		}
	}
	return out
}
