package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/backup"
	"backupchecks/internal/config"
)

type simulateCommand struct {
	Autotask simulateAutotaskCommand `cmd:"" help:"Play the Autotask REST API, with pages on which to see and change its tickets."`
}

type simulateAutotaskCommand struct {
	Listen string `default:"127.0.0.1:8081" placeholder:"HOST:PORT" help:"The address to listen on; port 0 picks one."`
	Seed   string `placeholder:"FILE" help:"A JSON file that describes the tenant to play. Sections it leaves out are those of the default tenant."`
}

// Run serves the simulator until a signal comes.
func (c *simulateAutotaskCommand) Run(ctx context.Context, env *Env) error {
	if err := env.checkListen(c.Listen); err != nil {
		return err
	}
	seed, err := readSeed(c.Seed)
	if err != nil {
		return err
	}
	log := env.logger(config.Config{LogLevel: slog.LevelWarn})
	simulator, err := autotasksim.New(autotasksim.Options{Now: time.Now, Seed: &seed, Log: log})
	if err != nil {
		return backup.Errorf(backup.Invalid, "The tenant cannot be played.").Because(err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return backup.Errorf(backup.Unavailable,
			"The address %s cannot be listened on; another program may be using it. Choose another with --listen.", c.Listen).Because(err)
	}
	server := &http.Server{
		Handler: simulator, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	tellSimulator(env, seed, reachable(listener.Addr()))
	return serveUntil(ctx, server, listener)
}

func readSeed(path string) (autotasksim.Seed, error) {
	if path == "" {
		return autotasksim.DefaultSeed(), nil
	}
	data, err := os.ReadFile(path) //nolint:gosec // the person names the file
	if err != nil {
		return autotasksim.Seed{}, backup.Errorf(backup.Invalid, "The seed %s cannot be read.", path).Because(err)
	}
	seed, err := autotasksim.ReadSeed(data)
	if err != nil {
		return autotasksim.Seed{}, backup.Errorf(backup.Invalid, "The seed %s describes no tenant.", path).Because(err)
	}
	return seed, nil
}

// reachable is the address of a listener as a person types it: one on all addresses is
// reached by the loopback.
func reachable(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return "http://" + addr.String()
	}
	return fmt.Sprintf("http://127.0.0.1:%d", tcp.Port)
}

func tellSimulator(env *Env, seed autotasksim.Seed, address string) {
	fmt.Fprintf(env.Stdout, "The Autotask simulator is ready: %s\n", address)
	for _, user := range seed.Users {
		fmt.Fprintf(env.Stdout, "API user:             %s\nSecret:               %s\nTracking identifier:  %s\n", user.Name, user.Secret, user.IntegrationCode)
	}
	fmt.Fprintf(env.Stdout, "Let Backupchecks use it with:\nBACKUPCHECKS_AUTOTASK_DISCOVERY_URL=%s\n", address)
	fmt.Fprintln(env.Stdout, "Stop it with Ctrl-C. Its tickets are gone then.")
}

// serveUntil serves until ctx ends or the server does.
func serveUntil(ctx context.Context, server *http.Server, listener net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve the simulator: %w", err)
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	err := server.Shutdown(stopping)
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		return served
	}
	return err
}
