package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"jianding/cmd/loadgen/mill"
)

// possible finds out how many reports a second the machine assesses: a burst
// of them, from the first request to the last assessment.
func (t *target) possible(ctx context.Context, m *mill.Mill, o options) (float64, error) {
	reports := make([]mill.Report, o.burst)
	for i := range reports {
		var err error
		if reports[i], err = m.Next(false, o.pad); err != nil {
			return 0, err
		}
	}
	before, err := t.work()
	if err != nil {
		return 0, err
	}
	start := time.Now()
	if err := t.sendAll(ctx, reports); err != nil {
		return 0, err
	}
	for until(ctx, time.Now().Add(50*time.Millisecond)) {
		now, err := t.work()
		if err != nil {
			return 0, err
		}
		if now.assessed-before.assessed >= float64(o.burst) {
			return float64(o.burst) / time.Since(start).Seconds(), nil
		}
	}
	return 0, ctx.Err()
}

// fill sends long reports, more than are assessed while the load lasts.
func (t *target) fill(ctx context.Context, m *mill.Mill, o options) error {
	reports := make([]mill.Report, o.long)
	for i := range reports {
		var err error
		if reports[i], err = m.NextOf(false, o.pad, o.pages); err != nil {
			return err
		}
	}
	return t.sendAll(ctx, reports)
}

func (t *target) sendAll(ctx context.Context, reports []mill.Report) error {
	var all sync.WaitGroup
	slots, failed := make(chan struct{}, 8), make(chan error, len(reports))
	for _, r := range reports {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if s := t.send(ctx, r); s.failed != nil {
				failed <- s.failed
			}
		})
	}
	all.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// work is what the server's metrics say of the way from receipt to message:
// how long each obligation waited from being due, and how long it then took.
type work struct {
	assessed                    float64
	waited, worked, waits, runs map[string]float64
}

// way are the kinds of obligations from receipt to message.
func way() []string { return []string{"assess", "escalate", "notify"} }

func (t *target) work() (work, error) {
	w := work{waited: map[string]float64{}, worked: map[string]float64{}, waits: map[string]float64{}, runs: map[string]float64{}}
	resp, err := http.Get(t.url + "/metrics")
	if err != nil {
		return w, err
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		name, rest, _ := strings.Cut(lines.Text(), "{")
		labels, value, ok := strings.Cut(rest, "} ")
		v, err := strconv.ParseFloat(value, 64)
		if !ok || err != nil {
			continue
		}
		kind, _, _ := strings.Cut(strings.TrimPrefix(labels, `kind="`), `"`)
		switch name {
		case "jianding_workers_assessments_total":
			w.assessed += v
		case "jianding_workers_lag_seconds_sum":
			w.waited[kind] += v
		case "jianding_workers_lag_seconds_count":
			w.waits[kind] += v
		case "jianding_workers_attempt_seconds_sum":
			w.worked[kind] += v
		case "jianding_workers_attempt_seconds_count":
			w.runs[kind] += v
		}
	}
	return w, nil
}

// since says what an obligation of each kind waited and took on average
// meanwhile, and the share that waiting has of the whole way.
func (w work) since(before work) string {
	var b strings.Builder
	var waited, worked float64
	mean := func(sum, n float64) float64 {
		if n == 0 {
			return 0
		}
		return sum / n
	}
	ms := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)).Round(time.Millisecond) }
	for _, k := range way() {
		wait := mean(w.waited[k]-before.waited[k], w.waits[k]-before.waits[k])
		run := mean(w.worked[k]-before.worked[k], w.runs[k]-before.runs[k])
		waited, worked = waited+wait, worked+run
		fmt.Fprintf(&b, "%-19s waited %s, took %s (mean of %.0f)\n", k, ms(wait), ms(run), w.waits[k]-before.waits[k])
	}
	fmt.Fprintf(&b, "share of waiting    %.0f %%", 100*mean(waited, waited+worked))
	return b.String()
}
