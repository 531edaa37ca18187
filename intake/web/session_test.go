package web

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestSignIn(t *testing.T) {
	h := newHouse(t)
	b := h.browser("")
	unknown := b.post("/sign-in", url.Values{"login": {"nobody"}, "password": {password}})
	wrong := b.post("/sign-in", url.Values{"login": {"officer"}, "password": {"wrong password"}})
	if unknown.status != 403 || wrong.status != 403 || strings.Replace(string(unknown.body), "nobody", "officer", 1) != string(wrong.body) {
		t.Error("the answer tells which logins exist")
	}
	for range failuresOfPair - 1 {
		b.post("/sign-in", url.Values{"login": {"officer"}, "password": {"wrong password"}})
	}
	if a := b.post("/sign-in", url.Values{"login": {"officer"}, "password": {password}}); a.status != 429 || a.header.Get("Retry-After") == "" {
		t.Errorf("no throttle: %d", a.status)
	}
	h.clock.forward(16 * time.Minute)
	a := b.post("/sign-in", url.Values{"login": {"officer"}, "password": {password}, "next": {"//evil.example"}})
	if a.status != http.StatusSeeOther || a.header.Get("Location") != "/console" {
		t.Errorf("%d %q", a.status, a.header.Get("Location"))
	}
	if c := a.header.Get("Set-Cookie"); !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax") {
		t.Error(c)
	}
	h.clock.forward(13 * time.Hour)
	if a := b.get("/console"); a.status != http.StatusSeeOther {
		t.Errorf("the session did not end: %d", a.status)
	}
	b = h.browser("officer")
	b.submit("/console", "/sign-out", url.Values{})
	if a := b.get("/console"); a.status != http.StatusSeeOther {
		t.Errorf("signed out, and still in: %d", a.status)
	}
}

