package ticket

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"backupchecks/internal/audit"
	"backupchecks/internal/autotask"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// maxNumber is how long a ticket number may be: Autotask's own field has 50 characters.
const maxNumber = 50

// LinkRequest names an existing Autotask ticket, by its number or its id.
type LinkRequest struct {
	Number     string
	AutotaskID *int64
}

// Link ties an existing Autotask ticket to the run after reading it from Autotask. The
// ticket itself is not touched; its externalID may be somebody else's. A run with an active
// ticket is a HasTicketError conflict, unless that is a number entered by hand, which the link
// replaces, or a ticket that is missing in Autotask.
func (s *Station) Link(ctx context.Context, who backup.User, id backup.RunID, request LinkRequest) (backup.Ticket, error) {
	if err := backup.Require(who, backup.ManageTickets); err != nil {
		return backup.Ticket{}, err
	}
	number := strings.TrimSpace(request.Number)
	if number == "" && request.AutotaskID == nil {
		return backup.Ticket{}, backup.Errorf(backup.Invalid, "Enter the number of the Autotask ticket.").In("ticket_number")
	}
	customer, err := s.mayReplace(ctx, id)
	if err != nil {
		return backup.Ticket{}, err
	}
	desk, err := s.desk(ctx)
	if err != nil {
		return backup.Ticket{}, err
	}
	found, err := s.lookUp(ctx, desk, number, request.AutotaskID)
	if err != nil {
		return backup.Ticket{}, err
	}
	zone, err := desk.client.Zone(ctx)
	if err != nil {
		return backup.Ticket{}, explain(err)
	}
	company := strconv.FormatInt(found.CompanyID, 10)
	if isOthers(customer.Mapping, desk, found) {
		company = companyName(ctx, desk, found.CompanyID)
	}
	allowed := func(tx *store.Tx) error {
		if err := stillOn(ctx, tx, desk.set.Tenant()); err != nil {
			return err
		}
		customer, err := tx.Customer(ctx, customer.ID)
		if err == nil && isOthers(customer.Mapping, desk, found) {
			return backup.Errorf(backup.Invalid, "Ticket %s belongs to company %s in Autotask, but customer %s has company %s there.",
				found.TicketNumber, company, customer.Name, companyLabel(customer.Mapping)).In("ticket_number")
		}
		return err
	}
	return s.replace(ctx, who, id, audit.TicketLinked, allowed, backup.Ticket{
		RunID: id, Origin: backup.TicketLinked, State: stateOf(found, desk.set), Active: true,
		Tenant: desk.set.Tenant(), CompanyID: &found.CompanyID, Title: found.Title,
		AutotaskID: &found.ID, Number: found.TicketNumber, URL: autotask.TicketURL(zone, found.ID),
		StatusID: &found.Status,
	})
}

// isOthers reports whether the ticket belongs to a company other than the one to which the
// customer is mapped on this tenant. A customer without one may have any ticket.
func isOthers(mapping backup.Mapping, desk desk, found autotask.Ticket) bool {
	return mapping.CompanyID != nil && mapping.Environment == desk.set.Tenant() && *mapping.CompanyID != found.CompanyID
}

// companyName is a company's name with its id, or the id alone where the name is not to be
// had.
func companyName(ctx context.Context, desk desk, id int64) string {
	company, err := desk.client.Company(ctx, id)
	if err != nil {
		return strconv.FormatInt(id, 10)
	}
	return fmt.Sprintf("%s (%d)", company.CompanyName, id)
}

func (s *Station) lookUp(ctx context.Context, desk desk, number string, id *int64) (autotask.Ticket, error) {
	var found autotask.Ticket
	var err error
	if id != nil {
		found, err = desk.client.Ticket(ctx, *id)
	} else {
		found, err = desk.client.TicketByNumber(ctx, number)
	}
	if autotask.KindOf(err) == autotask.NotFound {
		return found, backup.Errorf(backup.Invalid, "Autotask has no such ticket, or the API user may not see it.").In("ticket_number").Because(err)
	}
	if err != nil {
		return found, explain(err)
	}
	return found, nil
}

// SetNumber notes a ticket number entered by hand: the way to work while the integration is
// off, or while the compatibility setting allows it. Such a number is never resolved from
// here, because nothing proves that Autotask knows it. An empty number takes the former one
// away.
func (s *Station) SetNumber(ctx context.Context, who backup.User, id backup.RunID, number string) (backup.Ticket, error) {
	if err := backup.Require(who, backup.ManageTickets); err != nil {
		return backup.Ticket{}, err
	}
	number = oneLine(number)
	if number == "" {
		return backup.Ticket{}, backup.Errorf(backup.Invalid, "Enter a ticket number.").In("number")
	}
	if units(number) > maxNumber {
		return backup.Ticket{}, backup.Errorf(backup.Invalid, "A ticket number has at most %d characters.", maxNumber).In("number")
	}
	allowed := func(tx *store.Tx) error {
		set, err := s.settings(ctx, tx)
		if err == nil && set.Enabled && !set.AllowManualNumber {
			return backup.Errorf(backup.Conflict, "While the Autotask integration is on, ticket numbers are not entered by hand. Create or link an Autotask ticket instead.")
		}
		return err
	}
	return s.replace(ctx, who, id, audit.TicketNumberSet, allowed, backup.Ticket{
		RunID: id, Origin: backup.TicketManual, State: backup.TicketByHand, Active: true, Number: number,
	})
}

// mayReplace checks, before Autotask is asked, that the run may get another ticket, and
// returns the run's customer.
func (s *Station) mayReplace(ctx context.Context, id backup.RunID) (customer backup.Customer, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		run, err := tx.Run(ctx, id)
		if err != nil {
			return err
		}
		active, err := tx.ActiveTicket(ctx, id)
		if err != nil {
			return err
		}
		if err := replaceable(active); err != nil {
			return err
		}
		customer, err = tx.Customer(ctx, run.Job.CustomerID)
		return err
	})
	return customer, err
}

// replaceable refuses to put another ticket in the place of one that is a case in Autotask.
func replaceable(active *backup.Ticket) error {
	if active == nil || active.State == backup.TicketByHand || active.State == backup.TicketMissing {
		return nil
	}
	return &HasTicketError{Ticket: *active}
}

// replace makes the ticket the run's active one, if that is allowed in the same transaction.
// What it replaces stays for the record.
func (s *Station) replace(ctx context.Context, who backup.User, id backup.RunID, action string, allowed func(*store.Tx) error, ticket backup.Ticket) (backup.Ticket, error) {
	var added backup.Ticket
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockRun(ctx, id); err != nil {
			return err
		}
		if _, err := tx.Run(ctx, id); err != nil {
			return err
		}
		active, err := tx.ActiveTicket(ctx, id)
		if err != nil {
			return err
		}
		if err := replaceable(active); err != nil {
			return err
		}
		if err := allowed(tx); err != nil {
			return err
		}
		former := ""
		if active != nil {
			former = active.Number
			active.Active = false
			if err := tx.UpdateTicket(ctx, *active); err != nil {
				return err
			}
		}
		if ticket.StatusLabel, err = statusLabel(ctx, tx, ticket.StatusID); err != nil {
			return err
		}
		if ticket.CreatedBy = who.Name; ticket.AutotaskID != nil {
			ticket.CheckedAt = new(tx.Now())
		}
		if added, err = tx.AddTicket(ctx, ticket); err != nil {
			return err
		}
		return audit.Record(ctx, tx, who, action, runSubject(id), map[string]any{
			"ticket": ticket.Number, "autotask_id": ticket.AutotaskID, "former": former,
		})
	})
	return added, err
}
