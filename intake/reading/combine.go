package reading

import (
	"fmt"
	"slices"
	"strings"

	"jianding/schemas"
)

// checkTables compares what the prose concludes with what the tables rate.
func (r *reader) checkTables(said, tabled []*mention, c conclusion) {
	single := len(unitNames(said, tabled)) <= 1
	for _, t := range tabled {
		if !weighty(t.aspect) {
			continue
		}
		for _, k := range t.keys() {
			matched, any, concluded := false, false, false
			for _, s := range said {
				if s.aspect != t.aspect || s.scope != t.scope {
					continue
				}
				any = true
				concluded = concluded || s.grade == t.grade
				for _, sk := range s.keys() {
					if sk.unit != k.unit && !single {
						continue
					}
					matched = true
					if s.grade != t.grade {
						r.reason("conclusion_contradicts_table", s.page, fmt.Sprintf("%s 结论为 %s，评级表为 %s", k.unit, s.grade, t.grade), s.evidence, t.evidence)
					}
				}
			}
			switch {
			case !any || matched:
			case referred(t, c.tables), tabledInConclusion(tabled, k):
			case k.unit != defaultUnit:
				r.reason("unit_without_conclusion", t.page, k.unit, t.evidence)
			case !concluded:
				// A summary of several units names the worst of them, a row of
				// a table any of them; a grade that no unit has is neither.
				r.reason("conclusion_contradicts_table", t.page, fmt.Sprintf("结论中没有任何单元为 %s", t.grade), t.evidence)
			}
		}
	}
	// Two tables, or two rows, that rate one unit differently.
	seen := make(map[key]*mention)
	for _, t := range tabled {
		if !weighty(t.aspect) {
			continue
		}
		for _, k := range t.keys() {
			if o, ok := seen[k]; ok && o.grade != t.grade {
				r.reason("tables_contradict", t.page, fmt.Sprintf("%s %s / %s", k.unit, o.grade, t.grade), o.evidence, t.evidence)
			}
			seen[k] = t
		}
	}
}

// tabledInConclusion tells whether the conclusion's own table grades a unit.
func tabledInConclusion(tabled []*mention, k key) bool {
	return slices.ContainsFunc(tabled, func(m *mention) bool {
		return m.section == secConclusion && slices.Contains(m.keys(), k)
	})
}

func unitNames(lists ...[]*mention) []string {
	var out []string
	for _, l := range lists {
		for _, m := range l {
			for _, u := range m.units {
				if k := unitKey(u); k != defaultUnit && !slices.Contains(out, k) {
					out = append(out, k)
				}
			}
		}
	}
	return out
}

// settleUnits brings what is said of "the house" and of its units together.
// With one named unit both are the same thing. With several, a grade of the
// whole is their worst (DOMAIN §2: the worst safety finding drives); a milder
// one contradicts them.
func (r *reader) settleUnits(fs []schemas.Finding) []schemas.Finding {
	drop := make([]bool, len(fs))
	for i, f := range fs {
		if unitKey(f.Unit) != defaultUnit {
			continue
		}
		var named []string
		worst := schemas.Finding{}
		for _, g := range fs {
			if g.Scope != f.Scope || g.Aspect != f.Aspect || unitKey(g.Unit) == defaultUnit {
				continue
			}
			if !slices.Contains(named, unitKey(g.Unit)) {
				named = append(named, unitKey(g.Unit))
			}
			if rank(g.Grade) > rank(worst.Grade) {
				worst = g
			}
		}
		switch {
		case len(named) == 0:
		case worst.Grade == f.Grade:
			drop[i] = true
		default:
			r.reason("conclusion_contradicts_itself", f.Evidence.Page,
				fmt.Sprintf("整体 %s，%s %s", f.Grade, worst.Unit, worst.Grade), f.Evidence, worst.Evidence)
		}
	}
	var out []schemas.Finding
	for i, f := range fs {
		if !drop[i] {
			out = append(out, f)
		}
	}
	return out
}

