package ledger

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	sqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"jianding/schemas"
)

// engine is everything in which the two databases differ. All other code has
// one query text, written with ? for parameters and with PostgreSQL's FOR
// UPDATE, which SQLite does not need: its writer is alone.
type engine struct {
	postgres bool
}

func engineFor(name string) (engine, error) {
	switch name {
	case "sqlite":
		return engine{}, nil
	case "postgres":
		return engine{postgres: true}, nil
	}
	return engine{}, schemas.Errorf(schemas.KindInvalid, "ledger_driver", "未知的台账数据库类型“%s”，可用：sqlite、postgres", name)
}

func (e engine) open(dsn string, conns int) (write, read *sql.DB, err error) {
	if e.postgres {
		config, err := pgx.ParseConfig(dsn)
		if err != nil {
			return nil, nil, schemas.E(schemas.KindInvalid, "ledger_dsn", "台账数据库的连接串（DSN）无法解读", nil) // the cause may hold the password
		}
		if _, set := config.RuntimeParams["plan_cache_mode"]; !set {
			// A list's best plan depends on how much its filter selects: a
			// plan made without the values would walk the wrong index.
			config.RuntimeParams["plan_cache_mode"] = "force_custom_plan"
		}
		db := stdlib.OpenDB(*config)
		db.SetMaxOpenConns(conns)
		db.SetMaxIdleConns(conns)
		return db, db, nil
	}
	// synchronous=FULL in WAL mode syncs the log at every commit: what was
	// answered survives a power cut. BEGIN IMMEDIATE takes the write lock at
	// once, so that no transaction fails half-way for want of it.
	base := "file:" + (&url.URL{Path: dsn}).EscapedPath()
	pragmas := "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=temp_store(MEMORY)"
	if write, err = sql.Open("sqlite", base+pragmas+"&_txlock=immediate"); err != nil {
		return nil, nil, err
	}
	write.SetMaxOpenConns(1)
	if read, err = sql.Open("sqlite", base+pragmas+"&_pragma=query_only(1)"); err != nil {
		return nil, nil, errors.Join(err, write.Close())
	}
	read.SetMaxOpenConns(8)
	read.SetMaxIdleConns(8)
	return write, read, nil
}

func (e engine) goose() goose.Dialect {
	if e.postgres {
		return goose.DialectPostgres
	}
	return goose.DialectSQLite3
}

// ddl turns the shared migration text into the engine's own: the words in
// angle brackets are the types that have no common name, and lines between
// "-- only <engine>" and "-- end" are the other engine's comments.
func (e engine) ddl(text string) string {
	words := strings.NewReplacer("<identity>", "INTEGER PRIMARY KEY AUTOINCREMENT", "<bytes>", "BLOB", "<text>", "TEXT")
	other := "-- only postgres"
	if e.postgres {
		// COLLATE "C" orders by bytes, as SQLite does, and lets an index
		// answer "begins with".
		words = strings.NewReplacer("<identity>", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "<bytes>", "BYTEA", "<text>", `TEXT COLLATE "C"`)
		other = "-- only sqlite"
	}
	var out strings.Builder
	skip := false
	for line := range strings.Lines(text) {
		switch trimmed := strings.TrimSpace(line); {
		case trimmed == other:
			skip = true
		case trimmed == "-- end":
			skip = false
		case !skip:
			out.WriteString(line)
		}
	}
	return words.Replace(out.String())
}

// text turns the shared query text into the engine's own.
func (e engine) text(q string) string {
	if !e.postgres {
		return strings.ReplaceAll(q, "FOR UPDATE", "")
	}
	var b strings.Builder
	b.Grow(len(q) + 16)
	n := 0
	quoted := false
	for i := 0; i < len(q); i++ {
		switch c := q[i]; {
		case c == '\'':
			quoted = !quoted
			b.WriteByte(c)
		case c == '?' && !quoted:
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// clock is the database's own clock in microseconds.
func (e engine) clock() string {
	if e.postgres {
		return `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`
	}
	return `SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER)`
}

// begin options of a transaction: a view reads one snapshot; a change reads
// what is committed and locks the rows that it decides on.
func (e engine) txOptions(change bool) *sql.TxOptions {
	if !e.postgres {
		return nil
	}
	if change {
		return &sql.TxOptions{Isolation: sql.LevelReadCommitted}
	}
	return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
}

// again says that the same transaction may succeed when run anew: another one
// was in the way. A unique violation is among them, because every transaction
// looks for the row first and finds it the second time.
func (e engine) again(err error) bool {
	if e.postgres {
		var pe *pgconn.PgError
		if errors.As(err, &pe) {
			switch pe.Code {
			case "40001", "40P01", "23505":
				return true
			}
		}
		return false
	}
	return false // the writer is alone, and waits for the lock before it begins
}

func sqliteCode(err error) int {
	var se *sqlite.Error
	if errors.As(err, &se) {
		return se.Code()
	}
	return 0
}

// translate gives a foreign error its kind.
func (e engine) translate(err error) error {
	if err == nil {
		return nil
	}
	var known *schemas.Error
	if errors.As(err, &known) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF) || e.away(err) {
		return schemas.E(schemas.KindUnavailable, "ledger_unavailable", "台账数据库暂不可用，请稍后重试", err)
	}
	return schemas.E(schemas.KindInternal, "ledger", "台账内部错误", err)
}

// away says that the database cannot do its work now: down, locked, full.
func (e engine) away(err error) bool {
	if e.postgres {
		var pe *pgconn.PgError
		if errors.As(err, &pe) {
			switch pe.Code[:2] {
			case "08", "53", "57", "58", "40": // connection, resources and disk full, shutdown, system, rolled back
				return true
			}
			return pe.Code == "55P03" || pe.Code == "25006" // lock not available; a read-only standby
		}
		var ce *pgconn.ConnectError
		var ne net.Error
		return errors.As(err, &ce) || errors.As(err, &ne) || pgconn.SafeToRetry(err) ||
			strings.Contains(err.Error(), "closed")
	}
	switch sqliteCode(err) & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
		sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT:
		return true
	}
	return strings.Contains(err.Error(), "database is closed")
}

// Backup writes a consistent copy of the ledger to a new file while it is in
// use. Only SQLite does this by itself; for PostgreSQL it is Invalid, because
// pg_dump and the server's own archive are the right tools.
func (l *Ledger) Backup(ctx context.Context, path string) error {
	if l.engine.postgres {
		return schemas.E(schemas.KindInvalid, "backup_engine", "PostgreSQL 台账请使用 pg_dump 或数据库自身的归档备份", nil)
	}
	// What is in a ledger is nobody else's to read. VACUUM INTO refuses a file
	// that is there and holds content.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return schemas.E(schemas.KindUnavailable, "backup_file", "备份文件无法写入", err)
	}
	if err := f.Close(); err != nil {
		return schemas.E(schemas.KindUnavailable, "backup_file", "备份文件无法写入", err)
	}
	conn, err := l.write.Conn(ctx)
	if err != nil {
		return l.engine.translate(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `VACUUM INTO ?`, path); err != nil {
		return l.engine.translate(fmt.Errorf("back up to %s: %w", path, err))
	}
	return syncFile(path)
}
