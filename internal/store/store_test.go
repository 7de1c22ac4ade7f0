package store_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

var update = flag.Bool("update", false, "write golden files anew")

// openVariable makes the test binary a second process that opens the address it holds.
const openVariable = "STORE_TEST_OPEN"

func TestMain(m *testing.M) {
	if address := os.Getenv(openVariable); address != "" {
		db, err := store.Open(context.Background(), store.Config{URL: address})
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("opened", db.Engine())
		os.Exit(0)
	}
	storetest.Main(m)
}

// write runs fn in a writing transaction and fails the test on an error.
func write(t *testing.T, db *store.DB, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), fn); err != nil {
		t.Fatalf("Write: %v", err)
	}
}

// try runs fn in a writing transaction and returns its error.
func try(t *testing.T, db *store.DB, fn func(tx *store.Tx) error) error {
	t.Helper()
	return db.Write(t.Context(), fn)
}

// get returns what fn reads and fails the test on an error.
func get[T any](t *testing.T, db *store.DB, fn func(tx *store.Tx) (T, error)) T {
	t.Helper()
	var got T
	err := db.Read(t.Context(), func(tx *store.Tx) (err error) {
		got, err = fn(tx)
		return err
	})
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	return got
}

// wantError checks an error's kind and sentence.
func wantError(t *testing.T, what string, err error, kind backup.Kind, sentence string) {
	t.Helper()
	if err == nil {
		t.Fatalf("%s: got no error, want %q", what, sentence)
	}
	if gotKind, got := backup.Explain(err); gotKind != kind || got != sentence {
		t.Errorf("%s: got kind %v and sentence %q, want %v and %q (%v)", what, gotKind, got, kind, sentence, err)
	}
}

// all reads a list page by page and fails when a page is longer than limit.
func all[T any](t *testing.T, limit int, next func(cursor string) (store.Page[T], error)) []T {
	t.Helper()
	var items []T
	cursor := ""
	for range 1000 {
		page, err := next(cursor)
		if err != nil {
			t.Fatalf("list after cursor %q: %v", cursor, err)
		}
		if len(page.Items) > limit {
			t.Fatalf("list: got a page of %d items, want at most %d", len(page.Items), limit)
		}
		items = append(items, page.Items...)
		if page.Next == "" {
			return items
		}
		cursor = page.Next
	}
	t.Fatal("list: the pages never end")
	return nil
}

// parallel runs fn n times at once and returns the errors.
func parallel(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = fn(i) })
	}
	wg.Wait()
	return errs
}
