// Package ticket is the seventh station on the way: trouble becomes a ticket. It composes
// what a ticket says, creates exactly one for a run in Autotask whatever fails in between,
// and settles what was left unclear. It never acts by itself: each ticket is an operator's
// explicit act.
package ticket

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"backupchecks/internal/autotask"
	"backupchecks/internal/backup"
	"backupchecks/internal/secret"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
)

// Config is what a Station needs. Fields are required unless their comment says otherwise.
type Config struct {
	DB           *store.DB
	Keys         secret.Keys
	DiscoveryURL string // empty for the vendor's; a simulator's or proxy's otherwise
	BaseURL      string // the address users see, where Settings name none; may be empty
	Log          *slog.Logger
	Now          func() time.Time
	Wait         func(context.Context, time.Duration) error // nil: a timer
}

// Station opens and settles tickets. It is safe for concurrent use, and several processes
// may run one on the same database.
type Station struct {
	db   *store.DB
	keys secret.Keys
	cfg  Config
	log  *slog.Logger
	now  func() time.Time
	wait func(context.Context, time.Duration) error

	mu     sync.Mutex
	client *autotask.Client // for the settings below; made anew when they change
	made   clientKey
}

// clientKey says for which settings a client was made. A client that met a 401 stays shut
// until the settings are saved again.
type clientKey struct {
	userName, trackingIdentifier string
	updatedAt                    time.Time
}

// New returns a Station.
func New(cfg Config) *Station {
	wait := cfg.Wait
	if wait == nil {
		wait = sleep
	}
	return &Station{db: cfg.DB, keys: cfg.Keys, cfg: cfg, log: cfg.Log, now: cfg.Now, wait: wait}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// settings loads the settings. A base URL that was not set for Autotask is the site's, or
// else the one of the configuration.
func (s *Station) settings(ctx context.Context, tx *store.Tx) (settings.AutotaskSettings, error) {
	set, err := settings.LoadAutotask(ctx, tx)
	if err != nil || set.BaseURL != "" {
		return set, err
	}
	general, err := settings.LoadGeneral(ctx, tx)
	set.BaseURL = cmp.Or(general.BaseURL, s.cfg.BaseURL)
	return set, err
}

// desk is the tenant that the settings name, ready to be asked.
type desk struct {
	client *autotask.Client
	set    settings.AutotaskSettings
}

// errDisabled is the refusal of every act while the integration is switched off: nothing
// leaves the house then.
func errDisabled() error {
	return backup.Errorf(backup.Conflict, "The Autotask integration is switched off.")
}

// errOtherTenant is the refusal to send what belongs to one Autotask to another.
func errOtherTenant() error {
	return backup.Errorf(backup.Conflict, "The settings name another Autotask environment now, so nothing was sent.")
}

// stillOn refuses to send anything while the integration is off, or names another tenant.
func stillOn(ctx context.Context, tx *store.Tx, tenant string) error {
	set, err := settings.LoadAutotask(ctx, tx)
	switch {
	case err != nil:
		return err
	case !set.Enabled:
		return errDisabled()
	case set.Tenant() != tenant:
		return errOtherTenant()
	}
	return nil
}

// confirm is stillOn directly before something is sent: the desk may be older.
func (s *Station) confirm(ctx context.Context, tenant string) error {
	return s.db.Read(ctx, func(tx *store.Tx) error { return stillOn(ctx, tx, tenant) })
}

// desk returns the tenant for an ordinary act: only while the integration is on.
func (s *Station) desk(ctx context.Context) (desk, error) {
	d, err := s.anyDesk(ctx)
	if err == nil && !d.set.Enabled {
		return desk{}, errDisabled()
	}
	return d, err
}

// anyDesk returns the tenant whether or not the integration is on. Only an administrator's
// own click in Settings may use it while it is off.
func (s *Station) anyDesk(ctx context.Context) (desk, error) {
	var set settings.AutotaskSettings
	var password secret.String
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		var err error
		if set, err = s.settings(ctx, tx); err != nil {
			return err
		}
		password, err = settings.AutotaskPassword(ctx, tx, s.keys)
		return err
	})
	if err != nil {
		return desk{}, err
	}
	if set.UserName == "" || set.TrackingIdentifier == "" || password.Reveal() == "" {
		return desk{}, backup.Errorf(backup.Invalid, "The Autotask credentials are not complete: user name, password and tracking identifier are needed.")
	}
	client, err := s.clientFor(set, password)
	return desk{client: client, set: set}, err
}

func (s *Station) clientFor(set settings.AutotaskSettings, password secret.String) (*autotask.Client, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := clientKey{set.UserName, set.TrackingIdentifier, set.UpdatedAt}
	if s.client != nil && s.made == key {
		return s.client, nil
	}
	client, err := autotask.New(autotask.Config{
		DiscoveryURL: s.cfg.DiscoveryURL, AllowPrivate: s.cfg.DiscoveryURL != "",
		UserName: set.UserName, Secret: password, IntegrationCode: set.TrackingIdentifier,
		Log: s.log, Now: s.now, Sleep: s.wait,
	})
	if err != nil {
		return nil, fmt.Errorf("make the Autotask client: %w", err)
	}
	s.client, s.made = client, key
	return client, nil
}
