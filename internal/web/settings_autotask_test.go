package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
	"backupchecks/internal/ticket"
)

const autotaskPath = "/settings/autotask"

func TestAutotaskFromEmptyToValidated(t *testing.T) {
	t.Parallel()
	s := newTenantScene(t)
	site := s.as(t, "admin")

	page := site.Get(t, autotaskPath).
		Has(t, ".page-head", "Off").
		Has(t, "main", "Reference data was not read yet").
		Has(t, "#note-resolved", ticket.ResolvedNote).
		Has(t, "#note-time-entries", ticket.TimeEntriesNote).
		HasNot(t, ".suggested").HasNot(t, ".stored")
	page.Submit(t, "#autotask-validate").
		Has(t, ".check-bad", "Credentials complete").
		Has(t, ".check-bad", "Ticket source")
	s.wantSilence(t)

	page = page.Submit(t, "#autotask", "username", "api@example.com", "tracking_identifier", "TRACKING-ID",
		"password", apiPassword, "base_url", "https://backups.example.com/").
		Has(t, ".flash", "The Autotask settings are saved.").
		Has(t, ".stored", "An API password is stored.")
	s.wantSilence(t)

	page.Submit(t, "#autotask-test").Has(t, ".flash", "The connection works. The tenant is in zone EU1")
	page = page.Submit(t, "#autotask-refresh").
		Has(t, ".flash", "6 queues, 7 sources, 8 statuses and 4 priorities").
		Has(t, "label[for=queue_id] .suggested", "save to confirm")
	if path := page.Path; path != autotaskPath {
		t.Errorf("after the refresh the address is %s, want %s", path, autotaskPath)
	}
	for field, want := range map[string]string{
		"source_id": "8", "queue_id": "29682833", "status_id": "1", "priority_warning": "2", "priority_error": "1", "complete_status_id": "5",
	} {
		if got := page.Attr(t, "#"+field+" option[selected]", "value"); got != want {
			t.Errorf("%s proposes %q, want %q", field, got, want)
		}
	}
	if set, _ := s.stored(t); set.QueueID != nil || set.SourceID != nil || set.PriorityError != nil {
		t.Errorf("proposals were stored before anybody saved them: %+v", set)
	}
	page.Submit(t, "#autotask-validate").Has(t, ".check-bad", "Queue Choose a queue.")

	page = page.Submit(t, "#autotask", "enabled", "on").Has(t, ".page-head", "On").HasNot(t, ".suggested")
	page.Submit(t, "#autotask-validate").HasNot(t, ".check-bad").
		Has(t, ".checks-sum", "All 12 checks are in order.").
		Has(t, ".check-ok", "Queue Helpdesk").
		Has(t, ".check-ok", "Priority for a missed run As for an error.")
	set, _ := s.stored(t)
	if !set.Enabled || set.QueueID == nil || *set.QueueID != helpdeskQueue || set.AllowManualNumber || set.BaseURL != "https://backups.example.com" {
		t.Errorf("stored: %+v", set)
	}
}

