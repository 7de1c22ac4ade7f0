package autotasksim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/autotask/autotasksim"
)

// morning is when most tests take place.
func morning() time.Time { return time.Date(2026, 3, 2, 7, 30, 0, 0, time.UTC) }

// service is a simulator behind real HTTP.
type service struct {
	*autotasksim.Server
	url string
}

func start(t testing.TB, opts autotasksim.Options) service {
	t.Helper()
	if opts.Now == nil {
		opts.Now = morning
	}
	sim, err := autotasksim.New(opts)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	return service{sim, server.URL}
}

// ask sends a call with the default credentials, which headers ("Secret: wrong") replace, and
// returns status and body. The path stands below the version.
func (s service) ask(t testing.TB, method, path, body string, headers ...string) (int, string) {
	t.Helper()
	address := path
	if !strings.HasPrefix(path, "http") {
		address = s.url + "/ATServicesRest/V1.0/" + path
	}
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("UserName", "api@example.com")
	request.Header.Set("Secret", "secret")
	request.Header.Set("ApiIntegrationCode", "TRACKING-ID")
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return response.StatusCode, string(answer)
}

// want fails unless a call is answered with the status and, after taking out white space at
// its ends, the body.
func (s service) want(t testing.TB, method, path, body string, status int, answer string) {
	t.Helper()
	gotStatus, got := s.ask(t, method, path, body)
	if got = strings.TrimSpace(got); gotStatus != status || got != answer {
		t.Errorf("%s %s %s: got %d %s, want %d %s", method, path, body, gotStatus, got, status, answer)
	}
}

// rows asks a query and returns the ids found.
func (s service) rows(t testing.TB, entity, query string) []int64 {
	t.Helper()
	status, body := s.ask(t, http.MethodPost, entity+"/query", query)
	if status != http.StatusOK {
		t.Fatalf("query %s %s: got %d %s", entity, query, status, body)
	}
	return ids(t, body)
}

func ids(t testing.TB, body string) []int64 {
	t.Helper()
	var page struct{ Items []struct{ ID int64 } }
	if err := json.Unmarshal([]byte(body), &page); err != nil {
		t.Fatalf("read %s: %v", body, err)
	}
	var found []int64
	for _, item := range page.Items {
		found = append(found, item.ID)
	}
	return found
}

// ticket is a body that makes a ticket; more adds members.
func ticket(title, more string) string {
	return fmt.Sprintf(`{"companyID":175,"title":%q,"status":1,"priority":2,"queueID":8%s}`, title, more)
}

