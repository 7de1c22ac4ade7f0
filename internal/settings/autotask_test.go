package settings_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
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

const planted = "pl4nted~api#password"

// complete returns settings that lack nothing but the password, which is marked as set.
func complete() settings.AutotaskSettings {
	set := settings.DefaultAutotask()
	set.Enabled, set.PasswordSet = true, true
	set.UserName, set.TrackingIdentifier = "api@msp.example", "TRACK1"
	set.BaseURL = "https://backupchecks.example.com"
	set.QueueID, set.SourceID, set.StatusID = new(int64(8)), new(int64(-1)), new(int64(1))
	set.PriorityWarning, set.PriorityError = new(int64(2)), new(int64(1))
	return set
}

func reference(set settings.AutotaskSettings) *settings.Reference {
	return &settings.Reference{
		Tenant: set.Tenant(), SyncedAt: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC),
		Queues:     []settings.Choice{{ID: 8, Label: "Helpdesk", Active: true, Default: true}, {ID: 9, Label: "Old queue"}},
		Sources:    []settings.Choice{{ID: -1, Label: "Monitoring", Active: true}},
		Statuses:   []settings.Choice{{ID: 1, Label: "New", Active: true}, {ID: 5, Label: "Complete", Active: true}},
		Priorities: []settings.Choice{{ID: 1, Label: "High", Active: true}, {ID: 2, Label: "Medium", Active: true}, {ID: 3, Label: "Low"}},
	}
}

func TestAutotaskFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*settings.AutotaskSettings)
		want   map[string]string // field to a part of the sentence
	}{
		{"complete", func(*settings.AutotaskSettings) {}, nil},
		{"switched off and empty", func(s *settings.AutotaskSettings) { *s = settings.DefaultAutotask() }, nil},
		{"switched off with a gone queue", func(s *settings.AutotaskSettings) { s.Enabled, s.QueueID = false, new(int64(77)) }, nil},
		{"on and empty", func(s *settings.AutotaskSettings) { *s = settings.DefaultAutotask(); s.Enabled = true }, map[string]string{
			"username": "Enter the API user name.", "password": "Enter the API password.", "tracking_identifier": "Enter the tracking identifier.",
			"base_url": "Enter the base URL", "queue_id": "Choose a queue.", "source_id": "Choose a source.", "status_id": "Choose a status.",
			"priority_warning": "Choose a priority for warnings.", "priority_error": "Choose a priority for errors.",
		}},
		{"no environment", func(s *settings.AutotaskSettings) { s.Environment = "" }, map[string]string{"environment": "Choose sandbox or production"}},
		{"gone queue", func(s *settings.AutotaskSettings) { s.QueueID = new(int64(77)) }, map[string]string{"queue_id": "The queue with id 77 does not exist"}},
		{"inactive queue", func(s *settings.AutotaskSettings) { s.QueueID = new(int64(9)) }, map[string]string{"queue_id": `The queue "Old queue" is inactive`}},
		{"inactive priority for missed runs", func(s *settings.AutotaskSettings) { s.PriorityMissed = new(int64(3)) }, map[string]string{"priority_missed": `"Low" is inactive`}},
		{"complete status unknown", func(s *settings.AutotaskSettings) { s.CompleteStatusID = 6 }, map[string]string{"complete_status_id": "id 6 does not exist"}},
		{"new tickets complete", func(s *settings.AutotaskSettings) { s.StatusID = new(int64(5)) }, map[string]string{"status_id": "must not start in the status"}},
		{"another tenant's lists", func(s *settings.AutotaskSettings) { s.UserName, s.QueueID = "else@msp.example", new(int64(77)) }, nil},
		{"no objects", func(s *settings.AutotaskSettings) { s.MaxObjects = 0 }, map[string]string{"max_objects": "1 to 50 objects, not 0"}},
		{"many objects", func(s *settings.AutotaskSettings) { s.Enabled, s.MaxObjects = false, 51 }, map[string]string{"max_objects": "not 51"}},
		{"a header in the name", func(s *settings.AutotaskSettings) { s.UserName = "api\r\nX-Evil: 1" }, map[string]string{"username": "cannot be sent"}},
		{"a very long identifier", func(s *settings.AutotaskSettings) { s.TrackingIdentifier = strings.Repeat("x", 201) }, map[string]string{"tracking_identifier": "longer than 200"}},
		{"base URL with a query", func(s *settings.AutotaskSettings) { s.BaseURL += "?a=b" }, map[string]string{"base_url": "without ? or #"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			set := complete()
			ref := reference(set)
			test.change(&set)
			err := set.Validate(ref)
			fields := faultFields(err)
			if diff := cmp.Diff(slices.Sorted(maps.Keys(test.want)), slices.Sorted(slices.Values(fields))); diff != "" {
				t.Errorf("Validate: %v; fields (-want +got):\n%s", err, diff)
			}
			for _, fault := range backup.Faults(err) {
				if part := test.want[fault.Field]; !strings.Contains(fault.Message, part) {
					t.Errorf("%s: got %q, want it to say %q", fault.Field, fault.Message, part)
				}
			}
			if err := set.Validate(nil); test.want == nil && err != nil {
				t.Errorf("Validate without reference data: %v", err)
			}
		})
	}
}

