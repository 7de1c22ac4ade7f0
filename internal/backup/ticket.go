package backup

import "time"

// TicketOrigin says how a run came to its ticket.
type TicketOrigin string

// The origins. Their text is fixed by the API.
const (
	TicketCreated TicketOrigin = "created" // by Backupchecks in Autotask
	TicketLinked  TicketOrigin = "linked"  // an existing Autotask ticket, validated
	TicketManual  TicketOrigin = "manual"  // a number entered by hand, unknown to Autotask
)

// TicketState says what is known of a ticket.
type TicketState string

// The ticket states. Their text is fixed by the API.
const (
	TicketCreating TicketState = "creating" // sent or about to be; the outcome is not known yet
	TicketOpen     TicketState = "open"
	TicketComplete TicketState = "complete"
	TicketMissing  TicketState = "missing" // deleted in Autotask, or no longer visible to us
	TicketFailed   TicketState = "failed"  // Autotask refused; the run may try again
	TicketByHand   TicketState = "manual"
)

// Ticket is a run's link to a case in Autotask, or a number entered by hand. A run has at
// most one active ticket; former ones stay for the record.
type Ticket struct {
	ID          TicketID
	RunID       RunID
	Origin      TicketOrigin
	State       TicketState
	Active      bool
	Tenant      string // see AutotaskSettings.Tenant; empty for manual numbers
	ExternalID  string // the key in Autotask's externalID, at most 50 characters; created tickets only
	CompanyID   *int64
	Title       string
	AutotaskID  *int64
	Number      string
	URL         string
	StatusID    *int64
	StatusLabel string
	CreatedBy   string
	CreatedAt   time.Time
	SentAt      *time.Time // when a ticket with this ExternalID may first have reached Autotask; nil while none was sent
	CheckedAt   *time.Time
	Detail      string // a sentence: why it failed, what is unclear
	Tries       int    // how often an unclear creation was looked up
}
