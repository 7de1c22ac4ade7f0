package ingest

import (
	"context"
	"strings"
	"unicode/utf8"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// waitingLimit bounds how many waiting mails one approval files; the rest of a longer queue
// is filed by the next approval or reparse.
const waitingLimit = 500

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
	Job    string
	Type   string
	Status backup.Status
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
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		msg, err := tx.Message(ctx, id)
		if err != nil {
			return err
		}
		outcomes, err := approvable(msg, decision.Corrections)
		if err != nil {
			return err
		}
		result = Approved{}
		if result.Customer, err = customerFor(ctx, tx, decision); err != nil {
			return err
		}
		if result.RunIDs, err = s.approveOutcomes(ctx, tx, result.Customer, msg, outcomes); err != nil {
			return err
		}
		if err := tx.SetMessageState(ctx, id, backup.Filed); err != nil {
			return err
		}
		if result.Also, err = s.fileWaiting(ctx, tx, msg); err != nil {
			return err
		}
		return audit.Record(ctx, tx, who, audit.MessageApproved, subject(id), map[string]any{
			"customer": result.Customer.Name, "runs": result.RunIDs, "also_filed": result.Also,
		})
	})
	return result, err
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
// read, so that a corrected name does not bring the next mail back into the Inbox.
func (s *Station) approveOutcomes(ctx context.Context, tx *store.Tx, customer backup.Customer, msg backup.Message, outcomes []backup.Outcome) ([]backup.RunID, error) {
	runs := make([]backup.RunID, 0, len(outcomes))
	for i, outcome := range outcomes {
		job, err := tx.AddJob(ctx, backup.Job{
			CustomerID: customer.ID, Customer: customer.Name,
			Software: outcome.Software, Type: outcome.Type, Name: outcome.Job,
		})
		if err != nil {
			return nil, err
		}
		if err := tx.AddJobSender(ctx, job.ID, msg.Reading.Outcomes[i].Key(), msg.From); err != nil {
			return nil, err
		}
		run, err := s.record(ctx, tx, job, filingOf(msg), outcome)
		if err != nil {
			return nil, err
		}
		runs = append(runs, run)
	}
	return runs, nil
}

// fileWaiting files the waiting mails of the message's jobs, oldest first, so that their
// runs are compared in the order in which they happened.
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
			runs, err := s.file(ctx, tx, filingOf(msg))
			if err != nil {
				return 0, err
			}
			if runs == nil {
				continue
			}
			if err := tx.SetMessageState(ctx, msg.ID, backup.Filed); err != nil {
				return 0, err
			}
			filed++
		}
	}
	return filed, nil
}
