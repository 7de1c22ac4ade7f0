package store_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestCustomers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		storetest.At(t, db, "2026-03-01 08:00")
		acme := storetest.Customer(t, db, "Acme  B.V.")
		want := backup.Customer{
			ID: acme.ID, Name: "Acme  B.V.", Active: true, CreatedAt: storetest.Time(t, "2026-03-01 08:00"),
			Mapping: backup.Mapping{Status: backup.MappingMissing},
		}
		byName := get(t, db, func(tx *store.Tx) (backup.Customer, error) { return tx.CustomerByName(ctx, "ACME b.v.") })
		if diff := cmp.Diff(want, byName); diff != "" {
			t.Errorf("CustomerByName (-want +got):\n%s", diff)
		}
		err := try(t, db, func(tx *store.Tx) error {
			_, err := tx.AddCustomer(ctx, "acme b.v.")
			wantError(t, "AddCustomer of a known name", err, backup.Conflict, "A customer named acme b.v. is already there.")
			_, err = tx.AddCustomer(ctx, "Bolt") // the transaction still stands
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = try(t, db, func(tx *store.Tx) error {
			return tx.UpdateCustomer(ctx, backup.Customer{ID: acme.ID, Name: "BOLT", Active: true})
		})
		wantError(t, "UpdateCustomer to a known name", err, backup.Conflict, "A customer named BOLT is already there.")

		want.Name, want.Active = "Acme Holding", false
		write(t, db, func(tx *store.Tx) error { return tx.UpdateCustomer(ctx, want) })
		got := get(t, db, func(tx *store.Tx) (backup.Customer, error) { return tx.Customer(ctx, acme.ID) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Customer after UpdateCustomer (-want +got):\n%s", diff)
		}
	})
}

func TestCustomersThatAreNotThere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		calls := map[string]func(tx *store.Tx) error{
			"Customer":       func(tx *store.Tx) error { _, err := tx.Customer(ctx, 99); return err },
			"UpdateCustomer": func(tx *store.Tx) error { return tx.UpdateCustomer(ctx, backup.Customer{ID: 99, Name: "x"}) },
			"RemoveCustomer": func(tx *store.Tx) error { return tx.RemoveCustomer(ctx, 99) },
			"SetMapping":     func(tx *store.Tx) error { return tx.SetMapping(ctx, 99, backup.Mapping{Status: backup.MappingMissing}) },
		}
		for name, call := range calls {
			wantError(t, name, try(t, db, call), backup.NotFound, "There is no customer 99.")
		}
		err := try(t, db, func(tx *store.Tx) error { _, err := tx.CustomerByName(ctx, "Nobody"); return err })
		wantError(t, "CustomerByName", err, backup.NotFound, "There is no customer Nobody.")
	})
}

func TestRemoveCustomer(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		empty := storetest.Customer(t, db, "Empty")
		busy := storetest.Job(t, db, "Busy", "Daily")
		err := try(t, db, func(tx *store.Tx) error { return tx.RemoveCustomer(ctx, busy.CustomerID) })
		wantError(t, "RemoveCustomer with a job", err, backup.Conflict,
			"The customer still has 1 jobs. Make it inactive instead, or move its jobs first.")
		write(t, db, func(tx *store.Tx) error { return tx.RemoveCustomer(ctx, empty.ID) })
		if again := storetest.Customer(t, db, "Empty"); again.ID <= busy.CustomerID {
			t.Errorf("a removed customer's id was given again: %d", again.ID)
		}
	})
}

func TestCustomerList(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		// Byte order of the folded names, whatever language the server sorts by.
		want := []string{"100% Backup", "a-z", "Acme", "ACME Holding", "b_rt", "bert", "Émile", "Ölmühle"}
		for _, i := range []int{3, 0, 7, 5, 1, 6, 2, 4} {
			storetest.Customer(t, db, want[i])
		}
		for _, limit := range []int{1, 3, 8, 0} {
			customers := all(t, max(limit, len(want)), func(cursor string) (page store.Page[backup.Customer], err error) {
				return get(t, db, func(tx *store.Tx) (store.Page[backup.Customer], error) {
					return tx.Customers(ctx, store.CustomerFilter{Cursor: cursor, Limit: limit})
				}), nil
			})
			if diff := cmp.Diff(want, customerNames(customers)); diff != "" {
				t.Errorf("customers in pages of %d (-want +got):\n%s", limit, diff)
			}
		}
		searches := map[string][]string{
			"acme": {"Acme", "ACME Holding"}, "ÖLM": {"Ölmühle"}, "0%": {"100% Backup"}, "b_r": {"b_rt"}, "!": nil, "e'": nil,
		}
		for search, want := range searches {
			page := get(t, db, func(tx *store.Tx) (store.Page[backup.Customer], error) {
				return tx.Customers(ctx, store.CustomerFilter{Search: search})
			})
			if diff := cmp.Diff(want, customerNames(page.Items)); diff != "" {
				t.Errorf("customers found by %q (-want +got):\n%s", search, diff)
			}
		}
	})
}

func customerNames(customers []backup.Customer) (names []string) {
	for _, customer := range customers {
		names = append(names, customer.Name)
	}
	return names
}

