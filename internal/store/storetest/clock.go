package storetest

import (
	"sync"
	"testing"
	"time"

	"backupchecks/internal/store"
)

// clocks holds the clock of each open store, by its *store.DB.
//
//nolint:gochecknoglobals // tests get at the clock through the store that they were given
var clocks sync.Map

// clock tells the real time until it is set.
type clock struct {
	mu  sync.Mutex
	set *time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.set != nil {
		return *c.set
	}
	return time.Now()
}

// At stops the store's clock at a time in UTC, written as "2026-03-01 08:00".
func At(t testing.TB, db *store.DB, text string) {
	t.Helper()
	SetTime(t, db, Time(t, text))
}

// SetTime stops the store's clock at a time.
func SetTime(t testing.TB, db *store.DB, at time.Time) {
	t.Helper()
	c := clockOf(t, db)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set = &at
}

// Advance stops the store's clock at a time after what it tells now.
func Advance(t testing.TB, db *store.DB, by time.Duration) {
	t.Helper()
	SetTime(t, db, clockOf(t, db).now().Add(by))
}

// Time reads a time in UTC, written as "2026-03-01 08:00".
func Time(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		t.Fatalf("a time in a test: %v", err)
	}
	return at
}

func clockOf(t testing.TB, db *store.DB) *clock {
	t.Helper()
	found, _ := clocks.Load(db)
	c, ok := found.(*clock)
	if !ok {
		t.Fatal("the store was not opened by storetest, so its clock cannot be set")
	}
	return c
}
