package notify

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"syscall"
)

// Addresses that others supply must not reach into the own network: loopback,
// link-local with its metadata services, private ranges, and IPv6 addresses
// that stand for one of those.

type (
	dialFunc  = func(ctx context.Context, network, address string) (net.Conn, error)
	proxyFunc = func(*http.Request) (*url.URL, error)
)

// guarded makes a dial function that refuses inner addresses, and the choice
// of proxy that goes with it. A connection is judged by the address that it is
// made to, after the name was resolved, each time: a name that leads inside
// later is refused then. A proxy resolves for itself, so with one the name is
// looked up here first; the proxy's own address may be an inner one.
func guarded(d net.Dialer, names *net.Resolver, proxy proxyFunc) (dialFunc, proxyFunc) {
	var mu sync.Mutex
	proxies := map[string]bool{}
	direct := d
	d.Control, d.Resolver = refusePrivate, names
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		mu.Lock()
		known := proxies[address]
		mu.Unlock()
		if known {
			return direct.DialContext(ctx, network, address)
		}
		return d.DialContext(ctx, network, address)
	}
	return dial, func(r *http.Request) (*url.URL, error) {
		u, err := proxy(r)
		if u == nil || err != nil {
			return nil, err
		}
		if err := outside(r.Context(), names, r.URL.Hostname()); err != nil {
			return nil, err
		}
		mu.Lock()
		defer mu.Unlock()
		proxies[hostPort(u)] = true
		return u, nil
	}
}

// outside refuses a name that leads inside. One that is unknown here is the
// proxy's to resolve: behind one there is often no other way.
func outside(ctx context.Context, names *net.Resolver, host string) error {
	if ip, err := netip.ParseAddr(host); err == nil {
		return judge(ip)
	}
	ips, err := names.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil //nolint:nilerr // unknown here
	}
	for _, ip := range ips {
		if err := judge(ip); err != nil {
			return err
		}
	}
	return nil
}

func hostPort(u *url.URL) string {
	if p := u.Port(); p != "" {
		return net.JoinHostPort(u.Hostname(), p)
	}
	return net.JoinHostPort(u.Hostname(), map[string]string{"https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme])
}

// refusePrivate is a dialer's Control: it sees the resolved address.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return errPrivateAddress
	}
	return judge(at.Addr())
}

func judge(ip netip.Addr) error {
	ip = ip.WithZone("").Unmap()
	for _, n := range innerNetworks() {
		if n.Contains(ip) {
			return errPrivateAddress
		}
	}
	if v4, ok := embedded(ip); ok {
		return judge(v4)
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return errPrivateAddress
	}
	return nil
}

// innerNetworks are those of RFC 6890 that net/netip does not tell.
func innerNetworks() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
		netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"),
	}
}

// embedded is the IPv4 address that an IPv6 one stands for: NAT64 (RFC 6052),
// 6to4 (RFC 3056), IPv4-compatible (RFC 4291 §2.5.5.1).
func embedded(ip netip.Addr) (netip.Addr, bool) {
	if !ip.Is6() {
		return netip.Addr{}, false
	}
	b := ip.As16()
	for _, x := range []struct {
		prefix string
		at     int
	}{{"64:ff9b::/96", 12}, {"64:ff9b:1::/48", 12}, {"2002::/16", 2}, {"::/96", 12}} {
		if netip.MustParsePrefix(x.prefix).Contains(ip) {
			return netip.AddrFrom4([4]byte(b[x.at : x.at+4])), true
		}
	}
	return netip.Addr{}, false
}

var errPrivateAddress = errors.New("address is inside a private network")
