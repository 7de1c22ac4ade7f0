package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		type mail struct {
			Folder string
			Batch  int
		}
		want := mail{Folder: "Inbox/Grüße", Batch: 50}
		write(t, db, func(tx *store.Tx) error {
			got := mail{Folder: "default"}
			found, err := tx.Setting(ctx, "mail", &got)
			if found || err != nil || got.Folder != "default" {
				t.Errorf("Setting that was never set: got %v, %v, %+v; want the value left alone", found, err, got)
			}
			for _, value := range []mail{{Batch: 1}, want} {
				if err := tx.SetSetting(ctx, "mail", value); err != nil {
					return err
				}
			}
			return tx.SetSetting(ctx, "zone", "Europe/Amsterdam")
		})
		err := db.Read(ctx, func(tx *store.Tx) error {
			var got mail
			found, err := tx.Setting(ctx, "mail", &got)
			if !found || got != want {
				t.Errorf("Setting: got %v, %+v; want %+v", found, got, want)
			}
			if found, err := tx.Setting(ctx, "zone", &got); !found && err == nil {
				t.Error("Setting into another type: got neither a value nor an error")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		write(t, db, func(tx *store.Tx) error {
			for name, ciphertext := range map[string]string{"autotask": "\x00\xff1", "graph": "2"} {
				for _, value := range []string{"old", ciphertext} {
					if err := tx.SetSecret(ctx, name, []byte(value)); err != nil {
						return err
					}
				}
			}
			return nil
		})
		all := func() map[string][]byte {
			return get(t, db, func(tx *store.Tx) (map[string][]byte, error) { return tx.Secrets(ctx) })
		}
		if diff := cmp.Diff(map[string][]byte{"autotask": []byte("\x00\xff1"), "graph": []byte("2")}, all()); diff != "" {
			t.Errorf("Secrets (-want +got):\n%s", diff)
		}
		write(t, db, func(tx *store.Tx) error {
			if err := tx.RemoveSecret(ctx, "graph"); err != nil {
				return err
			}
			secret, found, err := tx.Secret(ctx, "autotask")
			if !found || string(secret) != "\x00\xff1" {
				t.Errorf("Secret: got %q, %v", secret, found)
			}
			if _, found, err := tx.Secret(ctx, "graph"); found || err != nil {
				t.Errorf("Secret after RemoveSecret: got %v, %v; want none", found, err)
			}
			return err
		})
		if got := all(); len(got) != 1 {
			t.Errorf("Secrets after RemoveSecret: got %d, want 1", len(got))
		}
	})
}
