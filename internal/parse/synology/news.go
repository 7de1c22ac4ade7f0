package synology

import (
	"strings"

	"backupchecks/internal/backup"
	"backupchecks/internal/message"
	"backupchecks/internal/parse"
)

// claimNews claims notices of updates and tests. It stays below the products' own claims,
// because a notice may name a backup product: "Update available for Hyper Backup".
func claimNews(m *message.Message) int {
	if _, ok := newsLine(m); ok {
		return 50
	}
	return 0
}

// readNews reads a notice: it is no run.
func readNews(m *message.Message) (backup.Reading, error) {
	line, ok := newsLine(m)
	if !ok {
		return backup.Reading{}, backup.Errorf(backup.Invalid, "The notice was not found in the mail.")
	}
	var trail parse.Trail
	trail.Add("informational", line.text, line.where)
	return backup.Reading{Confidence: backup.Sure, Informational: true, Evidence: trail.Evidence()}, nil
}

// newsLine finds the notice in the subject or the first lines. A line with words of trouble
// is no news: a failed update must be seen.
func newsLine(m *message.Message) (proseLine, bool) {
	for _, line := range prose(m) {
		text := line.text
		if tag, rest := bracketed(text); tag != "" {
			text = rest
		}
		folded := strings.TrimRight(backup.Fold(text), " .!")
		if status, _ := parse.Trouble(folded); status != backup.StatusUnknown {
			continue
		}
		if isNews(folded) {
			return line, true
		}
	}
	return proseLine{}, false
}

func isNews(folded string) bool {
	if rest, ok := strings.CutPrefix(folded, "dsm "); ok && rest != "" && rest[0] >= '0' && rest[0] <= '9' {
		for _, end := range []string{"is available", "is available for download", "is now available", "is beschikbaar", "ist verfügbar", "est disponible", "è disponibile", "er tilgængelig"} {
			if strings.HasSuffix(folded, " "+end) {
				return true
			}
		}
	}
	for _, start := range []string{"update available for ", "updates available for ", "package updates available", "test message from "} {
		if strings.HasPrefix(folded, start) {
			return true
		}
	}
	return false
}
