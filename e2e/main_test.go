// Package e2e_test tries the program as people meet it: the built binary with a real
// database, a simulated Autotask over real HTTP, and pages in a real browser. It stands
// outside of the way and sees nothing of the inside but what a user or an administrator
// sees; only the mails come from the demo.
package e2e_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"backupchecks/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const (
	patience = 60 * time.Second // how long a condition may take to come true, on a busy machine
	poll     = 20 * time.Millisecond
)

// workshop is what all tests of the binary share: the program, the browser and a demo.
type workshop struct {
	mu      sync.Mutex
	users   int // tests that may still need it
	dir     string
	program func() (string, error) // builds it, once
	browser *browser               // nil until a test needs it
	demo    *demoSite              // the same
}

// shared is the one workshop of all tests.
var shared workshop

// begin marks a test as parallel and keeps what the tests share until the last of them has
// ended. It holds it before t.Parallel, where tests wait until all others have begun, so
// that no test can be taken for the last one too early.
func begin(t *testing.T) {
	t.Helper()
	if err := shared.enter(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := shared.leave(); err != nil {
			t.Errorf("clear away what the tests share: %v", err)
		}
	})
	t.Parallel()
}

func (w *workshop) enter() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.users == 0 {
		dir, err := os.MkdirTemp("", "backupchecks-e2e-")
		if err != nil {
			return err
		}
		w.dir = dir
		w.program = sync.OnceValues(func() (string, error) { return build(dir, "../cmd/backupchecks") })
	}
	w.users++
	return nil
}

func (w *workshop) leave() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.users--; w.users > 0 {
		return nil
	}
	var closed error
	if w.browser != nil {
		closed = w.browser.close()
		w.browser = nil
	}
	if w.demo != nil {
		w.demo.process.kill()
		w.demo = nil
	}
	return errors.Join(closed, os.RemoveAll(w.dir))
}

// chromium returns the browser, and starts it for the first test that asks.
func (w *workshop) chromium() (*browser, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.browser == nil {
		started, err := startBrowser(w.dir)
		if err != nil {
			return nil, err
		}
		w.browser = started
	}
	return w.browser, nil
}

// exhibit returns the demo of all tests that change nothing, and starts it for the first.
func (w *workshop) exhibit() (*demoSite, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.demo == nil {
		dir := filepath.Join(w.dir, "demo")
		if err := os.Mkdir(dir, 0o700); err != nil {
			return nil, err
		}
		started, err := startDemo(dir, io.Discard)
		if err != nil {
			return nil, err
		}
		w.demo = started
	}
	return w.demo, nil
}

// build makes the binary of a package as make does, without the version.
func build(dir, source string) (string, error) {
	path := filepath.Join(dir, filepath.Base(source))
	command := exec.Command("go", "build", "-buildvcs=false", "-o", path, source)
	if output, err := command.CombinedOutput(); err != nil {
		return "", errors.New("go build: " + err.Error() + "\n" + string(output))
	}
	return path, nil
}

// waitFor waits until the condition is true, and fails the test when that takes too long.
// what completes the sentence "waited in vain until".
func waitFor(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for !condition() {
		select {
		case <-ticker.C:
		case <-deadline.C:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}
