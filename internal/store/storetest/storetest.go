// Package storetest opens fresh, migrated stores in tests, on SQLite and on a real
// PostgreSQL server that it starts for the test binary, and fills them with samples.
//
// A package whose tests use Each or EachURL gives them a TestMain, which stops the server:
//
//	func TestMain(m *testing.M) { storetest.Main(m) }
package storetest

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"backupchecks/internal/store"
)

// Main runs the tests, stops the PostgreSQL server if they started one, and exits.
func Main(m *testing.M) {
	shared.ready = true
	code := m.Run()
	if err := shared.stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stop the test server:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// Each runs body as a parallel subtest on SQLite and on PostgreSQL, each time with a fresh,
// migrated database. With -short it runs on SQLite alone.
func Each(t *testing.T, body func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		body(t, Open(t))
	})
	if testing.Short() {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		body(t, open(t, shared.database(t, true)))
	})
}

// EachURL is Each with the address of an empty database that nobody has opened yet.
func EachURL(t *testing.T, body func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		body(t, "sqlite:"+filepath.Join(t.TempDir(), "backupchecks.db"))
	})
	if testing.Short() {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		body(t, shared.database(t, false))
	})
}

// Open opens a fresh, migrated SQLite store, which is closed when the test ends.
func Open(t testing.TB) *store.DB {
	t.Helper()
	content, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("make the SQLite template: %v", err)
	}
	path := filepath.Join(t.TempDir(), "backupchecks.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, "sqlite:"+path)
}

// open opens a store whose clock At can set.
func open(t testing.TB, url string) *store.DB {
	t.Helper()
	clock := new(clock)
	db, err := store.Open(t.Context(), store.Config{
		URL: url,
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now: clock.now,
	})
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	clocks.Store(db, clock)
	t.Cleanup(func() {
		clocks.Delete(db)
		if err := db.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return db
}

// sqliteTemplate is the content of a migrated database file, made once for a test binary.
//
//nolint:gochecknoglobals // set once, never changed
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "backupchecks-template-")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "template.db")
	err = migrate("sqlite:" + path)
	content, readErr := os.ReadFile(path)
	return content, errors.Join(err, readErr, os.RemoveAll(dir))
})

// Postgres opens a fresh, migrated PostgreSQL store, for what only that engine does. With
// -short the test is left out.
func Postgres(t testing.TB) *store.DB {
	t.Helper()
	return open(t, postgresURL(t, true))
}

// PostgresURL returns the address of an empty PostgreSQL database. With -short the test is
// left out.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return postgresURL(t, false)
}

func postgresURL(t testing.TB, migrated bool) string {
	t.Helper()
	if testing.Short() {
		t.Skip("-short leaves PostgreSQL out")
	}
	return shared.database(t, migrated)
}
