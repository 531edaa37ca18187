package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"jianding/intake/agencies"
	"jianding/schemas"
)

// Sign-ins are held back by where they come from, so that guessing is slow and
// yet nobody can lock an officer out by guessing at the officer's login. A
// browser that signed in before is a place of its own and is counted by
// itself; from everywhere else a login, an address and the pair of both have
// their limits. Whoever is woken by a message needs none of this: its link
// acknowledges. Failures are rows of the ledger: a restart resets nothing.
const (
	signInWindow = 15 * time.Minute
	// failures in the window, until the place waits for the rest of it
	failuresOfPair    = 5
	failuresOfAddress = 30 // offices share one
	failuresOfLogin   = 50 // from anywhere but known browsers
)

const (
	deviceCookie = "jianding_browser"
	deviceTTL    = 180 * 24 * time.Hour
)

// place is where a sign-in comes from.
type place struct {
	name  string // address, or "browser:" and the id of a known one
	known bool
}

// placeOf recognises the browser by the cookie that its last sign-in with
// this login left.
func (s *server) placeOf(r *http.Request, login string) place {
	if c, err := r.Cookie(s.cookieName(deviceCookie)); err == nil {
		id, rest, _ := strings.Cut(c.Value, ".")
		until, mac, _ := strings.Cut(rest, ".")
		unix, err := strconv.ParseInt(until, 10, 64)
		if err == nil && s.now().Unix() < unix && hmac.Equal([]byte(mac), []byte(s.deviceMAC(login, id, unix))) {
			return place{"browser:" + id, true}
		}
	}
	return place{name: network(s.remote(r))}
}

// network is the address, or of IPv6 its /64: whoever has one has all of it.
func network(host string) string {
	addr, err := netip.ParseAddr(host)
	if err != nil || addr.Unmap().Is4() {
		return host
	}
	p, err := addr.WithZone("").Prefix(64)
	if err != nil {
		return host
	}
	return p.String()
}

// rememberBrowser leaves the cookie; a browser that is known keeps its id and
// with it its count.
func (s *server) rememberBrowser(w http.ResponseWriter, login string, from place) {
	id, ok := strings.CutPrefix(from.name, "browser:")
	if !ok {
		id = agencies.NewToken("")[:16]
	}
	unix := s.now().Add(deviceTTL).Unix()
	s.setCookie(w, deviceCookie, id+"."+strconv.FormatInt(unix, 10)+"."+s.deviceMAC(login, id, unix), int(deviceTTL/time.Second))
}

func (s *server) deviceMAC(login, id string, unix int64) string {
	h := hmac.New(sha256.New, s.LinkKey)
	h.Write([]byte("jianding browser\n" + strings.ToLower(strings.TrimSpace(login)) + "\n" + id + "\n" + strconv.FormatInt(unix, 10)))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// throttle refuses a try, right or wrong, from where too many failed.
func (s *server) throttle(ctx context.Context, login string, from place) error {
	since := s.now().Add(-signInWindow)
	type limit struct {
		login, place string
		most         int
	}
	limits := []limit{{login, from.name, failuresOfPair}}
	if !from.known {
		limits = append(limits, limit{"", from.name, failuresOfAddress}, limit{login, "", failuresOfLogin})
	}
	for _, l := range limits {
		n, err := s.ledger.FailedSignIns(ctx, l.login, l.place, since)
		if err != nil {
			return err
		}
		if n >= l.most {
			return schemas.E(schemas.KindDenied, "too_many_attempts", "尝试次数过多，请 15 分钟后再试。收到隐患通知的，可直接用通知中的链接确认。", nil)
		}
	}
	return nil
}

// remote is the client's address without its port. What X-Forwarded-For says
// is taken only from a proxy that the configuration names: anybody can write
// such a header.
func (s *server) remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.trustedProxy(host); i-- {
		hop := strings.TrimSpace(hops[i])
		if _, err := netip.ParseAddr(hop); err != nil {
			break
		}
		host = hop
	}
	return host
}

func (s *server) trustedProxy(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && slices.ContainsFunc(s.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(addr.Unmap()) })
}
