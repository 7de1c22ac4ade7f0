package ticket

import (
	"context"
	"time"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// Times of settling. A creation that is still under way holds its row for createTimeout at
// most, so a row is given up only well after that: a ticket that comes to light later would
// otherwise be followed by a second one.
const (
	settleEvery  = 10 * time.Second // how often one row is looked up
	settleGiveUp = 10 * time.Minute // from the creation of the row
	settleBatch  = 50
)

// Settle looks up every ticket whose creation is still unclear: after a crash, a cut
// connection or a time-out. Found, it becomes the run's ticket. Not found for ten minutes,
// the creation counts as failed and the run may try again; the key stays the same, so that
// even then a late ticket would be found first. Settle creates nothing, so several
// processes may run it at once. While the integration is off it does nothing.
func (s *Station) Settle(ctx context.Context) error {
	waiting, err := s.waiting(ctx)
	if err != nil || len(waiting) == 0 {
		return err
	}
	desk, err := s.desk(ctx)
	if backup.KindOf(err) == backup.Conflict && err != nil {
		return nil // switched off: the rows wait
	}
	if err != nil {
		return err
	}
	for _, ticket := range waiting {
		if err := s.settleOne(ctx, desk, ticket); err != nil {
			return err
		}
	}
	return nil
}

func (s *Station) waiting(ctx context.Context) ([]backup.Ticket, error) {
	var waiting []backup.Ticket
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		var err error
		waiting, err = tx.CreatingTickets(ctx, "", s.now().Add(-settleEvery), settleBatch)
		return err
	})
	return waiting, err
}

func (s *Station) settleOne(ctx context.Context, desk desk, ticket backup.Ticket) error {
	system := backup.System("settle tickets")
	if ticket.Tenant != desk.set.Tenant() {
		return nil // another environment's: it cannot be looked up here
	}
	found, err := s.find(ctx, desk, ticket)
	if err != nil {
		return explain(err)
	}
	if found != nil {
		_, err := s.adopt(ctx, system, desk, ticket, *found)
		return err
	}
	ticket.Tries++
	ticket.CheckedAt = new(s.now())
	if s.now().Sub(ticket.CreatedAt) < settleGiveUp {
		ticket.Detail = "Autotask has no such ticket so far. Backupchecks goes on looking for it."
		return s.settleRow(ctx, system, ticket, unrecorded)
	}
	ticket.State, ticket.Active = backup.TicketFailed, false
	ticket.Detail = "No ticket was found in Autotask for ten minutes, so none was created. You can try again."
	return s.settleRow(ctx, system, ticket, audit.TicketFailed)
}
