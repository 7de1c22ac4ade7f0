package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"backupchecks/internal/backup"
)

const (
	runColumns = `r.id, ` + jobColumns + `, r.status, r.rank, r.started_at, r.ended_at, r.received_at, r.remark,
	r.objects_success, r.objects_warning, r.objects_error, r.attempts, r.retry, r.message_id, r.override_id,
	r.reviewed_at, r.reviewed_by, r.note`
	runTables = ` FROM runs r JOIN jobs j ON j.id = r.job_id JOIN customers c ON c.id = j.customer_id`
)

func scanRun(r row) (backup.Run, error) {
	var run backup.Run
	fields := append([]any{&run.ID}, jobFields(&run.Job)...)
	err := r.Scan(append(fields,
		&run.Status, &run.Rank, maybeInstant{&run.StartedAt}, maybeInstant{&run.EndedAt}, instant{&run.ReceivedAt}, &run.Remark,
		&run.Counts.Success, &run.Counts.Warning, &run.Counts.Error, &run.Attempts, &run.Retry, &run.MessageID, &run.OverrideID,
		maybeInstant{&run.ReviewedAt}, &run.ReviewedBy, &run.Note)...)
	return run, err
}

// AddRun stores a run of the job run.Job.ID with its objects, which are counted anew. A
// second run of a job with the same start is a Conflict, after which the transaction still
// stands. ReceivedAt defaults to the transaction's time; the review is not stored.
func (tx *Tx) AddRun(ctx context.Context, run backup.Run) (backup.RunID, error) {
	run = tx.completed(run)
	const insert = `INSERT INTO runs (job_id, status, rank, started_at, ended_at, received_at, at, remark,
			objects_success, objects_warning, objects_error, attempts, retry, message_id, override_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT DO NOTHING RETURNING id`
	id, err := one(ctx, tx, value[backup.RunID], insert, append([]any{run.Job.ID}, runValues(run)...)...)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, startTaken()
	}
	if err != nil {
		return 0, fmt.Errorf("add run of job %d: %w", run.Job.ID, err)
	}
	if err := tx.addObjects(ctx, id, run.Objects); err != nil {
		return 0, err
	}
	return id, tx.addRunMessage(ctx, id, run.MessageID)
}

// completed fills in what follows from the rest of a run.
func (tx *Tx) completed(run backup.Run) backup.Run {
	if run.ReceivedAt.IsZero() {
		run.ReceivedAt = tx.now
	}
	if run.MessageID != nil {
		run.Attempts = max(run.Attempts, 1)
	}
	run.Counts = backup.CountObjects(run.Objects)
	return run
}

// runValues are the values of a run from status to override_id, in the order of AddRun.
func runValues(run backup.Run) []any {
	return []any{
		run.Status, run.Rank, millisOrNil(run.StartedAt), millisOrNil(run.EndedAt), millis(run.ReceivedAt), millis(run.At()), run.Remark,
		run.Counts.Success, run.Counts.Warning, run.Counts.Error, run.Attempts, run.Retry, run.MessageID, run.OverrideID,
	}
}

func startTaken() error {
	return backup.Errorf(backup.Conflict, "The job already has a run that began at that time.")
}

// addObjects stores a run's objects in statements of a few fixed lengths, so that an import
// meets the same texts again and they stay prepared.
func (tx *Tx) addObjects(ctx context.Context, id backup.RunID, objects []backup.Object) error {
	position := 0
	for position < len(objects) {
		some := objects[position:]
		some = some[:statementRows(len(some))]
		rows := make([][]any, len(some))
		for i, o := range some {
			rows[i] = []any{id, position + i, o.Name, o.Type, string(o.Status), o.Message}
		}
		q := newQuery(`INSERT INTO run_objects (run_id, position, name, type, status, message) VALUES `).rows(rows)
		if _, err := tx.execQuery(ctx, q); err != nil {
			return fmt.Errorf("add objects of run %d: %w", id, err)
		}
		position += len(some)
	}
	return nil
}

// statementRows is how many of n rows go into one statement: 64, 16, 4 or 1.
func statementRows(n int) int {
	rows := 64
	for rows > n {
		rows /= 4
	}
	return rows
}

func (tx *Tx) addRunMessage(ctx context.Context, id backup.RunID, message *backup.MessageID) error {
	if message == nil {
		return nil
	}
	const insert = `INSERT INTO run_messages (run_id, message_id) VALUES ($1, $2) ON CONFLICT (run_id, message_id) DO NOTHING`
	if _, err := tx.exec(ctx, insert, id, *message); err != nil {
		return fmt.Errorf("add message of run %d: %w", id, err)
	}
	return nil
}

