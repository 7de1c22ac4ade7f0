package store

import (
	"context"
	"encoding/json"
	"fmt"
)

// Setting reads the setting key, kept as JSON, into a value. Without one it returns false
// and leaves the value alone.
func (tx *Tx) Setting(ctx context.Context, key string, into any) (found bool, err error) {
	text, err := maybe(ctx, tx, value[string], `SELECT value FROM settings WHERE key = $1`, key)
	if err != nil {
		return false, fmt.Errorf("read setting %s: %w", key, err)
	}
	if text == nil {
		return false, nil
	}
	if err := json.Unmarshal([]byte(*text), into); err != nil {
		return false, fmt.Errorf("decode setting %s: %w", key, err)
	}
	return true, nil
}

// SetSetting stores a value as JSON under key.
func (tx *Tx) SetSetting(ctx context.Context, key string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode setting %s: %w", key, err)
	}
	const upsert = `INSERT INTO settings (key, value, updated_at) VALUES ($1, $2, $3)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`
	if _, err := tx.exec(ctx, upsert, key, string(text), millis(tx.now)); err != nil {
		return fmt.Errorf("store setting %s: %w", key, err)
	}
	return nil
}

// AddSetting stores a value as JSON under key unless one is there already, and reports
// whether it did. Of several transactions at once one does, and the others wait for it.
func (tx *Tx) AddSetting(ctx context.Context, key string, value any) (added bool, err error) {
	text, err := json.Marshal(value)
	if err != nil {
		return false, fmt.Errorf("encode setting %s: %w", key, err)
	}
	const insert = `INSERT INTO settings (key, value, updated_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	rows, err := tx.exec(ctx, insert, key, string(text), millis(tx.now))
	if err != nil {
		return false, fmt.Errorf("store setting %s: %w", key, err)
	}
	return rows > 0, nil
}

// Secret returns the encrypted secret of that name.
func (tx *Tx) Secret(ctx context.Context, name string) (ciphertext []byte, found bool, err error) {
	stored, err := maybe(ctx, tx, value[[]byte], `SELECT ciphertext FROM secrets WHERE name = $1`, name)
	if err != nil {
		return nil, false, fmt.Errorf("read secret %s: %w", name, err)
	}
	if stored == nil {
		return nil, false, nil
	}
	return *stored, true, nil
}

// SetSecret stores or replaces a secret, which the caller has encrypted.
func (tx *Tx) SetSecret(ctx context.Context, name string, ciphertext []byte) error {
	const upsert = `INSERT INTO secrets (name, ciphertext, updated_at) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET ciphertext = excluded.ciphertext, updated_at = excluded.updated_at`
	if _, err := tx.exec(ctx, upsert, name, ciphertext, millis(tx.now)); err != nil {
		return fmt.Errorf("store secret %s: %w", name, err)
	}
	return nil
}

// Secrets returns all encrypted secrets by name.
func (tx *Tx) Secrets(ctx context.Context) (map[string][]byte, error) {
	secrets := map[string][]byte{}
	err := tx.each(ctx, func(r row) error {
		var name string
		var ciphertext []byte
		err := r.Scan(&name, &ciphertext)
		secrets[name] = ciphertext
		return err
	}, `SELECT name, ciphertext FROM secrets`)
	if err != nil {
		return nil, fmt.Errorf("read secrets: %w", err)
	}
	return secrets, nil
}

// RemoveSecret removes a secret, if there is one.
func (tx *Tx) RemoveSecret(ctx context.Context, name string) error {
	if _, err := tx.exec(ctx, `DELETE FROM secrets WHERE name = $1`, name); err != nil {
		return fmt.Errorf("remove secret %s: %w", name, err)
	}
	return nil
}
