package web_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/ingest"
	"backupchecks/internal/parse/vendors"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
	"backupchecks/internal/web/webtest"
)

// deliver has a mail arrive, and returns the message it became.
func (s scene) deliver(t testing.TB, raw string) backup.Message {
	t.Helper()
	station := ingest.New(ingest.Config{DB: s.db, Read: vendors.Registry().Read, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	receipt, err := station.Accept(t.Context(), ingest.Mail{Raw: []byte(raw), Source: "file"})
	if err != nil {
		t.Fatal(err)
	}
	return s.message(t, receipt.MessageID)
}

func (s scene) message(t testing.TB, id backup.MessageID) (msg backup.Message) {
	t.Helper()
	err := s.db.Read(t.Context(), func(tx *store.Tx) (err error) {
		msg, err = tx.Message(t.Context(), id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return msg
}

func (s scene) run(t testing.TB, id backup.RunID) (run backup.Run) {
	t.Helper()
	err := s.db.Read(t.Context(), func(tx *store.Tx) (err error) {
		run, err = tx.Run(t.Context(), id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// golden is a mail of a parser's tests, such as "duplicati/warning-list".
func golden(t testing.TB, name string) string {
	t.Helper()
	parser, test, _ := strings.Cut(name, "/")
	raw, err := os.ReadFile(filepath.Join("..", "parse", parser, "testdata", test, "mail.eml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// duplicati is a sure report of a job from a sender. Each night is another mail.
func duplicati(job, sender, result string, night int) string {
	day := time.Date(2026, 3, night, 21, 0, 0, 0, time.UTC)
	return fmt.Sprintf("From: %s\r\nTo: reports@example.net\r\nSubject: Duplicati Backup report for %s\r\nDate: %s\r\n"+
		"Message-ID: <%s.%s@example.com>\r\nContent-Type: text/plain\r\n\r\nDeletedFiles: 0\r\nExaminedFiles: 20144\r\nMainOperation: Backup\r\n"+
		"ParsedResult: %s\r\nEndTime: %s\r\nBeginTime: %s\r\nDuration: 00:05:00\r\nMessages: []\r\nWarnings: []\r\nErrors: []\r\n",
		sender, job, day.Format(time.RFC1123Z), url.PathEscape(job), day.Format("0102"),
		result, day.Format("1/2/2006 3:04:05 PM"), day.Add(-5*time.Minute).Format("1/2/2006 3:04:05 PM"))
}

func mail(subject, from, text string) string {
	return "From: " + from + "\r\nTo: reports@example.net\r\nSubject: " + subject + "\r\nDate: Mon, 09 Mar 2026 04:05:11 +0000\r\n" +
		"Message-ID: <" + url.PathEscape(subject+text) + "@example.com>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text + "\r\n"
}

func inboxPath(msg backup.Message, act ...string) string {
	return strings.Join(append([]string{fmt.Sprintf("/inbox/%d", msg.ID)}, act...), "/")
}

// subjects lists the mails that the page's list shows.
func subjects(t testing.TB, page *webtest.Page) []string {
	t.Helper()
	var list []string
	for i := range page.Count(t, ".mail-row") {
		list = append(list, page.Text(fmt.Sprintf(".mail-row:nth-child(%d) .mail-row-subject", i+1)))
	}
	return list
}

func TestInboxListsWhatWaits(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	storetest.At(t, s.db, "2026-03-14 08:00")
	s.deliver(t, duplicati("Office shelf", "shelf@acme.example", "Warning", 13))
	storetest.Advance(t, s.db, time.Minute)
	s.deliver(t, mail("Lunch on Friday", "cook@example.com", "There is soup."))
	storetest.Advance(t, s.db, time.Minute)
	s.deliver(t, golden(t, "synology/update-dsm"))

	page := s.as(t, "operator").Get(t, "/inbox")
	if got, want := fmt.Sprint(subjects(t, page)), "[Lunch on Friday Duplicati Backup report for Office shelf]"; got != want {
		t.Errorf("the list shows %s, want %s", got, want)
	}
	page.Has(t, ".mail-row:nth-child(1)", "Not understood").
		Has(t, ".mail-row:nth-child(1)", "cook@example.com").
		Has(t, ".mail-row:nth-child(2)", "Warning").
		Has(t, ".mail-row:nth-child(2)", "Duplicati · Office shelf").
		Has(t, ".mail-row:nth-child(2) .chip", "sure").
		Has(t, ".mail-row:nth-child(2) time", "Fri 13 Mar 22:00"). // in the zone of the site
		Has(t, ".inbox-tabs [aria-current]", "Waiting 2").
		Has(t, ".mail h2", "Lunch on Friday")
	if page.Count(t, ".panes[data-open]") != 0 {
		t.Error("on a phone the list would not be seen")
	}

	page = page.Click(t, `.inbox-tabs a[href*="informational"]`)
	page.Has(t, ".mail-row", "Informational").
		Has(t, ".reading-why", "makes no run").
		HasNot(t, "#approve")
}

func TestInboxSaysWhatToDoWhenItIsEmpty(t *testing.T) {
	t.Parallel()
	site := newScene(t).as(t, "operator")
	site.Get(t, "/inbox").Has(t, ".empty", "No mail waits for you").Has(t, ".empty a", "Go on with the runs")
	site.Get(t, "/inbox?show=informational").Has(t, ".empty", "No informational mails")
	site.Get(t, "/inbox?show=deleted").Has(t, ".empty", "Nothing is deleted")
	site.Get(t, "/inbox?show=filed").Has(t, ".empty", "No mail waits for you")
	page := site.Get(t, "/inbox?q=%3Cb%3Esoup")
	page.Has(t, ".empty", "“<b>soup”").Click(t, ".empty a").Has(t, ".empty", "No mail waits for you")
	site.Get(t, "/inbox?undo=999").HasNot(t, "#undo")
	if bad := site.Ask(t, "/inbox?after=x"); bad.Status != http.StatusUnprocessableEntity {
		t.Errorf("a broken cursor: status %d, want 422", bad.Status)
	}
}

func TestInboxIsReadPageByPage(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	storetest.At(t, s.db, "2026-03-14 08:00")
	var oldest backup.Message
	for i := range 70 {
		storetest.Advance(t, s.db, time.Second)
		msg := s.deliver(t, mail(fmt.Sprintf("Mail %d", i), "cook@example.com", "soup"))
		if i == 0 {
			oldest = msg
		}
	}
	site := s.as(t, "operator")
	first := site.Get(t, "/inbox?q=mail")
	second := first.Click(t, `.inbox-page a[href*="after"]`)
	shown := append(subjects(t, first), subjects(t, second)...)
	if len(shown) != 70 || shown[0] != "Mail 69" || shown[69] != "Mail 0" {
		t.Errorf("two pages show %d mails from %q to %q, want 70 from the newest to the oldest", len(shown), shown[0], shown[len(shown)-1])
	}
	if got := subjects(t, second.Click(t, `.inbox-page a:not([href*="after"])`))[0]; got != "Mail 69" {
		t.Errorf("the way back leads to %q, want the newest mail", got)
	}
	page := site.Get(t, inboxPath(oldest))
	if got := fmt.Sprint(subjects(t, page)); got != "[Mail 0]" {
		t.Errorf("a mail of a later page stands among %s, want it at the head of the list", got)
	}
}

func TestInboxMailShowsTheReadingWithItsProof(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	storetest.At(t, s.db, "2026-03-14 08:00")
	msg := s.deliver(t, duplicati("Office shelf", "shelf@acme.example", "Warning", 13))
	page := s.as(t, "operator").Get(t, inboxPath(msg))
	page.Has(t, ".reading-why", "first mail of this job from this sender").
		Has(t, ".result .run-status", "Warning").
		Has(t, ".proofs .evidence", "ParsedResult: Warning").
		Has(t, ".result-facts", "Fri 13 Mar 21:55").
		Has(t, ".result-facts", "took 5 min").
		Has(t, ".mail-text mark", "ParsedResult: Warning").
		Has(t, ".mail-text", "ExaminedFiles: 20144").
		Has(t, "h2 mark", "Duplicati Backup report for Office shelf").
		Has(t, ".original-head", "shelf@acme.example").
		Has(t, ".original-head", "Europe/Amsterdam").
		HasNot(t, "#status-0") // nobody has to choose what was read for sure
	if got := page.Attr(t, "#job-0", "value"); got != "Office shelf" {
		t.Errorf("the job's field holds %q", got)
	}
	for name, want := range map[string]string{
		"sandbox": "", "referrerpolicy": "no-referrer", "src": fmt.Sprintf("/messages/%d/frame", msg.ID),
	} {
		if got := page.Attr(t, ".original iframe", name); got != want {
			t.Errorf("the frame's %s is %q, want %q", name, got, want)
		}
	}
	if page.Count(t, ".panes[data-open]") != 1 {
		t.Error("on a phone the mail would not be seen")
	}
}

func TestInboxMailSaysWhyItCannotBeApproved(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	site := s.as(t, "operator")
	for raw, want := range map[string][]string{
		mail("Lunch on Friday", "cook@example.com", "There is soup."): {"No parser knows this mail", ""},
		"\x89PNG\r\n\x1a\n picture":                                   {"could not be decoded", "This file is not a mail"},
		golden(t, "generic/started"):                                  {"No parser knows this mail", ""},
	} {
		page := site.Get(t, inboxPath(s.deliver(t, raw)))
		page.Has(t, ".reading-why", want[0]).
			Has(t, ".decision-blocked", "There is no result in this mail").
			Has(t, ".acts button[disabled]", "Approve and next").
			HasNot(t, "#approve")
		if want[1] != "" {
			page.Has(t, ".reading-problem", want[1])
		}
	}
}

func TestInboxMailWithSeveralResults(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	msg := s.deliver(t, golden(t, "veeam/two-reports"))
	page := s.as(t, "operator").Get(t, inboxPath(msg))
	page.Has(t, "legend", "Result 1").Has(t, "legend", "Result 2").
		Has(t, "details", "What proved it").
		Has(t, ".result:nth-of-type(2) table", "WEST-01").
		Has(t, ".mail-row", "Veeam · East wing and 1 more")
	page = page.Submit(t, "#approve", "customer", "Wings", "job-1", "West wing, corrected", "status-1", "warning")
	page.Has(t, ".flash", "Made 2 runs for the new customer Wings.")
	filed := s.message(t, msg.ID)
	if len(filed.RunIDs) != 2 {
		t.Fatalf("the mail made %d runs, want 2", len(filed.RunIDs))
	}
	run := s.run(t, filed.RunIDs[1])
	if run.Job.Name != "West wing, corrected" || run.Status != backup.StatusWarning {
		t.Errorf("the second run is %q, %s; want the corrected name and status", run.Job.Name, run.Status)
	}
}

func TestInboxSwitchesMailsWithoutThePage(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	msg := s.deliver(t, duplicati("Office shelf", "shelf@acme.example", "Warning", 13))
	site := s.as(t, "operator")
	part := site.Ask(t, inboxPath(msg), "HX-Request", "true", "HX-Target", "mail")
	part.Has(t, ".reading h2", "Office shelf").Has(t, "#approve", "Approve and next").HasNot(t, "main, .mail-row")
	// The answer to an act is the page, of which htmx takes its parts.
	site.Ask(t, inboxPath(msg), "HX-Request", "true", "HX-Target", "inbox").Has(t, "#inbox .mail-row", "Office shelf").Has(t, "#menu", "Inbox")
	gone := site.Ask(t, "/inbox/999", "HX-Request", "true", "HX-Target", "mail")
	gone.Has(t, ".notice", "There is no message 999.")
	if gone.Status != http.StatusNotFound || gone.Header.Get("HX-Retarget") != "#notices" || gone.Header.Get("HX-Reselect") != ".notice" {
		t.Errorf("a mail that is not there: status %d, headers %v", gone.Status, gone.Header)
	}
}

func TestInboxOfAViewer(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	waiting := s.deliver(t, duplicati("Office shelf", "shelf@acme.example", "Warning", 13))
	nobodys := s.deliver(t, mail("Lunch on Friday", "cook@example.com", "There is soup."))
	site := s.as(t, "viewer")
	page := site.Get(t, inboxPath(waiting))
	page.Has(t, ".result", "Office shelf").Has(t, ".proofs", "ParsedResult: Warning").Has(t, ".mail-text", "ExaminedFiles").
		HasNot(t, "#inbox button, #inbox input:not([type=search], [type=radio]), #inbox form:not(.inbox-search)")
	site.Get(t, inboxPath(nobodys)).HasNot(t, "#inbox button")
	for _, act := range []string{"approve", "delete", "restore", "reparse"} {
		refused := site.Post(t, inboxPath(waiting, act), url.Values{"customer": {"Acme"}, "job-0": {"x"}})
		if refused.Status != http.StatusForbidden {
			t.Errorf("%s as viewer: status %d, want 403", act, refused.Status)
		}
	}
	if refused := site.Upload(t, "/inbox/upload", "mail", "a.eml", golden(t, "generic/started")); refused.Status != http.StatusForbidden {
		t.Errorf("upload as viewer: status %d, want 403", refused.Status)
	}
	if state := s.message(t, waiting.ID).State; state != backup.InInbox {
		t.Errorf("the mail is %s now, want it to wait still", state)
	}
	if reporter := s.as(t, "reporter").Ask(t, "/inbox"); reporter.Status != http.StatusForbidden {
		t.Errorf("the Inbox of a reporter: status %d, want 403", reporter.Status)
	}
}
