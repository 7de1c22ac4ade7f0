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

func TestRunList(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		at := storetest.Time(t, "2026-03-01 22:00")
		acme, bolt := storetest.Job(t, db, "Acme", "Daily"), storetest.Job(t, db, "Bolt", "Daily")
		runs := []backup.Run{ // oldest first; the first two at the same time
			storetest.Run(t, db, storetest.Of(acme), storetest.Started(at)),
			storetest.Run(t, db, storetest.Of(bolt), storetest.Started(at), storetest.Failed),
			storetest.Run(t, db, storetest.Of(acme), storetest.Started(at.AddDate(0, 0, 1)), storetest.Failed, storetest.ReviewedBy("anna")),
			storetest.Run(t, db, storetest.Of(acme), storetest.Started(at.AddDate(0, 0, 2)), storetest.Missed),
		}
		addTicket(t, db, backup.Ticket{RunID: runs[1].ID, Origin: backup.TicketManual, State: backup.TicketByHand, Active: true, Number: "T1"})
		tests := []struct {
			name   string
			filter store.RunFilter
			want   []int // places in runs
		}{
			{"all", store.RunFilter{}, []int{3, 2, 1, 0}},
			{"reviewed", store.RunFilter{Reviewed: new(true)}, []int{2}},
			{"unreviewed", store.RunFilter{Reviewed: new(false)}, []int{3, 1, 0}},
			{"errors", store.RunFilter{Status: backup.StatusError}, []int{2, 1}},
			{"of a job", store.RunFilter{JobID: acme.ID}, []int{3, 2, 0}},
			{"of a customer", store.RunFilter{CustomerID: bolt.CustomerID}, []int{1}},
			{"from", store.RunFilter{From: new(at.AddDate(0, 0, 1))}, []int{3, 2}},
			{"to", store.RunFilter{To: new(at.AddDate(0, 0, 1))}, []int{1, 0}},
			{"everything at once", store.RunFilter{
				Reviewed: new(false), Status: backup.StatusError, JobID: bolt.ID, CustomerID: bolt.CustomerID, From: &at, To: new(at.Add(1)),
			}, nil},
			{"a millisecond", store.RunFilter{Status: backup.StatusError, From: &at, To: new(at.Add(time.Millisecond))}, []int{1}},
		}
		for _, test := range tests {
			var want []backup.RunID
			for _, place := range test.want {
				want = append(want, runs[place].ID)
			}
			for _, limit := range []int{1, 2, 50} {
				test.filter.Limit = limit
				found := all(t, limit, func(cursor string) (store.Page[backup.Run], error) {
					test.filter.Cursor = cursor
					return get(t, db, func(tx *store.Tx) (store.Page[backup.Run], error) { return tx.Runs(ctx, test.filter) }), nil
				})
				if diff := cmp.Diff(want, idsOf(found)); diff != "" {
					t.Errorf("runs %s in pages of %d (-want +got):\n%s", test.name, limit, diff)
				}
			}
		}
		page := get(t, db, func(tx *store.Tx) (store.Page[backup.Run], error) {
			return tx.Runs(ctx, store.RunFilter{JobID: bolt.ID})
		})
		want := runOf(t, db, runs[1].ID)
		want.Objects = nil
		if diff := cmp.Diff([]backup.Run{want}, page.Items); diff != "" || want.Ticket == nil {
			t.Errorf("a run in a list (-want +got):\n%s", diff)
		}
	})
}

func idsOf(runs []backup.Run) (ids []backup.RunID) {
	for _, run := range runs {
		ids = append(ids, run.ID)
	}
	return ids
}

