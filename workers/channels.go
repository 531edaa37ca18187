package workers

import (
	"context"
	"errors"
	"sync"
	"time"
)

// channels keeps the channels apart: each has its own slots, so that one that
// hangs fills only those, and its own rest when the other side throttles.
type channels struct {
	by map[string]*channel
}

type channel struct {
	Notifier
	name  string
	slots chan struct{}
	rest  rest
}

func newChannels(all map[string]Notifier, slots int) *channels {
	cs := &channels{by: map[string]*channel{}}
	for name, n := range all {
		cs.by[name] = &channel{Notifier: n, name: name, slots: make(chan struct{}, slots)}
	}
	return cs
}

func (c *channels) configured() map[string]bool {
	names := make(map[string]bool, len(c.by))
	for n := range c.by {
		names[n] = true
	}
	return names
}

// slot waits a moment for a free slot. When ok is true release must be called.
func (c *channel) slot(ctx context.Context) (release func(), ok bool) {
	const moment = 300 * time.Millisecond
	select {
	case c.slots <- struct{}{}:
		return func() { <-c.slots }, true
	default:
	}
	t := time.NewTimer(moment)
	defer t.Stop()
	select {
	case c.slots <- struct{}{}:
		return func() { <-c.slots }, true
	case <-t.C:
	case <-ctx.Done():
	}
	return nil, false
}

// rest is until when the other side asked to be left alone.
type rest struct {
	mu    sync.Mutex
	until time.Time
}

// after takes note of a RetryAfter in an error, if there is one.
func (r *rest) after(err error, now time.Time) {
	var ra interface{ RetryAfter() time.Duration }
	if errors.As(err, &ra) {
		r.ask(ra.RetryAfter(), now)
	}
}

func (r *rest) ask(d time.Duration, now time.Time) {
	if d <= 0 {
		return
	}
	d = min(d, longestRest)
	r.mu.Lock()
	defer r.mu.Unlock()
	if u := now.Add(d); u.After(r.until) {
		r.until = u
	}
}

// longestRest is how long nobody is asked at once; whoever wants more says so
// again.
const longestRest = time.Hour

// left is how long is still to wait; a longer rest than the longest was made
// by a clock that has been set back since, and is over.
func (r *rest) left(now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	d := r.until.Sub(now)
	if d > longestRest {
		r.until = now
		return 0
	}
	return max(0, d)
}
