package autotask_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/autotask"
	"backupchecks/internal/autotask/autotasksim"
)

func TestCreateTicketAndReadItBack(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, autotasksim.Options{})
	id, err := tenant.CreateTicket(t.Context(), newTicket("Backup failed: Büro <srv-01>", "bkc-1"))
	if err != nil {
		t.Fatalf("CreateTicket: %v", err)
	}
	got, err := tenant.Client.Ticket(t.Context(), id)
	if err != nil {
		t.Fatalf("Ticket: %v", err)
	}
	want := autotask.Ticket{
		ID: id, TicketNumber: "T20260302.0001", CompanyID: 175, Title: "Backup failed: Büro <srv-01>", Status: 1,
		Priority: new(int64(2)), QueueID: new(int64(8)), Source: new(int64(8)), ExternalID: "bkc-1",
		CreateDate: new(morning()), LastActivityDate: new(morning()),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Ticket (-want +got):\n%s", diff)
	}
	inside, _ := tenant.Server.Ticket(id)
	if inside.Description != "Details of Backup failed: Büro <srv-01>" || !inside.DueDateTime.Equal(morning().Add(8*time.Hour)) {
		t.Errorf("Autotask holds description %q and due date %v", inside.Description, inside.DueDateTime)
	}
	byNumber, err := tenant.TicketByNumber(t.Context(), " t20260302.0001 ")
	if err != nil {
		t.Fatalf("TicketByNumber: %v", err)
	}
	if diff := cmp.Diff(want, byNumber); diff != "" {
		t.Errorf("TicketByNumber (-want +got):\n%s", diff)
	}
}

func TestATicketForCompanyZero(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, autotasksim.Options{})
	ticket := newTicket("ours", "k0")
	ticket.CompanyID, ticket.QueueID, ticket.Source = 0, new(int64(29682833)), nil
	id, err := tenant.CreateTicket(t.Context(), ticket)
	if err != nil {
		t.Fatalf("CreateTicket: %v", err)
	}
	got, err := tenant.Client.Ticket(t.Context(), id)
	if err != nil || got.CompanyID != 0 || got.Source != nil {
		t.Errorf("Ticket: company %d, source %v (%v), want company 0 and no source", got.CompanyID, got.Source, err)
	}
}

func TestMissingTickets(t *testing.T) {
	t.Parallel()
	for _, as404 := range []bool{false, true} {
		tenant := newTenant(t, autotasksim.Options{MissingAs404: as404})
		hidden, err := tenant.CreateTicket(t.Context(), newTicket("hidden", "k1"))
		if err != nil {
			t.Fatalf("CreateTicket: %v", err)
		}
		deleted, err := tenant.CreateTicket(t.Context(), newTicket("deleted", "k2"))
		if err != nil {
			t.Fatalf("CreateTicket: %v", err)
		}
		if err := errors.Join(tenant.HideTicket(hidden, true), tenant.DeleteTicket(deleted)); err != nil {
			t.Fatal(err)
		}
		for name, id := range map[string]int64{"never there": 99, "hidden": hidden, "deleted": deleted} {
			_, err := tenant.Client.Ticket(t.Context(), id)
			wantKind(t, fmt.Sprintf("Ticket %s with MissingAs404 %v", name, as404), err, autotask.NotFound)
		}
		_, err = tenant.TicketByNumber(t.Context(), "T20260302.0002")
		wantKind(t, "TicketByNumber of a deleted ticket", err, autotask.NotFound)
		_, err = tenant.TicketByNumber(t.Context(), "  ")
		wantKind(t, "TicketByNumber of nothing", err, autotask.NotFound)
		_, err = tenant.Company(t.Context(), 9999)
		wantKind(t, "Company", err, autotask.NotFound)
	}
}

