package parse

import (
	"strings"

	"backupchecks/internal/backup"
)

// Limits on reading lines: reports are short at the top and may carry a log of megabytes.
const (
	maxLines     = 20000
	maxLabelSize = 80 // bytes
)

// Lines splits a text into at most maxLines lines without their line ends and the white
// space around them.
func Lines(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if len(lines) == maxLines {
			break
		}
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines
}

// Label is a line such as "Duration: 3 minutes".
type Label struct {
	Name  string // as it stands before the colon
	Value string // after the first colon; may be empty
	Line  string // the whole line, for evidence
}

// Labels are the lines of a text that hold a label, in order.
type Labels []Label

// ReadLabels finds the label lines of a text. A colon inside a clock or a path does not make
// a label: what stands before it must begin with a letter and be short.
func ReadLabels(text string) Labels {
	var labels Labels
	for _, line := range Lines(text) {
		name, value, found := cutColon(line)
		name = strings.TrimSpace(name)
		if !found || name == "" || len(name) > maxLabelSize {
			continue
		}
		labels = append(labels, Label{Name: name, Value: Squeeze(value), Line: line})
	}
	return labels
}

// cutColon cuts a line at its first colon, the one of full width included.
func cutColon(line string) (name, value string, found bool) {
	const wide = "："
	i := strings.IndexByte(line, ':')
	if j := strings.Index(line, wide); j >= 0 && (i < 0 || j < i) {
		return line[:j], line[j+len(wide):], true
	}
	if i < 0 {
		return "", "", false
	}
	return line[:i], line[i+1:], true
}

// Get returns the first label that has one of the names. Names are tried in order and
// compared folded, so that case and the kind of apostrophe do not matter.
func (l Labels) Get(names ...string) (Label, bool) {
	for _, name := range names {
		want := backup.Fold(name)
		for _, label := range l {
			if backup.Fold(label.Name) == want {
				return label, true
			}
		}
	}
	return Label{}, false
}

// Value is the value of the first label that has one of the names; empty without one.
func (l Labels) Value(names ...string) string {
	label, _ := l.Get(names...)
	return label.Value
}
