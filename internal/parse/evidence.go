package parse

import (
	"strings"
	"unicode/utf8"

	"backupchecks/internal/backup"
)

// Where evidence was found.
const (
	InSubject = "subject"
	InBody    = "body"
	InTable   = "table"
)

// Limits on evidence: it is shown to a person and stored with every message.
const (
	maxEvidenceText = 300 // bytes
	maxEvidence     = 100
)

// Trail collects the evidence for a reading. The zero value is ready.
type Trail struct {
	found []backup.Evidence
}

// Add notes the words that proved a field. Long words are cut and empty ones ignored.
func (t *Trail) Add(field, text, where string) {
	text = strings.TrimSpace(text)
	if text == "" || len(t.found) >= maxEvidence {
		return
	}
	t.found = append(t.found, backup.Evidence{Field: field, Text: Cut(text, maxEvidenceText), Where: where})
}

// Evidence returns what was noted, in order; never nil.
func (t *Trail) Evidence() []backup.Evidence {
	if t.found == nil {
		return []backup.Evidence{}
	}
	return t.found
}

// Cut returns at most limit bytes of a text, without breaking a letter; a cut text ends in
// an ellipsis.
func Cut(text string, limit int) string {
	const mark = "…"
	if len(text) <= limit {
		return text
	}
	end := max(limit-len(mark), 0)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return strings.TrimRight(text[:end], " \n\t") + mark
}
