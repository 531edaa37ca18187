package sandbox

import (
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/smx509"
)

// Window is how far a client's clock may be off.
const Window = 300 * time.Second

// Request-signing schemes of the contract.
const (
	SchemeHMACSHA256 = "hmac-sha256"
	SchemeHMACSM3    = "hmac-sm3"
	SchemeSM2        = "sm2"
	SchemeDGWork     = "dg-work"
)

func (s *Server) loadKeys() error {
	switch s.opt.Scheme {
	case SchemeHMACSHA256, SchemeHMACSM3, SchemeDGWork:
		if len(s.opt.Secret) < 16 {
			return fmt.Errorf("sandbox: Secret is shorter than 16 bytes")
		}
	case SchemeSM2:
		block, _ := pem.Decode(s.opt.ClientKeyPEM)
		if block == nil {
			return fmt.Errorf("sandbox: ClientKeyPEM is missing")
		}
		k, err := smx509.ParsePKIXPublicKey(block.Bytes)
		pub, ok := k.(*ecdsa.PublicKey)
		if err != nil || !ok || pub.Curve != sm2.P256() {
			return fmt.Errorf("sandbox: ClientKeyPEM is not an SM2 public key")
		}
		s.clientKey = pub
		if block, _ = pem.Decode(s.opt.PlatformKeyPEM); block != nil {
			k, err := smx509.ParsePKCS8PrivateKey(block.Bytes)
			priv, ok := k.(*sm2.PrivateKey)
			if err != nil || !ok {
				return fmt.Errorf("sandbox: PlatformKeyPEM is not an SM2 private key")
			}
			s.platformKey = priv
		}
		if s.platformKey == nil && s.opt.CallbackURL != "" {
			return fmt.Errorf("sandbox: PlatformKeyPEM is missing, callbacks cannot be signed")
		}
	default:
		return fmt.Errorf("sandbox: unknown scheme %q", s.opt.Scheme)
	}
	return nil
}

// nonces remembers what was used within the window.
type nonces struct {
	sync.Mutex
	used map[string]time.Time
}

// take uses a nonce up; false when it was used before.
func (n *nonces) take(nonce string, now time.Time) bool {
	n.Lock()
	defer n.Unlock()
	for x, at := range n.used {
		if now.Sub(at).Abs() > 2*Window {
			delete(n.used, x)
		}
	}
	if _, used := n.used[nonce]; used {
		return false
	}
	n.used[nonce] = now
	return true
}

// credentials are what a request's headers state.
type credentials struct {
	time, nonce, signature string
	at                     time.Time
}

// bodySum hashes a body while it is read.
type bodySum struct {
	io.Reader
	sha256, sm3 hash.Hash
}

func newBodySum(r io.Reader) *bodySum {
	b := &bodySum{sha256: sha256.New(), sm3: sm3.New()}
	b.Reader = io.TeeReader(r, io.MultiWriter(b.sha256, b.sm3))
	return b
}

// refusal is a 401.
type refusal struct{ code, message string }

// before checks what can be known before the body is read: who, when, once.
func (c *call) before() (credentials, *refusal) {
	h := c.r.Header
	var k credentials
	var app, stated string
	var err error
	switch c.s.opt.Scheme {
	case SchemeHMACSHA256:
		app, k.time, k.nonce, k.signature = h.Get("X-Platform-App-Id"), h.Get("X-Platform-Timestamp"), h.Get("X-Platform-Nonce"), h.Get("X-Platform-Signature")
		k.at, err = unix(k.time, time.Second)
	case SchemeHMACSM3:
		app, k.time, k.nonce, k.signature = h.Get("X-Gm-App-Id"), h.Get("X-Gm-Timestamp"), h.Get("X-Gm-Nonce"), h.Get("X-Gm-Signature")
		k.at, err = unix(k.time, time.Millisecond)
	case SchemeSM2:
		app, k.time, k.nonce, k.signature = h.Get("X-Auth-App-Id"), h.Get("X-Auth-Timestamp"), h.Get("X-Auth-Nonce"), h.Get("X-Auth-Signature")
		k.at, err = unix(k.time, time.Millisecond)
	case SchemeDGWork:
		app, k.time, k.nonce, k.signature = h.Get("apiKey"), h.Get("X-Hmac-Auth-Timestamp"), h.Get("X-Hmac-Auth-Nonce"), h.Get("X-Hmac-Auth-Signature")
		stated = h.Get("X-Hmac-Auth-Version")
		k.at, err = time.Parse("2006-01-02T15:04:05.000Z07:00", k.time)
	}
	switch {
	case app != c.s.opt.AppID || k.signature == "" || err != nil || c.s.opt.Scheme == SchemeDGWork && stated != "1.0":
		return k, &refusal{"SIGNATURE_INVALID", "签名请求头缺失或格式不对"}
	case len(k.nonce) < 8 || len(k.nonce) > 128:
		return k, &refusal{"SIGNATURE_INVALID", "随机数长度应为 8 至 128"}
	case c.now.Sub(k.at).Abs() > Window:
		return k, &refusal{"TIMESTAMP_OUT_OF_WINDOW", "时间戳超出允许范围"}
	}
	return k, nil
}

func unix(s string, unit time.Duration) (time.Time, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if unit == time.Second {
		return time.Unix(n, 0), err
	}
	return time.UnixMilli(n), err
}

