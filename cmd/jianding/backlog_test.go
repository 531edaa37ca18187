package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"jianding/schemas"
)

// BenchmarkFilingBacklog prints what the sweep and the console's page of
// deliveries cost with 100,000 deliveries waiting, as multiples of the same
// with 1,000, in one run: the mean of a burst, and the median.
//
//	go test ./cmd/jianding -run '^$' -bench FilingBacklog -benchtime 1x
func BenchmarkFilingBacklog(b *testing.B) {
	for _, driver := range []string{"sqlite", "postgres"} {
		b.Run(driver, func(b *testing.B) {
			few, many := newBacklog(b, driver, 1000), newBacklog(b, driver, 100_000)
			for b.Loop() {
				for _, what := range []struct {
					name string
					do   func(backlog) func()
				}{
					{"sweep", func(l backlog) func() { return func() { l.s.workers.Sweep(b.Context()) } }},
					{"console", func(l backlog) func() { return func() { l.get(b, "/console/deliveries") } }},
					{"console-dead", func(l backlog) func() { return func() { l.get(b, "/console/deliveries?status=dead") } }},
					{"metrics", func(l backlog) func() { return func() { l.get(b, "/metrics") } }},
				} {
					fewMean, fewMedian := burst(what.do(few))
					manyMean, manyMedian := burst(what.do(many))
					b.ReportMetric(float64(manyMean)/float64(fewMean), what.name+"-x")
					b.ReportMetric(float64(manyMedian)/float64(fewMedian), what.name+"-median-x")
				}
			}
		})
	}
}

// burst is the mean and the median of what is done for three seconds.
func burst(do func()) (mean, median time.Duration) {
	do()
	var took []time.Duration
	began := time.Now()
	for time.Since(began) < 3*time.Second {
		at := time.Now()
		do()
		took = append(took, time.Since(at))
	}
	total := time.Duration(0)
	for _, d := range took {
		total += d
	}
	slices.Sort(took)
	return total / time.Duration(len(took)), took[len(took)/2]
}

type backlog struct {
	s      *service
	cookie string
}

// newBacklog is a service with so many deliveries waiting, and dead.
func newBacklog(b *testing.B, driver string, n int) backlog {
	b.Helper()
	dir := b.TempDir()
	cfg, err := loadConfig("")
	check(b, err)
	cfg.DataDir, cfg.Listen = dir, "127.0.0.1:0"
	dsn := filepath.Join(dir, "ledger.db")
	if driver == "postgres" {
		server := os.Getenv("JIANDING_TEST_POSTGRES")
		if server == "" {
			b.Skip("JIANDING_TEST_POSTGRES names no PostgreSQL server")
		}
		dsn = newDatabase(b, server, fmt.Sprintf("backlog_%d_%d", os.Getpid(), time.Now().UnixNano()))
	}
	cfg.Database.Driver, cfg.Database.DSN = driver, schemas.Secret(dsn)
	s, err := build(b.Context(), cfg, parts{web: true, workers: true}, slog.New(slog.DiscardHandler))
	check(b, err)
	b.Cleanup(s.close)
	fillBacklog(b, driver, dsn, n)
	ctx, now := b.Context(), time.Now().UTC()
	check(b, s.ledger.PutUser(ctx, schemas.User{ID: "u1", Login: "admin", Name: "管理员", Role: schemas.RoleAdmin, PasswordHash: "x", CreatedAt: now}, operator("test"), now))
	sum := sha256.Sum256([]byte("session"))
	check(b, s.ledger.CreateSession(ctx, schemas.Session{TokenSHA256: hex.EncodeToString(sum[:]), UserID: "u1", CSRF: "c", CreatedAt: now, ExpiresAt: now.Add(time.Hour)}))
	return backlog{s: s, cookie: "session"}
}

func check(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (l backlog) get(b *testing.B, path string) {
	r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, path, nil)
	r.AddCookie(&http.Cookie{Name: "jianding_session", Value: l.cookie})
	w := httptest.NewRecorder()
	l.s.handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		b.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
}

// fillBacklog writes the rows as the ledger would, in bulk.
func fillBacklog(b *testing.B, driver, dsn string, n int) {
	b.Helper()
	name, id := "pgx", `'id-' || lpad(n::text, 9, '0')`
	if driver == "sqlite" {
		name, id, dsn = "sqlite", `'id-' || substr('000000000' || n, -9)`, "file:"+(&url.URL{Path: dsn}).EscapedPath()+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(name, dsn)
	check(b, err)
	defer db.Close()
	us := time.Now().Add(-time.Hour).UnixMicro()
	for _, q := range []string{
		`INSERT INTO reports (id, receipt_no, agency_id, report_no, number, sha256, sm3, size, filename, declared, address, status, hazard,
			received_at, review_due, revision, supersedes, superseded_by, case_id, assessment_seq, version) <from>
			SELECT <id>, 'JD-' || n, 'a1', 'NO-' || n, 'NO-' || n, 'sha' || n, '', 1, '', '', '', 'accepted', 'none', CAST($2 AS BIGINT) + n, NULL, 1, '', '', '', 1, 1 FROM s`,
		`INSERT INTO deliveries (id, report_id, receipt_no, number, idempotency_key, status, profile, platform_receipt, unknown, returned, last_error,
			owed_at, manual_evidence, version) <from>
			SELECT <id>, <id>, 'JD-' || n, 'NO-' || n, 'k' || n, CASE WHEN n % 10 = 0 THEN 'dead' ELSE 'pending' END, '', '', 0, '', '', CAST($2 AS BIGINT) + n, '', 1 FROM s`,
		`INSERT INTO obligations (id, kind, subject, dedupe, critical, state, due_at, attempt, payload, lease_token, last_error, outcome, created_at) <from>
			SELECT 'file' || n, 'file', <id>, '', 0, CASE WHEN n % 10 = 0 THEN 'dead' ELSE 'open' END, CAST($2 AS BIGINT) + n, 0, '', '', '', '', $2 FROM s`,
	} {
		q = strings.NewReplacer("<id>", id, "<from>", `WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < $1)`).Replace(q)
		_, err := db.Exec(q, n, us)
		check(b, err)
	}
	if driver == "postgres" {
		_, err := db.Exec(`ANALYZE`)
		check(b, err)
	}
}
