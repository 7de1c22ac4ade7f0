package ticket

import (
	"context"
	"errors"
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
//     earlier try is found and taken;
//  3. the ticket is sent at most once, and read back before it counts as ours;
//  4. after an unclear answer Autotask is searched again; while that finds nothing the row
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
		key, err := externalID(ctx, tx, id)
		if err != nil {
			return err
		}
		ticket, err = tx.AddTicket(ctx, backup.Ticket{
			RunID: id, Origin: backup.TicketCreated, State: backup.TicketCreating, Active: true,
			Tenant: preview.settings.Tenant(), ExternalID: key, CompanyID: preview.Customer.Mapping.CompanyID,
			Title: preview.Title, CreatedBy: who.Name, CreatedAt: tx.Now(),
		})
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, who, audit.TicketRequested, runSubject(id), map[string]any{
			"title": ticket.Title, "company_id": ticket.CompanyID, "external_id": key,
		})
	})
	return preview, ticket, err
}

// externalID is the key under which the run's ticket is found again in Autotask. It stays
// the same from try to try, so that a ticket that an unclear try left behind is found by
// the next one; only after a ticket that really existed does the run get a new key. The
// installation's id keeps two Backupchecks on one tenant apart.
func externalID(ctx context.Context, tx *store.Tx, id backup.RunID) (string, error) {
	installation, err := settings.Installation(ctx, tx)
	if err != nil {
		return "", err
	}
	former, err := tx.TicketsOfRun(ctx, id)
	if err != nil {
		return "", err
	}
	generation := 1
	for _, ticket := range former {
		if ticket.Origin == backup.TicketCreated && ticket.AutotaskID != nil {
			generation++
		}
	}
	return fmt.Sprintf("bkc-%s-r%d-%d", installation, id, generation), nil
}

// send searches, creates and reads back.
func (s *Station) send(ctx context.Context, who backup.User, desk desk, preview Preview, ticket backup.Ticket) (backup.Ticket, error) {
	found, err := s.find(ctx, desk, ticket)
	if err != nil {
		// Nothing was sent. An earlier try may still turn up: the next one searches first.
		return ticket, s.fail(ctx, who, ticket, err)
	}
	if found != nil {
		return s.adopt(ctx, who, desk, ticket, *found)
	}
	id, err := desk.client.CreateTicket(ctx, newTicket(preview, ticket, s.now()))
	if err != nil && autotask.NothingDone(err) {
		return ticket, s.fail(ctx, who, ticket, err)
	}
	if err != nil {
		return s.unclear(ctx, who, desk, ticket, err)
	}
	created, err := desk.client.Ticket(ctx, id)
	if err != nil {
		return s.unclear(ctx, who, desk, ticket, fmt.Errorf("read back ticket %d: %w", id, err))
	}
	if !isOurs(created, ticket) {
		return ticket, s.folded(ctx, who, ticket, created)
	}
	return s.adopt(ctx, who, desk, ticket, created)
}

func newTicket(preview Preview, ticket backup.Ticket, now time.Time) autotask.NewTicket {
	return autotask.NewTicket{
		CompanyID: *ticket.CompanyID, Title: preview.Title, Description: preview.Description,
		Status: *preview.settings.StatusID, Priority: preview.priorityID,
		QueueID: preview.settings.QueueID, Source: preview.settings.SourceID,
		DueDateTime: now.Add(dueIn).UTC().Truncate(time.Second), ExternalID: ticket.ExternalID,
	}
}

// find searches Autotask for the ticket's key. Several tickets with our key cannot come from
// us; the first is taken, because it is the one an earlier try would have found too.
func (s *Station) find(ctx context.Context, desk desk, ticket backup.Ticket) (*autotask.Ticket, error) {
	found, err := desk.client.TicketsByExternalID(ctx, ticket.ExternalID)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	if len(found) > 1 {
		s.log.WarnContext(ctx, "several tickets carry one key", "key", ticket.ExternalID, "tickets", len(found), "taken", found[0].ID)
	}
	return &found[0], nil
}

// isOurs reports whether Autotask's ticket is the one that was sent. A workflow rule may
// have changed the status or the queue by now, but never the key.
func isOurs(created autotask.Ticket, sent backup.Ticket) bool {
	return created.ExternalID == sent.ExternalID
}

