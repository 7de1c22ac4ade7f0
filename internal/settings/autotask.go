package settings

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
	"backupchecks/internal/secret"
	"backupchecks/internal/store"
)

// The environments. An environment is a label that guards against mixing: Autotask tells
// sandbox and production apart by the user alone.
const (
	Sandbox    = "sandbox"
	Production = "production"
)

const (
	autotaskKey = "autotask"
	// passwordName is the name under which the password is kept, and the field it is bound to.
	passwordName = "autotask.password"

	defaultCompleteStatus = 5 // Autotask's own "Complete", the same in every tenant
	defaultMaxObjects     = 10
	maxMaxObjects         = 50
	maxCredential         = 200 // characters of user name, tracking identifier and password
)

// AutotaskSettings says how tickets are made in Autotask. Its JSON is how they are stored and
// how the API names them; the password is kept apart, encrypted. Ids are values of the
// tenant's picklists, and nil where nothing was chosen.
type AutotaskSettings struct {
	Enabled            bool   `json:"enabled"`
	Environment        string `json:"environment"`
	UserName           string `json:"username"`
	TrackingIdentifier string `json:"tracking_identifier"`
	PasswordSet        bool   `json:"-"` // whether a password is stored; not stored itself
	BaseURL            string `json:"base_url"`

	QueueID          *int64 `json:"queue_id"`
	SourceID         *int64 `json:"source_id"`
	StatusID         *int64 `json:"status_id"` // of a new ticket
	CompleteStatusID int64  `json:"complete_status_id"`
	PriorityWarning  *int64 `json:"priority_warning"`
	PriorityError    *int64 `json:"priority_error"`
	PriorityMissed   *int64 `json:"priority_missed"` // nil: as for errors

	AllowResolve      bool      `json:"allow_resolve"`
	AllowManualNumber bool      `json:"allow_manual_number"`
	MaxObjects        int       `json:"max_objects"` // troubled objects named in a ticket, 1 to 50
	UpdatedAt         time.Time `json:"updated_at"`
}

// DefaultAutotask returns the settings of an integration that was never set up.
func DefaultAutotask() AutotaskSettings {
	return AutotaskSettings{Environment: Sandbox, CompleteStatusID: defaultCompleteStatus, MaxObjects: defaultMaxObjects}
}

// Tenant tells one Autotask apart from another: the environment and the user's name, folded.
// Mappings, tickets and reference data made under one tenant are inactive under another.
func (s AutotaskSettings) Tenant() string {
	return s.Environment + "/" + backup.Fold(s.UserName)
}

// Validate returns all faults, joined, each an Invalid error that names its JSON member. What
// a ticket needs is asked for only while the integration is enabled, so that a faulty one can
// always be switched off. Ids are compared with ref when it is of the same tenant; ref may be
// nil.
func (s AutotaskSettings) Validate(ref *Reference) error {
	v := &faults{}
	v.check(s.Environment == Sandbox || s.Environment == Production, "environment", "Choose sandbox or production as the environment.")
	v.credential(s.UserName, "username", "user name")
	v.credential(s.TrackingIdentifier, "tracking_identifier", "tracking identifier")
	v.check(s.MaxObjects >= 1 && s.MaxObjects <= maxMaxObjects, "max_objects",
		"A ticket can name 1 to %d objects, not %d.", maxMaxObjects, s.MaxObjects)
	if s.BaseURL != "" {
		if fault := checkBaseURL(s.BaseURL); fault != nil {
			v.list = append(v.list, fault.In("base_url"))
		}
	}
	if s.Enabled {
		s.validateEnabled(v, ref)
	}
	return errors.Join(v.list...)
}

func (s AutotaskSettings) validateEnabled(v *faults, ref *Reference) {
	v.check(s.UserName != "", "username", "Enter the API user name.")
	v.check(s.PasswordSet, "password", "Enter the API password.")
	v.check(s.TrackingIdentifier != "", "tracking_identifier", "Enter the tracking identifier.")
	v.check(s.BaseURL != "", "base_url", "Enter the base URL: tickets link to it.")
	v.check(s.CompleteStatusID > 0, "complete_status_id", "Choose the status that completes a ticket.")
	v.check(s.StatusID == nil || *s.StatusID != s.CompleteStatusID, "status_id",
		"New tickets must not start in the status that completes them.")

	if ref != nil && ref.Tenant != s.Tenant() {
		ref = nil // its ids mean something else here
	}
	for _, one := range []struct {
		id       *int64
		required bool
		field    string
		what     string
		list     func(*Reference) []Choice
	}{
		{s.QueueID, true, "queue_id", "queue", func(r *Reference) []Choice { return r.Queues }},
		{s.SourceID, true, "source_id", "source", func(r *Reference) []Choice { return r.Sources }},
		{s.StatusID, true, "status_id", "status", func(r *Reference) []Choice { return r.Statuses }},
		{&s.CompleteStatusID, true, "complete_status_id", "status that completes a ticket", func(r *Reference) []Choice { return r.Statuses }},
		{s.PriorityWarning, true, "priority_warning", "priority for warnings", func(r *Reference) []Choice { return r.Priorities }},
		{s.PriorityError, true, "priority_error", "priority for errors", func(r *Reference) []Choice { return r.Priorities }},
		{s.PriorityMissed, false, "priority_missed", "priority for missed runs", func(r *Reference) []Choice { return r.Priorities }},
	} {
		switch {
		case one.id == nil:
			v.check(!one.required, one.field, "Choose a %s.", one.what)
		case ref != nil:
			choice, known := find(one.list(ref), *one.id)
			v.check(known, one.field, "The %s with id %d does not exist in Autotask any more. Choose another.", one.what, *one.id)
			v.check(!known || choice.Active, one.field, "The %s %q is inactive in Autotask. Choose another.", one.what, choice.Label)
		}
	}
}

