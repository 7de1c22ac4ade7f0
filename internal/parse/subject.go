package parse

import (
	"strings"
	"unicode"
)

// maxReplies bounds how many reply prefixes are taken off a subject.
const maxReplies = 10

// StripReplies takes the marks of replies and forwarding off a subject: "RE: FW: x" becomes
// "x", and so do their German, French, Dutch, Italian, Spanish and Nordic forms.
func StripReplies(subject string) string {
	subject = strings.TrimSpace(subject)
	for range maxReplies {
		mark, rest, found := strings.Cut(subject, ":")
		if !found || !isReplyMark(mark) {
			break
		}
		subject = strings.TrimSpace(rest)
	}
	return subject
}

// isReplyMark knows "Re", "FW", "Fwd", "Re[2]" and their like in other languages.
func isReplyMark(mark string) bool {
	mark = strings.ToLower(strings.TrimSpace(mark))
	if open := strings.IndexByte(mark, '['); open > 0 && strings.HasSuffix(mark, "]") {
		mark = mark[:open]
	}
	switch mark {
	case "re", "fw", "fwd", "tr", "aw", "wg", "antw", "doorst", "sv", "vs", "vb", "rv", "r", "i", "enc", "rif", "ref":
		return true
	}
	return false
}

// Squeeze folds every run of white space, also no-break spaces and line ends, into one
// space and trims the ends.
func Squeeze(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff'
	}), " ")
}
