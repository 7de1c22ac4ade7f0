// Command standing is the demo on a morning that never ends: its clock stands, so that the
// pictures of its pages change only when the pages do. It tells its addresses as the demo
// does. Only the tests of the pictures use it.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"backupchecks/internal/demo"
)

// seed is that of the demo command.
const seed = 20

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "standing:", err)
		os.Exit(1)
	}
}

// morning is five past eight at the demo's service desk.
func morning() time.Time { return time.Date(2026, time.November, 24, 7, 5, 0, 0, time.UTC) }

func run(ctx context.Context) (err error) {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	instance, err := demo.Open(ctx, demo.Options{Listen: "127.0.0.1:0", Log: log, Now: morning, Seed: seed})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, instance.Close()) }()
	if err := instance.App.Start(ctx); err != nil {
		return errors.Join(err, instance.App.Close())
	}
	fmt.Printf("%s\n%s\nStop it with Ctrl-C.\n", instance.URL, instance.SimulatorURL)
	<-ctx.Done()
	return instance.App.Stop(context.WithoutCancel(ctx))
}
