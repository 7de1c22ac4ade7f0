package web

import (
	"context"
	"fmt"
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// maxSimilar bounds how many waiting mails are looked at, as many as one approval files.
const maxSimilar = 500

// mailStudy is what the database knows about a mail that a person is to decide on.
type mailStudy struct {
	message backup.Message
	raw     []byte // nil when it is not kept
	clock   clock
	known   []backup.Job // jobs that were approved for this sender and what was read
	similar int          // waiting mails that would be filed with this one
	suggestion
}

// suggestion is a customer that the mail probably belongs to, and why; a person decides.
type suggestion struct{ customer, reason string }

func (s *Server) studyMail(ctx context.Context, tx *store.Tx, id backup.MessageID) (mailStudy, error) {
	var study mailStudy
	var err error
	if study.message, err = tx.Message(ctx, id); err != nil {
		return study, err
	}
	if study.raw, err = tx.RawMessage(ctx, id); err != nil && backup.KindOf(err) != backup.NotFound {
		return study, err
	}
	if study.clock, err = readClock(ctx, tx); err != nil {
		return study, err
	}
	if study.message.State != backup.InInbox {
		return study, nil
	}
	for _, outcome := range study.message.Reading.Outcomes {
		jobs, err := tx.JobsBySender(ctx, outcome.Key(), study.message.From)
		if err != nil {
			return study, err
		}
		study.known = append(study.known, jobs...)
	}
	if study.suggestion, err = suggest(ctx, tx, study); err != nil {
		return study, err
	}
	study.similar, err = similar(ctx, tx, study)
	return study, err
}

// suggest looks for the customer: the one whom the mail names, or else the only one whom the
// sender's mails, or else jobs of this name, belong to. Where these disagree there is none.
func suggest(ctx context.Context, tx *store.Tx, study mailStudy) (suggestion, error) {
	named, err := namedCustomer(ctx, tx, study.message.Reading)
	if err != nil {
		return suggestion{}, err
	}
	sender, err := senderCustomers(ctx, tx, study)
	if err != nil {
		return suggestion{}, err
	}
	switch {
	case named != "" && len(sender) == 1 && sender[0] != named:
		return suggestion{reason: fmt.Sprintf("The mail names %s, but this sender's other mails belong to %s.", named, sender[0])}, nil
	case named != "":
		return suggestion{named, "Suggested because the mail names this customer."}, nil
	case len(sender) == 1:
		return suggestion{sender[0], "Suggested because this sender's other mails belong to this customer."}, nil
	case len(sender) > 1:
		return suggestion{reason: "This sender reports for several customers, so choose with care."}, nil
	}
	only, err := onlyCustomerWithJob(ctx, tx, study.message.Reading)
	if err != nil || only == "" {
		return suggestion{}, err
	}
	return suggestion{only, "Suggested because only this customer has a job of this name. Another customer's may be called the same."}, nil
}

// namedCustomer returns the known customer whom all results of the mail name.
func namedCustomer(ctx context.Context, tx *store.Tx, reading backup.Reading) (string, error) {
	hint := ""
	for i, outcome := range reading.Outcomes {
		if outcome.CustomerHint == "" || i > 0 && backup.Fold(outcome.CustomerHint) != backup.Fold(hint) {
			return "", nil
		}
		hint = outcome.CustomerHint
	}
	if hint == "" {
		return "", nil
	}
	customer, err := tx.CustomerByName(ctx, hint)
	if err != nil && backup.KindOf(err) == backup.NotFound {
		return "", nil
	}
	return customer.Name, err
}

// senderCustomers returns the customers whose jobs this sender reports of: of these jobs
// where they are known, else of any.
func senderCustomers(ctx context.Context, tx *store.Tx, study mailStudy) ([]string, error) {
	if names := customersOf(study.known); len(names) > 0 {
		return names, nil
	}
	if study.message.From == "" {
		return nil, nil
	}
	customers, err := tx.CustomersOfSender(ctx, study.message.From, 2)
	var names []string
	for _, customer := range customers {
		names = append(names, customer.Name)
	}
	return names, err
}

func onlyCustomerWithJob(ctx context.Context, tx *store.Tx, reading backup.Reading) (string, error) {
	var jobs []backup.Job
	for _, outcome := range reading.Outcomes {
		if outcome.Job == "" {
			continue
		}
		found, err := tx.JobsByKey(ctx, outcome.Key())
		if err != nil {
			return "", err
		}
		jobs = append(jobs, found...)
	}
	if names := customersOf(jobs); len(names) == 1 {
		return names[0], nil
	}
	return "", nil
}

// customersOf returns the names of the jobs' customers, each once.
func customersOf(jobs []backup.Job) []string {
	var names []string
	seen := map[backup.CustomerID]bool{}
	for _, job := range jobs {
		if !seen[job.CustomerID] {
			seen[job.CustomerID] = true
			names = append(names, job.Customer)
		}
	}
	return names
}

// similar counts the waiting mails that approving this one would file too: sure readings of
// the same jobs from the same sender. Where the sender has such a job already, an approval
// makes it ambiguous, so nothing is promised.
func similar(ctx context.Context, tx *store.Tx, study mailStudy) (int, error) {
	if len(study.known) > 0 {
		return 0, nil
	}
	keys := map[string]bool{}
	for _, outcome := range study.message.Reading.Outcomes {
		if outcome.Job != "" {
			keys[outcome.Key()] = true
		}
	}
	found := map[backup.MessageID]bool{}
	for key := range keys {
		waiting, err := tx.WaitingByKey(ctx, key, study.message.From, maxSimilar)
		if err != nil {
			return 0, err
		}
		for _, msg := range waiting {
			if msg.ID != study.message.ID && msg.Reading.FilesItself() && tellsOnlyOf(msg.Reading, keys) {
				found[msg.ID] = true
			}
		}
	}
	return len(found), nil
}

func tellsOnlyOf(reading backup.Reading, keys map[string]bool) bool {
	for _, outcome := range reading.Outcomes {
		if !keys[outcome.Key()] {
			return false
		}
	}
	return true
}

// why says in a sentence why the mail is where it is.
func (s mailStudy) why() string {
	reading := s.message.Reading
	switch {
	case s.message.State == backup.Filed:
		return "This mail was filed and waits for nobody."
	case s.message.State == backup.Deleted:
		return "This mail was deleted. It can be restored."
	case s.message.State == backup.Informational:
		return "This mail is informational: it makes no run, and nobody has to act."
	case s.message.Problem != "":
		return "This mail could not be decoded."
	case reading.Parser == "":
		return "No parser knows this mail, so nothing was read from it."
	case len(reading.Outcomes) == 0:
		return fmt.Sprintf("The parser %s knows this mail, but could not read a result from it.", reading.Parser)
	case !reading.FilesItself():
		return unsure(reading)
	}
	names := customersOf(s.known)
	switch {
	case len(names) == 0:
		return "Read without doubt. This is the first mail of this job from this sender; once it is approved, later ones file themselves."
	case len(names) == 1:
		return fmt.Sprintf("Read without doubt. %s has several jobs that fit, and the mail does not say which is meant.", names[0])
	}
	return fmt.Sprintf("Read without doubt, but this sender reports such jobs for %s, and the mail does not say whose this is.", strings.Join(names, " and "))
}

// unsure says what a person has to look at before runs are made.
func unsure(reading backup.Reading) string {
	for _, outcome := range reading.Outcomes {
		if !outcome.Status.Valid() {
			return "The mail does not say clearly how the job ended, so a person has to read it."
		}
		if outcome.Job == "" {
			return "The job's name could not be read, so a person has to enter it."
		}
	}
	if reading.Confidence == backup.Guess {
		return "This is a guess from the words of the mail, so a person has to check it."
	}
	return "The reading is likely but not sure, so a person has to check it."
}