func TestTenantTellsEnvironmentsAndUsersApart(t *testing.T) {
	t.Parallel()
	set := complete()
	if got, want := set.Tenant(), "sandbox/api@msp.example"; got != want {
		t.Errorf("Tenant: got %q, want %q", got, want)
	}
	same, other, production := set, set, set
	same.UserName, other.UserName, production.Environment = "API@MSP.example", "b@msp.example", settings.Production
	if same.Tenant() != set.Tenant() || other.Tenant() == set.Tenant() || production.Tenant() == set.Tenant() {
		t.Errorf("tenants: %q and %q must agree, %q and %q differ", set.Tenant(), same.Tenant(), other.Tenant(), production.Tenant())
	}
}

// The names are what scripts rely on.
func TestAutotaskJSONNames(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(complete())
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	want := strings.Fields(`allow_manual_number allow_resolve base_url complete_status_id enabled environment max_objects
		priority_error priority_missed priority_warning queue_id source_id status_id tracking_identifier updated_at username`)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(got))); diff != "" {
		t.Errorf("JSON names (-want +got):\n%s", diff)
	}
}

func TestAutotaskIsKeptAndItsPasswordIsHidden(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		k := keys(t, secret.GenerateKey())
		load := func() settings.AutotaskSettings {
			return read(t, db, func(tx *store.Tx) (settings.AutotaskSettings, error) { return settings.LoadAutotask(t.Context(), tx) })
		}
		password := func(k secret.Keys) (string, error) {
			var got secret.String
			err := db.Read(t.Context(), func(tx *store.Tx) error {
				var err error
				got, err = settings.AutotaskPassword(t.Context(), tx, k)
				return err
			})
			return got.Reveal(), err
		}
		save := func(set settings.AutotaskSettings, password *secret.String) error {
			return db.Write(t.Context(), func(tx *store.Tx) error {
				return settings.SaveAutotask(t.Context(), tx, admin, k, set, password)
			})
		}
		if diff := cmp.Diff(settings.DefaultAutotask(), load()); diff != "" {
			t.Errorf("before anything is set (-want +got):\n%s", diff)
		}
		if got, err := password(k); got != "" || err != nil {
			t.Errorf("password before any is set: got %q, %v", got, err)
		}
		if err := save(complete(), nil); !slices.Equal(faultFields(err), []string{"password"}) {
			t.Errorf("enabled without a password: got %v, want the fault of password alone", err)
		}
		if err := save(complete(), new(secret.New("line\nbreak"))); !slices.Equal(faultFields(err), []string{"password"}) {
			t.Errorf("a password with a line break: got %v, want the fault of password alone", err)
		}

		typed := complete()
		typed.UserName, typed.BaseURL = " api@msp.example ", typed.BaseURL+"/"
		if err := save(typed, new(secret.New(planted))); err != nil {
			t.Fatalf("save: %v", err)
		}
		got := load()
		want := complete()
		want.UpdatedAt = got.UpdatedAt
		if diff := cmp.Diff(want, got); diff != "" || got.UpdatedAt.IsZero() {
			t.Errorf("after saving (-want +got):\n%s", diff)
		}
		if got, err := password(k); got != planted || err != nil {
			t.Errorf("password: got %q, %v", got, err)
		}
		stored := read(t, db, func(tx *store.Tx) (map[string][]byte, error) { return tx.Secrets(t.Context()) })
		if sealed := stored["autotask.password"]; len(sealed) == 0 || bytes.Contains(sealed, []byte(planted)) {
			t.Errorf("stored password: got %q, want it encrypted", sealed)
		}
		if _, err := password(keys(t, secret.GenerateKey())); backup.KindOf(err) != backup.Conflict {
			t.Errorf("password with another key: got %v, want a Conflict", err)
		}
		detail := string(lastAudit(t, db).Detail)
		if strings.Contains(detail, planted) || !strings.Contains(detail, `"password_changed":true`) ||
			!strings.Contains(detail, `"password_set":false`) || !strings.Contains(detail, `"password_set":true`) {
			t.Errorf("audit detail: got %s, want the change of the password and not the password", detail)
		}

		if err := save(load(), nil); err != nil {
			t.Fatalf("save without a password: %v", err)
		}
		if got, err := password(k); got != planted || err != nil {
			t.Errorf("password that was not given again: got %q, %v", got, err)
		}
		off := load()
		off.Enabled = false
		if err := save(off, new(secret.New(""))); err != nil {
			t.Fatalf("save with an empty password: %v", err)
		}
		if got, err := password(k); got != "" || err != nil || load().PasswordSet {
			t.Errorf("password that was removed: got %q, %v, set %v", got, err, load().PasswordSet)
		}
	})
}

