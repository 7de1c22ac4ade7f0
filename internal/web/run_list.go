package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// maxListed is how many runs Run Checks shows at once, the worst first.
const maxListed = 500

// runListView is what Run Checks shows of the runs that wait for a review.
type runListView struct {
	Groups    []groupView
	Left      string // "38 of 300 left": of what waits and what was reviewed today, whatever the filter
	Shown     int
	Hidden    int    // chosen by the filter, but too many to show
	Clean     string // the ids of the clean runs on screen, with commas between
	CleanRuns int
	MayReview bool
	Next      string // where to go on after an act: the page with its filter
	Empty     *emptyView
	News      newsView
	Seen      backup.MessageID // the newest mail when the list was read
}

// groupView holds the rows of one customer: those with something to look at, or the clean ones.
type groupView struct {
	ID       string
	Customer string
	Word     string // what is counted: "left" or "clean"
	Rows     []rowView
}

// Count is how many rows the group has.
func (g groupView) Count() int { return len(g.Rows) }

// emptyView says why nothing is on screen, honestly.
type emptyView struct {
	Filtered bool // others wait that the filter leaves out
	Date     string
	Today    string // how many runs were reviewed today
	Clearer  string
	Cleared  *whenView
	Mail     *whenView // when the newest mail was stored
}

// filterView is the filter with its choices.
type filterView struct {
	Statuses, Customers, Software []filterOption
	NoTicket                      bool
	Search                        string
	Active                        bool
}

type filterOption struct {
	Value, Label string
	Chosen       bool
}

// runFilter reads the filter of Run Checks from an address. What it does not know it leaves out.
func runFilter(values url.Values) store.UnreviewedFilter {
	filter := store.UnreviewedFilter{
		Software: values.Get("software"), NoTicket: values.Get("no_ticket") == "1",
		Search: strings.TrimSpace(clip(values.Get("q"), 100)), Limit: maxListed,
	}
	if status := backup.Status(values.Get("status")); status.Valid() {
		filter.Status = status
	}
	if id, err := strconv.ParseInt(values.Get("customer"), 10, 64); err == nil && id > 0 {
		filter.CustomerID = backup.CustomerID(id)
	}
	return filter
}

// filterQuery is the opposite of runFilter: the address's query, or nothing.
func filterQuery(f store.UnreviewedFilter) string {
	values := url.Values{}
	set := func(name, value string) {
		if value != "" {
			values.Set(name, value)
		}
	}
	set("status", string(f.Status))
	set("software", f.Software)
	set("q", f.Search)
	if f.CustomerID != 0 {
		set("customer", strconv.FormatInt(int64(f.CustomerID), 10))
	}
	if f.NoTicket {
		set("no_ticket", "1")
	}
	if len(values) == 0 {
		return ""
	}
	return "?" + values.Encode()
}

// currentFilter is the filter of the page from which a part is asked for.
func currentFilter(r *http.Request) store.UnreviewedFilter {
	current, err := url.Parse(r.Header.Get("HX-Current-URL"))
	if err != nil {
		return runFilter(nil)
	}
	return runFilter(current.Query())
}

// fromRunChecks reports whether a part is asked for by the page Run Checks.
func fromRunChecks(r *http.Request) bool {
	current, err := url.Parse(r.Header.Get("HX-Current-URL"))
	return isPart(r) && err == nil && current.Path == "/run-checks"
}

// runList reads the list that the filter chooses.
func readRunList(ctx context.Context, tx *store.Tx, user backup.User, filter store.UnreviewedFilter) (runListView, error) {
	c, err := readClock(ctx, tx)
	if err != nil {
		return runListView{}, err
	}
	list := runListView{MayReview: backup.May(user, backup.ReviewRuns), Next: "/run-checks" + filterQuery(filter)}
	runs, err := tx.UnreviewedBy(ctx, filter)
	if err != nil {
		return list, err
	}
	facts, err := readRowFacts(ctx, tx, c, runs)
	if err != nil {
		return list, err
	}
	list.fill(runs, facts)
	if list.Seen, err = tx.NewestMessageID(ctx); err != nil {
		return list, err
	}
	chosen, err := tx.CountUnreviewed(ctx, filter, 0)
	if err != nil {
		return list, err
	}
	list.Hidden = chosen - list.Shown
	left, total, err := progress(ctx, tx, c)
	if err != nil {
		return list, err
	}
	list.Left = leftSentence(left, total)
	if list.News, err = readNews(ctx, tx, filter); err != nil {
		return list, err
	}
	if list.Shown == 0 {
		list.Empty, err = readEmpty(ctx, tx, c, left > 0)
	}
	return list, err
}

// progress counts what is left, and that together with what was reviewed since midnight.
func progress(ctx context.Context, tx *store.Tx, c clock) (left, total int, err error) {
	if left, err = unreviewed(ctx, tx); err != nil {
		return 0, 0, err
	}
	reviewed, err := tx.CountReviewed(ctx, c.midnight(c.now))
	return left, left + reviewed, err
}

