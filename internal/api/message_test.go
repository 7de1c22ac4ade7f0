package api_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

// report is a mail of Duplicati. The number makes it another one, a day later.
func report(number int, job, result string) string {
	trouble := "[]"
	if result != "Success" {
		trouble = "[\n    The storage is full\n]"
	}
	return fmt.Sprintf("Message-ID: <report-%d@nas.example>\r\nFrom: NAS <nas@nas.example>\r\nTo: reports@msp.example\r\n"+
		"Date: Mon, %02d Mar 2026 22:00:00 +0000\r\nSubject: Duplicati Backup report for %s\r\n"+
		"Content-Type: text/plain; charset=utf-8\r\n\r\nMainOperation: Backup\r\nParsedResult: %s\r\n"+
		"BeginTime: 2026-03-%02d 21:00:00 (0)\r\nEndTime: 2026-03-%02d 21:30:00 (0)\r\nWarnings: []\r\nErrors: %s\r\n",
		number, number, job, result, number, number, trouble)
}

func TestAMailBecomesRuns(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		first := s.mail(t, report(2, "Office files", "Error")).want(t, 201)
		first.has(t, "state", "inbox").has(t, "source", "api").has(t, "from", "nas@nas.example").has(t, "customer", nil)
		first.has(t, "reading.parser", "duplicati").has(t, "reading.outcomes.0.job", "Office files").has(t, "reading.outcomes.0.status", "error")
		first.length(t, "run_ids", 0)
		waiting := s.mail(t, report(3, "Office files", "Success")).want(t, 201)

		again := s.mail(t, report(2, "Office files", "Error")).want(t, 200)
		again.has(t, "id", float64(first.id(t, "id")))
		s.ask(t, viewer, "GET", "/messages", "").want(t, 200).length(t, "items", 2)

		path := fmt.Sprintf("/messages/%d", first.id(t, "id"))
		approved := s.ask(t, operator, "POST", path+"/approve", `{"customer_name":"Bakery North"}`).want(t, 200)
		approved.has(t, "state", "filed").has(t, "customer.name", "Bakery North").length(t, "run_ids", 1)
		s.ask(t, operator, "POST", path+"/approve", `{"customer_name":"Bakery North"}`).want(t, 409)

		// The other mail of the job was filed with it, and later ones file themselves.
		s.ask(t, viewer, "GET", fmt.Sprintf("/messages/%d", waiting.id(t, "id")), "").want(t, 200).has(t, "state", "filed")
		filed := s.mail(t, report(4, "Office files", "Warning")).want(t, 201).has(t, "state", "filed").length(t, "run_ids", 1)

		run := s.ask(t, viewer, "GET", fmt.Sprintf("/runs/%d", approved.id(t, "run_ids.0")), "").want(t, 200)
		run.has(t, "status", "error").has(t, "job.name", "Office files").has(t, "job.software", "Duplicati").has(t, "job.customer.name", "Bakery North")
		run.has(t, "message_id", float64(first.id(t, "id"))).has(t, "override_id", nil).has(t, "reviewed_at", nil).has(t, "reviewed_by", nil)
		run.has(t, "ticket", nil).length(t, "tickets", 0).has(t, "started_at", "2026-03-02T21:00:00Z")
		s.ask(t, viewer, "GET", "/runs", "").want(t, 200).length(t, "items", 3).has(t, "items.0.id", float64(filed.id(t, "run_ids.0")))
		s.ask(t, viewer, "GET", "/messages?state=inbox", "").want(t, 200).length(t, "items", 0).has(t, "next", nil)
	})
}

func TestApproveForAKnownCustomerWithCorrections(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	customer := storetest.Customer(t, s.db, "Bakery North")
	id := s.mail(t, report(2, "Ofice files", "Success")).want(t, 201).id(t, "id")
	body := fmt.Sprintf(`{"customer_id":%d,"outcomes":[{"job":"Office files","type":"File backup","status":"warning"}]}`, customer.ID)
	approved := s.ask(t, operator, "POST", fmt.Sprintf("/messages/%d/approve", id), body).want(t, 200)
	s.ask(t, viewer, "GET", fmt.Sprintf("/runs/%d", approved.id(t, "run_ids.0")), "").want(t, 200).
		has(t, "job.name", "Office files").has(t, "job.type", "File backup").has(t, "status", "warning").
		has(t, "job.customer.id", float64(customer.ID))
}

func TestApproveRefuses(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	path := fmt.Sprintf("/messages/%d/approve", s.mail(t, report(2, "Office files", "Success")).want(t, 201).id(t, "id"))
	for body, want := range map[string]struct {
		status int
		text   string
	}{
		`{}`:                              {422, "Choose a customer, or enter the name of a new one."},
		`{"customer_id":4711}`:            {404, "There is no customer 4711."},
		`{"customer_name":"A","job":"x"}`: {422, "Unexpected property."},
		`{"customer_name":"A","outcomes":[{},{}]}`:                  {422, "2 corrections were given"},
		`{"customer_name":"A","outcomes":[{"status":"wonderful"}]}`: {422, "body.outcomes[0].status"},
		`{"customer_id":"1"}`:                                       {422, "Expected integer."},
		`{"customer_id":`:                                           {400, "not valid JSON"},
		`[]`:                                                        {422, "Expected object."},
		``:                                                          {400, "The body is missing"},
	} {
		s.ask(t, operator, "POST", path, body).want(t, want.status).says(t, want.text)
	}
	nobodys := s.mail(t, "Message-ID: <hello@nas.example>\r\nFrom: friend@nas.example\r\nSubject: Hello\r\n\r\nHow are you?\r\n").want(t, 201)
	s.ask(t, operator, "POST", fmt.Sprintf("/messages/%d/approve", nobodys.id(t, "id")), `{"customer_name":"A"}`).want(t, 422).says(t, "No result could be read")
	s.ask(t, viewer, "GET", "/customers", "").want(t, 200).length(t, "items", 0)
}

