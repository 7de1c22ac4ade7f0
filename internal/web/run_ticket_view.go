package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"backupchecks/internal/backup"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
	"backupchecks/internal/ticket"
)

// checkAfter is how old the last look into Autotask may be before a ticket that is opened is
// looked up again.
const checkAfter = time.Minute

// ticketView is the ticket of a run with everything that can be done about it, for the drawer
// and for the page that does without script.
type ticketView struct {
	RunID    backup.RunID
	Job      string
	Customer string
	Status   backup.Status
	Heading  string
	Done     string // what the last act did
	Fault    string // why the last act was refused

	Ticket     *ticketFacts
	Creating   bool // the outcome of its creation is not known yet
	CheckNow   bool // it is looked up in Autotask as soon as it is shown
	MayCheck   bool
	MayResolve bool
	MayManage  bool

	Open        []ticketLine // open tickets of other runs of the job
	MayLinkOpen bool
	Preview     *previewView
	CreateLabel string
	Blocks      []blockView
	Link        *entryView
	Number      *entryView
	OpenFocus   bool     // where the focus begins: at an open ticket of the job, so that no second one is made,
	CreateFocus bool     // or at the creation, unless a field has it
	Run         *runView // the run on the page below the drawer, to take the place of what is there
	Chip        *chipView
	InRow       bool // the page below is Run Checks
}

// ticketFacts is the run's ticket in full.
type ticketFacts struct {
	ticketLine
	Origin          string
	Missing, Failed bool
	Checked         *whenView
}

// previewView is what would be sent, exactly.
type previewView struct {
	Company, Mapping                string
	MappingOK                       bool
	Synced                          *whenView
	Queue, Source, Priority, Status string
	Title, Text                     string
	Length                          int // of Text, as Autotask counts
}

// blockView is a reason why no ticket can be created, with the page that cures it where this
// user may open that.
type blockView struct{ Sentence, Cure, CureLabel string }

// entryView is a field for a number.
type entryView struct {
	Value, Fault string
	Focus        bool
}

// ticketEntries is what a person typed into the forms, and what was wrong with it.
type ticketEntries struct {
	link, number string
	faults       faults
}

// readTicket reads the run's ticket and what the user may do about it.
func (s *Server) readTicket(ctx context.Context, user backup.User, id backup.RunID, entries ticketEntries) (ticketView, error) {
	view := ticketView{RunID: id, MayManage: backup.May(user, backup.ManageTickets)}
	var set settings.AutotaskSettings
	var c clock
	var shown *backup.Ticket
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		var err error
		if c, err = readClock(ctx, tx); err != nil {
			return err
		}
		run, err := tx.Run(ctx, id)
		if err != nil {
			return err
		}
		view.Job, view.Customer, view.Status = run.Job.Name, run.Job.Customer, run.Status
		if set, err = settings.LoadAutotask(ctx, tx); err != nil {
			return err
		}
		all, err := tx.TicketsOfRun(ctx, id)
		shown = shownTicket(all)
		view.Chip = chip(shown)
		if shown == nil && len(all) > 0 {
			shown = &all[0] // the newest that failed
		}
		return err
	})
	if err != nil {
		return view, err
	}
	view.show(shown, set, c, user)
	if !view.MayManage || shown != nil && shown.Active && shown.State != backup.TicketByHand {
		return view, nil
	}
	return view, s.offer(ctx, user, &view, shown, set, c, entries)
}

// show tells of the ticket that the run has or had.
func (v *ticketView) show(shown *backup.Ticket, set settings.AutotaskSettings, c clock, user backup.User) {
	v.Heading = "Ticket"
	if v.MayManage {
		v.Heading = "Create Autotask ticket"
	}
	if shown == nil {
		return
	}
	v.Ticket = &ticketFacts{
		ticketLine: ticketIn(*shown, c), Origin: originWord(shown.Origin), Checked: c.maybe(shown.CheckedAt),
		Missing: shown.State == backup.TicketMissing, Failed: shown.State == backup.TicketFailed,
	}
	v.Creating = shown.State == backup.TicketCreating
	inAutotask := set.Enabled && shown.Tenant == set.Tenant() && (shown.AutotaskID != nil || v.Creating)
	v.MayCheck = inAutotask && backup.May(user, backup.SeeTickets)
	v.CheckNow = v.MayCheck && !v.Creating && (shown.CheckedAt == nil || c.now.Sub(*shown.CheckedAt) > checkAfter)
	v.MayResolve = v.MayManage && inAutotask && set.AllowResolve && shown.State == backup.TicketOpen && shown.Active
	if v.Creating {
		v.Heading = "Ticket is being created"
	} else if shown.Active {
		v.Heading = "Ticket " + shown.Number
	}
}

func originWord(origin backup.TicketOrigin) string {
	switch origin {
	case backup.TicketLinked:
		return "Linked"
	case backup.TicketManual:
		return "Entered"
	}
	return "Created"
}

