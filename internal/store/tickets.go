package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"backupchecks/internal/backup"
)

// TicketFilter chooses tickets; without a State all of them.
type TicketFilter struct {
	State  backup.TicketState
	Cursor string
	Limit  int
}

// TicketRow is a ticket in a list, with its run without objects.
type TicketRow struct {
	backup.Ticket
	Run backup.Run
}

const ticketColumns = `t.id, t.run_id, t.origin, t.state, t.active, t.tenant, t.external_id, t.company_id, t.title,
	t.autotask_id, t.number, t.url, t.status_id, t.status_label, t.created_by, t.created_at, t.sent_at, t.checked_at, t.detail, t.tries`

func scanTicket(r row) (backup.Ticket, error) {
	var t backup.Ticket
	err := r.Scan(&t.ID, &t.RunID, &t.Origin, &t.State, &t.Active, &t.Tenant, &t.ExternalID, &t.CompanyID, &t.Title,
		&t.AutotaskID, &t.Number, &t.URL, &t.StatusID, &t.StatusLabel, &t.CreatedBy, instant{&t.CreatedAt}, maybeInstant{&t.SentAt}, maybeInstant{&t.CheckedAt}, &t.Detail, &t.Tries)
	return t, err
}

// ticketValues are the values of a ticket that may change, in the order of AddTicket.
func ticketValues(t backup.Ticket) []any {
	return []any{
		t.Origin, t.State, flag(t.Active), t.Tenant, t.ExternalID, t.CompanyID, t.Title,
		t.AutotaskID, t.Number, t.URL, t.StatusID, t.StatusLabel, t.CreatedBy, millisOrNil(t.SentAt), millisOrNil(t.CheckedAt), t.Detail, t.Tries,
	}
}

// AddTicket stores a ticket of the run t.RunID and returns it with its id and time. While
// the run has an active ticket, another active one is a Conflict, after which the
// transaction still stands.
func (tx *Tx) AddTicket(ctx context.Context, t backup.Ticket) (backup.Ticket, error) {
	const insert = `INSERT INTO tickets (run_id, created_at, origin, state, active, tenant, external_id, company_id, title,
			autotask_id, number, url, status_id, status_label, created_by, sent_at, checked_at, detail, tries)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
		ON CONFLICT DO NOTHING RETURNING id`
	id, err := one(ctx, tx, value[backup.TicketID], insert, append([]any{t.RunID, millis(tx.now)}, ticketValues(t)...)...)
	if errors.Is(err, sql.ErrNoRows) {
		return backup.Ticket{}, ticketTaken(t.RunID)
	}
	if err != nil {
		return backup.Ticket{}, fmt.Errorf("add ticket of run %d: %w", t.RunID, err)
	}
	return tx.Ticket(ctx, id)
}

func ticketTaken(run backup.RunID) error {
	return backup.Errorf(backup.Conflict, "Run %d already has an active ticket.", run)
}

// UpdateTicket stores everything of a ticket but its run and its time of creation. To make
// a second ticket of a run active is a Conflict.
func (tx *Tx) UpdateTicket(ctx context.Context, t backup.Ticket) error {
	const update = `UPDATE tickets SET origin = $2, state = $3, active = $4, tenant = $5, external_id = $6, company_id = $7, title = $8,
			autotask_id = $9, number = $10, url = $11, status_id = $12, status_label = $13, created_by = $14, sent_at = $15,
			checked_at = $16, detail = $17, tries = $18
		WHERE id = $1`
	rows, err := tx.exec(ctx, update, append([]any{t.ID}, ticketValues(t)...)...)
	if tx.db.dialect.unique(err) {
		return ticketTaken(t.RunID)
	}
	return changed(rows, err, "ticket", t.ID)
}

// Ticket returns one ticket.
func (tx *Tx) Ticket(ctx context.Context, id backup.TicketID) (backup.Ticket, error) {
	t, err := one(ctx, tx, scanTicket, `SELECT `+ticketColumns+` FROM tickets t WHERE t.id = $1`, id)
	return found(t, err, "ticket", id)
}

// ActiveTicket returns the run's active ticket; nil without one.
func (tx *Tx) ActiveTicket(ctx context.Context, run backup.RunID) (*backup.Ticket, error) {
	t, err := maybe(ctx, tx, scanTicket, `SELECT `+ticketColumns+` FROM tickets t WHERE t.run_id = $1 AND t.active = 1`, run)
	if err != nil {
		return nil, fmt.Errorf("read active ticket of run %d: %w", run, err)
	}
	return t, nil
}

