package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"backupchecks/internal/cli"
)

// TestAddressesToListenOn tells wrong usage from what is refused.
func TestAddressesToListenOn(t *testing.T) {
	t.Parallel()
	seed := filepath.Join(t.TempDir(), "seed.json")
	if err := os.WriteFile(seed, []byte(`{"companys": []}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args string
		code int
		says string
	}{
		{"demo --listen 8080", 2, "must be HOST:PORT"},
		{"demo --listen 127.0.0.1:", 2, "must be HOST:PORT"},
		{"demo --listen", 2, "--listen"},
		{"demo --listen 0.0.0.0:8080", 1, "of this machine only"},
		{"demo --listen :8080", 1, "of this machine only"},
		{"simulate", 2, "autotask"},
		{"simulate autotask --listen 8081", 2, "must be HOST:PORT"},
		{"simulate autotask --seed " + seed, 1, `unknown field "companys"`},
		{"simulate autotask --seed " + seed + ".missing", 1, "cannot be read"},
	} {
		var out, told bytes.Buffer
		code := cli.Main(cli.Env{Args: strings.Fields(test.args), Stdout: &out, Stderr: &told, Getenv: func(string) string { return "" }})
		if code != test.code || !strings.Contains(told.String(), test.says) {
			t.Errorf("%s: exit code %d, said %q; want %d and %q", test.args, code, told.String(), test.code, test.says)
		}
	}
}

// TestDemoUntilInterrupted runs the demo as a person does, and interrupts it.
func TestDemoUntilInterrupted(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	// The environment of a real instance has no say in the demo.
	said := runUntil(t, []string{"TMPDIR=" + temp, "BACKUPCHECKS_DATABASE=nonsense"}, "Stop it", func(said string) {
		for _, words := range []string{"admin, operator, viewer, reporter", "password demo"} {
			if !strings.Contains(said, words) {
				t.Errorf("the demo did not tell of %q:\n%s", words, said)
			}
		}
		if answer := get(t, after(t, said, "The demo is ready:")+"/sign-in"); !strings.Contains(answer, "<form") {
			t.Errorf("the sign-in page holds no form:\n%s", answer)
		}
		if answer := get(t, after(t, said, "Simulated Autotask:")); !strings.Contains(answer, "DGS-SQL01") && !strings.Contains(answer, "Kopie Kluis") {
			t.Errorf("the simulator's page shows no ticket of the demo:\n%s", answer)
		}
	}, "demo", "--listen", "127.0.0.1:0")
	left, err := os.ReadDir(temp)
	if err != nil || len(left) > 0 {
		t.Errorf("the demo left %v in the temporary folder (%v):\n%s", left, err, said)
	}
}

// TestSimulatorUntilInterrupted runs the Autotask simulator as a person does.
func TestSimulatorUntilInterrupted(t *testing.T) {
	t.Parallel()
	runUntil(t, nil, "Stop it", func(said string) {
		const variable = "BACKUPCHECKS_AUTOTASK_DISCOVERY_URL="
		_, address, _ := strings.Cut(said, variable)
		address, _, _ = strings.Cut(address, "\n")
		user := after(t, said, "API user:")
		if answer := get(t, address+"/ATServicesRest/V1.0/zoneInformation?user="+user); !strings.Contains(answer, `"webUrl"`) {
			t.Errorf("the zone discovery for %s answered %s", user, answer)
		}
		for _, label := range []string{"Secret:", "Tracking identifier:"} {
			after(t, said, label)
		}
	}, "simulate", "autotask", "--listen", "127.0.0.1:0")
}

// runUntil runs the program until it has said a line that begins with last, lets look do its
// work, interrupts the program and wants it to end well. It returns what the program said.
func runUntil(t *testing.T, env []string, last string, look func(said string), args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel() // ends the program when the test fails
	program := exec.CommandContext(ctx, "backupchecks", args...)
	program.Env = append(os.Environ(), env...)
	var faults bytes.Buffer
	program.Stderr = &faults
	pipe, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	lines := bufio.NewScanner(pipe)
	for lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		if strings.HasPrefix(lines.Text(), last) {
			look(said.String())
			if err := program.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := program.Wait(); err != nil {
		t.Errorf("the program ended with %v:\n%s%s", err, said.String(), faults.String())
	}
	return said.String() + faults.String()
}

// after returns the word that follows a label.
func after(t *testing.T, said, label string) string {
	t.Helper()
	_, rest, found := strings.Cut(said, label)
	words := strings.Fields(rest)
	if !found || len(words) == 0 {
		t.Fatalf("nothing follows %q in:\n%s", label, said)
	}
	return words[0]
}

func get(t *testing.T, address string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
