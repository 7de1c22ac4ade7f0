package synology_test

import (
	"testing"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse"
	"backupchecks/internal/parse/synology"
)

// read reads a mail of a subject and a text with Synology's parsers alone.
func read(subject, text string) backup.Reading {
	nobody := parse.Parser{Name: "nobody", Claim: func(*message.Message) int { return 0 }}
	return parse.NewRegistry(synology.Parsers(), nobody).Read(&message.Message{Subject: subject, Text: text})
}

// result is "job=status" of the only outcome, or what there is instead.
func result(r backup.Reading) string {
	switch {
	case r.Informational:
		return "informational"
	case len(r.Outcomes) == 0:
		return "nothing"
	}
	return r.Outcomes[0].Job + "=" + string(r.Outcomes[0].Status)
}

const abb = "Active Backup for Business - "

func TestNegationsHoldTheWordsOfSuccess(t *testing.T) {
	t.Parallel()
	for subject, want := range map[string]string{
		"nas " + abb + "attività di backup Uno su NAS completata":                             "Uno=success",
		"nas " + abb + "attività di backup Uno su NAS non completata":                         "Uno=error",
		"nas " + abb + "attività di backup Uno su NAS non è stata completata.":                "Uno=error",
		"nas " + abb + "attività di backup Uno su NAS non riuscita":                           "Uno=error",
		"nas " + abb + "attività di backup Uno su NAS parzialmente completata":                "Uno=warning",
		"nas " + abb + "backupopgave En på Lager er delvist gennemført":                       "En=warning",
		"nas " + abb + "backupopgave En på Lager er ikke fuldført":                            "En=error",
		"nas " + abb + "backup task One on nas was partially completed":                       "One=warning",
		"nas " + abb + "backup task One on nas was not completed":                             "One=error",
		"nas " + abb + "Sicherungsaufgabe Eins auf nas wurde nicht erfolgreich abgeschlossen": "Eins=error",
	} {
		if got := result(read(subject, "")); got != want {
			t.Errorf("%q reads as %s, want %s", subject, got, want)
		}
	}
}

func TestSuccessMustBeTheWholeSentence(t *testing.T) {
	t.Parallel()
	for tail, want := range map[string]string{
		"has been completed":                         "A=success",
		"has been completed.":                        "A=success",
		"has been completed, however 3 were skipped": "A=",
		"has been completed with 2 skipped devices":  "A=",
		"completed in a new way":                     "A=",
		"completed with errors":                      "A=error",
		"is running":                                 "A=",
		"":                                           "A=",
	} {
		if got := result(read(abb+"backup task A on nas "+tail, "")); got != want {
			t.Errorf("tail %q reads as %s, want %s", tail, got, want)
		}
	}
}

func TestTasksAreNamedLikeAnything(t *testing.T) {
	t.Parallel()
	for subject, want := range map[string]string{
		abb + "backup task Alert if job failed on nas has been completed":                 "Alert if job failed=success",
		abb + "backup task All completed successfully on nas failed":                      "All completed successfully=error",
		abb + "backup task Mail on ice on nas has been completed":                         "Mail on ice=success",
		abb + "attività di backup Dati su misura su NAS completata":                       "Dati su misura=success",
		abb + "backup task for the board on nas has been completed":                       "for the board=success",
		"Active Backup for Microsoft 365 - backup task [A [b] on c] on [n] was completed": "A [b] on c=success",
		"[n] Snapshot replication task [No failed files] failed":                          "No failed files=error",
		"[CMS]Synology C2 cloud backup - Data on tour successful on quarry":               "Data on tour=success",
		"[CMS]Synology C2 cloud backup - Data failed successful on quarry":                "Data failed=",
	} {
		if got := result(read(subject, "")); got != want {
			t.Errorf("%q reads as %s, want %s", subject, got, want)
		}
	}
}

func TestTheBodyMayContradictTheSubject(t *testing.T) {
	t.Parallel()
	got := read(abb+"backup task A on nas has been completed", "The backup task A on nas was partially completed.\n")
	if result(got) != "A=warning" || got.Confidence != backup.Likely {
		t.Errorf("got %s, %s; want a warning that a person looks at", result(got), got.Confidence)
	}
	got = read(abb+"backup task A on nas has been completed", "The backup task A on nas has been completed.\nHowever, the disk is failing to answer: error 5.\n")
	if result(got) != "A=" || got.Confidence != backup.Likely {
		t.Errorf("got %s, %s; want neither success nor failure", result(got), got.Confidence)
	}
}

func TestUnprovenLanguagesWaitForAPerson(t *testing.T) {
	t.Parallel()
	for _, subject := range []string{
		abb + "back-uptaak Kantoor op nas is voltooid",
		abb + "Sicherungsaufgabe Büro auf nas wurde abgeschlossen",
		abb + "tâche de sauvegarde Bureau sur nas est terminée",
	} {
		if got := read(subject, ""); got.Confidence != backup.Likely || got.FilesItself() {
			t.Errorf("%q: %s, files itself %t; want likely", subject, got.Confidence, got.FilesItself())
		}
	}
}

func TestAmbiguousDatesAreNotGuessed(t *testing.T) {
	t.Parallel()
	text := "Data backup task [A] on nas failed\nStart: 05/06/2026 10:00\nDuration: 10 Minute 0 Second\n"
	got := read("Hyper Backup", text)
	if got.Outcomes[0].StartedAt != nil {
		t.Errorf("05/06/2026 was read as %s", got.Outcomes[0].StartedAt)
	}
	italian := read(abb+"attività di backup A su NAS completata", "Ora d'inizio: 05/06/2026 10:00\nOra di fine: 05/06/2026 10:30\n")
	if at := italian.Outcomes[0].StartedAt; at == nil || at.Month() != time.June {
		t.Errorf("the Italian 05/06/2026 was read as %v, want June 5", at)
	}
}

func TestNewsIsNoRun(t *testing.T) {
	t.Parallel()
	for subject, want := range map[string]string{
		"[nas] DSM 7.3-81180 is available":                      "informational",
		"[nas] Update available for Active Backup for Business": "informational",
		"Test message from nas":                                 "informational",
		"[nas] Update for Hyper Backup failed":                  "nothing",
		"[nas] A managed server (192.0.2.7) is offline":         "nothing",
		"Lunch is available":                                    "nothing",
	} {
		if got := result(read(subject, "")); got != want {
			t.Errorf("%q reads as %s, want %s", subject, got, want)
		}
	}
	if got := result(read("[nas] DSM 7.3-81180 is available", "The backup of the configuration failed.")); got != "nothing" {
		t.Errorf("a notice beside a failure reads as %s, want nothing", got)
	}
}

func TestGermanScriptsAreNotHyperBackup(t *testing.T) {
	t.Parallel()
	if got := result(read("Die Datensicherung auf SRV01 ist fehlgeschlagen.", "")); got != "nothing" {
		t.Errorf("a sentence that anybody could write was claimed: %s", got)
	}
}
