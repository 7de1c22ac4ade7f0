package proxmox_test

import (
	"strings"
	"testing"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse"
	"backupchecks/internal/parse/proxmox"
)

func read(subject, text string) backup.Reading {
	nobody := parse.Parser{Name: "nobody", Claim: func(*message.Message) int { return 0 }}
	return parse.NewRegistry(proxmox.Parsers(), nobody).Read(&message.Message{Subject: subject, Text: text})
}

const (
	good = "vzdump backup status (n1.example.org): backup successful"
	head = "Details\n=======\nVMID    Name        Status    Time    Size    Filename\n"
	feet = "\nTotal running time: 1min 5s\nTotal size: 1.2 GiB\n"
)

func only(t *testing.T, r backup.Reading) backup.Outcome {
	t.Helper()
	if len(r.Outcomes) != 1 {
		t.Fatalf("got %d outcomes, want 1; problems %q", len(r.Outcomes), r.Problems)
	}
	return r.Outcomes[0]
}

// TestAnErrorLineInASuccess: a guest that would not freeze its file systems was backed up.
func TestAnErrorLineInASuccess(t *testing.T) {
	t.Parallel()
	text := head + "100     web         ok        3s      1 B     vm/100/2026-03-01T22:00:00Z\n" + feet +
		"\nLogs\n====\n100: 2026-03-01 23:00:01 INFO: Starting Backup of VM 100 (qemu)\n100: 2026-03-01 23:00:02 ERROR: fs-freeze failed - timeout\n"
	r := read(good, text)
	o := only(t, r)
	if o.Status != backup.StatusSuccess || r.Confidence != backup.Sure {
		t.Errorf("got %q, %s; want a sure success", o.Status, r.Confidence)
	}
	if o.Objects[0].Status != backup.StatusSuccess || o.Objects[0].Message != "fs-freeze failed - timeout" {
		t.Errorf("the guest is %+v, want a success that keeps the complaint", o.Objects[0])
	}
	if want := time.Date(2026, 3, 1, 22, 0, 1, 0, time.UTC); o.StartedAt == nil || !o.StartedAt.Equal(want) {
		t.Errorf("started %v, want %v: the name of the backup tells the zone", o.StartedAt, want)
	}
}

func TestSubjects(t *testing.T) {
	t.Parallel()
	text := head + "100     web         ok        3s      1 B     null\n" + feet
	for subject, want := range map[string]backup.Status{
		good: "success",
		"vzdump backup status (n1.example.org) : backup successful":                 "success",
		"FW: [Proxmox] vzdump backup status (n1.example.org): backup successful":    "success",
		"vzdump backup status (n1.example.org): backup failed":                      "error",
		"vzdump backup status (n1.example.org): backup failed: multiple problems":   "error",
		"vzdump backup status (n1.example.org): backup failed: successful":          "error",
		"vzdump backup status (n1.example.org): backup successful, with exceptions": "error",
		"vzdump backup status (n1.example.org): backup finished":                    "",
		"vzdump backup status (n1.example.org): ":                                   "",
		"vzdump backup status (n1":                                                  "",
	} {
		if got := only(t, read(subject, text)).Status; got != want {
			t.Errorf("%q reads as %q, want %q", subject, got, want)
		}
	}
}

func TestAnUnwholeListIsNoSuccess(t *testing.T) {
	t.Parallel()
	row := "100     web         ok        3s      1 B     null\n"
	for name, text := range map[string]string{
		"nothing at all": "", "no guests": head + feet, "cut before the totals": head + row, "an unknown word": head + "100     web         meh       3s      1 B     null\n" + feet,
	} {
		if got := only(t, read(good, text)).Status; got == backup.StatusSuccess {
			t.Errorf("%s: reads as a success", name)
		}
	}
}

