package store_test

import (
	"testing"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

// More runs than go into one statement, and one that has nothing.
func TestObjectsAndTicketsOfManyRuns(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var ids []backup.RunID
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			customer, err := tx.AddCustomer(t.Context(), "Acme")
			if err != nil {
				return err
			}
			job, err := tx.AddJob(t.Context(), backup.Job{CustomerID: customer.ID, Software: "Veeam", Type: "Backup", Name: "Nightly"})
			if err != nil {
				return err
			}
			for i := range 450 {
				run := backup.Run{Job: job, Status: backup.StatusError, ReceivedAt: tx.Now()}
				if i > 0 {
					run.Objects = []backup.Object{{Name: "B", Status: backup.StatusError}, {Name: "A", Status: backup.StatusSuccess}}
				}
				id, err := tx.AddRun(t.Context(), run)
				if err != nil {
					return err
				}
				ids = append(ids, id)
			}
			for _, active := range []bool{false, true} {
				if _, err := tx.AddTicket(t.Context(), backup.Ticket{RunID: ids[449], Origin: backup.TicketManual, State: backup.TicketByHand, Active: active}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Read(t.Context(), func(tx *store.Tx) error {
			objects, err := tx.ObjectsOfRuns(t.Context(), append(ids, 4711))
			if err != nil {
				return err
			}
			if len(objects) != 449 || len(objects[ids[0]]) != 0 || len(objects[ids[449]]) != 2 || objects[ids[200]][0].Name != "B" {
				t.Errorf("objects of %d runs, want 449, each in the order of the mail", len(objects))
			}
			tickets, err := tx.TicketsOfRuns(t.Context(), append(ids, 4711))
			if len(tickets) != 1 || len(tickets[ids[449]]) != 2 || !tickets[ids[449]][0].Active {
				t.Errorf("tickets: got %+v, want the two of the last run, newest first", tickets)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Read(t.Context(), func(tx *store.Tx) error {
			objects, err := tx.ObjectsOfRuns(t.Context(), nil)
			if len(objects) != 0 {
				t.Errorf("objects of no runs: %v", objects)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
