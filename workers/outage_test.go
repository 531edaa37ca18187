package workers

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"jianding/integrations/sandbox"
	"jianding/schemas"
)

// outageProfile is what the shipped profile asks for, with a circuit that
// tries again every five minutes.
const outageProfile = `
extends: reference-hmac-sha256
name: outage
timeouts: {connect: 10s, answer: 10s, total: 10s, settle: 10s}
rate: {per_second: 5, burst: 1, max_wait: 5s}
breaker: {failures: 5, open_for: 5m}
`

// TestAnOutageOfThreeDays: the platform is away for 72 hours while reports
// come in. When it is back they drain at the configured rate, which is never
// exceeded, and hazards are told at once all the while.
// JIANDING_OUTAGE_REPORTS is how many wait (default 40, over 12 hours; from 1000 on all 72):
//
//	JIANDING_OUTAGE_REPORTS=5000 go test ./workers -run TestAnOutageOfThreeDays -timeout 60m -v
func TestAnOutageOfThreeDays(t *testing.T) {
	several := "40"
	if raced {
		several = "12" // .ci/run sends all of them without the detector
	}
	n, err := strconv.Atoi(cmp.Or(os.Getenv("JIANDING_OUTAGE_REPORTS"), several))
	must(t, err)
	const perSecond = 5
	eachLedger(t, func(t *testing.T, h *house) {
		w := join(t, h, 1, outageProfile, func(o *sandbox.Options) { o.NoDuplicateCheck, o.RatePerSecond = true, perSecond })
		w.down.Store(true)
		ds := make([]schemas.Delivery, n)
		for i := range ds {
			ds[i] = second(w.assessed(w.fileable(), ""))
		}
		began, away := h.clock.Now(), 72*time.Hour
		if n < 1000 {
			away = 12 * time.Hour
		}
		for _, after := range []time.Duration{time.Hour, away / 2, away - time.Hour} {
			h.until(began.Add(after))
			w.toldAtOnce(t, fmt.Sprintf("H-%v", after))
		}
		h.until(began.Add(away))
		if got := w.recorded.Load(); got != 0 {
			t.Fatalf("%d recorded while the platform was away", got)
		}
		if c := w.client.Circuit(); c != "open" {
			t.Errorf("after the outage the circuit is %s", c)
		}
		w.down.Store(false)
		back := h.clock.Now()
		w.drain(t, int64(n), int64(n)/2)
		took := h.clock.Now().Sub(back)
		w.mu.Lock()
		requests := len(w.requests)
		w.mu.Unlock()
		t.Logf("%d waiting: all filed %v after the platform was back, %d requests, %.2f a second", n, took.Round(time.Second), requests,
			float64(requests)/took.Seconds())
		// It starts with the circuit's next trial. Also what was itself tried in
		// vain and would wait for half an hour goes then, as fast as it may; a
		// tenth more for the last of them, which wait for their own next try.
		if most := 5*time.Minute + 30*time.Second + time.Duration(float64(requests)/perSecond*1.1*float64(time.Second)); took > most {
			t.Errorf("took %v, want at most %v", took, most)
		}
		if n >= 2000 {
			w.atTheRate(t, perSecond)
		}
		w.drive(ds)
		w.recordedOnce(ds, schemas.DeliveryAcknowledged)
		w.neverFasterThan(t, perSecond)
	})
}

// drain lets the service work until so many are recorded; in the middle a
// hazard comes in.
func (w *platformWorld) drain(t *testing.T, until, middle int64) {
	t.Helper()
	told := false
	for stuck := 0; w.recorded.Load() < until; {
		before := w.recorded.Load()
		w.rest()
		w.w.Sweep(w.ctx)
		w.w.running.Wait()
		if !told && w.recorded.Load() >= middle {
			told = true
			w.toldAtOnce(t, "H-drain")
		}
		if w.recorded.Load() >= until {
			return // before the clock goes on: what comes next is not the drain's
		}
		due, err := w.ledger.DueOf(w.ctx, w.clock.Now(), w.kinds(), 1)
		must(t, err)
		if len(due) == 0 {
			at, _ := w.nextDue()
			w.clock.set(later(at, w.clock.Now().Add(time.Second)))
		}
		if stuck++; w.recorded.Load() > before {
			stuck = 0
		}
		if stuck > 5000 {
			t.Fatalf("%d of %d recorded, and nothing goes on", w.recorded.Load(), until)
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// toldAtOnce uploads a report with a hazard: the duty officer knows within a
// minute, whatever waits for the platform.
func (w *platformWorld) toldAtOnce(t *testing.T, no string) {
	t.Helper()
	w.sms.forget()
	a := red(no)
	a.Report.Address = "几江街道" + no
	received := w.clock.Now()
	w.paper(a, no)
	for range 20 {
		w.w.Sweep(w.ctx)
		w.w.running.Wait()
		if len(w.sms.told("hazard")) > 0 {
			break
		}
	}
	w.sms.mu.Lock()
	defer w.sms.mu.Unlock()
	if len(w.sms.at) == 0 || w.sms.at[0].Sub(received) > time.Minute {
		t.Errorf("%s received at %s, told at %v", no, received.Format(time.DateTime), w.sms.at)
	}
}

// atTheRate looks at the first half of the requests: there was always one that
// could go, so that they used what they may.
func (w *platformWorld) atTheRate(t *testing.T, perSecond float64) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	half := w.requests[:len(w.requests)/2]
	rate := float64(len(half)-1) / half[len(half)-1].Sub(half[0]).Seconds()
	t.Logf("the first %d requests: %.2f a second, configured %.0f", len(half), rate, perSecond)
	if rate < 0.8*perSecond {
		t.Errorf("%.2f requests a second, configured %.0f", rate, perSecond)
	}
}

// neverFasterThan looks at every second of the requests that arrived.
func (w *platformWorld) neverFasterThan(t *testing.T, perSecond int) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := perSecond; i < len(w.requests); i++ {
		if gap := w.requests[i].Sub(w.requests[i-perSecond]); gap < time.Second-time.Millisecond {
			t.Fatalf("%d requests in %v at %s", perSecond+1, gap, w.requests[i].Format(time.DateTime))
		}
	}
}
