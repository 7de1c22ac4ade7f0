package autotasksim_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/autotask/autotasksim"
)

func TestACategoryFillsWhatItDemands(t *testing.T) {
	t.Parallel()
	s := seeded(t, morning, func(seed *autotasksim.Seed) {
		seed.Categories = []autotasksim.Category{{
			Value: 3, Required: []string{"issueType", "ticketType"}, Defaults: map[string]int64{"issueType": 10}, DueHours: 1.5,
		}}
	})
	s.want(t, "POST", "Tickets", ticket("x", ""), 500, `{"errors":["Missing Required Field: ticketType"]}`)
	s.want(t, "POST", "Tickets", ticket("x", `,"ticketType":5`), 200, `{"itemId":10001}`)
	_, body := s.ask(t, "GET", "Tickets/10001", "")
	for _, want := range []string{`"issueType":10`, `"ticketCategory":3`, `"dueDateTime":"2026-03-02T09:00:00.000Z"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the ticket lacks %s: %s", want, body)
		}
	}
}

func TestInactiveValuesAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	s.want(t, "POST", "Tickets", ticket("x", ""), 200, `{"itemId":10001}`)
	if err := s.SetChoiceActive("queueID", 8, false); err != nil {
		t.Fatal(err)
	}
	refused := `{"errors":["Value does not exist for picklist: queueID"]}`
	s.want(t, "POST", "Tickets", ticket("y", ""), 500, refused)
	s.want(t, "PATCH", "Tickets", `{"id":10001,"queueID":8}`, 500, refused)
	s.want(t, "PATCH", "Tickets", `{"id":10001,"priority":1}`, 200, `{"itemId":10001}`) // what is stored stays
	if _, body := s.ask(t, "GET", "Tickets/entityInformation/fields", ""); !strings.Contains(body, `{"isActive":false,"isDefaultValue":false,"isSystem":true,"label":"Monitoring Alert","parentValue":"","sortOrder":3,"value":"8"}`) {
		t.Error("an inactive value is not in the list any more, or still active")
	}
	if err := s.SetChoiceActive("queueID", 8, true); err != nil {
		t.Fatal(err)
	}
	s.want(t, "POST", "Tickets", ticket("y", ""), 200, `{"itemId":10002}`)
	if err := s.SetChoiceActive("queueID", 404, true); err == nil {
		t.Error("SetChoiceActive took a value that is not there")
	}
}

func TestLabelsSpeakTheTenantsLanguage(t *testing.T) {
	t.Parallel()
	s := seeded(t, morning, func(seed *autotasksim.Seed) { seed.Language = "de" })
	_, body := s.ask(t, "GET", "Tickets/entityInformation/fields", "")
	for _, want := range []string{`"label":"Überwachungsalarm"`, `"label":"Abgeschlossen"`, `"label":"Level II Support"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the fields lack %s", want)
		}
	}
	if strings.Contains(body, `"label":"Monitoring Alert"`) {
		t.Error("a label is still in English")
	}
	if err := s.SetLanguage("nl"); err != nil {
		t.Fatal(err)
	}
	if _, body := s.ask(t, "GET", "Tickets/entityInformation/fields", ""); !strings.Contains(body, `"label":"Bewakingsmelding"`) {
		t.Error("the labels are not in Dutch")
	}
	if err := s.SetLanguage(""); err != nil {
		t.Fatal(err)
	}
	if _, body := s.ask(t, "GET", "Tickets/entityInformation/fields", ""); !strings.Contains(body, `"label":"Monitoring Alert"`) {
		t.Error("the labels are not in English again")
	}
	if err := s.SetLanguage("xx"); err == nil {
		t.Error("SetLanguage took a language that is not there")
	}
	if diff := cmp.Diff([]string{"", "de", "nl"}, autotasksim.Languages()); diff != "" {
		t.Errorf("languages (-want +got):\n%s", diff)
	}
}