// offer reads what can be done while the run has no ticket in Autotask: create one, link one,
// or note a number.
func (s *Server) offer(ctx context.Context, user backup.User, view *ticketView, shown *backup.Ticket, set settings.AutotaskSettings, c clock, entries ticketEntries) error {
	byHand := shown != nil && shown.Active
	if set.Enabled {
		view.Link = &entryView{Value: entries.link, Fault: entries.faults.In("ticket_number")}
		if byHand && view.Link.Value == "" {
			view.Link.Value = shown.Number
		}
	}
	if !set.Enabled || set.AllowManualNumber {
		view.Number = &entryView{Value: entries.number, Fault: entries.faults.In("number")}
		if byHand && view.Number.Value == "" {
			view.Number.Value = shown.Number
		}
	}
	preview, err := s.tickets.Preview(ctx, user, view.RunID)
	if err != nil {
		return err
	}
	for _, open := range preview.OpenOfJob {
		if open.RunID != view.RunID {
			view.Open = append(view.Open, ticketIn(open, c))
		}
	}
	view.MayLinkOpen = set.Enabled
	if byHand {
		return nil
	}
	view.CreateLabel = "Create Autotask ticket"
	if view.Ticket != nil && view.Ticket.Missing {
		view.CreateLabel = "Create new Autotask ticket"
		view.Heading = "Ticket deleted in Autotask"
	}
	for _, block := range preview.BlockedBy {
		view.Blocks = append(view.Blocks, cureFor(user, block))
	}
	if set.Enabled {
		view.Preview = previewOf(preview, c)
	}
	return nil
}

func cureFor(user backup.User, block ticket.Block) blockView {
	view := blockView{Sentence: block.Sentence}
	switch {
	case strings.HasPrefix(block.Cure, "/settings") && backup.May(user, backup.ManageSettings):
		view.Cure, view.CureLabel = block.Cure, "Open Settings"
	case strings.HasPrefix(block.Cure, "/customers") && backup.May(user, backup.EditCustomers):
		view.Cure, view.CureLabel = block.Cure, "Open the customer"
	}
	return view
}

func previewOf(preview ticket.Preview, c clock) *previewView {
	mapping := preview.Customer.Mapping
	return &previewView{
		Company: cmp.Or(preview.Company, "none chosen"), Mapping: mappingWord(mapping.Status), MappingOK: mapping.AllowsTickets(), Synced: c.maybe(mapping.SyncedAt),
		Queue: cmp.Or(preview.Queue, "none chosen"), Source: cmp.Or(preview.Source, "none chosen"),
		Priority: cmp.Or(preview.Priority, "none"), Status: cmp.Or(preview.Status, "none chosen"),
		Title: preview.Title, Text: preview.Description, Length: len(utf16.Encode([]rune(preview.Description))),
	}
}

func mappingWord(status backup.MappingStatus) string {
	switch status {
	case backup.MappingOK:
		return "ok"
	case backup.MappingRenamed:
		return "renamed in Autotask"
	case backup.MappingInvalid:
		return "invalid"
	}
	return "no company yet"
}

// answerTicket answers an act on the run's ticket: done says what it did, err why it was
// refused. A refusal keeps what the person typed.
func (s *Server) answerTicket(w http.ResponseWriter, r *http.Request, id backup.RunID, done string, err error, entries ticketEntries) error {
	kind, sentence := backup.Explain(err)
	status := http.StatusOK
	switch {
	case err == nil && !isPart(r):
		return s.done(w, r, done, "%s", runPath(id))
	case err == nil:
	case kind == backup.Internal || kind == backup.NotFound || kind == backup.Forbidden:
		return err
	default:
		status, done, entries.faults = statusOf(kind), "", faultsOf(err)
	}
	view, readErr := s.readTicket(r.Context(), userFrom(r.Context()), id, entries)
	if readErr != nil {
		return readErr
	}
	view.Done, view.CheckNow = done, false
	if err != nil && !view.faulty() {
		view.Fault = sentence
	}
	return s.sendTicket(w, r, status, view)
}

// faulty reports whether a field says itself what was wrong with it.
func (v ticketView) faulty() bool {
	return v.Link != nil && v.Link.Fault != "" || v.Number != nil && v.Number.Fault != ""
}

// chooseFocus gives the focus to one thing: the field with a fault or that was asked for, or
// else what is most likely wanted.
func (v *ticketView) chooseFocus() {
	taken := false
	for _, entry := range []*entryView{v.Link, v.Number} {
		if entry != nil {
			entry.Focus = !taken && (entry.Focus || entry.Fault != "")
			taken = taken || entry.Focus
		}
	}
	v.OpenFocus = !taken && v.MayLinkOpen && len(v.Open) > 0
	v.CreateFocus = !taken && !v.OpenFocus
}

// sendTicket answers with the drawer, with what is in it, or with a page of its own.
func (s *Server) sendTicket(w http.ResponseWriter, r *http.Request, status int, view ticketView) error {
	view.chooseFocus()
	if !isPart(r) {
		page := &runTicketPage{layout: layout{Title: view.Heading + ": " + view.Job + " of " + view.Customer}, Ticket: view}
		return s.show(w, r, status, page)
	}
	if r.Header.Get("HX-Target") != "ticket" {
		return s.part(w, status, "ticket-drawer", view)
	}
	current, err := url.Parse(r.Header.Get("HX-Current-URL"))
	if err == nil && (current.Path == runPath(view.RunID) || fromRunChecks(r)) {
		run, err := s.paneOf(r, view.RunID)
		if err != nil {
			return err
		}
		run.Replace = true
		view.Run, view.InRow = &run, run.InList
	}
	return s.part(w, status, "ticket-changed", view)
}

// Thousands writes the length of the text as a person reads it: "1,431".
func (p previewView) Thousands() string {
	text := strconv.Itoa(p.Length)
	if len(text) > 3 {
		return text[:len(text)-3] + "," + text[len(text)-3:]
	}
	return text
}
