// Package ocr reads scanned pages with PP-OCRv4. The models run in a process
// of their own, jianding-ocr, which Engine starts, limits and replaces; Install
// fetches what it needs. Start reading at Engine.Read; how a page is read is
// in the package page.
package ocr

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"jianding/integrations/ocr/page"
	"jianding/schemas"
)

// Options sets up an Engine.
type Options struct {
	// Dir is where Install put the engine.
	Dir string
	// Processes is how many pages are read at once (default 1), Threads how
	// many threads each may use (default half the cores, at least one).
	Processes, Threads int
	// MemoryBytes is the limit of one process beyond what its models take
	// (default 2 GiB). An A4 page at 300 dpi needs a quarter of it.
	MemoryBytes int64
	// PageTime bounds the time for one page (default 60 s), Start that until a
	// process is ready (default 60 s).
	PageTime, Start time.Duration
	// Idle is after how long without work a process is ended, to give back its
	// memory (default 5 minutes).
	Idle time.Duration
	// Nice is how far the processes give way to other work, 0 to 19 (default
	// 10; negative: not at all).
	Nice   int
	Limits page.Limits
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.Processes <= 0 {
		o.Processes = 1
	}
	if o.Threads <= 0 {
		o.Threads = max(1, runtime.NumCPU()/2)
	}
	if o.MemoryBytes <= 0 {
		o.MemoryBytes = 2 << 30
	}
	if o.PageTime <= 0 {
		o.PageTime = time.Minute
	}
	if o.Start <= 0 {
		o.Start = time.Minute
	}
	if o.Idle <= 0 {
		o.Idle = 5 * time.Minute
	}
	switch {
	case o.Nice == 0:
		o.Nice = 10
	case o.Nice < 0:
		o.Nice = 0
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// The ways in which reading a page fails. The process is dead after each but
// ErrPage and ErrStart, and the next page gets a new one.
var (
	ErrTime    = errors.New("ocr: the page took too long")
	ErrMemory  = errors.New("ocr: the page needs more memory than allowed")
	ErrCrashed = errors.New("ocr: the engine crashed")
	ErrPage    = errors.New("ocr: the engine could not read the page")
	ErrStart   = errors.New("ocr: the engine does not start")
	ErrClosed  = errors.New("ocr: the engine is closed")
)

// Engine reads page images in processes of its own. It is safe for concurrent
// use.
type Engine struct {
	opts  Options
	slots chan *slot
	stop  context.CancelFunc
	ended context.Context
	once  sync.Once
}

// New prepares an engine; its processes start with the first page. The error
// says what is missing of the installation.
func New(opts Options) (*Engine, error) {
	opts = opts.withDefaults()
	if missing := Check(opts.Dir); len(missing) > 0 {
		return nil, &schemas.Error{Kind: schemas.KindUnavailable, Code: "ocr_not_installed", Message: "文字识别未安装或不完整，请运行 jianding ocr install", Problems: missing}
	}
	return newEngine(opts), nil
}

func newEngine(opts Options) *Engine {
	e := &Engine{opts: opts, slots: make(chan *slot, opts.Processes)}
	e.ended, e.stop = context.WithCancel(context.Background())
	for range opts.Processes {
		e.slots <- &slot{}
	}
	return e
}

// slot is the place of one process, nil while there is none.
type slot struct {
	mu    sync.Mutex
	p     *process
	timer *time.Timer
}

// Close ends the processes. Pages under way end with ErrClosed.
func (e *Engine) Close() error {
	e.once.Do(func() {
		e.stop()
		for range e.opts.Processes {
			s := <-e.slots
			s.drop()
		}
	})
	return nil
}

func (s *slot) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.p != nil {
		s.p.kill()
		s.p = nil
	}
}

// Read reads one page image of dpi dots per inch. The words' boxes are in
// points of the page as it was turned for reading; Page.OnPage leads back. The
// error is ctx's, ErrClosed, or wraps one of the above; a page that fails once
// for what may have been the machine's fault is tried once more.
func (e *Engine) Read(ctx context.Context, img page.Raster, dpi float64) (Page, error) {
	res, err := e.try(ctx, img)
	if errors.Is(err, ErrCrashed) && ctx.Err() == nil && e.ended.Err() == nil {
		e.opts.Logger.Warn("reading a page crashed the engine, trying again", "error", err)
		res, err = e.try(ctx, img)
	}
	if err != nil {
		return Page{}, err
	}
	return newPage(res, img, dpi), nil
}

func (e *Engine) try(ctx context.Context, img page.Raster) (page.Result, error) {
	var s *slot
	select {
	case <-ctx.Done():
		return page.Result{}, ctx.Err()
	case <-e.ended.Done():
		return page.Result{}, ErrClosed
	case s = <-e.slots:
	}
	defer func() { e.slots <- s }()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
	}
	if s.p == nil {
		p, err := start(ctx, e.opts)
		if err != nil {
			return page.Result{}, err
		}
		s.p = p
	}
	limited, cancel := context.WithTimeout(ctx, e.opts.PageTime)
	defer cancel()
	defer context.AfterFunc(e.ended, cancel)()
	res, dead, err := s.p.read(limited, img, e.opts.Limits)
	if dead {
		s.p.kill()
		s.p = nil
	} else {
		s.timer = time.AfterFunc(e.opts.Idle, s.drop)
	}
	switch {
	case err == nil:
		return res, nil
	case e.ended.Err() != nil:
		return res, ErrClosed
	case ctx.Err() != nil:
		return res, ctx.Err()
	case errors.Is(limited.Err(), context.DeadlineExceeded):
		return res, ErrTime
	}
	return res, err
}
