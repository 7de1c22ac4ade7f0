package autotasksim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"backupchecks/internal/autotask/autotasksim"
)

// twoTenants is a seed with a second tenant in another zone.
const twoTenants = `{
	"tenants": [{
		"zone": "zone18", "zoneName": "German", "ci": 654321, "timeZone": "Europe/Berlin",
		"users": [{"name": "sandbox@example.net", "secret": "other", "integrationCode": "TRACKING-ID"}],
		"companies": [{"id": 0, "companyName": "Testhaus"}, {"id": 175, "companyName": "Rosenhof"}]
	}]
}`

func startTwo(t testing.TB, opts autotasksim.Options) service {
	t.Helper()
	seed, err := autotasksim.ReadSeed([]byte(twoTenants))
	if err != nil {
		t.Fatal(err)
	}
	opts.Seed = &seed
	return start(t, opts)
}

func TestTenantsShareNothing(t *testing.T) {
	t.Parallel()
	s := startTwo(t, autotasksim.Options{HourlyLimit: 4})
	second := s.TenantOf("Sandbox@example.net")
	if second == nil || second.CI() != 654321 || s.TenantOf("api@example.com").CI() != 123456 || s.TenantOf("nobody@example.com") != nil || len(s.Tenants()) != 2 {
		t.Fatal("the tenants cannot be told apart")
	}
	sandbox := []string{"UserName: sandbox@example.net", "Secret: other"}
	there := s.url + "/zone18/ATServicesRest/V1.0/"
	_, zone := s.ask(t, "GET", "zoneInformation?user=sandbox%40example.net", "")
	if want := fmt.Sprintf(`{"zoneName":"German","url":"%s/zone18/ATServicesRest/","webUrl":"%s/tenants/654321/","ci":654321}`, s.url, s.url); strings.TrimSpace(zone) != want {
		t.Errorf("the second zone is %s, want %s", zone, want)
	}

	s.want(t, "POST", "Tickets", ticket("of the first", ""), 200, `{"itemId":10001}`)
	if status, body := s.ask(t, "POST", there+"Tickets", ticket("of the second", ""), sandbox...); status != 200 || strings.TrimSpace(body) != `{"itemId":10001}` {
		t.Errorf("a ticket of the second tenant: got %d %s, want ids that count for each tenant", status, body)
	}
	if got, _ := second.Ticket(10001); got.Title != "of the second" || len(s.Tickets()) != 1 || s.Tickets()[0].Title != "of the first" {
		t.Errorf("tickets are mixed up: first %+v, second %+v", s.Tickets(), got)
	}
	if _, body := s.ask(t, "GET", there+"Companies/175", "", sandbox...); !strings.Contains(body, "Rosenhof") {
		t.Errorf("company 175 of the second tenant is %s", body)
	}

	// The hourly limit is each tenant's own: the first uses its own up, and the second goes on.
	for range 3 {
		s.ask(t, "GET", "Version", "")
	}
	if status, _ := s.ask(t, "GET", "Version", ""); status != http.StatusTooManyRequests {
		t.Errorf("the fifth request of the first tenant: got %d, want 429", status)
	}
	if status, _ := s.ask(t, "GET", there+"Version", "", sandbox...); status != http.StatusOK {
		t.Errorf("the third request of the second tenant: got %d, want 200", status)
	}

	s.shows(t, "/tickets/10001", "of the first")
	s.shows(t, "/tenants/654321/tickets/10001", "of the second", "Rosenhof")
	s.shows(t, "/tenants/654321/Mvc/ServiceDesk/TicketDetail.mvc?ticketId=10001", "of the second")
	shown := s.do(t, "/tenants/654321/tickets", "company", "175", "title", "by hand")
	if len(second.Tickets()) != 2 || len(s.Tickets()) != 1 || !strings.Contains(shown, "by hand") || !strings.Contains(shown, `<a href="/">Tenant 123456</a>`) {
		t.Errorf("a ticket on the second tenant's page: first %v, second %v, page:\n%s", s.Tickets(), second.Tickets(), shown)
	}
	for _, path := range []string{"/", "/tickets/10001", "/companies", "/lists", "/trouble", "/requests"} {
		_, body := s.page(t, "/tenants/654321"+path, nil)
		if others := strings.Count(body, `action="/`) - strings.Count(body, `action="/tenants/654321/`); others != 0 {
			t.Errorf("%s of the second tenant has %d buttons of another", path, others)
		}
	}
	if status, _ := s.page(t, "/tenants/1/", nil); status != http.StatusNotFound {
		t.Errorf("pages of a tenant that is not there: got %d, want 404", status)
	}
}

