package web

import (
	"fmt"
	"net/http"
	"net/url"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// runsPerPage is how many runs of a job are shown at once.
const runsPerPage = 50

type jobDetailsPage struct {
	layout
	Job   jobHead
	Runs  []runLine
	Older string // the address of the page after this one; empty on the last
	Later bool   // this is not the first page
}

func (*jobDetailsPage) template() string { return "job_details.html" }

// jobDetails shows a job with its runs, the newest first.
func (s *Server) jobDetails(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[backup.JobID](r, "id")
	if err != nil {
		return err
	}
	cursor := r.URL.Query().Get("cursor")
	page := &jobDetailsPage{Later: cursor != ""}
	ctx := r.Context()
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		job, err := tx.Job(ctx, id)
		if err != nil {
			return err
		}
		if page.Job, err = readJobHead(ctx, tx, job, 0); err != nil {
			return err
		}
		runs, err := tx.Runs(ctx, store.RunFilter{JobID: id, Cursor: cursor, Limit: runsPerPage})
		if err != nil {
			return err
		}
		c, err := readClock(ctx, tx)
		for _, run := range runs.Items {
			page.Runs = append(page.Runs, runLineOf(run, c))
		}
		if runs.Next != "" {
			page.Older = fmt.Sprintf("/jobs/%d?%s", id, url.Values{"cursor": {runs.Next}}.Encode())
		}
		return err
	})
	if err != nil {
		return err
	}
	page.Title = page.Job.Name + " of " + page.Job.Customer
	return s.show(w, r, http.StatusOK, page)
}

func runLineOf(run backup.Run, c clock) runLine {
	line := runLine{
		ID: run.ID, Status: run.Status, Began: c.at(run.At()), Remark: clip(run.Trouble(), maxRowText),
		Reviewed: run.ReviewedBy, Ticket: chip(run.Ticket),
	}
	if run.Counts.Total() > 0 {
		line.Objects = fmt.Sprintf("%d/%d", run.Counts.Bad(), run.Counts.Total())
	}
	return line
}
