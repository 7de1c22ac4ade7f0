package autotask_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/autotask"
	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/secret"
)

func TestFailedCreations(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fault       autotasksim.Fault
		want        autotask.Kind
		nothingDone bool
		tickets     int
	}{
		{autotasksim.Fault{Kind: autotasksim.Refuse, Messages: []string{"Missing Required Field: issueType"}}, autotask.Refused, true, 0},
		{autotasksim.Fault{Kind: autotasksim.Refuse, Messages: []string{"An unexpected error has occurred. If the problem persists, please contact Autotask Support and reference Error ID: 1166"}}, autotask.Unclear, false, 0},
		{autotasksim.Fault{Kind: autotasksim.Refuse, Messages: []string{"Transaction was deadlocked on lock resources."}}, autotask.Unclear, false, 0},
		{autotasksim.Fault{Kind: autotasksim.Refuse, Messages: []string{"Execution Timeout Expired."}}, autotask.Unclear, false, 0},
		{autotasksim.Fault{Kind: autotasksim.Refuse, Messages: []string{"The logged in Resource does not have the adequate permissions to create this entity."}}, autotask.Forbidden, true, 0},
		{autotasksim.Fault{Kind: autotasksim.UnavailableBefore}, autotask.Unclear, false, 0},
		{autotasksim.Fault{Kind: autotasksim.UnavailableAfter}, autotask.Unclear, false, 1},
		{autotasksim.Fault{Kind: autotasksim.CutBefore}, autotask.Unclear, false, 0},
		{autotasksim.Fault{Kind: autotasksim.CutAfter}, autotask.Unclear, false, 1},
		{autotasksim.Fault{Kind: autotasksim.HTMLPage}, autotask.Unclear, false, 0},
		{autotasksim.Fault{Kind: autotasksim.TooMany}, autotask.Throttled, true, 0},
		{autotasksim.Fault{Kind: autotasksim.ThreadLimit}, autotask.Throttled, true, 0},
	} {
		name := fmt.Sprint(test.fault.Kind, test.fault.Messages)
		tenant := newTenant(t, autotasksim.Options{})
		tenant.FailNext(1, test.fault)
		_, err := tenant.CreateTicket(t.Context(), newTicket("x", "k"))
		wantKind(t, name, err, test.want)
		if got := autotask.NothingDone(err); got != test.nothingDone {
			t.Errorf("%s: NothingDone = %v, want %v", name, got, test.nothingDone)
		}
		if got := len(tenant.Server.TicketsByExternalID("k")); got != test.tickets {
			t.Errorf("%s: there are %d tickets, want %d", name, got, test.tickets)
		}
		if got := tenant.Count("POST Tickets"); got != 1 {
			t.Errorf("%s: the creation was sent %d times, want once", name, got)
		}
		if diff := cmp.Diff(test.fault.Messages, messagesOf(err)); test.fault.Messages != nil && diff != "" {
			t.Errorf("%s: Autotask's words (-want +got):\n%s", name, diff)
		}
		// Whatever happened, the key tells the truth.
		found, err := tenant.Client.TicketsByExternalID(t.Context(), "k")
		if err != nil || len(found) != test.tickets {
			t.Errorf("%s: TicketsByExternalID finds %d (%v), want %d", name, len(found), err, test.tickets)
		}
	}
}

func TestAutotasksOwnRefusals(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, autotasksim.Options{})
	ticket := newTicket(strings.Repeat("é", 256), "k")
	ticket.CompanyID = 187 // inactive
	_, err := tenant.CreateTicket(t.Context(), ticket)
	wantKind(t, "CreateTicket with a long title", err, autotask.Refused)
	ticket.Title = strings.Repeat("é", 255)
	_, err = tenant.CreateTicket(t.Context(), ticket)
	want := []string{"Reference value on field: companyID of type: Account does not exist or is invalid."}
	if diff := cmp.Diff(want, messagesOf(err)); diff != "" {
		t.Errorf("Autotask's words for an inactive company (-want +got):\n%s", diff)
	}
	if !autotask.NothingDone(err) || tenant.Count("POST Tickets") != 2 {
		t.Errorf("NothingDone(%v) is false, or %d requests were sent, want 2", err, tenant.Count("POST Tickets"))
	}
}