// ReplaceRun stores what a later mail tells of the run run.ID: everything but its job and
// its review. Earlier messages of the run stay noted.
func (tx *Tx) ReplaceRun(ctx context.Context, run backup.Run) error {
	run = tx.completed(run)
	const update = `UPDATE runs SET status = $2, rank = $3, started_at = $4, ended_at = $5, received_at = $6, at = $7, remark = $8,
			objects_success = $9, objects_warning = $10, objects_error = $11, attempts = $12, retry = $13, message_id = $14, override_id = $15
		WHERE id = $1`
	rows, err := tx.exec(ctx, update, append([]any{run.ID}, runValues(run)...)...)
	if tx.db.dialect.unique(err) {
		return startTaken()
	}
	if err := changed(rows, err, "run", run.ID); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `DELETE FROM run_objects WHERE run_id = $1`, run.ID); err != nil {
		return fmt.Errorf("remove objects of run %d: %w", run.ID, err)
	}
	if err := tx.addObjects(ctx, run.ID, run.Objects); err != nil {
		return err
	}
	return tx.addRunMessage(ctx, run.ID, run.MessageID)
}

// AddAttempt notes that the message told of the run as well, and counts it, once.
func (tx *Tx) AddAttempt(ctx context.Context, id backup.RunID, message backup.MessageID) error {
	const insert = `INSERT INTO run_messages (run_id, message_id)
		SELECT id, $2 FROM runs WHERE id = $1 ON CONFLICT (run_id, message_id) DO NOTHING`
	added, err := tx.exec(ctx, insert, id, message)
	if err != nil {
		return fmt.Errorf("add attempt of run %d: %w", id, err)
	}
	rows, err := tx.exec(ctx, `UPDATE runs SET attempts = attempts + $2 WHERE id = $1`, id, added)
	return changed(rows, err, "run", id)
}

// Run returns one run with its objects and its active ticket.
func (tx *Tx) Run(ctx context.Context, id backup.RunID) (backup.Run, error) {
	run, err := tx.findRun(ctx, `SELECT `+runColumns+runTables+` WHERE r.id = $1`, id)
	if err != nil {
		return backup.Run{}, fmt.Errorf("read run %d: %w", id, err)
	}
	if run == nil {
		return backup.Run{}, notFound("run", id)
	}
	return *run, nil
}

// RunByStart returns the job's run that began at startedAt, with its objects; nil without
// one.
func (tx *Tx) RunByStart(ctx context.Context, job backup.JobID, startedAt time.Time) (*backup.Run, error) {
	run, err := tx.findRun(ctx, `SELECT `+runColumns+runTables+` WHERE r.job_id = $1 AND r.started_at = $2`, job, millis(startedAt))
	if err != nil {
		return nil, fmt.Errorf("find run of job %d by start: %w", job, err)
	}
	return run, nil
}

const runBefore = `SELECT ` + runColumns + runTables + `
	WHERE r.job_id = $1 AND (r.at, r.id) < ($2, $3) ORDER BY r.at DESC, r.id DESC LIMIT 1`

// RunBefore returns the job's run just before (at, id), with its objects; nil without one.
// With id 0 it is the last run before at.
func (tx *Tx) RunBefore(ctx context.Context, job backup.JobID, at time.Time, id backup.RunID) (*backup.Run, error) {
	run, err := tx.findRun(ctx, runBefore, job, millis(at), id)
	if err != nil {
		return nil, fmt.Errorf("find run of job %d before another: %w", job, err)
	}
	return run, nil
}

const runAfter = `SELECT ` + runColumns + runTables + `
	WHERE r.job_id = $1 AND (r.at, r.id) > ($2, $3) ORDER BY r.at, r.id LIMIT 1`

// RunAfter returns the job's run just after (at, id), with its objects; nil without one.
func (tx *Tx) RunAfter(ctx context.Context, job backup.JobID, at time.Time, id backup.RunID) (*backup.Run, error) {
	run, err := tx.findRun(ctx, runAfter, job, millis(at), id)
	if err != nil {
		return nil, fmt.Errorf("find run of job %d after another: %w", job, err)
	}
	return run, nil
}

// NearRun is what the order of Run Checks needs to know of the run before or after another.
type NearRun struct {
	ID       backup.RunID
	Status   backup.Status
	Remark   string
	Rank     backup.Rank
	Reviewed bool
}

func scanNearRun(r row) (NearRun, error) {
	var n NearRun
	err := r.Scan(&n.ID, &n.Status, &n.Remark, &n.Rank, &n.Reviewed)
	return n, err
}

const nearColumns = `id, status, remark, rank, reviewed_at IS NOT NULL`

// NearBefore returns the job's run just before (at, id); nil without one. With id 0 it is
// the last run before at.
func (tx *Tx) NearBefore(ctx context.Context, job backup.JobID, at time.Time, id backup.RunID) (*NearRun, error) {
	near, err := maybe(ctx, tx, scanNearRun, `SELECT `+nearColumns+` FROM runs
		WHERE job_id = $1 AND (at, id) < ($2, $3) ORDER BY at DESC, id DESC LIMIT 1`, job, millis(at), id)
	if err != nil {
		return nil, fmt.Errorf("find run of job %d before another: %w", job, err)
	}
	return near, nil
}

