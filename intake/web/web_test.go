package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"jianding/intake/agencies"
	"jianding/intake/receipts"
	"jianding/intake/triage"
	"jianding/schemas"
	"jianding/storage/ledger"
	"jianding/storage/ledger/ledgertest"
	"jianding/storage/originals"
)

// clock is driven by the test.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// house is the whole door on a real ledger (SQLite) and a real directory of
// originals.
type house struct {
	*httptest.Server
	t      *testing.T
	ledger *ledger.Ledger
	dir    *originals.Dir
	clock  *clock
	keeper *receipts.Keeper
	links  *Links

	tokens map[string]string // by agency, or by login of a person
	check  func(*http.Request, *http.Response, []byte)
}

const password = "门前大桥下游过一群鸭"

// passwordHash is slow on purpose, and the same for everybody.
var passwordHash = sync.OnceValues(func() (string, error) { return agencies.HashPassword(password) })

// broken lets tests make the store fail.
type brokenOriginals struct {
	Originals
	err error
}

func (b *brokenOriginals) Put(ctx context.Context, sum string, size int64, r io.ReadSeeker) (bool, error) {
	if b.err != nil {
		return false, b.err
	}
	return b.Originals.Put(ctx, sum, size, r)
}

func newHouse(t *testing.T, change ...func(*Options)) *house {
	t.Helper()
	ctx := context.Background()
	tmp := t.TempDir()
	h := &house{t: t, clock: &clock{t: time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)}, tokens: map[string]string{}}
	var err error
	if h.ledger, err = ledger.Open(ctx, ledger.Options{Driver: "sqlite", DSN: ledgertest.Fresh(t, filepath.Join(tmp, "ledger.db")), LeaseClock: h.clock.now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.ledger.Close() })

	if h.dir, err = originals.OpenDir(filepath.Join(tmp, "originals")); err != nil {
		t.Fatal(err)
	}
	private, _, err := receipts.GenerateKey(rand.Reader, "jianding.test")
	if err != nil {
		t.Fatal(err)
	}
	if h.keeper, err = receipts.NewKeeper(private); err != nil {
		t.Fatal(err)
	}
	o := Options{
		Ledger: h.ledger, Originals: h.dir, Keeper: h.keeper, SpoolDir: filepath.Join(tmp, "spool"),
		LinkKey: []byte("0123456789abcdef0123456789abcdef"), InsecureCookies: true, Clock: h.clock.now,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Version: "test",
		Review: reviewRules, OpenNotice: noticeRules,
	}
	for _, f := range change {
		f(&o)
	}
	handler, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	h.Server = httptest.NewServer(handler)
	t.Cleanup(h.Server.Close)
	h.links = NewLinks(o.LinkKey, h.URL)
	h.people()
	return h
}

// reviewRules and noticeRules stand for the pure rules that cmd injects.
func reviewRules(_ context.Context, r schemas.Report, a schemas.Assessment, d schemas.Decision, now time.Time) (schemas.Consequences, error) {
	c := schemas.Consequences{Status: schemas.ReportRejected}
	if d.Verdict == schemas.ReviewAccept {
		c.Status, c.File = schemas.ReportAccepted, true
	}
	if a.Hazard.Level == schemas.HazardRed {
		c.Case = newCase(schemas.HazardRed, a.Report.Address, a.Report.Town, r.ReceivedAt, now)
	}
	return c, nil
}

func noticeRules(n schemas.Notice, now time.Time) (schemas.NewCase, error) {
	c := newCase(schemas.HazardRed, n.Address, n.Town, n.ReceivedAt, now)
	c.Quote = n.Found
	return *c, nil
}

func newCase(level schemas.HazardLevel, address, town string, received, now time.Time) *schemas.NewCase {
	in := schemas.Instants{Received: &received, Escalated: &now}
	return &schemas.NewCase{Level: level, Address: address, Town: town, Grade: "Dsu", Basis: []string{"grade:unit_safety_Dsu"}, Instants: in, Deadline: triage.StampDeadlines(in)}
}

