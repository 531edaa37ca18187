package readingtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// primary are the ways of handling a house of each severity, of which a report
// names one.
var primary = [5][]string{
	1: {"normal_use"},
	2: {"observe_use", "treat_use"},
	3: {"treat_use", "restrict_use", "suspend_use"},
	4: {"stop_use", "stop_business", "demolish"},
}

// chooseAdvice returns the sentences of the advice, and the refusals among
// them.
func (c *composer) chooseAdvice() (positive []Advice, refusals []Refusal) {
	if c.spec.AdviceOnly != nil {
		return c.spec.AdviceOnly, nil
	}
	r := c.spec.rng("advice")
	sev := c.spec.worst()
	if c.spec.Contradiction == AdviceOther {
		code := "demolish"
		if sev == 4 {
			code = "observe_use"
		}
		return []Advice{pick(r, c.advising(func(a Advice) bool { return len(a.Codes) == 1 && a.Codes[0] == code }))}, nil
	}
	geo := c.spec.Says == SaysGeo
	first := c.advising(func(a Advice) bool {
		if geo {
			return a.Geo
		}
		return !a.Geo && slices.Contains(a.Severity, sev) && slices.Contains(primary[sev], a.Codes[0])
	})
	positive = append(positive, pick(r, first))
	if !geo {
		more := c.advising(func(a Advice) bool {
			if a.Geo || !slices.Contains(a.Severity, sev) {
				return false
			}
			// One way of handling is enough; more would be arguable.
			for _, code := range a.Codes {
				if slices.Contains(slices.Concat(primary[1:]...), code) && sev < 4 {
					return false
				}
			}
			return true
		})
		for range r.IntN(3) {
			positive = append(positive, pick(r, more))
		}
	}
	if c.spec.Refusals && !geo && c.spec.Says != SaysWhole {
		var codes []string
		for _, a := range positive {
			codes = append(append(codes, a.Codes...), a.Optional...)
		}
		var fit []Refusal
		for _, f := range c.w.Refusals {
			clash := slices.ContainsFunc(f.Forbids, func(x string) bool { return slices.Contains(codes, x) })
			if !clash && (f.Min == 0 || sev >= f.Min) && (f.Max == 0 || sev <= f.Max) {
				fit = append(fit, f)
			}
		}
		if len(fit) > 0 {
			refusals = append(refusals, pick(r, fit))
		}
	}
	return positive, refusals
}

func (c *composer) advising(ok func(Advice) bool) []Advice {
	var out []Advice
	for _, a := range c.w.Advice {
		if ok(a) {
			out = append(out, a)
		}
	}
	return out
}

// adviceTexts returns the lines of the advice and enters them in the truth.
func (c *composer) adviceTexts() []string {
	positive, refusals := c.chooseAdvice()
	subject := c.subject
	if len(c.spec.Units) > 1 {
		subject = c.worstUnit().Name
	}
	var out []string
	for _, a := range positive {
		text := c.fill(a.Text, subject, "")
		out = append(out, text)
		for _, code := range a.Codes {
			if !slices.ContainsFunc(c.truth.Advice, func(t TrueAdvice) bool { return t.Code == code }) {
				c.truth.Advice = append(c.truth.Advice, TrueAdvice{Code: code, Text: text})
			}
		}
		c.truth.OptionalAdvice = append(c.truth.OptionalAdvice, a.Optional...)
	}
	for _, f := range refusals {
		out = append(out, f.Text)
	}
	for _, d := range c.decoyTexts(AdvicePart) {
		out = append(out, d.text)
	}
	return out
}

func (c *composer) advice() {
	if c.spec.Pages == Headless {
		return
	}
	r := c.spec.rng("advice heading")
	c.heading(AdvicePart, r, "处理建议", "建议", "处理意见", "处理意见及建议", "处理措施建议")
	for i, t := range c.numbered(c.adviceTexts()) {
		_ = i
		c.para(AdvicePart, t)
	}
}

