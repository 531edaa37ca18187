package readingtest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"jianding/intake/pdf"
	"jianding/schemas"
)

// Verdict is what a reader makes of a report, given a valid signature.
type Verdict struct {
	Outcome  schemas.Outcome
	Reasons  []schemas.Reason
	Findings []schemas.Finding
	Advice   []schemas.Recommendation
	Hazard   schemas.Hazard
	Fields   schemas.ReportFields
}

// Reader reads a report and judges it.
type Reader func(pdf.Source) (Verdict, error)

// Fault is the kind of a difference between a verdict and the truth.
type Fault string

const (
	WrongAcceptance Fault = "wrong_acceptance" // accepted with a wrong grade, or what must not be accepted
	HazardMissed    Fault = "hazard_missed"    // a whole-structure hazard came out as none
	HazardMilder    Fault = "hazard_milder"    // red came out amber
	HazardInvented  Fault = "hazard_invented"
	OutcomeDiffers  Fault = "outcome"
	GradeDiffers    Fault = "grade"
	AdviceDiffers   Fault = "advice"
	FieldDiffers    Fault = "field"
	Failed          Fault = "failed" // the reader returned an error
)

// Difference is one difference.
type Difference struct {
	Fault  Fault
	Field  string // for FieldDiffers
	Detail string
}

func (d Difference) String() string { return string(d.Fault) + ": " + d.Detail }

