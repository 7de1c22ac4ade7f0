package ingest

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// Waiting mails of an approved job are filed in rounds, each a transaction of its own, so
// that a long queue does not hold the database.
const (
	waitingLimit  = 200
	waitingRounds = 100
)

// maxName bounds the names that a person may give a job, its type or a customer, in
// characters.
const maxName = 200

// Approval is a person's decision on a message in the Inbox.
type Approval struct {
	CustomerID   backup.CustomerID // or, when zero, CustomerName
	CustomerName string            // made when there is no such customer
	Corrections  []Correction      // by the place of the outcome; empty to take all as read
}

// Correction replaces what was read of one outcome. An empty field keeps what was read.
type Correction struct {
	Job    string        `json:"job,omitempty"`
	Type   string        `json:"type,omitempty"`
	Status backup.Status `json:"status,omitempty"`
}

// Approved says what an approval brought about.
type Approved struct {
	Customer backup.Customer
	RunIDs   []backup.RunID
	Also     int // other waiting mails of the same jobs that were filed with it
}

// Approve makes the jobs and runs of a waiting message, and files the other waiting mails of
// those jobs. Later mails of the jobs from the same sender file themselves.
func (s *Station) Approve(ctx context.Context, who backup.User, id backup.MessageID, decision Approval) (Approved, error) {
	if err := backup.Require(who, backup.ApproveMail); err != nil {
		return Approved{}, err
	}
	var result Approved
	var msg backup.Message
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		var err error
		if msg, err = lockedMessage(ctx, tx, id); err != nil {
			return err
		}
		outcomes, err := approvable(msg, decision.Corrections)
		if err != nil {
			return err
		}
		result = Approved{}
		if err := keepCorrections(ctx, tx, id, decision.Corrections); err != nil {
			return err
		}
		if result.Customer, err = customerFor(ctx, tx, decision); err != nil {
			return err
		}
		if result.RunIDs, err = s.approveOutcomes(ctx, tx, who, result.Customer, msg, outcomes); err != nil {
			return err
		}
		if err := tx.SetMessageState(ctx, id, backup.Filed); err != nil {
			return err
		}
		return audit.Record(ctx, tx, who, audit.MessageApproved, subject(id), map[string]any{
			"customer": result.Customer.Name, "runs": result.RunIDs, "corrections": corrected(msg.Reading.Outcomes, outcomes),
		})
	})
	if err != nil {
		return Approved{}, err
	}
	result.Also, err = s.fileAllWaiting(ctx, msg)
	return result, err
}

// lockedMessage reads a message that nobody else can decide on meanwhile.
func lockedMessage(ctx context.Context, tx *store.Tx, id backup.MessageID) (backup.Message, error) {
	if err := tx.LockMessage(ctx, id); err != nil {
		return backup.Message{}, err
	}
	return tx.Message(ctx, id)
}

// keepCorrections keeps what the person corrected, so that reading the mail again does not
// undo it.
func keepCorrections(ctx context.Context, tx *store.Tx, id backup.MessageID, corrections []Correction) error {
	if len(corrections) == 0 {
		return nil
	}
	return tx.SetCorrections(ctx, id, corrections)
}

// corrected tells, for the audit log, what was read and what the person made of it.
func corrected(read, approved []backup.Outcome) []map[string]string {
	changes := []map[string]string{}
	for i, outcome := range approved {
		if outcome.Job == read[i].Job && outcome.Type == read[i].Type && outcome.Status == read[i].Status {
			continue
		}
		changes = append(changes, map[string]string{
			"job_read": read[i].Job, "job": outcome.Job, "type_read": read[i].Type, "type": outcome.Type,
			"status_read": string(read[i].Status), "status": string(outcome.Status),
		})
	}
	return changes
}