// combine checks the house's grade against the grades below it.
//
// GB 50292-2015 9.1.2: the unit takes the lower grade of 地基基础 and 上部承重结构;
// where that is Au or Bu but 围护系统的承重部分 is Cu or Du, it may be lowered by one
// or two, not below Csu. 9.1.3 allows Dsu directly (a threatening group of
// dangerous houses, a tilt that gathers speed), so a unit graver than its
// parts is no contradiction; a milder one is. 10.0.3: with safety below Bsu
// the reliability follows it (Csu → Ⅲ, Dsu → Ⅳ).
//
// JGJ 125-2016 6.3.6: A when R = 0, B below 5 %, C from 5 % to below 25 %, D
// from 25 %, R being the share of dangerous members of the house.
//
// Not checked, because reports rarely print what it takes: member sets against
// sub-units (7.3), and the share of dangerous members per storey (6.3.4).
func (r *reader) combine(c conclusion, tabled []*mention) {
	r.checkGraver(c)
	for _, m := range c.lower {
		// A part is rated wherever the report rates it, under the site visit or
		// before any heading that was understood.
		if m.scope != schemas.ScopeSubUnit || m.aspect != schemas.AspectSafety || m.section == secAppendix {
			continue
		}
		if !bearing(m) {
			continue
		}
		for _, f := range c.findings {
			if f.Aspect != schemas.AspectSafety || f.Scope != schemas.ScopeUnit || !concerns(m, f, c.findings) {
				continue
			}
			if rank(f.Grade) < rank(m.grade) {
				r.reason("conclusion_contradicts_sub_unit", f.Evidence.Page,
					fmt.Sprintf("%s %s，子单元 %s", f.Unit, f.Grade, m.grade), f.Evidence, m.evidence)
			}
		}
	}
	for _, f := range c.findings {
		if f.Aspect != schemas.AspectReliability {
			continue
		}
		for _, g := range c.findings {
			if g.Aspect != schemas.AspectSafety || unitKey(g.Unit) != unitKey(f.Unit) {
				continue
			}
			milder := rank(g.Grade) >= 3 && rank(f.Grade) < rank(g.Grade)
			if milder || rank(f.Grade) > gravestReliability(c.findings, g) {
				r.reason("reliability_contradicts_safety", f.Evidence.Page, fmt.Sprintf("%s 安全性 %s，可靠性 %s", f.Unit, g.Grade, f.Grade), g.Evidence, f.Evidence)
			}
		}
	}
	storeys := 0
	for _, m := range c.lower {
		if m.scope == schemas.ScopeStorey {
			storeys++
		}
	}
	for _, m := range c.lower {
		if m.scope != schemas.ScopeStorey || rank(m.grade) < 3 {
			continue
		}
		// A storey of class Du has a quarter of its members dangerous, which is a
		// twentieth, and class C, of a house of up to five (JGJ 125-2016 6.3.4, 6.3.6).
		least := 2
		if rank(m.grade) == 4 && storeys <= 5 {
			least = 3
		}
		for _, f := range c.findings {
			if f.Aspect == schemas.AspectDanger && rank(f.Grade) < least && concerns(m, f, c.findings) {
				r.reason("conclusion_contradicts_table", f.Evidence.Page, fmt.Sprintf("%s级，楼层 %s", f.Grade, m.grade), f.Evidence, m.evidence)
			}
		}
	}
}

// gravestReliability is the gravest grade of reliability that goes with a
// unit's safety: the lower of safety and serviceability, and one further for
// the importance of the building (GB 50292-2015 10.0.3); serviceability, where
// nothing is said of it, is at most Css, and Ⅳ always needs safety of Dsu or
// that one step from Csu.
func gravestReliability(fs []schemas.Finding, safety schemas.Finding) int {
	worst, said := rank(safety.Grade), false
	for _, f := range fs {
		if f.Aspect == schemas.AspectServiceability && unitKey(f.Unit) == unitKey(safety.Unit) {
			worst, said = max(worst, rank(f.Grade)), true
		}
	}
	if !said {
		worst = max(worst, 2)
	}
	return min(worst+1, max(3, rank(safety.Grade)+1))
}

// checkSeries: where houses are numbered (1号楼, 2号楼 …) and one of the series
// is named among the ratings without a grade of its own, its row was lost.
func (r *reader) checkSeries(items []*item, fs []schemas.Finding) {
	rated := make(map[string]bool)
	kinds := make(map[string]bool)
	for _, f := range fs {
		if m := series.FindStringSubmatch(unitKey(f.Unit)); m != nil {
			rated[unitKey(f.Unit)] = true
			kinds[m[1]] = true
		}
	}
	if len(kinds) == 0 {
		return
	}
	look := func(p passage, it *item) {
		for _, s := range sentencesOf(p, it) {
			if otherCue.MatchString(s.text) {
				continue
			}
			for _, u := range unitsIn(uncaptioned(s.unnumbered(s.text)), nil) { // 表4-5 1幢: not 4 to 51
				k := unitKey(u)
				if m := series.FindStringSubmatch(k); m != nil && kinds[m[1]] && !rated[k] {
					r.reason("unit_without_conclusion", s.page, u, s.whole())
				}
			}
		}
	}
	for _, it := range items {
		if it.section != secRating && it.section != secConclusion {
			// What the report says it appraises must all come out with a grade.
			if it.table == nil && it.section != secAppendix && it.section != secHistory && it.section != secNeighbours && subjects.MatchString(it.text.text) {
				look(it.text, it)
			}
			continue
		}
		if it.table == nil {
			look(it.text, it)
			continue
		}
		for _, c := range it.table.cells {
			look(newPassage(c.glyphs), it)
		}
	}
}

var subjects = re(`(?:鉴定|检测|评定)(?:的)?(?:对象|范围|房屋|单体)(?:为|包括|包含|有|系|:)`)

var series = re(`^(?:[0-9A-Z]{1,3}|[一二三四五六七八九十]{1,3}|[东西南北前后左右主附副裙甲乙丙丁])((?:号|#)?(?:楼|栋|单元|区))$`)

