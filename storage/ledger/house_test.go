package ledger_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"jianding/schemas"
	"jianding/storage/ledger"
	"jianding/storage/ledger/ledgertest"
)

// The suite is one: every test runs on SQLite, and on PostgreSQL when
// JIANDING_TEST_POSTGRES names a server (a connection string); each test then
// has a schema of its own.

// TestMain keeps the random histories few, because each step is a durable
// transaction; -rapid.checks asks for more.
func TestMain(m *testing.M) {
	flag.Set("rapid.checks", "12")
	flag.Parse()
	os.Exit(m.Run())
}

// t0 is a Tuesday in November, 09:30 in Asia/Shanghai.
var t0 = time.Date(2026, 11, 24, 1, 30, 0, 0, time.UTC)

// clock is a driven clock.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Forward(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}

// house is a ledger under test.
type house struct {
	*ledger.Ledger
	t     testing.TB
	ctx   context.Context
	clock *clock
	opts  ledger.Options
}

// onBoth runs a test on both engines, beside other tests: most of their time
// they wait for a disk or a server.
func onBoth(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	t.Parallel()
	for _, driver := range []string{"sqlite", "postgres"} {
		t.Run(driver, func(t *testing.T) { f(t, newHouse(t, driver)) })
	}
}

func newHouse(t testing.TB, driver string) *house {
	t.Helper()
	h := &house{t: t, ctx: t.Context(), clock: &clock{now: t0}}
	h.opts = ledger.Options{Driver: driver, DSN: place(t, driver), LeaseClock: h.clock.Now}
	if driver == "sqlite" {
		ledgertest.Fresh(t, h.opts.DSN)
	}
	h.open()
	return h
}

func (h *house) open() {
	h.t.Helper()
	l, err := ledger.Open(h.ctx, h.opts)
	if err != nil {
		h.t.Fatal(err)
	}
	h.Ledger = l
	h.t.Cleanup(func() { l.Close() })
}

// place is a new, empty database.
func place(t testing.TB, driver string) string {
	t.Helper()
	if driver == "sqlite" {
		return filepath.Join(t.TempDir(), "台账 %?#.db")
	}
	server := os.Getenv("JIANDING_TEST_POSTGRES")
	if server == "" {
		t.Skip("JIANDING_TEST_POSTGRES names no PostgreSQL server")
	}
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	schema := fmt.Sprintf("ledger_%d_%d_%d", os.Getpid(), time.Now().UnixNano(), schemata.Add(1))
	if _, err := db.Exec("CREATE SCHEMA " + schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		db, err := sql.Open("pgx", server)
		if err != nil {
			t.Error(err)
			return
		}
		defer db.Close()
		if _, err := db.Exec("DROP SCHEMA " + schema + " CASCADE"); err != nil {
			t.Error(err)
		}
	})
	if strings.Contains(server, "://") {
		sep := "?"
		if strings.Contains(server, "?") {
			sep = "&"
		}
		return server + sep + "search_path=" + schema
	}
	return server + " search_path=" + schema
}

var schemata atomic.Int64

func (h *house) now() time.Time { return h.clock.Now() }

// must fails the test on an error.
func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// wantCode fails the test unless err is of the kind and code.
func (h *house) wantCode(err error, kind schemas.Kind, code string) {
	h.t.Helper()
	var got string
	var e *schemas.Error
	if errors.As(err, &e) {
		got = e.Code
		if e.Message == "" {
			h.t.Errorf("error %v has no message for people", err)
		}
	}
	if schemas.KindOf(err) != kind || got != code {
		h.t.Errorf("error = %v, want %s %s", err, kind, code)
	}
}

func officer(name string) schemas.Actor { return schemas.Actor{Kind: "user", ID: name, Name: name} }

// upload receives a report of an agency; content stands for its SHA-256.
func (h *house) upload(agency, reportNo, content string) schemas.Report {
	h.t.Helper()
	r, created, err := h.ReceiveReport(h.ctx, h.newReport(agency, reportNo, content))
	h.must(err)
	if !created {
		h.t.Fatalf("report %s was there already", content)
	}
	return r
}

func (h *house) newReport(agency, reportNo, content string) schemas.NewReport {
	return schemas.NewReport{AgencyID: agency, SHA256: content, SM3: "sm3-" + content, Size: 1024, Filename: content + ".pdf",
		Declared: schemas.Declared{ReportNo: reportNo}, ReceivedAt: h.now(), Actor: schemas.Actor{Kind: "agency", ID: agency}}
}

// lease takes the open obligation of a kind and subject.
func (h *house) lease(kind schemas.ObligationKind, subject string) schemas.Lease {
	h.t.Helper()
	lease, err := h.LeaseObligation(h.ctx, h.owed(kind, subject).ID, time.Minute)
	h.must(err)
	return lease
}

// owed is the one open obligation of a kind and subject.
func (h *house) owed(kind schemas.ObligationKind, subject string) schemas.Obligation {
	h.t.Helper()
	os := h.open_(kind, subject)
	if len(os) != 1 {
		h.t.Fatalf("open %s of %s: %d, want 1", kind, subject, len(os))
	}
	return os[0]
}

