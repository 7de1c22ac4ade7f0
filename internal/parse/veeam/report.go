package veeam

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse"
)

// Limits: a mail of megabytes of table is cut, and says so.
const (
	maxReports = 20
	maxRows    = 5000
	maxMessage = 4000 // bytes of one object's message, or of the remark
)

// report is one job's table, or the same as text, before anybody judged it.
type report struct {
	title    title
	where    string // parse.InTable or parse.InBody
	verdict  backup.Status
	said     string // the words in the place of the verdict
	twice    bool   // the place of the verdict holds two that differ
	progress progress
	labels   labels
	moment   string // the long date below the title
	remark   string
	rows     []row
	cutRows  bool   // there were more than maxRows
	glued    bool   // a relay removed the white space between the fields
	whole    bool   // nothing is missing at the end of the mail
	signed   bool   // the product's own last line was seen
	origin   string // the description: who made the job, or which product
	closing  string // messages in a row of their own below the objects
}

// row is one line of the table of objects.
type row struct {
	name      string
	word      string // the status as it stands
	status    backup.Status
	message   string
	container bool // a vApp, which repeats what befell the machines in it
}

// labels are the pairs of the summary: "start time" to "23:30:12".
type labels map[string]string

// known lists the labels of the summary, folded.
func (labels) known(name string) bool {
	switch name {
	case "success", "warning", "error", "start time", "end time", "duration", "total size", "data read",
		"transferred", "backup size", "dedupe", "compression", "organization", "organisation":
		return true
	}
	return false
}

// add keeps the first value of a label.
func (l labels) add(name, value string) {
	if _, twice := l[name]; !twice {
		l[name] = parse.Squeeze(value)
	}
}

// counts are the numbers of objects in the summary.
type counts struct {
	success, warning, failed int
	known                    bool
}

func (l labels) counts() counts {
	var c counts
	var all [3]bool
	c.success, all[0] = smallNumber(l["success"])
	c.warning, all[1] = smallNumber(l["warning"])
	c.failed, all[2] = smallNumber(l["error"])
	c.known = all[0] && all[1] && all[2]
	return c
}

func (c counts) total() int { return c.success + c.warning + c.failed }

// smallNumber reads a count of objects.
func smallNumber(text string) (int, bool) {
	if text == "" || len(text) > 6 {
		return 0, false
	}
	n := 0
	for _, digit := range text {
		if digit < '0' || digit > '9' {
			return 0, false
		}
		n = n*10 + int(digit-'0')
	}
	return n, true
}

// findReports returns the reports of a message: from its tables, or from its text when a
// relay left no tables.
func findReports(m *message.Message) []report {
	if reports := tableReports(m); len(reports) > 0 {
		return reports
	}
	return textReports(m)
}

// findHeads returns the heads of the same reports, with title, description and verdict only.
func findHeads(m *message.Message) []report {
	heads, _ := tableHeads(m)
	if len(heads) == 0 {
		heads, _, _ = textHeads(m)
	}
	return heads
}

var (
	lastLine  = regexp.MustCompile(`(?i)^veeam (?:backup & replication|backup for microsoft (?:office )?365|agent for [a-z ]{3,30}) v?\d+\.\d+\.[\d.]+`)
	container = regexp.MustCompile(`(?i)^\(vapp\)\s*\S`)
)

// footerFamily tells whose last line stands in the text of a message.
func footerFamily(m *message.Message) family {
	for _, line := range parse.Lines(m.Text) {
		if !lastLine.MatchString(line) {
			continue
		}
		switch lower := strings.ToLower(line); {
		case strings.HasPrefix(lower, "veeam agent"):
			return agent
		case strings.HasPrefix(lower, "veeam backup for"):
			return microsoft365
		}
		return replication
	}
	return nobody
}

// hasOwnLabels reports whether a text holds labels that no other product prints together.
func hasOwnLabels(text string) bool {
	return strings.Contains(text, "Backup size") && strings.Contains(text, "Data read") && strings.Contains(text, "Transferred")
}

// repeats reports whether two reports tell the same.
func (r report) repeats(other report) bool {
	return r.title == other.title && r.verdict == other.verdict && r.progress == other.progress &&
		r.moment == other.moment && r.remark == other.remark && r.closing == other.closing &&
		maps.Equal(r.labels, other.labels) && slices.Equal(r.rows, other.rows)
}

