package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"backupchecks/internal/demo"
	"backupchecks/internal/secret"
)

// importReport is what `import --json` prints.
type importReport struct {
	Read, New, Known, Runs, Inbox, Informational, Skipped int
	Failed                                                []struct{ Path, Error string }
}

// mailbox writes the mails of a night into a folder of the site and returns how many.
func (s *site) mailbox(t *testing.T) (folder string, mails int) {
	t.Helper()
	folder = filepath.Join(s.dir, "mails")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	night := demo.Nights(1, firstNight(), 1)[0].Mails
	for i, mail := range night {
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%04d.eml", i)), mail.Raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder, len(night)
}

// imports runs an import that has to succeed.
func (s *site) imports(t *testing.T, paths ...string) importReport {
	t.Helper()
	return read[importReport](t, answer{body: s.must(t, "", append([]string{"import", "--json"}, paths...)...)})
}

func TestImportBesideAServerTakesEveryMailOnce(t *testing.T) {
	begin(t)
	s := newSite(t)
	operator := client{token: s.token(t, "operator")}
	operator.url = s.serve(t).url
	folder, mails := s.mailbox(t)

	first := s.imports(t, folder)
	if first.Read != mails || first.New != mails || first.Known != 0 || len(first.Failed) > 0 {
		t.Errorf("the first import reports %+v, want %d new mails", first, mails)
	}
	stored := len(all[messageShape](t, operator, "/messages"))
	if stored != mails {
		t.Errorf("the server shows %d mails, want %d", stored, mails)
	}
	second := s.imports(t, folder)
	if second.Read != mails || second.New != 0 || second.Known != mails || second.Runs != 0 || len(second.Failed) > 0 {
		t.Errorf("the second import reports %+v, want %d known mails and nothing else", second, mails)
	}
	if again := len(all[messageShape](t, operator, "/messages")); again != stored {
		t.Errorf("the second import left %d mails, want %d", again, stored)
	}
}

// TestAnImportThatWasKilledIsRepeated stops an import between two of its transactions: it
// has stored the first mails of the folder, has read the others, and waits at a pipe for one
// more.
func TestAnImportThatWasKilledIsRepeated(t *testing.T) {
	begin(t)
	onEach(t, func(t *testing.T, database string) {
		s := newSite(t)
		s.env["BACKUPCHECKS_DATABASE"], s.env["BACKUPCHECKS_SECRET_KEY"] = database, secret.GenerateKey()
		operator := client{token: s.token(t, "operator")}
		operator.url = s.serve(t).url
		folder, mails := s.mailbox(t)
		pipe := filepath.Join(s.dir, "one-more.eml")
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			t.Fatal(err)
		}

		importing, _ := s.start(t, "import", folder, pipe)
		writer, err := os.OpenFile(pipe, os.O_WRONLY, 0) // returns when the import has come to the pipe
		if err != nil {
			t.Fatal(err)
		}
		defer writer.Close()
		stored := func() int { return len(all[messageShape](t, operator, "/messages")) }
		waitFor(t, "the import has stored its first mails", func() bool { return stored() > 0 })
		importing.kill()
		kept := stored()
		if kept >= mails {
			t.Fatalf("the killed import left %d of %d mails, so it was not killed in the middle", kept, mails)
		}

		repeated := s.imports(t, folder)
		if repeated.Known != kept || repeated.New != mails-kept || len(repeated.Failed) > 0 {
			t.Errorf("the repeated import reports %+v, want %d known and %d new", repeated, kept, mails-kept)
		}
		if now := stored(); now != mails {
			t.Errorf("the server shows %d mails, want %d", now, mails)
		}
	})
}
