package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"backupchecks/internal/web/webtest"
)

func TestHeaders(t *testing.T) {
	t.Parallel()
	page := newScene(t).Get(t, "/sign-in")
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
			"frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
		"X-Content-Type-Options":    "nosniff",
		"X-Frame-Options":           "DENY",
		"Referrer-Policy":           "same-origin",
		"Cache-Control":             "no-store",
		"Strict-Transport-Security": "",
	} {
		if got := page.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	overTLS := emptyScene(t, "https://backups.example").Get(t, "/sign-in")
	if overTLS.Header.Get("Strict-Transport-Security") == "" {
		t.Error("no Strict-Transport-Security where people come over https")
	}
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	page := s.Ask(t, "/no-such-page", "X-Request-ID", "mine")
	id := page.Header.Get("X-Request-ID")
	if len(id) < 12 || id == "mine" {
		t.Errorf("request id %q, want a long one of our own", id)
	}
	page.Has(t, "main code", id)
	if again := s.Ask(t, "/no-such-page").Header.Get("X-Request-ID"); again == id {
		t.Errorf("two requests have the id %s", id)
	}
}

func TestFormsFromElsewhereAreRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for _, headers := range [][]string{
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
		{"Sec-Fetch-Site", "", "Origin", "https://evil.example"},
	} {
		page := s.Post(t, "/theme", url.Values{"theme": {"dark"}}, headers...)
		if page.Status != http.StatusForbidden || s.Cookie(t, "theme") != nil {
			t.Errorf("form with %q: status %d, theme %v; want 403 and nothing done", headers, page.Status, s.Cookie(t, "theme"))
		}
		page.Has(t, ".error-sentence", "sent from another site")
	}
}

func TestLargeAndBrokenForms(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	page := s.Post(t, "/sign-in", url.Values{"name": {strings.Repeat("x", 2<<20)}})
	if page.Status != http.StatusUnprocessableEntity {
		t.Errorf("a form of 2 MB: status %d, want 422", page.Status)
	}
	page.Has(t, ".error-sentence", "larger than 1 MB")
	page = s.Post(t, "/sign-in", url.Values{"name": {"x"}}, "Content-Type", "multipart/form-data")
	if page.Status != http.StatusUnprocessableEntity {
		t.Errorf("a form that cannot be read: status %d, want 422", page.Status)
	}
}

func TestErrorPage(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	page := s.Ask(t, "/no-such-page").Has(t, "h1", "Not found").Has(t, ".error-sentence", "There is nothing at this address.")
	if page.Status != http.StatusNotFound {
		t.Errorf("status %d, want 404", page.Status)
	}
	page.Click(t, ".error-page a").Has(t, "h1", "Sign in")
}

func TestPartOfAPage(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	page := s.Ask(t, "/no-such-page", "HX-Request", "true")
	page.Has(t, "[role=alert]", "There is nothing at this address.").HasNot(t, "header")
	if page.Status != http.StatusNotFound || page.Header.Get("HX-Retarget") != "#notices" {
		t.Errorf("a part that is not there: status %d into %q, want 404 into the notices", page.Status, page.Header.Get("HX-Retarget"))
	}
	page = s.Post(t, "/sign-out", nil, "HX-Request", "true", "HX-Current-URL", "https://backups.example/inbox?state=deleted")
	if page.Status != http.StatusUnauthorized || page.Header.Get("HX-Redirect") != "/sign-in?next=%2Finbox%3Fstate%3Ddeleted" {
		t.Errorf("a part for nobody: status %d, on to %q; want 401 and the sign-in page", page.Status, page.Header.Get("HX-Redirect"))
	}
}

// A list takes its own element out of the answer, which must not lose what went wrong.
func TestFailureOfAPartOverrulesWhatThePageTakes(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	site := s.as(t, "admin")
	for _, page := range []*webtest.Page{
		site.Ask(t, "/jobs?cursor=broken", "HX-Request", "true"),
		site.Post(t, "/settings/tokens", nil, "HX-Request", "true", "Sec-Fetch-Site", "cross-site"),
	} {
		page.Has(t, ".notice[role=alert]", "").HasNot(t, "header")
		for name, want := range map[string]string{"HX-Retarget": "#notices", "HX-Reswap": "innerHTML", "HX-Reselect": ".notice", "HX-Push-Url": "false"} {
			if got := page.Header.Get(name); got != want {
				t.Errorf("%s: status %d with %s: %q, want %q", page.Path, page.Status, name, got, want)
			}
		}
	}
}

func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	site := s.as(t, "operator")
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	for name, page := range map[string]*webtest.Page{
		"/sign-in as a visitor": s.Ask(t, "/sign-in"), "/ while signed in": site.Ask(t, "/"), "/no-such-page": s.Ask(t, "/no-such-page"),
	} {
		if name != "/no-such-page" && page.Status != http.StatusServiceUnavailable {
			t.Errorf("%s without a database: status %d, want 503", name, page.Status)
		}
		if strings.Contains(page.Body, "sql") {
			t.Errorf("%s shows the visitor what only the log should have:\n%s", name, page.Body)
		}
	}
}
