package proxmox

import (
	"slices"
	"strings"
	"time"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse"
)

const (
	vzdumpSubject = "vzdump backup status ("
	softwareVE    = "Proxmox VE"
	maxRemark     = 1000 // bytes
)

// claimVzdump knows the subject, or the table of guests where a relay changed the subject.
func claimVzdump(m *message.Message) int {
	if strings.Contains(backup.Fold(m.Subject), vzdumpSubject) {
		return 95
	}
	if !strings.Contains(m.Text, "VMID") {
		return 0
	}
	if len(readGuests(m)) > 0 && strings.Contains(backup.Fold(m.Text), "total running time") {
		return 70
	}
	return 0
}

// readVzdump reads a backup of guests. The subject gives the verdict; the table and the
// lines in front of it may only make it worse.
func readVzdump(m *message.Message) (backup.Reading, error) {
	var trail parse.Trail
	reading := backup.Reading{Confidence: backup.Sure}
	outcome := backup.Outcome{Software: softwareVE, Type: "vzdump", Job: "vzdump"}
	host, verdict, reason := cutVzdumpSubject(m.Subject)
	if host != "" {
		outcome.Job = host + " / vzdump"
		outcome.CustomerHint = host
		trail.Add("job", m.Subject, parse.InSubject)
		trail.Add("customer_hint", host, parse.InSubject)
	} else {
		reading.Confidence = backup.Likely // of which host?
	}
	if verdict != backup.StatusUnknown {
		trail.Add("status", m.Subject, parse.InSubject)
	}

	guests := readGuests(m)
	logs := readLogs(m.Text)
	for _, g := range guests {
		outcome.Objects = append(outcome.Objects, g.object(logs))
		trail.Add("objects", g.line, g.where)
	}
	outcome.Status = withGuests(verdict, outcome.Objects, &reading)
	if i := slices.IndexFunc(guests, func(g guest) bool { return g.result() != backup.StatusSuccess }); i >= 0 && verdict != backup.StatusError {
		trail.Add("status", guests[i].line, guests[i].where)
	}
	outcome.Remark = remark(m, reason)
	if outcome.Remark != "" && outcome.Remark == reason {
		trail.Add("remark", reason, parse.InSubject)
	} else {
		trail.Add("remark", outcome.Remark, parse.InBody)
	}
	if verdict == backup.StatusSuccess && outcome.Remark != "" {
		reading.Problems = append(reading.Problems, "The subject says success, but the mail begins with: "+parse.Cut(outcome.Remark, 200))
	}
	if outcome.Status == backup.StatusSuccess && (len(guests) == 0 || !hasTotal(m.Text)) {
		outcome.Status = backup.StatusUnknown // what is missing may have told of trouble
		reading.Problems = append(reading.Problems, "The mail says success, but its list of guests is not whole.")
	}
	if slices.ContainsFunc(guests, guest.empty) {
		reading.Problems = append(reading.Problems, "A guest counts as backed up, but its backup is empty.")
	}
	setTimes(&outcome, m, guests, logs, &trail)
	reading.Outcomes = []backup.Outcome{outcome}
	reading.Evidence = trail.Evidence()
	return reading, nil
}

// cutVzdumpSubject reads "vzdump backup status (host): backup failed: reason". Version 8.0
// and older put a space before the colon.
func cutVzdumpSubject(subject string) (host string, status backup.Status, reason string) {
	subject = parse.Squeeze(subject)
	_, rest, found := parse.CutWords(subject, strings.TrimSuffix(vzdumpSubject, " ("))
	if !found {
		return "", backup.StatusUnknown, ""
	}
	host, told, found := strings.Cut(strings.TrimPrefix(rest, "("), ")")
	if !found {
		return "", backup.StatusUnknown, ""
	}
	told = strings.TrimLeft(told, " :")
	folded := strings.TrimRight(backup.Fold(told), " .!")
	switch {
	case folded == "backup successful":
		return host, backup.StatusSuccess, ""
	case folded == "backup failed":
		return host, backup.StatusError, ""
	case strings.HasPrefix(folded, "backup failed:"):
		_, reason, _ := strings.Cut(told, ":")
		return host, backup.StatusError, strings.TrimSpace(reason)
	}
	if status, _ := parse.Trouble(told); status != backup.StatusUnknown {
		return host, backup.StatusError, told
	}
	return host, backup.StatusUnknown, ""
}

