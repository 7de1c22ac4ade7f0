package api_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"backupchecks/internal/api"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

const calm = "Something went wrong on our side. Please try again; the log has the details."

func TestAFaultOfOursIsLoggedAndNotShown(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	storetest.Run(t, s.db)
	err := s.db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.SQL().ExecContext(t.Context(), `DROP TABLE run_objects`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	failed := s.ask(t, viewer, "GET", "/runs", "").want(t, http.StatusInternalServerError).has(t, "detail", calm)
	id := failed.header.Get("X-Request-ID")
	failed.has(t, "request_id", id)
	if strings.Contains(failed.text, "run_objects") {
		t.Errorf("the answer shows the cause:\n%s", failed.text)
	}
	var line string
	for one := range strings.Lines(s.log.String()) {
		if strings.Contains(one, "level=ERROR") && strings.Contains(one, "request="+id) {
			line = one
		}
	}
	if !strings.Contains(line, "run_objects") {
		t.Errorf("the log line of the failure is %q, want the cause in it", line)
	}
}

func TestAPanicIsAnAnswer(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	s.faulty.Store(true)
	failed := s.ask(t, viewer, "GET", "/runs", "").want(t, http.StatusInternalServerError).has(t, "detail", calm)
	failed.has(t, "request_id", failed.header.Get("X-Request-ID"))
	if log := s.log.String(); !strings.Contains(log, "a fault of ours") || !strings.Contains(log, "(*site).now") {
		t.Error("the log does not hold the fault with its stack")
	}
	s.faulty.Store(false)
	s.ask(t, viewer, "GET", "/runs", "").want(t, http.StatusOK)
}

func TestTheLogHoldsNoTokenAndNoBody(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	s.mail(t, "Subject: pl4nted~subject\r\n\r\npl4nted~body\r\n").want(t, http.StatusCreated)
	s.ask(t, admin, "PATCH", "/settings/autotask", `{"password":"pl4nted~secret","colour":1}`).want(t, 422)
	s.ask(t, viewer, "GET", "/messages?search=pl4nted~query", "").want(t, 200)
	log := s.log.String()
	if !strings.Contains(log, "path=/api/v1/messages") {
		t.Fatalf("the log does not name the requests:\n%s", log)
	}
	for _, secret := range []string{"pl4nted~", s.tokens[admin], s.tokens[viewer]} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
}

func TestAClientThatLeavesIsNoFault(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	s.connect(t)
	<-s.reached // by connect
	release := s.sim.Hold()
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.address+"/api/v1/autotask/companies?query=a", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.tokens[operator])
	var left sync.WaitGroup
	left.Go(func() {
		<-s.reached
		leave()
	})
	if response, err := http.DefaultClient.Do(request); err == nil {
		defer response.Body.Close()
		t.Fatalf("status %d while Autotask is held, want no answer", response.StatusCode)
	}
	left.Wait()
	release()
	s.stop()
	if !strings.Contains(s.log.String(), "path=/api/v1/autotask/companies") {
		t.Errorf("the log does not name the request:\n%s", s.log.String())
	}
	if strings.Contains(s.log.String(), "level=ERROR") {
		t.Errorf("the log calls it an error:\n%s", s.log.String())
	}
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	if _, err := api.New(api.Config{}); err == nil || !strings.Contains(err.Error(), "Config.DB") {
		t.Errorf("New without a database: %v, want one that names it", err)
	}
}
