// Package corpustest compares assessments with the truth of the sample
// reports, as the README beside the samples says. Tests of several packages
// use it; nothing else does.
package corpustest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"jianding/schemas"
)

// At is the instant at which the truth holds: certificates are judged at it.
func At() time.Time { return time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) }

// Dir returns the directory of sample reports: $JIANDING_CORPUS, or
// ../shared/corpus beside the checkout. It fails when there is none.
func Dir() (string, error) {
	if dir := os.Getenv("JIANDING_CORPUS"); dir != "" {
		return dir, nil
	}
	root, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		up := filepath.Dir(root)
		if up == root {
			return "", errors.New("corpustest: not inside a Go module")
		}
		root = up
	}
	dir := filepath.Join(root, "..", "shared", "corpus")
	if _, err := os.Stat(dir); err != nil {
		return "", fmt.Errorf("the corpus of sample reports is not here (set JIANDING_CORPUS): %w", err)
	}
	return dir, nil
}

// Case is one sample with what must come of it.
type Case struct {
	Name  string // "dev-001.pdf", "bad/launch.pdf"
	Path  string
	Truth *Truth // nil for a bad file
	// Outcomes are the outcomes that are right.
	Outcomes []schemas.Outcome
	Why      string
}

// Truth is the schema appraisal-corpus/1.
type Truth struct {
	File           string   `json:"file"`
	ReportNo       string   `json:"report_no"`
	Agency         string   `json:"agency"`
	Client         string   `json:"client"`
	Address        string   `json:"address"`
	StructureType  string   `json:"structure_type"`
	Storeys        int      `json:"storeys"`
	AreaM2         float64  `json:"area_m2"`
	InspectionDate string   `json:"inspection_date"`
	InspectionEnd  *string  `json:"inspection_end"`
	IssueDate      string   `json:"issue_date"`
	Standards      []string `json:"standards"`
	Grades         []struct {
		Unit, Scheme string
		Grade        schemas.Grade
	} `json:"grades"`
	Recommendations []struct {
		Code schemas.RecommendationCode `json:"code"`
		Text string                     `json:"text"`
	} `json:"recommendations"`
	WholeStructureHazard *bool   `json:"whole_structure_hazard"`
	HazardAlsoOK         []*bool `json:"hazard_also_ok"`
	HazardBasis          *string `json:"hazard_basis"`
	TextLayer            string  `json:"text_layer"`
	Signature            struct {
		State string `json:"state"`
	} `json:"signature"`
	Expected struct {
		Outcome schemas.Outcome   `json:"outcome"`
		AlsoOK  []schemas.Outcome `json:"also_ok"`
		Why     string            `json:"why"`
	} `json:"expected"`
}

// Load reads the cases of the corpus's dev set, the bad files included.
func Load(corpus string) ([]Case, error) {
	dev := filepath.Join(corpus, "dev")
	paths, err := filepath.Glob(filepath.Join(dev, "truth", "*.json"))
	if err != nil {
		return nil, err
	}
	var cases []Case
	for _, p := range paths {
		var t Truth
		if err := readJSON(p, &t); err != nil {
			return nil, err
		}
		cases = append(cases, Case{Name: t.File, Path: filepath.Join(dev, t.File), Truth: &t,
			Outcomes: append([]schemas.Outcome{t.Expected.Outcome}, t.Expected.AlsoOK...), Why: t.Expected.Why})
	}
	var bad map[string]struct{ Outcome, Why string }
	if err := readJSON(filepath.Join(dev, "bad", "expected.json"), &bad); err != nil {
		return nil, err
	}
	for name, e := range bad {
		c := Case{Name: "bad/" + name, Path: filepath.Join(dev, "bad", name), Why: e.Why}
		for _, o := range strings.Split(e.Outcome, "_or_") {
			c.Outcomes = append(c.Outcomes, schemas.Outcome(o))
		}
		cases = append(cases, c)
	}
	if len(paths) == 0 || len(bad) == 0 {
		return nil, fmt.Errorf("corpustest: no samples in %s", dev)
	}
	slices.SortFunc(cases, func(a, b Case) int { return strings.Compare(a.Name, b.Name) })
	return cases, nil
}

