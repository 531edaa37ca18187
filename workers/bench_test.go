package workers

import (
	"database/sql"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// BenchmarkSweep shows that what a sweep costs for each due case does not
// depend on how many are open: "x" is the cost of one with 100,000 open cases
// (JIANDING_BENCH_CASES for another number) over that with 1,000, in one run.
//
//	go test ./workers -run - -bench BenchmarkSweep -benchtime 1x
func BenchmarkSweep(b *testing.B) {
	many := 100_000
	if s := os.Getenv("JIANDING_BENCH_CASES"); s != "" {
		var err error
		if many, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("sqlite", func(b *testing.B) {
		dsn := func() string { return filepath.Join(b.TempDir(), "ledger.db") }
		benchmarkSweep(b, "sqlite", "sqlite", dsn, many)
	})
	if pg := os.Getenv("JIANDING_TEST_POSTGRES"); pg != "" {
		b.Run("postgres", func(b *testing.B) {
			benchmarkSweep(b, "postgres", "pgx", func() string { return freshSchema(b, pg) }, many)
		})
	}
}

func benchmarkSweep(b *testing.B, driver, raw string, dsn func() string, many int) {
	few, full := openHouse(b, driver, raw, dsn(), 1000), openHouse(b, driver, raw, dsn(), many)
	for b.Loop() {
		// In turns, so that the machine's mood falls on both.
		var fewTook, fullTook time.Duration
		for range 10 {
			fewTook += few.sweepDue(b)
			fullTook += full.sweepDue(b)
		}
		per := func(d time.Duration) float64 { return float64(d.Microseconds()) / (10 * dueAtOnce) }
		b.ReportMetric(per(fewTook), "µs/due-of-1000")
		b.ReportMetric(per(fullTook), "µs/due-of-"+strconv.Itoa(many))
		b.ReportMetric(float64(fullTook)/float64(fewTook), "x")
	}
}

// dueAtOnce is how many cases are due in each measured sweep.
const dueAtOnce = 50

type openCases struct {
	*house
	db   *sql.DB
	next int
	n    int
}

// openHouse has n open cases in hand, none of which is due.
func openHouse(b *testing.B, driver, raw, dsn string, n int) *openCases {
	h := newHouse(b, driver, dsn)
	db, err := sql.Open(raw, dsn)
	must(b, err)
	b.Cleanup(func() { db.Close() })
	if driver == "sqlite" {
		_, err = db.Exec(`PRAGMA busy_timeout = 10000`)
		must(b, err)
	}
	numbers, us := `WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < $1) `, t0.UnixMicro()
	later := us + (12 * time.Hour).Microseconds()
	_, err = db.Exec(`INSERT INTO cases (id, ref, report_id, notice_id, agency_id, level, status, ended, pending, due_at, opened_at, address, town, usage, grade,
		basis, quote, sha256, instants, statutory, statutory_rule, handling, handling_rule, late_on_arrival, policy, step, round, reminded,
		acknowledged_by, disposition, closing, merged_into, version) `+numbers+`
		SELECT 'case-' || n, 'XH-' || n, '', '', 'a1', 'red', 'acknowledged', 0, 1, CAST($2 AS BIGINT), CAST($3 AS BIGINT), '', 'town-' || (n % 30), '', 'Dsu',
		'', '', '', '', CAST($2 AS BIGINT), '', CAST($2 AS BIGINT), '', 0, $4, 0, 1, '', '', '', '', '', 1 FROM s`, n, us+(24*time.Hour).Microseconds(), us, string(h.w.stamp))
	must(b, err)
	_, err = db.Exec(`INSERT INTO obligations (id, kind, subject, dedupe, critical, state, due_at, attempt, payload, lease_token, last_error, outcome, created_at) `+numbers+`
		SELECT 'look-' || n, 'escalate', 'case-' || n, '', 1, 'open', CAST($2 AS BIGINT) + n, 0, '', '', '', '', CAST($3 AS BIGINT) FROM s`, n, later, us)
	must(b, err)
	if driver == "postgres" {
		_, err = db.Exec(`ANALYZE`)
		must(b, err)
	}
	for range 3 {
		h.w.pass(h.ctx, perBatch) // the standing obligations
		h.w.running.Wait()
	}
	return &openCases{house: h, db: db, n: n}
}

// sweepDue makes some cases due and measures the sweeps that work them off.
func (o *openCases) sweepDue(b *testing.B) time.Duration {
	for range dueAtOnce {
		o.next = o.next%o.n + 1
		_, err := o.db.Exec(`UPDATE obligations SET due_at = $1 WHERE id = $2`, t0.UnixMicro(), "look-"+strconv.Itoa(o.next))
		must(b, err)
	}
	start := time.Now()
	for range dueAtOnce { // more than the pool takes at once need several
		o.w.Sweep(o.ctx)
		o.w.running.Wait()
		due, err := o.ledger.DueOf(o.ctx, t0, batches()[0], 1)
		must(b, err)
		if len(due) == 0 {
			return time.Since(start)
		}
	}
	due, err := o.ledger.DueOf(o.ctx, t0, batches()[0], 5)
	b.Fatalf("the sweep does not come to rest: %v, still due %+v\n%s", err, due, o.logs)
	return 0
}
