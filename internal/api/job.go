package api

import (
	"context"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/customer"
	"backupchecks/internal/store"
)

type jobShape struct {
	ID        backup.JobID `json:"id"`
	Name      string       `json:"name"`
	Software  string       `json:"software"`
	Type      string       `json:"type"`
	Customer  customerRef  `json:"customer"`
	Archived  bool         `json:"archived"`
	CreatedAt time.Time    `json:"created_at"`
}

func shapeJob(j backup.Job) jobShape {
	return jobShape{
		ID: j.ID, Name: j.Name, Software: j.Software, Type: j.Type,
		Customer: customerRef{ID: j.CustomerID, Name: j.Customer}, Archived: j.Archived, CreatedAt: j.CreatedAt,
	}
}

type jobBody struct{ Body jobShape }

func (a *API) listJobs(ctx context.Context, _ backup.User, in *struct {
	Paging
	CustomerID backup.CustomerID `query:"customer_id"`
	Archived   optional[bool]    `query:"archived" doc:"Without it, both."`
	Search     string            `query:"search" maxLength:"200" doc:"Text in software, type, name or customer."`
},
) (*struct{ Body pageOf[jobShape] }, error) {
	var page store.Page[backup.Job]
	err := a.db.Read(ctx, func(tx *store.Tx) (err error) {
		page, err = tx.Jobs(ctx, store.JobFilter{
			CustomerID: in.CustomerID, Archived: in.Archived.pointer(), Search: in.Search, Cursor: in.Cursor, Limit: in.Limit,
		})
		return err
	})
	return &struct{ Body pageOf[jobShape] }{shapePage(page, shapeJob)}, err
}

func (a *API) getJob(ctx context.Context, _ backup.User, in *PathID) (*jobBody, error) {
	var found backup.Job
	err := a.db.Read(ctx, func(tx *store.Tx) (err error) {
		found, err = tx.Job(ctx, backup.JobID(in.ID))
		return err
	})
	return &jobBody{shapeJob(found)}, err
}

func (a *API) updateJob(ctx context.Context, who backup.User, in *struct {
	PathID
	Body struct {
		Archived   *bool              `json:"archived,omitempty" doc:"Mails of an archived job wait in the Inbox."`
		CustomerID *backup.CustomerID `json:"customer_id,omitempty" doc:"Moves the job, with its runs, to another customer."`
	}
},
) (*jobBody, error) {
	var changed backup.Job
	err := a.db.Write(ctx, func(tx *store.Tx) (err error) {
		changed, err = customer.UpdateJob(ctx, tx, who, backup.JobID(in.ID), customer.JobChange(in.Body))
		return err
	})
	return &jobBody{shapeJob(changed)}, err
}
