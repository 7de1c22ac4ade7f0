package autotasksim_test

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"backupchecks/internal/autotask/autotasksim"
)

// page gets a page, or posts a form to it, and returns what is shown in the end.
func (s service) page(t testing.TB, path string, form url.Values, headers ...string) (status int, body string) {
	t.Helper()
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	request, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content)
}

// shows fails unless a page holds all texts.
func (s service) shows(t testing.TB, path string, texts ...string) {
	t.Helper()
	status, body := s.page(t, path, nil)
	if status != http.StatusOK {
		t.Errorf("%s: got %d, want 200", path, status)
	}
	for _, text := range texts {
		if !strings.Contains(body, text) {
			t.Errorf("%s does not show %q:\n%s", path, text, body)
		}
	}
}

func TestPagesShowForeignTextSafely(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	s.shows(t, "/", "There are no tickets yet")
	s.shows(t, "/requests", "No program has called the API yet")
	const evil = `<script>alert(1)</script>`
	s.want(t, "POST", "Tickets", `{"companyID":184,"title":"`+evil+`","status":1,"priority":2,"queueID":8,"externalID":"`+evil+`",
		"description":"See https://backupchecks.example/runs/7?a=1&b=2.\nAnd javascript:alert(1) <b>`+evil+`</b>"}`, 200, `{"itemId":10001}`)
	if _, err := s.AddTicket(autotasksim.Ticket{CompanyID: 184, Title: evil}); err != nil {
		t.Fatal(err)
	}
	if err := s.AddNote(10001, evil, evil, 2); err != nil {
		t.Fatal(err)
	}
	if err := s.AddTimeEntry(10001, 0.5, evil); err != nil {
		t.Fatal(err)
	}
	if err := s.RenameCompany(175, `"><script>alert(2)</script>`); err != nil {
		t.Fatal(err)
	}
	s.shows(t, "/", "T20260302.0001", "Juniper Accountants &lt;Europe&gt;", "&lt;script&gt;", "New")
	s.shows(t, "/tickets/10001", `<a href="https://backupchecks.example/runs/7?a=1&amp;b=2" rel="noreferrer">`, "Internal Project Team", "0.5 h", "Monitoring Alert")
	s.shows(t, "/companies", "Birch Street Dental", "Inactive")
	s.shows(t, "/requests", "POST /ATServicesRest/V1.0/Tickets", "1 of 10000 requests")
	s.SetChoice("queueID", autotasksim.Choice{Value: 8, Label: evil})
	if err := s.DeleteTicket(10002); err != nil {
		t.Fatal(err)
	}
	s.ask(t, "GET", "Version/"+url.PathEscape(evil), "", "UserName: "+evil)
	for _, path := range []string{"/", "/tickets/10001", "/companies", "/lists", "/requests", "/trouble", "/tickets/9"} {
		if _, body := s.page(t, path, nil); strings.Contains(body, "<script") || strings.Contains(body, `href="javascript`) || strings.Contains(body, " style=") {
			t.Errorf("%s lets foreign markup through:\n%s", path, body)
		}
		response, err := http.Get(s.url + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if got := response.Header.Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'; style-src 'self'") {
			t.Errorf("%s has the policy %q", path, got)
		}
	}
	response, err := http.Get(s.url + "/style.css")
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if got := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || !strings.HasPrefix(got, "text/css") {
		t.Errorf("/style.css: got %d, %s", response.StatusCode, got)
	}
	if status, _ := s.page(t, "/tickets/99", nil); status != http.StatusNotFound {
		t.Errorf("/tickets/99: got %d, want 404", status)
	}
}

// do presses a button and fails unless the page that follows is shown.
func (s service) do(t testing.TB, path string, fields ...string) string {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	status, body := s.page(t, path, form)
	if status != http.StatusOK {
		t.Errorf("POST %s %v: got %d %s", path, form, status, body)
	}
	return body
}

