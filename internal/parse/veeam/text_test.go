package veeam_test

import (
	"fmt"
	"testing"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
)

// textMail is a report as plain text, as relays leave it. Without a Date header its clocks
// are read as UTC.
func textMail(subject, title, verdict, moment, end, duration string) *message.Message {
	return &message.Message{Subject: subject, Text: fmt.Sprintf(`%s
Created by SITE\admin at 1/2/2025 9:00.
%s
%s
Success	1	Start time		Total size	1 GB	Backup size	1 GB
Warning	0	End time	%s	Data read	1 GB	Dedupe	1x
Error	0	Duration	%s	Transferred	1 GB	Compression	1x
Details
Name	Status	Start time	End time	Size	Read	Transferred	Duration	Details
HOST-1	Success	01:00:00	01:10:00	1 GB	1 GB	1 GB	0:10:00	
Veeam Backup & Replication 12.3.0.310
`, title, verdict, moment, end, duration)}
}

// only returns the outcome of a message that holds one.
func only(t *testing.T, m *message.Message) (backup.Reading, backup.Outcome) {
	t.Helper()
	reading := registry().Read(m)
	if len(reading.Outcomes) != 1 {
		t.Fatalf("Read(%q) has %d outcomes, want 1: %v", m.Subject, len(reading.Outcomes), reading.Problems)
	}
	return reading, reading.Outcomes[0]
}

func TestLongDates(t *testing.T) {
	t.Parallel()
	tests := []struct{ moment, want string }{
		{"Monday, November 23, 2026 10:00:12 PM", "2026-11-23 22:00:12"},
		{"Monday, November 23, 2026 12:00:12 AM", "2026-11-23 00:00:12"},
		{"23 November 2026 22:00:12", "2026-11-23 22:00:12"},
		{"maandag 23 november 2026 22:00:12", "2026-11-23 22:00:12"},
		{"Montag, 23. November 2026 22:00:12", "2026-11-23 22:00:12"},
		{"Sonntag, 1. März 2026 06:05:04", "2026-03-01 06:05:04"},
		{"lundi 23 novembre 2026 22:00:12", "2026-11-23 22:00:12"},
		{"dimanche 1er mars 2026 06:05:04", ""}, // no form that Windows writes
		{"lunedì 23 novembre 2026 22:00:12", "2026-11-23 22:00:12"},
		{"lunes, 23 de noviembre de 2026 22:00:12", "2026-11-23 22:00:12"},
		{"lunes, 23 de noviembre de 2026 10:00:12 p. m.", "2026-11-23 22:00:12"},
		{"segunda-feira, 23 de novembro de 2026 22:00:12", "2026-11-23 22:00:12"},
		{"mandag den 23. november 2026 22:00:12", "2026-11-23 22:00:12"},
		{"23. november 2026 22.00.12", "2026-11-23 22:00:12"},
		{"den 23 november 2026 22:00:12", "2026-11-23 22:00:12"},
		{"maanantai 23. marraskuuta 2026 22.00.12", "2026-11-23 22:00:12"},
		{"poniedziałek, 23 listopada 2026 22:00:12", "2026-11-23 22:00:12"},
		{"pondělí 23. listopadu 2026 22:00:12", "2026-11-23 22:00:12"},
		{"2026. november 23., hétfő 22:00:12", "2026-11-23 22:00:12"},
		{"23 Kasım 2026 Pazartesi 22:00:12", "2026-11-23 22:00:12"},
		{"23 ноября 2026 г. 22:00:12", "2026-11-23 22:00:12"},
		{"Δευτέρα, 23 Νοεμβρίου 2026 10:00:12 μμ", "2026-11-23 22:00:12"},
		{"2026年11月23日 22:00:12", "2026-11-23 22:00:12"},
		{"2026-11-23 22:00:12", "2026-11-23 22:00:12"},
		{"23.11.2026 22:00:12", "2026-11-23 22:00:12"},
		{"5-6-2026 22:00:12", "2026-06-05 22:00:12"},
		{"11/23/2026 10:00:12 PM", "2026-11-23 22:00:12"},
		{"05/06/2026 22:00:12", ""},                    // May or June
		{"Dienstag, 23. November 2026 22:00:12", ""},   // it was a Monday
		{"maandag 31 november 2026 22:00:12", ""},      // no such day
		{"maandag 23 november 2026 25:00:12", ""},      // no such hour
		{"lundi 23 brumaire 2026 22:00:12", ""},        // no such month
		{"Monday, November 23, 22:00:12", ""},          // no year
		{"zaterdag 1 februari 2020", ""},               // no clock
		{"maandag 23 november 2026 22:00:12 99", ""},   // a number too many
		{"Fehler am Montag 23. November 2026 1:0", ""}, // a sentence
	}
	for _, test := range tests {
		_, outcome := only(t, textMail("", "Backup job: Dates", "Success", test.moment, "", ""))
		got := ""
		if outcome.StartedAt != nil {
			got = outcome.StartedAt.Format(time.DateTime)
		}
		if got != test.want {
			t.Errorf("started at %q: got %q, want %q", test.moment, got, test.want)
		}
	}
}

