package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// Limits on what one run shows. The original mail has all of it.
const (
	maxObjectsShown = 200
	maxNamesShown   = 12 // objects named in one sentence
	jobTicketsShown = 10
)

// runView is a run with everything that a person needs to judge it.
type runView struct {
	Seen     backup.MessageID // the newest mail when the run was read
	ID       backup.RunID
	JobID    backup.JobID
	Status   backup.Status
	Job      string
	Customer string
	Product  string // "Veeam Backup"
	Began    whenView
	Span     string // "37 min", empty when one end is not known
	Expected bool   // a missed run: Began is when it was found missing
	Lead     string // the sentence that matters
	More     string // a second one, where there is more to say
	Same     bool

	Bad      []objectView
	MoreBad  int // troubled objects left out
	Good     []string
	MoreGood int
	GoodSum  int

	LastGood   *whenView
	LastGoodID backup.RunID
	Changes    []string
	Unchanged  bool // the same objects with no new trouble

	Ticket    *ticketLine  // the run's own
	Former    []ticketLine // tickets that the run had
	OpenOfJob []ticketLine // of other runs of the job
	Days      []dayView
	Reviews   []reviewView
	Reviewed  *reviewView // the mark that stands
	Why       []evidenceView
	Evidence  []evidenceView
	Parser    string
	Problems  []string
	Mails     []mailView

	MayReview, MayTicket bool
	InList               bool // in the right pane of Run Checks
	Replace              bool // sent to take the place of the run that is shown
	Next                 string
}

type objectView struct {
	Name, Type, Message string
	Status              backup.Status
}

// ticketLine is a ticket in one line.
type ticketLine struct {
	Number string
	Word   string // what is known of it: "Open: New", "Missing in Autotask (deleted)"
	URL    string // empty where it cannot be opened
	RunID  backup.RunID
	Since  whenView
	By     string
	Detail string
}

type reviewView struct {
	Word, By, Note string
	At             whenView
}

type evidenceView struct{ Field, Text, Where string }

type mailView struct {
	ID            backup.MessageID
	Subject, From string
	At            whenView
	Problem       string
}

func runPath(id backup.RunID) string { return fmt.Sprintf("/runs/%d", id) }

// readRun reads all of a run that the user may see.
func readRun(ctx context.Context, tx *store.Tx, user backup.User, id backup.RunID) (runView, error) {
	c, err := readClock(ctx, tx)
	if err != nil {
		return runView{}, err
	}
	run, err := tx.Run(ctx, id)
	if err != nil {
		return runView{}, err
	}
	view := newRunView(run, c)
	if view.Seen, err = tx.NewestMessageID(ctx); err != nil {
		return view, err
	}
	view.MayReview, view.MayTicket = backup.May(user, backup.ReviewRuns), backup.May(user, backup.ManageTickets)
	for _, read := range []func(context.Context, *store.Tx, clock, backup.Run) error{
		view.readHistory, view.readTickets, view.readReviews, view.readMails,
	} {
		if err := read(ctx, tx, c, run); err != nil {
			return view, err
		}
	}
	return view, nil
}

func newRunView(run backup.Run, c clock) runView {
	view := runView{
		ID: run.ID, JobID: run.Job.ID, Status: run.Status, Job: run.Job.Name, Customer: run.Job.Customer,
		Product: strings.TrimSpace(run.Job.Software + " " + run.Job.Type), Began: c.at(run.At()),
		Expected: run.Status == backup.StatusMissed, Same: run.Rank == backup.RankSame, Next: runPath(run.ID),
	}
	if run.StartedAt != nil && run.EndedAt != nil && run.EndedAt.After(*run.StartedAt) {
		view.Span = span(run.EndedAt.Sub(*run.StartedAt))
	}
	view.Lead, view.More = lead(run)
	for _, object := range badFirst(run.Objects) {
		switch {
		case object.Status == backup.StatusSuccess && len(view.Good) < maxObjectsShown:
			view.Good = append(view.Good, object.Name)
		case object.Status == backup.StatusSuccess:
			view.MoreGood++
		case len(view.Bad) < maxObjectsShown:
			view.Bad = append(view.Bad, objectView{object.Name, object.Type, object.Message, object.Status})
		default:
			view.MoreBad++
		}
	}
	view.GoodSum = len(view.Good) + view.MoreGood
	if run.Reviewed() {
		view.Reviewed = &reviewView{Word: "Reviewed", By: run.ReviewedBy, Note: run.Note, At: c.at(*run.ReviewedAt)}
	}
	return view
}

// lead is the sentence that matters, and a second one: what was said of the run as a whole and
// which objects suffered.
func lead(run backup.Run) (first, second string) {
	switch {
	case run.Status == backup.StatusSuccess && run.Counts.Total() > 0 && run.Counts.Bad() == 0:
		return allGood(run.Counts.Total()), run.Remark
	case run.Status == backup.StatusSuccess:
		return cmp.Or(run.Remark, "The backup succeeded."), ""
	}
	if run.Remark != "" {
		if run.Counts.Bad() > 0 {
			second = badSentence(run)
		}
		return run.Remark, second
	}
	return emptyTrouble(run), ""
}

func allGood(count int) string {
	if count == 1 {
		return "The one object succeeded."
	}
	return fmt.Sprintf("All %d objects succeeded.", count)
}

