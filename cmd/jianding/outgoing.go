package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
)

// outgoing is a document on its way: read from disk as the network takes it,
// with its progress shown, and given up when nothing moves for too long.
type outgoing struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	file   *os.File
	left   int64 // bytes from offset to the end
	stall  time.Duration
	timer  *time.Timer
	shown  progress
}

var errStalled = errors.New("the connection stands still")

// open prepares the bytes from offset on.
func (s *sender) open(ctx context.Context, doc document, offset int64) (*outgoing, error) {
	f, err := os.Open(doc.path)
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		f.Close()
		return nil, err
	}
	o := &outgoing{file: f, left: doc.size - offset, stall: s.stall, shown: newProgress(s.errOut, doc, offset, s.quiet)}
	o.ctx, o.cancel = context.WithCancelCause(ctx)
	o.timer = time.AfterFunc(s.stall, func() { o.cancel(errStalled) })
	return o, nil
}

// Read implements io.Reader. It is called when the network has room, so the
// time between two calls is how long nothing moved.
func (o *outgoing) Read(b []byte) (int, error) {
	o.timer.Reset(o.stall)
	n, err := o.file.Read(b)
	o.shown.add(n)
	if err != nil {
		o.timer.Stop() // the rest is the server's time
	}
	return n, err
}

// Close implements io.Closer. net/http closes a body before its answer is
// read: only the file and the bar end here.
func (o *outgoing) Close() error {
	o.timer.Stop()
	o.shown.end()
	return o.file.Close()
}

// explain says why a request was given up.
func (o *outgoing) explain(err error) error {
	if err != nil && errors.Is(context.Cause(o.ctx), errStalled) {
		return fmt.Errorf("%w for %s", errStalled, o.stall)
	}
	o.cancel(nil)
	return err
}

// progress shows how much of a document was sent: a bar on a terminal, a line
// per quarter in a log.
type progress struct {
	bar   *progressbar.ProgressBar
	lines *lineProgress
}

type lineProgress struct {
	out         io.Writer
	name        string
	done, total int64
	quarter     int64
}

func newProgress(out io.Writer, doc document, offset int64, quiet bool) progress {
	switch {
	case quiet:
		return progress{}
	case !isTerminal(out):
		return progress{lines: &lineProgress{out: out, name: doc.name, done: offset, total: doc.size, quarter: offset * 4 / max(doc.size, 1)}}
	}
	bar := progressbar.NewOptions64(doc.size, progressbar.OptionSetWriter(out), progressbar.OptionShowBytes(true),
		progressbar.OptionSetDescription(doc.name), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(50*time.Millisecond))
	_ = bar.Set64(offset) // cosmetic
	return progress{bar: bar}
}

func (p progress) add(n int) {
	if p.bar != nil {
		_ = p.bar.Add(n) // cosmetic
	}
	if l := p.lines; l != nil {
		l.done += int64(n)
		if q := l.done * 4 / max(l.total, 1); q > l.quarter {
			l.quarter = q
			fmt.Fprintf(l.out, "%s: %d %% of %.1f MB sent\n", l.name, min(25*q, 100), float64(l.total)/1e6)
		}
	}
}

func (p progress) end() {
	if p.bar != nil {
		_ = p.bar.Exit() // cosmetic
	}
}
