package web

import (
	"strconv"
	"strings"

	"backupchecks/internal/backup"
)

// maxProofs is how many words of a mail stand out as the proof of its status.
const maxProofs = 4

// splitProofs parts the words that were read for the status into those that prove it and the
// rest. A mail with a success, a warning and an error has words for each of them; only the
// last proves that the run failed. Words in a language that is not known here still count
// where nothing better is there, those of the subject first.
func splitProofs(status backup.Status, said []evidenceView) (proofs, rest []evidenceView) {
	const worst = 3
	var ranked [worst + 1][]evidenceView
	best := worst
	for _, one := range said {
		rank := proofRank(status, one)
		ranked[rank] = append(ranked[rank], one)
		best = min(best, rank)
	}
	for rank, found := range ranked {
		// The subject's own verdict stands beside the words of the body.
		if rank == best || rank == 1 && best == 0 {
			shown := min(len(found), maxProofs-len(proofs))
			proofs, found = append(proofs, found[:shown]...), found[shown:]
		}
		rest = append(rest, found...)
	}
	return proofs, rest
}

// proofRank says how well words prove a status: 0 when they name it, or count some of it, 1
// for a subject and 2 for a line that say nothing against it, 3 when they speak of others.
func proofRank(status backup.Status, said evidenceView) int {
	meant, spoke := meanings(said.Text)
	switch {
	case meant[status]:
		return 0
	case spoke:
		return 3
	case said.Where == "subject":
		return 1
	}
	return 2
}

// meanings returns the statuses that a text tells of. spoke is true too when it only counts
// none of them: "Error 0".
func meanings(text string) (meant map[backup.Status]bool, spoke bool) {
	meant = map[backup.Status]bool{}
	for clause := range strings.FieldsFuncSeq(backup.Fold(text), func(r rune) bool { return strings.ContainsRune(",;|=()[]\n", r) }) {
		words := strings.Fields(clause)
		for i := range words {
			words[i] = strings.Trim(words[i], ".:!?'/-")
		}
		for i, word := range words {
			status := statusOfWord(word)
			if status == "" {
				continue
			}
			spoke = true
			if status = judged(status, words, i); status != "" {
				meant[status] = true
			}
		}
	}
	return meant, spoke
}

// judged is what the word at a place means beside its neighbours: nothing when none of it is
// counted or it is denied, and an error when it is a success that is denied.
func judged(status backup.Status, words []string, at int) backup.Status {
	for _, beside := range []int{at + 1, at - 1} {
		if beside < 0 || beside >= len(words) {
			continue
		}
		if count, err := strconv.Atoi(words[beside]); err == nil {
			if count == 0 {
				return ""
			}
			return status
		}
	}
	if at == 0 || !isDenial(words[at-1]) {
		return status
	}
	if status == backup.StatusSuccess {
		return backup.StatusError
	}
	return ""
}

func isDenial(word string) bool {
	switch word {
	case "no", "not", "without", "geen", "niet", "zonder", "kein", "keine", "nicht", "ohne":
		return true
	}
	return false
}

// statusOfWord returns the status that a folded word is a name of, and the empty one for any
// other word.
func statusOfWord(word string) backup.Status {
	switch word {
	case "success", "successful", "successfully", "succeeded", "ok", "completed", "finished", "geslaagd", "succesvol", "voltooid", "gelukt", "erfolgreich", "abgeschlossen":
		return backup.StatusSuccess
	case "warning", "warnings", "partial", "partially", "waarschuwing", "waarschuwingen", "warnung", "warnungen", "gedeeltelijk", "teilweise":
		return backup.StatusWarning
	case "error", "errors", "err", "failed", "failure", "failures", "fatal", "aborted", "unsuccessful", "fout", "fouten", "mislukt", "fehler", "fehlgeschlagen":
		return backup.StatusError
	}
	return ""
}
