package sandbox

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Kind is a way in which a platform breaks.
type Kind string

const (
	None           Kind = ""
	Latency        Kind = "latency"         // waits Delay, then works
	LatencyAfter   Kind = "latency-after"   // records, waits Delay, then answers
	Error          Kind = "error"           // 5xx (Status), nothing recorded
	ErrorAfter     Kind = "error-after"     // records, then 5xx (Status)
	RateLimit      Kind = "rate-limit"      // 429 with Retry-After (Delay)
	Maintenance    Kind = "maintenance"     // 503 MAINTENANCE with Retry-After (Delay)
	ResetBefore    Kind = "reset-before"    // connection reset, nothing recorded
	ResetAfter     Kind = "reset-after"     // records, then connection reset
	LateCommit     Kind = "late-commit"     // connection reset, recorded Delay later
	SlowBody       Kind = "slow-body"       // records, answers a byte per Delay
	Truncated      Kind = "truncated"       // records, answer breaks off
	NotJSON        Kind = "not-json"        // records, answers a gateway's page with 200
	Empty          Kind = "empty"           // records, answers 200 with nothing
	CallbackTwice  Kind = "callback-twice"  // records, calls back twice
	CallbackBefore Kind = "callback-before" // records, calls back, then answers
	Returned       Kind = "returned"        // records as returned (Reason)
	Undecided      Kind = "pending"         // records as pending
	ClockSkew      Kind = "clock-skew"      // our clock is wrong by Delay
)

// Kinds lists every fault.
func Kinds() []Kind {
	return []Kind{Latency, LatencyAfter, Error, ErrorAfter, RateLimit, Maintenance, ResetBefore, ResetAfter, LateCommit,
		SlowBody, Truncated, NotJSON, Empty, CallbackTwice, CallbackBefore, Returned, Undecided, ClockSkew}
}

// Fault is one fault with its particulars; what is zero has a default.
type Fault struct {
	Kind   Kind          `json:"kind"`
	Delay  time.Duration `json:"delay,omitempty"`
	Status int           `json:"status,omitempty"`
	Reason string        `json:"reason,omitempty"`
}

// FaultHeader asks for a fault of one request: "reset-after",
// "latency;delay=2s", "error-after;status=502", "returned;reason=…".
const FaultHeader = "X-Sandbox-Fault"

// Rule makes requests suffer a fault.
type Rule struct {
	Fault Fault `json:"fault"`
	// Operations it applies to: submit, supersede, draft, upload, query, list;
	// empty: submit, supersede and upload.
	Operations []string `json:"operations,omitempty"`
	// Key limits it to one idempotency key; Skip lets that many matching
	// requests pass first; Times ends it after that many (0: never).
	Key   string `json:"key,omitempty"`
	Skip  int    `json:"skip,omitempty"`
	Times int    `json:"times,omitempty"`
}

type faults struct {
	sync.Mutex
	rules  []Rule
	random *rand.Rand
	rate   float64
	kinds  []Kind
}

func newFaults(o Options) (*faults, error) {
	f := &faults{rate: o.Rate, kinds: o.Kinds, random: rand.New(rand.NewPCG(o.Seed, 0x6a69616e64696e67))}
	if len(f.kinds) == 0 {
		f.kinds = slices.DeleteFunc(Kinds(), func(k Kind) bool { return k == Returned })
	}
	for _, k := range f.kinds {
		if !slices.Contains(Kinds(), k) {
			return nil, fmt.Errorf("sandbox: unknown fault %q", k)
		}
	}
	return f, nil
}

// AddRule adds a rule; the first that applies wins.
func (s *Server) AddRule(r Rule) error {
	if !slices.Contains(Kinds(), r.Fault.Kind) {
		return fmt.Errorf("sandbox: unknown fault %q", r.Fault.Kind)
	}
	s.faults.Lock()
	defer s.faults.Unlock()
	s.faults.rules = append(s.faults.rules, r)
	return nil
}

// ClearRules removes all rules and random faults.
func (s *Server) ClearRules() {
	s.faults.Lock()
	defer s.faults.Unlock()
	s.faults.rules, s.faults.rate = nil, 0
}

// next decides which fault a request suffers: by header, by rule, by chance.
func (f *faults) next(op string, r *http.Request) (Fault, error) {
	if h := r.Header.Get(FaultHeader); h != "" {
		return parseFault(h)
	}
	key := r.Header.Get("Idempotency-Key")
	if key == "" {
		key = r.URL.Query().Get("idempotency_key")
	}
	records := op == "submit" || op == "supersede" || op == "upload"
	f.Lock()
	defer f.Unlock()
	for i := range f.rules {
		u := &f.rules[i]
		if len(u.Operations) == 0 && !records || len(u.Operations) > 0 && !slices.Contains(u.Operations, op) || u.Key != "" && u.Key != key {
			continue
		}
		if u.Skip > 0 {
			u.Skip--
			continue
		}
		fault := u.Fault
		if u.Times > 0 {
			if u.Times--; u.Times == 0 {
				f.rules = slices.Delete(f.rules, i, i+1)
			}
		}
		return fault.filled(), nil
	}
	if f.rate > 0 && f.random.Float64() < f.rate {
		return Fault{Kind: f.kinds[f.random.IntN(len(f.kinds))]}.filled(), nil
	}
	return Fault{}, nil
}

