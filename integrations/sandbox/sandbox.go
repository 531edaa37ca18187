package sandbox

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/go-resty/resty/v2"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Prefix is the path below which the reference contract is served.
const Prefix = "/openapi/v1"

// Options of a sandbox.
type Options struct {
	// Scheme of request signing: hmac-sha256, hmac-sm3, sm2 or dg-work.
	Scheme string
	AppID  string
	Secret string // of HMAC schemes, at least 16 bytes
	// ClientKeyPEM is the client's SM2 public key (PUBLIC KEY), for sm2.
	ClientKeyPEM []byte
	// PlatformKeyPEM is our SM2 private key (PRIVATE KEY), for sm2 callbacks.
	PlatformKeyPEM []byte

	// CommitLog is the file of the append-only log; what it holds already is
	// read at start. Empty: records live in memory only.
	CommitLog string
	// NoDuplicateCheck records every submission, also of a key that is there
	// already: then each double filing is a line in the log.
	NoDuplicateCheck bool
	// CallbackURL is where callbacks go; empty: nowhere.
	CallbackURL string
	// Pending answers every submission 202 and decides it later: after
	// DecideAfter, or by hand when that is negative.
	Pending     bool
	DecideAfter time.Duration
	// RatePerSecond refuses more requests than that in any one second with
	// 429; 0: no limit.
	RatePerSecond int
	MaxFileBytes  int64 // default 100 MiB

	// Seed and Rate make random faults: each request has one of Kinds (default
	// all that a submission can end after) with probability Rate.
	Seed  uint64
	Rate  float64
	Kinds []Kind

	Clock  func() time.Time
	Sleep  func(context.Context, time.Duration) error
	Logger *slog.Logger
}

// Server is the sandbox; it is an http.Handler.
type Server struct {
	opt         Options
	mux         *http.ServeMux
	handler     http.Handler
	schema      *jsonschema.Schema
	clientKey   *ecdsa.PublicKey
	platformKey *sm2.PrivateKey
	rest        *resty.Client
	log         *slog.Logger

	book   *book
	faults *faults
	seen   nonces
	meter  meter
	drafts drafts
	reqNo  atomic.Int64
	active atomic.Int64

	ctx    context.Context // of work that outlives its request
	cancel context.CancelFunc
	work   sync.WaitGroup
}