func TestZoneInformationWantsNoCredentials(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	want := fmt.Sprintf(`{"zoneName":"EU1 (English Europe and Asia)","url":"%s/ATServicesRest/","webUrl":"%s/","ci":123456}`, s.url, s.url)
	none := []string{"UserName: ", "Secret: ", "ApiIntegrationCode: "}
	for _, path := range []string{
		"/ATServicesRest/V1.0/zoneInformation?user=api%40example.com", "/atservicesrest/v1.0/ZoneInformation/?user=API%40example.com",
	} {
		if status, body := s.ask(t, http.MethodGet, s.url+path, "", none...); status != http.StatusOK || strings.TrimSpace(body) != want {
			t.Errorf("GET %s: got %d %s, want %s", path, status, body, want)
		}
	}
	s.want(t, http.MethodGet, "zoneInformation?user=nobody%40example.com", "", 500, `{"errors":["Zone information could not be determined"]}`)
	s.want(t, http.MethodGet, "zoneInformation", "", 500, `{"errors":["Zone information could not be determined"]}`)
	s.want(t, http.MethodGet, s.url+"/ATServicesRest/VersionInformation", "", 200, `{"apiVersions":["V1.0"]}`)
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	for _, test := range []struct {
		method, path string
		want         int
	}{
		{"GET", "Companies/175", 200},
		{"GET", "companies/175/", 200},
		{"GET", "COMPANIES/0", 200},
		{"GET", "ThresholdInformation", 200},
		{"GET", "Version", 200},
		{"GET", "Tickets/entityinformation/FIELDS/", 200},
		{"GET", "Tickets/entityInformation", 200},
		{"GET", "Tickets/entityInformation/userDefinedFields", 200},
		{"GET", "Queues/query", 404},
		{"POST", "Queues/query", 404},
		{"POST", "TicketSources/query", 404},
		{"POST", "TicketNotes", 404},
		{"GET", "Tickets/1/Nothing", 404},
		{"GET", "", 404},
		{"GET", "Tickets", 405},
		{"DELETE", "Tickets/1", 405},
		{"PATCH", "Tickets/1", 405},
		{"POST", "ThresholdInformation", 405},
		{"DELETE", "Tickets/1/Notes", 405},
		{"PUT", "Tickets/query", 405},
		{"GET", "Tickets/query/next?paging=x", 405},
	} {
		if got, body := s.ask(t, test.method, test.path, `{}`); got != test.want {
			t.Errorf("%s %s: got %d %s, want %d", test.method, test.path, got, body, test.want)
		}
	}
	if got, _ := s.ask(t, "GET", s.url+"/ATServicesRest/V2.0/Companies/175", ""); got != 404 {
		t.Errorf("another version: got %d, want 404", got)
	}
	strict := start(t, autotasksim.Options{StrictCase: true})
	if got, _ := strict.ask(t, "GET", strict.url+"/atservicesrest/V1.0/Companies/175", ""); got != 404 {
		t.Errorf("another case when strict: got %d, want 404", got)
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, header string
		opts         autotasksim.Options
		status       int
		body         string
	}{
		{"a wrong secret", "Secret: wrong", autotasksim.Options{}, 401, ""},
		{"no secret", "Secret: ", autotasksim.Options{}, 401, ""},
		{"an unknown user", "UserName: nobody@example.com", autotasksim.Options{}, 401, ""},
		{"a bad identifier", "ApiIntegrationCode: x", autotasksim.Options{}, 500, `{"errors":["IntegrationCode is invalid."]}`},
		{"a bad identifier, as reported once", "ApiIntegrationCode: x", autotasksim.Options{BadCodeAs401: true}, 401, ""},
		{"Basic instead", "Authorization: Basic YXBpOnNlY3JldA==", autotasksim.Options{}, 200, ""},
	} {
		s := start(t, test.opts)
		status, body := s.ask(t, "GET", "Version", "", test.header)
		if status != test.status || status != 200 && strings.TrimSpace(body) != test.body {
			t.Errorf("%s: got %d %q, want %d %q", test.name, status, body, test.status, test.body)
		}
	}
}

func TestFailuresLockTheUser(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{LockAfter: 3})
	for range 2 {
		s.ask(t, "GET", "Version", "", "Secret: wrong")
	}
	if status, _ := s.ask(t, "GET", "Version", ""); status != 200 {
		t.Fatalf("after two failures: got %d, want 200", status)
	}
	for range 3 {
		s.ask(t, "GET", "Version", "", "Secret: wrong")
	}
	if status, _ := s.ask(t, "GET", "Version", ""); status != 401 {
		t.Errorf("after three failures in a row: got %d, want 401 even with the right secret", status)
	}
	s.SetUser(autotasksim.DefaultSeed().Users[0])
	if status, _ := s.ask(t, "GET", "Version", ""); status != 200 {
		t.Errorf("after unlocking: got %d, want 200", status)
	}
}

func TestMissingRecords(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	s.want(t, "GET", "Tickets/99", "", 200, `{"item":null}`)
	s.want(t, "GET", "Companies/99", "", 200, `{"item":null}`)
	old := start(t, autotasksim.Options{MissingAs404: true})
	old.want(t, "GET", "Tickets/99", "", 404, ``)
}

