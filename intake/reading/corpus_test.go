package reading

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"jianding/intake/pdf"
	"jianding/schemas"
)

// truth is what corpus/dev says of a sample (README there).
type truth struct {
	ID              string  `json:"id"`
	TextLayer       string  `json:"text_layer"`
	ReportNo        string  `json:"report_no"`
	Agency          string  `json:"agency"`
	Client          string  `json:"client"`
	Address         string  `json:"address"`
	StructureType   string  `json:"structure_type"`
	Storeys         int     `json:"storeys"`
	AreaM2          float64 `json:"area_m2"`
	InspectionDate  *string `json:"inspection_date"`
	InspectionEnd   *string `json:"inspection_end"`
	IssueDate       string  `json:"issue_date"`
	Standards       []string
	Grades          []struct{ Unit, Scheme, Grade string }
	Conflict        any
	Recommendations []struct{ Code, Text string }
	Hazard          *bool  `json:"whole_structure_hazard"`
	HazardBasis     string `json:"hazard_basis"`
	Signature       struct{ State string }
	Expected        struct {
		Outcome string
		AlsoOK  []string `json:"also_ok"`
	}
}

// corpusDir finds the samples beside the checkout.
func corpusDir(t *testing.T) string {
	t.Helper()
	root := os.Getenv("JIANDING_CORPUS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	dir := filepath.Join(root, "dev")
	if _, err := os.Stat(filepath.Join(dir, "truth")); err != nil {
		t.Skipf("no sample corpus: %v", err)
	}
	return dir
}

func openSample(t *testing.T, engine *pdf.Engine, file string) *pdf.Document {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d, err := pdf.Open(context.Background(), engine, data, pdf.DefaultLimits())
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func newEngine(t *testing.T) *pdf.Engine {
	t.Helper()
	e, err := pdf.NewEngine(context.Background(), pdf.EngineConfig{CacheDir: filepath.Join(os.TempDir(), "jianding-wazero"), Instances: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func samples(t *testing.T) []truth {
	files, err := filepath.Glob(filepath.Join(corpusDir(t), "truth", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal("no truth files", err)
	}
	var out []truth
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var x truth
		if err := json.Unmarshal(b, &x); err != nil {
			t.Fatal(err)
		}
		out = append(out, x)
	}
	return out
}

// TestCorpus reads every sample and compares it with its truth.
func TestCorpus(t *testing.T) {
	engine := newEngine(t)
	for i, want := range samples(t) {
		if raced && i%3 != 0 { // CI runs all of them without the race detector as well
			continue
		}
		t.Run(want.ID, func(t *testing.T) {
			d := openSample(t, engine, filepath.Join(corpusDir(t), want.ID+".pdf"))
			got := Read(d, Options{})
			if os.Getenv("DUMP") != "" {
				dump(t, got)
			}
			if want.TextLayer != "full" {
				if len(got.NeedsOCR) == 0 {
					t.Errorf("%s: no page asks for recognition", want.TextLayer)
				}
				return
			}
			compareFields(t, want, got.Fields)
			if strings.HasPrefix(want.Signature.State, "content_changed") {
				// What is drawn now is not what was signed; that the two differ
				// must at least not pass unnoticed.
				if len(blockers(got.Reasons)) == 0 {
					t.Error("changed content raises no doubt")
				}
				return
			}
			compareGrades(t, want, got)
			compareAdvice(t, want, got)
			blocking := blockers(got.Reasons)
			if want.Expected.Outcome == "needs_review" && len(blocking) == 0 {
				t.Error("nothing ends acceptance, want a reason")
			}
			if want.Expected.Outcome != "needs_review" && len(blocking) > 0 {
				t.Errorf("reasons that end acceptance: %v", blocking)
			}
		})
	}
}

func blockers(rs []schemas.Reason) []string {
	var out []string
	for _, r := range rs {
		if i, ok := r.Code.Info(); !ok || i.Weight != schemas.WeightNote {
			out = append(out, string(r.Code)+" "+r.Message)
		}
	}
	return out
}

func dump(t *testing.T, r Result) {
	for _, f := range r.Mentions {
		if f.Scope == schemas.ScopeMember {
			continue
		}
		t.Logf("mention p%d %s %s/%s %s=%s %s", f.Evidence.Page, f.Role, f.Scope, f.Aspect, f.Unit, f.Grade, clip(f.Evidence.Quote, 60))
	}
	for _, s := range r.Statements {
		t.Logf("statement %s %s %s %s", s.Kind, s.Rule, s.Section, s.Evidence.Quote)
	}
	for _, x := range r.Recommendations {
		t.Logf("advice %s %s", x.Code, x.Quote)
	}
	for _, x := range r.Reasons {
		t.Logf("reason %s p%d %s", x.Code, x.Page, x.Message)
	}
	for _, p := range r.Pages {
		if p.Text != schemas.PageReadable {
			t.Logf("page %d %s %s", p.Page, p.Text, p.Detail)
		}
	}
	b, _ := json.Marshal(r.Fields)
	t.Logf("fields %s", b)
}

func compareFields(t *testing.T, want truth, got schemas.ReportFields) {
	t.Helper()
	eq := func(name, w, g string) {
		if fold(w) != fold(g) {
			t.Errorf("%s: got %q, want %q", name, g, w)
		}
	}
	eq("report_no", want.ReportNo, got.ReportNo)
	eq("agency", want.Agency, got.Agency)
	eq("client", want.Client, got.Client)
	eq("address", want.Address, got.Address)
	eq("structure", want.StructureType, got.Structure)
	eq("storeys", strconv.Itoa(want.Storeys), got.Storeys)
	eq("area", fmt.Sprint(want.AreaM2), fmt.Sprint(got.AreaM2))
	eq("issued_on", want.IssueDate, got.IssuedOn)
	if want.InspectionDate != nil {
		eq("inspected_on", *want.InspectionDate, got.InspectedOn)
	}
	if want.InspectionEnd != nil {
		eq("inspected_until", *want.InspectionEnd, got.InspectedUntil)
	}
	eq("standards", strings.Join(want.Standards, ","), strings.Join(got.Standards, ","))
}

func compareGrades(t *testing.T, want truth, got Result) {
	t.Helper()
	if want.Conflict != nil {
		return
	}
	schemes := map[string]schemas.Aspect{"gb50292": schemas.AspectSafety, "gb50292-reliability": schemas.AspectReliability, "jgj125": schemas.AspectDanger, "jgj363": schemas.AspectDanger}
	units := map[string]bool{}
	for _, g := range want.Grades {
		units[g.Unit] = true
	}
	name := func(u string) string {
		if len(units) < 2 {
			return "-"
		}
		return fold(u)
	}
	var w, g []string
	for _, x := range want.Grades {
		w = append(w, fmt.Sprint(schemes[x.Scheme], " ", name(x.Unit), " ", x.Grade))
	}
	for _, x := range got.Findings {
		if x.Aspect == schemas.AspectServiceability {
			continue
		}
		g = append(g, fmt.Sprint(x.Aspect, " ", name(x.Unit), " ", x.Grade))
		if x.Evidence.Quote == "" || x.Evidence.Page == 0 || len(x.Evidence.Boxes) == 0 {
			t.Errorf("finding without evidence: %+v", x)
		}
	}
	sort.Strings(w)
	sort.Strings(g)
	if !slices.Equal(w, g) {
		t.Errorf("grades: got %v, want %v", g, w)
	}
}

func compareAdvice(t *testing.T, want truth, got Result) {
	t.Helper()
	set := map[string]bool{}
	for _, x := range want.Recommendations {
		set[x.Code] = true
	}
	g := map[string]bool{}
	for _, x := range got.Recommendations {
		g[string(x.Code)] = true
	}
	for c := range set {
		if !g[c] {
			t.Errorf("advice %s missing", c)
		}
	}
	for c := range g {
		if !set[c] {
			t.Errorf("advice %s is not in the report", c)
		}
	}
}
