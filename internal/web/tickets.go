package web

import (
	"fmt"
	"net/http"

	"backupchecks/internal/backup"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
)

type ticketsPage struct {
	layout
	State   backup.TicketState
	States  []statePick
	Tickets []ticketRow
	MaySee  bool // runs, jobs and customers too
	pager
}

func (*ticketsPage) template() string { return "tickets.html" }

// statePick is a state in the filter.
type statePick struct {
	State  backup.TicketState
	Label  string
	Path   string
	Picked bool
}

// ticketRow is a ticket as the list shows it.
type ticketRow struct {
	Number, URL       string
	State             ticketStateView
	AutotaskStatus    string // in Autotask's words, as last seen
	Former            bool   // another ticket took its place, or none
	Elsewhere         bool   // it belongs to another environment
	Detail            string
	RunID             backup.RunID
	RunStatus         backup.Status
	RunAt             whenView
	JobID             backup.JobID
	Job               string
	CustomerID        backup.CustomerID
	Customer          string
	CreatedBy, Origin string
	Created           whenView
	Checked           *whenView
}

// ticketStateView is a ticket's state as a word and a shape.
type ticketStateView struct {
	State backup.TicketState
	Word  string
	Icon  string
}

func viewTicketState(state backup.TicketState) ticketStateView {
	view := ticketStateView{State: state, Word: string(state), Icon: "help-circle"}
	switch state {
	case backup.TicketOpen:
		view.Word, view.Icon = "Open", "ticket"
	case backup.TicketComplete:
		view.Word, view.Icon = "Complete", "circle-check"
	case backup.TicketCreating:
		view.Word, view.Icon = "Creating, outcome not known yet", "clock"
	case backup.TicketFailed:
		view.Word, view.Icon = "Failed", "alert-triangle"
	case backup.TicketMissing:
		view.Word, view.Icon = "Missing in Autotask (deleted)", "trash"
	case backup.TicketByHand:
		view.Word, view.Icon = "Manual number", "pencil"
	}
	return view
}

func (s *Server) ticketsPage(w http.ResponseWriter, r *http.Request) error {
	page := &ticketsPage{
		layout: layout{Title: "Tickets"}, State: backup.TicketState(r.FormValue("state")),
		MaySee: backup.May(userFrom(r.Context()), backup.SeeJobs),
	}
	page.States = ticketStates(page.State)
	err := s.db.Read(r.Context(), func(tx *store.Tx) error {
		clock, err := readClock(r.Context(), tx)
		if err != nil {
			return err
		}
		set, err := settings.LoadAutotask(r.Context(), tx)
		if err != nil {
			return err
		}
		found, err := tx.Tickets(r.Context(), store.TicketFilter{State: page.State, Cursor: r.FormValue("cursor")})
		if err != nil {
			return err
		}
		page.pager = pagerOf(r, found.Next)
		for _, one := range found.Items {
			page.Tickets = append(page.Tickets, viewTicketRow(one, set, clock))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, page)
}

func ticketStates(picked backup.TicketState) []statePick {
	picks := []statePick{{Label: "All", Path: "/tickets", Picked: picked == ""}}
	for _, one := range []struct {
		state backup.TicketState
		label string
	}{
		{backup.TicketOpen, "Open"},
		{backup.TicketCreating, "Creating"},
		{backup.TicketFailed, "Failed"},
		{backup.TicketMissing, "Missing in Autotask"},
		{backup.TicketComplete, "Complete"},
		{backup.TicketByHand, "Manual"},
	} {
		picks = append(picks, statePick{State: one.state, Label: one.label, Path: "/tickets?state=" + string(one.state), Picked: one.state == picked})
	}
	return picks
}

func viewTicketRow(t store.TicketRow, set settings.AutotaskSettings, clock clock) ticketRow {
	row := ticketRow{
		Number: t.Number, URL: t.URL, State: viewTicketState(t.State), AutotaskStatus: t.StatusLabel,
		Former: !t.Active && t.State != backup.TicketMissing && t.State != backup.TicketFailed, Elsewhere: t.Tenant != "" && t.Tenant != set.Tenant(),
		Detail: t.Detail, RunID: t.RunID, RunStatus: t.Run.Status, RunAt: clock.at(t.Run.At()),
		JobID: t.Run.Job.ID, Job: t.Run.Job.Name, CustomerID: t.Run.Job.CustomerID, Customer: t.Run.Job.Customer,
		CreatedBy: t.CreatedBy, Origin: madeWord(t.Origin), Created: clock.at(t.CreatedAt), Checked: clock.maybe(t.CheckedAt),
	}
	if row.Detail == row.State.Word || row.Detail == row.State.Word+"." {
		row.Detail = ""
	}
	// Autotask's own word only where it says more, and of a ticket that is there.
	if backup.Fold(row.AutotaskStatus) == backup.Fold(row.State.Word) || t.State == backup.TicketMissing {
		row.AutotaskStatus = ""
	}
	if row.Number == "" && t.AutotaskID != nil {
		row.Number = fmt.Sprintf("Id %d", *t.AutotaskID)
	}
	return row
}

func madeWord(origin backup.TicketOrigin) string {
	switch origin {
	case backup.TicketCreated:
		return "created"
	case backup.TicketLinked:
		return "linked"
	case backup.TicketManual:
		return "entered"
	}
	return string(origin)
}
