package proxmox

import (
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse"
)

const replicationSubject = "replication job: '"

// claimReplication knows the subject of a storage replication.
func claimReplication(m *message.Message) int {
	if strings.Contains(backup.Fold(m.Subject), replicationSubject) {
		return 90
	}
	return 0
}

// readReplication reads a failed replication; Proxmox mails of no other. The time of the
// last good one, which the mail holds too, says nothing about this one.
func readReplication(m *message.Message) (backup.Reading, error) {
	_, rest, found := parse.CutWords(m.Subject, strings.TrimSuffix(replicationSubject, " '"))
	id, told, closed := strings.Cut(strings.TrimPrefix(rest, "'"), "'")
	if !found || !closed || id == "" {
		return backup.Reading{}, backup.Errorf(backup.Invalid, "The subject names no replication job.")
	}
	var trail parse.Trail
	outcome := backup.Outcome{Software: softwareVE, Type: "Replication", Job: id}
	trail.Add("job", m.Subject, parse.InSubject)
	if parse.HasWords(backup.Fold(told), "failed") {
		outcome.Status = backup.StatusError
		trail.Add("status", m.Subject, parse.InSubject)
	}
	lines := parse.Lines(m.Text)
	for i, line := range lines {
		folded := backup.Fold(line)
		if strings.HasPrefix(folded, "replication job '") && parse.HasWords(folded, "failed") {
			outcome.Status = backup.StatusError
			trail.Add("status", line, parse.InBody)
		}
		if folded == "error:" {
			outcome.Remark = parse.Cut(strings.TrimSpace(strings.Join(lines[i+1:], "\n")), maxRemark)
			trail.Add("remark", outcome.Remark, parse.InBody)
			break
		}
	}
	// The id is the guest's number and the number of its replication.
	if guest, _, found := strings.Cut(id, "-"); found && isID(guest) {
		outcome.Objects = []backup.Object{{Name: guest, Type: "vm", Status: outcome.Status, Message: outcome.Remark}}
		trail.Add("objects", id, parse.InSubject)
	}
	return backup.Reading{Confidence: backup.Sure, Outcomes: []backup.Outcome{outcome}, Evidence: trail.Evidence()}, nil
}
