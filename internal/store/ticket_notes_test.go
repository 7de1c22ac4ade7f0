package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestTicketNote(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		storetest.At(t, db, "2026-03-01 08:00")
		key := store.TicketNoteKey{Tenant: "sandbox/api", AutotaskID: 4711, Kind: store.NoteResolved}
		begin := func(key store.TicketNoteKey) (note *store.TicketNote) {
			write(t, db, func(tx *store.Tx) (err error) {
				note, err = tx.BeginTicketNote(ctx, key)
				return err
			})
			return note
		}
		if got := begin(key); got != nil {
			t.Errorf("the first BeginTicketNote: got %+v, want nil", got)
		}
		for _, other := range []store.TicketNoteKey{
			{Tenant: "production/api", AutotaskID: 4711, Kind: store.NoteResolved},
			{Tenant: "sandbox/api", AutotaskID: 4712, Kind: store.NoteResolved},
			{Tenant: "sandbox/api", AutotaskID: 4711, Kind: store.NoteTimeEntries},
		} {
			if got := begin(other); got != nil {
				t.Errorf("BeginTicketNote(%+v): got %+v, want nil", other, got)
			}
		}
		storetest.Advance(t, db, time.Hour)
		if diff := cmp.Diff(&store.TicketNote{SentAt: storetest.Time(t, "2026-03-01 08:00")}, begin(key)); diff != "" {
			t.Errorf("BeginTicketNote of a note that was sent (-want +got):\n%s", diff)
		}
		write(t, db, func(tx *store.Tx) error { return tx.SetTicketNote(ctx, key, true) })
		if diff := cmp.Diff(&store.TicketNote{SentAt: storetest.Time(t, "2026-03-01 09:00"), Done: true}, begin(key)); diff != "" {
			t.Errorf("BeginTicketNote of a note that is there (-want +got):\n%s", diff)
		}
		write(t, db, func(tx *store.Tx) error { return tx.RemoveTicketNote(ctx, key) })
		if got := begin(key); got != nil {
			t.Errorf("BeginTicketNote after RemoveTicketNote: got %+v, want nil", got)
		}
	})
}

func TestParallelBeginTicketNote(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		begun := make([]bool, 20)
		for _, err := range parallel(len(begun), func(i int) error {
			return db.Write(t.Context(), func(tx *store.Tx) error {
				known, err := tx.BeginTicketNote(t.Context(), store.TicketNoteKey{Tenant: "sandbox/api", AutotaskID: 1, Kind: store.NoteResolved})
				begun[i] = err == nil && known == nil
				return err
			})
		}) {
			if err != nil {
				t.Errorf("BeginTicketNote: %v", err)
			}
		}
		first := 0
		for _, was := range begun {
			if was {
				first++
			}
		}
		if first != 1 {
			t.Errorf("%d of %d parallel BeginTicketNote were the first, want 1", first, len(begun))
		}
	})
}
