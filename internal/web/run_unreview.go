package web

import (
	"fmt"
	"net/http"
	"slices"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// unreviewedView answers a review that was taken back in Run Checks: the list as it is now.
type unreviewedView struct {
	List     runListView
	Sentence string
}

// unreviewRuns takes the mark from the runs that the form names.
func (s *Server) unreviewRuns(w http.ResponseWriter, r *http.Request) error {
	user := userFrom(r.Context())
	ids, err := runIDsOf(r)
	if err != nil {
		return err
	}
	count, err := s.review.Undo(r.Context(), user, ids)
	if err != nil {
		return err
	}
	sentence := "Took the review back."
	if count != 1 {
		sentence = fmt.Sprintf("Took the review of %d runs back.", count)
	}
	if !fromRunChecks(r) {
		return s.done(w, r, sentence, "%s", backPath(r, "/run-checks"))
	}
	view := unreviewedView{Sentence: sentence}
	err = s.db.Read(r.Context(), func(tx *store.Tx) error {
		view.List, err = readRunList(r.Context(), tx, user, currentFilter(r))
		return err
	})
	if err != nil {
		return err
	}
	view.List.focus(ids)
	return s.part(w, http.StatusOK, "runs-unreviewed", view)
}

// focus puts the focus on the first row that is one of the runs.
func (l *runListView) focus(ids []backup.RunID) {
	chosen := false
	for _, group := range l.Groups {
		for i := range group.Rows {
			row := &group.Rows[i]
			row.Focus = !chosen && slices.Contains(ids, row.ID)
			row.Current = row.Focus
			chosen = chosen || row.Focus
		}
	}
}
