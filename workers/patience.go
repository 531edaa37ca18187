package workers

import (
	"sync"
	"time"
)

// patience shares the lane of short documents among agencies. A document may
// hold a slot there for ShortTime before it turns out to be a long one; what
// one agency sends must not hold all slots for that long, again and again,
// while another agency's hazard waits. It is this process's own memory: each
// process has its own slots.
type patience struct {
	mu    sync.Mutex
	holds map[string]int         // slots, by agency
	slow  map[string][]time.Time // when documents ran out of time lately
}

const (
	// lastSlotTime is how long a document may hold the last slot when its
	// agency holds the others: a usual one needs a third of it.
	lastSlotTime = time.Second
	// slowMost documents that ran out of time within slowFor are one agency's
	// share: its next ones begin in the long lane.
	slowMost = 3
	slowFor  = 10 * time.Minute
)

func newPatience() *patience {
	return &patience{holds: map[string]int{}, slow: map[string][]time.Time{}}
}

// take says for how long a document of an agency may have one of the slots; ok
// is false when it may have none. When ok is true release must be called, with
// whether its time ran out.
func (p *patience) take(agency string, slots int, usual time.Duration, now time.Time) (limit time.Duration, release func(ranOut bool), ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.slowLately(agency, now) >= slowMost {
		return 0, nil, false
	}
	p.holds[agency]++
	limit = usual
	if slots > 1 && p.holds[agency] >= slots {
		limit = min(usual, lastSlotTime)
	}
	return limit, func(ranOut bool) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.holds[agency]--; p.holds[agency] == 0 {
			delete(p.holds, agency)
		}
		if ranOut {
			p.slow[agency] = append(p.slow[agency], now)
		}
	}, true
}

// slowLately counts, and forgets what is past or was noted by a clock that has
// been set back since.
func (p *patience) slowLately(agency string, now time.Time) int {
	var kept []time.Time
	for _, at := range p.slow[agency] {
		if ago := now.Sub(at); ago > -time.Minute && ago < slowFor {
			kept = append(kept, at)
		}
	}
	if len(kept) == 0 {
		delete(p.slow, agency)
		return 0
	}
	p.slow[agency] = kept
	return len(kept)
}
