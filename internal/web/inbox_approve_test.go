package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/store/storetest"
)

func TestApproveFilesTheMailAndItsLike(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	storetest.At(t, s.db, "2026-03-14 08:00")
	older := s.deliver(t, mail("Lunch on Friday", "cook@example.com", "There is soup."))
	var shelf []backup.Message
	for night := 10; night < 13; night++ {
		storetest.Advance(t, s.db, time.Minute)
		shelf = append(shelf, s.deliver(t, duplicati("Office shelf", "shelf@acme.example", "Success", night)))
	}
	storetest.Advance(t, s.db, time.Minute)
	s.deliver(t, duplicati("Office shelf", "other@globex.example", "Success", 13))

	site := s.as(t, "operator")
	page := site.Get(t, inboxPath(shelf[2]))
	page.Has(t, ".decision-similar", "2 similar mails wait and will be filed too.")
	page = page.Submit(t, "#approve", "customer", "Acme Holding B.V.", "job-0", "Office shelf (corrected)")
	page.Has(t, ".flash", "Made 1 run for the new customer Acme Holding B.V., and filed 2 similar mails with it.").
		Has(t, ".mail h2", "Lunch on Friday").
		Has(t, `.mail-row[aria-current="true"]`, "Lunch on Friday").
		Has(t, "#menu .count", "2")
	if page.Path != inboxPath(older) {
		t.Errorf("the page that follows is %s, want the next older mail %s", page.Path, inboxPath(older))
	}
	for _, msg := range shelf {
		filed := s.message(t, msg.ID)
		if filed.State != backup.Filed || len(filed.RunIDs) != 1 {
			t.Fatalf("mail %d is %s with runs %v, want it filed as one", msg.ID, filed.State, filed.RunIDs)
		}
		if run := s.run(t, filed.RunIDs[0]); run.Job.Name != "Office shelf (corrected)" || run.Job.Customer != "Acme Holding B.V." {
			t.Errorf("mail %d made a run of %q of %s", msg.ID, run.Job.Name, run.Job.Customer)
		}
	}
	site.Get(t, inboxPath(shelf[0])).Has(t, ".reading-why", "was filed").Has(t, `a.chip[href^="/runs/"]`, "Run").
		HasNot(t, "#approve").HasNot(t, `button[form="delete"]`)
}

func TestApproveIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	site := s.as(t, "operator")
	sure := s.deliver(t, duplicati("Office shelf", "shelf@acme.example", "Success", 13))
	unknown := s.deliver(t, golden(t, "veeam/still-running"))
	if got := unknown.Reading.Status(); got != backup.StatusUnknown || len(unknown.Reading.Outcomes) != 1 {
		t.Fatalf("the sample reads as %q, want a result without a status", got)
	}
	long := strings.Repeat("é", 201)
	for name, test := range map[string]struct {
		msg        backup.Message
		form       url.Values
		css, fault string
	}{
		"no customer":      {sure, url.Values{"customer": {" "}, "job-0": {"kept name"}}, ".field-fault", "Choose a customer"},
		"no status":        {unknown, url.Values{"customer": {"Acme"}, "job-0": {"kept name"}}, ".field-fault", "choose a status after reading it"},
		"no such status":   {unknown, url.Values{"customer": {"Acme"}, "job-0": {"kept name"}, "status-0": {"fine"}}, ".notice-fault, .field-fault", "choose a status"},
		"long customer":    {sure, url.Values{"customer": {long}, "job-0": {"kept name"}}, ".field-fault", "longer than 200 characters"},
		"long job":         {sure, url.Values{"customer": {"Acme"}, "job-0": {long}}, ".notice-fault", "longer than 200 characters"},
		"too many results": {sure, url.Values{"customer": {"Acme"}, "job-0": {"kept name"}, "job-1": {"b"}}, ".notice-fault", "2 corrections"},
	} {
		page := site.Post(t, inboxPath(test.msg, "approve"), test.form)
		if page.Status != http.StatusUnprocessableEntity || page.Header.Get("HX-Push-Url") != "false" {
			t.Errorf("%s: status %d, HX-Push-Url %q; want 422 and false", name, page.Status, page.Header.Get("HX-Push-Url"))
		}
		page.Has(t, test.css, test.fault)
		if got := page.Attr(t, "#job-0", "value"); got != test.form.Get("job-0") {
			t.Errorf("%s: the job's name is now %q, want what was entered", name, got)
		}
		if got := page.Attr(t, "#customer", "value"); got != strings.TrimSpace(test.form.Get("customer")) {
			t.Errorf("%s: the customer is now %q, want what was entered", name, got)
		}
		if state := s.message(t, test.msg.ID).State; state != backup.InInbox {
			t.Errorf("%s: the mail is %s, want it to wait still", name, state)
		}
	}
}

