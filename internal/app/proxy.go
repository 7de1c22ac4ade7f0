package app

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// behindProxies gives a request that one of the trusted proxies passed on the address of the
// client it names, as RemoteAddr with port 0. Whoever else sends X-Forwarded-For is not
// believed: anybody may write one.
func behindProxies(trusted []netip.Prefix, next http.Handler) http.Handler {
	if len(trusted) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err == nil && trusts(trusted, peer.Addr()) {
			if client := forwardedFor(trusted, r.Header.Values("X-Forwarded-For")); client.IsValid() {
				passed := *r
				passed.RemoteAddr = netip.AddrPortFrom(client, 0).String()
				r = &passed
			}
		}
		next.ServeHTTP(w, r)
	})
}

// forwardedFor returns the client that a chain of trusted proxies names. Each proxy adds, at
// the right end, who connected to it, so the first from the right that is no trusted proxy is
// the client, and what stands left of it is the client's own invention. The result is not
// valid when the proxy names nobody.
func forwardedFor(trusted []netip.Prefix, headers []string) netip.Addr {
	var client netip.Addr
	for _, hop := range slices.Backward(strings.Split(strings.Join(headers, ","), ",")) {
		address, valid := parseHop(strings.TrimSpace(hop))
		if !valid {
			break
		}
		client = address
		if !trusts(trusted, address) {
			break
		}
	}
	return client
}

// parseHop reads an address. Some proxies write the port of the connection as well.
func parseHop(hop string) (address netip.Addr, valid bool) {
	if both, err := netip.ParseAddrPort(hop); err == nil {
		return plain(both.Addr()), true
	}
	address, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(hop, "["), "]"))
	return plain(address), err == nil
}

func trusts(trusted []netip.Prefix, address netip.Addr) bool {
	address = plain(address)
	return slices.ContainsFunc(trusted, func(one netip.Prefix) bool { return one.Contains(address) })
}

// plain is the address as limits and logs compare it: IPv4 in one form, and without a zone,
// which only means something to the machine that wrote it.
func plain(address netip.Addr) netip.Addr { return address.Unmap().WithZone("") }
