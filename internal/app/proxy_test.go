package app

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestBehindProxies(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.3.0/24"), netip.MustParsePrefix("2001:db8:1::/48")}
	const proxy, stranger = "127.0.0.1:50000", "203.0.113.9:50000"
	for name, test := range map[string]struct {
		peer    string
		headers []string
		want    string
	}{
		"a proxy names its client":             {proxy, []string{"192.0.2.7"}, "192.0.2.7:0"},
		"an IPv6 client":                       {proxy, []string{"2001:db8:2::7"}, "[2001:db8:2::7]:0"},
		"a client with its port":               {proxy, []string{"192.0.2.7:1234"}, "192.0.2.7:0"},
		"an IPv6 client with its port":         {proxy, []string{"[2001:db8:2::7]:1234"}, "[2001:db8:2::7]:0"},
		"an IPv6 client in brackets":           {proxy, []string{"[2001:db8:2::7%eth0]"}, "[2001:db8:2::7]:0"},
		"IPv4 written as IPv6":                 {"[::ffff:127.0.0.1]:50000", []string{"::ffff:192.0.2.7"}, "192.0.2.7:0"},
		"a proxy of an IPv6 range":             {"[2001:db8:1::5%eth0]:50000", []string{"192.0.2.7"}, "192.0.2.7:0"},
		"two proxies":                          {proxy, []string{"192.0.2.7, 10.0.3.4"}, "192.0.2.7:0"},
		"two proxies with a line each":         {proxy, []string{"192.0.2.7", "10.0.3.4"}, "192.0.2.7:0"},
		"a client that invents a client":       {proxy, []string{"198.51.100.1, 192.0.2.7"}, "192.0.2.7:0"},
		"a client that invents a proxy":        {proxy, []string{"198.51.100.1, 10.0.3.4, 192.0.2.7, 10.0.3.5"}, "192.0.2.7:0"},
		"a client that invents in two lines":   {proxy, []string{"198.51.100.1", "192.0.2.7"}, "192.0.2.7:0"},
		"a client that is a proxy's neighbour": {proxy, []string{"10.0.3.4"}, "10.0.3.4:0"},
		"rubbish left of the client":           {proxy, []string{"<script>, 192.0.2.7"}, "192.0.2.7:0"},
		"rubbish left of a proxy":              {proxy, []string{"unknown, 10.0.3.4"}, "10.0.3.4:0"},
		"rubbish":                              {proxy, []string{"192.0.2.7, unknown"}, proxy},
		"an empty header":                      {proxy, []string{""}, proxy},
		"no header":                            {proxy, nil, proxy},
		"a stranger":                           {stranger, []string{"192.0.2.7"}, stranger},
		"a stranger that invents a proxy":      {stranger, []string{"192.0.2.7, 127.0.0.1"}, stranger},
		"a peer that is no address":            {"@", []string{"192.0.2.7"}, "@"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
			r.RemoteAddr = test.peer
			for _, header := range test.headers {
				r.Header.Add("X-Forwarded-For", header)
			}
			r.Header.Set("Forwarded", "for=198.51.100.2")
			r.Header.Set("X-Real-IP", "198.51.100.3")
			var got string
			inner := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr })
			behindProxies(trusted, inner).ServeHTTP(httptest.NewRecorder(), r)
			if got != test.want {
				t.Errorf("address of the client: got %s, want %s", got, test.want)
			}
			if r.RemoteAddr != test.peer {
				t.Errorf("the request that came was changed to %s", r.RemoteAddr)
			}
			got = ""
			behindProxies(nil, inner).ServeHTTP(httptest.NewRecorder(), r)
			if got != test.peer {
				t.Errorf("without trusted proxies: got %s, want %s", got, test.peer)
			}
		})
	}
}
