package ledger

import (
	"testing"
	"time"

	"jianding/schemas"
)

// A long count is kept for many times what it cost, and nobody waits for the
// one who counts anew.
func TestLongCountsAreKeptForWhatTheyCost(t *testing.T) {
	now := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	c := longCounts{counted: time.Now(), now: now, keep: longMost,
		longTally: longTally{deliveries: map[schemas.DeliveryStatus]int{schemas.DeliveryDead: 7}}}
	for _, x := range []struct {
		what     string
		at       time.Time
		counting bool
		want     bool
	}{
		{"fresh", now, false, true},
		{"fresh by the other clock as well", now.Add(longMost / 2), false, true},
		{"old", now.Add(longMost), false, false},
		{"old, and somebody counts", now.Add(longMost), true, true},
		{"very old, whoever counts", now.Add(time.Hour), true, false},
		{"a clock set back", now.Add(-time.Hour), false, false},
	} {
		c.counting = x.counting
		tally, ok := c.last(x.at)
		if ok != x.want || ok && tally.deliveries[schemas.DeliveryDead] != 7 {
			t.Errorf("%s: %v %v", x.what, tally, ok)
		}
		if !ok && !c.counting {
			t.Errorf("%s: nobody else is told that it is being counted", x.what)
		}
	}
	if _, ok := (&longCounts{}).last(now); ok {
		t.Error("what was never counted is known")
	}
}