// numbered prints a list as the report numbers its lists.
func (c *composer) numbered(texts []string) []string {
	form := c.spec.rng("list").IntN(4)
	out := make([]string, len(texts))
	for i, t := range texts {
		switch form {
		case 0:
			out[i] = fmt.Sprintf("%d、%s", i+1, t)
		case 1:
			out[i] = fmt.Sprintf("（%d）%s", i+1, t)
		case 2:
			out[i] = fmt.Sprintf("%d. %s", i+1, t)
		default:
			out[i] = t
		}
	}
	return out
}

// sheet writes the particulars of a one-table report; the cells of conclusion
// and advice are filled when the rating is known.
func (c *composer) sheet() {
	r := c.spec.rng("sheet")
	title := pick(r, []string{"房屋安全鉴定报告书", "房屋安全性鉴定报告"})
	if c.spec.Kind != "unit_safety" {
		title = pick(r, []string{"房屋危险性鉴定报告书", "房屋安全鉴定报告书"})
	}
	c.add(Block{Kind: Title, Section: Cover, Text: title})
	if c.spec.Contradiction == NumbersDiffer {
		c.add(Block{Kind: Line, Section: Cover, Text: "报告编号：" + c.facts.reportNo})
	}
	c.add(Block{Kind: KeyValues, Section: Overview, Rows: c.particulars(r)})
	c.summary()
	c.sheetAt = len(c.doc.Blocks)
}

func (c *composer) fillSheet() {
	if c.spec.Pages == Headless {
		return
	}
	tail := slices.Clone(c.doc.Blocks[c.sheetAt:])
	c.doc.Blocks = c.doc.Blocks[:c.sheetAt]
	for _, b := range c.spec.Extra {
		if b.Section == Conclusion || b.Section == AdvicePart {
			c.add(b)
		}
	}
	var widths []float64
	if c.spec.Wide.Upright {
		widths = []float64{0.06, 0.94}
	}
	c.add(Block{Kind: KeyValues, Section: Conclusion, Widths: widths, Rows: [][]string{{"鉴定结论", c.broken(strings.Join(c.paragraphs(), ""))}}})
	c.add(Block{Kind: KeyValues, Section: AdvicePart, Widths: widths, Rows: [][]string{{pick(c.spec.rng("sheet advice"), []string{"处理建议", "处理意见"}), strings.Join(c.numbered(c.adviceTexts()), "")}}})
	c.doc.Blocks = append(c.doc.Blocks, tail...)
}

// decoy is one sentence of a decoy kind, filled.
type decoy struct{ kind, text string }

// decoyTexts returns the decoys that the report puts into the section.
func (c *composer) decoyTexts(s Section) []decoy {
	if !c.spec.Decoys {
		return nil
	}
	var kinds []string
	for k := range c.w.Decoys {
		if k != "exception" {
			kinds = append(kinds, k)
		}
	}
	slices.Sort(kinds)
	var out []decoy
	for _, k := range kinds {
		r := c.spec.rng("decoy " + k)
		if r.IntN(100) >= 40 {
			continue
		}
		d := c.w.Decoys[k]
		if Section(pick(r, d.Sections)) != s {
			continue
		}
		for range 1 + r.IntN(2) {
			if text, ok := c.fillDecoy(k, pick(r, d.Sentences), r); ok {
				out = append(out, decoy{k, text})
				c.truth.OptionalAdvice = append(c.truth.OptionalAdvice, arguable(k)...)
			}
		}
	}
	return out
}

