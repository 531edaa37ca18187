package municipal

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"jianding/schemas"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// filingView is what the expressions of a profile's fields may use. Times are
// RFC 3339 text in Asia/Shanghai with microseconds, dates ISO 8601; what is
// not known is empty.
type filingView struct {
	Division   string `expr:"division"`    // code of GB/T 2260 of the profile
	Key        string `expr:"key"`         // idempotency key of the revision
	ReceiptNo  string `expr:"receipt_no"`  // our receipt for the agency
	ReceivedAt string `expr:"received_at"` // when the report came in
	Revision   int    `expr:"revision"`    // from 1
	Supersedes string `expr:"supersedes"`  // platform's receipt of the revision before
	// Report holds the particulars as read, corrected by a reviewer; where
	// nothing was read, as declared.
	Report          reportView           `expr:"report"`
	Agency          agencyView           `expr:"agency"`
	Findings        []findingView        `expr:"findings"` // conclusions only
	Overall         overallView          `expr:"overall"`
	Recommendations []recommendationView `expr:"recommendations"`
	Hazard          hazardView           `expr:"hazard"`
	Signers         []signerView         `expr:"signers"`
	File            fileView             `expr:"file"`
}

type reportView struct {
	No             string   `expr:"no"`
	Agency         string   `expr:"agency"`
	Client         string   `expr:"client"`
	Owner          string   `expr:"owner"`
	Address        string   `expr:"address"`
	Town           string   `expr:"town"`
	HouseCode      string   `expr:"house_code"`
	Use            string   `expr:"use"`
	Structure      string   `expr:"structure"`
	Storeys        string   `expr:"storeys"`
	AreaM2         float64  `expr:"area_m2"` // 0: not known
	Built          string   `expr:"built"`
	InspectedOn    string   `expr:"inspected_on"`
	InspectedUntil string   `expr:"inspected_until"`
	IssuedOn       string   `expr:"issued_on"`
	Standards      []string `expr:"standards"`
}

type agencyView struct {
	ID   string `expr:"id"`
	Name string `expr:"name"`
	USCC string `expr:"uscc"`
}

type findingView struct {
	Standard string `expr:"standard"`
	Scope    string `expr:"scope"`
	Aspect   string `expr:"aspect"`
	Unit     string `expr:"unit"`
	Grade    string `expr:"grade"`
	// The standards' terms for scope and aspect.
	ScopeName  string `expr:"scope_name"`
	AspectName string `expr:"aspect_name"`
}

type overallView struct {
	Safety      string `expr:"safety"`
	Danger      string `expr:"danger"`
	Reliability string `expr:"reliability"`
}

type recommendationView struct {
	Code     string `expr:"code"`
	Name     string `expr:"name"` // the term of the district plan
	Quote    string `expr:"quote"`
	Unit     string `expr:"unit"`
	Deadline string `expr:"deadline"`
}

type hazardView struct {
	Level          string   `expr:"level"` // red, amber, none
	WholeStructure bool     `expr:"whole_structure"`
	Basis          []string `expr:"basis"`
}

type signerView struct {
	Subject   string `expr:"subject"`
	Agency    string `expr:"agency"`
	Algorithm string `expr:"algorithm"`
	SignedAt  string `expr:"signed_at"`
}

type fileView struct {
	Name   string `expr:"name"`
	SHA256 string `expr:"sha256"`
	SM3    string `expr:"sm3"`
	Size   int    `expr:"size"`
}

func shanghai() *time.Location { return time.FixedZone("+0800", 8*60*60) }

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(shanghai()).Format("2006-01-02T15:04:05.000000Z07:00")
}

func viewOf(f schemas.Filing, division string) filingView {
	a, r := f.Assessment, f.Report
	or := func(values ...string) string {
		for _, v := range values {
			if v != "" {
				return v
			}
		}
		return ""
	}
	v := filingView{
		Division: division, Key: f.Delivery.IdempotencyKey, ReceiptNo: r.ReceiptNo,
		ReceivedAt: instant(r.ReceivedAt), Revision: r.Revision, Supersedes: f.SupersedesReceipt,
		Report: reportView{
			No: or(a.Report.ReportNo, r.ReportNo), Agency: a.Report.Agency, Client: a.Report.Client, Owner: a.Report.Owner,
			Address: or(a.Report.Address, r.Declared.Address), Town: or(a.Report.Town, r.Declared.Town),
			HouseCode: or(a.Report.HouseCode, r.Declared.HouseCode), Use: a.Report.Use, Structure: a.Report.Structure,
			Storeys: a.Report.Storeys, AreaM2: a.Report.AreaM2, Built: a.Report.Built, InspectedOn: a.Report.InspectedOn,
			InspectedUntil: a.Report.InspectedUntil, IssuedOn: or(a.Report.IssuedOn, r.Declared.IssuedOn),
			Standards: a.Report.Standards,
		},
		Agency:  agencyView{f.Agency.ID, f.Agency.Name, f.Agency.USCC},
		Overall: overallView{string(a.Overall.Safety), string(a.Overall.Danger), string(a.Overall.Reliability)},
		Hazard:  hazardView{string(a.Hazard.Level), a.Hazard.WholeStructure, a.Hazard.Basis},
		File:    fileView{r.Filename, r.SHA256, r.SM3, int(r.Size)},
	}
	scopes, aspects, names := schemas.ScopeNames(), schemas.AspectNames(), schemas.RecommendationNames()
	for _, x := range a.Findings {
		if x.Role == schemas.RoleConclusion {
			v.Findings = append(v.Findings, findingView{x.Standard, string(x.Scope), string(x.Aspect), x.Unit, string(x.Grade), scopes[x.Scope], aspects[x.Aspect]})
		}
	}
	for _, x := range a.Recommendations {
		v.Recommendations = append(v.Recommendations, recommendationView{string(x.Code), names[x.Code], x.Quote, x.Unit, x.Deadline})
	}
	for _, x := range a.Signature.Signers {
		s := signerView{Subject: x.Subject, Agency: x.Agency, Algorithm: x.Algorithm}
		if x.SignedAt != nil {
			s.SignedAt = instant(*x.SignedAt)
		}
		v.Signers = append(v.Signers, s)
	}
	return v
}

