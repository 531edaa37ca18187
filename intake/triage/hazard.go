package triage

import (
	"slices"
	"strings"

	"jianding/schemas"
)

// HazardRule names the version of the rule: district plan 附件2 四(五), as DOMAIN
// §1 reads it.
const HazardRule = "hazard/1"

// hazardOf is the worst hazard of all readings. A document that is rejected for
// its signature, or whose content raises doubt, still warns: amber, never
// silence.
func hazardOf(in Input, d Decision) schemas.Hazard {
	h := HazardIn(in.Reading)
	for _, o := range in.Others {
		if x := HazardIn(o); x.Level.Rank() > h.Level.Rank() {
			x.Basis = append(x.Basis, "doubt:revision")
			h = x
		}
	}
	if in.Unread && h.Level == schemas.HazardNone {
		h = schemas.Hazard{Level: schemas.HazardAmber, Basis: []string{"doubt:unreadable"}, Rule: HazardRule}
	}
	if h.Level == schemas.HazardRed && in.Signature.Status != schemas.SignatureValid {
		h.Level = schemas.HazardAmber
		h.Basis = append(h.Basis, "doubt:signature")
	}
	return h
}

// HazardIn applies the rule to one reading.
//
// Red: a unit's Dsu, a house's class D, or the agency's own statement that the
// whole structure, or its safety as a whole, is affected. None: milder grades
// with the agency's explicit local or negating statement, or grades that carry
// no such meaning. Amber: Csu or reliability Ⅳ with neither, a contradiction,
// and pages that could hide a hazard.
func HazardIn(r Reading) schemas.Hazard {
	h := schemas.Hazard{Level: schemas.HazardNone, Rule: HazardRule}
	raise := func(level schemas.HazardLevel, basis string, ev *schemas.Evidence) {
		if level.Rank() > h.Level.Rank() || level == h.Level && h.Evidence == nil {
			h.Evidence = ev
		}
		h.Level = h.Level.Worse(level)
		if !slices.Contains(h.Basis, basis) {
			h.Basis = append(h.Basis, basis)
		}
	}
	byGrade(r, raise)
	byStatement(r, raise)
	byDoubt(r, raise)
	h.WholeStructure = h.Level == schemas.HazardRed
	return h
}

type raiser func(schemas.HazardLevel, string, *schemas.Evidence)

// byGrade: the grades that mean the whole by definition, and those that leave
// it open.
func byGrade(r Reading, raise raiser) {
	for i := range r.Findings {
		f := &r.Findings[i]
		if !f.Scope.Speaks() || f.Role != schemas.RoleConclusion {
			continue
		}
		switch {
		case f.Aspect == schemas.AspectSafety && f.Grade == "Dsu":
			raise(schemas.HazardRed, "grade:unit_safety_Dsu", &f.Evidence)
		case f.Aspect == schemas.AspectSafety && f.Grade == "D":
			raise(schemas.HazardAmber, "doubt:unit_safety_D", &f.Evidence)
		case f.Aspect == schemas.AspectDanger && f.Grade == "D":
			raise(schemas.HazardRed, "grade:house_danger_D", &f.Evidence)
		case f.Aspect == schemas.AspectSafety && f.Grade == "Csu" && !limited(r, f.Unit):
			raise(schemas.HazardAmber, "doubt:unit_safety_Csu", &f.Evidence)
		case f.Aspect == schemas.AspectReliability && f.Grade == "IV" && !limited(r, f.Unit) && !safeUnit(r, f.Unit):
			raise(schemas.HazardAmber, "doubt:reliability_IV", &f.Evidence)
		}
	}
}

// limited tells whether the agency states that the effect on this unit is
// local, or that the whole is not affected.
func limited(r Reading, unit string) bool {
	for _, s := range r.Statements {
		if s.Kind != schemas.StatementNegated && s.Kind != schemas.StatementLocal {
			continue
		}
		if s.Kind == schemas.StatementLocal && s.Section != "conclusion" && s.Section != "rating" {
			continue
		}
		if s.Kind == schemas.StatementNegated && s.Section != "conclusion" && s.Section != "rating" && s.Section != "advice" && s.Section != "analysis" {
			continue
		}
		if s.Unit == "" || s.Unit == unit || several(r) <= 1 || strings.Contains(s.Evidence.Quote, "均") {
			return true
		}
	}
	return false
}

// safeUnit: reliability Ⅳ that comes with a concluded safety grade adds
// nothing to what the safety grade says.
func safeUnit(r Reading, unit string) bool {
	for _, f := range r.Findings {
		if f.Aspect == schemas.AspectSafety && f.Scope == schemas.ScopeUnit && (f.Unit == unit || several(r) <= 1) && (f.Grade == "Asu" || f.Grade == "Bsu") {
			return true
		}
	}
	return false
}

func several(r Reading) int {
	var units []string
	for _, f := range r.Findings {
		if f.Scope.Speaks() && !slices.Contains(units, f.Unit) {
			units = append(units, f.Unit)
		}
	}
	return len(units)
}

// byStatement: the agency's own words on the whole.
func byStatement(r Reading, raise raiser) {
	denied := false
	for _, s := range r.Statements {
		denied = denied || s.Kind == schemas.StatementNegated && s.Section == "conclusion"
	}
	for i := range r.Statements {
		s := &r.Statements[i]
		switch s.Kind {
		case schemas.StatementWhole:
			raise(schemas.HazardRed, "statement:whole_structure", &s.Evidence)
		case schemas.StatementGeo:
			raise(schemas.HazardRed, "geo:whole_house", &s.Evidence)
		case schemas.StatementThreat:
			if s.Rule == "slope_fails" || s.Rule == "geo" && !describes[s.Section] || s.Section == "conclusion" && (!denied || strings.HasPrefix(s.Rule, "joined_")) {
				raise(schemas.HazardAmber, "doubt:"+s.Rule, &s.Evidence)
			}
		}
	}
}

// describes are the sections that tell what the site is like; a slope that is
// named there is not yet said to threaten the house. One that gives way beside it
// is, wherever that stands.
var describes = map[string]bool{"overview": true, "inspection": true, "analysis": true, "declaration": true, "basis": true}

// byDoubt: pages and contradictions that may hide a hazard.
func byDoubt(r Reading, raise raiser) {
	for _, p := range r.Pages {
		if p.Critical {
			raise(schemas.HazardAmber, "doubt:page_"+string(p.Text), nil)
		}
	}
	for _, x := range r.Reasons {
		if doubtful[x.Code] {
			var ev *schemas.Evidence
			if len(x.Evidence) > 0 {
				ev = &x.Evidence[0]
			}
			raise(schemas.HazardAmber, "doubt:"+string(x.Code), ev)
		}
	}
}

// doubtful are the reasons behind which a whole-structure hazard may stand.
var doubtful = map[schemas.ReasonCode]bool{
	"conclusion_missing": true, "grade_missing": true, "grade_mention_unclear": true,
	"conclusion_contradicts_itself": true, "conclusion_contradicts_table": true, "tables_contradict": true,
	"unit_without_conclusion": true, "conclusion_contradicts_sub_unit": true, "reliability_contradicts_safety": true,
	"conclusion_contradicts_calculation": true, "grade_contradicts_statement": true, "statements_contradict": true, "unusual_statement": true,
	"advice_contradicts_grade": true, "inspection_long_ago": true, "hidden_text": true, "struck_out": true, "drawn_character": true, "survey_report": true, "seismic_only": true,
}
