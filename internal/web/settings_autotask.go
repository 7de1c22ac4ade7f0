package web

import (
	"errors"
	"net/http"
	"strconv"

	"backupchecks/internal/backup"
	"backupchecks/internal/secret"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
)

// autotaskForm is what the page sends: the settings, and what they cannot hold.
type autotaskForm struct {
	Set        settings.AutotaskSettings
	MaxObjects string         // as typed, for it may be no number
	Password   *secret.String // nil keeps the stored one; never shown
}

func (s *Server) autotaskPage(w http.ResponseWriter, r *http.Request) error {
	return s.showStoredAutotask(w, r, autotaskOutcome{})
}

// saveAutotask stores the form as a whole. The error of a field is shown at the field, and
// then nothing is stored.
func (s *Server) saveAutotask(w http.ResponseWriter, r *http.Request) error {
	form, err := readAutotaskForm(r)
	var before settings.AutotaskSettings
	if err == nil {
		err = s.db.Write(r.Context(), func(tx *store.Tx) (err error) {
			if before, err = settings.LoadAutotask(r.Context(), tx); err != nil {
				return err
			}
			return settings.SaveAutotask(r.Context(), tx, userFrom(r.Context()), s.keys, form.Set, form.Password)
		})
	}
	if wrong := faultsOf(err); wrong != nil {
		return s.showAutotask(w, r, http.StatusUnprocessableEntity, &form, wrong, autotaskOutcome{})
	}
	if err != nil {
		return err
	}
	sentence := "The Autotask settings are saved."
	if before.UserName != "" && before.Tenant() != form.Set.Tenant() {
		sentence += " The reference data of the former environment was cleared, and its company mappings are inactive."
	}
	return s.done(w, r, sentence, "/settings/autotask")
}

// readAutotaskForm reads the form. What is no number is an Invalid error at its field.
func readAutotaskForm(r *http.Request) (autotaskForm, error) {
	form := autotaskForm{
		MaxObjects: r.FormValue("max_objects"),
		Set: settings.AutotaskSettings{
			Enabled: r.FormValue("enabled") == "on", Environment: r.FormValue("environment"),
			UserName: r.FormValue("username"), TrackingIdentifier: r.FormValue("tracking_identifier"), BaseURL: r.FormValue("base_url"),
			AllowResolve: r.FormValue("allow_resolve") == "on", AllowManualNumber: r.FormValue("allow_manual_number") == "on",
		},
	}
	switch password := r.FormValue("password"); {
	case password != "":
		form.Password = new(secret.New(password))
	case r.FormValue("remove_password") == "on":
		form.Password = new(secret.New(""))
	}
	var complete *int64
	var wrong []error
	for field, id := range map[string]**int64{
		"queue_id": &form.Set.QueueID, "source_id": &form.Set.SourceID, "status_id": &form.Set.StatusID, "complete_status_id": &complete,
		"priority_warning": &form.Set.PriorityWarning, "priority_error": &form.Set.PriorityError, "priority_missed": &form.Set.PriorityMissed,
	} {
		var err error
		if *id, err = choiceID(r.FormValue(field)); err != nil {
			wrong = append(wrong, backup.Errorf(backup.Invalid, "Choose one of the values in the list.").In(field).Because(err))
		}
	}
	if complete != nil {
		form.Set.CompleteStatusID = *complete
	}
	var err error
	if form.Set.MaxObjects, err = strconv.Atoi(form.MaxObjects); err != nil {
		wrong = append(wrong, backup.Errorf(backup.Invalid, "Enter how many objects a ticket may name, as a number.").In("max_objects").Because(err))
	}
	return form, errors.Join(wrong...)
}

// choiceID reads the value of a select; the empty one stands for no choice.
func choiceID(text string) (*int64, error) {
	if text == "" {
		return nil, nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, err
	}
	return &id, nil
}
