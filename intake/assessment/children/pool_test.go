package children

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	Main(map[string]func() (Handler, error){
		"rogue":  func() (Handler, error) { return &rogue{}, nil },
		"broken": func() (Handler, error) { return nil, errors.New("cannot start") },
	})
	os.Exit(m.Run())
}

// rogue does what it is told, however bad.
type rogue struct {
	setup string
	calls int
}

func (r *rogue) Setup(data []byte) error {
	r.setup = string(data)
	if r.setup == "bad" {
		return errors.New("bad setup")
	}
	return nil
}

func (r *rogue) Call(parts [][]byte) ([]byte, error) {
	r.calls++
	switch string(parts[0]) {
	case "echo":
		return parts[1], nil
	case "setup":
		return []byte(r.setup), nil
	case "pid":
		return []byte(strconv.Itoa(os.Getpid())), nil
	case "print":
		fmt.Println("not part of the protocol")
		return []byte("printed"), nil
	case "grow":
		return parts[1], touch(128 << 20)
	case "error":
		return nil, errors.New("no")
	case "exit":
		os.Exit(3)
	case "panic":
		panic("poison")
	case "overflow":
		return []byte{overflow(1)}, nil
	case "memory":
		var keep [][]byte
		for {
			keep = append(keep, bytes.Repeat([]byte{1}, 8<<20))
		}
	case "hang":
		for {
		}
	case "babble":
		os.NewFile(1, "stdout").WriteString(strings.Repeat("x", 1000))
		for {
		}
	}
	return nil, nil
}

func touch(n int) error {
	b := bytes.Repeat([]byte{1}, n)
	if b[n-1] != 1 {
		return errors.New("impossible")
	}
	return nil
}

func overflow(n byte) byte { return n + overflow(n+1) }

func newPool(t *testing.T, workers int) *Pool {
	p := New(Options{Handler: "rogue", Workers: workers, MemoryBytes: 256 << 20})
	t.Cleanup(func() { p.Close() })
	return p
}

const generous = time.Minute

func call(t *testing.T, p *Pool, parts ...string) (string, error) {
	t.Helper()
	var b [][]byte
	for _, s := range parts {
		b = append(b, []byte(s))
	}
	out, err := p.Do(context.Background(), generous, Setup{}, b...)
	return string(out), err
}

func TestPoison(t *testing.T) {
	p := newPool(t, 1)
	for _, c := range []struct {
		what string
		wall time.Duration
		want error
	}{
		{"exit", generous, ErrCrashed},
		{"panic", generous, ErrCrashed},
		{"overflow", generous, ErrCrashed},
		{"babble", generous, ErrCrashed},
		{"memory", generous, ErrMemory},
		{"hang", 300 * time.Millisecond, ErrTimeout},
	} {
		t.Run(c.what, func(t *testing.T) {
			if c.what == "memory" {
				requireHardLimit(t)
			}
			_, err := p.Do(context.Background(), c.wall, Setup{}, []byte(c.what))
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if out, err := call(t, p, "echo", "next"); err != nil || out != "next" {
				t.Errorf("the next call: %q, %v", out, err)
			}
		})
	}
}

func TestReuse(t *testing.T) {
	p := newPool(t, 1)
	first, err := call(t, p, "pid")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := call(t, p, "print"); err != nil || out != "printed" {
		t.Errorf("print: %q, %v", out, err)
	}
	var h *HandlerError
	if _, err := call(t, p, "error"); !errors.As(err, &h) || h.Text != "no" {
		t.Errorf("error: %v", err)
	}
	if second, err := call(t, p, "pid"); err != nil || second != first {
		t.Errorf("child %s became %s, %v", first, second, err)
	}
	if out, err := call(t, p, "grow", "x"); err != nil || out != "x" {
		t.Errorf("grow: %q, %v", out, err)
	}
	fresh, err := call(t, p, "pid")
	if err != nil || fresh == first {
		t.Errorf("a child that has grown was not replaced, %v", err)
	}
	p.opts.Calls = 1
	call(t, p, "pid")
	if third, err := call(t, p, "pid"); err != nil || third == fresh {
		t.Errorf("child %s was not replaced, %v", third, err)
	}
}

