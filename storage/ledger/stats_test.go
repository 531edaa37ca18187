package ledger_test

import (
	"testing"
	"time"

	"jianding/schemas"
)

// Few are counted exactly, each time; many may be some seconds old by either
// clock, and no more.
func TestCountsOfLongTables(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		pending := func() int {
			t.Helper()
			s, err := h.Stats(h.ctx, h.now())
			h.must(err)
			b, err := h.Backlog(h.ctx, h.now())
			h.must(err)
			if b[schemas.OweFile].Open != s.Obligations[schemas.OweFile].Open {
				t.Errorf("backlog %+v, stats %+v", b, s.Obligations)
			}
			return s.Deliveries[schemas.DeliveryPending]
		}
		h.filed("a")
		if n := pending(); n != 1 {
			t.Fatalf("%d pending", n)
		}
		h.filed("b")
		if n := pending(); n != 2 {
			t.Fatalf("few are not exact: %d pending", n)
		}
		fill(t, h, 30_000) // 3000 deliveries, 9000 obligations
		if n := pending(); n != 3002 {
			t.Fatalf("%d pending", n)
		}
		h.filed("c")
		if n := pending(); n != 3002 && n != 3003 {
			t.Errorf("%d pending", n)
		}
		// A count is kept for fifty times what it cost, a minute at most.
		h.clock.Forward(61 * time.Second)
		if n := pending(); n != 3003 {
			t.Errorf("after a minute: %d pending", n)
		}
	})
}
