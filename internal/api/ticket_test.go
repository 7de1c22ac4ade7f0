package api_test

import (
	"fmt"
	"strings"
	"testing"

	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/backup"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

// ticketOf is the address of a run's ticket.
func ticketOf(run backup.Run) string { return fmt.Sprintf("/runs/%d/ticket", run.ID) }

func TestCreateATicket(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		s.connect(t)
		s.ask(t, admin, "POST", "/settings/autotask/refresh", "").want(t, 200)
		run := storetest.Run(t, db, storetest.Failed)

		preview := s.ask(t, operator, "GET", ticketOf(run)+"/preview", "").want(t, 200)
		preview.has(t, "title", "[Backupchecks] Acme - Daily Servers - Error").has(t, "company", "Acme B.V. (175)")
		preview.has(t, "queue", "Helpdesk").has(t, "source", "Monitoring Alert").has(t, "status", "New").has(t, "priority", "High")
		preview.length(t, "blocked_by", 0).says(t, fmt.Sprintf("https://backups.example.com/runs/%d", run.ID))

		created := s.ask(t, operator, "POST", ticketOf(run), "").want(t, 201)
		created.has(t, "state", "open").has(t, "origin", "created").has(t, "active", true).has(t, "run_id", float64(run.ID))
		created.has(t, "status.id", float64(1)).has(t, "status.label", "New").has(t, "created_by", "operator").has(t, "detail", "")
		inside, found := s.sim.Ticket(created.id(t, "autotask_id"))
		if !found || inside.TicketNumber != created.at(t, "number") || inside.CompanyID != acmeCompany || inside.QueueID != helpdeskQueue {
			t.Errorf("Autotask has %+v (%t), want the ticket of %s", inside, found, created.text)
		}
		if url, _ := created.at(t, "url").(string); !strings.HasPrefix(url, "http") {
			t.Errorf("url is %q, want an address", url)
		}

		second := s.ask(t, operator, "POST", ticketOf(run), "").want(t, 409)
		second.has(t, "ticket.number", created.at(t, "number")).has(t, "ticket.id", created.at(t, "id")).says(t, "has ticket "+inside.TicketNumber)
		s.ask(t, operator, "POST", ticketOf(run)+"/link", `{"ticket_number":"T20260101.0001"}`).want(t, 409).has(t, "ticket.id", created.at(t, "id"))
		if len(s.sim.Tickets()) != 1 {
			t.Errorf("Autotask has %d tickets, want 1", len(s.sim.Tickets()))
		}
		s.ask(t, viewer, "GET", fmt.Sprintf("/runs/%d", run.ID), "").want(t, 200).has(t, "ticket.number", inside.TicketNumber).length(t, "tickets", 1)
	})
}

func TestATicketThatIsBlocked(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	run := storetest.Run(t, s.db, storetest.Failed)
	blocked := s.ask(t, operator, "POST", ticketOf(run), "").want(t, 422)
	preview := s.ask(t, operator, "GET", ticketOf(run)+"/preview", "").want(t, 200)
	reasons, _ := preview.at(t, "blocked_by").([]any)
	if len(reasons) < 3 {
		t.Fatalf("preview names %d reasons, want several:\n%s", len(reasons), preview.text)
	}
	blocked.length(t, "errors", len(reasons))
	for i, reason := range reasons {
		blocked.has(t, fmt.Sprintf("errors.%d.message", i), reason).says(t, fmt.Sprint(reason))
	}
	if len(s.sim.Requests()) != 0 {
		t.Errorf("Autotask was asked %d times while the integration is off", len(s.sim.Requests()))
	}
	s.connect(t)
	good := storetest.Run(t, s.db)
	s.ask(t, operator, "POST", ticketOf(good), "").want(t, 422).has(t, "errors.0.message", "This run succeeded, so there is no trouble to open a ticket for.")
}

func TestATicketThatAutotaskRefuses(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	s.connect(t)
	run := storetest.Run(t, s.db, storetest.Failed)
	s.sim.FailNext(1, autotasksim.Fault{Kind: autotasksim.Refuse, Messages: []string{"Missing Required Field: billingCodeID."}})
	refused := s.ask(t, operator, "POST", ticketOf(run), "").want(t, 502).has(t, "detail", "Missing Required Field: billingCodeID.")
	if strings.Contains(refused.text, `"ticket"`) {
		t.Errorf("a refusal names a ticket: %s", refused.text)
	}
	s.ask(t, viewer, "GET", fmt.Sprintf("/runs/%d", run.ID), "").want(t, 200).has(t, "ticket", nil).has(t, "tickets.0.state", "failed").
		has(t, "tickets.0.detail", "Missing Required Field: billingCodeID.").has(t, "tickets.0.number", nil)
	s.ask(t, operator, "POST", ticketOf(run), "").want(t, 201)
}

func TestATicketWhoseCreationIsUnclear(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	s.connect(t)
	run := storetest.Run(t, s.db, storetest.Failed)
	s.sim.FailNext(1, autotasksim.Fault{Kind: autotasksim.CutBefore, On: "POST Tickets"})
	unclear := s.ask(t, operator, "POST", ticketOf(run), "").want(t, 202).has(t, "state", "creating").has(t, "number", nil).has(t, "autotask_id", nil)
	s.ask(t, operator, "POST", ticketOf(run), "").want(t, 409).has(t, "ticket.id", unclear.at(t, "id")).says(t, "being created already")
	s.ask(t, viewer, "POST", ticketOf(run)+"/refresh", "").want(t, 200).has(t, "state", "creating")
	s.ask(t, operator, "POST", ticketOf(run)+"/resolve", "").want(t, 409)
}

