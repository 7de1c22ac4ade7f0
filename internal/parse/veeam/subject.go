package veeam

import (
	"regexp"
	"strconv"
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/parse"
)

var (
	bracketed  = regexp.MustCompile(`\[\s*(\pL+)\s*\]`)
	countNoun  = regexp.MustCompile(`(?i)\s*\((\d{1,6}) (?:objects?|instances?|vms?|machines?|mailboxes|computers?|items?)\)\s*(.*)$`)
	issues     = regexp.MustCompile(`(?i)\b([1-9]\d*) (failed|errors?|warnings?)\b`)
	notAPerson = regexp.MustCompile(`(?i)expir|support|licen[cs]e|contract|maintenance`)
)

// maxSubject bounds what of a subject is read; the rest is none of Veeam's.
const maxSubject = 1000 // bytes

// subject is what the subject line tells. Its default form is "[Status] job (3 objects) 1
// failed", but people put a customer in front, and notices have stood there too.
type subject struct {
	text    string
	tags    []backup.Status // of every "[Success]", "[Warning]", "[Failed]", in order
	tagged  bool
	prefix  string // what stands before the first tag
	job     string // what stands between the first tag and the count
	attempt int
	counted bool          // it names a number of objects
	issues  backup.Status // of "1 failed", "2 warnings"; unknown without
	relayed bool          // it was forwarded or answered, so its Date is not the report's
}

func readSubject(text string) subject {
	bare := parse.StripReplies(text)
	s := subject{relayed: bare != strings.TrimSpace(text)}
	s.text = parse.Squeeze(parse.Cut(bare, maxSubject))
	rest := s.text
	for _, at := range bracketed.FindAllStringSubmatchIndex(s.text, -1) {
		status := statusWord(s.text[at[2]:at[3]])
		if status == backup.StatusUnknown {
			continue
		}
		if !s.tagged {
			s.tagged = true
			s.prefix = strings.TrimSpace(s.text[:at[0]])
			rest = s.text[at[1]:]
		}
		s.tags = append(s.tags, status)
	}
	if found := countNoun.FindStringSubmatchIndex(rest); found != nil {
		s.counted = true
		s.issues = issueStatus(rest[found[4]:found[5]])
		rest = rest[:found[0]]
	}
	if s.tagged {
		s.job, s.attempt = stripSuffixes(rest)
	}
	return s
}

// issueStatus reads the tail of a subject: "1 failed", "2 warnings".
func issueStatus(tail string) backup.Status {
	status := backup.StatusUnknown
	for _, found := range issues.FindAllStringSubmatch(tail, -1) {
		if strings.HasPrefix(strings.ToLower(found[2]), "warning") {
			status = backup.Worst(status, backup.StatusWarning)
		} else {
			status = backup.StatusError
		}
	}
	return status
}

// worst is the worst status that the subject's tags name; unknown without one.
func (s subject) worst() backup.Status {
	if !s.tagged {
		return backup.StatusUnknown
	}
	worst := s.tags[0]
	for _, tag := range s.tags[1:] {
		worst = backup.Worst(worst, tag)
	}
	return worst
}

// without returns the subject as it would read if the job's name held no tags: a job may be
// called "[Warning] test".
func (s subject) without(job string) subject {
	if job == "" || len(s.tags) < 2 || !bracketed.MatchString(job) {
		return s
	}
	other := readSubject(strings.Replace(s.text, job, "", 1))
	if len(other.tags) == 0 {
		return s
	}
	s.tags = other.tags
	return s
}

// hint is who the customer may be: the name that somebody put before the tag, or else the
// Cloud Connect tenant.
func (s subject) hint(tenant string) string {
	prefix := strings.TrimSpace(bracketed.ReplaceAllString(s.prefix, ""))
	prefix = strings.TrimSpace(strings.Trim(prefix, "-–—:|/ "))
	if prefix == "" || len(prefix) > 80 || notAPerson.MatchString(prefix) {
		return tenant
	}
	return prefix
}

// kind is the type of a job of which only the subject is known.
func (s subject) kind() string {
	if backup.Fold(s.job) == "backup configuration job" {
		return configurationBackup
	}
	return ""
}

// prove notes what the subject told.
func (s subject) prove(trail *parse.Trail, outcomes []backup.Outcome) {
	if s.tagged {
		trail.Add("status", s.text, parse.InSubject)
	}
	for _, outcome := range outcomes {
		if outcome.CustomerHint != "" && strings.HasPrefix(s.prefix, outcome.CustomerHint) {
			trail.Add("customer_hint", s.prefix, parse.InSubject)
			return
		}
	}
}

// statusWord reads one of the vendor's words for a result. The body says "Error" where the
// subject says "Failed". Any other word is unknown, such as those of a job still running.
func statusWord(word string) backup.Status {
	switch strings.ToLower(strings.TrimRight(strings.TrimSpace(word), ".")) {
	case "success":
		return backup.StatusSuccess
	case "warning":
		return backup.StatusWarning
	case "error", "failed":
		return backup.StatusError
	}
	return backup.StatusUnknown
}

var (
	verdictLine   = regexp.MustCompile(`(?i)^(success|warning|error|failed)\.?\s*(?:(\d{1,6}) of (\d{1,6}) (\pL+) processed\.?)?$`)
	processedLine = regexp.MustCompile(`(?i)^(\d{1,6}) of (\d{1,6}) (\pL+) processed\.?$`)
)

// progress is the line "2 of 3 VMs processed".
type progress struct {
	line     string
	done, of int
	noun     string
}

// readVerdict reads "Warning" or, from a relay that glues, "Warning2 of 3 VMs processed".
func readVerdict(line string) (backup.Status, progress, bool) {
	found := verdictLine.FindStringSubmatch(parse.Squeeze(line))
	if found == nil {
		return backup.StatusUnknown, progress{}, false
	}
	return statusWord(found[1]), newProgress(line, found[2:]), true
}

func readProgress(line string) (progress, bool) {
	found := processedLine.FindStringSubmatch(parse.Squeeze(line))
	if found == nil {
		return progress{}, false
	}
	return newProgress(line, found[1:]), true
}

func newProgress(line string, parts []string) progress {
	done, err := strconv.Atoi(parts[0])
	of, fault := strconv.Atoi(parts[1])
	if err != nil || fault != nil {
		return progress{}
	}
	return progress{line: line, done: done, of: of, noun: strings.ToLower(parts[2])}
}
