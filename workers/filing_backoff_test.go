package workers

import (
	"testing"
	"time"

	"jianding/schemas"
)

// Attempts that a crash cut short say nothing about the platform: a report
// whose filing was killed ten times was put off for half an hour.
func TestCrashesDoNotPutOffAFiling(t *testing.T) {
	cut := schemas.DeliveryAttempt{}
	failed := schemas.DeliveryAttempt{Result: schemas.FilingRetry}
	for _, c := range []struct {
		name     string
		attempts []schemas.DeliveryAttempt
		want     int
	}{
		{"only crashes", []schemas.DeliveryAttempt{cut, cut, cut, cut}, 0},
		{"crashes between failures", []schemas.DeliveryAttempt{failed, cut, cut, failed}, 2},
		{"a question that found nothing", []schemas.DeliveryAttempt{failed, {Result: schemas.FilingNotFound}, failed}, 2},
	} {
		if got := failuresInARow(c.attempts); got != c.want {
			t.Errorf("%s: %d failures, want %d", c.name, got, c.want)
		}
	}
}

// A report that finds no turn has not failed: after an outage, in which each
// had failed many times, those that met the rate limit were put off for up to
// half an hour, and the end of a backlog went slower than it might.
func TestNoTurnIsNoFailure(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.start()
		var before []schemas.DeliveryAttempt
		for range 12 {
			before = append(before, schemas.DeliveryAttempt{Result: schemas.FilingUnknown})
		}
		f := schemas.Filing{Delivery: schemas.Delivery{Attempts: before}}
		for _, c := range []struct {
			name     string
			res      schemas.FilingOutcome
			atMost   time.Duration
			aFailure bool
		}{
			{"no turn", schemas.FilingOutcome{Result: schemas.FilingRetry, RetryAfter: 4 * time.Second}, 10 * time.Second, false},
			{"refused by the platform", schemas.FilingOutcome{Result: schemas.FilingRetry, RetryAfter: 4 * time.Second,
				Attempt: schemas.DeliveryAttempt{StartedAt: h.clock.Now()}}, time.Hour, true},
			{"an original that cannot be read", schemas.FilingOutcome{Result: schemas.FilingRetry}, time.Hour, true},
		} {
			out := h.w.afterFiling(schemas.Obligation{Kind: schemas.OweFile}, f, c.res)
			wait := out.retryAt.Sub(h.clock.Now())
			if out.notYet == c.aFailure || wait > c.atMost || wait < c.res.RetryAfter {
				t.Errorf("%s: again in %v, counted as a failure: %t", c.name, wait, !out.notYet)
			}
			if c.aFailure && wait < 2*time.Minute {
				t.Errorf("%s: again in %v after twelve failures", c.name, wait)
			}
		}
	})
}
