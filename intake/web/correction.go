package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"jianding/intake/triage"
	"jianding/schemas"
)

// A reviewer's corrections, from a form.

// correctedReading lays a reviewer's form over the reading and returns nil
// when nothing differs.
func correctedReading(a schemas.Assessment, form url.Values) *schemas.Assessment {
	c := a
	changed := correctFields(&c.Report, form)
	c.Findings = nil
	for i, f := range a.Findings {
		if f.Role != schemas.RoleConclusion && f.Role != "" {
			c.Findings = append(c.Findings, f)
			continue
		}
		n := strconv.Itoa(i)
		if !form.Has("grade-" + n) {
			c.Findings = append(c.Findings, f)
			continue
		}
		g := schemas.Grade(form.Get("grade-" + n))
		unit := strings.TrimSpace(form.Get("unit-" + n))
		if g == "" { // taken out: the report does not conclude this
			changed = true
			continue
		}
		changed = changed || g != f.Grade || unit != f.Unit
		f.Grade, f.Unit = g, unit
		c.Findings = append(c.Findings, f)
	}
	if f, ok := addedFinding(form); ok {
		c.Findings, changed = append(c.Findings, f), true
	}
	if added, ok := correctRecommendations(&c, form); ok {
		changed = changed || added
	}
	if lv := schemas.HazardLevel(form.Get("hazard")); lv != "" && lv != a.Hazard.Level {
		c.Hazard.Level, c.Hazard.WholeStructure, c.Hazard.Rule, changed = lv, lv == schemas.HazardRed, "review/1", true
		c.Hazard.Basis = []string{"statement:review"}
	}
	if !changed {
		return nil
	}
	c.Overall = triage.Overall(c.Findings)
	return &c
}

func correctFields(r *schemas.ReportFields, form url.Values) (changed bool) {
	for name, field := range map[string]*string{
		"report_no": &r.ReportNo, "agency": &r.Agency, "client": &r.Client, "owner": &r.Owner, "address": &r.Address, "town": &r.Town,
		"house_code": &r.HouseCode, "use": &r.Use, "structure": &r.Structure, "storeys": &r.Storeys, "issued_on": &r.IssuedOn,
	} {
		if !form.Has("f-" + name) {
			continue
		}
		if v := strings.TrimSpace(form.Get("f-" + name)); v != *field {
			*field, changed = v, true
		}
	}
	return changed
}

// addedFinding reads the row for a conclusion that the reading missed. Scope
// and grade come as one choice, so that they can't disagree.
func addedFinding(form url.Values) (schemas.Finding, bool) {
	scale, grade, ok := strings.Cut(form.Get("add-grade"), ":")
	if !ok {
		return schemas.Finding{}, false
	}
	for _, sc := range conclusionScales() {
		if sc.Name != scale {
			continue
		}
		unit := strings.TrimSpace(form.Get("add-unit"))
		if unit == "" {
			unit = "鉴定单元"
		}
		page, _ := strconv.Atoi(form.Get("add-page"))
		return schemas.Finding{
			Standard: strings.TrimSpace(form.Get("add-standard")), Scope: sc.Scopes[0], Aspect: sc.Aspect, Unit: unit, Grade: schemas.Grade(grade),
			Role: schemas.RoleConclusion, Evidence: schemas.Evidence{Page: page, Quote: strings.TrimSpace(form.Get("add-quote"))},
		}, true
	}
	return schemas.Finding{}, false
}

// correctRecommendations keeps what stays ticked, with its quote, and adds
// what was ticked anew. ok is false when the form has no such part.
func correctRecommendations(c *schemas.Assessment, form url.Values) (changed, ok bool) {
	if !form.Has("recommendations") {
		return false, false
	}
	ticked := form["recommend"]
	var out []schemas.Recommendation
	var have []string
	for _, r := range c.Recommendations {
		if slices.Contains(ticked, string(r.Code)) {
			out = append(out, r)
		} else {
			changed = true
		}
		have = append(have, string(r.Code))
	}
	for _, code := range ticked {
		if !slices.Contains(have, code) {
			out, changed = append(out, schemas.Recommendation{Code: schemas.RecommendationCode(code)}), true
		}
	}
	c.Recommendations = out
	return changed, true
}
