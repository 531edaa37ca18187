package pdf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

const wasmPage = 64 << 10

// EngineConfig sets up PDFium. The zero value works.
type EngineConfig struct {
	// CacheDir keeps the compiled module, so that a process starts in a tenth
	// of a second instead of three to four. Empty: compiled anew.
	CacheDir string
	// MemoryBytes bounds the linear memory of one PDFium instance (default
	// 512 MiB). PDFium that asks for more traps; its instance is thrown away.
	MemoryBytes int64
	// Instances is how many documents may be open at a time (default 1).
	Instances int
	// FontDir is where PDFium looks for fonts that a document does not embed, to
	// draw its Chinese text. Only for rendering: text must not depend on the
	// machine, so assessment leaves it empty and gets the stand-in.
	FontDir string
}

// Engine holds PDFium, compiled once, and its instances. It is safe for
// concurrent use; each Document is for one goroutine at a time.
//
// The module is compiled without interruption checks (they make every page
// four times as slow, measured), so a page that never ends never ends: run
// hostile documents in assessment.Pool, which kills the process.
type Engine struct {
	pool  pdfium.Pool
	cache wazero.CompilationCache
	ctx   context.Context
	slots chan struct{}

	mu     sync.Mutex
	idle   []*guest
	closed bool
}

// NewEngine compiles PDFium. ctx bounds only the waiting for a free instance
// in Open, not the engine's life.
func NewEngine(ctx context.Context, cfg EngineConfig) (*Engine, error) {
	if cfg.MemoryBytes <= 0 {
		cfg.MemoryBytes = 512 << 20
	}
	if cfg.Instances <= 0 {
		cfg.Instances = 1
	}
	ctx = experimental.WithMemoryAllocator(context.WithoutCancel(ctx), experimental.MemoryAllocatorFunc(allocateMemory))
	rc := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
		WithMemoryLimitPages(uint32(min(cfg.MemoryBytes, 4<<30) / wasmPage))
	e := &Engine{ctx: ctx, slots: make(chan struct{}, cfg.Instances)}
	if cfg.CacheDir != "" {
		cache, err := wazero.NewCompilationCacheWithDir(cfg.CacheDir)
		if err != nil {
			return nil, fmt.Errorf("pdf: cache of the compiled module: %w", err)
		}
		e.cache = cache
		rc = rc.WithCompilationCache(cache)
	}
	fonts, err := fontsFor(cfg.FontDir)
	if err != nil {
		return nil, fmt.Errorf("pdf: fonts: %w", err)
	}
	pool, err := webassembly.Init(webassembly.Config{
		Context:  ctx,
		MaxTotal: cfg.Instances, MaxIdle: cfg.Instances,
		FSConfig: wazero.NewFSConfig().WithFSMount(fonts, "/"), RuntimeConfig: rc,
		// PDFium has nothing to say to a log that a hostile file may write.
		Stdout: io.Discard, Stderr: io.Discard,
	})
	if err != nil {
		e.closeCache()
		return nil, fmt.Errorf("pdf: start PDFium: %w", err)
	}
	e.pool = pool
	return e, nil
}

// Close ends PDFium. Documents still open must not be used any more.
func (e *Engine) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	idle := e.idle
	e.idle = nil
	e.mu.Unlock()
	for _, g := range idle {
		g.discard()
	}
	err := e.pool.Close()
	e.closeCache()
	return err
}

func (e *Engine) closeCache() {
	if e.cache != nil {
		e.cache.Close(e.ctx)
	}
}

// instanceWait bounds how long an instance may take to start, once a slot is
// free: it takes ten milliseconds, so a second lost means something is wrong.
const instanceWait = 30 * time.Second

// acquire waits for a slot and returns an instance in its initial state.
func (e *Engine) acquire(ctx context.Context) (*guest, error) {
	select {
	case e.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		<-e.slots
		return nil, errors.New("pdf: engine is closed")
	}
	if n := len(e.idle); n > 0 {
		g := e.idle[n-1]
		e.idle = e.idle[:n-1]
		e.mu.Unlock()
		return g, nil
	}
	e.mu.Unlock()
	inst, err := e.pool.GetInstance(instanceWait)
	if err != nil {
		<-e.slots
		return nil, fmt.Errorf("pdf: PDFium instance: %w", err)
	}
	g, err := newGuest(e.ctx, inst)
	if err != nil {
		inst.Close()
		<-e.slots
		return nil, err
	}
	return g, nil
}

// release takes an instance back: reset to its initial memory, or thrown away
// after a trap.
func (e *Engine) release(g *guest) {
	e.mu.Lock()
	keep := !e.closed && g.reset()
	if keep {
		e.idle = append(e.idle, g)
	}
	e.mu.Unlock()
	if !keep {
		g.discard()
	}
	<-e.slots
}
