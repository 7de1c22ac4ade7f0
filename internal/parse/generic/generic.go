// Package generic reads what no vendor's parser claims but looks like a report: scripts and
// products that are not known yet. It stands on the third station, behind the vendors. Its
// readings are guesses, so a person decides; it would rather not know than say success.
package generic

import (
	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse"
)

// Parser returns the fallback for the registry.
func Parser() parse.Parser {
	return parse.Parser{Name: "generic", Product: "Other reports", Grade: "E0", Unproven: true, Claim: claim, Read: read}
}

// Limits on what is read of a body. A success is believed only where nothing was left out.
const (
	maxBody  = 40   // lines that hold anything and may tell the result
	maxLine  = 1000 // bytes of each of them
	maxDoubt = 1 << 20
)

// textLine is the subject or a line of the body.
type textLine struct {
	text  string
	where string
}

// claim wants a word of backups and a word of a result.
func claim(m *message.Message) int {
	lines := readLines(m)
	about := false
	for _, line := range lines {
		about = about || hasBackupWord(line.text)
	}
	if v := judge(lines, m.Text); about && v.status != backup.StatusUnknown || v.tag {
		return 1
	}
	return 0
}

// readLines returns the subject and the first lines of the body.
func readLines(m *message.Message) []textLine {
	lines := []textLine{{parse.StripReplies(m.Subject), parse.InSubject}}
	for _, line := range parse.Lines(m.Text) {
		if line == "" {
			continue
		}
		if len(lines) > maxBody {
			break
		}
		lines = append(lines, textLine{parse.Cut(line, maxLine), parse.InBody})
	}
	return lines
}

// read guesses status and job.
func read(m *message.Message) (backup.Reading, error) {
	lines := readLines(m)
	v := judge(lines, m.Text)
	var trail parse.Trail
	trail.Add("status", v.line.text, v.line.where)
	outcome := backup.Outcome{Type: "Backup", Status: v.status, Job: jobName(m.Subject)}
	if outcome.Job != "" {
		trail.Add("job", m.Subject, parse.InSubject)
	}
	if v.status != backup.StatusSuccess && v.line.where == parse.InBody {
		outcome.Remark = parse.Cut(v.line.text, 500)
	}
	reading := backup.Reading{Confidence: backup.Guess, Outcomes: []backup.Outcome{outcome}, Evidence: trail.Evidence()}
	if v.problem != "" {
		reading.Problems = []string{v.problem}
	}
	return reading, nil
}