// Grades returns the concluded grades of a verdict that speak for a house, in
// the truth's terms, sorted. Units are named only when there are several.
func Grades(fs []schemas.Finding, units bool) []string {
	var out []string
	for _, f := range fs {
		if f.Role != schemas.RoleConclusion {
			continue
		}
		var key string
		switch {
		case f.Aspect == schemas.AspectSafety && f.Scope == schemas.ScopeUnit:
			key = "safety"
		case f.Aspect == schemas.AspectReliability && f.Scope == schemas.ScopeUnit:
			key = "reliability"
		case f.Aspect == schemas.AspectDanger && f.Scope == schemas.ScopeHouse:
			key = "danger"
		default:
			continue
		}
		key += " " + string(f.Grade)
		if units {
			key = unitName(f.Unit) + " " + key
		}
		out = append(out, key)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (t Truth) grades() []string {
	aspect := map[string]string{"gb50292": "safety", "gb50292-reliability": "reliability", "jgj125": "danger", "jgj363": "danger"}
	units := t.manyUnits()
	var out []string
	for _, g := range t.Grades {
		key := aspect[g.Scheme] + " " + g.Grade
		if units {
			key = unitName(g.Unit) + " " + key
		}
		out = append(out, key)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// unitName folds what may or may not belong to a name: 教学楼房屋 is 教学楼.
func unitName(s string) string {
	s = Plainly(s)
	for _, tail := range []string{"房屋", "建筑物", "住房", "结构", "主体", "整体"} {
		s = strings.TrimSuffix(s, tail)
	}
	return s
}

func (t Truth) manyUnits() bool {
	for _, g := range t.Grades {
		if g.Unit != t.Grades[0].Unit {
			return true
		}
	}
	return false
}

// Plainly folds a text for comparison: NFKC, no white space.
func Plainly(s string) string {
	s = norm.NFKC.String(s)
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '\n' || r == '\r' || r == '\t' || r == '\u3000' {
			return -1
		}
		return r
	}, s)
}

// Judge lists the differences between what a reader made of a report and its
// truth.
func Judge(t Truth, v Verdict) []Difference {
	var out []Difference
	add := func(f Fault, field, format string, args ...any) {
		out = append(out, Difference{f, field, fmt.Sprintf(format, args...)})
	}
	got, want := Grades(v.Findings, t.manyUnits()), t.grades()
	sameGrades := slices.Equal(got, want)
	accepted := v.Outcome == schemas.Accepted
	readable := t.TextLayer == "full" || t.TextLayer == "deceptive"
	settled := t.Conflict == nil && readable
	switch {
	case accepted && !t.Expected.allows("accepted"):
		add(WrongAcceptance, "", "accepted, want %s (%s)", t.Expected.Outcome, t.Expected.Why)
	case accepted && settled && !sameGrades:
		add(WrongAcceptance, "", "accepted with %v, want %v", got, want)
	case !t.Expected.allows(string(v.Outcome)):
		add(OutcomeDiffers, "", "%s %s, want %s (%s)", v.Outcome, codes(v.Reasons), t.Expected.Outcome, t.Expected.Why)
	}
	if settled && !accepted && !sameGrades {
		add(GradeDiffers, "", "%v, want %v", got, want)
	}
	out = append(out, judgeHazard(t, v)...)
	if !settled || t.Expected.Outcome == "rejected" {
		return out
	}
	out = append(out, judgeAdvice(t, v)...)
	return append(out, judgeFields(t, v.Fields)...)
}

func judgeHazard(t Truth, v Verdict) []Difference {
	level := string(v.Hazard.Level)
	if slices.Contains(t.Levels, level) {
		return nil
	}
	if t.WholeStructure != nil && !*t.WholeStructure && level == "amber" && v.Outcome == schemas.NeedsReview {
		return nil // a doubt, said: corpus/dev/README.md allows it
	}
	f := HazardInvented
	lowest := len(t.Levels) > 0 && !slices.Contains(t.Levels, "none")
	switch {
	case lowest && level == "none":
		f = HazardMissed
	case lowest && level == "amber":
		f = HazardMilder
	}
	return []Difference{{f, "", fmt.Sprintf("%s %v, want %v", level, v.Hazard.Basis, t.Levels)}}
}

func judgeAdvice(t Truth, v Verdict) []Difference {
	var got []string
	for _, r := range v.Advice {
		got = append(got, string(r.Code))
	}
	slices.Sort(got)
	got = slices.Compact(got)
	var missing, extra []string
	for _, a := range t.Advice {
		if !slices.Contains(got, a.Code) {
			missing = append(missing, a.Code)
		}
	}
	for _, g := range got {
		known := slices.ContainsFunc(t.Advice, func(a TrueAdvice) bool { return a.Code == g }) || slices.Contains(t.OptionalAdvice, g)
		if !known {
			extra = append(extra, g)
		}
	}
	if len(missing)+len(extra) == 0 {
		return nil
	}
	return []Difference{{AdviceDiffers, "", fmt.Sprintf("missing %v, extra %v", missing, extra)}}
}

func judgeFields(t Truth, f schemas.ReportFields) []Difference {
	var out []Difference
	text := func(field, got, want string) {
		if Plainly(got) != Plainly(want) {
			out = append(out, Difference{FieldDiffers, field, fmt.Sprintf("%s %q, want %q", field, got, want)})
		}
	}
	text("report_no", f.ReportNo, t.ReportNo)
	text("agency", f.Agency, t.Agency)
	text("client", f.Client, t.Client)
	text("address", f.Address, t.Address)
	text("structure", f.Structure, t.Structure)
	text("storeys", f.Storeys, strconv.Itoa(t.Storeys))
	text("inspected_on", f.InspectedOn, t.InspectionDate)
	until := ""
	if t.InspectionEnd != nil {
		until = *t.InspectionEnd
	}
	if f.InspectedUntil != t.InspectionDate || until != "" {
		text("inspected_until", f.InspectedUntil, until)
	}
	text("issued_on", f.IssuedOn, t.IssueDate)
	if f.AreaM2 != t.AreaM2 {
		text("area_m2", strconv.FormatFloat(f.AreaM2, 'f', -1, 64), strconv.FormatFloat(t.AreaM2, 'f', -1, 64))
	}
	for _, s := range t.Standards {
		if !slices.ContainsFunc(f.Standards, func(g string) bool { return Plainly(g) == Plainly(s) }) {
			text("standards", strings.Join(f.Standards, ","), s)
		}
	}
	return out
}

// fieldNames lists what judgeFields compares.
var fieldNames = []string{"report_no", "agency", "client", "address", "structure", "storeys", "area_m2", "inspected_on", "inspected_until", "issued_on", "standards"}

func codes(rs []schemas.Reason) []string {
	out := make([]string, len(rs))
	for i, r := range rs {
		out[i] = string(r.Code)
	}
	return out
}
