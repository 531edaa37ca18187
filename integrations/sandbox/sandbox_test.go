package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const secret = "0123456789abcdef0123456789abcdef"

var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

func TestWhatIsRefusedIsNotRecorded(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	s := newServer(t, Options{CommitLog: log, MaxFileBytes: 1000})
	set := func(name string, v any) func(map[string]any, *[]part) {
		return func(m map[string]any, _ *[]part) { m[name] = v }
	}
	good := report(t, "key-00001", "good", nil)
	for _, tc := range []struct {
		name   string
		req    request
		status int
		code   string
	}{
		{"no signature", with(good, func(r *request) { r.tamper = func(q *http.Request) { q.Header.Del("X-Platform-Signature") } }), 401, "SIGNATURE_INVALID"},
		{"other app", with(good, func(r *request) { r.tamper = func(q *http.Request) { q.Header.Set("X-Platform-App-Id", "x") } }), 401, "SIGNATURE_INVALID"},
		{"other key than signed", with(good, func(r *request) { r.tamper = func(q *http.Request) { q.Header.Set("Idempotency-Key", "key-00002") } }), 401, "SIGNATURE_INVALID"},
		{"other query than signed", with(good, func(r *request) { r.tamper = func(q *http.Request) { q.URL.RawQuery = "a=1" } }), 401, "SIGNATURE_INVALID"},
		{"other body than signed", with(good, func(r *request) {
			r.tamper = func(q *http.Request) {
				q.Body = io.NopCloser(bytes.NewReader(bytes.Replace(r.body, []byte("good"), []byte("evil"), 1)))
			}
		}), 401, "SIGNATURE_INVALID"},
		{"short nonce", with(good, func(r *request) { r.nonce = "short" }), 401, "SIGNATURE_INVALID"},
		{"old", with(good, func(r *request) { r.at = noon.Add(-301 * time.Second) }), 401, "TIMESTAMP_OUT_OF_WINDOW"},
		{"future", with(good, func(r *request) { r.at = noon.Add(301 * time.Second) }), 401, "TIMESTAMP_OUT_OF_WINDOW"},
		{"no key", with(good, func(r *request) { r.key = "" }), 422, "INVALID"},
		{"not multipart", with(good, func(r *request) { r.contentType = "application/json" }), 422, "INVALID"},
		{"unknown field", report(t, "key-00001", "x", set("surplus", 1)), 422, "INVALID"},
		{"missing field", report(t, "key-00001", "x", func(m map[string]any, _ *[]part) { delete(m, "address") }), 422, "INVALID"},
		{"bad date", report(t, "key-00001", "x", set("issued_on", "2026-13-40")), 422, "INVALID"},
		{"grade of another scale", report(t, "key-00001", "x", set("safety_grade", "D")), 422, "INVALID"},
		{"bad credit code", report(t, "key-00001", "x", set("agency_uscc", "91500116MA5U00001I")), 422, "INVALID"},
		{"no file", report(t, "key-00001", "x", func(_ map[string]any, p *[]part) { *p = (*p)[:1] }), 422, "INVALID"},
		{"no metadata", report(t, "key-00001", "x", func(_ map[string]any, p *[]part) { *p = (*p)[1:] }), 422, "INVALID"},
		{"file first", report(t, "key-00001", "x", func(_ map[string]any, p *[]part) { (*p)[0], (*p)[1] = (*p)[1], (*p)[0] }), 422, "INVALID"},
		{"two files", report(t, "key-00001", "x", func(_ map[string]any, p *[]part) { *p = append(*p, (*p)[1]) }), 422, "INVALID"},
		{"unknown part", report(t, "key-00001", "x", func(_ map[string]any, p *[]part) { *p = append(*p, part{"x", "", "text/plain", []byte("x")}) }), 422, "INVALID"},
		{"other file", report(t, "key-00001", "x", func(_ map[string]any, p *[]part) { (*p)[1].data = []byte("%PDF-1.7\ny") }), 422, "FILE_MISMATCH"},
		{"not a PDF", report(t, "key-00001", "x", func(_ map[string]any, p *[]part) { (*p)[1].data = []byte("hello") }), 422, "INVALID"},
		{"too large", report(t, "key-00001", strings.Repeat("x", 1000), nil), 413, "TOO_LARGE"},
		{"supersedes by submit", report(t, "key-00001", "x", set("supersedes", "ZHFA-20261124-000001")), 422, "INVALID"},
		{"supersedes nothing", with(report(t, "key-00001", "x", set("supersedes", "ZHFA-20261124-000001")), func(r *request) { r.path = "/filings/ZHFA-20261124-000001/supersede" }), 404, "UNKNOWN_RECEIPT"},
		{"supersedes another", with(report(t, "key-00001", "x", set("supersedes", "ZHFA-20261124-000002")), func(r *request) { r.path = "/filings/ZHFA-20261124-000001/supersede" }), 422, "INVALID"},
		{"unknown draft", request{method: "PUT", path: "/filings/drafts/d-1/file", key: "key-00001", contentType: "application/pdf", body: []byte("%PDF-")}, 404, "UNKNOWN_DRAFT"},
		{"unknown path", request{method: "GET", path: "/nothing"}, 404, "NOT_FOUND"},
		{"query by nothing", request{method: "GET", path: "/filings/query"}, 422, "INVALID"},
		{"query by both", request{method: "GET", path: "/filings/query", query: url.Values{"idempotency_key": {"k"}, "report_no": {"n"}}}, 422, "INVALID"},
		{"list of no day", request{method: "GET", path: "/filings"}, 422, "INVALID"},
		{"list too long", request{method: "GET", path: "/filings", query: url.Values{"day": {"2026-11-24"}, "limit": {"501"}}}, 422, "INVALID"},
	} {
		status, a := tc.req.do(t, s)
		if status != tc.status || a.Code != tc.code {
			t.Errorf("%s: %d %+v, want %d %s", tc.name, status, a, tc.status, tc.code)
		}
	}
	if got, err := ReadCommits(log); err != nil || len(got) != 0 {
		t.Errorf("%d records (%v)", len(got), err)
	}
	if status, a := good.do(t, s); status != 201 || a.Code != "ACCEPTED" {
		t.Errorf("the same request unharmed: %d %+v", status, a)
	}
}

