package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"backupchecks/internal/api"
	"backupchecks/internal/auth"
	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/backup"
	"backupchecks/internal/ingest"
	"backupchecks/internal/parse/vendors"
	"backupchecks/internal/review"
	"backupchecks/internal/secret"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
	"backupchecks/internal/ticket"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// Who asks: the name of a user is that of the only role.
const (
	admin    = "admin"
	operator = "operator"
	viewer   = "viewer"
	nobody   = ""
)

// The ids of the simulator's default tenant that the tests choose.
const (
	acmeCompany   = 175
	helpdeskQueue = 29682833
)

// site is an API that is served, with a user for each role and Autotask beside it.
type site struct {
	db      *store.DB
	auth    *auth.Service
	sim     *autotasksim.Server
	api     *api.API
	keys    secret.Keys
	address string
	tokens  map[string]string // by user name
	log     record
	faulty  atomic.Bool   // makes the clock of sign-in panic
	reached chan struct{} // full once Autotask was asked
	stop    func()        // stops serving when all requests are answered
}

// record keeps what was logged.
type record struct {
	mu   sync.Mutex
	text strings.Builder
}

func (r *record) Write(line []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(line)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

func newSite(t *testing.T, db *store.DB) *site {
	t.Helper()
	s := &site{db: db, tokens: map[string]string{}, reached: make(chan struct{}, 1)}
	log := slog.New(slog.NewTextHandler(io.MultiWriter(t.Output(), &s.log), nil))
	sim, err := autotasksim.New(autotasksim.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	desk := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case s.reached <- struct{}{}:
		default:
		}
		sim.ServeHTTP(w, r)
	}))
	t.Cleanup(desk.Close)
	keys, err := secret.ParseKeys(secret.GenerateKey())
	if err != nil {
		t.Fatal(err)
	}
	s.sim, s.keys = sim, keys
	if s.auth, err = auth.New(auth.Config{DB: db, Log: log, Now: s.now}); err != nil {
		t.Fatal(err)
	}
	s.api, err = api.New(api.Config{
		DB: db, Auth: s.auth, Log: log, Now: time.Now, Keys: keys, Version: "test",
		Ingest: ingest.New(ingest.Config{DB: db, Read: vendors.Registry().Read, Log: log}),
		Review: review.New(db),
		Tickets: ticket.New(ticket.Config{
			DB: db, Keys: keys, DiscoveryURL: desk.URL, BaseURL: "https://backups.example.com", Log: log, Now: time.Now,
			Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.api.Handler())
	t.Cleanup(server.Close)
	s.address, s.stop = server.URL, server.Close
	for _, role := range backup.Roles() {
		storetest.User(t, db, role)
		s.tokens[string(role)] = s.token(t, string(role), nil)
	}
	return s
}

// now tells the time, or shows a fault of ours.
func (s *site) now() time.Time {
	if s.faulty.Load() {
		panic("a fault of ours")
	}
	return time.Now()
}

// openSite is newSite on SQLite.
func openSite(t *testing.T) *site {
	t.Helper()
	return newSite(t, storetest.Open(t))
}

func (s *site) token(t *testing.T, user string, expires *time.Time) string {
	t.Helper()
	token, err := s.auth.CreateToken(t.Context(), backup.System("test"), user, "test", expires)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// connect switches the integration on and gives Acme its company.
func (s *site) connect(t *testing.T) {
	t.Helper()
	s.ask(t, admin, "PATCH", "/settings/autotask", fmt.Sprintf(`{"enabled":true,"environment":"sandbox","username":"api@example.com",
		"password":"secret","tracking_identifier":"TRACKING-ID","base_url":"https://backups.example.com","queue_id":%d,
		"source_id":8,"status_id":1,"priority_warning":2,"priority_error":1,"allow_resolve":true}`, helpdeskQueue)).want(t, 200)
	acme := storetest.Customer(t, s.db, "Acme")
	s.ask(t, operator, "PUT", fmt.Sprintf("/customers/%d/autotask", acme.ID), `{"company_id":175}`).want(t, 200)
}

// answer is what came back.
type answer struct {
	request string
	status  int
	header  http.Header
	text    string
}

// ask sends a request below /api/v1, with a JSON body unless it is empty.
func (s *site) ask(t *testing.T, who, method, path, body string) *answer {
	t.Helper()
	return s.send(t, who, method, "/api/v1"+path, "application/json", body)
}

// mail stores a mail.
func (s *site) mail(t *testing.T, raw string) *answer {
	t.Helper()
	return s.send(t, operator, "POST", "/api/v1/messages", "message/rfc822", raw)
}

func (s *site) send(t *testing.T, who, method, path, contentType, body string) *answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.address+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if who != nobody {
		request.Header.Set("Authorization", "Bearer "+s.tokens[who])
	}
	return do(t, request)
}

func do(t *testing.T, request *http.Request) *answer {
	t.Helper()
	response, err := http.DefaultTransport.RoundTrip(request) // follows no redirect
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &answer{request: request.Method + " " + request.URL.RequestURI(), status: response.StatusCode, header: response.Header, text: string(text)}
}

// want stops the test unless the answer has the status, and, where it is a failure, is a whole
// problem document.
func (a *answer) want(t *testing.T, status int) *answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("%s: status %d, want %d:\n%s", a.request, a.status, status, a.text)
	}
	if status >= 400 {
		if got := a.header.Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("%s: content type %q, want application/problem+json", a.request, got)
		}
		a.has(t, "status", float64(status))
		a.has(t, "type", "about:blank")
		a.has(t, "title", http.StatusText(status))
		if detail, _ := a.at(t, "detail").(string); !strings.HasSuffix(detail, ".") {
			t.Errorf("%s: detail %q, want a sentence", a.request, detail)
		}
	}
	return a
}

