package e2e_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// demoSite is a demo that is being shown: the command, as a newcomer starts it.
type demoSite struct {
	process   *server
	url       string
	simulator string
}

// openDemo starts a demo of the test's own. Its tickets and reviews are nobody else's.
func openDemo(t *testing.T) *demoSite {
	t.Helper()
	dir := t.TempDir()
	d, err := startDemo(dir, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		defer d.process.kill() // if it does not end by itself
		d.process.terminate(t)
		if code := d.process.wait(t); code != 0 {
			t.Errorf("the demo ended with exit code %d, want 0", code)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("the demo left %v (%v), want nothing", left, err)
		}
	})
	return d
}

// sharedDemo returns the demo of all tests that change nothing.
func sharedDemo(t *testing.T) *demoSite {
	t.Helper()
	d, err := shared.exhibit()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// startDemo starts a demo in a folder and waits until it is ready.
func startDemo(dir string, shown io.Writer) (*demoSite, error) {
	command, err := (&site{dir: dir}).command("demo", "--listen", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return awaitDemo(command, shown)
}

// awaitDemo starts a program that tells its addresses as the demo does.
func awaitDemo(command *exec.Cmd, shown io.Writer) (*demoSite, error) {
	process, _, err := launch(command, shown)
	if err != nil {
		return nil, err
	}
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for !strings.Contains(process.said(), "Stop it with") {
		select {
		case <-ticker.C:
			continue
		case <-process.ended:
			err = errors.New("the demo ended before it was ready")
		case <-deadline.C:
			process.kill()
			err = errors.New("the demo does not become ready")
		}
		return nil, fmt.Errorf("%w:\n%s", err, process.log())
	}
	addresses := regexp.MustCompile(`http://\S+`).FindAllString(process.said(), -1)
	if len(addresses) != 2 {
		process.kill()
		return nil, fmt.Errorf("the demo tells the addresses %q, want its own and the simulator's", addresses)
	}
	return &demoSite{process: process, url: addresses[0], simulator: addresses[1]}, nil
}

// failNext makes the simulator fail the next request of a kind, as its page does.
func (d *demoSite) failNext(t *testing.T, on, kind string) {
	t.Helper()
	answer, err := patient.PostForm(d.simulator+"/faults", url.Values{"count": {"1"}, "on": {on}, "kind": {kind}})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("the simulator answers %s", answer.Status)
	}
}

// signIn opens a tab and signs a user of the demo in, by keyboard.
func (d *demoSite) signIn(t *testing.T, user string, l look) *tab {
	t.Helper()
	p := newTab(t, d.url, l)
	p.open("/")
	p.focused("#name")
	p.write(user)
	p.press("Tab")
	p.focused("#password")
	p.write("demo")
	p.press("Enter")
	p.gone("#sign-in")
	p.see(".top-user", user)
	return p
}
