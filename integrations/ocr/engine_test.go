package ocr

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jianding/integrations/ocr/page"
	"jianding/integrations/ocr/wire"
)

// The test binary plays the helper: what it does wrong is in an environment
// variable that a script sets, since the engine passes none on.
const envFake = "JIANDING_FAKE_OCR"

func TestMain(m *testing.M) {
	if how := os.Getenv(envFake); how != "" {
		fakeHelper(how)
		return
	}
	os.Exit(m.Run())
}

func fakeHelper(how string) {
	protocol := wire.Protocol
	switch how {
	case "old":
		protocol = 0
	case "broken":
		_ = wire.Write(os.Stdout, wire.Hello{Protocol: protocol, Error: "no models"}, nil)
		os.Exit(1)
	case "silent":
		select {}
	case "dead":
		fmt.Fprintln(os.Stderr, "error while loading shared libraries")
		os.Exit(127)
	}
	_ = wire.Write(os.Stdout, wire.Hello{Protocol: protocol, Runtime: "fake"}, nil)
	for n := 1; ; n++ {
		var q wire.Request
		body, err := wire.Read(os.Stdin, &q)
		if err != nil {
			os.Exit(0)
		}
		img, err := q.Raster(body)
		if err != nil {
			_ = wire.Write(os.Stdout, wire.Answer{Error: err.Error()}, nil)
			continue
		}
		switch how {
		case "crash":
			panic("index out of range")
		case "crash-on-odd":
			if img.W%2 == 1 {
				panic("index out of range")
			}
		case "memory":
			fmt.Fprintln(os.Stderr, "fatal error: runtime: out of memory")
			os.Exit(2)
		case "bad_alloc":
			_ = wire.Write(os.Stdout, wire.Answer{Error: "Clip node: std::bad_alloc"}, nil)
			continue
		case "hang":
			// Not select {}: without cgo the runtime ends that as a deadlock.
			time.Sleep(time.Hour)
		case "nonsense":
			_, _ = os.Stdout.WriteString(strings.Repeat("nonsense", 64))
			continue
		case "refuse":
			_ = wire.Write(os.Stdout, wire.Answer{Error: "bad shape"}, nil)
			continue
		}
		_ = wire.Write(os.Stdout, wire.Answer{Result: page.Result{W: img.W, H: img.H, Lines: []page.Line{{
			Rect: page.Rect{X0: 10, Y0: 20, X1: 50, Y1: 30}, Text: fmt.Sprintf("第%d页 D5u级", n), Confidence: 0.9,
			Chars: []page.Char{{R: 'D', Confidence: 1}, {R: '5', Confidence: 1}, {R: 'u', Confidence: 1}, {R: '级', Confidence: 1}},
		}}}}, nil)
	}
}