func TestListLimits(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	write(t, db, func(tx *store.Tx) error {
		for i := range 520 {
			if _, err := tx.AddCustomer(t.Context(), fmt.Sprintf("Customer %03d", i)); err != nil {
				return err
			}
		}
		return nil
	})
	for limit, want := range map[int]int{0: 50, -1: 50, 1: 1, 500: 500, 10_000: 500} {
		page := get(t, db, func(tx *store.Tx) (store.Page[backup.Customer], error) {
			return tx.Customers(t.Context(), store.CustomerFilter{Limit: limit})
		})
		if len(page.Items) != want || page.Next == "" {
			t.Errorf("limit %d: got %d items and next %q, want %d and a cursor", limit, len(page.Items), page.Next, want)
		}
	}
}

func TestSetMapping(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		acme, bolt := storetest.Customer(t, db, "Acme"), storetest.Customer(t, db, "Bolt")
		synced := storetest.Time(t, "2026-03-01 08:00")
		mapping := backup.Mapping{
			CompanyID: new(int64(0)), CompanyName: "Acme in Autotask", Status: backup.MappingOK, SyncedAt: &synced, Environment: "production",
		}
		set := func(id backup.CustomerID, m backup.Mapping) error {
			return try(t, db, func(tx *store.Tx) error { return tx.SetMapping(ctx, id, m) })
		}
		for range 2 { // again is no conflict with itself
			if err := set(acme.ID, mapping); err != nil {
				t.Fatalf("SetMapping: %v", err)
			}
		}
		got := get(t, db, func(tx *store.Tx) (backup.Customer, error) { return tx.Customer(ctx, acme.ID) })
		if diff := cmp.Diff(mapping, got.Mapping); diff != "" {
			t.Errorf("mapping (-want +got):\n%s", diff)
		}
		wantError(t, "SetMapping of a company in use", set(bolt.ID, mapping), backup.Conflict, "The company is already mapped to the customer Acme.")

		elsewhere := mapping
		elsewhere.Environment = "sandbox"
		if err := set(bolt.ID, elsewhere); err != nil {
			t.Errorf("SetMapping of the same id in another tenant: %v", err)
		}
		if err := set(acme.ID, backup.Mapping{Status: backup.MappingMissing}); err != nil {
			t.Fatalf("SetMapping to no company: %v", err)
		}
		if err := set(bolt.ID, mapping); err != nil {
			t.Errorf("SetMapping of a company given free: %v", err)
		}
	})
}

func TestParallelMappingsOfOneCompany(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var ids []backup.CustomerID
		for i := range 10 {
			ids = append(ids, storetest.Customer(t, db, fmt.Sprintf("Customer %d", i)).ID)
		}
		errs := parallel(len(ids), func(i int) error {
			return db.Write(t.Context(), func(tx *store.Tx) error {
				return tx.SetMapping(t.Context(), ids[i], backup.Mapping{CompanyID: new(int64(7)), Status: backup.MappingOK})
			})
		})
		errs = slices.DeleteFunc(errs, func(err error) bool { return err != nil && backup.KindOf(err) == backup.Conflict })
		if len(errs) != 1 || errs[0] != nil {
			t.Errorf("ten mappings of one company: got %v beside the conflicts, want one success", errs)
		}
	})
}

func TestBadCursors(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		lists := map[string]func(tx *store.Tx, cursor string) error{
			"Customers": func(tx *store.Tx, c string) error {
				_, err := tx.Customers(ctx, store.CustomerFilter{Cursor: c})
				return err
			},
			"Jobs": func(tx *store.Tx, c string) error { _, err := tx.Jobs(ctx, store.JobFilter{Cursor: c}); return err },
			"Messages": func(tx *store.Tx, c string) error {
				_, err := tx.Messages(ctx, store.MessageFilter{Cursor: c})
				return err
			},
			"Runs": func(tx *store.Tx, c string) error { _, err := tx.Runs(ctx, store.RunFilter{Cursor: c}); return err },
			"Tickets": func(tx *store.Tx, c string) error {
				_, err := tx.Tickets(ctx, store.TicketFilter{Cursor: c})
				return err
			},
			"AuditEntries": func(tx *store.Tx, c string) error {
				_, err := tx.AuditEntries(ctx, store.AuditFilter{Cursor: c})
				return err
			},
		}
		cursors := []string{
			"x", "not base64!", "bnVsbA", "W10", "e30", "W251bGxd", "W251bGwsbnVsbF0", // null, [], {}, [null], [null,null]
			"W1tdLFtdXQ", "W3t9XQ", "WzEuNSwxLjVd", "WyIiLDEsMl0", // [[],[]], [{}], [1.5,1.5], ["",1,2]
			string(make([]byte, 10_000)),
		}
		for name, list := range lists {
			for _, cursor := range cursors {
				err := db.Read(ctx, func(tx *store.Tx) error { return list(tx, cursor) })
				wantError(t, fmt.Sprintf("%s after %.20q", name, cursor), err, backup.Invalid, "The cursor is not valid. Begin again at the first page.")
			}
		}
	})
}

// PostgreSQL holds neither NUL nor text that is not UTF-8. What people type must not fail
// there and pass on SQLite.
func TestTextIsStorable(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		customer := storetest.Customer(t, db, "A\x00c\xff\xfeme")
		if customer.Name != "Ac\uFFFDme" {
			t.Errorf("name: got %q, want the NUL gone and the rest replaced", customer.Name)
		}
		page := get(t, db, func(tx *store.Tx) (store.Page[backup.Customer], error) {
			return tx.Customers(ctx, store.CustomerFilter{Search: "ac\x00\uFFFDme"})
		})
		if len(page.Items) != 1 {
			t.Errorf("search with a NUL: got %d customers, want 1", len(page.Items))
		}
	})
}
