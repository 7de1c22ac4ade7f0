package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// runIDsOf reads the runs that a form names, in several fields or with commas between.
func runIDsOf(r *http.Request) ([]backup.RunID, error) {
	var ids []backup.RunID
	for _, field := range r.PostForm["ids"] {
		for text := range strings.SplitSeq(field, ",") {
			if text = strings.TrimSpace(text); text == "" {
				continue
			}
			id, err := strconv.ParseInt(text, 10, 64)
			if err != nil || id <= 0 {
				return nil, backup.Errorf(backup.Invalid, "%q is not the number of a run.", clip(text, 20)).In("ids")
			}
			ids = append(ids, backup.RunID(id))
		}
	}
	return ids, nil
}

// seenOf reads which mail was the newest when the person looked; 0 when the form does not say.
func seenOf(r *http.Request) (backup.MessageID, error) {
	text := r.PostFormValue("seen")
	if text == "" || r.PostFormValue("only") == "clean" { // those are looked at again one by one
		return 0, nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 0 {
		return 0, backup.Errorf(backup.Invalid, "The page is out of date. Please load it again.").In("seen")
	}
	return backup.MessageID(id), nil
}

// reviewedView answers a review that was given in Run Checks.
type reviewedView struct {
	IDs   []backup.RunID
	Left  string
	Undo  undoView
	Empty *emptyView // where the filter chooses nothing any more
}

// reviewRuns marks the runs that the form names as looked at.
func (s *Server) reviewRuns(w http.ResponseWriter, r *http.Request) error {
	user := userFrom(r.Context())
	ids, err := runIDsOf(r)
	if err != nil {
		return err
	}
	skipped := 0
	if r.PostFormValue("only") == "clean" {
		if ids, skipped, err = s.stillClean(r, ids); err != nil {
			return err
		}
	}
	seen, err := seenOf(r)
	if err != nil {
		return err
	}
	count, err := s.review.RunsAsOf(r.Context(), user, ids, strings.TrimSpace(r.PostFormValue("note")), seen)
	if err != nil {
		return err
	}
	sentence := reviewedSentence(count)
	if count == 0 {
		sentence = "Somebody else reviewed this meanwhile."
	}
	if skipped > 0 {
		sentence += " Left out, because a later mail changed them: " + strconv.Itoa(skipped) + "."
	}
	if !fromRunChecks(r) {
		return s.reviewedPlainly(w, r, sentence, count > 0 && skipped == 0)
	}
	view, err := s.reviewed(r, user, ids, sentence)
	if err != nil {
		return err
	}
	return s.part(w, http.StatusOK, "runs-reviewed", view)
}

// reviewedPlainly leads back to the page that the form names. Run Checks says by itself what was
// reviewed just now, with the offer to take it back, unless there is more to say.
func (s *Server) reviewedPlainly(w http.ResponseWriter, r *http.Request, sentence string, usual bool) error {
	next := backPath(r, "/run-checks")
	if path, _, _ := strings.Cut(next, "?"); usual && path == "/run-checks" {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return nil
	}
	return s.done(w, r, sentence, "%s", next)
}

// reviewed reads what Run Checks shows after a review. Only what this person marked just now
// can be taken back by them.
func (s *Server) reviewed(r *http.Request, user backup.User, ids []backup.RunID, sentence string) (reviewedView, error) {
	view := reviewedView{IDs: ids}
	filter := currentFilter(r)
	ctx := r.Context()
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		c, err := readClock(ctx, tx)
		if err != nil {
			return err
		}
		undo, err := readUndo(ctx, tx, user, backPath(r, "/run-checks"))
		if err != nil {
			return err
		}
		if undo != nil {
			view.Undo = *undo
		}
		view.Undo.Sentence = sentence
		left, total, err := progress(ctx, tx, c)
		if err != nil {
			return err
		}
		view.Left = leftSentence(left, total)
		waiting, err := tx.CountUnreviewed(ctx, filter, 0)
		if err == nil && waiting == 0 {
			view.Empty, err = readEmpty(ctx, tx, c, left > 0)
		}
		return err
	})
	return view, err
}

// stillClean leaves out the runs that are not clean any more: the person judged what was on
// screen, and a later mail may have said something else.
func (s *Server) stillClean(r *http.Request, ids []backup.RunID) (clean []backup.RunID, skipped int, err error) {
	var runs []backup.Run
	err = s.db.Read(r.Context(), func(tx *store.Tx) error {
		runs, err = tx.RunsByID(r.Context(), ids)
		return err
	})
	for _, run := range runs {
		if run.Rank == backup.RankClean {
			clean = append(clean, run.ID)
		}
	}
	if err == nil && len(clean) == 0 {
		err = backup.Errorf(backup.Conflict, "None of these runs is clean any more. Show the page again to see what became of them.")
	}
	slices.Sort(clean)
	return clean, len(runs) - len(clean), err
}

// backPath is the page that the form names to go back to.
func backPath(r *http.Request, otherwise string) string {
	if next := r.PostFormValue("next"); next != "" {
		return localPath(next)
	}
	return otherwise
}
