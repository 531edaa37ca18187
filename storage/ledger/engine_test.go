package ledger_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite"

	"jianding/schemas"
	"jianding/storage/ledger"
)

func raw(t *testing.T, h *house) *sql.DB {
	t.Helper()
	driver, dsn := "pgx", h.opts.DSN
	if h.opts.Driver == "sqlite" {
		driver = "sqlite"
		dsn = "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23", " ", "%20").Replace(dsn)
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// The database itself refuses to change or remove a fact.
func TestEventsAreAppendOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		h.upload("agency-a", "R", "x")
		db := raw(t, h)
		for _, q := range []string{"UPDATE events SET kind = 'report.lost'", "DELETE FROM events"} {
			if _, err := db.Exec(q); err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v", q, err)
			}
		}
	})
}

// Opening again finds everything and migrates nothing; several processes may
// start at once on an empty database.
func TestMigration(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r, c := h.redCase("x")
		h.must(h.Close())
		h.open()
		if d := cmp.Diff(r, mustReport(h, r.ID)); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff(c, h.theCase(c.ID)); d != "" {
			t.Error(d)
		}
		fresh := h.opts
		fresh.DSN = place(t, h.opts.Driver)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				l, err := ledger.Open(h.ctx, fresh)
				if err != nil {
					t.Error(err)
					return
				}
				if err := errors.Join(l.Ping(h.ctx), l.Close()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		var n int
		h.must(raw(t, h).QueryRow("SELECT count(*) FROM goose_db_version WHERE version_id > 0").Scan(&n))
		if files, _ := filepath.Glob("migrations/*.sql"); n != len(files) {
			t.Errorf("%d migrations applied, %d files", n, len(files))
		}
	})
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []ledger.Options{{Driver: "mysql", DSN: "x"}, {Driver: "sqlite"}} {
		if _, err := ledger.Open(t.Context(), o); schemas.KindOf(err) != schemas.KindInvalid {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// Down, refused, locked, full: Unavailable, so that no receipt is given and
// the same call may succeed later.
func TestUnavailable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	dir := t.TempDir()
	for name, o := range map[string]ledger.Options{
		"refused":      {Driver: "postgres", DSN: "postgres://u@127.0.0.1:" + fmt.Sprint(port) + "/d?sslmode=disable"},
		"no directory": {Driver: "sqlite", DSN: filepath.Join(dir, "no", "such", "ledger.db")},
	} {
		if _, err := ledger.Open(t.Context(), o); schemas.KindOf(err) != schemas.KindUnavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
	onBoth(t, func(t *testing.T, h *house) {
		n := h.newReport("agency-a", "", "x")
		gone, cancel := context.WithCancel(h.ctx)
		cancel()
		if _, _, err := h.ReceiveReport(gone, n); schemas.KindOf(err) != schemas.KindUnavailable {
			t.Errorf("cancelled: %v", err)
		}
		h.must(h.Close())
		if _, _, err := h.ReceiveReport(h.ctx, n); schemas.KindOf(err) != schemas.KindUnavailable {
			t.Errorf("closed: %v", err)
		}
		if err := h.Ping(h.ctx); schemas.KindOf(err) != schemas.KindUnavailable {
			t.Errorf("ping: %v", err)
		}
	})
}

// A server that goes away in the middle and comes back: what fails is
// Unavailable, and the ledger goes on without being opened again.
func TestConnectionsCutOff(t *testing.T) {
	h := newHouse(t, "postgres")
	db := raw(t, h)
	sep := " "
	if strings.Contains(h.opts.DSN, "://") {
		sep = "&"
	}
	h.opts.DSN += sep + "application_name=" + map[string]string{"&": "jianding%20cut%20off", " ": "'jianding cut off'"}[sep]
	h.open()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 20 {
			db.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = 'jianding cut off'`)
		}
	}()
	received := 0
	for i := 0; ; i++ {
		_, created, err := h.ReceiveReport(h.ctx, h.newReport("agency-a", "R", fmt.Sprint("cut", i)))
		if err != nil && schemas.KindOf(err) != schemas.KindUnavailable {
			t.Errorf("cut off: %v", err)
		}
		if created {
			received++
		}
		select {
		case <-done:
			h.upload("agency-a", "R", "after")
			rs, err := h.ReportsByNumber(h.ctx, "agency-a", "R")
			if err != nil || len(rs) < received+1 {
				t.Errorf("%d received, %d there, %v", received, len(rs), err)
			}
			return
		default:
		}
	}
}

// A full disk, as the kernel makes it: a child whose files may not grow. What
// is refused is Unavailable and leaves nothing behind; when there is room again
// the next report is taken.
func TestDiskFull(t *testing.T) {
	if dsn := os.Getenv("LEDGER_TEST_FULL"); dsn != "" {
		fullChild(t, dsn)
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDiskFull$", "-test.v")
	cmd.Env = append(os.Environ(), "LEDGER_TEST_FULL="+filepath.Join(t.TempDir(), "ledger.db"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func fullChild(t *testing.T, dsn string) {
	h := &house{t: t, ctx: t.Context(), clock: &clock{now: t0}, opts: ledger.Options{Driver: "sqlite", DSN: dsn}}
	h.open()
	signal.Ignore(syscall.SIGXFSZ) // the kernel's other way to say it
	var free syscall.Rlimit
	h.must(syscall.Getrlimit(syscall.RLIMIT_FSIZE, &free))
	full := free
	full.Cur = 1 << 20
	h.must(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full))
	var got error
	kept := 0
	for i := 0; got == nil && i < 500; i++ {
		n := h.newReport("agency-a", "", fmt.Sprint("full", i))
		n.Filename = strings.Repeat("长", 20_000)
		if _, _, got = h.ReceiveReport(h.ctx, n); got == nil {
			kept++
		}
	}
	if schemas.KindOf(got) != schemas.KindUnavailable || kept == 0 {
		t.Errorf("after %d reports: %v", kept, got)
	}
	h.must(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &free))
	h.upload("agency-a", "", "room")
	rs, _, err := h.Reports(h.ctx, schemas.ReportFilter{Limit: 500})
	h.must(err)
	es, err := h.Events(h.ctx, schemas.EventFilter{Kinds: []schemas.EventKind{schemas.EventReportReceived}, Limit: 500})
	h.must(err)
	if len(rs) != kept+1 || len(es) != kept+1 {
		t.Errorf("kept %d, %d reports, %d events", kept, len(rs), len(es))
	}
}

func TestBackup(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		r, c := h.redCase("x")
		path := filepath.Join(t.TempDir(), "备份.db")
		err := h.Backup(h.ctx, path)
		if h.opts.Driver == "postgres" {
			h.wantCode(err, schemas.KindInvalid, "backup_engine")
			return
		}
		h.must(err)
		h.upload("agency-a", "", "after the backup")
		h.opts.DSN = path
		h.open()
		if got := mustReport(h, r.ID); got.ID != r.ID || h.theCase(c.ID).ID != c.ID {
			t.Error("not in the backup")
		}
		if rs, _, _ := h.Reports(h.ctx, schemas.ReportFilter{}); len(rs) != 1 {
			t.Errorf("%d reports in the backup", len(rs))
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("others may read the backup: %v %v", info.Mode(), err)
		}
		if err := h.Backup(h.ctx, path); err == nil {
			t.Error("a backup replaced a file")
		}
	})
}

// What was answered survives SIGKILL: a child receives reports and says so;
// it is killed in the middle; everything that it said is there, and whole.
func TestSurvivesKill(t *testing.T) {
	if dsn := os.Getenv("LEDGER_TEST_CHILD"); dsn != "" {
		killedChild(t, os.Getenv("LEDGER_TEST_DRIVER"), dsn)
		return
	}
	onBoth(t, func(t *testing.T, h *house) {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSurvivesKill$")
		cmd.Env = append(os.Environ(), "LEDGER_TEST_CHILD="+h.opts.DSN, "LEDGER_TEST_DRIVER="+h.opts.Driver)
		out, err := cmd.StdoutPipe()
		h.must(err)
		h.must(cmd.Start())
		var said []string
		buf := make([]byte, 1)
		var line strings.Builder
		for len(said) < 25 {
			if _, err := out.Read(buf); err != nil {
				t.Fatalf("the child ended by itself: %v; said %v", err, said)
			}
			if buf[0] != '\n' {
				line.WriteByte(buf[0])
				continue
			}
			if no, ok := strings.CutPrefix(line.String(), "receipt "); ok {
				said = append(said, no)
			}
			line.Reset()
		}
		h.must(cmd.Process.Kill())
		cmd.Wait()
		h.must(h.Close())
		h.open()
		for _, no := range said {
			r, err := h.ReportByReceipt(h.ctx, no)
			if err != nil {
				t.Errorf("receipt %s was given and is lost: %v", no, err)
				continue
			}
			h.wantEvents("report:"+r.ID, "report.received")
			h.owed(schemas.OweAssess, r.ID)
		}
	})
}

func killedChild(t *testing.T, driver, dsn string) {
	l, err := ledger.Open(t.Context(), ledger.Options{Driver: driver, DSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; ; i++ {
		r, _, err := l.ReceiveReport(t.Context(), schemas.NewReport{AgencyID: "a", SHA256: fmt.Sprint("child", i), Declared: schemas.Declared{ReportNo: "R"}, ReceivedAt: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		os.Stdout.WriteString("receipt " + r.ReceiptNo + "\n")
	}
}