// NearAfter returns the job's run just after (at, id); nil without one.
func (tx *Tx) NearAfter(ctx context.Context, job backup.JobID, at time.Time, id backup.RunID) (*NearRun, error) {
	near, err := maybe(ctx, tx, scanNearRun, `SELECT `+nearColumns+` FROM runs
		WHERE job_id = $1 AND (at, id) > ($2, $3) ORDER BY at, id LIMIT 1`, job, millis(at), id)
	if err != nil {
		return nil, fmt.Errorf("find run of job %d after another: %w", job, err)
	}
	return near, nil
}

// SetRank places the run anew in the order of Run Checks.
func (tx *Tx) SetRank(ctx context.Context, id backup.RunID, rank backup.Rank) error {
	rows, err := tx.exec(ctx, `UPDATE runs SET rank = $2 WHERE id = $1`, id, rank)
	return changed(rows, err, "run", id)
}

// findRun returns the one run of a SELECT with objects and active ticket, or nil.
func (tx *Tx) findRun(ctx context.Context, text string, args ...any) (*backup.Run, error) {
	run, err := maybe(ctx, tx, scanRun, text, args...)
	if run == nil || err != nil {
		return nil, err
	}
	if run.Objects, err = tx.RunObjects(ctx, run.ID); err != nil {
		return nil, err
	}
	run.Ticket, err = tx.ActiveTicket(ctx, run.ID)
	return run, err
}

// LastGood returns when the job last succeeded before a time; nil when it never did.
func (tx *Tx) LastGood(ctx context.Context, job backup.JobID, before time.Time) (*time.Time, error) {
	const query = `SELECT at FROM runs WHERE job_id = $1 AND at < $2 AND status = 'success' ORDER BY at DESC LIMIT 1`
	at, err := maybe(ctx, tx, func(r row) (at time.Time, err error) {
		err = r.Scan(instant{&at})
		return at, err
	}, query, job, millis(before))
	if err != nil {
		return nil, fmt.Errorf("find last success of job %d: %w", job, err)
	}
	return at, nil
}

func scanObject(r row) (backup.Object, error) {
	var o backup.Object
	err := r.Scan(&o.Name, &o.Type, &o.Status, &o.Message)
	return o, err
}

// RunObjects returns a run's objects in the order of the mail; nil without any.
func (tx *Tx) RunObjects(ctx context.Context, id backup.RunID) ([]backup.Object, error) {
	objects, err := list(ctx, tx, scanObject, `SELECT name, type, status, message FROM run_objects WHERE run_id = $1 ORDER BY position`, id)
	if err != nil {
		return nil, fmt.Errorf("read objects of run %d: %w", id, err)
	}
	if len(objects) == 0 {
		return nil, nil
	}
	return objects, nil
}

// RunMessages returns the messages that told of a run, oldest first, without readings.
func (tx *Tx) RunMessages(ctx context.Context, id backup.RunID) ([]backup.Message, error) {
	messages, err := list(ctx, tx, scanHead, `SELECT `+headColumns+` FROM run_messages rm JOIN messages m ON m.id = rm.message_id
		WHERE rm.run_id = $1 ORDER BY m.received_at, m.id`, id)
	if err != nil {
		return nil, fmt.Errorf("read messages of run %d: %w", id, err)
	}
	return messages, tx.addRuns(ctx, messages)
}

// TellOf notes which outcome of the message's reading told of the run; AddRun and ReplaceRun
// take the first.
func (tx *Tx) TellOf(ctx context.Context, run backup.RunID, message backup.MessageID, outcome int) error {
	const upsert = `INSERT INTO run_messages (run_id, message_id, outcome) VALUES ($1, $2, $3)
		ON CONFLICT (run_id, message_id) DO UPDATE SET outcome = excluded.outcome`
	if _, err := tx.exec(ctx, upsert, run, message, outcome); err != nil {
		return fmt.Errorf("note outcome of run %d: %w", run, err)
	}
	return nil
}

// ToldRun is a run that a message told of, with the place of the outcome in its reading.
type ToldRun struct {
	ID      backup.RunID
	Outcome int
}

// ToldRuns returns the runs that the message told of, by the place of their outcome.
func (tx *Tx) ToldRuns(ctx context.Context, message backup.MessageID) ([]ToldRun, error) {
	scan := func(r row) (told ToldRun, err error) {
		err = r.Scan(&told.ID, &told.Outcome)
		return told, err
	}
	told, err := list(ctx, tx, scan, `SELECT run_id, outcome FROM run_messages WHERE message_id = $1 ORDER BY outcome, run_id`, message)
	if err != nil {
		return nil, fmt.Errorf("read runs of message %d: %w", message, err)
	}
	return told, nil
}

// LockRun keeps others from changing the run until the transaction ends. On SQLite a
// writing transaction is alone anyway.
func (tx *Tx) LockRun(ctx context.Context, id backup.RunID) error {
	_, err := one(ctx, tx, value[backup.RunID], `SELECT id FROM runs WHERE id = $1`+tx.db.dialect.forUpdate, id)
	_, err = found(id, err, "run", id)
	return err
}