// fill sorts the runs into groups. What wants a look comes first, the customer with the worst
// run on top; the clean runs follow by customer.
func (l *runListView) fill(runs []backup.Run, facts rowFacts) {
	rows := make([]rowView, len(runs))
	for i, run := range runs {
		rows[i] = facts.row(run)
		rows[i].MayPick = l.MayReview
	}
	worst := map[backup.CustomerID]backup.Rank{}
	for _, row := range rows {
		if rank, known := worst[row.customer]; !known || row.rank < rank {
			worst[row.customer] = row.rank
		}
	}
	slices.SortStableFunc(rows, func(a, b rowView) int {
		customers := 0
		if tier(a) == lookTier {
			customers = cmp.Compare(worst[a.customer], worst[b.customer])
		}
		return cmp.Or(
			cmp.Compare(tier(a), tier(b)),
			customers,
			strings.Compare(backup.Fold(a.name), backup.Fold(b.name)),
			cmp.Compare(a.customer, b.customer),
			cmp.Compare(a.rank, b.rank),
			strings.Compare(backup.Fold(a.Job), backup.Fold(b.Job)),
		)
	})
	var clean []string
	for i, row := range rows {
		row.Current = i == 0
		id, word := fmt.Sprintf("group-%d", row.customer), "left"
		if tier(row) == cleanTier {
			id, word = fmt.Sprintf("clean-%d", row.customer), "clean"
			clean = append(clean, strconv.FormatInt(int64(row.ID), 10))
		}
		if len(l.Groups) == 0 || l.Groups[len(l.Groups)-1].ID != id {
			l.Groups = append(l.Groups, groupView{ID: id, Customer: row.name, Word: word})
		}
		group := &l.Groups[len(l.Groups)-1]
		group.Rows = append(group.Rows, row)
	}
	l.Shown, l.Clean, l.CleanRuns = len(rows), strings.Join(clean, ","), len(clean)
}

// The tiers of the list.
const (
	lookTier  = 0
	cleanTier = 1
)

func tier(row rowView) int {
	if row.rank == backup.RankClean {
		return cleanTier
	}
	return lookTier
}

func readEmpty(ctx context.Context, tx *store.Tx, c clock, filtered bool) (*emptyView, error) {
	empty := &emptyView{Filtered: filtered, Date: c.now.In(c.zone).Format("Monday 2 January 2006")}
	last, err := tx.LastReview(ctx)
	if err != nil {
		return nil, err
	}
	if last != nil {
		empty.Clearer, empty.Cleared = last.By, new(c.at(last.At))
	}
	mail, err := tx.LastMailAt(ctx)
	if err != nil {
		return nil, err
	}
	empty.Mail = c.maybe(mail)
	today, err := tx.CountReviewed(ctx, c.midnight(c.now))
	switch today {
	case 0:
		empty.Today = "No run was reviewed today."
	case 1:
		empty.Today = "1 run was reviewed today."
	default:
		empty.Today = fmt.Sprintf("%d runs were reviewed today.", today)
	}
	return empty, err
}

// filterChoices lists what the waiting runs can be filtered by. A choice that is in force stays
// in the list when nothing waits there any more.
func filterChoices(filter store.UnreviewedFilter, sources []store.Source) filterView {
	view := filterView{NoTicket: filter.NoTicket, Search: filter.Search, Active: filterQuery(filter) != ""}
	for _, status := range backup.Statuses() {
		view.Statuses = append(view.Statuses, filterOption{string(status), status.Label(), status == filter.Status})
	}
	var software []string
	for _, source := range sources {
		value := strconv.FormatInt(int64(source.CustomerID), 10)
		if n := len(view.Customers); n == 0 || view.Customers[n-1].Value != value {
			view.Customers = append(view.Customers, filterOption{value, source.Customer, source.CustomerID == filter.CustomerID})
		}
		software = append(software, source.Software)
	}
	if filter.Software != "" {
		software = append(software, filter.Software)
	}
	slices.Sort(software)
	for _, name := range slices.Compact(software) {
		view.Software = append(view.Software, filterOption{name, name, name == filter.Software})
	}
	return view
}

// undoFor is how long a review can be taken back where it was given.
const undoFor = 30 * time.Second

// undoView is what the notice of a review needs to take it back.
type undoView struct {
	Sentence string
	IDs      string // with commas between
	Next     string
	Seconds  int // how long it can still be taken back
}

// readUndo finds the person's own review of a moment ago; nil when there is none.
func readUndo(ctx context.Context, tx *store.Tx, user backup.User, next string) (*undoView, error) {
	if !backup.May(user, backup.ReviewRuns) {
		return nil, nil
	}
	ids, at, err := tx.LastReviewed(ctx, user.Name, tx.Now().Add(-undoFor))
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	seconds := int((undoFor - tx.Now().Sub(at)).Seconds())
	return &undoView{Sentence: reviewedSentence(len(ids)), IDs: joinIDs(ids), Next: next, Seconds: max(seconds, 1)}, nil
}

func reviewedSentence(count int) string {
	if count == 1 {
		return "Reviewed 1 run."
	}
	return fmt.Sprintf("Reviewed %d runs.", count)
}

func joinIDs(ids []backup.RunID) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatInt(int64(id), 10)
	}
	return strings.Join(texts, ",")
}
