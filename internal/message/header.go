package message

import (
	"bytes"
	"net/mail"
	"strings"
	"time"
)

// header is a block of header fields in the order in which they stand in the mail.
type header []field

// field is one header field: its name in lower case and its unfolded, undecoded value.
type field struct {
	name, value string
}

// get returns the first field of that name, and "" where there is none.
func (h header) get(name string) string {
	for _, f := range h {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// looksLikeMail says whether the block has one of the fields that every mail has some of.
// Text files often begin with "Note: …", which is a field, but not a mail's.
func (h header) looksLikeMail() bool {
	for _, f := range h {
		switch f.name {
		case "from", "to", "subject", "date", "message-id", "received", "return-path", "sender",
			"reply-to", "cc", "mime-version", "content-type", "delivered-to":
			return true
		}
	}
	return false
}

// readHeader splits an entity into its fields and its body. It copes with lines that were
// folded without an indent and leaves out what is no field. whole is false when the block
// is longer than maxHeader; the body is then empty.
func readHeader(raw []byte) (h header, body []byte, whole bool) {
	limit := min(len(raw), maxHeader)
	var value []byte
	name := ""
	flush := func() {
		if name != "" {
			h = append(h, field{name, string(bytes.TrimSpace(value))})
		}
		name, value = "", nil
	}
	at := 0
	for at < limit {
		line, next := cutLine(raw, at)
		at = next
		if len(line) == 0 {
			flush()
			return h, raw[at:], true
		}
		text := bytes.TrimSpace(line)
		if key, rest, ok := fieldName(line); ok {
			flush()
			name, value = key, append(value, rest...)
		} else if len(text) > 0 && (isBlank(line[0]) || !bytes.Contains(line, []byte(":"))) &&
			len(value) < maxFieldValue {
			value = append(append(value, ' '), text...)
		}
	}
	flush()
	return h, nil, at >= len(raw)
}

// fieldName splits a line such as "Subject: text" at its colon.
func fieldName(line []byte) (name string, value []byte, ok bool) {
	key, value, ok := bytes.Cut(line, []byte(":"))
	key = bytes.TrimRight(key, " \t")
	if !ok || len(key) == 0 || len(key) > 200 {
		return "", nil, false
	}
	for _, c := range key {
		if c <= ' ' || c > '~' {
			return "", nil, false
		}
	}
	return string(bytes.ToLower(key)), value[:min(len(value), maxFieldValue)], true
}

// cutLine returns the line that begins at the offset, without its end, and the offset of
// the next one.
func cutLine(b []byte, at int) (line []byte, next int) {
	line, next = b[at:], len(b)
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line, next = line[:i], at+i+1
	}
	return bytes.TrimRight(line, "\r"), next
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// skipPreamble passes over what stands before the header of some stored mails: a byte
// order mark, empty lines, and the "From " line of an mbox.
func skipPreamble(raw []byte) []byte {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	raw = bytes.TrimLeft(raw, "\r\n")
	if bytes.HasPrefix(raw, []byte("From ")) || bytes.HasPrefix(raw, []byte(">From ")) {
		_, next := cutLine(raw, 0)
		raw = raw[next:]
	}
	return raw
}

// mailID reads a Message-ID: what stands between the angle brackets, without white space.
func mailID(value string) string {
	if _, after, ok := strings.Cut(value, "<"); ok {
		value, _, _ = strings.Cut(after, ">")
	}
	return oneWord(value)
}

// firstAddress reads the first address of a From or To field, and its display name. It
// takes what mail programs really write, which net/mail refuses: bare words, stray
// commas, encoded words inside quotes.
func firstAddress(value string) (name, address string) {
	words, angle, comment := splitAddress(value[:min(len(value), maxParameters)])
	address, name = angle, words
	if address == "" { // "a@example.com (Name)"
		for word := range strings.FieldsSeq(words) {
			if strings.Contains(word, "@") {
				address, name = word, ""
				break
			}
		}
	}
	if name == "" {
		name = comment
	}
	address = oneWord(strings.ToLower(strings.Trim(address, " \t\"'<>;,")))
	return oneLine(decodeWords(name)), address
}

// splitAddress scans to the end of the first mailbox and returns its three sorts of text.
func splitAddress(value string) (words, angle, comment string) {
	inGroup := strings.Contains(value, ";") // "Operators: a@example.com, b@example.com;"
	var plain, inAngle, inComment strings.Builder
	into := &plain
	quoted, escaped := false, false
	for _, r := range value {
		switch {
		case escaped:
			escaped = false
			into.WriteRune(r)
		case r == '\\' && (quoted || into == &inComment):
			escaped = true
		case r == '"' && into == &plain:
			quoted = !quoted
		case quoted:
			into.WriteRune(r)
		case r == '(' && into == &plain:
			into = &inComment
		case r == ')' && into == &inComment, r == '>' && into == &inAngle:
			into = &plain
		case r == '<' && into == &plain:
			inAngle.Reset()
			into = &inAngle
		case r == ':' && into == &plain && inGroup && !strings.Contains(plain.String(), "@"):
			plain.Reset()
		case into == &plain && (r == ';' || r == ',' && (inAngle.Len() > 0 || strings.Contains(plain.String(), "@"))):
			return plain.String(), inAngle.String(), inComment.String()
		default:
			into.WriteRune(r)
		}
	}
	return plain.String(), inAngle.String(), inComment.String()
}

// date reads a Date field in UTC. Zone names are looked up here, since the time package
// would ask the machine's own zone for their meaning.
func date(value string) *time.Time {
	value, _, _ = strings.Cut(value, "(")
	words := strings.Fields(value)
	if len(words) == 0 {
		return nil
	}
	if offset := zoneOffset(words[len(words)-1]); offset != "" {
		words[len(words)-1] = offset
	}
	value = strings.Join(words, " ")
	sent, err := mail.ParseDate(value)
	for _, layout := range []string{
		time.RFC3339, "2006-01-02 15:04:05 -0700", "Mon Jan 2 15:04:05 2006 -0700", "Mon Jan 2 15:04:05 -0700 2006",
		"Mon, 2 Jan 2006 15:04:05", "2 Jan 2006 15:04:05", "2006-01-02 15:04:05",
	} {
		if err == nil {
			break
		}
		sent, err = time.Parse(layout, value)
	}
	if err != nil || sent.Year() < 1970 || sent.Year() > 9998 {
		return nil
	}
	return new(sent.UTC())
}

// zoneOffset returns the offset of the zone names that mails use, and "" for others.
func zoneOffset(name string) string {
	switch strings.ToUpper(name) {
	case "UT", "UTC", "GMT", "Z", "WET":
		return "+0000"
	case "CET", "MET", "WEST", "BST":
		return "+0100"
	case "CEST", "MEST", "EET", "SAST":
		return "+0200"
	case "EEST", "MSK":
		return "+0300"
	case "EDT":
		return "-0400"
	case "EST", "CDT":
		return "-0500"
	case "CST", "MDT":
		return "-0600"
	case "MST", "PDT":
		return "-0700"
	case "PST":
		return "-0800"
	}
	return ""
}
