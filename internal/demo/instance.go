package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"backupchecks/internal/app"
	"backupchecks/internal/autotask/autotasksim"
	"backupchecks/internal/backup"
	"backupchecks/internal/config"
	"backupchecks/internal/secret"
)

// Options say how a demo is opened. All fields are required but Version.
type Options struct {
	Listen  string // HOST:PORT of the loopback; port 0 picks one
	Log     *slog.Logger
	Now     func() time.Time
	Seed    uint64 // of the mails
	Version string
}

// Instance is a complete Backupchecks in a folder of its own, with an Autotask simulator.
type Instance struct {
	App          *app.App // ready to start; whoever starts it stops it before Close
	URL          string   // of its pages
	Simulator    *autotasksim.Server
	SimulatorURL string

	folder string
	clock  *clock
	server *http.Server // of the simulator
	served chan error
}

// Open makes an instance that has worked through two weeks: its App is ready to start, and
// its simulator answers. An address that is not of this machine alone is refused, because
// everybody knows the passwords. Close must be called in any case but an error.
func Open(ctx context.Context, o Options) (*Instance, error) {
	address, err := loopback(o.Listen)
	if err != nil {
		return nil, err
	}
	// The port is taken for as long as the set-up needs, so that a busy one is told at once
	// and the tickets made meanwhile link to the right address.
	reserved, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, backup.Errorf(backup.Unavailable,
			"The address %s cannot be listened on; another program may be using it. Choose another with --listen.", o.Listen).Because(err)
	}
	i, err := open(ctx, o, reserved.Addr().String())
	if fault := reserved.Close(); fault != nil && err == nil {
		return nil, errors.Join(fmt.Errorf("give the port free: %w", fault), i.closeAll())
	}
	return i, err
}

// loopback returns the address to listen on, or why it is refused.
func loopback(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", backup.Errorf(backup.Invalid, "The address %q must be HOST:PORT, for example 127.0.0.1:8080.", listen).Because(err)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return "", backup.Errorf(backup.Forbidden,
			"The demo listens on addresses of this machine only, such as 127.0.0.1:8080, because everybody knows its passwords; %s is none.", listen)
	}
	return net.JoinHostPort(host, port), nil
}

func open(ctx context.Context, o Options, address string) (_ *Instance, err error) {
	i := &Instance{URL: "http://" + address, clock: &clock{real: o.Now}, served: make(chan error, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, i.closeAll())
		}
	}()
	if i.folder, err = os.MkdirTemp("", "backupchecks-demo-"); err != nil {
		return nil, fmt.Errorf("make the demo's folder: %w", err)
	}
	s := newStory(o, i.clock)
	if err := i.startSimulator(ctx, o.Log); err != nil {
		return nil, err
	}
	key := secret.GenerateKey()
	keys, err := secret.ParseKeys(key)
	if err != nil {
		return nil, fmt.Errorf("read the demo's key: %w", err)
	}
	i.App, err = app.Open(ctx, app.Options{
		Config: config.Config{
			Database: "sqlite:" + filepath.Join(i.folder, "demo.db"), Listen: address, BaseURL: i.URL,
			SecretKeys: secret.New(key), AutotaskURL: i.SimulatorURL,
		},
		Log: o.Log, Now: i.clock.Now, Version: o.Version, MinPassword: len(Password),
	})
	if err != nil {
		return nil, err
	}
	if err := s.play(ctx, i.App, keys, i.URL); err != nil {
		return nil, err
	}
	i.clock.release()
	return i, nil
}

// startSimulator serves an Autotask simulator on a free port of the loopback.
func (i *Instance) startSimulator(ctx context.Context, log *slog.Logger) error {
	var err error
	if i.Simulator, err = autotasksim.New(autotasksim.Options{Now: i.clock.Now, Log: log}); err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen for the simulator: %w", err)
	}
	i.SimulatorURL = "http://" + listener.Addr().String()
	i.server = &http.Server{
		Handler: i.Simulator, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	go func() { i.served <- i.server.Serve(listener) }()
	return nil
}

// Close stops the simulator and removes the folder with all data. The App must have been
// stopped, or never started and closed.
func (i *Instance) Close() error {
	var faults []error
	if i.server != nil {
		faults = append(faults, i.server.Close())
		if err := <-i.served; !errors.Is(err, http.ErrServerClosed) {
			faults = append(faults, fmt.Errorf("serve the simulator: %w", err))
		}
	}
	if i.folder != "" {
		faults = append(faults, os.RemoveAll(i.folder))
	}
	return errors.Join(faults...)
}

// closeAll takes back what was opened by a set-up that failed.
func (i *Instance) closeAll() error {
	var err error
	if i.App != nil {
		err = i.App.Close()
	}
	return errors.Join(err, i.Close())
}
