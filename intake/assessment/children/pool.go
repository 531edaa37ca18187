// Package children runs work on hostile input in processes of its own: the
// same binary, started again, warm and reused, with limits on memory and wall
// time. Neither a stack overflow nor an exhausted heap can be recovered within
// a Go process, and WebAssembly that does not return cannot be interrupted; a
// process can be killed. Start reading at Pool.Do.
package children

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"time"
)

// Options sets up a pool.
type Options struct {
	// Handler names the handler of Main that the children run.
	Handler string
	// Workers is the number of children (default: GOMAXPROCS).
	Workers int
	// Nice is how far the children give way to other work (setpriority(2), 0
	// to 19; Linux alone).
	Nice int
	// MemoryBytes is the hard limit on one child's memory (default 1.5 GiB).
	MemoryBytes int64
	// Calls is after how many calls a child is replaced (default 2000), so
	// that whatever leaks, leaks little.
	Calls int
	// Start bounds the time until a new child is ready, and that of its setup
	// (default 2 minutes: the first on a machine compiles PDFium).
	Start time.Duration
	// ResponseBytes bounds an answer (default 64 MiB).
	ResponseBytes int64
	// Env is added to the children's environment.
	Env    []string
	Logger *slog.Logger
}

// The ways in which a call ends a child. Both the input's own fault and the
// machine's (an out-of-memory killer) look like ErrCrashed.
var (
	ErrCrashed = errors.New("children: the child crashed")
	ErrMemory  = errors.New("children: the child ran out of memory")
	ErrTimeout = errors.New("children: the call took too long")
	ErrClosed  = errors.New("children: the pool is closed")
	ErrStart   = errors.New("children: no child could be started")
	// ErrSetup wraps what went wrong with the setup rather than the call.
	ErrSetup = errors.New("children: setup")
)

// Setup is data that all calls of a kind share and that a child is sent once:
// again only when Key changes. An empty Key needs no setup.
type Setup struct {
	Key  string
	Data []byte
}

// Pool is a number of children. It is safe for concurrent use; calls beyond
// the number of children wait.
type Pool struct {
	opts  Options
	jobs  chan *job
	stop  chan struct{}
	once  sync.Once
	ready chan struct{} // closed when the first child is
	first sync.Once
	group sync.WaitGroup
}

type job struct {
	ctx   context.Context
	wall  time.Duration
	setup Setup
	parts [][]byte
	done  chan outcome
}

type outcome struct {
	answer []byte
	err    error
}

// New starts the children; it does not wait until they are ready.
func New(opts Options) *Pool {
	if opts.Workers <= 0 {
		opts.Workers = runtime.GOMAXPROCS(0)
	}
	if opts.MemoryBytes <= 0 {
		opts.MemoryBytes = 3 << 29
	}
	if opts.Calls <= 0 {
		opts.Calls = 2000
	}
	if opts.Start <= 0 {
		opts.Start = 2 * time.Minute
	}
	if opts.ResponseBytes <= 0 {
		opts.ResponseBytes = 64 << 20
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	p := &Pool{opts: opts, jobs: make(chan *job), stop: make(chan struct{}), ready: make(chan struct{})}
	for range opts.Workers {
		p.group.Add(1)
		go func() {
			defer p.group.Done()
			(&worker{pool: p}).run()
		}()
	}
	return p
}

// Close kills the children and waits until they are gone. Calls under way end
// with ErrClosed.
func (p *Pool) Close() error {
	p.once.Do(func() { close(p.stop) })
	p.group.Wait()
	return nil
}

// Ready waits until a child is ready for its first call. Whoever bounds a call's
// time by its context waits for that first: starting takes seconds on a busy
// machine.
func (p *Pool) Ready(ctx context.Context) error {
	select {
	case <-p.ready:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-p.stop:
		return ErrClosed
	}
}

// Do has a child answer a call. wall bounds the child's time for it, not the
// waiting for a free child, which only ctx bounds. It returns ErrCrashed,
// ErrMemory or ErrTimeout (the child is dead then, and replaced), ctx's error
// (the child, when it had begun, is killed), ErrStart, ErrClosed, or the
// handler's own error as *HandlerError.
func (p *Pool) Do(ctx context.Context, wall time.Duration, setup Setup, parts ...[]byte) ([]byte, error) {
	j := &job{ctx: ctx, wall: wall, setup: setup, parts: parts, done: make(chan outcome, 1)}
	select {
	case p.jobs <- j:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.stop:
		return nil, ErrClosed
	}
	o := <-j.done
	return o.answer, o.err
}

// HandlerError is an error that the handler itself returned.
type HandlerError struct{ Text string }

func (e *HandlerError) Error() string { return e.Text }

// worker owns one child at a time.
type worker struct {
	pool  *Pool
	child *child
}

func (w *worker) run() {
	// The child dies with the thread that started it (Linux), so this
	// goroutine keeps its thread for as long as the pool lives.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer func() { w.drop() }()
	for {
		// Warm before the next call, which another child may take meanwhile. A
		// call that finds no child says what is wrong.
		_ = w.ensure(context.Background())
		select {
		case <-w.pool.stop:
			return
		case j := <-w.pool.jobs:
			answer, err := w.do(j)
			j.done <- outcome{answer, err}
		}
	}
}

func (w *worker) do(j *job) ([]byte, error) {
	if err := j.ctx.Err(); err != nil {
		return nil, err
	}
	if err := w.ensure(j.ctx); err != nil {
		return nil, err
	}
	w.child.calls++
	if j.setup.Key != "" && j.setup.Key != w.child.setup {
		w.child.setup = ""
		if _, err := w.exchange(j, w.pool.opts.Start, message{kindSetup, [][]byte{j.setup.Data}}); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrSetup, err)
		}
		w.child.setup = j.setup.Key
	}
	answer, err := w.exchange(j, j.wall, message{kindCall, j.parts})
	if w.child != nil && w.child.calls >= w.pool.opts.Calls {
		w.drop()
	}
	return answer, err
}

