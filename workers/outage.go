package workers

import (
	"context"
	"sync"

	"jianding/schemas"
)

// outage knows whether filings fail because the platform is away. Each one that
// failed waits by itself, in the end for half an hour; when the platform
// answers again none of them has a reason to wait any longer.
type outage struct {
	mu       sync.Mutex
	answered bool // since the start, or since the failures that made an outage
	failures int  // in a row, of whatever filing
}

// anOutage is how many failures in a row are the platform's and not those of
// one report: less than a circuit opens for.
const anOutage = 3

// over takes note of how a filing ended and says whether that ends an outage.
// A process that has just started knows nothing: its first answer counts as the
// end of one, since the process before may have died in it.
func (o *outage) over(r schemas.FilingResult) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch r {
	case schemas.FilingRetry, schemas.FilingUnknown:
		if o.failures++; o.failures >= anOutage {
			o.answered = false
		}
		return false
	}
	o.failures = 0
	first := !o.answered
	o.answered = true
	return first
}

// afterOutage wakes what waits because of an outage, when it is over. They go
// at the client's rate, as any backlog does. Others stay asleep: what a human
// replays minute by minute, what waits for a callback.
func (w *Workers) afterOutage(ctx context.Context, r schemas.FilingResult) {
	if !w.outage.over(r) {
		return
	}
	n, err := w.Ledger.WakeAfter(ctx, schemas.OweFile, []string{string(schemas.FilingRetry), string(schemas.FilingUnknown)}, w.now())
	if err != nil {
		w.log.Warn("filings not woken after an outage; each goes when its own wait is over", "error", err)
		return
	}
	if n > 0 {
		w.log.Info("the platform answers again: filings that waited are tried now", "filings", n)
	}
}