// at returns the value at a path such as "items.0.job.name" of the answer, the whole of it for
// the empty path; nil for null. It stops the test when there is none.
func (a *answer) at(t *testing.T, path string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(a.text), &value); err != nil {
		t.Fatalf("%s: %v:\n%s", a.request, err, a.text)
	}
	if path == "" {
		return value
	}
	for part := range strings.SplitSeq(path, ".") {
		switch inner := value.(type) {
		case map[string]any:
			found, ok := inner[part]
			if !ok {
				t.Fatalf("%s: no %s in:\n%s", a.request, path, a.text)
			}
			value = found
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(inner) {
				t.Fatalf("%s: no %s in:\n%s", a.request, path, a.text)
			}
			value = inner[i]
		default:
			t.Fatalf("%s: no %s in:\n%s", a.request, path, a.text)
		}
	}
	return value
}

// has checks the value at a path. Numbers are float64.
func (a *answer) has(t *testing.T, path string, want any) *answer {
	t.Helper()
	if got := a.at(t, path); got != want {
		t.Errorf("%s: %s is %v, want %v", a.request, path, got, want)
	}
	return a
}

// lacks checks that an object of the answer has no such member.
func (a *answer) lacks(t *testing.T, object, member string) *answer {
	t.Helper()
	if inner, ok := a.at(t, object).(map[string]any); !ok || inner[member] != nil {
		t.Errorf("%s: %s has %s:\n%s", a.request, object, member, a.text)
	}
	return a
}

// says checks that the answer holds some text.
func (a *answer) says(t *testing.T, text string) *answer {
	t.Helper()
	if !strings.Contains(a.text, text) {
		t.Errorf("%s: %q is not in:\n%s", a.request, text, a.text)
	}
	return a
}

// length checks how long a list is.
func (a *answer) length(t *testing.T, path string, want int) *answer {
	t.Helper()
	list, ok := a.at(t, path).([]any)
	if !ok || len(list) != want {
		t.Errorf("%s: %s has %d items, want %d:\n%s", a.request, path, len(list), want, a.text)
	}
	return a
}

// id returns the id at a path.
func (a *answer) id(t *testing.T, path string) int64 {
	t.Helper()
	number, ok := a.at(t, path).(float64)
	if !ok {
		t.Fatalf("%s: %s is no number:\n%s", a.request, path, a.text)
	}
	return int64(number)
}

// items returns a member of each item of a list.
func (a *answer) items(t *testing.T, member string) []any {
	t.Helper()
	list, _ := a.at(t, "items").([]any)
	values := make([]any, len(list))
	for i := range list {
		values[i] = a.at(t, fmt.Sprintf("items.%d.%s", i, member))
	}
	return values
}

// saveAutotask changes the stored settings as a page would.
func (s *site) saveAutotask(t *testing.T, change func(*settings.AutotaskSettings)) {
	t.Helper()
	err := s.db.Write(t.Context(), func(tx *store.Tx) error {
		set, err := settings.LoadAutotask(t.Context(), tx)
		if err != nil {
			return err
		}
		change(&set)
		return settings.SaveAutotask(t.Context(), tx, backup.System("test"), s.keys, set, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
}
