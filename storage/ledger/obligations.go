package ledger

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"jianding/schemas"
)

// An obligation is open until it is done or dead. Whoever works on it holds
// its lease; the lease's token is the fence that every finishing write
// presents. A lease that ran out still finishes as long as nobody took the
// next one: what counts is that two never finish the same attempt.

const obligationColumns = `o.id, o.kind, o.subject, o.state, o.due_at, o.attempt, o.payload, o.lease_until, o.last_error,
	o.outcome, o.created_at, o.done_at`

func scanObligation(s scanner) (schemas.Obligation, error) {
	var o schemas.Obligation
	var due, created int64
	var until, done sql.NullInt64
	var payload string
	if err := s.Scan(&o.ID, &o.Kind, &o.Subject, &o.State, &due, &o.Attempt, &payload, &until, &o.LastError,
		&o.Outcome, &created, &done); err != nil {
		return o, err
	}
	o.DueAt, o.CreatedAt = instant(due), instant(created)
	o.LeaseUntil, o.DoneAt = instantOrNil(until), instantOrNil(done)
	if payload != "" {
		o.Payload = []byte(payload)
	}
	return o, nil
}

func (t *tx) obligations(query string, args ...any) ([]schemas.Obligation, error) {
	os := []schemas.Obligation{}
	err := t.rows(query, args, func(s scanner) error {
		o, err := scanObligation(s)
		os = append(os, o)
		return err
	})
	return os, err
}

// owe creates an obligation; one with the same kind, subject and dedupe key
// stays as it is.
func (t *tx) owe(n schemas.NewObligation, now time.Time) error {
	payload, err := encode(n.Payload)
	if err != nil {
		return err
	}
	due := n.DueAt
	if due.IsZero() {
		due = now
	}
	_, err = t.exec(`INSERT INTO obligations (id, kind, subject, dedupe, critical, state, due_at, attempt, payload,
		lease_token, last_error, outcome, created_at) VALUES (?, ?, ?, ?, ?, 'open', ?, 0, ?, '', '', '', ?)
		ON CONFLICT (kind, subject, dedupe) DO NOTHING`,
		newID(), string(n.Kind), n.Subject, n.Dedupe, flag(n.Kind.Critical()), micros(due), payload, micros(now))
	return err
}

// oweAgain makes sure that one obligation of this kind is open for a subject:
// the open one is woken, else a new one is created.
func (t *tx) oweAgain(n schemas.NewObligation, now time.Time) error {
	woken, err := t.wake(n.Kind, n.Subject, n.DueAt)
	if err != nil || woken > 0 {
		return err
	}
	n.Dedupe = "again:" + newID()
	return t.owe(n, now)
}

// wake sets the due time of open obligations earlier. woken_at outlives the
// end of an attempt that is under way.
func (t *tx) wake(kind schemas.ObligationKind, subject string, at time.Time) (int64, error) {
	us := micros(at)
	return t.exec(`UPDATE obligations SET
		due_at = CASE WHEN due_at > ? THEN ? ELSE due_at END,
		woken_at = CASE WHEN lease_token = '' THEN NULL WHEN woken_at IS NULL OR woken_at > ? THEN ? ELSE woken_at END
		WHERE kind = ? AND subject = ? AND state = 'open'`, us, us, us, us, string(kind), subject)
}

// settle ends the open obligations of a subject because what they owed is
// owed no more. One that is being worked on ends as well: its holder's
// finishing write finds it done.
func (t *tx) settle(kind schemas.ObligationKind, subject, outcome string, now time.Time) error {
	_, err := t.exec(`UPDATE obligations SET state = 'done', outcome = ?, done_at = ?, lease_until = NULL
		WHERE kind = ? AND subject = ? AND state = 'open'`, outcome, micros(now), string(kind), subject)
	return err
}