// approvable checks that the message can be approved and returns its outcomes as corrected.
func approvable(msg backup.Message, corrections []Correction) ([]backup.Outcome, error) {
	if msg.State != backup.InInbox {
		return nil, backup.Errorf(backup.Conflict, "Mail %d no longer waits in the Inbox.", msg.ID)
	}
	read := msg.Reading.Outcomes
	if len(read) == 0 {
		return nil, backup.Errorf(backup.Invalid, "No result could be read from this mail, so there is no run to make of it.")
	}
	if len(corrections) != 0 && len(corrections) != len(read) {
		return nil, backup.Errorf(backup.Invalid, "The mail holds %d results, but %d corrections were given.", len(read), len(corrections)).In("outcomes")
	}
	outcomes := make([]backup.Outcome, len(read))
	for i, outcome := range read {
		if len(corrections) != 0 {
			if err := corrections[i].allowed(outcome, msg.Reading.Confidence); err != nil {
				return nil, err
			}
			outcome = corrections[i].apply(outcome)
		}
		if utf8.RuneCountInString(outcome.Job) > maxName || utf8.RuneCountInString(outcome.Type) > maxName {
			return nil, backup.Errorf(backup.Invalid, "The job's name and its type may have at most %d characters each.", maxName).In("job")
		}
		if strings.TrimSpace(outcome.Job) == "" {
			return nil, backup.Errorf(backup.Invalid, "The job's name could not be read; please enter it.").In("job")
		}
		if !outcome.Status.Valid() {
			return nil, backup.Errorf(backup.Invalid, "The mail does not say how job %q ended; please choose a status after reading it.", outcome.Job).In("status")
		}
		outcomes[i] = outcome
	}
	return outcomes, nil
}

// allowed refuses a status that would hide trouble: a person may say what the mail left open
// or told too kindly, but not call a failure that was read for certain a success.
func (c Correction) allowed(read backup.Outcome, confidence backup.Confidence) error {
	if c.Status == backup.StatusUnknown || c.Status == read.Status {
		return nil
	}
	if c.Status == backup.StatusMissed || !c.Status.Valid() {
		return backup.Errorf(backup.Invalid, "Choose success, warning or error as the status.").In("status")
	}
	better := backup.Worst(read.Status, c.Status) == read.Status
	if read.Status.Valid() && better && confidence == backup.Sure {
		return backup.Errorf(backup.Invalid, "The mail says %s for job %q, which cannot be bettered to %s.",
			read.Status.Label(), read.Job, c.Status.Label()).In("status")
	}
	return nil
}

func (c Correction) apply(outcome backup.Outcome) backup.Outcome {
	if name := strings.TrimSpace(c.Job); name != "" {
		outcome.Job = name
	}
	if kind := strings.TrimSpace(c.Type); kind != "" {
		outcome.Type = kind
	}
	if c.Status != backup.StatusUnknown {
		outcome.Status = c.Status
	}
	return outcome
}

func customerFor(ctx context.Context, tx *store.Tx, decision Approval) (backup.Customer, error) {
	if decision.CustomerID != 0 {
		return tx.Customer(ctx, decision.CustomerID)
	}
	name := strings.TrimSpace(decision.CustomerName)
	if name == "" {
		return backup.Customer{}, backup.Errorf(backup.Invalid, "Choose a customer, or enter the name of a new one.").In("customer_name")
	}
	if utf8.RuneCountInString(name) > maxName {
		return backup.Customer{}, backup.Errorf(backup.Invalid, "A customer's name may have at most %d characters.", maxName).In("customer_name")
	}
	known, err := tx.CustomerByName(ctx, name)
	if backup.KindOf(err) == backup.NotFound && err != nil {
		return tx.AddCustomer(ctx, name)
	}
	return known, err
}

