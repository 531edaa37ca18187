package children

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
)

// Environment variables that make a process a child. They are set by the pool
// alone.
const (
	envName   = "JIANDING_CHILD"
	envMemory = "JIANDING_CHILD_MEMORY"
	envNice   = "JIANDING_CHILD_NICE"
)

const maxStack = 64 << 20

// Handler is the work of a child.
type Handler interface {
	// Setup takes data that stays in force for the calls that follow.
	Setup(data []byte) error
	// Call answers one request.
	Call(parts [][]byte) ([]byte, error)
}

// Main runs this process as a child when the pool started it as one, and does
// not return then; otherwise it returns at once. It must be called first thing
// in main and TestMain, before anything is written to standard output.
// handlers maps a name to the function that makes its handler.
func Main(handlers map[string]func() (Handler, error)) {
	name := os.Getenv(envName)
	if name == "" {
		return
	}
	os.Exit(run(name, handlers))
}

func run(name string, handlers map[string]func() (Handler, error)) int {
	in, out := os.Stdin, os.Stdout
	// Whatever prints must not talk into the protocol.
	os.Stdout = os.Stderr
	limit, err := limitMemory(os.Getenv(envMemory))
	if err != nil {
		fmt.Fprintln(os.Stderr, "children: limit of memory:", err)
		return 1
	}
	if nice, err := strconv.Atoi(os.Getenv(envNice)); err == nil && nice > 0 {
		if err := giveWay(nice); err != nil {
			fmt.Fprintln(os.Stderr, "children: priority:", err)
			return 1
		}
	}
	// The heap of a child is garbage after every call: collect it late, as far
	// as the memory limit allows.
	debug.SetGCPercent(400)
	// Nothing honest nests that deep, and a gigabyte, the default, is slow.
	debug.SetMaxStack(maxStack)
	mk, ok := handlers[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "children: no handler %q\n", name)
		return 1
	}
	h, err := mk()
	if err != nil {
		fmt.Fprintln(os.Stderr, "children: start:", err)
		return 1
	}
	if err := serve(in, out, h, limit); err != nil {
		fmt.Fprintln(os.Stderr, "children:", err)
		return 1
	}
	return 0
}

// serve answers until the parent is gone. A child whose memory has grown beyond
// a third of its limit asks to be replaced after its answer: what Go's heap
// once mapped counts against the limit for good, and the next input, an
// innocent one, must find room.
func serve(r io.Reader, w io.Writer, h Handler, limit int64) error {
	if err := writeMessage(w, message{kind: kindReady}); err != nil {
		return err
	}
	in, out := bufio.NewReaderSize(r, 1<<16), bufio.NewWriter(w)
	for {
		m, err := readMessage(in, math.MaxInt64)
		if errors.Is(err, io.EOF) {
			return nil // the parent is gone or done with us
		}
		if err != nil {
			return err
		}
		var answer []byte
		switch m.kind {
		case kindSetup:
			err = h.Setup(m.parts[0])
		case kindCall:
			answer, err = h.Call(m.parts)
		default:
			return errFrame
		}
		reply := message{kind: kindResult, parts: [][]byte{answer}}
		if limit > 0 && mapped() > limit/3 {
			reply.kind = kindLast
		}
		if err != nil {
			reply = message{kind: kindFailed, parts: [][]byte{[]byte(err.Error())}}
		}
		if err := writeMessage(out, reply); err != nil {
			return err
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
}

// mapped is the memory that the Go runtime has ever asked of the system.
func mapped() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys)
}

// limitMemory sets the soft limit of the Go heap well below the hard limit of
// the process, so that the collector works before the kernel refuses.
func limitMemory(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, err
	}
	debug.SetMemoryLimit(n / 2)
	return n, hardLimit(n)
}
