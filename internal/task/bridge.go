package task

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"backupchecks/internal/store"
)

// errOwned says that a bridge was asked to end a transaction that is not its own.
var errOwned = errors.New("the transaction belongs to the store")

// withPgx hands fn the transaction of tx as pgx knows it. The store speaks database/sql and
// River speaks pgx; both reach the same connection here, and so the same transaction.
func withPgx(tx *store.Tx, fn func(pgx.Tx) error) error {
	return tx.Conn().Raw(func(driver any) error {
		conn, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("the connection is a %T, not one of pgx", driver)
		}
		return fn(bridge{conn.Conn()})
	})
}

// bridge is a transaction begun by somebody else. Statements pass through; ending it does
// not.
type bridge struct{ conn *pgx.Conn }

var _ pgx.Tx = bridge{}

func (b bridge) Begin(context.Context) (pgx.Tx, error) { return nil, errOwned }
func (b bridge) Commit(context.Context) error          { return errOwned }
func (b bridge) Rollback(context.Context) error        { return errOwned }
func (b bridge) Conn() *pgx.Conn                       { return b.conn }
func (b bridge) LargeObjects() pgx.LargeObjects        { return pgx.LargeObjects{} }

func (b bridge) Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error) {
	return b.conn.Exec(ctx, query, args...)
}

func (b bridge) Query(ctx context.Context, query string, args ...any) (pgx.Rows, error) {
	return b.conn.Query(ctx, query, args...)
}

func (b bridge) QueryRow(ctx context.Context, query string, args ...any) pgx.Row {
	return b.conn.QueryRow(ctx, query, args...)
}

func (b bridge) SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults {
	return b.conn.SendBatch(ctx, batch)
}

func (b bridge) Prepare(ctx context.Context, name, query string) (*pgconn.StatementDescription, error) {
	return b.conn.Prepare(ctx, name, query)
}

func (b bridge) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	return b.conn.CopyFrom(ctx, table, columns, rows)
}
