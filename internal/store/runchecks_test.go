package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestUnreviewedBy(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		acme, bolt := storetest.Job(t, db, "Acme", "Daily"), storetest.Job(t, db, "Bolt", "Weekly_full")
		runs := []backup.Run{
			storetest.Run(t, db, storetest.Of(acme), storetest.Failed),
			storetest.Run(t, db, storetest.Of(bolt), storetest.Failed),
			storetest.Run(t, db, storetest.Of(bolt), storetest.Warned),
			storetest.Run(t, db, storetest.Of(acme)),
			storetest.Run(t, db, storetest.Of(acme), storetest.ReviewedBy("anna")),
		}
		addTicket(t, db, backup.Ticket{RunID: runs[0].ID, Origin: backup.TicketManual, State: backup.TicketByHand, Active: true, Number: "T1"})
		for _, test := range []struct {
			name   string
			filter store.UnreviewedFilter
			want   []int
		}{
			{"all", store.UnreviewedFilter{}, []int{0, 1, 2, 3}},
			{"errors", store.UnreviewedFilter{Status: backup.StatusError}, []int{0, 1}},
			{"a customer", store.UnreviewedFilter{CustomerID: bolt.CustomerID}, []int{1, 2}},
			{"a software", store.UnreviewedFilter{Software: "Veeam"}, []int{0, 1, 2, 3}},
			{"another software", store.UnreviewedFilter{Software: "Synology"}, nil},
			{"no ticket", store.UnreviewedFilter{NoTicket: true}, []int{1, 2, 3}},
			{"a customer's name", store.UnreviewedFilter{Search: "ACM"}, []int{0, 3}},
			{"a job's name", store.UnreviewedFilter{Search: "y_f"}, []int{1, 2}},
			{"a wildcard is a letter", store.UnreviewedFilter{Search: "%"}, nil},
			{"everything", store.UnreviewedFilter{Status: backup.StatusError, CustomerID: bolt.CustomerID, Software: "Veeam", NoTicket: true, Search: "bolt"}, []int{1}},
		} {
			var want []backup.RunID
			for _, place := range test.want {
				want = append(want, runs[place].ID)
			}
			found := get(t, db, func(tx *store.Tx) ([]backup.Run, error) { return tx.UnreviewedBy(ctx, test.filter) })
			if diff := cmp.Diff(want, idsOf(found)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.name, diff)
			}
			after := runs[0].ID
			later := len(slices.DeleteFunc(slices.Clone(want), func(id backup.RunID) bool { return id <= after }))
			for id, count := range map[backup.RunID]int{0: len(want), after: later} {
				got := get(t, db, func(tx *store.Tx) (int, error) { return tx.CountUnreviewed(ctx, test.filter, id) })
				if got != count {
					t.Errorf("%s: %d runs after %d, want %d", test.name, got, id, count)
				}
			}
		}
		found := get(t, db, func(tx *store.Tx) ([]backup.Run, error) {
			return tx.UnreviewedBy(ctx, store.UnreviewedFilter{Limit: 1})
		})
		same := get(t, db, func(tx *store.Tx) ([]backup.Run, error) { return tx.UnreviewedRuns(ctx, 1) })
		if diff := cmp.Diff(same, found); diff != "" || found[0].Ticket == nil || len(found[0].Objects) != 1 {
			t.Errorf("a run is not as UnreviewedRuns lists it:\n%s", diff)
		}
		known := get(t, db, func(tx *store.Tx) ([]backup.Run, error) {
			return tx.RunsByID(ctx, []backup.RunID{runs[4].ID, 999, runs[0].ID, runs[0].ID})
		})
		if diff := cmp.Diff([]backup.RunID{runs[0].ID, runs[4].ID}, idsOf(known)); diff != "" {
			t.Errorf("runs by id (-want +got):\n%s", diff)
		}
		sources := get(t, db, func(tx *store.Tx) ([]store.Source, error) { return tx.UnreviewedSources(ctx) })
		want := []store.Source{{acme.CustomerID, "Acme", "Veeam"}, {bolt.CustomerID, "Bolt", "Veeam"}}
		if diff := cmp.Diff(want, sources); diff != "" {
			t.Errorf("sources (-want +got):\n%s", diff)
		}
	})
}

