package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestUsersAndRoles(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		storetest.At(t, db, "2026-03-01 08:00")
		var anna backup.User
		write(t, db, func(tx *store.Tx) (err error) {
			anna, err = tx.AddUser(ctx, "Anna", "hash", []backup.Role{backup.Viewer, backup.Admin, backup.Viewer})
			return err
		})
		want := backup.User{
			ID: anna.ID, Name: "Anna", Roles: []backup.Role{backup.Admin, backup.Viewer}, ActiveRole: backup.Admin,
			CreatedAt: storetest.Time(t, "2026-03-01 08:00"),
		}
		if diff := cmp.Diff(want, anna); diff != "" {
			t.Errorf("AddUser (-want +got):\n%s", diff)
		}
		write(t, db, func(tx *store.Tx) error {
			_, err := tx.AddUser(ctx, "ANNA", "", []backup.Role{backup.Viewer})
			wantError(t, "AddUser of a known name", err, backup.Conflict, "A user named ANNA is already there.")
			_, err = tx.AddUser(ctx, "Nobody", "", []backup.Role{"king"})
			wantError(t, "AddUser without roles", err, backup.Invalid, "A user needs at least one role.")
			if err := tx.SetActiveRole(ctx, anna.ID, backup.Viewer); err != nil {
				return err
			}
			return tx.SetPassword(ctx, anna.ID, "new hash")
		})
		err := try(t, db, func(tx *store.Tx) error { return tx.SetActiveRole(ctx, anna.ID, backup.Reporter) })
		wantError(t, "SetActiveRole", err, backup.Invalid, "Anna does not have the role reporter.")
		want.ActiveRole = backup.Viewer
		err = db.Read(ctx, func(tx *store.Tx) error {
			got, hash, err := tx.UserByName(ctx, "anna")
			if diff := cmp.Diff(want, got); diff != "" || hash != "new hash" {
				t.Errorf("UserByName: hash %q, user (-want +got):\n%s", hash, diff)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		storetest.User(t, db, backup.Operator)
		users := get(t, db, func(tx *store.Tx) ([]backup.User, error) { return tx.Users(ctx) })
		if len(users) != 2 || users[0].Name != "Anna" || users[1].Name != "operator" || len(users[1].Roles) != 1 {
			t.Errorf("Users: got %v, want Anna and operator", users)
		}
		calls := map[string]func(tx *store.Tx) error{
			"User":          func(tx *store.Tx) error { _, err := tx.User(ctx, 99); return err },
			"SetPassword":   func(tx *store.Tx) error { return tx.SetPassword(ctx, 99, "x") },
			"SetDisabled":   func(tx *store.Tx) error { return tx.SetDisabled(ctx, 99, true) },
			"SetActiveRole": func(tx *store.Tx) error { return tx.SetActiveRole(ctx, 99, backup.Admin) },
		}
		for name, call := range calls {
			wantError(t, name, try(t, db, call), backup.NotFound, "There is no user 99.")
		}
		err = try(t, db, func(tx *store.Tx) error { _, _, err := tx.UserByName(ctx, "x\x00y"); return err })
		wantError(t, "UserByName", err, backup.NotFound, "There is no user x\x00y.")
	})
}

func TestLastAdministratorStays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		disable := func(id backup.UserID, disabled bool) error {
			return db.Write(ctx, func(tx *store.Tx) error { return tx.SetDisabled(ctx, id, disabled) })
		}
		operator, admin := storetest.User(t, db, backup.Operator), storetest.User(t, db, backup.Admin)
		if err := disable(operator.ID, true); err != nil {
			t.Errorf("disabling an operator: %v", err)
		}
		wantError(t, "disabling the last administrator", disable(admin.ID, true), backup.Conflict, "This is the last administrator. Make another one first.")

		var admins []backup.UserID
		write(t, db, func(tx *store.Tx) error {
			for _, name := range []string{"a", "b", "c", "d", "e"} {
				user, err := tx.AddUser(ctx, name, "", []backup.Role{backup.Admin})
				if err != nil {
					return err
				}
				admins = append(admins, user.ID)
			}
			return nil
		})
		admins = append(admins, admin.ID)
		refused := 0
		for _, err := range parallel(len(admins), func(i int) error { return disable(admins[i], true) }) {
			if err != nil {
				refused++
			}
		}
		if refused != 1 {
			t.Errorf("all administrators disabled at once: %d were refused, want 1", refused)
		}
		if err := disable(operator.ID, false); err != nil {
			t.Errorf("letting an operator in again: %v", err)
		}
	})
}

