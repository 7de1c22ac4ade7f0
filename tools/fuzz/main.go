// Command fuzz runs every fuzz target of the project in turn, each for a while. It fails when
// one of them found an input that breaks its promise; go test has then kept the input under
// the package's testdata/fuzz.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

func main() {
	each := flag.Duration("time", 30*time.Second, "how long each target runs")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := fuzzAll(ctx, "internal", *each)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
}

// target is a function Fuzz… of a package.
type target struct{ dir, name string }

// fuzzAll runs all targets below root, also after one of them has failed.
func fuzzAll(ctx context.Context, root string, each time.Duration) error {
	targets, err := find(root)
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return fmt.Errorf("no fuzz target below %s", root)
	}
	var faults []error
	for _, target := range targets {
		if ctx.Err() != nil {
			return errors.Join(append(faults, ctx.Err())...)
		}
		fmt.Printf("%s in %s\n", target.name, target.dir)
		cmd := exec.CommandContext(ctx, "go", "test", "-run=^$", "-fuzz=^"+target.name+"$", "-fuzztime="+each.String(), "./"+filepath.ToSlash(target.dir))
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Run(); err != nil {
			faults = append(faults, fmt.Errorf("%s in %s: %w", target.name, target.dir, err))
		}
	}
	return errors.Join(faults...)
}

var declaration = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(\w+ \*testing\.F\)`)

// find returns the fuzz targets below root, in the order of their files.
func find(root string) ([]target, error) {
	var targets []target
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, found := range declaration.FindAllSubmatch(text, -1) {
			targets = append(targets, target{filepath.Dir(path), string(found[1])})
		}
		return nil
	})
	return targets, err
}
