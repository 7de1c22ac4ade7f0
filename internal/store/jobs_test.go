package store_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestJobs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		storetest.At(t, db, "2026-03-01 08:00")
		acme := storetest.Customer(t, db, "Acme")
		var job, same backup.Job
		write(t, db, func(tx *store.Tx) (err error) {
			job, err = tx.AddJob(ctx, backup.Job{CustomerID: acme.ID, Software: "Veeam", Type: "Backup", Name: "Daily Servers"})
			if err != nil {
				return err
			}
			same, err = tx.AddJob(ctx, backup.Job{CustomerID: acme.ID, Software: "VEEAM", Type: "backup", Name: "daily  servers"})
			return err
		})
		want := backup.Job{
			ID: job.ID, CustomerID: acme.ID, Customer: "Acme", Software: "Veeam", Type: "Backup", Name: "Daily Servers",
			CreatedAt: storetest.Time(t, "2026-03-01 08:00"),
		}
		if diff := cmp.Diff([]backup.Job{want, want}, []backup.Job{job, same}); diff != "" {
			t.Errorf("AddJob, twice (-want +got):\n%s", diff)
		}

		bolt := storetest.Customer(t, db, "Bolt")
		want.Archived, want.CustomerID, want.Name = true, bolt.ID, "Nightly"
		write(t, db, func(tx *store.Tx) error { return tx.UpdateJob(ctx, want) })
		want.Customer = "Bolt"
		got := get(t, db, func(tx *store.Tx) (backup.Job, error) { return tx.Job(ctx, job.ID) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Job after UpdateJob (-want +got):\n%s", diff)
		}
		// The key follows the name: the old one makes a new job, the new one meets this one.
		if fresh := storetest.Job(t, db, "Bolt", "Daily Servers"); fresh.ID == job.ID {
			t.Error("AddJob with the former name: got the renamed job")
		}
		if known := storetest.Job(t, db, "Bolt", "NIGHTLY"); known.ID != job.ID {
			t.Errorf("AddJob with the new name: got job %d, want %d", known.ID, job.ID)
		}
	})
}

func TestJobConflictsAndAbsence(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		daily, weekly := storetest.Job(t, db, "Acme", "Daily"), storetest.Job(t, db, "Acme", "Weekly")
		weekly.Name = "daily"
		err := try(t, db, func(tx *store.Tx) error { return tx.UpdateJob(ctx, weekly) })
		wantError(t, "UpdateJob to a name in use", err, backup.Conflict, "The customer already has a job daily of the same software and type.")
		err = try(t, db, func(tx *store.Tx) error { _, err := tx.Job(ctx, 99); return err })
		wantError(t, "Job", err, backup.NotFound, "There is no job 99.")
		err = try(t, db, func(tx *store.Tx) error { return tx.UpdateJob(ctx, backup.Job{ID: 99}) })
		wantError(t, "UpdateJob", err, backup.NotFound, "There is no job 99.")
		err = try(t, db, func(tx *store.Tx) error { _, err := tx.AddJob(ctx, backup.Job{CustomerID: 99, Name: "x"}); return err })
		if err == nil || backup.KindOf(err) != backup.Internal {
			t.Errorf("AddJob of an unknown customer: got %v, want an internal error", err)
		}
		if got := get(t, db, func(tx *store.Tx) (backup.Job, error) { return tx.Job(ctx, daily.ID) }); got.Name != "Daily" {
			t.Errorf("job after refused changes: got %q, want Daily", got.Name)
		}
	})
}

func TestParallelAddJob(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		acme := storetest.Customer(t, db, "Acme")
		ids := make([]backup.JobID, 20)
		for _, err := range parallel(len(ids), func(i int) error {
			return db.Write(t.Context(), func(tx *store.Tx) error {
				job, err := tx.AddJob(t.Context(), backup.Job{CustomerID: acme.ID, Software: "Veeam", Type: "Backup", Name: "Daily"})
				ids[i] = job.ID
				return err
			})
		}) {
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, id := range ids {
			if id != ids[0] {
				t.Fatalf("20 parallel AddJob of one job: got ids %v, want one", ids)
			}
		}
	})
}