func with(r request, change func(*request)) request { change(&r); return r }

func TestNonceIsUsedUpOnlyByAGoodSignature(t *testing.T) {
	s := newServer(t, Options{})
	q := request{method: "GET", path: "/filings/query", query: url.Values{"report_no": {"N"}}, nonce: "nonce-once"}
	bad := q
	bad.tamper = func(r *http.Request) { r.Header.Set("X-Platform-Signature", strings.Repeat("00", 32)) }
	for i, want := range []string{"SIGNATURE_INVALID", "OK", "NONCE_REPLAYED"} {
		r := q
		if i == 0 {
			r = bad
		}
		if _, a := r.do(t, s); a.Code != want {
			t.Errorf("request %d: %s, want %s", i, a.Code, want)
		}
	}
}

func TestDuplicatesAndRevisions(t *testing.T) {
	for _, check := range []bool{true, false} {
		log := filepath.Join(t.TempDir(), "log")
		s := newServer(t, Options{CommitLog: log, NoDuplicateCheck: !check})
		first := report(t, "key-00001", "one", nil)
		_, a := first.do(t, s)
		_, again := first.do(t, s)
		if check && (again.Code != "DUPLICATE" || again.Record.Receipt != a.Record.Receipt) {
			t.Errorf("again: %+v", again)
		}
		if !check && (again.Code != "ACCEPTED" || again.Record.Receipt == a.Record.Receipt) {
			t.Errorf("again without check: %+v", again)
		}
		if status, other := report(t, "key-00001", "two", nil).do(t, s); status != 409 || other.Code != "KEY_CONFLICT" {
			t.Errorf("same key, other file: %d %+v", status, other)
		}
		revise := func(key, text string) (int, answer) {
			r := report(t, key, text, func(m map[string]any, _ *[]part) { m["supersedes"] = a.Record.Receipt })
			r.path = "/filings/" + a.Record.Receipt + "/supersede"
			return r.do(t, s)
		}
		if status, rev := revise("key-00002", "two"); status != 201 || rev.Record.Supersedes != a.Record.Receipt {
			t.Errorf("revision: %d %+v", status, rev)
		}
		if status, late := revise("key-00003", "three"); status != 409 || late.Code != "ALREADY_SUPERSEDED" {
			t.Errorf("second revision of the same: %d %+v", status, late)
		}
		if got := s.Records()[0]; got.Status != "superseded" {
			t.Errorf("old record %+v", got)
		}
		want := 2
		if !check {
			want = 3
		}
		if got, err := ReadCommits(log); err != nil || len(got) != want {
			t.Errorf("check %v: %d commits (%v)", check, len(got), err)
		}
	}
}

