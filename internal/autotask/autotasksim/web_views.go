package autotasksim

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// slowDelay is how slow "slow" is when a person asks for it.
const slowDelay = 5 * time.Second

// ticketView is a ticket as a person sees it.
type ticketView struct {
	ID                              int64
	Number, Company, Title          string
	Status, Priority, Queue, Source string
	Created, Due, Completed         string
	ExternalID, Resolution          string
	Complete, Hidden                bool
}

type ticketsPage struct {
	Tickets   []ticketView // newest first
	Deleted   []ticketView
	Companies []Company // active ones
}

type ticketPage struct {
	Heading     string
	Ticket      ticketView
	Description []span
	Notes       []noteView
	TimeEntries []timeView
}

type noteView struct {
	Title, Created, Publish string
	Body                    []span
}

type timeView struct {
	Created, Hours, Summary string
}

type companiesPage struct{ Companies []Company }

type requestsPage struct {
	Used, Limit, Pending int
	Routes               []string
	Kinds                []FaultKind
	Locked               string
	Requests             []requestView // newest first
}

type requestView struct {
	Time, Request, User, Status, Fault, Body string
}

// span is a piece of a text; with a URL it is a link.
type span struct{ Text, URL string }

var webAddress = regexp.MustCompile(`https?://[^\s<>"']+`)

// linked cuts a text into spans, so that web addresses in it can be followed.
func linked(content string) []span {
	var spans []span
	at := 0
	for _, found := range webAddress.FindAllStringIndex(content, -1) {
		address := strings.TrimRight(content[found[0]:found[1]], ".,;:!?)]")
		if found[0] > at {
			spans = append(spans, span{Text: content[at:found[0]]})
		}
		spans = append(spans, span{address, address})
		at = found[0] + len(address)
	}
	if at < len(content) {
		spans = append(spans, span{Text: content[at:]})
	}
	return spans
}

// moment is a time as a person in the tenant's zone reads it, "" for none.
func (t *Tenant) moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(t.location).Format("2006-01-02 15:04:05")
}

// view prepares a ticket. The caller holds the lock.
func (t *Tenant) view(r row) ticketView {
	ticket := asTicket(r)
	return ticketView{
		ID: ticket.ID, Number: ticket.TicketNumber, Title: ticket.Title, ExternalID: ticket.ExternalID, Resolution: ticket.Resolution,
		Company: get[string](t.entities["companies"].rows[ticket.CompanyID], "companyName"),
		Status:  t.label("status", r["status"]), Priority: t.label("priority", r["priority"]),
		Queue: t.label("queueID", r["queueID"]), Source: t.label("source", r["source"]),
		Created: t.moment(ticket.CreateDate), Due: t.moment(ticket.DueDateTime), Completed: t.moment(ticket.CompletedDate),
		Complete: ticket.Status == statusComplete, Hidden: t.hidden[ticket.ID],
	}
}

func (p pages) tickets(w http.ResponseWriter, _ *http.Request) {
	p.lock()
	page := ticketsPage{
		Tickets:   list(p.entities["tickets"], p.view, nil),
		Companies: list(p.entities["companies"], asCompany, func(r row) bool { return r["isActive"] == true }),
		Deleted: list(p.entities["deletedticketlogs"], func(r row) ticketView {
			d := p.asDeleted(r)
			return ticketView{Number: d.TicketNumber, Title: d.TicketTitle, Created: p.moment(d.DeletedDateTime)}
		}, nil),
	}
	p.mu.Unlock()
	slices.Reverse(page.Tickets)
	slices.Reverse(page.Deleted)
	p.show(w, "tickets.html", page)
}

func (p pages) ticket(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64) // what is no number is no ticket either
	page, found := p.ticketPage(id)
	if !found {
		http.Error(w, "There is no such ticket.", http.StatusNotFound)
		return
	}
	p.show(w, "ticket.html", page)
}

func (p pages) ticketPage(id int64) (ticketPage, bool) {
	p.lock()
	defer p.mu.Unlock()
	ticket, found := p.entities["tickets"].rows[id]
	if !found {
		return ticketPage{}, false
	}
	view := p.view(ticket)
	return ticketPage{
		Heading: "Ticket " + view.Number, Ticket: view, Description: linked(get[string](ticket, "description")),
		Notes: list(p.entities["ticketnotes"], func(r row) noteView {
			n := asNote(r)
			return noteView{n.Title, p.moment(n.CreateDateTime), p.label("publish", r["publish"]), linked(n.Description)}
		}, ofTicket(id)),
		TimeEntries: list(p.entities["timeentries"], func(r row) timeView {
			e := asTimeEntry(r)
			return timeView{p.moment(e.DateWorked), strconv.FormatFloat(e.HoursWorked, 'f', -1, 64), e.SummaryNotes}
		}, ofTicket(id)),
	}, true
}

func (p pages) companies(w http.ResponseWriter, _ *http.Request) {
	p.show(w, "companies.html", companiesPage{p.Companies()})
}

func (p pages) requests(w http.ResponseWriter, _ *http.Request) {
	page := requestsPage{
		Used: p.used(), Limit: p.opts.HourlyLimit, Pending: p.server.PendingFaults(), Kinds: FaultKinds(),
		Routes: []string{"", "POST Tickets", "PATCH Tickets", "GET Tickets/{id}", "POST Tickets/query", "POST Tickets/{id}/Notes"},
		Locked: strings.Join(p.LockedUsers(), ", "),
	}
	requests := p.server.Requests()
	slices.Reverse(requests)
	for _, request := range requests[:min(len(requests), 200)] {
		status := "no answer"
		if request.Status != 0 {
			status = strconv.Itoa(request.Status)
		}
		page.Requests = append(page.Requests, requestView{
			p.moment(request.Time), request.Method + " " + request.Path, request.User, status,
			string(request.Fault), request.Body,
		})
	}
	p.show(w, "requests.html", page)
}
