package api

import (
	"context"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

type runShape struct {
	ID           backup.RunID        `json:"id"`
	Job          runJob              `json:"job"`
	Status       backup.Status       `json:"status" enum:"success,warning,error,missed"`
	StartedAt    *time.Time          `json:"started_at"`
	EndedAt      *time.Time          `json:"ended_at"`
	ReceivedAt   time.Time           `json:"received_at"`
	Remark       string              `json:"remark" doc:"The overall message about the run."`
	Objects      []objectShape       `json:"objects" nullable:"false"`
	ObjectCounts backup.ObjectCounts `json:"object_counts"`
	Attempts     int                 `json:"attempts" doc:"Mails that told of this run."`
	MessageID    *backup.MessageID   `json:"message_id" doc:"The mail that had the last word; null for a missed run."`
	OverrideID   *int64              `json:"override_id"`
	ReviewedAt   *time.Time          `json:"reviewed_at"`
	ReviewedBy   *string             `json:"reviewed_by"`
	Note         string              `json:"note" doc:"The reviewer's note."`
	Ticket       orNull[ticketShape] `json:"ticket" doc:"The active ticket."`
	Tickets      []ticketShape       `json:"tickets" nullable:"false" doc:"Every ticket this run ever had, newest first."`
}

// runJob is the job of a run.
type runJob struct {
	ID       backup.JobID `json:"id"`
	Name     string       `json:"name"`
	Software string       `json:"software"`
	Type     string       `json:"type"`
	Customer customerRef  `json:"customer"`
}

// shapeRun shapes a run with the tickets it ever had.
func shapeRun(r backup.Run, tickets []backup.Ticket) runShape {
	shape := runShape{
		ID: r.ID, Status: r.Status, StartedAt: r.StartedAt, EndedAt: r.EndedAt, ReceivedAt: r.ReceivedAt, Remark: r.Remark,
		Job: runJob{
			ID: r.Job.ID, Name: r.Job.Name, Software: r.Job.Software, Type: r.Job.Type,
			Customer: customerRef{ID: r.Job.CustomerID, Name: r.Job.Customer},
		},
		Objects: each(r.Objects, shapeObject), ObjectCounts: r.Counts, Attempts: r.Attempts,
		MessageID: r.MessageID, OverrideID: r.OverrideID, ReviewedAt: r.ReviewedAt, ReviewedBy: orNil(r.ReviewedBy), Note: r.Note,
		Tickets: each(tickets, shapeTicket),
	}
	if r.Ticket != nil {
		shape.Ticket.value = new(shapeTicket(*r.Ticket))
	}
	return shape
}

func (a *API) listRuns(ctx context.Context, _ backup.User, in *struct {
	Paging
	Period
	Reviewed   optional[bool]    `query:"reviewed" doc:"Without it, both."`
	Status     backup.Status     `query:"status" enum:"success,warning,error,missed"`
	JobID      backup.JobID      `query:"job_id"`
	CustomerID backup.CustomerID `query:"customer_id"`
},
) (*struct{ Body pageOf[runShape] }, error) {
	from, to := in.bounds()
	var page pageOf[runShape]
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		found, err := tx.Runs(ctx, store.RunFilter{
			Reviewed: in.Reviewed.pointer(), Status: in.Status, JobID: in.JobID, CustomerID: in.CustomerID,
			From: from, To: to, Cursor: in.Cursor, Limit: in.Limit,
		})
		if err != nil {
			return err
		}
		page, err = wholeRuns(ctx, tx, found)
		return err
	})
	return &struct{ Body pageOf[runShape] }{page}, err
}

// wholeRuns adds what the store's list leaves out, by one query each for the whole page.
func wholeRuns(ctx context.Context, tx *store.Tx, found store.Page[backup.Run]) (pageOf[runShape], error) {
	ids := each(found.Items, func(r backup.Run) backup.RunID { return r.ID })
	objects, err := tx.ObjectsOfRuns(ctx, ids)
	if err != nil {
		return pageOf[runShape]{}, err
	}
	tickets, err := tx.TicketsOfRuns(ctx, ids)
	if err != nil {
		return pageOf[runShape]{}, err
	}
	return shapePage(found, func(r backup.Run) runShape {
		r.Objects = objects[r.ID]
		return shapeRun(r, tickets[r.ID])
	}), nil
}

func (a *API) getRun(ctx context.Context, _ backup.User, in *PathID) (*struct{ Body runShape }, error) {
	var shape runShape
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		run, err := tx.Run(ctx, backup.RunID(in.ID))
		if err != nil {
			return err
		}
		tickets, err := tx.TicketsOfRun(ctx, run.ID)
		shape = shapeRun(run, tickets)
		return err
	})
	return &struct{ Body runShape }{shape}, err
}

type reviewedShape struct {
	Reviewed int `json:"reviewed" doc:"How many runs were changed; those that stood so before do not count."`
}

type reviewedBody struct{ Body reviewedShape }

func reviewed(n int, err error) (*reviewedBody, error) {
	return &reviewedBody{reviewedShape{Reviewed: n}}, err
}

func (a *API) reviewRuns(ctx context.Context, who backup.User, in *struct {
	Body struct {
		IDs  []backup.RunID `json:"ids" nullable:"false"`
		Note string         `json:"note,omitempty"`
	}
},
) (*reviewedBody, error) {
	return reviewed(a.review.Runs(ctx, who, in.Body.IDs, in.Body.Note))
}

func (a *API) unreviewRuns(ctx context.Context, who backup.User, in *struct {
	Body struct {
		IDs []backup.RunID `json:"ids" nullable:"false"`
	}
},
) (*reviewedBody, error) {
	return reviewed(a.review.Undo(ctx, who, in.Body.IDs))
}
