package store_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestOpenRefusesAddresses(t *testing.T) {
	t.Parallel()
	const form = "The database address must be sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME."
	const escape = "The database address is not a valid postgres:// address. In a password, write %23 for #, %2F for /, %3F for ? and %40 for @."
	const unreached = "The PostgreSQL database backups on 127.0.0.1 cannot be reached or refuses the sign-in."
	keyFile := filepath.Join(t.TempDir(), "client.key")
	if err := os.WriteFile(keyFile, []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(t.TempDir(), "absent", "x.db")
	tests := []struct {
		address  string
		kind     backup.Kind
		sentence string
	}{
		{"", backup.Invalid, form},
		{"backupchecks.db", backup.Invalid, form},
		{"sqlite:", backup.Invalid, form},
		{"postgres:backupchecks", backup.Invalid, form},
		{"mysql://root:pl4nted@localhost/x", backup.Invalid, form},
		{"sqlite::memory:", backup.Invalid, "The database address must name a file, as in sqlite:backupchecks.db."},
		{"sqlite:file:x.db?mode=memory", backup.Invalid, "The database address must name a file, as in sqlite:backupchecks.db."},
		{"sqlite:" + missing, backup.Unavailable, "The database file " + missing + " cannot be opened or made. Its folder must exist and be writable."},
		{"postgres://u:pl4nted@host:port/x", backup.Invalid, "The database address is not a valid postgres:// address."},
		{"postgres://u:pl4nted@db.example/x?sslmode=perhaps", backup.Invalid, "The database address for db.example is not a valid postgres:// address."},
		{"postgres://u:pl4nted@127.0.0.1:1/backups?connect_timeout=2", backup.Unavailable, unreached},
		{"postgres://u@127.0.0.1:1/backups?sslmode=disable&sslpassword=pl4nted&password=pl4nted&options=pl4nted&pasword=pl4nted", backup.Unavailable, unreached},
		{"postgres://u@db.example/x?sslmode=require&sslkey=" + keyFile + "&sslcert=" + keyFile + "&sslpassword=pl4nted", backup.Invalid, "The database address for db.example is not a valid postgres:// address."},
		{"postgres://u@db.example/x?pool_max_conns=pl4nted", backup.Invalid, "The database address for db.example is not a valid postgres:// address."},
		{"postgres://u:1#pl4nted@db.example/x", backup.Invalid, escape},
		{"postgres://u:1/pl4nted@db.example/x", backup.Invalid, escape},
		{"postgres://u:1?pl4nted@db.example/x", backup.Invalid, escape},
	}
	for _, test := range tests {
		_, err := store.Open(t.Context(), store.Config{URL: test.address})
		wantError(t, test.address, err, test.kind, test.sentence)
		if strings.Contains(err.Error(), "pl4nted") {
			t.Errorf("Open(%s): the error holds the password: %v", test.address, err)
		}
	}
}

// TestCommitsOutliveAPowerCut: a mail that was acknowledged is on the disk.
func TestCommitsOutliveAPowerCut(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), store.Config{URL: "sqlite:" + filepath.Join(t.TempDir(), "backupchecks.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const full = 2
	var got int
	if err := db.Writer().QueryRowContext(t.Context(), "PRAGMA synchronous").Scan(&got); err != nil || got != full {
		t.Errorf("PRAGMA synchronous of the writer: got %d, %v; want %d, a sync at every commit", got, err, full)
	}
}

func TestOpenTakesAnyFileName(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a name?with=%41#odd & signs.db")
	db, err := store.Open(t.Context(), store.Config{URL: "sqlite:" + path})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	defer db.Close()
	if _, _, err := db.Migrate(t.Context()); err != nil {
		t.Fatalf("Migrate: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Size() == 0 {
		t.Fatalf("the database is not in the file that was named: %v, %v", info, err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("file mode: got %o, want 600: mails are nobody else's business", got)
	}
	if db.Engine() != "sqlite" || db.Pool() != nil || db.Writer() == nil {
		t.Errorf("got engine %q, pool %v, writer %v", db.Engine(), db.Pool(), db.Writer())
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "backupchecks.db")
	db, err := store.Open(t.Context(), store.Config{URL: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, link} {
		output, err := openElsewhere(t, "sqlite:"+name)
		if _, exited := errors.AsType[*exec.ExitError](err); !exited || !strings.Contains(output, "is in use by another Backupchecks process") {
			t.Errorf("second process on %s: got %q, %v; want a refusal", name, output, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if output, err := openElsewhere(t, "sqlite:"+path); err != nil || output != "opened sqlite\n" {
		t.Errorf("second process after Close: got %q, %v; want it to open", output, err)
	}
}

func openElsewhere(t *testing.T, address string) (string, error) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), program)
	command.Env = append(os.Environ(), openVariable+"="+address)
	output, err := command.CombinedOutput()
	return string(output), err
}

func TestBesideARunningServer(t *testing.T) {
	t.Parallel()
	address := "sqlite:" + filepath.Join(t.TempDir(), "backupchecks.db")
	server, err := store.Open(t.Context(), store.Config{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	beside, err := store.Open(t.Context(), store.Config{URL: address, Beside: true})
	if err != nil {
		t.Fatalf("Open beside: %v", err)
	}
	defer beside.Close()

	_, _, err = beside.Migrate(t.Context())
	if kind := backup.KindOf(err); kind != backup.Conflict {
		t.Errorf("Migrate beside a server with an old schema: got %v, want a Conflict", err)
	}
	if _, _, err := server.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if applied, _, err := beside.Migrate(t.Context()); err != nil || applied != 0 {
		t.Errorf("Migrate beside a migrated server: got %d, %v; want 0 and no error", applied, err)
	}
	errs := parallel(20, func(i int) error {
		db := []*store.DB{server, beside}[i%2]
		return db.Write(t.Context(), func(tx *store.Tx) error { return tx.AddSignInFailure(t.Context(), "anna") })
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatalf("writing side by side: %v", err)
	}
	got := get(t, server, func(tx *store.Tx) (int, error) {
		count, _, err := tx.SignInFailures(t.Context(), "anna")
		return count, err
	})
	if got != 20 {
		t.Errorf("writing side by side: got %d failures counted, want 20", got)
	}
}

func TestPing(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		db, err := store.Open(t.Context(), store.Config{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Ping(t.Context()); err != nil {
			t.Errorf("Ping: %v", err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		wantError(t, "Ping of a closed store", db.Ping(t.Context()), backup.Unavailable, "The database cannot be reached.")
	})
}

func TestReadSeesOneStateAndChangesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		err := db.Read(ctx, func(tx *store.Tx) error {
			before, err := tx.InboxCount(ctx)
			if err != nil {
				return err
			}
			storetest.Message(t, db)
			after, err := tx.InboxCount(ctx)
			if before != 0 || after != 0 {
				t.Errorf("InboxCount in one Read: got %d and then %d, want 0 both times", before, after)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Read(ctx, func(tx *store.Tx) error {
			_, err := tx.AddCustomer(ctx, "Acme")
			return err
		})
		if err == nil {
			t.Error("AddCustomer in a Read: got no error")
		}
	})
}

func TestWriteIsAllOrNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		fault := errors.New("a fault of ours")
		calls, hooks := 0, 0
		err := try(t, db, func(tx *store.Tx) error {
			calls++
			tx.AfterCommit(func() { hooks++ })
			if _, err := tx.AddCustomer(ctx, "Lost"); err != nil {
				return err
			}
			return fault
		})
		if !errors.Is(err, fault) || calls != 1 || hooks != 0 {
			t.Errorf("failing Write: got %v after %d calls and %d hooks, want the fault after one call and no hook", err, calls, hooks)
		}
		func() {
			defer func() { _ = recover() }()
			_ = try(t, db, func(tx *store.Tx) error {
				if _, err := tx.AddCustomer(ctx, "Lost"); err != nil {
					return err
				}
				panic("in the middle")
			})
		}()
		write(t, db, func(tx *store.Tx) error {
			tx.AfterCommit(func() { storetest.Customer(t, db, "Made by a hook") })
			_, err := tx.AddCustomer(ctx, "Kept")
			return err
		})
		page := get(t, db, func(tx *store.Tx) (store.Page[backup.Customer], error) {
			return tx.Customers(ctx, store.CustomerFilter{})
		})
		var names []string
		for _, customer := range page.Items {
			names = append(names, customer.Name)
		}
		if got := strings.Join(names, ", "); got != "Kept, Made by a hook" {
			t.Errorf("customers: got %s, want Kept, Made by a hook", got)
		}
	})
}

func TestTransactionHasOneTime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		at := time.Date(2026, 3, 29, 2, 30, 0, 123_456_789, time.FixedZone("CET", 3600))
		storetest.SetTime(t, db, at)
		write(t, db, func(tx *store.Tx) error {
			want := time.Date(2026, 3, 29, 1, 30, 0, 123_000_000, time.UTC)
			storetest.Advance(t, db, time.Hour)
			if got := tx.Now(); got != want {
				t.Errorf("Now: got %v, want %v", got, want)
			}
			customer, err := tx.AddCustomer(t.Context(), "Acme")
			if customer.CreatedAt != want {
				t.Errorf("CreatedAt: got %v, want %v", customer.CreatedAt, want)
			}
			return err
		})
	})
}

func TestDeadlockIsTriedAgain(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	runs := []backup.RunID{storetest.Run(t, db).ID, storetest.Run(t, db).ID}
	var tries [2]int
	met := make(chan struct{}, 2)
	both := make(chan struct{})
	go func() {
		<-met
		<-met
		close(both)
	}()
	errs := parallel(2, func(i int) error {
		return db.Write(t.Context(), func(tx *store.Tx) error {
			tries[i]++
			if err := tx.LockRun(t.Context(), runs[i]); err != nil {
				return err
			}
			if tries[i] == 1 { // each waits for the other's run only when both hold one
				met <- struct{}{}
				<-both
			}
			return tx.LockRun(t.Context(), runs[1-i])
		})
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatalf("two transactions in a deadlock: %v", err)
	}
	if tries[0]+tries[1] != 3 {
		t.Errorf("tries: got %v, want one of the two to try twice", tries)
	}
}

// TestProcessesShareTheServersClock: times that one process wrote are compared by others,
// whatever their own clocks say.
func TestProcessesShareTheServersClock(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db, err := store.Open(t.Context(), store.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for name, transact := range map[string]func(context.Context, func(*store.Tx) error) error{"Read": db.Read, "Write": db.Write} {
		err := transact(t.Context(), func(tx *store.Tx) error {
			var want time.Time
			if err := tx.SQL().QueryRowContext(t.Context(), "SELECT date_trunc('milliseconds', now())").Scan(&want); err != nil {
				return err
			}
			if got := tx.Now(); !got.Equal(want) {
				t.Errorf("Now of a %s: got %v, want the server's %v", name, got, want)
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