func TestNotesCanBeChanged(t *testing.T) {
	t.Parallel()
	at := morning()
	s := start(t, autotasksim.Options{Now: func() time.Time { return at }})
	s.want(t, "POST", "Tickets", ticket("x", ""), 200, `{"itemId":10001}`)
	s.want(t, "POST", "Tickets", ticket("y", ""), 200, `{"itemId":10002}`)
	s.want(t, "POST", "Tickets/10001/Notes", `{"title":"t","description":"d","noteType":1,"publish":2}`, 200, `{"itemId":29682801}`)
	at = at.Add(time.Minute)
	s.want(t, "PATCH", "Tickets/10001/Notes", `{"id":29682801,"description":"better","createDateTime":"2020-01-01"}`, 200, `{"itemId":29682801}`)
	want := []autotasksim.Note{{ID: 29682801, TicketID: 10001, Title: "t", Description: "better", NoteType: 1, Publish: 2, CreateDateTime: morning()}}
	if diff := cmp.Diff(want, s.Notes(10001)); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if got, _ := s.Ticket(10001); !got.LastActivityDate.Equal(at) {
		t.Errorf("the ticket's last activity was at %v, want %v", got.LastActivityDate, at)
	}
	missing := `{"errors":["No matching records found. The logged in Resource may not have the required permissions to update the data."]}`
	s.want(t, "PATCH", "Tickets/10002/Notes", `{"id":29682801,"description":"x"}`, 500, missing)
	s.want(t, "PATCH", "Tickets/10001/Notes", `{"id":99,"description":"x"}`, 500, missing)
	s.want(t, "PATCH", "Tickets/10001/Notes", `{"description":"x"}`, 500, `{"errors":["Missing Required Field: id"]}`)
	s.want(t, "PATCH", "Tickets/10001/Notes", `{"id":29682801,"description":null,"publish":3}`, 500,
		`{"errors":["Missing Required Field: description","Value does not exist for picklist: publish"]}`)
}