// field is a Field that was checked.
type field struct {
	spec    Field
	path    []string
	value   *vm.Program
	sheet   *vm.Program // nil: as value
	pattern *regexp.Regexp
}

// metadata is a report in the platform's words.
type metadata struct {
	cells   []any          // by field, as a person writes them
	tree    map[string]any // nested, without empty fields
	encoded []byte         // JSON; keys sorted, so that it is the same each time
}

// mapFiling puts a filing into the platform's words and returns all reasons
// why it cannot be filed.
func mapFiling(fields []field, f schemas.Filing, division string) (metadata, []schemas.Problem) {
	view := viewOf(f, division)
	m := metadata{tree: map[string]any{}, cells: make([]any, len(fields))}
	var problems []schemas.Problem
	for i, fd := range fields {
		add := func(code, format string, args ...any) {
			problems = append(problems, schemas.Problem{Field: fd.spec.Name, Code: code, Message: fd.spec.Label + "：" + fmt.Sprintf(format, args...)})
		}
		v, err := expr.Run(fd.value, view)
		if err != nil {
			add("cannot_map", "%s", firstLine(err))
			continue
		}
		if s, ok := v.(string); ok {
			v = clean(s)
			if n := utf8.RuneCountInString(v.(string)); fd.spec.MaxRunes > 0 && n > fd.spec.MaxRunes {
				if fd.spec.Truncate {
					v = string([]rune(v.(string))[:fd.spec.MaxRunes])
				} else {
					add("too_long", "%d 字，平台最多 %d 字", n, fd.spec.MaxRunes)
				}
			}
			if fd.pattern != nil && v != "" && !fd.pattern.MatchString(v.(string)) {
				add("bad_format", "“%s”不符合平台要求的格式", v)
			}
		}
		if x, ok := v.(float64); ok && (math.IsNaN(x) || math.IsInf(x, 0)) {
			add("cannot_map", "不是有效数字")
			continue
		}
		m.cells[i] = fd.cell(v, view)
		if empty(v) {
			if fd.spec.Required {
				add("missing", "缺少")
			}
			if !fd.spec.KeepEmpty {
				continue
			}
		}
		put(m.tree, fd.path, v)
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m.tree); err != nil {
		problems = append(problems, schemas.Problem{Code: "cannot_map", Message: "无法编码为 JSON：" + err.Error()})
	}
	m.encoded = []byte(strings.TrimSuffix(b.String(), "\n"))
	return m, problems
}

// cell is a field as a person enters it on the platform's pages, who knows no
// words of an interface.
func (fd field) cell(value any, view filingView) any {
	if fd.sheet == nil || empty(value) {
		return value
	}
	v, err := expr.Run(fd.sheet, view)
	if err != nil {
		return value
	}
	return v
}

// clean removes what a form of a platform would choke on and no reader misses:
// control characters and outer white space.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r == utf8.RuneError {
			return ' '
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// empty tells what counts as "no value": nil, "", an empty list, and 0, which
// no field of a report means; false is a value.
func empty(v any) bool {
	switch x := v.(type) {
	case nil:
		return true
	case string:
		return x == ""
	case float64:
		return x == 0
	case int:
		return x == 0
	case []any:
		return len(x) == 0
	case []string:
		return len(x) == 0
	case map[string]any:
		return len(x) == 0
	}
	return false
}

func put(tree map[string]any, path []string, v any) {
	for _, p := range path[:len(path)-1] {
		next, ok := tree[p].(map[string]any)
		if !ok {
			next = map[string]any{}
			tree[p] = next
		}
		tree = next
	}
	tree[path[len(path)-1]] = v
}
