package settings

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"backupchecks/internal/store"
)

const referenceKey = "autotask.reference"

// Choice is one value of a picklist of the tenant.
type Choice struct {
	ID      int64  `json:"id"`
	Label   string `json:"label"`
	Active  bool   `json:"active"`
	Default bool   `json:"default"`
}

// Reference is the reference data of an Autotask tenant as it was last read: what may be
// chosen in the settings. Without any, SyncedAt is zero.
type Reference struct {
	Tenant     string    `json:"tenant"` // see AutotaskSettings.Tenant
	SyncedAt   time.Time `json:"synced_at"`
	Queues     []Choice  `json:"queues"`
	Sources    []Choice  `json:"sources"`
	Statuses   []Choice  `json:"statuses"`
	Priorities []Choice  `json:"priorities"`
}

// Label returns the label of the choice with the id in list, which is one of the reference's
// own. It is empty for nil, and the id itself when the list does not know it.
func (r Reference) Label(list []Choice, id *int64) string {
	if id == nil {
		return ""
	}
	if choice, known := find(list, *id); known {
		return choice.Label
	}
	return strconv.FormatInt(*id, 10)
}

func find(list []Choice, id int64) (Choice, bool) {
	at := slices.IndexFunc(list, func(c Choice) bool { return c.ID == id })
	if at < 0 {
		return Choice{}, false
	}
	return list[at], true
}

// LoadReference returns the reference data as it was last read, and an empty one when it
// never was or the tenant has changed since.
func LoadReference(ctx context.Context, tx *store.Tx) (Reference, error) {
	var ref Reference
	if _, err := tx.Setting(ctx, referenceKey, &ref); err != nil {
		return Reference{}, fmt.Errorf("load the autotask reference data: %w", err)
	}
	return ref, nil
}

// SaveReference stores reference data just read under ref.Tenant. It reports false, and
// stores nothing, when the settings name another tenant by now: the answer came too late.
func SaveReference(ctx context.Context, tx *store.Tx, ref Reference) (saved bool, err error) {
	set, err := LoadAutotask(ctx, tx)
	if err != nil {
		return false, err
	}
	if ref.Tenant != set.Tenant() {
		return false, nil
	}
	if err := tx.SetSetting(ctx, referenceKey, ref); err != nil {
		return false, fmt.Errorf("save the autotask reference data: %w", err)
	}
	return true, nil
}