func TestDeletedTicketLogs(t *testing.T) {
	t.Parallel()
	seed := autotasksim.DefaultSeed()
	tenant := newTenant(t, autotasksim.Options{Seed: &seed})
	id, err := tenant.CreateTicket(t.Context(), newTicket("gone", "k"))
	if err != nil {
		t.Fatalf("CreateTicket: %v", err)
	}
	logs, err := tenant.DeletedTicketLogs(t.Context(), id)
	if err != nil || len(logs) != 0 {
		t.Fatalf("DeletedTicketLogs before: %v (%v), want none", logs, err)
	}
	if err := tenant.DeleteTicket(id); err != nil {
		t.Fatal(err)
	}
	logs, err = tenant.DeletedTicketLogs(t.Context(), id)
	want := []autotask.DeletedTicketLog{{
		ID: 1, TicketID: id, TicketNumber: "T20260302.0001", TicketTitle: "gone", DeletedByResourceID: 29682886,
		DeletedDateTime: new(morning()),
	}}
	if diff := cmp.Diff(want, logs); err != nil || diff != "" {
		t.Errorf("DeletedTicketLogs: error %v (-want +got):\n%s", err, diff)
	}
	seed.Users[0].Denied = []string{"DeletedTicketLogs"}
	tenant.SetUser(seed.Users[0])
	_, err = tenant.DeletedTicketLogs(t.Context(), id)
	wantKind(t, "DeletedTicketLogs without the right", err, autotask.Forbidden)
}

