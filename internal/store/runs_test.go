package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func runOf(t *testing.T, db *store.DB, id backup.RunID) backup.Run {
	t.Helper()
	return get(t, db, func(tx *store.Tx) (backup.Run, error) { return tx.Run(t.Context(), id) })
}

func TestRun(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		storetest.At(t, db, "2026-03-01 08:00")
		message := storetest.Message(t, db).ID
		started, ended := storetest.Time(t, "2026-03-01 01:00"), storetest.Time(t, "2026-03-01 01:45")
		want := backup.Run{
			Job: storetest.Job(t, db, "Acme", "Daily"), Status: backup.StatusError, Rank: backup.RankError, StartedAt: &started, EndedAt: &ended,
			ReceivedAt: storetest.Time(t, "2026-03-01 01:46"), Remark: "One of three failed.", Attempts: 2, MessageID: &message, OverrideID: new(int64(4)),
			Objects: []backup.Object{
				{Name: "B", Type: "vm", Status: backup.StatusSuccess},
				{Name: "A", Type: "vm", Status: backup.StatusMissed, Message: "Not started."},
				{Name: "C", Status: backup.StatusUnknown},
			},
			Counts: backup.ObjectCounts{Success: 1, Warning: 1, Error: 1},
		}
		write(t, db, func(tx *store.Tx) (err error) {
			want.ID, err = tx.AddRun(ctx, want)
			return err
		})
		if diff := cmp.Diff(want, runOf(t, db, want.ID)); diff != "" {
			t.Errorf("Run (-want +got):\n%s", diff)
		}
		err := try(t, db, func(tx *store.Tx) error { _, err := tx.Run(ctx, 99); return err })
		wantError(t, "Run", err, backup.NotFound, "There is no run 99.")
	})
}

func TestRunWithoutTimes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.At(t, db, "2026-03-01 08:00")
		job := storetest.Job(t, db, "Acme", "Daily")
		for range 2 { // runs without a start are never the same
			write(t, db, func(tx *store.Tx) error {
				id, err := tx.AddRun(t.Context(), backup.Run{Job: job, Status: backup.StatusMissed, Rank: backup.RankMissed})
				if err != nil {
					return err
				}
				run, err := tx.Run(t.Context(), id)
				if run.At() != storetest.Time(t, "2026-03-01 08:00") || run.StartedAt != nil || run.Objects != nil || run.Attempts != 0 {
					t.Errorf("missed run: got %+v, want no start, no objects, no attempts and the time it was found", run)
				}
				return err
			})
		}
	})
}

func TestRunWithManyObjects(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var objects []backup.Object
		for i := range 1001 {
			objects = append(objects, backup.Object{Name: fmt.Sprintf("VM%04d", 1001-i), Status: backup.StatusSuccess})
		}
		run := storetest.Run(t, db, storetest.Objects(objects...))
		if diff := cmp.Diff(objects, run.Objects); diff != "" {
			t.Errorf("objects (-want +got):\n%s", diff)
		}
		if run.Counts.Success != 1001 {
			t.Errorf("counts: got %+v, want 1001 successes", run.Counts)
		}
	})
}

func TestSameStartIsAConflict(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		run, other := storetest.Run(t, db), storetest.Run(t, db)
		write(t, db, func(tx *store.Tx) error {
			_, err := tx.AddRun(ctx, backup.Run{Job: run.Job, Status: backup.StatusSuccess, StartedAt: run.StartedAt})
			wantError(t, "AddRun", err, backup.Conflict, "The job already has a run that began at that time.")
			found, err := tx.RunByStart(ctx, run.Job.ID, *run.StartedAt) // the transaction still stands
			if found == nil || found.ID != run.ID || len(found.Objects) != 2 {
				t.Errorf("RunByStart: got %v, want run %d with its objects", found, run.ID)
			}
			none, err2 := tx.RunByStart(ctx, run.Job.ID, run.StartedAt.Add(time.Hour))
			if none != nil || err2 != nil {
				t.Errorf("RunByStart of no run: got %v, %v; want neither", none, err2)
			}
			return err
		})
		other.StartedAt = run.StartedAt
		err := try(t, db, func(tx *store.Tx) error { return tx.ReplaceRun(ctx, other) })
		wantError(t, "ReplaceRun", err, backup.Conflict, "The job already has a run that began at that time.")
	})
}

