package autotasksim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/autotask/autotasksim"
)

// seeded starts the default tenant with changes to its seed.
func seeded(t testing.TB, now func() time.Time, change func(*autotasksim.Seed)) service {
	t.Helper()
	seed := autotasksim.DefaultSeed()
	change(&seed)
	return start(t, autotasksim.Options{Seed: &seed, Now: now})
}

func TestWorkflowRulesActSomeSecondsLater(t *testing.T) {
	t.Parallel()
	at := morning()
	s := seeded(t, func() time.Time { return at }, func(seed *autotasksim.Seed) {
		seed.Rules = []autotasksim.Rule{
			{Name: "Triage", On: "create", When: map[string]int64{"source": 8, "priority": 2}, Seconds: 4, Set: map[string]any{"status": 8, "queueID": 29682834}},
			{Name: "Thanks", On: "note", Seconds: 2},
			{Name: "Never twice", On: "update", Seconds: 1, Set: map[string]any{"priority": 1, "description": nil}},
		}
	})
	s.want(t, "POST", "Tickets", ticket("matches", `,"source":8,"description":"d"`), 200, `{"itemId":10001}`)
	s.want(t, "POST", "Tickets", ticket("does not", `,"source":4`), 200, `{"itemId":10002}`)
	at = morning().Add(3 * time.Second)
	if got, _ := s.Ticket(10001); got.Status != 1 || s.PendingRules() != 1 {
		t.Errorf("after three seconds: status %d and %d changes to come, want 1 and 1", got.Status, s.PendingRules())
	}
	at = morning().Add(time.Minute)
	if _, body := s.ask(t, "GET", "Tickets/10001", ""); !strings.Contains(body, `"status":8`) || !strings.Contains(body, `"lastActivityDate":"2026-03-02T07:30:04.000Z"`) {
		t.Errorf("after a minute: %s, want a change at four seconds", body)
	}
	want := []autotasksim.Note{{
		ID: 29682801, TicketID: 10001, Title: "Workflow rule: Triage", Description: "queueID: Level II Support\nstatus: In Progress",
		NoteType: 13, Publish: 2, CreateDateTime: morning().Add(4 * time.Second),
	}}
	if diff := cmp.Diff(want, s.Notes(10001)); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if got, _ := s.Ticket(10002); got.Status != 1 || len(s.Notes(10002)) != 0 {
		t.Errorf("a ticket that the rule is not about: %+v", got)
	}

	// A note sets off its rule, an update its own; what rules do sets off none.
	s.want(t, "POST", "Tickets/10001/Notes", `{"title":"t","description":"d","noteType":1,"publish":2}`, 200, `{"itemId":29682802}`)
	s.want(t, "PATCH", "Tickets", `{"id":10001,"status":5}`, 200, `{"itemId":10001}`)
	if s.PendingRules() != 2 {
		t.Errorf("there are %d changes to come, want 2", s.PendingRules())
	}
	s.RunRules()
	got, _ := s.Ticket(10001)
	if got.Priority != 1 || got.Description != "" || got.Status != 5 || len(s.Notes(10001)) != 4 || s.PendingRules() != 0 {
		t.Errorf("after all rules: %+v with %d notes and %d changes to come", got, len(s.Notes(10001)), s.PendingRules())
	}

	// A ticket that is gone by then stays gone.
	s.want(t, "PATCH", "Tickets", `{"id":10002,"status":8}`, 200, `{"itemId":10002}`)
	if err := s.DeleteTicket(10002); err != nil {
		t.Fatal(err)
	}
	if s.RunRules(); len(s.Tickets()) != 1 {
		t.Errorf("there are %d tickets, want 1", len(s.Tickets()))
	}
}

