package readingtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// fill puts the report's particulars into a wording's slots.
func (c *composer) fill(text, subject, grade string) string {
	ben, unit := "本标准", "鉴定单元"
	if c.spec.Code == "safety55021" {
		ben, unit = "本规范", "鉴定系统"
	}
	printed := grade
	if grade == "I" || grade == "II" || grade == "III" || grade == "IV" {
		printed = c.spec.Numeral.Set(grade)
	}
	return strings.NewReplacer("{S}", subject, "{G}", printed, "{STD}", c.standard, "{BEN}", ben, "{UNIT}", unit).Replace(text)
}

// otherGrade is the grade with which a contradiction disagrees with the first
// unit's.
func (c *composer) otherGrade() string {
	var out []string
	for _, g := range c.w.Conclusions[c.spec.Kind].Grades {
		// A summary of several units may name any of theirs.
		own := slices.ContainsFunc(c.spec.Units, func(u Unit) bool { return u.Grade == g })
		if g != c.spec.Units[0].Grade && !(own && c.spec.Contradiction == SummaryOther) {
			out = append(out, g)
		}
	}
	return pick(c.spec.rng("contradiction"), out)
}

// sentence chooses the wording of one unit's conclusion. It never says about
// the house what the spec does not ask for.
func (c *composer) sentence(grade string, r *rand.Rand) Wording {
	if c.spec.Sentence != nil && c.spec.Sentence.fits(grade) {
		return *c.spec.Sentence
	}
	var out []Wording
	for _, w := range c.w.Conclusions[c.spec.Kind].For(grade) {
		if c.maySay(w.Says, grade) {
			out = append(out, w)
		}
	}
	return pick(r, out)
}

// maySay reports whether a sentence that says this about a unit of this grade
// leaves the report's truth as it is.
func (c *composer) maySay(says Says, grade string) bool {
	switch says {
	case SaysNothing:
		return true
	case SaysWhole:
		return c.spec.Says == SaysWhole && severity(grade) >= 3 || severity(grade) == 4 && c.spec.Says == SaysNothing
	case SaysLocal:
		// A mild unit's own words do not speak for a graver one beside it, but
		// whether a clerk would stop there is arguable.
		if len(c.spec.Units) > 1 && c.spec.worst() >= 3 || c.spec.worst() == 4 {
			return false
		}
		return c.spec.Says == SaysLocal || severity(grade) <= 2 && c.spec.Says != SaysGeo && c.spec.Says != SaysWhole || c.spec.Kind != "unit_safety" && severity(grade) == 3
	}
	return false
}

// conclusionTexts returns the paragraphs of the conclusion.
func (c *composer) conclusionTexts() []string {
	r := c.spec.rng("conclusion")
	var out []string
	said := SaysNothing
	if len(c.spec.Units) == 1 {
		u := c.spec.Units[0]
		if c.spec.Placing == InTable {
			out = append(out, pick(r, []string{
				c.subject + fmt.Sprintf("安全性等级见表%d。", c.table-1),
				fmt.Sprintf("经评定，%s的安全性等级详见表%d。", c.subject, c.table-1),
				fmt.Sprintf("%s的评级结果汇总于表%d。", c.subject, c.table-1),
			}))
		} else {
			w := c.sentence(u.Grade, r)
			said = w.Says
			out = append(out, c.fill(w.Text, c.subject, u.Grade))
		}
		if c.spec.Reliability {
			out = append(out, c.reliabilityTexts(u.Grade, r)...)
		}
		if c.spec.AlsoDanger != "" {
			out = append(out, fmt.Sprintf("依据《危险房屋鉴定标准》（JGJ 125-2016），%s的危险性综合评定为%s级。", c.subject, c.spec.AlsoDanger))
		}
	} else {
		out = append(out, c.unitTexts(r)...)
	}
	if c.spec.Contradiction == SaidTwice {
		u := c.spec.Units[0]
		name := u.Name
		if name == "" {
			name = c.subject
		}
		w := pick(r, c.neutral())
		out = append(out, c.fill(w.Text, name, c.otherGrade()))
	}
	if c.spec.Wide.Seismic != "" {
		out = append(out, c.spec.Wide.Seismic)
	}
	return append(out, c.statementTexts(said, r)...)
}

// neutral returns the wordings that carry any grade and say nothing else.
func (c *composer) neutral() []Wording {
	var out []Wording
	for _, w := range c.w.Conclusions[c.spec.Kind].Sentences {
		if len(w.Grades) == 0 && w.Says == SaysNothing {
			out = append(out, w)
		}
	}
	return out
}

// statementTexts says about the house as a whole what the spec asks for and
// the conclusion's sentence did not say yet.
func (c *composer) statementTexts(said Says, r *rand.Rand) []string {
	subject := c.subject
	if len(c.spec.Units) > 1 {
		subject = c.worstUnit().Name
	}
	var out []string
	want := c.spec.Says
	if c.spec.Statement != "" {
		return []string{c.fill(c.spec.Statement, subject, "")}
	}
	if want != SaysNothing && want != said {
		text := pick(r, c.w.Statements[want].Sentences)
		if want == SaysLocal && len(c.spec.Units) > 1 && !strings.Contains(text, "{S}") {
			// Behind the last unit's sentence it would speak of that unit alone.
			text = "{S}：" + text
		}
		out = append(out, c.fill(text, subject, ""))
	}
	if c.spec.Contradiction == WordsOther {
		against := SaysLocal
		if c.spec.worst() <= 3 {
			against = SaysWhole
			if c.spec.Says != SaysLocal && said != SaysLocal {
				out = append(out, c.fill(pick(r, c.w.Statements[SaysLocal].Sentences), subject, ""))
			}
		}
		out = append(out, c.fill(pick(r, c.w.Statements[against].Sentences), subject, ""))
	}
	return out
}

