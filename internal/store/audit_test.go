package store_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func appendAudit(t *testing.T, db *store.DB, entries ...store.AuditEntry) {
	t.Helper()
	write(t, db, func(tx *store.Tx) error {
		for _, entry := range entries {
			if err := tx.AppendAudit(t.Context(), entry); err != nil {
				return err
			}
		}
		return nil
	})
}

// verify returns how many entries hold and the id of the first that does not, or 0.
func verify(t *testing.T, db *store.DB) (checked, broken int64) {
	t.Helper()
	err := db.Read(t.Context(), func(tx *store.Tx) error {
		n, entry, err := tx.VerifyAudit(t.Context())
		checked = n
		if entry != nil {
			broken = entry.ID
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return checked, broken
}

func TestAuditLog(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		if checked, broken := verify(t, db); checked != 0 || broken != 0 {
			t.Errorf("VerifyAudit of an empty log: got %d, %d", checked, broken)
		}
		storetest.At(t, db, "2026-03-01 08:00")
		appendAudit(t, db,
			store.AuditEntry{Actor: "an\x00na", Action: "run.reviewed", Subject: "run 1", Origin: "192.0.2.1", Detail: json.RawMessage(`{ "b": 1,"a":"\u0000é" }`)},
			store.AuditEntry{Actor: "bert", Action: "user.signed_in"})
		storetest.At(t, db, "2026-03-02 08:00")
		appendAudit(t, db, store.AuditEntry{Actor: "anna", Action: "user.signed_in", At: storetest.Time(t, "2026-03-02 07:00")})
		if checked, broken := verify(t, db); checked != 3 || broken != 0 {
			t.Errorf("VerifyAudit: got %d checked and entry %d broken, want 3 and none", checked, broken)
		}

		tests := []struct {
			name   string
			filter store.AuditFilter
			want   []int64
		}{
			{"all", store.AuditFilter{}, []int64{3, 2, 1}},
			{"by actor", store.AuditFilter{Actor: "anna"}, []int64{3, 1}},
			{"by action", store.AuditFilter{Action: "user.signed_in"}, []int64{3, 2}},
			{"from", store.AuditFilter{From: new(storetest.Time(t, "2026-03-02 07:00"))}, []int64{3}},
			{"to", store.AuditFilter{To: new(storetest.Time(t, "2026-03-02 07:00"))}, []int64{2, 1}},
			{"both", store.AuditFilter{Actor: "anna", Action: "run.reviewed"}, []int64{1}},
		}
		var first store.AuditEntry
		for _, test := range tests {
			for _, limit := range []int{1, 50} {
				test.filter.Limit = limit
				var ids []int64
				for _, entry := range all(t, limit, func(cursor string) (store.Page[store.AuditEntry], error) {
					test.filter.Cursor = cursor
					return get(t, db, func(tx *store.Tx) (store.Page[store.AuditEntry], error) { return tx.AuditEntries(ctx, test.filter) }), nil
				}) {
					ids = append(ids, entry.ID)
					first = entry
				}
				if diff := cmp.Diff(test.want, ids); diff != "" {
					t.Errorf("entries %s in pages of %d (-want +got):\n%s", test.name, limit, diff)
				}
			}
		}
		want := store.AuditEntry{
			ID: 1, At: storetest.Time(t, "2026-03-01 08:00"), Actor: "anna", Action: "run.reviewed", Subject: "run 1", Origin: "192.0.2.1",
			Detail: json.RawMessage(`{ "b": 1,"a":"\u0000é" }`), Hash: first.Hash,
		}
		if diff := cmp.Diff(want, first); diff != "" || len(first.Hash) != 32 {
			t.Errorf("the first entry (-want +got):\n%s", diff)
		}
		err := try(t, db, func(tx *store.Tx) error {
			return tx.AppendAudit(ctx, store.AuditEntry{Action: "x", Detail: json.RawMessage(`{`)})
		})
		if err == nil || backup.KindOf(err) != backup.Internal {
			t.Errorf("AppendAudit of broken JSON: got %v, want an internal error", err)
		}
	})
}

func TestParallelAudit(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, err := range parallel(30, func(i int) error {
			return db.Write(t.Context(), func(tx *store.Tx) error {
				return tx.AppendAudit(t.Context(), store.AuditEntry{Actor: fmt.Sprint(i), Action: "x"})
			})
		}) {
			if err != nil {
				t.Fatal(err)
			}
		}
		if checked, broken := verify(t, db); checked != 30 || broken != 0 {
			t.Errorf("30 parallel AppendAudit: got %d checked and entry %d broken, want 30 and none", checked, broken)
		}
	})
}

func TestAuditLogIsAppendOnly(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		appendAudit(t, db, store.AuditEntry{Action: "one"})
		statements := []string{`UPDATE audit_log SET actor = 'x'`, `DELETE FROM audit_log`}
		if db.Engine() == "sqlite" {
			statements = append(statements, `REPLACE INTO audit_log (id, at, action, previous, hash) VALUES (1, 0, 'x', x'', x'')`)
		} else {
			statements = append(statements, `TRUNCATE audit_log`)
		}
		for _, statement := range statements {
			_, err := db.Writer().ExecContext(t.Context(), statement)
			if err == nil || !strings.Contains(err.Error(), "the audit log is append-only") {
				t.Errorf("%s: got %v, want a refusal", statement, err)
			}
		}
		if checked, broken := verify(t, db); checked != 1 || broken != 0 {
			t.Errorf("after the refusals: got %d checked and entry %d broken, want 1 and none", checked, broken)
		}
	})
}

func TestVerifyAuditFindsTampering(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		statement string
		checked   int64
		broken    int64
	}{
		{"actor", `UPDATE audit_log SET actor = 'x' WHERE id = 2`, 1, 2},
		{"time", `UPDATE audit_log SET at = at + 1 WHERE id = 2`, 1, 2},
		{"text moved between fields", `UPDATE audit_log SET subject = action, action = subject WHERE id = 2`, 1, 2},
		{"hash", `UPDATE audit_log SET hash = previous WHERE id = 3`, 2, 3},
		{"removed", `DELETE FROM audit_log WHERE id = 2`, 1, 3},
		{"first removed", `DELETE FROM audit_log WHERE id = 1`, 0, 2},
		{"renumbered", `UPDATE audit_log SET id = 9 WHERE id = 3`, 2, 9},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				for i := range 3 {
					appendAudit(t, db, store.AuditEntry{Actor: "anna", Action: "act", Subject: fmt.Sprint("subject ", i)})
				}
				for _, trigger := range []string{"audit_log_no_update", "audit_log_no_delete"} {
					drop := "DROP TRIGGER " + trigger
					if db.Engine() == "postgres" {
						drop += " ON audit_log"
					}
					if _, err := db.Writer().ExecContext(t.Context(), drop); err != nil {
						t.Fatal(err)
					}
				}
				if _, err := db.Writer().ExecContext(t.Context(), test.statement); err != nil {
					t.Fatal(err)
				}
				if checked, broken := verify(t, db); checked != test.checked || broken != test.broken {
					t.Errorf("VerifyAudit: got %d checked and entry %d broken, want %d and %d", checked, broken, test.checked, test.broken)
				}
			})
		})
	}
}