func TestAPersonWorksOnTickets(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	s.do(t, "/tickets", "company", "176", "title", "By hand")
	ticket := s.Tickets()[0]
	if ticket.CompanyID != 176 || ticket.Title != "By hand" || ticket.Status != 1 {
		t.Fatalf("the new ticket is %+v", ticket)
	}
	s.do(t, "/tickets/10001/complete")
	if got, _ := s.Ticket(10001); got.Status != 5 || got.CompletedDate.IsZero() {
		t.Errorf("after Complete: %+v", got)
	}
	s.do(t, "/tickets/10001/reopen")
	if got, _ := s.Ticket(10001); got.Status != 1 || !got.CompletedDate.IsZero() {
		t.Errorf("after Reopen: %+v", got)
	}
	s.do(t, "/tickets/10001/status", "status", "7")
	if got, _ := s.Ticket(10001); got.Status != 7 {
		t.Errorf("after Set status: %+v", got)
	}
	s.do(t, "/tickets/10001/move", "company", "177")
	if got, _ := s.Ticket(10001); got.CompanyID != 177 {
		t.Errorf("after Move: %+v", got)
	}
	s.do(t, "/tickets/10001/time", "hours", "1.5", "summary", "looked")
	if got := s.TimeEntries(10001); len(got) != 1 || got[0].HoursWorked != 1.5 || got[0].SummaryNotes != "looked" {
		t.Errorf("time entries are %+v", got)
	}
	if shown := s.do(t, "/tickets/10001/notes", "title", "Called", "description", "Nobody there", "publish", "1"); !strings.Contains(shown, "Nobody there") {
		t.Errorf("the page that follows a note does not show it:\n%s", shown)
	}
	if got := s.Notes(10001); len(got) != 1 || got[0].Title != "Called" || got[0].Publish != 1 || got[0].NoteType != 3 {
		t.Errorf("notes are %+v", got)
	}
	s.do(t, "/tickets/10001/hide")
	s.want(t, "GET", "Tickets/10001", "", 200, `{"item":null}`)
	s.do(t, "/tickets/10001/show")
	if _, body := s.ask(t, "GET", "Tickets/10001", ""); !strings.Contains(body, "By hand") {
		t.Errorf("after Show: %s", body)
	}
	s.do(t, "/tickets", "company", "176", "title", "Another")
	s.do(t, "/tickets/10001/merge", "into", "10002")
	if got, _ := s.Ticket(10001); got.Status != 5 || s.Notes(10002)[0].NoteType != 94 {
		t.Errorf("after Merge: %+v", got)
	}
	s.do(t, "/tickets/10001/delete", "by", "29682887")
	if len(s.Tickets()) != 1 || len(s.TimeEntries(10001)) != 0 || s.DeletedTickets()[0].DeletedBy != "Night Shift" {
		t.Errorf("after Delete: tickets %v, deleted %v", s.Tickets(), s.DeletedTickets())
	}
	s.shows(t, "/", "Deleted", "T20260302.0001", "Night Shift")
}

func TestAPersonWorksOnCompaniesAndLists(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	s.do(t, "/companies/175/rename", "name", "Acme Group")
	s.do(t, "/companies/175/deactivate")
	if got := s.Companies()[1]; got.CompanyName != "Acme Group" || got.IsActive {
		t.Errorf("the company is %+v", got)
	}
	s.do(t, "/companies/175/activate")
	if got := s.Companies()[1]; !got.IsActive {
		t.Errorf("the company is %+v", got)
	}
	s.do(t, "/companies/175/delete")
	s.want(t, "GET", "Companies/175", "", 200, `{"item":null}`)

	queue := []string{"list", "queueID", "value", "29682833"}
	holds := func(want string) {
		t.Helper()
		if _, body := s.ask(t, "GET", "Tickets/entityInformation/fields", ""); !strings.Contains(body, want) {
			t.Errorf("the fields lack %s", want)
		}
	}
	s.do(t, "/lists/deactivate", queue...)
	holds(`{"isActive":false,"isDefaultValue":true,"isSystem":false,"label":"Helpdesk"`)
	s.do(t, "/lists/activate", queue...)
	s.do(t, "/lists/rename", append(queue, "label", "Service Desk")...)
	holds(`{"isActive":true,"isDefaultValue":true,"isSystem":false,"label":"Service Desk"`)
	s.do(t, "/lists/language", "language", "nl")
	holds(`"label":"Bewakingsmelding"`)
	s.shows(t, "/lists", "queueID", "Bewakingsmelding", "Service Desk")
}

