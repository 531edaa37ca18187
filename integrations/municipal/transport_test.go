package municipal_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"jianding/integrations/municipal"
	"jianding/integrations/sandbox"
	"jianding/schemas"
)

// authority is a CA with which a test makes certificates.
type authority struct {
	t    *testing.T
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, dir: t.TempDir()}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test CA"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign}
	a.cert, a.key = a.issue(tmpl, nil, nil)
	return a
}

func (a *authority) issue(tmpl, parent *x509.Certificate, signer *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	if parent == nil {
		parent, signer = tmpl, key
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, key.Public(), signer)
	if err != nil {
		a.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return cert, key
}

// leaf writes a certificate and key for a host or client and returns the files.
func (a *authority) leaf(name string) (certFile, keyFile string) {
	a.t.Helper()
	cert, key := a.issue(&x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}, a.cert, a.key)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	return a.write(name+".pem", "CERTIFICATE", cert.Raw), a.write(name+".key", "PRIVATE KEY", der)
}

func (a *authority) write(name, kind string, der []byte) string {
	p := filepath.Join(a.dir, name)
	if err := os.WriteFile(p, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		a.t.Fatal(err)
	}
	return p
}

func TestTLS(t *testing.T) {
	a := newAuthority(t)
	caFile := a.write("ca.pem", "CERTIFICATE", a.cert.Raw)
	serverCert, serverKey := a.leaf("platform.test")
	clientCert, clientKey := a.leaf("jianding")
	pair, err := tls.LoadX509KeyPair(serverCert, serverKey)
	if err != nil {
		t.Fatal(err)
	}
	clients := x509.NewCertPool()
	clients.AddCert(a.cert)
	for _, tc := range []struct {
		name   string
		tls    string
		server *tls.Config
		want   schemas.FilingResult
	}{
		{"own CA", fmt.Sprintf("{ca_file: %q, server_name: platform.test}", caFile), &tls.Config{}, schemas.FilingAccepted},
		{"unknown CA", "{server_name: platform.test}", &tls.Config{}, schemas.FilingRetry},
		{"other host's certificate", fmt.Sprintf("{ca_file: %q, server_name: other.test}", caFile), &tls.Config{}, schemas.FilingRetry},
		{"TLS 1.1 is refused", fmt.Sprintf("{ca_file: %q, server_name: platform.test}", caFile), &tls.Config{MaxVersion: tls.VersionTLS11}, schemas.FilingRetry},
		{"TLS 1.2 where 1.3 is asked for", fmt.Sprintf("{ca_file: %q, server_name: platform.test, min_version: '1.3'}", caFile), &tls.Config{MaxVersion: tls.VersionTLS12}, schemas.FilingRetry},
		{"client certificate", fmt.Sprintf("{ca_file: %q, server_name: platform.test, cert_file: %q, key_file: %q}", caFile, clientCert, clientKey),
			&tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients}, schemas.FilingAccepted},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, setup{patch: "tls: " + tc.tls + "\n"})
			s := httptest.NewUnstartedServer(w.box)
			s.TLS = tc.server
			s.TLS.Certificates = []tls.Certificate{pair}
			if tc.server.MaxVersion == tls.VersionTLS11 {
				s.TLS.MinVersion = tls.VersionTLS10
			}
			s.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are the point
			s.StartTLS()
			defer s.Close()
			c := w.newClient(municipal.Options{BaseURL: s.URL + sandbox.Prefix})
			f := w.filing(1)
			if out := c.Submit(context.Background(), f, w.original(f), always); out.Result != tc.want {
				t.Errorf("%+v", out)
			}
		})
	}
}

func TestProxy(t *testing.T) {
	var through atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		through.Add(1)
		(&httputil.ReverseProxy{Rewrite: func(*httputil.ProxyRequest) {}}).ServeHTTP(w, r)
	}))
	defer proxy.Close()
	w := newWorld(t, setup{patch: "proxy: " + proxy.URL + "\n"})
	f := w.filing(1)
	if out := w.client.Submit(context.Background(), f, w.original(f), always); out.Result != schemas.FilingAccepted || through.Load() != 1 {
		t.Errorf("%+v, %d requests through the proxy", out, through.Load())
	}
}