func TestSessions(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		storetest.At(t, db, "2026-03-01 08:00")
		user := storetest.User(t, db, backup.Admin)
		expires := storetest.Time(t, "2026-03-01 09:00")
		write(t, db, func(tx *store.Tx) error {
			for _, hash := range []string{"one", "two", "three"} {
				var owner *backup.UserID
				if hash != "three" {
					owner = &user.ID
				}
				for _, data := range []string{"old", "data of " + hash} {
					if err := tx.SaveSession(ctx, []byte(hash), owner, []byte(data), expires); err != nil {
						return err
					}
				}
			}
			return tx.RemoveSession(ctx, []byte("one"))
		})
		check := func(when string, want map[string]bool) {
			t.Helper()
			err := db.Read(ctx, func(tx *store.Tx) error {
				for hash, there := range want {
					data, found, err := tx.Session(ctx, []byte(hash))
					if err != nil || found != there || (there && string(data) != "data of "+hash) {
						t.Errorf("%s: session %s: got %q, %v, %v; want found %v", when, hash, data, found, err, there)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		check("before the end", map[string]bool{"one": false, "two": true, "three": true, "four": false})
		write(t, db, func(tx *store.Tx) error { return tx.RemoveSessionsOf(ctx, user.ID) })
		check("after sign-out", map[string]bool{"two": false, "three": true})
		storetest.Advance(t, db, time.Hour)
		check("at the end", map[string]bool{"three": false})
		for _, want := range []int{1, 0} {
			write(t, db, func(tx *store.Tx) error {
				removed, err := tx.RemoveExpiredSessions(ctx)
				if removed != want {
					t.Errorf("RemoveExpiredSessions: got %d, want %d", removed, want)
				}
				return err
			})
		}
	})
}

func TestTokens(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		storetest.At(t, db, "2026-03-01 08:00")
		user := storetest.User(t, db, backup.Operator, backup.Viewer)
		const refusal = "The API token is not known or no longer valid."
		byToken := func(hash string) (u backup.User, err error) {
			err = try(t, db, func(tx *store.Tx) (err error) {
				u, err = tx.UserByToken(ctx, []byte(hash))
				return err
			})
			return u, err
		}
		write(t, db, func(tx *store.Tx) error {
			if err := tx.AddToken(ctx, user.ID, "script", []byte("forever"), nil); err != nil {
				return err
			}
			return tx.AddToken(ctx, user.ID, "script", []byte("an hour"), new(tx.Now().Add(time.Hour)))
		})
		got, err := byToken("an hour")
		want := user
		want.ActiveRole = "" // all roles count
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("UserByToken: %v (-want +got):\n%s", err, diff)
		}
		storetest.Advance(t, db, time.Hour)
		_, err = byToken("an hour")
		wantError(t, "an expired token", err, backup.NotFound, refusal)
		_, err = byToken("unknown")
		wantError(t, "an unknown token", err, backup.NotFound, refusal)
		if _, err := byToken("forever"); err != nil {
			t.Errorf("a token without an end: %v", err)
		}
		write(t, db, func(tx *store.Tx) error { return tx.SetDisabled(ctx, user.ID, true) })
		_, err = byToken("forever")
		wantError(t, "the token of a disabled user", err, backup.NotFound, refusal)
	})
}

func TestTouchToken(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		storetest.At(t, db, "2026-03-01 08:00")
		user := storetest.User(t, db, backup.Operator)
		write(t, db, func(tx *store.Tx) error { return tx.AddToken(ctx, user.ID, "script", []byte("x"), nil) })
		for _, step := range []struct{ advance, want time.Duration }{{0, 0}, {59 * time.Second, 0}, {time.Second, time.Minute}} {
			storetest.Advance(t, db, step.advance)
			write(t, db, func(tx *store.Tx) error { return tx.TouchToken(ctx, []byte("x")) })
			var used int64
			if err := db.Writer().QueryRowContext(ctx, `SELECT last_used_at FROM tokens`).Scan(&used); err != nil {
				t.Fatal(err)
			}
			if want := storetest.Time(t, "2026-03-01 08:00").Add(step.want); used != want.UnixMilli() {
				t.Errorf("after %v more: last use %v, want %v", step.advance, time.UnixMilli(used).UTC(), want)
			}
		}
	})
}

func TestSignInFailures(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		storetest.At(t, db, "2026-03-01 08:00")
		check := func(name string, want int, last time.Time) {
			t.Helper()
			err := db.Read(ctx, func(tx *store.Tx) error {
				count, at, err := tx.SignInFailures(ctx, name)
				if count != want || at != last {
					t.Errorf("failures of %s: got %d at %v, want %d at %v", name, count, at, want, last)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		check("anna", 0, time.Time{})
		for _, err := range parallel(10, func(int) error {
			return db.Write(ctx, func(tx *store.Tx) error { return tx.AddSignInFailure(ctx, "anna") })
		}) {
			if err != nil {
				t.Fatal(err)
			}
		}
		storetest.Advance(t, db, time.Minute)
		write(t, db, func(tx *store.Tx) error { return tx.AddSignInFailure(ctx, "anna") })
		check("anna", 11, storetest.Time(t, "2026-03-01 08:01"))
		check("bert", 0, time.Time{})
		write(t, db, func(tx *store.Tx) error { return tx.ClearSignInFailures(ctx, "anna") })
		check("anna", 0, time.Time{})
	})
}

func TestSignInPlaces(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		for range 2 { // signing in again from there changes nothing
			write(t, db, func(tx *store.Tx) error { return tx.AddSignInPlace(ctx, "anna", "192.0.2.1") })
		}
		for _, test := range []struct {
			name, network string
			want          bool
		}{
			{"anna", "192.0.2.1", true}, {"anna", "192.0.2.2", false}, {"berta", "192.0.2.1", false}, {"", "", false},
		} {
			got := get(t, db, func(tx *store.Tx) (bool, error) { return tx.SignedInFrom(ctx, test.name, test.network) })
			if got != test.want {
				t.Errorf("SignedInFrom(%q, %q) = %t, want %t", test.name, test.network, got, test.want)
			}
		}
	})
}