func TestReplaceRun(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		first, second := storetest.Message(t, db).ID, storetest.Message(t, db).ID
		run := storetest.Run(t, db, storetest.Failed, storetest.From(first), storetest.ReviewedBy("anna"))
		want := run
		want.Status, want.Rank, want.Remark, want.Attempts, want.MessageID = backup.StatusSuccess, backup.RankChanged, "The retry was good.", 2, &second
		want.StartedAt = new(run.StartedAt.Add(time.Minute))
		want.Objects = []backup.Object{{Name: "SQL01", Status: backup.StatusSuccess}}
		write(t, db, func(tx *store.Tx) error { return tx.ReplaceRun(ctx, want) })
		want.Counts = backup.ObjectCounts{Success: 1}
		if diff := cmp.Diff(want, runOf(t, db, run.ID)); diff != "" {
			t.Errorf("Run after ReplaceRun (-want +got):\n%s", diff)
		}
		messages := get(t, db, func(tx *store.Tx) ([]backup.Message, error) { return tx.RunMessages(ctx, run.ID) })
		var ids []backup.MessageID
		for _, message := range messages {
			ids = append(ids, message.ID)
			if len(message.RunIDs) != 1 || message.Reading.Parser != "" {
				t.Errorf("RunMessages: got runs %v and parser %q, want one run and no reading", message.RunIDs, message.Reading.Parser)
			}
		}
		if diff := cmp.Diff([]backup.MessageID{first, second}, ids); diff != "" {
			t.Errorf("RunMessages (-want +got):\n%s", diff)
		}
		absent := want
		absent.ID = 99
		err := try(t, db, func(tx *store.Tx) error { return tx.ReplaceRun(ctx, absent) })
		wantError(t, "ReplaceRun", err, backup.NotFound, "There is no run 99.")
	})
}

func TestAddAttempt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		first, second := storetest.Message(t, db).ID, storetest.Message(t, db).ID
		run := storetest.Run(t, db, storetest.From(first))
		for range 2 {
			write(t, db, func(tx *store.Tx) error { return tx.AddAttempt(ctx, run.ID, second) })
		}
		if got := runOf(t, db, run.ID); got.Attempts != 2 || *got.MessageID != first {
			t.Errorf("after the same attempt twice: got %d attempts and message %d, want 2 and %d", got.Attempts, *got.MessageID, first)
		}
		err := try(t, db, func(tx *store.Tx) error { return tx.AddAttempt(ctx, 99, second) })
		wantError(t, "AddAttempt", err, backup.NotFound, "There is no run 99.")
	})
}

