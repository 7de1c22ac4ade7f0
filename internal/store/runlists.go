package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"backupchecks/internal/backup"
)

// troubledShown is how many troubled objects of a run Run Checks shows.
const troubledShown = 3

// RunFilter chooses runs. Zero values choose all. From is inclusive, To is not; both are
// compared with Run.At.
type RunFilter struct {
	Reviewed   *bool
	Status     backup.Status
	JobID      backup.JobID
	CustomerID backup.CustomerID
	From, To   *time.Time
	Cursor     string
	Limit      int
}

// Runs lists runs with their active tickets and without objects, newest first.
func (tx *Tx) Runs(ctx context.Context, f RunFilter) (Page[backup.Run], error) {
	limit := limitOf(f.Limit)
	q, err := runsQuery(f, limit+1)
	if err != nil {
		return Page[backup.Run]{}, err
	}
	runs, err := listQuery(ctx, tx, scanRun, q)
	if err != nil {
		return Page[backup.Run]{}, fmt.Errorf("list runs: %w", err)
	}
	page, err := pageOf(runs, limit, func(r backup.Run) []any { return []any{millis(r.At()), r.ID} })
	if err != nil {
		return page, err
	}
	return page, tx.addTickets(ctx, page.Items)
}

func runsQuery(f RunFilter, limit int) (*query, error) {
	q := newQuery(`SELECT ` + runColumns + runTables + ` WHERE 1 = 1`)
	if f.Reviewed != nil && *f.Reviewed {
		q.add(` AND r.reviewed_at IS NOT NULL`)
	}
	if f.Reviewed != nil && !*f.Reviewed {
		q.add(` AND r.reviewed_at IS NULL`)
	}
	if f.Status != "" {
		q.add(` AND r.status = ?`, string(f.Status))
	}
	if f.JobID != 0 {
		q.add(` AND r.job_id = ?`, f.JobID)
	}
	if f.CustomerID != 0 {
		q.add(` AND j.customer_id = ?`, f.CustomerID)
	}
	if f.From != nil {
		q.add(` AND r.at >= ?`, millis(*f.From))
	}
	if f.To != nil {
		q.add(` AND r.at < ?`, millis(*f.To))
	}
	if f.Cursor != "" {
		var at, id int64
		if err := readCursor(f.Cursor, &at, &id); err != nil {
			return nil, err
		}
		q.add(` AND (r.at, r.id) < (?, ?)`, at, id)
	}
	return q.add(` ORDER BY r.at DESC, r.id DESC LIMIT ?`, limit), nil
}

// addTickets fills the active tickets of the runs by one query.
func (tx *Tx) addTickets(ctx context.Context, runs []backup.Run) error {
	if len(runs) == 0 {
		return nil
	}
	q := in(newQuery(`SELECT `+ticketColumns+` FROM tickets t WHERE t.active = 1 AND t.run_id IN `), "", runIDs(runs))
	tickets, err := listQuery(ctx, tx, scanTicket, q)
	if err != nil {
		return fmt.Errorf("read tickets of runs: %w", err)
	}
	of := make(map[backup.RunID]*backup.Ticket, len(tickets))
	for _, ticket := range tickets {
		of[ticket.RunID] = &ticket
	}
	for i := range runs {
		runs[i].Ticket = of[runs[i].ID]
	}
	return nil
}

func runIDs(runs []backup.Run) []backup.RunID {
	ids := make([]backup.RunID, len(runs))
	for i, run := range runs {
		ids[i] = run.ID
	}
	return ids
}

// To name the rank makes SQLite walk the index that has it, and so sort within a rank only.
const unreviewedRuns = `SELECT ` + runColumns + runTables + `
	WHERE r.reviewed_at IS NULL AND r.rank >= 0 ORDER BY r.rank, c.name_key, r.at DESC, r.id DESC LIMIT $1`

// UnreviewedRuns lists what Run Checks shows: by rank, customer and then newest first.
// Objects holds the troubled ones only, worst first and at most three.
func (tx *Tx) UnreviewedRuns(ctx context.Context, limit int) ([]backup.Run, error) {
	runs, err := list(ctx, tx, scanRun, unreviewedRuns, limitOf(limit))
	if err != nil {
		return nil, fmt.Errorf("list unreviewed runs: %w", err)
	}
	if err := tx.addTickets(ctx, runs); err != nil {
		return nil, err
	}
	return runs, tx.addTroubled(ctx, runs)
}

func (tx *Tx) addTroubled(ctx context.Context, runs []backup.Run) error {
	if len(runs) == 0 {
		return nil
	}
	q := in(newQuery(`SELECT run_id, name, type, status, message FROM (
		SELECT run_id, name, type, status, message, ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY
			CASE status WHEN 'error' THEN 0 WHEN 'missed' THEN 1 WHEN 'warning' THEN 2 ELSE 3 END, position) AS place
		FROM run_objects WHERE status <> 'success' AND run_id IN `), "", runIDs(runs))
	q.add(`) troubled WHERE place <= ? ORDER BY run_id, place`, troubledShown)
	objects := map[backup.RunID][]backup.Object{}
	err := tx.eachQuery(ctx, func(r row) error {
		var id backup.RunID
		var o backup.Object
		err := r.Scan(&id, &o.Name, &o.Type, &o.Status, &o.Message)
		objects[id] = append(objects[id], o)
		return err
	}, q)
	if err != nil {
		return fmt.Errorf("read troubled objects: %w", err)
	}
	for i := range runs {
		runs[i].Objects = objects[runs[i].ID]
	}
	return nil
}

const unreviewedCounts = `SELECT rank, count(*) FROM runs WHERE reviewed_at IS NULL GROUP BY rank`

// UnreviewedCounts says how many runs of each rank wait for a review.
func (tx *Tx) UnreviewedCounts(ctx context.Context) (map[backup.Rank]int, error) {
	counts := map[backup.Rank]int{}
	err := tx.each(ctx, func(r row) error {
		var rank backup.Rank
		var count int
		err := r.Scan(&rank, &count)
		counts[rank] = count
		return err
	}, unreviewedCounts)
	if err != nil {
		return nil, fmt.Errorf("count unreviewed runs: %w", err)
	}
	return counts, nil
}

// DayStatus is the status of one run, for the row of days beside a job.
type DayStatus struct {
	At     time.Time
	Status backup.Status
	RunID  backup.RunID
}

// RecentStatuses returns the runs of each job since a time, oldest first.
func (tx *Tx) RecentStatuses(ctx context.Context, jobs []backup.JobID, since time.Time) (map[backup.JobID][]DayStatus, error) {
	statuses := map[backup.JobID][]DayStatus{}
	scan := func(r row) error {
		var job backup.JobID
		var day DayStatus
		err := r.Scan(&job, instant{&day.At}, &day.Status, &day.RunID)
		statuses[job] = append(statuses[job], day)
		return err
	}
	for ids := range slices.Chunk(uniqueIDs(jobs), chunk) {
		q := in(newQuery(`SELECT job_id, at, status, id FROM runs WHERE at >= ? AND job_id IN `, millis(since)), "", ids)
		if err := tx.eachQuery(ctx, scan, q.add(` ORDER BY job_id, at, id`)); err != nil {
			return nil, fmt.Errorf("read recent runs: %w", err)
		}
	}
	return statuses, nil
}
