package backup

import (
	"strings"
	"unicode"
)

// Fold reduces a name to what makes it the same name for a person: letters in lower case,
// runs of white space as one space, every dash a hyphen, every quote an apostrophe. Jobs
// and customers are found by folded names and shown by the name as it was first read.
func Fold(name string) string {
	if folded, ok := foldASCII(name); ok {
		return folded
	}
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

// foldASCII folds the names that need nothing but lower case, which are nearly all, and
// reports false for any other.
func foldASCII(name string) (string, bool) {
	upper := false
	for i := range len(name) {
		c := name[i]
		switch {
		case c <= ' ' && (c != ' ' || i == 0 || i == len(name)-1 || name[i-1] == ' '), c >= 0x7f, c == '"', c == '`':
			return "", false
		case 'A' <= c && c <= 'Z':
			upper = true
		}
	}
	if !upper {
		return name, true
	}
	return strings.ToLower(name), true
}