// withGuests joins the subject's verdict with the guests' results. Without a verdict all
// green guests prove nothing: the job may have failed after them.
func withGuests(verdict backup.Status, objects []backup.Object, reading *backup.Reading) backup.Status {
	worst := backup.StatusSuccess
	for _, object := range objects {
		worst = backup.Worst(worst, object.Status)
	}
	switch {
	case verdict == backup.StatusSuccess && worst != backup.StatusSuccess:
		reading.Problems = append(reading.Problems, "The subject says success, but not every guest was backed up.")
		return worst
	case verdict == backup.StatusUnknown && worst == backup.StatusError:
		return backup.StatusError
	}
	return verdict
}

// remark is why the backup failed: the lines in front of the table, or the subject's reason.
func remark(m *message.Message, reason string) string {
	var found []string
	for _, line := range parse.Lines(m.Text) {
		folded := backup.Fold(line)
		if folded == "details" || isGuestHeader(folded) {
			break
		}
		if len(found) == 10 {
			return parse.Cut(reason, maxRemark) // no table: not the usual template
		}
		if line != "" && strings.Trim(line, "=") != "" {
			found = append(found, line)
		}
	}
	if len(found) == 0 {
		return parse.Cut(reason, maxRemark)
	}
	return parse.Cut(strings.Join(found, "\n"), maxRemark)
}

// setTimes finds when the run began and ended. The names of backups on a backup server hold
// the time in UTC, the logs hold the host's clock; where a guest has both, its zone is known.
func setTimes(o *backup.Outcome, m *message.Message, guests []guest, logs []logLine, trail *parse.Trail) {
	took, hasTook := totalTime(m.Text)
	var started, ended time.Time
	if len(logs) > 0 {
		started, ended = logs[0].at, logs[len(logs)-1].at
		trail.Add("started_at", logs[0].text, parse.InBody)
		trail.Add("ended_at", logs[len(logs)-1].text, parse.InBody)
	}
	first, utc, known := firstUTC(guests)
	switch offset, paired := logOffset(guests, logs); {
	case paired:
		o.StartedAt, o.EndedAt = new(started.Add(-offset)), new(ended.Add(-offset))
	case len(logs) > 0:
		o.StartedAt, o.EndedAt = parse.InZone(m, started, ended)
	case known && first == 0:
		o.StartedAt = new(utc)
		trail.Add("started_at", guests[0].file, guests[0].where)
		if hasTook {
			o.EndedAt = new(utc.Add(took))
		}
	}
}

// totalTime reads "Total running time: 10min 28s".
func totalTime(text string) (time.Duration, bool) {
	return parse.Duration(parse.ReadLabels(text).Value("Total running time"))
}

// hasTotal reports whether the totals below the table are there: without them the mail was
// cut, and so may the table be.
func hasTotal(text string) bool {
	for _, line := range parse.Lines(text) {
		if folded := backup.Fold(line); strings.HasPrefix(folded, "total running time:") || strings.HasPrefix(folded, "total ") {
			return true
		}
	}
	return false
}

// firstUTC returns the first guest whose backup is named by a time in UTC.
func firstUTC(guests []guest) (index int, at time.Time, ok bool) {
	for i, g := range guests {
		if at, ok := fileTime(g.file); ok {
			return i, at, true
		}
	}
	return 0, time.Time{}, false
}

// fileTime reads the time of "vm/100/2026-09-28T01:00:02Z".
func fileTime(file string) (time.Time, bool) {
	name, found := afterLast(file, "/")
	if !found || !strings.HasSuffix(name, "Z") {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339, name)
	return at, err == nil
}

// afterLast returns what stands behind the last separator.
func afterLast(text, separator string) (string, bool) {
	i := strings.LastIndex(text, separator)
	if i < 0 {
		return "", false
	}
	return text[i+len(separator):], true
}

// logOffset is how far the host's clock is ahead of UTC, by a guest that has both times.
func logOffset(guests []guest, logs []logLine) (time.Duration, bool) {
	for _, g := range guests {
		at, ok := fileTime(g.file)
		if !ok {
			continue
		}
		for _, line := range logs {
			if line.id != g.id || !strings.Contains(line.text, "Starting Backup") {
				continue
			}
			// The backup is named some seconds before or after its first line is written.
			offset := line.at.Sub(at).Round(15 * time.Minute)
			return offset, offset.Abs() <= 14*time.Hour
		}
	}
	return 0, false
}
