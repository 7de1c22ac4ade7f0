package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestMessageCursorGoesOnBehindAMessage(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.At(t, db, "2026-03-01 08:00")
		var sent []backup.Message
		for i := range 4 {
			// Two at the same time, so that the id decides.
			if i%2 == 0 {
				storetest.Advance(t, db, time.Minute)
			}
			sent = append(sent, storetest.Message(t, db))
		}
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			return tx.SetMessageState(t.Context(), sent[2].ID, backup.Filed)
		})
		if err != nil {
			t.Fatal(err)
		}
		var got []backup.MessageID
		err = db.Read(t.Context(), func(tx *store.Tx) error {
			for _, m := range sent {
				page, err := tx.Messages(t.Context(), store.MessageFilter{State: backup.InInbox, Cursor: store.MessageCursor(m), Limit: 1})
				if err != nil {
					return err
				}
				next := backup.MessageID(0)
				if len(page.Items) > 0 {
					next = page.Items[0].ID
				}
				got = append(got, next)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []backup.MessageID{0, sent[0].ID, sent[1].ID, sent[1].ID}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the waiting messages behind each (-want +got):\n%s", diff)
		}
	})
}

func TestCustomersOfSender(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for customer, sender := range map[string]string{"Zeta": "both@relay.example", "Acme": "both@relay.example", "Globex": "one@globex.example"} {
			job := storetest.Job(t, db, customer, "Nightly")
			err := db.Write(t.Context(), func(tx *store.Tx) error {
				if customer != "Zeta" {
					return tx.AddJobSender(t.Context(), job.ID, job.Key(), sender)
				}
				if err := tx.AddJobSender(t.Context(), job.ID, job.Key(), sender); err != nil {
					return err
				}
				return tx.AddJobSender(t.Context(), job.ID, "another key", sender)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		archive(t, db, storetest.Job(t, db, "Globex", "Nightly"))
		for sender, want := range map[string]string{
			"both@relay.example": "[Acme Zeta]",
			"one@globex.example": "[]", // its only job is archived
			"nobody@example.com": "[]",
		} {
			if got := fmt.Sprint(namesOfSender(t, db, sender)); got != want {
				t.Errorf("customers of %s: got %s, want %s", sender, got, want)
			}
		}
	})
}

func archive(t *testing.T, db *store.DB, job backup.Job) {
	t.Helper()
	job.Archived = true
	if err := db.Write(t.Context(), func(tx *store.Tx) error { return tx.UpdateJob(t.Context(), job) }); err != nil {
		t.Fatal(err)
	}
}

func namesOfSender(t *testing.T, db *store.DB, sender string) []string {
	t.Helper()
	var names []string
	err := db.Read(t.Context(), func(tx *store.Tx) error {
		customers, err := tx.CustomersOfSender(t.Context(), sender, 10)
		for _, customer := range customers {
			names = append(names, customer.Name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
