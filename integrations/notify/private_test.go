package notify

import (
	"context"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"jianding/schemas"
)

func TestInnerAddressesInEveryDress(t *testing.T) {
	for address, inside := range map[string]bool{
		"169.254.169.254:80": true, "100.64.1.1:80": true, "10.1.2.3:443": true, "0.0.0.1:80": true, "255.255.255.255:80": true,
		"[::1]:80": true, "[::ffff:169.254.169.254]:80": true, "[64:ff9b::a9fe:a9fe]:80": true, "[2002:a9fe:a9fe::1]:80": true,
		"[::169.254.169.254]:80": true, "[fd00:ec2::254]:80": true, "[fe80::1%eth0]:80": true, "not an address": true,
		"203.0.113.9:443": false, "[2001:db8::1]:443": false, "[64:ff9b::cb00:7109]:443": false,
	} {
		if err := refusePrivate("tcp", address, nil); (err != nil) != inside {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// inner is a server inside that must not be reached.
func inner(t *testing.T) (*httptest.Server, *atomic.Bool) {
	hit := &atomic.Bool{}
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hit.Store(true) }))
	t.Cleanup(s.Close)
	return s, hit
}

// A name that leads outside when it is first looked up and inside afterwards.
func TestANameThatTurnsInwards(t *testing.T) {
	s, hit := inner(t)
	var asked atomic.Int32
	names := nameServer(t, func() [4]byte {
		if asked.Add(1) == 1 {
			return [4]byte{203, 0, 113, 9}
		}
		return [4]byte{127, 0, 0, 1}
	})
	dial, _ := guarded(net.Dialer{Timeout: 300 * time.Millisecond}, names, func(*http.Request) (*url.URL, error) { return nil, nil })
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(s.URL, "http://"))
	var refused error
	for range 3 {
		conn, err := dial(context.Background(), "tcp4", "turns.example.org:"+port)
		if err == nil {
			conn.Close()
		}
		if errors.Is(err, errPrivateAddress) {
			refused = err
		}
	}
	if refused == nil || hit.Load() {
		t.Errorf("refused %v, reached %v, looked up %d times", refused, hit.Load(), asked.Load())
	}
}

// Behind a proxy on an inner address, outer webhooks are reached and inner
// ones are not, although it is the proxy that connects.
func TestAProxyIsNoWayInside(t *testing.T) {
	var through []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { through = append(through, r.Host) }))
	defer proxy.Close()
	u, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	names := nameServer(t, func() [4]byte { return [4]byte{10, 0, 0, 7} })
	dial, choose := guarded(net.Dialer{Timeout: time.Second}, names, func(*http.Request) (*url.URL, error) { return u, nil })
	c := &http.Client{Transport: &http.Transport{DialContext: dial, Proxy: choose}}
	for address, ok := range map[string]bool{"http://203.0.113.9/hook": true, "http://169.254.169.254/latest": false, "http://inner.example.org/": false,
		"http://[::ffff:10.0.0.1]/": false, proxy.URL: false} {
		resp, err := c.Get(address)
		if err == nil {
			resp.Body.Close()
		}
		if (err == nil) != ok || !ok && !errors.Is(err, errPrivateAddress) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if len(through) != 1 || through[0] != "203.0.113.9" {
		t.Errorf("through the proxy: %q", through)
	}
}

// A webhook that redirects inside: the redirect is an answer, and no order.
func TestARedirectIsNotFollowed(t *testing.T) {
	s, hit := inner(t)
	front := httptest.NewServer(http.RedirectHandler(s.URL, http.StatusTemporaryRedirect))
	defer front.Close()
	ch := build(t, Config{Type: "webhook", Secret: schemas.Secret("whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 32)))}, newClock())
	if proof, err := ch.Send(context.Background(), redMessage(front.URL)); err == nil || proof.Status != http.StatusTemporaryRedirect || hit.Load() {
		t.Errorf("%v %+v, reached %v", err, proof, hit.Load())
	}
}

// nameServer answers every question for an IPv4 address with what says says.
func nameServer(t *testing.T, says func() [4]byte) *net.Resolver {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.Additionals = true, nil
			if q.Type == dnsmessage.TypeA {
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1}, Body: &dnsmessage.AResource{A: says()}}}
			}
			if b, err := m.Pack(); err == nil {
				_, _ = pc.WriteTo(b, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
}
