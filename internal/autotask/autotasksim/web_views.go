package autotasksim

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// shownTickets is how many tickets a page lists at most.
const shownTickets = 500

// frame is what all pages show around their content.
type frame struct {
	Title   string
	Root    string // before all paths of the tenant
	Cut     bool
	Tenants []tenantView // only when there are several
}

type tenantView struct {
	Name, Root string
	Current    bool
}

// frame prepares a page's frame.
func (p pages) frame(title string) frame {
	f := frame{Title: title, Root: p.root, Cut: p.server.IsCut()}
	if len(p.server.tenants) > 1 {
		for _, tenant := range p.server.tenants {
			f.Tenants = append(f.Tenants, tenantView{fmt.Sprintf("Tenant %d", tenant.CI()), tenant.root + "/", tenant == p.Tenant})
		}
	}
	return f
}

type refusedPage struct {
	frame
	Reason string
}

// option is a value to choose from.
type option struct {
	Value    int64
	Label    string
	Selected bool
}

// ticketView is a ticket as a person sees it.
type ticketView struct {
	ID, CompanyID                   int64
	Number, Company, Title          string
	Status, Priority, Queue, Source string
	Created, Due, Completed         string
	ExternalID, Resolution          string
	Complete, Hidden                bool
}

type ticketsPage struct {
	frame
	Tickets   []ticketView // newest first
	More      int          // older ones
	Deleted   []deletedView
	Companies []Company // active ones
}

type deletedView struct{ Number, Title, At, By string }

type ticketPage struct {
	frame
	Ticket      ticketView
	Description []span
	Notes       []noteView
	TimeEntries []timeView

	Statuses, Publish, Others, Companies, Resources []option
}

type noteView struct {
	Title, Created, Kind, Publish string
	Body                          []span
}

type timeView struct {
	Created, Hours, Summary string
}

type companiesPage struct {
	frame
	Companies []companyView
}

type companyView struct {
	Company
	Tickets int
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
		ID: ticket.ID, CompanyID: ticket.CompanyID, Number: ticket.TicketNumber, Title: ticket.Title,
		ExternalID: ticket.ExternalID, Resolution: ticket.Resolution,
		Company: orElse(get[string](t.entities["companies"].rows[ticket.CompanyID], "companyName"), "none"),
		Status:  t.label("status", r["status"]), Priority: t.label("priority", r["priority"]),
		Queue: t.label("queueID", r["queueID"]), Source: t.label("source", r["source"]),
		Created: t.moment(ticket.CreateDate), Due: t.moment(ticket.DueDateTime), Completed: t.moment(ticket.CompletedDate),
		Complete: ticket.Status == statusComplete, Hidden: t.hidden[ticket.ID],
	}
}

func (p pages) tickets(w http.ResponseWriter, _ *http.Request) {
	page := ticketsPage{frame: p.frame("Tickets")}
	p.lock()
	page.Tickets = list(p.entities["tickets"], p.view, nil)
	page.Companies = list(p.entities["companies"], asCompany, func(r row) bool { return r["isActive"] == true })
	page.Deleted = list(p.entities["deletedticketlogs"], func(r row) deletedView {
		d := p.asDeleted(r)
		return deletedView{d.TicketNumber, d.TicketTitle, p.moment(d.DeletedDateTime), d.DeletedBy}
	}, nil)
	p.mu.Unlock()
	slices.Reverse(page.Tickets)
	slices.Reverse(page.Deleted)
	if page.More = max(0, len(page.Tickets)-shownTickets); page.More > 0 {
		page.Tickets = page.Tickets[:shownTickets]
	}
	p.show(w, http.StatusOK, "tickets.html", page)
}

func (p pages) ticket(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64) // what is no number is no ticket either
	page := ticketPage{frame: p.frame("")}
	if !p.fill(&page, id) {
		p.refuse(w, http.StatusNotFound, errNoTicket.Error())
		return
	}
	p.show(w, http.StatusOK, "ticket.html", page)
}

// fill fills a ticket's page, and reports whether the ticket is there.
func (p pages) fill(page *ticketPage, id int64) bool {
	p.lock()
	defer p.mu.Unlock()
	ticket, found := p.entities["tickets"].rows[id]
	if !found {
		return false
	}
	page.Ticket = p.view(ticket)
	page.Title = "Ticket " + page.Ticket.Number
	page.Description = linked(get[string](ticket, "description"))
	page.Notes = list(p.entities["ticketnotes"], func(r row) noteView {
		n := asNote(r)
		return noteView{n.Title, p.moment(n.CreateDateTime), p.label("noteType", r["noteType"]), p.label("publish", r["publish"]), linked(n.Description)}
	}, ofTicket(id))
	page.TimeEntries = list(p.entities["timeentries"], func(r row) timeView {
		e := asTimeEntry(r)
		return timeView{p.moment(e.DateWorked), strconv.FormatFloat(e.HoursWorked, 'f', -1, 64), e.SummaryNotes}
	}, ofTicket(id))
	page.Statuses, page.Publish = p.options("status", get[int64](ticket, "status")), p.options("publish", 2)
	page.Companies = list(p.entities["companies"], func(r row) option {
		c := asCompany(r)
		return option{c.ID, fmt.Sprintf("%s (%d)", c.CompanyName, c.ID), c.ID == page.Ticket.CompanyID}
	}, nil)
	page.Others = list(p.entities["tickets"], func(r row) option {
		t := asTicket(r)
		return option{Value: t.ID, Label: t.TicketNumber + " " + t.Title}
	}, func(r row) bool { return r["id"] != id })
	slices.Reverse(page.Others)
	page.Others = page.Others[:min(len(page.Others), shownTickets)]
	for _, resource := range p.seed.Resources {
		page.Resources = append(page.Resources, option{resource.ID, resource.Name(), resource.ID == p.person()})
	}
	return true
}

// options are the values of a picklist. The caller holds the lock.
func (t *Tenant) options(list string, selected int64) []option {
	var options []option
	for _, choice := range t.seed.Picklists[list] {
		options = append(options, option{choice.Value, t.shown(choice.Label), choice.Value == selected})
	}
	return options
}

func (p pages) companies(w http.ResponseWriter, _ *http.Request) {
	page := companiesPage{frame: p.frame("Companies")}
	tickets := map[int64]int{}
	for _, ticket := range p.Tickets() {
		tickets[ticket.CompanyID]++
	}
	for _, company := range p.Companies() {
		page.Companies = append(page.Companies, companyView{company, tickets[company.ID]})
	}
	p.show(w, http.StatusOK, "companies.html", page)
}
