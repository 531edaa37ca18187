package pdf

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"

	"encoding/binary"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/webassembly/imports"
)

// guest is one PDFium instance, called directly: go-pdfium's own methods
// allocate and free out-parameters in the guest and look up handles by UUID on
// every call, which for a character costs more than PDFium's work itself.
type guest struct {
	inst    pdfium.Pdfium
	ctx     context.Context
	lookup  func(string) guestFunc
	funcs   map[string]guestFunc
	memory  guestMemory
	image   []byte // memory right after the library's initialisation
	scratch uint64 // 64 bytes for out-parameters, part of image
	stack   [16]uint64
	broken  bool // trapped: memory and stack pointer are in an unknown state
}

type guestFunc interface {
	CallWithStack(ctx context.Context, stack []uint64) error
}

type guestMemory interface {
	Size() uint32
	Read(offset, count uint32) ([]byte, bool)
}

const scratchBytes = 64

// resetLimit is the memory up to which an instance is worth resetting:
// clearing costs about 0.1 ms a megabyte, a new instance about 8 ms.
const resetLimit = 96 << 20

func newGuest(ctx context.Context, inst pdfium.Pdfium) (*guest, error) {
	impl := inst.GetImplementation()
	shape := imports.NewModule(nil)
	g := &guest{inst: inst, ctx: ctx, funcs: make(map[string]guestFunc)}
	var err error
	if g.lookup, err = bindFunctions(shape.ExportedFunction, impl); err != nil {
		return nil, err
	}
	if g.memory, err = bindMemory(shape.Memory, impl); err != nil {
		return nil, err
	}
	if g.scratch, err = g.malloc(scratchBytes); err != nil {
		return nil, err
	}
	all, ok := g.memory.Read(0, g.memory.Size())
	if !ok {
		return nil, errors.New("pdf: PDFium's memory cannot be read")
	}
	n := len(all)
	for n > 0 && all[n-1] == 0 {
		n--
	}
	g.image = append([]byte(nil), all[:n]...)
	return g, nil
}

// bindFunctions and bindMemory reach the exported functions and the memory of
// an instance. Their types live in an internal package of go-pdfium and can
// only be inferred, from the public adapter that has the same shape.
func bindFunctions[F guestFunc](_ func(string) F, impl any) (func(string) guestFunc, error) {
	x, ok := impl.(interface{ Fn(string) F })
	if !ok {
		return nil, fmt.Errorf("pdf: go-pdfium's implementation %T has no Fn", impl)
	}
	return func(name string) guestFunc { return x.Fn(name) }, nil
}

func bindMemory[M guestMemory](_ func() M, impl any) (guestMemory, error) {
	v := reflect.ValueOf(impl)
	if v.Kind() == reflect.Pointer && v.Elem().Kind() == reflect.Struct {
		if f := v.Elem().FieldByName("Module"); f.IsValid() && f.CanInterface() {
			if m, ok := f.Interface().(interface{ Memory() M }); ok {
				return m.Memory(), nil
			}
		}
	}
	return nil, fmt.Errorf("pdf: go-pdfium's implementation %T has no memory", impl)
}

// reset puts the memory back to what it was before the first document, so that
// no document can leave anything for the next. It reports whether the instance
// may be used again. Between calls the only other state of the module, its
// stack pointer, is back at its start, unless a call trapped.
func (g *guest) reset() bool {
	if g.broken {
		return false
	}
	size := g.memory.Size()
	if size > resetLimit {
		return false
	}
	all, ok := g.memory.Read(0, size)
	if !ok {
		return false
	}
	copy(all, g.image)
	clear(all[len(g.image):])
	return true
}

// discard closes the instance. go-pdfium's Close frees nothing here: it holds
// no handles, and the module's memory goes with it.
func (g *guest) discard() { _ = g.inst.Close() }

// fn returns an exported function, resolved once.
func (g *guest) fn(name string) guestFunc {
	f := g.funcs[name]
	if f == nil {
		f = g.lookup(name)
		g.funcs[name] = f
	}
	return f
}

// call runs a function. An error means a trap: the instance is broken.
func (g *guest) call(f guestFunc, args ...uint64) (uint64, error) {
	if g.broken {
		return 0, errors.New("pdf: PDFium instance has trapped before")
	}
	copy(g.stack[:], args)
	if err := g.callTrapped(f); err != nil {
		g.broken = true
		return 0, err
	}
	return g.stack[0], nil
}

// callTrapped turns a Go panic of the runtime itself into an error as well.
func (g *guest) callTrapped(f guestFunc) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("pdf: panic in PDFium: %v", r)
		}
	}()
	return f.CallWithStack(g.ctx, g.stack[:])
}

func (g *guest) do(name string, args ...uint64) (uint64, error) {
	return g.call(g.fn(name), args...)
}

func (g *guest) malloc(n int) (uint64, error) {
	p, err := g.do("malloc", uint64(n))
	if err != nil {
		return 0, err
	}
	if p == 0 {
		return 0, errOutOfMemory
	}
	return p, nil
}

var errOutOfMemory = errors.New("pdf: PDFium is out of memory")

// bytes is a view of guest memory, valid until the next call.
func (g *guest) bytes(p uint64, n int) ([]byte, error) {
	b, ok := g.memory.Read(uint32(p), uint32(n))
	if !ok {
		g.broken = true
		return nil, errors.New("pdf: PDFium returned an address outside its memory")
	}
	return b, nil
}

func float64At(b []byte, i int) float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
}

func float32At(b []byte, i int) float64 {
	return float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
}
