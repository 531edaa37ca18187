package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"time"
)

// Callback is what the platform tells by itself
// (schemas/platform/callback.schema.json).
type Callback struct {
	Event      string `json:"event"`
	EventID    string `json:"event_id"`
	OccurredAt string `json:"occurred_at"`
	Record     Record `json:"record"`
	nonce      string
}

// callbackTries is how often a callback that is not taken is repeated.
const callbackTries = 5

func (s *Server) newCallback(event string, r Record) Callback {
	b := make([]byte, 16)
	rand.Read(b)
	id := hex.EncodeToString(b)
	return Callback{Event: event, EventID: "e-" + id[:12], OccurredAt: stamp(s.opt.Clock()), Record: r, nonce: id}
}

// callBack sends a callback times over, in the background, each until it is
// taken. A repetition carries the same nonce and event_id.
func (s *Server) callBack(cb Callback, times int) {
	if s.opt.CallbackURL == "" {
		return
	}
	for range times {
		s.later(func(ctx context.Context) {
			for n := range callbackTries {
				if s.send(ctx, cb) || s.opt.Sleep(ctx, time.Second<<n) != nil {
					return
				}
			}
			s.log.Warn("sandbox callback given up", "event", cb.Event)
		})
	}
}

func (s *Server) send(ctx context.Context, cb Callback) bool {
	body, err := json.Marshal(cb)
	if err != nil {
		return false
	}
	h, err := s.signCallback(body, cb.nonce, s.opt.Clock())
	if err != nil {
		return false
	}
	req := s.rest.R().SetContext(ctx).SetBody(body)
	req.Header = h
	resp, err := req.Post(s.opt.CallbackURL)
	return err == nil && resp.IsSuccess()
}

// callbacks makes the callbacks that a new record causes.
func (c *call) callbacks(r Record) {
	s := c.s
	switch {
	case r.Status == "pending":
		if s.opt.DecideAfter < 0 {
			return
		}
		s.later(func(ctx context.Context) {
			if s.opt.Sleep(ctx, s.opt.DecideAfter) == nil {
				if err := s.Accept(r.Receipt); err != nil {
					s.log.Error("sandbox decision failed", "error", err)
				}
			}
		})
	case c.fault.Kind == CallbackBefore && s.opt.CallbackURL != "":
		s.send(s.ctx, s.newCallback(r.Status, r)) // the client hears of it before it has its answer
	case c.fault.Kind == CallbackTwice:
		s.callBack(s.newCallback(r.Status, r), 2)
	case r.Status == "returned":
		s.callBack(s.newCallback("returned", r), 1)
	}
}
