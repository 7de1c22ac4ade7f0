package backup

import "time"

// Run is one execution of a job. A missed run has no message.
type Run struct {
	ID         RunID
	Job        Job
	Status     Status
	Rank       Rank
	StartedAt  *time.Time
	EndedAt    *time.Time
	ReceivedAt time.Time // when the mail that told of it arrived; for a missed run, when it was found missing
	Remark     string
	Counts     ObjectCounts
	Attempts   int // mails that told of this run
	Retry      int // the number of the last retry that told of it; 0 for the first try
	MessageID  *MessageID
	OverrideID *int64
	ReviewedAt *time.Time
	ReviewedBy string
	Note       string   // the reviewer's note
	Objects    []Object // in the order of the mail; nil where a list leaves them out
	Ticket     *Ticket  // the active one, nil without
}

// Outcome returns the run as the outcome it was made from, for comparing runs.
func (r Run) Outcome() Outcome {
	return Outcome{
		Software: r.Job.Software, Type: r.Job.Type, Job: r.Job.Name, Status: r.Status,
		StartedAt: r.StartedAt, EndedAt: r.EndedAt, Remark: r.Remark, Objects: r.Objects,
	}
}

// Reviewed reports whether a person marked the run as looked at.
func (r Run) Reviewed() bool { return r.ReviewedAt != nil }

// At is when the run happened, as well as it is known: its start, or else its arrival.
func (r Run) At() time.Time {
	if r.StartedAt != nil {
		return *r.StartedAt
	}
	return r.ReceivedAt
}

// Trouble is the first sentence a person should read about the run: the overall remark, or
// else the message of the first object that failed, with the object's name.
func (r Run) Trouble() string {
	if r.Remark != "" {
		return r.Remark
	}
	for _, want := range []Status{StatusError, StatusMissed, StatusWarning, StatusUnknown} {
		for _, object := range r.Objects {
			if object.Status == want && object.Message != "" {
				return object.Name + ": " + object.Message
			}
		}
	}
	return ""
}

// MessageState says where a message stands.
type MessageState string

// The message states. Their text is fixed by the API.
const (
	InInbox       MessageState = "inbox"
	Filed         MessageState = "filed" // made runs
	Informational MessageState = "informational"
	Deleted       MessageState = "deleted"
)

// Message is a mail as received, with what the parsers made of it. The raw bytes are kept
// beside it in the store.
type Message struct {
	ID         MessageID
	State      MessageState
	Source     string // "file", "api", "upload", later a mail source's name
	MailID     string // the Message-ID without angle brackets; may be empty
	From       string
	To         string
	Subject    string
	SentAt     *time.Time
	ReceivedAt time.Time
	Size       int    // bytes of the raw mail
	Problem    string // why it could not be decoded, as a sentence; empty when it was
	Customer   *Customer
	Reading    Reading
	RunIDs     []RunID
}