func TestAPersonMakesTrouble(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{LockAfter: 1})
	s.do(t, "/line/cut")
	s.shows(t, "/companies", "The line is cut")
	if status, _ := s.try(t, "GET", "Version", ""); status != 0 {
		t.Errorf("through a cut line: got %d", status)
	}
	s.shows(t, "/requests", "no answer", "cut before")
	s.do(t, "/line/heal")
	s.do(t, "/faults", "count", "2", "kind", "unavailable before", "on", "")
	if got, _ := s.ask(t, "GET", "Version", ""); got != 503 || s.PendingFaults() != 1 {
		t.Errorf("after setting a failure: got %d with %d left", got, s.PendingFaults())
	}
	s.shows(t, "/trouble", "1 more will fail")
	s.shows(t, "/requests", "503", "unavailable before")
	s.do(t, "/faults/clear")
	s.do(t, "/faults/random", "seed", "42", "rate too many", "100", "rate refuse", "")
	if got, _ := s.ask(t, "GET", "Version", ""); got != 429 {
		t.Errorf("with a failure of 100 %%: got %d, want 429", got)
	}
	s.shows(t, "/trouble", "The seed is 42")
	s.do(t, "/line/heal")

	s.do(t, "/rights/deny", "entity", "DeletedTicketLogs")
	const query = `{"filter":[{"op":"exist","field":"id"}]}`
	if got, _ := s.ask(t, "POST", "DeletedTicketLogs/query", query); got != 500 {
		t.Errorf("without the right: got %d, want 500", got)
	}
	s.do(t, "/rights/give", "entity", "DeletedTicketLogs")
	if got, _ := s.ask(t, "POST", "DeletedTicketLogs/query", query); got != 200 {
		t.Errorf("with the right: got %d, want 200", got)
	}
	s.ask(t, "GET", "Version", "", "Secret: wrong")
	s.shows(t, "/trouble", "Locked after failed sign-ins: api@example.com")
	s.do(t, "/users/unlock")
	if got, _ := s.ask(t, "GET", "Version", ""); got != 200 {
		t.Errorf("after Unlock: got %d", got)
	}
	s.do(t, "/zone", "zone", "zone29")
	if got, _ := s.ask(t, "GET", s.url+"/zone29/ATServicesRest/V1.0/Version", ""); got != 200 {
		t.Errorf("the new zone: got %d, want 200", got)
	}
	s.do(t, "/requests/forget")
	s.shows(t, "/requests", "No program has called the API yet")
}

func TestActionsThatCannotBeDone(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	s.do(t, "/tickets", "company", "176", "title", "By hand")
	for _, test := range []struct{ path, form, want string }{
		{"/tickets/99/delete", "", "There is no such ticket."},
		{"/tickets/x/delete", "", "There is no such record."},
		{"/tickets/10001/delete", "by=1", "There is no such resource."},
		{"/tickets/10001/merge", "into=10001", "A ticket cannot be merged into itself."},
		{"/tickets/10001/move", "company=99", "There is no such company."},
		{"/tickets/10001/status", "", "There is no status 0."},
		{"/tickets/10001/time", "hours=NaN", "Give the hours as a number of at most 24."},
		{"/tickets/10001/notes", "description=+&publish=1", "A note needs a text."},
		{"/tickets/10001/notes", "description=x&publish=3", "Choose who may see the note."},
		{"/tickets", "company=187&title=x", "Reference value on field: companyID of type: Account does not exist or is invalid."},
		{"/companies/99/rename", "name=x", "There is no such company."},
		{"/companies/175/rename", "name=+", "A company needs a name."},
		{"/companies/176/delete", "", "The company has tickets."},
		{"/lists/rename", "list=queueID&value=8", "A value needs a label."},
		{"/lists/deactivate", "list=%3Cb%3E&value=8", "The list &lt;b&gt; has no value 8."},
		{"/lists/language", "language=xx", "There are no labels in the language &#34;xx&#34;."},
		{"/faults", "count=0&kind=slow", "Give a number from 1 to 100."},
		{"/faults", "count=1&kind=none", "There is no fault &#34;none&#34;."},
		{"/faults/random", "seed=-1", "Give the seed as a whole number."},
		{"/faults/random", "seed=1&rate+slow=x", "Give the rate of &#34;slow&#34; in percent."},
		{"/faults/random", "seed=1&rate+slow=60&rate+refuse=60", "The rates of all faults come to more than 1 together."},
		{"/rights/deny", "entity=Nothing", "There is no entity &#34;Nothing&#34;."},
		{"/zone", "zone=a%2Fb", "A zone&#39;s name has small letters, digits and hyphens."},
	} {
		form, err := url.ParseQuery(test.form)
		if err != nil {
			t.Fatal(err)
		}
		if status, body := s.page(t, test.path, form); status != http.StatusBadRequest || !strings.Contains(body, test.want) {
			t.Errorf("POST %s %s: got %d, want 400 with %q:\n%s", test.path, test.form, status, test.want, body)
		}
	}
	status, body := s.page(t, "/tickets", url.Values{"title": {strings.Repeat("x", 2<<20)}})
	if status != http.StatusBadRequest || !strings.Contains(body, "The form cannot be read.") {
		t.Errorf("a form of two megabytes: got %d %.200s, want 400 without reading it", status, body)
	}
}

