package ticket

import (
	"context"
	"fmt"
	"slices"
	"time"

	"backupchecks/internal/autotask"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// clockSkew is how far Autotask's clock may lie behind ours, or its times be rounded down.
const clockSkew = time.Minute

// find searches Autotask for the ticket: by the id that Autotask acknowledged, where it did,
// and by the key. Nil means that it cannot be seen.
func (s *Station) find(ctx context.Context, desk desk, ticket backup.Ticket) (*autotask.Ticket, error) {
	if ticket.AutotaskID != nil {
		found, err := desk.client.Ticket(ctx, *ticket.AutotaskID)
		if err == nil {
			return &found, nil
		}
		if autotask.KindOf(err) != autotask.NotFound {
			return nil, err
		}
	}
	found, err := desk.client.TicketsByExternalID(ctx, ticket.ExternalID)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	taken := max(0, slices.IndexFunc(found, func(f autotask.Ticket) bool { return f.CompanyID == *ticket.CompanyID }))
	if len(found) > 1 { // they cannot all come from us
		s.log.WarnContext(ctx, "several tickets carry one key", "key", ticket.ExternalID, "tickets", len(found), "taken", found[taken].ID)
	}
	return &found[taken], nil
}

// notOurs says why the found ticket is not the one that the row stands for; nil when it is.
// A workflow rule may have changed its status or queue by now, or emptied the key, and a
// person may have moved it to another company; but that takes a ticket that we sent.
func notOurs(found autotask.Ticket, row backup.Ticket) *backup.Error {
	isSent := func(since *time.Time) bool {
		return since != nil && found.CreateDate != nil && !found.CreateDate.Before(since.Add(-clockSkew))
	}
	company := found.CompanyID == *row.CompanyID
	acknowledged := row.AutotaskID != nil && *row.AutotaskID == found.ID
	switch {
	case found.ExternalID == row.ExternalID && (company || acknowledged || isSent(row.SentAt)):
		return nil
	case found.ExternalID == row.ExternalID:
		return backup.Errorf(backup.Conflict,
			"Ticket %s in Autotask carries the key of this run, but belongs to another company (%d). No ticket was created. Look at that ticket first.", found.TicketNumber, found.CompanyID)
	case found.ExternalID == "" && acknowledged && company && found.Title == row.Title && isSent(&row.CreatedAt):
		return nil
	}
	return backup.Errorf(backup.Refused,
		"Autotask made no new ticket: it answered with ticket %s, which is an older one. Link that ticket if it fits.", found.TicketNumber)
}

// takeFormer looks for tickets that the run had before, on this tenant. One that can be seen
// again stays the run's ticket, and no other is made. done tells whether the creation ended
// with that, or with an error.
func (s *Station) takeFormer(ctx context.Context, who backup.User, desk desk, ticket backup.Ticket) (done bool, taken backup.Ticket, err error) {
	former, err := s.former(ctx, ticket)
	if err != nil {
		return true, ticket, s.fail(ctx, who, ticket, err)
	}
	row, found, err := formerByID(ctx, desk, former)
	if err != nil {
		return true, ticket, s.fail(ctx, who, ticket, err)
	}
	if found != nil {
		taken, err := s.restore(ctx, who, desk, ticket, row, *found)
		return true, taken, err
	}
	if found, err = s.formerByKey(ctx, desk, ticket, former); err != nil {
		return true, ticket, s.fail(ctx, who, ticket, err)
	}
	if found != nil {
		taken, err := s.adopt(ctx, who, desk, ticket, *found)
		return true, taken, err
	}
	return false, ticket, nil
}

// former returns the other rows of the run on the same tenant, newest first.
func (s *Station) former(ctx context.Context, ticket backup.Ticket) ([]backup.Ticket, error) {
	var rows []backup.Ticket
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.TicketsOfRun(ctx, ticket.RunID)
		return err
	})
	return slices.DeleteFunc(rows, func(row backup.Ticket) bool {
		return row.ID == ticket.ID || row.Tenant != ticket.Tenant || row.State == backup.TicketByHand
	}), err
}

// formerByID returns the newest former row whose ticket can be seen, and the ticket; nil
// without one.
func formerByID(ctx context.Context, desk desk, former []backup.Ticket) (backup.Ticket, *autotask.Ticket, error) {
	var ids []int64
	for _, row := range former {
		if row.AutotaskID != nil {
			ids = append(ids, *row.AutotaskID)
		}
	}
	if len(ids) == 0 {
		return backup.Ticket{}, nil, nil
	}
	visible, err := desk.client.TicketsByID(ctx, ids)
	if err != nil {
		return backup.Ticket{}, nil, err
	}
	for _, row := range former {
		for _, found := range visible {
			if row.AutotaskID != nil && found.ID == *row.AutotaskID {
				return row, &found, nil
			}
		}
	}
	return backup.Ticket{}, nil, nil
}

// formerByKey returns a ticket under a key of a former try that nobody knows of yet; nil
// without one.
func (s *Station) formerByKey(ctx context.Context, desk desk, ticket backup.Ticket, former []backup.Ticket) (*autotask.Ticket, error) {
	asked := map[string]bool{"": true, ticket.ExternalID: true}
	for _, row := range former {
		if asked[row.ExternalID] {
			continue
		}
		asked[row.ExternalID] = true
		row.AutotaskID = nil // it was looked up
		found, err := s.find(ctx, desk, row)
		if err != nil {
			return nil, err
		}
		if found != nil && notOurs(*found, row) == nil {
			return found, nil
		}
	}
	return nil, nil
}

// restore gives the run back a former ticket that is visible again, in place of the one that
// was about to be created. The answer is that the run has a ticket.
func (s *Station) restore(ctx context.Context, who backup.User, desk desk, ticket, former backup.Ticket, found autotask.Ticket) (backup.Ticket, error) {
	err := s.amend(ctx, who, &former, func(tx *store.Tx, row *backup.Ticket) (string, error) {
		reserved, err := tx.Ticket(ctx, ticket.ID)
		if err != nil {
			return unrecorded, err
		}
		if reserved.State != backup.TicketCreating {
			return unrecorded, backup.Errorf(backup.Conflict, "This try was given up in the meantime, so nothing was sent.")
		}
		reserved.State, reserved.Active, reserved.CheckedAt = backup.TicketFailed, false, new(tx.Now())
		reserved.Detail = fmt.Sprintf("Ticket %s of this run is visible in Autotask again, so no other was created.", found.TicketNumber)
		if err := tx.UpdateTicket(ctx, reserved); err != nil {
			return unrecorded, err
		}
		if err := snapshot(ctx, tx, row, found, desk.set); err != nil {
			return unrecorded, err
		}
		return visibleAgain(ctx, tx, row)
	})
	if err != nil {
		return ticket, s.fail(ctx, who, ticket, err)
	}
	return former, &HasTicketError{Ticket: former}
}
