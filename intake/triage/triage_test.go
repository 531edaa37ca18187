package triage

import (
	"slices"
	"testing"
	"time"

	"jianding/schemas"
)

func finding(aspect schemas.Aspect, scope schemas.Scope, unit string, g schemas.Grade) schemas.Finding {
	return schemas.Finding{Standard: "GB 50292-2015", Aspect: aspect, Scope: scope, Unit: unit, Grade: g, Role: schemas.RoleConclusion,
		Evidence: schemas.Evidence{Page: 6, Quote: string(g)}}
}

func safety(g schemas.Grade) schemas.Finding {
	return finding(schemas.AspectSafety, schemas.ScopeUnit, "鉴定对象", g)
}

func statement(kind schemas.StatementKind, section, rule string) schemas.Statement {
	return schemas.Statement{Kind: kind, Section: section, Rule: rule, Evidence: schemas.Evidence{Page: 6, Quote: "x"}}
}

func TestHazard(t *testing.T) {
	local := statement(schemas.StatementNegated, "conclusion", "")
	for _, c := range []struct {
		name string
		in   Reading
		want schemas.HazardLevel
		base string
	}{
		{"Dsu is red", Reading{Findings: []schemas.Finding{safety("Dsu")}}, schemas.HazardRed, "grade:unit_safety_Dsu"},
		{"Dsu stays red beside a denial", Reading{Findings: []schemas.Finding{safety("Dsu")}, Statements: []schemas.Statement{local}}, schemas.HazardRed, "grade:unit_safety_Dsu"},
		{"house class D is red", Reading{Findings: []schemas.Finding{finding(schemas.AspectDanger, schemas.ScopeHouse, "", "D")}}, schemas.HazardRed, "grade:house_danger_D"},
		{"a storey's Du is not", Reading{Findings: []schemas.Finding{finding(schemas.AspectDanger, schemas.ScopeStorey, "", "Du"), finding(schemas.AspectDanger, schemas.ScopeHouse, "", "C")}}, schemas.HazardNone, ""},
		{"class C is local by definition", Reading{Findings: []schemas.Finding{finding(schemas.AspectDanger, schemas.ScopeHouse, "", "C")}}, schemas.HazardNone, ""},
		{"Csu with neither statement is amber", Reading{Findings: []schemas.Finding{safety("Csu")}}, schemas.HazardAmber, "doubt:unit_safety_Csu"},
		{"Csu said to be local is none", Reading{Findings: []schemas.Finding{safety("Csu")}, Statements: []schemas.Statement{local}}, schemas.HazardNone, ""},
		{"Csu said to affect the whole is red", Reading{Findings: []schemas.Finding{safety("Csu")}, Statements: []schemas.Statement{statement(schemas.StatementWhole, "conclusion", "")}}, schemas.HazardRed, "statement:whole_structure"},
		{"a slope that gives way is amber wherever it is told", Reading{Findings: []schemas.Finding{safety("Asu")}, Statements: []schemas.Statement{{Kind: schemas.StatementThreat, Rule: "slope_fails", Section: "overview"}}}, schemas.HazardAmber, "doubt:slope_fails"},
		{"a landslide under a Bsu house is red", Reading{Findings: []schemas.Finding{safety("Bsu")}, Statements: []schemas.Statement{statement(schemas.StatementGeo, "conclusion", "")}}, schemas.HazardRed, "geo:whole_house"},
		{"a scan is amber", Reading{Pages: []schemas.PageVerdict{{Page: 1, Text: schemas.PageScanned, Critical: true}}}, schemas.HazardAmber, "doubt:page_scanned"},
		{"no conclusion is amber", Reading{Reasons: []schemas.Reason{schemas.NewReason("conclusion_missing", 0, "")}}, schemas.HazardAmber, "doubt:conclusion_missing"},
		{"Bsu is none", Reading{Findings: []schemas.Finding{safety("Bsu")}}, schemas.HazardNone, ""},
	} {
		h := HazardIn(c.in)
		if h.Level != c.want || c.base != "" && !slices.Contains(h.Basis, c.base) || h.Rule != HazardRule {
			t.Errorf("%s: %+v", c.name, h)
		}
		if h.WholeStructure != (h.Level == schemas.HazardRed) {
			t.Errorf("%s: whole structure %v at %s", c.name, h.WholeStructure, h.Level)
		}
	}
}

