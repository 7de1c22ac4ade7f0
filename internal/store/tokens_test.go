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

func TestTokensAreListedAndRevoked(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		storetest.At(t, db, "2026-03-01 08:00")
		user := storetest.User(t, db, backup.Operator)
		begin := storetest.Time(t, "2026-03-01 08:00")
		end := begin.Add(time.Hour)
		write(t, db, func(tx *store.Tx) error { return tx.AddToken(ctx, user.ID, "export\x00", []byte("a"), nil) })
		storetest.Advance(t, db, time.Minute)
		write(t, db, func(tx *store.Tx) error {
			if err := tx.AddToken(ctx, user.ID, "script", []byte("b"), &end); err != nil {
				return err
			}
			return tx.TouchToken(ctx, []byte("b"))
		})
		tokens := func() []store.Token {
			return get(t, db, func(tx *store.Tx) ([]store.Token, error) { return tx.Tokens(ctx) })
		}
		got := tokens()
		want := []store.Token{
			{User: user.Name, Label: "script", CreatedAt: begin.Add(time.Minute), ExpiresAt: &end, LastUsedAt: new(begin.Add(time.Minute))},
			{User: user.Name, Label: "export", CreatedAt: begin},
		}
		for i := range min(len(want), len(got)) {
			want[i].ID = got[i].ID
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("Tokens (-want +got):\n%s", diff)
		}

		var revoked store.Token
		write(t, db, func(tx *store.Tx) (err error) {
			revoked, err = tx.RevokeToken(ctx, got[0].ID)
			return err
		})
		if diff := cmp.Diff(want[0], revoked); diff != "" {
			t.Errorf("RevokeToken (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want[1:], tokens()); diff != "" {
			t.Errorf("Tokens after RevokeToken (-want +got):\n%s", diff)
		}
		err := try(t, db, func(tx *store.Tx) error { _, err := tx.UserByToken(ctx, []byte("b")); return err })
		wantError(t, "a revoked token", err, backup.NotFound, "The API token is not known or no longer valid.")
		err = try(t, db, func(tx *store.Tx) error { _, err := tx.RevokeToken(ctx, got[0].ID); return err })
		wantError(t, "RevokeToken again", err, backup.NotFound, fmt.Sprintf("There is no API token %d.", got[0].ID))
	})
}
