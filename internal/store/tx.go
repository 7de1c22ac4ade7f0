package store

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"time"

	"backupchecks/internal/backup"
)

const (
	writeTries = 5
	writePause = 20 * time.Millisecond // before the second try, then growing
)

// Tx is a transaction with its own clock: every row of one action carries the same time.
type Tx struct {
	db    *DB
	conn  *sql.Conn
	tx    *sql.Tx
	now   time.Time
	after []func()

	statements map[string]*sql.Stmt // texts seen, with the statement of those seen twice; they end with tx
}

// Read runs fn in a transaction that sees one state of the database and cannot change it.
func (db *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	return db.once(ctx, db.reader, &db.dialect.read, fn)
}

// Write runs fn in a transaction and commits it when fn returns nil. On PostgreSQL fn runs
// anew, at most five times in all, when the server asks for it after a deadlock or a
// serialization failure; so fn must change nothing but the database and its own results.
func (db *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	for try := 1; ; try++ {
		err := db.once(ctx, db.writer, &db.dialect.write, fn)
		if err == nil || try == writeTries || !db.dialect.again(err) {
			return err
		}
		db.log.DebugContext(ctx, "transaction tried again", "try", try, "err", err)
		// Those who collided must not meet again in step.
		pause := time.NewTimer(time.Duration(try)*writePause + rand.N(writePause))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return err
		}
	}
}

func (db *DB) once(ctx context.Context, pool *sql.DB, options *sql.TxOptions, fn func(*Tx) error) (err error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return unreachable(ctx, fmt.Errorf("take a connection: %w", err))
	}
	defer conn.Close()
	begun, err := conn.BeginTx(ctx, options)
	if err != nil {
		return unreachable(ctx, fmt.Errorf("begin a transaction: %w", err))
	}
	defer begun.Rollback() // after a commit it does nothing
	now, err := db.timeOf(ctx, begun)
	if err != nil {
		return unreachable(ctx, err)
	}
	tx := &Tx{db: db, conn: conn, tx: begun, now: now}
	if err := fn(tx); err != nil {
		return err
	}
	if err := begun.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	// The hooks may open transactions of their own, and SQLite has one writing connection.
	if err := conn.Close(); err != nil {
		return fmt.Errorf("give the connection back: %w", err)
	}
	for _, hook := range tx.after {
		hook()
	}
	return nil
}

// timeOf is the time of a transaction that was just begun. Processes compare times that
// others wrote, so those on one PostgreSQL server go by its clock and not by their own.
func (db *DB) timeOf(ctx context.Context, begun *sql.Tx) (time.Time, error) {
	var now time.Time
	switch {
	case db.now != nil:
		now = db.now()
	case db.dialect.clock == "":
		now = time.Now()
	default:
		if err := begun.QueryRowContext(ctx, db.dialect.clock).Scan(&now); err != nil {
			return time.Time{}, fmt.Errorf("read the server's clock: %w", err)
		}
	}
	return now.UTC().Truncate(time.Millisecond), nil
}

// unreachable says that the database is away, unless it was the caller who gave up.
func unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return backup.Errorf(backup.Unavailable, "The database cannot be reached at the moment. Please try again shortly.").Because(err)
}

// Now is the time of the transaction's begin, in UTC, truncated to the millisecond: by the
// clock of Config, or else by the server's on PostgreSQL.
func (tx *Tx) Now() time.Time { return tx.now }

// SQL is the transaction under tx, for package task.
func (tx *Tx) SQL() *sql.Tx { return tx.tx }

// Conn is the connection on which the transaction runs, for package task.
func (tx *Tx) Conn() *sql.Conn { return tx.conn }

// AfterCommit has fn called once the transaction is committed, in the order of the calls.
// After a rollback it is not called.
func (tx *Tx) AfterCommit(fn func()) { tx.after = append(tx.after, fn) }
