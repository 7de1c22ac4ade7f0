package ticket_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"backupchecks/internal/backup"
	"backupchecks/internal/ticket"
)

const pageOfRun = "https://backups.example.com/runs/7"

func amsterdam(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func troubledRun() backup.Run {
	return backup.Run{
		ID: 7, Status: backup.StatusError,
		Job:        backup.Job{Name: "Nightly servers", Software: "Veeam", Type: "Backup", Customer: "Bakery North"},
		StartedAt:  new(time.Date(2026, 3, 4, 21, 15, 0, 0, time.UTC)),
		EndedAt:    new(time.Date(2026, 3, 4, 22, 40, 0, 0, time.UTC)),
		ReceivedAt: time.Date(2026, 3, 4, 22, 41, 0, 0, time.UTC),
	}
}

func object(name string, status backup.Status, message string) backup.Object {
	return backup.Object{Name: name, Status: status, Message: message}
}

func TestComposeWithoutRemark(t *testing.T) {
	t.Parallel()
	run := troubledRun()
	run.Objects = []backup.Object{
		object("FS01", backup.StatusSuccess, ""),
		object("MAIL01", backup.StatusWarning, "Snapshot is old"),
		object("DB01", backup.StatusError, "No space left on the repository\nNo space left on the repository"),
		object("DB02", backup.StatusError, "no space left  on the repository"),
	}
	got := ticket.Compose(run, pageOfRun, amsterdam(t), 10)
	want := ticket.Content{
		Title: "[Backupchecks] Bakery North - Nightly servers - Error",
		Description: `Job: Nightly servers
Backup: Veeam Backup
Customer: Bakery North
Run: 2026-03-04 22:15 - 23:40 (Europe/Amsterdam)
Status: Error

Affected objects:
- DB01 (Error): No space left on the repository (and 1 more with the same message: DB02)
- MAIL01 (Warning): Snapshot is old

Full details in Backupchecks:
https://backups.example.com/runs/7`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Compose (-want +got):\n%s", diff)
	}
}

func TestComposeListsAtMostTheSetNumberOfObjects(t *testing.T) {
	t.Parallel()
	run := troubledRun()
	for i := range 14 {
		run.Objects = append(run.Objects, object(fmt.Sprintf("VM%02d", i), backup.StatusError, fmt.Sprintf("fault %d", i)))
	}
	text := ticket.Compose(run, pageOfRun, time.UTC, 10).Description
	if strings.Count(text, "\n- ") != 10 {
		t.Errorf("lists %d objects, want 10:\n%s", strings.Count(text, "\n- "), text)
	}
	if !strings.Contains(text, "\nAnd 4 additional objects reported similar errors.\n") {
		t.Errorf("does not say how many more there are:\n%s", text)
	}
}

func TestComposeWithRemark(t *testing.T) {
	t.Parallel()
	run := troubledRun()
	run.Remark = "The repository ran out of space."
	run.Objects = []backup.Object{
		object("DB01", backup.StatusError, "write failed at block 17"),
		object("DB02", backup.StatusError, "write failed at block 99"),
	}
	text := ticket.Compose(run, pageOfRun, time.UTC, 10).Description
	for _, want := range []string{
		"\nThe repository ran out of space.\n",
		"\nMultiple objects reported errors. See Backupchecks for full details.\n",
		"Job: Nightly servers\n", "Run: 2026-03-04 21:15 - 22:40 (UTC)\n", "Status: Error\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("misses %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "block 17") {
		t.Errorf("lists object errors under a remark:\n%s", text)
	}
}

func TestComposeKeepsDumpsOut(t *testing.T) {
	t.Parallel()
	run := troubledRun()
	run.Remark = "Backup failed.\n   at Backup.Engine.Run(Job job) in Engine.cs:line 40\n   at Backup.Program.Main()\nTraceback (most recent call last):\n  File \"/opt/x.py\", line 3\nAccess denied."
	text := ticket.Compose(run, pageOfRun, time.UTC, 10).Description
	if strings.Contains(text, "Engine.cs") || strings.Contains(text, "Traceback") || strings.Contains(text, "x.py") {
		t.Errorf("holds a stack trace:\n%s", text)
	}
	if !strings.Contains(text, "Backup failed.\nAccess denied.") {
		t.Errorf("lost what matters:\n%s", text)
	}
}

func TestComposeKeepsTheLinkInALongText(t *testing.T) {
	t.Parallel()
	run := troubledRun()
	run.Job.Name = strings.Repeat("🙂 job ", 200)
	run.Job.Customer = strings.Repeat("Customer ", 80)
	for i := range 60 {
		run.Objects = append(run.Objects, object(strings.Repeat("Ü", 300), backup.StatusError, fmt.Sprint(i, strings.Repeat(" wörd 🙂", 400))))
	}
	for _, remark := range []string{"", strings.Repeat("Ein langer Satz 🙂. ", 1000)} {
		run.Remark = remark
		content := ticket.Compose(run, pageOfRun, time.UTC, 50)
		if n := len(utf16.Encode([]rune(content.Title))); n > 255 {
			t.Errorf("title has %d UTF-16 units, want at most 255", n)
		}
		if n := len(utf16.Encode([]rune(content.Description))); n > 8000 {
			t.Errorf("description has %d UTF-16 units, want at most 8000", n)
		}
		if !strings.HasSuffix(content.Description, "\n"+pageOfRun) {
			t.Errorf("the link is lost; the description ends %q", content.Description[len(content.Description)-60:])
		}
	}
}

func TestComposeOfAMissedRun(t *testing.T) {
	t.Parallel()
	run := troubledRun()
	run.Status, run.StartedAt, run.EndedAt = backup.StatusMissed, nil, nil
	content := ticket.Compose(run, pageOfRun, time.UTC, 10)
	if !strings.HasSuffix(content.Title, " - Missed") || !strings.Contains(content.Description, "Run: expected 2026-03-04 22:41 (UTC)") {
		t.Errorf("Compose of a missed run = %+v", content)
	}
}

func TestComposeTakesNoLineBreaksFromNames(t *testing.T) {
	t.Parallel()
	run := troubledRun()
	run.Job.Name = "Job\r\nStatus: Success"
	content := ticket.Compose(run, pageOfRun, time.UTC, 10)
	if strings.ContainsAny(content.Title, "\r\n") || strings.Contains(content.Description, "\nStatus: Success") {
		t.Errorf("a name broke out of its line: %+v", content)
	}
}