// faults gathers what is wrong with a form.
type faults struct{ list []error }

func (f *faults) check(fine bool, field, sentence string, args ...any) {
	if !fine {
		f.list = append(f.list, backup.Errorf(backup.Invalid, sentence, args...).In(field))
	}
}

// credential checks a text that is sent in a header.
func (f *faults) credential(text, field, what string) {
	f.check(utf8.RuneCountInString(text) <= maxCredential, field, "The %s is longer than %d characters.", what, maxCredential)
	f.check(utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl), field, "The %s holds characters that cannot be sent.", what)
}

// LoadAutotask returns the stored settings of the integration, and the defaults for what was
// never set.
func LoadAutotask(ctx context.Context, tx *store.Tx) (AutotaskSettings, error) {
	set := DefaultAutotask()
	if _, err := tx.Setting(ctx, autotaskKey, &set); err != nil {
		return AutotaskSettings{}, fmt.Errorf("load the autotask settings: %w", err)
	}
	_, found, err := tx.Secret(ctx, passwordName)
	if err != nil {
		return AutotaskSettings{}, fmt.Errorf("load the autotask settings: %w", err)
	}
	set.PasswordSet = found
	return set, nil
}

// SaveAutotask validates and stores the settings of the integration, and records them as they
// were and as they are. A nil password keeps the stored one, an empty one removes it. When
// the tenant changes, the reference data goes: its ids belong to the former one. The error is
// Forbidden without the right to change settings, and Invalid with all faults joined.
func SaveAutotask(ctx context.Context, tx *store.Tx, who backup.User, keys secret.Keys, set AutotaskSettings, password *secret.String) error {
	if err := backup.Require(who, backup.ManageSettings); err != nil {
		return err
	}
	before, err := LoadAutotask(ctx, tx)
	if err != nil {
		return err
	}
	set = set.trimmed()
	set.UpdatedAt = tx.Now()
	set.PasswordSet = before.PasswordSet
	if password != nil {
		set.PasswordSet = !password.IsZero()
	}
	if err := set.validateStored(ctx, tx, password); err != nil {
		return err
	}
	if err := tx.SetSetting(ctx, autotaskKey, set); err != nil {
		return fmt.Errorf("save the autotask settings: %w", err)
	}
	if err := savePassword(ctx, tx, keys, password); err != nil {
		return err
	}
	if set.Tenant() != before.Tenant() {
		if err := tx.SetSetting(ctx, referenceKey, Reference{}); err != nil {
			return fmt.Errorf("clear the autotask reference data: %w", err)
		}
	}
	return audit.Record(ctx, tx, who, audit.SettingsChanged, autotaskKey, map[string]any{
		"before": recorded(before), "after": recorded(set), "password_changed": password != nil,
	})
}

// validateStored validates against the stored reference data, the new password included.
func (s AutotaskSettings) validateStored(ctx context.Context, tx *store.Tx, password *secret.String) error {
	ref, err := LoadReference(ctx, tx)
	if err != nil {
		return err
	}
	var known *Reference
	if !ref.SyncedAt.IsZero() {
		known = &ref
	}
	v := &faults{}
	if password != nil {
		v.credential(password.Reveal(), "password", "password")
	}
	return errors.Join(append(v.list, s.Validate(known))...)
}

// trimmed returns the settings without what people paste along.
func (s AutotaskSettings) trimmed() AutotaskSettings {
	s.UserName = strings.TrimSpace(s.UserName)
	s.TrackingIdentifier = strings.TrimSpace(s.TrackingIdentifier)
	s.BaseURL = trimURL(s.BaseURL)
	return s
}

// recorded is what the audit log keeps of the settings: all but the password, of which it
// says only whether there is one.
func recorded(s AutotaskSettings) any {
	return struct {
		AutotaskSettings
		PasswordSet bool `json:"password_set"`
	}{s, s.PasswordSet}
}