func TestTicketsByExternalIDAreExact(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, autotasksim.Options{})
	for _, key := range []string{"bkc-a", "BKC-A", "bkc-a ", "bkc-b"} {
		if _, err := tenant.AddTicket(autotasksim.Ticket{CompanyID: 175, Title: key, ExternalID: key}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := tenant.Client.TicketsByExternalID(t.Context(), "bkc-a")
	if err != nil || len(got) != 1 || got[0].ExternalID != "bkc-a" {
		t.Errorf("TicketsByExternalID = %v (%v), want the one exact match", got, err)
	}
	got, err = tenant.Client.TicketsByExternalID(t.Context(), "bkc-c")
	if err != nil || len(got) != 0 {
		t.Errorf("TicketsByExternalID of an unused key = %v (%v), want none", got, err)
	}
	before := tenant.Count("POST Tickets/query")
	_, err = tenant.Client.TicketsByExternalID(t.Context(), "")
	wantKind(t, "TicketsByExternalID of nothing", err, autotask.Refused)
	if tenant.Count("POST Tickets/query") != before {
		t.Error("an empty key was asked for; it would match foreign tickets")
	}
}

func TestIgnoredFiltersAreNoticed(t *testing.T) {
	t.Parallel()
	client, _ := newScripted(t, func(r *http.Request) (int, string) {
		return http.StatusOK, `{"items":[{"id":7,"ticketID":7,"companyID":1,"status":1,"ticketNumber":"T1","externalID":"other"}],"pageDetails":{}}`
	})
	calls := map[string]func() error{
		"TicketsByExternalID": func() error { _, err := client.TicketsByExternalID(t.Context(), "mine"); return err },
		"TicketByNumber":      func() error { _, err := client.TicketByNumber(t.Context(), "T2"); return err },
		"TicketsByID":         func() error { _, err := client.TicketsByID(t.Context(), []int64{8, 9}); return err },
		"TicketNotes":         func() error { _, err := client.TicketNotes(t.Context(), 8); return err },
		"TimeEntries":         func() error { _, err := client.TimeEntries(t.Context(), 8); return err },
		"DeletedTicketLogs":   func() error { _, err := client.DeletedTicketLogs(t.Context(), 8); return err },
	}
	for name, call := range calls {
		wantKind(t, name, call(), autotask.BadAnswer)
	}
}

func TestFiveHundredTicketsTakeThreeRequests(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, autotasksim.Options{})
	var ids, want []int64
	for i := range 500 {
		id, err := tenant.AddTicket(autotasksim.Ticket{CompanyID: 175, Title: fmt.Sprint("ticket ", i)})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
		switch i {
		case 3:
			err = tenant.DeleteTicket(id)
		case 333:
			err = tenant.HideTicket(id, true)
		default:
			want = append(want, id)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Reverse(ids)
	tickets, err := tenant.TicketsByID(t.Context(), append(ids, ids[0]))
	if err != nil {
		t.Fatalf("TicketsByID: %v", err)
	}
	var got []int64
	for _, ticket := range tickets {
		got = append(got, ticket.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("TicketsByID (-want +got):\n%s", diff)
	}
	if got := tenant.Count("POST Tickets/query"); got != 3 {
		t.Errorf("sent %d queries, want 3", got)
	}
	if none, err := tenant.TicketsByID(t.Context(), nil); err != nil || len(none) != 0 || tenant.Count("POST Tickets/query") != 3 {
		t.Errorf("TicketsByID of nothing = %v (%v) with a request", none, err)
	}
}

func TestPagesRepeatMethodAndBody(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, autotasksim.Options{})
	for i := range 1203 {
		company := int64(175 + i%2)
		if _, err := tenant.AddTicket(autotasksim.Ticket{CompanyID: company, Title: fmt.Sprint("ticket ", i)}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := tenant.QueryTickets(t.Context(), 0, autotask.Gte("id", 0), autotask.NotEq("status", 5))
	if err != nil || len(all) != 1203 {
		t.Fatalf("QueryTickets: %d tickets (%v), want 1203", len(all), err)
	}
	if got := [2]int{tenant.Count("POST Tickets/query"), tenant.Count("POST Tickets/query/next")}; got != [2]int{1, 2} {
		t.Errorf("sent %v first and next pages, want one and two", got)
	}
	of176, err := tenant.QueryTickets(t.Context(), 600, autotask.Eq("companyID", 176))
	if err != nil || len(of176) != 600 {
		t.Fatalf("QueryTickets of a company: %d tickets (%v), want 600", len(of176), err)
	}
	for _, ticket := range of176 {
		if ticket.CompanyID != 176 {
			t.Fatalf("ticket %d is of company %d: a page lost the filter", ticket.ID, ticket.CompanyID)
		}
	}
	ten, err := tenant.QueryTickets(t.Context(), 10, autotask.Gte("id", 0))
	if err != nil || len(ten) != 10 {
		t.Errorf("QueryTickets with a limit: %d tickets (%v), want 10", len(ten), err)
	}
}

func TestPagesElsewhereGetNoCredentials(t *testing.T) {
	t.Parallel()
	const home = "https://webservices19.autotask.net/ATServicesRest/V1.0/"
	for _, next := range []string{
		"https://evil.example/ATServicesRest/V1.0/Tickets/query/next", "https://webservices3.autotask.net/ATServicesRest/V1.0/x",
		"http://webservices19.autotask.net/ATServicesRest/V1.0/x", "https://webservices19.autotask.net/elsewhere/x",
		"https://a:b@webservices19.autotask.net/ATServicesRest/V1.0/x", "//evil.example/ATServicesRest/V1.0/x",
		home + "../../elsewhere", home,
	} {
		client, sent := newScripted(t, func(*http.Request) (int, string) {
			return http.StatusOK, `{"items":[{"id":1,"companyID":1,"status":1}],"pageDetails":{"nextPageUrl":"` + next + `"}}`
		})
		_, err := client.QueryTickets(t.Context(), 0, autotask.Gte("id", 0))
		wantKind(t, "a next page at "+next, err, autotask.UnsafeAddress)
		if len(sent.requests) != 2 {
			t.Errorf("next page at %s: sent %d requests, want discovery and first page", next, len(sent.requests))
		}
	}
}

func TestEndlessPagesEnd(t *testing.T) {
	t.Parallel()
	const next = "https://webservices19.autotask.net/ATServicesRest/V1.0/Tickets/query/next?paging="
	for name, page := range map[string]func(n int) string{
		"the same address": func(int) string { return next + "1" },
		"ever new ones":    func(n int) string { return next + fmt.Sprint(n) },
	} {
		pages := 0
		client, _ := newScripted(t, func(*http.Request) (int, string) {
			pages++
			return http.StatusOK, `{"items":[{"id":1,"companyID":1,"status":1}],"pageDetails":{"nextPageUrl":"` + page(pages) + `"}}`
		})
		_, err := client.QueryTickets(t.Context(), 0, autotask.Gte("id", 0))
		wantKind(t, name, err, autotask.BadAnswer)
		if pages > 200 {
			t.Errorf("%s: asked for %d pages", name, pages)
		}
	}
}

func TestCompanies(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, autotasksim.Options{})
	for _, test := range []struct {
		text  string
		limit int
		want  []int64
	}{
		{"acme", 10, []int64{175}},
		{" GROßE ", 10, []int64{181}},
		{"kestrel", 10, []int64{185, 186}},
		{"kestrel", 1, []int64{185}},
		{"k-12", 10, []int64{186}},
		{"lindenhof", 10, []int64{187}},
		{"own", 10, []int64{0}},
		{"nobody's", 10, nil},
		{"", 3, []int64{0, 175, 176}},
	} {
		companies, err := tenant.Client.Companies(t.Context(), test.text, test.limit)
		if err != nil {
			t.Fatalf("Companies(%q): %v", test.text, err)
		}
		var got []int64
		for _, company := range companies {
			got = append(got, company.ID)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("Companies(%q, %d) (-want +got):\n%s", test.text, test.limit, diff)
		}
	}
	for _, want := range []autotask.Company{
		{ID: 0, CompanyName: "Our Own Service Desk", CompanyNumber: "OWN", IsActive: true},
		{ID: 187, CompanyName: "Lindenhof Bakeries", CompanyNumber: "L-02", IsActive: false},
	} {
		got, err := tenant.Company(t.Context(), want.ID)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("Company(%d): error %v (-want +got):\n%s", want.ID, err, diff)
		}
	}
	if err := tenant.RenameCompany(175, "Acme Group"); err != nil {
		t.Fatal(err)
	}
	if got, err := tenant.Company(t.Context(), 175); err != nil || got.CompanyName != "Acme Group" {
		t.Errorf("Company after its renaming: %v (%v)", got, err)
	}
}

func TestNotesAndTimeEntries(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, autotasksim.Options{})
	id, err := tenant.CreateTicket(t.Context(), newTicket("with notes", "k"))
	if err != nil {
		t.Fatalf("CreateTicket: %v", err)
	}
	var want []autotask.Note
	for i := range 130 { // more than a page
		note := autotask.NewNote{
			TicketID: id, Title: fmt.Sprint("note ", i), Description: "line 1\nline 2 é", NoteType: autotask.NoteTypeTaskSummary,
			Publish: autotask.PublishInternal,
		}
		noteID, err := tenant.CreateNote(t.Context(), note)
		if err != nil {
			t.Fatalf("CreateNote: %v", err)
		}
		want = append(want, autotask.Note{
			ID: noteID, TicketID: id, Title: note.Title, Description: note.Description, NoteType: 1, Publish: 2,
			CreateDateTime: new(morning()),
		})
	}
	got, err := tenant.TicketNotes(t.Context(), id)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("TicketNotes: error %v (-want +got):\n%s", err, diff)
	}
	if none, err := tenant.TicketNotes(t.Context(), 99); err != nil || len(none) != 0 {
		t.Errorf("TicketNotes of no ticket = %v (%v), want none", none, err)
	}
	_, err = tenant.CreateNote(t.Context(), autotask.NewNote{TicketID: 99, Title: "x", Description: "x", NoteType: 1, Publish: 2})
	if wantKind(t, "CreateNote on no ticket", err, autotask.Refused); !autotask.NothingDone(err) {
		t.Error("a refused note counts as unclear")
	}

	if err := tenant.AddTimeEntry(id, 1.25, "replaced a disk"); err != nil {
		t.Fatal(err)
	}
	entries, err := tenant.Client.TimeEntries(t.Context(), id)
	wantEntries := []autotask.TimeEntry{{
		ID: 1001, TicketID: id, ResourceID: 29682886, HoursWorked: 1.25, DateWorked: new(morning()), SummaryNotes: "replaced a disk",
	}}
	if diff := cmp.Diff(wantEntries, entries); err != nil || diff != "" {
		t.Errorf("TimeEntries: error %v (-want +got):\n%s", err, diff)
	}
}

