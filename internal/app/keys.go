package app

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"backupchecks/internal/backup"
	"backupchecks/internal/config"
	"backupchecks/internal/secret"
	"backupchecks/internal/store"
)

// loadKeys returns the keys that encrypt stored secrets: those of the configuration, or the
// one in the file beside an SQLite database, which is made at the first start. It refuses
// to go on with a key that does not open what is stored: silently starting over would lose
// every secret.
func loadKeys(ctx context.Context, cfg config.Config, db *store.DB) (secret.Keys, error) {
	stored, err := storedSecrets(ctx, db)
	if err != nil {
		return secret.Keys{}, err
	}
	text := cfg.SecretKeys.Reveal()
	if text == "" {
		if text, err = keyFile(cfg.KeyFile(), len(stored) > 0); err != nil {
			return secret.Keys{}, err
		}
	}
	keys, err := secret.ParseKeys(text)
	if err != nil {
		return secret.Keys{}, backup.Errorf(backup.Invalid, "The secret key cannot be used.").Because(err)
	}
	for name, sealed := range stored {
		if _, err := keys.Open(name, sealed); err != nil {
			return secret.Keys{}, backup.Errorf(backup.Invalid,
				"The secret key does not open the stored secret %q. Start with the key it was stored with, or remove the secret and enter it anew.", name).Because(err)
		}
	}
	return keys, nil
}

func storedSecrets(ctx context.Context, db *store.DB) (map[string][]byte, error) {
	var stored map[string][]byte
	err := db.Read(ctx, func(tx *store.Tx) error {
		var err error
		stored, err = tx.Secrets(ctx)
		return err
	})
	return stored, err
}

// keyFile reads the key beside the database, or makes one when there is none and nothing
// was encrypted yet.
func keyFile(path string, needed bool) (string, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && needed:
		return "", backup.Errorf(backup.Invalid,
			"The secret key file %s is missing, but the database holds encrypted secrets. Put the file back, or set BACKUPCHECKS_SECRET_KEY.", path)
	case errors.Is(err, fs.ErrNotExist):
		return makeKeyFile(path)
	case err != nil:
		return "", backup.Errorf(backup.Invalid, "The secret key file %s cannot be read.", path).Because(err)
	case info.Mode().Perm()&0o077 != 0:
		return "", backup.Errorf(backup.Invalid, "The secret key file %s can be read by others; restrict it with: chmod 600 %s", path, path)
	}
	data, err := os.ReadFile(path) //nolint:gosec // the path stands beside the configured database
	if err != nil {
		return "", backup.Errorf(backup.Invalid, "The secret key file %s cannot be read.", path).Because(err)
	}
	return string(data), nil
}

func makeKeyFile(path string) (string, error) {
	key := secret.GenerateKey()
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // as above
	if errors.Is(err, fs.ErrExist) {
		return keyFile(path, true) // another command made it in this moment
	}
	if err == nil {
		_, err = file.WriteString(key + "\n")
		err = errors.Join(err, file.Sync(), file.Close())
	}
	if err != nil {
		return "", backup.Errorf(backup.Invalid, "The secret key file %s cannot be written.", path).Because(err)
	}
	return key, nil
}