func TestTicketNumbersCountByTheTenantsDay(t *testing.T) {
	t.Parallel()
	at := morning()
	s := start(t, autotasksim.Options{Now: func() time.Time { return at }})
	numbers := []string{}
	for _, moment := range []string{
		"2026-03-02T07:30:00Z", "2026-03-02T07:30:01Z", "2026-03-02T22:59:00Z", "2026-03-02T23:01:00Z", // midnight in Amsterdam is 23:00
		"2026-07-01T21:59:00Z", "2026-07-01T22:01:00Z", // and 22:00 in summer
	} {
		at, _ = time.Parse(time.RFC3339, moment)
		s.ask(t, "POST", "Tickets", ticket("x", ""))
	}
	for _, ticket := range s.Tickets() {
		numbers = append(numbers, ticket.TicketNumber)
	}
	want := []string{"T20260302.0001", "T20260302.0002", "T20260302.0003", "T20260303.0001", "T20260701.0001", "T20260702.0001"}
	if diff := cmp.Diff(want, numbers); diff != "" {
		t.Errorf("ticket numbers (-want +got):\n%s", diff)
	}
}

func TestRefusedTickets(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	long := strings.Repeat("x", 256)
	for _, test := range []struct{ body, want string }{
		{`{}`, `{"errors":["Missing Required Field: title","Missing Required Field: companyID","Missing Required Field: status","Missing Required Field: priority","Missing Required Field: queueID"]}`},
		{ticket("", ""), `{"errors":["Missing Required Field: title"]}`},
		{ticket(long, ""), `{"errors":["The value of field title exceeds the maximum length of 255."]}`},
		{ticket("x", `,"externalID":"`+long[:51]+`"`), `{"errors":["The value of field externalID exceeds the maximum length of 50."]}`},
		{ticket("x", `,"priority":"high"`), `{"errors":["Conversion failed when converting varchar 'high' to data type int"]}`},
		{ticket("x", `,"status":404`), `{"errors":["Value does not exist for picklist: status"]}`},
		{ticket("x", `,"queueID":29682835`), `{"errors":["Value does not exist for picklist: queueID"]}`}, // inactive
		{ticket("x", `,"companyID":187`), `{"errors":["Reference value on field: companyID of type: Account does not exist or is invalid."]}`},
		{ticket("x", `,"companyID":9999`), `{"errors":["Reference value on field: companyID of type: Account does not exist or is invalid."]}`},
		{ticket("x", `,"queueID":null`), `{"errors":["Missing Required Field: queueID"]}`},
		{ticket("x", `,"assignedResourceID":5`), `{"errors":["When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID."]}`},
		{ticket("x", `,"ticketCategory":101,"dueDateTime":"2026-03-02"`), `{"errors":["Missing Required Field: issueType","Missing Required Field: subIssueType"]}`},
		{ticket("x", `,"ticketCategory":101,"issueType":10,"subIssueType":136`), `{"errors":["Missing Required Field: dueDateTime"]}`},
		{ticket("x", `,"issueType":10,"subIssueType":137`), `{"errors":["Value does not exist for child picklist: subIssueType"]}`},
	} {
		s.want(t, "POST", "Tickets", test.body, 500, test.want)
	}
	if status, _ := s.ask(t, "POST", "Tickets", `{"title":`); status != 400 {
		t.Errorf("broken JSON: got %d, want 400", status)
	}
	if got := len(s.Tickets()); got != 0 {
		t.Errorf("there are %d tickets after refusals", got)
	}
	// What looks odd and is fine: names in any case, numbers as text, read-only and unknown members.
	s.want(t, "POST", "Tickets", `{"CompanyID":"0","TITLE":"x","status":1,"priority":2,"queueid":8,"ticketNumber":"mine","nonsense":1}`, 200, `{"itemId":10001}`)
	if got, _ := s.Ticket(10001); got.TicketNumber != "T20260302.0001" || got.CompanyID != 0 || !got.DueDateTime.Equal(morning().Add(8*time.Hour)) {
		t.Errorf("the ticket is %+v, want company 0, a number and a due date of the service's", got)
	}
}

