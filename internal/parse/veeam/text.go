package veeam

import (
	"regexp"
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse"
)

// Patterns of a report as plain text. Relays put tabs, spaces, line ends or nothing at all
// between label and value: "Duration0:07:26".
const (
	clockPattern    = `\d{1,2}[:.]\d{2}[:.]\d{2}(?:\s?[ap]\.?\s?m\.?)?`
	datedPattern    = `(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?\s+)?` + clockPattern
	sizePattern     = `\d+(?:[.,]\d+)*\s?(?:[kmgtp]i?)?[bo]`
	durationPattern = `(?:\d{1,3}\.)?\d{1,3}:\d{2}:\d{2}`
)

var (
	textLabels = regexp.MustCompile(`(?i)(start time|end time|total size|data read|transferred|backup size)\s*:?\s*(` +
		datedPattern + `|` + sizePattern + `)`)
	textTook   = regexp.MustCompile(`(?i)(duration)\s*:?\s*(` + durationPattern + `)`)
	textCounts = regexp.MustCompile(`(?im)^(success|warning|error)\s*:?\s*(\d{1,6})(?:\s*(?:start time|end time|duration)|\s*$)`)
	textRemark = regexp.MustCompile(`(?is)backup size\s*:?\s*` + sizePattern + `[\t ]+(\S.*?)\n\s*warning\s*:?\s*\d`)
	textHead   = regexp.MustCompile(`(?i)^name\s*status\s*start\s*time\s*end\s*time`)
	textRow    = regexp.MustCompile(`(?i)^(.+?)(\s*)(success|warning|error|failed)\s*` + datedPattern + `(?:\s*` + datedPattern + `)?` +
		`(?:\s*` + sizePattern + `){0,3}(?:\s*` + durationPattern + `)?\s*(.*)$`)
	gluedLabel = regexp.MustCompile(`(?i)(?:start time|end time|duration|total size|backup size)\d`)
)

// Limits on the text that patterns are tried on.
const (
	maxHeadLines = 12       // below a title, in search of the verdict
	maxSummary   = 64 << 10 // bytes
	maxLine      = 8 << 10  // bytes
	maxTries     = 200      // lines that hold the word "job" and may be a title
)

// textHeads finds the titles in the text of a message. It returns the lines of the text and
// the places of the titles in them.
func textHeads(m *message.Message) (heads []report, lines []string, places []int) {
	lines = parse.Lines(m.Text)
	for i := range lines {
		lines[i] = parse.Cut(strings.TrimSpace(strings.TrimLeft(lines[i], "> ")), maxLine)
	}
	tried := 0
	for i, line := range lines {
		if !mayBeTitle(line) {
			continue
		}
		if tried++; tried > maxTries || len(heads) == maxReports {
			break
		}
		if r, ok := readTextTitle(line, lines[i+1:]); ok {
			heads = append(heads, r)
			places = append(places, i)
		}
	}
	return heads, lines, places
}

// textReports reads what follows each title in the text of a message.
func textReports(m *message.Message) []report {
	reports, lines, places := textHeads(m)
	for i := range reports {
		end := len(lines)
		if i+1 < len(places) {
			end = places[i+1]
		}
		reports[i].readText(lines[places[i]+1:end], htmlEnds(m.HTML))
		reports[i].settleRows()
	}
	return reports
}

// readTextTitle reads a title line and the few lines that belong to it. Any sentence may look
// like a title, so a line with a verdict must follow.
func readTextTitle(line string, below []string) (report, bool) {
	line, beside, _ := strings.Cut(line, "\t")
	description, _, _ := strings.Cut(firstOf(below), "\t")
	t, ok := readTitle(line, description)
	if !ok {
		return report{}, false
	}
	r := report{title: t, where: parse.InBody, labels: labels{}}
	r.hearLine(beside)
	_, r.origin = cutDescription(parse.Squeeze(line), !describes(description))
	if at := createdBy.FindStringIndex(line); at != nil {
		r.hearLine(line[at[1]:]) // the verdict may be glued behind the description
	}
	for i, next := range below[:min(len(below), maxHeadLines)] {
		if isSummary(below[i:]) {
			break
		}
		if isMoment(next) {
			r.moment = parse.Squeeze(next)
			break
		}
		for field := range strings.SplitSeq(next, "\t") {
			r.readHeadField(parse.Squeeze(field))
		}
	}
	return r, r.said != ""
}

// readHeadField reads what stands between title and summary: description and verdict, which
// some relays put on one line.
func (r *report) readHeadField(text string) {
	if describes(text) {
		r.origin = strings.TrimSpace(r.origin + " " + text)
		text = createdBy.ReplaceAllString(text, "")
	}
	if len(text) <= maxTitle {
		r.hearLine(text)
	}
}

