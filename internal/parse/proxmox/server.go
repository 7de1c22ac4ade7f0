package proxmox

import (
	"net/url"
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse"
)

// serverJob is a kind of job of Proxmox Backup Server.
type serverJob struct {
	lead    string // the folded beginning of the subject
	kind    string
	prefix  string // of the job's name where the mail gives no id
	verdict string // the folded beginning of the body's verdict
}

func serverJobs() []serverJob {
	return []serverJob{
		{"garbage collect datastore '", "Garbage Collection", "GC ", "garbage collection"},
		{"pruning datastore '", "Prune", "Prune ", "pruning"},
		{"verify datastore '", "Verify", "Verify ", "verification"},
		{"sync remote '", "Sync", "Sync ", "synchronization"},
		{"sync local datastore '", "Sync", "Sync ", "synchronization"},
		{"tape backup ", "Tape Backup", "Tape ", "tape backup"},
	}
}

// claimServer knows the fixed subjects, wherever a relay put something before them.
func claimServer(m *message.Message) int {
	if _, _, ok := cutServerSubject(m.Subject); ok {
		return 90
	}
	return 0
}

// cutServerSubject returns the kind of job and the subject from where the kind begins. The
// quoted datastore must be there: it is what makes the subject Proxmox's.
func cutServerSubject(subject string) (serverJob, string, bool) {
	for _, job := range serverJobs() {
		before, _, found := parse.CutWords(subject, strings.TrimRight(job.lead, " '"))
		if !found {
			continue
		}
		rest := strings.TrimSpace(string([]rune(parse.Squeeze(subject))[len([]rune(before)):]))
		folded := backup.Fold(rest)
		if strings.HasPrefix(folded, job.lead) && quoted(rest, strings.Index(folded, "datastore '")) != "" {
			return job, rest, true
		}
	}
	return serverJob{}, "", false
}

// readServer reads a maintenance or copy job of a backup server. Subject and body both give
// the verdict; the worse counts.
func readServer(m *message.Message) (backup.Reading, error) {
	job, subject, ok := cutServerSubject(m.Subject)
	if !ok {
		return backup.Reading{}, backup.Errorf(backup.Invalid, "The subject names no job of a backup server.")
	}
	var trail parse.Trail
	reading := backup.Reading{Confidence: backup.Sure}
	outcome := backup.Outcome{Software: "Proxmox Backup Server", Type: job.kind}

	if id, ok := parse.ReadLabels(m.Text).Get("Job ID"); ok && id.Value != "" {
		outcome.Job = id.Value
		trail.Add("job", id.Line, parse.InBody)
	} else if name := jobInSubject(job, subject); name != "" {
		outcome.Job = name
		trail.Add("job", m.Subject, parse.InSubject)
	}
	if host, line := serverHost(m.Text); host != "" {
		outcome.CustomerHint = host
		trail.Add("customer_hint", line, parse.InBody)
	}
	outcome.Status = subjectVerdict(subject)
	if outcome.Status != backup.StatusUnknown {
		trail.Add("status", m.Subject, parse.InSubject)
	}
	told, remark, line := bodyVerdict(job, m.Text)
	switch {
	case line != "":
		trail.Add("status", line, parse.InBody)
		if told != outcome.Status {
			reading.Problems = append(reading.Problems, "The mail's subject and its text do not tell the same result.")
		}
		outcome.Status = backup.Worst(outcome.Status, told)
		outcome.Remark = remark
		trail.Add("remark", remark, parse.InBody)
	case outcome.Status == backup.StatusSuccess:
		outcome.Status = backup.StatusUnknown // the text may have been cut before it told of trouble
		reading.Problems = append(reading.Problems, "The subject says success, but the text does not tell how the job ended.")
	}
	reading.Outcomes = []backup.Outcome{outcome}
	reading.Evidence = trail.Evidence()
	return reading, nil
}

// subjectVerdict reads the word behind the last quoted name.
func subjectVerdict(subject string) backup.Status {
	told, found := afterLast(backup.Fold(subject), "'")
	switch told = strings.Trim(told, " .!"); {
	case !found:
		return backup.StatusUnknown
	case told == "successful":
		return backup.StatusSuccess
	case parse.HasWords(told, "failed"):
		return backup.StatusError
	}
	return backup.StatusUnknown
}

// jobInSubject names a job by the id or the datastore in the subject.
func jobInSubject(job serverJob, subject string) string {
	folded := backup.Fold(subject)
	if job.kind == "Tape Backup" {
		if rest := strings.TrimPrefix(folded, job.lead); strings.HasPrefix(rest, "'") {
			return quoted(subject, len(job.lead))
		}
	}
	if store := quoted(subject, strings.LastIndex(folded, "datastore '")); store != "" {
		return job.prefix + store
	}
	return ""
}

// quoted returns the text between the first two apostrophes from a byte on. Folding keeps
// the length of everything that stands before a quote in these subjects; a subject where it
// does not yields nothing.
func quoted(subject string, from int) string {
	if from < 0 || from > len(subject) {
		return ""
	}
	_, rest, found := strings.Cut(subject[from:], "'")
	name, _, closed := strings.Cut(rest, "'")
	if !found || !closed {
		return ""
	}
	return name
}

// bodyVerdict finds the verdict sentence: "Verification successful.", "Pruning failed: …" or
// "Verification failed on these snapshots/groups:" with the list below it. A failure counts
// wherever it stands. line is empty when there is no such sentence.
func bodyVerdict(job serverJob, text string) (status backup.Status, remark, line string) {
	lines := parse.Lines(text)
	success := ""
	for i, line := range lines {
		rest, ok := strings.CutPrefix(backup.Fold(line), job.verdict+" ")
		switch {
		case !ok:
		case strings.HasPrefix(rest, "failed"):
			return backup.StatusError, parse.Cut(failure(line, lines[i+1:]), maxRemark), line
		case strings.TrimRight(rest, ".!") == "successful":
			success = line
		}
	}
	if success == "" {
		return backup.StatusUnknown, "", ""
	}
	return backup.StatusSuccess, "", success
}

// failure is the sentence with the list that follows it.
func failure(sentence string, below []string) string {
	if !strings.HasSuffix(sentence, ":") {
		return sentence
	}
	parts := []string{sentence}
	for _, line := range below {
		if strings.HasPrefix(line, "Please visit") || len(parts) > 50 {
			break
		}
		if line != "" {
			parts = append(parts, line)
		}
	}
	return strings.Join(parts, "\n")
}

// serverHost is the server's name, from the link to its pages.
func serverHost(text string) (host, line string) {
	for _, line := range parse.Lines(text) {
		address := strings.Trim(line, "<>")
		if !strings.HasPrefix(address, "https://") || !strings.Contains(address, "#") {
			continue
		}
		if link, err := url.Parse(address); err == nil && strings.HasPrefix(link.Fragment, "DataStore") {
			return link.Hostname(), line
		}
	}
	return "", ""
}