// Who guesses at an officer's password locks out the place it is guessed from,
// not the officer: another address gets in, and a browser that was in before
// gets in even when the whole world guesses, or its own address does.
func TestGuessingLocksNobodyElseOut(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	from := func(b *browser, address, login, secret string) int {
		req, _ := http.NewRequest("POST", h.URL+"/sign-in", strings.NewReader(url.Values{"login": {login}, "password": {secret}}.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		// What a client writes itself stands before what the proxy adds.
		req.Header.Set("X-Forwarded-For", "198.51.100."+strconv.Itoa(rand.IntN(250))+", "+address)
		defer h.clock.forward(time.Second)
		return h.do(b.c, req).status
	}
	known := h.browser("")
	if s := from(known, "192.0.2.1", "officer", password); s != 303 {
		t.Fatalf("the officer's own browser: %d", s)
	}
	guesser := h.browser("")
	for range failuresOfPair {
		from(guesser, "192.0.2.66", "officer", "wrong password")
	}
	if s := from(guesser, "192.0.2.66", "officer", password); s != 429 {
		t.Errorf("guessing goes on: %d", s)
	}
	if s := from(h.browser(""), "192.0.2.1", "officer", password); s != 303 {
		t.Errorf("the officer's own address, a new browser: %d", s)
	}
	// One address tries everybody.
	fail := func(login, address string) { // as a try would leave it, without the cost of a hash
		if err := h.ledger.RecordSignIn(context.Background(), login, false, address, h.clock.now()); err != nil {
			t.Fatal(err)
		}
	}
	for i := range failuresOfAddress {
		fail("name-"+strconv.Itoa(i), "192.0.2.67")
	}
	if s := from(guesser, "192.0.2.67", "reviewer", password); s != 429 {
		t.Errorf("one address tries every login: %d", s)
	}
	if s := from(known, "192.0.2.67", "officer", password); s != 303 {
		t.Errorf("a known browser behind a bad address: %d", s)
	}
	// Everybody tries one login.
	for i := range failuresOfLogin {
		fail("officer", "203.0.113."+strconv.Itoa(i))
	}
	if s := from(guesser, "203.0.113.200", "officer", password); s != 429 {
		t.Errorf("many addresses guess at one login: %d", s)
	}
	if s := from(known, "192.0.2.1", "officer", password); s != 303 {
		t.Errorf("the officer's own browser is locked out: %d", s)
	}
	// The cookie of one login is nothing for another, and guesses with it
	// are counted too.
	for range failuresOfPair {
		from(known, "192.0.2.1", "officer", "wrong password")
	}
	if s := from(known, "192.0.2.1", "officer", password); s != 429 {
		t.Errorf("a stolen browser guesses on: %d", s)
	}
	for range failuresOfPair {
		from(known, "192.0.2.68", "reviewer", "wrong password")
	}
	if s := from(known, "192.0.2.68", "reviewer", password); s != 429 {
		t.Errorf("another login's cookie counts as known: %d", s)
	}
}

func TestIPv6IsCountedByItsNetwork(t *testing.T) {
	for host, want := range map[string]string{"2001:db8:1:2:3::4": "2001:db8:1:2::/64", "192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "::ffff:192.0.2.1", "@": "@"} {
		if got := network(host); got != want {
			t.Errorf("%s: %s", host, got)
		}
	}
}

// Nobody but a configured proxy is believed about the address.
func TestForwardedAddressIsAClaim(t *testing.T) {
	s := &server{Options: Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")}}}
	for _, tc := range []struct{ peer, header, want string }{
		{"192.0.2.7:99", "203.0.113.1", "192.0.2.7"},
		{"10.0.0.3:99", "203.0.113.1", "203.0.113.1"},
		{"10.0.0.3:99", "1.2.3.4, 203.0.113.1", "203.0.113.1"},
		{"10.0.0.3:99", "203.0.113.1, 10.0.0.9", "203.0.113.1"},
		{"10.0.0.3:99", "evil, 10.0.0.9", "10.0.0.9"},
		{"10.0.0.3:99", "", "10.0.0.3"},
		{"[::1]:99", "203.0.113.1", "::1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tc.peer
		if tc.header != "" {
			r.Header.Set("X-Forwarded-For", tc.header)
		}
		if got := s.remote(r); got != tc.want {
			t.Errorf("%+v: %s", tc, got)
		}
	}
}

func TestForeignPagesCantPost(t *testing.T) {
	h := newHouse(t)
	_, _, c := h.story()
	b := h.browser("officer")
	csrf := b.csrf("/console")
	for name, head := range map[string][2]string{"site": {"Sec-Fetch-Site", "cross-site"}, "origin": {"Origin", "https://evil.example"}} {
		req, _ := http.NewRequest("POST", h.URL+"/console/cases/"+c.Ref+"/acknowledge", strings.NewReader(url.Values{"csrf": {csrf}}.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set(head[0], head[1])
		if a := h.do(b.c, req); a.status != 403 {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	if a := b.post("/console/cases/"+c.Ref+"/acknowledge", url.Values{"csrf": {"x"}}); a.status != 403 {
		t.Errorf("wrong token: %d", a.status)
	}
	// No kind of body gets past the token, and every form has one.
	for _, rt := range (&server{}).pageRoutes() {
		if rt.method != "POST" {
			continue
		}
		path := strings.NewReplacer("{id}", c.Ref, "{ref}", "XB-1").Replace(rt.path)
		who := b
		if strings.HasPrefix(path, "/portal") {
			who = h.browser("clerk")
		} else if strings.HasPrefix(path, "/console/agencies") || strings.HasPrefix(path, "/console/users") {
			who = h.browser("admin")
		}
		body, kind := form(t, "x", "y", "file", "%PDF-")
		for kind, body := range map[string]io.Reader{kind: body, "text/plain": strings.NewReader("a"), "application/json": strings.NewReader("{}")} {
			if a := who.send(path, kind, body); a.status < 400 {
				t.Errorf("POST %s as %s without a token: %d", path, kind, a.status)
			}
		}
	}
	if a := b.get("/console"); a.status != 200 {
		t.Errorf("signed out without a token: %d", a.status)
	}
	got, _ := h.ledger.Case(context.Background(), c.ID)
	if got.AcknowledgedBy != nil {
		t.Error("acknowledged by another site")
	}
	// The API takes no cookies, so no page can use it in another's name.
	if a := b.get("/v1/reports"); a.status != 401 {
		t.Errorf("the API took a cookie: %d", a.status)
	}
}

func TestOneTimeLink(t *testing.T) {
	h := newHouse(t)
	_, _, c := h.story()
	link := h.links.Acknowledge(c.ID, "值班室", h.clock.now().Add(time.Hour))
	path := strings.TrimPrefix(link, h.URL)
	b := h.browser("")
	for range 3 { // what scanners do
		contains(t, b.get(path).body, "确认收到", "滨江路18号", "值班室")
		req, _ := http.NewRequest("HEAD", link, nil)
		h.do(b.c, req)
	}
	if got, _ := h.ledger.Case(context.Background(), c.ID); got.AcknowledgedBy != nil {
		t.Fatal("a GET acknowledged")
	}
	i := len(path) - 3
	forged := path[:i] + string(path[i]^1) + path[i+1:]
	if a := b.post(forged, nil); a.status != 404 {
		t.Errorf("forged: %d", a.status)
	}
	expired := strings.TrimPrefix(h.links.Acknowledge(c.ID, "值班室", h.clock.now()), h.URL)
	if a := b.post(expired, nil); a.status != 410 {
		t.Errorf("expired: %d", a.status)
	}
	contains(t, b.post(path, nil).body, "已以“值班室”的名义确认收到")
	got, _ := h.ledger.Case(context.Background(), c.ID)
	if got.AcknowledgedBy == nil || got.AcknowledgedBy.Name != "值班室" || got.AcknowledgedBy.Kind != "link" {
		t.Fatalf("%+v", got.AcknowledgedBy)
	}
	contains(t, b.post(path, nil).body, "不再起作用")
	again, _ := h.ledger.Case(context.Background(), c.ID)
	if again.Version != got.Version {
		t.Error("the second use changed the case")
	}
}
