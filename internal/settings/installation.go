package settings

import (
	"context"
	"crypto/rand"
	"encoding/hex"

	"backupchecks/internal/store"
)

const installationKey = "installation"

// Installation returns the id that tells this Backupchecks from any other that may use the
// same Autotask. It is made once and stays with the database, also through backup and
// restore; of several transactions that
// make it at once one does, and the others get its id. tx must be a writing transaction.
func Installation(ctx context.Context, tx *store.Tx) (string, error) {
	var id string
	found, err := tx.Setting(ctx, installationKey, &id)
	if err != nil || found {
		return id, err
	}
	random := make([]byte, 4)
	if _, err := rand.Read(random); err != nil {
		return "", err
	}
	id = hex.EncodeToString(random)
	added, err := tx.AddSetting(ctx, installationKey, id)
	if err != nil || added {
		return id, err
	}
	_, err = tx.Setting(ctx, installationKey, &id) // another was faster
	return id, err
}
