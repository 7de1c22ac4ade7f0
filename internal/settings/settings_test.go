package settings_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/backup"
	"backupchecks/internal/secret"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

var admin = backup.User{Name: "ada", Roles: []backup.Role{backup.Admin}}

func keys(t *testing.T, list ...string) secret.Keys {
	t.Helper()
	parsed, err := secret.ParseKeys(strings.Join(list, ","))
	if err != nil {
		t.Fatalf("ParseKeys: %v", err)
	}
	return parsed
}

func write(t *testing.T, db *store.DB, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), fn); err != nil {
		t.Fatalf("Write: %v", err)
	}
}

func read[T any](t *testing.T, db *store.DB, fn func(tx *store.Tx) (T, error)) T {
	t.Helper()
	var got T
	err := db.Read(t.Context(), func(tx *store.Tx) error {
		var err error
		got, err = fn(tx)
		return err
	})
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	return got
}

// faultFields returns the fields that an error names, in order.
func faultFields(err error) []string {
	var fields []string
	for _, fault := range backup.Faults(err) {
		fields = append(fields, fault.Field)
	}
	return fields
}

// lastAudit returns the newest entry as text: action, subject and detail.
func lastAudit(t *testing.T, db *store.DB) store.AuditEntry {
	t.Helper()
	page := read(t, db, func(tx *store.Tx) (store.Page[store.AuditEntry], error) {
		return tx.AuditEntries(t.Context(), store.AuditFilter{Limit: 1})
	})
	if len(page.Items) == 0 {
		t.Fatal("the audit log is empty")
	}
	return page.Items[0]
}

func TestGeneralIsKept(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		load := func() settings.General {
			return read(t, db, func(tx *store.Tx) (settings.General, error) { return settings.LoadGeneral(t.Context(), tx) })
		}
		if diff := cmp.Diff(settings.General{TimeZone: "Europe/Amsterdam"}, load()); diff != "" {
			t.Errorf("before anything is set (-want +got):\n%s", diff)
		}
		var at time.Time
		write(t, db, func(tx *store.Tx) error {
			at = tx.Now()
			return settings.SaveGeneral(t.Context(), tx, admin, settings.General{TimeZone: " America/New_York ", BaseURL: "https://backupchecks.example.com/app/ "})
		})
		want := settings.General{TimeZone: "America/New_York", BaseURL: "https://backupchecks.example.com/app", UpdatedAt: at}
		got := load()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after saving (-want +got):\n%s", diff)
		}
		if zone := got.Location().String(); zone != "America/New_York" {
			t.Errorf("Location: got %s, want America/New_York", zone)
		}
		entry := lastAudit(t, db)
		for _, part := range []string{`"before":{"time_zone":"Europe/Amsterdam"`, `"after":{"time_zone":"America/New_York"`} {
			if !strings.Contains(string(entry.Detail), part) {
				t.Errorf("audit detail: got %s, want it to hold %s", entry.Detail, part)
			}
		}
		if entry.Action != "settings_changed" || entry.Subject != "general" || entry.Actor != "ada" {
			t.Errorf("audit entry: got %s of %s by %s", entry.Action, entry.Subject, entry.Actor)
		}
	})
}

func TestGeneralFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, zone, url string
		want            []string
	}{
		{"defaults", "Europe/Amsterdam", "", nil},
		{"with a port and a path", "UTC", "http://127.0.0.1:8080/app", nil},
		{"unknown zone", "Mars/Olympus", "", []string{"time_zone"}},
		{"no zone", "", "", []string{"time_zone"}},
		{"the server's zone", "Local", "", []string{"time_zone"}},
		{"a path as zone", "../../etc/passwd", "", []string{"time_zone"}},
		{"relative", "UTC", "/app", []string{"base_url"}},
		{"no scheme", "UTC", "backupchecks.example.com", []string{"base_url"}},
		{"another scheme", "UTC", "javascript:alert(1)", []string{"base_url"}},
		{"no host", "UTC", "https://:8080", []string{"base_url"}},
		{"query", "UTC", "https://backupchecks.example.com/?a=b", []string{"base_url"}},
		{"empty query", "UTC", "https://backupchecks.example.com/?", []string{"base_url"}},
		{"fragment", "UTC", "https://backupchecks.example.com/#", []string{"base_url"}},
		{"user", "UTC", "https://me:pw@backupchecks.example.com", []string{"base_url"}},
		{"space inside", "UTC", "https://backupchecks.example.com/a b", []string{"base_url"}},
		{"line break", "UTC", "https://backupchecks.example.com/\nX", []string{"base_url"}},
		{"very long", "UTC", "https://backupchecks.example.com/" + strings.Repeat("a", 500), []string{"base_url"}},
		{"both", "Nowhere", "x", []string{"time_zone", "base_url"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := settings.General{TimeZone: test.zone, BaseURL: test.url}.Validate()
			if diff := cmp.Diff(test.want, faultFields(err)); diff != "" {
				t.Errorf("Validate: %v; fields (-want +got):\n%s", err, diff)
			}
		})
	}
	if zone := (settings.General{TimeZone: "Mars/Olympus"}).Location(); zone != time.UTC {
		t.Errorf("Location of an unknown zone: got %v, want UTC", zone)
	}
}

func TestOnlyAdministratorsChangeSettings(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	k := keys(t, secret.GenerateKey())
	for _, role := range []backup.Role{backup.Operator, backup.Viewer, backup.Reporter} {
		who := backup.User{Name: "other", Roles: []backup.Role{role}}
		for name, change := range map[string]func(tx *store.Tx) error{
			"SaveGeneral": func(tx *store.Tx) error {
				return settings.SaveGeneral(t.Context(), tx, who, settings.General{TimeZone: "UTC"})
			},
			"SaveAutotask": func(tx *store.Tx) error {
				return settings.SaveAutotask(t.Context(), tx, who, k, settings.DefaultAutotask(), nil)
			},
			"RotateSecrets": func(tx *store.Tx) error {
				_, err := settings.RotateSecrets(t.Context(), tx, who, k)
				return err
			},
		} {
			if err := db.Write(t.Context(), change); backup.KindOf(err) != backup.Forbidden {
				t.Errorf("%s as %s: got %v, want Forbidden", name, role, err)
			}
		}
	}
}
