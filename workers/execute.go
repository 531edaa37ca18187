package workers

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"jianding/schemas"
)

// handler does the work of one kind of obligation under a lease. It must be
// safe to run twice: a lease can be lost while it runs, and every write of its
// own is fenced by the lease. An error goes to the table in judge.
type handler struct {
	limit time.Duration // of one attempt
	run   func(ctx context.Context, lease schemas.Lease, l lane) (outcome, error)
}

func (w *Workers) newHandlers() map[schemas.ObligationKind]handler {
	quick := 15 * time.Second
	l := w.Limits
	return map[schemas.ObligationKind]handler{
		schemas.OweAssess:       {l.LongTime + quick, w.assess},
		schemas.OweReassess:     {l.LongTime + quick, w.reassess},
		schemas.OweOCR:          {4*l.LongTime + quick, w.recognise},
		schemas.OweFile:         {l.FileTime + quick, w.file},
		schemas.OweEscalate:     {quick, w.escalate},
		schemas.OweNotify:       {l.SendTime + quick, w.notify},
		schemas.OweNoticeWatch:  {quick, w.noticeWatch},
		schemas.OweReviewWatch:  {quick, w.reviewWatch},
		schemas.OweReconcile:    {4*l.FileTime + 4*quick, w.reconcile},
		schemas.OweAgencyNotice: {quick, w.agencyNotice},
		schemas.OweHeartbeat:    {l.SendTime, w.heartbeat},
	}
}

// execute runs one obligation: lease, work, outcome. It never fails: what
// could not be done stays owed. early is how far in the future an obligation
// may be due and still be done now (clocks of machines differ).
func (w *Workers) execute(ctx context.Context, id string, l lane) {
	const early = time.Second
	lease, err := w.Ledger.LeaseObligation(ctx, id, w.Limits.Lease)
	if err != nil {
		// Leased by another, finished, or the ledger is down: the sweep looks again.
		w.metrics.lost.Inc()
		if k := schemas.KindOf(err); k != schemas.KindConflict && k != schemas.KindNotFound && ctx.Err() == nil {
			w.log.Warn("no lease", "obligation", id, "error", err)
		}
		return
	}
	o := lease.Obligation
	started := w.Clock.Now()
	var out outcome
	if o.DueAt.After(w.now().Add(early)) {
		// A task left over from before it was put off.
		out = notYet(o.Outcome, o.DueAt)
	} else {
		w.metrics.lag.WithLabelValues(string(o.Kind)).Observe(max(0, started.Sub(o.DueAt).Seconds()))
		out = w.work(ctx, lease, l)
	}
	w.finish(ctx, lease, out)
	w.metrics.outcomes.WithLabelValues(string(o.Kind), metricName(out)).Inc()
	w.metrics.seconds.WithLabelValues(string(o.Kind)).Observe(w.Clock.Now().Sub(started).Seconds())
	w.Hint() // what this attempt made due
}

// work runs the handler within its limit, keeps the lease while it runs, and
// turns errors and panics into outcomes.
func (w *Workers) work(ctx context.Context, lease schemas.Lease, l lane) (out outcome) {
	o := lease.Obligation
	h, ok := w.handlers[o.Kind]
	if !ok {
		// A kind of a newer version: leave it to workers that know it.
		return notYet("unknown_kind", w.now().Add(time.Minute))
	}
	held, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	limited, stop := context.WithTimeout(held, h.limit)
	defer stop()
	defer w.keep(limited, lease, cancel)()
	defer func() {
		if p := recover(); p != nil {
			w.log.Error("handler panicked", "kind", o.Kind, "obligation", o.ID, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			out = w.retry(o, "panic", fmt.Errorf("panic: %v", p))
		}
	}()
	out, err := h.run(limited, lease, l)
	if err == nil {
		return out
	}
	if ctx.Err() != nil {
		return notYet(o.Outcome, w.now()) // shutting down: what the last attempt found still holds
	}
	if lost := context.Cause(held); lost != nil {
		err = lost
	}
	out = w.judge(o, err)
	if !out.recorded && !out.notYet {
		w.log.Warn("obligation failed", "kind", o.Kind, "obligation", o.ID, "attempt", o.Attempt, "outcome", out.name, "again", out.retryAt, "error", err)
	}
	return out
}

// keep renews the lease until the returned function is called, so that a
// lease can be short (a killed process is missed soon) and a handler long.
// When the lease is lost the work is cancelled: somebody else does it.
func (w *Workers) keep(ctx context.Context, lease schemas.Lease, cancel context.CancelCauseFunc) (stop func()) {
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		t := time.NewTicker(w.Limits.Lease / 3)
		defer t.Stop()
		for {
			select {
			case <-quit:
				return
			case <-ctx.Done():
				return
			case <-t.C:
			}
			err := w.Ledger.ExtendLease(ctx, lease, w.Limits.Lease)
			if k := schemas.KindOf(err); k == schemas.KindConflict || k == schemas.KindNotFound {
				cancel(err)
				return
			}
		}
	}()
	return func() { close(quit); <-ended }
}

// finish records the outcome. It outlives a cancelled context for a moment:
// an outcome that is known should be kept. When even that fails the lease
// runs out and the attempt is made again.
func (w *Workers) finish(ctx context.Context, lease schemas.Lease, out outcome) {
	if out.recorded {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := w.Ledger.FinishObligation(ctx, lease, out.result(), w.now())
	if err != nil && schemas.KindOf(err) != schemas.KindConflict {
		w.log.Error("outcome not recorded", "kind", lease.Obligation.Kind, "obligation", lease.Obligation.ID, "outcome", out.name, "error", err)
	}
	if out.dead {
		w.log.Error("obligation given up", "kind", lease.Obligation.Kind, "obligation", lease.Obligation.ID, "outcome", out.name, "error", out.err)
	}
}

func metricName(o outcome) string {
	switch {
	case o.recorded, o.done:
		return "done"
	case o.dead:
		return "dead"
	case o.notYet:
		return "not_yet"
	}
	return "retry"
}
