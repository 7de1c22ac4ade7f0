package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"backupchecks/internal/backup"
	"backupchecks/internal/web"
	"backupchecks/internal/web/webtest"
)

// ask calls a route the way its pattern says, with an id that nothing has.
func ask(t *testing.T, site *webtest.Site, route web.Route) *webtest.Page {
	t.Helper()
	method, path, found := strings.Cut(route.Pattern, " ")
	if !found {
		method, path = http.MethodGet, "/no-such-page"
	}
	path = strings.ReplaceAll(path, "{$}", "")
	path = regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(path, "999999")
	if method == http.MethodPost {
		return site.Post(t, path, url.Values{})
	}
	return site.Ask(t, path)
}

func TestEveryRouteAsNobody(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for _, route := range s.server.Routes() {
		page := ask(t, s.Other(t), route)
		switch {
		case page.Status >= http.StatusInternalServerError:
			t.Errorf("%s as nobody: status %d", route.Pattern, page.Status)
		case !route.Open && page.Path != "/sign-in":
			t.Errorf("%s as nobody leads to %s, want the sign-in page", route.Pattern, page.Path)
		}
	}
}

func TestEveryRouteAsEveryRole(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for _, role := range backup.Roles() {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			user := backup.User{Roles: []backup.Role{role}, ActiveRole: role}
			for _, route := range s.server.Routes() {
				// Each time anew, because one of the routes signs out.
				page := ask(t, s.as(t, string(role)), route)
				if page.Status >= http.StatusInternalServerError {
					t.Errorf("%s as %s: status %d:\n%s", route.Pattern, role, page.Status, page.Text("main"))
				}
				refused := strings.Contains(page.Text("main"), "You may not "+string(route.Right))
				if want := route.Right != "" && !backup.May(user, route.Right); refused != want || want && page.Status != http.StatusForbidden {
					t.Errorf("%s as %s: status %d, refused %t, want refused %t", route.Pattern, role, page.Status, refused, want)
				}
			}
		})
	}
}

func TestMenuShowsWhatTheRoleMaySee(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	rights := map[string]backup.Right{}
	for _, route := range s.server.Routes() {
		if path, found := strings.CutPrefix(route.Pattern, "GET "); found {
			rights[path] = route.Right
		}
	}
	for _, role := range backup.Roles() {
		user := backup.User{Roles: []backup.Role{role}, ActiveRole: role}
		page := s.as(t, string(role)).Ask(t, "/no-such-page")
		for _, path := range []string{"/run-checks", "/inbox", "/customers", "/jobs", "/tickets", "/settings"} {
			right, exists := rights[path]
			shown := page.Count(t, `.top-menu a[href="`+path+`"]`) == 1
			if want := exists && backup.May(user, right); shown != want {
				t.Errorf("the menu of %s shows %s: %t, want %t", role, path, shown, want)
			}
		}
	}
}
