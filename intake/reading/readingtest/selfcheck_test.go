package readingtest

import (
	"flag"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jianding/intake/pdf"
	"jianding/schemas"
)

var (
	reports = flag.Int("reports", 0, "how many reports the laws compose; 0: a few, for every day")
	bare    = flag.Bool("bare", false, "the scores are of reports without decoys: layout, typography and fields alone")
	wider   = flag.Bool("wide", false, "the scores are of reports with more than the grammar draws: further names of units, lists of 30 houses, seismic findings, upright labels, a cell with signer, date and agency")
	from    = flag.Uint64("from", 1, "the first seed")
)

func load(t testing.TB) *Wordings {
	t.Helper()
	w, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// loaded: no test changes the wordings, and they take a while to parse.
var loaded = sync.OnceValues(LoadWordings)

// Issue 5 asks for at least thirty wordings of each kind of conclusion.
func TestThirtyWordingsOfEachKind(t *testing.T) {
	w := load(t)
	const least = 30
	for kind, c := range w.Conclusions {
		for _, g := range c.Grades {
			if n := len(c.For(g)); n < least {
				t.Errorf("%s %s: %d wordings", kind, g, n)
			}
		}
		var texts []string
		for _, s := range c.Sentences {
			texts = append(texts, s.Text)
		}
		distinct(t, kind, texts)
	}
	for _, says := range []Says{SaysWhole, SaysLocal, SaysGeo, SaysPartial} {
		if n := len(w.Statements[says].Sentences); n < least {
			t.Errorf("statement %s: %d wordings", says, n)
		}
		distinct(t, string(says), w.Statements[says].Sentences)
	}
	for _, kind := range []string{"definition", "history", "negation", "hypothetical", "projection", "other_scale", "neighbour", "boilerplate"} {
		if n := len(w.Decoys[kind].Sentences); n < least {
			t.Errorf("decoy %s: %d wordings", kind, n)
		}
		distinct(t, kind, w.Decoys[kind].Sentences)
	}
}

func distinct(t *testing.T, name string, texts []string) {
	t.Helper()
	seen := map[string]bool{}
	for _, s := range texts {
		if seen[s] {
			t.Errorf("%s: %q twice", name, s)
		}
		seen[s] = true
	}
}

func TestAdviceNamesEveryCodeOnly(t *testing.T) {
	w := load(t)
	known := schemas.RecommendationNames()
	count := map[string]int{}
	check := func(text string, codes ...string) {
		for _, c := range codes {
			if _, ok := known[schemas.RecommendationCode(c)]; !ok {
				t.Errorf("%q: no code %q", text, c)
			}
		}
	}
	for _, a := range w.Advice {
		check(a.Text, slices.Concat(a.Codes, a.Optional)...)
		for _, c := range a.Codes {
			count[c]++
		}
	}
	for _, r := range w.Refusals {
		check(r.Text, r.Forbids...)
	}
	for c := range known {
		if count[string(c)] < 4 {
			t.Errorf("%s: %d wordings", c, count[string(c)])
		}
	}
}

// The layout must neither lose nor invent characters, or the truth of a report
// would not be what stands on its pages.
func TestPagesHoldTheDocument(t *testing.T) {
	w := load(t)
	slot := regexp.MustCompile(`\{[A-Z]+\}`)
	for seed := uint64(1); seed <= 150; seed++ {
		s := w.Draw(seed)
		r := w.Build(s)
		want := map[rune]int{}
		text := r.Document.Text("")
		if m := slot.FindString(text); m != "" {
			t.Fatalf("seed %d: slot %s left in %s", seed, m, text)
		}
		for _, c := range text {
			if c > ' ' {
				want[c]++
			}
		}
		for n := range r.Pages {
			for _, c := range r.Document.Header + r.Document.Watermark {
				if c > ' ' {
					want[c]++
				}
			}
			_ = n
		}
		got := map[rune]int{}
		for n, p := range r.Pages {
			for _, c := range p.Chars {
				if blank(c) {
					continue
				}
				got[c.R]++
				if b := c.Box; b[0] < 0 || b[1] < 0 || b[2] > p.Width || b[3] > p.Height || b[0] >= b[2] || b[1] >= b[3] {
					t.Fatalf("seed %d page %d: %q at %v", seed, n+1, c.R, b)
				}
			}
		}
		for c, n := range want {
			if got[c] < n {
				t.Fatalf("seed %d: %d of %q set, want %d", seed, got[c], c, n)
			}
		}
	}
}

func TestAReportIsItsSeed(t *testing.T) {
	w := load(t)
	for seed := uint64(1); seed <= 20; seed++ {
		a, b := w.Build(w.Draw(seed)), w.Build(w.Draw(seed))
		if d := cmp.Diff(a, b); d != "" {
			t.Fatalf("seed %d: %s", seed, d)
		}
	}
}

// Without decoys a report must name no grade that its truth does not hold,
// apart from what its own sentences quote.
func TestDecoysAreOnlyDecoys(t *testing.T) {
	w := load(t)
	for seed := uint64(1); seed <= 100; seed++ {
		s := w.Draw(seed)
		with, _ := w.Compose(s)
		s.Decoys = false
		without, _ := w.Compose(s)
		for _, b := range without.Blocks {
			if b.Decoy != "" {
				t.Fatalf("seed %d: decoy %q remains", seed, b.Text)
			}
		}
		if len(with.Text("")) < len(without.Text("")) {
			t.Fatalf("seed %d: shorter with decoys", seed)
		}
	}
}

// verdictOf is the verdict of a reader that knows the truth.
func verdictOf(t Truth) Verdict {
	v := Verdict{Outcome: schemas.Outcome(t.Expected.Outcome)}
	v.Hazard.Level = schemas.HazardLevel(t.Levels[0])
	for _, g := range t.Grades {
		f := schemas.Finding{Role: schemas.RoleConclusion, Unit: g.Unit, Grade: schemas.Grade(g.Grade)}
		switch g.Scheme {
		case "gb50292":
			f.Scope, f.Aspect = schemas.ScopeUnit, schemas.AspectSafety
		case "gb50292-reliability":
			f.Scope, f.Aspect = schemas.ScopeUnit, schemas.AspectReliability
		default:
			f.Scope, f.Aspect = schemas.ScopeHouse, schemas.AspectDanger
		}
		v.Findings = append(v.Findings, f)
	}
	for _, a := range t.Advice {
		v.Advice = append(v.Advice, schemas.Recommendation{Code: schemas.RecommendationCode(a.Code)})
	}
	v.Fields = schemas.ReportFields{ReportNo: t.ReportNo, Agency: t.Agency, Client: t.Client, Address: t.Address, Structure: t.Structure, Storeys: strconv.Itoa(t.Storeys), AreaM2: t.AreaM2, InspectedOn: t.InspectionDate, IssuedOn: t.IssueDate, Standards: t.Standards}
	if t.InspectionEnd != nil {
		v.Fields.InspectedUntil = *t.InspectionEnd
	}
	return v
}

func TestTheTruthIsJudgedRight(t *testing.T) {
	w := load(t)
	for seed := uint64(1); seed <= 200; seed++ {
		r := w.Build(w.Draw(seed))
		if d := Judge(r.Truth, verdictOf(r.Truth)); len(d) > 0 {
			t.Fatalf("seed %d: %v", seed, d)
		}
	}
}

// naive takes the last grade in the text for the report's and accepts: what
// DOMAIN §2 warns of. Every law must catch it, or the law cannot fail.
func naive(src pdf.Source) (Verdict, error) {
	v := Verdict{Outcome: schemas.Accepted, Hazard: schemas.Hazard{Level: schemas.HazardNone}}
	text := ""
	for n := 1; n <= src.NumPages(); n++ {
		t, err := src.Text(n)
		if err != nil {
			return v, err
		}
		text += t
	}
	if m := regexp.MustCompile(`[A-D]su`).FindAllString(text, -1); len(m) > 0 {
		v.Findings = []schemas.Finding{{Role: schemas.RoleConclusion, Scope: schemas.ScopeUnit, Aspect: schemas.AspectSafety, Grade: schemas.Grade(m[len(m)-1])}}
	}
	if strings.Contains(text, "整体承载") {
		v.Hazard.Level = schemas.HazardRed
	}
	return v, nil
}

func TestEveryLawCatchesANaiveReader(t *testing.T) {
	w := load(t)
	for _, l := range Laws() {
		broken := 0
		for seed := uint64(1); seed <= 25; seed++ {
			b, _ := l.Check(w, naive, seed)
			broken += len(b)
		}
		if broken == 0 {
			t.Errorf("%s: the naive reader keeps it", l.Name)
		}
	}
}

func TestPDFHoldsThePages(t *testing.T) {
	w := load(t)
	s := w.Draw(7)
	s.Typography = Subscript
	r := w.Build(s)
	for _, m := range []CMap{UniGB, GBK} {
		raw := WritePDF(r.Pages, m)
		if !strings.HasPrefix(string(raw), "%PDF-1.4") || !strings.HasSuffix(string(raw), "%%EOF\n") {
			t.Errorf("%s: no PDF", m)
		}
	}
}

func TestCasesAreComplete(t *testing.T) {
	w := load(t)
	ids := map[string]bool{}
	for _, k := range w.Cases {
		if k.ID == "" || k.Why == "" || ids[k.ID] {
			t.Errorf("case %q: no id, no reason or twice", k.ID)
		}
		ids[k.ID] = true
		r := w.BuildCase(k, Plain, Layout{})
		if !k.Unsettled && len(k.Grades) == 0 {
			t.Errorf("%s: no grades", k.ID)
		}
		if len(r.Truth.Levels) == 0 {
			t.Errorf("%s: no hazard levels", k.ID)
		}
		if d := Judge(r.Truth, verdictOf(r.Truth)); len(d) > 0 {
			t.Errorf("%s: %v", k.ID, d)
		}
	}
}
