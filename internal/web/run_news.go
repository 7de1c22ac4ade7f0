package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// newsView is what happened since the list was made: what else waits, and what somebody else
// reviewed meanwhile.
type newsView struct {
	Ask   string // the address that tells the news
	Page  string // the page, with its filter
	Count int    // runs that wait and are not on screen
	Gone  string // "12 anna\n13 anna": runs reviewed meanwhile, and by whom
	Left  string // the count of what is left; empty while the list is first shown
}

// mark is the state of things when a list was made.
type mark struct {
	run    backup.RunID // the newest
	review int64        // the newest act of reviewing
}

// readNews begins to listen: it marks the state of things as the list shows it.
func readNews(ctx context.Context, tx *store.Tx, filter store.UnreviewedFilter) (newsView, error) {
	run, err := tx.NewestRunID(ctx)
	if err != nil {
		return newsView{}, err
	}
	review, err := tx.LastReviewID(ctx)
	return newsFor(filter, mark{run, review}), err
}

func newsFor(filter store.UnreviewedFilter, since mark) newsView {
	query := filterQuery(filter)
	ask, err := url.Parse("/run-checks/news" + query)
	if err != nil {
		ask = &url.URL{Path: "/run-checks/news"}
	}
	values := ask.Query()
	values.Set("run", strconv.FormatInt(int64(since.run), 10))
	values.Set("review", strconv.FormatInt(since.review, 10))
	ask.RawQuery = values.Encode()
	return newsView{Ask: ask.String(), Page: "/run-checks" + query}
}

// runNews answers with what happened since the marks that the address names.
func (s *Server) runNews(w http.ResponseWriter, r *http.Request) error {
	run, err := strconv.ParseInt(r.FormValue("run"), 10, 64)
	if err != nil {
		run = 0
	}
	review, err := strconv.ParseInt(r.FormValue("review"), 10, 64)
	if err != nil {
		review = 0
	}
	since := mark{backup.RunID(run), review}
	filter := runFilter(r.Form)
	news := newsFor(filter, since)
	err = s.db.Read(r.Context(), func(tx *store.Tx) error {
		c, err := readClock(r.Context(), tx)
		if err != nil {
			return err
		}
		if news.Count, err = tx.CountUnreviewed(r.Context(), filter, since.run); err != nil {
			return err
		}
		entries, err := tx.ReviewsSince(r.Context(), since.review)
		if err != nil {
			return err
		}
		var back int
		news.Gone, back = goneAndBack(entries, since.run)
		if filterQuery(filter) == "" {
			news.Count += back
		}
		left, total, err := progress(r.Context(), tx, c)
		news.Left = leftSentence(left, total)
		return err
	})
	if err != nil {
		return err
	}
	if !isPart(r) {
		http.Redirect(w, r, news.Page, http.StatusSeeOther)
		return nil
	}
	return s.part(w, http.StatusOK, "run-news", news)
}

// goneAndBack tells which of the runs that waited were reviewed since, and how many that did
// not wait came back. What came first since then says whether a run had waited.
func goneAndBack(entries []store.ReviewEntry, newest backup.RunID) (gone string, back int) {
	first, last := map[backup.RunID]store.ReviewEntry{}, map[backup.RunID]store.ReviewEntry{}
	var order []backup.RunID
	for _, entry := range entries {
		if _, known := first[entry.RunID]; !known {
			first[entry.RunID] = entry
			order = append(order, entry.RunID)
		}
		last[entry.RunID] = entry
	}
	slices.Sort(order)
	var lines []string
	for _, id := range order {
		waited, waits := first[id].Action == store.Reviewed, last[id].Action != store.Reviewed
		switch {
		case waited && !waits:
			lines = append(lines, fmt.Sprintf("%d %s", id, last[id].By))
		case !waited && waits && id <= newest:
			back++
		}
	}
	return strings.Join(lines, "\n"), back
}

func leftSentence(left, total int) string {
	return fmt.Sprintf("%d of %d left", left, total)
}
