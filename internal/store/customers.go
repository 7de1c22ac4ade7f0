package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"backupchecks/internal/backup"
)

// CustomerFilter chooses customers. Search looks for text anywhere in the name.
type CustomerFilter struct {
	Cursor string
	Limit  int
	Search string
}

const customerColumns = `c.id, c.name, c.active, c.company_id, c.company_name,
	c.mapping_status, c.mapping_synced_at, c.mapping_tenant, c.created_at`

func scanCustomer(r row) (backup.Customer, error) {
	var c backup.Customer
	err := r.Scan(customerFields(&c)...)
	return c, err
}

func customerFields(c *backup.Customer) []any {
	return []any{
		&c.ID, &c.Name, &c.Active, &c.Mapping.CompanyID, &c.Mapping.CompanyName,
		&c.Mapping.Status,
		maybeInstant{&c.Mapping.SyncedAt},
		&c.Mapping.Environment,
		instant{&c.CreatedAt},
	}
}

// AddCustomer stores a new, active customer without a company. A name that is already
// taken, as folded text, is a Conflict.
func (tx *Tx) AddCustomer(ctx context.Context, name string) (backup.Customer, error) {
	const insert = `INSERT INTO customers (name, name_key, created_at) VALUES ($1, $2, $3)
		ON CONFLICT (name_key) DO NOTHING RETURNING id`
	name = cleanText(name)
	id, err := one(ctx, tx, value[backup.CustomerID], insert, name, backup.Fold(name), millis(tx.now))
	if errors.Is(err, sql.ErrNoRows) {
		return backup.Customer{}, customerTaken(name)
	}
	if err != nil {
		return backup.Customer{}, fmt.Errorf("add customer: %w", err)
	}
	return tx.Customer(ctx, id)
}

func customerTaken(name string) error {
	return backup.Errorf(backup.Conflict, "A customer named %s is already there.", name).In("name")
}

// Customer returns one customer.
func (tx *Tx) Customer(ctx context.Context, id backup.CustomerID) (backup.Customer, error) {
	c, err := one(ctx, tx, scanCustomer, `SELECT `+customerColumns+` FROM customers c WHERE c.id = $1`, id)
	return found(c, err, "customer", id)
}

// CustomerByName returns the customer whose folded name is that of name.
func (tx *Tx) CustomerByName(ctx context.Context, name string) (backup.Customer, error) {
	c, err := one(ctx, tx, scanCustomer, `SELECT `+customerColumns+` FROM customers c WHERE c.name_key = $1`, backup.Fold(name))
	return found(c, err, "customer", name)
}

// Customers lists customers by name.
func (tx *Tx) Customers(ctx context.Context, f CustomerFilter) (Page[backup.Customer], error) {
	q := newQuery(`SELECT ` + customerColumns + ` FROM customers c WHERE 1 = 1`)
	if f.Search != "" {
		q.add(` AND c.name_key LIKE ? ESCAPE '!'`, searchPattern(f.Search))
	}
	if f.Cursor != "" {
		var name string
		if err := readCursor(f.Cursor, &name); err != nil {
			return Page[backup.Customer]{}, err
		}
		q.add(` AND c.name_key > ?`, name)
	}
	limit := limitOf(f.Limit)
	customers, err := listQuery(ctx, tx, scanCustomer, q.add(` ORDER BY c.name_key LIMIT ?`, limit+1))
	if err != nil {
		return Page[backup.Customer]{}, fmt.Errorf("list customers: %w", err)
	}
	return pageOf(customers, limit, func(c backup.Customer) []any { return []any{backup.Fold(c.Name)} })
}

// UpdateCustomer changes a customer's name and whether it is active. A name that is
// another's is a Conflict.
func (tx *Tx) UpdateCustomer(ctx context.Context, c backup.Customer) error {
	const update = `UPDATE customers SET name = $1, name_key = $2, active = $3 WHERE id = $4`
	c.Name = cleanText(c.Name)
	rows, err := tx.exec(ctx, update, c.Name, backup.Fold(c.Name), flag(c.Active), c.ID)
	if tx.db.dialect.unique(err) {
		return customerTaken(c.Name)
	}
	return changed(rows, err, "customer", c.ID)
}

// RemoveCustomer removes a customer that has no jobs; with jobs it is a Conflict.
func (tx *Tx) RemoveCustomer(ctx context.Context, id backup.CustomerID) error {
	jobs, err := one(ctx, tx, value[int64], `SELECT count(*) FROM jobs WHERE customer_id = $1`, id)
	if err != nil {
		return fmt.Errorf("count jobs of customer %d: %w", id, err)
	}
	if jobs > 0 {
		return backup.Errorf(backup.Conflict, "The customer still has %d jobs. Make it inactive instead, or move its jobs first.", jobs)
	}
	rows, err := tx.exec(ctx, `DELETE FROM customers WHERE id = $1`, id)
	return changed(rows, err, "customer", id)
}

// SetMapping ties a customer to a company in Autotask, or, with a nil CompanyID, unties it.
// Within a tenant a company is one customer's: another's is a Conflict that names it.
func (tx *Tx) SetMapping(ctx context.Context, id backup.CustomerID, m backup.Mapping) error {
	if m.CompanyID != nil {
		const holder = `SELECT name FROM customers WHERE mapping_tenant = $1 AND company_id = $2 AND id <> $3`
		name, err := maybe(ctx, tx, value[string], holder, m.Environment, *m.CompanyID, id)
		if err != nil {
			return fmt.Errorf("look for company %d: %w", *m.CompanyID, err)
		}
		if name != nil {
			return backup.Errorf(backup.Conflict, "The company is already mapped to the customer %s.", *name).In("company_id")
		}
	}
	const update = `UPDATE customers SET company_id = $1, company_name = $2, mapping_status = $3,
		mapping_synced_at = $4, mapping_tenant = $5 WHERE id = $6`
	rows, err := tx.exec(ctx, update, m.CompanyID, m.CompanyName, m.Status, millisOrNil(m.SyncedAt), m.Environment, id)
	if tx.db.dialect.unique(err) {
		return backup.Errorf(backup.Conflict, "The company has just been mapped to another customer.").In("company_id")
	}
	return changed(rows, err, "customer", id)
}
