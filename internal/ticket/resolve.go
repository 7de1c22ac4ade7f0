package ticket

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"backupchecks/internal/audit"
	"backupchecks/internal/autotask"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// The fixed texts of the internal notes. Nobody edits them.
const (
	ResolvedNote    = "Ticket resolved via Backupchecks after verification that the backup issue is no longer present."
	TimeEntriesNote = "Ticket marked as resolved in Backupchecks, but not closed automatically because time entries are present."
)

// noteTitle stands over both notes, because some tenants demand a title.
const noteTitle = "Backupchecks"

// resendAfter is when a note that was sent without a clear answer, and still cannot be
// found, may be sent again: long after any late commit.
const resendAfter = 10 * time.Minute

// The outcomes of resolving. Their text is fixed by the API.
const (
	Closed   = "closed"
	NoteOnly = "note_only" // time entries are present, so the ticket stays open
)

// Resolution says what Resolve did.
type Resolution struct {
	Outcome string
	Ticket  backup.Ticket
}

// Resolve marks the run's ticket as resolved in Autotask. Without time entries it adds the
// fixed internal note and then closes the ticket; with time entries it adds the other fixed
// note and leaves the ticket open. Time entries are looked at again directly before the
// ticket is closed. Each note is added once: a repeat after a failure goes on where the
// former one stopped.
func (s *Station) Resolve(ctx context.Context, who backup.User, id backup.RunID) (Resolution, error) {
	if err := backup.Require(who, backup.ManageTickets); err != nil {
		return Resolution{}, err
	}
	ticket, err := s.latest(ctx, id)
	if err != nil {
		return Resolution{}, err
	}
	desk, err := s.desk(ctx)
	if err != nil {
		return Resolution{}, err
	}
	if err := resolvable(ticket, desk); err != nil {
		return Resolution{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), createTimeout)
	defer cancel()
	found, err := s.validate(ctx, who, desk, &ticket)
	if backup.KindOf(err) == backup.NotFound && err != nil {
		return Resolution{}, backup.Errorf(backup.Conflict, "Ticket %s is missing in Autotask (deleted), so it cannot be resolved.", ticket.Number)
	}
	if err != nil {
		return Resolution{}, err
	}
	if found.Status == desk.set.CompleteStatusID {
		return Resolution{}, backup.Errorf(backup.Conflict, "Ticket %s is complete in Autotask already.", ticket.Number)
	}
	return s.resolve(ctx, who, desk, ticket)
}

func resolvable(ticket backup.Ticket, desk desk) error {
	switch {
	case !desk.set.AllowResolve:
		return backup.Errorf(backup.Conflict, "Resolving tickets from Backupchecks is switched off in Settings.")
	case ticket.State == backup.TicketCreating:
		return backup.Errorf(backup.Conflict, "The ticket is still being created.")
	case ticket.AutotaskID == nil:
		return backup.Errorf(backup.Conflict, "Number %s was entered by hand. Link the Autotask ticket first; then it can be resolved.", ticket.Number)
	case ticket.Tenant != desk.set.Tenant():
		return backup.Errorf(backup.Conflict, "Ticket %s belongs to another Autotask environment.", ticket.Number)
	case ticket.State == backup.TicketMissing:
		return backup.Errorf(backup.Conflict, "Ticket %s is missing in Autotask (deleted), so it cannot be resolved.", ticket.Number)
	}
	return nil
}

func (s *Station) resolve(ctx context.Context, who backup.User, desk desk, ticket backup.Ticket) (Resolution, error) {
	worked, err := hasTimeEntries(ctx, desk, ticket)
	if err != nil {
		return Resolution{}, err
	}
	if worked {
		return s.noteOnly(ctx, who, desk, ticket)
	}
	if err := s.addNote(ctx, desk, ticket, store.NoteResolved, ResolvedNote); err != nil {
		return Resolution{}, err
	}
	// Somebody may have booked time while the note was on its way.
	if worked, err = hasTimeEntries(ctx, desk, ticket); err != nil {
		return Resolution{}, err
	}
	if worked {
		return s.noteOnly(ctx, who, desk, ticket)
	}
	if err := s.confirm(ctx, ticket.Tenant); err != nil {
		return Resolution{}, err
	}
	if err := desk.client.UpdateTicket(ctx, *ticket.AutotaskID, autotask.TicketChanges{Status: &desk.set.CompleteStatusID}); err != nil {
		return Resolution{}, explain(err)
	}
	if _, err := s.validate(ctx, who, desk, &ticket); err != nil {
		s.log.WarnContext(ctx, "closed ticket not read back", "ticket", ticket.Number, "err", err)
	}
	return s.resolved(ctx, who, ticket, Closed, audit.TicketResolved)
}

func hasTimeEntries(ctx context.Context, desk desk, ticket backup.Ticket) (bool, error) {
	entries, err := desk.client.TimeEntries(ctx, *ticket.AutotaskID)
	if err != nil {
		return false, explain(err)
	}
	return len(entries) > 0, nil
}

