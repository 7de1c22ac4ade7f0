package task

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// queue is River on one of the two databases; it differs by the type of a transaction.
type queue interface {
	insert(ctx context.Context, tx *store.Tx, item envelope, opts *river.InsertOpts) error
	periodic(job *river.PeriodicJob)
	start(ctx context.Context) error
	stop(ctx context.Context) error
	abort(ctx context.Context) error
	status(ctx context.Context, of ticking) (Status, error)
	migrate(ctx context.Context) error
	recoverOrphans(ctx context.Context) error
}

// newQueue makes the queue that fits the database.
func newQueue(db *store.DB, cfg *river.Config) (queue, error) {
	if pool := db.Pool(); pool != nil {
		shared, err := newShared(riverpgxv5.New(pool), cfg)
		return &postgresQueue{shared, pool}, err
	}
	cfg.FetchPollInterval = pollSQLite
	shared, err := newShared(riversqlite.New(db.Writer()), cfg)
	return &sqliteQueue{shared, db.Writer()}, err
}

// shared is what a queue does in the same way on both databases.
type shared[T any] struct {
	*river.Client[T]
	driver riverdriver.Driver[T]
	log    *slog.Logger
}

func newShared[T any](driver riverdriver.Driver[T], cfg *river.Config) (shared[T], error) {
	client, err := river.NewClient(driver, cfg)
	return shared[T]{client, driver, cfg.Logger}, err
}

func (s shared[T]) periodic(job *river.PeriodicJob) { s.PeriodicJobs().Add(job) }
func (s shared[T]) start(ctx context.Context) error { return s.Start(ctx) }
func (s shared[T]) stop(ctx context.Context) error  { return s.Stop(ctx) }
func (s shared[T]) abort(ctx context.Context) error { return s.StopAndCancel(ctx) }

// rescued is how River's own note on a task begins whose process died.
const rescued = "Stuck job rescued"

// status reads how the ticks of a kind ended. River keeps ended tasks for a day and more.
func (s shared[T]) status(ctx context.Context, of ticking) (Status, error) {
	status := Status{Kind: of.kind, Every: of.every}
	good, err := s.latest(ctx, of.kind, rivertype.JobStateCompleted)
	if err != nil {
		return Status{}, err
	}
	if good != nil {
		status.LastRun = good.FinalizedAt
	}
	bad, err := s.latest(ctx, of.kind, rivertype.JobStateDiscarded)
	if err != nil {
		return Status{}, err
	}
	if bad == nil || len(bad.Errors) == 0 || good != nil && good.FinalizedAt.After(*bad.FinalizedAt) {
		return status, nil
	}
	status.LastErrorAt = bad.FinalizedAt
	status.LastError = bad.Errors[len(bad.Errors)-1].Error
	if strings.HasPrefix(status.LastError, rescued) {
		status.LastError = "The process that ran the task ended in the middle of it."
	}
	return status, nil
}

// latest returns the task of a kind that ended last in the state, or nil.
func (s shared[T]) latest(ctx context.Context, kind string, state rivertype.JobState) (*rivertype.JobRow, error) {
	list, err := s.JobList(ctx, river.NewJobListParams().Kinds(kind).States(state).
		OrderBy(river.JobListOrderByFinalizedAt, river.SortOrderDesc).First(1))
	if err != nil || len(list.Jobs) == 0 {
		return nil, err
	}
	return list.Jobs[0], nil
}

// migrateUp applies what is missing.
func (s shared[T]) migrateUp(ctx context.Context) error {
	migrator, err := rivermigrate.New(s.driver, &rivermigrate.Config{Logger: s.log})
	if err != nil {
		return err
	}
	known := migrator.AllVersions()
	newest := known[len(known)-1].Version
	if version, err := s.version(ctx); err != nil {
		return err
	} else if version > newest {
		return backup.Errorf(backup.Conflict,
			"The database was used by a newer version of Backupchecks: its tasks have version %d, this program knows %d. Use the newer program.", version, newest)
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// version is that of the tables in the database, 0 when there are none.
func (s shared[T]) version(ctx context.Context) (int, error) {
	exec := s.driver.GetExecutor()
	exists, err := exec.TableExists(ctx, &riverdriver.TableExistsParams{Table: "river_migration"})
	if err != nil || !exists {
		return 0, err
	}
	applied, err := exec.MigrationGetByLine(ctx, &riverdriver.MigrationGetByLineParams{Line: riverdriver.MigrationLineMain})
	if err != nil {
		return 0, err
	}
	newest := 0
	for _, one := range applied {
		newest = max(newest, one.Version)
	}
	return newest, nil
}

// sqliteQueue shares the one writing connection with the store.
type sqliteQueue struct {
	shared[*sql.Tx]
	writer *sql.DB
}

func (q *sqliteQueue) insert(ctx context.Context, tx *store.Tx, item envelope, opts *river.InsertOpts) error {
	_, err := q.InsertTx(ctx, tx.SQL(), item, opts)
	return err
}

// migrate needs no lock: the store's claim on the file keeps other processes out.
func (q *sqliteQueue) migrate(ctx context.Context) error { return q.migrateUp(ctx) }

// recoverOrphans frees what a process that died left behind. The file belongs to this process
// alone, so whatever is marked as running is not; waiting for River to find out would hold up
// the first minutes after each crash. A task that is beyond its attempts is left to River all
// the same: it may be what ends the process each time.
func (q *sqliteQueue) recoverOrphans(ctx context.Context) error {
	_, err := q.writer.ExecContext(ctx, `UPDATE river_job SET state = 'available' WHERE state = 'running' AND attempt <= max_attempts`)
	if err != nil {
		return err
	}
	_, err = q.writer.ExecContext(ctx, `DELETE FROM river_leader`)
	return err
}

// postgresQueue shares the pool of connections with the store.
type postgresQueue struct {
	shared[pgx.Tx]
	pool *pgxpool.Pool
}

func (q *postgresQueue) insert(ctx context.Context, tx *store.Tx, item envelope, opts *river.InsertOpts) error {
	return withPgx(tx, func(bridge pgx.Tx) error {
		_, err := q.InsertTx(ctx, bridge, item, opts)
		return err
	})
}

// migrationLock is the advisory lock that migrating processes queue for.
const migrationLock = 0x6261636b7570 // "backup"

const migrationWait = 100 * time.Millisecond

// migrate holds a lock on a connection of its own. It asks for the lock again and again
// rather than wait in the server, because a waiting statement keeps a snapshot that some
// changes of the schema would wait for in turn.
func (q *postgresQueue) migrate(ctx context.Context) (err error) {
	conn, err := q.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	for locked := false; !locked; {
		if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, migrationLock).Scan(&locked); err != nil {
			return fmt.Errorf("lock: %w", err)
		}
		if locked {
			break
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for another process that migrates: %w", ctx.Err())
		case <-time.After(migrationWait):
		}
	}
	defer func() {
		// Also after ctx has ended: the connection goes back to the pool with its locks.
		_, unlock := conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, migrationLock)
		err = errors.Join(err, unlock)
	}()
	return q.migrateUp(ctx)
}

// recoverOrphans leaves them to River: the tasks that run may be another process's.
func (q *postgresQueue) recoverOrphans(context.Context) error { return nil }
