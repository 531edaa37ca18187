package ledger_test

import (
	"database/sql"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"jianding/schemas"
)

// The board and the lists must not know how long they are: each page costs a
// page. BenchmarkLists shows it at 1,000 rows against many; the number of rows
// is JIANDING_BENCH_ROWS (default 100,000 reports; open cases, deliveries and
// obligations are a tenth of it, at least 1,000).
//
//	JIANDING_BENCH_ROWS=1000000 go test ./storage/ledger -run - -bench Lists
func BenchmarkLists(b *testing.B) {
	many := 100_000
	if s := os.Getenv("JIANDING_BENCH_ROWS"); s != "" {
		var err error
		if many, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	for _, driver := range []string{"sqlite", "postgres"} {
		for _, rows := range []int{1000, many} {
			b.Run(fmt.Sprintf("%s/%d", driver, rows), func(b *testing.B) { benchmarkLists(b, driver, rows) })
		}
	}
}

func benchmarkLists(b *testing.B, driver string, rows int) {
	h := newHouse(b, driver)
	fill(b, h, rows)
	now := t0.Add(time.Hour)
	page := func(next string, err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	reports := func(f schemas.ReportFilter) func() {
		return func() { rs, next, err := h.Reports(h.ctx, f); page(next, err); _ = rs }
	}
	cases := func(f schemas.CaseFilter) func() {
		return func() { _, next, err := h.Cases(h.ctx, f); page(next, err) }
	}
	deliveries := func(f schemas.DeliveryFilter) func() {
		return func() { _, next, err := h.Deliveries(h.ctx, f); page(next, err) }
	}
	_, deep, err := h.Reports(h.ctx, schemas.ReportFilter{To: t0.Add(-time.Duration(rows/2) * time.Second), Limit: 10})
	h.must(err)
	for _, q := range []struct {
		name string
		do   func()
	}{
		{"reports", reports(schemas.ReportFilter{})},
		{"reports/deep", reports(schemas.ReportFilter{Cursor: deep})},
		{"reports/agency", reports(schemas.ReportFilter{AgencyID: "agency-7"})},
		{"reports/agency+status", reports(schemas.ReportFilter{AgencyID: "agency-7", Status: schemas.ReportAccepted})},
		{"reports/hazard", reports(schemas.ReportFilter{Hazard: schemas.HazardRed})},
		{"reports/search-one", reports(schemas.ReportFilter{Query: "NO-77"})},
		{"reports/search-one-of-agency", reports(schemas.ReportFilter{Query: "NO-77", AgencyID: "agency-7"})},
		{"reports/search-all", reports(schemas.ReportFilter{Query: "江津区"})},
		{"reports/review-queue", reports(schemas.ReportFilter{ReviewFirst: true})},
		{"cases/open", cases(schemas.CaseFilter{OpenOnly: true})},
		{"cases/statuses", cases(schemas.CaseFilter{Statuses: []schemas.CaseStatus{"open", "notified"}})},
		{"cases/red", cases(schemas.CaseFilter{OpenOnly: true, Level: schemas.HazardRed})},
		{"cases/town", cases(schemas.CaseFilter{OpenOnly: true, Town: "town-3"})},
		{"cases/overdue", cases(schemas.CaseFilter{Overdue: true, Now: now})},
		{"deliveries/pending", deliveries(schemas.DeliveryFilter{Status: schemas.DeliveryPending})},
		{"deliveries/search", deliveries(schemas.DeliveryFilter{Query: "NO-77"})},
		{"due", func() { _, err := h.Due(h.ctx, now, 100, true); page("", err) }},
		{"due/kind", func() {
			_, err := h.DueOf(h.ctx, now, []schemas.ObligationKind{schemas.OweEscalate, schemas.OweNotify}, 100)
			page("", err)
		}},
		{"next-due", func() { _, _, err := h.NextDue(h.ctx); page("", err) }},
		{"stats", func() { _, err := h.Stats(h.ctx, now); page("", err) }},
	} {
		b.Run(q.name, func(b *testing.B) {
			for b.Loop() {
				q.do()
			}
		})
	}
}

// fill writes rows as the ledger would, in bulk: reports over 50 agencies, a
// tenth of them with an open case, a delivery and obligations.
func fill(b testing.TB, h *house, rows int) {
	b.Helper()
	driver, dsn := "pgx", h.opts.DSN
	if h.opts.Driver == "sqlite" {
		driver, dsn = "sqlite", "file:"+strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23", " ", "%20").Replace(dsn)
	}
	db, err := sql.Open(driver, dsn)
	h.must(err)
	defer db.Close()
	numbers := `WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < $1) `
	us := t0.UnixMicro()
	tenth := max(rows/10, 1000)
	if _, err := db.Exec(`INSERT INTO counters (name, n) VALUES ('JD:20261124', ` + strconv.Itoa(rows) + `) ON CONFLICT (name) DO UPDATE SET n = counters.n + excluded.n`); err != nil {
		b.Fatal(err)
	}
	id := `'id-' || substr('000000000' || n, -9)`
	if driver == "pgx" {
		id = `'id-' || lpad(n::text, 9, '0')`
	}
	exec := func(q string, args ...any) {
		b.Helper()
		if _, err := db.Exec(strings.ReplaceAll(q, "<id>", id), args...); err != nil {
			b.Fatal(err)
		}
	}
	exec(`INSERT INTO reports (id, receipt_no, agency_id, report_no, number, sha256, sm3, size, filename, declared, address, status, hazard,
		received_at, review_due, revision, supersedes, superseded_by, case_id, assessment_seq, version) `+numbers+`
		SELECT <id>, 'JD-' || n, 'agency-' || (n % 50), 'NO-' || n, 'NO-' || n, 'sha' || n, '', 1, '', '', '江津区' || (n % 1000) || '号',
		CASE WHEN n % 100 = 0 THEN 'needs_review' ELSE 'accepted' END, CASE WHEN n % 10 = 0 THEN 'red' ELSE 'none' END,
		CAST($2 AS BIGINT) - CAST(n AS BIGINT) * 1000000, CAST($2 AS BIGINT) + n, 1, '', '', '', 1, 1 FROM s`, rows, us)
	exec(`INSERT INTO cases (id, ref, report_id, notice_id, agency_id, level, status, ended, pending, due_at, opened_at, address, town, usage, grade,
		basis, quote, sha256, instants, statutory, statutory_rule, handling, handling_rule, late_on_arrival, policy, step, round, reminded,
		acknowledged_by, disposition, closing, merged_into, version) `+numbers+`
		SELECT <id>, 'XH-' || n, '', '', 'agency-' || (n % 50), CASE WHEN n % 3 = 0 THEN 'red' ELSE 'amber' END,
		CASE WHEN n % 2 = 0 THEN 'open' ELSE 'acknowledged' END, 0, 1, CAST($2 AS BIGINT) + CAST(n AS BIGINT) * 1000000, $2, '', 'town-' || (n % 30), '', 'Dsu',
		'', '', '', '', $2, '', $2, '', 0, '', 0, 1, '', '', '', '', '', 1 FROM s`, tenth, us)
	exec(`INSERT INTO deliveries (id, report_id, receipt_no, number, idempotency_key, status, profile, platform_receipt, unknown, returned, last_error,
		owed_at, manual_evidence, version) `+numbers+`
		SELECT <id>, <id>, 'JD-' || n, 'NO-' || n, 'k' || n, 'pending', '', '', 0, '', '', CAST($2 AS BIGINT) + n, '', 1 FROM s`, tenth, us)
	for _, k := range []struct {
		kind     string
		critical int
		due      int64
	}{{"escalate", 1, us + 24*3600_000_000}, {"file", 0, us}, {"notify", 1, us + 2*3600_000_000}} {
		exec(`INSERT INTO obligations (id, kind, subject, dedupe, critical, state, due_at, attempt, payload, lease_token, last_error, outcome, created_at) `+numbers+`
			SELECT '`+k.kind+`' || n, '`+k.kind+`', <id>, '', `+fmt.Sprint(k.critical)+`, 'open', CAST($2 AS BIGINT) + n, 0, '', '', '', '', $2 FROM s`, tenth, k.due)
	}
	if driver == "pgx" {
		exec(`ANALYZE`)
	}
}