// What the matrix does by giving up, the clock of the machine does here.
func TestTimeOutsAfterSendingLeaveTheResultUnknown(t *testing.T) {
	for name, limits := range map[string]string{"no answer": "answer: 50ms, total: 30s", "answer that does not end": "answer: 50ms, total: 100ms"} {
		w := newWorld(t, setup{patch: "timeouts: {" + limits + "}\n"})
		kind := sandbox.LatencyAfter
		if name != "no answer" {
			kind = sandbox.SlowBody
		}
		if err := w.box.AddRule(sandbox.Rule{Fault: sandbox.Fault{Kind: kind}}); err != nil {
			t.Fatal(err)
		}
		f := w.filing(1)
		out := w.client.Submit(context.Background(), f, w.original(f), always)
		if out.Result != schemas.FilingUnknown || len(w.commits()) != 1 {
			t.Errorf("%s: %+v, %d records", name, out, len(w.commits()))
		}
		w.clock.Advance(time.Hour)
	}
}

// With "continue", a platform that refuses by the head alone spares us the
// upload; one that does not know of it gets the file all the same.
func TestExpectContinue(t *testing.T) {
	w := newWorld(t, setup{patch: "timeouts: {continue: 5s}\n"})
	f := w.filing(1)
	if out := w.client.Submit(context.Background(), f, w.original(f), always); out.Result != schemas.FilingAccepted {
		t.Errorf("%+v", out)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "9")
		w.WriteHeader(http.StatusTooManyRequests)
		io.WriteString(w, `{"code":"RATE_LIMITED"}`)
	}))
	defer s.Close()
	c := w.newClient(municipal.Options{BaseURL: s.URL})
	const size = 8 << 20
	f.Report.Size = size
	f.Report.SHA256, f.Report.SM3 = hashes(t, &bigDocument{size: size})
	var last *bigDocument
	out := c.Submit(context.Background(), f, func() (io.ReadCloser, int64, error) {
		last = &bigDocument{size: size}
		return io.NopCloser(last), size, nil
	}, always)
	if out.Result != schemas.FilingRetry || out.RetryAfter != 9*time.Second || last.at != 0 {
		t.Errorf("%+v, %d bytes of the file read", out, last.at)
	}
}

// A redirect could carry the signed request to somebody else.
func TestRedirectIsNotFollowed(t *testing.T) {
	w := newWorld(t, setup{})
	var reached atomic.Bool
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 307, 308} {
		s := httptest.NewServer(http.RedirectHandler(elsewhere.URL, status))
		c := w.newClient(municipal.Options{BaseURL: s.URL})
		f := w.filing(1)
		if out := c.Submit(context.Background(), f, w.original(f), always); out.Result != schemas.FilingUnknown || reached.Load() {
			t.Errorf("%d: %+v, followed %v", status, out, reached.Load())
		}
		s.Close()
	}
}

func TestSecretsAreChecked(t *testing.T) {
	for _, name := range municipal.ShippedProfiles() {
		p, err := municipal.OpenProfile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = municipal.New(p, municipal.Secrets{}, municipal.Options{})
		if schemas.KindOf(err) != schemas.KindInvalid {
			t.Errorf("%s without secrets: %v", name, err)
		}
		sec, err := municipal.SampleSecrets(p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := municipal.New(p, sec, municipal.Options{BaseURL: "http://platform.example.cn"}); err == nil {
			t.Errorf("%s: plain http to another machine is taken", name)
		}
		if text := fmt.Sprintf("%v %+v %#v", sec, sec, sec); len(sec.Secret) > 0 && containsSecret(text, sec) {
			t.Errorf("%s: secrets print as %s", name, text)
		}
	}
}

// A wish for patience is kept as long as it is for a day at most, however it is
// written.
func TestWishesForPatience(t *testing.T) {
	w := newWorld(t, setup{})
	for wish, want := range map[string]time.Duration{
		"9": 9 * time.Second, " 9 ": 9 * time.Second, "86400": 24 * time.Hour, "4294967296": 24 * time.Hour, "99999999999999999999999": 24 * time.Hour,
		w.clock.Now().Add(time.Hour).Format(http.TimeFormat): time.Hour, w.clock.Now().Add(-time.Hour).Format(http.TimeFormat): 0,
	} {
		for body, result := range map[string]schemas.FilingResult{`{"code":"RATE_LIMITED"}`: schemas.FilingRetry, "<h1>of a gateway</h1>": schemas.FilingUnknown} {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", wish)
				w.WriteHeader(http.StatusTooManyRequests)
				io.WriteString(w, body)
			}))
			f := w.filing(1)
			if out := w.newClient(municipal.Options{BaseURL: s.URL}).Submit(context.Background(), f, w.original(f), always); out.Result != result || out.RetryAfter != want {
				t.Errorf("%q with %s: %s after %s", wish, body, out.Result, out.RetryAfter)
			}
			s.Close()
		}
	}
}

