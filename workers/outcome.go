package workers

import (
	"errors"
	"time"

	"jianding/schemas"
)

// outcome is how one attempt ended: exactly one of done, dead, retry and
// recorded. Its name goes into the ledger and the metrics.
type outcome struct {
	name     string
	done     bool
	dead     bool      // given up, visible, can be revived
	retryAt  time.Time // still owed, due again then
	notYet   bool      // a retry that is no failure
	err      error
	recorded bool // the handler's own transaction has ended the attempt
}

func done(name string) outcome     { return outcome{name: name, done: true} }
func recorded(name string) outcome { return outcome{name: name, recorded: true} }

func notYet(name string, at time.Time) outcome {
	return outcome{name: name, retryAt: at, notYet: true}
}

// result is the outcome in the ledger's words.
func (o outcome) result() schemas.ObligationResult {
	r := schemas.ObligationResult{Done: o.done, Dead: o.dead, RetryAt: o.retryAt, Snooze: o.notYet, Outcome: o.name}
	if o.err != nil {
		r.Error = clip(o.err.Error(), 500)
	}
	return r
}

// backoff grows from base to limit; the jitter is full (anything between
// nothing and the step), so that what failed together does not come back
// together.
type backoff struct{ base, limit time.Duration }

func backoffOf(k schemas.ObligationKind) backoff {
	switch k {
	case schemas.OweEscalate:
		return backoff{500 * time.Millisecond, 15 * time.Second}
	case schemas.OweNotify:
		return backoff{2 * time.Second, 2 * time.Minute}
	case schemas.OweAssess, schemas.OweNoticeWatch, schemas.OweHeartbeat:
		return backoff{time.Second, time.Minute}
	case schemas.OweFile:
		return backoff{5 * time.Second, 30 * time.Minute}
	}
	return backoff{5 * time.Second, 10 * time.Minute}
}

// delay before attempt n+1, n counting from 1. floor is a tenth of the step:
// full jitter must not become a busy loop.
func (b backoff) delay(n int, random func() float64) time.Duration {
	step := b.limit
	if n >= 1 && n < 32 {
		if s := b.base << (n - 1); s > 0 && s < b.limit {
			step = s
		}
	}
	return step/10 + time.Duration(random()*float64(step-step/10))
}

// retry is the outcome of an attempt that failed and may work later.
func (w *Workers) retry(o schemas.Obligation, name string, err error) outcome {
	d := backoffOf(o.Kind).delay(o.Attempt, w.Random)
	var after interface{ RetryAfter() time.Duration }
	if errors.As(err, &after) {
		d = max(d, after.RetryAfter())
	}
	return outcome{name: name, retryAt: w.now().Add(d), err: err}
}

// judge turns an error that a handler has no better word for into an outcome:
// the one table of what kinds of error decide. Nothing here gives up: an
// obligation dies only where a handler knows that it can never be met.
func (w *Workers) judge(o schemas.Obligation, err error) outcome {
	var e *schemas.Error
	code := ""
	if errors.As(err, &e) {
		code = e.Code
	}
	switch {
	case code == "lease_lost" || code == "finished":
		return recorded("lost")
	case code == "case_ended":
		return done("case_ended")
	case schemas.KindOf(err) == schemas.KindConflict:
		// Somebody changed what the handler looked at: look again at once.
		return outcome{name: "changed", retryAt: w.now().Add(time.Duration(w.Random() * float64(200*time.Millisecond))), notYet: true}
	case schemas.KindOf(err) == schemas.KindUnavailable:
		return w.retry(o, "unavailable", err)
	}
	return w.retry(o, "failed", err)
}

func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n]) + "…"
}
