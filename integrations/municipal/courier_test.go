package municipal_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"jianding/integrations/municipal"
	"jianding/schemas"
)

// courier does for one delivery what the workers do on top of a ledger: it
// marks a delivery unknown before anything is sent, asks before it sends
// again, and otherwise knows only what it was told.
type courier struct {
	w        *world
	client   *municipal.Client
	filing   schemas.Filing
	dead     bool
	outcomes []schemas.FilingOutcome
}

func (w *world) courier(f schemas.Filing) *courier {
	return &courier{w: w, client: w.client, filing: f}
}

func (c *courier) begin(op, sum string) error {
	if op == "submit" || op == "supersede" {
		c.filing.Delivery.Unknown = true
	}
	c.filing.Delivery.Attempts = append(c.filing.Delivery.Attempts, schemas.DeliveryAttempt{
		No: len(c.filing.Delivery.Attempts) + 1, Operation: op, StartedAt: c.w.clock.Now(), RequestSHA256: sum})
	return nil
}

func (c *courier) finish(out schemas.FilingOutcome) {
	c.outcomes = append(c.outcomes, out)
	d := &c.filing.Delivery
	if !out.Attempt.StartedAt.IsZero() {
		a := out.Attempt
		a.No = len(d.Attempts)
		d.Attempts[len(d.Attempts)-1] = a
		// A query's failure leaves the delivery as unknown as it was.
		d.Unknown = out.Result == schemas.FilingUnknown
	}
	if out.Receipt != "" {
		d.PlatformReceipt = out.Receipt
	}
	switch out.Result {
	case schemas.FilingAccepted, schemas.FilingDuplicate:
		d.Status = schemas.DeliveryAcknowledged
	case schemas.FilingSubmitted:
		d.Status = schemas.DeliverySubmitted
	case schemas.FilingReturned:
		d.Status, d.Returned = schemas.DeliveryReturned, out.Reasons
	case schemas.FilingFinal:
		d.Status, c.dead = schemas.DeliveryDead, true
	}
}

// patience is a context that ends as soon as the sandbox holds a request up:
// the client's time-out, without the wait.
func (w *world) patience(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	w.clock.whenHeld(cancel)
	return ctx, func() { w.clock.whenHeld(nil); cancel() }
}

func (c *courier) ask(ctx context.Context) schemas.FilingOutcome {
	ctx, done := c.w.patience(ctx)
	defer done()
	out := c.client.Query(ctx, c.filing, c.begin)
	c.finish(out)
	return out
}

func (c *courier) submit(ctx context.Context) schemas.FilingOutcome {
	ctx, done := c.w.patience(ctx)
	defer done()
	out := c.client.Submit(ctx, c.filing, c.w.original(c.filing), c.begin)
	c.finish(out)
	return out
}

// crash sends and forgets the answer, as a process does that is killed.
func (c *courier) crash(ctx context.Context) {
	c.client.Submit(ctx, c.filing, c.w.original(c.filing), c.begin)
}

func (c *courier) settled() bool {
	switch c.filing.Delivery.Status {
	case schemas.DeliveryAcknowledged, schemas.DeliveryReturned, schemas.DeliveryDead:
		return true
	}
	return false
}

// deliver goes on until the delivery has come to an end.
func (c *courier) deliver(ctx context.Context) error {
	for range 200 {
		if c.settled() {
			return nil
		}
		var out schemas.FilingOutcome
		if d := c.filing.Delivery; d.Unknown || d.Status == schemas.DeliverySubmitted {
			out = c.ask(ctx)
			if out.Result == schemas.FilingNotFound {
				c.filing.Delivery.Unknown, c.filing.Delivery.Status = false, schemas.DeliveryPending
				continue
			}
		} else {
			out = c.submit(ctx)
		}
		if !c.settled() {
			c.w.pass(max(out.RetryAfter, time.Second))
		}
	}
	return fmt.Errorf("not delivered: %+v", c.outcomes[len(c.outcomes)-1])
}

// pass lets time pass and waits until the sandbox has done what was due.
func (w *world) pass(d time.Duration) {
	w.clock.Advance(d)
	w.eventually("the sandbox to come to rest", func() bool {
		// Read both twice: a request moves from one count to the other.
		return w.box.InFlight() <= w.clock.sleepers()
	})
}

func (c *clock) sleepers() int { c.mu.Lock(); defer c.mu.Unlock(); return len(c.wait) }

// eventually polls what happens on the other side of a socket.
func (w *world) eventually(what string, ok func() bool) {
	w.t.Helper()
	tick := time.NewTicker(200 * time.Microsecond)
	defer tick.Stop()
	deadline := time.After(20 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			w.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// recordedOnce checks the promise by the sandbox's raw log.
func (w *world) recordedOnce(t *testing.T, c *courier) {
	t.Helper()
	var receipts []string
	for _, e := range w.commits() {
		if e.Record.IdempotencyKey == c.filing.Delivery.IdempotencyKey {
			receipts = append(receipts, e.Record.Receipt)
		}
	}
	d := c.filing.Delivery
	if len(receipts) != 1 || receipts[0] != d.PlatformReceipt || c.dead {
		t.Errorf("%s: recorded as %v, receipt %q, status %s; outcomes:", d.IdempotencyKey, receipts, d.PlatformReceipt, d.Status)
		for _, o := range c.outcomes {
			t.Logf("  %s %s %s after %v: %s", o.Attempt.Operation, o.Result, o.Receipt, o.RetryAfter, o.Attempt.Error)
		}
	}
}
