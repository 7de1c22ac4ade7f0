package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"backupchecks/internal/backup"
)

// maxJobsByKey bounds how many jobs of one key are looked at: the key says little then.
const maxJobsByKey = 100

// JobFilter chooses jobs. Zero values choose all. Software is compared as folded text. Search
// looks for text anywhere in the software, type and name of the job or in the name of its
// customer.
type JobFilter struct {
	CustomerID backup.CustomerID
	Software   string
	Archived   *bool
	Search     string
	Cursor     string
	Limit      int
}

const (
	jobColumns = `j.id, j.customer_id, c.name, j.software, j.type, j.name, j.archived, j.created_at`
	jobTables  = ` FROM jobs j JOIN customers c ON c.id = j.customer_id`
)

func scanJob(r row) (backup.Job, error) {
	var j backup.Job
	err := r.Scan(jobFields(&j)...)
	return j, err
}

func jobFields(j *backup.Job) []any {
	return []any{&j.ID, &j.CustomerID, &j.Customer, &j.Software, &j.Type, &j.Name, &j.Archived, instant{&j.CreatedAt}}
}

// AddJob stores a job, or returns the one that the customer already has under its key.
func (tx *Tx) AddJob(ctx context.Context, j backup.Job) (backup.Job, error) {
	const insert = `INSERT INTO jobs (customer_id, key, software, type, name, archived, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (customer_id, key) DO NOTHING RETURNING id`
	j.Software, j.Type, j.Name = cleanText(j.Software), cleanText(j.Type), cleanText(j.Name)
	id, err := one(ctx, tx, value[backup.JobID], insert,
		j.CustomerID, j.Key(), j.Software, j.Type, j.Name, flag(j.Archived), millis(tx.now))
	if errors.Is(err, sql.ErrNoRows) {
		id, err = one(ctx, tx, value[backup.JobID], `SELECT id FROM jobs WHERE customer_id = $1 AND key = $2`, j.CustomerID, j.Key())
	}
	if err != nil {
		return backup.Job{}, fmt.Errorf("add job: %w", err)
	}
	return tx.Job(ctx, id)
}

// Job returns one job.
func (tx *Tx) Job(ctx context.Context, id backup.JobID) (backup.Job, error) {
	j, err := one(ctx, tx, scanJob, `SELECT `+jobColumns+jobTables+` WHERE j.id = $1`, id)
	return found(j, err, "job", id)
}

// Jobs lists jobs by customer, software, type and name.
func (tx *Tx) Jobs(ctx context.Context, f JobFilter) (Page[backup.Job], error) {
	q := newQuery(`SELECT ` + jobColumns + jobTables + ` WHERE 1 = 1`)
	if f.CustomerID != 0 {
		q.add(` AND j.customer_id = ?`, f.CustomerID)
	}
	if f.Software != "" {
		// A key begins with the software and \x1f, so that an index on keys finds all of it.
		software := cleanText(backup.Fold(f.Software))
		q.add(` AND j.key >= ? AND j.key < ?`, software+"\x1f", software+"\x20")
	}
	if f.Archived != nil {
		q.add(` AND j.archived = ?`, flag(*f.Archived))
	}
	if f.Search != "" {
		pattern := searchPattern(f.Search)
		q.add(` AND (j.key LIKE ? ESCAPE '!' OR c.name_key LIKE ? ESCAPE '!')`, pattern, pattern)
	}
	if f.Cursor != "" {
		var customer, key string
		if err := readCursor(f.Cursor, &customer, &key); err != nil {
			return Page[backup.Job]{}, err
		}
		q.add(` AND (c.name_key, j.key) > (?, ?)`, customer, key)
	}
	limit := limitOf(f.Limit)
	jobs, err := listQuery(ctx, tx, scanJob, q.add(` ORDER BY c.name_key, j.key LIMIT ?`, limit+1))
	if err != nil {
		return Page[backup.Job]{}, fmt.Errorf("list jobs: %w", err)
	}
	return pageOf(jobs, limit, func(j backup.Job) []any { return []any{backup.Fold(j.Customer), j.Key()} })
}

// UpdateJob changes whether a job is archived, its customer and its name. A job that would
// become the same as another one of the customer is a Conflict.
func (tx *Tx) UpdateJob(ctx context.Context, j backup.Job) error {
	old, err := tx.Job(ctx, j.ID)
	if err != nil {
		return err
	}
	old.Name = cleanText(j.Name)
	const update = `UPDATE jobs SET archived = $1, customer_id = $2, name = $3, key = $4 WHERE id = $5`
	rows, err := tx.exec(ctx, update, flag(j.Archived), j.CustomerID, old.Name, old.Key(), j.ID)
	if tx.db.dialect.unique(err) {
		return backup.Errorf(backup.Conflict, "The customer already has a job %s of the same software and type.", j.Name)
	}
	return changed(rows, err, "job", j.ID)
}

// JobsByKey returns the jobs in use with the key, of all customers, oldest first.
func (tx *Tx) JobsByKey(ctx context.Context, key string) ([]backup.Job, error) {
	jobs, err := list(ctx, tx, scanJob, `SELECT `+jobColumns+jobTables+`
		WHERE j.key = $1 AND j.archived = 0 ORDER BY j.id LIMIT $2`, key, maxJobsByKey)
	if err != nil {
		return nil, fmt.Errorf("find jobs by key: %w", err)
	}
	return jobs, nil
}

// JobsBySender returns the jobs in use that a person has approved for mails of this sender
// that read as key, oldest first. The key is as read, so a job whose name was corrected is
// found by what its mails say.
func (tx *Tx) JobsBySender(ctx context.Context, key, sender string) ([]backup.Job, error) {
	jobs, err := list(ctx, tx, scanJob, `SELECT `+jobColumns+jobTables+`
		JOIN job_senders s ON s.job_id = j.id
		WHERE s.key = $1 AND s.sender = $2 AND j.archived = 0 ORDER BY j.id LIMIT $3`, key, sender, maxJobsByKey)
	if err != nil {
		return nil, fmt.Errorf("find jobs by sender: %w", err)
	}
	return jobs, nil
}

// AddJobSender notes that mails of the job come from sender and read as key. To say it twice
// changes nothing.
func (tx *Tx) AddJobSender(ctx context.Context, id backup.JobID, key, sender string) error {
	const insert = `INSERT INTO job_senders (job_id, key, sender) VALUES ($1, $2, $3) ON CONFLICT (job_id, key, sender) DO NOTHING`
	if _, err := tx.exec(ctx, insert, id, key, sender); err != nil {
		return fmt.Errorf("add sender of job %d: %w", id, err)
	}
	return nil
}

// LockJob keeps others from adding or changing runs of the job until the transaction ends.
// On SQLite a writing transaction is alone anyway.
func (tx *Tx) LockJob(ctx context.Context, id backup.JobID) error {
	if tx.db.dialect.forUpdate == "" {
		return nil
	}
	_, err := one(ctx, tx, value[backup.JobID], `SELECT id FROM jobs WHERE id = $1`+tx.db.dialect.forUpdate, id)
	_, err = found(id, err, "job", id)
	return err
}