// exchange sends a message and waits for the answer; when there is none, the
// child is dead afterwards.
func (w *worker) exchange(j *job, wall time.Duration, m message) ([]byte, error) {
	c := w.child
	timer := time.NewTimer(wall)
	defer timer.Stop()
	c.outbox <- m // never full: the child has answered all before it
	var err error
	select {
	case a := <-c.answers:
		if a.err == nil {
			switch a.m.kind {
			case kindResult:
				return a.m.parts[0], nil
			case kindLast:
				c.calls = w.pool.opts.Calls
				return a.m.parts[0], nil
			case kindFailed:
				return nil, &HandlerError{string(a.m.parts[0])}
			}
			err = ErrCrashed
		} else {
			err = c.cause()
		}
	case <-timer.C:
		err = fmt.Errorf("%w: %v", ErrTimeout, wall)
	case <-j.ctx.Done():
		err = j.ctx.Err()
	case <-w.pool.stop:
		err = ErrClosed
	}
	w.pool.opts.Logger.WarnContext(j.ctx, "child ended", "handler", w.pool.opts.Handler, "error", err)
	w.drop()
	return nil, err
}

func (w *worker) drop() {
	if w.child != nil {
		w.child.kill()
		w.child = nil
	}
}

// ensure starts a child unless there is a live one.
func (w *worker) ensure(ctx context.Context) error {
	if w.child != nil {
		select {
		case <-w.child.answers: // died while idle, or talks out of turn
			w.drop()
		default:
			return nil
		}
	}
	c, err := w.pool.start()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrStart, err)
	}
	w.child = c
	timer := time.NewTimer(w.pool.opts.Start)
	defer timer.Stop()
	select {
	case a := <-c.answers:
		if a.err == nil && a.m.kind == kindReady {
			w.pool.first.Do(func() { close(w.pool.ready) })
			return nil
		}
		err = fmt.Errorf("%w: %w", ErrStart, c.cause())
	case <-timer.C:
		err = fmt.Errorf("%w: not ready after %v", ErrStart, w.pool.opts.Start)
	case <-ctx.Done():
		err = ctx.Err()
	case <-w.pool.stop:
		err = ErrClosed
	}
	w.drop()
	return err
}

// child is one process.
type child struct {
	cmd     *exec.Cmd
	outbox  chan message
	closeIn func() error
	answers chan answer
	gone    chan struct{} // closed when the process has been waited for
	stderr  *tail
	setup   string
	calls   int
}

type answer struct {
	m   message
	err error
}

func (p *Pool) start() (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), p.opts.Env...)
	cmd.Env = append(cmd.Env, envName+"="+p.opts.Handler, envMemory+"="+strconv.FormatInt(p.opts.MemoryBytes, 10), envNice+"="+strconv.Itoa(p.opts.Nice))
	cmd.SysProcAttr = dieWithParent()
	c := &child{cmd: cmd, outbox: make(chan message, 2), answers: make(chan answer, 4), gone: make(chan struct{}), stderr: &tail{}}
	cmd.Stderr = c.stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c.closeIn = in.Close
	go func() {
		w := bufio.NewWriterSize(in, 1<<16)
		for m := range c.outbox {
			// An error here means that the child is gone, which its reader says.
			if err := writeMessage(w, m); err == nil {
				_ = w.Flush()
			}
		}
	}()
	go func() {
		r := bufio.NewReaderSize(out, 1<<16)
		for {
			m, err := readMessage(r, p.opts.ResponseBytes)
			if err != nil {
				_ = cmd.Process.Kill() // a child whose words make no sense
				_ = cmd.Wait()         // its state tells the cause
				close(c.gone)
				c.answers <- answer{err: err}
				return
			}
			c.answers <- answer{m: m}
		}
	}()
	return c, nil
}

// kill ends the process and waits for it.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.closeIn()
	close(c.outbox)
	for {
		select {
		case <-c.gone:
			return
		case <-c.answers:
		}
	}
}

// cause says why a dead child died, from what the Go runtime wrote last.
func (c *child) cause() error {
	<-c.gone
	said := c.stderr.bytes()
	for _, s := range []string{"out of memory", "cannot allocate memory", "failed to allocate", "pthread_create failed", "failed to create new OS thread"} {
		if bytes.Contains(said, []byte(s)) {
			return ErrMemory
		}
	}
	line, _, _ := bytes.Cut(said, []byte("\n"))
	return fmt.Errorf("%w: %v: %s", ErrCrashed, c.cmd.ProcessState, line)
}

// tail keeps the first kilobytes of what a child writes: a Go crash says why
// in its first lines.
type tail struct {
	mu sync.Mutex
	b  []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	const keep = 8 << 10
	t.b = append(t.b, p[:min(len(p), keep-len(t.b))]...)
	return len(p), nil
}

func (t *tail) bytes() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return bytes.Clone(t.b)
}
