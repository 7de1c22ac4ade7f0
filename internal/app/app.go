// Package app puts Backupchecks together: it opens the database, builds the stations and
// the edges from one configuration, and starts and stops them in order. Only app constructs.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"backupchecks/internal/auth"
	"backupchecks/internal/backup"
	"backupchecks/internal/config"
	"backupchecks/internal/ingest"
	"backupchecks/internal/parse/vendors"
	"backupchecks/internal/review"
	"backupchecks/internal/secret"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
	"backupchecks/internal/task"
	"backupchecks/internal/ticket"
)

// Options say how an App is opened.
type Options struct {
	Config  config.Config
	Log     *slog.Logger
	Now     func() time.Time // nil: time.Now, and the server's clock for what a PostgreSQL database keeps
	Version string           // shown on pages and in the API's description
	Beside  bool             // for a short command beside a server on the same SQLite file

	MinPassword int // characters a new password needs; 0 for the usual. Only the demo asks for less
}

// clock is the clock to use.
func (o Options) clock() func() time.Time {
	if o.Now == nil {
		return time.Now
	}
	return o.Now
}

// App is one process of Backupchecks. Open builds it; Start makes it listen and work; Stop
// or Close ends it. Commands use its stations without starting it.
type App struct {
	DB      *store.DB
	Auth    *auth.Service
	Ingest  *ingest.Station
	Review  *review.Station
	Tickets *ticket.Station

	options  Options
	log      *slog.Logger
	now      func() time.Time
	keys     secret.Keys
	tasks    *task.Runner
	listener net.Listener
	server   *http.Server
	failed   chan error
	serving  sync.WaitGroup
	working  context.Context // ends when the App stops
	rest     context.CancelFunc
}

// Migrate brings the database of the configuration up to date and returns how many
// migrations were applied and the version reached.
func Migrate(ctx context.Context, o Options) (applied int, version int64, err error) {
	db, err := store.Open(ctx, store.Config{URL: o.Config.Database, Log: o.Log, Now: o.Now, Beside: o.Beside})
	if err != nil {
		return 0, 0, err
	}
	a := &App{DB: db, options: o, log: o.Log, now: o.clock()}
	applied, version, err = a.migrate(ctx)
	return applied, version, errors.Join(err, db.Close())
}

// migrate brings our tables and those of the tasks up to date. The tasks have a schema of
// their own, whose versions are not counted.
func (a *App) migrate(ctx context.Context) (applied int, version int64, err error) {
	if applied, version, err = a.DB.Migrate(ctx); err != nil {
		return 0, 0, err
	}
	if a.tasks, err = task.New(task.Config{DB: a.DB, Log: a.log, Now: a.now}); err != nil {
		return 0, 0, err
	}
	if err := a.tasks.Migrate(ctx); err != nil {
		return 0, 0, fmt.Errorf("migrate the task tables: %w", err)
	}
	return applied, version, nil
}

// Open opens the database, brings it up to date and builds the stations. It starts nothing.
func Open(ctx context.Context, o Options) (*App, error) {
	db, err := store.Open(ctx, store.Config{URL: o.Config.Database, Log: o.Log, Now: o.Now, Beside: o.Beside})
	if err != nil {
		return nil, err
	}
	a := &App{DB: db, options: o, log: o.Log, now: o.clock(), failed: make(chan error, 1)}
	if err := a.build(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return a, nil
}

func (a *App) build(ctx context.Context) error {
	if _, _, err := a.migrate(ctx); err != nil {
		return err
	}
	cfg := a.options.Config
	var err error
	if a.keys, err = loadKeys(ctx, cfg, a.DB); err != nil {
		return err
	}
	if a.Auth, err = auth.New(auth.Config{
		DB: a.DB, Log: a.log, Now: a.now, SecureCookie: strings.HasPrefix(cfg.BaseURL, "https://"),
		MinPassword: a.options.MinPassword,
	}); err != nil {
		return err
	}
	a.Ingest = ingest.New(ingest.Config{DB: a.DB, Read: vendors.Registry().Read, Log: a.log})
	a.Review = review.New(a.DB)
	a.Tickets = ticket.New(ticket.Config{
		DB: a.DB, Keys: a.keys, DiscoveryURL: cfg.AutotaskURL, BaseURL: cfg.BaseURL, Log: a.log, Now: a.now,
	})
	a.registerTasks()
	return nil
}

// RotateSecrets encrypts all stored secrets with the newest key and returns how many were
// changed.
func (a *App) RotateSecrets(ctx context.Context, who backup.User) (int, error) {
	rotated := 0
	err := a.DB.Write(ctx, func(tx *store.Tx) error {
		var err error
		rotated, err = settings.RotateSecrets(ctx, tx, who, a.keys)
		return err
	})
	return rotated, err
}

// Start listens and begins the background work. It returns when requests are accepted.
func (a *App) Start(ctx context.Context) error {
	handler, err := a.handler()
	if err != nil {
		return err
	}
	a.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", a.options.Config.Listen)
	if err != nil {
		return backup.Errorf(backup.Unavailable,
			"The address %s cannot be listened on; another program may be using it. Choose another with BACKUPCHECKS_LISTEN.", a.options.Config.Listen).Because(err)
	}
	if err := a.tasks.Start(context.WithoutCancel(ctx)); err != nil {
		return errors.Join(fmt.Errorf("start the background tasks: %w", err), a.listener.Close())
	}
	a.working, a.rest = context.WithCancel(context.WithoutCancel(ctx))
	a.server = &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute,
		WriteTimeout: 5 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
	a.serving.Go(func() {
		if err := a.server.Serve(a.listener); !errors.Is(err, http.ErrServerClosed) {
			a.failed <- fmt.Errorf("serve: %w", err)
		}
	})
	// What a crash left unclear is looked up at once, not at the next round of the task.
	a.serving.Go(func() {
		if err := a.Tickets.Settle(a.working); err != nil {
			a.log.WarnContext(a.working, "tickets not settled at start", "err", err)
		}
	})
	a.log.InfoContext(ctx, "listening", "address", a.Addr(), "url", "http://"+a.Addr())
	return nil
}

// Addr is the address listened on, with the port that was picked where 0 was asked for.
func (a *App) Addr() string { return a.listener.Addr().String() }

// Failed delivers the error of a server that ended by itself.
func (a *App) Failed() <-chan error { return a.failed }

// Stop ends an App that was started: no new requests, then the tasks finish what they are
// at, then the database is closed.
func (a *App) Stop(ctx context.Context) error {
	a.rest()
	faults := []error{a.server.Shutdown(ctx)}
	a.serving.Wait()
	faults = append(faults, a.tasks.Stop(ctx), a.Close())
	a.log.InfoContext(ctx, "stopped")
	return errors.Join(faults...)
}

// Close ends an App that was not started.
func (a *App) Close() error { return a.DB.Close() }
