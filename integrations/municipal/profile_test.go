package municipal

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"jianding/schemas"
)

func TestShippedProfilesAreSound(t *testing.T) {
	for _, name := range ShippedProfiles() {
		data, err := ShippedProfile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range CheckProfile(data) {
			t.Errorf("%s: %+v", name, p)
		}
		p, err := OpenProfile(name)
		if err != nil || p.Name != name {
			t.Errorf("%s: opened as %v (%v)", name, p, err)
		}
	}
}

// The published schema and the shipped mapping must call a field the same, or
// a clerk compares two tables that do not match.
func TestFieldLabelsAreThoseOfTheContract(t *testing.T) {
	data, err := schemas.PlatformFiles.ReadFile("platform/submission.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	type node struct {
		Title      string          `json:"title"`
		Properties map[string]node `json:"properties"`
		Required   []string        `json:"required"`
	}
	var root node
	if err := json.Unmarshal(data, &root); err != nil {
		t.Fatal(err)
	}
	p, err := OpenProfile("reference-hmac-sha256")
	if err != nil {
		t.Fatal(err)
	}
	mapped := map[string]bool{}
	for _, f := range p.Fields {
		n := root
		for part := range strings.SplitSeq(f.Name, ".") {
			mapped[part] = true
			n = n.Properties[part]
		}
		if n.Title != f.Label {
			t.Errorf("%s: label %q, schema says %q", f.Name, f.Label, n.Title)
		}
	}
	for name := range root.Properties {
		if !mapped[name] {
			t.Errorf("schema property %s is not mapped", name)
		}
	}
	names := schemas.RecommendationNames()
	if len(p.Codes["recommendation"]) != len(names) {
		t.Errorf("recommendation list has %d codes, want %d", len(p.Codes["recommendation"]), len(names))
	}
	for code := range names {
		if p.Codes["recommendation"][string(code)] == "" {
			t.Errorf("recommendation %s has no code", code)
		}
	}
}

// All problems of a profile are told together, each with its place.
func TestCheckProfileListsEveryProblem(t *testing.T) {
	problems := CheckProfile([]byte(`
extends: reference-hmac-sha256
name: broken
base_url: http://platform.example.cn/api?x=1
divisjon: "500116"
division: 江津
timeouts: {connect: soon, answer: 5m, total: 1m}
rate: {per_second: -3}
tls: {min_version: "1.0", cert_file: a.pem}
proxy: "ftp://x"
signing:
  algorithm: md5
  encoding: base32
  nonce: {format: hex, bytes: 2}
  time: {format: iso, zone: Mars/Olympus}
  parts:
    - {name: x, value: "{metod}"}
  headers:
    - {name: X-Sign, value: "{signature"}
fields:
  - {name: report_no, label: 报告编号, value: report.nummer, required: true}
  - {name: grade, label: 等级, value: 'code("grades", overall.safety)'}
  - {name: when, label: 时间, value: 'now()'}
  - {name: a, label: 甲, value: '"x"', pattern: "("}
  - {name: a.b, label: 乙, value: '"x"'}
  - {name: c, value: '"x"'}
endpoints:
  submit:
    method: DELETE
    path: filings
    body: multipart
    answers:
      - {when: 'status + 1', result: accepted}
      - {when: 'status == 200', result: maybe}
  query: {method: GET, path: /q, records: body.records, answers: [{when: "true", result: accepted}]}
callbacks:
  signing: {algorithm: none, parts: [{name: t, value: "{timestamp}"}]}
  event: body.event
  record: body.record
  events: {ok: fine}
`))
	var got []string
	for _, p := range problems {
		got = append(got, p.Field+" "+p.Code+" "+p.Message)
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{
		"divisjon unknown_key", "timeouts.connect wrong_type", "base_url bad_value", "division bad_value", "timeouts.total bad_value",
		"rate.per_second bad_value", "tls.min_version bad_value", "tls incomplete", "proxy bad_value",
		"signing.algorithm bad_value", "signing.encoding bad_value", "signing.nonce.bytes bad_value", "signing.time.zone bad_value", "signing.time.format bad_value",
		"signing.parts[0].value bad_template", "signing.headers[0].value bad_template", "signing.parts insecure",
		"fields.report_no.value bad_expression", "fields.grade.value bad_expression", "fields.when.value bad_expression", "fields.a.pattern bad_value",
		"fields.a.b duplicate", "fields.c.label missing",
		"endpoints.submit.method bad_value", "endpoints.submit.path bad_value", "endpoints.submit.answers[0].when bad_expression",
		"endpoints.submit.answers[1].result bad_value", "endpoints.query.answers[0].result bad_value", "endpoints.list missing",
		"callbacks.signing.algorithm insecure", "callbacks.signing.parts insecure", "callbacks.events.ok bad_value",
	} {
		if !strings.Contains("\n"+all, "\n"+want) {
			t.Errorf("no problem %q", want)
		}
	}
	if t.Failed() {
		t.Log("\n" + all)
	}
}

func TestCheckProfileRefusesWhatIsNotAProfile(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "list": "- a\n", "two documents": "name: a\n---\nname: b\n", "syntax": "name: [a\n", "scalar": "hello\n",
		"unknown base": "extends: nothing\nname: x\n", "anchor": "name: &a x\n", "duplicate key": "name: a\nname: b\n",
	} {
		if len(CheckProfile([]byte(text))) == 0 {
			t.Errorf("%s: no problem", name)
		}
	}
}

// Expressions of a profile see their inputs and nothing else, and cannot eat
// the machine.
func TestExpressionsAreConfined(t *testing.T) {
	for _, src := range []string{`now()`, `env("HOME")`, `report.Agency`, `$env.os`, `os.Getenv("X")`, `code("safety")`, `code(1, "x")`} {
		data := fmt.Sprintf("extends: dg-work\nname: x\nfields: [{name: a, label: 甲, value: %q}]\n", src)
		if len(CheckProfile([]byte(data))) == 0 {
			t.Errorf("%s is taken", src)
		}
	}
	for _, src := range []string{`len(1..100000000)`, `repeat("x", 1000000000)`} {
		data := fmt.Sprintf("extends: dg-work\nname: x\nfields: [{name: a, label: 甲, value: %q}]\n", src)
		if len(CheckProfile([]byte(data))) == 0 {
			t.Errorf("%s runs to its end", src)
		}
	}
}

func FuzzCheckProfile(f *testing.F) {
	for _, name := range ShippedProfiles() {
		data, err := ShippedProfile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := LoadProfile(data)
		if err != nil {
			return
		}
		filing, original := SampleFiling()
		sec, err := SampleSecrets(p)
		if err != nil {
			t.Fatal(err)
		}
		c, err := New(p, sec, Options{})
		if err != nil {
			return // certificates named that are not there
		}
		if _, err := c.Preview(filing, original); err != nil {
			t.Errorf("a profile without problems cannot build a request: %v", err)
		}
	})
}
