package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/store"
	"backupchecks/internal/store/storetest"
)

func TestDeleteAndUndo(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	storetest.At(t, s.db, "2026-03-14 08:00")
	older := s.deliver(t, mail("Lunch on Friday", "cook@example.com", "There is soup."))
	storetest.Advance(t, s.db, time.Minute)
	newer := s.deliver(t, mail("Lunch on Monday", "cook@example.com", "There is none."))

	page := s.as(t, "operator").Get(t, inboxPath(newer)).Submit(t, "form#delete")
	page.Has(t, "#undo", "Lunch on Monday").Has(t, ".mail h2", "Lunch on Friday").Has(t, "#menu .count", "1")
	if page.Path != inboxPath(older) {
		t.Errorf("the page that follows is %s, want the next mail %s", page.Path, inboxPath(older))
	}
	page = page.Submit(t, "form#undo")
	page.Has(t, ".flash", "The mail is back where it was.").Has(t, ".mail h2", "Lunch on Monday").HasNot(t, "#undo")
	if state := s.message(t, newer.ID).State; state != backup.InInbox {
		t.Errorf("the mail is %s after the undo, want it to wait", state)
	}

	// Deleted and left so: it stands in its tab, with nothing but a way back.
	page = page.Submit(t, "form#delete").Submit(t, "form#delete")
	page.Has(t, ".empty", "No mail waits for you")
	page = page.Click(t, `.inbox-tabs a[href*="deleted"]`)
	page.Has(t, ".reading-why", "was deleted").HasNot(t, `#approve, button[form="delete"], button[form="reparse"]`)
	page.Submit(t, "form#restore").Has(t, ".flash", "back where it was").Has(t, "#menu .count", "1")
}

func TestDeleteKeepsTheSearch(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	storetest.At(t, s.db, "2026-03-14 08:00")
	for _, subject := range []string{"Lunch & soup 1", "Dinner", "Lunch & soup 2"} {
		storetest.Advance(t, s.db, time.Minute)
		s.deliver(t, mail(subject, "cook@example.com", subject))
	}
	page := s.as(t, "operator").Get(t, "/inbox?"+url.Values{"q": {"lunch & soup"}}.Encode()).Submit(t, "form#delete")
	if got := subjects(t, page); len(got) != 1 || got[0] != "Lunch & soup 1" {
		t.Errorf("after the deletion the list shows %q, want the rest of what was searched for", got)
	}
	page.Has(t, "#undo", "Lunch & soup 2")
}

func TestDeletingIsRefusedForAFiledMail(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	msg := s.deliver(t, duplicati("Office shelf", "shelf@acme.example", "Success", 13))
	site := s.as(t, "operator")
	site.Post(t, inboxPath(msg, "approve"), url.Values{"customer": {"Acme"}})
	for act, want := range map[string]string{"delete": "it cannot be deleted", "restore": "is not deleted"} {
		page := site.Post(t, inboxPath(msg, act), url.Values{})
		page.Has(t, ".error-sentence", want)
		if page.Status != http.StatusConflict {
			t.Errorf("%s: status %d, want 409", act, page.Status)
		}
	}
}

