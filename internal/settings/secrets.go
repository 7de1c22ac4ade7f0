package settings

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
	"backupchecks/internal/secret"
	"backupchecks/internal/store"
)

// AutotaskPassword returns the stored API password, and the empty one when none is stored.
// The error is a Conflict with a sentence when no configured key opens it.
func AutotaskPassword(ctx context.Context, tx *store.Tx, keys secret.Keys) (secret.String, error) {
	sealed, found, err := tx.Secret(ctx, passwordName)
	if err != nil {
		return secret.String{}, fmt.Errorf("load the autotask password: %w", err)
	}
	if !found {
		return secret.String{}, nil
	}
	plain, err := keys.Open(passwordName, sealed)
	if err != nil {
		return secret.String{}, backup.Errorf(backup.Conflict,
			"The stored Autotask password cannot be read with the configured secret key. Enter it anew in the settings.").Because(err)
	}
	return secret.New(string(plain)), nil
}

func savePassword(ctx context.Context, tx *store.Tx, keys secret.Keys, password *secret.String) error {
	var err error
	switch {
	case password == nil:
		return nil
	case password.IsZero():
		err = tx.RemoveSecret(ctx, passwordName)
	default:
		err = tx.SetSecret(ctx, passwordName, keys.Seal(passwordName, []byte(password.Reveal())))
	}
	if err != nil {
		return fmt.Errorf("save the autotask password: %w", err)
	}
	return nil
}

// UnreadableSecrets returns the names of the stored secrets that none of the keys opens, in
// order. They must be entered anew, or the key they were sealed with be configured again.
func UnreadableSecrets(ctx context.Context, tx *store.Tx, keys secret.Keys) ([]string, error) {
	stored, err := tx.Secrets(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the stored secrets: %w", err)
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(stored)) {
		if _, err := keys.Open(name, stored[name]); err != nil {
			names = append(names, name)
		}
	}
	return names, nil
}

// RotateSecrets seals anew, with the newest key, every secret sealed with an older one, and
// returns how many those were. One that no key opens is an error, and nothing changes.
func RotateSecrets(ctx context.Context, tx *store.Tx, who backup.User, keys secret.Keys) (rotated int, err error) {
	if err := backup.Require(who, backup.ManageSettings); err != nil {
		return 0, err
	}
	stored, err := tx.Secrets(ctx)
	if err != nil {
		return 0, fmt.Errorf("list the stored secrets: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(stored)) {
		sealed, changed, err := keys.Rotate(name, stored[name])
		if err != nil {
			return 0, backup.Errorf(backup.Conflict, "The stored secret %s cannot be read with the configured keys.", name).Because(err)
		}
		if !changed {
			continue
		}
		if err := tx.SetSecret(ctx, name, sealed); err != nil {
			return 0, fmt.Errorf("rotate %s: %w", name, err)
		}
		rotated++
	}
	return rotated, audit.Record(ctx, tx, who, audit.SecretsRotated, "secrets", map[string]int{"rotated": rotated, "stored": len(stored)})
}
