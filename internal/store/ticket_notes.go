package store

import (
	"context"
	"fmt"
	"time"

	"backupchecks/internal/backup"
)

// The kinds of notes that Backupchecks adds to Autotask tickets.
const (
	NoteResolved    = "resolved"     // before the ticket is closed
	NoteTimeEntries = "time_entries" // in place of closing it
)

// TicketNote says that a note was sent to Autotask, and whether it is known to be there.
type TicketNote struct {
	SentAt time.Time
	Done   bool
}

func scanTicketNote(r row) (TicketNote, error) {
	var n TicketNote
	err := r.Scan(instant{&n.SentAt}, &n.Done)
	return n, err
}

// TicketNote returns what is known of the note of a kind on the ticket's case in Autotask,
// and nil when none was sent. Several runs may share one case, so it is the furthest of
// what was sent for any of them. Until the transaction ends nobody else gets an answer for
// that case.
func (tx *Tx) TicketNote(ctx context.Context, t backup.Ticket, kind string) (*TicketNote, error) {
	ids, err := list(ctx, tx, value[backup.TicketID], `SELECT id FROM tickets
		WHERE id = $1 OR (tenant = $2 AND autotask_id = $3) ORDER BY id`+tx.db.dialect.forUpdate, t.ID, t.Tenant, t.AutotaskID)
	if err != nil {
		return nil, fmt.Errorf("lock the case of ticket %d: %w", t.ID, err)
	}
	notes, err := listQuery(ctx, tx, scanTicketNote, in(newQuery(`SELECT sent_at, done FROM ticket_notes WHERE ticket_id IN `), "", ids).
		add(` AND kind = ? ORDER BY done DESC, sent_at DESC LIMIT 1`, kind))
	if err != nil {
		return nil, fmt.Errorf("read note of ticket %d: %w", t.ID, err)
	}
	if len(notes) == 0 {
		return nil, nil
	}
	return &notes[0], nil
}

// SetTicketNote notes that the ticket's note of a kind is being sent now, or, with done, is
// known to be there.
func (tx *Tx) SetTicketNote(ctx context.Context, id backup.TicketID, kind string, done bool) error {
	const upsert = `INSERT INTO ticket_notes (ticket_id, kind, sent_at, done) VALUES ($1, $2, $3, $4)
		ON CONFLICT (ticket_id, kind) DO UPDATE SET sent_at = excluded.sent_at, done = excluded.done`
	if _, err := tx.exec(ctx, upsert, id, kind, millis(tx.now), flag(done)); err != nil {
		return fmt.Errorf("keep note of ticket %d: %w", id, err)
	}
	return nil
}

// RemoveTicketNote forgets a note that Autotask refused, so that it may be sent again.
func (tx *Tx) RemoveTicketNote(ctx context.Context, id backup.TicketID, kind string) error {
	if _, err := tx.exec(ctx, `DELETE FROM ticket_notes WHERE ticket_id = $1 AND kind = $2`, id, kind); err != nil {
		return fmt.Errorf("forget note of ticket %d: %w", id, err)
	}
	return nil
}