func TestReferenceBelongsToItsTenant(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		k := keys(t, secret.GenerateKey())
		save := func(set settings.AutotaskSettings) error {
			return db.Write(t.Context(), func(tx *store.Tx) error {
				return settings.SaveAutotask(t.Context(), tx, admin, k, set, new(secret.New(planted)))
			})
		}
		saveReference := func(ref settings.Reference) bool {
			var saved bool
			write(t, db, func(tx *store.Tx) error {
				var err error
				saved, err = settings.SaveReference(t.Context(), tx, ref)
				return err
			})
			return saved
		}
		load := func() settings.Reference {
			return read(t, db, func(tx *store.Tx) (settings.Reference, error) { return settings.LoadReference(t.Context(), tx) })
		}
		if diff := cmp.Diff(settings.Reference{}, load()); diff != "" {
			t.Errorf("before anything was read (-want +got):\n%s", diff)
		}
		set := complete()
		ref := *reference(set)
		if err := save(set); err != nil {
			t.Fatalf("save: %v", err)
		}
		if !saveReference(ref) {
			t.Fatal("SaveReference of the tenant: got false")
		}
		if diff := cmp.Diff(ref, load()); diff != "" {
			t.Errorf("reference data (-want +got):\n%s", diff)
		}
		gone := set
		gone.QueueID = new(int64(77))
		if err := save(gone); !slices.Equal(faultFields(err), []string{"queue_id"}) {
			t.Errorf("save with a gone queue: got %v, want the fault of queue_id", err)
		}
		set.AllowResolve = true
		if err := save(set); err != nil || len(load().Queues) != 2 {
			t.Errorf("save within the tenant: %v, %d queues; want the reference data kept", err, len(load().Queues))
		}

		set.Environment = settings.Production
		if err := save(set); err != nil {
			t.Fatalf("save under another environment: %v", err)
		}
		if diff := cmp.Diff(settings.Reference{}, load()); diff != "" {
			t.Errorf("after switching the environment (-want +got):\n%s", diff)
		}
		if saveReference(ref) || len(load().Queues) != 0 {
			t.Error("reference data of the former environment came late and was stored")
		}
	})
}

func TestLabel(t *testing.T) {
	t.Parallel()
	ref := *reference(complete())
	if got := ref.Label(ref.Queues, nil); got != "" {
		t.Errorf("nothing chosen: got %q", got)
	}
	if got := ref.Label(ref.Queues, new(int64(9))); got != "Old queue" {
		t.Errorf("chosen: got %q", got)
	}
	if got := ref.Label(ref.Queues, new(int64(77))); got != "77" {
		t.Errorf("unknown: got %q", got)
	}
}

func TestSecretsAreRotated(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		older, newer := secret.GenerateKey(), secret.GenerateKey()
		write(t, db, func(tx *store.Tx) error {
			old := keys(t, older)
			if err := tx.SetSecret(t.Context(), "graph.secret", old.Seal("graph.secret", []byte("g"))); err != nil {
				return err
			}
			return settings.SaveAutotask(t.Context(), tx, admin, old, complete(), new(secret.New(planted)))
		})
		unreadable := func(k secret.Keys) []string {
			return read(t, db, func(tx *store.Tx) ([]string, error) { return settings.UnreadableSecrets(t.Context(), tx, k) })
		}
		rotate := func(k secret.Keys) (rotated int, err error) {
			err = db.Write(t.Context(), func(tx *store.Tx) error {
				rotated, err = settings.RotateSecrets(t.Context(), tx, admin, k)
				return err
			})
			return rotated, err
		}
		if got := unreadable(keys(t, newer)); !slices.Equal(got, []string{"autotask.password", "graph.secret"}) {
			t.Errorf("unreadable with another key: got %v, want both names", got)
		}
		if _, err := rotate(keys(t, newer)); backup.KindOf(err) != backup.Conflict {
			t.Errorf("rotate without the older key: got %v, want a Conflict", err)
		}
		if n, err := rotate(keys(t, newer, older)); n != 2 || err != nil {
			t.Errorf("rotate: got %d, %v; want 2", n, err)
		}
		if n, err := rotate(keys(t, newer, older)); n != 0 || err != nil {
			t.Errorf("rotate again: got %d, %v; want 0", n, err)
		}
		if got := unreadable(keys(t, newer)); got != nil {
			t.Errorf("unreadable after rotating: got %v, want none", got)
		}
		if entry := lastAudit(t, db); entry.Action != "secrets_rotated" || string(entry.Detail) != `{"rotated":0,"stored":2}` {
			t.Errorf("audit entry: got %s %s", entry.Action, entry.Detail)
		}
	})
}