// hold checks the fence and locks the obligation. finished says that it ended
// under this very lease already: the finishing write is a repetition.
func (t *tx) hold(lease schemas.Lease) (o schemas.Obligation, finished bool, err error) {
	var token string
	err = t.get(`SELECT lease_token FROM obligations WHERE id = ? FOR UPDATE`, []any{lease.Obligation.ID}, &token).orMissing(notFound("待办事项"))
	if err != nil {
		return o, false, err
	}
	if token != lease.Token || lease.Token == "" {
		return o, false, conflict("lease_lost", "待办事项的租约已失效，已由其他进程接手")
	}
	os, err := t.obligations(`SELECT `+obligationColumns+` FROM obligations o WHERE o.id = ?`, lease.Obligation.ID)
	if err != nil {
		return o, false, err
	}
	return os[0], os[0].State != schemas.ObligationOpen, nil
}

// finish ends one attempt. The fence has been checked by hold.
func (t *tx) finish(o schemas.Obligation, res schemas.ObligationResult, now time.Time) error {
	if o.State != schemas.ObligationOpen {
		return nil
	}
	state, done := schemas.ObligationOpen, sql.NullInt64{}
	n := flag(res.Done) + flag(res.Dead) + flag(!res.RetryAt.IsZero())
	switch {
	case n != 1:
		return invalid("obligation_result", "处理结果必须且只能是完成、放弃、重试之一")
	case res.Done:
		state, done = schemas.ObligationDone, sql.NullInt64{Int64: micros(now), Valid: true}
	case res.Dead:
		state, done = schemas.ObligationDead, sql.NullInt64{Int64: micros(now), Valid: true}
	}
	due := o.DueAt
	if !res.RetryAt.IsZero() {
		due = res.RetryAt
	}
	lastError := res.Error
	if res.Snooze {
		lastError = o.LastError // "not yet" is no failure and does not hide one
	}
	// The token stays on an ended obligation, so that its holder's repetition
	// is recognised; on an open one it goes, so that a wake-up is immediate.
	_, err := t.exec(`UPDATE obligations SET state = ?, done_at = ?, last_error = ?, outcome = ?, lease_until = NULL,
		lease_token = CASE WHEN ? = 'open' THEN '' ELSE lease_token END,
		due_at = CASE WHEN woken_at IS NOT NULL AND woken_at < ? THEN woken_at ELSE ? END, woken_at = NULL
		WHERE id = ?`,
		string(state), done, lastError, res.Outcome, string(state), micros(due), micros(due), o.ID)
	return err
}

