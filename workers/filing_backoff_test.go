package workers

import (
	"testing"

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
