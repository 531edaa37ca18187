// Command loadgen loads a Jianding server with unique signed reports of 200 KB
// and counts: latency of receipts, time from receipt to the first notification
// of a hazard, how much of that was waiting, and losses. The server is its
// own, in a temporary directory, with everything embedded:
//
//	go build -o jianding ./cmd/jianding
//	go run ./cmd/loadgen --program ./jianding --for 60s
//
// The rate is half of what the machine can assess, which a burst finds out
// first (--share, --rate). With --long 300 so many reports of 200 pages are
// sent beforehand, so that the pool is full of them all the while.
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
	share   float64
	burst   int
	long    int
	pages   int
	length  time.Duration
	red     int
	pad     int
	seed    uint64
}

func main() {
	var o options
	flag.StringVar(&o.program, "program", "./jianding", "the jianding program to start and load")
	flag.Float64Var(&o.rate, "rate", 0, "reports a second; 0: --share of what a burst shows to be possible")
	flag.Float64Var(&o.share, "share", 0.5, "part of what the machine can assess")
	flag.IntVar(&o.burst, "burst", 60, "reports in the burst that finds out what is possible")
	flag.IntVar(&o.long, "long", 0, "long reports sent beforehand, to fill the pool")
	flag.IntVar(&o.pages, "pages", 200, "pages of a long report")
	flag.DurationVar(&o.length, "for", time.Minute, "how long")
	flag.IntVar(&o.red, "red", 20, "one report in so many is red")
	flag.IntVar(&o.pad, "pad", 150<<10, "bytes added to each report (reports of some 50 KB without)")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of the reports")
	flag.Parse()
	if o.rate > 0 {
		o.burst = 0
	}
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
	if o.rate <= 0 {
		if o.rate, err = t.possible(ctx, m, o); err != nil {
			return err
		}
		fmt.Printf("possible            %.1f reports/s; the load is %.0f %% of it\n", o.rate, 100*o.share)
		o.rate *= o.share
	}
	if o.long > 0 {
		fmt.Printf("sending %d reports of %d pages\n", o.long, o.pages)
		if err := t.fill(ctx, m, o); err != nil {
			return err
		}
	}
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
	before, err := t.work()
	if err != nil {
		return err
	}
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
	after, err := t.work()
	if err != nil {
		return err
	}
	if err := report(t, samples, elapsed, o.burst+o.long); err != nil {
		return err
	}
	fmt.Println(after.since(before))
	return nil
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
func report(t *target, samples []sample, elapsed time.Duration, others int) error {
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
	if failed > 0 || len(told) < red || kept < len(samples)-failed+others {
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