// Due lists open obligations that are due and that nobody is working on.
// criticalFirst puts the critical kinds in front, whatever waits before them.
func (l *Ledger) Due(ctx context.Context, now time.Time, limit int, criticalFirst bool) (os []schemas.Obligation, err error) {
	limit = pageSize(limit)
	err = l.view(ctx, func(t *tx) error {
		lease, err := t.leaseNow()
		if err != nil {
			return err
		}
		// One walk of the index for each half: critical ones that are not due
		// yet never stand before the others.
		var halves [2][]schemas.Obligation
		for critical := range halves {
			halves[critical], err = t.obligations(`SELECT `+obligationColumns+` FROM obligations o
				WHERE o.state = 'open' AND o.critical = ? AND o.due_at <= ? AND (o.lease_until IS NULL OR o.lease_until <= ? OR o.lease_until > ?)
				ORDER BY o.due_at, o.id LIMIT ?`, critical, micros(now), lease, lease+longestLease.Microseconds(), limit)
			if err != nil {
				return err
			}
		}
		os = append(halves[1], halves[0]...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !criticalFirst {
		byDue(os)
	}
	return os[:min(limit, len(os))], nil
}

// DueOf is Due for some kinds only, the oldest due first.
func (l *Ledger) DueOf(ctx context.Context, now time.Time, kinds []schemas.ObligationKind, limit int) (os []schemas.Obligation, err error) {
	limit = pageSize(limit)
	err = l.view(ctx, func(t *tx) error {
		lease, err := t.leaseNow()
		if err != nil {
			return err
		}
		os = []schemas.Obligation{}
		for _, k := range kinds {
			some, err := t.obligations(`SELECT `+obligationColumns+` FROM obligations o
				WHERE o.state = 'open' AND o.kind = ? AND o.due_at <= ? AND (o.lease_until IS NULL OR o.lease_until <= ? OR o.lease_until > ?)
				ORDER BY o.due_at, o.id LIMIT ?`, string(k), micros(now), lease, lease+longestLease.Microseconds(), limit)
			if err != nil {
				return err
			}
			os = append(os, some...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	byDue(os)
	return os[:min(limit, len(os))], nil
}

func byDue(os []schemas.Obligation) {
	slices.SortStableFunc(os, func(a, b schemas.Obligation) int { return a.DueAt.Compare(b.DueAt) })
}

// NextDue is when the next obligation will be there for the taking: its due
// time, or the end of the lease of one under way. any is false when nothing is
// open.
func (l *Ledger) NextDue(ctx context.Context) (at time.Time, any bool, err error) {
	err = l.view(ctx, func(t *tx) error {
		var free, leased sql.NullInt64
		if err := t.get(`SELECT due_at FROM obligations WHERE (state || '') = 'open' AND lease_until IS NULL ORDER BY due_at LIMIT 1`,
			nil, &free).orMissing(nil); err != nil {
			return err
		}
		// Whatever ends an obligation takes its lease away: the few leased rows
		// are all open.
		if err := t.get(`SELECT min(CASE WHEN due_at > lease_until THEN due_at ELSE lease_until END) FROM obligations
			WHERE lease_until IS NOT NULL`, nil, &leased).err; err != nil {
			return err
		}
		any = free.Valid || leased.Valid
		switch {
		case free.Valid && (!leased.Valid || free.Int64 <= leased.Int64):
			at = instant(free.Int64)
		case leased.Valid:
			at = instant(leased.Int64)
		}
		return nil
	})
	return at, any, err
}

// Obligation returns one obligation.
func (l *Ledger) Obligation(ctx context.Context, id string) (o schemas.Obligation, err error) {
	err = l.view(ctx, func(t *tx) error {
		os, err := t.obligations(`SELECT `+obligationColumns+` FROM obligations o WHERE o.id = ?`, id)
		if err != nil {
			return err
		}
		if len(os) == 0 {
			return notFound("待办事项")
		}
		o = os[0]
		return nil
	})
	return o, err
}

// Obligations lists obligations, the one due first in front.
func (l *Ledger) Obligations(ctx context.Context, f schemas.ObligationFilter) (os []schemas.Obligation, next string, err error) {
	var w where
	w.equal("o.kind", string(f.Kind))
	w.equal("o.subject", f.Subject)
	if f.Kind != "" {
		w.equal("o.state", string(f.State))
	} else {
		w.equal("(o.state || '')", string(f.State))
	}
	if err := w.after("o.due_at", "o.id", f.Cursor, false); err != nil {
		return nil, "", err
	}
	limit := pageSize(f.Limit)
	err = l.view(ctx, func(t *tx) error {
		os, err = t.obligations(`SELECT `+obligationColumns+` FROM obligations o`+w.String()+` ORDER BY o.due_at, o.id LIMIT ?`,
			append(w.args, limit+1)...)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	os, next = page(os, limit, func(o schemas.Obligation) (int64, string) { return micros(o.DueAt), o.ID })
	return os, next, nil
}

// AddObligations creates obligations; those that are there stay as they are.
func (l *Ledger) AddObligations(ctx context.Context, os []schemas.NewObligation, now time.Time) error {
	return l.change(ctx, func(t *tx) error { return t.oweAll(os, now) })
}

func (t *tx) oweAll(os []schemas.NewObligation, now time.Time) error {
	for _, o := range os {
		if err := t.owe(o, now); err != nil {
			return err
		}
	}
	return nil
}

// WakeObligation sets the due time of an open obligation earlier; without an
// open one, or when it is due earlier already, it changes nothing.
func (l *Ledger) WakeObligation(ctx context.Context, kind schemas.ObligationKind, subject string, dueAt time.Time) error {
	return l.change(ctx, func(t *tx) error {
		_, err := t.wake(kind, subject, dueAt)
		return err
	})
}

// WakeAll makes every open obligation of these kinds that is due later due
// now: after a clock that was wrong.
func (l *Ledger) WakeAll(ctx context.Context, kinds []schemas.ObligationKind, now time.Time) (n int, err error) {
	if len(kinds) == 0 {
		return 0, nil
	}
	args := []any{micros(now), micros(now)}
	for _, k := range kinds {
		args = append(args, string(k))
	}
	err = l.change(ctx, func(t *tx) error {
		rows, err := t.exec(`UPDATE obligations SET due_at = ? WHERE state = 'open' AND due_at > ? AND kind IN (`+marks(len(kinds))+`)`, args...)
		n = int(rows)
		return err
	})
	return n, err
}

// WakeAfter makes those open obligations of a kind due now whose last attempt
// had one of the outcomes: they wait only because of what was in the way then.
// One that is being worked on is due again at the end of its attempt.
func (l *Ledger) WakeAfter(ctx context.Context, kind schemas.ObligationKind, outcomes []string, now time.Time) (n int, err error) {
	if len(outcomes) == 0 {
		return 0, nil
	}
	us := micros(now)
	args := []any{us, us, us, us, string(kind), us}
	for _, o := range outcomes {
		args = append(args, o)
	}
	err = l.change(ctx, func(t *tx) error {
		rows, err := t.exec(`UPDATE obligations SET due_at = CASE WHEN due_at > ? THEN ? ELSE due_at END,
			woken_at = CASE WHEN lease_token = '' THEN NULL WHEN woken_at IS NULL OR woken_at > ? THEN ? ELSE woken_at END
			WHERE kind = ? AND state = 'open' AND (due_at > ? OR lease_token <> '') AND outcome IN (`+marks(len(outcomes))+`)`, args...)
		n = int(rows)
		return err
	})
	return n, err
}

// ReviveObligation opens a dead obligation again, due now. Conflict
// "not_dead" for any other.
func (l *Ledger) ReviveObligation(ctx context.Context, id string, by schemas.Actor, now time.Time) error {
	return l.change(ctx, func(t *tx) error {
		n, err := t.exec(`UPDATE obligations SET state = 'open', due_at = ?, done_at = NULL, lease_token = '', woken_at = NULL
			WHERE id = ? AND state = 'dead'`, micros(now), id)
		if err != nil {
			return err
		}
		if n == 0 {
			return conflict("not_dead", "只有已放弃的待办事项可以重新启动")
		}
		return t.event(now, schemas.EventObligationRevived, "system", by, map[string]any{"obligation": id})
	})
}

// Backlog counts what is open of each kind; a long one may be up to a minute old
// ([longCounts]).
func (l *Ledger) Backlog(ctx context.Context, now time.Time) (b map[schemas.ObligationKind]schemas.Backlog, err error) {
	err = l.view(ctx, func(t *tx) error {
		long, err := l.long.at(t, now)
		b = maps.Clone(long.backlog)
		return err
	})
	return b, err
}

func (t *tx) backlog(now time.Time) (map[schemas.ObligationKind]schemas.Backlog, error) {
	out := make(map[schemas.ObligationKind]schemas.Backlog)
	err := t.rows(`SELECT kind, count(*), sum(CASE WHEN due_at <= ? THEN 1 ELSE 0 END), min(due_at) FROM obligations
		WHERE state = 'open' GROUP BY kind`, []any{micros(now)}, func(s scanner) error {
		var kind schemas.ObligationKind
		var b schemas.Backlog
		var oldest int64
		if err := s.Scan(&kind, &b.Open, &b.Due, &oldest); err != nil {
			return err
		}
		if b.Due > 0 {
			b.OldestDue = instant(oldest)
		}
		out[kind] = b
		return nil
	})
	return out, err
}
