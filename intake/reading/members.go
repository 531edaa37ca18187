package reading

import (
	"fmt"
	"slices"

	"jianding/schemas"
)

// checkMembers asks for a human where a member that carries others is du in a
// house of Asu or Bsu: a set of main members that holds one is Cu at best, the
// superstructure takes the lowest of its sets, and the house the lower of its
// parts (GB 50292-2015 table 7.3.5, 7.3.9, 9.1.2). Sets of general members may
// hold some.
func (r *reader) checkMembers(c conclusion, items []*item) {
	for _, m := range c.lower {
		if m.scope != schemas.ScopeMember || m.aspect != schemas.AspectSafety || m.grade != "du" || m.section == secAppendix || m.fromTable && !m.alone {
			continue
		}
		words := m.evidence.Quote
		if !m.fromTable {
			words = clauseBefore(m.sentence.text, m.from)
		}
		if words = fold(words); generalMember.MatchString(words) || notOfHouse.MatchString(words) || noneOfThem.MatchString(words) {
			continue
		}
		for _, f := range c.findings {
			if f.Aspect == schemas.AspectSafety && f.Scope == schemas.ScopeUnit && rank(f.Grade) <= 2 && concerns(m, f, c.findings) {
				r.reason("conclusion_contradicts_sub_unit", f.Evidence.Page, fmt.Sprintf("%s %s，构件 %s", f.Unit, f.Grade, m.grade), f.Evidence, m.evidence)
			}
		}
	}
	r.checkCounted(items, c.findings)
	r.checkNoneDangerous(items, c.findings)
}

// checkNoneDangerous asks for a human where a house of class A has dangerous
// members: class A has none (JGJ 125-2016 6.3.6).
func (r *reader) checkNoneDangerous(items []*item, fs []schemas.Finding) {
	i := slices.IndexFunc(fs, func(f schemas.Finding) bool {
		return f.Aspect == schemas.AspectDanger && f.Scope == schemas.ScopeHouse && f.Grade == "A"
	})
	if i < 0 || len(unitsOfFindings(fs)) > 1 {
		return
	}
	for s := range saidIn(items, secInspection, secAnalysis, secRating) {
		if m := dangerousMember.FindString(s.text); m != "" && !gradeToken.MatchString(s.text) && !s.listed && !s.scale && !noneDangerous.MatchString(s.text) && !elsewhere(s.text) && lastOf(condBefore, s.text) < 0 {
			r.reason("conclusion_contradicts_calculation", s.page, string(fs[i].Grade)+" / "+m, fs[i].Evidence, s.whole())
		}
	}
}

var (
	dangerousMember = re(`(?:[判评列定属认](?:定)?(?:为|成|作|于))危险构件|危险构件(?:数量?|共|计|有|为|:)*[1-9][0-9]*(?:根|片|处|个|榀|块|件|段)|[1-9一二两三四五六七八九十](?:根|片|处|个|榀|块|件|段)(?:为|属|系|是)?危险构件`)
	noneDangerous   = re(`(?:未|无|没有|不|非)[^,。;]{0,10}危险构件|时|者|的,|标准`)
)

// noneOfThem: the row of a grade of which there is no member.
var noneOfThem = re(`(?:^| )(?:0|无|-|/|没有|零)(?:根|个|处|片|%|件|榀|块)?(?: |$)|0(?:根|个|处|片|%|件|榀|块)`)

// onlyGradeOfRow tells whether the row of a cell holds one grade of members: of
// several they are headings, or a row of several members.
func (t *table) onlyGradeOfRow(c *cell) bool {
	for _, d := range t.rowCells(c.cy(), 0.5*c.size) {
		for _, k := range loneTokens(d.folded()) {
			if d != c && k.family == famMemberSafety {
				return false
			}
		}
	}
	return c.cy() < t.headEnd()
}

// sumsUpRow tells whether a cell is the rating of a member behind those of its parts:
// 承载力 au | 构造 au | 裂缝 du | 评级 du.
func (t *table) sumsUpRow(c *cell) bool {
	return c.cy() < t.headEnd() && ratesMember.MatchString(t.headOf(c)) && !slices.ContainsFunc(t.rowCells(c.cy(), 0.5*c.size), func(d *cell) bool {
		return d.x0 > c.x1 && len(loneTokens(d.folded())) > 0
	})
}

var ratesMember = re(`^(?:构件|单个构件|综合|安全性|构件安全性|最终|总)*(?:评级|等级|级别|评定|评定结果|评定等级|评级结果)$`)

// checkCounted asks for a human where a table counts members of grade du, in a
// column headed by it.
func (r *reader) checkCounted(items []*item, fs []schemas.Finding) {
	for _, it := range items {
		if it.table == nil || it.section == secBasis || it.section == secDeclaration || it.section == secHistory || it.section == secNeighbours || it.table.definition() {
			continue
		}
		t := it.table
		for _, c := range t.cells {
			m := memberCount.FindStringSubmatch(c.folded())
			if m == nil || atoi(m[1]) == 0 || c.cy() >= t.headEnd() {
				continue
			}
			ks := loneTokens(t.headOf(c))
			row := t.rowText(c)
			if len(ks) != 1 || ks[0].grade != "du" || generalMember.MatchString(row) || notOfHouse.MatchString(row) {
				continue
			}
			if g := gradeOfRow(t, c, fs); g.safety && (g.house == 1 || g.house == 2) {
				i := slices.IndexFunc(fs, func(f schemas.Finding) bool { return f.Aspect == schemas.AspectSafety })
				r.reason("conclusion_contradicts_sub_unit", it.page, fmt.Sprintf("%s，%sdu %s", fs[i].Grade, row, c.folded()), fs[i].Evidence, evidenceOf(t.rowGlyphs(c), it.page))
			}
		}
	}
}

var memberCount = re(`^([0-9]{1,4})(?:根|个|处|片|件|榀|块|道|段)?(?:[(][0-9.]+%[)])?$`)
