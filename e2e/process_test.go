package e2e_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// site is where an instance lives: its folder and the environment of its commands.
type site struct {
	dir string
	env map[string]string
}

// newSite is a site with an SQLite database that nobody has made yet.
func newSite(t *testing.T) *site {
	t.Helper()
	return &site{dir: t.TempDir(), env: map[string]string{
		"BACKUPCHECKS_DATABASE":   "sqlite:backupchecks.db",
		"BACKUPCHECKS_LISTEN":     "127.0.0.1:0",
		"BACKUPCHECKS_LOG_FORMAT": "json",
	}}
}

// command prepares a command of the program. Nothing of the test's own environment reaches
// it but where programs are.
func (s *site) command(args ...string) (*exec.Cmd, error) {
	program, err := shared.program()
	if err != nil {
		return nil, err
	}
	return s.other(program, args...), nil
}

// other prepares a command of another program. Its temporary files go with the site.
func (s *site) other(program string, args ...string) *exec.Cmd {
	command := exec.Command(program, args...)
	command.Dir, command.SysProcAttr = s.dir, endsWithTests()
	command.Env = []string{"TMPDIR=" + s.dir, "PATH=" + os.Getenv("PATH")}
	for name, value := range s.env {
		command.Env = append(command.Env, name+"="+value)
	}
	return command
}

// result is what a command left.
type result struct {
	code   int // -1: it was killed
	stdout string
	stderr string
}

// run runs a command to its end.
func (s *site) run(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	command, err := s.command(args...)
	if err != nil {
		t.Fatal(err)
	}
	command.Stdin = strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err = command.Run()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		t.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
	return result{command.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// must runs a command that has to succeed, and returns what it printed.
func (s *site) must(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	done := s.run(t, stdin, args...)
	if done.code != 0 {
		t.Fatalf("%s: exit code %d, want 0\n%s", strings.Join(args, " "), done.code, done.stderr)
	}
	return strings.TrimSpace(done.stdout)
}

// password of every account that the tests make.
const password = "correct horse battery"

// token adds an account with a role and returns an API token for it.
func (s *site) token(t *testing.T, role string) string {
	t.Helper()
	s.must(t, password+"\n", "user", "add", role, "--role", role, "--password-stdin")
	return s.must(t, "", "token", "create", "--user", role, "--name", "test")
}

// server is a process that serves.
type server struct {
	command *exec.Cmd
	url     string // "" until it listens
	ended   chan struct{}

	mu     sync.Mutex
	stdout strings.Builder
	stderr strings.Builder
}

// serve starts a server and waits until it listens. It is killed when the test ends.
func (s *site) serve(t *testing.T) *server {
	t.Helper()
	server, listening := s.start(t, "serve")
	select {
	case server.url = <-listening:
	case <-server.ended:
		t.Fatalf("the server ended before it listened, with exit code %d:\n%s", server.command.ProcessState.ExitCode(), server.log())
	case <-time.After(patience):
		t.Fatalf("the server does not listen:\n%s", server.log())
	}
	return server
}

// start starts a command that goes on, and returns where the address comes that it logs
// when it listens. It is killed when the test ends.
func (s *site) start(t *testing.T, args ...string) (*server, <-chan string) {
	t.Helper()
	command, err := s.command(args...)
	if err != nil {
		t.Fatal(err)
	}
	p, listening, err := launch(command, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	return p, listening
}

// launch starts a command that may outlive the test. Its log is written to shown too.
func launch(command *exec.Cmd, shown io.Writer) (*server, <-chan string, error) {
	p := &server{command: command, ended: make(chan struct{})}
	stderr, err := command.StderrPipe()
	if err != nil {
		return nil, nil, err
	}
	command.Stdout = writerFunc(p.say)
	if err := command.Start(); err != nil {
		return nil, nil, err
	}
	listening := make(chan string, 1)
	go func() {
		p.read(stderr, shown, listening)
		_ = command.Wait() // its exit code is looked at by those who want it
		close(p.ended)
	}()
	return p, listening, nil
}

// read keeps the log, shows it with the test, and tells the address in it.
func (p *server) read(stderr io.Reader, shown io.Writer, listening chan<- string) {
	lines := bufio.NewScanner(stderr)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		p.mu.Lock()
		p.stderr.WriteString(line + "\n")
		p.mu.Unlock()
		_, _ = io.WriteString(shown, line+"\n") // shown only when the test fails
		var entry struct{ Msg, URL string }
		if json.Unmarshal(lines.Bytes(), &entry) == nil && entry.Msg == "listening" {
			select {
			case listening <- entry.URL:
			default: // told once is enough
			}
		}
	}
}

// writerFunc is a function that is written to.
type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// say keeps what the process writes to standard output.
func (p *server) say(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stdout.Write(text)
}

// said is what the process wrote to standard output so far.
func (p *server) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stdout.String()
}

// log is what the process wrote to standard error so far.
func (p *server) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stderr.String()
}

// kill ends the process as a power cut would.
func (p *server) kill() {
	_ = p.command.Process.Kill() // it may have ended before
	<-p.ended
}

// terminate asks the process to end.
func (p *server) terminate(t *testing.T) {
	t.Helper()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

// wait waits for the end of the process and returns its exit code.
func (p *server) wait(t *testing.T) int {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		t.Fatalf("the process does not end:\n%s", p.log())
	}
	return p.command.ProcessState.ExitCode()
}
