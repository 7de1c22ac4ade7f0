package auth_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestToken(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.At(t, db, "2026-03-02 08:00")
		s := service(t, db)
		addUser(t, s, "script", backup.Operator, backup.Reporter)
		expires := storetest.Time(t, "2026-03-03 08:00")
		token, err := s.CreateToken(t.Context(), root(), "script", "nightly", &expires)
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(`^bck_[A-Za-z0-9_-]{43}$`).MatchString(token) {
			t.Errorf("token %q is not bck_ and 32 bytes", token)
		}
		// Twice: the first use is written down, the second is not.
		for range 2 {
			user, err := s.UserByToken(t.Context(), token)
			if err != nil || user.Name != "script" || user.ActiveRole != "" {
				t.Errorf("UserByToken: %s as %q, %v, want script with no active role", user.Name, user.ActiveRole, err)
			}
		}
		for _, wrong := range []string{"", "bck_", token[:20], token + "x", strings.Repeat("bck_", 1000), "bck_\x00\xff"} {
			_, err := s.UserByToken(t.Context(), wrong)
			wantKind(t, "token "+wrong[:min(len(wrong), 30)], err, backup.Forbidden, "unknown or has expired")
		}
		storetest.Advance(t, db, 24*time.Hour)
		_, err = s.UserByToken(t.Context(), token)
		wantKind(t, "an expired token", err, backup.Forbidden, "unknown or has expired")
	})
}

func TestTokenOfADisabledUser(t *testing.T) {
	t.Parallel()
	s := service(t, storetest.Open(t))
	addUser(t, s, "script", backup.Operator)
	token, err := s.CreateToken(t.Context(), root(), "script", "nightly", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetDisabled(t.Context(), root(), "script", true); err != nil {
		t.Fatal(err)
	}
	_, err = s.UserByToken(t.Context(), token)
	wantKind(t, "UserByToken", err, backup.Forbidden, "unknown or has expired")
}

func TestCreateTokenRefuses(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	storetest.At(t, db, "2026-03-02 08:00")
	s := service(t, db)
	operator := addUser(t, s, "script", backup.Operator)
	past := storetest.Time(t, "2026-03-02 07:59")
	_, err := s.CreateToken(t.Context(), operator, "script", "nightly", nil)
	wantKind(t, "by an operator", err, backup.Forbidden, "may not")
	_, err = s.CreateToken(t.Context(), root(), "script", " ", nil)
	wantKind(t, "without a label", err, backup.Invalid, "needs a name")
	_, err = s.CreateToken(t.Context(), root(), "script", "nightly", &past)
	wantKind(t, "that ended before it began", err, backup.Invalid, "future")
	_, err = s.CreateToken(t.Context(), root(), "nobody", "nightly", nil)
	wantKind(t, "for nobody", err, backup.NotFound, "nobody")
}

func TestTokensAreListedAndRevoked(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.At(t, db, "2026-03-02 08:00")
		s := service(t, db)
		operator := addUser(t, s, "script", backup.Operator)
		token, err := s.CreateToken(t.Context(), root(), "script", "nightly", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.UserByToken(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		tokens, err := s.Tokens(t.Context(), root())
		if err != nil || len(tokens) != 1 || tokens[0].User != "script" || tokens[0].Label != "nightly" || tokens[0].LastUsedAt == nil {
			t.Fatalf("Tokens: %+v, %v, want nightly of script, used", tokens, err)
		}
		_, err = s.Tokens(t.Context(), operator)
		wantKind(t, "Tokens by an operator", err, backup.Forbidden, "may not")
		_, err = s.RevokeToken(t.Context(), operator, tokens[0].ID)
		wantKind(t, "RevokeToken by an operator", err, backup.Forbidden, "may not")
		if _, err := s.UserByToken(t.Context(), token); err != nil {
			t.Errorf("after a refused revocation: %v", err)
		}

		revoked, err := s.RevokeToken(t.Context(), root(), tokens[0].ID)
		if err != nil || revoked.Label != "nightly" {
			t.Errorf("RevokeToken: %+v, %v, want nightly", revoked, err)
		}
		_, err = s.UserByToken(t.Context(), token)
		wantKind(t, "a revoked token", err, backup.Forbidden, "unknown or has expired")
		_, err = s.RevokeToken(t.Context(), root(), tokens[0].ID)
		wantKind(t, "RevokeToken again", err, backup.NotFound, "no API token")
		var entries []store.AuditEntry
		err = db.Read(t.Context(), func(tx *store.Tx) error {
			page, err := tx.AuditEntries(t.Context(), store.AuditFilter{Action: audit.TokenRevoked})
			entries = page.Items
			return err
		})
		if err != nil || len(entries) != 1 || entries[0].Subject != "user script" || !strings.Contains(string(entries[0].Detail), `"label":"nightly"`) {
			t.Errorf("audit entries of the revocation: %+v, %v, want one that names nightly of user script", entries, err)
		}
	})
}
