package api

import (
	"context"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/secret"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
)

// autotaskShape is the settings of the integration, without the password.
type autotaskShape struct {
	Enabled            bool       `json:"enabled"`
	Environment        string     `json:"environment" enum:"sandbox,production"`
	UserName           string     `json:"username"`
	PasswordSet        bool       `json:"password_set"`
	TrackingIdentifier string     `json:"tracking_identifier"`
	BaseURL            string     `json:"base_url" doc:"Where tickets link to."`
	QueueID            *int64     `json:"queue_id"`
	SourceID           *int64     `json:"source_id"`
	StatusID           *int64     `json:"status_id" doc:"Of a new ticket."`
	CompleteStatusID   int64      `json:"complete_status_id" doc:"The status that completes a ticket."`
	PriorityWarning    *int64     `json:"priority_warning"`
	PriorityError      *int64     `json:"priority_error"`
	PriorityMissed     *int64     `json:"priority_missed" doc:"Null: as for errors."`
	AllowResolve       bool       `json:"allow_resolve"`
	AllowManualNumber  bool       `json:"allow_manual_number"`
	MaxObjects         int        `json:"max_objects" doc:"Troubled objects named in a ticket, 1 to 50."`
	UpdatedAt          *time.Time `json:"updated_at"`
}

func shapeAutotask(s settings.AutotaskSettings) autotaskShape {
	return autotaskShape{
		Enabled: s.Enabled, Environment: s.Environment, UserName: s.UserName, PasswordSet: s.PasswordSet,
		TrackingIdentifier: s.TrackingIdentifier, BaseURL: s.BaseURL,
		QueueID: s.QueueID, SourceID: s.SourceID, StatusID: s.StatusID, CompleteStatusID: s.CompleteStatusID,
		PriorityWarning: s.PriorityWarning, PriorityError: s.PriorityError, PriorityMissed: s.PriorityMissed,
		AllowResolve: s.AllowResolve, AllowManualNumber: s.AllowManualNumber, MaxObjects: s.MaxObjects, UpdatedAt: orNil(s.UpdatedAt),
	}
}

// autotaskChange says what to change; what is left out stays as it is.
type autotaskChange struct {
	Enabled            *bool           `json:"enabled,omitempty"`
	Environment        *string         `json:"environment,omitempty" enum:"sandbox,production"`
	UserName           *string         `json:"username,omitempty"`
	Password           *string         `json:"password,omitempty" writeOnly:"true" doc:"Never shown again. An empty one removes it."`
	TrackingIdentifier *string         `json:"tracking_identifier,omitempty"`
	BaseURL            *string         `json:"base_url,omitempty"`
	QueueID            nullable[int64] `json:"queue_id,omitempty"`
	SourceID           nullable[int64] `json:"source_id,omitempty"`
	StatusID           nullable[int64] `json:"status_id,omitempty"`
	CompleteStatusID   *int64          `json:"complete_status_id,omitempty"`
	PriorityWarning    nullable[int64] `json:"priority_warning,omitempty"`
	PriorityError      nullable[int64] `json:"priority_error,omitempty"`
	PriorityMissed     nullable[int64] `json:"priority_missed,omitempty"`
	AllowResolve       *bool           `json:"allow_resolve,omitempty"`
	AllowManualNumber  *bool           `json:"allow_manual_number,omitempty"`
	MaxObjects         *int            `json:"max_objects,omitempty"`
}

func (c autotaskChange) apply(s *settings.AutotaskSettings) {
	into(c.Enabled, &s.Enabled)
	into(c.Environment, &s.Environment)
	into(c.UserName, &s.UserName)
	into(c.TrackingIdentifier, &s.TrackingIdentifier)
	into(c.BaseURL, &s.BaseURL)
	c.QueueID.into(&s.QueueID)
	c.SourceID.into(&s.SourceID)
	c.StatusID.into(&s.StatusID)
	into(c.CompleteStatusID, &s.CompleteStatusID)
	c.PriorityWarning.into(&s.PriorityWarning)
	c.PriorityError.into(&s.PriorityError)
	c.PriorityMissed.into(&s.PriorityMissed)
	into(c.AllowResolve, &s.AllowResolve)
	into(c.AllowManualNumber, &s.AllowManualNumber)
	into(c.MaxObjects, &s.MaxObjects)
}

func (c autotaskChange) password() *secret.String {
	if c.Password == nil {
		return nil
	}
	return new(secret.New(*c.Password))
}

type autotaskBody struct{ Body autotaskShape }

func (a *API) getAutotaskSettings(ctx context.Context, _ backup.User, _ *struct{}) (*autotaskBody, error) {
	var set settings.AutotaskSettings
	err := a.db.Read(ctx, func(tx *store.Tx) (err error) {
		set, err = settings.LoadAutotask(ctx, tx)
		return err
	})
	return &autotaskBody{shapeAutotask(set)}, err
}

func (a *API) updateAutotaskSettings(ctx context.Context, who backup.User, in *struct{ Body autotaskChange }) (*autotaskBody, error) {
	var set settings.AutotaskSettings
	err := a.db.Write(ctx, func(tx *store.Tx) (err error) {
		if set, err = settings.LoadAutotask(ctx, tx); err != nil {
			return err
		}
		in.Body.apply(&set)
		if err := settings.SaveAutotask(ctx, tx, who, a.keys, set, in.Body.password()); err != nil {
			return err
		}
		set, err = settings.LoadAutotask(ctx, tx)
		return err
	})
	return &autotaskBody{shapeAutotask(set)}, err
}

type connectionShape struct {
	OK   bool   `json:"ok" doc:"Always true; a failure is a problem."`
	Zone string `json:"zone"`
}

func (a *API) testAutotask(ctx context.Context, who backup.User, _ *struct{}) (*struct{ Body connectionShape }, error) {
	zone, err := a.tickets.TestConnection(ctx, who)
	return &struct{ Body connectionShape }{connectionShape{OK: err == nil, Zone: zone}}, err
}

// referenceShape is what may be chosen in the settings.
type referenceShape struct {
	Queues     []settings.Choice `json:"queues" nullable:"false"`
	Sources    []settings.Choice `json:"sources" nullable:"false"`
	Statuses   []settings.Choice `json:"statuses" nullable:"false"`
	Priorities []settings.Choice `json:"priorities" nullable:"false"`
	SyncedAt   time.Time         `json:"synced_at"`
}

func (a *API) refreshReference(ctx context.Context, who backup.User, _ *struct{}) (*struct{ Body referenceShape }, error) {
	ref, err := a.tickets.RefreshReference(ctx, who)
	same := func(c settings.Choice) settings.Choice { return c }
	return &struct{ Body referenceShape }{referenceShape{
		Queues: each(ref.Queues, same), Sources: each(ref.Sources, same),
		Statuses: each(ref.Statuses, same), Priorities: each(ref.Priorities, same), SyncedAt: ref.SyncedAt,
	}}, err
}
