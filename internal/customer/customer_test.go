package customer_test

import (
	"context"
	"strings"
	"testing"

	"backupchecks/internal/backup"
	"backupchecks/internal/customer"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func operator() backup.User {
	return backup.User{Name: "olga", Roles: []backup.Role{backup.Operator}}
}

// write runs fn and returns its error.
func write(t *testing.T, db *store.DB, fn func(context.Context, *store.Tx) error) error {
	t.Helper()
	return db.Write(t.Context(), func(tx *store.Tx) error { return fn(t.Context(), tx) })
}

// recorded returns the actions in the audit log with what they were done to and their
// details, oldest first.
func recorded(t *testing.T, db *store.DB) []string {
	t.Helper()
	var lines []string
	err := db.Read(t.Context(), func(tx *store.Tx) error {
		page, err := tx.AuditEntries(t.Context(), store.AuditFilter{})
		for _, entry := range page.Items {
			lines = append([]string{entry.Actor + " " + entry.Action + " " + entry.Subject + " " + string(entry.Detail)}, lines...)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestChangesAreMadeAndRecorded(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var added, changed backup.Customer
		err := write(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
			if added, err = customer.Add(ctx, tx, operator(), " Bakery North "); err != nil {
				return err
			}
			changed, err = customer.Update(ctx, tx, operator(), added.ID, customer.Change{Name: new("Bakery South"), Active: new(false)})
			return err
		})
		if err != nil || added.Name != "Bakery North" || changed.Name != "Bakery South" || changed.Active {
			t.Fatalf("got %+v, then %+v, %v", added, changed, err)
		}
		err = write(t, db, func(ctx context.Context, tx *store.Tx) error {
			if _, err := customer.Update(ctx, tx, operator(), added.ID, customer.Change{Name: new("Bakery South ")}); err != nil {
				return err
			}
			return customer.Remove(ctx, tx, operator(), added.ID)
		})
		if err != nil {
			t.Fatal(err)
		}
		got := recorded(t, db)
		want := []string{"customer_added", "customer_changed", "customer_removed"}
		if len(got) != len(want) {
			t.Fatalf("recorded %q, want %q", got, want)
		}
		for i := range want {
			if !strings.HasPrefix(got[i], "olga "+want[i]+" customer ") {
				t.Errorf("entry %d is %q, want %s", i, got[i], want[i])
			}
		}
		if !strings.Contains(got[1], `"before":{"active":true,"company_id":null,"name":"Bakery North"}`) || !strings.Contains(got[1], `"after":{"active":false`) {
			t.Errorf("the change is recorded as %s", got[1])
		}
	})
}

func TestAJobMovesWithItsRuns(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		run := storetest.Run(t, db)
		to := storetest.Customer(t, db, "Bakery North")
		var moved backup.Job
		err := write(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
			if moved, err = customer.UpdateJob(ctx, tx, operator(), run.Job.ID, customer.JobChange{CustomerID: &to.ID, Archived: new(true)}); err != nil {
				return err
			}
			if _, err = customer.UpdateJob(ctx, tx, operator(), run.Job.ID, customer.JobChange{Archived: new(true)}); err != nil {
				return err
			}
			run, err = tx.Run(ctx, run.ID)
			return err
		})
		if err != nil || moved.Customer != "Bakery North" || !moved.Archived || run.Job != moved {
			t.Errorf("job %+v, run of job %+v, %v", moved, run.Job, err)
		}
		if got := recorded(t, db); len(got) != 1 || !strings.Contains(got[0], "olga job_changed job ") || !strings.Contains(got[0], `"customer":"Acme"`) {
			t.Errorf("recorded %q, want the one change", got)
		}
	})
}

func TestOnlyWhoMayEdits(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	run := storetest.Run(t, db)
	for _, role := range backup.Roles() {
		who := backup.User{Name: "somebody", Roles: []backup.Role{role}}
		may := role == backup.Admin || role == backup.Operator
		for name, act := range map[string]func(context.Context, *store.Tx) error{
			"Add": func(ctx context.Context, tx *store.Tx) error {
				_, err := customer.Add(ctx, tx, who, "Made by "+string(role))
				return err
			},
			"Update": func(ctx context.Context, tx *store.Tx) error {
				_, err := customer.Update(ctx, tx, who, run.Job.CustomerID, customer.Change{Active: new(false)})
				return err
			},
			"Remove": func(ctx context.Context, tx *store.Tx) error {
				err := customer.Remove(ctx, tx, who, 4711)
				if backup.KindOf(err) == backup.NotFound {
					return nil
				}
				return err
			},
			"UpdateJob": func(ctx context.Context, tx *store.Tx) error {
				_, err := customer.UpdateJob(ctx, tx, who, run.Job.ID, customer.JobChange{Archived: new(true)})
				return err
			},
		} {
			err := write(t, db, act)
			if may && err != nil || !may && (err == nil || backup.KindOf(err) != backup.Forbidden) {
				t.Errorf("%s as %s: %v, may %t", name, role, err, may)
			}
		}
	}
}

func TestNamesThatAreNone(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	for _, name := range []string{"", " \t", "\u200b", "Bakery\nNorth", "Bakery\x00", "Bakery\xff", strings.Repeat("é", 201)} {
		err := write(t, db, func(ctx context.Context, tx *store.Tx) error {
			_, err := customer.Add(ctx, tx, operator(), name)
			return err
		})
		if faults := backup.Faults(err); len(faults) != 1 || faults[0].Field != "name" {
			t.Errorf("Add(%q): %v, want a fault in name", name, err)
		}
	}
	if err := write(t, db, func(ctx context.Context, tx *store.Tx) error {
		_, err := customer.Add(ctx, tx, operator(), strings.Repeat("é", 200))
		return err
	}); err != nil {
		t.Errorf("Add with 200 letters: %v", err)
	}
}