func TestApproveWithAChosenStatus(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	msg := s.deliver(t, golden(t, "veeam/still-running"))
	page := s.as(t, "operator").Get(t, inboxPath(msg))
	page.Has(t, ".reading-why", "does not say clearly how the job ended").Has(t, ".hint", "Read it, then choose.")
	page.Attr(t, "#status-0[required]", "name")
	page.Submit(t, "#approve", "customer", "Acme", "status-0", "error").Has(t, ".flash", "Made 1 run")
	if run := s.run(t, s.message(t, msg.ID).RunIDs[0]); run.Status != backup.StatusError {
		t.Errorf("the run is %s, want what was chosen", run.Status)
	}
}

func TestApproveTwice(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	msg := s.deliver(t, duplicati("Office shelf", "shelf@acme.example", "Success", 13))
	site := s.as(t, "operator")
	form := url.Values{"customer": {"Acme"}, "job-0": {"Office shelf"}}
	site.Post(t, inboxPath(msg, "approve"), form).Has(t, ".empty", "No mail waits for you")
	again := site.Post(t, inboxPath(msg, "approve"), form, "HX-Request", "true", "HX-Target", "inbox")
	again.Has(t, ".notice", "no longer waits in the Inbox").HasNot(t, "main")
	if again.Status != http.StatusConflict {
		t.Errorf("status %d, want 409", again.Status)
	}
	if runs := s.message(t, msg.ID).RunIDs; len(runs) != 1 {
		t.Errorf("the mail made runs %v, want one", runs)
	}
}

// A suggestion stands in the field; nothing is filed by it.
func TestCustomerIsSuggested(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	site := s.as(t, "operator")
	approve := func(msg backup.Message, customer string) {
		t.Helper()
		site.Post(t, inboxPath(msg, "approve"), url.Values{"customer": {customer}}).Has(t, ".flash", "Made 1 run")
	}
	approve(s.deliver(t, duplicati("Office shelf", "shelf@acme.example", "Success", 1)), "Acme")
	approve(s.deliver(t, duplicati("Till", "relay@provider.example", "Success", 1)), "Globex")
	approve(s.deliver(t, duplicati("Cellar", "relay@provider.example", "Success", 1)), "Initech")
	storetest.Customer(t, s.db, "NAS-LAGO") // as a golden mail names it

	for name, test := range map[string]struct{ raw, customer, hint string }{
		"by the sender":     {duplicati("Attic", "shelf@acme.example", "Success", 2), "Acme", "this sender's other mails"},
		"by the job":        {duplicati("Till", "new@globex.example", "Success", 2), "Globex", "only this customer has a job of this name"},
		"by the name":       {golden(t, "synology/abb-failed-it"), "NAS-LAGO", "the mail names this customer"},
		"sender of several": {duplicati("Garage", "relay@provider.example", "Success", 2), "", "reports for several customers"},
		"nothing known":     {duplicati("Barn", "farm@example.org", "Success", 2), "", "A name that nobody has yet"},
	} {
		page := site.Get(t, inboxPath(s.deliver(t, test.raw)))
		if got := page.Attr(t, "#customer", "value"); got != test.customer {
			t.Errorf("%s: suggested %q, want %q", name, got, test.customer)
		}
		page.Has(t, "#customer-hint", test.hint)
	}

	// Once the sender is known to report for somebody else, the name alone is no longer enough.
	sender := s.deliver(t, golden(t, "synology/abb-failed-it")).From
	approve(s.deliver(t, duplicati("Office shelf", sender, "Success", 3)), "Acme")
	page := site.Get(t, inboxPath(s.deliver(t, golden(t, "synology/abb-failed-it"))))
	if got := page.Attr(t, "#customer", "value"); got != "" {
		t.Errorf("name and sender disagree: suggested %q, want none", got)
	}
	page.Has(t, "#customer-hint", "The mail names NAS-LAGO, but this sender's other mails belong to Acme.")
}
