package autotask

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The statuses that mean the same in every tenant. All others are the tenant's own.
const (
	StatusNew      int64 = 1
	StatusComplete int64 = 5
)

// Ticket is a ticket as Autotask holds it. Times are UTC; nil means that there is none.
type Ticket struct {
	ID               int64
	TicketNumber     string // "T20260101.0001"; not to be parsed
	CompanyID        int64  // 0 is the tenant's own company
	Title            string
	Status           int64
	Priority         *int64
	QueueID          *int64
	Source           *int64
	ExternalID       string
	CreateDate       *time.Time
	CompletedDate    *time.Time
	LastActivityDate *time.Time
}

// NewTicket is what a ticket is created from. Autotask refuses texts that are too long: 255
// UTF-16 units for the title, 8,000 for the description, 50 for the external id.
type NewTicket struct {
	CompanyID   int64     `json:"companyID"` // 0 is the tenant's own company
	Title       string    `json:"title"`
	Description string    `json:"description"` // plain text
	Status      int64     `json:"status"`
	Priority    int64     `json:"priority"`
	QueueID     *int64    `json:"queueID,omitempty"`
	Source      *int64    `json:"source,omitempty"`
	DueDateTime time.Time `json:"dueDateTime,omitzero"` // needed unless the ticket category fills it
	ExternalID  string    `json:"externalID,omitempty"`
}

// TicketChanges names the fields to change; nil leaves a field as it is.
type TicketChanges struct {
	Status     *int64  `json:"status,omitempty"`
	Resolution *string `json:"resolution,omitempty"`
}

// ticketFields are asked for in queries. The description is left out: it is large, and
// writing it back would destroy its formatting, so nobody needs it.
func ticketFields() []string {
	return []string{
		"id", "ticketNumber", "companyID", "title", "status", "priority", "queueID", "source",
		"externalID", "createDate", "completedDate", "lastActivityDate",
	}
}

// ticketRow is a ticket on the wire.
type ticketRow struct {
	ID               number `json:"id"`
	TicketNumber     text   `json:"ticketNumber"`
	CompanyID        number `json:"companyID"`
	Title            text   `json:"title"`
	Status           number `json:"status"`
	Priority         number `json:"priority"`
	QueueID          number `json:"queueID"`
	Source           number `json:"source"`
	ExternalID       text   `json:"externalID"`
	CreateDate       moment `json:"createDate"`
	CompletedDate    moment `json:"completedDate"`
	LastActivityDate moment `json:"lastActivityDate"`
}

// read checks what every ticket must have. A company that is not there must not be taken
// for company 0, which is the tenant's own.
func (r ticketRow) read() (Ticket, error) {
	if !r.ID.set || !r.CompanyID.set || !r.Status.set {
		return Ticket{}, errors.New("the ticket lacks its id, company or status")
	}
	return Ticket{
		ID: r.ID.value, TicketNumber: string(r.TicketNumber), CompanyID: r.CompanyID.value,
		Title: string(r.Title), Status: r.Status.value, Priority: r.Priority.pointer(),
		QueueID: r.QueueID.pointer(), Source: r.Source.pointer(), ExternalID: string(r.ExternalID),
		CreateDate: r.CreateDate.value, CompletedDate: r.CompletedDate.value,
		LastActivityDate: r.LastActivityDate.value,
	}, nil
}

// Ticket returns one ticket, and an error of kind NotFound when there is none or the user
// may not see it.
func (c *Client) Ticket(ctx context.Context, id int64) (Ticket, error) {
	const op = "get ticket"
	ticket, err := getItem[ticketRow](ctx, c, op, "Tickets", id)
	if err == nil && ticket.ID != id {
		return Ticket{}, badAnswer(op, "the answer is another ticket")
	}
	return ticket, err
}

// QueryTickets returns the tickets that meet all filters, in the order of their ids, at most
// limit of them.
func (c *Client) QueryTickets(ctx context.Context, limit int, filters ...Filter) ([]Ticket, error) {
	return c.queryTickets(ctx, "query tickets", limit, filters...)
}

func (c *Client) queryTickets(ctx context.Context, op string, limit int, filters ...Filter) ([]Ticket, error) {
	return query[ticketRow](ctx, c, search{
		op: op, entity: "Tickets", fields: ticketFields(), filters: filters, limit: limit,
	})
}

