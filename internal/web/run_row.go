package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// maxRowText is how many characters of a trouble a row holds; the pane shows all of it.
const maxRowText = 160

// rowView is a run as a row of Run Checks.
type rowView struct {
	ID       backup.RunID
	Status   backup.Status
	Problem  bool // not a success: J and K stop here
	Job      string
	Software string
	Objects  string // "2/9", bad and all; empty without objects
	Spoken   string // the same in words
	Trouble  string
	Good     string // "last good 3 d ago", for a run that is none
	Age      string // "7 h"
	When     string // "Sun 22 Nov 02:14"
	Same     string // "same as yesterday", where it is
	Open     string // "T20261122.0014 open 3 d": a ticket of an earlier run of the job
	Ticket   *chipView
	Strip    stripView
	Current  bool
	Focus    bool
	MayPick  bool

	customer backup.CustomerID
	name     string // the customer's
	rank     backup.Rank
}

// chipView is a ticket in few words.
type chipView struct {
	Number string
	State  string // empty for an open one
	Bad    bool
}

// chip says what is known of a ticket in few words; nil without one.
func chip(ticket *backup.Ticket) *chipView {
	if ticket == nil {
		return nil
	}
	switch ticket.State {
	case backup.TicketCreating:
		return &chipView{Number: "Ticket", State: "being created"}
	case backup.TicketComplete:
		return &chipView{Number: ticket.Number, State: "complete"}
	case backup.TicketMissing:
		return &chipView{Number: ticket.Number, State: "missing in Autotask", Bad: true}
	case backup.TicketFailed:
		return nil
	}
	return &chipView{Number: ticket.Number}
}

// shownTicket is the run's active ticket, or else the one that went missing in Autotask.
func shownTicket(all []backup.Ticket) *backup.Ticket {
	for _, state := range []func(backup.Ticket) bool{
		func(t backup.Ticket) bool { return t.Active },
		func(t backup.Ticket) bool { return t.State == backup.TicketMissing },
	} {
		if i := slices.IndexFunc(all, state); i >= 0 {
			return &all[i]
		}
	}
	return nil
}

// rowFacts is what the rows of many runs need beside the runs, each read by one query.
type rowFacts struct {
	clock   clock
	goods   map[backup.RunID]time.Time
	recent  map[backup.JobID][]store.DayStatus
	open    map[backup.JobID][]backup.Ticket
	tickets map[backup.RunID][]backup.Ticket
}

func readRowFacts(ctx context.Context, tx *store.Tx, c clock, runs []backup.Run) (rowFacts, error) {
	facts := rowFacts{clock: c}
	if len(runs) == 0 {
		return facts, nil
	}
	var ids, troubled []backup.RunID
	var jobs, again []backup.JobID
	for _, run := range runs {
		ids, jobs = append(ids, run.ID), append(jobs, run.Job.ID)
		if run.Status != backup.StatusSuccess {
			troubled = append(troubled, run.ID)
			again = append(again, run.Job.ID)
		}
	}
	var err error
	if facts.goods, err = tx.LastGoods(ctx, troubled); err != nil {
		return facts, err
	}
	if facts.open, err = tx.OpenTicketsOfJobs(ctx, again); err != nil {
		return facts, err
	}
	if facts.tickets, err = tx.TicketsOfRuns(ctx, ids); err != nil {
		return facts, err
	}
	facts.recent, err = tx.RecentStatuses(ctx, jobs, c.firstDay(stripDays))
	return facts, err
}

func (f rowFacts) row(run backup.Run) rowView {
	row := rowView{
		ID: run.ID, Status: run.Status, Problem: run.Status != backup.StatusSuccess,
		Job: run.Job.Name, Software: run.Job.Software,
		Age: strings.TrimSuffix(f.clock.age(run.At()), " ago"), When: f.clock.text(run.At()),
		Ticket: chip(shownTicket(f.tickets[run.ID])), Strip: strip(f.clock.days(f.recent[run.Job.ID], stripDays, run.ID)),
		customer: run.Job.CustomerID, name: run.Job.Customer, rank: run.Rank,
	}
	if run.Counts.Total() > 0 {
		row.Objects = fmt.Sprintf("%d/%d", run.Counts.Bad(), run.Counts.Total())
		row.Spoken = fmt.Sprintf("%d of %d objects with trouble", run.Counts.Bad(), run.Counts.Total())
	}
	if !row.Problem {
		row.Trouble = clip(run.Remark, maxRowText)
		if run.Rank == backup.RankChanged && row.Trouble == "" {
			row.Trouble = "Good again, after a run that was not."
		}
		return row
	}
	row.Trouble = clip(cmp.Or(run.Trouble(), emptyTrouble(run)), maxRowText)
	row.Good = "never good"
	if at, known := f.goods[run.ID]; known {
		row.Good = "last good " + f.clock.age(at)
	}
	if run.Rank == backup.RankSame {
		row.Same = sameWord(run, f.recent[run.Job.ID])
	}
	if row.Ticket == nil {
		row.Open = f.openBefore(run)
	}
	return row
}

// sameWord says since when the trouble is the same. A weekly job's run before was not
// yesterday's.
func sameWord(run backup.Run, recent []store.DayStatus) string {
	const soon = 36 * time.Hour
	for _, before := range slices.Backward(recent) {
		if before.At.Before(run.At()) {
			if run.At().Sub(before.At) < soon {
				return "same as yesterday"
			}
			break
		}
	}
	return "same as the run before"
}

// openBefore names the newest open ticket of another run of the job.
func (f rowFacts) openBefore(run backup.Run) string {
	for _, ticket := range f.open[run.Job.ID] {
		if ticket.RunID != run.ID {
			return fmt.Sprintf("%s open %s", ticket.Number, span(f.clock.now.Sub(ticket.CreatedAt)))
		}
	}
	return ""
}

// emptyTrouble is what to say of a troubled run that gives no reason.
func emptyTrouble(run backup.Run) string {
	switch {
	case run.Status == backup.StatusMissed:
		return "No report arrived."
	case run.Counts.Bad() > 0:
		return badSentence(run)
	}
	return "The mail gives no reason."
}

// badSentence names the first objects that did not succeed.
func badSentence(run backup.Run) string {
	names := make([]string, 0, 3)
	for _, object := range badFirst(run.Objects) {
		if object.Status != backup.StatusSuccess && len(names) < cap(names) {
			names = append(names, object.Name)
		}
	}
	sentence := fmt.Sprintf("%d of %d objects did not succeed", run.Counts.Bad(), run.Counts.Total())
	if len(names) == 0 {
		return sentence + "."
	}
	sentence += ": " + strings.Join(names, ", ")
	if more := run.Counts.Bad() - len(names); more > 0 {
		return sentence + fmt.Sprintf(" and %d more.", more)
	}
	return sentence + "."
}

// badFirst returns the objects with the worst first, and otherwise in the order of the mail.
func badFirst(objects []backup.Object) []backup.Object {
	sorted := slices.Clone(objects)
	slices.SortStableFunc(sorted, func(a, b backup.Object) int {
		switch {
		case a.Status == b.Status:
			return 0
		case backup.Worst(a.Status, b.Status) == a.Status:
			return -1
		}
		return 1
	})
	return sorted
}

// clip makes one line of a text and cuts it to a number of characters.
func clip(text string, limit int) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > limit {
		return strings.TrimRight(string(runes[:limit-1]), " ") + "…"
	}
	return text
}