// people fills the register: two agencies in good standing, one suspended,
// and a person of each role, each with a token.
func (h *house) people() {
	h.t.Helper()
	ctx, sys, now := context.Background(), schemas.Actor{Kind: "system"}, h.clock.now()
	for _, a := range []schemas.Agency{
		{ID: "agency-01", Name: "重庆渝江房屋安全鉴定有限公司", USCC: "91500116MA5U0A1B0H", Status: schemas.AgencyActive},
		{ID: "agency-02", Name: "重庆市几江建设工程质量检测中心有限公司", USCC: "91500116MA60C7D217", Status: schemas.AgencyActive},
		{ID: "agency-09", Name: "重庆停业鉴定有限公司", USCC: "91500116MA60C7D218", Status: schemas.AgencySuspended},
	} {
		if err := h.ledger.PutAgency(ctx, a, sys, now); err != nil {
			h.t.Fatal(err)
		}
		h.tokens[a.ID] = agencies.NewToken(agencies.AgencyTokenPrefix)
		if _, err := h.ledger.CreateToken(ctx, a.ID, "测试", agencies.HashToken(h.tokens[a.ID]), now); err != nil {
			h.t.Fatal(err)
		}
	}
	hash, err := passwordHash()
	if err != nil {
		h.t.Fatal(err)
	}
	for _, u := range []schemas.User{
		{Login: "clerk", Name: "经办小陈", Role: schemas.RoleClerk, AgencyID: "agency-01"},
		{Login: "clerk2", Name: "经办小周", Role: schemas.RoleClerk, AgencyID: "agency-02"},
		{Login: "officer", Name: "值班老李", Role: schemas.RoleOfficer},
		{Login: "officer2", Name: "值班老吴", Role: schemas.RoleOfficer},
		{Login: "reviewer", Name: "复核王工", Role: schemas.RoleReviewer},
		{Login: "town", Name: "白沙镇", Role: schemas.RoleTown, Town: "白沙镇"},
		{Login: "department", Name: "区市场监管局", Role: schemas.RoleTown, Town: "区市场监管局"},
		{Login: "admin", Name: "管理员", Role: schemas.RoleAdmin},
	} {
		u.ID, u.PasswordHash, u.CreatedAt = "user-"+u.Login, hash, now
		if err := h.ledger.PutUser(ctx, u, sys, now); err != nil {
			h.t.Fatal(err)
		}
		token := agencies.NewToken(agencies.UserTokenPrefix)
		if err := h.ledger.CreateSession(ctx, schemas.Session{TokenSHA256: agencies.HashToken(token), UserID: u.ID, CSRF: "x", CreatedAt: now, ExpiresAt: now.Add(240 * time.Hour)}); err != nil {
			h.t.Fatal(err)
		}
		h.tokens[u.Login] = token
	}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) problem(t *testing.T) problem {
	t.Helper()
	var p problem
	if err := json.Unmarshal(a.body, &p); err != nil {
		t.Fatalf("not a problem document: %v: %s", err, a.body)
	}
	return p
}

func (a answer) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
}

// call sends a request as someone (an agency's id or a login; "" for nobody).
func (h *house) call(as, method, path string, body io.Reader, header ...string) answer {
	h.t.Helper()
	req, err := http.NewRequest(method, h.URL+path, body)
	if err != nil {
		h.t.Fatal(err)
	}
	if as != "" {
		req.Header.Set("Authorization", "Bearer "+h.tokens[as])
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return h.do(http.DefaultClient, req)
}

func (h *house) do(c *http.Client, req *http.Request) answer {
	h.t.Helper()
	resp, err := c.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	if h.check != nil {
		h.check(req, resp, b)
	}
	return answer{resp.StatusCode, resp.Header, b}
}

func (h *house) json(as, method, path string, v any, header ...string) answer {
	h.t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.call(as, method, path, bytes.NewReader(b), append(header, "Content-Type", "application/json")...)
}

// form makes a multipart body: "file" and "photo" parts are files.
func form(t *testing.T, parts ...string) (io.Reader, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(parts); i += 2 {
		var pw io.Writer
		var err error
		if parts[i] == "file" || parts[i] == "photo" {
			pw, err = w.CreateFormFile(parts[i], parts[i]+".pdf")
		} else {
			pw, err = w.CreateFormField(parts[i])
		}
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(pw, parts[i+1])
	}
	w.Close()
	return &b, w.FormDataContentType()
}

// pdf makes a document that begins like one; what it says does not matter at
// the door.
func pdf(n int) string { return fmt.Sprintf("%%PDF-1.7\n%% document %d\n%%%%EOF\n", n) }

// upload sends a document as an agency and returns its receipt.
func (h *house) upload(as string, document string, metadata string) receiptView {
	h.t.Helper()
	body, kind := form(h.t, "metadata", metadata, "file", document)
	a := h.call(as, "POST", "/v1/reports", body, "Content-Type", kind)
	if a.status != http.StatusAccepted && a.status != http.StatusOK {
		h.t.Fatalf("upload: %d %s", a.status, a.body)
	}
	var v receiptView
	a.into(h.t, &v)
	return v
}

// assess records an assessment for a report, as the worker would.
func (h *house) assess(reportID string, a schemas.Assessment, c schemas.Consequences) schemas.Report {
	h.t.Helper()
	ctx := context.Background()
	os, _, err := h.ledger.Obligations(ctx, schemas.ObligationFilter{Kind: schemas.OweAssess, Subject: reportID, State: schemas.ObligationOpen})
	if err != nil || len(os) != 1 {
		h.t.Fatalf("obligation of %s: %v %v", reportID, os, err)
	}
	lease, err := h.ledger.LeaseObligation(ctx, os[0].ID, time.Minute)
	if err != nil {
		h.t.Fatal(err)
	}
	rep, _, err := h.ledger.RecordAssessment(ctx, lease, schemas.AssessmentRecord{ReportID: reportID, Seq: 1, Kind: "text", At: h.clock.now(), Assessment: a}, c, nil, h.clock.now())
	if err != nil {
		h.t.Fatal(err)
	}
	return rep
}

// count says how many reports and originals there are: what a refused
// request must not change.
func (h *house) count() (reports int) {
	h.t.Helper()
	rs, _, err := h.ledger.Reports(context.Background(), schemas.ReportFilter{Limit: 500})
	if err != nil {
		h.t.Fatal(err)
	}
	return len(rs)
}

func contains(t *testing.T, body []byte, wants ...string) {
	t.Helper()
	for _, w := range wants {
		if !strings.Contains(string(body), w) {
			t.Errorf("the page does not say %q", w)
		}
	}
}
