package web_test

import (
	"strconv"
	"testing"

	"backupchecks/internal/backup"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
	"backupchecks/internal/web/webtest"
)

// morning is a site with runs to check and an Autotask in which the customer Acme has a
// company.
type morning struct {
	tenantScene
}

func newMorning(t *testing.T) morning {
	t.Helper()
	m := morning{newTenantScene(t)}
	m.setUp(t, allowed())
	customer := storetest.Customer(t, m.db, "Acme")
	if _, err := m.station.Map(t.Context(), admin(), customer.ID, acmeCompany); err != nil {
		t.Fatal(err)
	}
	return m
}

// allowed are settings under which tickets can be created and resolved.
func allowed() settings.AutotaskSettings {
	set := ready()
	set.AllowResolve = true
	return set
}

// set changes the settings from those that allow everything.
func (m morning) set(t *testing.T, change func(*settings.AutotaskSettings)) {
	t.Helper()
	set := allowed()
	change(&set)
	m.setUp(t, set)
}

// run makes a failed run of Acme.
func (m morning) run(t *testing.T, options ...storetest.RunOption) backup.Run {
	t.Helper()
	return storetest.Run(t, m.db, append([]storetest.RunOption{storetest.Failed}, options...)...)
}

// ticket creates the run's ticket.
func (m morning) ticket(t *testing.T, run backup.Run) backup.Ticket {
	t.Helper()
	created, err := m.station.Create(t.Context(), backup.User{Name: "operator", Roles: []backup.Role{backup.Operator}}, run.ID)
	if err != nil {
		t.Fatal(err)
	}
	return created
}

// kept returns a run as it is kept.
func (m morning) kept(t *testing.T, id backup.RunID) (run backup.Run) {
	t.Helper()
	err := m.db.Read(t.Context(), func(tx *store.Tx) (err error) {
		run, err = tx.Run(t.Context(), id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// from are the headers with which htmx asks for a part of a page.
func from(site *webtest.Site, path string) []string {
	return []string{"HX-Request", "true", "HX-Current-URL", site.URL() + path}
}

// inDrawer are the headers with which the ticket drawer over a page sends its forms.
func inDrawer(site *webtest.Site, path string) []string {
	return append(from(site, path), "HX-Target", "ticket")
}

func pathOf(run backup.Run) string { return "/runs/" + idText(run) }

func idText(run backup.Run) string { return strconv.FormatInt(int64(run.ID), 10) }
