package ticket

import (
	"context"
	"errors"
	"fmt"
	"time"

	"backupchecks/internal/audit"
	"backupchecks/internal/autotask"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// Times of settling, by the database's clock. A creation that is still under way holds its
// row for sendWithin and createTimeout at most, so a row is given up only well after that: a
// ticket that comes to light later would otherwise be followed by a second one.
const (
	settleEvery  = 10 * time.Second // how often one row is looked up
	settleGiveUp = 10 * time.Minute // from the creation of the row
	settleBatch  = 50
)

// Settle looks up every ticket whose creation is still unclear: after a crash, a cut
// connection or a time-out. Found, it becomes the run's ticket. Not found for ten minutes,
// the creation counts as failed and the run may try again; the key stays the same, so that
// even then a late ticket would be found first. A ticket that Autotask acknowledged is
// never given up, unless Autotask logged its deletion. Settle creates nothing, so several
// processes may run it at once. One row that cannot be settled keeps no other waiting; the
// errors are joined. While the integration is off it does nothing.
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
	var faults []error
	for _, ticket := range waiting {
		if err := s.confirm(ctx, ticket.Tenant); backup.KindOf(err) == backup.Conflict || desk.set.Tenant() != ticket.Tenant {
			break // the settings have just changed: the rows wait
		} else if err != nil {
			return errors.Join(append(faults, err)...)
		}
		if err := s.settleOne(ctx, desk, ticket); err != nil {
			faults = append(faults, fmt.Errorf("settle the ticket of run %d: %w", ticket.RunID, err))
		}
	}
	return errors.Join(faults...)
}

// waiting returns the rows to look up at the tenant of the settings; none while it is off.
func (s *Station) waiting(ctx context.Context) ([]backup.Ticket, error) {
	var waiting []backup.Ticket
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		set, err := s.settings(ctx, tx)
		if err != nil || !set.Enabled {
			return err
		}
		waiting, err = tx.CreatingTickets(ctx, set.Tenant(), tx.Now().Add(-settleEvery), settleBatch)
		return err
	})
	return waiting, err
}

func (s *Station) settleOne(ctx context.Context, desk desk, ticket backup.Ticket) error {
	system := backup.System("settle tickets")
	found, err := s.find(ctx, desk, ticket)
	var deleted *autotask.DeletedTicketLog
	if err == nil && found == nil {
		deleted, err = deletion(ctx, desk, ticket)
	}
	switch {
	case err != nil:
		return errors.Join(explain(err), s.keepLooking(ctx, system, ticket, true))
	case deleted != nil:
		return s.endDeleted(ctx, system, ticket, *deleted)
	case found == nil:
		return s.keepLooking(ctx, system, ticket, false)
	}
	if wrong := notOurs(*found, ticket); wrong != nil {
		return s.end(ctx, system, ticket, wrong.Message)
	}
	_, err = s.adopt(ctx, system, desk, ticket, *found)
	return err
}

// deletion returns Autotask's log of the deletion of an acknowledged ticket; nil without
// one, or without the right to read it.
func deletion(ctx context.Context, desk desk, ticket backup.Ticket) (*autotask.DeletedTicketLog, error) {
	if ticket.AutotaskID == nil {
		return nil, nil
	}
	logs, err := desk.client.DeletedTicketLogs(ctx, *ticket.AutotaskID)
	if autotask.KindOf(err) == autotask.Forbidden {
		return nil, nil
	}
	if err != nil || len(logs) == 0 {
		return nil, err
	}
	return &logs[0], nil
}

// endDeleted ends the wait for a ticket that was deleted before it could be read.
func (s *Station) endDeleted(ctx context.Context, who backup.User, ticket backup.Ticket, deleted autotask.DeletedTicketLog) error {
	return s.amend(ctx, who, &ticket, func(tx *store.Tx, row *backup.Ticket) (string, error) {
		if row.State != backup.TicketCreating {
			return unrecorded, nil
		}
		row.State, row.Active, row.Detail = backup.TicketMissing, false, missingSentence
		row.Number, row.CheckedAt = deleted.TicketNumber, new(tx.Now())
		return audit.TicketMissing, nil
	})
}

// keepLooking notes a look-up that found nothing, and ends the search when it was long
// enough. One that failed proves nothing, but lets other rows have their turn first.
func (s *Station) keepLooking(ctx context.Context, who backup.User, ticket backup.Ticket, failed bool) error {
	return s.amend(ctx, who, &ticket, func(tx *store.Tx, row *backup.Ticket) (string, error) {
		if row.State != backup.TicketCreating {
			return unrecorded, nil
		}
		row.CheckedAt = new(tx.Now())
		if failed {
			return unrecorded, nil
		}
		row.Tries++
		switch {
		case row.AutotaskID != nil:
			row.Detail = fmt.Sprintf("Autotask created the ticket with id %d, but does not show it to the API user. Backupchecks goes on looking for it.", *row.AutotaskID)
			return unrecorded, nil
		case tx.Now().Sub(row.CreatedAt) < settleGiveUp:
			row.Detail = "Autotask has no such ticket so far. Backupchecks goes on looking for it."
			return unrecorded, nil
		}
		row.State, row.Active = backup.TicketFailed, false
		row.Detail = "No ticket was found in Autotask for ten minutes, so none was created. You can try again."
		return audit.TicketFailed, nil
	})
}