func TestListsOfMessagesLeaveOutTheReading(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	s.mail(t, report(2, "Office files", "Success")).want(t, 201)
	s.ask(t, viewer, "GET", "/messages", "").want(t, 200).lacks(t, "items.0", "reading")
	s.ask(t, viewer, "GET", "/messages?expand=reading", "").want(t, 200).has(t, "items.0.reading.outcomes.0.job", "Office files").
		says(t, `"evidence":[{`)
	s.ask(t, viewer, "GET", "/messages?search=office", "").want(t, 200).length(t, "items", 1)
	s.ask(t, viewer, "GET", "/messages?search=payroll", "").want(t, 200).length(t, "items", 0)
	s.ask(t, viewer, "GET", "/messages?expand=everything", "").want(t, 422).has(t, "errors.0.field", "expand")
	s.ask(t, viewer, "GET", "/messages?state=lost", "").want(t, 422).has(t, "errors.0.location", "query.state")
}

func TestRawMailComesBackAsItCame(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	mail := "From: <script@nas.example>\r\nSubject: =?utf-8?q?=3Cb=3E?=\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>\x00\xff\r\n"
	id := s.mail(t, mail).want(t, 201).id(t, "id")
	raw := s.ask(t, viewer, "GET", fmt.Sprintf("/messages/%d/raw", id), "").want(t, 200)
	if raw.text != mail {
		t.Errorf("raw mail: got %q, want %q", raw.text, mail)
	}
	for name, want := range map[string]string{
		"Content-Type": "message/rfc822", "Content-Disposition": fmt.Sprintf(`attachment; filename="message-%d.eml"`, id),
		"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	} {
		if got := raw.header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	s.ask(t, viewer, "GET", "/messages/4711/raw", "").want(t, 404).says(t, "There is no message 4711.")
}

func TestDeleteAndRestore(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	path := fmt.Sprintf("/messages/%d", s.mail(t, report(2, "Office files", "Success")).want(t, 201).id(t, "id"))
	if gone := s.ask(t, operator, "DELETE", path, "").want(t, 204); gone.text != "" {
		t.Errorf("DELETE answers %q, want nothing", gone.text)
	}
	s.ask(t, operator, "DELETE", path, "").want(t, 409)
	s.ask(t, viewer, "GET", "/messages", "").want(t, 200).length(t, "items", 0)
	s.ask(t, viewer, "GET", "/messages?state=deleted", "").want(t, 200).length(t, "items", 1)
	s.ask(t, operator, "POST", path+"/restore", "").want(t, 200).has(t, "state", "inbox")
	s.ask(t, operator, "POST", path+"/restore", "").want(t, 409)
	s.ask(t, operator, "POST", path+"/reparse", "").want(t, 200).has(t, "reading.parser", "duplicati")
	for _, action := range []string{"DELETE /messages/99", "POST /messages/99/restore", "POST /messages/99/reparse", "GET /messages/99"} {
		method, path, _ := strings.Cut(action, " ")
		s.ask(t, operator, method, path, "").want(t, 404).says(t, "There is no message 99.")
	}
}

func TestOnlyMailsAreTakenAsMails(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	for _, contentType := range []string{"", "application/json", "application/x-www-form-urlencoded", "text/plain", "message/rfc822x", ";"} {
		got := s.send(t, operator, "POST", "/api/v1/messages", contentType, report(2, "x", "Success"))
		got.want(t, http.StatusUnsupportedMediaType).says(t, "message/rfc822")
	}
	s.send(t, operator, "POST", "/api/v1/messages", "Message/RFC822; charset=utf-8", report(2, "x", "Success")).want(t, 201)
	s.mail(t, "").want(t, http.StatusUnsupportedMediaType)
	s.send(t, operator, "POST", "/api/v1/runs/review", "text/plain", `{"ids":[1]}`).want(t, http.StatusUnsupportedMediaType).says(t, "application/json")
}

// zeros is a mail as large as one likes that nobody has to hold.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestLimitsOfBodies(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	upload := func(path, contentType string, size int64) *answer {
		t.Helper()
		body := io.MultiReader(strings.NewReader("Subject: large\r\n\r\n"), io.LimitReader(zeros{}, size-18))
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.address+"/api/v1"+path, body)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+s.tokens[operator])
		request.Header.Set("Content-Type", contentType)
		return do(t, request)
	}
	upload("/messages", "message/rfc822", 64<<20+1).want(t, 413).says(t, "larger than 64 MB")
	upload("/messages", "message/rfc822", 64<<20).want(t, 201).says(t, "kept but not read").has(t, "size", float64(64<<20))
	upload("/runs/review", "application/json", 2<<20).want(t, 413).says(t, "larger than 1 MB")
}

func TestReadingsSayWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	message := storetest.Message(t, s.db, backup.Outcome{Software: "Veeam", Job: "Nightly"})
	s.ask(t, viewer, "GET", fmt.Sprintf("/messages/%d", message.ID), "").want(t, 200).
		has(t, "reading.outcomes.0.status", "").has(t, "reading.outcomes.0.started_at", nil).length(t, "reading.outcomes.0.objects", 0).
		length(t, "reading.evidence", 0).length(t, "reading.problems", 0).has(t, "sent_at", nil)
	other := s.mail(t, "From: friend@nas.example\r\nSubject: Hello\r\n\r\nHow are you?\r\n").want(t, 201)
	other.has(t, "reading.parser", nil).has(t, "reading.confidence", "none").length(t, "reading.outcomes", 0)
}