func TestATimeOutAfterTheWorkIsUnclear(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(context.Context) (context.Context, context.CancelFunc){
		"cancelled": context.WithCancel,
		"deadline": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 300*time.Millisecond)
		},
	} {
		tenant := newTenant(t, autotasksim.Options{})
		if _, err := tenant.Client.Threshold(t.Context()); err != nil {
			t.Fatalf("Threshold: %v", err)
		}
		tenant.FailNext(1, autotasksim.Fault{Kind: autotasksim.HangAfter})
		ctx, cancel := end(t.Context())
		result := make(chan error, 1)
		go func() {
			_, err := tenant.CreateTicket(ctx, newTicket("x", "k"))
			result <- err
		}()
		await(t, "the ticket exists", func() bool { return len(tenant.Tickets()) == 1 })
		if name == "cancelled" {
			cancel()
		}
		err := <-result
		cancel()
		wantKind(t, name, err, autotask.Unclear)
		if autotask.NothingDone(err) {
			t.Errorf("%s: NothingDone is true although the ticket exists", name)
		}
	}
}

func TestGivingUpBeforeSendingIsDefinite(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, autotasksim.Options{})
	release := tenant.Hold()
	defer release()
	var wait sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	for range 2 {
		wait.Go(func() { _, _ = tenant.Client.Ticket(ctx, 1) })
	}
	await(t, "a request hangs", func() bool { return tenant.InFlight("") == 1 })
	waiting, stop := context.WithCancel(t.Context())
	stop()
	_, err := tenant.CreateTicket(waiting, newTicket("x", "k"))
	wantKind(t, "CreateTicket by a caller that gave up", err, autotask.Cancelled)
	if !autotask.NothingDone(err) || tenant.Count("POST Tickets") != 0 {
		t.Errorf("NothingDone(%v) is false, or something was sent", err)
	}
	cancel()
	wait.Wait()
}

func TestReadsAreRetried(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind     autotasksim.FaultKind
		failures int
		want     autotask.Kind
		requests int
	}{
		{autotasksim.UnavailableBefore, 2, "", 3},
		{autotasksim.UnavailableBefore, 3, autotask.Unavailable, 3},
		{autotasksim.HTMLPage, 1, "", 2},
		{autotasksim.CutBefore, 2, "", 3},
		{autotasksim.CutBefore, 3, autotask.Unreachable, 3},
		{autotasksim.TooMany, 2, "", 3},
		{autotasksim.TooMany, 3, autotask.Throttled, 3},
		{autotasksim.ThreadLimit, 1, "", 2},
		{autotasksim.Refuse, 1, autotask.Refused, 1},
	} {
		tenant := newTenant(t, autotasksim.Options{})
		tenant.FailNext(test.failures, autotasksim.Fault{Kind: test.kind, On: "POST TicketNotes/query"})
		_, err := tenant.TicketNotes(t.Context(), 1)
		name := fmt.Sprintf("%d times %s", test.failures, test.kind)
		wantKind(t, name, err, test.want)
		if got := tenant.Count("POST TicketNotes/query"); got != test.requests {
			t.Errorf("%s: sent %d requests, want %d", name, got, test.requests)
		}
		for i, slept := range tenant.slept.all() {
			if least := time.Second / 2 << i; slept < least || slept > least*3/2 {
				t.Errorf("%s: wait %d was %v, want %v and up to half as much again", name, i+1, slept, least)
			}
		}
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	clock := newClock()
	opts := autotasksim.Options{Now: clock.now}
	tenant := newTenant(t, opts, func(cfg *autotask.Config) { cfg.Now, cfg.Sleep = clock.now, clock.sleep })
	tenant.FailNext(1, autotasksim.Fault{Kind: autotasksim.TooMany, RetryAfter: 7 * time.Second})
	if _, err := tenant.Company(t.Context(), 175); err != nil {
		t.Fatalf("Company: %v", err)
	}
	if took := clock.now().Sub(morning()); took != 7*time.Second {
		t.Errorf("the call took %v, want the 7 s asked for", took)
	}

	tenant.FailNext(1, autotasksim.Fault{Kind: autotasksim.TooMany, RetryAfter: 5 * time.Minute})
	_, err := tenant.Company(t.Context(), 175)
	wantKind(t, "Company", err, autotask.Throttled)
	sent := tenant.Count("GET Companies/{id}")
	_, err = tenant.CreateTicket(t.Context(), newTicket("x", "k"))
	wantKind(t, "CreateTicket during the pause", err, autotask.Throttled)
	if e, ok := errors.AsType[*autotask.Error](err); !ok || e.RetryAfter != 5*time.Minute || !autotask.NothingDone(err) {
		t.Errorf("CreateTicket during the pause: %#v, want a definite error with what is left of 5 minutes", err)
	}
	if tenant.Count("GET Companies/{id}") != sent || tenant.Count("POST Tickets") != 0 {
		t.Error("something was sent while the service asked to be left alone")
	}
	clock.add(5 * time.Minute)
	if _, err := tenant.CreateTicket(t.Context(), newTicket("x", "k")); err != nil {
		t.Errorf("CreateTicket after the pause: %v", err)
	}
}

