package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"backupchecks/internal/backup"
	"backupchecks/internal/ingest"
	"backupchecks/internal/store"
)

// Limits on what is entered to approve a mail.
const (
	maxEntered  = 200 // characters of a name
	maxOutcomes = 500 // results of one mail
)

// approveForm is what a person enters to approve a mail.
type approveForm struct {
	Customer string
	Hint     string // why that customer is suggested
	Outcomes []outcomeForm
	Faults   faults
}

// outcomeForm is what a person enters for one result.
type outcomeForm struct {
	Job    string
	Type   string
	Status backup.Status
}

// outcome returns what was entered for the result at a place.
func (f approveForm) outcome(place int) outcomeForm {
	if place >= len(f.Outcomes) {
		return outcomeForm{}
	}
	return f.Outcomes[place]
}

// freshForm is the form before anybody entered anything: all as read.
func freshForm(study mailStudy) *approveForm {
	form := &approveForm{Customer: study.suggestion.customer, Hint: study.suggestion.reason}
	for _, outcome := range study.message.Reading.Outcomes {
		form.Outcomes = append(form.Outcomes, outcomeForm{Job: outcome.Job, Type: outcome.Type})
	}
	return form
}

// approveFormOf reads what was entered. Results are numbered from 0, without a gap.
func approveFormOf(r *http.Request) approveForm {
	form := approveForm{Customer: strings.TrimSpace(r.PostFormValue("customer"))}
	for i := range maxOutcomes {
		job, sent := r.PostForm[fmt.Sprintf("job-%d", i)]
		if !sent {
			break
		}
		outcome := outcomeForm{Job: strings.TrimSpace(job[0]), Type: strings.TrimSpace(r.PostFormValue(fmt.Sprintf("type-%d", i)))}
		if status := backup.Status(r.PostFormValue(fmt.Sprintf("status-%d", i))); status.Valid() {
			outcome.Status = status
		}
		form.Outcomes = append(form.Outcomes, outcome)
	}
	return form
}

// tooLong returns a fault for a name that nobody would read.
func (f approveForm) tooLong() error {
	if utf8.RuneCountInString(f.Customer) > maxEntered {
		return backup.Errorf(backup.Invalid, "The customer's name is longer than %d characters.", maxEntered).In("customer_name")
	}
	for _, outcome := range f.Outcomes {
		if utf8.RuneCountInString(outcome.Job) > maxEntered || utf8.RuneCountInString(outcome.Type) > maxEntered {
			return backup.Errorf(backup.Invalid, "The name or type of a job is longer than %d characters.", maxEntered)
		}
	}
	return nil
}

func (f approveForm) approval() ingest.Approval {
	approval := ingest.Approval{CustomerName: f.Customer}
	for _, outcome := range f.Outcomes {
		approval.Corrections = append(approval.Corrections, ingest.Correction{Job: outcome.Job, Type: outcome.Type, Status: outcome.Status})
	}
	return approval
}

// approveMail files a mail as the form says and goes on with the next one that waits.
func (s *Server) approveMail(w http.ResponseWriter, r *http.Request) error {
	msg, err := s.inboxMessage(r)
	if err != nil {
		return err
	}
	form := approveFormOf(r)
	known, err := s.knowsCustomer(r.Context(), form.Customer)
	if err != nil {
		return err
	}
	var approved ingest.Approved
	if err = form.tooLong(); err == nil {
		approved, err = s.ingest.Approve(r.Context(), userFrom(r.Context()), msg.ID, form.approval())
	}
	if form.Faults = faultsOf(err); form.Faults != nil {
		return s.showInbox(w, r, http.StatusUnprocessableEntity, inboxWish{place: inboxPlaceOf(r), mail: msg.ID, form: &form})
	}
	if err != nil {
		return err
	}
	next, err := s.pathAfter(r, msg)
	if err != nil {
		return err
	}
	return s.done(w, r, approvedSentence(approved, !known), "%s", next)
}

// approvedSentence says what an approval brought about.
func approvedSentence(approved ingest.Approved, isNew bool) string {
	customer := approved.Customer.Name
	if isNew {
		customer = "the new customer " + customer
	}
	sentence := "Made " + counted(len(approved.RunIDs), "run") + " for " + customer
	if approved.Also > 0 {
		sentence += ", and filed " + counted(approved.Also, "similar mail") + " with it"
	}
	return sentence + "."
}

// count says a number of things: "1 run", "3 runs".
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func (s *Server) knowsCustomer(ctx context.Context, name string) (bool, error) {
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		_, err := tx.CustomerByName(ctx, name)
		return err
	})
	if err != nil && backup.KindOf(err) == backup.NotFound {
		return false, nil
	}
	return err == nil, err
}

// inboxMessage reads the message that the path names.
func (s *Server) inboxMessage(r *http.Request) (msg backup.Message, err error) {
	id, err := pathID[backup.MessageID](r, "id")
	if err != nil {
		return msg, err
	}
	err = s.db.Read(r.Context(), func(tx *store.Tx) error {
		msg, err = tx.Message(r.Context(), id)
		return err
	})
	return msg, err
}

// pathAfter is the address of the mail that follows one that has just left its tab, or the
// first of the tab when that was the last, or the empty tab.
func (s *Server) pathAfter(r *http.Request, gone backup.Message) (string, error) {
	place := inboxPlaceOf(r).first()
	place.state = tabOf(gone.State)
	var next backup.MessageID
	err := s.db.Read(r.Context(), func(tx *store.Tx) error {
		for _, cursor := range []string{store.MessageCursor(gone), ""} {
			page, err := tx.Messages(r.Context(), store.MessageFilter{State: place.state, Search: place.search, Cursor: cursor, Limit: 1})
			if err != nil {
				return err
			}
			if len(page.Items) > 0 {
				next = page.Items[0].ID
				return nil
			}
		}
		return nil
	})
	return place.path(next), err
}
