package message

import (
	"path"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// clean makes text fit for the database and for comparison: valid UTF-8 in NFC, "\n" as the
// only line end, no control characters but tab and "\n".
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.ContainsRune(s, '\r') {
		s = strings.ReplaceAll(s, "\r\r\n", "\n") // converted twice
		s = strings.ReplaceAll(s, "\r\n", "\n")
		s = strings.ReplaceAll(s, "\r", "\n")
	}
	if strings.ContainsFunc(s, isForbidden) {
		s = strings.Map(func(r rune) rune {
			if isForbidden(r) {
				return -1
			}
			return r
		}, s)
	}
	return norm.NFC.String(s)
}

// isForbidden says whether a character has no place in text: the control characters, the
// byte order mark.
func isForbidden(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r == '\ufeff'
}

// oneLine cleans a text that is one line: white space becomes single spaces.
func oneLine(s string) string {
	return strings.Join(strings.Fields(clean(s)), " ")
}

// oneWord cleans a text that has no white space: an address, a Message-ID.
func oneWord(s string) string {
	return norm.NFC.String(strings.Join(strings.Fields(clean(s)), ""))
}

// fileName reduces a name to its last path element, without control characters and without
// those that turn the direction of writing, which hide a file's true ending.
func fileName(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, oneLine(decodeWords(s)))
	s = path.Base(strings.ReplaceAll(s, `\`, "/"))
	if s == "." || s == ".." || s == "/" {
		return ""
	}
	return clean(s)
}
