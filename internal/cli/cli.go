// Package cli is the outermost edge: the commands. It reads arguments and the environment,
// hands them to app, and turns what comes back into words, JSON and exit codes.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"backupchecks/internal/backup"
	"backupchecks/internal/config"
)

// Exit codes, the same for every command.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// Env is what a command may touch of the world around it.
type Env struct {
	Args   []string // without the program's name
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Getenv func(string) string
}

// grammar is the command line. Each command has a Run method in the file of its name.
type grammar struct {
	Serve    serveCommand    `cmd:"" help:"Serve the pages, the REST API and the background tasks."`
	Demo     demoCommand     `cmd:"" help:"Start a complete throw-away instance with sample mails and a simulated Autotask."`
	Import   importCommand   `cmd:"" help:"Read mails from files and folders into the database."`
	Parse    parseCommand    `cmd:"" help:"Show what the parsers make of one mail, without a database."`
	Migrate  migrateCommand  `cmd:"" help:"Bring the database schema up to date."`
	User     userCommand     `cmd:"" help:"Manage local accounts."`
	Token    tokenCommand    `cmd:"" help:"Manage API tokens."`
	Simulate simulateCommand `cmd:"" help:"Run a simulator of an outside service."`
	Secrets  secretsCommand  `cmd:"" help:"Manage the encryption of stored secrets."`
	Audit    auditCommand    `cmd:"" help:"Work with the audit log."`
	Config   configCommand   `cmd:"" help:"Show the configuration in force, secrets masked."`
	Version  versionCommand  `cmd:"" help:"Show version, commit and Go release."`
}

// Main runs the command that the arguments name and returns the exit code. SIGINT and
// SIGTERM end the command in good order.
func Main(env Env) int {
	exit := -1
	parser, err := kong.New(&grammar{}, kong.Name("backupchecks"),
		kong.Description("Reads the mails of backup products, judges every run, and makes exactly one Autotask ticket of real trouble."),
		kong.Writers(env.Stdout, env.Stderr), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Exit(func(code int) { exit = code }))
	if err != nil {
		fmt.Fprintln(env.Stderr, "backupchecks:", err)
		return exitFailed
	}
	command, err := parser.Parse(env.Args)
	if exit >= 0 {
		return exit // --help has been shown
	}
	if err != nil {
		fmt.Fprintf(env.Stderr, "backupchecks: %v\n", err)
		fmt.Fprintln(env.Stderr, "Run with --help to see how it is used.")
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	command.BindTo(ctx, (*context.Context)(nil))
	return report(env, command.Run(&env))
}

// report prints a failed command's sentence and returns its exit code.
func report(env Env, err error) int {
	if err == nil {
		return exitOK
	}
	if silent, ok := errors.AsType[toldError](err); ok {
		return int(silent)
	}
	sentence := err.Error()
	if told, ok := errors.AsType[*backup.Error](err); ok {
		sentence = told.Message
		if told.Err != nil {
			sentence += " (" + told.Err.Error() + ")"
		}
	}
	fmt.Fprintln(env.Stderr, "backupchecks:", sentence)
	return exitFailed
}

// toldError is the failure of a command that has said all there is to say: its exit code.
type toldError int

// Error makes it an error; nobody reads the text.
func (a toldError) Error() string { return "already told" }

// load reads the configuration. All of its faults are told at once.
func (e *Env) load() (config.Config, error) {
	cfg, err := config.Load(e.Getenv)
	if err != nil {
		fmt.Fprintf(e.Stderr, "backupchecks: the configuration has faults:\n%v\n", err)
		return cfg, toldError(exitFailed)
	}
	return cfg, nil
}

// quietLogger is the log of a short command: what it does is told on standard output, so
// only warnings are logged, unless somebody asked for more.
func (e *Env) quietLogger(cfg config.Config) *slog.Logger {
	if cfg.LogLevel == slog.LevelInfo {
		cfg.LogLevel = slog.LevelWarn
	}
	return e.logger(cfg)
}

func (e *Env) logger(cfg config.Config) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogJSON {
		return slog.New(slog.NewJSONHandler(e.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(e.Stderr, options))
}
