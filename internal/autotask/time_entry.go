package autotask

import (
	"context"
	"errors"
	"time"
)

// TimeEntry is time that somebody worked on a ticket.
type TimeEntry struct {
	ID           int64
	TicketID     int64
	ResourceID   int64
	HoursWorked  float64
	DateWorked   *time.Time // UTC
	SummaryNotes string
}

// timeEntryRow is a time entry on the wire.
type timeEntryRow struct {
	ID           number  `json:"id"`
	TicketID     number  `json:"ticketID"`
	ResourceID   number  `json:"resourceID"`
	HoursWorked  decimal `json:"hoursWorked"`
	DateWorked   moment  `json:"dateWorked"`
	SummaryNotes text    `json:"summaryNotes"`
}

func (r timeEntryRow) read() (TimeEntry, error) {
	if !r.ID.set || !r.TicketID.set {
		return TimeEntry{}, errors.New("the time entry lacks its id or ticket")
	}
	return TimeEntry{
		ID: r.ID.value, TicketID: r.TicketID.value, ResourceID: r.ResourceID.value,
		HoursWorked: float64(r.HoursWorked), DateWorked: r.DateWorked.value, SummaryNotes: string(r.SummaryNotes),
	}, nil
}

// TimeEntries returns the ticket's time entries that the user may see.
func (c *Client) TimeEntries(ctx context.Context, ticketID int64) ([]TimeEntry, error) {
	const op = "get time entries"
	entries, err := query[timeEntryRow](ctx, c, search{
		op: op, entity: "TimeEntries", filters: []Filter{Eq("ticketID", ticketID)},
		fields:   []string{"id", "ticketID", "resourceID", "hoursWorked", "dateWorked", "summaryNotes"},
		pageSize: 100,
	})
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if entry.TicketID != ticketID {
			return nil, ignoredFilter(op)
		}
	}
	return entries, nil
}
