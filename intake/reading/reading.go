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
	"strconv"
	"strings"

	"jianding/intake/pdf"
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

// maxPages bounds the pages whose geometry is read; further ones are read as
// text and looked through for anything that would matter.
const maxGeometry = 120

type reader struct {
	roles     []roleRule
	standards []string
	known     []string // names of units in the report's tables
	year      int
	reasons   []schemas.Reason
	ocr       bool
}

// Read reads a document. It is a pure function of its arguments and never
// fails: what cannot be read is in Pages and Reasons.
func Read(src pdf.Source, opts Options) Result {
	r := &reader{roles: roleRules()}
	pages, verdicts, hidden := r.load(src, opts)
	lines := make([][]*line, len(pages))
	infos := make([]pdf.PageInfo, len(pages))
	for i, p := range pages {
		lines[i], infos[i] = p.lines, p.info
	}
	lines, _ = dropFurniture(lines, infos)
	items := assemble(lines)
	markSections(items)
	full := fullText(pages)
	r.standards = citedStandards(full)
	r.known = knownUnits(items)

	fields := r.fields(items)
	r.year = reportYear(fields)

	res := Result{Fields: fields, Pages: verdicts, Rules: []string{Rules}}
	mentions := r.allMentions(items)
	statements := r.statements(items)
	statements = append(statements, r.leftovers(items, statements)...)
	recommendations := r.recommendations(items)
	concl := r.resolve(mentions, items)
	res.Findings = concl.findings
	res.Recommendations = recommendations
	res.Statements = statements
	for _, m := range mentions {
		res.Mentions = append(res.Mentions, m.findings()...)
	}
	res.Fields.Standards = r.restingOn(concl.findings)
	r.checkUnitNames(concl.findings)
	r.checkDrawn(items, mentions, concl.findings)
	r.checkHidden(hidden)
	r.checkPages(res.Pages, items)
	r.checkWording(concl, statements, recommendations)
	r.lint(items, res.Fields, full)
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

// loaded is one page as read.
type loaded struct {
	info  pdf.PageInfo
	text  string
	lines []*line
	marks []*piece // watermarks
}

// load reads all pages: text first, geometry for those that matter.
func (r *reader) load(src pdf.Source, opts Options) (pages []loaded, verdicts []schemas.PageVerdict, hidden []string) {
	n := src.NumPages()
	pages = make([]loaded, n)
	geometry := 0
	for i := range n {
		p := i + 1
		info, err := src.Page(p)
		if err != nil {
			info = pdf.PageInfo{Number: p}
		}
		pages[i].info = info
		text, err := src.Text(p)
		if err != nil {
			verdicts = append(verdicts, schemas.PageVerdict{Page: p, Text: schemas.PageFailed, Detail: "无法提取文字"})
			r.recognise(&pages[i], p, opts)
			continue
		}
		pages[i].text = text
		share, err := src.ImageShare(p)
		if err != nil {
			share = 0
		}
		v := judgePage(p, text, share)
		if n <= 12 || geometry < maxGeometry && matters(fold(text), i, n) {
			geometry++
			chars, err := src.Chars(p)
			if err != nil {
				v.Text, v.Detail = schemas.PageFailed, "无法提取文字位置"
			} else {
				seen, hid := glyphsOf(p, info, chars)
				if t := runesOf(hid); fold(t) != "" {
					hidden = append(hidden, fmt.Sprintf("%d:%s", p, t))
					if v.Text != schemas.PageScanned {
						v = judgePage(p, runesOf(seen), share)
					}
				}
				if v.Text != schemas.PageGarbled {
					ps, marks := dropSlanted(cut(seen))
					pages[i].lines = layColumns(p, joinSubscripts(ps), info.Width)
					pages[i].marks = marks
				}
			}
		} else if matters(fold(text), i, n) {
			v.Text, v.Detail = schemas.PageMixed, "页数过多，未作版面分析"
		}
		verdicts = append(verdicts, v)
		if v.Text != schemas.PageReadable {
			r.recognise(&pages[i], p, opts)
		}
	}
	return pages, verdicts, hidden
}

// recognise takes what OCR found on a page in place of text it has not.
func (r *reader) recognise(pg *loaded, page int, opts Options) {
	words := opts.OCR[page]
	if len(words) == 0 || len(pg.lines) > 3 {
		return
	}
	pg.lines = layColumns(page, joinSubscripts(cut(recognised(page, words))), pg.info.Width)
	var b strings.Builder
	for _, w := range words {
		b.WriteString(w.Text)
		b.WriteByte('\n')
	}
	pg.text = b.String()
	r.ocr = true
}

func runesOf(gs []glyph) string {
	var b strings.Builder
	for _, g := range gs {
		b.WriteRune(g.r)
	}
	return b.String()
}

// matters tells whether a page's geometry is worth its cost: it mentions a
// grade, a conclusion, advice, a hazard or a field, or it is near the ends.
func matters(folded string, i, n int) bool {
	if i < 4 || i >= n-3 {
		return true
	}
	if gradeToken.MatchString(folded) {
		return true
	}
	for _, w := range []string{"结论", "建议", "整体", "危房", "危险", "评级", "评定", "委托单位", "委托人", "签发", "地质灾害", "滑坡"} {
		if strings.Contains(folded, w) {
			return true
		}
	}
	return false
}

func fullText(pages []loaded) string {
	var b strings.Builder
	for _, p := range pages {
		b.WriteString(fold(p.text))
		b.WriteByte('\n')
	}
	return b.String()
}

// markSections gives every item the section of the heading above it.
func markSections(items []*item) {
	cur, unit := secCover, ""
	level, opened, counted := 0, "", ""
	for i, it := range items {
		if it.heading && cur == secConclusion && i > 0 && tornFrom(items[i-1], it) {
			it.heading = false
		}
		if it.heading && cur == secConclusion && countsOn(opened, counted, it.text.text) {
			it.heading = false // 3、委托鉴定房屋的可靠 / 性评级为II级
		}
		switch num := headNumber.FindString(it.text.text); {
		case cur != secConclusion || it.heading:
			counted = ""
		case num != "":
			counted = num
		}
		if it.table == nil && it.heading {
			t := it.text.text
			num := headNumber.FindString(t)
			deep := depth(num)
			if num == "" {
				deep = 9 // an unnumbered heading holds no numbered one
			}
			if u := unitHeading(t[len(num):]); u != "" {
				unit = u
			} else if deep <= level {
				unit = ""
			}
			s := sectionOf(t)
			if cur == secConclusion && enclosing(s) && listsOn(opened, num, deep > level) {
				s = "" // an item of the conclusion, cut off before its end
			}
			// A deeper heading inside a section changes it only when it is one
			// of the sections that decide.
			if s != "" && (deep <= level || level == 0 || level == 9 || deep == 9 || decides(s) || cur == secCover) {
				cur = s
				level = deep
				opened = num
			} else if s != "" && deep > level {
				// keep the parent's section
			} else if deep <= level && s == "" && unit == "" {
				level = deep
			}
		} else if it.table == nil {
			if s, ok := inlineHeading(it.text.text); ok && !enclosing(cur) {
				cur = s
			}
		}
		it.section, it.unit = cur, unit
	}
}

// tornFrom tells whether a short line without a number that looks like a
// heading is the rest of the sentence before it, which has no end:
// 该栋房屋可靠性 / 鉴定评级 / 结果为二级.
func tornFrom(before, it *item) bool {
	if before.table != nil || before.heading || it.table != nil || headNumber.FindString(it.text.text) != "" {
		return false
	}
	t := strings.TrimRight(before.text.text, `"” `)
	return t != "" && !strings.HasSuffix(t, "。") && !strings.ContainsAny(t[len(t)-1:], ";:!?.)")
}

// listsOn tells whether a numbered heading counts inside the section that
// another one opened: it is deeper, or its number does not come after.
func listsOn(opened, num string, deeper bool) bool {
	if num == "" {
		return false
	}
	a, okA := leadingNumber(opened)
	b, okB := leadingNumber(num)
	return deeper || okB && (!okA || b <= a)
}

// countsOn tells whether what looks like a heading inside the conclusion is its
// next item: its number follows that of the item before, in the same style, or
// begins a list in another style than the conclusion's own number. Headings
// of the parts that follow a conclusion are none.
func countsOn(opened, counted, text string) bool {
	num := headNumber.FindString(text)
	b, ok := leadingNumber(num)
	if !ok || b > 30 {
		return false
	}
	switch sectionOf(text) {
	case secAdvice, secAppendix, secConclusion:
		return false
	}
	if a, ok := leadingNumber(counted); ok {
		return numberStyle(counted) == numberStyle(num) && b == a+1
	}
	return counted == "" && opened != "" && b == 1 && numberStyle(opened) != numberStyle(num)
}

// numberStyle is a number without its digits: "3、" → "、".
func numberStyle(num string) string { return strings.Trim(num, "0123456789 ") }

func leadingNumber(s string) (int, bool) {
	n, err := strconv.Atoi(leadingDigits.FindString(strings.TrimLeft(s, "(")))
	return n, err == nil
}

var leadingDigits = re(`^[0-9]{1,2}`)

// enclosing sections quote others: what looks like a heading inside them is
// part of the quotation.
func enclosing(s section) bool {
	return s == secHistory || s == secNeighbours || s == secAppendix || s == secBasis
}

func decides(s section) bool {
	switch s {
	case secConclusion, secAdvice, secRating, secBasis, secHistory, secNeighbours, secAppendix:
		return true
	}
	return false
}

func depth(num string) int {
	switch {
	case num == "":
		return 1
	case strings.HasPrefix(num, "第"), strings.HasPrefix(num, "附"):
		return 1
	case strings.HasPrefix(num, "("):
		if strings.ContainsAny(num, "0123456789") {
			return 4
		}
		return 2
	case strings.ContainsAny(num, "一二三四五六七八九十"):
		return 1
	}
	return 1 + strings.Count(strings.Trim(num, ".、)"), ".")
}

// inlineHeading recognises a paragraph that begins with its own heading:
// "鉴定结论：该房屋……".
func inlineHeading(t string) (section, bool) {
	m := inlineHead.FindStringSubmatch(t)
	if m == nil {
		return "", false
	}
	s := sectionOf(m[1])
	return s, s == secConclusion || s == secAdvice || s == secBasis
}

var inlineHead = re(`^(?:[(]?[0-9一二三四五六七八九十]{1,3}[)、.]?)?((?:房屋|安全性?|检测|综合|最终)?(?:鉴定|评定|处理|整治|处置)?(?:结论|意见|建议|依据)(?:[及与和](?:处理)?(?:建议|意见))?):`)

func (r *reader) allMentions(items []*item) []*mention {
	var out []*mention
	for _, it := range items {
		if it.table != nil {
			out = append(out, r.tableMentions(it)...)
			continue
		}
		if captioned.MatchString(it.text.text) && len([]rune(it.text.text)) < 40 && !strings.Contains(it.text.text, "。") {
			continue
		}
		for _, s := range sentencesOf(it.text, it) {
			out = append(out, r.mentionsOf(s)...)
		}
	}
	return out
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
				if !slices.Contains(out, u) && len([]rune(u)) >= 2 {
					out = append(out, u)
				}
			}
		}
	}
	return out
}
