package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// The kinds of notes that Backupchecks adds to Autotask tickets.
const (
	NoteResolved    = "resolved"     // before the ticket is closed
	NoteTimeEntries = "time_entries" // in place of closing it
)

// TicketNoteKey names a note: one of a kind on one Autotask ticket, which several runs may
// share.
type TicketNoteKey struct {
	Tenant     string
	AutotaskID int64
	Kind       string
}

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

// BeginTicketNote notes that the note is being sent now, and returns nil; unless that was
// noted before, and then it returns what is known of it. Until the transaction ends nobody
// else gets an answer about that note.
func (tx *Tx) BeginTicketNote(ctx context.Context, key TicketNoteKey) (*TicketNote, error) {
	const insert = `INSERT INTO ticket_notes (tenant, autotask_id, kind, sent_at, done) VALUES ($1, $2, $3, $4, 0) ON CONFLICT DO NOTHING`
	begun, err := tx.exec(ctx, insert, key.Tenant, key.AutotaskID, key.Kind, millis(tx.now))
	if err != nil {
		return nil, fmt.Errorf("begin the note %s of Autotask ticket %d: %w", key.Kind, key.AutotaskID, err)
	}
	if begun > 0 {
		return nil, nil
	}
	known, err := one(ctx, tx, scanTicketNote, `SELECT sent_at, done FROM ticket_notes
		WHERE tenant = $1 AND autotask_id = $2 AND kind = $3`+tx.db.dialect.forUpdate, key.Tenant, key.AutotaskID, key.Kind)
	if errors.Is(err, sql.ErrNoRows) {
		return &TicketNote{SentAt: tx.now}, nil // its sender takes it back at this moment
	}
	if err != nil {
		return nil, fmt.Errorf("read the note %s of Autotask ticket %d: %w", key.Kind, key.AutotaskID, err)
	}
	return &known, nil
}

// SetTicketNote notes that the note is being sent now, or, with done, is known to be there.
func (tx *Tx) SetTicketNote(ctx context.Context, key TicketNoteKey, done bool) error {
	const upsert = `INSERT INTO ticket_notes (tenant, autotask_id, kind, sent_at, done) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant, autotask_id, kind) DO UPDATE SET sent_at = excluded.sent_at, done = excluded.done`
	if _, err := tx.exec(ctx, upsert, key.Tenant, key.AutotaskID, key.Kind, millis(tx.now), flag(done)); err != nil {
		return fmt.Errorf("keep the note %s of Autotask ticket %d: %w", key.Kind, key.AutotaskID, err)
	}
	return nil
}

// RemoveTicketNote forgets a note that Autotask refused, so that it may be sent again.
func (tx *Tx) RemoveTicketNote(ctx context.Context, key TicketNoteKey) error {
	const remove = `DELETE FROM ticket_notes WHERE tenant = $1 AND autotask_id = $2 AND kind = $3`
	if _, err := tx.exec(ctx, remove, key.Tenant, key.AutotaskID, key.Kind); err != nil {
		return fmt.Errorf("forget the note %s of Autotask ticket %d: %w", key.Kind, key.AutotaskID, err)
	}
	return nil
}