// TestNothingChangesByGet asks the address of every button as a link would.
func TestNothingChangesByGet(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	s.do(t, "/tickets", "company", "176", "title", "By hand")
	buttons := 0
	for _, path := range []string{"/", "/tickets/10001", "/companies", "/lists", "/trouble", "/requests"} {
		_, body := s.page(t, path, nil)
		for _, found := range regexp.MustCompile(`action="([^"]*)"`).FindAllStringSubmatch(body, -1) {
			buttons++
			if status, _ := s.page(t, found[1], nil); status != http.StatusNotFound && found[1] != "/tickets" && status != http.StatusMethodNotAllowed {
				t.Errorf("GET %s: got %d, want 404 or 405", found[1], status)
			}
		}
		if strings.Count(body, "<form") != strings.Count(body, `<form method="post"`) {
			t.Errorf("%s has a form that does not post", path)
		}
	}
	if buttons < 50 {
		t.Errorf("found %d buttons, so the search must be wrong", buttons)
	}
}

func TestOtherSitesCannotPress(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	for _, headers := range [][]string{
		{"Sec-Fetch-Site: cross-site", "Origin: https://evil.example"}, {"Origin: https://evil.example"}, {"Sec-Fetch-Site: same-site"},
	} {
		status, _ := s.page(t, "/companies/175/deactivate", url.Values{}, headers...)
		if status != http.StatusForbidden || !s.Companies()[1].IsActive {
			t.Errorf("a form of another site with %v: got %d, want 403 and no change", headers, status)
		}
	}
	if status, _ := s.page(t, "/companies/175/deactivate", url.Values{}, "Sec-Fetch-Site: same-origin"); status != http.StatusOK || s.Companies()[1].IsActive {
		t.Errorf("a form of its own page: got %d, want 200 and the change", status)
	}
}

func TestDeepLinksLeadToTheTicket(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	if _, err := s.AddTicket(autotasksim.Ticket{CompanyID: 175, Title: "the one"}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"/Mvc/ServiceDesk/TicketDetail.mvc?ticketId=10001", "/mvc/servicedesk/ticketdetail.mvc?TicketID=10001",
		"/Autotask/AutotaskExtend/ExecuteCommand.aspx?Code=OpenTicketDetail&TicketID=10001",
		"/Autotask/AutotaskExtend/ExecuteCommand.aspx?Code=OpenTicketDetail&TicketNumber=T20260302.0001",
	} {
		s.shows(t, path, "the one")
	}
	if status, _ := s.page(t, "/Mvc/ServiceDesk/TicketDetail.mvc?ticketId=99", nil); status != http.StatusNotFound {
		t.Errorf("a deep link to no ticket: got %d, want 404", status)
	}
}

func TestActionsOfPeople(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	id, err := s.AddTicket(autotasksim.Ticket{CompanyID: 175, Title: "x", Priority: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.MoveTicket(id, 176); err != nil {
		t.Fatal(err)
	}
	if got, _ := s.Ticket(id); got.CompanyID != 176 {
		t.Errorf("after MoveTicket the company is %d, want 176", got.CompanyID)
	}
	if err := s.DeleteCompany(176); err == nil {
		t.Error("DeleteCompany removed a company with tickets")
	}
	if err := s.DeleteCompany(175); err != nil {
		t.Errorf("DeleteCompany: %v", err)
	}
	s.want(t, "GET", "Companies/175", "", 200, `{"item":null}`)
	if err := s.DeleteCompany(175); err == nil {
		t.Error("DeleteCompany removed a company twice")
	}
	if _, err := s.AddTicket(autotasksim.Ticket{CompanyID: 175, Title: "x"}); err == nil {
		t.Error("AddTicket took a deleted company")
	}
	if err := s.SetTicketStatus(id, 404); err == nil {
		t.Error("SetTicketStatus took an unknown status")
	}
	s.MoveZone("moon")
	if status, _ := s.ask(t, "GET", "Version", ""); status != http.StatusUnauthorized {
		t.Errorf("the old zone: got %d, want 401", status)
	}
	if status, _ := s.ask(t, "GET", s.url+"/moon/ATServicesRest/V1.0/Version", ""); status != http.StatusOK {
		t.Errorf("the new zone: got %d, want 200", status)
	}
	if _, body := s.ask(t, "GET", "zoneInformation?user=api@example.com", ""); !strings.Contains(body, s.url+"/moon/ATServicesRest/") {
		t.Errorf("zone information is %s", body)
	}
}
