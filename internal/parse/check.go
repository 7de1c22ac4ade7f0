package parse

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
)

// settle checks a reading against itself, lowers its confidence for what it finds, and makes
// its slices ready for JSON. It never changes a status that a parser read.
func settle(reading *backup.Reading, m *message.Message) {
	if reading.Outcomes == nil {
		reading.Outcomes = []backup.Outcome{}
	}
	if reading.Evidence == nil {
		reading.Evidence = []backup.Evidence{}
	}
	if reading.Problems == nil {
		reading.Problems = []string{}
	}
	seen := map[string]bool{}
	for i := range reading.Outcomes {
		outcome := &reading.Outcomes[i]
		if outcome.Objects == nil {
			outcome.Objects = []backup.Object{}
		}
		if outcome.Status != backup.StatusUnknown && !outcome.Status.Valid() {
			outcome.Status = backup.StatusUnknown
		}
		if outcome.Job == "" || outcome.Status == backup.StatusUnknown {
			reading.Confidence = reading.Confidence.AtMost(backup.Likely)
		}
		reading.Problems = append(reading.Problems, contradictions(*outcome)...)
		if outcome.Job != "" && seen[outcome.Key()] {
			reading.Problems = append(reading.Problems, fmt.Sprintf("The mail tells of the job %q more than once.", outcome.Job))
		}
		seen[outcome.Key()] = true
	}
	if len(reading.Problems) > 0 {
		reading.Confidence = reading.Confidence.AtMost(backup.Likely)
	}
	if len(m.Problems) > 0 { // what was cut off may have told of trouble
		reading.Confidence = reading.Confidence.AtMost(backup.Guess)
	}
}

// contradictions returns a sentence for everything in an outcome that cannot all be true.
func contradictions(o backup.Outcome) []string {
	var found []string
	if o.StartedAt != nil && o.EndedAt != nil && o.EndedAt.Before(*o.StartedAt) {
		found = append(found, "The run ends before it starts.")
	}
	counts := backup.CountObjects(o.Objects)
	if o.Status == backup.StatusSuccess && counts.Bad() > 0 {
		found = append(found, fmt.Sprintf("The mail says success, but %d of %d objects did not succeed.", counts.Bad(), counts.Total()))
	}
	return found
}

// firstUpper returns the first letter of a text in upper case and its length in bytes.
func firstUpper(text string) (string, int) {
	r, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)), size
}
