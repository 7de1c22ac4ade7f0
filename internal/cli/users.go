package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"backupchecks/internal/app"
	"backupchecks/internal/backup"
)

type userCommand struct {
	Add      userAddCommand      `cmd:"" help:"Add an account."`
	List     userListCommand     `cmd:"" help:"List the accounts."`
	Password userPasswordCommand `cmd:"" help:"Set an account's password."`
	Disable  userDisableCommand  `cmd:"" help:"Disable an account and end its sessions."`
}

// commandLine is who acts in the audit log when a command changes something.
func commandLine() backup.User { return backup.System("command line") }

// with opens the instance beside a running server, if there is one, and hands it over.
func (e *Env) with(ctx context.Context, do func(*app.App) error) error {
	cfg, err := e.load()
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, app.Options{Config: cfg, Log: e.quietLogger(cfg), Beside: true})
	if err != nil {
		return err
	}
	return errors.Join(do(a), a.Close())
}

type userAddCommand struct {
	Name          string        `arg:"" help:"The name to sign in with."`
	Role          []backup.Role `required:"" help:"A role: admin, operator, viewer or reporter. May be given several times."`
	PasswordStdin bool          `help:"Read the password from standard input instead of asking."`
}

// Run adds the account.
func (c *userAddCommand) Run(ctx context.Context, env *Env) error {
	for _, role := range c.Role {
		if !role.Valid() {
			fmt.Fprintf(env.Stderr, "backupchecks: %q is not a role; choose admin, operator, viewer or reporter\n", string(role))
			return toldError(exitUsage)
		}
	}
	password, err := env.password(c.PasswordStdin)
	if err != nil {
		return err
	}
	return env.with(ctx, func(a *app.App) error {
		user, err := a.Auth.AddUser(ctx, commandLine(), c.Name, password, c.Role)
		if err == nil {
			fmt.Fprintf(env.Stdout, "user %s added\n", user.Name)
		}
		return err
	})
}

type userListCommand struct{}

// Run lists the accounts.
func (c *userListCommand) Run(ctx context.Context, env *Env) error {
	return env.with(ctx, func(a *app.App) error {
		users, err := a.Auth.Users(ctx, commandLine())
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(env.Stdout, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "NAME\tROLES\tSTATE\tSINCE")
		for _, user := range users {
			state := "active"
			if user.Disabled {
				state = "disabled"
			}
			roles := make([]string, len(user.Roles))
			for i, role := range user.Roles {
				roles[i] = string(role)
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", user.Name, strings.Join(roles, ","), state, user.CreatedAt.Format(time.DateOnly))
		}
		return table.Flush()
	})
}

type userPasswordCommand struct {
	Name          string `arg:"" help:"The account."`
	PasswordStdin bool   `help:"Read the password from standard input instead of asking."`
}

// Run sets the password.
func (c *userPasswordCommand) Run(ctx context.Context, env *Env) error {
	password, err := env.password(c.PasswordStdin)
	if err != nil {
		return err
	}
	return env.with(ctx, func(a *app.App) error {
		err := a.Auth.SetPassword(ctx, commandLine(), c.Name, password)
		if err == nil {
			fmt.Fprintf(env.Stdout, "password of %s set\n", c.Name)
		}
		return err
	})
}

type userDisableCommand struct {
	Name string `arg:"" help:"The account."`
}

// Run disables the account.
func (c *userDisableCommand) Run(ctx context.Context, env *Env) error {
	return env.with(ctx, func(a *app.App) error {
		err := a.Auth.SetDisabled(ctx, commandLine(), c.Name, true)
		if err == nil {
			fmt.Fprintf(env.Stdout, "user %s disabled\n", c.Name)
		}
		return err
	})
}

type tokenCommand struct {
	Create tokenCreateCommand `cmd:"" help:"Make an API token and print it, once."`
}

type tokenCreateCommand struct {
	User    string `required:"" help:"The account that the token acts for."`
	Name    string `required:"" help:"What the token is for."`
	Expires string `help:"When it ends to work: 90d, 12h, 2w. Without it, never."`
}

// Run makes the token. It stands alone on standard output.
func (c *tokenCreateCommand) Run(ctx context.Context, env *Env) error {
	var expires *time.Time
	if c.Expires != "" {
		valid, err := period(c.Expires)
		if err != nil {
			fmt.Fprintf(env.Stderr, "backupchecks: --expires: %v\n", err)
			return toldError(exitUsage)
		}
		expires = new(time.Now().Add(valid))
	}
	return env.with(ctx, func(a *app.App) error {
		token, err := a.Auth.CreateToken(ctx, commandLine(), c.User, c.Name, expires)
		if err == nil {
			fmt.Fprintln(env.Stdout, token)
		}
		return err
	})
}

// period reads a duration with days and weeks, which time.ParseDuration does not know.
func period(text string) (time.Duration, error) {
	const day = 24 * time.Hour
	wrong := fmt.Errorf("%q is not a period; write for example 90d, 12h or 2w", text)
	for suffix, unit := range map[string]time.Duration{"d": day, "w": 7 * day} {
		if number, ok := strings.CutSuffix(text, suffix); ok {
			n, err := strconv.Atoi(number)
			if err != nil || n <= 0 || n > 36500 {
				return 0, wrong
			}
			return time.Duration(n) * unit, nil
		}
	}
	valid, err := time.ParseDuration(text)
	if err != nil || valid <= 0 {
		return 0, wrong
	}
	return valid, nil
}

// password reads a password from standard input, or asks for it twice on a terminal.
func (e *Env) password(fromStdin bool) (string, error) {
	file, isFile := e.Stdin.(*os.File)
	if fromStdin || !isFile || !term.IsTerminal(int(file.Fd())) {
		line, err := bufio.NewReader(io.LimitReader(e.Stdin, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", backup.Errorf(backup.Invalid, "The password could not be read from standard input.").Because(err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	fmt.Fprint(e.Stderr, "Password: ")
	first, err := term.ReadPassword(int(file.Fd()))
	fmt.Fprint(e.Stderr, "\nOnce more: ")
	second, again := term.ReadPassword(int(file.Fd()))
	fmt.Fprintln(e.Stderr)
	if err := errors.Join(err, again); err != nil {
		return "", backup.Errorf(backup.Invalid, "The password could not be read.").Because(err)
	}
	if string(first) != string(second) {
		return "", backup.Errorf(backup.Invalid, "The two passwords differ.")
	}
	return string(first), nil
}
