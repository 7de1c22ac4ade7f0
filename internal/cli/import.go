package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"backupchecks/internal/app"
)

// importMemory is what the collector aims at during an import: an archive of any size, and
// mails of 50 MB in it, are read in little memory. It is no hard limit.
const importMemory = 110 << 20

type importCommand struct {
	Paths     []string `arg:"" name:"path" help:"Mails (.eml), mailboxes (.mbox, Maildir), .zip files of these, folders of them, or - for one mail on standard input."`
	JSON      bool     `help:"Print the result as one JSON document."`
	Reprocess bool     `help:"Read mails that were imported before again with today's parsers."`
}

// Run imports the mails. Mails that cannot be stored are told one by one and make the
// command fail, but never stop the rest.
func (c *importCommand) Run(ctx context.Context, env *Env) error {
	debug.SetMemoryLimit(importMemory)
	cfg, err := env.load()
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, app.Options{Config: cfg, Log: env.quietLogger(cfg), Beside: true})
	if err != nil {
		return err
	}
	defer a.Close()
	progress, done := c.progress(env)
	result, err := a.Import(ctx, app.ImportRequest{Paths: c.Paths, Stdin: env.Stdin, Reprocess: c.Reprocess, Progress: progress})
	done()
	if c.JSON {
		encoder := json.NewEncoder(env.Stdout)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(result); err != nil {
			return err
		}
	} else {
		printImport(env, result)
	}
	if err != nil {
		return err
	}
	if len(result.Failed) > 0 {
		return toldError(exitFailed)
	}
	return nil
}

// progress returns a function to tell of bytes read, and one that ends the bar. Without a
// terminal both do nothing.
func (c *importCommand) progress(env *Env) (func(done, total int64), func()) {
	file, isFile := env.Stderr.(*os.File)
	if c.JSON || !isFile || !term.IsTerminal(int(file.Fd())) {
		return func(int64, int64) {}, func() {}
	}
	bar := progressbar.NewOptions64(-1, progressbar.OptionSetWriter(file), progressbar.OptionShowBytes(true),
		progressbar.OptionSetDescription("importing"), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100_000_000))
	show := func(done, total int64) {
		bar.ChangeMax64(max(total, done))
		_ = bar.Set64(done) // a bar that cannot be drawn is no reason to stop
	}
	return show, func() { _ = bar.Finish() }
}

func printImport(env *Env, result app.ImportResult) {
	fmt.Fprintf(env.Stdout, "%s read in %.1f s: %d new, %d known before\n", count(result.Read, "mail"), result.Seconds, result.New, result.Known)
	fmt.Fprintf(env.Stdout, "%s made, %d waiting in the Inbox, %d informational\n", count(result.Runs, "run"), result.Inbox, result.Informational)
	if result.Skipped > 0 {
		fmt.Fprintf(env.Stdout, "%s skipped, because the name is not that of a mail\n", count(result.Skipped, "file"))
	}
	listFailures(env.Stderr, result)
}

func listFailures(w io.Writer, result app.ImportResult) {
	for _, failure := range result.Failed {
		fmt.Fprintf(w, "backupchecks: %s: %s\n", failure.Path, failure.Error)
	}
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
