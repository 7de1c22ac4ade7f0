// Package task does work in the background: it keeps tasks in the database, so that none is
// lost, and runs them in any process that serves that database. Stations enqueue a task in
// the transaction of its cause; app registers what each kind of task does, and starts and
// stops the runner. A task is never a job: jobs are the customers' backups.
//
// A process that dies in the middle of a task leaves it to another, so what a task does must
// bear being done twice.
//
// Underneath is River; none of its types leave this package.
package task

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/riverqueue/river"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

const (
	workers = 4 // tasks at once in one process; most of them wait for a network

	// An orphan is a task whose process died. Another process takes it over this long after it
	// was begun, or after the kind's own timeout when that is longer.
	orphanAfter = defaultTimeout + 30*time.Second

	// On SQLite new tasks are found by looking; PostgreSQL tells of them, and looking is
	// only the second means.
	pollSQLite   = 500 * time.Millisecond
	pollPostgres = time.Second

	hardStop = 5 * time.Second // for tasks to see that their context ended
)

// Config says what a Runner stands on.
type Config struct {
	DB  *store.DB
	Log *slog.Logger
	Now func() time.Time // tells how long tasks take, for the log
}

// Runner enqueues and runs tasks. Register all kinds with Handle and Periodic, then Start it
// once. A Runner that is never started can enqueue. It is safe for concurrent use once it is
// started.
type Runner struct {
	db      *store.DB
	log     *slog.Logger
	now     func() time.Time
	queue   queue
	workers *river.Workers
	kinds   map[string]kind
	ticking []ticking
}

// New returns a Runner without kinds. It does not touch the database.
func New(cfg Config) (*Runner, error) {
	if cfg.DB == nil || cfg.Log == nil || cfg.Now == nil {
		return nil, errors.New("a task runner needs a database, a log and a clock")
	}
	r := &Runner{db: cfg.DB, log: cfg.Log, now: cfg.Now, workers: river.NewWorkers(), kinds: make(map[string]kind)}
	queue, err := newQueue(cfg.DB, &river.Config{
		FetchPollInterval:    pollPostgres,
		JobTimeout:           defaultTimeout,
		Logger:               slog.New(quiet{cfg.Log.Handler()}),
		MaxAttempts:          defaultAttempts,
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}},
		RescueStuckJobsAfter: orphanAfter,
		Workers:              r.workers,
	})
	if err != nil {
		return nil, fmt.Errorf("make a task queue: %w", err)
	}
	r.queue = queue
	return r, nil
}

// Migrate brings the tables of tasks up to date. It is safe in several processes at once, and
// does nothing the second time. A database newer than the program is a Conflict.
func (r *Runner) Migrate(ctx context.Context) error {
	if err := r.queue.migrate(ctx); err != nil {
		return fmt.Errorf("migrate the tables of tasks: %w", err)
	}
	return nil
}

// Start begins to run tasks and returns. They go on until Stop; the end of ctx does not end
// them.
func (r *Runner) Start(ctx context.Context) error {
	if err := r.queue.recoverOrphans(ctx); err != nil {
		return fmt.Errorf("recover tasks of a former process: %w", err)
	}
	if err := r.queue.start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start tasks: %w", err)
	}
	return nil
}

// Stop takes up no further task and returns when the running ones have finished. When ctx
// ends first, their contexts end too; tasks stopped that way are run again later, and Stop
// waits a few seconds more for them. Stopping a Runner that was not started does nothing.
func (r *Runner) Stop(ctx context.Context) error {
	err := r.queue.stop(ctx)
	if err == nil || ctx.Err() == nil {
		return err
	}
	hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), hardStop)
	defer cancel()
	if err := r.queue.abort(hard); err != nil {
		return fmt.Errorf("stop tasks: some ignore that their time is up: %w", err)
	}
	return nil
}

// Options say when a task runs and whether it may be there twice. The zero value is a task
// that runs as soon as possible.
type Options struct {
	RunAt time.Time // not before then; the zero time means at once

	// UniqueKey, when not empty, drops the new task while one of the same kind and key waits
	// or runs. A running one may have read what it needed before the new cause, so a task
	// that must see the newest state takes no key.
	UniqueKey string
}

// Enqueue adds a task in tx: it is there when tx commits, and gone when it does not. Args
// becomes JSON and must be of the type that the kind's Handle takes.
func (r *Runner) Enqueue(ctx context.Context, tx *store.Tx, kind string, args any, opts Options) error {
	known, ok := r.kinds[kind]
	if !ok {
		return fmt.Errorf("enqueue %s: there is no such kind of task", kind)
	}
	item, err := known.item(args)
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", kind, err)
	}
	insert := &river.InsertOpts{MaxAttempts: known.attempts, ScheduledAt: opts.RunAt}
	if opts.UniqueKey != "" {
		item.Key = "key " + opts.UniqueKey
		insert.UniqueOpts = whileUnfinished()
	}
	if err := r.queue.insert(ctx, tx, item, insert); err != nil {
		return fmt.Errorf("enqueue %s: %w", kind, err)
	}
	return nil
}

// quiet is a log handler for River: it passes warnings and worse. What River says below that
// is about itself; what became of a task is logged here.
type quiet struct{ slog.Handler }

// Enabled reports whether the level is at least a warning that the log wants.
func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}

// WithAttrs returns a handler as quiet with the attributes.
func (q quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(attrs)} }

// WithGroup returns a handler as quiet with the group.
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }

// Status tells how a periodic kind of task fares, in all processes together.
type Status struct {
	Kind        string
	Every       time.Duration
	LastRun     *time.Time // when it last ended well; nil: not in the last day
	LastError   string     // a sentence on the last failure that is later than LastRun
	LastErrorAt *time.Time // nil: the last run went well, or there was none
}

// Status returns the state of all periodic kinds by name.
func (r *Runner) Status(ctx context.Context) ([]Status, error) {
	all := make([]Status, 0, len(r.ticking))
	for _, one := range r.ticking {
		status, err := r.queue.status(ctx, one)
		if err != nil {
			return nil, fmt.Errorf("read the state of %s: %w", one.kind, err)
		}
		all = append(all, status)
	}
	slices.SortFunc(all, func(a, b Status) int { return cmp.Compare(a.Kind, b.Kind) })
	return all, nil
}

// sentence is what is kept of a failure with the task, for the status page; the whole error
// goes to the log.
func sentence(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "The task took too long and was stopped."
	}
	_, text := backup.Explain(err)
	return text
}
