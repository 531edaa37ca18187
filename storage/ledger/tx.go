package ledger

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"

	"jianding/schemas"
)

// attempts is how often a transaction that another one stopped is run.
const attempts = 12

// tx is one transaction. Its helpers speak the shared query text and keep the
// context, so that the code above them reads like what it does.
type tx struct {
	ctx context.Context
	l   *Ledger
	sql *sql.Tx
}

// change runs f in one writing transaction, and again when the database says
// that another transaction was in the way. f must not keep anything from a
// run that failed.
func (l *Ledger) change(ctx context.Context, f func(*tx) error) error {
	var err error
	for n := range attempts {
		if n > 0 {
			wait := time.Duration(rand.Int64N(int64(2*time.Millisecond) << min(n, 7)))
			timer := time.NewTimer(wait)
			select {
			case <-timer.C:
			case <-ctx.Done():
				timer.Stop()
				return l.engine.translate(errors.Join(ctx.Err(), err))
			}
			l.log.DebugContext(ctx, "ledger transaction runs again", "attempt", n+1, "error", err)
		}
		if err = l.once(ctx, l.write, true, f); err == nil || !l.engine.again(err) {
			break
		}
	}
	return l.engine.translate(err)
}

// view runs f on one consistent snapshot.
func (l *Ledger) view(ctx context.Context, f func(*tx) error) error {
	return l.engine.translate(l.once(ctx, l.read, false, f))
}

func (l *Ledger) once(ctx context.Context, db *sql.DB, change bool, f func(*tx) error) error {
	stx, err := db.BeginTx(ctx, l.engine.txOptions(change))
	if err != nil {
		return err
	}
	defer func() { _ = stx.Rollback() }() // after Commit: sql.ErrTxDone, which says nothing
	if err := f(&tx{ctx: ctx, l: l, sql: stx}); err != nil {
		return err
	}
	return stx.Commit()
}

func (t *tx) exec(query string, args ...any) (int64, error) {
	res, err := t.sql.ExecContext(t.ctx, t.l.engine.text(query), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// rows calls scan for each row.
func (t *tx) rows(query string, args []any, scan func(scanner) error) error {
	rows, err := t.sql.QueryContext(t.ctx, t.l.engine.text(query), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// scanner is a row of a result.
type scanner interface{ Scan(...any) error }

// got is the result of reading one row.
type got struct{ err error }

// get reads one row into dest.
func (t *tx) get(query string, args []any, dest ...any) got {
	return got{t.sql.QueryRowContext(t.ctx, t.l.engine.text(query), args...).Scan(dest...)}
}

// orMissing replaces "no row" by an error of the caller's choice, or by none.
func (g got) orMissing(missing error) error {
	if errors.Is(g.err, sql.ErrNoRows) {
		return missing
	}
	return g.err
}

// found says whether there was a row.
func (g got) found() (bool, error) {
	if errors.Is(g.err, sql.ErrNoRows) {
		return false, nil
	}
	return g.err == nil, g.err
}

// leaseNow is the instant by which leases live and end.
func (t *tx) leaseNow() (int64, error) {
	if c := t.l.leaseClock; c != nil {
		return micros(c()), nil
	}
	var now int64
	err := t.get(t.l.engine.clock(), nil, &now).err
	return now, err
}

func notFound(what string) error {
	return schemas.E(schemas.KindNotFound, "not_found", what+"不存在", nil)
}

func conflict(code, message string) error {
	return schemas.E(schemas.KindConflict, code, message, nil)
}

func invalid(code, message string) error {
	return schemas.E(schemas.KindInvalid, code, message, nil)
}
