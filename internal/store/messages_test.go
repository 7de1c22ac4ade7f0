package store_test

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

// sampleRaw holds bytes that no text column could keep.
const sampleRaw = "Subject: [Failed]\r\n\r\n\x00\xff\xfe"

func pack(t *testing.T, db *store.DB, raw string) store.PackedMail {
	t.Helper()
	packed, err := db.Pack([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

func sampleMail(t *testing.T, db *store.DB) store.NewMessage {
	t.Helper()
	sent := storetest.Time(t, "2026-03-01 07:58")
	mail := store.NewMessage{
		State: backup.InInbox, Source: "file", MailID: "1@acme.example", From: "backup@acme.example", To: "reports@example.com",
		Subject: "[Failed] Täglich", SentAt: &sent, Size: 1234, Problem: "A part could not be read.",
		Reading: backup.Reading{
			Parser: "veeam-vbr", Confidence: backup.Likely,
			Outcomes: []backup.Outcome{{
				Software: "Veeam", Type: "Backup", Job: "Daily", Status: backup.StatusError, StartedAt: &sent,
				Objects: []backup.Object{{Name: "SQL01", Status: backup.StatusError, Message: "full \x00 <disk>"}},
			}},
			Evidence: []backup.Evidence{{Field: "status", Text: "[Failed]", Where: "subject"}},
			Problems: []string{"The end is not known."},
		},
		Raw: pack(t, db, sampleRaw),
	}
	rand.Read(mail.Identity[:])
	return mail
}

func TestMessages(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		storetest.At(t, db, "2026-03-01 08:00")
		mail := sampleMail(t, db)
		var id backup.MessageID
		write(t, db, func(tx *store.Tx) error {
			first, added, err := tx.AddMessage(ctx, mail)
			if err != nil || !added {
				t.Errorf("AddMessage: got added %v, %v; want a new message", added, err)
			}
			id = first
			known := mail
			known.Subject, known.State, known.Raw = "changed", backup.Filed, pack(t, db, "changed")
			again, added, err := tx.AddMessage(ctx, known)
			if err != nil || added || again != first {
				t.Errorf("AddMessage again: got id %d, added %v, %v; want the known id %d", again, added, err, first)
			}
			return err
		})
		want := backup.Message{
			ID: id, State: mail.State, Source: mail.Source, MailID: mail.MailID, From: mail.From, To: mail.To, Subject: mail.Subject,
			SentAt: mail.SentAt, ReceivedAt: storetest.Time(t, "2026-03-01 08:00"), Size: mail.Size, Problem: mail.Problem, Reading: mail.Reading,
		}
		got := get(t, db, func(tx *store.Tx) (backup.Message, error) { return tx.Message(ctx, id) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Message (-want +got):\n%s", diff)
		}
		if raw := get(t, db, func(tx *store.Tx) ([]byte, error) { return tx.RawMessage(ctx, id) }); string(raw) != sampleRaw {
			t.Errorf("RawMessage: got %q, want %q", raw, sampleRaw)
		}

		run := storetest.Run(t, db, storetest.From(id))
		second := storetest.Run(t, db, storetest.From(id))
		got = get(t, db, func(tx *store.Tx) (backup.Message, error) { return tx.Message(ctx, id) })
		if diff := cmp.Diff([]backup.RunID{run.ID, second.ID}, got.RunIDs); diff != "" {
			t.Errorf("RunIDs (-want +got):\n%s", diff)
		}
		if got.Customer == nil || got.Customer.Name != "Acme" {
			t.Errorf("Customer: got %v, want Acme", got.Customer)
		}
	})
}

func TestMessagesThatAreNotThere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		calls := map[string]func(tx *store.Tx) error{
			"Message":         func(tx *store.Tx) error { _, err := tx.Message(ctx, 99); return err },
			"SetReading":      func(tx *store.Tx) error { return tx.SetReading(ctx, 99, backup.Reading{}, "") },
			"SetMessageState": func(tx *store.Tx) error { return tx.SetMessageState(ctx, 99, backup.Filed) },
			"RestoreMessage":  func(tx *store.Tx) error { _, err := tx.RestoreMessage(ctx, 99); return err },
		}
		for name, call := range calls {
			wantError(t, name, try(t, db, call), backup.NotFound, "There is no message 99.")
		}
		err := try(t, db, func(tx *store.Tx) error { _, err := tx.RawMessage(ctx, 99); return err })
		wantError(t, "RawMessage", err, backup.NotFound, "The original mail of message 99 is not kept.")
	})
}

