package cli

import (
	"context"
	"time"

	"backupchecks/internal/app"
)

// stopTimeout bounds how long requests and tasks under way may take to end.
const stopTimeout = 30 * time.Second

type serveCommand struct{}

// Run serves until a signal comes.
func (c *serveCommand) Run(ctx context.Context, env *Env) error {
	cfg, err := env.load()
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, app.Options{Config: cfg, Log: env.logger(cfg)})
	if err != nil {
		return err
	}
	return serve(ctx, a, nil)
}

// serve starts the instance, tells that it is ready, waits for the end of ctx or of the
// server, and stops it.
func serve(ctx context.Context, a *app.App, ready func(address string)) error {
	if err := a.Start(ctx); err != nil {
		return join(err, a.Close())
	}
	if ready != nil {
		ready(a.Addr())
	}
	var failed error
	select {
	case <-ctx.Done():
	case failed = <-a.Failed():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	return join(failed, a.Stop(stopping))
}

// join returns the first failure: one sentence is enough on the command line, and the log
// has the rest.
func join(first, second error) error {
	if first != nil {
		return first
	}
	return second
}