// New makes a sandbox. Close ends its background work.
func New(o Options) (*Server, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.MaxFileBytes == 0 {
		o.MaxFileBytes = 100 << 20
	}
	if o.AppID == "" {
		return nil, fmt.Errorf("sandbox: AppID is missing")
	}
	s := &Server{opt: o, log: o.Logger, seen: nonces{used: map[string]time.Time{}}, rest: resty.New().SetRetryCount(0).SetTimeout(10 * time.Second)}
	s.drafts.byID = map[string]draft{}
	var err error
	if err = s.loadKeys(); err != nil {
		return nil, err
	}
	if s.schema, err = submissionSchema(); err != nil {
		return nil, err
	}
	if s.faults, err = newFaults(o); err != nil {
		return nil, err
	}
	if s.book, err = openBook(o.CommitLog); err != nil {
		return nil, err
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.mux = s.routes()
	// The page's buttons must not be pressed by another site.
	s.handler = http.NewCrossOriginProtection().Handler(s.mux)
	return s, nil
}

// InFlight counts requests and late work (late commits, decisions, callbacks)
// that are under way, sleeping ones included.
func (s *Server) InFlight() int { return int(s.active.Load()) }

// Close stops callbacks and late work and closes the log.
func (s *Server) Close() error {
	s.cancel()
	s.work.Wait()
	return s.book.close()
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Server) routes() *http.ServeMux {
	m := http.NewServeMux()
	m.HandleFunc(Prefix+"/", func(w http.ResponseWriter, r *http.Request) {
		c := s.newCall(w, r)
		c.answer(http.StatusNotFound, answer{Code: "NOT_FOUND", Message: "没有这个接口"})
	})
	m.Handle("POST "+Prefix+"/filings", s.operation("submit", s.submit))
	m.Handle("GET "+Prefix+"/filings", s.operation("list", s.list))
	m.Handle("GET "+Prefix+"/filings/query", s.operation("query", s.query))
	m.Handle("POST "+Prefix+"/filings/{receipt}/supersede", s.operation("supersede", s.submit))
	m.Handle("POST "+Prefix+"/filings/drafts", s.operation("draft", s.draft))
	m.Handle("PUT "+Prefix+"/filings/drafts/{draft}/file", s.operation("upload", s.upload))
	s.adminRoutes(m)
	return m
}

// ServeHTTP serves the contract under [Prefix], the page under / and its
// controls under /_sandbox/.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// answer is the envelope of every answer.
type answer struct {
	Code       string    `json:"code"`
	Message    string    `json:"message"`
	RequestID  string    `json:"request_id"`
	Record     *Record   `json:"record,omitempty"`
	Records    *[]Record `json:"records,omitempty"`
	NextCursor string    `json:"next_cursor,omitempty"`
	DraftID    string    `json:"draft_id,omitempty"`
	Problems   []problem `json:"problems,omitempty"`
}

type problem struct {
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

// call is one request with the fault that it suffers.
type call struct {
	s     *Server
	w     http.ResponseWriter
	r     *http.Request
	op    string
	fault Fault
	now   time.Time // by our clock, which a fault may set wrong
	id    string
}

func (s *Server) newCall(w http.ResponseWriter, r *http.Request) *call {
	now := s.opt.Clock()
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	return &call{s: s, w: w, r: r, now: now, id: fmt.Sprintf("r-%06d", s.reqNo.Add(1))}
}

// operation wraps a handler in what every request goes through: rate, faults
// that come before anything is recorded, and the clock.
func (s *Server) operation(op string, h func(*call)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.active.Add(1)
		defer s.active.Add(-1)
		c := s.newCall(w, r)
		c.op = op
		over := s.opt.RatePerSecond > 0 && s.meter.over(c.now, s.opt.RatePerSecond)
		fault, err := s.faults.next(op, r)
		if err != nil {
			c.answer(http.StatusUnprocessableEntity, answer{Code: "INVALID", Message: err.Error()})
			return
		}
		c.fault = fault
		if fault.Kind != None {
			s.log.Info("sandbox fault", "operation", op, "kind", string(fault.Kind))
		}
		if fault.Kind == ClockSkew {
			c.now = c.now.Add(fault.Delay)
			w.Header().Set("Date", c.now.UTC().Format(http.TimeFormat))
		}
		if over {
			c.refuse(http.StatusTooManyRequests, "RATE_LIMITED", "请求过于频繁", time.Second)
			return
		}
		if c.breakBefore() {
			return
		}
		h(c)
	})
}

// answer sends an answer, spoiled if the fault says so.
func (c *call) answer(status int, a answer) {
	a.RequestID = c.id
	body, err := json.Marshal(a)
	if err != nil {
		c.w.WriteHeader(http.StatusInternalServerError)
		return
	}
	if c.spoil(status, body) {
		return
	}
	c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	c.w.WriteHeader(status)
	c.w.Write(body)
}

func (c *call) refuse(status int, code, message string, retryAfter time.Duration) {
	c.drain()
	if retryAfter > 0 {
		c.w.Header().Set("Retry-After", fmt.Sprint(int((retryAfter+time.Second-1)/time.Second)))
	}
	c.answer(status, answer{Code: code, Message: message})
}

// meter counts requests in a sliding second.
type meter struct {
	sync.Mutex
	at []time.Time
}

func (m *meter) over(now time.Time, most int) bool {
	m.Lock()
	defer m.Unlock()
	for len(m.at) > 0 && !m.at[0].After(now.Add(-time.Second)) {
		m.at = m.at[1:]
	}
	m.at = append(m.at, now)
	return len(m.at) > most
}
