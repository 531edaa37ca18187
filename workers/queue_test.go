package workers

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"jianding/schemas"
	"jianding/storage/ledger"
	"jianding/storage/ledger/ledgertest"
)

// These tests run the real asynq on the embedded Redis, with the wall clock.

type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now() }

// queued is a house with a queue whose service runs.
type queued struct {
	*house
	redis *Embedded
	stop  func()
}

func newQueued(t *testing.T, options func(*Options)) *queued {
	t.Helper()
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	h := &house{t: t, ctx: t.Context(), docs: &documents{by: map[string][]byte{}}, platform: newFakePlatform(time.Now), monitor: &fakeMonitor{},
		policy: duty()}
	h.clock = &drivenClock{at: time.Now()}
	h.mail, h.sms, h.hook = &fakeChannel{clock: h.clock}, &fakeChannel{clock: h.clock}, &fakeChannel{clock: h.clock}
	l, err := ledger.Open(ctx, ledger.Options{Driver: "sqlite", DSN: ledgertest.Fresh(t, filepath.Join(t.TempDir(), "ledger.db"))})
	must(t, err)
	t.Cleanup(func() { l.Close() })
	h.ledger = l
	e, err := StartEmbedded(ctx, "secret")
	must(t, err)
	t.Cleanup(e.Close)
	h.options = func(o *Options) {
		o.Redis, o.Clock = e.Options("secret"), wallClock{}
		o.Limits.Sweep = 200 * time.Millisecond
		if options != nil {
			options(o)
		}
	}
	q := &queued{house: h, redis: e}
	h.logs = newLog()
	h.start()
	ended := make(chan error, 1)
	go func() { ended <- h.w.Run(ctx) }()
	q.stop = func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(20 * time.Second):
			t.Error("Run does not end")
		}
	}
	return q
}

// receive is upload at the wall clock's time.
func (q *queued) receive(a schemas.Assessment) schemas.Report {
	q.t.Helper()
	q.clock.set(time.Now())
	r := q.upload(a)
	q.w.Hint()
	return r
}

// eventually waits for the running service to reach a state.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}

func TestFromReceiptToMessageThroughTheQueue(t *testing.T) {
	q := newQueued(t, nil)
	q.receive(red("2026-001"))
	eventually(t, "the duty officer is told", func() bool { return len(q.sms.told("hazard")) == 1 })
	eventually(t, "the report is filed", func() bool { q.platform.mu.Lock(); defer q.platform.mu.Unlock(); return q.platform.submits == 1 })
	q.stop()
}

func TestTheQueueForgetsEverything(t *testing.T) {
	q := newQueued(t, nil)
	// Emptied all the time: whatever is put into it is gone within
	// milliseconds, and what gets through does so by luck.
	forgetting, enough := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(forgetting)
		for {
			select {
			case <-enough:
				return
			case <-time.After(2 * time.Millisecond):
				q.redis.Empty()
			}
		}
	}()
	const reports = 5
	for i := range reports {
		q.receive(red("2026-00" + string(rune('0'+i))))
	}
	eventually(t, "all are told", func() bool { return len(q.sms.told("hazard")) == reports })
	eventually(t, "all are filed", func() bool {
		q.platform.mu.Lock()
		defer q.platform.mu.Unlock()
		return len(q.platform.commits) == reports
	})
	close(enough)
	<-forgetting
	q.stop()
	if n := len(q.sms.told("hazard")); n != reports {
		t.Errorf("%d messages for %d cases", n, reports)
	}
	for key, n := range q.platform.commits {
		if n != 1 {
			t.Errorf("%s was filed %d times", key, n)
		}
	}
	q.wantEvents(schemas.EventCaseOpened, reports)
}

func TestTheQueueIsDown(t *testing.T) {
	q := newQueued(t, nil)
	q.redis.Close()
	q.receive(red("2026-001"))
	eventually(t, "the duty officer is told without a queue", func() bool { return len(q.sms.told("hazard")) == 1 })
	q.platform.mu.Lock()
	if q.platform.submits != 0 {
		t.Error("only what is critical is done without the queue")
	}
	q.platform.mu.Unlock()
	must(t, q.redis.Restart())
	eventually(t, "the queue is back and the report is filed", func() bool { q.platform.mu.Lock(); defer q.platform.mu.Unlock(); return q.platform.submits == 1 })
	q.stop()
}

func TestWithoutAQueueAtAll(t *testing.T) {
	q := newQueued(t, func(o *Options) { o.Redis = nil })
	q.receive(red("2026-001"))
	eventually(t, "told and filed", func() bool {
		q.platform.mu.Lock()
		defer q.platform.mu.Unlock()
		return len(q.sms.told("hazard")) == 1 && q.platform.submits == 1
	})
	q.stop()
}

type idleHouse struct {
	*house
	redis *Embedded
}

// idle is a queue without servers, to look at what the sweep puts into it.
func idle(t *testing.T) (*idleHouse, *Workers) {
	t.Helper()
	t.Parallel()
	h := &idleHouse{house: newHouse(t, "sqlite", filepath.Join(t.TempDir(), "ledger.db"))}
	e, err := StartEmbedded(t.Context(), "")
	must(t, err)
	t.Cleanup(e.Close)
	h.redis = e
	h.options = func(o *Options) { o.Redis = e.Options("") }
	h.start()
	return h, h.w
}

