package e2e_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestARequestThatCannotBeAcceptedIsToldWhy(t *testing.T) {
	begin(t)
	s := newSite(t)
	operator, viewer := client{token: s.token(t, "operator")}, client{token: s.token(t, "viewer")}
	url := s.serve(t).url
	operator.url, viewer.url = url, url
	nobody, stranger := client{url: url}, client{url: url, token: "bkc_made_up"}

	for name, c := range map[string]struct {
		who          client
		method, path string
		body         string
		status       int
		says         string
	}{
		"an unknown run":       {operator, "GET", "/runs/999", "", http.StatusNotFound, "There is no run 999."},
		"its ticket":           {operator, "POST", "/runs/999/ticket", "", http.StatusNotFound, "There is no run 999."},
		"reviewing it":         {operator, "POST", "/runs/review", `{"ids":[999]}`, http.StatusNotFound, "999"},
		"an unknown message":   {operator, "GET", "/messages/999", "", http.StatusNotFound, "There is no message 999."},
		"an unknown address":   {operator, "GET", "/no-such-thing", "", http.StatusNotFound, "."},
		"an id that is none":   {operator, "GET", "/runs/first", "", http.StatusUnprocessableEntity, "."},
		"no token":             {nobody, "GET", "/runs", "", http.StatusUnauthorized, "token"},
		"a wrong token":        {stranger, "GET", "/runs", "", http.StatusUnauthorized, "token"},
		"a missing right":      {viewer, "POST", "/runs/review", `{"ids":[1]}`, http.StatusForbidden, "."},
		"broken JSON":          {operator, "POST", "/customers", `{"name":`, http.StatusBadRequest, "JSON"},
		"no body":              {operator, "POST", "/customers", "", http.StatusBadRequest, "body"},
		"an unknown member":    {operator, "POST", "/customers", `{"name":"Acme","colour":"red"}`, http.StatusUnprocessableEntity, "."},
		"a cursor of nobody's": {operator, "GET", "/runs?cursor=abc", "", http.StatusUnprocessableEntity, "."},
		"a mail of 65 MB":      {operator, "POST", "/messages", strings.Repeat("x", 65<<20), http.StatusRequestEntityTooLarge, "64 MB"},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.who.ask(t, c.method, c.path, c.body).want(t, c.status)
			if kind := got.header.Get("Content-Type"); kind != "application/problem+json" {
				t.Errorf("Content-Type %q, want a problem document", kind)
			}
			told := read[problem](t, got)
			if told.Status != c.status || told.Title != http.StatusText(c.status) {
				t.Errorf("the problem is %d %q, want %d %q", told.Status, told.Title, c.status, http.StatusText(c.status))
			}
			if !strings.Contains(told.Detail, c.says) || !strings.HasSuffix(told.Detail, ".") {
				t.Errorf("the problem says %q, want a sentence with %q", told.Detail, c.says)
			}
			if c.status == http.StatusUnauthorized && got.header.Get("WWW-Authenticate") == "" {
				t.Error("the refusal does not say how to authenticate")
			}
		})
	}
}

// TestMailThatIsNoMailWaitsInTheInbox sends what breaks readers. Each must be kept and shown
// with a reason, and the server goes on.
func TestMailThatIsNoMailWaitsInTheInbox(t *testing.T) {
	begin(t)
	s := newSite(t)
	operator := client{token: s.token(t, "operator")}
	operator.url = s.serve(t).url
	parts := "From: parts@example.com\r\nSubject: Many parts\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
		strings.Repeat("--b\r\nContent-Type: text/plain\r\n\r\nx\r\n", 100_000) + "--b--\r\n"
	for name, raw := range map[string]string{
		"a picture":               "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01",
		"100,000 parts":           parts,
		"a truncated base64 body": "From: cut@example.com\r\nSubject: Backup report\r\nContent-Transfer-Encoding: base64\r\nContent-Type: text/html\r\n\r\nPGh0bWw+PGJvZHk+QmFja3V",
	} {
		t.Run(name, func(t *testing.T) {
			stored := read[messageShape](t, operator.ask(t, "POST", "/messages", raw).want(t, http.StatusCreated))
			if stored.State != "inbox" || len(stored.RunIDs) > 0 {
				t.Errorf("it became %+v, want it to wait in the Inbox without a run", stored)
			}
			operator.ask(t, "POST", "/messages", raw).want(t, http.StatusOK) // known
		})
	}
	if waiting := all[messageShape](t, operator, "/messages"); len(waiting) != 3 {
		t.Errorf("the Inbox holds %d mails, want 3", len(waiting))
	}
}