func TestRawMailIsBounded(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		large := make([]byte, store.MaxRaw+1)
		_, err := db.Pack(large)
		wantError(t, "Pack of a large mail", err, backup.Invalid, "The mail is larger than 64 MB.")

		// A small packed mail that unpacks to more.
		message := storetest.Message(t, db)
		write(t, db, func(tx *store.Tx) error {
			_, err := tx.SQL().ExecContext(ctx, `UPDATE message_raws SET data = $1 WHERE message_id = $2`, db.PackedRaw(large), message.ID)
			return err
		})
		err = try(t, db, func(tx *store.Tx) error { _, err := tx.RawMessage(ctx, message.ID); return err })
		wantError(t, "RawMessage of a bomb", err, backup.Invalid, "The mail is larger than 64 MB.")
	})
}

func TestParallelAddMessage(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		mail := sampleMail(t, db)
		ids, added := make([]backup.MessageID, 50), make([]bool, 50)
		for _, err := range parallel(len(ids), func(i int) error {
			return db.Write(t.Context(), func(tx *store.Tx) (err error) {
				ids[i], added[i], err = tx.AddMessage(t.Context(), mail)
				return err
			})
		}) {
			if err != nil {
				t.Fatal(err)
			}
		}
		count := 0
		for i := range ids {
			if ids[i] != ids[0] {
				t.Fatalf("50 parallel AddMessage of one mail: got ids %v, want one", ids)
			}
			if added[i] {
				count++
			}
		}
		inbox := get(t, db, func(tx *store.Tx) (int, error) { return tx.InboxCount(t.Context()) })
		if count != 1 || inbox != 1 {
			t.Errorf("50 parallel AddMessage of one mail: got %d added and %d in the inbox, want 1 and 1", count, inbox)
		}
	})
}

func TestMessageStates(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		id := storetest.Message(t, db).ID
		set := func(state backup.MessageState) {
			t.Helper()
			write(t, db, func(tx *store.Tx) error { return tx.SetMessageState(ctx, id, state) })
		}
		set(backup.Informational)
		set(backup.Deleted)
		set(backup.Deleted) // twice forgets nothing
		write(t, db, func(tx *store.Tx) error {
			state, err := tx.RestoreMessage(ctx, id)
			if state != backup.Informational {
				t.Errorf("RestoreMessage: got %q, want informational", state)
			}
			return err
		})
		err := try(t, db, func(tx *store.Tx) error { _, err := tx.RestoreMessage(ctx, id); return err })
		if kind := backup.KindOf(err); kind != backup.Conflict {
			t.Errorf("RestoreMessage of a message that is not deleted: got %v, want a Conflict", err)
		}
		if got := get(t, db, func(tx *store.Tx) (int, error) { return tx.InboxCount(ctx) }); got != 0 {
			t.Errorf("InboxCount: got %d, want 0", got)
		}
		set(backup.InInbox)
		if got := get(t, db, func(tx *store.Tx) (int, error) { return tx.InboxCount(ctx) }); got != 1 {
			t.Errorf("InboxCount: got %d, want 1", got)
		}
	})
}

func TestWaitingByKey(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		daily := backup.Outcome{Software: "Veeam", Type: "Backup", Job: "Daily", Status: backup.StatusSuccess}
		weekly := backup.Outcome{Software: "Veeam", Type: "Backup", Job: "Weekly", Status: backup.StatusSuccess}
		first := storetest.Message(t, db, daily, weekly, daily)
		second := storetest.Message(t, db, daily)
		storetest.Message(t, db, backup.Outcome{Software: "Veeam", Type: "Backup", Status: backup.StatusError}) // without a job name

		wait := func(what string, outcome backup.Outcome, sender string, want ...backup.MessageID) {
			t.Helper()
			messages := get(t, db, func(tx *store.Tx) ([]backup.Message, error) { return tx.WaitingByKey(ctx, outcome.Key(), sender, 10) })
			var ids []backup.MessageID
			for _, message := range messages {
				ids = append(ids, message.ID)
			}
			if diff := cmp.Diff(want, ids); diff != "" {
				t.Errorf("%s: messages waiting for %s from %s (-want +got):\n%s", what, outcome.Job, sender, diff)
			}
		}
		const sender = "backup@acme.example"
		wait("at first", daily, sender, first.ID, second.ID)
		wait("at first", weekly, sender, first.ID)
		wait("at first", daily, "other@acme.example")
		wait("at first", backup.Outcome{Software: "Veeam", Type: "Backup"}, sender)

		write(t, db, func(tx *store.Tx) error { return tx.SetMessageState(ctx, first.ID, backup.Filed) })
		wait("after filing", daily, sender, second.ID)
		write(t, db, func(tx *store.Tx) error { return tx.SetMessageState(ctx, first.ID, backup.InInbox) })
		wait("back in the inbox", daily, sender, first.ID, second.ID)

		reading := backup.Reading{Parser: "veeam-agent", Confidence: backup.Sure, Outcomes: []backup.Outcome{weekly}}
		write(t, db, func(tx *store.Tx) error { return tx.SetReading(ctx, first.ID, reading, "Read anew.") })
		wait("read anew", daily, sender, second.ID)
		wait("read anew", weekly, sender, first.ID)
		got := get(t, db, func(tx *store.Tx) (backup.Message, error) { return tx.Message(ctx, first.ID) })
		if diff := cmp.Diff(reading, got.Reading, cmpopts.EquateEmpty()); diff != "" || got.Problem != "Read anew." {
			t.Errorf("after SetReading: problem %q, reading (-want +got):\n%s", got.Problem, diff)
		}
	})
}

