package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
)

func TestSettingsLeadToEverySection(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	site := s.as(t, "admin")
	page := site.Get(t, "/settings").Has(t, ".section-card", "Europe/Amsterdam").Has(t, ".section-card", "Off, not set up")
	for path, title := range map[string]string{
		"/settings/general": "General", "/settings/autotask": "Autotask", "/settings/users": "Users",
		"/settings/tokens": "API tokens", "/settings/audit": "Audit log",
	} {
		page.Click(t, ".sections a[href='"+path+"']").Has(t, "h1", title).Has(t, ".settings-nav [aria-current=page]", title)
	}
}

func TestGeneralSettings(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	site := s.as(t, "admin")
	page := site.Get(t, "/settings/general").Has(t, "#zones", "").Submit(t, "#general", "time_zone", "America/New_York", "base_url", "https://backups.example.com/")
	page.Has(t, ".flash", "The general settings are saved.").Has(t, ".hint", "(UTC-0")
	var general settings.General
	err := s.db.Read(t.Context(), func(tx *store.Tx) (err error) {
		general, err = settings.LoadGeneral(t.Context(), tx)
		return err
	})
	if err != nil || general.TimeZone != "America/New_York" || general.BaseURL != "https://backups.example.com" {
		t.Errorf("stored: %+v, %v", general, err)
	}
	for _, test := range []struct{ field, value, want string }{
		{"time_zone", "Mars/Olympus", `"Mars/Olympus" is no known time zone.`},
		{"time_zone", "", "is no known time zone."},
		{"time_zone", "../../etc/passwd", "is no known time zone."},
		{"time_zone", "Local", "is no known time zone."},
		{"base_url", "ftp://backups.example.com", "must begin with https://"},
		{"base_url", `"><script>alert(1)</script>`, "must begin with https://"},
	} {
		page := site.Post(t, "/settings/general", func() map[string][]string {
			form := values("time_zone", "UTC", "base_url", "")
			form.Set(test.field, test.value)
			return form
		}())
		if got := page.Attr(t, "#"+test.field, "value"); page.Status != http.StatusUnprocessableEntity || got != test.value {
			t.Errorf("%s=%q: status %d, field %q; want 422 and the input", test.field, test.value, page.Status, got)
		}
		page.Has(t, ".field:has(#"+test.field+") .field-fault", test.want)
	}
	// A suggestion for Autotask is the site's own address.
	site.Get(t, "/settings/autotask").Has(t, "label[for=base_url] .suggested", "save to confirm").
		Has(t, "#base_url[value='https://backups.example.com']", "")
}

func TestUsersAreAddedDisabledAndGivenPasswords(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	site := s.as(t, "admin")
	page := site.Post(t, "/settings/users", values("name", "saskia", "password", "short", "roles", "operator", "roles", "viewer"))
	page.Has(t, ".field-fault", "at least 8 characters").Has(t, "input[name=roles][value=operator][checked]", "").Has(t, "input[name=roles][value=viewer][checked]", "")
	if got := page.Attr(t, "#name", "value"); page.Status != http.StatusUnprocessableEntity || got != "saskia" || strings.Contains(page.Body, "short") {
		t.Errorf("status %d, name %q; want 422, the name and no password", page.Status, got)
	}
	site.Post(t, "/settings/users", values("name", "saskia", "password", "long enough")).Has(t, ".field-fault", "at least one role")
	site.Post(t, "/settings/users", values("name", "Admin", "password", "long enough", "roles", "viewer")).Has(t, ".field-fault", "already there")
	page = site.Post(t, "/settings/users", values("name", "saskia", "password", "long enough", "roles", "operator", "roles", "viewer"))
	page.Has(t, ".flash", "The user saskia is added.").Has(t, "#users tr", "saskia operator viewer")

	id := s.userID(t, "saskia")
	theirs := s.Other(t)
	theirs.SignIn(t, "saskia", "long enough")
	page.Submit(t, fmt.Sprintf("#password-%d", id), "password", "tiny").
		Has(t, fmt.Sprintf("#password-%d .field-fault", id), "at least 8 characters")
	page.Submit(t, fmt.Sprintf("#password-%d", id), "password", "another one").Has(t, ".flash", "The password of saskia is set")
	if after := theirs.Get(t, "/"); after.Path != "/sign-in" {
		t.Errorf("after a new password the session leads to %s, want the sign-in page", after.Path)
	}
	s.Other(t).SignIn(t, "saskia", "another one")

	page.Submit(t, fmt.Sprintf("#disabled-%d", id), "disabled", "true").Has(t, ".flash", "saskia is disabled").Has(t, "#users .is-off", "saskia").
		Submit(t, fmt.Sprintf("#disabled-%d", id), "disabled", "false").Has(t, ".flash", "saskia may sign in again.")

	last := site.Get(t, "/settings/users").Submit(t, fmt.Sprintf("#disabled-%d", s.userID(t, "admin")), "disabled", "true")
	last.Has(t, "[role=alert]", "This is the last administrator.")
	if last.Status != http.StatusConflict {
		t.Errorf("the last administrator: status %d, want 409", last.Status)
	}
}