func TestUnreviewedRuns(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		at := storetest.Time(t, "2026-03-01 22:00")
		zulu, acme, bolt := storetest.Job(t, db, "Zulu", "Daily"), storetest.Job(t, db, "acme", "Daily"), storetest.Job(t, db, "Bolt", "Daily")
		clean := storetest.Run(t, db, storetest.Of(acme), storetest.Started(at))
		warned := storetest.Run(t, db, storetest.Of(zulu), storetest.Started(at), storetest.Warned)
		missed := storetest.Run(t, db, storetest.Of(bolt), storetest.Started(at), storetest.Missed)
		failed := storetest.Run(t, db, storetest.Of(bolt), storetest.Started(at.Add(time.Hour)), storetest.Failed, storetest.Objects(
			backup.Object{Name: "1", Status: backup.StatusUnknown}, backup.Object{Name: "2", Status: backup.StatusWarning},
			backup.Object{Name: "3", Status: backup.StatusSuccess}, backup.Object{Name: "4", Status: backup.StatusError},
			backup.Object{Name: "5", Status: backup.StatusMissed}, backup.Object{Name: "6", Status: backup.StatusError}))
		again := storetest.Run(t, db, storetest.Of(acme), storetest.Started(at.Add(time.Hour)), storetest.Failed, storetest.Remark("x"))
		later := storetest.Run(t, db, storetest.Of(acme), storetest.Started(at.Add(2*time.Hour)), storetest.Failed, storetest.Objects(), storetest.Remark("y"))
		storetest.Run(t, db, storetest.Of(zulu), storetest.Started(at.Add(time.Hour)), storetest.Failed, storetest.ReviewedBy("anna"))
		ticket := addTicket(t, db, backup.Ticket{RunID: failed.ID, Origin: backup.TicketManual, State: backup.TicketByHand, Active: true})

		runs := get(t, db, func(tx *store.Tx) ([]backup.Run, error) { return tx.UnreviewedRuns(ctx, 0) })
		want := []backup.RunID{later.ID, again.ID, failed.ID, missed.ID, warned.ID, clean.ID}
		if diff := cmp.Diff(want, idsOf(runs)); diff != "" {
			t.Fatalf("UnreviewedRuns (-want +got):\n%s", diff)
		}
		var names []string
		for _, object := range runs[2].Objects {
			names = append(names, object.Name)
		}
		if diff := cmp.Diff([]string{"4", "6", "5"}, names); diff != "" {
			t.Errorf("troubled objects (-want +got):\n%s", diff)
		}
		if runs[0].Objects != nil || runs[5].Objects != nil {
			t.Errorf("objects of runs without troubled ones: got %v and %v, want none", runs[0].Objects, runs[5].Objects)
		}
		if runs[2].Ticket == nil || runs[2].Ticket.ID != ticket.ID || runs[0].Ticket != nil {
			t.Errorf("tickets: got %v and %v, want only the one of run %d", runs[2].Ticket, runs[0].Ticket, failed.ID)
		}
		if runs := get(t, db, func(tx *store.Tx) ([]backup.Run, error) { return tx.UnreviewedRuns(ctx, 2) }); !slices.Equal(idsOf(runs), want[:2]) {
			t.Errorf("UnreviewedRuns(2): got %v, want %v", idsOf(runs), want[:2])
		}
		counts := get(t, db, func(tx *store.Tx) (map[backup.Rank]int, error) { return tx.UnreviewedCounts(ctx) })
		wantCounts := map[backup.Rank]int{backup.RankError: 3, backup.RankMissed: 1, backup.RankWarning: 1, backup.RankClean: 1}
		if diff := cmp.Diff(wantCounts, counts); diff != "" {
			t.Errorf("UnreviewedCounts (-want +got):\n%s", diff)
		}
	})
}

func TestEmptyLists(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		err := db.Read(ctx, func(tx *store.Tx) error {
			runs, err := tx.UnreviewedRuns(ctx, 0)
			if len(runs) != 0 || err != nil {
				t.Errorf("UnreviewedRuns: got %v, %v", runs, err)
			}
			page, err := tx.Runs(ctx, store.RunFilter{})
			if len(page.Items) != 0 || page.Next != "" || err != nil {
				t.Errorf("Runs: got %v, %v", page, err)
			}
			messages, err := tx.Messages(ctx, store.MessageFilter{})
			if len(messages.Items) != 0 || err != nil {
				t.Errorf("Messages: got %v, %v", messages, err)
			}
			tickets, err := tx.Tickets(ctx, store.TicketFilter{})
			if len(tickets.Items) != 0 || err != nil {
				t.Errorf("Tickets: got %v, %v", tickets, err)
			}
			statuses, err := tx.RecentStatuses(ctx, nil, time.Time{})
			if len(statuses) != 0 || err != nil {
				t.Errorf("RecentStatuses: got %v, %v", statuses, err)
			}
			reviewed, err := tx.ReviewRuns(ctx, nil, "anna", "")
			if reviewed != 0 || err != nil {
				t.Errorf("ReviewRuns of nothing: got %d, %v", reviewed, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestRecentStatuses(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		at := storetest.Time(t, "2026-03-01 22:00")
		acme, bolt, quiet := storetest.Job(t, db, "Acme", "Daily"), storetest.Job(t, db, "Bolt", "Daily"), storetest.Job(t, db, "Quiet", "Daily")
		storetest.Run(t, db, storetest.Of(acme), storetest.Started(at.Add(-time.Millisecond)))
		second := storetest.Run(t, db, storetest.Of(acme), storetest.Started(at.Add(time.Hour)), storetest.Failed)
		first := storetest.Run(t, db, storetest.Of(acme), storetest.Started(at))
		other := storetest.Run(t, db, storetest.Of(bolt), storetest.Started(at), storetest.Warned)
		storetest.Run(t, db, storetest.Of(storetest.Job(t, db, "Not asked for", "Daily")), storetest.Started(at))
		jobs := []backup.JobID{bolt.ID, acme.ID, quiet.ID, acme.ID}
		for i := range 400 { // more than two chunks
			jobs = append(jobs, backup.JobID(1_000+i))
		}
		got := get(t, db, func(tx *store.Tx) (map[backup.JobID][]store.DayStatus, error) {
			return tx.RecentStatuses(ctx, jobs, at)
		})
		want := map[backup.JobID][]store.DayStatus{
			acme.ID: {{At: at, Status: backup.StatusSuccess, RunID: first.ID}, {At: at.Add(time.Hour), Status: backup.StatusError, RunID: second.ID}},
			bolt.ID: {{At: at, Status: backup.StatusWarning, RunID: other.ID}},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("RecentStatuses (-want +got):\n%s", diff)
		}
	})
}
