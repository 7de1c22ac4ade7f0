package autotask

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// PublishInternal shows a note inside the company only. Publish 1 shows it to the customer
// in the portal.
const PublishInternal int64 = 2

// NoteTypeTaskSummary is the note type for notes by programs; the types 13 and 91 to 101
// belong to Autotask.
const NoteTypeTaskSummary int64 = 1

// Note is a note on a ticket.
type Note struct {
	ID             int64
	TicketID       int64
	Title          string
	Description    string
	NoteType       int64
	Publish        int64
	CreateDateTime *time.Time // UTC
}

// NewNote is what a note is created from. Always give a title: some tenants demand one. The
// title takes 250 UTF-16 units, the description 32,000.
type NewNote struct {
	TicketID    int64  `json:"ticketID"`
	Title       string `json:"title"`
	Description string `json:"description"`
	NoteType    int64  `json:"noteType"`
	Publish     int64  `json:"publish"`
}

// noteRow is a note on the wire.
type noteRow struct {
	ID             number `json:"id"`
	TicketID       number `json:"ticketID"`
	Title          text   `json:"title"`
	Description    text   `json:"description"`
	NoteType       number `json:"noteType"`
	Publish        number `json:"publish"`
	CreateDateTime moment `json:"createDateTime"`
}

func (r noteRow) read() (Note, error) {
	if !r.ID.set || !r.TicketID.set {
		return Note{}, errors.New("the note lacks its id or ticket")
	}
	return Note{
		ID: r.ID.value, TicketID: r.TicketID.value, Title: string(r.Title), Description: string(r.Description),
		NoteType: r.NoteType.value, Publish: r.Publish.value, CreateDateTime: r.CreateDateTime.value,
	}, nil
}

// TicketNotes returns the ticket's notes in the order of their ids. A ticket that does not
// exist has none.
func (c *Client) TicketNotes(ctx context.Context, ticketID int64) ([]Note, error) {
	const op = "get ticket notes"
	notes, err := query[noteRow](ctx, c, search{
		op: op, entity: "TicketNotes", filters: []Filter{Eq("ticketID", ticketID)},
		fields:   []string{"id", "ticketID", "title", "description", "noteType", "publish", "createDateTime"},
		pageSize: 100, // each may hold 32,000 characters
	})
	if err != nil {
		return nil, err
	}
	for _, note := range notes {
		if note.TicketID != ticketID {
			return nil, ignoredFilter(op)
		}
	}
	return notes, nil
}

// CreateNote adds a note to its ticket and returns the note's id. It sends the request at
// most once. Unless NothingDone(err), the note may exist: read the notes before trying again.
func (c *Client) CreateNote(ctx context.Context, note NewNote) (int64, error) {
	return c.write(ctx, call{
		op: "create ticket note", method: http.MethodPost, entity: "TicketNotes",
		path: fmt.Sprintf("Tickets/%d/Notes", note.TicketID), body: note,
	})
}
