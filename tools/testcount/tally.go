package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// event is a line of go test -json; go doc test2json describes it.
type event struct {
	Action      string
	Package     string
	Test        string // empty when the event is about the package
	Elapsed     float64
	Output      string
	ImportPath  string // in build output, instead of Package
	FailedBuild string // the import path whose build output tells why the package failed
}

// tally counts the results of tests; a subtest counts like a test.
type tally struct {
	out     io.Writer
	maySkip *regexp.Regexp

	passed, failed, skipped int
	refused                 []string // tests that were skipped and may not be

	packages map[string]*progress // those that have begun and not ended
	builds   map[string]string    // compiler output by import path
}

// progress is what is known of a package whose tests are running.
type progress struct {
	tests  int
	failed int
	output map[string]*strings.Builder // by the name of a test that runs; "" is the package
}

func newTally(out io.Writer, maySkip *regexp.Regexp) *tally {
	return &tally{out: out, maySkip: maySkip, packages: map[string]*progress{}, builds: map[string]string{}}
}

// read takes in events until r ends. Lines that are no events are shown as they are.
func (t *tally) read(r io.Reader) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		var e event
		if json.Unmarshal(line, &e) == nil {
			t.add(e)
		} else {
			fmt.Fprintf(t.out, "%s", line)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the output of go test: %w", err)
		}
	}
}

func (t *tally) add(e event) {
	switch e.Action {
	case "build-output":
		t.builds[e.ImportPath] += e.Output
	case "run", "output":
		t.output(e).WriteString(e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			t.endPackage(e)
		} else {
			t.endTest(e)
		}
	}
}

func (t *tally) progress(pkg string) *progress {
	if t.packages[pkg] == nil {
		t.packages[pkg] = &progress{output: map[string]*strings.Builder{}}
	}
	return t.packages[pkg]
}

func (t *tally) output(e event) *strings.Builder {
	p := t.progress(e.Package)
	if p.output[e.Test] == nil {
		p.output[e.Test] = &strings.Builder{}
	}
	return p.output[e.Test]
}

func (t *tally) endTest(e event) {
	p, output := t.progress(e.Package), t.output(e).String()
	delete(p.output, e.Test)
	p.tests++
	switch e.Action {
	case "pass":
		t.passed++
	case "fail":
		t.fail(p, output)
	case "skip":
		t.skipped++
		fmt.Fprint(t.out, output)
		if !t.maySkip.MatchString(e.Test) {
			t.refused = append(t.refused, e.Package+": "+e.Test)
		}
	}
}

// endPackage shows the package's line. A package that failed without a failed test, because it
// did not compile or its program died, counts as one failure; a test that was still running
// then did not pass and counts as well.
func (t *tally) endPackage(e event) {
	p := t.progress(e.Package)
	delete(t.packages, e.Package)
	if e.Action != "fail" {
		if p.tests > 0 {
			fmt.Fprintf(t.out, "ok    %-42s %4d tests %6.1fs\n", e.Package, p.tests, e.Elapsed)
		}
		return
	}
	own := t.builds[e.FailedBuild]
	for _, name := range slices.Sorted(maps.Keys(p.output)) {
		if name == "" {
			own += p.output[name].String()
			continue
		}
		p.tests++
		t.fail(p, p.output[name].String()+"    "+name+" did not end\n")
	}
	if p.failed == 0 {
		t.fail(p, "")
	}
	fmt.Fprintf(t.out, "%sFAIL  %-42s %4d tests %6.1fs, %d failed\n", own, e.Package, p.tests, e.Elapsed, p.failed)
}

func (t *tally) fail(p *progress, output string) {
	t.failed++
	p.failed++
	fmt.Fprint(t.out, output)
}

// close writes the closing lines and reports whether all is well.
func (t *tally) close(out io.Writer) bool {
	for _, name := range t.refused {
		fmt.Fprintf(out, "skipped, and may not be: %s\n", name)
	}
	count := fmt.Sprintf("%d passed, %d failed", t.passed, t.failed)
	if t.skipped > 0 {
		count += fmt.Sprintf(", %d skipped", t.skipped)
	}
	if t.passed+t.failed == 0 {
		fmt.Fprintln(out, "no test ran")
	}
	fmt.Fprintln(out, count)
	return t.passed > 0 && t.failed == 0 && len(t.refused) == 0
}