func TestReparseSaysWhatChanged(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	site := s.as(t, "operator")
	// Readings as a program without these parsers would have left them.
	forget := func(msg backup.Message) backup.Message {
		t.Helper()
		err := s.db.Write(t.Context(), func(tx *store.Tx) error {
			reading := backup.Reading{Confidence: backup.None, Outcomes: []backup.Outcome{}, Evidence: []backup.Evidence{}, Problems: []string{}}
			if err := tx.SetReading(t.Context(), msg.ID, reading, ""); err != nil {
				return err
			}
			return tx.SetMessageState(t.Context(), msg.ID, backup.InInbox)
		})
		if err != nil {
			t.Fatal(err)
		}
		return msg
	}
	site.Post(t, inboxPath(s.deliver(t, duplicati("Office shelf", "shelf@acme.example", "Success", 1)), "approve"), url.Values{"customer": {"Acme"}})

	unchanged := s.deliver(t, mail("Lunch on Friday", "cook@example.com", "There is soup."))
	site.Get(t, inboxPath(unchanged)).Submit(t, "form#reparse").Has(t, ".flash", "nothing has changed").Has(t, "h2", "Lunch on Friday")

	read := forget(s.deliver(t, duplicati("Cellar", "other@acme.example", "Warning", 2)))
	site.Get(t, inboxPath(read)).HasNot(t, "#approve").Submit(t, "form#reparse").
		Has(t, ".flash", "the reading has changed").Has(t, "#approve", "Approve")

	informational := forget(s.deliver(t, golden(t, "synology/update-dsm")))
	site.Get(t, inboxPath(informational)).Submit(t, "form#reparse").
		Has(t, ".flash", "it is informational").Has(t, ".inbox-tabs [aria-current]", "Informational")

	raw, err := s.db.Pack([]byte(duplicati("Office shelf", "shelf@acme.example", "Warning", 3)))
	if err != nil {
		t.Fatal(err)
	}
	err = s.db.Write(t.Context(), func(tx *store.Tx) error {
		_, _, err := tx.AddMessage(t.Context(), store.NewMessage{
			Identity: [32]byte{1}, State: backup.InInbox, Subject: "before the parser came", From: "shelf@acme.example",
			Reading: backup.Reading{Confidence: backup.None}, Raw: raw,
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	page := site.Get(t, "/inbox?q=before+the+parser").Submit(t, "form#reparse")
	page.Has(t, ".flash", "it files itself now and made 1 run.").Has(t, ".empty", "Nothing found")
}

func TestUpload(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	site := s.as(t, "operator")
	site.Post(t, inboxPath(s.deliver(t, duplicati("Office shelf", "shelf@acme.example", "Success", 1)), "approve"), url.Values{"customer": {"Acme"}})
	page := site.Upload(t, "/inbox/upload", "mail",
		"waits.eml", duplicati("Cellar", "other@acme.example", "Warning", 2),
		"files itself.eml", duplicati("Office shelf", "shelf@acme.example", "Warning", 2),
		"again.eml", duplicati("Office shelf", "shelf@acme.example", "Warning", 2),
		"update.eml", golden(t, "synology/update-dsm"),
		"picture.eml", "\x89PNG\r\n\x1a\n picture",
		"empty.eml", "",
	)
	if page.Status != http.StatusOK || page.Header.Get("HX-Push-Url") != "false" {
		t.Errorf("status %d, HX-Push-Url %q", page.Status, page.Header.Get("HX-Push-Url"))
	}
	for i, want := range []string{
		"waits.eml Waits in the Inbox for a person.", "files itself.eml Filed itself and made 1 run.",
		"again.eml This mail was here before; nothing changed.", "update.eml Informational; it makes no run.",
		"picture.eml This file is not a mail", "empty.eml This file is empty.",
	} {
		page.Has(t, ".inbox-uploads li:nth-child("+string(rune('1'+i))+")", want)
	}
	if got := page.Count(t, ".inbox-uploads .notice-fault"); got != 2 {
		t.Errorf("%d of the files are said to be at fault, want the picture and the empty one", got)
	}
	if got := page.Count(t, ".mail-row"); got != 2 {
		t.Errorf("%d mails wait, want the one to approve and the picture", got)
	}
	page.Click(t, ".inbox-uploads li:nth-child(1) a").Has(t, "h2", "Cellar")
	if source := s.message(t, 2).Source; source != "upload" {
		t.Errorf("the mail came by %q, want upload", source)
	}
	if again := site.Get(t, "/inbox/upload"); again.Path != "/inbox" {
		t.Errorf("to load the address of an upload again leads to %s, want the Inbox", again.Path)
	}
}

func TestUploadOfTooMuch(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	site := s.as(t, "operator")
	large := mail("Large", "big@example.com", "") + strings.Repeat(strings.Repeat("x", 1022)+"\r\n", 60<<10)
	page := site.Upload(t, "/inbox/upload", "mail", "large.eml", large)
	page.Has(t, ".inbox-uploads .notice-fault", "mails over 50 MB are kept but not read")
	// Only a little more than the limit, so that the server reads the rest before it hangs up.
	page = site.Upload(t, "/inbox/upload", "mail", "larger.eml", large+large[:4<<20+64<<10])
	page.Has(t, ".error-sentence", "larger than 64 MB")
	if page.Status != http.StatusUnprocessableEntity {
		t.Errorf("status %d, want 422", page.Status)
	}
	site.Upload(t, "/inbox/upload", "mail").Has(t, ".inbox-uploads .notice-fault", "Choose one or more mails")
	site.Upload(t, "/inbox/upload", "other", "a.eml", "x").Has(t, ".inbox-uploads .notice-fault", "Choose one or more mails")
}
