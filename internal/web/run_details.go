package web

import (
	"context"
	"net/http"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// runDetailsPage is Job details seen from one run: the address that stands in tickets.
type runDetailsPage struct {
	layout
	Job   jobHead
	Run   runView
	Newer *runLine
	Older *runLine
}

func (*runDetailsPage) template() string { return "run_details.html" }

// jobHead is a job as it stands above its runs.
type jobHead struct {
	ID   backup.JobID
	Name string

	CustomerID backup.CustomerID
	Customer   string
	Software   string
	Type       string
	Archived   bool
	Days       []dayView
	Zone       string
}

// runDetails shows a run with its job.
func (s *Server) runDetails(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[backup.RunID](r, "id")
	if err != nil {
		return err
	}
	page := &runDetailsPage{}
	ctx := r.Context()
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		run, err := tx.Run(ctx, id)
		if err != nil {
			return err
		}
		if page.Job, err = readJobHead(ctx, tx, run.Job, run.ID); err != nil {
			return err
		}
		if page.Run, err = readRun(ctx, tx, userFrom(ctx), id); err != nil {
			return err
		}
		return page.readNeighbours(ctx, tx, run)
	})
	if err != nil {
		return err
	}
	page.Title = page.Run.Status.Label() + ": " + page.Job.Name + " of " + page.Job.Customer
	return s.show(w, r, http.StatusOK, page)
}

// readNeighbours finds the runs of the job just before and just after.
func (p *runDetailsPage) readNeighbours(ctx context.Context, tx *store.Tx, run backup.Run) error {
	c, err := readClock(ctx, tx)
	if err != nil {
		return err
	}
	before, err := tx.RunBefore(ctx, run.Job.ID, run.At(), run.ID)
	if err != nil {
		return err
	}
	after, err := tx.RunAfter(ctx, run.Job.ID, run.At(), run.ID)
	if err != nil {
		return err
	}
	if before != nil {
		p.Older = new(runLineOf(*before, c))
	}
	if after != nil {
		p.Newer = new(runLineOf(*after, c))
	}
	return nil
}

func readJobHead(ctx context.Context, tx *store.Tx, job backup.Job, current backup.RunID) (jobHead, error) {
	c, err := readClock(ctx, tx)
	if err != nil {
		return jobHead{}, err
	}
	recent, err := tx.RecentStatuses(ctx, []backup.JobID{job.ID}, c.firstDay(longDays))
	return jobHead{
		ID: job.ID, Name: job.Name, CustomerID: job.CustomerID, Customer: job.Customer, Software: job.Software, Type: job.Type, Archived: job.Archived,
		Days: c.days(recent[job.ID], longDays, current), Zone: c.zone.String(),
	}, err
}