func TestPatchKeepsAndPutEmpties(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	s.want(t, "POST", "Tickets", ticket("x", `,"description":"d","externalID":"k","source":8`), 200, `{"itemId":10001}`)
	before, _ := s.Ticket(10001)

	s.want(t, "PATCH", "Tickets", `{"id":10001,"status":8,"createDate":"2020-01-01"}`, 200, `{"itemId":10001}`)
	want := before
	want.Status = 8
	got, _ := s.Ticket(10001)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after PATCH (-want +got):\n%s", diff)
	}
	s.want(t, "PATCH", "Tickets", `{"id":10001,"source":null,"description":null}`, 200, `{"itemId":10001}`)
	want.Source, want.Description = 0, ""
	got, _ = s.Ticket(10001)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after PATCH with null (-want +got):\n%s", diff)
	}
	s.want(t, "PUT", "Tickets", `{"id":10001,"title":"y","companyID":175,"status":8,"priority":2}`, 200, `{"itemId":10001}`)
	want.Title, want.ExternalID, want.QueueID, want.DueDateTime = "y", "", 0, time.Time{}
	got, _ = s.Ticket(10001)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after PUT (-want +got):\n%s", diff)
	}

	s.want(t, "PATCH", "Tickets", `{"status":8}`, 500, `{"errors":["Missing Required Field: id"]}`)
	s.want(t, "PUT", "Tickets", `{"status":8}`, 500, `{"errors":["Missing Required Field: id"]}`)
	s.want(t, "PATCH", "Tickets", `{"id":99,"status":8}`, 500, `{"errors":["No matching records found. The logged in Resource may not have the required permissions to update the data."]}`)
	s.want(t, "PATCH", "Tickets", `{"id":10001,"title":null,"status":404}`, 500, `{"errors":["Missing Required Field: title","Value does not exist for picklist: status"]}`)
	s.want(t, "PATCH", "Tickets", `{"id":10001,"resolution":"kept back","status":404}`, 500, `{"errors":["Value does not exist for picklist: status"]}`)
	if after, _ := s.Ticket(10001); after.Resolution != "" {
		t.Errorf("a refused PATCH changed the resolution to %q", after.Resolution)
	}
}

func TestACompanyMoveNeedsItsLocationCleared(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	s.want(t, "POST", "Tickets", ticket("x", ""), 200, `{"itemId":10001}`)
	s.want(t, "PATCH", "Tickets", `{"id":10001,"companyID":176}`, 500,
		`{"errors":["The companyLocationID[185] cannot be associated with the Ticket. The Ticket and CompanyLocation must have the same companyID."]}`)
	s.want(t, "PATCH", "Tickets", `{"id":10001,"companyID":176,"companyLocationID":null}`, 200, `{"itemId":10001}`)
}

