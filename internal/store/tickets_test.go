package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func addTicket(t *testing.T, db *store.DB, ticket backup.Ticket) backup.Ticket {
	t.Helper()
	write(t, db, func(tx *store.Tx) (err error) {
		ticket, err = tx.AddTicket(t.Context(), ticket)
		return err
	})
	return ticket
}

func creating(run backup.RunID) backup.Ticket {
	return backup.Ticket{RunID: run, Origin: backup.TicketCreated, State: backup.TicketCreating, Active: true, Tenant: "present", CreatedBy: "anna"}
}

func TestTicket(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		storetest.At(t, db, "2026-03-01 08:00")
		run := storetest.Run(t, db, storetest.Failed)
		ticket := addTicket(t, db, creating(run.ID))
		want := creating(run.ID)
		want.ID, want.CreatedAt = ticket.ID, storetest.Time(t, "2026-03-01 08:00")
		if diff := cmp.Diff(want, ticket); diff != "" {
			t.Errorf("AddTicket (-want +got):\n%s", diff)
		}
		want = backup.Ticket{
			ID: ticket.ID, RunID: run.ID, Origin: backup.TicketLinked, State: backup.TicketOpen, Active: true, Tenant: "production",
			ExternalID: "bc-1", CompanyID: new(int64(0)), Title: "Backup failed", AutotaskID: new(int64(4711)), Number: "T20260301.0001",
			URL: "https://desk.example/4711", StatusID: new(int64(1)), StatusLabel: "New", CreatedBy: "bert", CreatedAt: want.CreatedAt,
			SentAt: new(storetest.Time(t, "2026-03-01 08:01")), CheckedAt: new(storetest.Time(t, "2026-03-01 09:00")), Detail: "Found.", Tries: 3,
		}
		write(t, db, func(tx *store.Tx) error { return tx.UpdateTicket(ctx, want) })
		got := get(t, db, func(tx *store.Tx) (backup.Ticket, error) { return tx.Ticket(ctx, ticket.ID) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Ticket after UpdateTicket (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(&want, runOf(t, db, run.ID).Ticket); diff != "" {
			t.Errorf("the run's ticket (-want +got):\n%s", diff)
		}
		err := try(t, db, func(tx *store.Tx) error { _, err := tx.Ticket(ctx, 99); return err })
		wantError(t, "Ticket", err, backup.NotFound, "There is no ticket 99.")
		absent := want
		absent.ID = 99
		err = try(t, db, func(tx *store.Tx) error {
			absent.Active = false
			return tx.UpdateTicket(ctx, absent)
		})
		wantError(t, "UpdateTicket", err, backup.NotFound, "There is no ticket 99.")
	})
}

func TestOneActiveTicket(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		run := storetest.Run(t, db, storetest.Failed)
		first := addTicket(t, db, creating(run.ID))
		write(t, db, func(tx *store.Tx) error {
			_, err := tx.AddTicket(ctx, creating(run.ID))
			wantError(t, "AddTicket beside an active one", err, backup.Conflict, "Run 1 already has an active ticket.")
			active, err := tx.ActiveTicket(ctx, run.ID) // the transaction still stands
			if active == nil || active.ID != first.ID {
				t.Errorf("ActiveTicket: got %v, want %d", active, first.ID)
			}
			return err
		})
		first.State, first.Active = backup.TicketFailed, false
		write(t, db, func(tx *store.Tx) error { return tx.UpdateTicket(ctx, first) })
		if active := get(t, db, func(tx *store.Tx) (*backup.Ticket, error) { return tx.ActiveTicket(ctx, run.ID) }); active != nil {
			t.Errorf("ActiveTicket after a failure: got %v, want none", active)
		}
		second := addTicket(t, db, creating(run.ID))
		first.Active = true
		err := try(t, db, func(tx *store.Tx) error { return tx.UpdateTicket(ctx, first) })
		wantError(t, "UpdateTicket to a second active one", err, backup.Conflict, "Run 1 already has an active ticket.")
		first.Active = false
		tickets := get(t, db, func(tx *store.Tx) ([]backup.Ticket, error) { return tx.TicketsOfRun(ctx, run.ID) })
		if diff := cmp.Diff([]backup.Ticket{second, first}, tickets); diff != "" {
			t.Errorf("TicketsOfRun (-want +got):\n%s", diff)
		}
	})
}

func TestParallelAddTicket(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		run := storetest.Run(t, db, storetest.Failed)
		added := 0
		for _, err := range parallel(50, func(int) error {
			return db.Write(t.Context(), func(tx *store.Tx) error {
				_, err := tx.AddTicket(t.Context(), creating(run.ID))
				return err
			})
		}) {
			switch {
			case err == nil:
				added++
			case backup.KindOf(err) != backup.Conflict:
				t.Errorf("AddTicket: got %v, want a Conflict", err)
			}
		}
		tickets := get(t, db, func(tx *store.Tx) ([]backup.Ticket, error) { return tx.TicketsOfRun(t.Context(), run.ID) })
		if added != 1 || len(tickets) != 1 || !tickets[0].Active {
			t.Errorf("50 parallel AddTicket of one run: got %d added and tickets %v, want exactly one", added, tickets)
		}
	})
}