func TestAutotaskThatIsAway(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	s.connect(t)
	run := storetest.Run(t, s.db, storetest.Failed)
	s.sim.FailNext(100, autotasksim.Fault{Kind: autotasksim.UnavailableBefore})
	s.ask(t, operator, "POST", ticketOf(run), "").want(t, 503)
	s.ask(t, operator, "GET", "/autotask/companies?query=acme", "").want(t, 503)
	s.ask(t, admin, "POST", "/settings/autotask/refresh", "").want(t, 503)
	s.ask(t, operator, "POST", ticketOf(run)+"/link", `{"autotask_id":1}`).want(t, 503)
	s.ask(t, operator, "POST", fmt.Sprintf("/customers/%d/autotask/refresh", run.Job.CustomerID), "").want(t, 503)
}

func TestLinkRefreshAndResolve(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		s.connect(t)
		add := func(title string) (int64, string) {
			t.Helper()
			id, err := s.sim.AddTicket(autotasksim.Ticket{Title: title, CompanyID: acmeCompany, Source: 8})
			if err != nil {
				t.Fatalf("AddTicket: %v", err)
			}
			ticket, _ := s.sim.Ticket(id)
			return id, ticket.TicketNumber
		}
		id, number := add("Disk is full")
		run := storetest.Run(t, db, storetest.Failed)
		s.ask(t, viewer, "POST", ticketOf(run)+"/refresh", "").want(t, 404).says(t, "has no ticket")
		linked := s.ask(t, operator, "POST", ticketOf(run)+"/link", fmt.Sprintf(`{"ticket_number":%q}`, number)).want(t, 200)
		linked.has(t, "origin", "linked").has(t, "state", "open").has(t, "autotask_id", float64(id))

		s.ask(t, operator, "POST", ticketOf(run)+"/resolve", "").want(t, 200).has(t, "outcome", "closed")
		s.ask(t, operator, "POST", ticketOf(run)+"/resolve", "").want(t, 409).says(t, "is complete in Autotask already")
		s.ask(t, viewer, "POST", ticketOf(run)+"/refresh", "").want(t, 200).has(t, "state", "complete")

		worked, _ := add("Somebody is at it")
		if err := s.sim.AddTimeEntry(worked, 0.5, "looked"); err != nil {
			t.Fatal(err)
		}
		other := storetest.Run(t, db, storetest.Failed)
		s.ask(t, operator, "POST", ticketOf(other)+"/link", fmt.Sprintf(`{"autotask_id":%d}`, worked)).want(t, 200)
		s.ask(t, operator, "POST", ticketOf(other)+"/resolve", "").want(t, 200).has(t, "outcome", "note_only")

		if err := s.sim.DeleteTicket(worked); err != nil {
			t.Fatal(err)
		}
		s.ask(t, viewer, "POST", ticketOf(other)+"/refresh", "").want(t, 200).has(t, "state", "missing").has(t, "active", false)
		s.ask(t, operator, "POST", ticketOf(other)+"/resolve", "").want(t, 409).says(t, "missing in Autotask")
		s.ask(t, viewer, "GET", fmt.Sprintf("/runs/%d", other.ID), "").want(t, 200).has(t, "ticket", nil).has(t, "tickets.0.state", "missing")
	})
}

func TestLinkRefuses(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	s.connect(t)
	run := storetest.Run(t, s.db, storetest.Failed)
	for body, location := range map[string]string{
		`{}`:                                 "body.ticket_number",
		`{"ticket_number":"  "}`:             "body.ticket_number",
		`{"ticket_number":"T20000101.0001"}`: "body.ticket_number",
		`{"autotask_id":4711}`:               "body.ticket_number",
		`{"ticket_number":"T1","autotask_id":4711}`: "body.autotask_id",
		`{"autotask_id":null}`:                      "body.ticket_number",
		`{"number":"T1"}`:                           "body.number",
	} {
		s.ask(t, operator, "POST", ticketOf(run)+"/link", body).want(t, 422).has(t, "errors.0.location", location)
	}
	s.ask(t, operator, "POST", "/runs/4711/ticket/link", `{"autotask_id":1}`).want(t, 404)
	s.ask(t, operator, "POST", "/runs/4711/ticket", "").want(t, 404)
	s.ask(t, operator, "GET", "/runs/4711/ticket/preview", "").want(t, 404)
}

func TestNumbersByHand(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	run := storetest.Run(t, s.db, storetest.Failed)
	path := ticketOf(run) + "/number"
	s.ask(t, operator, "PUT", path, `{"number":"T20260301.0001"}`).want(t, 200).has(t, "origin", "manual").has(t, "number", "T20260301.0001")
	s.ask(t, operator, "PUT", path, `{"number":" "}`).want(t, 422).has(t, "errors.0.field", "number")
	s.ask(t, operator, "PUT", path, `{"number":"`+strings.Repeat("9", 51)+`"}`).want(t, 422)
	s.ask(t, operator, "PUT", "/runs/4711/ticket/number", `{"number":"T1"}`).want(t, 404)
	s.connect(t)
	s.ask(t, operator, "PUT", path, `{"number":"T20260301.0002"}`).want(t, 409).says(t, "not entered by hand")
	s.saveAutotask(t, func(set *settings.AutotaskSettings) { set.AllowManualNumber = true })
	s.ask(t, operator, "PUT", path, `{"number":"T20260301.0002"}`).want(t, 200)
}
