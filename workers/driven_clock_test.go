package workers

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

type drivenClock struct {
	mu     sync.Mutex
	at     time.Time
	asleep map[chan struct{}]sleeper
}

type sleeper struct {
	until time.Time
	among *atomic.Int64 // counts who sleeps; changed before anybody sees the new time
}

func (c *drivenClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *drivenClock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.to(at)
}

// onward goes on to the first who wakes, if all is still so when it does.
func (c *drivenClock) onward(all func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := time.Time{}
	for _, s := range c.asleep {
		if first.IsZero() || s.until.Before(first) {
			first = s.until
		}
	}
	if all() && first.After(c.at) {
		c.to(first)
	}
}

func (c *drivenClock) to(at time.Time) {
	for ch, s := range c.asleep {
		if !s.until.After(at) {
			s.among.Add(-1)
			close(ch)
			delete(c.asleep, ch)
		}
	}
	c.at = at
}

// sleep ends when the clock has been driven past d.
func (c *drivenClock) sleep(ctx context.Context, d time.Duration, among *atomic.Int64) error {
	if d <= 0 {
		return ctx.Err()
	}
	ch := make(chan struct{})
	c.mu.Lock()
	if c.asleep == nil {
		c.asleep = map[chan struct{}]sleeper{}
	}
	c.asleep[ch] = sleeper{c.at.Add(d), among}
	among.Add(1)
	c.mu.Unlock()
	select {
	case <-ch:
		return nil
	case <-ctx.Done():
		c.mu.Lock()
		defer c.mu.Unlock()
		if _, still := c.asleep[ch]; still {
			among.Add(-1)
			delete(c.asleep, ch)
		}
		return ctx.Err()
	}
}

// sleepers counts who sleeps, and says who wakes first.
func (c *drivenClock) sleepers() (n int, first time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.asleep {
		if first.IsZero() || s.until.Before(first) {
			first = s.until
		}
	}
	return len(c.asleep), first
}