// after checks the signature once the body's hash is known, and uses up the
// nonce: a nonce of a wrong signature is not used up.
func (c *call) after(k credentials, b *bodySum) *refusal {
	if !c.signatureHolds(k, b) {
		return &refusal{"SIGNATURE_INVALID", "签名不正确"}
	}
	if !c.s.seen.take(k.nonce, c.now) {
		return &refusal{"NONCE_REPLAYED", "随机数已使用"}
	}
	return nil
}

func (c *call) signatureHolds(k credentials, b *bodySum) bool {
	r := c.r
	sum2, sum3 := hex.EncodeToString(b.sha256.Sum(nil)), hex.EncodeToString(b.sm3.Sum(nil))
	switch c.s.opt.Scheme {
	case SchemeHMACSHA256:
		pairs := []string{"app_id=" + c.s.opt.AppID, "body_sha256=" + sum2, "method=" + r.Method, "nonce=" + k.nonce,
			"path=" + r.URL.EscapedPath(), "timestamp=" + k.time}
		if key := r.Header.Get("Idempotency-Key"); key != "" {
			pairs = append(pairs, "idempotency_key="+key)
		}
		for name, values := range r.URL.Query() {
			for _, v := range values {
				pairs = append(pairs, "query."+name+"="+v)
			}
		}
		// By name, not by pair: "=" does not sort before every character of a
		// longer name.
		sort.Slice(pairs, func(i, j int) bool { return nameOf(pairs[i]) < nameOf(pairs[j]) })
		return c.s.macEqual(sha256.New, strings.Join(pairs, "&"), k.signature, hex.DecodeString)
	case SchemeHMACSM3:
		if r.Header.Get("X-Gm-Body-Sm3") != sum3 {
			return false
		}
		text := r.Method + "\n" + r.URL.EscapedPath() + "\n" + r.URL.RawQuery + "\n" + k.time + "\n" + k.nonce + "\n" + sum3
		return c.s.macEqual(sm3.New, text, k.signature, base64.StdEncoding.DecodeString)
	case SchemeSM2:
		sig, err := base64.StdEncoding.DecodeString(k.signature)
		return err == nil && sm2.VerifyASN1WithSM2(c.s.clientKey, []byte("1234567812345678"), []byte(k.time+k.nonce+sum3), sig)
	case SchemeDGWork:
		lines := []string{r.Method, k.time, k.nonce, r.URL.EscapedPath()}
		if params := sortedParams(r.URL.Query()); params != "" {
			lines = append(lines, params)
		}
		return c.s.macEqual(sha256.New, strings.Join(lines, "\n"), k.signature, base64.StdEncoding.DecodeString)
	}
	return false
}

func nameOf(pair string) string { name, _, _ := strings.Cut(pair, "="); return name }

func sortedParams(q url.Values) string {
	var names []string
	for n := range q {
		names = append(names, n)
	}
	sort.Strings(names)
	var out []string
	for _, n := range names {
		for _, v := range q[n] {
			out = append(out, n+"="+v)
		}
	}
	return strings.Join(out, "&")
}

func (s *Server) macEqual(h func() hash.Hash, text, signature string, decode func(string) ([]byte, error)) bool {
	got, err := decode(signature)
	m := hmac.New(h, []byte(s.opt.Secret))
	m.Write([]byte(text))
	return err == nil && subtle.ConstantTimeCompare(got, m.Sum(nil)) == 1
}

// signCallback returns the headers of a callback.
func (s *Server) signCallback(body []byte, nonce string, now time.Time) (http.Header, error) {
	h := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	mac := func(f func() hash.Hash, text string) []byte {
		m := hmac.New(f, []byte(s.opt.Secret))
		m.Write([]byte(text))
		return m.Sum(nil)
	}
	sum2, sum3 := sha256.Sum256(body), sm3.Sum(body)
	switch s.opt.Scheme {
	case SchemeHMACSHA256, SchemeDGWork:
		ts := strconv.FormatInt(now.Unix(), 10)
		text := "app_id=" + s.opt.AppID + "&body_sha256=" + hex.EncodeToString(sum2[:]) + "&nonce=" + nonce + "&timestamp=" + ts
		h.Set("X-Platform-App-Id", s.opt.AppID)
		h.Set("X-Platform-Timestamp", ts)
		h.Set("X-Platform-Nonce", nonce)
		h.Set("X-Platform-Signature", hex.EncodeToString(mac(sha256.New, text)))
	case SchemeHMACSM3:
		ts := strconv.FormatInt(now.UnixMilli(), 10)
		h.Set("X-Gm-App-Id", s.opt.AppID)
		h.Set("X-Gm-Timestamp", ts)
		h.Set("X-Gm-Nonce", nonce)
		h.Set("X-Gm-Body-Sm3", hex.EncodeToString(sum3[:]))
		text := s.opt.AppID + "\n" + ts + "\n" + nonce + "\n" + hex.EncodeToString(sum3[:])
		h.Set("X-Gm-Signature", base64.StdEncoding.EncodeToString(mac(sm3.New, text)))
	case SchemeSM2:
		ts := strconv.FormatInt(now.UnixMilli(), 10)
		sig, err := s.platformKey.SignWithSM2(rand.Reader, []byte("1234567812345678"), []byte(ts+nonce+hex.EncodeToString(sum3[:])))
		if err != nil {
			return nil, err
		}
		h.Set("X-Auth-App-Id", s.opt.AppID)
		h.Set("X-Auth-Timestamp", ts)
		h.Set("X-Auth-Nonce", nonce)
		h.Set("X-Auth-Signature", base64.StdEncoding.EncodeToString(sig))
	}
	return h, nil
}