// A platform wants the secret in the address, where it is written in another
// way: the preview shows it in none.
func TestASecretInTheAddressIsNotShown(t *testing.T) {
	w := newWorld(t, setup{patch: quick + `
signing:
  algorithm: hmac-sha256
  encoding: hex
  join: "&"
  time: {format: unix}
  nonce: {format: hex, bytes: 16}
  parts: [{value: "{secret}"}, {value: "{timestamp}"}, {value: "{nonce}"}, {value: "{body_sha256}"}]
  query: [{name: key, value: "{secret}"}, {name: t, value: "{timestamp}"}, {name: n, value: "{nonce}"}, {name: s, value: "{signature}"}]
`})
	c, err := municipal.New(w.profile, municipal.Secrets{AppID: "x", Secret: "0123456789+/abc=def&ghi jkl"}, municipal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f := w.filing(1)
	p, err := c.Preview(f, w.original(f))
	if err != nil {
		t.Fatal(err)
	}
	if got := p.String(); strings.Contains(got, "0123456789") || !strings.Contains(got, "key=[redacted]&") {
		t.Errorf("shown:\n%s", got)
	}
}

// A date to wait for is read by the clock of whoever wrote it: a platform that is
// two hours behind and asks for half an hour gets half an hour, and no rush of
// requests at once; one that is ahead parks nothing for hours.
func TestADateToWaitForIsOfThePlatformsClock(t *testing.T) {
	for _, off := range []time.Duration{0, -2 * time.Hour, 5 * time.Hour} {
		w := newWorld(t, setup{})
		c := w.newClient(municipal.Options{BaseURL: answering(t, func(rw http.ResponseWriter, _ *http.Request) {
			now := w.clock.Now().Add(off)
			rw.Header().Set("Date", now.Format(http.TimeFormat))
			rw.Header().Set("Retry-After", now.Add(30*time.Minute).Format(http.TimeFormat))
			rw.WriteHeader(http.StatusServiceUnavailable)
		})})
		if out := w.submit(c); (out.RetryAfter - 30*time.Minute).Abs() > 2*time.Second {
			t.Errorf("a clock %s off: %s", off, out.RetryAfter)
		}
	}
}

func answering(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// A platform that echoes what it was sent: of a secret that stands where the
// text is cut, no half is kept.
func TestNoHalfOfASecretIsKept(t *testing.T) {
	for name, answer := range map[string]func(before int) (int, string){
		"page": func(n int) (int, string) { return http.StatusBadGateway, strings.Repeat("x", n) + testSecret },
		"reason": func(n int) (int, string) {
			return http.StatusUnprocessableEntity, `{"code":"INVALID","problems":[{"field":"f","message":"` + strings.Repeat("x", n) + testSecret + `"}]}`
		},
	} {
		for before := 100; before < 520; before += 10 {
			w, c := oddly(t, "", func(rw http.ResponseWriter, _ *http.Request) {
				status, body := answer(before)
				rw.Header().Set("Content-Type", "application/json")
				rw.WriteHeader(status)
				io.WriteString(rw, body)
			})
			out := w.submit(c)
			if got := out.Attempt.Error + strings.Join(out.Reasons, " "); strings.Contains(got, testSecret[:4]) {
				t.Fatalf("%s, %d before: kept %s", name, before, got)
			}
		}
	}
}
