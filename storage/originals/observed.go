package originals

import (
	"context"
	"io"
	"iter"
	"time"

	"jianding/schemas"
)

// Observed is a Store whose operations are told of: for metrics and logs.
type Observed struct {
	Store
	// Observe hears of each operation ("put", "open", "stat", "ping") how long
	// it took and the kind of its error, "" for none.
	Observe func(operation string, took time.Duration, kind schemas.Kind)
	// Now is the clock.
	Now func() time.Time
}

func (o *Observed) tell(operation string, begin time.Time, err error) {
	o.Observe(operation, o.Now().Sub(begin), schemas.KindOf(err))
}

// Put implements Store.
func (o *Observed) Put(ctx context.Context, sha256hex string, size int64, spool io.ReadSeeker) (created bool, err error) {
	defer func(t time.Time) { o.tell("put", t, err) }(o.Now())
	return o.Store.Put(ctx, sha256hex, size, spool)
}

// Open implements Store.
func (o *Observed) Open(ctx context.Context, sha256hex string) (f io.ReadSeekCloser, size int64, err error) {
	defer func(t time.Time) { o.tell("open", t, err) }(o.Now())
	return o.Store.Open(ctx, sha256hex)
}

// Stat implements Store.
func (o *Observed) Stat(ctx context.Context, sha256hex string) (size int64, err error) {
	defer func(t time.Time) { o.tell("stat", t, err) }(o.Now())
	return o.Store.Stat(ctx, sha256hex)
}

// Ping implements Store.
func (o *Observed) Ping(ctx context.Context) (err error) {
	defer func(t time.Time) { o.tell("ping", t, err) }(o.Now())
	return o.Store.Ping(ctx)
}

// All implements Store; a walk is the scrub's own affair.
func (o *Observed) All(ctx context.Context) iter.Seq2[Entry, error] { return o.Store.All(ctx) }