func readJSON(path string, v any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// Check lists every way in which an assessment differs from the truth.
func (c Case) Check(a schemas.Assessment) []string {
	d := &differences{}
	if !slices.Contains(c.Outcomes, a.Outcome) {
		d.add("outcome %s, want one of %v (%s); reasons %s", a.Outcome, c.Outcomes, c.Why, codes(a.Reasons))
	}
	if a.Outcome != schemas.Accepted && len(a.Reasons) == 0 {
		d.add("outcome %s without a reason", a.Outcome)
	}
	for _, r := range a.Reasons {
		if _, ok := r.Code.Info(); !ok {
			d.add("reason %s is not in the closed list", r.Code)
		}
	}
	if c.Truth == nil {
		return d.list
	}
	t := c.Truth
	d.signature(t, a)
	d.hazard(t, a)
	if a.Outcome == schemas.Accepted {
		d.grades(t, a)
	}
	if t.TextLayer == "full" {
		d.fields(t, a)
		d.recommendations(t, a)
	}
	return d.list
}

type differences struct{ list []string }

func (d *differences) add(format string, args ...any) {
	d.list = append(d.list, fmt.Sprintf(format, args...))
}

func (d *differences) signature(t *Truth, a schemas.Assessment) {
	want := map[string]schemas.SignatureStatus{
		"valid": schemas.SignatureValid, "none": schemas.SignatureUnsigned,
		"content_changed_after_signature": schemas.SignatureModified,
		"untrusted_root":                  schemas.SignatureUntrusted, "expired_cert": schemas.SignatureUntrusted,
		"revoked_cert": schemas.SignatureUntrusted, "unregistered_agency": schemas.SignatureUntrusted,
	}[t.Signature.State]
	if want != "" && a.Signature.Status != want {
		d.add("signature %s, want %s", a.Signature.Status, want)
	}
}

func (d *differences) hazard(t *Truth, a schemas.Assessment) {
	for _, also := range append([]*bool{t.WholeStructureHazard}, t.HazardAlsoOK...) {
		if hazardOK(t, also, a) {
			return
		}
	}
	basis := "none"
	if t.HazardBasis != nil {
		basis = *t.HazardBasis
	}
	want := "null"
	if t.WholeStructureHazard != nil {
		want = strconv.FormatBool(*t.WholeStructureHazard)
	}
	d.add("hazard %s %v, want %s by %s", a.Hazard.Level, a.Hazard.Basis, want, basis)
}

func hazardOK(t *Truth, want *bool, a schemas.Assessment) bool {
	level := a.Hazard.Level
	switch {
	case want == nil:
		return a.Outcome != schemas.Accepted || level != schemas.HazardNone
	case !*want:
		return level == schemas.HazardNone || level == schemas.HazardAmber && a.Outcome == schemas.NeedsReview
	case t.Signature.State == "valid" && t.TextLayer == "full" && t.HazardBasis != nil:
		if level != schemas.HazardRed {
			return false
		}
		for _, b := range a.Hazard.Basis {
			if kind, _, _ := strings.Cut(b, ":"); kind == *t.HazardBasis {
				return true
			}
		}
		return false
	}
	return level == schemas.HazardRed || level == schemas.HazardAmber
}

// grades compares the concluded grades that the truth speaks of.
func (d *differences) grades(t *Truth, a schemas.Assessment) {
	units := make(map[string]bool)
	for _, g := range t.Grades {
		units[g.Unit] = true
	}
	name := func(unit string) string {
		if len(units) < 2 {
			return ""
		}
		return Plain(unit)
	}
	var want, got []string
	for _, g := range t.Grades {
		want = append(want, fmt.Sprintf("%s %s %s", g.Scheme, name(g.Unit), g.Grade))
	}
	for _, f := range a.Findings {
		if f.Role != schemas.RoleConclusion {
			continue
		}
		if s := scheme(f); s != "" {
			got = append(got, fmt.Sprintf("%s %s %s", s, name(f.Unit), f.Grade))
		}
	}
	d.set("grades", want, got)
}

func scheme(f schemas.Finding) string {
	switch {
	case f.Aspect == schemas.AspectSafety && f.Scope == schemas.ScopeUnit:
		return "gb50292"
	case f.Aspect == schemas.AspectReliability && f.Scope == schemas.ScopeUnit:
		return "gb50292-reliability"
	case f.Aspect == schemas.AspectDanger && f.Scope == schemas.ScopeHouse && strings.Contains(f.Standard, "363"):
		return "jgj363"
	case f.Aspect == schemas.AspectDanger && f.Scope == schemas.ScopeHouse:
		return "jgj125"
	}
	return ""
}

func (d *differences) fields(t *Truth, a schemas.Assessment) {
	end := ""
	if t.InspectionEnd != nil {
		end = *t.InspectionEnd
	}
	r := a.Report
	for _, f := range []struct{ name, got, want string }{
		{"report_no", r.ReportNo, t.ReportNo}, {"agency", r.Agency, t.Agency}, {"client", r.Client, t.Client},
		{"address", r.Address, t.Address}, {"structure", r.Structure, t.StructureType},
		{"storeys", r.Storeys, strconv.Itoa(t.Storeys)},
		{"area_m2", fmt.Sprintf("%.2f", r.AreaM2), fmt.Sprintf("%.2f", t.AreaM2)},
		{"inspected_on", r.InspectedOn, t.InspectionDate}, {"issued_on", r.IssuedOn, t.IssueDate},
	} {
		if Plain(f.got) != Plain(f.want) {
			d.add("%s %q, want %q", f.name, f.got, f.want)
		}
	}
	if r.InspectedUntil != end && !(end == "" && r.InspectedUntil == r.InspectedOn) {
		d.add("inspected_until %q, want %q", r.InspectedUntil, end)
	}
	d.set("standards", t.Standards, r.Standards)
}

func (d *differences) recommendations(t *Truth, a schemas.Assessment) {
	var want, got []string
	for _, r := range t.Recommendations {
		want = append(want, string(r.Code))
	}
	for _, r := range a.Recommendations {
		got = append(got, string(r.Code))
	}
	d.set("recommendations", want, got)
}

// set compares as sets.
func (d *differences) set(what string, want, got []string) {
	norm := func(in []string) []string {
		out := slices.Clone(in)
		slices.Sort(out)
		return slices.Compact(out)
	}
	if w, g := norm(want), norm(got); !slices.Equal(w, g) {
		d.add("%s %v, want %v", what, g, w)
	}
}

func codes(reasons []schemas.Reason) string {
	var out []string
	for _, r := range reasons {
		out = append(out, fmt.Sprintf("%s@%d(%s)", r.Code, r.Page, r.Message))
	}
	return strings.Join(out, "; ")
}
