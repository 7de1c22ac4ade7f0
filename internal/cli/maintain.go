package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
	"text/tabwriter"
	"time"

	"backupchecks/internal/app"
	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
	"backupchecks/internal/config"
)

type migrateCommand struct {
	JSON bool `help:"Print the result as one JSON document."`
}

// Run brings the schema up to date.
func (c *migrateCommand) Run(ctx context.Context, env *Env) error {
	cfg, err := env.load()
	if err != nil {
		return err
	}
	applied, version, err := app.Migrate(ctx, app.Options{Config: cfg, Log: env.quietLogger(cfg), Beside: true})
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(env.Stdout).Encode(map[string]int64{"applied": int64(applied), "version": version})
	}
	fmt.Fprintf(env.Stdout, "schema is at %04d, %s applied\n", version, count(applied, "migration"))
	return nil
}

type configCommand struct{}

// Run prints the configuration, faulty or not, and fails when it has faults.
func (c *configCommand) Run(_ context.Context, env *Env) error {
	table := tabwriter.NewWriter(env.Stdout, 0, 4, 1, ' ', 0)
	for _, line := range config.Lines(env.Getenv) {
		fmt.Fprintf(table, "%s\t=\t%s\n", line.Name, line.Value)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := env.load()
	return err
}

type secretsCommand struct {
	Rotate secretsRotateCommand `cmd:"" help:"Encrypt all stored secrets anew with the newest key."`
}

type secretsRotateCommand struct{}

// Run rotates the secrets.
func (c *secretsRotateCommand) Run(ctx context.Context, env *Env) error {
	return env.with(ctx, func(a *app.App) error {
		rotated, err := a.RotateSecrets(ctx, commandLine())
		if err == nil {
			fmt.Fprintf(env.Stdout, "%s encrypted with the newest key\n", count(rotated, "secret"))
		}
		return err
	})
}

type auditCommand struct {
	Verify auditVerifyCommand `cmd:"" help:"Check that no entry of the audit log was changed or removed."`
}

type auditVerifyCommand struct{}

// Run checks the chain and names the first broken entry.
func (c *auditVerifyCommand) Run(ctx context.Context, env *Env) error {
	return env.with(ctx, func(a *app.App) error {
		checked, broken, err := audit.Verify(ctx, a.DB)
		if err != nil {
			return err
		}
		if broken != nil {
			return backup.Errorf(backup.Conflict, "The audit log is broken at entry %d (%s, %s, %s): it was changed, or an entry before it was removed.",
				broken.ID, broken.At.Format(time.RFC3339), broken.Actor, broken.Action)
		}
		fmt.Fprintf(env.Stdout, "the audit log is whole: %d entries checked\n", checked)
		return nil
	})
}

type versionCommand struct{}

// Version is the release, set by the build.
var version = "development"

// Run prints what was built from which commit by which Go.
func (c *versionCommand) Run(_ context.Context, env *Env) error {
	_, err := fmt.Fprintf(env.Stdout, "backupchecks %s (commit %s, %s)\n", version, commit(), runtime.Version())
	return err
}

// revision is the commit, set by the build.
var revision = "" //nolint:gochecknoglobals // the linker can set nothing else

func commit() string {
	if revision != "" {
		return revision
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return setting.Value
		}
	}
	return "unknown"
}