func TestAnEmptyBackupIsForAPerson(t *testing.T) {
	t.Parallel()
	r := read(good, head+"100     web         ok        3s      0 B     null\n"+feet)
	if r.FilesItself() || len(r.Problems) != 1 {
		t.Errorf("problems %q, files itself %t; want one problem and no", r.Problems, r.FilesItself())
	}
}

func TestGuestsWithoutASubjectProveNoSuccess(t *testing.T) {
	t.Parallel()
	if got := only(t, read("Report", head+"100     web         ok        3s      1 B     null\n"+feet)); got.Status != backup.StatusUnknown {
		t.Errorf("got %q, want unknown: the job may have failed after its guests", got.Status)
	}
}

func TestNamesOfGuests(t *testing.T) {
	t.Parallel()
	head := "VMID    Name                 Status    Time    Size    Filename\n"
	text := head +
		"100     ok err (failed) ok   ok        3s      1 B     null\n" +
		"101     second one           err       3s      1 B     null\n" +
		"102 squeezed name err 3s 1 B null\n" + feet
	var got []string
	for _, object := range only(t, read("vzdump backup status (n): backup failed: job errors", text)).Objects {
		got = append(got, object.Name+"="+string(object.Status))
	}
	if want := "ok err (failed) ok=success|second one=error|squeezed name=error"; strings.Join(got, "|") != want {
		t.Errorf("guests %q, want %q", strings.Join(got, "|"), want)
	}
}

// TestHistoryIsNotTheResult: the time of the last good replication stands in the mail of the
// failed one.
func TestHistoryIsNotTheResult(t *testing.T) {
	t.Parallel()
	text := "Replication job '7-0' with target 'n2' and schedule '*/15' failed!\n\nLast successful sync: 2026-03-01 12:00:04\nFailure count: 0\n\nError:\nno route\n"
	o := only(t, read("Replication Job: '7-0' failed", text))
	if o.Status != backup.StatusError || o.Job != "7-0" || o.Remark != "no route" {
		t.Errorf("got %q %q %q, want the error", o.Job, o.Status, o.Remark)
	}
	if o := only(t, read("Replication Job: '7-0' done", "Last successful sync: 2026-03-01 12:00:04\n")); o.Status != backup.StatusUnknown {
		t.Errorf("an unknown wording reads as %q", o.Status)
	}
}

func TestServerJobs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ subject, text, want string }{
		{"Verify Datastore 'a' successful", "Job ID: v\nVerification successful.\n", "Verify/v/success"},
		{"Verify Datastore 'a' successful", "Job ID: v\n", "Verify/v/"},
		{"Verify Datastore 'a' successful", "Verification successful.\nVerification failed on these snapshots/groups:\nvm/1\n", "Verify/Verify a/error"},
		{"Verify Datastore 'a' failed", "Verification successful.\n", "Verify/Verify a/error"},
		{"Verify Datastore 'a' unsuccessful", "", "Verify/Verify a/"},
		{"Verify Datastore 'successful' failed", "", "Verify/Verify successful/error"},
		{"Sync remote 'r' datastore 'a' successful", "Job ID: s\nSynchronization successful.\n", "Sync/s/success"},
		{"Pruning datastore 'a' failed", "Pruning failed: lock\n", "Prune/Prune a/error"},
		{"Tape Backup 't w' datastore 'a' successful", "Tape Backup successful.\n", "Tape Backup/t w/success"},
		{"Garbage Collect Datastore 'a' successful", "Garbage collection successful.\nRemoved bad chunks: 0\n", "Garbage Collection/GC a/success"},
	} {
		o := only(t, read(test.subject, test.text))
		if got := o.Type + "/" + o.Job + "/" + string(o.Status); got != test.want {
			t.Errorf("%q %q reads as %s, want %s", test.subject, test.text, got, test.want)
		}
	}
	for _, subject := range []string{"Verify datastore a successful", "Please verify datastore 'x", "Sync local files failed"} {
		if r := read(subject, ""); r.Parser != "" {
			t.Errorf("%q was claimed by %s", subject, r.Parser)
		}
	}
}
