package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"backupchecks/internal/backup"
)

// UnreviewedFilter chooses from the runs that wait for a review. Zero values choose all.
// Search looks for text anywhere in the software, type and name of the job or in the name of
// its customer.
type UnreviewedFilter struct {
	Status     backup.Status
	CustomerID backup.CustomerID
	Software   string
	NoTicket   bool // only those without an active ticket
	Search     string
	Limit      int
}

// where adds the conditions of the filter.
func (f UnreviewedFilter) where(q *query) *query {
	if f.Status != "" {
		q.add(` AND r.status = ?`, string(f.Status))
	}
	if f.CustomerID != 0 {
		q.add(` AND j.customer_id = ?`, f.CustomerID)
	}
	if f.Software != "" {
		q.add(` AND j.software = ?`, f.Software)
	}
	if f.NoTicket {
		q.add(` AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.run_id = r.id AND t.active = 1)`)
	}
	if f.Search != "" {
		pattern := searchPattern(f.Search)
		q.add(` AND (j.key LIKE ? ESCAPE '!' OR c.name_key LIKE ? ESCAPE '!')`, pattern, pattern)
	}
	return q
}

// UnreviewedBy is UnreviewedRuns for the runs that the filter chooses.
func (tx *Tx) UnreviewedBy(ctx context.Context, f UnreviewedFilter) ([]backup.Run, error) {
	q := f.where(newQuery(`SELECT ` + runColumns + runTables + ` WHERE r.reviewed_at IS NULL AND r.rank >= 0`))
	return tx.withTrouble(ctx, q.add(` ORDER BY r.rank, c.name_key, r.at DESC, r.id DESC LIMIT ?`, limitOf(f.Limit)))
}

// RunsByID returns those of the runs that exist, ordered and filled like UnreviewedRuns.
func (tx *Tx) RunsByID(ctx context.Context, ids []backup.RunID) ([]backup.Run, error) {
	var runs []backup.Run
	for ids := range slices.Chunk(uniqueIDs(ids), chunk) {
		some, err := tx.withTrouble(ctx, in(newQuery(`SELECT `+runColumns+runTables+` WHERE r.id IN `), "", ids).
			add(` ORDER BY r.rank, c.name_key, r.at DESC, r.id DESC`))
		if err != nil {
			return nil, err
		}
		runs = append(runs, some...)
	}
	return runs, nil
}

// withTrouble reads runs with their active tickets and up to three troubled objects.
func (tx *Tx) withTrouble(ctx context.Context, q *query) ([]backup.Run, error) {
	runs, err := listQuery(ctx, tx, scanRun, q)
	if err != nil {
		return nil, fmt.Errorf("list runs for a review: %w", err)
	}
	if err := tx.addTickets(ctx, runs); err != nil {
		return nil, err
	}
	return runs, tx.addTroubled(ctx, runs)
}

// CountUnreviewed says how many runs that the filter chooses have an id after the given one.
// With id 0 it counts all of them.
func (tx *Tx) CountUnreviewed(ctx context.Context, f UnreviewedFilter, after backup.RunID) (int, error) {
	q := f.where(newQuery(`SELECT count(*)`+runTables+` WHERE r.reviewed_at IS NULL AND r.id > ?`, after))
	count, err := one(ctx, tx, value[int], q.text.String(), storable(q.args)...)
	if err != nil {
		return 0, fmt.Errorf("count unreviewed runs after %d: %w", after, err)
	}
	return count, nil
}

// Source is a customer and a software that runs come from.
type Source struct {
	CustomerID backup.CustomerID
	Customer   string
	Software   string
}

// UnreviewedSources lists where the runs that wait for a review come from, by customer and
// software.
func (tx *Tx) UnreviewedSources(ctx context.Context) ([]Source, error) {
	sources, err := list(ctx, tx, func(r row) (Source, error) {
		var s Source
		err := r.Scan(&s.CustomerID, &s.Customer, &s.Software)
		return s, err
	}, `SELECT c.id, c.name, j.software`+runTables+` WHERE r.reviewed_at IS NULL
		GROUP BY c.id, c.name, c.name_key, j.software ORDER BY c.name_key, j.software`)
	if err != nil {
		return nil, fmt.Errorf("list sources of unreviewed runs: %w", err)
	}
	return sources, nil
}

// LastGoods says for each of the runs when its job last succeeded before it. A run whose job
// never did is not in the map.
func (tx *Tx) LastGoods(ctx context.Context, runs []backup.RunID) (map[backup.RunID]time.Time, error) {
	goods := map[backup.RunID]time.Time{}
	scan := func(r row) error {
		var id backup.RunID
		var at *time.Time
		err := r.Scan(&id, maybeInstant{&at})
		if at != nil {
			goods[id] = *at
		}
		return err
	}
	for ids := range slices.Chunk(uniqueIDs(runs), chunk) {
		q := in(newQuery(`SELECT r.id, (SELECT g.at FROM runs g WHERE g.job_id = r.job_id AND g.at < r.at AND g.status = 'success'
			ORDER BY g.at DESC LIMIT 1) FROM runs r WHERE r.id IN `), "", ids)
		if err := tx.eachQuery(ctx, scan, q); err != nil {
			return nil, fmt.Errorf("find last successes before runs: %w", err)
		}
	}
	return goods, nil
}

// LastGoodRun returns the job's last success before a time, with its objects; nil when it
// never succeeded.
func (tx *Tx) LastGoodRun(ctx context.Context, job backup.JobID, before time.Time) (*backup.Run, error) {
	run, err := tx.findRun(ctx, `SELECT `+runColumns+runTables+`
		WHERE r.job_id = $1 AND r.at < $2 AND r.status = 'success' ORDER BY r.at DESC, r.id DESC LIMIT 1`, job, millis(before))
	if err != nil {
		return nil, fmt.Errorf("find last good run of job %d: %w", job, err)
	}
	return run, nil
}

// OpenTicketsOfJobs returns the open, active tickets of each job's runs, newest first. A job
// without one is not in the map.
func (tx *Tx) OpenTicketsOfJobs(ctx context.Context, jobs []backup.JobID) (map[backup.JobID][]backup.Ticket, error) {
	tickets := map[backup.JobID][]backup.Ticket{}
	scan := func(r row) error {
		var job backup.JobID
		ticket, err := scanTicket(prefixed{r, &job})
		tickets[job] = append(tickets[job], ticket)
		return err
	}
	for ids := range slices.Chunk(uniqueIDs(jobs), chunk) {
		q := in(newQuery(`SELECT r.job_id, `+ticketColumns+` FROM tickets t JOIN runs r ON r.id = t.run_id
			WHERE t.state = 'open' AND t.active = 1 AND r.job_id IN `), "", ids)
		if err := tx.eachQuery(ctx, scan, q.add(` ORDER BY t.id DESC`)); err != nil {
			return nil, fmt.Errorf("list open tickets of jobs: %w", err)
		}
	}
	return tickets, nil
}

// prefixed scans a row whose first column stands before the others.
type prefixed struct {
	row
	first any
}

// Scan implements row.
func (p prefixed) Scan(into ...any) error {
	return p.row.Scan(append([]any{p.first}, into...)...)
}
