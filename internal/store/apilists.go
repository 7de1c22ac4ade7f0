package store

import (
	"context"
	"fmt"
	"slices"

	"backupchecks/internal/backup"
)

// ObjectsOfRuns returns the objects of the runs, each run's in the order of the mail. A run
// without objects is not in the map.
func (tx *Tx) ObjectsOfRuns(ctx context.Context, runs []backup.RunID) (map[backup.RunID][]backup.Object, error) {
	objects := map[backup.RunID][]backup.Object{}
	scan := func(r row) error {
		var run backup.RunID
		var o backup.Object
		err := r.Scan(&run, &o.Name, &o.Type, &o.Status, &o.Message)
		objects[run] = append(objects[run], o)
		return err
	}
	for ids := range slices.Chunk(uniqueIDs(runs), chunk) {
		q := in(newQuery(`SELECT run_id, name, type, status, message FROM run_objects WHERE run_id IN `), "", ids)
		if err := tx.eachQuery(ctx, scan, q.add(` ORDER BY run_id, position`)); err != nil {
			return nil, fmt.Errorf("read objects of runs: %w", err)
		}
	}
	return objects, nil
}

// TicketsOfRuns returns every ticket that the runs ever had, each run's newest first. A run
// without tickets is not in the map.
func (tx *Tx) TicketsOfRuns(ctx context.Context, runs []backup.RunID) (map[backup.RunID][]backup.Ticket, error) {
	tickets := map[backup.RunID][]backup.Ticket{}
	for ids := range slices.Chunk(uniqueIDs(runs), chunk) {
		q := in(newQuery(`SELECT `+ticketColumns+` FROM tickets t WHERE t.run_id IN `), "", ids)
		found, err := listQuery(ctx, tx, scanTicket, q.add(` ORDER BY t.run_id, t.id DESC`))
		if err != nil {
			return nil, fmt.Errorf("read tickets of runs: %w", err)
		}
		for _, ticket := range found {
			tickets[ticket.RunID] = append(tickets[ticket.RunID], ticket)
		}
	}
	return tickets, nil
}