func (c *composer) worstUnit() Unit {
	worst := c.spec.Units[0]
	for _, u := range c.spec.Units {
		if severity(u.Grade) > severity(worst.Grade) {
			worst = u
		}
	}
	return worst
}

// unitTexts names every unit with its grade: one sentence each, or one for
// those of the same grade, or the odd one out as an exception.
func (c *composer) unitTexts(r *rand.Rand) []string {
	if c.spec.Placing == InTable {
		return []string{fmt.Sprintf("各栋房屋的安全性等级见表%d。", c.table-1)}
	}
	if c.spec.Exception != "" {
		return []string{c.spec.Exception}
	}
	units := c.spec.Units
	if odd, rest, ok := oddOneOut(units); ok && c.spec.Kind == "unit_safety" && r.IntN(2) == 0 {
		var names []string
		for _, u := range rest {
			names = append(names, u.Name)
		}
		text := pick(r, c.w.Decoys["exception"].Sentences)
		return []string{strings.NewReplacer("{U}", odd.Name, "{G}", odd.Grade, "{R}", rest[0].Grade, "{LIST}", strings.Join(names, "、")).Replace(text)}
	}
	var out []string
	w := pick(r, c.neutral())
	same := true
	for _, u := range units {
		same = same && u.Grade == units[0].Grade
	}
	if same && r.IntN(2) == 0 {
		var names []string
		for _, u := range units {
			names = append(names, u.Name)
		}
		what := "安全性等级"
		if c.spec.Kind != "unit_safety" {
			what = "危险性等级"
		}
		return []string{strings.Join(names, "、") + what + "均评定为" + units[0].Grade + "级。"}
	}
	for _, u := range units {
		out = append(out, c.fill(w.Text, u.Name, u.Grade))
	}
	return out
}

// oddOneOut finds the unit that alone differs from all others.
func oddOneOut(units []Unit) (odd Unit, rest []Unit, ok bool) {
	if len(units) < 3 {
		return Unit{}, nil, false
	}
	for i, u := range units {
		rest = nil
		rest = append(rest, units[:i]...)
		rest = append(rest, units[i+1:]...)
		same := true
		for _, x := range rest {
			same = same && x.Grade == rest[0].Grade
		}
		if same && u.Grade != rest[0].Grade {
			return u, rest, true
		}
	}
	return Unit{}, nil, false
}

func reliabilityOf(safety string) (reliability, serviceability string) {
	switch severity(safety) {
	case 1:
		return "I", "Ass"
	case 2:
		return "II", "Bss"
	case 3:
		return "III", "Bss"
	}
	return "IV", "Css"
}

func (c *composer) reliabilityTexts(safety string, r *rand.Rand) []string {
	rel, serv := reliabilityOf(safety)
	var fits []Wording
	for _, w := range c.w.Conclusions["reliability"].For(rel) {
		if c.maySay(w.Says, safety) {
			fits = append(fits, w)
		}
	}
	w := pick(r, fits)
	if c.spec.ReliabilitySentence != nil {
		w = *c.spec.ReliabilitySentence
	}
	return []string{
		c.subject + "使用性等级评定为" + serv + "级。",
		c.fill(w.Text, c.subject, rel),
	}
}

func (c *composer) conclusion() {
	if c.spec.Pages == Headless {
		return
	}
	r := c.spec.rng("conclusion heading")
	c.heading(Conclusion, r, "鉴定结论", "结论", "鉴定意见", "检测鉴定结论", "鉴定结论")
	for _, t := range c.paragraphs() {
		c.para(Conclusion, c.broken(t))
	}
}

// paragraphs joins the conclusion's sentences, with decoys in the same
// paragraph now and then.
func (c *composer) paragraphs() []string {
	texts := c.conclusionTexts()
	r := c.spec.rng("conclusion paragraphs")
	joined := r.IntN(2) == 0
	for _, d := range c.decoyTexts(Conclusion) {
		if c.spec.rng("decoy place").IntN(2) == 0 {
			texts = append([]string{d.text}, texts...)
		} else {
			texts = append(texts, d.text)
		}
	}
	if joined {
		texts = []string{strings.Join(texts, "")}
	} else if r.IntN(2) == 0 && len(texts) > 1 {
		for i := range texts {
			texts[i] = fmt.Sprintf("%d、%s", i+1, texts[i])
		}
	}
	return texts
}

// broken puts the forced breaks of the layout into a text.
func (c *composer) broken(t string) string {
	l := c.spec.Layout
	if l.BreakEvery == 0 && l.PageBreak == 0 {
		return t
	}
	var b strings.Builder
	for i, r := range []rune(t) {
		if l.BreakEvery > 0 && i > 0 && i%l.BreakEvery == 0 {
			b.WriteRune(markBreak)
		}
		if l.PageBreak > 0 && i == l.PageBreak {
			b.WriteRune(markPage)
		}
		b.WriteRune(r)
	}
	return b.String()
}
