package settings_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"backupchecks/internal/settings"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func installation(ctx context.Context, db *store.DB) (id string, err error) {
	err = db.Write(ctx, func(tx *store.Tx) (err error) {
		id, err = settings.Installation(ctx, tx)
		return err
	})
	return id, err
}

func TestInstallationStaysTheSame(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		first, err := installation(t.Context(), db)
		if err != nil || len(first) != 8 {
			t.Fatalf("Installation = %q, %v; want eight digits", first, err)
		}
		if again, err := installation(t.Context(), db); err != nil || again != first {
			t.Errorf("Installation again = %q, %v; want %q", again, err, first)
		}
	})
}

// TestTwoInstallationsAtOnceAgree: tickets carry the id before anybody sees that two were made.
func TestTwoInstallationsAtOnceAgree(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	var slow, fast string
	made, release := make(chan struct{}), make(chan struct{})
	var both sync.WaitGroup
	both.Go(func() {
		err := db.Write(t.Context(), func(tx *store.Tx) (err error) {
			slow, err = settings.Installation(t.Context(), tx)
			close(made)
			<-release
			return err
		})
		if err != nil {
			t.Errorf("Installation of the first: %v", err)
		}
	})
	<-made
	both.Go(func() {
		var err error
		if fast, err = installation(t.Context(), db); err != nil {
			t.Errorf("Installation of the second: %v", err)
		}
	})
	awaitLockWait(t, db)
	close(release)
	both.Wait()
	if kept, err := installation(t.Context(), db); err != nil || slow != kept || fast != kept {
		t.Errorf("Installation: the first got %q, the second %q, and %q was kept (%v); want one", slow, fast, kept, err)
	}
}

// awaitLockWait returns once a transaction waits for another.
func awaitLockWait(t *testing.T, db *store.DB) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		var waiting int
		err := db.Writer().QueryRowContext(t.Context(),
			`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
		if waiting > 0 {
			return
		}
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("no transaction waits for the other")
		}
	}
}