func TestAnArchivedTaskDoesNotBlockItsObligation(t *testing.T) {
	h, w := idle(t)
	h.upload(red("2026-001"))
	w.Sweep(h.ctx)
	pending, err := w.queue.inspector.ListPendingTasks(string(laneAssess))
	must(t, err)
	if len(pending) != 1 {
		t.Fatalf("%d tasks", len(pending))
	}
	must(t, w.queue.inspector.ArchiveTask(string(laneAssess), pending[0].ID))
	w.queue.forget(true)
	w.Sweep(h.ctx)
	pending, err = w.queue.inspector.ListPendingTasks(string(laneAssess))
	must(t, err)
	if len(pending) != 1 {
		t.Errorf("the leftover blocks its obligation: %d pending", len(pending))
	}
}

// After Redis was emptied asynq's list of queues lacks ours, and its inspector
// knows of no task in them.
func TestALeftoverAfterRedisWasEmptiedBlocksNothing(t *testing.T) {
	h, w := idle(t)
	h.upload(red("2026-001"))
	w.Sweep(h.ctx)
	e := h.redis
	e.Empty()
	w.queue.forget(true)
	w.Sweep(h.ctx)
	must(t, w.queue.announce(h.ctx, laneAssess))
	pending, err := w.queue.inspector.ListPendingTasks(string(laneAssess))
	must(t, err)
	must(t, w.queue.inspector.ArchiveTask(string(laneAssess), pending[0].ID))
	must(t, w.queue.redis.SRem(h.ctx, asynqQueues, string(laneAssess)).Err())
	w.queue.forget(true)
	w.Sweep(h.ctx)
	must(t, w.queue.announce(h.ctx, laneAssess))
	if pending, err = w.queue.inspector.ListPendingTasks(string(laneAssess)); err != nil || len(pending) != 1 {
		t.Errorf("%d pending tasks, %v: the leftover blocks its obligation", len(pending), err)
	}
}

func TestSweepingAgainPutsNothingTwice(t *testing.T) {
	h, w := idle(t)
	for range 3 {
		h.upload(red("2026-001"))
		w.Sweep(h.ctx)
		w.queue.forget(true)
	}
	info, err := w.queue.inspector.GetQueueInfo(string(laneAssess))
	must(t, err)
	if info.Size != 1 {
		t.Errorf("%d tasks for one obligation", info.Size)
	}
}

// ServeMux falls back to the longest prefix: "notify_later" would be done by
// "notify".
func TestATaskOfAnUnknownTypeIsNotDoneByItsPrefix(t *testing.T) {
	h, w := idle(t)
	h.upload(red("2026-001"))
	due, err := h.ledger.DueOf(h.ctx, h.clock.Now(), []schemas.ObligationKind{schemas.OweAssess}, 1)
	must(t, err)
	mux := w.queue.mux(laneAssess)
	err = mux.ProcessTask(h.ctx, asynq.NewTask("assess_v2", []byte(due[0].ID)))
	if err == nil || !strings.Contains(err.Error(), "assess_v2") {
		t.Errorf("err = %v", err)
	}
	o, err := h.ledger.Obligation(h.ctx, due[0].ID)
	must(t, err)
	if o.Attempt != 0 {
		t.Error("the obligation was worked on")
	}
	must(t, mux.ProcessTask(h.ctx, asynq.NewTask("assess", []byte(due[0].ID))))
	o, err = h.ledger.Obligation(h.ctx, due[0].ID)
	must(t, err)
	if o.State != schemas.ObligationDone {
		t.Errorf("the obligation is %s", o.State)
	}
}

func TestABacklogOfDocumentsHidesNoMessage(t *testing.T) {
	h, w := idle(t)
	for i := range perBatch + 20 {
		a := sound("")
		a.Report.Owner = strings.Repeat("x", i)
		h.upload(a)
	}
	h.clock.set(h.clock.Now().Add(time.Second))
	_, c := h.notice() // due later than all of them
	w.Sweep(h.ctx)
	pending, err := w.queue.inspector.ListPendingTasks(string(laneCritical))
	must(t, err)
	for _, p := range pending {
		if p.Type == string(schemas.OweEscalate) {
			return
		}
	}
	t.Errorf("the ladder of %s waits behind documents: %d critical tasks", c.Ref, len(pending))
}

func TestManyLongDocumentsHideNoShortOne(t *testing.T) {
	h, w := idle(t)
	w.Limits.LongBytes = 1 << 20
	for i := range perBatch + 20 {
		a := sound("")
		a.Report.Owner = strings.Repeat("x", i)
		h.upload(a)
	}
	w.Limits.LongBytes = 10
	due, err := h.ledger.DueOf(h.ctx, h.clock.Now(), []schemas.ObligationKind{schemas.OweAssess}, 500)
	must(t, err)
	for _, o := range due {
		w.execute(h.ctx, o.ID, laneAssess) // found to be long
	}
	h.clock.set(h.clock.Now().Add(time.Second))
	short := h.upload(red("2026-001"))
	w.Limits.LongBytes = 1 << 20
	for range 3 {
		w.Sweep(h.ctx)
	}
	pending, err := w.queue.inspector.ListPendingTasks(string(laneAssess), asynq.PageSize(1000))
	must(t, err)
	for _, p := range pending {
		o, err := h.ledger.Obligation(h.ctx, string(p.Payload))
		must(t, err)
		if o.Subject == short.ID {
			return
		}
	}
	t.Error("the short document waits behind five hundred long ones")
}
