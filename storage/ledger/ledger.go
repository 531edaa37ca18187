// Package ledger is the system of record: reports and their assessments,
// obligations, cases, notices, notifications, deliveries, the register, people
// and events, on SQLite or PostgreSQL with one query text.
//
// Start reading at contract.go (what it does), then tx.go (how a transaction
// runs), casing.go (one hazard is one case) and obligations.go (leases).
package ledger

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"time"

	"jianding/schemas"
)

var _ contract = (*Ledger)(nil)

// Options says where the ledger lives.
type Options struct {
	// Driver is "sqlite" or "postgres".
	Driver string
	// DSN is a file path for sqlite, a connection string or URL for postgres.
	DSN string
	// LeaseClock replaces the database's clock for leases; nil is the
	// database's clock, the only one that several machines agree on. Tests on
	// a driven clock set it.
	LeaseClock func() time.Time
	// Logger is told of retried transactions; nil is silent.
	Logger *slog.Logger
	// MaxConns limits the connections to PostgreSQL; 0 is 16.
	MaxConns int
}

// Ledger is the system of record. It is safe for concurrent use.
type Ledger struct {
	engine     engine
	write      *sql.DB // sqlite: exactly one connection
	read       *sql.DB // sqlite: a pool that cannot write; postgres: the same pool
	leaseClock func() time.Time
	log        *slog.Logger
	long       longCounts
}

// Open connects, brings the schema up to date and returns the ledger. It is
// Unavailable while the database cannot be reached, Invalid for options that
// can never work.
func Open(ctx context.Context, o Options) (*Ledger, error) {
	e, err := engineFor(o.Driver)
	if err != nil {
		return nil, err
	}
	if o.DSN == "" {
		return nil, schemas.E(schemas.KindInvalid, "ledger_dsn", "未配置台账数据库的位置（DSN）", nil)
	}
	l := &Ledger{engine: e, leaseClock: o.LeaseClock, log: o.Logger}
	if l.log == nil {
		l.log = slog.New(slog.DiscardHandler)
	}
	conns := o.MaxConns
	if conns <= 0 {
		conns = 16
	}
	if l.write, l.read, err = e.open(o.DSN, conns); err != nil {
		return nil, e.translate(err)
	}
	if err := l.migrate(ctx); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// Close lets go of the database. Transactions under way are rolled back.
func (l *Ledger) Close() error {
	err := l.read.Close()
	if l.write != l.read {
		err = errors.Join(err, l.write.Close())
	}
	return err
}

// Ping asks the database a question. Unavailable when it does not answer.
func (l *Ledger) Ping(ctx context.Context) error {
	return l.view(ctx, func(t *tx) error {
		var one int
		return t.get(`SELECT 1 FROM counters LIMIT 1`, nil, &one).orMissing(nil)
	})
}
