package ticket_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/backup"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

// unclear makes a run whose ticket exists in Autotask and could not be found yet.
func (o *office) unclear(t *testing.T, options ...storetest.RunOption) backup.Run {
	t.Helper()
	run := o.run(t, options...)
	o.sim.FailNext(1, autotasksim.Fault{Kind: autotasksim.CutAfter, On: "POST Tickets"})
	o.sim.FailNext(50, autotasksim.Fault{Kind: autotasksim.HTMLPage, On: "POST Tickets/query", Skip: 1})
	if created, err := o.station.Create(t.Context(), o.operator, run.ID); err != nil || created.State != backup.TicketCreating {
		t.Fatalf("Create = %+v, %v; want creating", created, err)
	}
	o.sim.ClearFaults()
	return run
}

func TestOneRowThatCannotBeSettledKeepsNoOtherWaiting(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		first, second := o.unclear(t), o.unclear(t, storetest.Yesterday)
		before := *o.tickets(t, first.ID)[0].CheckedAt
		storetest.Advance(t, o.db, time.Minute)
		o.sim.FailNext(1, autotasksim.Fault{Kind: autotasksim.Refuse, On: "POST Tickets/query"})
		if err := o.station.Settle(t.Context()); err == nil {
			t.Error("Settle told nothing of the row that failed")
		}
		if now := o.tickets(t, second.ID)[0]; now.State != backup.TicketOpen {
			t.Errorf("the second row is %+v, want it settled", now)
		}
		failed := o.tickets(t, first.ID)[0]
		if failed.State != backup.TicketCreating || !failed.CheckedAt.After(before) {
			t.Errorf("the first row is %+v, want it to wait for its next turn", failed)
		}
		o.settleAfter(t, time.Minute)
		if now := o.tickets(t, first.ID)[0]; now.State != backup.TicketOpen {
			t.Errorf("the first row is %+v, want it settled", now)
		}
	})
}

func TestRowsOfAFormerTenantStarveNobody(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Open(t))
	for range 60 {
		row := backup.Ticket{
			RunID: o.run(t).ID, Origin: backup.TicketCreated, State: backup.TicketCreating, Active: true, Tenant: "sandbox/former",
			ExternalID: "former", CompanyID: new(int64(acmeCompany)),
		}
		if err := o.db.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.AddTicket(t.Context(), row); return err }); err != nil {
			t.Fatal(err)
		}
	}
	run := o.unclear(t, storetest.Yesterday)
	o.settleAfter(t, time.Minute)
	if now := o.tickets(t, run.ID)[0]; now.State != backup.TicketOpen {
		t.Errorf("the row of this tenant is %+v, want it settled", now)
	}
}

func TestSettleStopsWhenItIsSwitchedOff(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Open(t))
	o.unclear(t)
	o.unclear(t, storetest.Yesterday)
	o.sim.ResetRequests()
	var off atomic.Bool
	o.before.Store(func(r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/Tickets/query") && off.CompareAndSwap(false, true) {
			o.saveSettings(t, func(set *settings.AutotaskSettings) { set.Enabled = false })
		}
	})
	o.settleAfter(t, time.Minute)
	if n := o.requests("POST Tickets/query"); n != 1 {
		t.Errorf("%d rows were looked up, want the one that was under way", n)
	}
}

func TestResolveSendsNothingMoreAfterASettingsChange(t *testing.T) {
	t.Parallel()
	changes := map[string]func(*settings.AutotaskSettings){
		"switched off":   func(set *settings.AutotaskSettings) { set.Enabled = false },
		"another tenant": func(set *settings.AutotaskSettings) { set.Environment = settings.Production },
	}
	for _, at := range []struct {
		path   string // during which request the settings change
		writes string // the write that must not follow
		notes  int
	}{
		{"/TicketNotes/query", "POST Tickets/{id}/Notes", 0},
		{"/Notes", "PATCH Tickets", 1},
	} {
		for name, change := range changes {
			t.Run(name+" during "+at.path, func(t *testing.T) {
				t.Parallel()
				o := openOffice(t, storetest.Open(t))
				run, created := o.withTicket(t)
				var changed atomic.Bool
				o.before.Store(func(r *http.Request) {
					if strings.HasSuffix(r.URL.Path, at.path) && changed.CompareAndSwap(false, true) {
						o.saveSettings(t, change)
					}
				})
				if _, err := o.station.Resolve(t.Context(), o.operator, run.ID); backup.KindOf(err) != backup.Conflict {
					t.Errorf("Resolve: %v, want a conflict", err)
				}
				if n := o.requests(at.writes); n != 0 || len(o.sim.Notes(*created.AutotaskID)) != at.notes {
					t.Errorf("%d times %s was sent, and the ticket has %d notes, want none and %d", n, at.writes, len(o.sim.Notes(*created.AutotaskID)), at.notes)
				}
				// Nothing was sent that a repeat would have to wait for.
				o.saveSettings(t, func(set *settings.AutotaskSettings) { set.Environment = settings.Sandbox })
				if _, err := o.station.Resolve(t.Context(), o.operator, run.ID); err != nil {
					t.Errorf("Resolve again: %v", err)
				}
				if n := len(o.sim.Notes(*created.AutotaskID)); n != 1 {
					t.Errorf("the ticket has %d notes, want one", n)
				}
			})
		}
	}
}
