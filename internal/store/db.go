// Package store is the database that every station stands on: SQL for SQLite and PostgreSQL,
// transactions and migrations. DB hands a Tx to a function; the methods of Tx, grouped by
// noun in files, may be combined freely inside one transaction, and none opens its own.
//
// Times go in and come out as UTC, truncated to the millisecond. Failures that a person can
// mend are backup.Error; everything else is a fault of the database or of ours.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // registers the driver "sqlite"

	"backupchecks/internal/backup"
)

const (
	sqliteReaders   = 4  // connections that read beside the one that writes
	postgresMaxConn = 20 // unless the address says pool_max_conns
	connectTimeout  = 10 * time.Second
)

// Config says which database to open.
type Config struct {
	URL string           // sqlite:PATH or postgres://…
	Log *slog.Logger     // nil: nothing is logged
	Now func() time.Time // the clock of all transactions; nil: the PostgreSQL server's, or time.Now on SQLite

	// Beside opens an SQLite file without claiming it, for a short command that runs
	// while a server holds the claim. It changes nothing on PostgreSQL.
	Beside bool
}

// DB is an open database. It is safe for use by many goroutines.
type DB struct {
	dialect dialect
	writer  *sql.DB
	reader  *sql.DB       // the writer itself on PostgreSQL
	pool    *pgxpool.Pool // nil on SQLite
	claim   *flock.Flock  // nil on PostgreSQL
	log     *slog.Logger
	now     func() time.Time // nil: see Config.Now
	raws    rawCodec
}

// Open connects to the database of cfg and reaches it once. An SQLite file is made when it
// is absent and stays claimed by this process until Close; a second process is refused.
// Errors are backup.Error with a sentence that holds no password.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	raws, err := newRawCodec()
	if err != nil {
		return nil, err
	}
	db := &DB{log: cfg.Log, now: cfg.Now, raws: raws}
	if db.log == nil {
		db.log = slog.New(slog.DiscardHandler)
	}
	scheme, rest, _ := strings.Cut(cfg.URL, ":")
	switch {
	case scheme == "sqlite" && rest != "":
		err = db.openSQLite(ctx, rest, cfg.Beside)
	case (scheme == "postgres" || scheme == "postgresql") && strings.HasPrefix(rest, "//"):
		err = db.openPostgres(ctx, cfg.URL)
	default:
		err = backup.Errorf(backup.Invalid, "The database address must be sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME.")
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (db *DB) openSQLite(ctx context.Context, path string, beside bool) error {
	if strings.HasPrefix(path, ":memory:") || strings.HasPrefix(path, "file:") {
		return backup.Errorf(backup.Invalid, "The database address must name a file, as in sqlite:backupchecks.db.")
	}
	path, err := makeFile(path)
	if err != nil {
		return err
	}
	db.dialect = sqliteDialect()
	db.claim = flock.New(path+".lock", flock.SetPermissions(0o600))
	if !beside {
		if err := db.claimFile(); err != nil {
			return err
		}
	}
	if db.writer, err = sql.Open("sqlite", sqliteDSN(path, sqliteWriter)); err != nil {
		return fmt.Errorf("open the writing connection: %w", err)
	}
	db.writer.SetMaxOpenConns(1)
	if err := db.writer.PingContext(ctx); err != nil {
		return backup.Errorf(backup.Unavailable, "The database file %s cannot be used.", path).Because(err)
	}
	if db.reader, err = sql.Open("sqlite", sqliteDSN(path, sqliteReader)); err != nil {
		return fmt.Errorf("open the reading connections: %w", err)
	}
	db.reader.SetMaxOpenConns(sqliteReaders)
	db.reader.SetMaxIdleConns(sqliteReaders)
	return nil
}

// makeFile makes the database file, readable by its owner only, where it is absent, and
// returns its one true path, so that two names of a file lead to one claim.
func makeFile(path string) (string, error) {
	refuse := func(err error) error {
		return backup.Errorf(backup.Unavailable, "The database file %s cannot be opened or made. Its folder must exist and be writable.", path).Because(err)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return "", refuse(err)
	}
	if err := file.Close(); err != nil {
		return "", refuse(err)
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		return "", refuse(err)
	}
	whole, err = filepath.EvalSymlinks(whole)
	if err != nil {
		return "", refuse(err)
	}
	return whole, nil
}

// claimFile takes the lock that says: this process serves the file.
func (db *DB) claimFile() error {
	got, err := db.claim.TryLock()
	if err != nil {
		return backup.Errorf(backup.Unavailable, "The lock file %s cannot be made.", db.claim.Path()).Because(err)
	}
	if !got {
		return backup.Errorf(backup.Conflict, "The database file %s is in use by another Backupchecks process. Stop that one first, or use PostgreSQL to run several.",
			strings.TrimSuffix(db.claim.Path(), ".lock"))
	}
	return nil
}

func (db *DB) openPostgres(ctx context.Context, address string) error {
	// Neither cause is kept: both quote the address, and with it the password.
	parsed, err := url.Parse(address)
	if err != nil {
		return backup.Errorf(backup.Invalid, "The database address is not a valid postgres:// address.")
	}
	// With such a character in it, a part of the password is read as host or database, which
	// errors name.
	if parsed.Fragment != "" || strings.Contains(parsed.EscapedPath(), "@") || strings.Contains(parsed.RawQuery, "@") {
		return backup.Errorf(backup.Invalid, "The database address is not a valid postgres:// address. In a password, write %%23 for #, %%2F for /, %%3F for ? and %%40 for @.")
	}
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return backup.Errorf(backup.Invalid, "The database address for %s is not a valid postgres:// address.", parsed.Host)
	}
	if !parsed.Query().Has("pool_max_conns") {
		config.MaxConns = postgresMaxConn
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTimeout
	}
	config.ConnConfig.RuntimeParams["application_name"] = "backupchecks"
	db.dialect = postgresDialect()
	if db.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return fmt.Errorf("make the connection pool: %w", err)
	}
	db.writer = stdlib.OpenDBFromPool(db.pool)
	db.reader = db.writer
	if err := db.writer.PingContext(ctx); err != nil {
		return backup.Errorf(backup.Unavailable, "The PostgreSQL database %s on %s cannot be reached or refuses the sign-in.",
			config.ConnConfig.Database, config.ConnConfig.Host).Because(err)
	}
	return nil
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.reader.PingContext(ctx); err != nil {
		return backup.Errorf(backup.Unavailable, "The database cannot be reached.").Because(err)
	}
	return nil
}

// Close ends all connections, waits for those in use, and gives an SQLite file free.
func (db *DB) Close() error {
	var faults []error
	if db.reader != nil && db.reader != db.writer {
		faults = append(faults, db.reader.Close())
	}
	if db.writer != nil {
		faults = append(faults, db.writer.Close())
	}
	if db.pool != nil {
		db.pool.Close()
	}
	if db.claim != nil {
		faults = append(faults, db.claim.Unlock())
	}
	db.raws.close()
	return errors.Join(faults...)
}

// Engine is "sqlite" or "postgres".
func (db *DB) Engine() string { return db.dialect.name }

// Writer is the pool that may write. On SQLite it holds one connection, so a transaction
// taken from it keeps every other writer waiting.
func (db *DB) Writer() *sql.DB { return db.writer }

// Pool is the PostgreSQL pool under Writer; nil on SQLite.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }
