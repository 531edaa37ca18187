package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"time"

	"jianding/intake/receipts"
	"jianding/schemas"
)

// Options is what the door is made of. Ledger, Originals, Keeper, SpoolDir,
// Review and OpenNotice are required; everything else has a default.
type Options struct {
	Ledger    Ledger
	Originals Originals
	// Keeper signs receipts and tree heads.
	Keeper *receipts.Keeper

	// Review says what a decision makes owed: effective is the reading with
	// the reviewer's corrections. It is pure.
	Review func(ctx context.Context, r schemas.Report, effective schemas.Assessment, d schemas.Decision, now time.Time) (schemas.Consequences, error)
	// OpenNotice says which case a hazard notice opens. It is pure.
	OpenNotice func(n schemas.Notice, now time.Time) (schemas.NewCase, error)

	// Precheck assesses a document as a report would be, and keeps nothing.
	// Nil: there is no pre-check.
	Precheck func(ctx context.Context, document io.Reader, size int64, declared schemas.Declared, at time.Time) (schemas.Assessment, error)
	// Callback verifies a callback of the platform: Untrusted when its
	// signature or time window does not hold. Nil: there are none.
	Callback func(h http.Header, body []byte, now time.Time) (schemas.PlatformCallback, error)
	// Export writes the package for filing by hand (a zip). Nil: there is
	// none.
	Export func(ctx context.Context, w io.Writer, deliveryIDs []string) error
	// PageImage returns a page (from 1) of an original as PNG, for the
	// reviewer's eyes. Nil: pages are not shown.
	PageImage func(ctx context.Context, sha256hex string, page int) ([]byte, error)
	// CopyTo proposes whom a disposition is copied to (抄送), by town and
	// use. Nil: the town alone.
	CopyTo func(p schemas.Place) []string

	// PlatformState says how the connection to the platform is, in words
	// ("正常", "熔断中，14:05 重试"), for the deliveries' page. Nil: not said.
	PlatformState func() string

	// Wake tells the sweep that something is owed; nil: it finds it itself.
	Wake func()
	// Metrics answers /metrics. Nil: there is none.
	Metrics http.Handler
	// Checks are asked by /readyz beside ledger and originals.
	Checks map[string]func(context.Context) error
	// SweepAge is the age of the last sweep, shown on the board and judged
	// by /readyz against MaxSweepAge. Nil: this process does not sweep.
	SweepAge    func() time.Duration
	MaxSweepAge time.Duration // default 1 minute

	// LinkKey signs one-time links ([Links]); BaseURL is how the outside
	// reaches this service ("https://jianding.example").
	LinkKey []byte
	BaseURL string

	SpoolDir   string        // for documents on their way in; made when absent
	MaxUpload  int64         // bytes per document; default 200 MB
	MaxUploads int           // at the same time, a quarter of them one agency's, and as many notices beside; default 64
	SessionTTL time.Duration // default 12 hours
	// BodyPause is the longest pause within a request's body, BodyGrace how
	// long a body may stay below the least rate; defaults 30 s and 60 s.
	BodyPause, BodyGrace time.Duration
	// NoOCR says that scanned pages are read by nobody but people here.
	NoOCR bool
	// SecondPerson asks for a second officer to downgrade or dismiss a case.
	SecondPerson bool
	// TrustedProxies are the addresses whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// InsecureCookies lets sessions work over plain HTTP, for `demo`.
	InsecureCookies bool

	Clock   func() time.Time
	Logger  *slog.Logger
	Version string
}

// server is the door at work.
type server struct {
	Options
	ledger                   Ledger
	originals                Originals
	keeper                   *receipts.Keeper
	merkle                   *receipts.Log
	links                    *Links
	maxUpload                int64
	spoolDir                 string
	uploadSlots, noticeSlots *slots
	checkSlots               chan struct{} // pre-checks at work
	hashSlots                chan struct{} // password hashes at work: each costs 19 MiB
	log                      *slog.Logger
	pages                    *pages
}

func (s *server) now() time.Time { return s.Clock().UTC().Truncate(time.Microsecond) }

func (s *server) wake() {
	if s.Wake != nil {
		s.Wake()
	}
}

// New returns the handler of everything that the service serves. It makes the
// spool directory and removes from it what a crash left behind.
func New(o Options) (http.Handler, error) {
	if o.Ledger == nil || o.Originals == nil || o.Keeper == nil || o.SpoolDir == "" || o.Review == nil || o.OpenNotice == nil {
		return nil, schemas.Errorf(schemas.KindInvalid, "web_options", "web: Ledger, Originals, Keeper, SpoolDir, Review and OpenNotice are required")
	}
	if len(o.LinkKey) < 16 {
		return nil, schemas.Errorf(schemas.KindInvalid, "web_options", "web: LinkKey needs at least 16 bytes")
	}
	o.defaults()
	if err := os.MkdirAll(o.SpoolDir, 0o700); err != nil {
		return nil, diskError(err)
	}
	if err := sweepSpool(o.SpoolDir, time.Now().Add(-24*time.Hour)); err != nil {
		return nil, err
	}
	s := &server{
		Options: o, ledger: o.Ledger, originals: o.Originals, keeper: o.Keeper, merkle: receipts.NewLog(o.Ledger, o.Keeper),
		links: NewLinks(o.LinkKey, o.BaseURL), maxUpload: o.MaxUpload, spoolDir: o.SpoolDir,
		uploadSlots: newSlots(o.MaxUploads), noticeSlots: newSlots(o.MaxUploads),
		checkSlots: make(chan struct{}, 1), hashSlots: make(chan struct{}, 2), log: o.Logger,
	}
	var err error
	if s.pages, err = loadPages(o.Version); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	s.mountAPI(mux)
	if err := s.mountUploads(mux); err != nil {
		return nil, err
	}
	s.mountPages(mux)
	if o.Metrics != nil {
		mux.Handle("GET /metrics", o.Metrics)
	}
	return s.recovering(mux), nil
}

func (o *Options) defaults() {
	if o.MaxUpload <= 0 {
		o.MaxUpload = 200_000_000
	}
	if o.MaxUploads <= 0 {
		o.MaxUploads = 64
	}
	if o.SessionTTL <= 0 {
		o.SessionTTL = 12 * time.Hour
	}
	if o.MaxSweepAge <= 0 {
		o.MaxSweepAge = time.Minute
	}
	if o.BodyPause <= 0 {
		o.BodyPause = 30 * time.Second
	}
	if o.BodyGrace <= 0 {
		o.BodyGrace = 60 * time.Second
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
}

// recovering turns a panic into a 500 that is logged: one bad request must
// not take down the others' uploads with it. It also gives every body a first
// deadline; the handlers of uploads extend it as the body flows.
func (s *server) recovering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(v)
			}
			s.log.Error("handler panicked", "route", r.Pattern, "panic", v)
			s.fail(w, r, schemas.Errorf(schemas.KindInternal, "internal", "panic: %v", v))
		}()
		if r.ContentLength != 0 {
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.BodyGrace))
		}
		next.ServeHTTP(w, r)
	})
}
