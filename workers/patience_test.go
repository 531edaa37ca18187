package workers

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"jianding/schemas"
)

// impatient counts the documents that ran out of time in the short lane.
type impatient struct {
	readsItself
	short  time.Duration
	ranOut atomic.Int64
}

func (c *impatient) Assess(ctx context.Context, doc io.Reader, size int64, d schemas.Declared, trust schemas.TrustMaterial, at time.Time) (schemas.Assessment, error) {
	end, _ := ctx.Deadline()
	long := time.Until(end) > c.short
	a, err := c.readsItself.Assess(ctx, doc, size, d, trust, at)
	if ctx.Err() != nil && !long {
		c.ranOut.Add(1)
	}
	return a, err
}

// One agency sends a heap of documents that look short and never end. Of the
// short lane it gets a few looks, and then another agency's hazard is told,
// although the heap was there before it.
func TestAHeapOfHangingDocumentsLeavesTheShortLaneToOthers(t *testing.T) {
	h := newHouse(t, "sqlite", t.TempDir()+"/ledger.db")
	look := &impatient{short: 300 * time.Millisecond}
	h.options = func(o *Options) {
		o.Assessor = look
		o.Limits.ShortTime, o.Limits.LongTime = look.short, time.Second
	}
	h.start()
	must(t, h.ledger.PutAgency(h.ctx, schemas.Agency{ID: "a0", Name: "x", USCC: "91500116MA5U000002", Status: schemas.AgencyActive},
		schemas.Actor{Kind: "cli", ID: "test"}, h.clock.Now()))
	for i := range 40 {
		h.uploadOf("a0", fmt.Appendf(nil, "hang %d", i), schemas.Declared{})
	}
	h.upload(red("2026-001"))
	told := func() bool { return slices.Equal(h.sms.told("hazard"), []string{"duty"}) }
	for deadline := time.Now().Add(time.Minute); !told() && time.Now().Before(deadline); {
		h.w.pass(h.ctx, perBatch)
		<-time.After(5 * time.Millisecond)
	}
	if !told() {
		t.Errorf("told %q", h.sms.told("hazard"))
	}
	if n := look.ranOut.Load(); n > slowMost+1 {
		t.Errorf("%d documents held the short lane before", n)
	}
	h.w.running.Wait()
}

func TestPatience(t *testing.T) {
	p, usual := newPatience(), 5*time.Second
	limit1, end1, ok1 := p.take("a", 2, usual, t0)
	limit2, end2, ok2 := p.take("a", 2, usual, t0)
	limit3, end3, ok3 := p.take("b", 2, usual, t0)
	if !ok1 || !ok2 || !ok3 || limit1 != usual || limit2 != lastSlotTime || limit3 != usual {
		t.Fatalf("limits %v %v %v", limit1, limit2, limit3)
	}
	end1(true)
	end2(true)
	end3(false)
	_, end, ok := p.take("a", 2, usual, t0)
	if !ok {
		t.Fatal("two slow ones are no heap")
	}
	end(true)
	if _, _, ok := p.take("a", 2, usual, t0.Add(time.Minute)); ok {
		t.Error("a fourth slow one has its turn")
	}
	if _, _, ok := p.take("b", 2, usual, t0.Add(time.Minute)); !ok {
		t.Error("the other agency has no turn")
	}
	if _, _, ok := p.take("a", 2, usual, t0.Add(slowFor)); !ok {
		t.Error("it is never forgotten")
	}
}
