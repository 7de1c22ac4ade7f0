package task

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"runtime/debug"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

const (
	defaultAttempts = 10          // spread over about four hours
	defaultTimeout  = time.Minute // of one attempt
	maxArgs         = 64 << 10    // bytes of JSON; what is larger belongs in a table
	minEvery        = time.Second
	maxEvery        = 24 * time.Hour // ended tasks are kept that long, and Status reads them
)

// kind is what is known of a registered kind of task.
type kind struct {
	name     string
	args     reflect.Type
	attempts int
	timeout  time.Duration
}

// Option changes how tasks of a kind are run.
type Option func(*kind)

// Attempts sets how often a failing task is tried before it is given up; 10 unless set. The
// waits between grow from a second to hours.
func Attempts(n int) Option { return func(k *kind) { k.attempts = n } }

// Timeout sets how long one attempt may take before its context ends; a minute unless set.
// When the process dies in the middle of an attempt, another takes the task over only after
// that time.
func Timeout(d time.Duration) Option { return func(k *kind) { k.timeout = d } }

// Handle registers what tasks of a kind do. The name is short, in small letters and
// underscores, and never changes its meaning: tasks outlive the program that made them. For
// the same reason T, which is read from JSON, may gain fields but not change any.
//
// An error from do is logged and the task tried again, unless it was the last attempt. Handle
// panics when the kind is registered already, and must not be called after Start.
func Handle[T any](r *Runner, name string, do func(ctx context.Context, args T) error, opts ...Option) {
	k := kind{name: name, args: reflect.TypeFor[T](), attempts: defaultAttempts, timeout: defaultTimeout}
	for _, opt := range opts {
		opt(&k)
	}
	river.AddWorkerArgs(r.workers, envelope{kind: name}, &worker[T]{kind: k, do: do, log: r.log, now: r.now})
	r.kinds[name] = k
}

// ticking is a kind of task that is enqueued again and again.
type ticking struct {
	kind  string
	every time.Duration
}

// Periodic has a task of the kind, with the zero value as its argument, enqueued when the
// process that leads starts to, and then at every interval, which is between a second and a
// day. There is one leader among all processes of a database. A tick is dropped while the one
// before it has not ended, and tried once: the next tick is the next try. Periodic panics when
// the kind is not registered or the interval is out of bounds, and must not be called after
// Start.
func (r *Runner) Periodic(kind string, every time.Duration) {
	known, ok := r.kinds[kind]
	if !ok {
		panic(fmt.Sprintf("task: periodic kind %q is not registered", kind))
	}
	if every < minEvery || every > maxEvery {
		panic(fmt.Sprintf("task: interval %v of %q is out of bounds", every, kind))
	}
	item, err := known.item(reflect.Zero(known.args).Interface())
	if err != nil {
		panic(fmt.Sprintf("task: periodic kind %q: %v", kind, err))
	}
	item.Key = tickKey
	r.queue.periodic(river.NewPeriodicJob(river.PeriodicInterval(every),
		func() (river.JobArgs, *river.InsertOpts) {
			return item, &river.InsertOpts{MaxAttempts: 1, UniqueOpts: whileUnfinished()}
		},
		&river.PeriodicJobOpts{RunOnStart: true}))
	r.ticking = append(r.ticking, ticking{kind: kind, every: every})
}

// tickKey is the unique key of ticks; keys given by callers begin otherwise.
const tickKey = "tick"

// envelope is how a task of any kind lies in the queue.
type envelope struct {
	kind string
	Key  string          `json:"key,omitempty" river:"unique"`
	Args json.RawMessage `json:"args"`
}

// Kind returns the name of the kind, for River.
func (e envelope) Kind() string { return e.kind }

// item makes the envelope of args, which must be of the kind's own type.
func (k kind) item(args any) (envelope, error) {
	if got := reflect.TypeOf(args); got != k.args {
		return envelope{}, fmt.Errorf("the argument is a %v, not a %v", got, k.args)
	}
	data, err := json.Marshal(args)
	if err != nil {
		return envelope{}, err
	}
	if len(data) > maxArgs {
		return envelope{}, fmt.Errorf("the argument has %d bytes, more than %d", len(data), maxArgs)
	}
	return envelope{kind: k.name, Args: data}, nil
}

// whileUnfinished makes a task unique among those of its kind and key that are not done.
func whileUnfinished() river.UniqueOpts {
	return river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
		rivertype.JobStateRetryable, rivertype.JobStateScheduled,
	}}
}

// worker runs the tasks of one kind for River.
type worker[T any] struct {
	river.WorkerDefaults[envelope]
	kind kind
	do   func(ctx context.Context, args T) error
	log  *slog.Logger
	now  func() time.Time
}

// Timeout returns the kind's own.
func (w *worker[T]) Timeout(*river.Job[envelope]) time.Duration { return w.kind.timeout }

// Work runs one attempt and logs what became of it.
func (w *worker[T]) Work(ctx context.Context, job *river.Job[envelope]) error {
	began := w.now()
	err := w.attempt(ctx, job.Args.Args)
	log := w.log.With("kind", w.kind.name, "task", job.ID, "attempt", job.Attempt, "took", w.now().Sub(began))
	broken, panicked := errors.AsType[*panicError](err)
	switch {
	case err == nil:
		log.DebugContext(ctx, "task done")
		return nil
	case errors.Is(ctx.Err(), context.Canceled):
		log.InfoContext(ctx, "task interrupted", "err", err)
	case panicked:
		log.ErrorContext(ctx, "task panicked", "err", err, "stack", broken.stack)
	case job.Attempt < job.MaxAttempts || job.Args.Key == tickKey:
		log.WarnContext(ctx, "task failed", "err", err)
	default:
		log.ErrorContext(ctx, "task given up", "err", err)
	}
	return keptError{err}
}

// attempt calls the kind's function and makes an error of a panic, so that one bad task does
// not end the program.
func (w *worker[T]) attempt(ctx context.Context, data []byte) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = &panicError{cause, string(debug.Stack())}
		}
	}()
	var args T
	if err := json.Unmarshal(data, &args); err != nil {
		return fmt.Errorf("read the argument: %w", err)
	}
	return w.do(ctx, args)
}

// panicError is a panic in what a task does.
type panicError struct {
	cause any
	stack string
}

// Error returns the value of the panic, without the stack.
func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.cause) }

// keptError is what River keeps of an error: a sentence without details, which may hold an
// address or worse. The chain stays, because River looks for a context's end in it.
type keptError struct{ cause error }

// Error returns the sentence.
func (e keptError) Error() string { return sentence(e.cause) }

// Unwrap returns the cause.
func (e keptError) Unwrap() error { return e.cause }
