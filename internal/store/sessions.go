package store

import (
	"context"
	"fmt"
	"time"

	"backupchecks/internal/backup"
)

// SaveSession stores or replaces a session. hash is that of its token; user is nil before
// somebody signed in.
func (tx *Tx) SaveSession(ctx context.Context, hash []byte, user *backup.UserID, data []byte, expires time.Time) error {
	const upsert = `INSERT INTO sessions (hash, user_id, data, expires_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (hash) DO UPDATE SET user_id = excluded.user_id, data = excluded.data, expires_at = excluded.expires_at`
	if _, err := tx.exec(ctx, upsert, hash, user, data, millis(expires)); err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	return nil
}

// Session returns the data of a session that has not expired.
func (tx *Tx) Session(ctx context.Context, hash []byte) (data []byte, found bool, err error) {
	stored, err := maybe(ctx, tx, value[[]byte], `SELECT data FROM sessions WHERE hash = $1 AND expires_at > $2`, hash, millis(tx.now))
	if err != nil {
		return nil, false, fmt.Errorf("read session: %w", err)
	}
	if stored == nil {
		return nil, false, nil
	}
	return *stored, true, nil
}

// RemoveSession ends a session, if there is one.
func (tx *Tx) RemoveSession(ctx context.Context, hash []byte) error {
	if _, err := tx.exec(ctx, `DELETE FROM sessions WHERE hash = $1`, hash); err != nil {
		return fmt.Errorf("remove session: %w", err)
	}
	return nil
}

// RemoveExpiredSessions removes what has expired and returns how many that were.
func (tx *Tx) RemoveExpiredSessions(ctx context.Context) (int, error) {
	rows, err := tx.exec(ctx, `DELETE FROM sessions WHERE expires_at <= $1`, millis(tx.now))
	if err != nil {
		return 0, fmt.Errorf("remove expired sessions: %w", err)
	}
	return int(rows), nil
}
