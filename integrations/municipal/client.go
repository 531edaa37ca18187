package municipal

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"sync/atomic"
	"time"

	"jianding/schemas"

	"github.com/go-resty/resty/v2"
	"github.com/sony/gobreaker/v2"
	"golang.org/x/time/rate"
)

// Client files reports with the platform of one profile. It is safe for
// concurrent use, keeps connections open, and shares its rate limit and
// circuit breaker among all callers.
type Client struct {
	profile     *Profile
	secrets     Secrets
	base        *url.URL
	signKey     key
	callbackKey key
	rest        *resty.Client
	transport   *http.Transport
	limiter     *rate.Limiter
	breaker     *gobreaker.TwoStepCircuitBreaker[any]
	opened      atomic.Int64 // when the breaker opened last, Unix nanoseconds of clock
	skew        atomic.Int64 // platform's clock minus ours that requests are signed by, nanoseconds
	heard       atomic.Int64 // the same by its last answer, whatever that said
	clock       func() time.Time
	sleep       func(context.Context, time.Duration) error
	log         *slog.Logger
	extra       http.Header
}

// Options of a client; the zero value is good for production.
type Options struct {
	// BaseURL replaces the profile's.
	BaseURL string
	// Headers are sent with every request, unsigned: the sandbox's fault
	// switches, a gateway's routing.
	Headers http.Header
	Clock   func() time.Time
	// Sleep waits for d or until the context ends.
	Sleep  func(ctx context.Context, d time.Duration) error
	Logger *slog.Logger
}