func TestUserDefinedFields(t *testing.T) {
	t.Parallel()
	s := seeded(t, morning, func(seed *autotasksim.Seed) {
		seed.UserDefinedFields = []autotasksim.UserDefinedField{{Name: "Backup Product", Required: true, Length: 8}, {Name: "Site", Label: "Where"}}
	})
	s.want(t, "GET", "Tickets/entityInformation/userDefinedFields", "", 200, `{"fields":[`+
		`{"defaultValue":"","description":"","isActive":true,"isPickList":false,"isQueryable":true,"isReadOnly":false,"isRequired":true,"label":"Backup Product","length":8,"name":"Backup Product","picklistValues":null,"type":"string"},`+
		`{"defaultValue":"","description":"","isActive":true,"isPickList":false,"isQueryable":true,"isReadOnly":false,"isRequired":false,"label":"Where","length":255,"name":"Site","picklistValues":null,"type":"string"}]}`)
	if status, _ := s.ask(t, "GET", "TicketNotes/entityInformation/userDefinedFields", ""); status != 404 {
		t.Errorf("user-defined fields of notes: got %d, want 404", status)
	}
	if _, body := s.ask(t, "GET", "Tickets/entityInformation/fields", ""); strings.Contains(body, "Backup Product") {
		t.Error("user-defined fields are among the service's own")
	}
	s.want(t, "POST", "Tickets", ticket("x", ""), 500, `{"errors":["Missing Required Field: Backup Product"]}`)
	s.want(t, "POST", "Tickets", ticket("x", `,"userDefinedFields":[{"name":"Nothing","value":"1"},7]`), 500,
		`{"errors":["User-defined field Nothing does not exist.","User-defined field  does not exist."]}`)
	s.want(t, "POST", "Tickets", ticket("x", `,"userDefinedFields":[{"name":"backup product","value":"Acronis+1"}]`), 500,
		`{"errors":["The value of field Backup Product exceeds the maximum length of 8."]}`)
	s.want(t, "POST", "Tickets", ticket("x", `,"userDefinedFields":[{"name":"backup product","value":"Veeam"},{"Name":"Site","Value":"A"}]`), 200, `{"itemId":10001}`)
	s.want(t, "POST", "Tickets", ticket("y", `,"userDefinedFields":[{"name":"Backup Product","value":"Other"}]`), 200, `{"itemId":10002}`)

	holds := func(want string) {
		t.Helper()
		if _, body := s.ask(t, "GET", "Tickets/10001", ""); !strings.Contains(body, `"userDefinedFields":`+want) {
			t.Errorf("the ticket is %s, want the fields %s", body, want)
		}
	}
	holds(`[{"name":"Backup Product","value":"Veeam"},{"name":"Site","value":"A"}]`)
	s.want(t, "PATCH", "Tickets", `{"id":10001,"userDefinedFields":[{"name":"Site","value":"B"}]}`, 200, `{"itemId":10001}`)
	holds(`[{"name":"Backup Product","value":"Veeam"},{"name":"Site","value":"B"}]`)
	s.want(t, "PUT", "Tickets", `{"id":10001,"title":"x","companyID":175,"status":1,"priority":2,"userDefinedFields":[{"name":"Backup Product","value":"Veeam"}]}`, 200, `{"itemId":10001}`)
	holds(`[{"name":"Backup Product","value":"Veeam"},{"name":"Site","value":null}]`)

	found := s.rows(t, "Tickets", `{"filter":[{"op":"eq","udf":true,"field":"Backup Product","value":"veeam"}]}`)
	if diff := cmp.Diff([]int64{10001}, found); diff != "" {
		t.Errorf("tickets by a user-defined field (-want +got):\n%s", diff)
	}
	for query, want := range map[string]string{
		`{"op":"eq","udf":true,"field":"Site","value":"a"},{"op":"or","items":[{"op":"exist","udf":true,"field":"Backup Product"}]}`: `{"errors":["Queries are limited to one user-defined field."]}`,
		`{"op":"eq","field":"Backup Product","value":"Veeam"}`:                                                                       `{"errors":["Unable to find Backup Product in the Tickets entity."]}`,
		`{"op":"eq","udf":true,"field":"title","value":"x"}`:                                                                         `{"errors":["Unable to find title in the Tickets entity."]}`,
	} {
		s.want(t, "POST", "Tickets/query", `{"filter":[`+query+`]}`, 500, want)
	}
}

func TestSeedsThatCannotBePlayed(t *testing.T) {
	t.Parallel()
	for name, seed := range map[string]autotasksim.Seed{
		"a resource twice":       {Resources: []autotasksim.Resource{{ID: 1}, {ID: 1}}},
		"no resource":            {Resources: []autotasksim.Resource{}},
		"a field twice":          {UserDefinedFields: []autotasksim.UserDefinedField{{Name: "A"}, {Name: "a"}}},
		"a field without a name": {UserDefinedFields: []autotasksim.UserDefinedField{{}}},
		"no such language":       {Language: "xx"},
	} {
		if _, err := autotasksim.New(autotasksim.Options{Now: morning, Seed: &seed}); err == nil {
			t.Errorf("New took a seed with %s", name)
		}
	}
}

// TestTheDocumentedSeedCanBePlayed takes the example from the document.
func TestTheDocumentedSeedCanBePlayed(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../../docs/autotask-simulator.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(document), "```json\n")
	example, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatal("the document has no example of a seed")
	}
	seed, err := autotasksim.ReadSeed([]byte(example))
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, autotasksim.Options{Seed: &seed})
	if second := s.TenantOf("sandbox@example.net"); second == nil || second.CI() != 654321 {
		t.Error("the documented tenant is not there")
	}
	for _, kind := range autotasksim.FaultKinds() {
		if !strings.Contains(string(document), "`"+string(kind)+"`") {
			t.Errorf("the document lacks the failure %q", kind)
		}
	}
}
