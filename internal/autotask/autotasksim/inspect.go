package autotasksim

import (
	"maps"
	"slices"
	"time"
)

// Ticket is a ticket as the simulator holds it. A number that is null is 0.
type Ticket struct {
	ID               int64
	TicketNumber     string
	CompanyID        int64
	Title            string
	Description      string
	Resolution       string
	Status           int64
	Priority         int64
	QueueID          int64
	Source           int64
	ExternalID       string
	DueDateTime      time.Time
	CreateDate       time.Time
	LastActivityDate time.Time
	CompletedDate    time.Time // zero while it is not complete
}

// Note is a note on a ticket.
type Note struct {
	ID             int64
	TicketID       int64
	Title          string
	Description    string
	NoteType       int64
	Publish        int64
	CreateDateTime time.Time
}

// TimeEntry is time that somebody worked on a ticket.
type TimeEntry struct {
	ID           int64
	TicketID     int64
	HoursWorked  float64
	SummaryNotes string
	DateWorked   time.Time
}

// Company is a company of the tenant.
type Company struct {
	ID            int64
	CompanyName   string
	CompanyNumber string
	IsActive      bool
}

// DeletedTicket is the trace of a ticket that somebody deleted.
type DeletedTicket struct {
	TicketID        int64
	TicketNumber    string
	TicketTitle     string
	DeletedDateTime time.Time

	DeletedByResourceID int64
	DeletedBy           string // that resource's name
}

// get returns a field as its Go type, the zero value for null.
func get[T any](r row, name string) T {
	value, _ := r[name].(T)
	return value
}

func asTicket(r row) Ticket {
	return Ticket{
		ID: get[int64](r, "id"), TicketNumber: get[string](r, "ticketNumber"), CompanyID: get[int64](r, "companyID"),
		Title: get[string](r, "title"), Description: get[string](r, "description"), Resolution: get[string](r, "resolution"),
		Status: get[int64](r, "status"), Priority: get[int64](r, "priority"), QueueID: get[int64](r, "queueID"),
		Source: get[int64](r, "source"), ExternalID: get[string](r, "externalID"), DueDateTime: get[time.Time](r, "dueDateTime"),
		CreateDate: get[time.Time](r, "createDate"), LastActivityDate: get[time.Time](r, "lastActivityDate"),
		CompletedDate: get[time.Time](r, "completedDate"),
	}
}

func asNote(r row) Note {
	return Note{
		ID: get[int64](r, "id"), TicketID: get[int64](r, "ticketID"), Title: get[string](r, "title"),
		Description: get[string](r, "description"), NoteType: get[int64](r, "noteType"),
		Publish: get[int64](r, "publish"), CreateDateTime: get[time.Time](r, "createDateTime"),
	}
}

func asTimeEntry(r row) TimeEntry {
	return TimeEntry{
		ID: get[int64](r, "id"), TicketID: get[int64](r, "ticketID"), HoursWorked: get[float64](r, "hoursWorked"),
		SummaryNotes: get[string](r, "summaryNotes"), DateWorked: get[time.Time](r, "dateWorked"),
	}
}

func asCompany(r row) Company {
	return Company{
		ID: get[int64](r, "id"), CompanyName: get[string](r, "companyName"),
		CompanyNumber: get[string](r, "companyNumber"), IsActive: get[bool](r, "isActive"),
	}
}

func (t *Tenant) asDeleted(r row) DeletedTicket {
	return DeletedTicket{
		TicketID: get[int64](r, "ticketID"), TicketNumber: get[string](r, "ticketNumber"),
		TicketTitle: get[string](r, "ticketTitle"), DeletedDateTime: get[time.Time](r, "deletedDateTime"),
		DeletedByResourceID: get[int64](r, "deletedByResourceID"), DeletedBy: t.nameOf(get[int64](r, "deletedByResourceID")),
	}
}

// list returns an entity's records that keep accepts, by id. The caller holds the lock.
func list[T any](e *entity, as func(row) T, keep func(row) bool) []T {
	found := []T{}
	for _, id := range slices.Sorted(maps.Keys(e.rows)) {
		if keep == nil || keep(e.rows[id]) {
			found = append(found, as(e.rows[id]))
		}
	}
	return found
}

// Tickets returns all tickets, hidden ones included, by id.
func (t *Tenant) Tickets() []Ticket {
	t.lock()
	defer t.mu.Unlock()
	return list(t.entities["tickets"], asTicket, nil)
}

// TicketsByExternalID returns the tickets with exactly this external id.
func (t *Tenant) TicketsByExternalID(key string) []Ticket {
	t.lock()
	defer t.mu.Unlock()
	return list(t.entities["tickets"], asTicket, func(r row) bool { return r["externalID"] == key })
}

// Ticket returns one ticket, and false when there is none.
func (t *Tenant) Ticket(id int64) (Ticket, bool) {
	t.lock()
	defer t.mu.Unlock()
	r, found := t.entities["tickets"].rows[id]
	return asTicket(r), found
}

// Notes returns a ticket's notes by id.
func (t *Tenant) Notes(ticketID int64) []Note {
	t.lock()
	defer t.mu.Unlock()
	return list(t.entities["ticketnotes"], asNote, ofTicket(ticketID))
}

// TimeEntries returns a ticket's time entries by id.
func (t *Tenant) TimeEntries(ticketID int64) []TimeEntry {
	t.lock()
	defer t.mu.Unlock()
	return list(t.entities["timeentries"], asTimeEntry, ofTicket(ticketID))
}

func ofTicket(id int64) func(row) bool {
	return func(r row) bool { return r["ticketID"] == id }
}

// Companies returns all companies by id.
func (t *Tenant) Companies() []Company {
	t.lock()
	defer t.mu.Unlock()
	return list(t.entities["companies"], asCompany, nil)
}

// DeletedTickets returns the traces of deleted tickets, oldest first.
func (t *Tenant) DeletedTickets() []DeletedTicket {
	t.lock()
	defer t.mu.Unlock()
	return list(t.entities["deletedticketlogs"], t.asDeleted, nil)
}
