package store

import (
	"database/sql"
	"errors"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// dialect holds what differs between the two engines. All other SQL is one text for both.
type dialect struct {
	name            string
	goose           goose.Dialect
	forUpdate       string           // ends a SELECT that keeps its rows for this transaction
	keepsStatements bool             // the driver keeps statements prepared by itself
	clock           string           // a statement that tells the server's time; empty: this process has the only clock
	auditOrder      string           // a statement that lets one transaction at a time append to the audit log
	read            sql.TxOptions    // of a transaction that only reads
	write           sql.TxOptions    // of a transaction that may write
	unique          func(error) bool // reports whether a unique constraint refused a row
	again           func(error) bool // reports whether the whole transaction is worth another try
}

// On SQLite one connection writes, so that every writing transaction is alone anyway.
func sqliteDialect() dialect {
	return dialect{
		name:   "sqlite",
		goose:  goose.DialectSQLite3,
		read:   sql.TxOptions{ReadOnly: true},
		unique: sqliteUnique,
		again:  func(error) bool { return false },
	}
}

// On PostgreSQL writers run as READ COMMITTED: what must be one is held by unique indexes
// and row locks, and a statement that waited for a lock sees what the other one wrote.
func postgresDialect() dialect {
	return dialect{
		name:            "postgres",
		goose:           goose.DialectPostgres,
		forUpdate:       " FOR UPDATE",
		keepsStatements: true,
		clock:           "SELECT now()",
		auditOrder:      "SELECT pg_advisory_xact_lock(7240125301)",
		read:            sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead},
		write:           sql.TxOptions{Isolation: sql.LevelReadCommitted},
		unique:          func(err error) bool { return postgresCode(err) == "23505" },
		again: func(err error) bool {
			code := postgresCode(err)
			return code == "40001" || code == "40P01" // serialization failure, deadlock
		},
	}
}

func sqliteUnique(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && (e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

func postgresCode(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// gooseOptions makes several processes that migrate one PostgreSQL database at once wait
// for each other. An SQLite file is claimed by one process instead.
func (d dialect) gooseOptions() ([]goose.ProviderOption, error) {
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if d.name == "sqlite" {
		return options, nil
	}
	// Tried once a second, for five minutes.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return nil, err
	}
	return append(options, goose.WithSessionLocker(locker)), nil
}

// sqliteRole is what a connection to an SQLite file is for.
type sqliteRole int

const (
	sqliteWriter sqliteRole = iota
	sqliteReader
)

// sqliteDSN is the driver's address of the file at path. Writers queue at BEGIN instead of
// failing when a lock is raised later. The page caches are small on purpose: the operating
// system caches the file as well, and every connection has its own.
func sqliteDSN(path string, role sqliteRole) string {
	pragmas := []string{
		"busy_timeout(10000)", "journal_mode(WAL)",
		"foreign_keys(1)", "temp_store(2)", "trusted_schema(0)",
	}
	query := url.Values{"_dqs": {"0"}}
	if role == sqliteWriter {
		query.Set("_txlock", "immediate")
		// A source forgets a mail once it is committed here, and a ticket is sent once its row
		// is, so a commit must outlive a power cut. With NORMAL the last ones would not. That
		// costs one sync for each commit; imports commit in batches.
		pragmas = append(pragmas, "synchronous(FULL)", "cache_size(-32768)")
	} else {
		pragmas = append(pragmas, "cache_size(-8192)", "query_only(1)")
	}
	query["_pragma"] = pragmas
	path = "/" + strings.TrimPrefix(filepath.ToSlash(path), "/") // Windows: /C:/folder/file
	file := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query.Encode()}
	return file.String()
}
