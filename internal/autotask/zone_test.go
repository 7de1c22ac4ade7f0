package autotask_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/autotask"
	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/secret"
)

func TestZoneIsAskedOnceAndWithoutCredentials(t *testing.T) {
	t.Parallel()
	client, sent := newScripted(t, func(*http.Request) (int, string) { return http.StatusOK, `{"item":{"id":0}}` })
	want := autotask.Zone{
		Name: "EU1", URL: "https://webservices19.autotask.net/ATServicesRest", WebURL: "https://ww19.autotask.net", CI: 123456,
	}
	for range 2 {
		got, err := client.Zone(t.Context())
		if err != nil {
			t.Fatalf("Zone: %v", err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Zone (-want +got):\n%s", diff)
		}
	}
	if _, err := client.Company(t.Context(), 0); err != nil {
		t.Fatalf("Company: %v", err)
	}
	if len(sent.requests) != 2 {
		t.Fatalf("sent %d requests, want one discovery and one call", len(sent.requests))
	}
	discovery, call := sent.requests[0], sent.requests[1]
	if got, want := discovery.URL.String(), autotask.DefaultDiscoveryURL+"?user=api%40example.com"; got != want {
		t.Errorf("discovery asked %s, want %s", got, want)
	}
	for _, header := range []string{"UserName", "Secret", "ApiIntegrationCode", "Authorization"} {
		if got := discovery.Header.Get(header); got != "" {
			t.Errorf("discovery sent %s %q", header, got)
		}
	}
	if got, want := call.URL.String(), "https://webservices19.autotask.net/ATServicesRest/V1.0/Companies/0"; got != want {
		t.Errorf("the call went to %s, want %s", got, want)
	}
	if call.Header.Get("UserName") != "api@example.com" || call.Header.Get("Secret") != "secret" ||
		call.Header.Get("ApiIntegrationCode") != "TRACKING-ID" || call.Header.Get("Authorization") != "" {
		t.Errorf("the call's headers are %v", call.Header)
	}
}

func TestDiscoveryAddressIsCompleted(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, autotasksim.Options{})
	for _, path := range []string{
		"", "/", "/ATServicesRest", "/atservicesrest/", "/ATServicesRest/V1.0", "/ATServicesRest/v1.0/zoneInformation",
		"/ATServicesRest/V1.0/zoneInformation/",
	} {
		client, _ := newClient(t, tenant.url+path)
		if _, err := client.Zone(t.Context()); err != nil {
			t.Errorf("Zone with discovery address %q: %v", path, err)
		}
	}
}

func TestUserNameIsEncoded(t *testing.T) {
	t.Parallel()
	seed := autotasksim.DefaultSeed()
	seed.Users[0].Name = "api+backup&x=1@example.com"
	tenant := newTenant(t, autotasksim.Options{Seed: &seed}, func(cfg *autotask.Config) { cfg.UserName = seed.Users[0].Name })
	if _, err := tenant.Client.Threshold(t.Context()); err != nil {
		t.Errorf("Threshold: %v", err)
	}
}

func TestUnknownUserIsAFaultOfTheSettings(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, autotasksim.Options{}, func(cfg *autotask.Config) { cfg.UserName = "nobody@example.com" })
	_, err := tenant.Zone(t.Context())
	wantKind(t, "Zone", err, autotask.UnknownUser)
	if !strings.Contains(err.Error(), "Zone information could not be determined") {
		t.Errorf("the error %q lacks Autotask's words", err)
	}
	if got := tenant.Count("GET zoneInformation"); got != 1 {
		t.Errorf("asked %d times, want once", got)
	}
}

func TestUnsafeZonesAreNotFollowed(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"http://webservices19.autotask.net/ATServicesRest/", "https://webservices19.autotask.net.evil.example/",
		"https://evilautotask.net/", "https://evil.example/webservices19.autotask.net/", "https://127.0.0.1/",
		"https://user@webservices19.autotask.net/", "https://webservices19.autotask.net:8443/", "https://169.254.169.254/",
		"file:///etc/passwd", "//webservices19.autotask.net/", "https://[::1]/", "https://localhost/",
	} {
		for _, field := range []string{"url", "webUrl"} {
			transport := &scripted{answer: func(*http.Request) (int, string) {
				good := map[string]string{"url": "https://ww19.autotask.net/", "webUrl": "https://ww19.autotask.net/"}
				good[field] = address
				return http.StatusOK, `{"zoneName":"x","url":"` + good["url"] + `","webUrl":"` + good["webUrl"] + `"}`
			}}
			client, _ := newClient(t, "", func(cfg *autotask.Config) { cfg.Transport, cfg.AllowPrivate = transport, false })
			_, err := client.Company(t.Context(), 0)
			wantKind(t, "Company with "+field+" "+address, err, autotask.UnsafeAddress)
			if len(transport.requests) != 1 {
				t.Errorf("with %s %s: sent %d requests, want the discovery alone", field, address, len(transport.requests))
			}
		}
	}
}

