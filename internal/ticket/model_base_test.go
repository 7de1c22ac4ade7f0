package ticket_test

import (
	"context"
	"encoding/base64"
	"log/slog"
	"sync"
	"testing"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/secret"
	"backupchecks/internal/settings"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

// modelClock is the one time in a model: that of the processes, of the database and of
// Autotask. It moves when somebody waits, and when a step moves it on.
type modelClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *modelClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *modelClock) advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(by)
}

// wait is how the processes wait: the time passes at once.
func (c *modelClock) wait(ctx context.Context, d time.Duration) error {
	c.advance(d)
	return ctx.Err()
}

// modelBase is what all sequences on one engine share: the database, its runs and the clock.
type modelBase struct {
	url      string
	db       *store.DB // looks at what the processes did, and saves the settings
	clock    *modelClock
	keys     secret.Keys
	runs     []backup.Run
	acme     backup.Customer
	operator backup.User
	admin    backup.User
}

// openModelBase migrates the database at url and stores the runs whose tickets are made.
func openModelBase(t *testing.T, url string) *modelBase {
	t.Helper()
	keys, err := secret.ParseKeys(base64.StdEncoding.EncodeToString([]byte("a key of thirty-two bytes, no mo")))
	if err != nil {
		t.Fatal(err)
	}
	b := &modelBase{
		url: url, keys: keys,
		// In the past, so that the deadlines of requests, which hold by the real clock, are far away.
		clock:    &modelClock{at: storetest.Time(t, "2020-01-01 08:00")},
		operator: backup.User{Name: "olga", Roles: []backup.Role{backup.Operator}},
		admin:    backup.User{Name: "ada", Roles: []backup.Role{backup.Admin}},
	}
	if b.db, err = store.Open(t.Context(), store.Config{URL: url, Now: b.clock.now}); err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(func() {
		if err := b.db.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	if _, _, err := b.db.Migrate(t.Context()); err != nil {
		t.Fatalf("migrate the store: %v", err)
	}
	b.runs = []backup.Run{
		storetest.Run(t, b.db, storetest.Failed), storetest.Run(t, b.db, storetest.Warned), storetest.Run(t, b.db, storetest.Missed),
	}
	b.acme = storetest.Customer(t, b.db, "Acme")
	return b
}

// openDB opens the database once more, as another process on it does.
func (b *modelBase) openDB(ctx context.Context) (*store.DB, error) {
	return store.Open(ctx, store.Config{URL: b.url, Now: b.clock.now, Beside: true})
}

// forget removes the tickets of the sequence before.
func (b *modelBase) forget(ctx context.Context) error {
	for _, statement := range []string{"DELETE FROM ticket_notes", "DELETE FROM tickets"} {
		if _, err := b.db.Writer().ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// saveSettings stores complete settings with a change, a second after the former ones: a
// client notices new settings by their time.
func (b *modelBase) saveSettings(ctx context.Context, password string, change func(*settings.AutotaskSettings)) error {
	b.clock.advance(time.Second)
	return b.db.Write(ctx, func(tx *store.Tx) error {
		set := settings.DefaultAutotask()
		set.UserName, set.TrackingIdentifier = "api@example.com", "TRACKING-ID"
		set.BaseURL = "https://backups.example.com"
		set.QueueID, set.SourceID, set.StatusID = new(int64(helpdeskQueue)), new(int64(monitoring)), new(int64(statusNew))
		set.PriorityError, set.PriorityWarning = new(int64(high)), new(int64(medium))
		change(&set)
		return settings.SaveAutotask(ctx, tx, b.admin, b.keys, set, new(secret.New(password)))
	})
}

// ticketsOf returns every ticket that the run ever had, newest first.
func (b *modelBase) ticketsOf(ctx context.Context, id backup.RunID) ([]backup.Ticket, error) {
	var tickets []backup.Ticket
	err := b.db.Read(ctx, func(tx *store.Tx) (err error) {
		tickets, err = tx.TicketsOfRun(ctx, id)
		return err
	})
	return tickets, err
}

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }
