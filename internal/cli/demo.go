package cli

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"backupchecks/internal/config"
	"backupchecks/internal/demo"
)

type demoCommand struct {
	Listen string `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"The address to listen on, of this machine only; port 0 picks one."`
}

// demoSeed is the seed of the demo's mails: every demo shows the same night.
const demoSeed = 20

// Run sets the demo up and serves it until a signal comes. Its configuration is its own: the
// environment has no say, so that it never touches a real instance.
func (c *demoCommand) Run(ctx context.Context, env *Env) error {
	if err := env.checkListen(c.Listen); err != nil {
		return err
	}
	fmt.Fprintln(env.Stdout, "Setting up the demo, which takes some seconds …")
	instance, err := demo.Open(ctx, demo.Options{
		Listen: c.Listen, Log: env.logger(config.Config{LogLevel: slog.LevelWarn}), Now: time.Now, Seed: demoSeed, Version: version,
	})
	if ctx.Err() != nil && err != nil {
		fmt.Fprintln(env.Stderr, "backupchecks: the demo was stopped before it was ready")
		return toldError(exitFailed)
	}
	if err != nil {
		return err
	}
	err = serve(ctx, instance.App, func(string) { tellDemo(env, instance) })
	return join(err, instance.Close())
}

func tellDemo(env *Env, instance *demo.Instance) {
	var names []string
	for _, user := range demo.Users() {
		names = append(names, string(user))
	}
	fmt.Fprintf(env.Stdout, "The demo is ready:   %s\n", instance.URL)
	fmt.Fprintf(env.Stdout, "Sign in as:          %s, each with the password %s\n", strings.Join(names, ", "), demo.Password)
	fmt.Fprintf(env.Stdout, "Simulated Autotask:  %s\n", instance.SimulatorURL)
	fmt.Fprintln(env.Stdout, "Stop it with Ctrl-C. All of it is thrown away then.")
}

// checkListen refuses what is no address to listen on, as wrong usage.
func (e *Env) checkListen(address string) error {
	if _, port, err := net.SplitHostPort(address); err == nil && port != "" {
		return nil
	}
	fmt.Fprintf(e.Stderr, "backupchecks: --listen: %q must be HOST:PORT, for example 127.0.0.1:8080\n", address)
	return toldError(exitUsage)
}