func TestAutotaskFaultsStandAtTheirFieldsAndKeepTheInput(t *testing.T) {
	t.Parallel()
	s := newTenantScene(t)
	s.setUp(t, ready())
	site := s.as(t, "admin")
	before, _ := s.stored(t)
	for _, test := range []struct{ field, value, want, kept string }{
		{"username", "", "Enter the API user name.", ""},
		{"username", strings.Repeat("u", 201), "longer than 200 characters", strings.Repeat("u", 201)},
		{"tracking_identifier", "", "Enter the tracking identifier.", ""},
		{"tracking_identifier", "TRACK\x01", "holds characters that cannot be sent", "TRACK\x01"},
		{"environment", "staging", "Choose sandbox or production", "-"},
		{"base_url", "", "Enter the base URL", ""},
		{"base_url", "backups.example.com", "must begin with https://", "backups.example.com"},
		{"base_url", "https://u:p@backups.example.com", "must not hold a user name", "https://u:p@backups.example.com"},
		{"base_url", "https://backups.example.com/?a=1", "without ? or #", "https://backups.example.com/?a=1"},
		{"queue_id", "", "Choose a queue.", "none"},
		{"queue_id", "29682835", `The queue "Old Backup Queue" is inactive`, "29682835"},
		{"queue_id", "777", "does not exist in Autotask any more", "777"},
		{"queue_id", "many", "Choose one of the values in the list.", "-"},
		{"source_id", "11", `The source "Fax" is inactive`, "11"},
		{"status_id", "5", "must not start in the status that completes them", "5"},
		{"complete_status_id", "", "Choose the status that completes a ticket.", "-"},
		{"priority_warning", "", "Choose a priority for warnings.", "none"},
		{"priority_error", "99", "does not exist in Autotask any more", "99"},
		{"priority_missed", "99", "does not exist in Autotask any more", "99"},
		{"max_objects", "0", "1 to 50 objects", "0"},
		{"max_objects", "51", "1 to 50 objects", "51"},
		{"max_objects", "ten", "as a number", "ten"},
		{"password", strings.Repeat("p", 201), "longer than 200 characters", ""},
	} {
		t.Run(test.field+"="+test.value[:min(len(test.value), 12)], func(t *testing.T) {
			form := filled()
			form.Set(test.field, test.value)
			form.Set("allow_manual_number", "on")
			page := site.Post(t, autotaskPath, form)
			if page.Status != http.StatusUnprocessableEntity {
				t.Errorf("status %d, want 422", page.Status)
			}
			at := ".field:has([name=" + test.field + "]) .field-fault"
			page.Has(t, at, test.want).Has(t, "[role=alert]", "Nothing was saved yet").
				Has(t, "input[name=allow_manual_number][checked]", "")
			switch {
			case test.kept == "-":
			case test.kept == "none": // what a person took away is not proposed to them again
				page.HasNot(t, "#"+test.field+" option[selected]").HasNot(t, ".suggested")
			case strings.HasSuffix(test.field, "_id") || strings.HasPrefix(test.field, "priority"):
				if got := page.Attr(t, "#"+test.field+" option[selected]", "value"); got != test.kept {
					t.Errorf("the choice is now %q, want %q", got, test.kept)
				}
			default:
				if got := page.Attr(t, "#"+test.field, "value"); got != test.kept {
					t.Errorf("the field holds %q, want %q", got, test.kept)
				}
			}
		})
	}
	if after, _ := s.stored(t); after.UpdatedAt != before.UpdatedAt {
		t.Errorf("a faulty form was stored: %+v", after)
	}
}

// filled is a form that is in order for the ready settings.
func filled() url.Values {
	return values("enabled", "on", "environment", "sandbox", "username", "api@example.com", "tracking_identifier", "TRACKING-ID",
		"base_url", "https://backups.example.com", "source_id", "8", "queue_id", "29682833", "status_id", "1", "complete_status_id", "5",
		"priority_warning", "2", "priority_error", "1", "priority_missed", "", "max_objects", "10")
}

func TestAutotaskPasswordIsKeptReplacedAndRemoved(t *testing.T) {
	t.Parallel()
	s := newTenantScene(t)
	s.setUp(t, ready())
	site := s.as(t, "admin")

	site.Get(t, autotaskPath).Submit(t, "#autotask").Submit(t, "#autotask-test").Has(t, ".flash", "The connection works.")
	site.Get(t, autotaskPath).Submit(t, "#autotask", "password", "wrong").Submit(t, "#autotask-test").
		Has(t, "#autotask-outcome [role=alert]", "Autotask refused the credentials")
	site.Get(t, autotaskPath).Submit(t, "#autotask", "password", apiPassword).Submit(t, "#autotask-test").Has(t, ".flash", "The connection works.")

	form := filled()
	form.Set("remove_password", "on")
	page := site.Post(t, autotaskPath, form)
	page.Has(t, ".field-fault", "Enter the API password.")
	form.Del("enabled")
	site.Post(t, autotaskPath, form).HasNot(t, ".stored").Has(t, "label[for=password]", "API password").
		Submit(t, "#autotask-test").Has(t, "#autotask-outcome [role=alert]", "The Autotask credentials are not complete")
}

