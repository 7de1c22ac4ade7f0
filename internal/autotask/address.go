package autotask

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// serviceDomain is the domain of every zone.
const serviceDomain = ".autotask.net"

// discoveryPath is where any zone's host answers which zone a user lives in.
const discoveryPath = "/ATServicesRest/V1.0/zoneInformation"

// errUnsafe marks addresses that are not followed.
var errUnsafe = errors.New("unsafe address")

// addressRules say which addresses the client sends to. The discovery service names the
// addresses of all other calls, and they get the credentials.
type addressRules struct {
	allowPrivate  bool
	discoveryHost string
}

// check returns an error that wraps errUnsafe unless address may be sent to.
func (r addressRules) check(address *url.URL) error {
	host := strings.ToLower(address.Hostname())
	service := address.Scheme == "https" && strings.HasSuffix(host, serviceDomain) &&
		(address.Port() == "" || address.Port() == "443")
	private := r.allowPrivate && (address.Scheme == "http" || address.Scheme == "https") &&
		host != "" && (strings.EqualFold(host, r.discoveryHost) || isPrivateName(host))
	if address.User != nil || !service && !private {
		return fmt.Errorf("%w: %s://%s is not an https address under %s", errUnsafe, address.Scheme, address.Host, serviceDomain[1:])
	}
	return nil
}

// isPrivateName reports whether host is localhost or an IP address inside.
func isPrivateName(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && !isPublic(addr)
}

// guardedTransport dials public addresses only, unless private ones are allowed. It looks
// at the address that the name stands for at that moment, so that a name cannot be pointed
// inward later. It uses no proxy, since a proxy would dial unseen.
func guardedTransport(allowPrivate bool) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	if !allowPrivate {
		dialer.Control = refusePrivate
	}
	return &http.Transport{
		DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: 4, IdleConnTimeout: 90 * time.Second,
	}
}

// refusePrivate refuses a connection to an address that is not public.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil || !isPublic(target.Addr()) {
		return fmt.Errorf("%w: the name leads inside a private network", errUnsafe)
	}
	return nil
}

// isPublic reports whether addr may be a host on the internet.
func isPublic(addr netip.Addr) bool {
	addr = addr.Unmap()
	if !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return false
	}
	for _, inside := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4", // this host, carriers, protocols, tests, reserved
		"64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", // IPv4 in disguise
		"fec0::/10",
	} {
		if netip.MustParsePrefix(inside).Contains(addr) {
			return false
		}
	}
	return true
}

// discoveryURL completes an address that may end anywhere before or in the path of the
// zone discovery.
func discoveryURL(address string) (*url.URL, error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" || parsed.RawQuery != "" || parsed.Fragment != "" {
		return nil, errors.New("autotask: the discovery address is not a web address")
	}
	parsed.Path, parsed.RawPath = strings.TrimRight(parsed.Path, "/"), ""
	for _, given := range []string{discoveryPath, "/ATServicesRest/V1.0", "/ATServicesRest"} {
		if hasSuffixFold(parsed.Path, given) {
			parsed.Path += discoveryPath[len(given):]
			return parsed, nil
		}
	}
	parsed.Path += discoveryPath
	return parsed, nil
}

// hasSuffixFold reports whether text ends with suffix, whatever the case.
func hasSuffixFold(text, suffix string) bool {
	return len(text) >= len(suffix) && strings.EqualFold(text[len(text)-len(suffix):], suffix)
}
