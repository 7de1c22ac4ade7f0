// Package customer keeps the list of customers and says which of them a job belongs to. It
// stands beside the data's way: mails make customers and jobs when they are approved, and
// here people correct them. Every change is recorded. Which company of Autotask a customer
// is belongs to package ticket, because that has to be asked there.
package customer

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"backupchecks/internal/audit"
	"backupchecks/internal/backup"
	"backupchecks/internal/store"
)

// maxName is how long a customer's name may be, in characters.
const maxName = 200

// Change says what to change of a customer; nil keeps what is there.
type Change struct {
	Name   *string
	Active *bool
}

// Add makes a customer. It is Forbidden without the right to edit customers, Invalid for a
// name that cannot be one, and a Conflict for a name that is taken.
func Add(ctx context.Context, tx *store.Tx, who backup.User, name string) (backup.Customer, error) {
	if err := backup.Require(who, backup.EditCustomers); err != nil {
		return backup.Customer{}, err
	}
	name, err := checkName(name)
	if err != nil {
		return backup.Customer{}, err
	}
	added, err := tx.AddCustomer(ctx, name)
	if err != nil {
		return backup.Customer{}, err
	}
	return added, audit.Record(ctx, tx, who, audit.CustomerAdded, subject(added.ID), map[string]any{"name": added.Name})
}

// Update changes a customer and returns it as it then is. What changes nothing is not
// recorded. The errors are those of Add, and NotFound for an unknown customer.
func Update(ctx context.Context, tx *store.Tx, who backup.User, id backup.CustomerID, change Change) (backup.Customer, error) {
	if err := backup.Require(who, backup.EditCustomers); err != nil {
		return backup.Customer{}, err
	}
	before, err := tx.Customer(ctx, id)
	if err != nil {
		return backup.Customer{}, err
	}
	after := before
	if change.Name != nil {
		if after.Name, err = checkName(*change.Name); err != nil {
			return backup.Customer{}, err
		}
	}
	if change.Active != nil {
		after.Active = *change.Active
	}
	if after == before {
		return before, nil
	}
	if err := tx.UpdateCustomer(ctx, after); err != nil {
		return backup.Customer{}, err
	}
	return after, audit.Record(ctx, tx, who, audit.CustomerChanged, subject(id), map[string]any{
		"before": recorded(before), "after": recorded(after),
	})
}

// Remove removes a customer that has no jobs; with jobs it is a Conflict.
func Remove(ctx context.Context, tx *store.Tx, who backup.User, id backup.CustomerID) error {
	if err := backup.Require(who, backup.EditCustomers); err != nil {
		return err
	}
	before, err := tx.Customer(ctx, id)
	if err != nil {
		return err
	}
	if err := tx.RemoveCustomer(ctx, id); err != nil {
		return err
	}
	return audit.Record(ctx, tx, who, audit.CustomerRemoved, subject(id), map[string]any{"before": recorded(before)})
}

// checkName returns the name without the spaces around it.
func checkName(name string) (string, error) {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return "", backup.Errorf(backup.Invalid, "A customer needs a name.").In("name")
	case utf8.RuneCountInString(name) > maxName:
		return "", backup.Errorf(backup.Invalid, "The name of a customer may have at most %d characters.", maxName).In("name")
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return "", backup.Errorf(backup.Invalid, "The name of a customer may not hold line breaks or other unprintable characters.").In("name")
	case backup.Fold(name) == "":
		return "", backup.Errorf(backup.Invalid, "The name of a customer needs at least one visible character.").In("name")
	}
	return name, nil
}

func recorded(c backup.Customer) map[string]any {
	return map[string]any{"name": c.Name, "active": c.Active, "company_id": c.Mapping.CompanyID}
}

func subject(id backup.CustomerID) string { return fmt.Sprintf("customer %d", id) }
