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

// TicketNote returns the ticket's note of a kind, and nil when none was sent.
func (tx *Tx) TicketNote(ctx context.Context, id backup.TicketID, kind string) (*TicketNote, error) {
	note, err := maybe(ctx, tx, scanTicketNote, `SELECT sent_at, done FROM ticket_notes WHERE ticket_id = $1 AND kind = $2`, id, kind)
	if err != nil {
		return nil, fmt.Errorf("read note of ticket %d: %w", id, err)
	}
	return note, nil
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
