package notify

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-resty/resty/v2"

	"jianding/schemas"
)

// responseLimit bounds what is read of an answer, and responseKept what of it
// is stored as proof.
const (
	responseLimit = 64 << 10
	responseKept  = 2 << 10
)

// newHTTP makes the client of one channel: no retries (the ledger owns them),
// no redirects (a signed request is for one address), TLS 1.2 or newer.
func newHTTP(cfg Config) *resty.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	dial, proxy := dialer.DialContext, http.ProxyFromEnvironment
	if !cfg.AllowPrivate {
		dial, proxy = guarded(*dialer, net.DefaultResolver, proxy)
	}
	c := resty.New().
		SetTransport(&http.Transport{
			DialContext: dial, TLSHandshakeTimeout: 10 * time.Second,
			MaxIdleConnsPerHost: 4, IdleConnTimeout: 90 * time.Second, ForceAttemptHTTP2: true,
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
			Proxy:           proxy,
		}).
		SetTimeout(cfg.Timeout).
		SetRedirectPolicy(resty.NoRedirectPolicy()).
		SetResponseBodyLimit(responseLimit).
		SetHeader("User-Agent", "jianding")
	if cfg.CAFile != "" {
		c.SetRootCertificate(cfg.CAFile)
	}
	return c
}

// post sends one JSON or form body and returns the answer with its proof.
// The error speaks of transport and HTTP status only; the channel judges the
// body.
func post(r *resty.Request, url string, body []byte) (answer []byte, proof schemas.Proof, err error) {
	sum := sha256.Sum256(body)
	proof.RequestSHA256 = hex.EncodeToString(sum[:])
	start := time.Now()
	resp, err := r.SetBody(body).Post(url)
	proof.Duration = time.Since(start)
	if resp != nil {
		proof.Status = resp.StatusCode()
		answer = resp.Body()
		proof.Response = clip(string(answer), responseKept)
	}
	if err != nil {
		if errors.Is(err, errPrivateAddress) {
			return answer, proof, schemas.E(schemas.KindDenied, "address_private", "通知地址指向内部网络，已拒绝", nil)
		}
		if resp == nil || proof.Status == 0 || proof.Status >= 400 || proof.Status < 300 {
			// The error of a URL can hold the key: keep its cause alone.
			return answer, proof, schemas.E(schemas.KindUnavailable, "channel_unreachable", "通道无法连接", withoutURL(err))
		}
	}
	return answer, proof, statusError(resp)
}

// withoutURL drops the address that net/http puts into its errors: on the
// robots' services the key is part of it.
func withoutURL(err error) error {
	var op interface{ Unwrap() error }
	msg := err.Error()
	if errors.As(err, &op) && strings.Contains(msg, "://") {
		if inner := op.Unwrap(); inner != nil {
			return errors.New(inner.Error())
		}
		return errors.New("request failed")
	}
	return err
}

// statusError judges an HTTP status as the channels share it.
func statusError(resp *resty.Response) error {
	status := resp.StatusCode()
	switch {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		wait := retryAfter(resp.Header().Get("Retry-After"))
		if wait == 0 {
			return schemas.Errorf(schemas.KindUnavailable, "channel_http_status", "HTTP %d", status)
		}
		return throttled(wait, "HTTP "+strconv.Itoa(status))
	case status == http.StatusGone:
		return schemas.Errorf(schemas.KindDenied, "recipient_gone", "对方声明该地址已停用（HTTP 410）")
	default:
		// Even a 400 or a 401 may be mended on the other side while the house
		// still stands: keep trying, the ladder passes on meanwhile.
		return schemas.Errorf(schemas.KindUnavailable, "channel_http_status", "HTTP %d", status)
	}
}

// retryAfter reads the seconds form of Retry-After (RFC 9110 §10.2.3), at most
// an hour: a channel must not be silenced for longer by the other side.
func retryAfter(v string) time.Duration {
	n, err := strconv.Atoi(strings.TrimSpace(v))
	if err != nil || n <= 0 {
		return 0
	}
	return min(time.Duration(n)*time.Second, time.Hour)
}

func asThrottled(err error) *Throttled {
	var t *Throttled
	if errors.As(err, &t) {
		return t
	}
	return nil
}

// clip cuts s to at most n bytes without splitting a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// errcode is how the robots say what came of a request: HTTP 200 with a
// non-zero errcode is a failure.
type errcode struct {
	Code *int   `json:"errcode"`
	Msg  string `json:"errmsg"`
}

func badAnswer(what string) error {
	return schemas.E(schemas.KindUnavailable, "channel_answer_unreadable", "通道的回应无法识别", fmt.Errorf("%s", what))
}