// readHistory compares the run with the last good one and reads the days up to today.
func (v *runView) readHistory(ctx context.Context, tx *store.Tx, c clock, run backup.Run) error {
	good, err := tx.LastGoodRun(ctx, run.Job.ID, run.At())
	if err != nil {
		return err
	}
	if good != nil {
		v.LastGood, v.LastGoodID = new(c.at(good.At())), good.ID
		v.Changes = changes(*good, run)
		v.Unchanged = len(v.Changes) == 0 && len(good.Objects) > 0 && len(run.Objects) > 0
	}
	recent, err := tx.RecentStatuses(ctx, []backup.JobID{run.Job.ID}, c.firstDay(stripDays))
	v.Days = c.days(recent[run.Job.ID], stripDays, run.ID)
	return err
}

// changes says what is different since the last good run: what failed newly, what is gone and
// what is new. A run that tells of no objects says nothing about them.
func changes(good, run backup.Run) []string {
	before, now := byName(good.Objects), byName(run.Objects)
	var failing, absent, added []string
	for _, object := range run.Objects {
		_, known := before[object.Name]
		switch {
		case !known && len(before) > 0:
			added = append(added, object.Name)
		case known && object.Status != backup.StatusSuccess:
			failing = append(failing, object.Name)
		}
	}
	for _, object := range good.Objects {
		if _, known := now[object.Name]; !known && len(now) > 0 {
			absent = append(absent, object.Name)
		}
	}
	var all []string
	for _, change := range []struct {
		word  string
		names []string
	}{{"Newly in trouble", failing}, {"No longer there", absent}, {"Not there before", added}} {
		if len(change.names) > 0 {
			all = append(all, change.word+": "+named(change.names))
		}
	}
	return all
}

func byName(objects []backup.Object) map[string]backup.Status {
	names := make(map[string]backup.Status, len(objects))
	for _, object := range objects {
		names[object.Name] = object.Status
	}
	return names
}

// named lists names in a sentence, not too many of them.
func named(names []string) string {
	if len(names) <= maxNamesShown {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:maxNamesShown], ", "), len(names)-maxNamesShown)
}

func (v *runView) readTickets(ctx context.Context, tx *store.Tx, c clock, run backup.Run) error {
	all, err := tx.TicketsOfRun(ctx, run.ID)
	if err != nil {
		return err
	}
	shown := shownTicket(all)
	for i := range all {
		if &all[i] == shown {
			v.Ticket = new(ticketIn(all[i], c))
		} else {
			v.Former = append(v.Former, ticketIn(all[i], c))
		}
	}
	open, err := tx.OpenTicketsOfJob(ctx, run.Job.ID, jobTicketsShown)
	for _, ticket := range open {
		if ticket.RunID != run.ID {
			v.OpenOfJob = append(v.OpenOfJob, ticketIn(ticket, c))
		}
	}
	return err
}

func ticketIn(ticket backup.Ticket, c clock) ticketLine {
	line := ticketLine{
		Number: ticket.Number, Word: ticketWord(ticket), RunID: ticket.RunID, Since: c.at(ticket.CreatedAt), By: ticket.CreatedBy, Detail: ticket.Detail,
	}
	if ticket.State == backup.TicketOpen || ticket.State == backup.TicketComplete {
		line.URL = ticket.URL
	}
	if line.Detail == line.Word {
		line.Detail = ""
	}
	return line
}

// ticketWord says what is known of a ticket.
func ticketWord(ticket backup.Ticket) string {
	word := ""
	switch ticket.State {
	case backup.TicketCreating:
		return "Being created: Backupchecks is looking for it in Autotask"
	case backup.TicketMissing:
		return "Missing in Autotask (deleted)"
	case backup.TicketFailed:
		return "Not created"
	case backup.TicketByHand:
		return "Number entered by hand"
	case backup.TicketComplete:
		word = "Complete"
	case backup.TicketOpen:
		word = "Open"
	}
	if ticket.StatusLabel != "" && ticket.StatusLabel != word {
		word += ": " + ticket.StatusLabel
	}
	return word
}

func (v *runView) readReviews(ctx context.Context, tx *store.Tx, c clock, run backup.Run) error {
	reviews, err := tx.Reviews(ctx, run.ID)
	for _, review := range reviews {
		word := "Reviewed"
		switch review.Action {
		case store.Unreviewed:
			word = "Review taken back"
		case store.Cleared:
			word = "Review cleared, because a later mail changed the run"
		}
		v.Reviews = append(v.Reviews, reviewView{Word: word, By: review.By, Note: review.Note, At: c.at(review.At)})
	}
	slices.Reverse(v.Reviews)
	return err
}

// readMails reads the mails that told of the run, and what proved the result in the last one.
func (v *runView) readMails(ctx context.Context, tx *store.Tx, c clock, run backup.Run) error {
	mails, err := tx.RunMessages(ctx, run.ID)
	if err != nil {
		return err
	}
	for _, mail := range slices.Backward(mails) {
		v.Mails = append(v.Mails, mailView{ID: mail.ID, Subject: mail.Subject, From: mail.From, At: c.at(mail.ReceivedAt), Problem: mail.Problem})
	}
	if run.MessageID == nil {
		return nil
	}
	mail, err := tx.Message(ctx, *run.MessageID)
	if err != nil {
		return err
	}
	v.Parser, v.Problems = mail.Reading.Parser, mail.Reading.Problems
	var status, other []evidenceView
	for _, proof := range mail.Reading.Evidence {
		said := evidenceView{Field: strings.ReplaceAll(proof.Field, "_", " "), Text: clip(proof.Text, 300), Where: proof.Where}
		if proof.Field == "status" {
			status = append(status, said)
		} else {
			other = append(other, said)
		}
	}
	v.Why, v.Evidence = splitProofs(run.Status, status)
	v.Evidence = append(v.Evidence, other...)
	return nil
}
