package municipal_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"jianding/integrations/sandbox"
	"jianding/schemas"
)

// deliveryStates are the situations in which a fault can meet a delivery.
// Each prepares the world and returns the courier that has to cope.
var deliveryStates = []struct {
	name    string
	prepare func(w *world) *courier
}{
	{"first attempt", func(w *world) *courier { return w.courier(w.filing(1)) }},
	{"crashed before sending", func(w *world) *courier {
		c := w.courier(w.filing(1))
		c.begin("submit", "not sent")
		return c
	}},
	{"crashed after the platform recorded", func(w *world) *courier {
		c := w.courier(w.filing(1))
		c.crash(context.Background())
		return c
	}},
	{"reset before the platform recorded", func(w *world) *courier { return w.interrupted(sandbox.ResetBefore) }},
	{"reset after the platform recorded", func(w *world) *courier { return w.interrupted(sandbox.ResetAfter) }},
	{"reset, recorded later", func(w *world) *courier { return w.interrupted(sandbox.LateCommit) }},
	{"pending at the platform", func(w *world) *courier { return w.interrupted(sandbox.Undecided) }},
	{"second revision", func(w *world) *courier {
		first := w.courier(w.filing(1))
		if err := first.deliver(context.Background()); err != nil {
			w.t.Fatal(err)
		}
		f := w.filing(2)
		f.SupersedesReceipt = first.filing.Delivery.PlatformReceipt
		return w.courier(f)
	}},
}

func (w *world) interrupted(k sandbox.Kind) *courier {
	if err := w.box.AddRule(sandbox.Rule{Fault: sandbox.Fault{Kind: k, Delay: 20 * time.Second}, Times: 1}); err != nil {
		w.t.Fatal(err)
	}
	c := w.courier(w.filing(1))
	c.submit(context.Background())
	return c
}

// TestFaultMatrix: each fault × each state × duplicate check on and off, the
// fault striking the submission, the query, or both, ends with exactly one
// record in the raw log and its receipt known.
func TestFaultMatrix(t *testing.T) {
	for _, kind := range sandbox.Kinds() {
		for _, state := range deliveryStates {
			for _, check := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s/%s/duplicates=%v", kind, state.name, check), func(t *testing.T) {
					t.Parallel()
					w := newWorld(t, setup{box: func(o *sandbox.Options) { o.NoDuplicateCheck = !check; o.DecideAfter = 10 * time.Second }})
					c := state.prepare(w)
					for range 2 { // it strikes twice, at what comes next
						err := w.box.AddRule(sandbox.Rule{Fault: sandbox.Fault{Kind: kind}, Times: 1,
							Operations: []string{"submit", "supersede", "query"}})
						if err != nil {
							t.Fatal(err)
						}
					}
					if err := c.deliver(context.Background()); err != nil {
						t.Error(err)
					}
					w.pass(time.Hour) // nothing may surface later
					w.recordedOnce(t, c)
				})
			}
		}
	}
}

// TestRandomFaults: random mixes by seed, several reports at once, one
// platform. JIANDING_FAULT_RUNS sets the number of seeds.
func TestRandomFaults(t *testing.T) {
	runs := 24
	if s := os.Getenv("JIANDING_FAULT_RUNS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		runs = n
	}
	for seed := range runs {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, setup{box: func(o *sandbox.Options) {
				o.Seed, o.Rate, o.NoDuplicateCheck, o.DecideAfter = uint64(seed), 0.5, seed%2 == 0, 7*time.Second
			}})
			couriers := make([]*courier, 6)
			for i := range couriers {
				couriers[i] = w.courier(w.filing(i))
				if err := couriers[i].deliver(context.Background()); err != nil {
					t.Errorf("seed %d: %v", seed, err)
				}
			}
			w.pass(time.Hour)
			for _, c := range couriers {
				w.recordedOnce(t, c)
			}
		})
	}
}

// TestUnreachablePlatformIsRetriedNotAsked: a connection that was refused has
// carried nothing, so there is nothing to ask about.
func TestUnreachablePlatformIsRetriedNotAsked(t *testing.T) {
	w := newWorld(t, setup{})
	w.http.CloseClientConnections()
	w.http.Close()
	f := w.filing(1)
	out := w.client.Submit(context.Background(), f, w.original(f), always)
	if out.Result != schemas.FilingRetry {
		t.Errorf("submit to a closed port: %+v", out)
	}
	if out := w.client.Query(context.Background(), f, always); out.Result != schemas.FilingUnknown {
		t.Errorf("query of a closed port: %+v", out)
	}
}
