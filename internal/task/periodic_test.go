package task_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
	"backupchecks/internal/task"
)

func TestATickRunsOnceAmongAllProcesses(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		processes := 1
		if db.Engine() == "postgres" {
			processes = 2
		}
		const ticks = 4
		ran := make(chan time.Time, 100)
		began := time.Now()
		for range processes {
			r := runner(t, db)
			task.Handle(r, "tick", func(context.Context, struct{}) error { ran <- time.Now(); return nil })
			r.Periodic("tick", time.Second)
			start(t, r)
		}
		for range ticks {
			next(t, ran, "a tick")
		}
		// One tick at the start and one a second; a second leader would double them.
		most := int(time.Since(began)/time.Second) + 2
		if got := ticks + len(ran); got > most {
			t.Errorf("%d ticks in %v, want at most %d", got, time.Since(began), most)
		}
	})
}

func TestATickIsDroppedWhileOneRuns(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := runner(t, db)
		var running, most atomic.Int32
		begun, hold := make(chan struct{}, 100), make(chan struct{})
		task.Handle(r, "slow", func(context.Context, struct{}) error {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			begun <- struct{}{}
			<-hold
			return nil
		})
		beats := make(chan struct{}, 100)
		task.Handle(r, "beat", func(context.Context, struct{}) error { beats <- struct{}{}; return nil })
		r.Periodic("slow", time.Second)
		r.Periodic("beat", time.Second)
		start(t, r)
		next(t, begun, "the slow task")
		for range 3 { // three more ticks for both
			next(t, beats, "a beat")
		}
		close(hold)
		next(t, begun, "the slow task's next tick")
		if got := most.Load(); got != 1 {
			t.Errorf("slow ticks at once: got %d, want 1", got)
		}
	})
}

func TestStatusTellsHowTicksFare(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := runner(t, db)
		var fail atomic.Bool
		fail.Store(true)
		task.Handle(r, "fetch", func(context.Context, struct{}) error {
			if fail.Load() {
				return backup.Errorf(backup.Unavailable, "The mailbox cannot be reached.").Because(errors.New("dial 192.0.2.1: secret detail"))
			}
			return nil
		})
		task.Handle(r, "hang", func(ctx context.Context, _ struct{}) error { <-ctx.Done(); return ctx.Err() }, task.Timeout(10*time.Millisecond))
		task.Handle(r, "burst", func(context.Context, struct{}) error { panic("burst") })
		for _, kind := range []string{"hang", "fetch", "burst"} {
			r.Periodic(kind, time.Second)
		}

		statuses := func() map[string]task.Status {
			list, err := r.Status(t.Context())
			if err != nil {
				t.Fatalf("Status: %v", err)
			}
			got := map[string]task.Status{}
			for _, one := range list {
				got[one.Kind] = one
			}
			return got
		}
		if got := statuses()["fetch"]; got.LastRun != nil || got.LastError != "" || got.LastErrorAt != nil || got.Every != time.Second {
			t.Errorf("before the first tick: got %+v, want an interval and nothing else", got)
		}
		start(t, r)
		until(t, "all to fail", func() bool {
			now := statuses()
			return now["fetch"].LastError != "" && now["hang"].LastError != "" && now["burst"].LastError != ""
		})
		for kind, want := range map[string]string{
			"fetch": "The mailbox cannot be reached.",
			"hang":  "The task took too long and was stopped.",
			"burst": "Something went wrong on our side. Please try again; the log has the details.",
		} {
			if got := statuses()[kind]; got.LastError != want || got.LastRun != nil || got.LastErrorAt == nil {
				t.Errorf("%s: got %+v, want the error %q", kind, got, want)
			}
		}
		fail.Store(false)
		until(t, "fetch to go well", func() bool { return statuses()["fetch"].LastRun != nil })
		if got := statuses()["fetch"]; got.LastError != "" || got.LastErrorAt != nil {
			t.Errorf("after a good tick: got %+v, want no error", got)
		}
	})
}

func TestPeriodicRefusesFaultsOfTheProgram(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	r := runner(t, db)
	task.Handle(r, "known", func(context.Context, struct{}) error { return nil })
	for name, register := range map[string]func(){
		"an unknown kind":      func() { r.Periodic("unknown", time.Minute) },
		"a tiny interval":      func() { r.Periodic("known", time.Millisecond) },
		"a very long one":      func() { r.Periodic("known", 48*time.Hour) },
		"a kind handled twice": func() { task.Handle(r, "known", func(context.Context, struct{}) error { return nil }) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: got no panic", name)
				}
			}()
			register()
		}()
	}
}

// A process that was killed leaves its task marked as running, and its leadership taken.
func TestAKilledProcessLeavesNothingBehindOnSQLite(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	r := runner(t, db)
	done := make(chan string, 2)
	task.Handle(r, "tell", func(_ context.Context, n note) error { done <- n.Text; return nil })
	task.Handle(r, "tick", func(context.Context, struct{}) error { done <- "tick"; return nil })
	r.Periodic("tick", time.Hour)
	enqueue(t, db, r, "tell", note{"left behind"}, task.Options{})
	enqueue(t, db, r, "tell", note{"kills"}, task.Options{})
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		for _, statement := range []string{
			`UPDATE river_job SET state = 'running', attempt = 1, attempted_at = CURRENT_TIMESTAMP`,
			`UPDATE river_job SET attempt = max_attempts + 1 WHERE json_extract(args, '$.args.text') = 'kills'`,
			`INSERT INTO river_leader (elected_at, expires_at, leader_id) VALUES (CURRENT_TIMESTAMP, datetime('now', '+1 hour'), 'killed')`,
		} {
			if _, err := tx.SQL().ExecContext(t.Context(), statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("Write: %v", err)
	}
	start(t, r)
	got := map[string]bool{next(t, done, "a task"): true, next(t, done, "another"): true}
	if !got["left behind"] || !got["tick"] {
		t.Errorf("tasks run: got %v, want the one left behind and a tick", got)
	}
	if err := r.Stop(t.Context()); err != nil {
		t.Errorf("Stop: %v", err)
	}
	if len(done) > 0 {
		t.Errorf("the task that ends the process each time was run again: %q", <-done)
	}
}
