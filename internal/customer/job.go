package customer

import (
	"context"
	"fmt"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// JobChange says what to change of a job; nil keeps what is there.
type JobChange struct {
	Archived   *bool
	CustomerID *backup.CustomerID
}

// UpdateJob changes a job and returns it as it then is. Its runs go with it to another
// customer. What changes nothing is not recorded. It is Forbidden without the right to edit
// customers, NotFound for an unknown job, Invalid for an unknown customer, and a Conflict
// when that customer has the same job already.
func UpdateJob(ctx context.Context, tx *store.Tx, who backup.User, id backup.JobID, change JobChange) (backup.Job, error) {
	if err := backup.Require(who, backup.EditCustomers); err != nil {
		return backup.Job{}, err
	}
	before, err := tx.Job(ctx, id)
	if err != nil {
		return backup.Job{}, err
	}
	after := before
	if change.Archived != nil {
		after.Archived = *change.Archived
	}
	if change.CustomerID != nil {
		to, err := tx.Customer(ctx, *change.CustomerID)
		if err != nil && backup.KindOf(err) == backup.NotFound {
			return backup.Job{}, backup.Errorf(backup.Invalid, "There is no customer %d.", *change.CustomerID).In("customer_id")
		}
		if err != nil {
			return backup.Job{}, err
		}
		after.CustomerID, after.Customer = to.ID, to.Name
	}
	if after == before {
		return before, nil
	}
	if err := tx.UpdateJob(ctx, after); err != nil {
		return backup.Job{}, err
	}
	return after, audit.Record(ctx, tx, who, audit.JobChanged, fmt.Sprintf("job %d", id), map[string]any{
		"job": before.Name, "before": recordedJob(before), "after": recordedJob(after),
	})
}

func recordedJob(j backup.Job) map[string]any {
	return map[string]any{"archived": j.Archived, "customer_id": j.CustomerID, "customer": j.Customer}
}