func (s scene) userID(t *testing.T, name string) backup.UserID {
	t.Helper()
	var user backup.User
	err := s.db.Read(t.Context(), func(tx *store.Tx) (err error) {
		user, _, err = tx.UserByName(t.Context(), name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return user.ID
}

func TestTokenIsShownOnceAndWorks(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	site := s.as(t, "admin")
	page := site.Get(t, "/settings/tokens").Has(t, ".empty", "There are no tokens").
		Submit(t, "#create-token", "name", "Nightly export", "user", "operator", "expires", time.Now().AddDate(0, 1, 0).Format(time.DateOnly))
	token := page.Text("#token")
	user, err := s.auth.UserByToken(t.Context(), token)
	if err != nil || user.Name != "operator" {
		t.Errorf("the token %q is %v's, %v; want operator's", token, user.Name, err)
	}
	again := site.Get(t, "/settings/tokens").HasNot(t, "#token").Has(t, "#tokens tr", "Nightly export operator").Has(t, "#tokens td time", " in ").HasNot(t, "#tokens .is-off")
	if strings.Contains(again.Body, token) || strings.Contains(site.Get(t, "/settings/audit").Body, token) {
		t.Error("the token is shown a second time")
	}
	for _, test := range []struct{ field, value, want string }{
		{"name", " ", "An API token needs a name"},
		{"user", "nobody", "Choose a user"},
		{"expires", "2001-01-01", "must lie in the future"},
		{"expires", "soon", "Enter the last day as a date"},
	} {
		form := values("name", "Kept", "user", "viewer", "expires", "")
		form.Set(test.field, test.value)
		page := site.Post(t, "/settings/tokens", form).Has(t, ".field-fault", test.want).HasNot(t, "#token")
		if page.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s=%q: status %d, want 422", test.field, test.value, page.Status)
		}
		if got := page.Attr(t, "#name", "value"); test.field != "name" && got != "Kept" {
			t.Errorf("%s=%q: the name is now %q, want what the person typed", test.field, test.value, got)
		}
	}
}

func TestTokenIsRevoked(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	site := s.as(t, "admin")
	page := site.Get(t, "/settings/tokens").Submit(t, "#create-token", "name", "Nightly export", "user", "operator")
	token, form := page.Text("#token"), page.Attr(t, "#tokens form", "id")
	page.Has(t, "#tokens", "Not yet")
	if _, err := s.auth.UserByToken(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	page = site.Get(t, "/settings/tokens").HasNot(t, "#tokens .text-secondary + .text-secondary")
	if got := page.Count(t, "#tokens td time"); got != 2 {
		t.Errorf("%d times in the list, want when the token was made and last used", got)
	}
	path := page.Attr(t, "#"+form, "action")
	if page := s.as(t, "operator").Post(t, path, nil); page.Status != http.StatusForbidden {
		t.Errorf("an operator's revocation: status %d, want 403", page.Status)
	}
	page.Submit(t, "#"+form).Has(t, ".flash", "The token Nightly export of operator is revoked").Has(t, ".empty", "There are no tokens")
	if _, err := s.auth.UserByToken(t.Context(), token); backup.KindOf(err) != backup.Forbidden {
		t.Errorf("the revoked token: %v, want it refused", err)
	}
	site.Post(t, path, nil).Has(t, ".flash", "was revoked before")
	site.Get(t, "/settings/audit?action=token_revoked").Has(t, "tbody tr", "Nightly export")
	if page := site.Post(t, "/settings/tokens/x/revoke", nil); page.Status != http.StatusNotFound {
		t.Errorf("a token that cannot exist: status %d, want 404", page.Status)
	}
}

func TestAuditLogIsFilteredAndRead(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	const entries = 60
	err := s.db.Write(t.Context(), func(tx *store.Tx) error {
		for i := range entries {
			who := backup.User{Name: []string{"ada", "bob"}[i%2]}
			if err := audit.Record(t.Context(), tx, who, audit.JobChanged, fmt.Sprintf("job %d", i), map[string]any{
				"job": "<b>Daily</b>", "before": map[string]any{"archived": false, "customer_id": 9007199254740993}, "after": map[string]any{"archived": true, "customer_id": 9007199254740993},
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	site := s.as(t, "admin")
	page := site.Get(t, "/settings/audit").Has(t, "code", "backupchecks audit verify")
	page = page.Submit(t, "#filters", "action", audit.JobChanged).
		Has(t, "#audit td", "Job changed job 59").Has(t, "#audit a[href='/jobs/59']", "job 59").
		Has(t, "#audit dd", "no → yes").Has(t, "#audit dd", "<b>Daily</b>")
	if text := page.Text("#audit"); strings.Contains(text, "Customer id") || strings.Contains(text, "Signed in") {
		t.Error("the list shows what did not change, or other actions")
	}
	if got := page.Count(t, "#audit tbody tr"); got != 50 {
		t.Errorf("the first part has %d entries, want 50", got)
	}
	if got := page.Click(t, ".pager a[rel=next]").Has(t, "#audit td", "job 0").Count(t, "#audit tbody tr"); got != 10 {
		t.Errorf("the second part has %d entries, want 10", got)
	}
	if got := page.Submit(t, "#filters", "actor", "bob").Count(t, "#audit tbody tr"); got != entries/2 {
		t.Errorf("bob has %d entries, want %d", got, entries/2)
	}
	page.Submit(t, "#filters", "to", "2001-01-01").Has(t, ".empty", "No entry fits")
	today := time.Now().UTC().Format(time.DateOnly)
	page.Submit(t, "#filters", "from", time.Now().AddDate(0, 0, -1).UTC().Format(time.DateOnly), "to", time.Now().AddDate(0, 0, 1).UTC().Format(time.DateOnly)).
		Has(t, "#audit td", "job 59")
	if bad := site.Ask(t, "/settings/audit?from="+today+"x"); bad.Status != http.StatusUnprocessableEntity {
		t.Errorf("a broken day: status %d, want 422", bad.Status)
	}
}
