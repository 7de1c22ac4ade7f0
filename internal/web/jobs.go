package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"backupchecks/internal/backup"
	"backupchecks/internal/customer"
	"backupchecks/internal/store"
)

// jobsRead is how many jobs are looked at for the names that the filters propose.
const jobsRead = 500

type jobsPage struct {
	layout
	Form      jobsForm
	Customers []string // what the filters propose
	Software  []string
	Jobs      []jobRow
	MayEdit   bool
	Filtered  bool
	pager
}

func (*jobsPage) template() string { return "jobs.html" }

// jobsForm chooses jobs; it lives in the address.
type jobsForm struct {
	Search   string
	Customer string // a name
	Software string
	Archived string // "", "yes" or "all"
}

type jobRow struct {
	ID                   backup.JobID
	CustomerID           backup.CustomerID
	Customer             string
	Software, Type, Name string
	Archived             bool
}

func jobRows(jobs []backup.Job) []jobRow {
	rows := make([]jobRow, 0, len(jobs))
	for _, job := range jobs {
		rows = append(rows, jobRow{
			ID: job.ID, CustomerID: job.CustomerID, Customer: job.Customer,
			Software: job.Software, Type: job.Type, Name: job.Name, Archived: job.Archived,
		})
	}
	return rows
}

func (s *Server) jobsPage(w http.ResponseWriter, r *http.Request) error {
	page := &jobsPage{
		layout:  layout{Title: "Jobs"},
		Form:    jobsForm{Search: searchOf(r), Customer: r.FormValue("customer"), Software: r.FormValue("software"), Archived: r.FormValue("archived")},
		MayEdit: backup.May(userFrom(r.Context()), backup.EditCustomers),
	}
	page.Filtered = page.Form != jobsForm{}
	err := s.db.Read(r.Context(), func(tx *store.Tx) error {
		if err := page.propose(r.Context(), tx); err != nil {
			return err
		}
		filter, known, err := page.Form.filter(r.Context(), tx)
		if err != nil || !known {
			return err
		}
		filter.Cursor = r.FormValue("cursor")
		found, err := tx.Jobs(r.Context(), filter)
		page.Jobs, page.pager = jobRows(found.Items), pagerOf(r, found.Next)
		return err
	})
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, page)
}

// filter is the form as the store knows it; known is false for a customer there is not.
func (f jobsForm) filter(ctx context.Context, tx *store.Tx) (filter store.JobFilter, known bool, err error) {
	filter.Search, filter.Software = f.Search, f.Software
	if f.Archived != "all" {
		filter.Archived = new(f.Archived == "yes")
	}
	if f.Customer == "" {
		return filter, true, nil
	}
	one, err := tx.CustomerByName(ctx, f.Customer)
	if err != nil && backup.KindOf(err) == backup.NotFound {
		return filter, false, nil
	}
	filter.CustomerID = one.ID
	return filter, err == nil, err
}

// propose fills in what the fields of the filter propose.
func (p *jobsPage) propose(ctx context.Context, tx *store.Tx) error {
	jobs, err := tx.Jobs(ctx, store.JobFilter{Limit: jobsRead})
	if err != nil {
		return err
	}
	for _, job := range jobs.Items {
		p.Customers, p.Software = append(p.Customers, job.Customer), append(p.Software, job.Software)
	}
	for _, names := range []*[]string{&p.Customers, &p.Software} {
		slices.Sort(*names)
		*names = slices.Compact(*names)
	}
	return nil
}

// archiveJob takes a job out of use, or puts it back.
func (s *Server) archiveJob(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[backup.JobID](r, "id")
	if err != nil {
		return err
	}
	archived := r.FormValue("archived") == "true"
	var job backup.Job
	err = s.db.Write(r.Context(), func(tx *store.Tx) (err error) {
		job, err = customer.UpdateJob(r.Context(), tx, userFrom(r.Context()), id, customer.JobChange{Archived: &archived})
		return err
	})
	if err != nil {
		return err
	}
	sentence := "The job " + job.Name + " is in use again."
	if archived {
		sentence = "The job " + job.Name + " is archived: its mails no longer file themselves."
	}
	next, err := url.Parse(localPath(r.FormValue("next")))
	if err != nil || !within(next.Path, "/jobs") && !within(next.Path, "/customers") {
		next = &url.URL{Path: "/jobs"}
	}
	return s.done(w, r, sentence, "%s", next.RequestURI())
}