// TicketsOfRun returns every ticket that the run ever had, newest first.
func (tx *Tx) TicketsOfRun(ctx context.Context, run backup.RunID) ([]backup.Ticket, error) {
	tickets, err := list(ctx, tx, scanTicket, `SELECT `+ticketColumns+` FROM tickets t WHERE t.run_id = $1 ORDER BY t.id DESC`, run)
	if err != nil {
		return nil, fmt.Errorf("read tickets of run %d: %w", run, err)
	}
	return tickets, nil
}

// CreatingTickets returns tickets whose creation is unclear and that were last looked up,
// or made, before a time; the longest forgotten first. A tenant that is not empty leaves out
// those of others.
func (tx *Tx) CreatingTickets(ctx context.Context, tenant string, before time.Time, limit int) ([]backup.Ticket, error) {
	q := newQuery(`SELECT `+ticketColumns+` FROM tickets t
		WHERE t.state = 'creating' AND coalesce(t.checked_at, t.created_at) < ?`, millis(before))
	if tenant != "" {
		q.add(` AND t.tenant = ?`, tenant)
	}
	tickets, err := listQuery(ctx, tx, scanTicket, q.add(` ORDER BY coalesce(t.checked_at, t.created_at), t.id LIMIT ?`, limitOf(limit)))
	if err != nil {
		return nil, fmt.Errorf("list creating tickets: %w", err)
	}
	return tickets, nil
}

// OpenTicketsOfJob returns the open, active tickets of a job's runs, newest first.
func (tx *Tx) OpenTicketsOfJob(ctx context.Context, job backup.JobID, limit int) ([]backup.Ticket, error) {
	tickets, err := list(ctx, tx, scanTicket, `SELECT `+ticketColumns+` FROM tickets t JOIN runs r ON r.id = t.run_id
		WHERE r.job_id = $1 AND t.state = 'open' AND t.active = 1 ORDER BY t.id DESC LIMIT $2`, job, limitOf(limit))
	if err != nil {
		return nil, fmt.Errorf("list open tickets of job %d: %w", job, err)
	}
	return tickets, nil
}

// Tickets lists tickets with their runs, newest first.
func (tx *Tx) Tickets(ctx context.Context, f TicketFilter) (Page[TicketRow], error) {
	q := newQuery(`SELECT ` + ticketColumns + ` FROM tickets t WHERE 1 = 1`)
	if f.State != "" {
		q.add(` AND t.state = ?`, string(f.State))
	}
	if f.Cursor != "" {
		var id int64
		if err := readCursor(f.Cursor, &id); err != nil {
			return Page[TicketRow]{}, err
		}
		q.add(` AND t.id < ?`, id)
	}
	limit := limitOf(f.Limit)
	tickets, err := listQuery(ctx, tx, scanTicket, q.add(` ORDER BY t.id DESC LIMIT ?`, limit+1))
	if err != nil {
		return Page[TicketRow]{}, fmt.Errorf("list tickets: %w", err)
	}
	page, err := pageOf(tickets, limit, func(t backup.Ticket) []any { return []any{t.ID} })
	if err != nil {
		return Page[TicketRow]{}, err
	}
	rows, err := tx.withRuns(ctx, page.Items)
	return Page[TicketRow]{Items: rows, Next: page.Next}, err
}

func (tx *Tx) withRuns(ctx context.Context, tickets []backup.Ticket) ([]TicketRow, error) {
	rows := make([]TicketRow, len(tickets))
	if len(tickets) == 0 {
		return rows, nil
	}
	ids := make([]backup.RunID, len(tickets))
	for i, ticket := range tickets {
		ids[i] = ticket.RunID
	}
	runs, err := listQuery(ctx, tx, scanRun, in(newQuery(`SELECT `+runColumns+runTables+` WHERE r.id IN `), "", uniqueIDs(ids)))
	if err != nil {
		return nil, fmt.Errorf("read runs of tickets: %w", err)
	}
	if err := tx.addTickets(ctx, runs); err != nil {
		return nil, err
	}
	of := make(map[backup.RunID]backup.Run, len(runs))
	for _, run := range runs {
		of[run.ID] = run
	}
	for i, ticket := range tickets {
		rows[i] = TicketRow{Ticket: ticket, Run: of[ticket.RunID]}
	}
	return rows, nil
}
