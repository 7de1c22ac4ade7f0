package demo

import (
	"fmt"
	"strings"

	"backupchecks/internal/backup"
)

// duplicatiResult is the product's own word for a result.
func duplicatiResult(status backup.Status) string {
	switch status {
	case backup.StatusError:
		return "Error"
	case backup.StatusWarning:
		return "Warning"
	}
	return "Success"
}

// duplicati writes the list of fields that all versions send.
func duplicati(r run) (letter, Meaning) {
	loc := r.customer.locale
	bad := 0
	if r.status == backup.StatusWarning {
		bad = len(strings.Split(r.remark, "\n"))
	}
	examined := 9000 + r.rng.IntN(40000)
	var b strings.Builder
	fmt.Fprintf(&b, "DeletedFiles: %d\nModifiedFiles: %d\nExaminedFiles: %d\nOpenedFiles: %d\nAddedFiles: %d\n",
		r.rng.IntN(9), 10+r.rng.IntN(90), examined, 80+r.rng.IntN(300), r.rng.IntN(120))
	fmt.Fprintf(&b, "SizeOfExaminedFiles: %d\nNotProcessedFiles: 0\nFilesWithError: %d\nPartialBackup: False\nDryrun: False\n", examined*48211, bad)
	fmt.Fprintf(&b, "MainOperation: Backup\nParsedResult: %s\nEndTime: %s\nBeginTime: %s\nDuration: 0%s.4410000\n",
		duplicatiResult(r.status), loc.stamp(r.end), loc.stamp(r.start), took(r.end.Sub(r.start)))
	b.WriteString("Messages: [\n    No remote filesets were deleted,\n    Compacting not required\n]\n")
	b.WriteString(duplicatiList("Warnings", "Warning", r, backup.StatusWarning))
	b.WriteString(duplicatiList("Errors", "Error", r, backup.StatusError))
	l := letter{
		name: "Duplicati", from: "duplicati@" + r.customer.domain, sent: r.sent(), text: b.String(),
		subject: "Duplicati Backup report for " + r.job.name,
	}
	return l, r.meaning("duplicati", "Backup", backup.ObjectCounts{})
}

// duplicatiList is the field of warnings or errors with the run's remark as its entries.
func duplicatiList(field, level string, r run, of backup.Status) string {
	if r.status != of || r.remark == "" {
		return field + ": []\n"
	}
	var entries []string
	for line := range strings.Lines(r.remark) {
		entries = append(entries, fmt.Sprintf("    %s - [%s-Duplicati.Library.Main.Operation.BackupHandler]: %s",
			r.end.Format("2006-01-02 15:04:05 -07"), level, strings.TrimSpace(line)))
	}
	return field + ": [\n" + strings.Join(entries, ",\n") + "\n]\n"
}
