package synology

import (
	"slices"
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

// newsLine finds the notice in the subject or, under a subject that says no more than whose
// mail it is, in the first line. Words of trouble anywhere make it no news: a failed update
// must be seen, and so must a failed backup that is told beside a notice.
func newsLine(m *message.Message) (proseLine, bool) {
	lines := prose(m)
	all := lines
	subject := backup.Fold(lines[0].text)
	if subject == "" || strings.Contains(subject, "synology") || strings.Contains(subject, "dsm") {
		lines = lines[:min(2, len(lines))]
	} else {
		lines = lines[:1]
	}
	for _, line := range lines {
		text := line.text
		if tag, rest := bracketed(text); tag != "" {
			text = rest
		}
		folded := strings.TrimRight(backup.Fold(text), " .!")
		if isNews(folded) {
			return line, !slices.ContainsFunc(all, tellsTrouble)
		}
	}
	return proseLine{}, false
}

func tellsTrouble(line proseLine) bool {
	status, _ := parse.Trouble(line.text)
	return status != backup.StatusUnknown
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