func TestCompletingAndReopening(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	strict := `,"ticketCategory":101,"issueType":10,"subIssueType":136,"dueDateTime":"2026-03-03T00:00:00Z"`
	s.want(t, "POST", "Tickets", ticket("x", strict), 200, `{"itemId":10001}`)
	s.want(t, "PATCH", "Tickets", `{"id":10001,"status":5}`, 500, `{"errors":["Missing Required Field: resolution"]}`)
	s.want(t, "PATCH", "Tickets", `{"id":10001,"status":5,"resolution":"done"}`, 200, `{"itemId":10001}`)
	if got, _ := s.Ticket(10001); !got.CompletedDate.Equal(morning()) {
		t.Errorf("completed at %v, want %v", got.CompletedDate, morning())
	}
	if err := s.SetTicketStatus(10001, 1); err != nil {
		t.Fatal(err)
	}
	if got, _ := s.Ticket(10001); !got.CompletedDate.IsZero() || got.Status != 1 {
		t.Errorf("after reopening: %+v", got)
	}
	note := `{"description":"d","noteType":1,"publish":2}`
	s.want(t, "POST", "Tickets/10001/Notes", note, 500, `{"errors":["Missing Required Field: title"]}`)
	s.want(t, "POST", "Tickets", ticket("y", ""), 200, `{"itemId":10002}`)
	s.want(t, "POST", "Tickets/10002/Notes", note, 200, `{"itemId":29682801}`)
	s.want(t, "POST", "Tickets/10002/Notes", `{"title":"t","noteType":1,"publish":3}`, 500, `{"errors":["Missing Required Field: description","Value does not exist for picklist: publish"]}`)
	status, body := s.ask(t, "GET", "Tickets/10002/Notes", "")
	if got := ids(t, body); status != 200 || len(got) != 1 || got[0] != 29682801 {
		t.Errorf("GET notes: got %d %s", status, body)
	}
	s.want(t, "GET", "Tickets/10002/Notes/29682999", "", 200, `{"item":null}`)
}

