package audit_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
	"backupchecks/internal/secret"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

var ada = backup.User{Name: "ada", Roles: []backup.Role{backup.Admin}}

func record(ctx context.Context, t *testing.T, db *store.DB, who backup.User, action, subject string, detail any) error {
	t.Helper()
	return db.Write(t.Context(), func(tx *store.Tx) error { return audit.Record(ctx, tx, who, action, subject, detail) })
}

// entries returns the log, newest first.
func entries(t *testing.T, db *store.DB) []store.AuditEntry {
	t.Helper()
	var all []store.AuditEntry
	err := db.Read(t.Context(), func(tx *store.Tx) error {
		page, err := tx.AuditEntries(t.Context(), store.AuditFilter{})
		all = page.Items
		return err
	})
	if err != nil {
		t.Fatalf("AuditEntries: %v", err)
	}
	return all
}

func TestAnEntrySaysWhoDidWhatAndFromWhere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := audit.WithOrigin(t.Context(), "192.0.2.7", "req-1")
		detail := map[string]any{"note": "seen", "password": secret.New("pl4nted~secret")}
		if err := record(ctx, t, db, ada, audit.RunsReviewed, "3 runs", detail); err != nil {
			t.Fatalf("Record: %v", err)
		}
		got := entries(t, db)[0]
		if got.Actor != "ada" || got.Action != "run_reviewed" || got.Subject != "3 runs" || got.Origin != "192.0.2.7, request req-1" || got.At.IsZero() {
			t.Errorf("entry: got %+v", got)
		}
		if want := `{"note":"seen","password":"•••"}`; string(got.Detail) != want {
			t.Errorf("detail: got %s, want %s", got.Detail, want)
		}
	})
}

func TestAnUndoneActLeavesNoEntry(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		undo := errors.New("undone")
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			if err := audit.Record(t.Context(), tx, ada, audit.SignedIn, "ada", nil); err != nil {
				return err
			}
			return undo
		})
		if got := entries(t, db); !errors.Is(err, undo) || len(got) != 0 {
			t.Errorf("after %v: got %d entries, want none", err, len(got))
		}
	})
}

func TestHostileTextIsTamed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := audit.WithOrigin(t.Context(), "", "x\ny")
		who := backup.User{Name: "a\x00b\r\nc\xff" + strings.Repeat("é", 300)}
		if err := record(ctx, t, db, who, audit.SignInFailed, strings.Repeat("s", 501), strings.Repeat("d", 300<<10)); err != nil {
			t.Fatalf("Record: %v", err)
		}
		got := entries(t, db)[0]
		if want := "a b  c\uFFFD" + strings.Repeat("é", 192) + "…"; got.Actor != want {
			t.Errorf("actor: got %q, want %q", got.Actor, want)
		}
		if want := strings.Repeat("s", 499) + "…"; got.Subject != want {
			t.Errorf("subject: got %d bytes, want 499 letters and an ellipsis", len(got.Subject))
		}
		if got.Origin != "request x y" {
			t.Errorf("origin: got %q", got.Origin)
		}
		if want := `{"omitted_bytes":307202}`; string(got.Detail) != want {
			t.Errorf("detail: got %.60s, want %s", got.Detail, want)
		}
	})
}

func TestVerifyWalksTheWholeLog(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if checked, broken, err := audit.Verify(t.Context(), db); checked != 0 || broken != nil || err != nil {
			t.Errorf("empty log: got %d, %v, %v", checked, broken, err)
		}
		for range 5 {
			if err := record(t.Context(), t, db, ada, audit.SignedIn, "ada", nil); err != nil {
				t.Fatalf("Record: %v", err)
			}
		}
		if checked, broken, err := audit.Verify(t.Context(), db); checked != 5 || broken != nil || err != nil {
			t.Errorf("whole log: got %d, %v, %v; want 5 and nothing broken", checked, broken, err)
		}
	})
}

func TestADetailThatIsNoJSONIsAnError(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	if err := record(t.Context(), t, db, ada, audit.SignedIn, "ada", make(chan int)); err == nil {
		t.Error("Record with a channel as detail: got no error")
	}
	if got := entries(t, db); len(got) != 0 {
		t.Errorf("entries: got %d, want none", len(got))
	}
}
