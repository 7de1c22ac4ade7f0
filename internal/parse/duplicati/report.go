package duplicati

import (
	"encoding/json"
	"strconv"
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse"
)

// field is a value with the line it stands in.
type field struct {
	value string
	line  string
}

// report is what Duplicati says of one operation, in any of its forms.
type report struct {
	operation, result, begin, end field
	name, machine                 field
	failed                        field // the sentence of a failure that left no result
	warnings, errors              []string
	filesWithError                int
	partial                       bool
	where                         string
}

// maxEntries bounds the entries of one list.
const maxEntries = 200

// known reports whether anything shows that this is a report.
func (r report) known() bool {
	return r.result.value != "" && (r.operation.value != "" || r.begin.value != "") || r.failed.value != ""
}

// readReport reads the form that the mail is in.
func readReport(m *message.Message) report {
	text := parse.Cut(m.Text, 1<<20)
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		if r, ok := readJSON(strings.TrimSpace(text)); ok {
			return r
		}
	}
	if r, ok := readTemplate(text); ok {
		return r
	}
	return readFields(text, strings.Contains(backup.Fold(m.Subject), "duplicati"))
}

// readFields reads the list of fields: "ParsedResult: Success". A bare "Failed: …" is a
// report only where the subject is Duplicati's.
func readFields(text string, named bool) report {
	labels := parse.ReadLabels(text)
	get := func(name string) field {
		label, _ := labels.Get(name)
		return field{label.Value, label.Line}
	}
	r := report{
		where:     parse.InBody,
		operation: get("MainOperation"), result: worstResult(labels), begin: get("BeginTime"), end: get("EndTime"),
		warnings: list(text, "Warnings"), errors: list(text, "Errors"),
		filesWithError: count(labels.Value("FilesWithError")),
		partial:        isTrue(labels.Value("PartialBackup")) || isTrue(labels.Value("Interrupted")),
	}
	if named {
		r.failed = get("Failed")
	}
	return r
}

// worstResult is the worst of the results in a text. A report holds one; a mail that was
// quoted or doubled may hold a better one above it.
func worstResult(labels parse.Labels) field {
	var worst field
	for _, label := range labels {
		if label.Name != "ParsedResult" || label.Value == "" {
			continue
		}
		if worst.value == "" || backup.Worst(resultStatus(worst.value), resultStatus(label.Value)) != resultStatus(worst.value) {
			worst = field{label.Value, label.Line}
		}
	}
	return worst
}

// list reads "Name: []" or "Name: [" with an entry on each line down to "]".
func list(text, name string) []string {
	var entries []string
	inside := false
	for _, line := range parse.Lines(text) {
		if !inside {
			label, value, found := strings.Cut(line, ":")
			value = strings.TrimSpace(value)
			if !found || label != name || !strings.HasPrefix(value, "[") {
				continue
			}
			if value != "[" {
				if value = strings.Trim(value, "[] "); value != "" {
					entries = append(entries, value)
				}
				return entries
			}
			inside = true
			continue
		}
		if line == "]" || len(entries) == maxEntries {
			return entries
		}
		if line = strings.TrimRight(line, ","); line != "" {
			entries = append(entries, line)
		}
	}
	return entries
}

func count(value string) int {
	value, _, _ = strings.Cut(value, " ")
	number, err := strconv.Atoi(value)
	if err != nil {
		return 0
	}
	return number
}

func isTrue(value string) bool { return strings.EqualFold(value, "true") }

// readTemplate reads the newer text: "Duplicati Backup Report: Warning" over sections of
// labels.
func readTemplate(text string) (report, bool) {
	r := report{where: parse.InBody}
	for _, line := range parse.Lines(text) {
		before, result, found := strings.Cut(line, ":")
		folded := backup.Fold(before)
		if found && strings.HasPrefix(folded, "duplicati ") && strings.HasSuffix(folded, " report") {
			r.result = field{strings.TrimSpace(result), line}
			break
		}
	}
	if r.result.value == "" {
		return report{}, false
	}
	labels := parse.ReadLabels(text)
	get := func(names ...string) field {
		label, _ := labels.Get(names...)
		return field{label.Value, label.Line}
	}
	r.operation, r.name, r.machine = get("Operation"), get("Backup Name"), get("Machine")
	r.begin, r.end = get("Begin Time", "Started", "Start Time"), get("End Time", "Ended", "Finished")
	r.filesWithError = count(labels.Value("Files With Error", "Files with Errors"))
	for _, line := range parse.Lines(text) {
		switch {
		case strings.Contains(line, "[Error-"):
			r.errors = append(r.errors, line)
		case strings.Contains(line, "[Warning-"):
			r.warnings = append(r.warnings, line)
		}
	}
	r.errors, r.warnings = r.errors[:min(len(r.errors), maxEntries)], r.warnings[:min(len(r.warnings), maxEntries)]
	return r, true
}

// document is the JSON form of a report.
type document struct {
	Data struct {
		MainOperation  string
		ParsedResult   string
		BeginTime      string
		EndTime        string
		FilesWithError int
		PartialBackup  bool
		Interrupted    bool
		Warnings       []string
		Errors         []string
	}
	Extra     map[string]any
	Exception string
}

// readJSON reads the JSON form. Members of unexpected types are left out rather than guessed.
func readJSON(text string) (report, bool) {
	var d document
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return report{}, false
	}
	extra := func(name string) string {
		value, _ := d.Extra[name].(string)
		return value
	}
	made := func(name, value string) field {
		if value == "" {
			return field{}
		}
		return field{value, name + ": " + value}
	}
	r := report{
		where:     parse.InBody,
		operation: made("MainOperation", d.Data.MainOperation), result: made("ParsedResult", d.Data.ParsedResult),
		begin: made("BeginTime", d.Data.BeginTime), end: made("EndTime", d.Data.EndTime),
		name: made("backup-name", extra("backup-name")), machine: made("machine-name", extra("machine-name")),
		failed:   made("Exception", d.Exception),
		warnings: d.Data.Warnings, errors: d.Data.Errors,
		filesWithError: d.Data.FilesWithError, partial: d.Data.PartialBackup || d.Data.Interrupted,
	}
	if r.operation.value == "" {
		r.operation = made("OperationName", extra("OperationName"))
	}
	if r.result.value == "" && r.failed.value == "" {
		r.result = made("ParsedResult", extra("ParsedResult"))
	}
	return r, r.known()
}
