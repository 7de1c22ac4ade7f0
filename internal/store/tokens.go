package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"backupchecks/internal/backup"
)

// tokenTouch is how exactly a token's last use is kept, so that a busy script does not
// write with every request.
const tokenTouch = time.Minute

// TokenID numbers an API token.
type TokenID int64

// Token is an API token as it is listed. Its hash never leaves this package.
type Token struct {
	ID         TokenID
	User       string // the name of whom it acts for
	Label      string
	CreatedAt  time.Time
	ExpiresAt  *time.Time // nil for never
	LastUsedAt *time.Time // nil for not yet; exact to a minute
}

const selectTokens = `SELECT t.id, u.name, t.label, t.created_at, t.expires_at, t.last_used_at
	FROM tokens t JOIN users u ON u.id = t.user_id`

func scanToken(r row) (Token, error) {
	var t Token
	err := r.Scan(&t.ID, &t.User, &t.Label, instant{&t.CreatedAt}, maybeInstant{&t.ExpiresAt}, maybeInstant{&t.LastUsedAt})
	return t, err
}

// Tokens returns all API tokens that were not revoked, the newest first; those that have
// expired are among them.
func (tx *Tx) Tokens(ctx context.Context) ([]Token, error) {
	tokens, err := list(ctx, tx, scanToken, selectTokens+` ORDER BY t.id DESC`)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return tokens, nil
}

// RevokeToken removes an API token, which is refused from then on, and returns it as it was.
func (tx *Tx) RevokeToken(ctx context.Context, id TokenID) (Token, error) {
	token, err := one(ctx, tx, scanToken, selectTokens+` WHERE t.id = $1`, id)
	if token, err = found(token, err, "API token", id); err != nil {
		return token, err
	}
	rows, err := tx.exec(ctx, `DELETE FROM tokens WHERE id = $1`, id)
	return token, changed(rows, err, "API token", id)
}

// AddToken stores an API token of a user by its hash. A nil expires means that it never
// does.
func (tx *Tx) AddToken(ctx context.Context, user backup.UserID, label string, hash []byte, expires *time.Time) error {
	const insert = `INSERT INTO tokens (user_id, label, hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)`
	if _, err := tx.exec(ctx, insert, user, label, hash, millis(tx.now), millisOrNil(expires)); err != nil {
		return fmt.Errorf("add token of user %d: %w", user, err)
	}
	return nil
}

// UserByToken returns the user of a token, with no active role, because for tokens all
// roles count. A token that is unknown or expired, or whose user is disabled, is NotFound.
func (tx *Tx) UserByToken(ctx context.Context, hash []byte) (backup.User, error) {
	u, err := one(ctx, tx, scanUser, `SELECT `+userColumns+` FROM tokens t JOIN users u ON u.id = t.user_id
		WHERE t.hash = $1 AND (t.expires_at IS NULL OR t.expires_at > $2) AND u.disabled = 0`, hash, millis(tx.now))
	if errors.Is(err, sql.ErrNoRows) {
		return backup.User{}, backup.Errorf(backup.NotFound, "The API token is not known or no longer valid.")
	}
	if err != nil {
		return backup.User{}, fmt.Errorf("find user by token: %w", err)
	}
	u.ActiveRole = ""
	return u, tx.addRoles(ctx, &u)
}

// TouchToken notes that a token was used, at most once a minute.
func (tx *Tx) TouchToken(ctx context.Context, hash []byte) error {
	const update = `UPDATE tokens SET last_used_at = $1 WHERE hash = $2 AND (last_used_at IS NULL OR last_used_at <= $3)`
	if _, err := tx.exec(ctx, update, millis(tx.now), hash, millis(tx.now.Add(-tokenTouch))); err != nil {
		return fmt.Errorf("note use of token: %w", err)
	}
	return nil
}