func TestMessageList(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		storetest.At(t, db, "2026-03-01 08:00")
		var ids []backup.MessageID // newest first
		states := []backup.MessageState{backup.InInbox, backup.Filed, backup.Deleted, backup.InInbox, backup.Informational}
		for i, state := range states {
			if i == 3 {
				storetest.Advance(t, db, time.Minute)
			}
			mail := sampleMail(t, db)
			mail.State = state
			mail.Subject = []string{"Straße ok", "100% done", "x", "STRASSE", "under_score"}[i]
			write(t, db, func(tx *store.Tx) error {
				id, _, err := tx.AddMessage(ctx, mail)
				ids = append([]backup.MessageID{id}, ids...)
				return err
			})
		}
		run := storetest.Run(t, db, storetest.From(ids[3]))
		tests := []struct {
			name   string
			filter store.MessageFilter
			want   []backup.MessageID
		}{
			{"all", store.MessageFilter{}, []backup.MessageID{ids[0], ids[1], ids[3], ids[4]}},
			{"inbox", store.MessageFilter{State: backup.InInbox}, []backup.MessageID{ids[1], ids[4]}},
			{"deleted", store.MessageFilter{State: backup.Deleted}, []backup.MessageID{ids[2]}},
			{"by subject", store.MessageFilter{Search: "straße"}, []backup.MessageID{ids[4]}},
			{"by sender", store.MessageFilter{Search: "BACKUP@acme"}, []backup.MessageID{ids[0], ids[1], ids[3], ids[4]}},
			{"by percent", store.MessageFilter{Search: "%"}, []backup.MessageID{ids[3]}},
			{"by underscore", store.MessageFilter{Search: "_"}, []backup.MessageID{ids[0]}},
		}
		for _, test := range tests {
			for _, limit := range []int{1, 3, 50} {
				test.filter.Limit = limit
				messages := all(t, limit, func(cursor string) (store.Page[backup.Message], error) {
					test.filter.Cursor = cursor
					return get(t, db, func(tx *store.Tx) (store.Page[backup.Message], error) { return tx.Messages(ctx, test.filter) }), nil
				})
				var got []backup.MessageID
				for _, message := range messages {
					got = append(got, message.ID)
					if message.Reading.Parser != "veeam-vbr" {
						t.Errorf("message %d: got no reading", message.ID)
					}
					if message.ID == ids[3] && (len(message.RunIDs) != 1 || message.RunIDs[0] != run.ID || message.Customer == nil) {
						t.Errorf("message %d: got runs %v and customer %v, want run %d", message.ID, message.RunIDs, message.Customer, run.ID)
					}
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("messages %s in pages of %d (-want +got):\n%s", test.name, limit, diff)
				}
			}
		}
	})
}

// A mail that arrives while somebody pages must neither repeat nor hide another.
func TestCursorsAreStable(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.At(t, db, "2026-03-01 08:00") // all in the same millisecond
		want := map[backup.MessageID]bool{}
		for range 7 {
			want[storetest.Message(t, db).ID] = true
		}
		seen := map[backup.MessageID]int{}
		for _, message := range all(t, 2, func(cursor string) (store.Page[backup.Message], error) {
			page := get(t, db, func(tx *store.Tx) (store.Page[backup.Message], error) {
				return tx.Messages(t.Context(), store.MessageFilter{Cursor: cursor, Limit: 2})
			})
			storetest.Message(t, db)
			return page, nil
		}) {
			seen[message.ID]++
		}
		for id := range want {
			if seen[id] != 1 {
				t.Errorf("message %d was listed %d times, want once", id, seen[id])
			}
		}
		if len(seen) != len(want) {
			t.Errorf("got %d messages, want the %d that were there at first", len(seen), len(want))
		}
	})
}

func TestLargeMailComesBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		mail := sampleMail(t, db)
		long := strings.Repeat("An invented line of a mail.\r\n", 200_000)
		mail.Raw = pack(t, db, long)
		var raw []byte
		write(t, db, func(tx *store.Tx) error {
			id, _, err := tx.AddMessage(t.Context(), mail)
			if err != nil {
				return err
			}
			raw, err = tx.RawMessage(t.Context(), id)
			return err
		})
		if string(raw) != long {
			t.Errorf("a mail of %d bytes came back with %d", len(long), len(raw))
		}
	})
}
