package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.SignIn(t, "operator", password).
		Has(t, ".top-user-name", "operator").
		HasNot(t, "form#sign-in")
}

func TestSignInLeadsToThePageThatWasWanted(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	page := s.Get(t, "/?from=mail")
	if page.Path != "/sign-in" {
		t.Fatalf("a visitor is led to %s, want the sign-in page", page.Path)
	}
	if got := page.Attr(t, "form#sign-in input[name=next]", "value"); got != "/?from=mail" {
		t.Errorf("the sign-in page goes on to %q, want the page that was wanted", got)
	}
}

func TestSignInNeverLeadsAway(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for _, next := range []string{
		"https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
		"evil.example", "/\t/evil.example", "/\n/evil.example", "http:/evil.example", "//user@evil.example", "%zz", "",
	} {
		page := s.Get(t, "/sign-in?"+url.Values{"next": {next}}.Encode())
		if got := page.Attr(t, "form#sign-in input[name=next]", "value"); got != "/" {
			t.Errorf("next=%q: the sign-in page goes on to %q, want /", next, got)
		}
	}
}

func TestWrongPassword(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	page := s.Get(t, "/sign-in").Submit(t, "form#sign-in", "name", "operator", "password", "wrong")
	if page.Status != http.StatusUnprocessableEntity {
		t.Errorf("status %d, want 422", page.Status)
	}
	page.Has(t, "[role=alert]", "The name or the password is wrong.")
	if got := page.Attr(t, "#name", "value"); got != "operator" {
		t.Errorf("the name is now %q, want what the person typed", got)
	}
	if strings.Contains(page.Body, `value="wrong"`) {
		t.Error("the page sends the password back")
	}
}

func TestTooManyWrongPasswords(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	page := s.Get(t, "/sign-in")
	for range 5 {
		page = page.Submit(t, "form#sign-in", "name", "operator", "password", "wrong")
	}
	page = page.Submit(t, "form#sign-in", "name", "operator", "password", password)
	if page.Status != http.StatusTooManyRequests {
		t.Errorf("status %d, want 429", page.Status)
	}
	page.Has(t, "[role=alert]", "Too many attempts to sign in.")
}

func TestFirstStartSaysHowToMakeAnAccount(t *testing.T) {
	t.Parallel()
	s := emptyScene(t, "")
	s.Get(t, "/sign-in").Has(t, "[role=note]", "backupchecks user add")
	s.addUser(t, "admin", backup.Admin)
	s.Get(t, "/sign-in").HasNot(t, "[role=note]")
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	page := s.SignIn(t, "operator", password).Submit(t, "form#sign-out")
	page.Has(t, ".flash", "You have signed out.")
	if page = s.Get(t, "/"); page.Path != "/sign-in" {
		t.Errorf("after signing out / leads to %s, want the sign-in page", page.Path)
	}
}

func TestDisabledUserIsOutAtOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	site := s.as(t, "operator")
	if err := s.auth.SetDisabled(t.Context(), backup.System("test"), "operator", true); err != nil {
		t.Fatal(err)
	}
	if page := site.Get(t, "/"); page.Path != "/sign-in" {
		t.Errorf("a disabled user is led to %s, want the sign-in page", page.Path)
	}
}

func TestSwitchRole(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	page := s.SignIn(t, "both", password).Has(t, ".top-user-name small", "operator")
	page = page.Submit(t, "form#role", "role", "viewer")
	page.Has(t, ".flash", "Your role is now viewer.").Has(t, ".top-user-name small", "viewer")
	if page := s.Post(t, "/role", url.Values{"role": {"admin"}}); page.Status != http.StatusForbidden {
		t.Errorf("a role the person does not have: status %d, want 403", page.Status)
	}
	s.as(t, "operator").Ask(t, "/no-such-page").HasNot(t, "form#role")
}

func TestTheme(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	page := s.Get(t, "/sign-in")
	for _, theme := range []string{"dark", "light", "auto"} {
		page = page.Submit(t, "form.theme", "theme", theme)
		if got := page.Attr(t, "html", "data-bs-theme"); got != theme || page.Path != "/sign-in" {
			t.Errorf("after choosing %s: theme %q on %s, want it on the same page", theme, got, page.Path)
		}
	}
	if page := s.Post(t, "/theme", url.Values{"theme": {"pink"}}); page.Status != http.StatusUnprocessableEntity {
		t.Errorf("a theme there is not: status %d, want 422", page.Status)
	}
}

func TestAuditSaysWhereFrom(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	id := s.Get(t, "/sign-in").Submit(t, "form#sign-in", "name", "operator", "password", "wrong").Header.Get("X-Request-ID")
	err := s.db.Read(t.Context(), func(tx *store.Tx) error {
		page, err := tx.AuditEntries(t.Context(), store.AuditFilter{Action: audit.SignInFailed})
		if err != nil || len(page.Items) != 1 {
			t.Fatalf("AuditEntries: %v, %v, want one", page.Items, err)
		}
		if got, want := page.Items[0].Origin, "127.0.0.1, request "+id; got != want {
			t.Errorf("the refused sign-in came from %q, want %q", got, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