func TestJobList(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		bolt := storetest.Job(t, db, "Bolt", "Daily")
		for _, name := range []string{"weekly", "Daily", "Hourly"} {
			storetest.Job(t, db, "acme", name)
		}
		old := storetest.Job(t, db, "Acme", "Old")
		old.Archived = true
		write(t, db, func(tx *store.Tx) error {
			if err := tx.UpdateJob(ctx, old); err != nil {
				return err
			}
			_, err := tx.AddJob(ctx, backup.Job{CustomerID: old.CustomerID, Software: "Veeam Agent", Type: "Backup", Name: "Laptop"})
			return err
		})

		tests := []struct {
			name   string
			filter store.JobFilter
			want   []string
		}{
			{"all", store.JobFilter{}, []string{"Daily", "Hourly", "Old", "weekly", "Laptop", "Daily"}},
			{"of a customer", store.JobFilter{CustomerID: bolt.CustomerID}, []string{"Daily"}},
			{"archived", store.JobFilter{Archived: new(true)}, []string{"Old"}},
			{"in use", store.JobFilter{Archived: new(false)}, []string{"Daily", "Hourly", "weekly", "Laptop", "Daily"}},
			{"by job", store.JobFilter{Search: "LY"}, []string{"Daily", "Hourly", "weekly", "Daily"}},
			{"by customer", store.JobFilter{Search: "bol"}, []string{"Daily"}},
			{"by software", store.JobFilter{Search: "veeam"}, []string{"Daily", "Hourly", "Old", "weekly", "Laptop", "Daily"}},
			{"nothing", store.JobFilter{Search: "%"}, nil},
			{"of a software", store.JobFilter{Software: " VEEAM "}, []string{"Daily", "Hourly", "Old", "weekly", "Daily"}},
			{"of a software and a customer", store.JobFilter{Software: "Veeam", CustomerID: bolt.CustomerID}, []string{"Daily"}},
			{"of a longer software", store.JobFilter{Software: "Veeam Agent"}, []string{"Laptop"}},
			{"of the beginning of a software", store.JobFilter{Software: "Vee"}, nil},
			{"of a pattern", store.JobFilter{Software: "%\x00"}, nil},
		}
		for _, test := range tests {
			for _, limit := range []int{1, 2, 50} {
				test.filter.Limit = limit
				jobs := all(t, limit, func(cursor string) (page store.Page[backup.Job], err error) {
					test.filter.Cursor = cursor
					return get(t, db, func(tx *store.Tx) (store.Page[backup.Job], error) { return tx.Jobs(ctx, test.filter) }), nil
				})
				var names []string
				for _, job := range jobs {
					names = append(names, job.Name)
				}
				if diff := cmp.Diff(test.want, names); diff != "" {
					t.Errorf("jobs %s in pages of %d (-want +got):\n%s", test.name, limit, diff)
				}
			}
		}
	})
}

func TestFindJobs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		acme, bolt := storetest.Job(t, db, "Acme", "Daily"), storetest.Job(t, db, "Bolt", "Daily")
		old := storetest.Job(t, db, "Closed", "Daily")
		old.Archived = true
		other := storetest.Job(t, db, "Acme", "Weekly")
		const sender = "backup@acme.example"
		write(t, db, func(tx *store.Tx) error {
			for range 2 {
				for _, job := range []backup.Job{acme, old, other} {
					if err := tx.AddJobSender(ctx, job.ID, job.Key(), sender); err != nil {
						return err
					}
				}
			}
			if err := tx.AddJobSender(ctx, other.ID, backup.JobKey("Veeam", "Backup", "As read"), sender); err != nil {
				return err
			}
			return tx.UpdateJob(ctx, old)
		})
		tests := []struct {
			what string
			find func(tx *store.Tx) ([]backup.Job, error)
			want []backup.JobID
		}{
			{"by key", func(tx *store.Tx) ([]backup.Job, error) { return tx.JobsByKey(ctx, acme.Key()) }, []backup.JobID{acme.ID, bolt.ID}},
			{"by an unknown key", func(tx *store.Tx) ([]backup.Job, error) { return tx.JobsByKey(ctx, "x") }, nil},
			{"by sender", func(tx *store.Tx) ([]backup.Job, error) { return tx.JobsBySender(ctx, acme.Key(), sender) }, []backup.JobID{acme.ID}},
			{"by the key as read", func(tx *store.Tx) ([]backup.Job, error) {
				return tx.JobsBySender(ctx, backup.JobKey("veeam", "backup", "as read"), sender)
			}, []backup.JobID{other.ID}},
			{"by another sender", func(tx *store.Tx) ([]backup.Job, error) { return tx.JobsBySender(ctx, acme.Key(), "x@acme.example") }, nil},
		}
		for _, test := range tests {
			var ids []backup.JobID
			for _, job := range get(t, db, test.find) {
				ids = append(ids, job.ID)
			}
			if diff := cmp.Diff(test.want, ids); diff != "" {
				t.Errorf("jobs %s (-want +got):\n%s", test.what, diff)
			}
		}
	})
}

func TestJobsByKeyIsBounded(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	var key string
	for i := range 101 {
		key = storetest.Job(t, db, fmt.Sprintf("Customer %d", i), "Daily").Key()
	}
	if got := get(t, db, func(tx *store.Tx) ([]backup.Job, error) { return tx.JobsByKey(t.Context(), key) }); len(got) != 100 {
		t.Errorf("JobsByKey with 101 jobs: got %d, want 100", len(got))
	}
}