// TicketsByExternalID returns the tickets whose external id is exactly key. Rows that do not
// match at all prove that the filter was ignored, and that nothing was proven about the
// key: that is an error of kind BadAnswer and not an empty list.
func (c *Client) TicketsByExternalID(ctx context.Context, key string) ([]Ticket, error) {
	const op = "find ticket by external id"
	if key == "" {
		return nil, &Error{Op: op, Kind: Refused, Messages: []string{"The external id is empty."}}
	}
	tickets, err := c.queryTickets(ctx, op, 50, Eq("externalID", key))
	if err != nil {
		return nil, err
	}
	for _, ticket := range tickets {
		// The database compares without regard to case and trailing spaces.
		if !strings.EqualFold(strings.TrimSpace(ticket.ExternalID), strings.TrimSpace(key)) {
			return nil, ignoredFilter(op)
		}
	}
	return slices.DeleteFunc(tickets, func(t Ticket) bool { return t.ExternalID != key }), nil
}

// TicketByNumber returns the ticket with the number, whatever the case of its letter, and an
// error of kind NotFound when there is none.
func (c *Client) TicketByNumber(ctx context.Context, ticketNumber string) (Ticket, error) {
	const op = "find ticket by number"
	ticketNumber = strings.TrimSpace(ticketNumber)
	if ticketNumber == "" {
		return Ticket{}, &Error{Op: op, Kind: NotFound}
	}
	tickets, err := c.queryTickets(ctx, op, 2, Eq("ticketNumber", ticketNumber))
	if err != nil {
		return Ticket{}, err
	}
	for _, ticket := range tickets {
		if !strings.EqualFold(ticket.TicketNumber, ticketNumber) {
			return Ticket{}, ignoredFilter(op)
		}
	}
	switch len(tickets) {
	case 0:
		return Ticket{}, &Error{Op: op, Kind: NotFound}
	case 1:
		return tickets[0], nil
	}
	return Ticket{}, badAnswer(op, "several tickets have this number")
}

// idsPerQuery keeps queries by id well below the 500 conditions that Autotask takes.
const idsPerQuery = 200

// TicketsByID returns those tickets among ids that exist and that the user may see, in the
// order of their ids, with one request for each 200 ids.
func (c *Client) TicketsByID(ctx context.Context, ids []int64) ([]Ticket, error) {
	const op = "get tickets"
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	var found []Ticket
	for chunk := range slices.Chunk(ids, idsPerQuery) {
		tickets, err := c.queryTickets(ctx, op, len(chunk), In("id", chunk))
		if err != nil {
			return nil, err
		}
		for _, ticket := range tickets {
			if _, asked := slices.BinarySearch(chunk, ticket.ID); !asked {
				return nil, ignoredFilter(op)
			}
		}
		found = append(found, tickets...)
	}
	return found, nil
}

// CreateTicket creates a ticket and returns its id; Autotask does not answer the number, so
// get the ticket next. It sends the request at most once. Unless NothingDone(err), the
// ticket may exist: find it by its external id before trying again.
func (c *Client) CreateTicket(ctx context.Context, ticket NewTicket) (int64, error) {
	return c.write(ctx, call{op: "create ticket", method: http.MethodPost, entity: "Tickets", path: "Tickets", body: ticket})
}

// UpdateTicket changes the named fields and no other. A refused change changes nothing.
func (c *Client) UpdateTicket(ctx context.Context, id int64, changes TicketChanges) error {
	body := struct {
		ID int64 `json:"id"`
		TicketChanges
	}{id, changes}
	_, err := c.write(ctx, call{op: "update ticket", method: http.MethodPatch, entity: "Tickets", path: "Tickets", body: body})
	return err
}

// TicketURL is the address of the ticket's page for a person who is signed in to Autotask,
// and "" when the zone did not say where its pages are.
func TicketURL(zone Zone, id int64) string {
	if zone.WebURL == "" {
		return ""
	}
	return fmt.Sprintf("%s/Mvc/ServiceDesk/TicketDetail.mvc?ticketId=%d", zone.WebURL, id)
}

// ignoredFilter is the error for rows that were not asked for.
func ignoredFilter(op string) *Error {
	return badAnswer(op, "the rows do not match the filter")
}
