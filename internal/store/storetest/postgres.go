package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/jackc/pgx/v5/pgxpool"

	"backupchecks/internal/store"
)

const (
	// urlVariable names a running server to use instead of starting one. Its user must be
	// allowed to make databases.
	urlVariable = "BACKUPCHECKS_TEST_POSTGRES"

	startWait  = 30 * time.Second
	stopWait   = 10 * time.Second
	poll       = 20 * time.Millisecond
	maxTempDir = 60 // characters; a socket's path holds about a hundred
	dirPrefix  = "backupchecks-pg-"
)

// shared is the PostgreSQL server of the test binary, started by the first test that asks.
//
//nolint:gochecknoglobals // one server for all tests
var shared server

type server struct {
	ready bool // Main runs, so the server will be stopped

	start    sync.Once
	startErr error
	process  *process // nil for a server that was running before
	dir      string
	claim    *flock.Flock // on dir
	base     *url.URL     // the address of the server's own database
	admin    *pgxpool.Pool
	prefix   string // of the names of our databases
	count    atomic.Int64
}

// database makes a database, with the schema or empty, that is dropped when the test ends,
// and returns its address.
func (s *server) database(t testing.TB, migrated bool) string {
	t.Helper()
	if !s.ready {
		t.Fatal("this package needs func TestMain(m *testing.M) { storetest.Main(m) }")
	}
	s.start.Do(func() { s.startErr = s.run(context.Background()) })
	if s.startErr != nil {
		t.Fatalf("start PostgreSQL for the tests: %v", s.startErr)
	}
	template := "template1"
	if migrated {
		template = s.prefix
	}
	name := fmt.Sprintf("%s_%d", s.prefix, s.count.Add(1))
	if _, err := s.admin.Exec(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatalf("make a test database: %v", err)
	}
	t.Cleanup(func() {
		if _, err := s.admin.Exec(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the test database: %v", err)
		}
	})
	return s.url(name)
}

func (s *server) url(database string) string {
	address := *s.base
	address.Path = "/" + database
	return address.String()
}

// run starts the server, or meets the one that is named, and makes the template.
func (s *server) run(ctx context.Context) error {
	address := os.Getenv(urlVariable)
	if address == "" {
		var err error
		if address, err = s.launch(ctx); err != nil {
			return err
		}
	}
	var err error
	if s.base, err = url.Parse(address); err != nil {
		return fmt.Errorf("%s is not an address", urlVariable)
	}
	if s.admin, err = s.connect(ctx, address); err != nil {
		return err
	}
	s.prefix = "backupchecks_" + strings.ToLower(rand.Text()[:8])
	if _, err := s.admin.Exec(ctx, "CREATE DATABASE "+s.prefix); err != nil {
		return fmt.Errorf("make the template: %w", err)
	}
	return migrate(s.url(s.prefix))
}

// connect waits until the server accepts connections.
func (s *server) connect(ctx context.Context, address string) (*pgxpool.Pool, error) {
	pool, err := pgxpool.New(ctx, address)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for {
		err := pool.Ping(ctx)
		if err == nil {
			return pool, nil
		}
		var ended <-chan struct{} // never, for a server that is not ours
		if s.process != nil {
			ended = s.process.ended
		}
		select {
		case <-ticker.C:
		case <-ended:
			pool.Close()
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return nil, fmt.Errorf("the server ended: %w\n%s", s.process.err, log)
		case <-ctx.Done():
			pool.Close()
			return nil, fmt.Errorf("the server does not answer: %w", err)
		}
	}
}

