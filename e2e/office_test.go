package e2e_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/backup"
	"backupchecks/internal/demo"
	"backupchecks/internal/secret"
	"backupchecks/internal/store/storetest"
)

// Ids of the simulator's default tenant.
const (
	acmeCompany   = 175
	helpdeskQueue = 29682833
)

// office is an instance with a simulated Autotask beside it, ready to make tickets for the
// customer Acme.
type office struct {
	*site
	sim      *autotasksim.Server
	admin    string // a token
	operator string
	servers  []*server
	mails    []demo.Mail // that tell of errors, not sent yet
}

// openOffice sets an office up on a database address and serves it by so many processes.
func openOffice(t *testing.T, database string, processes int) *office {
	t.Helper()
	sim, err := autotasksim.New(autotasksim.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	desk := httptest.NewServer(sim)
	t.Cleanup(func() {
		desk.CloseClientConnections() // some are held on purpose
		desk.Close()
	})
	o := &office{site: newSite(t), sim: sim, mails: failures()}
	o.env["BACKUPCHECKS_DATABASE"] = database
	o.env["BACKUPCHECKS_AUTOTASK_DISCOVERY_URL"] = desk.URL
	if strings.HasPrefix(database, "postgres") {
		o.env["BACKUPCHECKS_SECRET_KEY"] = secret.GenerateKey()
	}
	o.admin, o.operator = o.token(t, "admin"), o.token(t, "operator")
	for range processes {
		o.servers = append(o.servers, o.serve(t))
	}
	o.asAdmin().ask(t, "PATCH", "/settings/autotask", fmt.Sprintf(`{"enabled":true,"environment":"sandbox",
		"username":"api@example.com","password":"secret","tracking_identifier":"TRACKING-ID","base_url":"https://backups.example.com",
		"queue_id":%d,"source_id":8,"status_id":1,"priority_warning":2,"priority_error":1,"allow_resolve":true}`, helpdeskQueue)).want(t, 200)
	o.asAdmin().ask(t, "POST", "/settings/autotask/refresh", "").want(t, 200)
	acme := read[struct{ ID int64 }](t, o.asOperator().ask(t, "POST", "/customers", `{"name":"Acme"}`).want(t, 201))
	o.asOperator().ask(t, "PUT", fmt.Sprintf("/customers/%d/autotask", acme.ID), fmt.Sprintf(`{"company_id":%d}`, acmeCompany)).want(t, 200)
	return o
}

// onEach runs a story on both databases.
func onEach(t *testing.T, story func(t *testing.T, database string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		story(t, "sqlite:backupchecks.db")
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		story(t, storetest.PostgresURL(t))
	})
}

// failures are mails of the demo that tell of errors beyond doubt.
func failures() []demo.Mail {
	var found []demo.Mail
	for _, mail := range demo.Nights(1, firstNight(), 1)[0].Mails {
		if mail.Meaning.Confidence == backup.Sure && mail.Meaning.Status == backup.StatusError && mail.Customer != "" {
			found = append(found, mail)
		}
	}
	return found
}

func (o *office) asAdmin() client    { return client{o.servers[0].url, o.admin} }
func (o *office) asOperator() client { return client{o.servers[0].url, o.operator} }

// failedRun sends a mail that tells of an error, approves it for Acme and returns its run.
func (o *office) failedRun(t *testing.T) int64 {
	t.Helper()
	if len(o.mails) == 0 {
		t.Fatal("the demo has no more mails that tell of errors")
	}
	mail := o.mails[0]
	o.mails = o.mails[1:]
	stored := read[messageShape](t, o.asOperator().ask(t, "POST", "/messages", string(mail.Raw)).want(t, 201))
	approved := read[messageShape](t, o.asOperator().ask(t, "POST", fmt.Sprintf("/messages/%d/approve", stored.ID), `{"customer_name":"Acme"}`).want(t, 200))
	if approved.State != "filed" || len(approved.RunIDs) != 1 {
		t.Fatalf("approving %q made %+v, want one run", mail.Meaning.Job, approved)
	}
	return approved.RunIDs[0]
}

func (o *office) run(t *testing.T, id int64) runShape {
	t.Helper()
	return read[runShape](t, o.asOperator().ask(t, "GET", fmt.Sprintf("/runs/%d", id), "").want(t, 200))
}

// create asks for the ticket of a run.
func (o *office) create(t *testing.T, id int64) answer {
	t.Helper()
	return o.asOperator().ask(t, "POST", fmt.Sprintf("/runs/%d/ticket", id), "")
}

// wantOneTicket checks that the run has one open ticket, and Autotask the same one and no
// other whose title tells of the run's job.
func (o *office) wantOneTicket(t *testing.T, id int64) {
	t.Helper()
	run := o.run(t, id)
	if run.Ticket == nil || run.Ticket.State != "open" || !run.Ticket.Active || run.Ticket.Detail != "" {
		t.Fatalf("run %d shows the ticket %+v, want an open one", id, run.Ticket)
	}
	var held []autotasksim.Ticket
	for _, ticket := range o.sim.Tickets() {
		if ticket.Title == fmt.Sprintf("[Backupchecks] Acme - %s - Error", run.Job.Name) {
			held = append(held, ticket)
		}
	}
	if len(held) != 1 {
		t.Fatalf("Autotask holds %d tickets for run %d, want 1: %+v", len(held), id, held)
	}
	if held[0].TicketNumber != run.Ticket.Number || held[0].ID != run.Ticket.AutotaskID {
		t.Errorf("the run shows ticket %s, Autotask made %s", run.Ticket.Number, held[0].TicketNumber)
	}
	if held[0].CompanyID != acmeCompany || held[0].QueueID != helpdeskQueue {
		t.Errorf("Autotask holds the ticket in queue %d of company %d", held[0].QueueID, held[0].CompanyID)
	}
}