// fillDecoy fills a decoy's slots; ok is false when the report has no grade
// for a slot or the sentence would contradict it.
func (c *composer) fillDecoy(kind, text string, r *rand.Rand) (string, bool) {
	if kind == "negation" && strings.Contains(text, "整幢危房") && (c.spec.worst() >= 3 || c.spec.Says == SaysWhole || c.spec.Says == SaysGeo) {
		// Beside a grave grade it contradicts, or may be read as the agency's own
		// word that the whole is not affected.
		return "", false
	}
	own := map[string]bool{}
	for _, u := range c.spec.Units {
		own[u.Grade] = true
	}
	worst := c.worstUnit().Grade
	choose := func(ok func(string) bool) string {
		var fit []string
		for _, g := range c.w.Conclusions[c.spec.Kind].Grades {
			if ok(g) {
				fit = append(fit, g)
			}
		}
		if len(fit) == 0 {
			return ""
		}
		return pick(r, fit)
	}
	for slot, grade := range map[string]string{
		"{X}":  choose(func(g string) bool { return !own[g] }),
		"{W}":  choose(func(g string) bool { return severity(g) > severity(worst) }),
		"{B}":  choose(func(g string) bool { return severity(g) < severity(worst) }),
		"{XD}": pick(r, []string{"C", "D"}),
		"{G}":  worst,
	} {
		if !strings.Contains(text, slot) {
			continue
		}
		if grade == "" {
			return "", false
		}
		text = strings.ReplaceAll(text, slot, grade)
	}
	return text, true
}

// arguable are the codes that a decoy of the kind may be said to recommend:
// what is expected after strengthening presumes that someone strengthens.
func arguable(kind string) []string {
	if kind == "projection" {
		return []string{"reinforce", "repair", "demolish_part", "treat_use"}
	}
	return nil
}

// decoys puts the section's decoys as paragraphs of their own.
func (c *composer) decoys(s Section) {
	if s == Conclusion || s == AdvicePart {
		return // mixed into the section's own paragraphs
	}
	for _, d := range c.decoyTexts(s) {
		c.add(Block{Kind: Para, Section: s, Text: d.text, Decoy: d.kind})
	}
	if s == Rating && c.spec.Decoys && c.spec.rng("definition table").IntN(6) == 0 {
		c.definitionTable(s)
	}
}

// definitionTable reprints the standard's table of grades.
func (c *composer) definitionTable(s Section) {
	rows := [][]string{{"等级", "分级标准", "处理要求"},
		{"Asu", "安全性符合本标准对Asu级的规定，不影响整体承载", "可能有极少数一般构件应采取措施"},
		{"Bsu", "安全性略低于本标准对Asu级的规定，尚不显著影响整体承载", "可能有极少数构件应采取措施"},
		{"Csu", "安全性不符合本标准对Asu级的规定，显著影响整体承载", "应采取措施，且可能有极少数构件必须立即采取措施"},
		{"Dsu", "安全性严重不符合本标准对Asu级的规定，严重影响整体承载", "必须立即采取措施"}}
	caption := "附表 民用建筑安全性鉴定评级的各层次分级标准（鉴定单元）"
	if c.spec.Kind != "unit_safety" {
		caption = "附表 房屋危险性等级划分"
		rows = [][]string{{"等级", "含义"},
			{"A级", "无危险构件，房屋结构能满足安全使用要求"},
			{"B级", "个别结构构件评定为危险构件，但不影响主体结构安全"},
			{"C级", "部分承重结构不能满足安全使用要求，房屋局部处于危险状态，构成局部危房"},
			{"D级", "承重结构已不能满足安全使用要求，房屋整体处于危险状态，构成整幢危房"}}
	}
	c.add(Block{Kind: Caption, Section: s, Text: caption, Decoy: "definition"})
	c.add(Block{Kind: Table, Section: s, Rows: rows, Decoy: "definition"})
}

func (c *composer) appendix() {
	table := c.spec.Decoys && c.spec.rng("definition table").IntN(6) == 1
	texts := c.decoyTexts(Appendix)
	if !table && len(texts) == 0 {
		return
	}
	c.add(Block{Kind: Heading, Section: Appendix, Text: pick(c.spec.rng("appendix"), []string{"附录 有关术语和等级说明", "附件：评级标准说明", "附注"})})
	for _, d := range texts {
		c.add(Block{Kind: Para, Section: Appendix, Text: d.text, Decoy: d.kind})
	}
	if table {
		c.definitionTable(Appendix)
	}
}