func TestListInPages(t *testing.T) {
	now := noon
	s := newServer(t, Options{Clock: func() time.Time { return now }})
	for i := range 7 {
		report(t, fmt.Sprintf("key-%05d", i), fmt.Sprint(i), nil).do(t, s)
	}
	now = time.Date(2026, 11, 24, 15, 59, 59, 0, time.UTC) // one second before midnight in Chongqing
	with(report(t, "key-late", "late", nil), func(r *request) { r.at = now }).do(t, s)
	now = now.Add(time.Second)
	with(report(t, "key-next", "next", nil), func(r *request) { r.at = now }).do(t, s)
	var keys []string
	cursor := ""
	for range 10 {
		q := url.Values{"day": {"2026-11-24"}, "limit": {"3"}}
		if cursor != "" {
			q.Set("cursor", cursor)
		}
		_, a := request{method: "GET", path: "/filings", query: q, at: now}.do(t, s)
		for _, r := range *a.Records {
			keys = append(keys, r.IdempotencyKey)
		}
		if cursor = a.NextCursor; cursor == "" {
			break
		}
	}
	if len(keys) != 8 || keys[7] != "key-late" {
		t.Errorf("listed %v", keys)
	}
}

// The log is the truth: what it holds is there after a restart, and a line
// that a crash cut off is not.
func TestRestart(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	s := newServer(t, Options{CommitLog: log})
	_, a := report(t, "key-00001", "one", nil).do(t, s)
	report(t, "key-00002", "two", nil).do(t, s)
	if err := s.Return(a.Record.Receipt, "理由"); err != nil {
		t.Fatal(err)
	}
	before := s.Records()
	s.Close()
	for _, torn := range []string{"", `{"event":"commit","record":{"receipt":"ZHFA-2`, ""} {
		f, err := os.OpenFile(log, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		f.WriteString(torn)
		f.Close()
		s = newServer(t, Options{CommitLog: log})
		if got := s.Records(); fmt.Sprint(got) != fmt.Sprint(before) {
			t.Errorf("after %q: %v, want %v", torn, got, before)
		}
		if _, again := report(t, "key-00002", "two", nil).do(t, s); again.Code != "DUPLICATE" {
			t.Errorf("after %q: %+v", torn, again)
		}
		s.Close()
	}
	if got, err := ReadCommits(log); err != nil || len(got) != 2 {
		t.Errorf("%d commits (%v)", len(got), err)
	}
}

func TestDraftThenFile(t *testing.T) {
	s := newServer(t, Options{})
	full := report(t, "key-00001", "one", nil)
	_, params, _ := strings.Cut(full.contentType, "boundary=")
	mr := multipart.NewReader(bytes.NewReader(full.body), params)
	p, err := mr.NextPart()
	if err != nil {
		t.Fatal(err)
	}
	meta, _ := io.ReadAll(p)
	draft := request{method: "POST", path: "/filings/drafts", key: "key-00001", contentType: "application/json", body: meta}
	_, a := draft.do(t, s)
	_, b := draft.do(t, s)
	if a.Code != "DRAFT" || a.DraftID == "" || b.DraftID != a.DraftID || len(s.Records()) != 0 {
		t.Fatalf("%+v, %+v, %d records", a, b, len(s.Records()))
	}
	file := request{method: "PUT", path: "/filings/drafts/" + a.DraftID + "/file", key: "key-00001", contentType: "application/pdf", body: []byte("%PDF-1.7\none")}
	if _, other := with(file, func(r *request) { r.body = []byte("%PDF-1.7\ntwo") }).do(t, s); other.Code != "FILE_MISMATCH" {
		t.Errorf("another file: %+v", other)
	}
	if status, done := file.do(t, s); status != 201 || done.Record.IdempotencyKey != "key-00001" {
		t.Errorf("%d %+v", status, done)
	}
}

func TestRulesChooseRequests(t *testing.T) {
	s := newServer(t, Options{})
	if s.AddRule(Rule{Fault: Fault{Kind: "earthquake"}}) == nil {
		t.Error("an unknown fault is taken")
	}
	if err := s.AddRule(Rule{Fault: Fault{Kind: Error, Status: 502}, Key: "key-00002", Skip: 1, Times: 2}); err != nil {
		t.Fatal(err)
	}
	query := func(key string) int {
		status, _ := request{method: "GET", path: "/filings/query", query: url.Values{"idempotency_key": {key}}}.do(t, s)
		return status
	}
	submit := func(key string) int { status, _ := report(t, key, key, nil).do(t, s); return status }
	got := []int{submit("key-00001"), query("key-00002"), submit("key-00002"), submit("key-00002"), submit("key-00002"), submit("key-00002")}
	if want := []int{201, 200, 201, 502, 502, 200}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
	r := report(t, "key-00003", "x", nil)
	r.tamper = func(q *http.Request) { q.Header.Set(FaultHeader, "returned;reason=照片不清") }
	if _, a := r.do(t, s); a.Code != "RETURNED" || a.Record.Reasons[0] != "照片不清" {
		t.Errorf("by header: %+v", a)
	}
	for _, bad := range []string{"x", "latency;delay=long", "error;status=200", "error;colour=red"} {
		r.tamper = func(q *http.Request) { q.Header.Set(FaultHeader, bad) }
		if status, _ := r.do(t, s); status != 422 {
			t.Errorf("%s: %d", bad, status)
		}
	}
}

func TestRandomFaultsRepeatBySeed(t *testing.T) {
	draw := func(seed uint64) (out []Kind) {
		s := newServer(t, Options{Seed: seed, Rate: 0.5})
		for range 100 {
			f, err := s.faults.next("submit", httptest.NewRequest("POST", "/", nil))
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, f.Kind)
		}
		return out
	}
	one, two, other := fmt.Sprint(draw(1)), fmt.Sprint(draw(1)), fmt.Sprint(draw(2))
	if one != two || one == other {
		t.Errorf("seed 1: %s\nagain:  %s\nseed 2: %s", one, two, other)
	}
}

