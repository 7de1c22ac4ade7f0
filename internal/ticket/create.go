package ticket

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"backupchecks/internal/audit"
	"backupchecks/internal/autotask"
	"backupchecks/internal/backup"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
)

// createTimeout bounds one creation from the look-up to the read-back. It goes on when the
// person closes the page, because a request that is under way cannot be taken back.
const createTimeout = 2 * time.Minute

// sendWithin is how old a row may be when its ticket is sent. With createTimeout it stays
// well below settleGiveUp, also on a machine that slept in between.
const sendWithin = 5 * time.Minute

// lookAgainAfter is how long to wait before each new look-up after an unclear answer.
func lookAgainAfter() []time.Duration {
	return []time.Duration{time.Second, 3 * time.Second}
}

// BlockedError is the refusal to create a ticket that cannot be created as things are. Each
// reason is a sentence with its cure.
type BlockedError struct {
	Reasons []Block
}

// Error returns the first reason; the others stand in Reasons.
func (b *BlockedError) Error() string { return b.Reasons[0].Sentence }

// Unwrap makes a BlockedError an Invalid error for everybody who asks for its kind.
func (b *BlockedError) Unwrap() []error {
	faults := make([]error, len(b.Reasons))
	for i, reason := range b.Reasons {
		faults[i] = backup.Errorf(backup.Invalid, "%s", reason.Sentence)
	}
	return faults
}

// HasTicketError is the refusal to create a second ticket for a run.
type HasTicketError struct {
	Ticket backup.Ticket
}

// Error says which ticket the run has.
func (h *HasTicketError) Error() string { return h.Unwrap().Error() }

// Unwrap makes a HasTicketError a Conflict for everybody who asks for its kind.
func (h *HasTicketError) Unwrap() error {
	if h.Ticket.State == backup.TicketCreating {
		return backup.Errorf(backup.Conflict, "A ticket for this run is being created already.")
	}
	return backup.Errorf(backup.Conflict, "This run has ticket %s already.", h.Ticket.Number)
}

// Create makes the run's ticket in Autotask. Exactly one exists afterwards, whatever fails:
//
//  1. a row in state creating is committed first, under a constraint that allows a run one
//     active ticket, with a key that goes into the ticket's externalID;
//  2. Autotask is searched for the key before anything is sent, so that a ticket of an
//     earlier try is found and taken, and for the run's former tickets, of which one may be
//     visible again;
//  3. directly before the ticket is sent the row and the settings are checked once more;
//  4. the ticket is sent at most once, its id is stored, and it is read back before it
//     counts as ours;
//  5. after an unclear answer Autotask is searched again; while that finds nothing the row
//     stays creating, and Settle goes on looking.
//
// A ticket in state creating is returned without an error: its outcome is not known yet. A
// definite refusal is an error of kind Refused in Autotask's words, and frees the run.
func (s *Station) Create(ctx context.Context, who backup.User, id backup.RunID) (backup.Ticket, error) {
	if err := backup.Require(who, backup.ManageTickets); err != nil {
		return backup.Ticket{}, err
	}
	preview, ticket, err := s.reserve(ctx, who, id)
	if err != nil {
		return backup.Ticket{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), createTimeout)
	defer cancel()
	desk, err := s.desk(ctx)
	if err == nil && desk.set.Tenant() != ticket.Tenant {
		err = errOtherTenant()
	}
	if err != nil {
		return ticket, s.fail(ctx, who, ticket, err)
	}
	return s.send(ctx, who, desk, preview, ticket)
}

// reserve commits the row that keeps everybody else from creating a ticket for the run.
func (s *Station) reserve(ctx context.Context, who backup.User, id backup.RunID) (Preview, backup.Ticket, error) {
	var preview Preview
	var ticket backup.Ticket
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockRun(ctx, id); err != nil {
			return err
		}
		active, err := tx.ActiveTicket(ctx, id)
		if err != nil {
			return err
		}
		if active != nil {
			return &HasTicketError{Ticket: *active}
		}
		if preview, err = s.preview(ctx, tx, id); err != nil {
			return err
		}
		if len(preview.BlockedBy) > 0 {
			return &BlockedError{Reasons: preview.BlockedBy}
		}
		fresh := backup.Ticket{
			RunID: id, Origin: backup.TicketCreated, State: backup.TicketCreating, Active: true,
			Tenant: preview.settings.Tenant(), CompanyID: preview.Customer.Mapping.CompanyID,
			Title: preview.Title, CreatedBy: who.Name,
		}
		if err := giveKey(ctx, tx, &fresh, preview.Run); err != nil {
			return err
		}
		if ticket, err = tx.AddTicket(ctx, fresh); err != nil {
			return err
		}
		return audit.Record(ctx, tx, who, audit.TicketRequested, runSubject(id), map[string]any{
			"title": ticket.Title, "company_id": ticket.CompanyID, "external_id": ticket.ExternalID,
		})
	})
	return preview, ticket, err
}

