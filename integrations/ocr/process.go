package ocr

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"

	"jianding/integrations/ocr/page"
	"jianding/integrations/ocr/wire"
)

// process is one running jianding-ocr.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr *tail
	gone   chan struct{} // closed when it has ended
}

// start starts a process and waits until it is ready.
func start(ctx context.Context, o Options) (*process, error) {
	cmd := exec.Command(helperFile(o.Dir), "-dir", o.Dir, "-threads", strconv.Itoa(o.Threads),
		"-memory", strconv.FormatInt(o.MemoryBytes, 10), "-nice", strconv.Itoa(o.Nice))
	// A hostile page must find nothing in there worth having.
	cmd.Env = []string{"LANG=C.UTF-8", "GOMEMLIMIT=" + strconv.FormatInt(o.MemoryBytes/2, 10)}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStart, err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStart, err)
	}
	p := &process{cmd: cmd, in: in, out: bufio.NewReaderSize(out, 1<<16), stderr: &tail{}, gone: make(chan struct{})}
	cmd.Stderr = p.stderr
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStart, err)
	}
	limited, cancel := context.WithTimeout(ctx, o.Start)
	defer cancel()
	var hello wire.Hello
	err = p.within(limited, func() error {
		_, err := wire.Read(p.out, &hello)
		return err
	})
	switch {
	case hello.Error != "":
		err = fmt.Errorf("%w: %s", ErrStart, hello.Error)
	case err != nil && ctx.Err() != nil:
		err = ctx.Err()
	case err != nil:
		err = fmt.Errorf("%w: %w: %s", ErrStart, err, p.stderr)
	case hello.Protocol != wire.Protocol:
		err = fmt.Errorf("%w: it speaks protocol %d, not %d: run jianding ocr install again", ErrStart, hello.Protocol, wire.Protocol)
	}
	if err != nil {
		p.kill()
		return nil, err
	}
	return p, nil
}

// within runs an exchange; when ctx ends first, the process is killed, which
// ends the exchange.
func (p *process) within(ctx context.Context, exchange func() error) error {
	stop := context.AfterFunc(ctx, func() { _ = p.cmd.Process.Kill() })
	err := exchange()
	if !stop() && err == nil {
		err = ctx.Err()
	}
	return err
}

// read has a page read. dead says that the process is of no more use.
func (p *process) read(ctx context.Context, img page.Raster, limits page.Limits) (res page.Result, dead bool, err error) {
	var a wire.Answer
	err = p.within(ctx, func() error {
		if err := wire.Write(p.in, wire.Request{W: img.W, H: img.H, Limits: limits}, img.Pix); err != nil {
			return err
		}
		_, err := wire.Read(p.out, &a)
		return err
	})
	if err != nil {
		p.kill() // and so its last words are complete
		kind := ErrCrashed
		if outOfMemory(p.stderr.String()) {
			kind = ErrMemory
		}
		return res, true, fmt.Errorf("%w: %w: %s", kind, err, p.stderr)
	}
	if a.Error != "" {
		// After an allocation failed, nothing is certain about its heap.
		if outOfMemory(a.Error) {
			return res, true, fmt.Errorf("%w: %s", ErrMemory, a.Error)
		}
		return res, false, fmt.Errorf("%w: %s", ErrPage, a.Error)
	}
	return a.Result, false, nil
}

// outOfMemory recognises what C++, ONNX Runtime and Go say when memory ends.
func outOfMemory(s string) bool {
	for _, w := range []string{"bad_alloc", "out of memory", "cannot allocate memory", "Failed to allocate memory"} {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// kill ends the process and waits until it is gone.
func (p *process) kill() {
	select {
	case <-p.gone:
		return
	default:
	}
	_ = p.in.Close()
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // its state does not matter any more
	close(p.gone)
}

// tail keeps the beginning of what a process says; what made it crash comes
// before the dump.
type tail struct {
	mu sync.Mutex
	b  bytes.Buffer
}

const tailBytes = 4 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b.Write(b[:min(len(b), max(0, tailBytes-t.b.Len()))])
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(t.b.String())
}