// addRow takes a line of the table of objects.
func (r *report) addRow(name, word, text string) {
	if len(r.rows) >= maxRows {
		r.cutRows = true
		return
	}
	name = parse.Cut(parse.Squeeze(name), maxName)
	r.rows = append(r.rows, row{
		name: name, word: parse.Squeeze(word), status: statusWord(word),
		message: tidy(text), container: container.MatchString(name),
	})
}

// tidy drops empty lines from a message and bounds it.
func tidy(text string) string {
	var kept []string
	for line := range strings.Lines(parse.Cut(text, maxMessage)) {
		if line = parse.Squeeze(line); line != "" {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// objects are the rows that count. A container is no machine; it only repeats the errors of
// those in it.
func (r report) objects() []row {
	var found []row
	for _, one := range r.rows {
		if !one.container {
			found = append(found, one)
		}
	}
	return found
}

// settleRows gives what the rows left open its place, once all of the report is read.
func (r *report) settleRows() {
	objects := r.objects()
	// The script that mails for the free Linux agent leaves the status of its only row empty
	// and puts the message below it. The counts say the same as the title's verdict there.
	if len(r.rows) == 1 && len(objects) == 1 {
		if r.rows[0].word == "" && r.countsAre(r.verdict) {
			r.rows[0].status = r.verdict
		}
		if r.rows[0].message == "" {
			r.rows[0].message, r.closing = r.closing, ""
		}
	}
	if r.remark == "" {
		r.remark, r.closing = r.closing, ""
	}
	if r.remark == "" && !anyTrouble(objects) {
		for _, one := range r.rows {
			if one.container && one.status != backup.StatusSuccess && one.message != "" {
				r.remark = one.name + ": " + one.message
				break
			}
		}
	}
}

// countsAre reports whether the summary counts one object, with this status.
func (r report) countsAre(status backup.Status) bool {
	c := r.labels.counts()
	if !c.known || c.total() != 1 {
		return false
	}
	switch status {
	case backup.StatusSuccess:
		return c.success == 1
	case backup.StatusWarning:
		return c.warning == 1
	}
	return status == backup.StatusError && c.failed == 1
}

func anyTrouble(rows []row) bool {
	for _, one := range rows {
		if one.status != backup.StatusSuccess {
			return true
		}
	}
	return false
}

// outcome says what the report tells, but for the status.
func (r report) outcome(m *message.Message, s subject) backup.Outcome {
	started, ended := r.times(m, s.relayed)
	tenant := r.title.tenant
	if tenant == "" {
		tenant = r.labels["organization"] + r.labels["organisation"]
	}
	outcome := backup.Outcome{
		Software: software, Type: r.title.kind, Job: r.title.job, CustomerHint: s.hint(tenant),
		StartedAt: started, EndedAt: ended, Remark: r.remark, Attempt: r.title.attempt,
		Objects: []backup.Object{},
	}
	for _, one := range r.objects() {
		outcome.Objects = append(outcome.Objects, backup.Object{
			Name: one.name, Type: r.objectType(), Status: one.status, Message: one.message,
		})
	}
	return outcome
}

// objectType is what the rows are, where the mail says so.
func (r report) objectType() string {
	switch r.progress.noun {
	case "vm", "vms":
		return "vm"
	case "mailbox", "mailboxes":
		return "mailbox"
	case "computer", "computers":
		return "computer"
	}
	if r.title.family == agent {
		return "computer"
	}
	return ""
}

// prove notes the words that each field was read from.
func (r report) prove(trail *parse.Trail) {
	trail.Add("job", r.title.line, r.where)
	trail.Add("status", r.said, r.where)
	trail.Add("status", r.progress.line, r.where)
	if r.title.tenant != "" {
		trail.Add("customer_hint", r.title.line, r.where)
	}
	for _, label := range []string{"success", "warning", "error"} {
		if value, ok := r.labels[label]; ok {
			trail.Add("status", strings.ToUpper(label[:1])+label[1:]+" "+value, r.where)
		}
	}
	trail.Add("started_at", r.moment, r.where)
	trail.Add("started_at", labelled("Start time", r.labels["start time"]), r.where)
	trail.Add("ended_at", labelled("End time", r.labels["end time"]), r.where)
	trail.Add("ended_at", labelled("Duration", r.labels["duration"]), r.where)
	trail.Add("remark", r.remark, r.where)
	const shown = 20 // rows; the rest looks the same
	for i, one := range r.rows {
		if i == shown {
			break
		}
		trail.Add("objects", strings.TrimSpace(one.name+" "+one.word), r.where)
	}
}

func labelled(label, value string) string {
	if value == "" {
		return ""
	}
	return label + " " + value
}