func TestAPauseBeyondTheDeadlineIsNotWaitedOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		busy := true
		transport := roundTrip(func(r *http.Request) (*http.Response, error) {
			response := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: r}
			body := `{"item":{"id":175,"isActive":true}}`
			if strings.HasSuffix(r.URL.Path, "/zoneInformation") {
				body = zoneAnswer
			} else if busy {
				response.StatusCode, body = http.StatusTooManyRequests, ""
				response.Header.Set("Retry-After", "20")
			}
			response.Body = io.NopCloser(strings.NewReader(body))
			return response, nil
		})
		client, _ := newClient(t, "", func(cfg *autotask.Config) {
			cfg.Transport, cfg.AllowPrivate, cfg.Now, cfg.Sleep = transport, false, time.Now, nil
		})
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err := client.Company(ctx, 175)
		wantKind(t, "Company with 5 s to go", err, autotask.Throttled)
		if took := time.Since(began); took >= 5*time.Second {
			t.Errorf("a caller with 5 s to go was kept for %v", took)
		}
		busy = false
		if _, err := client.Company(t.Context(), 175); err != nil {
			t.Errorf("Company with all the time: %v", err)
		}
		if took := time.Since(began); took != 20*time.Second {
			t.Errorf("the answer came after %v, want it after the 20 s asked for", took)
		}
	})
}

// roundTrip is a transport that is a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// clock is a clock that moves when somebody sleeps.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: morning()} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.add(d)
	return ctx.Err()
}

func TestAtMostTwoInFlightForAnEntity(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, autotasksim.Options{})
	if _, err := tenant.Client.Threshold(t.Context()); err != nil { // the credentials are known to be good
		t.Fatalf("Threshold: %v", err)
	}
	id, err := tenant.AddTicket(autotasksim.Ticket{CompanyID: 175, Title: "x"})
	if err != nil {
		t.Fatal(err)
	}
	release := tenant.Hold()
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if _, err := tenant.Client.Ticket(t.Context(), id); err != nil {
				t.Errorf("Ticket: %v", err)
			}
		})
		wait.Go(func() {
			note := autotask.NewNote{TicketID: id, Title: "t", Description: "d", NoteType: 1, Publish: 2}
			if _, err := tenant.CreateNote(t.Context(), note); err != nil {
				t.Errorf("CreateNote: %v", err)
			}
			if _, err := tenant.TicketNotes(t.Context(), id); err != nil {
				t.Errorf("TicketNotes: %v", err)
			}
		})
	}
	await(t, "both entities are busy", func() bool { return tenant.InFlight("Tickets") == 2 && tenant.InFlight("TicketNotes") == 2 })
	release()
	wait.Wait()
	for _, entity := range []string{"Tickets", "TicketNotes"} {
		if got := tenant.MaxInFlight(entity); got != 2 {
			t.Errorf("%s had %d requests in flight, want 2", entity, got)
		}
	}
	if got := len(tenant.Notes(id)); got != 8 {
		t.Errorf("there are %d notes, want 8", got)
	}
}

func TestCredentialsAreTriedOneAtATime(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, autotasksim.Options{})
	if _, err := tenant.Zone(t.Context()); err != nil {
		t.Fatalf("Zone: %v", err)
	}
	release := tenant.Hold()
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() { _, _ = tenant.Client.Ticket(t.Context(), 1) })
		wait.Go(func() { _, _ = tenant.Company(t.Context(), 1) })
		wait.Go(func() { _, _ = tenant.Client.TimeEntries(t.Context(), 1) })
	}
	all := func() int {
		return tenant.InFlight("Tickets") + tenant.InFlight("Companies") + tenant.InFlight("TimeEntries")
	}
	await(t, "a request is in flight", func() bool { return all() > 0 })
	if got := all(); got != 1 {
		t.Errorf("%d requests are in flight, want one until the credentials are known to be good", got)
	}
	release()
	wait.Wait()
}

func TestNobodyListensIsDefinite(t *testing.T) {
	t.Parallel()
	sim, err := autotasksim.New(autotasksim.Options{Now: morning})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	client, _ := newClient(t, server.URL)
	if _, err := client.Zone(t.Context()); err != nil {
		t.Fatalf("Zone: %v", err)
	}
	server.Close()
	client.Close() // a request on an old connection might have arrived
	_, err = client.CreateTicket(t.Context(), newTicket("x", "k"))
	wantKind(t, "CreateTicket", err, autotask.Unreachable)
	if !autotask.NothingDone(err) {
		t.Error("NothingDone is false although there was no connection")
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var caught []string
	var mu sync.Mutex
	evil := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		caught = append(caught, r.URL.Path)
	}))
	t.Cleanup(evil.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "zoneInformation") {
				_, _ = fmt.Fprintf(w, `{"url":"http://%s/ATServicesRest/"}`, r.Host)
				return
			}
			http.Redirect(w, r, evil.URL+r.URL.Path, status)
		}))
		client, _ := newClient(t, server.URL)
		_, err := client.Ticket(t.Context(), 1)
		wantKind(t, fmt.Sprint("Ticket redirected by ", status), err, autotask.UnsafeAddress)
		_, err = client.CreateTicket(t.Context(), newTicket("x", "k"))
		wantKind(t, fmt.Sprint("CreateTicket redirected by ", status), err, autotask.Unclear)
		server.Close()
	}
	if len(caught) != 0 {
		t.Errorf("the other server was asked for %v", caught)
	}
}

