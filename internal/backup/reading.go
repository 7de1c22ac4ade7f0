package backup

import (
	"encoding/json"
	"time"
)

// Confidence says how sure a reading is. Only a sure reading files itself; all others wait
// in the Inbox for a person.
type Confidence string

// The confidences, surest first. Their text is fixed by the API.
const (
	Sure   Confidence = "sure"
	Likely Confidence = "likely"
	Guess  Confidence = "guess"
	None   Confidence = "none" // nobody's mail, or unreadable
)

// rank orders confidences, surest highest.
func (c Confidence) rank() int {
	switch c {
	case Sure:
		return 3
	case Likely:
		return 2
	case Guess:
		return 1
	}
	return 0
}

// AtMost returns the less sure of c and limit.
func (c Confidence) AtMost(limit Confidence) Confidence {
	if c.rank() > limit.rank() {
		return limit
	}
	return c
}

// Reading is what the parsers made of a message. Its JSON form is fixed by the API.
type Reading struct {
	Parser        string     `json:"parser"` // empty, and null in JSON, when nobody claimed the message
	Confidence    Confidence `json:"confidence"`
	Informational bool       `json:"informational"` // updates, licences: makes no run
	Outcomes      []Outcome  `json:"outcomes"`
	Evidence      []Evidence `json:"evidence"`
	Problems      []string   `json:"problems"` // sentences: contradictions, what could not be read
}

// MarshalJSON writes the reading as the API shows it. A list is never null.
func (r Reading) MarshalJSON() ([]byte, error) {
	type plain Reading // without this method
	shown := struct {
		Parser *string `json:"parser"` // in place of the embedded one
		plain
	}{plain: plain(r)}
	if r.Parser != "" {
		shown.Parser = &r.Parser
	}
	shown.Outcomes = orEmpty(r.Outcomes)
	shown.Evidence = orEmpty(r.Evidence)
	shown.Problems = orEmpty(r.Problems)
	return json.Marshal(shown)
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// FilesItself reports whether a person need not look before runs are made: the reading is
// sure, and every outcome has a job name and a status.
func (r Reading) FilesItself() bool {
	if r.Confidence != Sure || r.Informational || len(r.Outcomes) == 0 {
		return false
	}
	for _, outcome := range r.Outcomes {
		if outcome.Job == "" || !outcome.Status.Valid() {
			return false
		}
	}
	return true
}

// Status is the worst status of the reading's outcomes, and StatusUnknown without outcomes.
func (r Reading) Status() Status {
	if len(r.Outcomes) == 0 {
		return StatusUnknown
	}
	worst := r.Outcomes[0].Status
	for _, outcome := range r.Outcomes[1:] {
		worst = Worst(worst, outcome.Status)
	}
	return worst
}

// Outcome is one job's result inside a reading. Times are UTC, nil when the mail does not
// say.
type Outcome struct {
	Software     string     `json:"software"` // the product as people know it: "Veeam"
	Type         string     `json:"type"`     // the kind of job: "Backup", "Backup Copy"
	Job          string     `json:"job"`      // without suffixes such as "(Retry 2)"
	CustomerHint string     `json:"customer_hint"`
	Status       Status     `json:"status"` // empty when not known, never success by default
	StartedAt    *time.Time `json:"started_at"`
	EndedAt      *time.Time `json:"ended_at"`
	Remark       string     `json:"remark"` // the overall message about the run
	Objects      []Object   `json:"objects"`
	Attempt      int        `json:"attempt,omitempty"` // 1 for the first retry; 0 when not a retry
}

// Object is one thing a run backed up: a machine, a mailbox, a share.
type Object struct {
	Name    string `json:"name"`
	Type    string `json:"type"` // "vm", "computer", "share"; may be empty
	Status  Status `json:"status"`
	Message string `json:"message"`
}

// Evidence is the text of the message that proved one field.
type Evidence struct {
	Field string `json:"field"` // "status", "job", "started_at", "objects", …
	Text  string `json:"text"`  // the words as they stand in the message
	Where string `json:"where"` // "subject", "body", "table", "attachment", …
}

// ObjectCounts says how many objects ended how. A missed object counts as an error.
type ObjectCounts struct {
	Success int `json:"success"`
	Warning int `json:"warning"`
	Error   int `json:"error"`
}

// CountObjects counts objects by status. An object of unknown status counts as a warning:
// nobody said that it went well.
func CountObjects(objects []Object) ObjectCounts {
	var counts ObjectCounts
	for _, object := range objects {
		switch object.Status {
		case StatusSuccess:
			counts.Success++
		case StatusWarning, StatusUnknown:
			counts.Warning++
		default:
			counts.Error++
		}
	}
	return counts
}

// Total is the number of objects.
func (c ObjectCounts) Total() int { return c.Success + c.Warning + c.Error }

// Bad is the number of objects that did not succeed.
func (c ObjectCounts) Bad() int { return c.Warning + c.Error }
