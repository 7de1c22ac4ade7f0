package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"backupchecks/internal/backup"
)

// chunk is how many ids or rows go into one statement.
const chunk = 200

// fragment is a piece of SQL written in this package. Constants convert to it by
// themselves, a string value does not, so that no value becomes SQL.
type fragment string

// query is SQL put together from fragments and the values bound to them.
type query struct {
	text strings.Builder
	args []any
}

// newQuery begins a query; see add.
func newQuery(part fragment, args ...any) *query {
	return new(query).add(part, args...)
}

// add appends SQL in which each ? stands for the next argument.
func (q *query) add(part fragment, args ...any) *query {
	for i, text := range strings.Split(string(part), "?") {
		if i > 0 {
			q.bind(args[i-1])
		}
		q.text.WriteString(text)
	}
	return q
}

func (q *query) bind(arg any) {
	q.args = append(q.args, arg)
	q.text.WriteByte('$')
	q.text.WriteString(strconv.Itoa(len(q.args)))
}

// in appends SQL followed by the list of values in brackets. values must not be empty.
func in[T any](q *query, part fragment, values []T) *query {
	q.add(part)
	q.text.WriteByte('(')
	for i, value := range values {
		if i > 0 {
			q.text.WriteString(", ")
		}
		q.bind(value)
	}
	q.text.WriteByte(')')
	return q
}

// rows appends the VALUES of an insert of many rows.
func (q *query) rows(rows [][]any) *query {
	for i, row := range rows {
		if i > 0 {
			q.text.WriteString(", ")
		}
		in(q, "", row)
	}
	return q
}

// row is what *sql.Row and *sql.Rows have in common.
type row interface{ Scan(into ...any) error }

// maxPrepared bounds how many statements one transaction keeps prepared.
const maxPrepared = 64

// prepared returns the statement that text was made into when it is used again in this
// transaction, and nil the first time. Compiling SQL is much of what a small statement costs
// on SQLite, and a batch runs the same few texts hundreds of times; pgx keeps its own.
func (tx *Tx) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	if tx.db.dialect.keepsStatements {
		return nil, nil
	}
	statement, seen := tx.statements[text]
	if statement != nil || len(tx.statements) >= maxPrepared {
		return statement, nil
	}
	if !seen {
		if tx.statements == nil {
			tx.statements = map[string]*sql.Stmt{}
		}
		tx.statements[text] = nil
		return nil, nil
	}
	statement, err := tx.tx.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	tx.statements[text] = statement
	return statement, nil
}

func (tx *Tx) exec(ctx context.Context, text string, args ...any) (int64, error) {
	statement, err := tx.prepared(ctx, text) //nolint:sqlclosecheck // it ends with the transaction
	if err != nil {
		return 0, err
	}
	var result sql.Result
	if statement != nil {
		result, err = statement.ExecContext(ctx, storable(args)...)
	} else {
		result, err = tx.tx.ExecContext(ctx, text, storable(args)...)
	}
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (tx *Tx) execQuery(ctx context.Context, q *query) (int64, error) {
	return tx.exec(ctx, q.text.String(), q.args...)
}

// one returns the only row of a SELECT, or sql.ErrNoRows.
func one[T any](ctx context.Context, tx *Tx, scan func(row) (T, error), text string, args ...any) (T, error) {
	statement, err := tx.prepared(ctx, text) //nolint:sqlclosecheck // it ends with the transaction
	if err != nil {
		var zero T
		return zero, err
	}
	if statement != nil {
		return scan(statement.QueryRowContext(ctx, storable(args)...))
	}
	return scan(tx.tx.QueryRowContext(ctx, text, storable(args)...))
}

// maybe is one, with nil for no row.
func maybe[T any](ctx context.Context, tx *Tx, scan func(row) (T, error), text string, args ...any) (*T, error) {
	found, err := one(ctx, tx, scan, text, args...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &found, nil
}

// each calls scan with every row of a SELECT, one at a time, until scan fails.
func (tx *Tx) each(ctx context.Context, scan func(row) error, text string, args ...any) (err error) {
	statement, err := tx.prepared(ctx, text) //nolint:sqlclosecheck // it ends with the transaction
	if err != nil {
		return err
	}
	var rows *sql.Rows
	if statement != nil {
		rows, err = statement.QueryContext(ctx, storable(args)...)
	} else {
		rows, err = tx.tx.QueryContext(ctx, text, storable(args)...)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (tx *Tx) eachQuery(ctx context.Context, scan func(row) error, q *query) error {
	return tx.each(ctx, scan, q.text.String(), q.args...)
}

// list returns all rows of a SELECT; without any, an empty slice.
func list[T any](ctx context.Context, tx *Tx, scan func(row) (T, error), text string, args ...any) ([]T, error) {
	found := []T{}
	err := tx.each(ctx, func(r row) error {
		item, err := scan(r)
		found = append(found, item)
		return err
	}, text, args...)
	if err != nil {
		return nil, err
	}
	return found, nil
}

func listQuery[T any](ctx context.Context, tx *Tx, scan func(row) (T, error), q *query) ([]T, error) {
	return list(ctx, tx, scan, q.text.String(), q.args...)
}

// value scans rows of one column.
func value[T any](r row) (T, error) {
	var v T
	err := r.Scan(&v)
	return v, err
}

// changed turns an UPDATE that met no row into a NotFound error.
func changed(rows int64, err error, thing string, id any) error {
	if err != nil {
		return fmt.Errorf("update %s %v: %w", thing, id, err)
	}
	if rows == 0 {
		return notFound(thing, id)
	}
	return nil
}

// found replaces "no row" by a NotFound error, and adds to every other error what was read.
func found[T any](item T, err error, thing string, id any) (T, error) {
	var zero T
	if errors.Is(err, sql.ErrNoRows) {
		return zero, notFound(thing, id)
	}
	if err != nil {
		return zero, fmt.Errorf("read %s %v: %w", thing, id, err)
	}
	return item, nil
}

func notFound(thing string, id any) error {
	return backup.Errorf(backup.NotFound, "There is no %s %v.", thing, id)
}

// storable cleans text of what PostgreSQL cannot hold, so that both engines keep the same.
func storable(args []any) []any {
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			args[i] = cleanText(text)
		}
	}
	return args
}

func cleanText(text string) string {
	if utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 {
		return text
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}

// searchPattern is a LIKE pattern with ESCAPE '!' that finds text anywhere in a folded
// column. The columns searched hold folded text, so that both engines find alike.
func searchPattern(text string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(backup.Fold(text)) + "%"
}

// uniqueIDs returns ids sorted and without doubles, so that two transactions lock rows in the
// same order.
func uniqueIDs[T ~int64](ids []T) []T {
	sorted := slices.Clone(ids)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}

// flag is how both engines keep yes and no.
func flag(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