// bearing tells whether a sub-unit is one that the unit's grade follows
// without discretion: the envelope is not. In prose the words since the grade
// before it name it; of a list that is graded 分别 its place does.
func bearing(m *mention) bool {
	if m.fromTable {
		// A column of 围护系统 says so at its head, a row in its first entry.
		if subUnitName.MatchString(m.column) {
			return !strings.Contains(m.column, "围护")
		}
		return !strings.Contains(fold(m.evidence.Quote), "围护")
	}
	text := m.sentence.text
	named := clauseBefore(text, m.from)
	toks := tokens(text[:m.from])
	if i := strings.LastIndex(named, "分别"); i < 0 {
		if n := len(toks); n > 0 {
			named = tailAfter(named, text[:m.from], toks[n-1].to)
		}
	} else if names := subUnitName.FindAllString(named[:i], -1); len(names) > 1 {
		k := 0 // grades of the row before this one
		for _, t := range toks {
			if t.from > len(text[:m.from])-len(named)+i {
				k++
			}
		}
		if k < len(names) {
			named = names[k]
		}
	}
	if !subUnitName.MatchString(named) {
		// 围护系统承重部分个别填充墙连接有缺陷,评为Bu级
		from := 0
		if n := len(toks); n > 0 {
			from = toks[n-1].to
		}
		named = text[from:m.from]
		if names := subUnitName.FindAllStringIndex(named, -1); len(names) > 0 {
			named = named[names[len(names)-1][0]:]
		}
	}
	// 地基基础、上部承重结构和围护系统均为Bu级: of them all.
	return !strings.Contains(named, "围护") || bearingPart.MatchString(strings.ReplaceAll(named, "围护系统承重", ""))
}

// tailAfter returns the part of clause, which ends before, that lies behind byte
// at of it.
func tailAfter(clause, before string, at int) string {
	if from := len(before) - len(clause); at > from {
		return before[at:]
	}
	return clause
}

var (
	subUnitName = re(`地基基础|上部(?:承重)?结构|围护(?:系统|结构)?(?:的)?(?:承重部分)?`)
	bearingPart = re(`地基|基础|上部|承重结构`)
)

// checkScales asks for a human where two scales are far apart (a class D house
// whose safety is Bsu), where the reliability of a house has a grade that no standard
// gives it, and where a danger class rests on no standard that the
// report cites. Neither proves an error: a real report concluded Dsu and B.
func (r *reader) checkScales(fs []schemas.Finding) {
	for _, f := range fs {
		if f.Aspect == schemas.AspectReliability && f.Scope.Speaks() && len(f.Grade) == 1 && f.Grade != "I" {
			// 该厂房可靠性评定为C级: the letters are those of its systems.
			r.reason("grade_mention_unclear", f.Evidence.Page, string(f.Grade), f.Evidence)
		}
		if f.Aspect == schemas.AspectSafety && f.Scope.Speaks() && len(f.Grade) == 1 && !r.usesDanger() && find(r.standards, "GB 50144") == "" {
			// 安全性等级属C, and su on the next page: no letter alone grades a unit's safety.
			r.reason("grade_mention_unclear", f.Evidence.Page, string(f.Grade), f.Evidence)
		}
		if f.Aspect != schemas.AspectDanger || f.Scope != schemas.ScopeHouse {
			continue
		}
		if !r.usesDanger() {
			r.reason("danger_without_standard", f.Evidence.Page, string(f.Grade), f.Evidence)
		}
		for _, g := range fs {
			if g.Aspect == schemas.AspectSafety && unitKey(g.Unit) == unitKey(f.Unit) && rank(f.Grade) == 4 && rank(g.Grade) <= 2 {
				r.reason("scales_far_apart", f.Evidence.Page, fmt.Sprintf("%s，%s", g.Grade, f.Grade), f.Evidence, g.Evidence)
			}
		}
	}
}

// checkGraver asks for a human where a unit is graver than its sub-units allow:
// graver than the lower of foundation and superstructure, and not explained by
// an envelope of Cu or Du that may lower it to Csu (GB 50292-2015 9.1.2). The
// direct rating as Dsu (9.1.3) is rare enough to be looked at.
func (r *reader) checkGraver(c conclusion) {
	for _, f := range c.findings {
		if f.Aspect != schemas.AspectSafety || f.Scope != schemas.ScopeUnit {
			continue
		}
		allowed, parts := 0, 0
		var worst *mention
		for _, m := range c.lower {
			if m.scope != schemas.ScopeSubUnit || m.aspect != schemas.AspectSafety || !concerns(m, f, c.findings) || m.section != secRating && m.section != secConclusion {
				continue
			}
			if !bearing(m) {
				// Bsu for an envelope of Bu takes the lowest of all three, to be safe.
				allowed = max(allowed, min(rank(m.grade), 3))
				continue
			}
			parts++
			if worst == nil || rank(m.grade) > rank(worst.grade) {
				worst = m
			}
		}
		if parts >= 2 && rank(f.Grade) > max(allowed, rank(worst.grade)) {
			r.reason("unit_graver_than_sub_units", f.Evidence.Page, fmt.Sprintf("%s %s，子单元 %s", f.Unit, f.Grade, worst.grade), f.Evidence, worst.evidence)
		}
	}
}
