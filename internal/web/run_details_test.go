package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestRunPage(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	good := storetest.Run(t, m.db, storetest.Yesterday, storetest.Objects(
		backup.Object{Name: "SQL01", Status: backup.StatusSuccess}, backup.Object{Name: "OLD01", Status: backup.StatusSuccess}))
	mail := storetest.Message(t, m.db, backup.Outcome{Job: "Daily Servers", Status: backup.StatusError})
	run := m.run(t, storetest.From(mail.ID))
	later := storetest.Run(t, m.db, storetest.Started(time.Now().Add(-time.Minute)))
	page := m.as(t, "viewer").Get(t, pathOf(run))
	page.Has(t, "h1", "Daily Servers").Has(t, ".job-where", "Acme").Has(t, "#run h2", "Error").
		Has(t, ".run-lead", "1 of 2 objects did not succeed: SQL01.").Has(t, ".run-objects-list", "The disk is full.").Has(t, "#run summary", "1 more succeeded").
		Has(t, ".run-changes", "Newly in trouble: SQL01").Has(t, ".run-changes", "No longer there: OLD01").Has(t, ".run-changes", "Not there before: DC01").
		Has(t, `.run-part a[href="`+pathOf(good)+`"]`, "").Has(t, ".run-subject", "Backup report").
		Has(t, `.run-neighbours [rel=prev]`, "Success").Has(t, `.run-neighbours [rel=next]`, "Success").Has(t, ".job-head", "times in Europe/Amsterdam")
	for css, want := range map[string]string{"src": fmt.Sprintf("/messages/%d/frame", mail.ID), "loading": "lazy"} {
		if got := page.Attr(t, "iframe[sandbox]", css); got != want {
			t.Errorf("the frame has %s=%q, want %q", css, got, want)
		}
	}
	if got := page.Count(t, ".job-days .days li"); got != 28 {
		t.Errorf("%d days, want 28", got)
	}
	if got := page.Attr(t, `.run-neighbours [rel=next]`, "href"); got != pathOf(later) {
		t.Errorf("the next run is %s, want %s", got, pathOf(later))
	}
	for path, want := range map[string]int{"/runs/999": 404, "/runs/x": 404, "/jobs/999": 404, "/runs/999/ticket": 404} {
		if page := m.as(t, "operator").Ask(t, path); page.Status != want {
			t.Errorf("%s: status %d, want %d", path, page.Status, want)
		}
	}
}

func TestPane(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	run := m.run(t)
	site := m.as(t, "operator")
	if page := site.Get(t, pathOf(run)+"/pane"); page.Path != pathOf(run) {
		t.Errorf("without script the pane is %s, want the page of the run", page.Path)
	}
	pane := site.Ask(t, pathOf(run)+"/pane", from(site, "/run-checks?status=error")...)
	pane.Has(t, "#run h2", "Daily Servers").HasNot(t, "#review-one [data-key]").Has(t, "#review-one[hx-post]", "Reviewed")
	if got := pane.Attr(t, "#review-one input[name=next]", "value"); got != "/run-checks?status=error" {
		t.Errorf("the review leads back to %q, want the list with its filter", got)
	}
	missed := storetest.Run(t, m.db, storetest.Missed, storetest.Of(storetest.Job(t, m.db, "Bolt", "Weekly")))
	site.Ask(t, pathOf(missed)+"/pane", from(site, "/run-checks")...).Has(t, ".run-lead", "No report arrived.").
		Has(t, "#run", "No mail told of this run.").Has(t, "#run", "This job has no good run before this one.").HasNot(t, "iframe")
}

