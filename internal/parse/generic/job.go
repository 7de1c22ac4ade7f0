package generic

import (
	"slices"
	"strings"
	"unicode"

	"backupchecks/internal/backup"
	"backupchecks/internal/parse"
)

// maxJob bounds a job's name in bytes.
const maxJob = 200

// jobName makes a job's name of a subject: without tags, signs, dates, counts in parentheses
// and words of a result at its end, so that tomorrow's mail has the same name. Hosts stay.
func jobName(subject string) string {
	subject = parse.Squeeze(parse.StripReplies(subject))
	subject = dropGroups(subject, '[', ']', isTag)
	subject = dropGroups(subject, '(', ')', holdsFigure)
	var words []string
	for word := range strings.FieldsSeq(subject) {
		if !isDateOrClock(word) && strings.IndexFunc(word, isNamed) >= 0 {
			words = append(words, word)
		}
	}
	for len(words) > 1 && isResult(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	name := strings.Trim(strings.Join(words, " "), " -–—:|,.!")
	return parse.Cut(name, maxJob)
}

// isNamed reports whether a letter can belong to a name, rather than be a sign or a dash.
func isNamed(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// dropGroups takes groups in brackets out of a text where drop says so.
func dropGroups(text string, open, shut rune, drop func(string) bool) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, string(open))
		inside, rest, closed := strings.Cut(after, string(shut))
		if !found || !closed {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(before)
		if !drop(inside) {
			b.WriteString(string(open) + inside + string(shut))
		}
		b.WriteByte(' ')
		text = rest
	}
}

// isTag knows a status in brackets.
func isTag(inside string) bool {
	return tagStatus("["+inside+"]") != backup.StatusUnknown || slices.Contains([]string{"info", "information", "notice"}, backup.Fold(inside))
}

// holdsFigure knows a count or a date in parentheses; "(FULL)" is part of a name.
func holdsFigure(inside string) bool {
	return strings.IndexFunc(inside, unicode.IsDigit) >= 0
}

// isDateOrClock knows words of figures parted by the signs of dates and clocks, which change
// from day to day.
func isDateOrClock(word string) bool {
	word = strings.Trim(word, "(),;")
	parts := strings.FieldsFunc(word, func(r rune) bool { return strings.ContainsRune("/-.:TZ_+", r) })
	if len(parts) < 2 {
		return false
	}
	for _, part := range parts {
		if strings.Trim(part, "0123456789") != "" {
			return false
		}
	}
	return true
}

// isResult knows words of a result and the little words in front of them.
func isResult(word string) bool {
	folded := strings.Trim(backup.Fold(word), " -–—:|,.!()")
	if folded == "" || slices.Contains(successWords(), folded) {
		return true
	}
	if status, _ := parse.Trouble(folded); status != backup.StatusUnknown {
		return true
	}
	return slices.Contains([]string{"has", "was", "is", "been", "with", "not", "ok", "finished", "done", "-", "mit", "met", "avec", "con", "niet", "nicht", "beendet"}, folded)
}
