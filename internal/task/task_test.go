package task_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
	"backupchecks/internal/task"
)

// patience is how long a test waits for something that should happen at once.
const patience = 30 * time.Second

type note struct {
	Text string `json:"text"`
}

// runner returns a Runner on db with its tables, which is stopped when the test ends.
func runner(t *testing.T, db *store.DB) *task.Runner {
	t.Helper()
	r, err := task.New(task.Config{DB: db, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Now: time.Now})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	if err := r.Migrate(t.Context()); err != nil {
		t.Fatalf("Migrate: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := r.Stop(ctx); err != nil {
			t.Errorf("Stop at the end: %v", err)
		}
	})
	return r
}

func start(t *testing.T, r *task.Runner) {
	t.Helper()
	if err := r.Start(t.Context()); err != nil {
		t.Fatalf("Start: %v", err)
	}
}

func enqueue(t *testing.T, db *store.DB, r *task.Runner, kind string, args any, opts task.Options) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *store.Tx) error { return r.Enqueue(t.Context(), tx, kind, args, opts) })
	if err != nil {
		t.Fatalf("Enqueue(%s, %v): %v", kind, args, err)
	}
}

// next returns what the tasks send next.
func next[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	select {
	case got := <-from:
		return got
	case <-time.After(patience):
		t.Fatalf("waited %v for %s", patience, what)
		panic("unreachable")
	}
}

// until waits for a condition in the database.
func until(t *testing.T, what string, met func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !met() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited %v for %s", patience, what)
		}
	}
}

func TestATaskIsThereWhenItsCauseIs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := runner(t, db)
		done := make(chan string, 10)
		task.Handle(r, "tell", func(_ context.Context, n note) error { done <- n.Text; return nil })

		undo := errors.New("undone")
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			if err := r.Enqueue(t.Context(), tx, "tell", note{"never"}, task.Options{}); err != nil {
				return err
			}
			return undo
		})
		if !errors.Is(err, undo) {
			t.Fatalf("Write: got %v, want %v", err, undo)
		}
		err = db.Write(t.Context(), func(tx *store.Tx) error {
			if _, err := tx.AddCustomer(t.Context(), "Acme"); err != nil {
				return err
			}
			for _, text := range []string{"once", "twice"} {
				if err := r.Enqueue(t.Context(), tx, "tell", note{text}, task.Options{}); err != nil {
					return err
				}
			}
			_, err := tx.CustomerByName(t.Context(), "acme") // the transaction goes on
			return err
		})
		if err != nil {
			t.Fatalf("Write: %v", err)
		}
		enqueue(t, db, r, "tell", note{"later"}, task.Options{RunAt: time.Now().Add(time.Hour)})
		enqueue(t, db, r, "tell", note{"last"}, task.Options{})

		start(t, r)
		got := map[string]int{}
		for range 3 {
			got[next(t, done, "a task")]++
		}
		if err := r.Stop(t.Context()); err != nil {
			t.Fatalf("Stop: %v", err)
		}
		close(done)
		for text := range done {
			got[text]++
		}
		if len(got) != 3 || got["once"] != 1 || got["twice"] != 1 || got["last"] != 1 {
			t.Errorf("tasks run: got %v, want once, twice and last, each a single time", got)
		}
	})
}

func TestAFailingTaskIsTriedAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := runner(t, db)
		done := make(chan string, 10)
		for kind, fail := range map[string]func() error{
			"shaky":  func() error { return errors.New("first time") },
			"clumsy": func() error { panic("first time") },
		} {
			var tries atomic.Int32
			task.Handle(r, kind, func(_ context.Context, n note) error {
				if tries.Add(1) == 1 {
					return fail()
				}
				done <- kind + " " + n.Text
				return nil
			})
		}
		var hopeless atomic.Int32
		task.Handle(r, "hopeless", func(context.Context, note) error {
			hopeless.Add(1)
			return errors.New("always")
		}, task.Attempts(1))
		start(t, r)
		enqueue(t, db, r, "hopeless", note{}, task.Options{})
		enqueue(t, db, r, "shaky", note{"kept"}, task.Options{})
		enqueue(t, db, r, "clumsy", note{"kept"}, task.Options{})
		got := map[string]bool{next(t, done, "a second try"): true, next(t, done, "another second try"): true}
		if !got["shaky kept"] || !got["clumsy kept"] {
			t.Errorf("second tries: got %v, want shaky and clumsy with their arguments", got)
		}
		if got := hopeless.Load(); got != 1 {
			t.Errorf("tries of a task with one attempt: got %d, want 1", got)
		}
	})
}

func TestAUniqueTaskWaitsOnlyOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := runner(t, db)
		done, hold := make(chan string, 10), make(chan struct{})
		handle := func(_ context.Context, n note) error { done <- n.Text; <-hold; return nil }
		task.Handle(r, "settle", handle)
		task.Handle(r, "other", handle)
		one := task.Options{UniqueKey: "7"}
		enqueue(t, db, r, "settle", note{"first"}, one)
		enqueue(t, db, r, "settle", note{"dropped"}, one)
		enqueue(t, db, r, "settle", note{"another key"}, task.Options{UniqueKey: "8"})
		enqueue(t, db, r, "other", note{"another kind"}, one)
		start(t, r)
		got := map[string]bool{}
		for range 3 {
			got[next(t, done, "a task")] = true
		}
		enqueue(t, db, r, "settle", note{"dropped too"}, one) // the first one runs
		close(hold)
		until(t, "the key to be free again", func() bool {
			enqueue(t, db, r, "settle", note{"again"}, one)
			return len(done) > 0
		})
		if text := next(t, done, "the task after"); text != "again" || !got["first"] || !got["another key"] || !got["another kind"] {
			t.Errorf("tasks run: got %v and then %q", got, text)
		}
	})
}

func TestStopWaitsForTheRunningTask(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := runner(t, db)
		begun, hold := make(chan struct{}, 1), make(chan struct{})
		var finished atomic.Bool
		task.Handle(r, "slow", func(ctx context.Context, _ note) error {
			begun <- struct{}{}
			select {
			case <-hold:
				finished.Store(true)
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		started, cancel := context.WithCancel(t.Context())
		if err := r.Start(started); err != nil {
			t.Fatalf("Start: %v", err)
		}
		cancel() // the end of Start's context ends nothing
		enqueue(t, db, r, "slow", note{}, task.Options{})
		next(t, begun, "the task")

		stopped := make(chan error, 1)
		go func() { stopped <- r.Stop(context.Background()) }()
		select {
		case err := <-stopped:
			t.Fatalf("Stop returned %v while a task was running", err)
		case <-time.After(200 * time.Millisecond): // nothing to wait for: Stop must not return
		}
		close(hold)
		if err := next(t, stopped, "Stop"); err != nil || !finished.Load() {
			t.Errorf("Stop: %v, task finished: %v; want no error and true", err, finished.Load())
		}
	})
}

func TestATaskThatStopInterruptsRunsAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		begun := make(chan struct{}, 2)
		hang := func(ctx context.Context, _ note) error {
			begun <- struct{}{}
			<-ctx.Done()
			return fmt.Errorf("ask the service: %w", ctx.Err())
		}
		first := runner(t, db)
		task.Handle(first, "hang", hang, task.Attempts(1))
		start(t, first)
		enqueue(t, db, first, "hang", note{}, task.Options{})
		next(t, begun, "the task")
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := first.Stop(ended); err != nil {
			t.Fatalf("Stop: %v", err)
		}

		second := runner(t, db)
		again := make(chan struct{}, 1)
		task.Handle(second, "hang", func(context.Context, note) error { again <- struct{}{}; return nil })
		start(t, second)
		next(t, again, "the interrupted task")
	})
}

func TestEnqueueRefusesWhatNoKindTakes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := runner(t, db)
		task.Handle(r, "tell", func(context.Context, note) error { return nil })
		for name, test := range map[string]struct {
			kind string
			args any
			want string
		}{
			"an unknown kind":       {"tel", note{}, "no such kind"},
			"another type":          {"tell", "text", "is a string, not a task_test.note"},
			"no argument":           {"tell", nil, "not a task_test.note"},
			"a very large argument": {"tell", note{strings.Repeat("x", 65<<10)}, "more than 65536"},
		} {
			err := db.Write(t.Context(), func(tx *store.Tx) error {
				return r.Enqueue(t.Context(), tx, test.kind, test.args, task.Options{})
			})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: got %v, want an error with %q", name, err, test.want)
			}
		}
	})
}

func TestMigrateIsSafeAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		processes := 1
		if db.Engine() == "postgres" {
			processes = 4
		}
		var all sync.WaitGroup
		for range processes {
			all.Go(func() {
				r, err := task.New(task.Config{DB: db, Log: slog.New(slog.DiscardHandler), Now: time.Now})
				if err != nil {
					t.Errorf("New: %v", err)
					return
				}
				for range 2 {
					if err := r.Migrate(t.Context()); err != nil {
						t.Errorf("Migrate: %v", err)
					}
				}
			})
		}
		all.Wait()

		r := runner(t, db)
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.SQL().ExecContext(t.Context(), `INSERT INTO river_migration (line, version) VALUES ('main', 999)`)
			return err
		})
		if err != nil {
			t.Fatalf("Write: %v", err)
		}
		err = r.Migrate(t.Context())
		if kind, text := backup.Explain(err); kind != backup.Conflict || !strings.Contains(text, "newer version") {
			t.Errorf("Migrate of a newer database: got %v, want a Conflict that says so", err)
		}
	})
}