func TestRunsAround(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		at := storetest.Time(t, "2026-03-02 01:00")
		old := storetest.Run(t, db, storetest.Started(at.AddDate(0, 0, -1)))
		storetest.Run(t, db, storetest.Started(at), storetest.Of(storetest.Job(t, db, "Bolt", "Daily")))
		var same []backup.RunID // two at the same time, one of them found missed
		for range 2 {
			write(t, db, func(tx *store.Tx) error {
				id, err := tx.AddRun(ctx, backup.Run{Job: old.Job, Status: backup.StatusMissed, ReceivedAt: at})
				same = append(same, id)
				return err
			})
		}
		tests := []struct {
			name string
			find func(*store.Tx) (*backup.Run, error)
			want backup.RunID
		}{
			{"before the time", func(tx *store.Tx) (*backup.Run, error) { return tx.RunBefore(ctx, old.Job.ID, at, 0) }, old.ID},
			{"before the first at the time", func(tx *store.Tx) (*backup.Run, error) { return tx.RunBefore(ctx, old.Job.ID, at, same[0]) }, old.ID},
			{"before the second at the time", func(tx *store.Tx) (*backup.Run, error) { return tx.RunBefore(ctx, old.Job.ID, at, same[1]) }, same[0]},
			{"before the oldest", func(tx *store.Tx) (*backup.Run, error) { return tx.RunBefore(ctx, old.Job.ID, old.At(), old.ID) }, 0},
		}
		for _, test := range tests {
			run := get(t, db, test.find)
			var got backup.RunID
			if run != nil {
				got = run.ID
			}
			if got != test.want {
				t.Errorf("run %s: got %d, want %d", test.name, got, test.want)
			}
			if got == old.ID && len(run.Objects) != 2 {
				t.Errorf("run %s: got objects %v, want two", test.name, run.Objects)
			}
		}
		near := func(find func(context.Context, backup.JobID, time.Time, backup.RunID) (*store.NearRun, error), at time.Time, id backup.RunID) backup.RunID {
			run, err := find(ctx, old.Job.ID, at, id)
			if err != nil {
				t.Fatal(err)
			}
			if run == nil {
				return 0
			}
			return run.ID
		}
		get(t, db, func(tx *store.Tx) (bool, error) {
			for name, c := range map[string]struct{ got, want backup.RunID }{
				"before the time":               {near(tx.NearBefore, at, 0), old.ID},
				"before the second at the time": {near(tx.NearBefore, at, same[1]), same[0]},
				"before the oldest":             {near(tx.NearBefore, old.At(), old.ID), 0},
				"after the oldest":              {near(tx.NearAfter, old.At(), old.ID), same[0]},
				"after the newest":              {near(tx.NearAfter, at, same[1]), 0},
			} {
				if c.got != c.want {
					t.Errorf("the run near, %s: got %d, want %d", name, c.got, c.want)
				}
			}
			return true, nil
		})
		good := get(t, db, func(tx *store.Tx) (*time.Time, error) { return tx.LastGood(ctx, old.Job.ID, at) })
		if good == nil || *good != old.At() {
			t.Errorf("LastGood: got %v, want %v", good, old.At())
		}
		if good := get(t, db, func(tx *store.Tx) (*time.Time, error) { return tx.LastGood(ctx, old.Job.ID, old.At()) }); good != nil {
			t.Errorf("LastGood before the first run: got %v, want nil", good)
		}
	})
}

func TestSetRankAndLockRun(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		run := storetest.Run(t, db)
		write(t, db, func(tx *store.Tx) error {
			if err := tx.LockRun(ctx, run.ID); err != nil {
				return err
			}
			return tx.SetRank(ctx, run.ID, backup.RankSame)
		})
		if got := runOf(t, db, run.ID).Rank; got != backup.RankSame {
			t.Errorf("rank: got %v, want %v", got, backup.RankSame)
		}
		err := try(t, db, func(tx *store.Tx) error { return tx.LockRun(ctx, 99) })
		wantError(t, "LockRun", err, backup.NotFound, "There is no run 99.")
		err = try(t, db, func(tx *store.Tx) error { return tx.SetRank(ctx, 99, backup.RankSame) })
		wantError(t, "SetRank", err, backup.NotFound, "There is no run 99.")
	})
}

// Read and then written by twenty at once: without the lock, writes would be lost.
func TestLockRunKeepsOthersWaiting(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		id := storetest.Run(t, db).ID
		for _, err := range parallel(20, func(int) error {
			return db.Write(ctx, func(tx *store.Tx) error {
				if err := tx.LockRun(ctx, id); err != nil {
					return err
				}
				run, err := tx.Run(ctx, id)
				if err != nil {
					return err
				}
				run.Attempts++
				return tx.ReplaceRun(ctx, run)
			})
		}) {
			if err != nil {
				t.Fatal(err)
			}
		}
		if got := runOf(t, db, id).Attempts; got != 20 {
			t.Errorf("attempts counted by twenty at once: got %d, want 20", got)
		}
	})
}

