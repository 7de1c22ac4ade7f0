package api_test

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestRunsAreFilteredAndPaged(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		storetest.At(t, db, "2026-03-10 08:00")
		old := storetest.Run(t, db, storetest.Failed, storetest.Started(storetest.Time(t, "2026-03-01 23:30")))
		done := storetest.Run(t, db, storetest.Warned, storetest.ReviewedBy("olga"), storetest.Started(storetest.Time(t, "2026-03-02 00:00")))
		other := storetest.Run(t, db, storetest.Of(storetest.Job(t, db, "Bakery North", "Nightly")), storetest.Started(storetest.Time(t, "2026-03-03 02:00")))
		id := func(runs ...backup.Run) []any {
			ids := []any{}
			for _, run := range runs {
				ids = append(ids, float64(run.ID))
			}
			return ids
		}
		for query, want := range map[string][]any{
			"":                                      id(other, done, old),
			"?reviewed=true":                        id(done),
			"?reviewed=false":                       id(other, old),
			"?reviewed=":                            id(other, done, old),
			"?status=error":                         id(old),
			"?status=missed":                        id(),
			fmt.Sprintf("?job_id=%d", other.Job.ID): id(other),
			fmt.Sprintf("?customer_id=%d", old.Job.CustomerID): id(done, old),
			"?from=2026-03-02":                                      id(other, done),
			"?to=2026-03-02":                                        id(done, old),
			"?from=2026-03-01&to=2026-03-01":                        id(old),
			"?to=2026-03-02T00:00:00Z":                              id(old),
			"?from=" + url.QueryEscape("2026-03-02T01:00:00+01:00"): id(other, done),
			"?from=2026-03-02T01:00:00+01:00":                       id(other, done),
		} {
			if diff := cmp.Diff(want, s.ask(t, viewer, "GET", "/runs"+query, "").want(t, 200).items(t, "id")); diff != "" {
				t.Errorf("GET /runs%s (-want +got):\n%s", query, diff)
			}
		}
		first := s.ask(t, viewer, "GET", "/runs?limit=2", "").want(t, 200)
		next, ok := first.at(t, "next").(string)
		if !ok {
			t.Fatalf("no cursor in %s", first.text)
		}
		rest := s.ask(t, viewer, "GET", "/runs?limit=2&cursor="+next, "").want(t, 200).has(t, "next", nil)
		if diff := cmp.Diff(id(other, done, old), append(first.items(t, "id"), rest.items(t, "id")...)); diff != "" {
			t.Errorf("two pages (-want +got):\n%s", diff)
		}
		first.has(t, "items.1.reviewed_by", "olga").length(t, "items.1.objects", 2).has(t, "items.1.objects.1.message", "The disk is nearly full.")
		first.has(t, "items.1.object_counts.warning", float64(1)).has(t, "items.1.object_counts.success", float64(1))
	})
}

// A run in a list and the same run alone are the same.
func TestAListedRunIsWhole(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		run := storetest.Run(t, db, storetest.Failed, storetest.Remark("The repository is full."))
		s.ask(t, operator, "PUT", fmt.Sprintf("/runs/%d/ticket/number", run.ID), `{"number":"T20260301.0001"}`).want(t, 200)
		s.ask(t, operator, "PUT", fmt.Sprintf("/runs/%d/ticket/number", run.ID), `{"number":"T20260301.0002"}`).want(t, 200)
		alone := s.ask(t, viewer, "GET", fmt.Sprintf("/runs/%d", run.ID), "").want(t, 200)
		listed := s.ask(t, viewer, "GET", "/runs", "").want(t, 200)
		for _, member := range []string{"id", "job", "objects", "object_counts", "ticket", "tickets", "remark", "started_at", "ended_at", "received_at", "attempts"} {
			if diff := cmp.Diff(alone.at(t, member), listed.at(t, "items.0."+member)); diff != "" {
				t.Errorf("%s (-alone +listed):\n%s", member, diff)
			}
		}
		alone.length(t, "tickets", 2).has(t, "tickets.0.number", "T20260301.0002").has(t, "tickets.1.active", false)
		alone.has(t, "ticket.number", "T20260301.0002").has(t, "ticket.origin", "manual").has(t, "ticket.state", "manual").
			has(t, "ticket.autotask_id", nil).has(t, "ticket.url", nil).has(t, "ticket.status", nil).has(t, "ticket.checked_at", nil).has(t, "ticket.created_by", "operator")
	})
}