func (s *Station) noteOnly(ctx context.Context, who backup.User, desk desk, ticket backup.Ticket) (Resolution, error) {
	if err := s.addNote(ctx, desk, ticket, store.NoteTimeEntries, TimeEntriesNote); err != nil {
		return Resolution{}, err
	}
	return s.resolved(ctx, who, ticket, NoteOnly, audit.TicketNoteOnly)
}

func (s *Station) resolved(ctx context.Context, who backup.User, ticket backup.Ticket, outcome, action string) (Resolution, error) {
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		return audit.Record(ctx, tx, who, action, runSubject(ticket.RunID), map[string]any{
			"ticket": ticket.Number, "autotask_id": ticket.AutotaskID,
		})
	})
	if err != nil {
		return Resolution{}, err
	}
	ticket, err = s.stored(ctx, ticket)
	return Resolution{Outcome: outcome, Ticket: ticket}, err
}

// addNote makes sure that the ticket has the note, and only once: what was sent before is
// remembered here, and Autotask's own notes are read before another is sent.
func (s *Station) addNote(ctx context.Context, desk desk, ticket backup.Ticket, kind, text string) error {
	claim, err := s.claimNote(ctx, ticket, kind)
	if err != nil || claim == noteDone {
		return err
	}
	there, err := noteThere(ctx, desk, ticket, text)
	if err != nil && claim == noteOurs {
		return errors.Join(err, s.releaseNote(ctx, ticket, kind))
	}
	if err != nil {
		return err
	}
	if !there && claim == noteUnclear {
		return backup.Errorf(backup.Unavailable,
			"The note was sent to Autotask a moment ago without a clear answer, and it is not known yet whether it is there. Please try again in %d minutes; the ticket was not closed.", int(resendAfter.Minutes()))
	}
	if !there {
		if err := s.sendNote(ctx, desk, ticket, kind, text); err != nil {
			return err
		}
	}
	return s.db.Write(ctx, func(tx *store.Tx) error { return tx.SetTicketNote(ctx, noteKey(ticket, kind), true) })
}

// noteClaim says whose turn it is to send a note.
type noteClaim int

const (
	noteOurs    noteClaim = iota // ours: nobody sent it, or so long ago that it would be there
	noteUnclear                  // somebody sent it just now, or is sending it
	noteDone                     // it is there
)

// noteKey names the note that all runs of the Autotask ticket share.
func noteKey(ticket backup.Ticket, kind string) store.TicketNoteKey {
	return store.TicketNoteKey{Tenant: ticket.Tenant, AutotaskID: *ticket.AutotaskID, Kind: kind}
}

// claimNote decides in one transaction who sends the note, so that two people, or two
// processes, do not both, nor two runs that share the ticket.
func (s *Station) claimNote(ctx context.Context, ticket backup.Ticket, kind string) (noteClaim, error) {
	var claim noteClaim
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		claim = noteOurs
		key := noteKey(ticket, kind)
		sent, err := tx.BeginTicketNote(ctx, key)
		switch {
		case err != nil || sent == nil:
			return err
		case sent.Done:
			claim = noteDone
			return nil
		case tx.Now().Sub(sent.SentAt) < resendAfter:
			claim = noteUnclear
			return nil
		}
		return tx.SetTicketNote(ctx, key, false)
	})
	return claim, err
}

// sendNote sends the note. After a definite refusal nothing was added, so the claim is
// given back and a repeat may send at once.
func (s *Station) sendNote(ctx context.Context, desk desk, ticket backup.Ticket, kind, text string) error {
	if err := s.confirm(ctx, ticket.Tenant); err != nil {
		return errors.Join(err, s.releaseNote(ctx, ticket, kind))
	}
	_, err := desk.client.CreateNote(ctx, autotask.NewNote{
		TicketID: *ticket.AutotaskID, Title: noteTitle, Description: text,
		NoteType: autotask.NoteTypeTaskSummary, Publish: autotask.PublishInternal,
	})
	if err == nil {
		return nil
	}
	if autotask.NothingDone(err) {
		return errors.Join(explain(err), s.releaseNote(ctx, ticket, kind))
	}
	if waited := s.wait(ctx, lookAgainAfter()[0]); waited != nil {
		return explain(err)
	}
	there, again := noteThere(ctx, desk, ticket, text)
	if again != nil || !there {
		return explain(err)
	}
	return nil
}

// releaseNote gives a claim back of which nothing was sent.
func (s *Station) releaseNote(ctx context.Context, ticket backup.Ticket, kind string) error {
	return s.db.Write(ctx, func(tx *store.Tx) error { return tx.RemoveTicketNote(ctx, noteKey(ticket, kind)) })
}

func noteThere(ctx context.Context, desk desk, ticket backup.Ticket, text string) (bool, error) {
	notes, err := desk.client.TicketNotes(ctx, *ticket.AutotaskID)
	if err != nil {
		return false, explain(err)
	}
	return slices.ContainsFunc(notes, func(note autotask.Note) bool {
		return strings.TrimSpace(note.Description) == text
	}), nil
}
