package message

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/gogs/chardet"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// How sure the guess of a character set must be, of 100, to overrule a sender's word or to
// stand in for one that says nothing, and how many bytes it needs.
const (
	sureGuess   = 85
	likelyGuess = 30
	enoughBytes = 100
)

// decodeText turns bytes of the declared character set into text. Labels lie: what is UTF-8
// is read as UTF-8, and a label that only repeats a default gives way to a sure guess.
func decodeText(b []byte, declared string, isHTML bool) string {
	declared = strings.ToLower(strings.Trim(declared, " \t\"'"))
	if text, ok := byMark(b); ok {
		return text
	}
	if !isStateful(declared) {
		if isASCII(b) || (utf8.Valid(b) && !isMultibyte(declared)) {
			return string(b)
		}
	}
	if declared == "" && isHTML {
		// The answer is windows-1252 when the page does not say.
		if _, name, _ := charset.DetermineEncoding(b[:min(len(b), 1024)], ""); name != "windows-1252" {
			declared = name
		}
	}
	if isDefault(declared) {
		if damaged(b) {
			return strings.ToValidUTF8(string(b), "\uFFFD")
		}
		need := likelyGuess // the bytes are neither ASCII nor UTF-8, whatever the label says
		if find(declared) != nil {
			need = sureGuess
		}
		if name := guess(b, isHTML, need); name != "" {
			declared = name
		}
	}
	return convert(b, find(declared))
}

// byMark decodes text that begins with a byte order mark.
func byMark(b []byte) (string, bool) {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return string(b[3:]), utf8.Valid(b)
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return convert(b, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)), true
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return convert(b, unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM)), true
	}
	return "", false
}

// isStateful says whether the bytes of a character set look like ASCII and are not.
func isStateful(set string) bool {
	return strings.HasPrefix(set, "iso-2022") || strings.HasPrefix(set, "utf-16") || set == "hz-gb-2312"
}

// isMultibyte says whether a label is too particular to be a mere default. Text in these
// sets may by chance be valid UTF-8.
func isMultibyte(set string) bool {
	return strings.HasPrefix(set, "gb") || strings.HasPrefix(set, "big5") ||
		strings.HasPrefix(set, "euc-") || strings.HasPrefix(set, "shift") || set == "ks_c_5601-1987"
}

// isDefault says whether a label is one that programs write without looking at the text.
func isDefault(set string) bool {
	switch set {
	case "", "us-ascii", "ascii", "utf-8", "utf8", "iso-8859-1", "latin1", "windows-1252", "ansi":
		return true
	}
	return find(set) == nil
}

// guess returns the character set that the text seems to be in, and "" when the guess is
// less sure than needed.
func guess(b []byte, isHTML bool, need int) string {
	if len(b) < enoughBytes {
		return ""
	}
	detector := chardet.NewTextDetector()
	if isHTML {
		detector = chardet.NewHtmlDetector()
	}
	best, err := detector.DetectBest(b[:min(len(b), maxSample)])
	if err != nil || best == nil || best.Confidence < need || best.Charset == "UTF-8" {
		return ""
	}
	return best.Charset
}

// find returns the character set of that name, and nil where it is unknown or is ASCII or
// UTF-8, which do not describe the bytes that are left to look at.
func find(name string) encoding.Encoding {
	set, canonical := charset.Lookup(name)
	if set == nil || canonical == "utf-8" || canonical == "replacement" || strings.HasSuffix(name, "ascii") {
		return nil
	}
	return set
}

// convert decodes b, by windows-1252 when set is nil: the set that mislabelled western text
// is in.
func convert(b []byte, set encoding.Encoding) string {
	if set == nil {
		set = charmap.Windows1252
	}
	text, err := set.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(text)
}

// damaged says whether b is UTF-8 with a few broken places, as left by a relay that cut a
// line inside a character, rather than text of another character set.
func damaged(b []byte) bool {
	whole, broken := 0, 0
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			broken++
		case n > 1:
			whole++
		}
		b = b[n:]
	}
	return whole > broken
}

// isASCII says whether every byte of s is below 128.
func isASCII[T string | []byte](s T) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