// launch starts a server of our own on a unix socket in a temporary folder and returns its
// address.
func (s *server) launch(ctx context.Context) (string, error) {
	programs, err := findPrograms()
	if err != nil {
		return "", err
	}
	temp := os.TempDir()
	if len(temp) > maxTempDir {
		temp = "/tmp"
	}
	if err := removeStale(temp); err != nil {
		return "", err
	}
	if s.dir, err = os.MkdirTemp(temp, dirPrefix); err != nil {
		return "", err
	}
	s.claim = flock.New(filepath.Join(s.dir, "claim"))
	if err := s.claim.Lock(); err != nil {
		return "", err
	}
	who, err := ownerOf(s.dir)
	if err != nil {
		return "", err
	}
	data := filepath.Join(s.dir, "data")
	// Sorting by language, so that a test fails where an order depends on the server.
	initdb := exec.CommandContext(ctx, filepath.Join(programs, "initdb"), "-D", data, "-U", "backupchecks", "-A", "trust",
		"-E", "UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US", "--no-sync")
	initdb.Dir, initdb.SysProcAttr = s.dir, who
	if output, err := initdb.CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w\n%s", err, output)
	}
	postgres := exec.Command(filepath.Join(programs, "postgres"), "-D", data, "-k", s.dir, "-h", "", "-F",
		"-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "wal_level=minimal", "-c", "max_wal_senders=0",
		"-c", "max_connections=200", "-c", "autovacuum=off")
	postgres.Dir, postgres.SysProcAttr = s.dir, who
	if s.process, err = startProcess(postgres, filepath.Join(s.dir, "log")); err != nil {
		return "", err
	}
	query := url.Values{"host": {s.dir}, "user": {"backupchecks"}, "pool_max_conns": {"10"}}
	return "postgres:///postgres?" + query.Encode(), nil
}

// stop removes what run made.
func (s *server) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopWait)
	defer cancel()
	var faults []error
	if s.admin != nil {
		if s.process == nil {
			_, err := s.admin.Exec(ctx, "DROP DATABASE IF EXISTS "+s.prefix+" WITH (FORCE)")
			faults = append(faults, err)
		}
		s.admin.Close()
	}
	if s.process != nil {
		faults = append(faults, s.process.stop(ctx))
	}
	if s.dir != "" {
		faults = append(faults, os.RemoveAll(s.dir), s.claim.Close())
	}
	return errors.Join(faults...)
}

// removeStale removes the folders of test binaries that were killed. A living one holds the
// claim on its folder.
func removeStale(temp string) error {
	folders, err := filepath.Glob(filepath.Join(temp, dirPrefix+"*"))
	if err != nil {
		return err
	}
	for _, folder := range folders {
		info, err := os.Stat(folder)
		if err != nil || time.Since(info.ModTime()) < startWait { // gone, or not yet claimed
			continue
		}
		claim := flock.New(filepath.Join(folder, "claim"))
		if free, err := claim.TryLock(); err != nil || !free {
			continue
		}
		if err := errors.Join(os.RemoveAll(folder), claim.Close()); err != nil {
			return err
		}
	}
	return nil
}

// findPrograms returns the folder of PostgreSQL's server programs. Debian keeps them out of
// PATH, in a folder for each version; the newest is taken.
func findPrograms() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	folders, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	newest, best := -1, ""
	for _, folder := range folders {
		version, err := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
		if err != nil || version <= newest {
			continue
		}
		if _, err := os.Stat(filepath.Join(folder, "initdb")); err == nil {
			newest, best = version, folder
		}
	}
	if best == "" {
		return "", fmt.Errorf("the programs initdb and postgres are not installed: install the Debian package postgresql, or name a running server in %s", urlVariable)
	}
	return best, nil
}

// process is a started program.
type process struct {
	command *exec.Cmd
	ended   chan struct{}
	err     error // why it ended; read it after ended is closed
}

// stop asks the server for a fast shutdown and waits for its end.
func (p *process) stop(ctx context.Context) error {
	select {
	case <-p.ended:
		return fmt.Errorf("the server ended before the tests: %w", p.err)
	default:
	}
	if err := p.command.Process.Signal(syscall.SIGINT); err != nil {
		return err
	}
	select {
	case <-p.ended:
		return nil
	case <-ctx.Done():
		return errors.Join(ctx.Err(), p.command.Process.Kill())
	}
}

func migrate(address string) error {
	ctx := context.Background()
	db, err := store.Open(ctx, store.Config{URL: address})
	if err != nil {
		return err
	}
	_, _, err = db.Migrate(ctx)
	return errors.Join(err, db.Close())
}