func TestSetup(t *testing.T) {
	p := newPool(t, 1)
	if _, err := p.Do(context.Background(), generous, Setup{Key: "x", Data: []byte("bad")}, []byte("setup")); !errors.Is(err, ErrSetup) {
		t.Errorf("a bad setup: %v", err)
	}
	for _, want := range []string{"a", "a", "b", "a"} {
		out, err := p.Do(context.Background(), generous, Setup{Key: want, Data: []byte(want)}, []byte("setup"))
		if err != nil || string(out) != want {
			t.Errorf("got %q, %v, want %q", out, err, want)
		}
	}
	if out, err := call(t, p, "setup"); err != nil || out != "a" {
		t.Errorf("a call without setup: %q, %v", out, err)
	}
	p.Do(context.Background(), generous, Setup{Key: "a", Data: []byte("a")}, []byte("exit"))
	if out, err := p.Do(context.Background(), generous, Setup{Key: "a", Data: []byte("a")}, []byte("setup")); err != nil || string(out) != "a" {
		t.Errorf("after a crash: %q, %v", out, err)
	}
}

func TestCancel(t *testing.T) {
	p := newPool(t, 1)
	call(t, p, "pid")
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if _, err := p.Do(ctx, generous, Setup{}, []byte("hang")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if out, err := call(t, p, "echo", "next"); err != nil || out != "next" {
		t.Errorf("the next call: %q, %v", out, err)
	}
}

func TestParallel(t *testing.T) {
	p := newPool(t, 2)
	big := strings.Repeat("鉴定", 1<<20)
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			want := fmt.Sprint(i, big)
			if i%7 == 3 {
				if _, err := call(t, p, "exit"); !errors.Is(err, ErrCrashed) {
					t.Errorf("exit: %v", err)
				}
				return
			}
			if out, err := call(t, p, "echo", want); err != nil || out != want {
				t.Errorf("%d: %d bytes, %v", i, len(out), err)
			}
		})
	}
	wg.Wait()
}

func TestClose(t *testing.T) {
	p := newPool(t, 1)
	call(t, p, "pid")
	done := make(chan error)
	go func() {
		_, err := p.Do(context.Background(), generous, Setup{}, []byte("hang"))
		done <- err
	}()
	p.Close()
	if err := <-done; !errors.Is(err, ErrClosed) {
		t.Errorf("the call under way: %v", err)
	}
	if _, err := call(t, p, "pid"); !errors.Is(err, ErrClosed) {
		t.Errorf("a call afterwards: %v", err)
	}
}

func TestStartFails(t *testing.T) {
	p := New(Options{Handler: "broken", Workers: 1})
	defer p.Close()
	if _, err := p.Do(context.Background(), generous, Setup{}); !errors.Is(err, ErrStart) || !strings.Contains(err.Error(), "cannot start") {
		t.Errorf("got %v", err)
	}
}

func FuzzMessage(f *testing.F) {
	var b bytes.Buffer
	writeMessage(&b, message{kindCall, [][]byte{[]byte("a"), nil}})
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := readMessage(bytes.NewReader(data), 1<<20)
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := writeMessage(&again, m); err != nil || !bytes.HasPrefix(data, again.Bytes()) {
			t.Fatalf("%v: %x became %x", err, data, again.Bytes())
		}
		if _, err := readMessage(&again, 1<<20); err != nil {
			t.Fatal(err)
		}
	})
}

func TestReady(t *testing.T) {
	p := newPool(t, 2)
	if err := p.Ready(context.Background()); err != nil {
		t.Error(err)
	}
	broken := New(Options{Handler: "broken", Workers: 1})
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if err := broken.Ready(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	broken.Close()
	if err := broken.Ready(context.Background()); !errors.Is(err, ErrClosed) {
		t.Errorf("%v", err)
	}
}
