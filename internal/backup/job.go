package backup

import "time"

// The ids are distinct types, so that one cannot be given for another.
type (
	// MessageID numbers a message.
	MessageID int64
	// CustomerID numbers a customer.
	CustomerID int64
	// JobID numbers a job.
	JobID int64
	// RunID numbers a run.
	RunID int64
	// TicketID numbers a run's ticket in Backupchecks, not in Autotask.
	TicketID int64
	// UserID numbers a user.
	UserID int64
)

// Customer is somebody whose backups are watched.
type Customer struct {
	ID        CustomerID
	Name      string
	Active    bool
	Mapping   Mapping
	CreatedAt time.Time
}

// MappingStatus says how a customer's company in Autotask was last found.
type MappingStatus string

// The mapping statuses. Their text is fixed by the API.
const (
	MappingOK      MappingStatus = "ok"
	MappingRenamed MappingStatus = "renamed" // found under a new name; the cached name is already the new one
	MappingMissing MappingStatus = "missing" // the customer has no company yet
	MappingInvalid MappingStatus = "invalid" // deleted, inactive or not readable: creation is blocked
)

// Mapping ties a customer to a company in Autotask. CompanyID leads; the name is for
// display only. Zero is a valid company id, so nil means that there is none.
type Mapping struct {
	CompanyID   *int64
	CompanyName string
	Status      MappingStatus
	SyncedAt    *time.Time
	Environment string // the tenant the id belongs to; see AutotaskSettings.Tenant
}

// AllowsTickets reports whether tickets may be created for the customer.
func (m Mapping) AllowsTickets() bool {
	return m.CompanyID != nil && (m.Status == MappingOK || m.Status == MappingRenamed)
}

// Job is a customer's backup job: customer, software, type and name make it one.
type Job struct {
	ID         JobID
	CustomerID CustomerID
	Customer   string // the customer's name
	Software   string
	Type       string
	Name       string
	Archived   bool
	CreatedAt  time.Time
}

// Key identifies a job among a customer's jobs: software, type and name, folded.
func (j Job) Key() string { return JobKey(j.Software, j.Type, j.Name) }

// JobKey identifies a job independently of its customer. Fields are folded and joined by a
// character that no folded name holds.
func JobKey(software, kind, name string) string {
	return Fold(software) + "\x1f" + Fold(kind) + "\x1f" + Fold(name)
}

// Key is the key of the job that the outcome tells of.
func (o Outcome) Key() string { return JobKey(o.Software, o.Type, o.Job) }
