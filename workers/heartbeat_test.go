package workers

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"jianding/integrations/notify"
	"jianding/schemas"
)

// The watcher's watcher, end to end: a monitor outside, over HTTP, that alarms
// when it has heard nothing for three beats.
type deadMansSwitch struct {
	*httptest.Server
	clock *drivenClock
	mu    sync.Mutex
	last  time.Time
	heard chan struct{}
}

func newSwitch(h *house) *deadMansSwitch {
	m := &deadMansSwitch{clock: h.clock, last: h.clock.Now(), heard: make(chan struct{}, 1000)}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/ping/duty" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		m.mu.Lock()
		m.last = m.clock.Now()
		m.mu.Unlock()
		m.heard <- struct{}{}
	}))
	h.t.Cleanup(m.Close)
	beat, err := notify.NewHeartbeat(m.URL + "/ping/duty")
	must(h.t, err)
	h.options = func(o *Options) {
		o.Heartbeat, o.Limits.Beat, o.Limits.Sweep = beat, time.Minute, time.Millisecond
		o.Daily = DailyMessage{Contact: "科长", At: "09:30"}
	}
	return m
}

func (m *deadMansSwitch) alarms() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.clock.Now().Sub(m.last) > 3*time.Minute
}

// When the process is gone, the monitor alarms; when it is back, it is still.
func TestTheMonitorAlarmsWhenNobodySweeps(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		m := newSwitch(h)
		h.start()
		h.until(t0.Add(10 * time.Minute))
		if m.alarms() {
			t.Error("an alarm while all is well")
		}
		h.clock.set(t0.Add(14 * time.Minute))
		if !m.alarms() {
			t.Error("no alarm though nobody sweeps")
		}
		h.start()
		h.settle()
		if m.alarms() {
			t.Error("the alarm goes on though the service is back")
		}
	})
}

// faultyLedger does not answer what is due, or hides some of it.
type faultyLedger struct {
	Ledger
	mu      sync.Mutex
	hides   schemas.ObligationKind
	stalls  chan struct{} // closed when it may go on
	waiting chan struct{}
}

func (f *faultyLedger) DueOf(ctx context.Context, now time.Time, kinds []schemas.ObligationKind, limit int) ([]schemas.Obligation, error) {
	f.mu.Lock()
	stalls, hides := f.stalls, f.hides
	f.mu.Unlock()
	if stalls != nil {
		f.waiting <- struct{}{}
		select {
		case <-stalls:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	kinds = slices.DeleteFunc(slices.Clone(kinds), func(k schemas.ObligationKind) bool { return k == hides })
	return f.Ledger.DueOf(ctx, now, kinds, limit)
}

func (f *faultyLedger) fault(stalls chan struct{}, hides schemas.ObligationKind) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stalls, f.hides = stalls, hides
}

func (h *house) faulty() *faultyLedger {
	f := &faultyLedger{Ledger: h.ledger, waiting: make(chan struct{}, 1000)}
	before := h.options
	h.options = func(o *Options) { before(o); o.Ledger = f }
	return f
}

// The process lives, its pages answer, and the sweep hangs: no beat leaves the
// house, and the sweep's age says it too.
func TestTheMonitorAlarmsWhenTheSweepHangs(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		m := newSwitch(h)
		f := h.faulty()
		h.start()
		ctx, cancel := context.WithCancel(h.ctx)
		var run sync.WaitGroup
		run.Go(func() { h.w.Run(ctx) })
		defer run.Wait()
		defer cancel()
		<-m.heard
		gate := make(chan struct{})
		f.fault(gate, "")
		<-f.waiting
		h.w.running.Wait()
		h.clock.set(h.clock.Now().Add(10 * time.Minute))
		if age := h.w.Age(); !m.alarms() || age < 10*time.Minute {
			t.Errorf("alarm: %v, the sweep is said to be %v old", m.alarms(), age)
		}
		for len(m.heard) > 0 {
			<-m.heard
		}
		f.fault(nil, "")
		close(gate)
		<-m.heard
		if m.alarms() {
			t.Error("the alarm goes on though the sweep is back")
		}
	})
}

// The sweep runs and leaves something lying that people depend on: no beat,
// and nobody is told in the morning that all is well.
func TestTheMonitorAlarmsWhenTheSweepFallsBehind(t *testing.T) {
	for _, kind := range []schemas.ObligationKind{schemas.OweEscalate, schemas.OweNotify} {
		t.Run(string(kind), func(t *testing.T) {
			eachLedger(t, func(t *testing.T, h *house) {
				m := newSwitch(h)
				f := h.faulty()
				h.start()
				h.settle()
				f.fault(nil, kind)
				h.upload(red("2026-001"))
				for range 35 {
					h.w.Sweep(h.ctx)
					h.w.running.Wait()
					h.clock.set(h.clock.Now().Add(time.Minute))
				}
				if !m.alarms() {
					t.Errorf("no alarm though what is owed to %s lies for half an hour", kind)
				}
				h.wantTold(h.sms, "heartbeat")
				f.fault(nil, "")
				h.settle()
				h.pass(2 * time.Minute)
				if m.alarms() {
					t.Error("the alarm goes on though all is done")
				}
				h.wantTold(h.sms, "heartbeat", "head")
			})
		})
	}
}
