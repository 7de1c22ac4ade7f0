package store

import (
	"context"
	"fmt"
	"time"
)

// SignInFailures returns how often sign-in failed for a name or address since it was last
// cleared, and when last. Without failures it returns zero values.
func (tx *Tx) SignInFailures(ctx context.Context, nameKey string) (count int, last time.Time, err error) {
	err = tx.each(ctx, func(r row) error {
		return r.Scan(&count, instant{&last})
	}, `SELECT failures, last_at FROM signin_failures WHERE name_key = $1`, nameKey)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("read sign-in failures: %w", err)
	}
	return count, last, nil
}

// AddSignInFailure counts a failure at the transaction's time.
func (tx *Tx) AddSignInFailure(ctx context.Context, nameKey string) error {
	const upsert = `INSERT INTO signin_failures (name_key, failures, last_at) VALUES ($1, 1, $2)
		ON CONFLICT (name_key) DO UPDATE SET failures = signin_failures.failures + 1, last_at = excluded.last_at`
	if _, err := tx.exec(ctx, upsert, nameKey, millis(tx.now)); err != nil {
		return fmt.Errorf("count sign-in failure: %w", err)
	}
	return nil
}

// ClearSignInFailures forgets the failures.
func (tx *Tx) ClearSignInFailures(ctx context.Context, nameKey string) error {
	if _, err := tx.exec(ctx, `DELETE FROM signin_failures WHERE name_key = $1`, nameKey); err != nil {
		return fmt.Errorf("clear sign-in failures: %w", err)
	}
	return nil
}

// SignedInFrom reports whether a name has signed in from a network before.
func (tx *Tx) SignedInFrom(ctx context.Context, nameKey, network string) (before bool, err error) {
	err = tx.each(ctx, func(row) error {
		before = true
		return nil
	}, `SELECT 1 FROM signin_places WHERE name_key = $1 AND network = $2`, nameKey, network)
	if err != nil {
		return false, fmt.Errorf("read the places of sign-ins: %w", err)
	}
	return before, nil
}

// AddSignInPlace remembers that a name has signed in from a network.
func (tx *Tx) AddSignInPlace(ctx context.Context, nameKey, network string) error {
	const upsert = `INSERT INTO signin_places (name_key, network, last_at) VALUES ($1, $2, $3)
		ON CONFLICT (name_key, network) DO UPDATE SET last_at = excluded.last_at`
	if _, err := tx.exec(ctx, upsert, nameKey, network, millis(tx.now)); err != nil {
		return fmt.Errorf("remember the place of a sign-in: %w", err)
	}
	return nil
}
