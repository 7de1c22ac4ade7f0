package autotask_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"backupchecks/internal/autotask"
	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/secret"
)

// morning is when most tests take place.
func morning() time.Time { return time.Date(2026, 3, 2, 7, 30, 0, 0, time.UTC) }

// tenant is a simulator with a client for it.
type tenant struct {
	*autotasksim.Server
	*autotask.Client
	url   string
	slept *sleeps
}

// sleeps records how long the client waited, without waiting.
type sleeps struct {
	mu    sync.Mutex
	times []time.Duration
}

func (s *sleeps) sleep(ctx context.Context, d time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.times = append(s.times, d)
	return ctx.Err()
}

func (s *sleeps) all() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]time.Duration(nil), s.times...)
}

// newTenant starts a simulator and makes a client; adapt changes the client's configuration.
func newTenant(t testing.TB, opts autotasksim.Options, adapt ...func(*autotask.Config)) tenant {
	t.Helper()
	if opts.Now == nil {
		opts.Now = morning
	}
	sim, err := autotasksim.New(opts)
	if err != nil {
		t.Fatalf("start the simulator: %v", err)
	}
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	client, slept := newClient(t, server.URL, adapt...)
	return tenant{sim, client, server.URL, slept}
}

// newClient makes a client with the credentials of the default seed.
func newClient(t testing.TB, url string, adapt ...func(*autotask.Config)) (*autotask.Client, *sleeps) {
	t.Helper()
	slept := &sleeps{}
	cfg := autotask.Config{
		DiscoveryURL: url, AllowPrivate: true, UserName: "api@example.com", Secret: secret.New("secret"),
		IntegrationCode: "TRACKING-ID", Now: morning, Sleep: slept.sleep,
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, change := range adapt {
		change(&cfg)
	}
	client, err := autotask.New(cfg)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	t.Cleanup(client.Close)
	return client, slept
}

// newTicket is a ticket that the default seed accepts.
func newTicket(title, key string) autotask.NewTicket {
	return autotask.NewTicket{
		CompanyID: 175, Title: title, Description: "Details of " + title, Status: autotask.StatusNew, Priority: 2,
		QueueID: new(int64(8)), Source: new(int64(8)), DueDateTime: morning().Add(8 * time.Hour), ExternalID: key,
	}
}

// wantKind fails unless err is an autotask.Error of the kind.
func wantKind(t testing.TB, what string, err error, want autotask.Kind) {
	t.Helper()
	if got := autotask.KindOf(err); got != want {
		t.Errorf("%s: got kind %q (%v), want %q", what, got, err, want)
	}
}

// await waits until condition holds.
func await(t testing.TB, what string, condition func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// scripted is a transport that answers from a function and keeps what was sent.
type scripted struct {
	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
	answer   func(*http.Request) (status int, body string)
}

func (s *scripted) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		body = string(data)
	}
	s.mu.Lock()
	s.requests, s.bodies = append(s.requests, r), append(s.bodies, body)
	s.mu.Unlock()
	status, answer := s.answer(r)
	return &http.Response{
		StatusCode: status, Body: io.NopCloser(strings.NewReader(answer)), Header: http.Header{}, Request: r,
	}, nil
}

// zoneAnswer is a zone of the real service.
const zoneAnswer = `{"zoneName":"EU1","url":"https://webservices19.autotask.net/ATServicesRest/","webUrl":"https://ww19.autotask.net/","ci":123456}`

// newScripted makes a client for the real service's addresses whose entity calls are
// answered by answer.
func newScripted(t testing.TB, answer func(*http.Request) (int, string)) (*autotask.Client, *scripted) {
	t.Helper()
	transport := &scripted{answer: func(r *http.Request) (int, string) {
		if strings.HasSuffix(r.URL.Path, "/zoneInformation") {
			return http.StatusOK, zoneAnswer
		}
		return answer(r)
	}}
	client, _ := newClient(t, "", func(cfg *autotask.Config) { cfg.Transport, cfg.AllowPrivate = transport, false })
	return client, transport
}
