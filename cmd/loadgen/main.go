// Command loadgen loads a Jianding server with unique signed reports at a
// given rate and counts: latency of receipts, time from receipt to the first
// notification of a hazard, and losses.
//
// With --program it starts a server of its own in a temporary directory, with
// everything embedded, and measures that:
//
//	go build -o jianding ./cmd/jianding
//	go run ./cmd/loadgen --program ./jianding --rate 5 --for 60s
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sort"
	"sync"
	"time"

	"github.com/go-resty/resty/v2"

	"jianding/cmd/loadgen/mill"
)

type options struct {
	program string
	rate    float64
	length  time.Duration
	red     int
	pad     int
	seed    uint64
}

func main() {
	var o options
	flag.StringVar(&o.program, "program", "./jianding", "the jianding program to start and load")
	flag.Float64Var(&o.rate, "rate", 5, "reports a second")
	flag.DurationVar(&o.length, "for", time.Minute, "how long")
	flag.IntVar(&o.red, "red", 20, "one report in so many is red")
	flag.IntVar(&o.pad, "pad", 150<<10, "bytes added to each report (reports of some 50 KB without)")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of the reports")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := load(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "loadgen:", err)
		os.Exit(1)
	}
}

// sample is the life of one report as seen from outside.
type sample struct {
	red     bool
	upload  time.Duration // request to receipt
	receipt time.Time
	failed  error
}

func load(ctx context.Context, o options) error {
	m, err := mill.New(o.seed)
	if err != nil {
		return err
	}
	t, err := startTarget(ctx, o.program, m)
	if err != nil {
		return err
	}
	defer t.stop()
	// Reports are made beforehand: signing must not compete with the server.
	n := int(o.rate * o.length.Seconds())
	fmt.Printf("making %d reports\n", n)
	reports := make([]mill.Report, n)
	for i := range reports {
		if reports[i], err = m.Next(o.red > 0 && i%o.red == o.red-1, o.pad); err != nil {
			return err
		}
	}
	fmt.Printf("loading %s at %.1f reports/s for %s\n", t.url, o.rate, o.length)
	samples := make([]sample, n)
	var all sync.WaitGroup
	start := time.Now()
	for i, r := range reports {
		// An open loop: the next report comes when it is due, however slow
		// the server is.
		if !until(ctx, start.Add(time.Duration(float64(i)/o.rate*float64(time.Second)))) {
			break
		}
		all.Go(func() { samples[i] = t.send(ctx, r) })
	}
	all.Wait()
	elapsed := time.Since(start)
	t.drain(ctx, samples)
	return report(t, samples, elapsed)
}

func (t *target) send(ctx context.Context, r mill.Report) sample {
	begin := time.Now()
	resp, err := resty.New().SetTimeout(time.Minute).R().SetContext(ctx).SetAuthToken(t.tokens[r.Agency]).
		SetHeader("Content-Type", "application/pdf").SetBody(r.PDF).Post(t.url + "/v1/reports")
	s := sample{red: r.Red(), upload: time.Since(begin), receipt: time.Now()}
	switch {
	case err != nil:
		s.failed = err
	case resp.StatusCode() != 202:
		s.failed = fmt.Errorf("HTTP %d %s", resp.StatusCode(), resp)
	}
	if s.failed == nil && s.red {
		t.expect(r, s.receipt)
	}
	return s
}

// report prints the figures, and fails when anything was lost.
func report(t *target, samples []sample, elapsed time.Duration) error {
	var uploads []time.Duration
	failed, red := 0, 0
	for _, s := range samples {
		if s.failed != nil {
			failed++
			fmt.Println("failed:", s.failed)
			continue
		}
		uploads = append(uploads, s.upload)
		if s.red {
			red++
		}
	}
	told := t.told()
	fmt.Printf("reports sent        %d in %s (%.1f/s), %d failed\n", len(samples), elapsed.Round(time.Millisecond), float64(len(samples))/elapsed.Seconds(), failed)
	fmt.Printf("request to receipt  %s\n", quantiles(uploads))
	fmt.Printf("receipt to told     %s   (%d of %d red)\n", quantiles(told), len(told), red)
	kept, err := t.kept()
	if err != nil {
		return err
	}
	fmt.Printf("reports kept        %d\n", kept)
	if failed > 0 || len(told) < red || kept < len(samples)-failed {
		return errors.New("something was lost or late")
	}
	return nil
}

func quantiles(d []time.Duration) string {
	if len(d) == 0 {
		return "none"
	}
	sort.Slice(d, func(i, j int) bool { return d[i] < d[j] })
	at := func(q float64) time.Duration { return d[min(len(d)-1, int(q*float64(len(d))))].Round(time.Millisecond) }
	return fmt.Sprintf("p50 %s  p90 %s  p99 %s  max %s", at(0.5), at(0.9), at(0.99), at(1))
}

func until(ctx context.Context, at time.Time) bool {
	t := time.NewTimer(time.Until(at))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
