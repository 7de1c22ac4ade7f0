package message

import (
	"encoding/base64"
	"strings"
)

// decodeWords decodes the encoded words of a header value (RFC 2047). Neighbouring words of
// one character set are joined before they are decoded, because senders cut them inside a
// character. What cannot be decoded stays as it stands.
func decodeWords(value string) string {
	if !strings.Contains(value, "=?") {
		return headerText(value)
	}
	var out strings.Builder
	var bytes []byte
	set := ""
	flush := func() {
		if bytes != nil {
			out.WriteString(decodeText(bytes, set, false))
			bytes = nil
		}
	}
	for value != "" {
		at := strings.Index(value, "=?")
		if at < 0 {
			break
		}
		word, rest, ok := cutWord(value[at:])
		if !ok {
			flush()
			out.WriteString(headerText(value[:at+2]))
			value = value[at+2:]
			continue
		}
		// White space between two encoded words only folds the line.
		if between := value[:at]; bytes == nil || strings.TrimSpace(between) != "" {
			flush()
			out.WriteString(headerText(between))
		}
		if bytes != nil && !strings.EqualFold(set, word.set) {
			flush()
		}
		set = word.set
		bytes = append(bytes, word.data...)
		if bytes == nil {
			bytes = []byte{}
		}
		value = rest
	}
	flush()
	out.WriteString(headerText(value))
	return out.String()
}

// encodedWord is one encoded word: its character set and the bytes it stands for.
type encodedWord struct {
	set  string
	data []byte
}

// cutWord splits the encoded word off that s begins with. A word without its end, as in a
// subject that was cut, ends where s does.
func cutWord(s string) (word encodedWord, rest string, ok bool) {
	parts := strings.SplitN(s, "?", 4)
	if len(parts) < 4 || parts[0] != "=" || parts[1] == "" || len(parts[1]) > 40 || len(parts[2]) != 1 {
		return word, s, false
	}
	text, rest, closed := strings.Cut(parts[3], "?=")
	if !closed && strings.ContainsAny(strings.TrimSpace(text), " \t?") {
		return word, s, false
	}
	word.set, _, _ = strings.Cut(parts[1], "*") // "utf-8*en": RFC 2231 adds a language
	switch parts[2] {
	case "b", "B":
		word.data = decodeBase64([]byte(text)).data
	case "q", "Q":
		word.data = decodeQuoted([]byte(strings.ReplaceAll(text, "_", " ")))
	default:
		return word, s, false
	}
	return word, rest, true
}

// headerText reads the plain part of a header value, which may hold unencoded characters.
func headerText(s string) string {
	if isASCII(s) {
		return s
	}
	return decodeText([]byte(s), "", false)
}

// base64Text is what could be read of some base64.
type base64Text struct {
	data []byte
	torn bool // something was missing or foreign
}

// decodeBase64 decodes what is there: it passes over foreign characters, and a text that
// was cut short keeps all its whole bytes.
func decodeBase64(src []byte) base64Text {
	out := base64Text{data: make([]byte, 0, base64.RawStdEncoding.DecodedLen(len(src)))}
	var chunk [4096]byte // of characters that count; a multiple of four
	kept, padding := 0, 0
	flush := func() {
		if kept%4 == 1 { // six bits, which are no byte
			kept--
		}
		data, err := base64.RawStdEncoding.AppendDecode(out.data, chunk[:kept])
		out.data, out.torn = data, out.torn || err != nil
		kept = 0
	}
	for _, c := range src {
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
			chunk[kept] = c
			if kept++; kept == len(chunk) {
				flush()
			}
		case c == '=':
			padding++
		case c > ' ':
			out.torn = true
		}
	}
	if (kept+padding)%4 != 0 {
		out.torn = true
	}
	flush()
	return out
}

// decodeQuoted decodes quoted-printable text. A stray "=" stands for itself.
func decodeQuoted(src []byte) []byte {
	out := make([]byte, 0, len(src))
	for at := 0; at < len(src); {
		line, next := cutQuotedLine(src, at)
		soft := false
		for i := 0; i < len(line); i++ {
			c := line[i]
			if c != '=' {
				out = append(out, c)
				continue
			}
			switch {
			case i+2 < len(line) && unhex(line[i+1]) >= 0 && unhex(line[i+2]) >= 0:
				out = append(out, byte(unhex(line[i+1])<<4|unhex(line[i+2])))
				i += 2
			case i == len(line)-1:
				soft = true
			default:
				out = append(out, c)
			}
		}
		if !soft {
			out = append(out, src[at+lineEnd(src[at:next]):next]...)
		}
		at = next
	}
	return out
}

// cutQuotedLine is cutLine without the white space that relays add to a line's end.
func cutQuotedLine(src []byte, at int) (line []byte, next int) {
	line, next = cutLine(src, at)
	if next == len(src) && src[next-1] != '\n' {
		return line, next
	}
	for len(line) > 0 && isBlank(line[len(line)-1]) {
		line = line[:len(line)-1]
	}
	return line, next
}

// lineEnd returns where the line break of a line begins.
func lineEnd(line []byte) int {
	n := len(line)
	if n > 0 && line[n-1] == '\n' {
		n--
		if n > 0 && line[n-1] == '\r' {
			n--
		}
	}
	return n
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}