// A callback that is not taken is repeated as it was.
func TestCallbackIsRepeatedUntilTaken(t *testing.T) {
	var nonces []string
	done := make(chan struct{})
	box := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil || contractSchema(t, "callback").Validate(doc) != nil {
			t.Errorf("callback breaks the contract: %s", body)
		}
		nonces = append(nonces, r.Header.Get("X-Platform-Nonce"))
		if len(nonces) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		close(done)
	}))
	defer box.Close()
	s := newServer(t, Options{CallbackURL: box.URL})
	_, a := report(t, "key-00001", "one", nil).do(t, s)
	if err := s.Withdraw(a.Record.Receipt); err != nil {
		t.Fatal(err)
	}
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("not repeated")
	}
	if nonces[0] != nonces[1] || nonces[1] != nonces[2] {
		t.Errorf("nonces %v", nonces)
	}
}

func TestPage(t *testing.T) {
	s := newServer(t, Options{})
	_, a := report(t, "key-00001", "one", func(m map[string]any, _ *[]part) { m["report_no"] = `<script>alert(1)</script>` }).do(t, s)
	page := func() string {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		return w.Body.String()
	}
	if p := page(); !strings.Contains(p, a.Record.Receipt) || !strings.Contains(p, "不是真实") || strings.Contains(p, "<script>") {
		t.Error(p)
	}
	press := func(site, path, form string) int {
		r := httptest.NewRequest("POST", path, strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", site)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code
	}
	back := "/_sandbox/records/" + a.Record.Receipt + "/return"
	if c := press("cross-site", back, ""); c != http.StatusForbidden || s.Records()[0].Status != "accepted" {
		t.Errorf("another site returned a record: %d", c)
	}
	if c := press("same-origin", back, "reason="+url.QueryEscape("地址有误")); c != http.StatusSeeOther || !strings.Contains(page(), "地址有误") {
		t.Errorf("return by the page: %d", c)
	}
	if c := press("same-origin", "/_sandbox/rules", "kind=maintenance&times=1&delay=2m"); c != http.StatusSeeOther || !strings.Contains(page(), "2m0s") {
		t.Errorf("rule by the page: %d", c)
	}
	if status, b := report(t, "key-00002", "two", nil).do(t, s); status != 503 || b.Code != "MAINTENANCE" {
		t.Errorf("%d %+v", status, b)
	}
}
