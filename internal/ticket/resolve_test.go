package ticket_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/backup"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
	"backupchecks/internal/ticket"
)

// withTicket makes a failed run with a ticket in Autotask.
func (o *office) withTicket(t *testing.T) (backup.Run, backup.Ticket) {
	t.Helper()
	run := o.run(t)
	created, err := o.station.Create(t.Context(), o.operator, run.ID)
	if err != nil {
		t.Fatalf("Create: %v", err)
	}
	o.sim.ResetRequests()
	return run, created
}

func (o *office) wantNotes(t *testing.T, id int64, want ...string) {
	t.Helper()
	notes := o.sim.Notes(id)
	if len(notes) != len(want) {
		t.Fatalf("the ticket has %d notes, want %d: %+v", len(notes), len(want), notes)
	}
	for i, note := range notes {
		if note.Description != want[i] || note.Publish != 2 || note.Title == "" {
			t.Errorf("note %d is %+v, want the fixed internal text %q with a title", i, note, want[i])
		}
	}
}

func TestResolveAddsTheNoteAndCloses(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		run, created := o.withTicket(t)
		done, err := o.station.Resolve(t.Context(), o.operator, run.ID)
		if err != nil || done.Outcome != ticket.Closed {
			t.Fatalf("Resolve = %+v, %v; want closed", done, err)
		}
		if n := len(o.sim.Requests()); n > 8 {
			t.Errorf("Resolve sent %d requests, want at most 8", n)
		}
		o.wantNotes(t, *created.AutotaskID, "Ticket resolved via Backupchecks after verification that the backup issue is no longer present.")
		if held, _ := o.sim.Ticket(*created.AutotaskID); held.Status != complete || held.Description == "" {
			t.Errorf("Autotask holds %+v, want it complete and otherwise unchanged", held)
		}
		if done.Ticket.State != backup.TicketComplete {
			t.Errorf("the run shows %+v, want the ticket complete", done.Ticket)
		}
		if _, err := o.station.Resolve(t.Context(), o.operator, run.ID); backup.KindOf(err) != backup.Conflict {
			t.Errorf("a second Resolve: %v, want a conflict", err)
		}
		o.wantNotes(t, *created.AutotaskID, ticket.ResolvedNote)
	})
}

func TestResolveWithTimeEntriesOnlyAddsTheOtherNote(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Open(t))
	run, created := o.withTicket(t)
	if err := o.sim.AddTimeEntry(*created.AutotaskID, 0.5, "looked at it"); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a repeat adds nothing
		done, err := o.station.Resolve(t.Context(), o.operator, run.ID)
		if err != nil || done.Outcome != ticket.NoteOnly {
			t.Fatalf("Resolve = %+v, %v; want note_only", done, err)
		}
	}
	o.wantNotes(t, *created.AutotaskID, "Ticket marked as resolved in Backupchecks, but not closed automatically because time entries are present.")
	if held, _ := o.sim.Ticket(*created.AutotaskID); held.Status != statusNew {
		t.Errorf("the ticket has status %d, want it open", held.Status)
	}
}

func TestResolveLooksAtTimeEntriesAgainBeforeClosing(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Open(t))
	run, created := o.withTicket(t)
	o.before.Store(func(r *http.Request) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/Notes") && len(o.sim.TimeEntries(*created.AutotaskID)) == 0 {
			if err := o.sim.AddTimeEntry(*created.AutotaskID, 1, "just now"); err != nil {
				t.Error(err)
			}
		}
	})
	done, err := o.station.Resolve(t.Context(), o.operator, run.ID)
	if err != nil || done.Outcome != ticket.NoteOnly {
		t.Fatalf("Resolve = %+v, %v; want note_only", done, err)
	}
	if held, _ := o.sim.Ticket(*created.AutotaskID); held.Status != statusNew {
		t.Errorf("the ticket has status %d, want it open", held.Status)
	}
}

