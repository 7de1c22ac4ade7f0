package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"backupchecks/internal/api"
	"backupchecks/internal/backup"
)

// call asks a route with an id that nothing has and an empty object as body.
func (s *site) call(t *testing.T, who string, route api.Route) *answer {
	t.Helper()
	body, contentType := "", "application/json"
	switch {
	case route.Path == "/messages" && route.Method == http.MethodPost:
		body, contentType = "Subject: hello\r\n\r\nNothing much.\r\n", "message/rfc822"
	case route.Method == http.MethodPost || route.Method == http.MethodPut || route.Method == http.MethodPatch:
		body = "{}"
	}
	return s.send(t, who, route.Method, "/api/v1"+strings.ReplaceAll(route.Path, "{id}", "999999"), contentType, body)
}

func TestEveryRouteAsNobody(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	if len(s.api.Routes()) < 30 {
		t.Fatalf("%d routes, so few that the list must be wrong", len(s.api.Routes()))
	}
	for _, route := range s.api.Routes() {
		refused := s.call(t, nobody, route).want(t, http.StatusUnauthorized)
		if got := refused.header.Get("WWW-Authenticate"); !strings.HasPrefix(got, "Bearer") {
			t.Errorf("%s as nobody: WWW-Authenticate is %q", route.Name, got)
		}
	}
}

func TestEveryRouteAsEveryRole(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	for _, role := range backup.Roles() {
		user := backup.User{Roles: []backup.Role{role}}
		for _, route := range s.api.Routes() {
			got := s.call(t, string(role), route)
			if may := backup.May(user, route.Right); may == (got.status == http.StatusForbidden) {
				t.Errorf("%s as %s: status %d, may %t:\n%s", route.Name, role, got.status, may, got.text)
			}
			if got.status == http.StatusUnauthorized || got.status >= http.StatusInternalServerError {
				t.Errorf("%s as %s: status %d:\n%s", route.Name, role, got.status, got.text)
			}
		}
	}
}

// The roles as the contract lists them, so that a wrong right in the list is found.
func TestRolesOfRoutes(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	adminOnly := []string{"getAutotaskSettings", "updateAutotaskSettings", "testAutotask", "refreshAutotaskReference", "listAudit"}
	viewersToo := []string{
		"listMessages", "getMessage", "getRawMessage", "listCustomers", "getCustomer", "listJobs", "getJob", "listRuns", "getRun", "refreshTicket",
	}
	want := map[string]string{}
	for _, name := range adminOnly {
		want[name] = "admin"
	}
	for _, name := range viewersToo {
		want[name] = "admin operator viewer"
	}
	for _, route := range s.api.Routes() {
		var may []string
		for _, role := range backup.Roles() {
			if backup.May(backup.User{Roles: []backup.Role{role}}, route.Right) {
				may = append(may, string(role))
			}
		}
		expected, listed := want[route.Name]
		if !listed {
			expected = "admin operator"
		}
		if got := strings.Join(may, " "); got != expected {
			t.Errorf("%s is for %s, want %s", route.Name, got, expected)
		}
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	expired := s.token(t, viewer, new(time.Now().Add(time.Hour)))
	err := s.auth.SetDisabled(t.Context(), backup.System("test"), "reporter", true)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		header string
		want   int
	}{
		"a good token":             {"Bearer " + s.tokens[viewer], 200},
		"the scheme in lower case": {"bearer " + s.tokens[viewer], 200},
		"a token with an end":      {"Bearer " + expired, 200},
		"no token":                 {"", 401},
		"an empty token":           {"Bearer ", 401},
		"an unknown token":         {"Bearer bck_" + strings.Repeat("A", 43), 401},
		"no token of ours":         {"Bearer ghp_something", 401},
		"a very long token":        {"Bearer bck_" + strings.Repeat("A", 5000), 401},
		"another scheme":           {"Basic " + s.tokens[viewer], 401},
		"a disabled user's token":  {"Bearer " + s.tokens["reporter"], 401},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.address+"/api/v1/runs", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", c.header)
		if got := do(t, request); got.status != c.want {
			t.Errorf("%s: status %d, want %d:\n%s", name, got.status, c.want, got.text)
		}
	}
}

func TestCookiesAreNoToken(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.address+"/api/v1/runs", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"session", "token", "Authorization"} {
		request.AddCookie(&http.Cookie{Name: name, Value: s.tokens[admin]})
	}
	do(t, request).want(t, http.StatusUnauthorized)
}

func TestAllRolesOfAUserCount(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	if _, err := s.auth.AddUser(t.Context(), backup.System("test"), "both", "correct horse", []backup.Role{backup.Viewer, backup.Reporter}); err != nil {
		t.Fatal(err)
	}
	s.tokens["both"] = s.token(t, "both", nil)
	s.ask(t, "both", "GET", "/runs", "").want(t, 200)
	s.ask(t, "both", "POST", "/runs/review", `{"ids":[1]}`).want(t, 403).says(t, "You may not review runs.")
}

func TestAddressesThatAreNone(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	for _, path := range []string{"/api/v1/nothing", "/api/v2/runs", "/api/v1/runs/", "/api/v1/", "/api/v1/openapi.yaml", "/api/v1/openapi-3.0.json"} {
		s.send(t, admin, "GET", path, "", "").want(t, http.StatusNotFound)
	}
	wrong := s.send(t, admin, "DELETE", "/api/v1/runs", "", "").want(t, http.StatusMethodNotAllowed)
	if got := wrong.header.Get("Allow"); got != "GET" {
		t.Errorf("DELETE /runs: Allow is %q, want GET", got)
	}
	wrong = s.send(t, admin, "PUT", "/api/v1/customers/1", "", "").want(t, http.StatusMethodNotAllowed)
	if got := wrong.header.Get("Allow"); got != "GET, PATCH, DELETE" {
		t.Errorf("PUT /customers/1: Allow is %q, want GET, PATCH, DELETE", got)
	}
}

func TestEveryAnswerIsKeptOutOfCaches(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	for _, path := range []string{"/api/v1/runs", "/api/v1/nothing", "/api/docs", "/api/v1/openapi.json"} {
		got := s.send(t, admin, "GET", path, "", "")
		for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"} {
			if got.header.Get(name) != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got.header.Get(name), want)
			}
		}
		if got.header.Get("X-Request-ID") == "" {
			t.Errorf("%s has no X-Request-ID", path)
		}
	}
}

func TestJSONWhateverIsAccepted(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	for _, accept := range []string{"", "*/*", "application/json", "text/html,application/xhtml+xml,*/*;q=0.8", "application/xml", "json", ";;q=x"} {
		for path, want := range map[string]string{"/runs": "application/json", "/runs/99": "application/problem+json", "/runs?x=1": "application/problem+json"} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.address+"/api/v1"+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Authorization", "Bearer "+s.tokens[viewer])
			request.Header.Set("Accept", accept)
			if got := do(t, request); got.header.Get("Content-Type") != want || !strings.HasPrefix(got.text, "{") {
				t.Errorf("%s with Accept %q: status %d, type %q, want %q:\n%.80s", path, accept, got.status, got.header.Get("Content-Type"), want, got.text)
			}
		}
	}
}
