package store_test

import (
	"strings"
	"testing"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

// The main lists must be read through an index, and in its order, so that they stay fast
// however many runs there are.
func TestListsUseIndexes(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	at := storetest.Time(t, "2026-03-01 08:00")
	runs := func(f store.RunFilter) func() (string, []any) {
		return func() (string, []any) { return store.RunsSQL(f) }
	}
	messages := func(f store.MessageFilter) func() (string, []any) {
		return func() (string, []any) { return store.MessagesSQL(f) }
	}
	fixed := func(text string, args ...any) func() (string, []any) {
		return func() (string, []any) { return text, args }
	}
	cursor := "WzEsMV0" // [1,1]
	tests := []struct {
		name  string
		query func() (string, []any)
		index string
		sorts bool // Run Checks sorts by customer name, but only what is unreviewed
	}{
		{"Run Checks", fixed(store.UnreviewedRunsSQL, 50), "runs_unreviewed", true},
		{"counts of Run Checks", fixed(store.UnreviewedCountsSQL), "runs_unreviewed", false},
		{"runs", runs(store.RunFilter{}), "runs_at", false},
		{"runs, next page", runs(store.RunFilter{Cursor: cursor}), "runs_at", false},
		{"runs of a period", runs(store.RunFilter{From: &at, To: &at}), "runs_at", false},
		{"unreviewed runs", runs(store.RunFilter{Reviewed: new(false)}), "runs_unreviewed_at", false},
		{"failed runs", runs(store.RunFilter{Status: backup.StatusError, Cursor: cursor}), "runs_status", false},
		{"runs of a job", runs(store.RunFilter{JobID: 1, Cursor: cursor}), "runs_job", false},
		{"run before", fixed(store.RunBeforeSQL, 1, 1, 1), "runs_job", false},
		{"messages", messages(store.MessageFilter{}), "messages_received", false},
		{"inbox", messages(store.MessageFilter{State: backup.InInbox, Cursor: cursor}), "messages_state", false},
	}
	for _, test := range tests {
		text, args := test.query()
		plan := explain(t, db, text, args)
		if !strings.Contains(plan, "INDEX "+test.index+" ") && !strings.HasSuffix(plan, "INDEX "+test.index) &&
			!strings.Contains(plan, "INDEX "+test.index+"\n") {
			t.Errorf("%s: want index %s, got\n%s", test.name, test.index, plan)
		}
		if sorts := strings.Contains(plan, "TEMP B-TREE"); sorts != test.sorts {
			t.Errorf("%s: got sorting %v, want %v:\n%s", test.name, sorts, test.sorts, plan)
		}
	}
}

func explain(t *testing.T, db *store.DB, text string, args []any) string {
	t.Helper()
	rows, err := db.Writer().QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, args...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, detail)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(plan, "\n")
}