func TestCreatingTickets(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		storetest.At(t, db, "2026-03-01 08:00")
		elsewhere := creating(storetest.Run(t, db).ID)
		elsewhere.Tenant = "former"
		elsewhere = addTicket(t, db, elsewhere)
		checked := addTicket(t, db, creating(storetest.Run(t, db).ID))
		fresh := addTicket(t, db, creating(storetest.Run(t, db).ID))
		settled := addTicket(t, db, creating(storetest.Run(t, db).ID))
		settled.State = backup.TicketOpen
		checked.CheckedAt = new(storetest.Time(t, "2026-03-01 08:05"))
		write(t, db, func(tx *store.Tx) error {
			if err := tx.UpdateTicket(ctx, settled); err != nil {
				return err
			}
			return tx.UpdateTicket(ctx, checked)
		})
		tests := []struct {
			tenant string
			before string
			limit  int
			want   []backup.TicketID
		}{
			{"", "2026-03-01 08:00", 10, nil},
			{"", "2026-03-01 08:01", 10, []backup.TicketID{elsewhere.ID, fresh.ID}},
			{"", "2026-03-01 08:06", 10, []backup.TicketID{elsewhere.ID, fresh.ID, checked.ID}},
			{"", "2026-03-01 08:06", 1, []backup.TicketID{elsewhere.ID}},
			{"present", "2026-03-01 08:01", 10, []backup.TicketID{fresh.ID}},
			{"present", "2026-03-01 08:06", 10, []backup.TicketID{fresh.ID, checked.ID}},
			{"present", "2026-03-01 08:06", 1, []backup.TicketID{fresh.ID}},
			{"other", "2026-03-01 08:06", 10, nil},
		}
		for _, test := range tests {
			tickets := get(t, db, func(tx *store.Tx) ([]backup.Ticket, error) {
				return tx.CreatingTickets(ctx, test.tenant, storetest.Time(t, test.before), test.limit)
			})
			var ids []backup.TicketID
			for _, ticket := range tickets {
				ids = append(ids, ticket.ID)
			}
			if diff := cmp.Diff(test.want, ids); diff != "" {
				t.Errorf("CreatingTickets(%q, %s, %d) (-want +got):\n%s", test.tenant, test.before, test.limit, diff)
			}
		}
	})
}

func TestTicketLists(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		bolt := storetest.Job(t, db, "Bolt", "Daily")
		var tickets []backup.Ticket // newest first
		for i := range 5 {
			option := storetest.Failed
			if i%2 == 1 {
				option = storetest.Of(bolt)
			}
			ticket := creating(storetest.Run(t, db, option).ID)
			ticket.State = []backup.TicketState{backup.TicketOpen, backup.TicketOpen, backup.TicketComplete, backup.TicketFailed, backup.TicketOpen}[i]
			ticket.Active = ticket.State != backup.TicketFailed
			tickets = append([]backup.Ticket{addTicket(t, db, ticket)}, tickets...)
		}
		list := func(state backup.TicketState, limit int) (ids []backup.TicketID) {
			for _, row := range all(t, limit, func(cursor string) (store.Page[store.TicketRow], error) {
				return get(t, db, func(tx *store.Tx) (store.Page[store.TicketRow], error) {
					return tx.Tickets(ctx, store.TicketFilter{State: state, Cursor: cursor, Limit: limit})
				}), nil
			}) {
				ids = append(ids, row.ID)
				if row.Run.ID != row.RunID || row.Run.Job.Customer == "" || (row.Active && row.Run.Ticket == nil) {
					t.Errorf("ticket %d: got run %+v, want run %d", row.ID, row.Run, row.RunID)
				}
			}
			return ids
		}
		for _, limit := range []int{1, 2, 50} {
			if diff := cmp.Diff([]backup.TicketID{tickets[0].ID, tickets[1].ID, tickets[2].ID, tickets[3].ID, tickets[4].ID}, list("", limit)); diff != "" {
				t.Errorf("all tickets in pages of %d (-want +got):\n%s", limit, diff)
			}
			if diff := cmp.Diff([]backup.TicketID{tickets[0].ID, tickets[3].ID, tickets[4].ID}, list(backup.TicketOpen, limit)); diff != "" {
				t.Errorf("open tickets in pages of %d (-want +got):\n%s", limit, diff)
			}
		}
		open := get(t, db, func(tx *store.Tx) ([]backup.Ticket, error) { return tx.OpenTicketsOfJob(ctx, bolt.ID, 10) })
		if diff := cmp.Diff([]backup.Ticket{tickets[3]}, open); diff != "" {
			t.Errorf("OpenTicketsOfJob (-want +got):\n%s", diff)
		}
	})
}