func TestAutotaskPasswordNeverLeaves(t *testing.T) {
	t.Parallel()
	s := newTenantScene(t)
	s.setUp(t, ready())
	site := s.as(t, "admin")
	form := filled()
	form.Set("password", apiPassword)
	pages := []*pageBody{
		{"a saved form", site.Post(t, autotaskPath, form).Body},
	}
	form.Set("max_objects", "many")
	pages = append(pages, &pageBody{"a faulty form", site.Post(t, autotaskPath, form).Body})
	for _, act := range []string{"test", "validate", "refresh"} {
		pages = append(pages,
			&pageBody{act, site.Post(t, autotaskPath+"/"+act, nil).Body},
			&pageBody{act + " as a part", site.Post(t, autotaskPath+"/"+act, nil, "HX-Request", "true").Body})
	}
	for _, path := range []string{"/settings", autotaskPath, "/settings/general", "/settings/users", "/settings/tokens", "/settings/audit", "/customers", "/jobs", "/tickets"} {
		pages = append(pages, &pageBody{path, site.Get(t, path).Body})
	}
	for _, page := range pages {
		if strings.Contains(page.body, apiPassword) || strings.Contains(page.body, url.QueryEscape(apiPassword)) {
			t.Errorf("%s shows the password", page.name)
		}
	}
	err := s.db.Read(t.Context(), func(tx *store.Tx) error {
		sealed, err := tx.Secrets(t.Context())
		for name, data := range sealed {
			if strings.Contains(string(data), apiPassword) {
				t.Errorf("the secret %s is stored in the clear", name)
			}
		}
		if len(sealed) != 1 {
			t.Errorf("%d secrets are stored, want one", len(sealed))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

type pageBody struct{ name, body string }

func TestAutotaskChoicesThatAreInactiveOrGoneStay(t *testing.T) {
	t.Parallel()
	s := newTenantScene(t)
	s.setUp(t, ready())
	site := s.as(t, "admin")
	s.sim.SetChoice("queueID", autotasksim.Choice{Value: helpdeskQueue, Label: "Helpdesk", Inactive: true})
	page := site.Get(t, autotaskPath).Submit(t, "#autotask-refresh").
		Has(t, "#queue_id option[selected]", "Helpdesk (inactive in Autotask)")
	if strings.Contains(page.Text("#queue_id"), "Old Backup Queue") {
		t.Error("an inactive queue is offered that was never chosen")
	}
	page.Submit(t, "#autotask-validate").Has(t, ".check-bad", `The queue "Helpdesk" is inactive in Autotask.`)

	form := filled()
	form.Del("enabled")
	form.Set("source_id", "777")
	site.Post(t, autotaskPath, form).Has(t, "#source_id option[selected]", "Id 777 (no longer in Autotask)")
}

func TestAutotaskEnvironmentSwitch(t *testing.T) {
	t.Parallel()
	s := newTenantScene(t)
	s.setUp(t, ready())
	acme := storetest.Customer(t, s.db, "Acme")
	if _, err := s.station.Map(t.Context(), admin(), acme.ID, acmeCompany); err != nil {
		t.Fatal(err)
	}
	site := s.as(t, "admin")
	page := site.Get(t, autotaskPath).Has(t, ".env", "saving clears the reference data").
		Submit(t, "#autotask", "environment", settings.Production)
	page.Has(t, ".flash", "The reference data of the former environment was cleared").
		Has(t, "main", "Reference data was not read yet").
		Has(t, "#queue_id option[selected]", "Id 29682833 (the lists are not read yet)")
	if _, ref := s.stored(t); !ref.SyncedAt.IsZero() || len(ref.Queues) > 0 {
		t.Errorf("the reference data of the sandbox is still there: %+v", ref)
	}
	site.Get(t, "/customers").Has(t, ".mapping-elsewhere", "Other environment").Has(t, "#customers td", "Choose the company anew")
	page.Submit(t, "#autotask").Has(t, ".flash", "The Autotask settings are saved.")
}

// What an outside service refuses is an answer to the person and not a failure of the page.
func TestAutotaskDiagnosisSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*settings.AutotaskSettings)
		want   string
	}{
		{"an unknown user", func(s *settings.AutotaskSettings) { s.UserName = "nobody@example.com" }, "Autotask does not know the API user name."},
		{"a wrong tracking identifier", func(s *settings.AutotaskSettings) { s.TrackingIdentifier = "OTHER" }, "does not know the tracking identifier"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newTenantScene(t)
			s.setUp(t, ready())
			set := ready()
			test.change(&set)
			err := s.db.Write(t.Context(), func(tx *store.Tx) error {
				return settings.SaveAutotask(t.Context(), tx, admin(), s.keys, set, nil)
			})
			if err != nil {
				t.Fatal(err)
			}
			site := s.as(t, "admin")
			part := site.Post(t, autotaskPath+"/test", nil, "HX-Request", "true").Has(t, "[role=alert]", test.want)
			if part.Status != http.StatusOK || strings.Contains(part.Body, "<html") {
				t.Errorf("status %d, want a part of a page with 200", part.Status)
			}
			site.Get(t, autotaskPath).Submit(t, "#autotask-refresh").Has(t, "#autotask-outcome [role=alert]", test.want)
			site.Get(t, autotaskPath).Submit(t, "#autotask-validate").
				Has(t, ".check-bad", test.want).Has(t, ".check-bad", "Reference data access").Has(t, ".check-ok", "Base URL https://backups.example.com")
		})
	}
}
