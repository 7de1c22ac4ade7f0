package ticket

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"backupchecks/internal/audit"
	"backupchecks/internal/autotask"
	"backupchecks/internal/backup"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
)

// take makes the found ticket the run's, or ends the creation if it is not ours.
func (s *Station) take(ctx context.Context, who backup.User, desk desk, ticket backup.Ticket, found autotask.Ticket) (backup.Ticket, error) {
	if wrong := notOurs(found, ticket); wrong != nil {
		return ticket, s.fail(ctx, who, ticket, wrong)
	}
	return s.adopt(ctx, who, desk, ticket, found)
}

// adopt makes the found ticket the run's. A row that was given up meanwhile comes back with
// it, unless the run has another ticket by now; then it is kept beside that one, so that
// nobody overlooks it.
func (s *Station) adopt(ctx context.Context, who backup.User, desk desk, ticket backup.Ticket, found autotask.Ticket) (backup.Ticket, error) {
	address := ""
	if zone, err := desk.client.Zone(ctx); err != nil {
		s.log.WarnContext(ctx, "ticket address unknown", "run", ticket.RunID, "err", err)
	} else {
		address = autotask.TicketURL(zone, found.ID)
	}
	err := s.amend(ctx, who, &ticket, func(tx *store.Tx, row *backup.Ticket) (string, error) {
		if row.State != backup.TicketCreating && row.State != backup.TicketFailed {
			return unrecorded, nil // another process was faster
		}
		active, err := tx.ActiveTicket(ctx, row.RunID)
		if err != nil {
			return unrecorded, err
		}
		if active != nil && active.ID != row.ID && active.AutotaskID != nil && *active.AutotaskID == found.ID {
			*row = *active // a later try found it
			return unrecorded, nil
		}
		if err := snapshot(ctx, tx, row, found, desk.set); err != nil {
			return unrecorded, err
		}
		row.Active = active == nil || active.ID == row.ID
		row.URL = cmp.Or(address, row.URL)
		row.ExternalID = cmp.Or(found.ExternalID, row.ExternalID)
		if found.Title != row.Title {
			row.Detail = sentences(row.Detail, "Autotask holds this ticket under another title than was sent.")
		}
		if !row.Active {
			row.Detail = sentences(row.Detail, "This ticket came to light after the run had got another one.")
		}
		return audit.TicketCreated, nil
	})
	if err != nil {
		return ticket, err
	}
	s.log.InfoContext(ctx, "ticket created", "run", ticket.RunID, "ticket", ticket.Number)
	return ticket, nil
}

// sentences puts sentences together, and leaves out empty ones.
func sentences(all ...string) string { return strings.TrimSpace(strings.Join(all, " ")) }

// snapshot takes over what Autotask holds. Whether the row is the run's active ticket is the
// caller's to decide.
func snapshot(ctx context.Context, tx *store.Tx, row *backup.Ticket, found autotask.Ticket, set settings.AutotaskSettings) error {
	label, err := statusLabel(ctx, tx, &found.Status)
	if err != nil {
		return err
	}
	row.AutotaskID, row.Number, row.CheckedAt, row.Detail = &found.ID, found.TicketNumber, new(tx.Now()), ""
	row.State, row.StatusID, row.StatusLabel = stateOf(found, set), &found.Status, label
	if row.CompanyID != nil && found.CompanyID != *row.CompanyID {
		row.Detail = fmt.Sprintf("This ticket now belongs to another company in Autotask (%d).", found.CompanyID)
	}
	return nil
}

// visibleAgain notes that a missing ticket is back. It becomes the run's ticket only while
// the run has no other; it never takes another's place silently.
func visibleAgain(ctx context.Context, tx *store.Tx, row *backup.Ticket) (action string, err error) {
	active, err := tx.ActiveTicket(ctx, row.RunID)
	if err != nil {
		return unrecorded, err
	}
	row.Active = active == nil || active.ID == row.ID
	row.Detail = sentences("This ticket is visible in Autotask again.", row.Detail)
	return audit.TicketFound, nil
}

func stateOf(found autotask.Ticket, set settings.AutotaskSettings) backup.TicketState {
	if found.Status == set.CompleteStatusID {
		return backup.TicketComplete
	}
	return backup.TicketOpen
}

