package workers

import (
	"context"
	"slices"
	"sync"
	"time"

	"jianding/schemas"
)

const (
	// sweepLease is the named lease of the one periodic sweep.
	sweepLease = "sweep"
	// leaseFor is short: a killed process should soon be missed, and two that
	// sweep at once for a moment do no harm.
	leaseFor = 5 * time.Second
	// perBatch is how many due obligations of a batch one sweep hands over;
	// after a hint only as many as keep the pools busy until the next.
	perBatch = 500
	perHint  = 100
	// hintGap keeps a storm of hints from becoming a storm of sweeps.
	hintGap = 20 * time.Millisecond
)

// sweepState is what the sweep remembers between passes.
type sweepState struct {
	mu       sync.Mutex
	last     time.Time // of the last pass that read the ledger, here or by the lease's holder
	wall     time.Time // for noticing that the wall clock was set back
	mono     time.Time
	leader   bool
	upBefore bool
	looked   bool // whether the clock was set back while nothing ran
}

func newSweepState(now time.Time) *sweepState {
	return &sweepState{last: now, wall: now.Round(0), mono: time.Now(), upBefore: true}
}

// Age is the time since the last sweep that read the ledger: by this process,
// or by the process that held the sweep's lease when this one last looked.
func (w *Workers) Age() time.Duration {
	w.sweep.mu.Lock()
	defer w.sweep.mu.Unlock()
	return max(0, w.Clock.Now().Sub(w.sweep.last))
}

// sweepLoop sweeps every period while this process holds the lease, and on
// every hint whether it does or not: handing over twice is harmless.
func (w *Workers) sweepLoop(ctx context.Context) {
	t := time.NewTicker(w.Limits.Sweep)
	defer t.Stop()
	w.Sweep(ctx)
	w.pass(ctx, perBatch) // the lease may still be that of the process before this one
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			w.Sweep(ctx)
		case <-w.hint:
			w.pass(ctx, perHint)
			select {
			case <-ctx.Done():
				return
			case <-time.After(hintGap):
			}
		}
	}
}

// Sweep is one periodic pass: under the lease, re-read the ledger and hand
// over or execute what is due. Errors are logged and show as age.
func (w *Workers) Sweep(ctx context.Context) {
	w.clockSetBack(ctx)
	held, err := w.Ledger.AcquireNamedLease(ctx, sweepLease, w.holder, leaseFor)
	if err != nil {
		if ctx.Err() == nil {
			w.log.Error("sweep cannot reach the ledger", "error", err)
		}
		return
	}
	if !held {
		// Another process sweeps, and proves it by renewing.
		w.sweep.mu.Lock()
		w.sweep.last, w.sweep.leader = w.Clock.Now(), false
		w.sweep.mu.Unlock()
		return
	}
	w.sweep.mu.Lock()
	first := !w.sweep.leader
	w.sweep.leader = true
	w.sweep.mu.Unlock()
	if first {
		w.log.Info("this process sweeps")
		if err := w.seed(ctx); err != nil && ctx.Err() == nil {
			w.log.Error("standing obligations not created", "error", err)
		}
	}
	started := time.Now()
	if w.pass(ctx, perBatch) {
		w.sweep.mu.Lock()
		w.sweep.last = w.Clock.Now()
		w.sweep.mu.Unlock()
	}
	w.metrics.sweepSeconds.Observe(time.Since(started).Seconds())
}

// pass hands over what is due, at most limit of each batch. It says whether
// the ledger could be read.
func (w *Workers) pass(ctx context.Context, limit int) bool {
	up := w.queueUp(ctx)
	complete := true
	for _, kinds := range batches() {
		if w.rest.left(w.now()) > 0 {
			// A backlog of filings must not be taken up one by one to be told
			// that the platform rests.
			kinds = slices.DeleteFunc(kinds, func(k schemas.ObligationKind) bool { return k == schemas.OweFile })
		}
		due, err := w.Ledger.DueOf(ctx, w.now(), kinds, limit)
		if err != nil {
			if ctx.Err() == nil {
				w.log.Error("sweep cannot read what is due", "error", err)
			}
			complete = false
			continue
		}
		for _, o := range due {
			if ctx.Err() != nil {
				return false
			}
			up = w.hand(ctx, o, up)
		}
		if len(due) == limit && !slices.ContainsFunc(due, isShort) && kinds[0] == schemas.OweAssess {
			complete = w.shortOnes(ctx, up) && complete
		}
	}
	return complete
}

func isShort(o schemas.Obligation) bool { return laneOf(o) == laneAssess }

