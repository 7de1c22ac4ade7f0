package web

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

func TestDaysAreThoseOfTheZone(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	// The clock went back on 25 October, so that day has 25 hours.
	c := clock{zone: zone, now: time.Date(2026, 10, 26, 7, 0, 0, 0, time.UTC)}
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 10, day, hour, minute, 0, 0, zone) }
	days := c.days([]store.DayStatus{
		{At: at(22, 23, 59), Status: backup.StatusError, RunID: 1},
		{At: at(23, 0, 0), Status: backup.StatusSuccess, RunID: 2},
		{At: at(23, 23, 59), Status: backup.StatusWarning, RunID: 3},
		{At: at(23, 23, 59), Status: backup.StatusSuccess, RunID: 4},
		{At: at(25, 0, 0), Status: backup.StatusMissed, RunID: 5},
		{At: at(25, 23, 59), Status: backup.StatusMissed, RunID: 6},
		{At: at(26, 0, 0), Status: backup.StatusSuccess, RunID: 7},
		{At: at(27, 0, 0), Status: backup.StatusError, RunID: 8},
	}, 4, 4)
	want := []dayView{
		{Status: backup.StatusWarning, Date: "Fri 23 Oct", Label: "Fri 23 Oct: 3 runs, worst Warning", RunID: 3, Runs: 3, Current: true},
		{Date: "Sat 24 Oct", Label: "Sat 24 Oct: no run"},
		{Status: backup.StatusMissed, Date: "Sun 25 Oct", Label: "Sun 25 Oct: 2 runs, worst Missed", RunID: 5, Runs: 2},
		{Status: backup.StatusSuccess, Date: "Mon 26 Oct", Label: "Mon 26 Oct: Success", RunID: 7, Runs: 1},
	}
	if diff := cmp.Diff(want, days); diff != "" {
		t.Errorf("days (-want +got):\n%s", diff)
	}
	got := strip(days)
	wantStrip := stripView{
		Warning: "M1 11h5l-2.5-8z", None: "M9 10h2", Missed: "M15 4h4v6h-4z", Success: "M23 7h3",
		Label: "4 days: 1 missed, 1 warning, 1 success, 1 without a run",
	}
	if diff := cmp.Diff(wantStrip, got); diff != "" {
		t.Errorf("strip (-want +got):\n%s", diff)
	}
}

func TestLead(t *testing.T) {
	t.Parallel()
	run := func(status backup.Status, remark string, objects ...backup.Object) backup.Run {
		return backup.Run{Status: status, Remark: remark, Objects: objects, Counts: backup.CountObjects(objects)}
	}
	bad := func(name string) backup.Object { return backup.Object{Name: name, Status: backup.StatusError} }
	good := backup.Object{Name: "good", Status: backup.StatusSuccess}
	for name, test := range map[string]struct {
		run           backup.Run
		first, second string
	}{
		"all good":               {run(backup.StatusSuccess, "", good, good), "All 2 objects succeeded.", ""},
		"one good":               {run(backup.StatusSuccess, "Took long", good), "The one object succeeded.", "Took long"},
		"good without objects":   {run(backup.StatusSuccess, ""), "The backup succeeded.", ""},
		"a success that is none": {run(backup.StatusSuccess, "Fine", bad("a")), "Fine", ""},
		"missed":                 {run(backup.StatusMissed, ""), "No report arrived.", ""},
		"a remark":               {run(backup.StatusError, "Disk full"), "Disk full", ""},
		"a remark and objects":   {run(backup.StatusError, "Disk full", good, bad("b")), "Disk full", "1 of 2 objects did not succeed: b."},
		"many objects":           {run(backup.StatusError, "", bad("a"), bad("b"), bad("c"), bad("d")), "4 of 4 objects did not succeed: a, b, c and 1 more.", ""},
		"no reason":              {run(backup.StatusError, ""), "The mail gives no reason.", ""},
	} {
		if first, second := lead(test.run); first != test.first || second != test.second {
			t.Errorf("%s: %q, %q, want %q, %q", name, first, second, test.first, test.second)
		}
	}
}

func TestGoneAndBack(t *testing.T) {
	t.Parallel()
	entry := func(run backup.RunID, action, by string) store.ReviewEntry {
		return store.ReviewEntry{RunID: run, Review: store.Review{Action: action, By: by}}
	}
	gone, back := goneAndBack([]store.ReviewEntry{
		entry(2, store.Reviewed, "anna"),
		entry(1, store.Reviewed, "anna"), entry(1, store.Unreviewed, "bert"), entry(1, store.Reviewed, "bert"),
		entry(3, store.Reviewed, "anna"), entry(3, store.Unreviewed, "anna"),
		entry(4, store.Unreviewed, "anna"),
		entry(5, store.Cleared, ""), entry(5, store.Reviewed, "anna"),
		entry(9, store.Cleared, ""),
	}, 8)
	if gone != "1 bert\n2 anna" || back != 1 {
		t.Errorf("gone %q and %d back, want runs 1 and 2 gone and run 4 back", gone, back)
	}
}