func TestEnd(t *testing.T) {
	t.Parallel()
	const evening = "Monday, November 23, 2026 10:00:00 PM"
	tests := []struct{ end, duration, want string }{
		{"10:20:00 PM", "0:20:00", "2026-11-23 22:20:00"},
		{"22:20:00", "", "2026-11-23 22:20:00"},
		{"1:20:00 AM", "3:20:00", "2026-11-24 01:20:00"},
		{"11:20:00 PM", "1.01:20:00", "2026-11-24 23:20:00"},
		{"1:20:00 AM", "2.03:20:00", "2026-11-26 01:20:00"},
		{"1:20:00 AM", "51:20:00", "2026-11-26 01:20:00"},
		{"2026-11-25 01:20:00", "", "2026-11-25 01:20:00"},
		{"", "0:20:00", ""},
	}
	for _, test := range tests {
		_, outcome := only(t, textMail("", "Backup job: Ends", "Success", evening, test.end, test.duration))
		got := ""
		if outcome.EndedAt != nil {
			got = outcome.EndedAt.Format(time.DateTime)
		}
		if got != test.want {
			t.Errorf("ended at %q after %q: got %q, want %q", test.end, test.duration, got, test.want)
		}
	}
}

func TestTitles(t *testing.T) {
	t.Parallel()
	tests := []struct {
		title, kind, job string
		attempt          int
	}{
		{"Backup job: Daily", "Backup", "Daily", 0},
		{"Backup job: Daily (Retry 2)", "Backup", "Daily", 2},
		{"Backup job: Daily (Full)", "Backup", "Daily", 0},
		{"Backup job: Daily (Synthetic Full) (Retry 1)", "Backup", "Daily", 1},
		{"Backup job: Daily (Site 2)", "Backup", "Daily (Site 2)", 0},
		{"Backup job: Daily: SQL - [test]", "Backup", "Daily: SQL - [test]", 0},
		{"Backup job: DailyCreated by X\\y at 25/05/2026 22:51.", "Backup", "Daily", 0},
		{"Backup job: Mail Veeam Backup for Microsoft Office 365", "Backup", "Mail Veeam Backup for Microsoft Office 365", 0},
		{"backup job: Backup job: odd", "Backup", "Backup job: odd", 0},
		{"Backup Copy job: Daily", "Backup Copy", "Daily", 0},
		{"Agent Backup job: Laptops", "Agent Backup", "Laptops", 0},
		{"Replica job: DR", "Replication", "DR", 0},
		{"Replication job: DR", "Replication", "DR", 0},
		{"SureBackup job: Lab", "SureBackup", "Lab", 0},
		{"Backup to tape job: Weekly", "Backup to Tape", "Weekly", 0},
		{"File to tape job: Scans", "File to Tape", "Scans", 0},
		{"File backup job: Shares", "File Backup", "Shares", 0},
		{"Object storage backup job: Buckets", "Object Storage Backup", "Buckets", 0},
		{"Configuration Backup Job for VBR01", "Configuration Backup", "Configuration Backup Job for VBR01", 0},
		{"Storage snapshot job: Array", "Storage snapshot", "Array", 0},
	}
	for _, test := range tests {
		_, outcome := only(t, textMail("", test.title, "Success", "", "", ""))
		if outcome.Type != test.kind || outcome.Job != test.job || outcome.Attempt != test.attempt {
			t.Errorf("%q: got %q, %q, attempt %d; want %q, %q, attempt %d",
				test.title, outcome.Type, outcome.Job, outcome.Attempt, test.kind, test.job, test.attempt)
		}
	}
}

