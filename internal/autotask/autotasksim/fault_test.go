package autotasksim_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"backupchecks/internal/autotask/autotasksim"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind    autotasksim.FaultKind
		status  int // 0: the connection breaks
		body    string
		tickets int
	}{
		{autotasksim.Refuse, 500, `{"errors":["Missing Required Field: billingCodeID"]}`, 0},
		{autotasksim.UnavailableBefore, 503, ``, 0},
		{autotasksim.UnavailableAfter, 503, ``, 1},
		{autotasksim.CutBefore, 0, ``, 0},
		{autotasksim.CutAfter, 0, ``, 1},
		{autotasksim.TooMany, 429, ``, 0},
		{autotasksim.ThreadLimit, 500, `{"errors":["Itgenatr005: the thread threshold of this tracking identifier and endpoint is exceeded."]}`, 0},
		{autotasksim.HTMLPage, 503, `<!DOCTYPE html><title>Maintenance</title><h1>We will be back soon</h1>`, 0},
		{autotasksim.HTMLAs200, 200, `<!DOCTYPE html><title>Maintenance</title><h1>We will be back soon</h1>`, 0},
		{autotasksim.SignedOut, 401, ``, 0},
	} {
		s := start(t, autotasksim.Options{})
		s.FailNext(1, autotasksim.Fault{Kind: test.kind})
		status, body := s.try(t, "POST", "Tickets", ticket("x", ""))
		if body = strings.TrimSpace(body); status != test.status || body != test.body {
			t.Errorf("%s: got %d %s, want %d %s", test.kind, status, body, test.status, test.body)
		}
		if got := len(s.Tickets()); got != test.tickets {
			t.Errorf("%s: there are %d tickets, want %d", test.kind, got, test.tickets)
		}
		if requests := s.Requests(); len(requests) != 1 || requests[0].Fault != test.kind {
			t.Errorf("%s: requests are %+v", test.kind, requests)
		}
		if status, _ := s.try(t, "POST", "Tickets", ticket("y", "")); status != 200 || s.PendingFaults() != 0 {
			t.Errorf("%s: the request after got %d, with %d failures left", test.kind, status, s.PendingFaults())
		}
	}
}

// try is ask without failing the test when the connection breaks: then the status is 0.
func (s service) try(t testing.TB, method, path, body string) (int, string) {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, s.url+"/ATServicesRest/V1.0/"+path, strings.NewReader(body))
	request.Header.Set("UserName", "api@example.com")
	request.Header.Set("Secret", "secret")
	request.Header.Set("ApiIntegrationCode", "TRACKING-ID")
	return serve(s.Server, request)
}

// serve answers a request without a network; a connection that breaks is status 0.
func serve(handler http.Handler, request *http.Request) (status int, body string) {
	defer func() {
		failure := recover()
		if failure == nil {
			return
		}
		if err, isError := failure.(error); !isError || !errors.Is(err, http.ErrAbortHandler) {
			panic(failure)
		}
		status, body = 0, ""
	}()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.String()
}

func TestFaultsAreAimed(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	s.FailNext(1, autotasksim.Fault{Kind: autotasksim.UnavailableAfter}) // waits for a change
	s.FailNext(1, autotasksim.Fault{Kind: autotasksim.UnavailableBefore, On: "GET Companies/{id}"})
	s.FailNext(1, autotasksim.Fault{Kind: autotasksim.UnavailableBefore, On: "get zoneinformation"})
	for _, test := range []struct {
		method, path string
		want         int
	}{
		{"POST", "Tickets/query", 200},
		{"GET", "Tickets/1", 200},
		{"GET", "Companies/175", 503},
		{"GET", "Companies/175", 200},
		{"GET", "zoneInformation?user=api@example.com", 503},
		{"GET", "zoneInformation?user=api@example.com", 200},
		{"POST", "Tickets", 503},
		{"POST", "Tickets", 200},
	} {
		body := ticket("x", `,"filter":[{"op":"exist","field":"id"}]`)
		if got, answer := s.ask(t, test.method, test.path, body); got != test.want {
			t.Errorf("%s %s: got %d %s, want %d", test.method, test.path, got, answer, test.want)
		}
	}
	s.FailNext(5, autotasksim.Fault{Kind: autotasksim.CutBefore})
	s.ClearFaults()
	if status, _ := s.ask(t, "GET", "Tickets/1", ""); status != 200 {
		t.Errorf("after ClearFaults: got %d, want 200", status)
	}
}

func TestTooManyMaySayForHowLong(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	s.FailNext(1, autotasksim.Fault{Kind: autotasksim.TooMany, RetryAfter: 7 * time.Second})
	response, err := http.Get(s.url + "/ATServicesRest/V1.0/Version")
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if got := response.Header.Get("Retry-After"); response.StatusCode != http.StatusTooManyRequests || got != "7" {
		t.Errorf("got %d with Retry-After %q, want 429 with 7", response.StatusCode, got)
	}
}

func TestSlownessAndHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sim, err := autotasksim.New(autotasksim.Options{Now: time.Now, LatencyByUsage: true, HourlyLimit: 8})
		if err != nil {
			t.Fatal(err)
		}
		s := service{sim, "http://sim.example"}
		took := func() time.Duration {
			began := time.Now()
			s.try(t, "GET", "Version", "")
			return time.Since(began)
		}
		sim.FailNext(1, autotasksim.Fault{Kind: autotasksim.Slow, Delay: 3 * time.Second})
		want := []time.Duration{3 * time.Second, 0, 0, 0, time.Second / 2, time.Second / 2, time.Second}
		for i, want := range want {
			if got := took(); got != want {
				t.Errorf("request %d took %v, want %v", i+1, got, want)
			}
		}
		sim.FailNext(1, autotasksim.Fault{Kind: autotasksim.HangAfter})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		request := httptest.NewRequestWithContext(ctx, "POST", s.url+"/ATServicesRest/V1.0/Tickets", strings.NewReader(ticket("x", "")))
		request.Header.Set("UserName", "api@example.com")
		request.Header.Set("Secret", "secret")
		request.Header.Set("ApiIntegrationCode", "TRACKING-ID")
		began := time.Now()
		status, _ := serve(sim, request)
		if took := time.Since(began); status != 0 || took != time.Minute || len(sim.Tickets()) != 1 {
			t.Errorf("a hang ended with %d after %v and %d tickets, want no answer after a minute and one", status, took, len(sim.Tickets()))
		}
	})
}