func TestUpdateTicketChangesNothingElse(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, autotasksim.Options{})
	id, err := tenant.CreateTicket(t.Context(), newTicket("to resolve", "k"))
	if err != nil {
		t.Fatalf("CreateTicket: %v", err)
	}
	before, _ := tenant.Server.Ticket(id)
	changes := autotask.TicketChanges{Status: new(autotask.StatusComplete), Resolution: new("Backup ran.")}
	if err := tenant.UpdateTicket(t.Context(), id, changes); err != nil {
		t.Fatalf("UpdateTicket: %v", err)
	}
	after, _ := tenant.Server.Ticket(id)
	want := before
	want.Status, want.Resolution, want.CompletedDate = 5, "Backup ran.", morning()
	if diff := cmp.Diff(want, after); diff != "" {
		t.Errorf("after UpdateTicket (-want +got):\n%s", diff)
	}
	err = tenant.UpdateTicket(t.Context(), id, autotask.TicketChanges{Status: new(int64(404))})
	wantKind(t, "UpdateTicket to an unknown status", err, autotask.Refused)
	if again, _ := tenant.Server.Ticket(id); again.Status != 5 {
		t.Errorf("a refused change set status %d", again.Status)
	}
}

func TestFieldsAndRights(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, autotasksim.Options{})
	fields, err := tenant.TicketFields(t.Context())
	if err != nil {
		t.Fatalf("TicketFields: %v", err)
	}
	queues := autotask.Picklist(fields, "QueueId")
	if len(queues) != 6 {
		t.Fatalf("there are %d queues, want 6", len(queues))
	}
	want := autotask.PicklistValue{Value: "29682833", Label: "Helpdesk", SortOrder: 4, IsDefaultValue: true, IsActive: true}
	if diff := cmp.Diff(want, queues[3]); diff != "" {
		t.Errorf("queue (-want +got):\n%s", diff)
	}
	if queues[5].IsActive || queues[5].Label != "Old Backup Queue" {
		t.Errorf("the inactive queue is %+v", queues[5])
	}
	sources := autotask.Picklist(fields, "source")
	if id, isNumber := sources[0].ID(); id != -1 || !isNumber {
		t.Errorf("the first source has id %d, %v; want -1", id, isNumber)
	}
	if got := autotask.Picklist(fields, "title"); got != nil {
		t.Errorf("title has picklist %v", got)
	}
	if subs := autotask.Picklist(fields, "subIssueType"); len(subs) == 0 || subs[0].ParentValue != "10" {
		t.Errorf("sub-issue types are %+v", subs)
	}
	info, err := tenant.TicketInformation(t.Context())
	wantInfo := autotask.EntityInformation{
		Name: "Ticket", CanCreate: true, CanQuery: true, CanUpdate: true,
		UserAccessForCreate: "All", UserAccessForQuery: "All", UserAccessForUpdate: "All",
	}
	if diff := cmp.Diff(wantInfo, info); err != nil || diff != "" {
		t.Errorf("TicketInformation: error %v (-want +got):\n%s", err, diff)
	}
	threshold, err := tenant.Client.Threshold(t.Context())
	if diff := cmp.Diff(autotask.Threshold{10000, 60, 3}, threshold); err != nil || diff != "" {
		t.Errorf("Threshold: error %v (-want +got):\n%s", err, diff)
	}
}