// firstOf returns the first line that is not empty.
func firstOf(lines []string) string {
	for _, line := range lines {
		if line != "" {
			return line
		}
	}
	return ""
}

// hearLine takes a line that is a verdict, or the number of objects processed.
func (r *report) hearLine(line string) {
	if status, done, ok := readVerdict(line); ok {
		if r.said == "" {
			r.said, r.verdict = parse.Squeeze(line), status
		} else {
			r.hear(status)
		}
		if done.line != "" {
			r.progress = done
		}
		return
	}
	if done, ok := readProgress(line); ok {
		r.progress = done
	}
}

// isSummary reports whether the summary begins here. Its first label is the word "Success",
// which is no verdict: a number follows it, at times on a line of its own.
func isSummary(lines []string) bool {
	bare := parse.Squeeze(lines[0])
	if textCounts.MatchString(bare) || strings.HasPrefix(backup.Fold(bare), "start time") {
		return true
	}
	if _, _, ok := readVerdict(bare); !ok {
		return false
	}
	_, number := smallNumber(firstOf(lines[1:]))
	return number
}

// readText reads what follows a title, up to the next one. html says that the HTML, if the
// mail has any, is whole.
func (r *report) readText(lines []string, html bool) {
	head := len(lines)
	for i, line := range lines {
		if textHead.MatchString(line) {
			head = i
			break
		}
	}
	r.readTextSummary(parse.Cut(strings.Join(lines[:head], "\n"), maxSummary))
	if head < len(lines) {
		r.readTextRows(lines[head+1:])
	} else {
		r.signed = r.signed || hasLastLine(lines)
		if r.remark == "" {
			r.remark = textTail(lines)
		}
	}
	c := r.labels.counts()
	listed := c.known && (len(r.rows) == c.total() || len(r.objects()) == c.total()) && c.total() > 0
	r.whole = html && (r.signed || listed)
}

func hasLastLine(lines []string) bool {
	for _, line := range lines {
		if lastLine.MatchString(line) {
			return true
		}
	}
	return false
}

// textTail is the message of a report without objects: what follows the word "Details".
func textTail(lines []string) string {
	for i, line := range lines {
		if strings.EqualFold(strings.TrimRight(line, " :"), "details") {
			var kept []string
			for j, next := range lines[i+1:] {
				if lastLine.MatchString(next) || beginsColumns(lines[i+1+j:]) {
					break
				}
				kept = append(kept, next)
			}
			return tidy(strings.Join(kept, "\n"))
		}
	}
	return ""
}

// beginsColumns knows a table of objects of which a relay put every cell on a line of its
// own. It leaves empty cells out, so the rows cannot be told apart.
func beginsColumns(lines []string) bool {
	return strings.EqualFold(lines[0], "name") && strings.EqualFold(firstOf(lines[1:]), "status")
}

// readTextSummary reads counts, labels and the remark.
func (r *report) readTextSummary(text string) {
	for _, found := range textCounts.FindAllStringSubmatch(text, -1) {
		r.labels.add(strings.ToLower(found[1]), found[2])
	}
	for _, pattern := range []*regexp.Regexp{textLabels, textTook} {
		for _, found := range pattern.FindAllStringSubmatch(text, -1) {
			r.labels.add(strings.ToLower(found[1]), found[2])
		}
	}
	if found := textRemark.FindStringSubmatch(text); found != nil {
		r.remark = tidy(found[1])
	}
	r.glued = r.glued || gluedLabel.MatchString(text)
}

// readTextRows reads the objects. A line that is none continues the message of the object
// above it.
func (r *report) readTextRows(lines []string) {
	for _, line := range lines {
		if lastLine.MatchString(line) {
			r.signed = true
			return
		}
		if fields := strings.Split(line, "\t"); len(fields) >= 4 {
			r.addTabbed(fields)
			continue
		}
		if found := textRow.FindStringSubmatch(line); found != nil {
			r.glued = r.glued || found[2] == ""
			r.addRow(found[1], found[3], found[4])
			continue
		}
		if last := len(r.rows) - 1; last >= 0 && line != "" && len(r.rows[last].message) < maxMessage/2 {
			r.rows[last].message = tidy(r.rows[last].message + "\n" + line)
		}
	}
}

// addTabbed reads a row with tabs: Name, Status, Start time, End time, Size, Read,
// Transferred, Duration, Details.
func (r *report) addTabbed(fields []string) {
	const details = 8
	text := ""
	if len(fields) > details {
		text = strings.Join(fields[details:], " ")
	}
	r.addRow(fields[0], fields[1], text)
}
