package message

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"strings"
)

// identity identifies a mail by what its sender wrote. It is stored, so it must never
// depend on anything that may change with the program, such as text made of HTML.
func identity(m *Message, c contents) [32]byte {
	h := sha256.New()
	add(h, []byte("mail"))
	addHeader(h, m)
	add(h, []byte(trimLines(strings.Join(c.texts, "\n"))))
	add(h, []byte(trimLines(m.HTML)))
	for _, a := range m.Attachments {
		sum := contentSum(a.Data)
		add(h, sum[:])
	}
	for _, raw := range c.mails {
		sum := contentSum(raw)
		add(h, sum[:])
	}
	return [32]byte(h.Sum(nil))
}

// rawIdentity identifies a mail that could not be read, by its bytes without the fields that
// servers on the way add or change.
func rawIdentity(m *Message, raw []byte) [32]byte {
	h := sha256.New()
	add(h, []byte("bytes"))
	addHeader(h, m)
	raw = skipPreamble(raw)
	inHeader, skipping := true, false
	for at := 0; at < len(raw); {
		text, next := cutLine(raw, at)
		at = next
		if inHeader {
			inHeader = len(text) > 0
			if name, _, ok := fieldName(text); ok && !isBlank(text[0]) {
				skipping = isTransport(name)
			}
			if skipping && inHeader {
				continue
			}
		}
		h.Write(bytes.TrimRight(text, " \t"))
		h.Write([]byte{'\n'})
	}
	return [32]byte(h.Sum(nil))
}

// isTransport says whether servers on the way write this header field.
func isTransport(name string) bool {
	if strings.HasPrefix(name, "x-") || strings.HasPrefix(name, "arc-") || strings.HasPrefix(name, "resent-") {
		return true
	}
	switch name {
	case "received", "return-path", "delivered-to", "envelope-to", "dkim-signature", "received-spf",
		"authentication-results", "domainkey-signature", "status", "content-length", "lines":
		return true
	}
	return false
}

// addHeader adds the fields that tell mails apart.
func addHeader(h hash.Hash, m *Message) {
	add(h, []byte(m.MailID))
	add(h, []byte(m.Subject))
	add(h, []byte(m.From))
	if m.MailID == "" && m.SentAt != nil {
		add(h, []byte(m.SentAt.Format("20060102150405")))
	}
}

// add adds one value with its length, so that no two lists of values look the same.
func add(h hash.Hash, value []byte) {
	var size [8]byte
	binary.BigEndian.PutUint64(size[:], uint64(len(value)))
	h.Write(size[:])
	h.Write(value)
}

// contentSum is the hash of a file with its line ends as "\n": relays change those of files
// that travel as plain text.
func contentSum(data []byte) [32]byte {
	h := sha256.New()
	data = bytes.TrimRight(data, "\r\n")
	for len(data) > 0 {
		i := bytes.Index(data, []byte("\r\n"))
		if i < 0 {
			break
		}
		h.Write(data[:i])
		data = data[i+1:]
	}
	h.Write(data)
	return [32]byte(h.Sum(nil))
}

// trimLines removes the white space at the ends of lines and of the text, which transfer
// encodings keep or lose.
func trimLines(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for l := range strings.Lines(s) {
		b.WriteString(strings.TrimRight(l, " \t\n"))
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n")
}
