// Command testcount runs go test, shows each package in a line and each failure in full, and
// closes with the number of tests that passed and failed. It fails when a test failed, when
// none ran, and when one was skipped that may not be: a skipped test shows nothing.
//
//	go run ./tools/testcount [-may-skip REGEXP] -- [go test arguments]
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
)

func main() {
	maySkip := flag.String("may-skip", "^$", "regular expression of the `tests` that may be skipped")
	flag.Parse()
	allowed, err := regexp.Compile(*maySkip)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testcount: -may-skip:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	tally, err := run(ctx, ".", os.Stdout, os.Stderr, allowed, flag.Args())
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "testcount:", err)
		os.Exit(1)
	}
	if !tally.close(os.Stdout) {
		os.Exit(1)
	}
}

// run runs go test with args in dir and counts what it reports. The error is for a go test
// that could not be run; tests that fail are in the tally.
func run(ctx context.Context, dir string, out, diagnostics io.Writer, maySkip *regexp.Regexp, args []string) (*tally, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-json"}, args...)...)
	cmd.Dir = dir
	cmd.Stderr = diagnostics
	events, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	t := newTally(out, maySkip)
	readErr := t.read(events)
	waitErr := cmd.Wait()
	if readErr != nil {
		return nil, readErr
	}
	// Go test also exits with 1 when tests failed; those are counted already.
	if waitErr != nil && t.failed == 0 {
		return nil, fmt.Errorf("go test: %w", waitErr)
	}
	return t, nil
}
