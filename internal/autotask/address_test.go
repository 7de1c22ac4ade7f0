package autotask

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]bool{
		"8.8.8.8": true, "203.0.114.1": true, "2606:4700::1111": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "127.8.8.8": false, "::1": false, "0.0.0.0": false, "::": false, "0.1.2.3": false,
		"10.0.0.1": false, "172.16.0.1": false, "172.32.0.1": true, "192.168.1.1": false, "fd00::1": false, "fec0::1": false,
		"169.254.169.254": false, "fe80::1": false, "100.64.0.1": false, "198.18.0.1": false, "224.0.0.1": false,
		"255.255.255.255": false, "240.0.0.1": false, "192.0.0.8": false, "ff02::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::ffff:100.64.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false,
	} {
		if got := isPublic(netip.MustParseAddr(addr)); got != want {
			t.Errorf("isPublic(%s) = %v, want %v", addr, got, want)
		}
	}
}

// The name is looked at only when dialling, so this needs the package's own transport.
func TestPrivateAddressesAreNotDialled(t *testing.T) {
	t.Parallel()
	asked := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	t.Cleanup(server.Close)
	transport := guardedTransport(false)
	request := httptest.NewRequest(http.MethodGet, server.URL, nil)
	response, err := transport.RoundTrip(request)
	if err == nil {
		_ = response.Body.Close() // only read
	}
	failure := lost(t.Context(), call{op: "test", write: true}, false, err)
	if failure.Kind != UnsafeAddress || !NothingDone(failure) || asked {
		t.Errorf("dialling %s: got %v (server asked: %v), want it refused", server.URL, failure, asked)
	}
	allowed := guardedTransport(true)
	t.Cleanup(allowed.CloseIdleConnections)
	response, err = allowed.RoundTrip(request)
	if err != nil {
		t.Fatalf("dialling %s when private addresses are allowed: %v", server.URL, err)
	}
	_ = response.Body.Close() // only read
}
