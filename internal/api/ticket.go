package api

import (
	"context"
	"net/http"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/ticket"
)

type ticketShape struct {
	ID         backup.TicketID      `json:"id"`
	RunID      backup.RunID         `json:"run_id"`
	Origin     backup.TicketOrigin  `json:"origin" enum:"created,linked,manual"`
	State      backup.TicketState   `json:"state" enum:"creating,open,complete,missing,failed,manual"`
	Active     bool                 `json:"active" doc:"Whether it is the run's ticket now; a run has at most one."`
	AutotaskID *int64               `json:"autotask_id"`
	Number     *string              `json:"number"`
	URL        *string              `json:"url"`
	Status     orNull[ticketStatus] `json:"status" doc:"As it was last seen in Autotask."`
	CreatedBy  string               `json:"created_by"`
	CreatedAt  time.Time            `json:"created_at"`
	CheckedAt  *time.Time           `json:"checked_at"`
	Detail     string               `json:"detail" doc:"Why it failed, or what is unclear, as a sentence."`
}

// ticketStatus is a ticket's status in Autotask.
type ticketStatus struct {
	ID    int64  `json:"id"`
	Label string `json:"label"`
}

func shapeTicket(t backup.Ticket) ticketShape {
	shape := ticketShape{
		ID: t.ID, RunID: t.RunID, Origin: t.Origin, State: t.State, Active: t.Active,
		AutotaskID: t.AutotaskID, Number: orNil(t.Number), URL: orNil(t.URL),
		CreatedBy: t.CreatedBy, CreatedAt: t.CreatedAt, CheckedAt: t.CheckedAt, Detail: t.Detail,
	}
	if t.StatusID != nil {
		shape.Status.value = &ticketStatus{ID: *t.StatusID, Label: t.StatusLabel}
	}
	return shape
}

type ticketBody struct{ Body ticketShape }

func (a *API) previewTicket(ctx context.Context, who backup.User, in *PathID) (*struct{ Body previewShape }, error) {
	preview, err := a.tickets.Preview(ctx, who, backup.RunID(in.ID))
	return &struct{ Body previewShape }{previewShape{
		Title: preview.Title, Description: preview.Description, Company: preview.Company,
		Queue: preview.Queue, Source: preview.Source, Status: preview.Status, Priority: preview.Priority,
		BlockedBy: each(preview.BlockedBy, func(b ticket.Block) string { return b.Sentence }),
	}}, err
}

type previewShape struct {
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Company     string   `json:"company" doc:"The customer's company in Autotask with its id; empty without one."`
	Queue       string   `json:"queue"`
	Source      string   `json:"source"`
	Status      string   `json:"status"`
	Priority    string   `json:"priority"`
	BlockedBy   []string `json:"blocked_by" nullable:"false" doc:"What stands in the way, as sentences; empty when the ticket can be created."`
}

type ticketCreated struct {
	Status int
	Body   ticketShape
}

// createTicket answers 202 while it is not known whether Autotask made the ticket.
func (a *API) createTicket(ctx context.Context, who backup.User, in *PathID) (*ticketCreated, error) {
	created, err := a.tickets.Create(ctx, who, backup.RunID(in.ID))
	if err != nil {
		return nil, err
	}
	status := http.StatusCreated
	if created.State == backup.TicketCreating {
		status = http.StatusAccepted
	}
	return &ticketCreated{Status: status, Body: shapeTicket(created)}, nil
}

func (a *API) linkTicket(ctx context.Context, who backup.User, in *struct {
	PathID
	Body struct {
		Number     string `json:"ticket_number,omitempty" maxLength:"50" doc:"Either this or autotask_id."`
		AutotaskID *int64 `json:"autotask_id,omitempty"`
	}
},
) (*ticketBody, error) {
	if in.Body.Number != "" && in.Body.AutotaskID != nil {
		return nil, backup.Errorf(backup.Invalid, "Give the ticket's number or its id, not both.").In("autotask_id")
	}
	linked, err := a.tickets.Link(ctx, who, backup.RunID(in.ID), ticket.LinkRequest{Number: in.Body.Number, AutotaskID: in.Body.AutotaskID})
	return &ticketBody{shapeTicket(linked)}, err
}

func (a *API) refreshTicket(ctx context.Context, who backup.User, in *PathID) (*ticketBody, error) {
	fresh, err := a.tickets.Refresh(ctx, who, backup.RunID(in.ID))
	return &ticketBody{shapeTicket(fresh)}, err
}

type resolutionShape struct {
	Outcome string `json:"outcome" enum:"closed,note_only" doc:"note_only: the ticket has time entries and stays open."`
}

func (a *API) resolveTicket(ctx context.Context, who backup.User, in *PathID) (*struct{ Body resolutionShape }, error) {
	resolution, err := a.tickets.Resolve(ctx, who, backup.RunID(in.ID))
	return &struct{ Body resolutionShape }{resolutionShape{Outcome: resolution.Outcome}}, err
}

func (a *API) setTicketNumber(ctx context.Context, who backup.User, in *struct {
	PathID
	Body struct {
		Number string `json:"number" maxLength:"50"`
	}
},
) (*ticketBody, error) {
	noted, err := a.tickets.SetNumber(ctx, who, backup.RunID(in.ID), in.Body.Number)
	return &ticketBody{shapeTicket(noted)}, err
}
