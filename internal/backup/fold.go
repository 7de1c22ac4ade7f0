package backup

import (
	"strings"
	"unicode"
)

// Fold reduces a name to what makes it the same name for a person: letters in lower case,
// runs of white space as one space, every dash a hyphen, every quote an apostrophe. Jobs
// and customers are found by folded names and shown by the name as it was first read.
func Fold(name string) string {
	var b strings.Builder
	b.Grow(len(name))
	space := false
	for _, r := range name {
		if unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' {
			space = b.Len() > 0
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		switch {
		case unicode.Is(unicode.Pd, r) || r == '\u2212':
			r = '-'
		case strings.ContainsRune("'\"`´‘’‚‛“”„‟«»‹›", r):
			r = '\''
		default:
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}
