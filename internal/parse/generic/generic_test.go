package generic_test

import (
	"strings"
	"testing"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse"
	"backupchecks/internal/parse/generic"
)

func read(subject, text string) backup.Reading {
	return parse.NewRegistry(nil, generic.Parser()).Read(&message.Message{Subject: subject, Text: text})
}

// result is the status, or "nobody" when the mail is not claimed.
func result(r backup.Reading) string {
	if r.Parser == "" {
		return "nobody"
	}
	return string(r.Status())
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, subject, text, want string }{
		{"a count of nothing is no failure", "Backup A", "Backup finished successfully\nFailure count: 0\n", "success"},
		{"failed backups: 0", "Backup A completed", "Failed backups: 0\n", "success"},
		{"no errors in French", "Sauvegarde réussie", "0 erreurs\n", "success"},
		{"ten errors in French", "Sauvegarde terminée", "10 erreurs\n", "error"},
		{"a history field of failures", "Backup A", "Backup completed\nMost recent failed operation: 2026-01-02\n", "success"},
		{"a history field of successes", "Backup A", "Last successful backup: 2026-01-02\n", "nobody"},
		{"a history field inside a failure", "Backup A failed", "Last successful sync: 2026-01-02\n", "error"},
		{"however", "Backup A", "The job completed successfully. However, two files were skipped.\n", "warning"},
		{"an Italian negation", "Backup A", "L'attività non è stata completata\n", "error"},
		{"a German negation", "Backup nicht erfolgreich", "", "error"},
		{"a Dutch negation", "Back-up niet voltooid", "", "error"},
		{"an English negation", "Backup A", "The backup was not successful.\n", "error"},
		{"a negation we do not know", "Backup A", "Nobody says that it hasn't been a success.\n", "nobody"},
		{"a folder called failed", "Backup A successful", `Copied D:\Failed transfers\a.txt` + "\n", "success"},
		{"completed with errors", "Backup completed with errors", "", "error"},
		{"two successes before the error", "Backup", "a copied successfully\nb copied successfully\nErrors: 1\n", "error"},
		{"a tag of success over trouble", "[Success] Backup A", "Warning: 1 file failed\n", "error"},
		{"a tag of success", "A - [Success] daily", "", "success"},
		{"a tag of failure over words of success", "[Failed] Backup A", "completed successfully\n", "error"},
		{"signs", "✅ ❌ Backup", "", "error"},
		{"a promise", "Backup A started", "You will hear when it has completed successfully.\n", "nobody"},
		{"less than all", "Backup A", "3 of 5 machines completed\n", "nobody"},
		{"all", "Backup A", "5 of 5 machines completed\n", "success"},
		{"half way", "Backup A", "completed 40% so far\n", "nobody"},
		{"missed", "Backup A", "The scheduled backup was missed\n", "missed"},
		{"no result", "Backup A", "see the attachment\n", "nobody"},
		{"trouble far down", "Backup A successful", strings.Repeat("a line\n", 60) + "disk error\n", "nobody"},
		{"trouble far to the right", "Backup A successful", strings.Repeat("a word ", 500) + "failed\n", "nobody"},
		{"too long to be sure", "[OK] Backup A", strings.Repeat("a line of a log\n", 100000), ""},
		{"not about backups", "Your order was completed successfully", "", "nobody"},
	} {
		if got := result(read(test.subject, test.text)); got != test.want {
			t.Errorf("%s: %q reads as %q, want %q", test.name, test.subject, got, test.want)
		}
	}
}

func TestAGuessNeverFilesItself(t *testing.T) {
	t.Parallel()
	got := read("[Success] Backup A", "")
	if got.Confidence != backup.Guess || got.FilesItself() {
		t.Errorf("confidence %s, files itself %t; want a guess that does not", got.Confidence, got.FilesItself())
	}
}

func TestJobNamesStayTheSameFromDayToDay(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ one, other, want string }{
		{"RE: [Success] Backup of SRV-1 (3 objects) 2026-03-01", "[Failed] Backup of SRV-1 (2 objects) 2026-03-02", "Backup of SRV-1"},
		{"Backup SRV-1 completed successfully", "Backup SRV-1 failed", "Backup SRV-1"},
		{"[ACME] ✅ Backup DB (FULL) — 18/09/2026 22:05", "[ACME] ❌ Backup DB (FULL) — 19/09/2026 22:05", "[ACME] Backup DB (FULL)"},
	} {
		for _, subject := range []string{test.one, test.other} {
			if got := read(subject, "backup completed").Outcomes[0].Job; got != test.want {
				t.Errorf("the job of %q is %q, want %q", subject, got, test.want)
			}
		}
	}
}