func TestBadParametersAreNamed(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	for path, location := range map[string]string{
		"/runs?limit=0":                     "query.limit",
		"/runs?limit=501":                   "query.limit",
		"/runs?limit=many":                  "query.limit",
		"/runs?cursor=nonsense":             "query.cursor",
		"/runs?reviewed=perhaps":            "query.reviewed",
		"/runs?status=good":                 "query.status",
		"/runs?from=yesterday":              "query.from",
		"/runs?to=2026-02-30":               "query.to",
		"/runs?colour=red":                  "query.colour",
		"/runs?job_id=one":                  "query.job_id",
		"/runs/one":                         "path.id",
		"/runs/99999999999999999999":        "path.id",
		"/jobs?archived=2":                  "query.archived",
		"/customers?cursor=bnVsbA":          "query.cursor",
		"/messages?cursor=W251bGwsbnVsbF0=": "query.cursor",
	} {
		s.ask(t, viewer, "GET", path, "").want(t, 422).has(t, "errors.0.location", location)
	}
	s.ask(t, admin, "GET", "/audit?cursor=%00", "").want(t, 422)
	s.ask(t, viewer, "GET", "/runs/0", "").want(t, 404).says(t, "There is no run 0.")
	s.ask(t, viewer, "GET", "/runs/-1", "").want(t, 404)
	s.ask(t, viewer, "GET", "/runs?limit=500", "").want(t, 200)
}

func TestReviewIsAllOrNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		one, two := storetest.Run(t, db, storetest.Failed), storetest.Run(t, db, storetest.Warned)
		both := fmt.Sprintf(`{"ids":[%d,%d],"note":"Seen with Jan."}`, one.ID, two.ID)
		s.ask(t, operator, "POST", "/runs/review", fmt.Sprintf(`{"ids":[%d,4711]}`, one.ID)).want(t, 404).says(t, "There is no run 4711.")
		s.ask(t, viewer, "GET", "/runs?reviewed=true", "").want(t, 200).length(t, "items", 0)

		s.ask(t, operator, "POST", "/runs/review", both).want(t, 200).has(t, "reviewed", float64(2))
		s.ask(t, operator, "POST", "/runs/review", both).want(t, 200).has(t, "reviewed", float64(0))
		s.ask(t, viewer, "GET", fmt.Sprintf("/runs/%d", one.ID), "").want(t, 200).has(t, "reviewed_by", "operator").has(t, "note", "Seen with Jan.")

		s.ask(t, operator, "POST", "/runs/unreview", fmt.Sprintf(`{"ids":[%d]}`, one.ID)).want(t, 200).has(t, "reviewed", float64(1))
		s.ask(t, viewer, "GET", fmt.Sprintf("/runs/%d", one.ID), "").want(t, 200).has(t, "reviewed_at", nil).has(t, "reviewed_by", nil)
		s.ask(t, operator, "POST", "/runs/unreview", `{"ids":[4711]}`).want(t, 404)
	})
}

func TestReviewRefuses(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	for body, location := range map[string]string{
		`{"ids":[]}`:                     "body.ids",
		`{"ids":null}`:                   "body.ids",
		`{"ids":["1"]}`:                  "body.ids[0]",
		`{"ids":[1.5]}`:                  "body.ids[0]",
		`{"note":"x"}`:                   "body",
		`{"ids":[1],"notes":"x"}`:        "body.notes",
		`{"ids":[1],"note":{"text":""}}`: "body.note",
	} {
		s.ask(t, operator, "POST", "/runs/review", body).want(t, 422).has(t, "errors.0.location", location)
	}
}