func TestWhatPeopleDoSetsOffRules(t *testing.T) {
	t.Parallel()
	s := seeded(t, morning, func(seed *autotasksim.Seed) {
		for _, on := range []string{"create", "update", "note"} {
			seed.Rules = append(seed.Rules, autotasksim.Rule{Name: on, On: on, Seconds: 1})
		}
	})
	for range 2 {
		if _, err := s.AddTicket(autotasksim.Ticket{CompanyID: 175, Title: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		name string
		do   func() error
		want int // changes to come
	}{
		{"two tickets", func() error { return nil }, 2},
		{"a status", func() error { return s.SetTicketStatus(10001, 5) }, 1},
		{"a move", func() error { return s.MoveTicket(10001, 176) }, 1},
		{"a note", func() error { return s.AddNote(10001, "t", "d", 2) }, 1},
		{"a merge, which adds two notes", func() error { return s.MergeTickets(10001, 10002) }, 3},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		if got := s.PendingRules(); got != step.want {
			t.Errorf("%s: %d changes to come, want %d", step.name, got, step.want)
		}
		s.RunRules()
	}
}

func TestRulesThatCannotBeFollowed(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]autotasksim.Rule{
		"no such write":     {Name: "x", On: "delete"},
		"no name":           {On: "create"},
		"before the write":  {Name: "x", On: "create", Seconds: -1},
		"no such condition": {Name: "x", On: "create", When: map[string]int64{"title": 1}},
		"no such field":     {Name: "x", On: "create", Set: map[string]any{"nothing": 1}},
		"not to be set":     {Name: "x", On: "create", Set: map[string]any{"createDate": "2026-03-02"}},
		"no such value":     {Name: "x", On: "create", Set: map[string]any{"status": 404}},
		"another kind":      {Name: "x", On: "create", Set: map[string]any{"status": "open"}},
		"too long":          {Name: "x", On: "create", Set: map[string]any{"title": strings.Repeat("x", 256)}},
		"not to be emptied": {Name: "x", On: "create", Set: map[string]any{"title": nil}},
	} {
		seed := autotasksim.DefaultSeed()
		seed.Rules = []autotasksim.Rule{rule}
		if _, err := autotasksim.New(autotasksim.Options{Now: morning, Seed: &seed}); err == nil {
			t.Errorf("New took a rule with %s", name)
		}
	}
}

func TestDuplicatesFoldIntoTheOpenTicket(t *testing.T) {
	t.Parallel()
	s := seeded(t, morning, func(seed *autotasksim.Seed) { seed.FoldDuplicates = true })
	s.want(t, "POST", "Tickets", ticket("Backup failed", `,"externalID":"first"`), 200, `{"itemId":10001}`)
	s.want(t, "POST", "Tickets", ticket("BACKUP FAILED ", `,"externalID":"second","description":"again"`), 200, `{"itemId":10001}`)
	if got := s.Notes(10001); len(got) != 1 || got[0].NoteType != 15 || got[0].Description != "again" {
		t.Errorf("notes are %+v, want one of type 15", got)
	}
	if got := s.TicketsByExternalID("second"); len(got) != 0 || len(s.Tickets()) != 1 {
		t.Errorf("the second key made a ticket: %+v", s.Tickets())
	}
	s.want(t, "POST", "Tickets", `{"companyID":176,"title":"Backup failed","status":1,"priority":2,"queueID":8}`, 200, `{"itemId":10002}`)
	s.want(t, "PATCH", "Tickets", `{"id":10001,"status":5}`, 200, `{"itemId":10001}`)
	s.want(t, "POST", "Tickets", ticket("Backup failed", ""), 200, `{"itemId":10003}`)

	apart := start(t, autotasksim.Options{})
	apart.want(t, "POST", "Tickets", ticket("Backup failed", ""), 200, `{"itemId":10001}`)
	apart.want(t, "POST", "Tickets", ticket("Backup failed", ""), 200, `{"itemId":10002}`)
}

func TestMergingClosesTheSource(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	s.want(t, "POST", "Tickets", ticket("source", ""), 200, `{"itemId":10001}`)
	s.want(t, "POST", "Tickets", ticket("target", ""), 200, `{"itemId":10002}`)
	if err := s.MergeTickets(10001, 10002); err != nil {
		t.Fatal(err)
	}
	source, target := s.Notes(10001), s.Notes(10002)
	if len(source) != 1 || source[0].NoteType != 93 || source[0].Title != "Merged into T20260302.0002" {
		t.Errorf("the source's notes are %+v", source)
	}
	if len(target) != 1 || target[0].NoteType != 94 || target[0].Title != "Absorbed T20260302.0001" {
		t.Errorf("the target's notes are %+v", target)
	}
	if _, body := s.ask(t, "GET", "Tickets/10001", ""); !strings.Contains(body, `"status":5`) || !strings.Contains(body, `"completedDate":"2026-03-02T07:30:00.000Z"`) {
		t.Errorf("the source is %s, want it complete and readable", body)
	}
	if got, _ := s.Ticket(10002); got.Status != 1 {
		t.Errorf("the target's status is %d, want 1", got.Status)
	}
	if got := s.DeletedTickets(); len(got) != 0 {
		t.Errorf("merging left traces of deletion: %+v", got)
	}
	for _, pair := range [][2]int64{{10001, 10001}, {10001, 99}, {99, 10001}} {
		if err := s.MergeTickets(pair[0], pair[1]); err == nil {
			t.Errorf("MergeTickets(%d, %d) found no fault", pair[0], pair[1])
		}
	}
	if err := s.ReopenTicket(10001); err != nil {
		t.Fatal(err)
	}
	if got, _ := s.Ticket(10001); got.Status != 1 || !got.CompletedDate.IsZero() {
		t.Errorf("after reopening: %+v", got)
	}
}

func TestDeletionTellsWhoDeleted(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	for range 2 {
		s.ask(t, "POST", "Tickets", ticket("x", ""))
	}
	if err := s.DeleteTicket(10001); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteTicketBy(10002, 29682887); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteTicketBy(10002, 1); err == nil {
		t.Error("DeleteTicketBy took a resource that is not there")
	}
	const query = `{"filter":[{"op":"eq","field":"ticketID","value":10002}]}`
	s.want(t, "POST", "DeletedTicketLogs/query", query, 200, `{"items":[{"deletedByResourceID":29682887,"deletedDateTime":"2026-03-02T07:30:00.000Z",`+
		`"id":2,"ticketID":10002,"ticketNumber":"T20260302.0002","ticketTitle":"x","userDefinedFields":[]}],"pageDetails":{"count":1,"nextPageUrl":null,"prevPageUrl":null,"requestCount":500}}`)
	s.want(t, "GET", "Resources/29682887", "", 200, `{"item":{"firstName":"Night","id":29682887,"isActive":true,"lastName":"Shift","userDefinedFields":[],"userName":"nightshift"}}`)
	if got := s.DeletedTickets(); got[0].DeletedBy != "Service Desk" || got[1].DeletedBy != "Night Shift" {
		t.Errorf("deleted by %q and %q", got[0].DeletedBy, got[1].DeletedBy)
	}
	if err := s.Deny("deletedticketlogs", true); err != nil {
		t.Fatal(err)
	}
	s.want(t, "POST", "DeletedTicketLogs/query", query, 500, `{"errors":["The logged in Resource does not have the adequate permissions to query this entity."]}`)
	s.want(t, "GET", "Tickets/10002", "", 200, `{"item":null}`)
	if err := s.Deny("DeletedTicketLogs", false); err != nil {
		t.Fatal(err)
	}
	if got := s.rows(t, "DeletedTicketLogs", query); len(got) != 1 {
		t.Errorf("after giving the right back: %v", got)
	}
	if err := s.Deny("Nothing", true); err == nil {
		t.Error("Deny took an entity that is not there")
	}
}

func TestAHiddenTicketHidesWhatBelongsToIt(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	s.want(t, "POST", "Tickets", ticket("x", ""), 200, `{"itemId":10001}`)
	s.want(t, "POST", "Tickets", ticket("y", ""), 200, `{"itemId":10002}`)
	s.want(t, "POST", "Tickets/10001/Notes", `{"title":"t","description":"d","noteType":1,"publish":2}`, 200, `{"itemId":29682801}`)
	if err := s.AddTimeEntry(10001, 1, ""); err != nil {
		t.Fatal(err)
	}
	s.want(t, "GET", "Tickets/10002/Notes/29682801", "", 200, `{"item":null}`)
	if err := s.HideTicket(10001, true); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"Tickets/10001", "Tickets/10001/Notes/29682801", "TicketNotes/29682801", "TimeEntries/1001"} {
		s.want(t, "GET", path, "", 200, `{"item":null}`)
	}
	for _, entity := range []string{"TicketNotes", "TimeEntries"} {
		if got := s.rows(t, entity, `{"filter":[{"op":"eq","field":"ticketID","value":10001}]}`); len(got) != 0 {
			t.Errorf("%s of a hidden ticket: %v", entity, got)
		}
	}
}
