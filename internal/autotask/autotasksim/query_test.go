package autotasksim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/autotask/autotasksim"
)

// filled returns a service with five tickets: 10001 to 10005.
func filled(t testing.TB) service {
	t.Helper()
	s := start(t, autotasksim.Options{})
	for i, more := range []string{
		`,"externalID":"key-a","source":8`, `,"externalID":"KEY-A ","source":8`, `,"externalID":"key-b"`, `,"status":5,"estimatedHours":1.5`, `,"companyID":0`,
	} {
		if status, body := s.ask(t, http.MethodPost, "Tickets", ticket(fmt.Sprint("Ticket ", i+1), more)); status != http.StatusOK {
			t.Fatalf("create ticket: %d %s", status, body)
		}
	}
	return s
}

func TestFilters(t *testing.T) {
	t.Parallel()
	s := filled(t)
	all := []int64{10001, 10002, 10003, 10004, 10005}
	for _, test := range []struct {
		filter string
		want   []int64
	}{
		{`{"op":"exist","field":"id"}`, all},
		{`{"op":"gte","field":"id","value":0}`, all},
		{`{"op":"eq","field":"externalID","value":"key-a"}`, []int64{10001, 10002}}, // case and trailing spaces do not count
		{`{"op":"eq","field":"EXTERNALid","value":"key-a"}`, []int64{10001, 10002}},
		{`{"op":"noteq","field":"externalID","value":"key-a"}`, []int64{10003}}, // nulls never compare
		{`{"op":"notExist","field":"externalID"}`, []int64{10004, 10005}},
		{`{"op":"gt","field":"id","value":10003}`, []int64{10004, 10005}},
		{`{"op":"lt","field":"id","value":"10003"}`, []int64{10001, 10002}},
		{`{"op":"lte","field":"id","value":10001}`, []int64{10001}},
		{`{"op":"in","field":"id","value":[10005,10001,7]}`, []int64{10001, 10005}},
		{`{"op":"notIn","field":"id","value":[10005,10001]}`, []int64{10002, 10003, 10004}},
		{`{"op":"contains","field":"title","value":"CKET 3"}`, []int64{10003}},
		{`{"op":"beginsWith","field":"externalID","value":"key-"}`, []int64{10001, 10002, 10003}},
		{`{"op":"endsWith","field":"title","value":" 4"}`, []int64{10004}},
		{`{"op":"eq","field":"companyID","value":0}`, []int64{10005}},
		{`{"op":"eq","field":"estimatedHours","value":1.5}`, []int64{10004}},
		{`{"op":"gte","field":"createDate","value":"2026-03-02T07:30:00Z"}`, all},
		{`{"op":"gt","field":"createDate","value":"2026-03-02T07:30:00.000"}`, nil},
		{`{"op":"eq","field":"status","value":1},{"op":"eq","field":"source","value":8}`, []int64{10001, 10002}},
		{`{"op":"or","items":[{"op":"eq","field":"status","value":5},{"op":"and","items":[{"op":"eq","field":"source","value":8},{"op":"lt","field":"id","value":10002}]}]}`, []int64{10001, 10004}},
		// An operator that does not exist is ignored without a word.
		{`{"op":"noteExist","field":"externalID"}`, all},
		{`{"op":"Eq","field":"externalID","value":"key-b"}`, all},
		{`{"op":"between","field":"id","value":[1,2]},{"op":"eq","field":"id","value":10002}`, []int64{10002}},
	} {
		got := s.rows(t, "Tickets", `{"filter":[`+test.filter+`]}`)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("filter %s (-want +got):\n%s", test.filter, diff)
		}
	}
	active := s.rows(t, "Companies", `{"Filter":[{"op":"eq","field":"isActive","value":false}]}`)
	if diff := cmp.Diff([]int64{187}, active); diff != "" {
		t.Errorf("inactive companies (-want +got):\n%s", diff)
	}
	s.want(t, "POST", "Tickets/query/count", `{"filter":[{"op":"exist","field":"source"}]}`, 200, `{"queryCount":2}`)
}