func fakeEngine(t *testing.T, how string, o Options) *Engine {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o.Dir = t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\nexport %s=%s\nexec %q\n", envFake, how, self)
	if err := os.MkdirAll(filepath.Join(o.Dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(helperFile(o.Dir), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	e := newEngine(o.withDefaults())
	t.Cleanup(func() { e.Close() })
	return e
}

func TestWordsComeInPointsAndTolerated(t *testing.T) {
	e := fakeEngine(t, "well", Options{})
	p, err := e.Read(t.Context(), page.NewRaster(200, 100), 144)
	if err != nil {
		t.Fatal(err)
	}
	w := p.Words[0]
	if w.Text != "Dsu级" || w.Raw != "第1页 D5u级" || w.Box != [4]float64{5, 35, 25, 40} {
		t.Errorf("%+v", w)
	}
	// The same process reads the next page.
	if p, err = e.Read(t.Context(), page.NewRaster(200, 100), 144); err != nil || p.Words[0].Raw != "第2页 D5u级" {
		t.Errorf("second page: %+v %v", p, err)
	}
}

// Whatever the helper does, the page has an error that says which, the service
// lives and the next page is read.
func TestFailuresAreOutcomes(t *testing.T) {
	for how, want := range map[string]error{
		"crash": ErrCrashed, "memory": ErrMemory, "bad_alloc": ErrMemory, "hang": ErrTime, "nonsense": ErrCrashed,
		"refuse": ErrPage, "broken": ErrStart, "old": ErrStart, "dead": ErrStart, "silent": ErrStart,
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			o := Options{PageTime: 30 * time.Second, Start: 30 * time.Second}
			switch how {
			case "hang":
				o.PageTime = 300 * time.Millisecond
			case "silent":
				o.Start = 300 * time.Millisecond
			}
			e := fakeEngine(t, how, o)
			for range 2 {
				if _, err := e.Read(t.Context(), page.NewRaster(64, 64), 72); !errors.Is(err, want) {
					t.Errorf("%v, want %v", err, want)
				}
			}
		})
	}
}

func TestOnePageDoesNotTakeTheNextWithIt(t *testing.T) {
	e := fakeEngine(t, "crash-on-odd", Options{})
	for i := range 6 {
		_, err := e.Read(t.Context(), page.NewRaster(64+i, 64), 72)
		if odd := i%2 == 1; odd != errors.Is(err, ErrCrashed) || !odd && err != nil {
			t.Errorf("page %d: %v", i, err)
		}
	}
}

func TestContextEndsAPage(t *testing.T) {
	e := fakeEngine(t, "hang", Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := e.Read(ctx, page.NewRaster(64, 64), 72); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

func TestClosingEndsPagesUnderWay(t *testing.T) {
	e := fakeEngine(t, "hang", Options{})
	done := make(chan error)
	go func() {
		_, err := e.Read(context.Background(), page.NewRaster(64, 64), 72)
		done <- err
	}()
	// Closed at whatever point it is: waiting, starting or reading.
	e.Close()
	if err := <-done; !errors.Is(err, ErrClosed) {
		t.Errorf("%v", err)
	}
	if _, err := e.Read(t.Context(), page.NewRaster(64, 64), 72); !errors.Is(err, ErrClosed) {
		t.Errorf("after closing: %v", err)
	}
}

func TestNewSaysWhatIsMissing(t *testing.T) {
	_, err := New(Options{Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "jianding ocr install") {
		t.Errorf("%v", err)
	}
}

// A box of a word leads back to where the word stands on the page as scanned,
// however the page was turned for reading.
func TestWordsLeadBackToThePage(t *testing.T) {
	const dpi, w, h = 144, 400, 600
	for quarters := range 4 {
		for _, skew := range []float64{0, 0.03, -0.05} {
			img := page.NewRaster(w, h)
			for y := 300; y < 312; y++ { // a mark at 200…212, 300…312
				for x := 200; x < 212; x++ {
					copy(img.Pix[3*(y*w+x):], []byte{0, 0, 0})
				}
			}
			read := img.Turn(quarters).Rotate(-skew)
			var sx, sy, n float64
			for i := range read.W * read.H {
				if read.Pix[3*i] < 128 {
					sx, sy, n = sx+float64(i%read.W), sy+float64(i/read.W), n+1
				}
			}
			x, y := sx/n, sy/n
			p := newPage(page.Result{W: read.W, H: read.H, Quarters: quarters, Skew: skew,
				Lines: []page.Line{{Rect: page.Rect{X0: x - 6, Y0: y - 6, X1: x + 6, Y1: y + 6}}}}, img, dpi)
			box := p.Words[0].Box
			if box[0] < 0 || box[1] < 0 || box[2] > w/2 || box[3] > h/2 {
				t.Errorf("turned by %d: the word %v lies outside the page", quarters, box)
			}
			got := p.OnPage(box)
			cx, cy := (got[0]+got[2])/2, (got[1]+got[3])/2
			if math.Abs(cx-206*0.5) > 1 || math.Abs(cy-(h-306)*0.5) > 1 {
				t.Errorf("turned by %d, skew %v: at %.1f, %.1f, want %.1f, %.1f", quarters, skew, cx, cy, 206*0.5, (h-306)*0.5)
			}
		}
	}
}

func FuzzWire(f *testing.F) {
	var b strings.Builder
	_ = wire.Write(&b, wire.Request{W: 1, H: 1}, []byte{1, 2, 3})
	f.Add([]byte(b.String()))
	f.Add([]byte("\x00\x00\x00\x02\xff\xff\xff\xff{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var q wire.Request
		body, err := wire.Read(io.LimitReader(strings.NewReader(string(b)), int64(len(b))), &q)
		if err != nil {
			return
		}
		if img, err := q.Raster(body); err == nil && len(img.Pix) != 3*img.W*img.H {
			t.Errorf("an image of %d×%d in %d bytes", img.W, img.H, len(img.Pix))
		}
	})
}