func TestStatusesAndTheirKinds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status      int
		body        string
		read, write autotask.Kind
	}{
		{400, `{"Message":"The request is invalid."}`, autotask.Refused, autotask.Refused},
		{403, ``, autotask.Forbidden, autotask.Forbidden},
		{404, `<html>`, autotask.NotFound, autotask.NotFound},
		{405, `{}`, autotask.Refused, autotask.Refused},
		{408, ``, autotask.Unavailable, autotask.Unclear},
		{409, ``, autotask.Refused, autotask.Refused},
		{500, ``, autotask.Unavailable, autotask.Unclear},
		{500, `<html>`, autotask.Unavailable, autotask.Unclear},
		{500, `{"errors":[]}`, autotask.Unavailable, autotask.Unclear},
		{500, `{"Message":"An error has occurred."}`, autotask.Unavailable, autotask.Unclear},
		{500, `{"errors":["No."]}`, autotask.Refused, autotask.Refused},
		{500, `{"errors":[{"message":"No.","field":"title"}]}`, autotask.Refused, autotask.Refused},
		{500, `{"errors":["Code Itgenatr005"]}`, autotask.Throttled, autotask.Throttled},
		{502, ``, autotask.Unavailable, autotask.Unclear},
		{503, `{"errors":["Maintenance."]}`, autotask.Unavailable, autotask.Unclear},
		{504, `<html>`, autotask.Unavailable, autotask.Unclear},
		{200, `{"itemId":null}`, autotask.NotFound, autotask.Unclear},
		{200, `<html>`, autotask.BadAnswer, autotask.Unclear},
		{201, `{"itemId":0}`, autotask.NotFound, autotask.Unclear},
		{100, ``, autotask.UnsafeAddress, autotask.Unclear},
	} {
		client, sent := newScripted(t, func(*http.Request) (int, string) { return test.status, test.body })
		name := fmt.Sprintf("%d %s", test.status, test.body)
		_, err := client.Ticket(t.Context(), 7)
		wantKind(t, "a read answered by "+name, err, test.read)
		sent.requests = nil
		_, err = client.CreateTicket(t.Context(), newTicket("x", "k"))
		wantKind(t, "a creation answered by "+name, err, test.write)
		if len(sent.requests) != 1 {
			t.Errorf("a creation answered by %s was sent %d times", name, len(sent.requests))
		}
	}
}

func TestSecretsStayOutOfErrorsAndLogs(t *testing.T) {
	t.Parallel()
	const planted, code = "pl4nted~$ecret#*", "PLANTED-TRACKING-ID"
	var log bytes.Buffer
	echo := &scripted{answer: func(r *http.Request) (int, string) {
		if strings.HasSuffix(r.URL.Path, "/zoneInformation") {
			return http.StatusOK, zoneAnswer
		}
		return http.StatusInternalServerError, `{"errors":["bad ` + r.Header.Get("Secret") + ` with ` + r.Header.Get("ApiIntegrationCode") +
			`\r\nFORGED LINE","` + strings.Repeat("long ", 1000) + `"]}`
	}}
	client, _ := newClient(t, "", func(cfg *autotask.Config) {
		cfg.Transport, cfg.AllowPrivate, cfg.Secret, cfg.IntegrationCode = echo, false, secret.New(planted), code
		cfg.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	_, err := client.CreateTicket(t.Context(), newTicket("x", "k"))
	shown := fmt.Sprintf("%v %+v %#v", err, err, err) + log.String()
	if strings.Contains(shown, planted) || strings.Contains(shown, code) {
		t.Errorf("a credential is shown in %s", shown)
	}
	if shown := fmt.Sprintf("%v %+v %#v", client, client, client); strings.Contains(shown, planted) {
		t.Errorf("the secret is shown in %s", shown)
	}
	messages := messagesOf(err)
	if len(messages) != 2 || strings.ContainsAny(messages[0], "\r\n") || len([]rune(messages[1])) > 1001 {
		t.Errorf("the messages are %q, want two, on one line each and cut", messages)
	}
	if !strings.Contains(log.String(), "create ticket") {
		t.Errorf("the log says nothing of the call: %s", log.String())
	}
}
