package ticket_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/backup"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
	"backupchecks/internal/ticket"
)

// atRead calls act once, directly before Autotask is asked for a ticket by its id.
func (o *office) atRead(act func()) {
	var done atomic.Bool
	o.before.Store(func(r *http.Request) {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/Tickets/") && done.CompareAndSwap(false, true) {
			act()
		}
	})
}

func TestRefreshDoesNotUndoWhatOthersDidMeanwhile(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		run, created := o.withTicket(t)
		o.saveSettings(t, func(set *settings.AutotaskSettings) { set.AllowManualNumber = true })
		other := o.newStation(t)
		o.atRead(func() { // another process finds it missing, and a number is entered by hand
			o.hide(t, *created.AutotaskID, true)
			if gone, err := other.Refresh(t.Context(), o.operator, run.ID); err != nil || gone.State != backup.TicketMissing {
				t.Errorf("Refresh of the other = %+v, %v; want missing", gone, err)
			}
			if _, err := other.SetNumber(t.Context(), o.operator, run.ID, "PSA-17"); err != nil {
				t.Errorf("SetNumber: %v", err)
			}
			o.hide(t, *created.AutotaskID, false)
		})
		back, err := o.station.Refresh(t.Context(), o.operator, run.ID)
		if err != nil || back.Active || back.State != backup.TicketOpen || !strings.Contains(back.Detail, "visible in Autotask again") {
			t.Errorf("Refresh = %+v, %v; want the ticket back, beside the number", back, err)
		}
		rows := o.tickets(t, run.ID)
		if len(rows) != 2 || rows[0].Number != "PSA-17" || !rows[0].Active {
			t.Errorf("the run keeps %+v, want the number as its ticket", rows)
		}
	})
}

func TestRefreshChangesOnlyTheSnapshot(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Open(t))
	run, created := o.withTicket(t)
	o.atRead(func() {
		row := o.tickets(t, run.ID)[0]
		row.URL = "https://desk.example/moved"
		if err := o.db.Write(t.Context(), func(tx *store.Tx) error { return tx.UpdateTicket(t.Context(), row) }); err != nil {
			t.Error(err)
		}
	})
	if err := o.sim.SetTicketStatus(*created.AutotaskID, complete); err != nil {
		t.Fatal(err)
	}
	got, err := o.station.Refresh(t.Context(), o.operator, run.ID)
	if err != nil || got.State != backup.TicketComplete || got.StatusLabel != "Complete" || got.URL != "https://desk.example/moved" {
		t.Errorf("Refresh = %+v, %v; want it complete, with the address of the row", got, err)
	}
}

func TestATicketThatComesBackElsewhereSaysBoth(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Open(t))
	run, gone := o.missing(t)
	if err := o.sim.MoveTicket(*gone.AutotaskID, otherCompany); err != nil {
		t.Fatal(err)
	}
	if err := o.sim.SetTicketStatus(*gone.AutotaskID, complete); err != nil {
		t.Fatal(err)
	}
	o.hide(t, *gone.AutotaskID, false)
	back, err := o.station.Refresh(t.Context(), o.operator, run.ID)
	if err != nil || !back.Active || back.StatusLabel != "Complete" {
		t.Fatalf("Refresh = %+v, %v; want the ticket back, complete", back, err)
	}
	for _, want := range []string{"visible in Autotask again", "another company in Autotask (176)"} {
		if !strings.Contains(back.Detail, want) {
			t.Errorf("the detail is %q, want %q in it", back.Detail, want)
		}
	}
}

func TestLinkTakesNoTicketOfAnotherCompany(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		run := o.run(t)
		foreign, err := o.sim.AddTicket(autotasksim.Ticket{CompanyID: otherCompany, Title: "Backup fails"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = o.station.Link(t.Context(), o.operator, run.ID, ticket.LinkRequest{AutotaskID: &foreign})
		faults := backup.Faults(err)
		if len(faults) != 1 || faults[0].Field != "ticket_number" {
			t.Fatalf("Link: %v, want ticket_number to be invalid", err)
		}
		for _, company := range []string{"Birch Street Dental (176)", "Acme B.V. (175)"} {
			if !strings.Contains(faults[0].Message, company) {
				t.Errorf("Link says %q, want it to name %s", faults[0].Message, company)
			}
		}
		if rows := o.tickets(t, run.ID); len(rows) != 0 {
			t.Errorf("the run keeps %+v, want nothing", rows)
		}
		unmapped := storetest.Run(t, o.db, storetest.Failed, storetest.Of(storetest.Job(t, o.db, "Globex", "Files")))
		if linked, err := o.station.Link(t.Context(), o.operator, unmapped.ID, ticket.LinkRequest{AutotaskID: &foreign}); err != nil || !linked.Active {
			t.Errorf("Link for a customer without a company = %+v, %v; want it linked", linked, err)
		}
	})
}

// TestLinkGoesByTheSettingsAndTheMappingAtTheEnd: both may change while Autotask is asked.
func TestLinkGoesByTheSettingsAndTheMappingAtTheEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		meanwhile func(t *testing.T, o *office)
		kind      backup.Kind
	}{
		"switched off": {func(t *testing.T, o *office) {
			o.saveSettings(t, func(set *settings.AutotaskSettings) { set.Enabled = false })
		}, backup.Conflict},
		"another company": {func(t *testing.T, o *office) {
			acme := storetest.Customer(t, o.db, "Acme")
			if _, err := o.newStation(t).Map(t.Context(), o.operator, acme.ID, otherCompany); err != nil {
				t.Errorf("Map: %v", err)
			}
		}, backup.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := openOffice(t, storetest.Open(t))
			run := o.run(t)
			held, err := o.sim.AddTicket(autotasksim.Ticket{CompanyID: acmeCompany, Title: "Backup fails"})
			if err != nil {
				t.Fatal(err)
			}
			o.atRead(func() { test.meanwhile(t, o) })
			if _, err := o.station.Link(t.Context(), o.operator, run.ID, ticket.LinkRequest{AutotaskID: &held}); backup.KindOf(err) != test.kind {
				t.Errorf("Link: %v, want kind %v", err, test.kind)
			}
		})
	}
}