func statusLabel(ctx context.Context, tx *store.Tx, id *int64) (string, error) {
	if id == nil {
		return "", nil
	}
	reference, err := settings.LoadReference(ctx, tx)
	if err != nil {
		return "", err
	}
	return reference.Label(reference.Statuses, id), nil
}

// unclear searches for the ticket after an answer that proves nothing. While it is not found
// the row stays creating.
func (s *Station) unclear(ctx context.Context, who backup.User, desk desk, ticket backup.Ticket, cause error) (backup.Ticket, error) {
	s.log.WarnContext(ctx, "ticket creation is unclear", "run", ticket.RunID, "key", ticket.ExternalID, "err", cause)
	for _, pause := range lookAgainAfter() {
		if err := s.wait(ctx, pause); err != nil {
			break
		}
		if found, err := s.find(ctx, desk, ticket); err == nil && found != nil {
			return s.take(ctx, who, desk, ticket, *found)
		}
	}
	failure := explain(cause)
	err := s.amend(ctx, who, &ticket, func(tx *store.Tx, row *backup.Ticket) (string, error) {
		if row.State != backup.TicketCreating {
			return unrecorded, nil
		}
		row.Detail = failure.Message + " Backupchecks goes on looking for the ticket and shows it here when it is found."
		row.CheckedAt = new(tx.Now())
		return audit.TicketUnclear, nil
	})
	if err == nil && ticket.State == backup.TicketFailed {
		return ticket, failure // given up meanwhile; the next try searches first
	}
	return ticket, err
}

// fail ends a creation of which nothing came, and frees the run for another try. It returns
// the failure for the person.
func (s *Station) fail(ctx context.Context, who backup.User, ticket backup.Ticket, cause error) error {
	failure := explain(cause)
	if kept, ok := errors.AsType[*backup.Error](cause); ok {
		failure = kept
	}
	if err := s.end(ctx, who, ticket, failure.Message); err != nil {
		return errors.Join(failure, err)
	}
	s.log.WarnContext(ctx, "ticket not created", "run", ticket.RunID, "err", cause)
	return failure
}

// end makes a row that waits for its ticket a failed one.
func (s *Station) end(ctx context.Context, who backup.User, ticket backup.Ticket, sentence string) error {
	return s.amend(ctx, who, &ticket, func(tx *store.Tx, row *backup.Ticket) (string, error) {
		if row.State != backup.TicketCreating {
			return unrecorded, nil
		}
		// An id that was acknowledged turned out to be that of somebody else's ticket.
		row.State, row.Active, row.Detail, row.AutotaskID = backup.TicketFailed, false, sentence, nil
		row.CheckedAt = new(tx.Now())
		return audit.TicketFailed, nil
	})
}

// unrecorded is the action of a change that brings nothing new; the audit log holds none.
const unrecorded = ""

// storing bounds one change of a row. It is made even when the person has left or time ran
// out, because what Autotask did must not be forgotten.
const storing = 30 * time.Second

// amend changes the ticket's row as the database holds it now, under the lock of its run:
// others may have changed it since it was read. change returns the action to record.
// *ticket becomes the row.
func (s *Station) amend(ctx context.Context, who backup.User, ticket *backup.Ticket, change func(*store.Tx, *backup.Ticket) (action string, err error)) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storing)
	defer cancel()
	var row backup.Ticket
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockRun(ctx, ticket.RunID); err != nil {
			return err
		}
		var err error
		if row, err = tx.Ticket(ctx, ticket.ID); err != nil {
			return err
		}
		action, err := change(tx, &row)
		if err != nil {
			return err
		}
		if err := tx.UpdateTicket(ctx, row); err != nil || action == unrecorded {
			return err
		}
		return audit.Record(ctx, tx, who, action, runSubject(row.RunID), map[string]any{
			"ticket": row.Number, "autotask_id": row.AutotaskID, "external_id": row.ExternalID, "active": row.Active, "detail": row.Detail,
		})
	})
	if err == nil {
		*ticket = row
	}
	return err
}

// stored reads the ticket as the database now holds it.
func (s *Station) stored(ctx context.Context, ticket backup.Ticket) (backup.Ticket, error) {
	err := s.db.Read(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		var err error
		ticket, err = tx.Ticket(ctx, ticket.ID)
		return err
	})
	return ticket, err
}

func runSubject(id backup.RunID) string { return fmt.Sprintf("run %d", id) }