func TestLastGoods(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		at := storetest.Time(t, "2026-03-01 22:00")
		job, never := storetest.Job(t, db, "Acme", "Daily"), storetest.Job(t, db, "Acme", "Never")
		good := storetest.Run(t, db, storetest.Of(job), storetest.Started(at))
		bad := storetest.Run(t, db, storetest.Of(job), storetest.Started(at.AddDate(0, 0, 1)), storetest.Failed)
		later := storetest.Run(t, db, storetest.Of(job), storetest.Started(at.AddDate(0, 0, 2)))
		other := storetest.Run(t, db, storetest.Of(never), storetest.Started(at.AddDate(0, 0, 3)), storetest.Failed)
		got := get(t, db, func(tx *store.Tx) (map[backup.RunID]time.Time, error) {
			return tx.LastGoods(ctx, []backup.RunID{good.ID, bad.ID, later.ID, other.ID})
		})
		if diff := cmp.Diff(map[backup.RunID]time.Time{bad.ID: at, later.ID: at}, got); diff != "" {
			t.Errorf("last successes (-want +got):\n%s", diff)
		}
		run := get(t, db, func(tx *store.Tx) (*backup.Run, error) { return tx.LastGoodRun(ctx, job.ID, bad.At()) })
		if run == nil || run.ID != good.ID || len(run.Objects) != 2 {
			t.Errorf("the last good run is %+v, want run %d with its objects", run, good.ID)
		}
		if run := get(t, db, func(tx *store.Tx) (*backup.Run, error) { return tx.LastGoodRun(ctx, never.ID, other.At()) }); run != nil {
			t.Errorf("a job that never succeeded has a good run: %+v", run)
		}
	})
}

func TestOpenTicketsOfJobs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		job, other := storetest.Job(t, db, "Acme", "Daily"), storetest.Job(t, db, "Acme", "Other")
		add := func(job backup.Job, state backup.TicketState, active bool, number string) {
			run := storetest.Run(t, db, storetest.Of(job), storetest.Failed)
			addTicket(t, db, backup.Ticket{RunID: run.ID, Origin: backup.TicketLinked, State: state, Active: active, Number: number})
		}
		add(job, backup.TicketOpen, true, "T1")
		add(job, backup.TicketComplete, true, "T2")
		add(job, backup.TicketOpen, false, "T3")
		add(job, backup.TicketOpen, true, "T4")
		add(other, backup.TicketMissing, false, "T5")
		got := get(t, db, func(tx *store.Tx) (map[backup.JobID][]backup.Ticket, error) {
			return tx.OpenTicketsOfJobs(t.Context(), []backup.JobID{job.ID, other.ID, job.ID})
		})
		want := map[backup.JobID][]backup.Ticket{
			job.ID: get(t, db, func(tx *store.Tx) ([]backup.Ticket, error) { return tx.OpenTicketsOfJob(t.Context(), job.ID, 10) }),
		}
		if diff := cmp.Diff(want, got); diff != "" || len(got[job.ID]) != 2 || got[job.ID][0].Number != "T4" {
			t.Errorf("open tickets by job (-want +got):\n%s", diff)
		}
	})
}

