package web

import (
	"cmp"
	"fmt"
	"net/http"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// runsPerPage is how many runs of a job are shown at once.
const runsPerPage = 50

type jobDetailsPage struct {
	layout
	Job   jobHead
	Runs  []runLine
	Pager pager
}

func (*jobDetailsPage) template() string { return "job_details.html" }

// jobDetails shows a job with its runs, the newest first.
func (s *Server) jobDetails(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[backup.JobID](r, "id")
	if err != nil {
		return err
	}
	page := &jobDetailsPage{}
	ctx := r.Context()
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		job, err := tx.Job(ctx, id)
		if err != nil {
			return err
		}
		if page.Job, err = readJobHead(ctx, tx, job, 0); err != nil {
			return err
		}
		runs, err := tx.Runs(ctx, store.RunFilter{JobID: id, Cursor: r.FormValue("cursor"), Limit: runsPerPage})
		if err != nil {
			return err
		}
		page.Pager = pagerOf(r, runs.Next)
		ids := make([]backup.RunID, len(runs.Items))
		for i, run := range runs.Items {
			ids[i] = run.ID
		}
		objects, err := tx.ObjectsOfRuns(ctx, ids)
		if err != nil {
			return err
		}
		c, err := readClock(ctx, tx)
		for _, run := range runs.Items {
			run.Objects = objects[run.ID]
			page.Runs = append(page.Runs, runLineOf(run, c))
		}
		return err
	})
	if err != nil {
		return err
	}
	page.Title = page.Job.Name + " of " + page.Job.Customer
	return s.show(w, r, http.StatusOK, page)
}

// runLine is a run in the list of a job's runs.
type runLine struct {
	ID       backup.RunID
	Status   backup.Status
	Began    whenView
	Objects  string
	Trouble  string
	Reviewed string // by whom; empty while it waits
	Ticket   *chipView
}

func runLineOf(run backup.Run, c clock) runLine {
	line := runLine{
		ID: run.ID, Status: run.Status, Began: c.at(run.At()), Trouble: clip(run.Trouble(), maxRowText),
		Reviewed: run.ReviewedBy, Ticket: chip(run.Ticket),
	}
	if run.Status != backup.StatusSuccess {
		line.Trouble = cmp.Or(line.Trouble, emptyTrouble(run))
	}
	if run.Counts.Total() > 0 {
		line.Objects = fmt.Sprintf("%d of %d", run.Counts.Bad(), run.Counts.Total())
	}
	return line
}
