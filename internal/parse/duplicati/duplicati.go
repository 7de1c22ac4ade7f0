// Package duplicati reads the reports of Duplicati: the list of fields of all versions, the
// text template of newer ones, and JSON. It stands on the third station, beside the other
// vendors. The words are English; dates follow the machine's locale.
package duplicati

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse"
)

// Parsers returns the parser of Duplicati.
func Parsers() []parse.Parser {
	return []parse.Parser{{Name: "duplicati", Product: "Duplicati", Grade: "E1", Claim: claim, Read: read}}
}

// maxRemark bounds the warnings and errors that are kept, in bytes.
const maxRemark = 2000

// claim knows the subject, which people may edit, and the fields of the body.
func claim(m *message.Message) int {
	if !strings.Contains(m.Text, "ParsedResult") && !hasName(m.Text) && !hasName(m.Subject) {
		return 0 // without reading every mail of others line by line
	}
	report := readReport(m)
	_, _, named := cutSubject(m.Subject)
	switch {
	case named && report.known():
		return 95
	case report.known():
		return 80
	case named:
		return 60
	}
	return 0
}

func hasName(text string) bool {
	return strings.Contains(text, "Duplicati") || strings.Contains(text, "duplicati")
}

// cutSubject reads "Duplicati Backup report for <name>", with anything in front of it.
func cutSubject(subject string) (operation, name string, ok bool) {
	_, rest, found := parse.CutWords(parse.StripReplies(subject), "duplicati")
	if !found {
		return "", "", false
	}
	operation, name, found = parse.CutWords(rest, "report for")
	if !found || strings.Contains(operation, " ") {
		return "", "", false
	}
	return operation, name, true
}

// read makes a run of a backup. Other operations are no runs: a good one is news, a bad one
// is told under its own kind, so that a person sees it.
func read(m *message.Message) (backup.Reading, error) {
	report := readReport(m)
	operation, name, named := cutSubject(m.Subject)
	if !report.known() && !named {
		return backup.Reading{}, backup.Errorf(backup.Invalid, "The mail holds no Duplicati report.")
	}
	var trail parse.Trail
	reading := backup.Reading{Confidence: backup.Sure}
	outcome := backup.Outcome{Software: "Duplicati", Type: "Backup", CustomerHint: report.machine.value}
	trail.Add("customer_hint", report.machine.line, parse.InBody)

	switch {
	case report.name.value != "":
		outcome.Job = report.name.value
		trail.Add("job", report.name.line, report.where)
	case named:
		outcome.Job = name
		trail.Add("job", m.Subject, parse.InSubject)
	}
	if report.operation.value != "" {
		operation = report.operation.value
	}
	if operation != "" {
		outcome.Type = operation
	}
	outcome.Status = report.status()
	trail.Add("status", cmp.Or(report.result.line, report.failed.line), report.where)
	reading.Problems = append(reading.Problems, report.doubts(&outcome)...)
	outcome.Remark = parse.Cut(strings.Join(report.messages(), "\n"), maxRemark)
	trail.Add("remark", outcome.Remark, report.where)
	if outcome.Status == backup.StatusSuccess && !strings.EqualFold(outcome.Type, "Backup") {
		reading.Informational = true
		reading.Evidence = trail.Evidence()
		return reading, nil
	}
	subjectDoubts(m.Subject, &outcome, &reading)
	setTimes(&outcome, report, m, &trail)
	reading.Outcomes = []backup.Outcome{outcome}
	reading.Evidence = trail.Evidence()
	return reading, nil
}

// status is the product's own result. Without one, a list of errors or the sentence of a
// failure prove trouble; nothing else proves success.
func (r report) status() backup.Status {
	status := resultStatus(r.result.value)
	switch {
	case r.failed.value != "", status == backup.StatusUnknown && len(r.errors) > 0:
		return backup.StatusError
	case status == backup.StatusSuccess && !r.known():
		return backup.StatusUnknown // a word without its report
	}
	return status
}

func resultStatus(result string) backup.Status {
	switch backup.Fold(result) {
	case "success":
		return backup.StatusSuccess
	case "warning":
		return backup.StatusWarning
	case "error", "fatal":
		return backup.StatusError
	}
	return backup.StatusUnknown
}

// doubts compares the result with the figures beside it. A result that hides trouble is made
// worse, never better.
func (r report) doubts(o *backup.Outcome) []string {
	if o.Status != backup.StatusSuccess {
		return nil
	}
	var found []string
	worse := func(status backup.Status, sentence string) {
		o.Status = backup.Worst(o.Status, status)
		found = append(found, sentence)
	}
	if len(r.errors) > 0 {
		worse(backup.StatusError, "The report says Success, but it lists errors.")
	}
	if len(r.warnings) > 0 {
		worse(backup.StatusWarning, "The report says Success, but it lists warnings.")
	}
	if r.filesWithError > 0 {
		worse(backup.StatusWarning, "The report says Success, but it counts files with errors.")
	}
	if r.partial {
		worse(backup.StatusWarning, "The report says Success, but the backup is partial.")
	}
	return found
}

// subjectDoubts looks at what people put in front of and behind the subject, often the
// result: it may only make the status worse.
func subjectDoubts(subject string, o *backup.Outcome, reading *backup.Reading) {
	before, _, found := parse.CutWords(parse.StripReplies(subject), "duplicati")
	if !found || o.Status != backup.StatusSuccess {
		return
	}
	if status, words := parse.Trouble(before); status != backup.StatusUnknown {
		o.Status = status
		reading.Problems = append(reading.Problems, fmt.Sprintf("The report says Success, but the subject says %q.", words))
	}
}

// messages tell what went wrong, worst first.
func (r report) messages() []string {
	var all []string
	if r.failed.value != "" {
		all = append(all, r.failed.value)
	}
	all = append(all, r.errors...)
	return append(all, r.warnings...)
}

// setTimes reads begin and end.
func setTimes(o *backup.Outcome, r report, m *message.Message, trail *parse.Trail) {
	o.StartedAt, o.EndedAt = r.times(m)
	if o.StartedAt != nil {
		trail.Add("started_at", r.begin.line, r.where)
	}
	if o.EndedAt != nil {
		trail.Add("ended_at", r.end.line, r.where)
	}
}

// times prefers the seconds since 1970 that some versions print in parentheses, and times
// with a zone. The rest is the machine's clock in the machine's locale.
func (r report) times(m *message.Message) (from, to *time.Time) {
	from, to = exact(r.begin.value), exact(r.end.value)
	if from != nil || to != nil {
		return from, to
	}
	started, _ := parse.NumericDate(r.begin.value, parse.Either, m.SentAt)
	ended, _ := parse.NumericDate(r.end.value, parse.Either, m.SentAt)
	return parse.InZone(m, started, ended)
}

// exact reads a time that names its zone.
func exact(value string) *time.Time {
	if _, inside, found := strings.Cut(value, "("); found {
		seconds, err := strconv.ParseInt(strings.TrimRight(inside, ") "), 10, 64)
		const latest = 7258118400 // the year 2200
		if err == nil && seconds > 0 && seconds < latest {
			return new(time.Unix(seconds, 0).UTC())
		}
	}
	if at, err := time.Parse(time.RFC3339, value); err == nil && at.Year() >= 1970 && at.Year() < 2200 {
		return new(at.UTC().Truncate(time.Second))
	}
	return nil
}