func TestASimulatorMayNameItselfOnly(t *testing.T) {
	t.Parallel()
	for address, allowed := range map[string]bool{
		"http://sim.example:8080/ATServicesRest/": true, "http://127.0.0.1:99/ATServicesRest/": true,
		"http://localhost:99/ATServicesRest/": true, "https://webservices19.autotask.net/ATServicesRest/": true,
		"http://evil.example/ATServicesRest/": false, "https://8.8.8.8/ATServicesRest/": false,
	} {
		transport := &scripted{answer: func(*http.Request) (int, string) { return http.StatusOK, `{"url":"` + address + `"}` }}
		client, _ := newClient(t, "http://sim.example:9000", func(cfg *autotask.Config) { cfg.Transport = transport })
		_, err := client.Zone(t.Context())
		if (err == nil) != allowed {
			t.Errorf("Zone at %s: got error %v, want allowed %v", address, err, allowed)
		}
	}
}

func TestNewRefusesBadSettings(t *testing.T) {
	t.Parallel()
	good := autotask.Config{UserName: "api@example.com", Secret: secret.New("s"), IntegrationCode: "c", Now: morning}
	for name, test := range map[string]struct {
		adapt func(*autotask.Config)
		want  string
	}{
		"no user":           {func(c *autotask.Config) { c.UserName = "" }, "user name"},
		"no secret":         {func(c *autotask.Config) { c.Secret = secret.String{} }, "secret"},
		"no code":           {func(c *autotask.Config) { c.IntegrationCode = "" }, "tracking identifier"},
		"a line in a value": {func(c *autotask.Config) { c.Secret = secret.New("planted\r\nHost: x") }, "control character"},
		"no clock":          {func(c *autotask.Config) { c.Now = nil }, "clock"},
		"plain http":        {func(c *autotask.Config) { c.DiscoveryURL = "http://webservices.autotask.net" }, "https"},
		"another domain":    {func(c *autotask.Config) { c.DiscoveryURL = "https://example.com" }, "autotask.net"},
		"loopback":          {func(c *autotask.Config) { c.DiscoveryURL = "https://127.0.0.1" }, "autotask.net"},
		"no address":        {func(c *autotask.Config) { c.DiscoveryURL = "simulator" }, "web address"},
	} {
		cfg := good
		test.adapt(&cfg)
		_, err := autotask.New(cfg)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "planted") {
			t.Errorf("New with %s: got error %v, want one about %q", name, err, test.want)
		}
	}
	if _, err := autotask.New(good); err != nil {
		t.Errorf("New with good settings: %v", err)
	}
}

func TestARefusedSecretIsSentOnce(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, autotasksim.Options{}, func(cfg *autotask.Config) { cfg.Secret = secret.New("wrong") })
	var wait sync.WaitGroup
	for i := range 12 {
		wait.Go(func() {
			var err error
			switch i % 3 {
			case 0:
				_, err = tenant.Client.Ticket(t.Context(), 1)
			case 1:
				_, err = tenant.Client.Companies(t.Context(), "", 10)
			case 2:
				_, err = tenant.CreateTicket(t.Context(), newTicket("x", "k"))
				if !autotask.NothingDone(err) {
					t.Errorf("NothingDone(%v) = false, want true", err)
				}
			}
			wantKind(t, "a call with a wrong secret", err, autotask.Unauthorised)
		})
	}
	wait.Wait()
	refused := 0
	for _, request := range tenant.Requests() {
		if request.Status == http.StatusUnauthorized {
			refused++
		}
	}
	if refused != 1 {
		t.Errorf("the secret was refused %d times, want once", refused)
	}
	if got := tenant.Count("GET zoneInformation"); got != 2 {
		t.Errorf("the zone was asked for %d times, want twice: at first, and after the refusal", got)
	}
	if got := len(tenant.Tickets()); got != 0 {
		t.Errorf("there are %d tickets, want none", got)
	}
}