// unclear searches for the ticket after an answer that proves nothing. While it is not found
// the row stays creating.
func (s *Station) unclear(ctx context.Context, who backup.User, desk desk, ticket backup.Ticket, cause error) (backup.Ticket, error) {
	s.log.WarnContext(ctx, "ticket creation is unclear", "run", ticket.RunID, "key", ticket.ExternalID, "err", cause)
	for _, pause := range lookAgainAfter() {
		if err := s.wait(ctx, pause); err != nil {
			break
		}
		found, err := s.find(ctx, desk, ticket)
		if err != nil {
			continue
		}
		if found != nil {
			return s.adopt(ctx, who, desk, ticket, *found)
		}
	}
	ticket.Detail = explain(cause).Message + " Backupchecks goes on looking for the ticket and shows it here when it is found."
	ticket.CheckedAt = new(s.now())
	return ticket, s.settleRow(ctx, who, ticket, audit.TicketUnclear)
}

// adopt makes the found ticket the run's.
func (s *Station) adopt(ctx context.Context, who backup.User, desk desk, ticket backup.Ticket, found autotask.Ticket) (backup.Ticket, error) {
	zone, err := desk.client.Zone(ctx)
	if err != nil {
		s.log.WarnContext(ctx, "ticket address unknown", "run", ticket.RunID, "err", err)
	} else {
		ticket.URL = autotask.TicketURL(zone, found.ID)
	}
	ticket.AutotaskID, ticket.Number = new(found.ID), found.TicketNumber
	ticket.StatusID, ticket.CheckedAt = new(found.Status), new(s.now())
	ticket.State, ticket.Detail = stateOf(found, desk.set), ""
	if found.CompanyID != *ticket.CompanyID || found.Title != ticket.Title {
		ticket.Detail = "Autotask holds this ticket under another title or company than was sent."
	}
	if err := s.settleRow(ctx, who, ticket, audit.TicketCreated); err != nil {
		return ticket, err
	}
	s.log.InfoContext(ctx, "ticket created", "run", ticket.RunID, "ticket", ticket.Number)
	return s.stored(ctx, ticket)
}

func stateOf(found autotask.Ticket, set settings.AutotaskSettings) backup.TicketState {
	if found.Status == set.CompleteStatusID {
		return backup.TicketComplete
	}
	return backup.TicketOpen
}

// folded ends a creation that Autotask put into an older ticket: nothing of ours exists.
func (s *Station) folded(ctx context.Context, who backup.User, ticket backup.Ticket, into autotask.Ticket) error {
	return s.fail(ctx, who, ticket, backup.Errorf(backup.Refused,
		"Autotask made no new ticket: it answered with ticket %s, which is an older one. Link that ticket if it fits.", into.TicketNumber))
}

// fail ends a creation of which nothing came, and frees the run for another try. It returns
// the failure for the person.
func (s *Station) fail(ctx context.Context, who backup.User, ticket backup.Ticket, cause error) error {
	failure := explain(cause)
	if kept, ok := errors.AsType[*backup.Error](cause); ok {
		failure = kept
	}
	ticket.State, ticket.Active, ticket.Detail = backup.TicketFailed, false, failure.Message
	ticket.CheckedAt = new(s.now())
	if err := s.settleRow(ctx, who, ticket, audit.TicketFailed); err != nil {
		return errors.Join(failure, err)
	}
	s.log.WarnContext(ctx, "ticket not created", "run", ticket.RunID, "err", cause)
	return failure
}

// unrecorded is the action of a look-up that found nothing new; the audit log holds none.
const unrecorded = ""

// settleRow writes what became of a creation, if the row still waits for that: another
// process may have found the ticket first.
func (s *Station) settleRow(ctx context.Context, who backup.User, ticket backup.Ticket, action string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	return s.db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockRun(ctx, ticket.RunID); err != nil {
			return err
		}
		now, err := tx.Ticket(ctx, ticket.ID)
		if err != nil || now.State != backup.TicketCreating {
			return err
		}
		label, err := statusLabel(ctx, tx, ticket.StatusID)
		if err != nil {
			return err
		}
		ticket.StatusLabel = label
		if err := tx.UpdateTicket(ctx, ticket); err != nil {
			return err
		}
		if action == unrecorded {
			return nil
		}
		return audit.Record(ctx, tx, who, action, runSubject(ticket.RunID), map[string]any{
			"ticket": ticket.Number, "autotask_id": ticket.AutotaskID, "external_id": ticket.ExternalID, "detail": ticket.Detail,
		})
	})
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
