package review_test

import (
	"strings"
	"testing"

	"backupchecks/internal/backup"
	"backupchecks/internal/review"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func operator() backup.User {
	return backup.User{Name: "olga", Roles: []backup.Role{backup.Operator}}
}

func reviewed(t *testing.T, db *store.DB, id backup.RunID) bool {
	t.Helper()
	var run backup.Run
	err := db.Read(t.Context(), func(tx *store.Tx) (err error) {
		run, err = tx.Run(t.Context(), id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return run.Reviewed()
}

func TestReviewAndUndo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := review.New(db)
		one, two := storetest.Run(t, db), storetest.Run(t, db, storetest.Failed, storetest.Yesterday)
		ids := []backup.RunID{two.ID, one.ID, two.ID}
		if n, err := s.Runs(t.Context(), operator(), ids, "seen"); err != nil || n != 2 {
			t.Fatalf("Runs = %d, %v; want both", n, err)
		}
		if n, err := s.Runs(t.Context(), operator(), ids, "again"); err != nil || n != 0 {
			t.Errorf("Runs again = %d, %v; want none", n, err)
		}
		if n, err := s.Undo(t.Context(), operator(), []backup.RunID{one.ID}); err != nil || n != 1 {
			t.Errorf("Undo = %d, %v; want one", n, err)
		}
		if reviewed(t, db, one.ID) || !reviewed(t, db, two.ID) {
			t.Error("Undo took the wrong mark back")
		}
	})
}

func TestAllOrNothing(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := review.New(db)
	run := storetest.Run(t, db)
	if _, err := s.Runs(t.Context(), operator(), []backup.RunID{run.ID, 999}, ""); backup.KindOf(err) != backup.NotFound {
		t.Errorf("Runs with an unknown id: %v, want not found", err)
	}
	if reviewed(t, db, run.ID) {
		t.Error("a refused review marked a run")
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := review.New(db)
	run := storetest.Run(t, db)
	for name, c := range map[string]struct {
		who  backup.User
		ids  []backup.RunID
		note string
		want backup.Kind
	}{
		"a viewer":    {backup.User{Roles: []backup.Role{backup.Viewer}}, []backup.RunID{run.ID}, "", backup.Forbidden},
		"no run":      {operator(), nil, "", backup.Invalid},
		"a long note": {operator(), []backup.RunID{run.ID}, strings.Repeat("é", 2001), backup.Invalid},
		"too many":    {operator(), make([]backup.RunID, 5001), "", backup.Invalid},
	} {
		if _, err := s.Runs(t.Context(), c.who, c.ids, c.note); err == nil || backup.KindOf(err) != c.want {
			t.Errorf("Runs by %s: %v, want kind %v", name, err, c.want)
		}
	}
}

func TestNobodyReviewsWhatALaterMailChanged(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := review.New(db)
		first := storetest.Message(t, db)
		run := storetest.Run(t, db, storetest.From(first.ID))
		other := storetest.Run(t, db, storetest.Yesterday)
		later := storetest.Message(t, db)
		err := db.Write(t.Context(), func(tx *store.Tx) error { return tx.AddAttempt(t.Context(), run.ID, later.ID) })
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.RunsAsOf(t.Context(), operator(), []backup.RunID{run.ID, other.ID}, "", first.ID); backup.KindOf(err) != backup.Conflict {
			t.Errorf("a review of what was seen before the later mail: %v, want a conflict", err)
		}
		if reviewed(t, db, run.ID) || reviewed(t, db, other.ID) {
			t.Error("a refused review marked a run")
		}
		if n, err := s.RunsAsOf(t.Context(), operator(), []backup.RunID{run.ID}, "", later.ID); err != nil || n != 1 {
			t.Errorf("a review of what was seen after it = %d, %v", n, err)
		}
	})
}
