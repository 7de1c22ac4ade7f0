package web

import (
	"slices"

	"backupchecks/internal/backup"
	"backupchecks/internal/parse"
)

// Limits on what is shown of a reading; the mail beside it has the rest.
const (
	shownObjects = 200
	shownProofs  = 100
	headProofs   = 2 // at one field, before the rest is opened
)

// inboxResult is one outcome of a reading, with what a person entered instead.
type inboxResult struct {
	Place    int // counted from 0, as the form names its fields
	Number   int // counted from 1, as a person counts; 0 where there is only one
	Status   backup.Status
	MayPick  bool // the status was not read, or not surely
	Picked   backup.Status
	Choices  []backup.Status
	Software string
	Type     string
	Job      string
	Hint     string // the customer's name as the mail has it
	Remark   []passage
	Started  *whenView
	Ended    *whenView
	Took     string
	Attempt  int
	Objects  []backup.Object // the troubled first
	Left     int             // objects that are not shown
	Counts   backup.ObjectCounts
	Proofs   proofs
	JobFault string
	Fault    string // of the status
}

// proofView is a quotation from the mail that proved a field.
type proofView struct{ Field, Text, Where string }

// proofs are the quotations for each field of a reading.
type proofs map[string]quotations

// Of returns the quotations for one field.
func (p proofs) Of(field string) quotations { return p[field] }

// quotations are shown in part; a person can open the rest.
type quotations []proofView

// Head returns those that are shown at once.
func (q quotations) Head() quotations { return q[:min(len(q), headProofs)] }

// Tail returns the rest.
func (q quotations) Tail() quotations { return q[len(q.Head()):] }

// readOut fills in the results and what proved them. Where several results share the mail,
// nothing says which quotation belongs to which, so they stand below.
func (v *inboxMailView) readOut(study mailStudy) {
	reading := study.message.Reading
	all := viewProofs(reading.Evidence)
	single := len(reading.Outcomes) == 1
	byField := proofs{}
	for _, proof := range all {
		if single && slices.Contains(provedFields(), proof.Field) {
			byField[proof.Field] = append(byField[proof.Field], proof)
			continue
		}
		proof.Field = fieldLabel(proof.Field)
		v.Proofs = append(v.Proofs, proof)
	}
	for i, outcome := range reading.Outcomes {
		result := viewResult(outcome, study.clock, v.Form.outcome(i), reading.Confidence)
		result.Place = i
		result.Remark = markProofs(outcome.Remark, nil)
		if single {
			result.Remark = markProofs(outcome.Remark, byField["remark"].texts())
			byField["remark"] = byField["remark"].outside(outcome.Remark)
			result.Proofs = byField
		} else {
			result.Number = i + 1
		}
		if result.Job == "" {
			result.JobFault = v.Form.Faults.In("job")
		}
		if result.MayPick && result.Status == backup.StatusUnknown && result.Picked == backup.StatusUnknown {
			result.Fault = v.Form.Faults.In("status")
		}
		v.Results = append(v.Results, result)
	}
	v.Problems = slices.DeleteFunc(slices.Clone(reading.Problems), func(p string) bool { return p == study.message.Problem })
}

// texts returns the quoted words.
func (q quotations) texts() []string {
	var texts []string
	for _, proof := range q {
		texts = append(texts, proof.Text)
	}
	return texts
}

// outside leaves out the quotations that a reader has before them in text.
func (q quotations) outside(text string) quotations {
	return slices.DeleteFunc(slices.Clone(q), func(proof proofView) bool {
		_, _, found := foldSpace(text).findQuoted(proof.Text)
		return found
	})
}

func viewResult(outcome backup.Outcome, now clock, entered outcomeForm, confidence backup.Confidence) inboxResult {
	result := inboxResult{
		Status: outcome.Status, MayPick: !outcome.Status.Valid() || confidence != backup.Sure, Picked: entered.Status,
		Choices:  []backup.Status{backup.StatusError, backup.StatusWarning, backup.StatusSuccess},
		Software: outcome.Software, Type: entered.Type, Job: entered.Job, Hint: outcome.CustomerHint,
		Started: now.maybe(outcome.StartedAt), Ended: now.maybe(outcome.EndedAt), Attempt: outcome.Attempt,
		Counts: backup.CountObjects(outcome.Objects),
	}
	if outcome.StartedAt != nil && outcome.EndedAt != nil && !outcome.EndedAt.Before(*outcome.StartedAt) {
		result.Took = span(outcome.EndedAt.Sub(*outcome.StartedAt))
	}
	result.Objects = slices.Clone(outcome.Objects)
	slices.SortStableFunc(result.Objects, func(a, b backup.Object) int { return badness(b.Status) - badness(a.Status) })
	if len(result.Objects) > shownObjects {
		result.Left = len(result.Objects) - shownObjects
		result.Objects = result.Objects[:shownObjects]
	}
	return result
}

// badness orders objects for a reader, the worst highest.
func badness(status backup.Status) int {
	place := slices.Index(backup.Statuses(), status)
	if place < 0 {
		return 1 // unknown: nobody said that it went well
	}
	return 2 * (len(backup.Statuses()) - 1 - place)
}

func viewProofs(evidence []backup.Evidence) []proofView {
	var list []proofView
	for _, proof := range evidence[:min(len(evidence), shownProofs)] {
		view := proofView{Field: proof.Field, Text: proof.Text, Where: whereLabel(proof.Where)}
		if !slices.Contains(list, view) {
			list = append(list, view)
		}
	}
	return list
}

// provedFields are the fields at which the page has a place for quotations.
func provedFields() []string {
	return []string{"status", "job", "customer_hint", "started_at", "ended_at", "remark", "objects"}
}

func fieldLabel(field string) string {
	switch field {
	case "status":
		return "Status"
	case "job":
		return "Job"
	case "customer_hint":
		return "Names"
	case "started_at":
		return "Started"
	case "ended_at":
		return "Ended"
	case "remark":
		return "Remark"
	case "objects":
		return "Objects"
	case "informational":
		return "Informational"
	}
	return field
}

func whereLabel(where string) string {
	if where == parse.InBody {
		return "text"
	}
	return where
}