func parseFault(h string) (Fault, error) {
	parts := strings.Split(h, ";")
	f := Fault{Kind: Kind(strings.TrimSpace(parts[0]))}
	if !slices.Contains(Kinds(), f.Kind) {
		return f, fmt.Errorf("%s: 未知的故障 %q", FaultHeader, f.Kind)
	}
	for _, p := range parts[1:] {
		k, v, _ := strings.Cut(strings.TrimSpace(p), "=")
		var err error
		switch k {
		case "delay":
			f.Delay, err = time.ParseDuration(v)
		case "status":
			f.Status, err = strconv.Atoi(v)
		case "reason":
			f.Reason = v
		default:
			err = fmt.Errorf("unknown %q", k)
		}
		if err != nil || f.Status != 0 && (f.Status < 500 || f.Status > 599) {
			return f, fmt.Errorf("%s: %q 无法理解", FaultHeader, p)
		}
	}
	return f.filled(), nil
}

func (f Fault) filled() Fault {
	if f.Delay == 0 {
		switch f.Kind {
		case Latency, LatencyAfter, RateLimit:
			f.Delay = time.Second
		case LateCommit:
			f.Delay = 5 * time.Second
		case SlowBody:
			f.Delay = 50 * time.Millisecond
		case Maintenance:
			f.Delay = 30 * time.Second
		case ClockSkew:
			f.Delay = 20 * time.Minute
		}
	}
	if f.Status == 0 {
		f.Status = http.StatusBadGateway
		if f.Kind == Error || f.Kind == ErrorAfter {
			f.Status = http.StatusInternalServerError
		}
	}
	if f.Reason == "" && f.Kind == Returned {
		f.Reason = "沙箱按要求退回"
	}
	return f
}

// breakBefore does what a fault does before anything is recorded and reports
// whether the request is over.
func (c *call) breakBefore() bool {
	switch c.fault.Kind {
	case Latency:
		// A platform goes on working when its client hangs up.
		c.s.opt.Sleep(c.s.ctx, c.fault.Delay)
	case Error:
		c.refuse(c.fault.Status, "INTERNAL", "系统内部错误", 0)
		return true
	case RateLimit:
		c.refuse(http.StatusTooManyRequests, "RATE_LIMITED", "请求过于频繁", c.fault.Delay)
		return true
	case Maintenance:
		c.refuse(http.StatusServiceUnavailable, "MAINTENANCE", "系统维护中", c.fault.Delay)
		return true
	case ResetBefore:
		c.drain()
		c.reset()
		return true
	}
	return false
}

// spoil does what a fault does to an answer and reports whether it sent one.
func (c *call) spoil(status int, body []byte) bool {
	switch c.fault.Kind {
	case LatencyAfter:
		c.s.opt.Sleep(c.s.ctx, c.fault.Delay)
	case ErrorAfter:
		c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
		c.w.WriteHeader(c.fault.Status)
		fmt.Fprintf(c.w, `{"code":"INTERNAL","message":"系统内部错误","request_id":%q}`, c.id)
		return true
	case ResetAfter:
		c.reset()
		return true
	case Truncated:
		c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
		c.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		c.w.WriteHeader(status)
		c.w.Write(body[:len(body)/2])
		http.NewResponseController(c.w).Flush()
		panic(http.ErrAbortHandler)
	case NotJSON:
		c.w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(c.w, "<html><title>502 Bad Gateway</title>网关错误</html>")
		return true
	case Empty:
		c.w.WriteHeader(http.StatusOK)
		return true
	case SlowBody:
		c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
		c.w.WriteHeader(status)
		for i := range body {
			c.w.Write(body[i : i+1])
			if http.NewResponseController(c.w).Flush() != nil || c.s.opt.Sleep(c.r.Context(), c.fault.Delay) != nil {
				panic(http.ErrAbortHandler)
			}
		}
		return true
	}
	return false
}

// drain reads what is left of the body, so that a refusal arrives instead of
// a broken pipe.
func (c *call) drain() {
	io.Copy(io.Discard, io.LimitReader(c.r.Body, c.s.opt.MaxFileBytes+1<<20))
}

// reset breaks the connection with RST, as a crashed platform does.
func (c *call) reset() {
	conn, _, err := http.NewResponseController(c.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	raw := conn
	if t, ok := conn.(interface{ NetConn() net.Conn }); ok {
		raw = t.NetConn()
	}
	if t, ok := raw.(*net.TCPConn); ok {
		t.SetLinger(0)
	}
	raw.Close()
}

// later does work that outlives its request.
func (s *Server) later(f func(context.Context)) {
	s.work.Add(1)
	s.active.Add(1)
	go func() {
		defer s.work.Done()
		defer s.active.Add(-1)
		f(s.ctx)
	}()
}