func TestJobDetails(t *testing.T) {
	t.Parallel()
	m := newMorning(t)
	job := storetest.Job(t, m.db, "Acme", "Daily Servers")
	start := time.Now().Add(-70 * time.Hour)
	for i := range 60 {
		storetest.Run(t, m.db, storetest.Of(job), storetest.Started(start.Add(time.Duration(i)*time.Hour)))
	}
	site := m.as(t, "viewer")
	page := site.Get(t, fmt.Sprintf("/jobs/%d", job.ID))
	if got := page.Count(t, "tbody tr"); got != 50 {
		t.Errorf("%d runs on the first page, want 50", got)
	}
	page = page.Click(t, `nav[aria-label=Pages] a`)
	if got := page.Count(t, "tbody tr"); got != 10 {
		t.Errorf("%d runs on the second page, want 10", got)
	}
	page.Click(t, `nav[aria-label=Pages] a`).Has(t, "nav[aria-label=Pages]", "Next page")
	if page := site.Ask(t, fmt.Sprintf("/jobs/%d?cursor=x", job.ID)); page.Status != http.StatusUnprocessableEntity {
		t.Errorf("a bad cursor: status %d, want 422", page.Status)
	}
	bare := storetest.Job(t, m.db, "Acme", "Never ran")
	site.Get(t, fmt.Sprintf("/jobs/%d", bare.ID)).Has(t, ".empty", "No runs yet")
}

// What strangers write into mails must reach a page as text, wherever it is shown.
func TestHostileTextStaysText(t *testing.T) {
	t.Parallel()
	for i, hostile := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `</textarea><svg/onload=alert(1)>`,
		`javascript:alert(1)`, `{{.Secret}}`, `<!--<a href="`, "\u202eevil\u0000\u2028", `</title></style></iframe><base href=//evil.example>`,
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			m := newMorning(t)
			job := storetest.Job(t, m.db, "Cust "+hostile, "Job "+hostile)
			mail := storetest.Message(t, m.db)
			before := storetest.Run(t, m.db, storetest.Of(job), storetest.Yesterday)
			run := storetest.Run(t, m.db, storetest.Of(job), storetest.Failed, storetest.From(mail.ID), storetest.Remark("Remark "+hostile), storetest.Objects(
				backup.Object{Name: "Obj " + hostile, Type: hostile, Status: backup.StatusError, Message: "Msg " + hostile}))
			err := m.db.Write(t.Context(), func(tx *store.Tx) error {
				reading := backup.Reading{
					Parser: hostile, Confidence: backup.Sure, Problems: []string{hostile},
					Evidence: []backup.Evidence{{Field: "status", Text: hostile, Where: hostile}, {Field: hostile, Text: hostile, Where: "body"}},
				}
				if err := tx.SetReading(t.Context(), mail.ID, reading, hostile); err != nil {
					return err
				}
				if _, err := tx.AddTicket(t.Context(), backup.Ticket{RunID: before.ID, Origin: backup.TicketLinked, State: backup.TicketOpen, Active: true, Number: hostile, URL: hostile, StatusLabel: hostile, Detail: hostile, CreatedBy: hostile}); err != nil {
					return err
				}
				return tx.SetMapping(t.Context(), job.CustomerID, backup.Mapping{CompanyID: new(int64(7)), CompanyName: "Comp " + hostile, Status: backup.MappingOK, Environment: "sandbox/api@example.com"})
			})
			if err != nil {
				t.Fatal(err)
			}
			site := m.as(t, "operator")
			site.Post(t, "/runs/review", url.Values{"ids": {idText(before)}, "note": {hostile}})
			for _, path := range []string{
				"/run-checks", "/run-checks?" + url.Values{"q": {hostile}, "software": {hostile}}.Encode(), pathOf(run), pathOf(before),
				pathOf(run) + "/ticket", pathOf(before) + "/ticket", fmt.Sprintf("/jobs/%d", job.ID),
			} {
				// That the page is whole and holds no inline script is checked with each answer.
				page := site.Get(t, path)
				page.HasNot(t, "img").HasNot(t, "base").HasNot(t, `a[href^="javascript:"]`).HasNot(t, "main script")
				if strings.Contains(page.Body, hostile) && strings.ContainsAny(hostile, "<") {
					t.Errorf("%s holds %q as it is", path, hostile)
				}
			}
			page := site.Ask(t, pathOf(run)+"/ticket", from(site, "/run-checks")...)
			page.Has(t, ".ticket-preview", "Comp ").HasNot(t, "img").HasNot(t, "base")
		})
	}
}
