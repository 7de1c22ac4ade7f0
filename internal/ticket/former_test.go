package ticket_test

import (
	"errors"
	"strings"
	"testing"

	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
	"backupchecks/internal/ticket"
)

// missing makes a failed run whose ticket was found missing while it was hidden.
func (o *office) missing(t *testing.T) (backup.Run, backup.Ticket) {
	t.Helper()
	run, created := o.withTicket(t)
	o.hide(t, *created.AutotaskID, true)
	gone, err := o.station.Refresh(t.Context(), o.operator, run.ID)
	if err != nil || gone.State != backup.TicketMissing {
		t.Fatalf("Refresh = %+v, %v; want missing", gone, err)
	}
	return run, gone
}

func TestAFormerTicketThatIsVisibleAgainComesBackInPlaceOfANewOne(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		run, gone := o.missing(t)
		o.hide(t, *gone.AutotaskID, false)
		_, err := o.station.Create(t.Context(), o.operator, run.ID)
		has, ok := errors.AsType[*ticket.HasTicketError](err)
		if !ok || has.Ticket.Number != gone.Number || !has.Ticket.Active || has.Ticket.State != backup.TicketOpen {
			t.Fatalf("Create: %v, want the answer that the run has ticket %s", err, gone.Number)
		}
		if o.creates() != 0 {
			t.Errorf("%d creates were sent, want none", o.creates())
		}
		if back := o.wantOneTicket(t, run.ID); !strings.Contains(back.Detail, "visible in Autotask again") {
			t.Errorf("the ticket is %+v, want a word that it is back", back)
		}
		if n := o.audited(t, "ticket_found", run.ID); n != 1 {
			t.Errorf("the audit log holds %d times that a ticket was found, want once", n)
		}
		// The try that was not needed does not lead to another key.
		o.hide(t, *gone.AutotaskID, true)
		if _, err := o.station.Refresh(t.Context(), o.operator, run.ID); err != nil {
			t.Fatal(err)
		}
		again, err := o.station.Create(t.Context(), o.operator, run.ID)
		if err != nil || !strings.HasSuffix(again.ExternalID, "-2") {
			t.Errorf("Create = %+v, %v; want a second ticket under the second key", again, err)
		}
	})
}

func TestALinkedTicketThatIsVisibleAgainComesBackToo(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Open(t))
	run := o.run(t)
	foreign, err := o.sim.AddTicket(autotasksim.Ticket{CompanyID: acmeCompany, Title: "Backup fails"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.station.Link(t.Context(), o.operator, run.ID, ticket.LinkRequest{AutotaskID: &foreign}); err != nil {
		t.Fatal(err)
	}
	o.hide(t, foreign, true)
	if _, err := o.station.Refresh(t.Context(), o.operator, run.ID); err != nil {
		t.Fatal(err)
	}
	o.hide(t, foreign, false)
	if _, err := o.station.Create(t.Context(), o.operator, run.ID); backup.KindOf(err) != backup.Conflict {
		t.Errorf("Create: %v, want a conflict", err)
	}
	o.wantOneTicket(t, run.ID)
}

func TestNothingIsSentWhileFormerTicketsCannotBeLookedUp(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Open(t))
	run, gone := o.missing(t)
	o.hide(t, *gone.AutotaskID, false)
	o.sim.FailNext(20, autotasksim.Fault{Kind: autotasksim.Refuse, On: "POST Tickets/query", Skip: 1})
	if _, err := o.station.Create(t.Context(), o.operator, run.ID); backup.KindOf(err) != backup.Refused {
		t.Errorf("Create: %v, want the refusal of the look-up", err)
	}
	if o.creates() != 0 {
		t.Errorf("%d creates were sent, want none", o.creates())
	}
}

// TestATicketUnderAFormerKeyIsTaken: the run got another ticket after a try that was given
// up; when that one is gone, what the try left behind is still the run's.
func TestATicketUnderAFormerKeyIsTaken(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Open(t))
	run, gone := o.missing(t)
	late, err := o.sim.AddTicket(autotasksim.Ticket{CompanyID: acmeCompany, Title: gone.Title, ExternalID: gone.ExternalID})
	if err != nil {
		t.Fatal(err)
	}
	taken, err := o.station.Create(t.Context(), o.operator, run.ID)
	if err != nil || taken.AutotaskID == nil || *taken.AutotaskID != late || taken.ExternalID != gone.ExternalID {
		t.Errorf("Create = %+v, %v; want the ticket under the former key", taken, err)
	}
	if o.creates() != 0 {
		t.Errorf("%d creates were sent, want none", o.creates())
	}
}