func TestASecretChangedMeanwhileIsLookedIntoOnce(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, autotasksim.Options{})
	if _, err := tenant.Client.Threshold(t.Context()); err != nil {
		t.Fatalf("Threshold: %v", err)
	}
	release := tenant.Hold()
	var wait sync.WaitGroup
	for _, id := range []int64{175, 176} {
		wait.Go(func() {
			_, err := tenant.Company(t.Context(), id)
			wantKind(t, "Company", err, autotask.Unauthorised)
		})
	}
	await(t, "both requests are in flight", func() bool { return tenant.InFlight("Companies") == 2 })
	user := autotasksim.DefaultSeed().Users[0]
	user.Secret = "another"
	tenant.SetUser(user)
	release()
	wait.Wait()
	if got := tenant.Count("GET zoneInformation"); got != 2 {
		t.Errorf("the zone was asked for %d times, want twice: at first, and once after the refusals", got)
	}
	_, err := tenant.Company(t.Context(), 177)
	wantKind(t, "Company afterwards", err, autotask.Unauthorised)
	if got := tenant.Count("GET Companies/{id}"); got != 2 {
		t.Errorf("sent %d requests, want none after the refusals", got)
	}
}

func TestABadTrackingIdentifierStopsTheClient(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		as401 bool
		want  autotask.Kind
	}{{false, autotask.BadIntegrationCode}, {true, autotask.Unauthorised}} {
		tenant := newTenant(t, autotasksim.Options{BadCodeAs401: test.as401}, func(cfg *autotask.Config) { cfg.IntegrationCode = "WRONG" })
		for range 3 {
			_, err := tenant.Client.Threshold(t.Context())
			wantKind(t, "Threshold", err, test.want)
		}
		if got := tenant.Count("GET ThresholdInformation"); got != 1 {
			t.Errorf("BadCodeAs401 %v: sent %d requests, want one", test.as401, got)
		}
	}
}

func TestAMovedTenantIsFound(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, autotasksim.Options{})
	if _, err := tenant.Company(t.Context(), 175); err != nil {
		t.Fatalf("Company: %v", err)
	}
	tenant.MoveZone("australia")
	id, err := tenant.CreateTicket(t.Context(), newTicket("after the move", "k"))
	if err != nil {
		t.Fatalf("CreateTicket after the move: %v", err)
	}
	if got := len(tenant.Tickets()); got != 1 {
		t.Errorf("there are %d tickets, want one", got)
	}
	if _, err := tenant.Client.Ticket(t.Context(), id); err != nil {
		t.Errorf("Ticket after the move: %v", err)
	}
	// The same again, so that one move is not all that is survived.
	tenant.MoveZone("moon")
	if _, err := tenant.Client.Ticket(t.Context(), id); err != nil {
		t.Errorf("Ticket after the second move: %v", err)
	}
}

func TestDiscoveryFailures(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(nil)
	closed.Close()
	html := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("<html>Sign in</html>"))
	}))
	t.Cleanup(html.Close)
	forbidden := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(forbidden.Close)
	untrusted := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(untrusted.Close)
	untrusted.Config.ErrorLog = nil
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, html.URL, http.StatusFound)
	}))
	t.Cleanup(elsewhere.Close)
	for name, test := range map[string]struct {
		url  string
		want autotask.Kind
	}{
		"nobody listens":          {closed.URL, autotask.Unreachable},
		"no such name":            {"http://no-such-host.invalid", autotask.Unreachable},
		"a page instead of JSON":  {html.URL, autotask.BadAnswer},
		"401 without credentials": {forbidden.URL, autotask.BadAnswer},
		"an untrusted server":     {untrusted.URL, autotask.Unreachable},
		"a redirect":              {elsewhere.URL, autotask.UnsafeAddress},
	} {
		client, _ := newClient(t, test.url)
		_, err := client.CreateTicket(t.Context(), newTicket("x", "k"))
		wantKind(t, name, err, test.want)
		if !autotask.NothingDone(err) {
			t.Errorf("%s: NothingDone is false although the zone was never found", name)
		}
	}
}
