package duplicati_test

import (
	"strings"
	"testing"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse"
	"backupchecks/internal/parse/duplicati"
)

func read(subject, text string) backup.Reading {
	nobody := parse.Parser{Name: "nobody", Claim: func(*message.Message) int { return 0 }}
	return parse.NewRegistry(duplicati.Parsers(), nobody).Read(&message.Message{Subject: subject, Text: text})
}

func result(r backup.Reading) string {
	switch {
	case r.Informational:
		return "informational"
	case len(r.Outcomes) == 0:
		return "nothing"
	}
	return r.Outcomes[0].Type + "/" + r.Outcomes[0].Job + "=" + string(r.Outcomes[0].Status)
}

const subject = "Duplicati Backup report for Alert if job failed"

func TestResults(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"MainOperation: Backup\nParsedResult: Success\n":                      "Backup/Alert if job failed=success",
		"MainOperation: Backup\nParsedResult: Warning\n":                      "Backup/Alert if job failed=warning",
		"MainOperation: Backup\nParsedResult: Error\n":                        "Backup/Alert if job failed=error",
		"MainOperation: Backup\nParsedResult: Fatal\n":                        "Backup/Alert if job failed=error",
		"MainOperation: Backup\nParsedResult: Unknown\n":                      "Backup/Alert if job failed=",
		"MainOperation: Backup\nParsedResult: Succes\n":                       "Backup/Alert if job failed=",
		"ParsedResult: Success\n":                                             "Backup/Alert if job failed=",
		"MainOperation: Backup\n":                                             "Backup/Alert if job failed=",
		"All went successfully.\n":                                            "Backup/Alert if job failed=",
		"":                                                                    "Backup/Alert if job failed=",
		"MainOperation: Backup\nParsedResult: Success\nParsedResult: Error\n": "Backup/Alert if job failed=error",
		"MainOperation: Backup\nParsedResult: Success\nFilesWithError: 0\nErrors: []\n":                             "Backup/Alert if job failed=success",
		"MainOperation: Backup\nParsedResult: Success\nFilesWithError: 2\n":                                         "Backup/Alert if job failed=warning",
		"MainOperation: Backup\nParsedResult: Success\nErrors: [\n  disk\n]\n":                                      "Backup/Alert if job failed=error",
		"MainOperation: Backup\nParsedResult: Success\nErrors: [disk]\n":                                            "Backup/Alert if job failed=error",
		"MainOperation: Backup\nParsedResult: Success\nPartialBackup: True\n":                                       "Backup/Alert if job failed=warning",
		"MainOperation: Backup\nParsedResult: Success\nMessages: [\n    2 files failed\n]":                          "Backup/Alert if job failed=success",
		"Failed: no route to host\nDetails: stack\n":                                                                "Backup/Alert if job failed=error",
		"MainOperation: Compact\nParsedResult: Success\n":                                                           "informational",
		"MainOperation: Test\nParsedResult: Error\n":                                                                "Test/Alert if job failed=error",
		"MainOperation: Test\nParsedResult: Warning\n":                                                              "Test/Alert if job failed=warning",
		`{"Data":{"MainOperation":"Backup","ParsedResult":"Success"},"Extra":{"backup-name":"J"}}`:                  "Backup/J=success",
		`{"Data":{"MainOperation":"Backup","ParsedResult":"Success","Errors":["x"]}}`:                               "Backup/Alert if job failed=error",
		`{"Data":{"MainOperation":"Backup","ParsedResult":"Success"},"Exception":"disk full"}`:                      "Backup/Alert if job failed=error",
		`{"Data":{"MainOperation":"Backup","ParsedResult":["Success"]}}`:                                            "Backup/Alert if job failed=",
		"Duplicati Backup Report: Success\nOperation: Backup\nBackup Name: T\n":                                     "Backup/T=success",
		"Duplicati Backup Report: Success\nOperation: Backup\nBackup Name: T\nx [Error-Duplicati.Main]: disk\n":     "Backup/T=error",
		"Duplicati Backup Report: Succeeded with a twist\nYour backup completed successfully.\nOperation: Backup\n": "Backup/Alert if job failed=",
	} {
		if got := result(read(subject, text)); got != want {
			t.Errorf("%q reads as %s, want %s", text, got, want)
		}
	}
}

func TestAWordInFrontOfTheSubjectMayOnlyMakeItWorse(t *testing.T) {
	t.Parallel()
	good, bad := "MainOperation: Backup\nParsedResult: Success\n", "MainOperation: Backup\nParsedResult: Error\n"
	if got := result(read("Fatal error: Duplicati Backup report for A", good)); got != "Backup/A=error" {
		t.Errorf("an error in the subject reads as %s", got)
	}
	if got := result(read("Success: Duplicati Backup report for A", bad)); got != "Backup/A=error" {
		t.Errorf("a success in the subject of an error reads as %s", got)
	}
}

func TestListsAreBounded(t *testing.T) {
	t.Parallel()
	text := "MainOperation: Backup\nParsedResult: Warning\nWarnings: [\n" + strings.Repeat("a line of a long list\n", 100000) + "]\n"
	if got := len(read(subject, text).Outcomes[0].Remark); got > 2000 {
		t.Errorf("the remark has %d bytes, want at most 2000", got)
	}
}

func TestOthersMailsAreNotClaimed(t *testing.T) {
	t.Parallel()
	for _, mail := range []struct{ subject, text string }{
		{"Backup report for A", "Failed: 3\n"},
		{"Backup", "Failed: the disk is full\nDetails: x\n"},
		{"We talk about Duplicati on Friday", "Bring a report for everybody."},
	} {
		if r := read(mail.subject, mail.text); r.Parser != "" {
			t.Errorf("%q was claimed", mail.subject)
		}
	}
}
