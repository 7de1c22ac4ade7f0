package parse

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"backupchecks/internal/backup"
)

// HasWords reports whether a folded text holds the words as whole words. The words are
// given in lower case.
func HasWords(folded, words string) bool {
	return indexWords(folded, words) >= 0
}

// indexWords is where the words first stand in a folded text as whole words; -1 when they
// do not. Scripts without spaces have no word ends, so there any place counts.
func indexWords(folded, words string) int {
	if words == "" {
		return -1
	}
	first, _ := utf8.DecodeRuneInString(words)
	last, _ := utf8.DecodeLastRuneInString(words)
	for from := 0; from < len(folded); {
		i := strings.Index(folded[from:], words)
		if i < 0 {
			return -1
		}
		at := from + i
		before, _ := utf8.DecodeLastRuneInString(folded[:at])
		after, _ := utf8.DecodeRuneInString(folded[at+len(words):])
		if !joins(before, first) && !joins(last, after) {
			return at
		}
		from = at + len(words)
	}
	return -1
}

// CutWords cuts a text around the first place where it holds the folded words as whole
// words. The parts keep their letters' case; their white space is squeezed.
func CutWords(text, words string) (before, after string, found bool) {
	return cutAt(Squeeze(text), words, indexWords)
}

// CutLastWords is CutWords for the last place. Names may hold the words that part them from
// what follows, so the last place is the one that counts.
func CutLastWords(text, words string) (before, after string, found bool) {
	return cutAt(Squeeze(text), words, func(folded, words string) int {
		last := -1
		for from := 0; from < len(folded); {
			at := indexWords(folded[from:], words)
			if at < 0 {
				break
			}
			last = from + at
			from = last + len(words)
		}
		return last
	})
}

// cutAt cuts a squeezed text where index finds words in its folded form. Folding replaces
// letters one by one, so a place in one is the same number of letters into the other.
func cutAt(squeezed, words string, index func(folded, words string) int) (before, after string, found bool) {
	folded := backup.Fold(squeezed)
	at := index(folded, words)
	if at < 0 {
		return squeezed, "", false
	}
	start := utf8.RuneCountInString(folded[:at])
	end := start + utf8.RuneCountInString(words)
	letters := []rune(squeezed)
	if end > len(letters) {
		return squeezed, "", false
	}
	return strings.TrimSpace(string(letters[:start])), strings.TrimSpace(string(letters[end:])), true
}

// joins reports whether two letters standing together belong to one word.
func joins(a, b rune) bool {
	return wordRune(a) && wordRune(b)
}

func wordRune(r rune) bool {
	const spaceless = 0x2e80 // from here on: CJK
	return r != utf8.RuneError && r < spaceless && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// troubleWords are the words of trouble that a count may deny: "0 errors", "Errors: 0".
func troubleWords() []string {
	return []string{
		"errors", "error", "warnings", "warning", "failures", "failure", "failed", "failure count", "exceptions",
		"skipped", "missed", "aborted",
		"fehler", "warnungen", "fehlgeschlagen", "fouten", "waarschuwingen", "mislukt",
		"erreurs", "erreur", "avertissements", "avertissement", "échecs", "échec",
		"errori", "errore", "avvisi", "falliti", "errores", "advertencias", "fallos",
		"fejl", "advarsler", "fel", "varningar", "feil",
	}
}

// noWords deny a word of trouble without a figure: "no errors", "keine Fehler".
func noWords() []string {
	return []string{
		"no", "without", "without any", "geen", "zonder", "keine", "ohne", "aucun", "aucune", "sans", "senza", "nessun", "nessuna",
		"sin", "ingen", "uden", "utan", "uten",
	}
}

// StripZeroCounts takes counts of nothing out of a line: "3 files, 0 errors" becomes
// "3 files,", and "Failed: 0" becomes "". "10 errors" stays. The result is folded.
func StripZeroCounts(line string) string {
	folded := backup.Fold(line)
	for _, word := range troubleWords() {
		if !strings.Contains(folded, word) {
			continue
		}
		for _, no := range noWords() {
			folded = removeWords(folded, no+" "+word)
		}
		folded = removeZero(folded, word)
	}
	return strings.TrimSpace(folded)
}

func removeWords(folded, words string) string {
	for {
		at := indexWords(folded, words)
		if at < 0 {
			return folded
		}
		folded = folded[:at] + folded[at+len(words):]
	}
}

// removeZero removes every "0 word", "word: 0", "word 0" and "word = 0" from a folded text.
// A figure behind the word counts before one in front of it: "Success: 0 Errors: 3" tells
// of three errors, not of none.
func removeZero(folded, word string) string {
	var b strings.Builder
	for {
		at := indexWords(folded, word)
		if at < 0 {
			b.WriteString(folded)
			return b.String()
		}
		end := at + len(word)
		before := strings.TrimRight(folded[:at], " ")
		behind, size := figureBehind(folded[end:])
		switch {
		case behind == zeroFigure:
			b.WriteString(folded[:at])
			end += size
		case behind == noFigure && endsInZero(before):
			b.WriteString(before[:len(before)-1])
		default:
			b.WriteString(folded[:end])
		}
		folded = folded[end:]
	}
}

// isCounted knows what stands between a word of trouble and its count: "Failed backups: 0".
func isCounted(noun string) bool {
	switch noun {
	case "count", "counts", "backup", "backups", "job", "jobs", "task", "tasks", "file", "files", "item", "items", "object", "objects",
		"machine", "machines", "vm", "vms", "snapshot", "snapshots", "volume", "volumes":
		return true
	}
	return false
}

// endsInZero reports whether a text ends in the number 0 and not in 10 or 1.0.
func endsInZero(text string) bool {
	if !strings.HasSuffix(text, "0") {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(text[:len(text)-1])
	return before == utf8.RuneError || !(unicode.IsDigit(before) || unicode.IsLetter(before) || strings.ContainsRune(".,#-", before))
}

// figure says what kind of number follows a word.
type figure int

const (
	noFigure figure = iota
	zeroFigure
	otherFigure // a number that is not zero, or a colon with anything else behind it
)

// figureBehind looks at the number behind a word, as in "(s): 0", "= 0", " count: 0" or " 3",
// and returns how many bytes a zero takes with what stands before it.
func figureBehind(text string) (figure, int) {
	rest := strings.TrimLeft(strings.TrimPrefix(text, "(s)"), " ")
	if noun, value, found := strings.Cut(rest, ":"); found && isCounted(noun) {
		rest = ":" + value
	}
	value := strings.TrimLeft(strings.TrimLeft(rest, ":="), " ")
	if value == "" || !unicode.IsDigit(rune(value[0])) {
		if value != rest {
			return otherFigure, 0
		}
		return noFigure, 0
	}
	digits := len(value) - len(strings.TrimLeft(value, "0123456789.,x"))
	if number := strings.TrimRight(value[:digits], ".,"); number != "0" {
		return otherFigure, 0
	}
	after, _ := utf8.DecodeRuneInString(value[1:])
	if wordRune(after) {
		return otherFigure, 0
	}
	return zeroFigure, len(text) - len(value) + 1
}
