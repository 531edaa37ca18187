package ledger

import (
	"context"
	"time"

	"jianding/schemas"
)

// LeaseObligation takes an open obligation for d, by the database's clock:
// the attempt counts up and a new fencing token is made. Conflict "leased"
// while another holds it, "finished" when it is done or dead.
func (l *Ledger) LeaseObligation(ctx context.Context, id string, d time.Duration) (lease schemas.Lease, err error) {
	if d <= 0 {
		return lease, invalid("lease_duration", "租约时长必须大于零")
	}
	err = l.change(ctx, func(t *tx) error {
		// The row is locked before the clock is read: a holder that waits for
		// the row must not judge the lease by an instant before its wait.
		var state string
		if err := t.get(`SELECT state FROM obligations WHERE id = ? FOR UPDATE`, []any{id}, &state).orMissing(notFound("待办事项")); err != nil {
			return err
		}
		if state != string(schemas.ObligationOpen) {
			return conflict("finished", "待办事项已结束")
		}
		now, err := t.leaseNow()
		if err != nil {
			return err
		}
		lease = schemas.Lease{Token: newID(), Until: instant(now + d.Microseconds())}
		n, err := t.exec(`UPDATE obligations SET attempt = attempt + 1, lease_token = ?, lease_until = ?, woken_at = NULL
			WHERE id = ? AND (lease_until IS NULL OR lease_until <= ? OR lease_until > ?)`,
			lease.Token, micros(lease.Until), id, now, now+max(d, longestLease).Microseconds())
		if err != nil {
			return err
		}
		if n == 0 {
			return conflict("leased", "待办事项正由其他进程处理")
		}
		os, err := t.obligations(`SELECT `+obligationColumns+` FROM obligations o WHERE o.id = ?`, id)
		if err != nil {
			return err
		}
		lease.Obligation = os[0]
		return nil
	})
	if err != nil {
		return schemas.Lease{}, err
	}
	return lease, nil
}

// ExtendLease keeps a lease for another d from now. Conflict "lease_lost" when
// another took it or the obligation has ended.
func (l *Ledger) ExtendLease(ctx context.Context, lease schemas.Lease, d time.Duration) error {
	if d <= 0 {
		return invalid("lease_duration", "租约时长必须大于零")
	}
	return l.change(ctx, func(t *tx) error {
		_, finished, err := t.hold(lease)
		if err != nil {
			return err
		}
		if finished {
			return conflict("lease_lost", "待办事项已结束")
		}
		now, err := t.leaseNow()
		if err != nil {
			return err
		}
		_, err = t.exec(`UPDATE obligations SET lease_until = ? WHERE id = ?`, now+d.Microseconds(), lease.Obligation.ID)
		return err
	})
}

// FinishObligation ends one attempt: done, dead, or due again later. Conflict
// "lease_lost" when the token is stale. The repetition of a finishing write
// that ended the obligation is no error and changes nothing.
func (l *Ledger) FinishObligation(ctx context.Context, lease schemas.Lease, res schemas.ObligationResult, now time.Time) error {
	return l.change(ctx, func(t *tx) error {
		o, finished, err := t.hold(lease)
		if err != nil || finished {
			return err
		}
		return t.finish(o, res, now)
	})
}

// A lease that ends later than any lease taken now could was taken before the
// database's clock was set back. Its holder may be dead, and nobody can wait
// for an hour that does not come: it counts as over.
const (
	// longestLease bounds the leases of obligations in this judgement; one
	// that is really longer is protected by its fencing token alone.
	longestLease = 5 * time.Minute
	// leaseSlack allows for a clock that is slewed, not set.
	leaseSlack = time.Second
)

// AcquireNamedLease takes or keeps a lease by name (the sweep, the sequencer)
// for d by the database's clock; every holder of a name asks for the same d.
// held is false while another holder has it.
func (l *Ledger) AcquireNamedLease(ctx context.Context, name, holder string, d time.Duration) (held bool, err error) {
	if name == "" || holder == "" || d <= 0 {
		return false, invalid("named_lease", "租约需要名称、持有者和时长")
	}
	err = l.change(ctx, func(t *tx) error {
		now, err := t.leaseNow()
		if err != nil {
			return err
		}
		n, err := t.exec(`INSERT INTO named_leases (name, holder, lease_until) VALUES (?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, lease_until = excluded.lease_until
			WHERE named_leases.holder = excluded.holder OR named_leases.lease_until <= ? OR named_leases.lease_until > ?`,
			name, holder, now+d.Microseconds(), now, now+(d+leaseSlack).Microseconds())
		held = n == 1
		return err
	})
	return held && err == nil, err
}

// ReleaseNamedLease gives a lease back; one that another holds stays.
func (l *Ledger) ReleaseNamedLease(ctx context.Context, name, holder string) error {
	return l.change(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM named_leases WHERE name = ? AND holder = ?`, name, holder)
		return err
	})
}
