package auth_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"backupchecks/internal/auth"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func signedIn(t testing.TB, s *auth.Service, name string) *browser {
	t.Helper()
	b := &browser{service: s}
	if _, err := b.signIn(t, name, "correct horse", here); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		when string
		act  func(t *testing.T, s *auth.Service, db *store.DB, b *browser) error
	}{
		{"the person signs out", func(t *testing.T, s *auth.Service, _ *store.DB, b *browser) (err error) {
			stolen := *b.cookie
			b.visit(t, func(ctx context.Context) { err = s.SignOut(ctx) })
			b.cookie = &stolen // a copy of the cookie is worth nothing either
			return err
		}},
		{"the user is disabled", func(t *testing.T, s *auth.Service, _ *store.DB, _ *browser) error {
			return s.SetDisabled(t.Context(), root(), "mara", true)
		}},
		{"the password changes", func(t *testing.T, s *auth.Service, _ *store.DB, _ *browser) error {
			return s.SetPassword(t.Context(), root(), "mara", "battery staple")
		}},
		{"nobody used it for half a day", func(t *testing.T, _ *auth.Service, db *store.DB, _ *browser) error {
			storetest.Advance(t, db, 12*time.Hour+time.Second)
			return nil
		}},
		{"it is two weeks old, however busy", func(t *testing.T, _ *auth.Service, db *store.DB, b *browser) error {
			for range 14 * 24 / 8 {
				storetest.Advance(t, db, 8*time.Hour)
				if got := b.user(t); got != "mara" {
					t.Errorf("signed in as %q before two weeks are over, want mara", got)
				}
			}
			storetest.Advance(t, db, time.Hour)
			return nil
		}},
	} {
		t.Run(test.when, func(t *testing.T) {
			t.Parallel()
			db := storetest.Open(t)
			storetest.At(t, db, "2026-03-02 08:00")
			s := service(t, db)
			addUser(t, s, "mara", backup.Operator)
			b := signedIn(t, s, "mara")
			if err := test.act(t, s, db, b); err != nil {
				t.Fatal(err)
			}
			if got := b.user(t); got != "" {
				t.Errorf("still signed in as %q", got)
			}
		})
	}
}

func TestCookie(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		db := storetest.Open(t)
		s := with(t, auth.Config{DB: db, Cost: cheap(), SecureCookie: secure})
		addUser(t, s, "mara", backup.Operator)
		cookie := signedIn(t, s, "mara").cookie
		if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Secure != secure {
			t.Errorf("with https %t the cookie is %v, want HttpOnly SameSite=Lax Path=/ and Secure %[1]t", secure, cookie)
		}
	}
}

func TestSessionIDIsNotInTheStore(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := service(t, db)
	addUser(t, s, "mara", backup.Operator)
	b := signedIn(t, s, "mara")
	err := db.Read(t.Context(), func(tx *store.Tx) error {
		_, found, err := tx.Session(t.Context(), []byte(b.cookie.Value))
		if found {
			t.Error("the session is stored under its id, not under the hash of it")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFlashIsShownOnce(t *testing.T) {
	t.Parallel()
	s := service(t, storetest.Open(t))
	b := &browser{service: s}
	b.visit(t, func(ctx context.Context) { s.Flash(ctx, "Run reviewed.") })
	for _, want := range []string{"Run reviewed.", ""} {
		b.visit(t, func(ctx context.Context) {
			if got := s.TakeFlash(ctx); got != want {
				t.Errorf("TakeFlash: %q, want %q", got, want)
			}
		})
	}
}

func TestExpiredSessionsAreRemoved(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	storetest.At(t, db, "2026-03-02 08:00")
	s := service(t, db)
	addUser(t, s, "mara", backup.Operator)
	signedIn(t, s, "mara")
	storetest.Advance(t, db, 13*time.Hour)
	signedIn(t, s, "mara")
	removed, err := s.RemoveExpiredSessions(t.Context())
	if err != nil || removed != 1 {
		t.Errorf("RemoveExpiredSessions: %d, %v, want 1 of the two", removed, err)
	}
}

func TestSwitchRole(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := service(t, db)
		user := addUser(t, s, "mara", backup.Admin, backup.Viewer)
		b := signedIn(t, s, "mara")
		if err := s.SwitchRole(t.Context(), user, backup.Viewer); err != nil {
			t.Fatal(err)
		}
		for _, who := range []*browser{b, signedIn(t, s, "mara")} {
			who.visit(t, func(ctx context.Context) {
				got, _, err := s.User(ctx)
				if err != nil || got.ActiveRole != backup.Viewer {
					t.Errorf("active role %q, %v, want viewer", got.ActiveRole, err)
				}
			})
		}
		wantKind(t, "a role of somebody else", s.SwitchRole(t.Context(), user, backup.Operator), backup.Forbidden, `"operator"`)
	})
}