// New makes a client. Errors are Invalid and hold all problems: secrets that
// the profile needs and that are missing or of the wrong kind, certificates
// that cannot be read.
func New(p *Profile, sec Secrets, o Options) (*Client, error) {
	if p == nil || p.compiled == nil {
		return nil, schemas.E(schemas.KindInvalid, "bad_profile", "平台配置未经检查", nil)
	}
	c := &Client{profile: p, secrets: sec, base: p.compiled.base, clock: o.Clock, sleep: o.Sleep, log: o.Logger, extra: o.Headers.Clone()}
	var problems []schemas.Problem
	bad := func(field string, err error) {
		if err != nil {
			problems = append(problems, schemas.Problem{Field: field, Code: "bad_secret", Message: err.Error()})
		}
	}
	if o.BaseURL != "" {
		check := &checker{profile: &Profile{BaseURL: o.BaseURL}}
		c.base = check.baseURL()
		problems = append(problems, check.problems...)
	}
	var err error
	c.signKey, err = p.compiled.signing.requestKey(sec)
	bad("secret", err)
	if p.compiled.callbacks != nil {
		c.callbackKey, err = p.compiled.callbacks.scheme.callbackKey(sec)
		bad("callback_secret", err)
	}
	if sec.AppID == "" && p.compiled.signing.spec.Algorithm != algNone {
		bad("app_id", errors.New("缺少平台分配的应用标识 app_id"))
	}
	c.transport, err = newTransport(p)
	bad("tls", err)
	if len(problems) > 0 {
		return nil, &schemas.Error{Kind: schemas.KindInvalid, Code: "bad_platform_secrets", Message: "平台连接配置不完整：" + problems[0].Message, Problems: problems}
	}
	if c.clock == nil {
		c.clock = time.Now
	}
	if c.sleep == nil {
		c.sleep = sleepContext
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	c.limiter = rate.NewLimiter(rate.Limit(p.Rate.PerSecond), p.Rate.Burst)
	c.breaker = gobreaker.NewTwoStepCircuitBreaker[any](gobreaker.Settings{
		// The breaker counts; how long it stays open is measured by our clock,
		// in circuit.
		Name: p.Name, MaxRequests: 1, Timeout: time.Nanosecond,
		ReadyToTrip: func(n gobreaker.Counts) bool { return int(n.ConsecutiveFailures) >= p.Breaker.Failures },
		IsExcluded:  func(err error) bool { return errors.Is(err, errNoVerdict) },
		OnStateChange: func(_ string, from, to gobreaker.State) {
			if to == gobreaker.StateOpen {
				c.opened.Store(c.clock().UnixNano())
			}
			c.log.Warn("platform circuit changed", "from", from.String(), "to", to.String())
		},
	})
	c.rest = newResty(c.transport)
	return c, nil
}

// Profile returns the name of the profile, for Delivery.Profile.
func (c *Client) Profile() string { return c.profile.Name }

// Circuit returns the breaker's state: "closed", "half-open" (the next request
// is a trial) or "open".
func (c *Client) Circuit() string { return c.circuit(c.clock()).String() }

func (c *Client) circuit(now time.Time) gobreaker.State {
	s := c.breaker.State()
	if s != gobreaker.StateClosed && c.restsFor(now) > 0 {
		return gobreaker.StateOpen
	}
	return s
}

// restsFor is how long an open circuit stays open. An opening in the future
// was stamped by a clock that has been set back since.
func (c *Client) restsFor(now time.Time) time.Duration {
	since := now.Sub(time.Unix(0, c.opened.Load()))
	if since < 0 {
		return 0
	}
	return c.profile.Breaker.OpenFor - since
}

// Close closes idle connections.
func (c *Client) Close() error { c.transport.CloseIdleConnections(); return nil }

func sleepContext(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func newTransport(p *Profile) (*http.Transport, error) {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: p.TLS.ServerName}
	if p.TLS.MinVersion == "1.3" {
		cfg.MinVersion = tls.VersionTLS13
	}
	if p.TLS.CAFile != "" {
		data, err := os.ReadFile(p.TLS.CAFile)
		if err != nil {
			return nil, errors.New("CA 证书文件无法读取：" + p.TLS.CAFile)
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(data) {
			return nil, errors.New("CA 证书文件中没有证书：" + p.TLS.CAFile)
		}
	}
	if p.TLS.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(p.TLS.CertFile, p.TLS.KeyFile)
		if err != nil {
			return nil, errors.New("客户端证书或私钥无法读取：" + p.TLS.CertFile)
		}
		cfg.Certificates = []tls.Certificate{cert}
	}
	t := &http.Transport{
		DialContext:           (&net.Dialer{Timeout: p.Timeouts.Connect, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:       cfg,
		TLSHandshakeTimeout:   p.Timeouts.Connect,
		ResponseHeaderTimeout: p.Timeouts.Answer,
		ExpectContinueTimeout: p.Timeouts.Continue,
		MaxIdleConnsPerHost:   16,
		IdleConnTimeout:       90 * time.Second,
		DisableCompression:    true,
		// HTTP/1.1 only: one request per connection at a time makes it certain
		// what a broken connection had carried.
		ForceAttemptHTTP2: false,
	}
	switch p.Proxy {
	case "":
	case "environment":
		t.Proxy = http.ProxyFromEnvironment
	default:
		u, err := url.Parse(p.Proxy)
		if err != nil {
			return nil, errors.New("代理网址无效")
		}
		t.Proxy = http.ProxyURL(u)
	}
	return t, nil
}

// bodyKey carries a request's body past resty to net/http.
type bodyKey struct{}

type streamed struct {
	body   io.ReadCloser
	length int64
}

func newResty(t *http.Transport) *resty.Client {
	r := resty.NewWithClient(&http.Client{
		Transport: t,
		// A redirected request would carry a signature for another address.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	})
	r.SetRetryCount(0) // the ledger owns retries
	r.SetDoNotParseResponse(true)
	r.SetLogger(quiet{})
	// resty reads a reader's whole body into memory to be able to repeat it.
	// The body is put on the request after that step: it streams, and without
	// GetBody net/http cannot repeat it behind our back either (it would, for
	// a request with Idempotency-Key on a connection that was found closed).
	r.SetPreRequestHook(func(_ *resty.Client, req *http.Request) error {
		if s, ok := req.Context().Value(bodyKey{}).(streamed); ok {
			req.Body, req.ContentLength, req.GetBody = s.body, s.length, nil
		}
		return nil
	})
	return r
}

type quiet struct{}

func (quiet) Errorf(string, ...any) {}
func (quiet) Warnf(string, ...any)  {}
func (quiet) Debugf(string, ...any) {}

// exchange is what sending one request came to.
type exchange struct {
	sent   bool // the request may have reached the platform
	local  bool // err is ours: nothing was tried
	status int
	header http.Header
	body   []byte
	err    error // no complete answer
}

// send sends a signed request and reads the whole answer.
func (c *Client) send(ctx context.Context, o *outgoing) exchange {
	ctx, cancel := context.WithTimeout(ctx, c.profile.Timeouts.Total)
	defer cancel()
	address, header, _, err := o.sign(c.profile.compiled.signing, c.signKey, c.platformNow())
	if err != nil {
		return exchange{local: true, err: err}
	}
	for k, v := range c.extra {
		header[k] = v
	}
	if o.hasBody {
		body, length, err := o.open()
		if err != nil {
			return exchange{local: true, err: err}
		}
		// net/http closes the body on every path; a second close is harmless
		// and covers errors before it takes over.
		defer body.Close()
		if c.profile.Timeouts.Continue > 0 && o.original != nil {
			header.Set("Expect", "100-continue")
		}
		ctx = context.WithValue(ctx, bodyKey{}, streamed{body, length})
	}
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	req := c.rest.R().SetContext(ctx)
	req.Header = header
	resp, err := req.Execute(o.endpoint.spec.Method, address)
	if err != nil {
		// Before there was a connection nothing can have been sent. After,
		// assume the worst: how much of it arrived cannot be known.
		return exchange{sent: connected.Load(), err: withoutURL(err)}
	}
	raw := resp.RawResponse
	defer raw.Body.Close()
	c.hearClock(raw.Header)
	x := exchange{sent: true, status: raw.StatusCode, header: raw.Header}
	x.body, x.err = readBody(raw.Header, raw.Body, c.profile.Limits.AnswerBytes)
	return x
}

// withoutURL drops the address that net/http puts into its errors: a scheme
// may sign in the query, and errors are kept and shown.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// turn is the right to send one request.
type turn struct{ done func(error) }

// errNotNow says when there may be a turn.
type errNotNow struct {
	why string
	in  time.Duration
}

func (e *errNotNow) Error() string { return e.why }

// turn waits for the rate limit and asks the circuit breaker. It comes before
// begin, so that nothing that waits looks like something that may have been
// sent. The rate comes first: a turn held at the breaker must be used.
func (c *Client) turn(ctx context.Context) (turn, error) {
	now := c.clock()
	if c.circuit(now) == gobreaker.StateOpen {
		return turn{}, c.circuitOpen(now)
	}
	r := c.limiter.ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		if wait > c.profile.Rate.MaxWait {
			r.CancelAt(now)
			return turn{}, &errNotNow{"平台限速，排队中", wait}
		}
		if err := c.sleep(ctx, wait); err != nil {
			return turn{}, &errNotNow{"已停止：" + err.Error(), 0}
		}
	}
	done, err := c.breaker.Allow()
	if err != nil {
		return turn{}, c.circuitOpen(now)
	}
	return turn{done: done}, nil
}

func (c *Client) circuitOpen(now time.Time) error {
	return &errNotNow{"平台连续失败，已暂停发送（熔断）", max(c.restsFor(now), time.Second)}
}

// What the breaker is told: the platform failed, or the request says nothing
// about it because it never left.
var (
	errTripping  = errors.New("platform failure")
	errNoVerdict = errors.New("not sent")
)

// FullJitter is the wait before attempt n+1 (n from 0) of exponential
// back-off with full jitter: uniform in [0, min(most, base·2ⁿ)].
func FullJitter(base, most time.Duration, n int) time.Duration {
	d := most
	if n < 40 && base<<n > 0 && base<<n < most {
		d = base << n
	}
	return time.Duration(rand.Int64N(int64(d) + 1))
}