func (h *house) open_(kind schemas.ObligationKind, subject string) []schemas.Obligation {
	h.t.Helper()
	os, _, err := h.Obligations(h.ctx, schemas.ObligationFilter{Kind: kind, Subject: subject, State: schemas.ObligationOpen, Limit: 500})
	h.must(err)
	return os
}

// reading is what an assessment found, in short.
type reading struct {
	status schemas.ReportStatus
	level  schemas.HazardLevel
	basis  string
	no     string
	file   bool
}

func (h *house) consequences(x reading) schemas.Consequences {
	c := schemas.Consequences{Status: x.status, File: x.file}
	if x.status == schemas.ReportNeedsReview {
		due := h.now().Add(24 * time.Hour)
		c.ReviewDue = &due
	}
	if x.level.Rank() > 0 {
		n := h.newCase(x.level)
		if x.basis != "" {
			n.Basis = []string{x.basis}
		}
		c.Case = &n
	}
	return c
}

func (h *house) newCase(level schemas.HazardLevel) schemas.NewCase {
	received := h.now()
	n := schemas.NewCase{Level: level, Address: "江津区鼎山街道滨江路1号", Town: "鼎山街道", Grade: "Dsu", Basis: []string{"grade:unit_safety_Dsu"},
		Quote: "评定为Dsu级", Instants: schemas.Instants{Received: &received}, Policy: []byte(`{"steps":[]}`),
		Deadline: schemas.Deadlines{Statutory: received.Add(20 * time.Hour), StatutoryRule: "statutory/1: earliest=issued",
			Handling: received.Add(24 * time.Hour), HandlingRule: "handling/1"}}
	if level == schemas.HazardAmber {
		n.Grade, n.Basis, n.AmberFor = "Csu", []string{"doubt:unread"}, 4*time.Hour
	}
	return n
}

func (h *house) record(r schemas.Report, x reading) schemas.AssessmentRecord {
	return schemas.AssessmentRecord{ReportID: r.ID, Kind: "text", At: h.now(), Assessment: schemas.Assessment{
		SHA256: r.SHA256, Pages: 3, Outcome: schemas.Outcome(x.status), At: r.ReceivedAt,
		Report:    schemas.ReportFields{ReportNo: x.no, Address: "江津区几江街道东门路8号"},
		Findings:  []schemas.Finding{{Standard: "GB 50292-2015", Scope: schemas.ScopeUnit, Aspect: schemas.AspectSafety, Unit: "1号楼", Grade: "Dsu", Role: schemas.RoleConclusion, Evidence: schemas.Evidence{Page: 2, Quote: "评定为Dsu级", Source: "text"}}},
		Signature: schemas.Signature{Status: schemas.SignatureValid, Signers: []schemas.Signer{{AgencyID: r.AgencyID, Serial: "0A1B"}}},
		Hazard:    schemas.Hazard{Level: x.level, Rule: "hazard/1"},
	}}
}

// assess records a reading under the report's open assess or reassess
// obligation.
func (h *house) assess(r schemas.Report, x reading) (schemas.Report, *schemas.Case) {
	h.t.Helper()
	kind := schemas.OweAssess
	if r.AssessmentSeq > 0 {
		kind = schemas.OweReassess
		h.must(h.RequestReassess(h.ctx, []string{r.ID}, "test", officer("李四"), h.now()))
	}
	got, c, err := h.RecordAssessment(h.ctx, h.lease(kind, r.ID), h.record(r, x), h.consequences(x), nil, h.now())
	h.must(err)
	return got, c
}

// redCase uploads a report and opens its red case.
func (h *house) redCase(content string) (schemas.Report, schemas.Case) {
	h.t.Helper()
	r, c := h.assess(h.upload("agency-a", "R-"+content, content), reading{status: schemas.ReportAccepted, level: schemas.HazardRed})
	if c == nil {
		h.t.Fatal("a red reading opened no case")
		return r, schemas.Case{}
	}
	return r, *c
}

// kinds lists the kinds of the events of a subject, in order.
func (h *house) kinds(subject string) string {
	h.t.Helper()
	es, err := h.Events(h.ctx, schemas.EventFilter{Subject: subject, Limit: 500})
	h.must(err)
	names := make([]string, len(es))
	for i, e := range es {
		names[i] = string(e.Kind)
	}
	return strings.Join(names, " ")
}

func (h *house) wantEvents(subject, want string) {
	h.t.Helper()
	if got := h.kinds(subject); got != want {
		h.t.Errorf("events of %s:\n got %s\nwant %s", subject, got, want)
	}
}

func (h *house) theCase(id string) schemas.Case {
	h.t.Helper()
	c, err := h.Case(h.ctx, id)
	h.must(err)
	return c
}

func (h *house) openCases() []schemas.Case {
	h.t.Helper()
	cs, _, err := h.Cases(h.ctx, schemas.CaseFilter{OpenOnly: true, Limit: 500})
	h.must(err)
	return cs
}