func TestTicketURLOpensTheTicket(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, autotasksim.Options{})
	id, err := tenant.CreateTicket(t.Context(), newTicket("to look at", "k"))
	if err != nil {
		t.Fatalf("CreateTicket: %v", err)
	}
	zone, err := tenant.Zone(t.Context())
	if err != nil {
		t.Fatalf("Zone: %v", err)
	}
	response, err := http.Get(autotask.TicketURL(zone, id))
	if err != nil {
		t.Fatalf("open %s: %v", autotask.TicketURL(zone, id), err)
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || !strings.Contains(string(page), "to look at") {
		t.Errorf("%s answered %d (%v) without the title", autotask.TicketURL(zone, id), response.StatusCode, err)
	}
	if got, want := autotask.TicketURL(autotask.Zone{WebURL: "https://ww19.autotask.net"}, 4711),
		"https://ww19.autotask.net/Mvc/ServiceDesk/TicketDetail.mvc?ticketId=4711"; got != want {
		t.Errorf("TicketURL = %s, want %s", got, want)
	}
	if got := autotask.TicketURL(autotask.Zone{}, 4711); got != "" {
		t.Errorf("TicketURL in a zone without pages = %s, want it empty", got)
	}
}

func TestTypesMayVary(t *testing.T) {
	t.Parallel()
	bodies := []string{
		`{"item":{"id":7,"companyID":0,"status":5,"priority":null,"queueID":29682833,"source":-1,"ticketNumber":"T1","createDate":"2026-03-02T07:30:00.000Z","completedDate":null}}`,
		`{"item":{"ID":"7","CompanyID":"0","Status":"5","priority":"","QueueId":"29682833","source":-1.0,"ticketNumber":"T1","createDate":"2026-03-02T07:30:00","completedDate":""}}`,
		`{"item":{"id":7.0,"companyID":0.0,"status":5,"queueID":2.9682833e7,"source":"-1","ticketNumber":"T1","createDate":"2026-03-02T08:30:00.0+01:00","more":{"x":[1]}}}`,
	}
	want := autotask.Ticket{
		ID: 7, TicketNumber: "T1", Status: 5, QueueID: new(int64(29682833)), Source: new(int64(-1)), CreateDate: new(morning()),
	}
	for _, body := range bodies {
		client, _ := newScripted(t, func(*http.Request) (int, string) { return http.StatusOK, body })
		got, err := client.Ticket(t.Context(), 7)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("Ticket from %s: error %v (-want +got):\n%s", body, err, diff)
		}
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]autotask.Kind{
		`{"item":null}`: autotask.NotFound, `{}`: autotask.NotFound,
		`<html>`: autotask.BadAnswer, ``: autotask.BadAnswer, `[]`: autotask.BadAnswer, `{"item":{}}`: autotask.BadAnswer,
		`{"item":{"id":7,"status":1}}`:                                   autotask.BadAnswer, // no company must not become company 0
		`{"item":{"id":7,"companyID":null,"status":1}}`:                  autotask.BadAnswer,
		`{"item":{"id":8,"companyID":1,"status":1}}`:                     autotask.BadAnswer, // another ticket
		`{"item":{"id":7.5,"companyID":1,"status":1}}`:                   autotask.BadAnswer,
		`{"item":{"id":7,"companyID":1,"status":[1]}}`:                   autotask.BadAnswer,
		`{"item":{"id":7,"companyID":1,"status":1,"createDate":"soon"}}`: autotask.BadAnswer,
	} {
		client, _ := newScripted(t, func(*http.Request) (int, string) { return http.StatusOK, body })
		_, err := client.Ticket(t.Context(), 7)
		wantKind(t, "Ticket from "+body, err, want)
	}
	for _, body := range []string{`{}`, `{"items":null}`, `{"items":[{"id":7}],"pageDetails":{}}`, `{"items":{}}`} {
		client, _ := newScripted(t, func(*http.Request) (int, string) { return http.StatusOK, body })
		_, err := client.QueryTickets(t.Context(), 0, autotask.Gte("id", 0))
		wantKind(t, "QueryTickets from "+body, err, autotask.BadAnswer)
	}
}

