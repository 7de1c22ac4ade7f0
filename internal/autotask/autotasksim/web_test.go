package autotasksim_test

import (
	"io"
	"net/http"
	"net/url"
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
	for _, path := range []string{"/", "/tickets/10001", "/companies", "/requests"} {
		if _, body := s.page(t, path, nil); strings.Contains(body, "<script") || strings.Contains(body, `href="javascript`) {
			t.Errorf("%s lets foreign markup through:\n%s", path, body)
		}
		response, err := http.Get(s.url + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := response.Header.Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'; style-src 'self'") {
			t.Errorf("%s has the policy %q", path, got)
		}
	}
	response, err := http.Get(s.url + "/style.css")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if got := response.Header.Get("Content-Type"); response.StatusCode != 200 || !strings.HasPrefix(got, "text/css") {
		t.Errorf("/style.css: got %d, %s", response.StatusCode, got)
	}
	if status, _ := s.page(t, "/tickets/99", nil); status != http.StatusNotFound {
		t.Errorf("/tickets/99: got %d, want 404", status)
	}
}

func TestAPersonPlaysAutotask(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{LockAfter: 1})
	do := func(path string, form url.Values) {
		t.Helper()
		if status, body := s.page(t, path, form); status != http.StatusOK {
			t.Errorf("POST %s: got %d %s", path, status, body)
		}
	}
	do("/tickets", url.Values{"company": {"176"}, "title": {"By hand"}})
	ticket := s.Tickets()[0]
	if ticket.CompanyID != 176 || ticket.Title != "By hand" || ticket.Status != 1 {
		t.Fatalf("the new ticket is %+v", ticket)
	}
	do("/tickets/10001/complete", url.Values{})
	if got, _ := s.Ticket(10001); got.Status != 5 || got.CompletedDate.IsZero() {
		t.Errorf("after Complete: %+v", got)
	}
	do("/tickets/10001/reopen", url.Values{})
	if got, _ := s.Ticket(10001); got.Status != 1 || !got.CompletedDate.IsZero() {
		t.Errorf("after Reopen: %+v", got)
	}
	do("/tickets/10001/time", url.Values{"hours": {"1.5"}, "summary": {"looked"}})
	if got := s.TimeEntries(10001); len(got) != 1 || got[0].HoursWorked != 1.5 || got[0].SummaryNotes != "looked" {
		t.Errorf("time entries are %+v", got)
	}
	do("/tickets/10001/hide", url.Values{})
	s.want(t, "GET", "Tickets/10001", "", 200, `{"item":null}`)
	do("/tickets/10001/show", url.Values{})
	if _, body := s.ask(t, "GET", "Tickets/10001", ""); !strings.Contains(body, "By hand") {
		t.Errorf("after Show: %s", body)
	}
	do("/companies/175/rename", url.Values{"name": {"Acme Group"}})
	do("/companies/175/deactivate", url.Values{})
	if got := s.Companies()[1]; got.CompanyName != "Acme Group" || got.IsActive {
		t.Errorf("the company is %+v", got)
	}
	do("/companies/175/activate", url.Values{})
	if got := s.Companies()[1]; !got.IsActive {
		t.Errorf("the company is %+v", got)
	}
	do("/tickets/10001/delete", url.Values{})
	if len(s.Tickets()) != 0 || len(s.TimeEntries(10001)) != 0 || s.DeletedTickets()[0].TicketNumber != "T20260302.0001" {
		t.Errorf("after Delete: tickets %v, deleted %v", s.Tickets(), s.DeletedTickets())
	}
	s.shows(t, "/", "Deleted", "T20260302.0001")

	do("/faults", url.Values{"count": {"2"}, "kind": {"unavailable before"}, "on": {""}})
	if got, _ := s.ask(t, "GET", "Version", ""); got != 503 || s.PendingFaults() != 1 {
		t.Errorf("after setting a failure: got %d with %d left", got, s.PendingFaults())
	}
	do("/faults/clear", url.Values{})
	s.ask(t, "GET", "Version", "", "Secret: wrong")
	s.shows(t, "/requests", "Locked after failed sign-ins: api@example.com")
	do("/users/unlock", url.Values{})
	if got, _ := s.ask(t, "GET", "Version", ""); got != 200 {
		t.Errorf("after Unlock: got %d", got)
	}

	for path, form := range map[string]url.Values{
		"/tickets/99/delete": {}, "/tickets/x/delete": {}, "/companies/99/rename": {"name": {"x"}},
		"/companies/175/rename": {"name": {" "}}, "/tickets": {"company": {"187"}, "title": {"x"}}, "/faults": {"count": {"0"}},
	} {
		if status, _ := s.page(t, path, form); status != http.StatusBadRequest {
			t.Errorf("POST %s %v: got %d, want 400", path, form, status)
		}
	}
}

func TestOtherSitesCannotPress(t *testing.T) {
	t.Parallel()
	s := start(t, autotasksim.Options{})
	status, _ := s.page(t, "/companies/175/deactivate", url.Values{}, "Sec-Fetch-Site: cross-site", "Origin: https://evil.example")
	if status != http.StatusForbidden || !s.Companies()[1].IsActive {
		t.Errorf("a form of another site: got %d, want 403 and no change", status)
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