func TestReviews(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		storetest.At(t, db, "2026-03-01 08:00")
		var ids []backup.RunID
		for range 3 {
			ids = append(ids, storetest.Run(t, db).ID)
		}
		review := func(by, note string, ids ...backup.RunID) (n int, err error) {
			err = try(t, db, func(tx *store.Tx) (err error) {
				n, err = tx.ReviewRuns(ctx, ids, by, note)
				return err
			})
			return n, err
		}
		if n, err := review("anna", "Known.", ids[0], ids[1], ids[0]); n != 2 || err != nil {
			t.Errorf("ReviewRuns: got %d, %v; want 2", n, err)
		}
		storetest.Advance(t, db, time.Hour)
		if n, err := review("bert", "", ids...); n != 1 || err != nil {
			t.Errorf("ReviewRuns of one more: got %d, %v; want 1", n, err)
		}
		run := runOf(t, db, ids[0])
		if !run.Reviewed() || *run.ReviewedAt != storetest.Time(t, "2026-03-01 08:00") || run.ReviewedBy != "anna" || run.Note != "Known." {
			t.Errorf("reviewed run: got %v by %q, note %q; want the first review", run.ReviewedAt, run.ReviewedBy, run.Note)
		}
		_, err := review("anna", "", ids[0], 99, 98)
		wantError(t, "ReviewRuns with unknown ids", err, backup.NotFound, "There is no run 98.")

		write(t, db, func(tx *store.Tx) error {
			n, err := tx.UnreviewRuns(ctx, ids[:2], "carla")
			if n != 2 {
				t.Errorf("UnreviewRuns: got %d, want 2", n)
			}
			if err != nil {
				return err
			}
			n, err = tx.UnreviewRuns(ctx, ids[:2], "carla")
			if n != 0 {
				t.Errorf("UnreviewRuns again: got %d, want 0", n)
			}
			if err != nil {
				return err
			}
			if err := tx.ClearReview(ctx, ids[2]); err != nil {
				return err
			}
			return tx.ClearReview(ctx, ids[2]) // nothing left to clear
		})
		run = runOf(t, db, ids[0])
		if run.Reviewed() || run.ReviewedBy != "" || run.Note != "" {
			t.Errorf("unreviewed run: got %v by %q, note %q; want nothing left", run.ReviewedAt, run.ReviewedBy, run.Note)
		}
		eight, nine := storetest.Time(t, "2026-03-01 08:00"), storetest.Time(t, "2026-03-01 09:00")
		histories := map[backup.RunID][]store.Review{
			ids[0]: {{Action: store.Reviewed, By: "anna", Note: "Known.", At: eight}, {Action: store.Unreviewed, By: "carla", At: nine}},
			ids[2]: {{Action: store.Reviewed, By: "bert", At: nine}, {Action: store.Cleared, At: nine}},
		}
		for id, want := range histories {
			got := get(t, db, func(tx *store.Tx) ([]store.Review, error) { return tx.Reviews(ctx, id) })
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("reviews of run %d (-want +got):\n%s", id, diff)
			}
		}
		err = try(t, db, func(tx *store.Tx) error { _, err := tx.UnreviewRuns(ctx, []backup.RunID{99}, "x"); return err })
		wantError(t, "UnreviewRuns", err, backup.NotFound, "There is no run 99.")
		err = try(t, db, func(tx *store.Tx) error { return tx.ClearReview(ctx, 99) })
		wantError(t, "ClearReview", err, backup.NotFound, "There is no run 99.")
	})
}

func TestReviewOfManyRuns(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		job := storetest.Job(t, db, "Acme", "Hourly")
		var ids []backup.RunID
		write(t, db, func(tx *store.Tx) error {
			for range 450 { // more than two chunks
				id, err := tx.AddRun(ctx, backup.Run{Job: job, Status: backup.StatusSuccess, Rank: backup.RankClean})
				if err != nil {
					return err
				}
				ids = append(ids, id)
			}
			n, err := tx.ReviewRuns(ctx, ids, "anna", "")
			if n != 450 {
				t.Errorf("ReviewRuns of 450: got %d", n)
			}
			return err
		})
		counts := get(t, db, func(tx *store.Tx) (map[backup.Rank]int, error) { return tx.UnreviewedCounts(ctx) })
		if len(counts) != 0 {
			t.Errorf("unreviewed after reviewing all: got %v", counts)
		}
	})
}
