package ticket

import (
	"context"

	"backupchecks/internal/audit"
	"backupchecks/internal/autotask"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// missingSentence is shown with a ticket that Autotask no longer has.
const missingSentence = "Missing in Autotask (deleted)"

// Refresh validates the run's ticket against Autotask now and returns it as it then is. A
// ticket in state creating is looked for; one that Autotask no longer has becomes missing,
// with its number kept; one that is visible again says so. A manual number is not asked
// for, because Autotask need not know it.
func (s *Station) Refresh(ctx context.Context, who backup.User, id backup.RunID) (backup.Ticket, error) {
	if err := backup.Require(who, backup.SeeTickets); err != nil {
		return backup.Ticket{}, err
	}
	ticket, err := s.latest(ctx, id)
	if err != nil {
		return backup.Ticket{}, err
	}
	if ticket.State == backup.TicketByHand {
		return ticket, nil
	}
	desk, err := s.desk(ctx)
	if err != nil {
		return ticket, err
	}
	if ticket.Tenant != desk.set.Tenant() {
		return ticket, backup.Errorf(backup.Conflict, "Ticket %s belongs to another Autotask environment.", ticket.Number)
	}
	if ticket.State == backup.TicketCreating {
		if err := s.settleOne(ctx, desk, ticket); err != nil {
			return ticket, err
		}
		return s.stored(ctx, ticket)
	}
	if ticket.AutotaskID == nil {
		return ticket, nil
	}
	_, err = s.validate(ctx, who, desk, &ticket)
	if backup.KindOf(err) == backup.NotFound && err != nil {
		err = nil // missing is an answer
	}
	if err != nil {
		return ticket, err
	}
	return s.stored(ctx, ticket)
}

// latest returns the run's active ticket, or else the newest of its former ones, which is
// the one that went missing.
func (s *Station) latest(ctx context.Context, id backup.RunID) (backup.Ticket, error) {
	var tickets []backup.Ticket
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		if _, err := tx.Run(ctx, id); err != nil {
			return err
		}
		var err error
		tickets, err = tx.TicketsOfRun(ctx, id)
		return err
	})
	if err != nil {
		return backup.Ticket{}, err
	}
	for _, ticket := range tickets {
		if ticket.Active {
			return ticket, nil
		}
	}
	for _, ticket := range tickets {
		if ticket.State == backup.TicketMissing {
			return ticket, nil
		}
	}
	return backup.Ticket{}, backup.Errorf(backup.NotFound, "Run %d has no ticket.", id)
}

// validate reads the ticket from Autotask and stores what it learned in *ticket and the
// database. A ticket that Autotask does not have is NotFound, and marked missing.
func (s *Station) validate(ctx context.Context, who backup.User, desk desk, ticket *backup.Ticket) (autotask.Ticket, error) {
	found, err := desk.client.Ticket(ctx, *ticket.AutotaskID)
	switch {
	case autotask.KindOf(err) == autotask.NotFound:
		if err := s.markMissing(ctx, who, ticket); err != nil {
			return found, err
		}
		return found, backup.Errorf(backup.NotFound, "Ticket %s is missing in Autotask (deleted).", ticket.Number)
	case err != nil:
		return found, explain(err)
	}
	return found, s.noteFound(ctx, who, desk, ticket, found)
}

// markMissing keeps the ticket for the record but takes it out of use: no action is allowed
// on it, and the run may get another.
func (s *Station) markMissing(ctx context.Context, who backup.User, ticket *backup.Ticket) error {
	return s.amend(ctx, who, ticket, func(tx *store.Tx, row *backup.Ticket) (string, error) {
		was := row.State
		row.State, row.Active, row.CheckedAt, row.Detail = backup.TicketMissing, false, new(tx.Now()), missingSentence
		if was == backup.TicketMissing {
			return unrecorded, nil
		}
		return audit.TicketMissing, nil
	})
}

// noteFound takes the snapshot over.
func (s *Station) noteFound(ctx context.Context, who backup.User, desk desk, ticket *backup.Ticket, found autotask.Ticket) error {
	return s.amend(ctx, who, ticket, func(tx *store.Tx, row *backup.Ticket) (string, error) {
		wasMissing := row.State == backup.TicketMissing
		if err := snapshot(ctx, tx, row, found, desk.set); err != nil || !wasMissing {
			return unrecorded, err
		}
		return visibleAgain(ctx, tx, row)
	})
}