// giveKey gives a new row the key under which its ticket is found again in Autotask. It stays
// the same from try to try, so that a ticket that an unclear try left behind is found by
// the next one; only after a ticket that really existed does the run get a new key.
func giveKey(ctx context.Context, tx *store.Tx, fresh *backup.Ticket, run backup.Run) error {
	former, err := tx.TicketsOfRun(ctx, run.ID)
	if err != nil {
		return err
	}
	generation := 1
	for _, ticket := range former { // newest first
		switch {
		case ticket.Origin != backup.TicketCreated:
		case ticket.AutotaskID != nil:
			generation++
		case generation == 1 && fresh.ExternalID == "" && ticket.Tenant == fresh.Tenant:
			fresh.ExternalID, fresh.SentAt = ticket.ExternalID, ticket.SentAt
		}
	}
	if fresh.ExternalID != "" {
		return nil
	}
	installation, err := settings.Installation(ctx, tx)
	if err != nil {
		return err
	}
	fresh.ExternalID = externalID(installation, run, generation)
	return nil
}

// externalID is the run's key, of at most 50 characters. The installation's id keeps two
// Backupchecks on one tenant apart. The run's identity does so for copies of one database,
// which have the id in common and may give one number to different runs.
func externalID(installation string, run backup.Run, generation int) string {
	identity := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d", backup.Fold(run.Job.Customer), run.Job.Key(), run.At().UnixMilli()))
	return fmt.Sprintf("bkc-%s-%x-r%d-%d", installation, identity[:4], run.ID, generation)
}

// send searches, creates and reads back.
func (s *Station) send(ctx context.Context, who backup.User, desk desk, preview Preview, ticket backup.Ticket) (backup.Ticket, error) {
	found, err := s.find(ctx, desk, ticket)
	if err != nil {
		// Nothing was sent. An earlier try may still turn up: the next one searches first.
		return ticket, s.fail(ctx, who, ticket, err)
	}
	if found != nil {
		return s.take(ctx, who, desk, ticket, *found)
	}
	if done, again, err := s.takeFormer(ctx, who, desk, ticket); done {
		return again, err
	}
	if err := s.fence(ctx, who, &ticket); err != nil {
		return ticket, s.fail(ctx, who, ticket, err)
	}
	if ticket.State != backup.TicketCreating {
		return ticket, nil // another process found it in the meantime
	}
	id, err := desk.client.CreateTicket(ctx, newTicket(preview, ticket, s.now()))
	if err != nil && autotask.NothingDone(err) {
		return ticket, s.fail(ctx, who, ticket, err)
	}
	if err != nil {
		return s.unclear(ctx, who, desk, ticket, err)
	}
	if err := s.acknowledge(ctx, who, &ticket, id); err != nil {
		s.log.ErrorContext(ctx, "the id of a new ticket was not stored", "run", ticket.RunID, "id", id, "err", err)
	}
	created, err := desk.client.Ticket(ctx, id)
	if err != nil {
		return s.unclear(ctx, who, desk, ticket, fmt.Errorf("read back ticket %d: %w", id, err))
	}
	return s.take(ctx, who, desk, ticket, created)
}

// fence is the last look before the ticket is sent: from then on it may exist. The row must
// still wait for it, and the integration still be on and the same.
func (s *Station) fence(ctx context.Context, who backup.User, ticket *backup.Ticket) error {
	return s.amend(ctx, who, ticket, func(tx *store.Tx, row *backup.Ticket) (string, error) {
		switch {
		case row.State == backup.TicketOpen || row.State == backup.TicketComplete:
			return unrecorded, nil
		case row.State != backup.TicketCreating || !row.Active:
			return unrecorded, backup.Errorf(backup.Conflict, "This try was given up in the meantime, so nothing was sent.")
		case tx.Now().Sub(row.CreatedAt) > sendWithin:
			return unrecorded, backup.Errorf(backup.Unavailable, "It took too long to search Autotask, so nothing was sent. Please try again.")
		}
		if err := stillOn(ctx, tx, row.Tenant); err != nil {
			return unrecorded, err
		}
		row.CheckedAt = new(tx.Now())
		if row.SentAt == nil {
			row.SentAt = row.CheckedAt
		}
		return unrecorded, nil
	})
}

// acknowledge keeps the id that Autotask gave the ticket, before anything else can fail. A
// row that was given up while the request was under way waits again, unless the run has
// another ticket by now; then the id is kept for the record.
func (s *Station) acknowledge(ctx context.Context, who backup.User, ticket *backup.Ticket, id int64) error {
	return s.amend(ctx, who, ticket, func(tx *store.Tx, row *backup.Ticket) (string, error) {
		if row.State == backup.TicketFailed {
			active, err := tx.ActiveTicket(ctx, row.RunID)
			if err != nil {
				return unrecorded, err
			}
			if active == nil {
				row.State, row.Active = backup.TicketCreating, true
			}
		}
		if row.AutotaskID == nil {
			row.AutotaskID = &id
		}
		return unrecorded, nil
	})
}

func newTicket(preview Preview, ticket backup.Ticket, now time.Time) autotask.NewTicket {
	return autotask.NewTicket{
		CompanyID: *ticket.CompanyID, Title: preview.Title, Description: preview.Description,
		Status: *preview.settings.StatusID, Priority: preview.priorityID,
		QueueID: preview.settings.QueueID, Source: preview.settings.SourceID,
		DueDateTime: now.Add(dueIn).UTC().Truncate(time.Second), ExternalID: ticket.ExternalID,
	}
}