// approveOutcomes makes the jobs and runs. The job is remembered under the key as it was
// read, so that a corrected name does not bring the next mail back into the Inbox. Outcomes
// that made a run before, of a mail that came back to the Inbox, make no second one.
func (s *Station) approveOutcomes(ctx context.Context, tx *store.Tx, who backup.User, customer backup.Customer, msg backup.Message, outcomes []backup.Outcome) ([]backup.RunID, error) {
	told, err := tx.ToldRuns(ctx, msg.ID)
	if err != nil {
		return nil, err
	}
	has := map[int]backup.RunID{}
	for _, run := range told {
		has[run.Outcome] = run.ID
	}
	jobs := make([]backup.Job, len(outcomes))
	for i, outcome := range outcomes {
		if jobs[i], err = approvedJob(ctx, tx, who, customer, outcome); err != nil {
			return nil, err
		}
		if err := tx.AddJobSender(ctx, jobs[i].ID, msg.Reading.Outcomes[i].Key(), msg.From); err != nil {
			return nil, err
		}
	}
	if err := lockJobs(ctx, tx, jobs); err != nil {
		return nil, err
	}
	runs := make([]backup.RunID, len(outcomes))
	for i, outcome := range outcomes {
		if run, made := has[i]; made {
			runs[i] = run
			continue
		}
		if runs[i], err = s.record(ctx, tx, jobs[i], filingOf(msg), outcome); err != nil {
			return nil, err
		}
		if err := tx.TellOf(ctx, runs[i], msg.ID, i); err != nil {
			return nil, err
		}
	}
	return runs, nil
}

// approvedJob returns the customer's job of the outcome and makes it where there is none. A
// job that was archived is in use again: its mails still come.
func approvedJob(ctx context.Context, tx *store.Tx, who backup.User, customer backup.Customer, outcome backup.Outcome) (backup.Job, error) {
	job, err := tx.AddJob(ctx, backup.Job{
		CustomerID: customer.ID, Customer: customer.Name,
		Software: outcome.Software, Type: outcome.Type, Name: outcome.Job,
	})
	if err != nil || !job.Archived {
		return job, err
	}
	job.Archived = false
	if err := tx.UpdateJob(ctx, job); err != nil {
		return job, err
	}
	return job, audit.Record(ctx, tx, who, audit.JobChanged, fmt.Sprintf("job %d", job.ID), map[string]any{
		"job": job.Name, "archived": map[string]bool{"before": true, "after": false},
	})
}

// fileAllWaiting files the waiting mails of the message's jobs in rounds, until a round finds
// none: while one approval commits, another process may have accepted more.
func (s *Station) fileAllWaiting(ctx context.Context, approved backup.Message) (int, error) {
	total := 0
	for range waitingRounds {
		filed := 0
		err := s.db.Write(ctx, func(tx *store.Tx) error {
			var err error
			filed, err = s.fileWaiting(ctx, tx, approved)
			return err
		})
		total += filed
		if err != nil || filed == 0 {
			return total, err
		}
	}
	return total, nil
}

// fileWaiting files one round of the waiting mails of the message's jobs, oldest first, so
// that their runs are compared in the order in which they happened.
func (s *Station) fileWaiting(ctx context.Context, tx *store.Tx, approved backup.Message) (int, error) {
	filed := 0
	for _, outcome := range approved.Reading.Outcomes {
		if outcome.Job == "" {
			continue
		}
		waiting, err := tx.WaitingByKey(ctx, outcome.Key(), approved.From, waitingLimit)
		if err != nil {
			return 0, err
		}
		for _, msg := range waiting {
			ok, err := s.fileLocked(ctx, tx, msg.ID)
			if err != nil {
				return 0, err
			}
			if ok {
				filed++
			}
		}
	}
	return filed, nil
}

// fileLocked files one waiting message, if it still waits and can file itself.
func (s *Station) fileLocked(ctx context.Context, tx *store.Tx, id backup.MessageID) (bool, error) {
	msg, err := lockedMessage(ctx, tx, id)
	if err != nil || msg.State != backup.InInbox {
		return false, err
	}
	runs, err := s.file(ctx, tx, filingOf(msg))
	if err != nil || runs == nil {
		return false, err
	}
	return true, tx.SetMessageState(ctx, id, backup.Filed)
}
