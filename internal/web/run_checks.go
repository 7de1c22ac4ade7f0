package web

import (
	"net/http"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

type runChecksPage struct {
	layout
	List   runListView
	Filter filterView
	Run    *runView // the first of the list, shown at once
	Undo   *undoView
	Zone   string
}

func (*runChecksPage) template() string { return "run_checks.html" }

// runChecks shows the morning's work: every run that waits for a review, the worst first.
func (s *Server) runChecks(w http.ResponseWriter, r *http.Request) error {
	user := userFrom(r.Context())
	filter := runFilter(r.URL.Query())
	page := &runChecksPage{layout: layout{Title: "Run Checks"}}
	err := s.db.Read(r.Context(), func(tx *store.Tx) error {
		c, err := readClock(r.Context(), tx)
		if err != nil {
			return err
		}
		page.Zone = c.zone.String()
		if page.List, err = readRunList(r.Context(), tx, user, filter); err != nil {
			return err
		}
		sources, err := tx.UnreviewedSources(r.Context())
		if err != nil {
			return err
		}
		page.Filter = filterChoices(filter, sources)
		if page.Undo, err = readUndo(r.Context(), tx, user, page.List.Next); err != nil {
			return err
		}
		if len(page.List.Groups) == 0 {
			return nil
		}
		run, err := readRun(r.Context(), tx, user, page.List.Groups[0].Rows[0].ID)
		run.InList, run.Next = true, page.List.Next
		page.Run = &run
		return err
	})
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, page)
}

// runPane answers with one run for the right pane of Run Checks.
func (s *Server) runPane(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[backup.RunID](r, "id")
	if err != nil {
		return err
	}
	if !isPart(r) {
		http.Redirect(w, r, runPath(id), http.StatusSeeOther)
		return nil
	}
	run, err := s.paneOf(r, id)
	if err != nil {
		return err
	}
	return s.part(w, http.StatusOK, "run", run)
}

// paneOf reads a run for the page that asks for a part of itself.
func (s *Server) paneOf(r *http.Request, id backup.RunID) (runView, error) {
	var run runView
	err := s.db.Read(r.Context(), func(tx *store.Tx) error {
		var err error
		run, err = readRun(r.Context(), tx, userFrom(r.Context()), id)
		return err
	})
	run.InList = fromRunChecks(r)
	if run.InList {
		run.Next = "/run-checks" + filterQuery(currentFilter(r))
	}
	return run, err
}