func TestRefusedQueries(t *testing.T) {
	t.Parallel()
	s := filled(t)
	for _, test := range []struct{ body, want string }{
		{``, `{"errors":["Value cannot be null.\r\nParameter name: filters"]}`},
		{`{}`, `{"errors":["Value cannot be null.\r\nParameter name: filters"]}`},
		{`{"filter":[{"op":"eq","field":"queueID","value":"material"}]}`, `{"errors":["Conversion failed when converting varchar 'material' to data type int"]}`},
		{`{"filter":[{"op":"contains","field":"queueID","value":"8"}]}`, `{"errors":["The operator contains is not valid for the field queueID."]}`},
		{`{"filter":[{"op":"eq","field":"creatorType","value":1}]}`, `{"errors":["The field creatorType is not queryable."]}`},
		{`{"filter":[{"op":"eq","field":"Company.companyName","value":"x"}]}`, `{"errors":["Unable to find Company.companyName in the Tickets entity."]}`},
		{`{"includeFields":["nothing"],"filter":[{"op":"exist","field":"id"}]}`, `{"errors":["Unable to find nothing in the Tickets entity."]}`},
		{`{"filter":[{"op":"in","field":"id","value":[1` + strings.Repeat(",1", 500) + `]}]}`, `{"errors":["Queries are limited to 500 or fewer 'OR' conditions."]}`},
	} {
		s.want(t, "POST", "Tickets/query", test.body, 500, test.want)
	}
	if status, _ := s.ask(t, "POST", "Tickets/query", `{"filter":`); status != 400 {
		t.Errorf("broken JSON: got %d, want 400", status)
	}
	seed := autotasksim.DefaultSeed()
	seed.Users[0].Denied = []string{"timeentries"}
	denied := start(t, autotasksim.Options{Seed: &seed})
	denied.want(t, "POST", "TimeEntries/query", `{"filter":[{"op":"exist","field":"id"}]}`, 500,
		`{"errors":["The logged in Resource does not have the adequate permissions to query this entity."]}`)
}

func TestPaging(t *testing.T) {
	t.Parallel()
	s := filled(t)
	const query = `{"MaxRecords":2,"IncludeFields":["ID","status"],"Filter":[{"op":"eq","field":"status","value":1}],"sort":"title desc"}`
	type page struct {
		Items       []map[string]int
		PageDetails struct {
			Count, RequestCount      int
			PrevPageURL, NextPageURL *string
		}
	}
	read := func(body string) page {
		var p page
		if err := json.Unmarshal([]byte(body), &p); err != nil {
			t.Fatalf("read %s: %v", body, err)
		}
		return p
	}
	_, body := s.ask(t, "POST", "Tickets/query", query)
	first := read(body)
	if diff := cmp.Diff([]map[string]int{{"id": 10001, "status": 1}, {"id": 10002, "status": 1}}, first.Items); diff != "" {
		t.Errorf("first page (-want +got):\n%s", diff)
	}
	if first.PageDetails.Count != 2 || first.PageDetails.RequestCount != 2 || first.PageDetails.NextPageURL == nil {
		t.Fatalf("page details are %+v", first.PageDetails)
	}
	next := *first.PageDetails.NextPageURL
	if !strings.HasPrefix(next, s.url+"/ATServicesRest/V1.0/Tickets/query/next?paging=") {
		t.Errorf("next page at %s", next)
	}
	// The method and the body of the first page must come again.
	if status, _ := s.ask(t, "GET", next, ""); status != http.StatusMethodNotAllowed {
		t.Errorf("GET on the next page of a POST: got %d, want 405", status)
	}
	s.want(t, "POST", next, "", 500, `{"errors":["Value cannot be null.\r\nParameter name: filters"]}`)
	_, body = s.ask(t, "POST", next, query)
	if second := read(body); second.PageDetails.NextPageURL != nil || len(second.Items) != 2 || second.Items[1]["id"] != 10005 {
		t.Errorf("second page is %s, want tickets 10003 and 10005 and no next page", body)
	}

	// A query by GET carries its search along.
	_, body = s.ask(t, "GET", "Tickets/query?search="+url.QueryEscape(query), "")
	next = *read(body).PageDetails.NextPageURL
	status, body := s.ask(t, "GET", next, "")
	if second := read(body); status != 200 || len(second.Items) != 2 {
		t.Errorf("GET on the next page of a GET: got %d %s", status, body)
	}
}

func TestPagesHoldFiveHundredRows(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	for range 501 {
		if _, err := s.AddTicket(autotasksim.Ticket{CompanyID: 175, Title: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, size := range []string{"", `"MaxRecords":9999,`} {
		if got := len(s.rows(t, "Tickets", `{`+size+`"Filter":[{"op":"exist","field":"id"}]}`)); got != 500 {
			t.Errorf("a page with %q has %d rows, want 500", size, got)
		}
	}
}