// shortOnes looks for short documents behind a heap of long ones: the heap is
// older, so that the ledger's answer to "what is due" is full of it, and a
// short document may be the one with the hazard.
func (w *Workers) shortOnes(ctx context.Context, up bool) bool {
	const pages = 20 // of 500: more than that are not long ones only
	now := w.now()
	f := schemas.ObligationFilter{Kind: schemas.OweAssess, State: schemas.ObligationOpen, Limit: 500}
	handed := 0
	for range pages {
		os, next, err := w.Ledger.Obligations(ctx, f)
		if err != nil {
			return false
		}
		for _, o := range os {
			if o.DueAt.After(now) {
				return true
			}
			if !isShort(o) || o.LeaseUntil != nil && o.LeaseUntil.After(now) {
				continue
			}
			up = w.hand(ctx, o, up)
			if handed++; handed == perHint {
				return true
			}
		}
		if next == "" {
			return true
		}
		f.Cursor = next
	}
	return true
}

func (w *Workers) queueUp(ctx context.Context) bool {
	if w.queue == nil {
		w.metrics.queueUp.Set(0)
		return false
	}
	up := w.queue.alive(ctx)
	w.sweep.mu.Lock()
	before := w.sweep.upBefore
	w.sweep.upBefore = up
	w.sweep.mu.Unlock()
	switch {
	case up && !before:
		w.log.Info("queue is back")
	case !up && before && ctx.Err() == nil:
		w.log.Error("queue is down: critical obligations are executed directly")
	}
	w.queue.forget(!up)
	if up {
		w.metrics.queueUp.Set(1)
	} else {
		w.metrics.queueUp.Set(0)
	}
	return up
}

// hand gives one obligation to the queue; without a queue, or when the queue
// sits on a critical one, the sweep executes it itself. It returns whether the
// queue is still up.
func (w *Workers) hand(ctx context.Context, o schemas.Obligation, up bool) bool {
	if up {
		how, err := w.queue.put(ctx, o)
		// Assessments wait in the queue for hours under load; that is a
		// backlog, not a fault.
		ours := how == forgotten || how == overdue && o.Kind.Critical() && o.Kind != schemas.OweAssess
		switch {
		case err != nil:
			w.log.Error("queue refused a task", "kind", o.Kind, "error", err)
			up = false
		case !ours:
			return up
		}
	}
	if w.queue == nil || up || o.Kind.Critical() {
		w.executeDirectly(ctx, o)
	}
	return up
}

// executeDirectly runs an obligation in the sweep's own bounded pool, when
// there is room; else the next sweep finds it again.
func (w *Workers) executeDirectly(ctx context.Context, o schemas.Obligation) {
	l := laneOf(o)
	select {
	case w.direct[l] <- struct{}{}:
	default:
		return
	}
	w.metrics.direct.WithLabelValues(string(o.Kind)).Inc()
	w.running.Go(func() {
		defer func() { <-w.direct[l] }()
		w.execute(ctx, o.ID, l)
	})
}

// clockSetBack notices that the wall clock was set back since the last look,
// or while nothing ran: everything that was put off until an instant of the
// old clock would sleep too long, so it is looked at now. Handlers are
// level-triggered and put off again what is not due.
func (w *Workers) clockSetBack(ctx context.Context) {
	const tolerance = time.Minute
	w.sweep.mu.Lock()
	wall, mono := w.Clock.Now().Round(0), time.Now()
	slipped := mono.Sub(w.sweep.mono) - wall.Sub(w.sweep.wall)
	looked := w.sweep.looked
	w.sweep.mu.Unlock()
	if !looked {
		ahead, err := w.beatAhead(ctx)
		if err != nil {
			return // looked at by the next sweep
		}
		slipped = max(slipped, ahead)
	}
	if slipped > tolerance {
		n, err := w.Ledger.WakeAll(ctx, allKinds(), w.now())
		if err != nil {
			return // noticed again by the next sweep
		}
		w.metrics.clockBack.Inc()
		w.log.Error("the clock was set back; everything owed is looked at again", "by", slipped.Round(time.Second), "obligations", n)
	}
	w.sweep.mu.Lock()
	w.sweep.wall, w.sweep.mono, w.sweep.looked = wall, mono, true
	w.sweep.mu.Unlock()
}

// beatAhead is how much further ahead the next heartbeat lies than any that is
// put off now would: by so much at least the clock was set back since.
func (w *Workers) beatAhead(ctx context.Context) (time.Duration, error) {
	beats, _, err := w.Ledger.Obligations(ctx, schemas.ObligationFilter{Kind: schemas.OweHeartbeat, State: schemas.ObligationOpen, Limit: 1})
	if err != nil || len(beats) == 0 {
		return 0, err
	}
	return max(0, beats[0].DueAt.Sub(w.now())-w.Limits.Beat), nil
}