func TestAnswersAreLimited(t *testing.T) {
	t.Parallel()
	endless := &endless{}
	client, _ := newClient(t, "", func(cfg *autotask.Config) { cfg.Transport, cfg.AllowPrivate = endless, false })
	_, err := client.Ticket(t.Context(), 7)
	wantKind(t, "Ticket from an endless answer", err, autotask.BadAnswer)
	_, err = client.CreateTicket(t.Context(), newTicket("x", "k"))
	wantKind(t, "CreateTicket with an endless answer", err, autotask.Unclear)
	if endless.read > 40<<20 {
		t.Errorf("%d bytes of two endless answers were read", endless.read)
	}
}

// endless is a transport whose answers to entity calls do not end by themselves.
type endless struct{ read int }

func (e *endless) RoundTrip(r *http.Request) (*http.Response, error) {
	body := io.Reader(e)
	if strings.HasSuffix(r.URL.Path, "/zoneInformation") {
		body = strings.NewReader(zoneAnswer)
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(body), Header: http.Header{}, Request: r}, nil
}

func (e *endless) Read(p []byte) (int, error) {
	if e.read += len(p); e.read > 100<<20 {
		return 0, errors.New("nobody should read this far")
	}
	clear(p)
	return len(p), nil
}

func FuzzAnswers(f *testing.F) {
	f.Add(200, `{"item":{"id":7,"companyID":1,"status":1}}`)
	f.Add(500, `{"errors":["a",{"message":"b"},null,[1]]}`)
	f.Add(200, `{"items":[null,{}],"pageDetails":null}`)
	f.Add(429, ``)
	f.Fuzz(func(t *testing.T, status int, body string) {
		client, _ := newScripted(t, func(*http.Request) (int, string) { return 200 + (status&0x1ff)%400, body })
		ticket, err := client.Ticket(t.Context(), 7)
		if err == nil && ticket.ID != 7 {
			t.Errorf("Ticket(7) from %q is ticket %d", body, ticket.ID)
		}
		if err != nil && (autotask.KindOf(err) == "" || !utf8.ValidString(strings.Join(messagesOf(err), ""))) {
			t.Errorf("the error %q has no kind or a broken text", err)
		}
		id, err := client.CreateTicket(t.Context(), newTicket("x", "k"))
		if err == nil && id <= 0 {
			t.Errorf("CreateTicket from %q is ticket %d", body, id)
		}
	})
}

func messagesOf(err error) []string {
	if e, ok := errors.AsType[*autotask.Error](err); ok {
		return e.Messages
	}
	return nil
}
