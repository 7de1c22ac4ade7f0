package web

import (
	"context"
	"fmt"
	"net/http"

	"backupchecks/internal/backup"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
)

// autotaskOutcome is what a test, a refresh or a validation of the stored settings found.
type autotaskOutcome struct {
	Fine   string // a sentence, when it worked
	Fault  string // a sentence, when it did not
	Checks []autotaskCheck
	Failed int // of the checks
}

// autotaskCheck is one line of a validation.
type autotaskCheck struct {
	Name  string
	Found string // what was found, or why it is not in order
	OK    bool
}

// testAutotask asks Autotask whether the stored credentials work.
func (s *Server) testAutotask(w http.ResponseWriter, r *http.Request) error {
	zone, err := s.tickets.TestConnection(r.Context(), userFrom(r.Context()))
	return s.showOutcome(w, r, err, autotaskOutcome{Fine: fmt.Sprintf("The connection works. The tenant is in zone %s.", zone)})
}

// refreshAutotask reads the tenant's lists anew.
func (s *Server) refreshAutotask(w http.ResponseWriter, r *http.Request) error {
	ref, err := s.tickets.RefreshReference(r.Context(), userFrom(r.Context()))
	if err != nil {
		return s.showOutcome(w, r, err, autotaskOutcome{})
	}
	return s.done(w, r, referenceRead(ref), "/settings/autotask")
}

func referenceRead(ref settings.Reference) string {
	return fmt.Sprintf("Read from Autotask: %d queues, %d sources, %d statuses and %d priorities.",
		len(ref.Queues), len(ref.Sources), len(ref.Statuses), len(ref.Priorities))
}

// validateAutotask looks at everything that a ticket needs.
func (s *Server) validateAutotask(w http.ResponseWriter, r *http.Request) error {
	checks, err := s.checkAutotask(r.Context(), userFrom(r.Context()))
	if err != nil {
		return err
	}
	outcome := autotaskOutcome{Checks: checks}
	for _, check := range checks {
		if !check.OK {
			outcome.Failed++
		}
	}
	return s.showOutcome(w, r, nil, outcome)
}

// showOutcome shows what came of a call. A refusal by Autotask is an answer to what the
// person asked, and no failure of the page.
func (s *Server) showOutcome(w http.ResponseWriter, r *http.Request, err error, outcome autotaskOutcome) error {
	switch kind, sentence := backup.Explain(err); {
	case err == nil:
	case kind == backup.Internal || kind == backup.Forbidden:
		return err
	default:
		outcome = autotaskOutcome{Fault: sentence}
	}
	if isPart(r) {
		return s.part(w, http.StatusOK, "autotask-outcome", outcome)
	}
	return s.showStoredAutotask(w, r, outcome)
}

// checkAutotask runs every check on the stored settings, as if the integration were on. It
// reads the tenant's lists anew, so that what was chosen is compared with what is there now.
func (s *Server) checkAutotask(ctx context.Context, who backup.User) ([]autotaskCheck, error) {
	set, ref, err := s.loadAutotask(ctx)
	if err != nil {
		return nil, err
	}
	set.Enabled = true
	credentials := checkFields(set.Validate(nil), "Credentials complete", "User name, password and tracking identifier are stored.",
		"username", "password", "tracking_identifier")
	signIn := autotaskCheck{Name: "Sign-in to Autotask", Found: "Not tried, because the credentials are not complete."}
	reference := autotaskCheck{Name: "Reference data access", Found: "Not tried, because there is no sign-in."}
	if credentials.OK {
		zone, err := s.tickets.TestConnection(ctx, who)
		if err := signIn.note("Zone "+zone+"; tickets may be found and created.", err); err != nil {
			return nil, err
		}
	}
	if signIn.OK {
		fresh, err := s.tickets.RefreshReference(ctx, who)
		if err := reference.note(referenceRead(fresh), err); err != nil {
			return nil, err
		}
		if reference.OK {
			ref = fresh
		}
	}
	return append([]autotaskCheck{credentials, signIn, reference}, checkChoices(set, ref)...), nil
}

// note writes down what came of a call to Autotask. A failure of ours is returned as such.
func (c *autotaskCheck) note(fine string, err error) error {
	kind, sentence := backup.Explain(err)
	switch {
	case err == nil:
		c.Found, c.OK = fine, true
	case kind == backup.Internal:
		return err
	default:
		c.Found = sentence
	}
	return nil
}

func (s *Server) loadAutotask(ctx context.Context) (set settings.AutotaskSettings, ref settings.Reference, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		if set, err = settings.LoadAutotask(ctx, tx); err != nil {
			return err
		}
		ref, err = settings.LoadReference(ctx, tx)
		return err
	})
	return set, ref, err
}

// checkChoices checks what was chosen against the tenant's lists. Without the lists nothing
// proves that an id means anything.
func checkChoices(set settings.AutotaskSettings, ref settings.Reference) []autotaskCheck {
	unread := ref.SyncedAt.IsZero()
	err := set.Validate(&ref)
	if unread {
		err = set.Validate(nil)
	}
	checks := []autotaskCheck{
		checkFields(err, "Base URL", set.BaseURL, "base_url"),
		checkFields(err, "Objects in a ticket", fmt.Sprintf("At most %d.", set.MaxObjects), "max_objects"),
	}
	for _, one := range []struct {
		name, field string
		list        []settings.Choice
		id          *int64
	}{
		{"Ticket source", "source_id", ref.Sources, set.SourceID},
		{"Queue", "queue_id", ref.Queues, set.QueueID},
		{"Status of a new ticket", "status_id", ref.Statuses, set.StatusID},
		{"Priority for a warning", "priority_warning", ref.Priorities, set.PriorityWarning},
		{"Priority for an error", "priority_error", ref.Priorities, set.PriorityError},
		{"Priority for a missed run", "priority_missed", ref.Priorities, set.PriorityMissed},
		{"Status that means complete", "complete_status_id", ref.Statuses, &set.CompleteStatusID},
	} {
		check := checkFields(err, one.name, ref.Label(one.list, one.id), one.field)
		switch {
		case one.id == nil && check.OK:
			check.Found = "As for an error."
		case check.OK && unread:
			check.OK, check.Found = false, "Cannot be checked before the reference data is read."
		}
		checks = append(checks, check)
	}
	return checks
}

// checkFields makes a check of the faults of some fields.
func checkFields(err error, name, fine string, fields ...string) autotaskCheck {
	wrong := faultsOf(err)
	for _, field := range fields {
		if fault := wrong.In(field); fault != "" {
			return autotaskCheck{Name: name, Found: fault}
		}
	}
	return autotaskCheck{Name: name, Found: fine, OK: true}
}
