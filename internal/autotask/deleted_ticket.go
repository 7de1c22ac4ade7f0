package autotask

import (
	"context"
	"errors"
	"time"
)

// DeletedTicketLog tells that, when and by whom a ticket was deleted. It is the one proof of
// deletion there is.
type DeletedTicketLog struct {
	ID                  int64
	TicketID            int64
	TicketNumber        string
	TicketTitle         string
	DeletedByResourceID int64
	DeletedDateTime     *time.Time // UTC
}

// deletedTicketRow is a DeletedTicketLog on the wire.
type deletedTicketRow struct {
	ID                  number `json:"id"`
	TicketID            number `json:"ticketID"`
	TicketNumber        text   `json:"ticketNumber"`
	TicketTitle         text   `json:"ticketTitle"`
	DeletedByResourceID number `json:"deletedByResourceID"`
	DeletedDateTime     moment `json:"deletedDateTime"`
}

func (r deletedTicketRow) read() (DeletedTicketLog, error) {
	if !r.TicketID.set {
		return DeletedTicketLog{}, errors.New("the log of a deleted ticket lacks its ticket")
	}
	return DeletedTicketLog{
		ID: r.ID.value, TicketID: r.TicketID.value, TicketNumber: string(r.TicketNumber),
		TicketTitle: string(r.TicketTitle), DeletedByResourceID: r.DeletedByResourceID.value,
		DeletedDateTime: r.DeletedDateTime.value,
	}, nil
}

// DeletedTicketLogs returns what is logged about the deletion of a ticket: nothing when it
// was not deleted. Reading the log needs administrative rights; without them the error's
// kind is Forbidden.
func (c *Client) DeletedTicketLogs(ctx context.Context, ticketID int64) ([]DeletedTicketLog, error) {
	const op = "get deleted ticket log"
	logs, err := query[deletedTicketRow](ctx, c, search{
		op: op, entity: "DeletedTicketLogs", filters: []Filter{Eq("ticketID", ticketID)},
	})
	if err != nil {
		return nil, err
	}
	for _, log := range logs {
		if log.TicketID != ticketID {
			return nil, ignoredFilter(op)
		}
	}
	return logs, nil
}
