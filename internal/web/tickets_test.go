package web_test

import (
	"fmt"
	"strings"
	"testing"

	"backupchecks/internal/backup"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestTicketsShowTheirStateAndWhereTheyAre(t *testing.T) {
	t.Parallel()
	s := newTenantScene(t)
	s.setUp(t, ready())
	job := storetest.Job(t, s.db, "Acme", "Daily Servers")
	if _, err := s.station.Map(t.Context(), admin(), job.CustomerID, acmeCompany); err != nil {
		t.Fatal(err)
	}
	deleted, complete, open := s.ticket(t, job), s.ticket(t, job), s.ticket(t, job)
	if err := s.sim.DeleteTicket(*deleted.AutotaskID); err != nil {
		t.Fatal(err)
	}
	if err := s.sim.SetTicketStatus(*complete.AutotaskID, 5); err != nil {
		t.Fatal(err)
	}
	for _, one := range []backup.Ticket{deleted, complete} {
		if _, err := s.station.Refresh(t.Context(), admin(), one.RunID); err != nil {
			t.Fatal(err)
		}
	}

	site := s.as(t, "operator")
	page := site.Get(t, "/tickets").
		Has(t, ".ticket-open", "Open").Has(t, ".ticket-complete", "Complete").Has(t, ".ticket-missing", "Missing in Autotask (deleted)").
		Has(t, "#tickets tr:first-child th", open.Number).Has(t, "#tickets td", "created by ada").
		Has(t, fmt.Sprintf("#tickets a[href='/runs/%d']", open.RunID), "").Has(t, fmt.Sprintf("#tickets a[href='/jobs/%d']", job.ID), "Daily Servers")
	link := "#tickets tr:first-child th a"
	if got := page.Attr(t, link, "href"); got != open.URL || got == "" {
		t.Errorf("the number links to %q, want %q", got, open.URL)
	}
	if got := page.Attr(t, link, "target") + " " + page.Attr(t, link, "rel"); got != "_blank noopener noreferrer" {
		t.Errorf("the link has %q, want a new tab that cannot reach back", got)
	}
	for state, want := range map[string]string{"open": open.Number, "complete": complete.Number, "missing": deleted.Number} {
		one := page.Click(t, ".tabs a[href='/tickets?state="+state+"']").Has(t, "#tickets th", want).Has(t, ".tabs [aria-current]", "")
		if got := one.Count(t, "#tickets tbody tr"); got != 1 {
			t.Errorf("%s: %d tickets, want one", state, got)
		}
	}
	page.Click(t, ".tabs a[href='/tickets?state=failed']").Has(t, ".empty", "No ticket in this state")

	reporter := s.as(t, "reporter").Get(t, "/tickets").Has(t, link, open.Number).Has(t, "#tickets td", "Daily Servers")
	reporter.HasNot(t, "#tickets a[href^='/']").HasNot(t, "main form")

	production := ready()
	production.Environment = settings.Production
	s.setUp(t, production)
	site.Get(t, "/tickets").Has(t, "#tickets .chip", "Other environment")
}

func TestTicketNumbersByHandAreText(t *testing.T) {
	t.Parallel()
	s := newTenantScene(t)
	site := s.as(t, "reporter")
	site.Get(t, "/tickets").Has(t, ".empty", "There are no tickets yet").HasNot(t, "main a[href='/run-checks']")
	for i, name := range hostileNames() {
		run := storetest.Run(t, s.db, storetest.Failed, storetest.Of(storetest.Job(t, s.db, "Acme", fmt.Sprintf("Job %d", i))))
		number := string([]rune(name)[:min(50, len([]rune(name)))])
		if _, err := s.station.SetNumber(t.Context(), admin(), run.ID, number); err != nil {
			t.Fatal(err)
		}
	}
	page := site.Get(t, "/tickets").Has(t, ".ticket-manual", "Manual number").Has(t, "#tickets td", "entered by ada").Has(t, "#tickets td", "Never")
	for _, name := range hostileNames() {
		wantText(t, "the list", page.Body, name)
	}
	// An address that is no web address must not become a link.
	run := storetest.Run(t, s.db, storetest.Failed)
	err := s.db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.AddTicket(t.Context(), backup.Ticket{
			RunID: run.ID, Origin: backup.TicketLinked, State: backup.TicketOpen, Active: true, Number: "T1", URL: "javascript:alert(1)", CreatedBy: "ada",
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if body := site.Get(t, "/tickets").Body; strings.Contains(body, "javascript:alert(1)") && strings.Contains(body, `href="javascript:`) {
		t.Error("a ticket links to a script")
	}
}

// ticket creates a ticket for a new failed run of the job.
func (s tenantScene) ticket(t *testing.T, job backup.Job) backup.Ticket {
	t.Helper()
	run := storetest.Run(t, s.db, storetest.Failed, storetest.Of(job))
	made, err := s.station.Create(t.Context(), admin(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	return made
}