func sound() Input {
	return Input{
		Signature:  schemas.Signature{Status: schemas.SignatureValid, AgencyID: "yj"},
		Reading:    Reading{Findings: []schemas.Finding{safety("Bsu")}, Fields: schemas.ReportFields{ReportNo: "A-1", Agency: "甲公司", Address: "重庆市江津区德感街道1号", IssuedOn: "2026-06-10"}},
		AgencyName: "甲公司",
		At:         time.Date(2026, 6, 11, 0, 0, 0, 0, time.UTC),
	}
}

func TestDecide(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Input)
		want   schemas.Outcome
		level  schemas.HazardLevel
		code   schemas.ReasonCode
	}{
		{"a sound report", func(*Input) {}, schemas.Accepted, schemas.HazardNone, ""},
		{"red can be accepted", func(in *Input) { in.Reading.Findings[0] = safety("Dsu") }, schemas.Accepted, schemas.HazardRed, ""},
		{"amber never is", func(in *Input) { in.Reading.Findings[0] = safety("Csu") }, schemas.NeedsReview, schemas.HazardAmber, "hazard_doubtful"},
		{"unsigned Dsu still warns", func(in *Input) {
			in.Signature = schemas.Signature{Status: schemas.SignatureUnsigned}
			in.Reading.Findings[0] = safety("Dsu")
		}, schemas.Rejected, schemas.HazardAmber, "signature_not_valid"},
		{"an unverifiable seal", func(in *Input) { in.Signature.Status = schemas.SignatureUnverifiable }, schemas.NeedsReview, schemas.HazardNone, "signature_unverifiable"},
		{"a signed revision was worse", func(in *Input) {
			in.Signature.Status = schemas.SignatureModified
			in.Others = []Reading{{Findings: []schemas.Finding{safety("Dsu")}}}
		}, schemas.Rejected, schemas.HazardAmber, "signature_not_valid"},
		{"another agency's token", func(in *Input) { in.Declared.AgencyID = "jj" }, schemas.NeedsReview, schemas.HazardNone, "uploader_is_not_signer"},
		{"another agency's name", func(in *Input) { in.Reading.Fields.Agency = "乙公司" }, schemas.NeedsReview, schemas.HazardNone, "agency_named_is_not_signer"},
		{"a branch is not its head office", func(in *Input) { in.Reading.Fields.Agency = "甲公司江津分公司" }, schemas.NeedsReview, schemas.HazardNone, "agency_named_is_not_signer"},
		{"declared milder", func(in *Input) { in.Declared.Grade = "Asu" }, schemas.NeedsReview, schemas.HazardNone, "declared_grade_differs"},
		{"declared the same, typeset otherwise", func(in *Input) { in.Declared.Address, in.Declared.ReportNo = "江津区德感街道１号", "Ａ－1" }, schemas.Accepted, schemas.HazardNone, ""},
		{"issued tomorrow", func(in *Input) { in.Reading.Fields.IssuedOn = "2026-06-20" }, schemas.NeedsReview, schemas.HazardNone, "issued_after_receipt"},
		{"a survey", func(in *Input) {
			in.Reading.Reasons = []schemas.Reason{schemas.NewReason("survey_report", 1, "")}
		}, schemas.Rejected, schemas.HazardAmber, "survey_report"},
		{"a reason that nobody listed", func(in *Input) {
			in.Document = []schemas.Reason{{Code: "no_such_code", Message: "?"}}
		}, schemas.NeedsReview, schemas.HazardNone, "no_such_code"},
		{"could not be opened", func(in *Input) { in.Reading = Reading{}; in.Unread = true }, schemas.NeedsReview, schemas.HazardAmber, ""},
	} {
		in := sound()
		c.change(&in)
		d := Decide(in)
		if d.Outcome != c.want || d.Hazard.Level != c.level {
			t.Errorf("%s: %s, hazard %s %v, want %s, %s", c.name, d.Outcome, d.Hazard.Level, d.Hazard.Basis, c.want, c.level)
		}
		if c.code != "" && !slices.ContainsFunc(d.Reasons, func(r schemas.Reason) bool { return r.Code == c.code }) {
			t.Errorf("%s: reasons %v, want %s", c.name, d.Reasons, c.code)
		}
	}
}

func TestOverallIsTheWorstOfEachScale(t *testing.T) {
	o := Overall([]schemas.Finding{safety("Bsu"), finding(schemas.AspectSafety, schemas.ScopeUnit, "连廊", "Csu"),
		finding(schemas.AspectSafety, schemas.ScopeSubUnit, "", "Du"), finding(schemas.AspectDanger, schemas.ScopeHouse, "", "B")})
	if o != (schemas.Overall{Safety: "Csu", Danger: "B"}) {
		t.Errorf("%+v", o)
	}
}
