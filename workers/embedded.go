package workers

import (
	"context"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
)

// Embedded is a queue inside the process: a small Redis on a loopback port.
// It forgets everything when the process ends, which changes nothing: the
// ledger does not.
type Embedded struct{ redis *miniredis.Miniredis }

// StartEmbedded starts it on a free port, with a password of its own so that
// no other user of the machine can put tasks into it. Its keys expire only
// when told, so a ticker tells it until ctx ends; then it stops.
func StartEmbedded(ctx context.Context, password string) (*Embedded, error) {
	m := miniredis.NewMiniRedis()
	if password != "" {
		m.RequireAuth(password)
	}
	if err := m.Start(); err != nil {
		return nil, err
	}
	go func() {
		const tick = time.Second
		t := time.NewTicker(tick)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
				m.FastForward(tick)
			}
		}
	}()
	return &Embedded{m}, nil
}

// Options connects asynq to it.
func (e *Embedded) Options(password string) asynq.RedisConnOpt {
	return asynq.RedisClientOpt{Addr: e.redis.Addr(), Password: password}
}

// Empty makes it forget everything, as a crash of a Redis without
// persistence does. For tests and the demo.
func (e *Embedded) Empty() { e.redis.FlushAll() }

// Close stops it; StartAgain at the same address brings it back empty.
func (e *Embedded) Close() { e.redis.Close() }

// Restart starts a closed one again at the same address.
func (e *Embedded) Restart() error { return e.redis.Restart() }