func TestFieldsAreDescribed(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	_, body := s.ask(t, "GET", "Tickets/entityInformation/fields", "")
	for _, want := range []string{
		`{"dataType":"integer","isPickList":true,"isQueryable":true,"isReadOnly":false,"isReference":false,"isRequired":false,"isSupportedWebhookField":true,"length":0,"name":"queueID","picklistParentValueField":"","picklistValues":[{"isActive":true,"isDefaultValue":false,"isSystem":true,"label":"Client Portal","parentValue":"","sortOrder":1,"value":"5"}`,
		`{"isActive":false,"isDefaultValue":false,"isSystem":false,"label":"Old Backup Queue","parentValue":"","sortOrder":6,"value":"29682835"}`,
		`"name":"title","picklistParentValueField":"","picklistValues":null`,
		`"name":"subIssueType","picklistParentValueField":"issueType","picklistValues":[{"isActive":true,"isDefaultValue":false,"isSystem":false,"label":"Backup","parentValue":"10"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the fields lack %s", want)
		}
	}
	s.SetChoice("queueID", autotasksim.Choice{Value: 8, Label: "Bewaking", System: true})
	if _, body := s.ask(t, "GET", "Tickets/entityInformation/fields", ""); !strings.Contains(body, `"label":"Bewaking"`) {
		t.Error("a renamed queue keeps its label")
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	at := morning()
	s := start(t, autotasksim.Options{HourlyLimit: 3, Now: func() time.Time { return at }})
	s.want(t, "GET", "Companies/99", "", 200, `{"item":null}`)
	s.want(t, "GET", "ThresholdInformation", "", 200, `{"currentTimeframeRequestCount":2,"externalRequestThreshold":3,"requestThresholdTimeframe":60}`)
	s.ask(t, "GET", "Companies/99", "")
	if status, _ := s.ask(t, "GET", "Companies/99", ""); status != 429 {
		t.Errorf("the fourth of three requests: got %d, want 429", status)
	}
	if status, _ := s.ask(t, "GET", "zoneInformation?user=api@example.com", ""); status != 200 {
		t.Errorf("zone discovery: got %d, want 200", status)
	}
	at = at.Add(time.Hour)
	s.want(t, "GET", "Companies/99", "", 200, `{"item":null}`)
}

func TestThreadLimit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		as500 bool
		want  int
	}{{false, 429}, {true, 500}} {
		s := start(t, autotasksim.Options{ThreadsAs500: test.as500})
		release := s.Hold()
		statuses := make(chan int, 4)
		for range 4 {
			go func() {
				status, _ := s.ask(t, "GET", "Companies/99", "")
				statuses <- status
			}()
		}
		await(t, "four requests are in flight", func() bool { return s.InFlight("Companies") == 4 })
		release()
		got := map[int]int{}
		for range 4 {
			got[<-statuses]++
		}
		if diff := cmp.Diff(map[int]int{200: 3, test.want: 1}, got); diff != "" {
			t.Errorf("ThreadsAs500 %v (-want +got):\n%s", test.as500, diff)
		}
		if most := s.MaxInFlight("Companies"); most != 4 {
			t.Errorf("MaxInFlight = %d, want 4", most)
		}
	}
}

// await waits until condition holds.
func await(t testing.TB, what string, condition func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

func TestSeeds(t *testing.T) {
	t.Parallel()
	seed, err := autotasksim.ReadSeed([]byte(`{"companies":[{"id":7,"companyName":"Only One"}],"picklists":{"queueID":[{"value":3,"label":"Q"}]}}`))
	if err != nil {
		t.Fatalf("ReadSeed: %v", err)
	}
	s := start(t, autotasksim.Options{Seed: &seed})
	if got := s.Companies(); len(got) != 1 || got[0].CompanyName != "Only One" || !got[0].IsActive {
		t.Errorf("companies are %+v, want the one of the seed", got)
	}
	s.want(t, "POST", "Tickets", `{"companyID":7,"title":"x","status":1,"priority":2,"queueID":3}`, 200, `{"itemId":10001}`)
	for _, broken := range []string{`{"compnies":[]}`, `[]`, `{`} {
		if _, err := autotasksim.ReadSeed([]byte(broken)); err == nil {
			t.Errorf("ReadSeed(%s) found no fault", broken)
		}
	}
	for name, seed := range map[string]autotasksim.Seed{
		"a company twice":         {Companies: []autotasksim.SeedCompany{{ID: 1, Name: "a"}, {ID: 1, Name: "b"}}},
		"a user without a secret": {Users: []autotasksim.User{{Name: "x", IntegrationCode: "y"}}},
		"no such time zone":       {TimeZone: "Nowhere/Land"},
	} {
		if _, err := autotasksim.New(autotasksim.Options{Now: morning, Seed: &seed}); err == nil {
			t.Errorf("New with %s found no fault", name)
		}
	}
	if got := len(autotasksim.DefaultSeed().Companies); got < 14 {
		t.Errorf("the default seed has %d companies, want 14 or more", got)
	}
	asJSON, err := json.Marshal(autotasksim.DefaultSeed())
	if err != nil {
		t.Fatal(err)
	}
	again, err := autotasksim.ReadSeed(asJSON)
	if diff := cmp.Diff(autotasksim.DefaultSeed(), again); err != nil || diff != "" {
		t.Errorf("a seed written and read: error %v (-want +got):\n%s", err, diff)
	}
}

func TestRequestsAreKeptWithoutCredentials(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	s.ask(t, "POST", "tickets/", ticket("x", ""))
	s.ask(t, "GET", "Tickets/10001", "")
	s.ask(t, "GET", "Tickets/10001/Notes", "")
	requests := s.Requests()
	var routes []string
	for _, request := range requests {
		routes = append(routes, fmt.Sprint(request.Route, " ", request.Status))
	}
	if diff := cmp.Diff([]string{"POST Tickets 200", "GET Tickets/{id} 200", "GET Tickets/{id}/Notes 200"}, routes); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if requests[0].Body != ticket("x", "") || requests[0].User != "api@example.com" {
		t.Errorf("the first request is %+v", requests[0])
	}
	if asJSON, _ := json.Marshal(requests); bytes.Contains(asJSON, []byte("TRACKING")) || bytes.Contains(asJSON, []byte("secret")) {
		t.Errorf("credentials are kept: %s", asJSON)
	}
	s.ResetRequests()
	if len(s.Requests()) != 0 || s.Count("POST Tickets") != 0 || s.MaxInFlight("Tickets") != 0 {
		t.Error("ResetRequests keeps requests")
	}
}
