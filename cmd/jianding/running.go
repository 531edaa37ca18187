package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"jianding/intake/receipts"
)

// run serves and works until the context ends.
func (s *service) run(ctx context.Context, which parts) error {
	g, ctx := errgroup.WithContext(ctx)
	srv := &http.Server{Handler: s.handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)}
	g.Go(func() error {
		err := srv.Serve(s.listener)
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return err
	})
	g.Go(func() error {
		<-ctx.Done()
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := srv.Shutdown(drain); err != nil {
			_ = srv.Close()
		}
		return nil
	})
	if which.workers {
		g.Go(func() error { return s.workers.Run(ctx) })
		g.Go(func() error { return s.sequence(ctx) })
	}
	return g.Wait()
}

// sequence puts committed events into the Merkle log, under a lease of its
// own: one process does it at a time.
func (s *service) sequence(ctx context.Context) error {
	const name, period, lease = "sequencer", 500 * time.Millisecond, 15 * time.Second
	holder := rand.Text()
	log := receipts.NewLog(s.ledger, s.keeper)
	defer func() {
		if err := s.ledger.ReleaseNamedLease(context.WithoutCancel(ctx), name, holder); err != nil {
			s.log.Warn("sequencer lease not released", "error", err)
		}
	}()
	for sleep(ctx, period) {
		held, err := s.ledger.AcquireNamedLease(ctx, name, holder, lease)
		for n := 1; err == nil && held && n > 0 && ctx.Err() == nil; {
			n, err = log.Sequence(ctx, 500)
		}
		if err != nil && ctx.Err() == nil {
			s.log.Warn("sequencing events", "error", err)
		}
	}
	return nil
}