func TestCustomerHints(t *testing.T) {
	t.Parallel()
	tests := []struct{ subject, title, hint, job string }{
		{"[Success] Daily (1 objects)", "Backup job: Daily", "", "Daily"},
		{"ACME - [Success] Daily (1 objects)", "Backup job: Daily", "ACME", "Daily"},
		{"FW: ACME [Success] Daily (1 objects)", "Backup job: Daily", "ACME", "Daily"},
		{"[EXTERNAL] [Success] Daily (1 objects)", "Backup job: Daily", "", "Daily"},
		{"Support expires in 5 days [Success] Daily (1 objects)", "Backup job: Daily", "", "Daily"},
		{"[Success] acme\\Daily (1 VMs)", "Backup job: acme\\Daily", "acme", "Daily"},
		{"Acme Ltd - [Success] acme-01\\Daily (1 VMs)", "Backup job: acme-01\\Daily", "Acme Ltd", "Daily"},
	}
	for _, test := range tests {
		_, outcome := only(t, textMail(test.subject, test.title, "Success", "", "", ""))
		if outcome.CustomerHint != test.hint || outcome.Job != test.job {
			t.Errorf("%q: got hint %q, job %q; want %q, %q", test.subject, outcome.CustomerHint, outcome.Job, test.hint, test.job)
		}
	}
}

// The verdict leads, the subject may only make it worse, and a doubted success is unknown.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		subject, verdict string
		want             backup.Status
		confidence       backup.Confidence
	}{
		{"[Success] Daily (1 objects)", "Success", backup.StatusSuccess, backup.Sure},
		{"", "Success", backup.StatusSuccess, backup.Sure},
		{"[Failed] Daily (1 objects)", "Error", backup.StatusError, backup.Sure},
		{"[Success] Daily (1 objects)", "Warning", backup.StatusWarning, backup.Likely},
		{"[Failed] Daily (1 objects)", "Success", backup.StatusError, backup.Likely},
		{"[Success] Daily (1 objects) 1 failed", "Success", backup.StatusUnknown, backup.Guess},
		{"[Success] Daily (2 objects)", "Success\n1 of 2 VMs processed", backup.StatusUnknown, backup.Guess},
		{"[Success] Daily (1 objects)", "Success\nWarning", backup.StatusWarning, backup.Likely},
	}
	for _, test := range tests {
		reading, outcome := only(t, textMail(test.subject, "Backup job: Daily", test.verdict, "", "", ""))
		if outcome.Status != test.want || reading.Confidence != test.confidence {
			t.Errorf("subject %q, verdict %q: got %s, %s; want %s, %s", test.subject, test.verdict,
				outcome.Status.Label(), reading.Confidence, test.want.Label(), test.confidence)
		}
	}
	// A job may be called like a tag.
	reading, outcome := only(t, textMail("[Success] [Warning] test (1 objects)", "Backup job: [Warning] test", "Success", "", "", ""))
	if outcome.Status != backup.StatusSuccess || reading.Confidence != backup.Sure {
		t.Errorf("a job called [Warning]: got %s, %s; want Success, sure", outcome.Status.Label(), reading.Confidence)
	}
}