func TestProgress(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		storetest.At(t, db, "2026-03-01 08:00")
		number := func(read func(*store.Tx) (int64, error)) int64 { return get(t, db, read) }
		newest := func(tx *store.Tx) (int64, error) {
			id, err := tx.NewestRunID(ctx)
			return int64(id), err
		}
		lastReview := func(tx *store.Tx) (int64, error) { return tx.LastReviewID(ctx) }
		if number(newest) != 0 || number(lastReview) != 0 {
			t.Error("an empty store has runs or reviews")
		}
		if at := get(t, db, func(tx *store.Tx) (*time.Time, error) { return tx.LastMailAt(ctx) }); at != nil {
			t.Errorf("an empty store had its last mail at %v", at)
		}
		if entry := get(t, db, func(tx *store.Tx) (*store.ReviewEntry, error) { return tx.LastReview(ctx) }); entry != nil {
			t.Errorf("an empty store has a last review: %+v", entry)
		}
		yesterday := storetest.Run(t, db, storetest.Started(storetest.Time(t, "2026-02-27 22:00")), storetest.ReviewedBy("anna"))
		storetest.Message(t, db)
		storetest.At(t, db, "2026-03-02 08:00")
		first, second, third := storetest.Run(t, db, storetest.ReviewedBy("anna")), storetest.Run(t, db), storetest.Run(t, db)
		storetest.At(t, db, "2026-03-02 08:01")
		morning := storetest.Time(t, "2026-03-02 00:00")
		review(t, db, "bert", second.ID, third.ID)
		since := number(lastReview)
		last := get(t, db, func(tx *store.Tx) (*store.ReviewEntry, error) { return tx.LastReview(ctx) })
		if last == nil || last.By != "bert" || last.RunID != third.ID || !last.At.Equal(storetest.Time(t, "2026-03-02 08:01")) {
			t.Errorf("the last review is %+v, want bert's of run %d", last, third.ID)
		}
		if got := get(t, db, func(tx *store.Tx) (int, error) { return tx.CountReviewed(ctx, morning) }); got != 3 {
			t.Errorf("%d runs reviewed since midnight, want 3 without that of yesterday, run %d", got, yesterday.ID)
		}
		wantLastReviewed(t, db, "bert", morning, third.ID, second.ID)
		wantLastReviewed(t, db, "anna", morning, first.ID)
		wantLastReviewed(t, db, "anna", morning.Add(9*time.Hour))
		write(t, db, func(tx *store.Tx) error {
			_, err := tx.UnreviewRuns(ctx, []backup.RunID{third.ID}, "anna")
			return err
		})
		wantLastReviewed(t, db, "bert", morning, second.ID)
		entries := get(t, db, func(tx *store.Tx) ([]store.ReviewEntry, error) { return tx.ReviewsSince(ctx, since) })
		if len(entries) != 1 || entries[0].Action != store.Unreviewed || entries[0].By != "anna" || entries[0].RunID != third.ID {
			t.Errorf("entries since bert's are %+v, want anna's taking back run %d", entries, third.ID)
		}
		if got := get(t, db, func(tx *store.Tx) (int, error) { return tx.CountReviewed(ctx, morning) }); got != 2 {
			t.Errorf("%d runs reviewed after one was taken back, want 2", got)
		}
		if number(newest) != int64(third.ID) {
			t.Errorf("the newest run is %d, want %d", number(newest), third.ID)
		}
		at := get(t, db, func(tx *store.Tx) (*time.Time, error) { return tx.LastMailAt(ctx) })
		if at == nil || !at.Equal(storetest.Time(t, "2026-03-01 08:00")) {
			t.Errorf("the last mail came at %v, want 1 March 08:00", at)
		}
	})
}

func review(t *testing.T, db *store.DB, by string, ids ...backup.RunID) {
	t.Helper()
	write(t, db, func(tx *store.Tx) error {
		_, err := tx.ReviewRuns(t.Context(), ids, by, "")
		return err
	})
}

func wantLastReviewed(t *testing.T, db *store.DB, by string, since time.Time, want ...backup.RunID) {
	t.Helper()
	got := get(t, db, func(tx *store.Tx) ([]backup.RunID, error) {
		ids, _, err := tx.LastReviewed(t.Context(), by, since)
		return ids, err
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("runs that %s reviewed last (-want +got):\n%s", by, diff)
	}
}