func TestANoteIsAddedOnceHoweverOftenItIsTried(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]autotasksim.Fault{
		"cut after the note":        {Kind: autotasksim.CutAfter, On: "POST Tickets/{id}/Notes"},
		"503 after the note":        {Kind: autotasksim.UnavailableAfter, On: "POST Tickets/{id}/Notes"},
		"503 before the note":       {Kind: autotasksim.UnavailableBefore, On: "POST Tickets/{id}/Notes"},
		"refused note":              {Kind: autotasksim.Refuse, On: "POST Tickets/{id}/Notes"},
		"refused status":            {Kind: autotasksim.Refuse, On: "PATCH Tickets"},
		"cut after the status":      {Kind: autotasksim.CutAfter, On: "PATCH Tickets"},
		"503 before the status":     {Kind: autotasksim.UnavailableBefore, On: "PATCH Tickets"},
		"time entries not readable": {Kind: autotasksim.Refuse, On: "POST TimeEntries/query"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := openOffice(t, storetest.Open(t))
			run, created := o.withTicket(t)
			o.sim.FailNext(1, fault)
			if _, err := o.station.Resolve(t.Context(), o.operator, run.ID); err == nil && fault.Kind == autotasksim.Refuse {
				t.Error("a refusal was not told")
			}
			later := o.newStation(t)
			storetest.Advance(t, o.db, 11*time.Minute) // long enough to send an unclear note again
			for range 3 {
				if _, err := later.Resolve(t.Context(), o.operator, run.ID); err != nil && backup.KindOf(err) != backup.Conflict {
					t.Fatalf("Resolve again: %v", err)
				}
			}
			o.wantNotes(t, *created.AutotaskID, ticket.ResolvedNote)
			if held, _ := o.sim.Ticket(*created.AutotaskID); held.Status != complete {
				t.Errorf("the ticket has status %d, want complete", held.Status)
			}
		})
	}
}

func TestTenResolvesAtOnceAddOneNote(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		run, created := o.withTicket(t)
		stations := []*ticket.Station{o.station, o.newStation(t)}
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() {
				_, err := stations[i%2].Resolve(t.Context(), o.operator, run.ID)
				if kind := backup.KindOf(err); err != nil && kind != backup.Conflict && kind != backup.Unavailable {
					t.Errorf("Resolve: %v", err)
				}
			})
		}
		all.Wait()
		o.wantNotes(t, *created.AutotaskID, ticket.ResolvedNote)
	})
}

func TestADeletedTicketIsKeptAndBlocked(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		run, created := o.withTicket(t)
		if err := o.sim.DeleteTicket(*created.AutotaskID); err != nil {
			t.Fatal(err)
		}
		if _, err := o.station.Resolve(t.Context(), o.operator, run.ID); backup.KindOf(err) != backup.Conflict {
			t.Errorf("Resolve: %v, want a conflict", err)
		}
		gone, err := o.station.Refresh(t.Context(), o.operator, run.ID)
		if err != nil || gone.State != backup.TicketMissing || gone.Active || gone.Number != created.Number || gone.Detail != "Missing in Autotask (deleted)" {
			t.Fatalf("Refresh = %+v, %v; want the number kept and the ticket missing", gone, err)
		}
		again, err := o.station.Create(t.Context(), o.operator, run.ID)
		if err != nil || again.Number == created.Number {
			t.Fatalf("Create = %+v, %v; want a new ticket", again, err)
		}
		if history := o.tickets(t, run.ID); len(history) != 2 {
			t.Errorf("the run keeps %d tickets, want both", len(history))
		}
		o.wantOneTicket(t, run.ID)
	})
}

func TestLinkAndManualNumbers(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Open(t))
	run := o.run(t)
	foreign, err := o.sim.AddTicket(autotasksim.Ticket{CompanyID: acmeCompany, Title: "Backup fails", Status: statusNew, Priority: medium, QueueID: helpdeskQueue, ExternalID: "rmm-17"})
	if err != nil {
		t.Fatal(err)
	}
	held, _ := o.sim.Ticket(foreign)
	if _, err := o.station.SetNumber(t.Context(), o.operator, run.ID, "T1"); backup.KindOf(err) != backup.Conflict {
		t.Errorf("SetNumber while the integration is on: %v, want a conflict", err)
	}
	o.saveSettings(t, func(set *settings.AutotaskSettings) { set.AllowManualNumber = true })
	manual, err := o.station.SetNumber(t.Context(), o.operator, run.ID, " "+held.TicketNumber+" ")
	if err != nil || manual.State != backup.TicketByHand || manual.Number != held.TicketNumber {
		t.Fatalf("SetNumber = %+v, %v", manual, err)
	}
	if _, err := o.station.Resolve(t.Context(), o.operator, run.ID); backup.KindOf(err) != backup.Conflict {
		t.Errorf("Resolve of a manual number: %v, want a conflict", err)
	}
	if _, err := o.station.Link(t.Context(), o.operator, run.ID, ticket.LinkRequest{Number: "T19990101.0001"}); backup.KindOf(err) != backup.Invalid {
		t.Errorf("Link of an unknown number: %v, want invalid", err)
	}
	linked, err := o.station.Link(t.Context(), o.operator, run.ID, ticket.LinkRequest{Number: held.TicketNumber})
	if err != nil || linked.State != backup.TicketOpen || linked.Origin != backup.TicketLinked || *linked.AutotaskID != foreign {
		t.Fatalf("Link = %+v, %v", linked, err)
	}
	if _, err := o.station.Link(t.Context(), o.operator, run.ID, ticket.LinkRequest{AutotaskID: &foreign}); backup.KindOf(err) != backup.Conflict {
		t.Errorf("a second Link: %v, want a conflict", err)
	}
	done, err := o.station.Resolve(t.Context(), o.operator, run.ID)
	if err != nil || done.Outcome != ticket.Closed {
		t.Fatalf("Resolve of a linked ticket = %+v, %v", done, err)
	}
	if after, _ := o.sim.Ticket(foreign); after.ExternalID != "rmm-17" || after.Title != "Backup fails" {
		t.Errorf("linking changed the foreign ticket: %+v", after)
	}
}