func TestTheWrongZoneAnswers401(t *testing.T) {
	t.Parallel()
	s := startTwo(t, autotasksim.Options{LockAfter: 1})
	sandbox := []string{"UserName: sandbox@example.net", "Secret: other"}
	there := s.url + "/zone18/ATServicesRest/V1.0/"
	for range 2 {
		if status, body := s.ask(t, "GET", "Version", "", sandbox...); status != 401 || body != "" {
			t.Errorf("the second tenant in the first zone: got %d %q, want an empty 401", status, body)
		}
		if status, body := s.ask(t, "GET", there+"Version", ""); status != 401 || body != "" {
			t.Errorf("the first tenant in the second zone: got %d %q, want an empty 401", status, body)
		}
	}
	// Another zone cannot lock a user whom it does not know.
	if status, _ := s.ask(t, "GET", there+"Version", "", sandbox...); status != 200 {
		t.Errorf("after asking the wrong zone: got %d, want 200", status)
	}
	if status, _ := s.ask(t, "GET", there+"zoneInformation?user=api%40example.com", ""); status != 200 {
		t.Errorf("zone discovery in the other zone: got %d, want 200", status)
	}
	if status, _ := s.ask(t, "GET", there+"Version", "", "UserName: sandbox@example.net"); status != 401 {
		t.Errorf("a wrong secret: got %d, want 401", status)
	}
	second := s.TenantOf("sandbox@example.net")
	if got := second.LockedUsers(); len(got) != 1 || len(s.LockedUsers()) != 0 {
		t.Errorf("locked are %v and %v, want the user of the second tenant alone", got, s.LockedUsers())
	}
	second.UnlockUsers()
	second.MoveZone("zone19")
	if status, _ := s.ask(t, "GET", there+"Version", "", sandbox...); status != 401 {
		t.Errorf("the old zone after the move: got %d, want 401", status)
	}
	if status, _ := s.ask(t, "GET", s.url+"/zone19/ATServicesRest/V1.0/Version", "", sandbox...); status != 200 {
		t.Errorf("the new zone after the move: got %d, want 200", status)
	}
}

func TestTenantsThatCannotBeToldApart(t *testing.T) {
	t.Parallel()
	for name, seed := range map[string]string{
		"the same number":   `{"tenants":[{"users":[{"name":"a@example.com","secret":"s","integrationCode":"c"}]}]}`,
		"the same users":    `{"tenants":[{"ci":7}]}`,
		"a tenant's tenant": `{"tenants":[{"ci":7,"users":[{"name":"a@example.com","secret":"s","integrationCode":"c"}],"tenants":[{"ci":8,"users":[]}]}]}`,
		"a broken tenant":   `{"tenants":[{"ci":7,"timeZone":"Nowhere/Land","users":[]}]}`,
	} {
		read, err := autotasksim.ReadSeed([]byte(seed))
		if err != nil {
			t.Fatalf("%s: ReadSeed: %v", name, err)
		}
		if _, err := autotasksim.New(autotasksim.Options{Now: morning, Seed: &read}); err == nil {
			t.Errorf("New took tenants with %s", name)
		}
	}
}