func TestMappingFollowsAutotask(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Open(t))
	acme, globex := storetest.Customer(t, o.db, "Acme"), storetest.Customer(t, o.db, "Globex")
	if _, err := o.station.Map(t.Context(), o.operator, globex.ID, acmeCompany); backup.KindOf(err) != backup.Conflict {
		t.Errorf("one company for two customers: %v, want a conflict", err)
	}
	if own, err := o.station.Map(t.Context(), o.operator, globex.ID, 0); err != nil || own.CompanyID == nil || *own.CompanyID != 0 || !own.AllowsTickets() {
		t.Errorf("Map to company 0 = %+v, %v; want it valid", own, err)
	}
	if err := o.sim.RenameCompany(acmeCompany, "Acme Holding B.V."); err != nil {
		t.Fatal(err)
	}
	renamed, err := o.station.RefreshMapping(t.Context(), o.operator, acme.ID)
	if err != nil || renamed.Status != backup.MappingRenamed || renamed.CompanyName != "Acme Holding B.V." || !renamed.AllowsTickets() {
		t.Errorf("RefreshMapping = %+v, %v; want renamed, with the new name cached", renamed, err)
	}
	if still := storetest.Customer(t, o.db, "Acme"); still.Name != "Acme" {
		t.Errorf("the customer is now named %q, want its own name kept", still.Name)
	}
	if err := o.sim.DeleteCompany(acmeCompany); err != nil {
		t.Fatal(err)
	}
	if gone, err := o.station.RefreshMapping(t.Context(), o.operator, acme.ID); err != nil || gone.Status != backup.MappingInvalid || gone.AllowsTickets() {
		t.Errorf("RefreshMapping = %+v, %v; want invalid", gone, err)
	}
	if none, err := o.station.Unmap(t.Context(), o.operator, acme.ID); err != nil || none.Status != backup.MappingMissing || none.CompanyID != nil {
		t.Errorf("Unmap = %+v, %v", none, err)
	}
}

func TestTwoRunsOfOneTicketResolvedAtOnceAddOneNote(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		first, created := o.withTicket(t)
		second := o.run(t, storetest.Yesterday)
		if _, err := o.station.Link(t.Context(), o.operator, second.ID, ticket.LinkRequest{AutotaskID: created.AutotaskID}); err != nil {
			t.Fatalf("Link: %v", err)
		}
		// Both have looked for the note before either may send it.
		var looked sync.WaitGroup
		looked.Add(2)
		var looks atomic.Int64
		o.before.Store(func(r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/TicketNotes/query") && looks.Add(1) <= 2 {
				looked.Done()
				looked.Wait()
			}
		})
		var all sync.WaitGroup
		for _, run := range []backup.Run{first, second} {
			all.Go(func() {
				_, err := o.newStation(t).Resolve(t.Context(), o.operator, run.ID)
				if kind := backup.KindOf(err); err != nil && kind != backup.Conflict && kind != backup.Unavailable {
					t.Errorf("Resolve: %v", err)
				}
			})
		}
		all.Wait()
		o.wantNotes(t, *created.AutotaskID, ticket.ResolvedNote)
	})
}
